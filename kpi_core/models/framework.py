"""The measurement framework: the whole saved document, self-contained."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kpi_core.models.actuals import MOST_MAPPINGS, ImportMapping
from kpi_core.models.base import Document, Id, Name, Ratio
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.company import CompanyProfile, DataInfrastructure
from kpi_core.models.funnel import FunnelPlan
from kpi_core.models.kpi import Kpi, NorthStar
from kpi_core.models.metric import Measure, MetricDefinition
from kpi_core.models.operation import (
    ChannelDashboard,
    DashboardLayer,
    DashboardSpecification,
    MarketingSalesAgreement,
    OperatingRhythm,
)
from kpi_core.models.tree import Scenario

SCHEMA_VERSION = 1
CLOSING_SHARE = 0.6
"""Part of the distance to the reference that a year closes, unless the user says otherwise."""
OWN_PREFIX = "own."
"""Ids of figures the user added start with it."""
MOST_OWN_BENCHMARKS = 200


class Term(Document):
    """The readable name of an id the document uses, so that the file explains itself."""

    kind: Literal[
        "role", "channel", "tool_category", "industry", "region", "business_model", "maturity"
    ]
    id: Id
    name: Name


class MeasurementFramework(Document):
    """A B2B company's marketing measurement framework.

    Holds copies of the definitions, sources and names it uses, so that it can be read without
    the catalog it was made with.
    """

    schema_version: Annotated[int, Field(ge=1)] = SCHEMA_VERSION
    catalog_version: Annotated[str, Field(pattern=r"^\d{4}\.\d{1,2}(\.\d+)?$")]
    name: Name
    created_on: date
    updated_on: date
    company: CompanyProfile
    north_star: NorthStar
    metrics: tuple[MetricDefinition, ...] = Field(min_length=1)
    measures: tuple[Measure, ...]
    kpis: tuple[Kpi, ...] = Field(min_length=1)
    funnel_plan: FunnelPlan
    scenarios: tuple[Scenario, ...] = Field(default=(), max_length=10)
    """Named what-ifs of the KPI tree."""
    data_infrastructure: DataInfrastructure
    dashboards: DashboardSpecification
    operating_rhythm: OperatingRhythm
    agreement: MarketingSalesAgreement
    closing_share: Ratio = CLOSING_SHARE
    """Part of the distance from own history to the reference that targets close."""
    benchmarks: tuple[Benchmark, ...]
    own_benchmarks: tuple[Benchmark, ...] = Field(default=(), max_length=MOST_OWN_BENCHMARKS)
    """Figures the user added; their ids start with `own.`."""
    import_mappings: tuple[ImportMapping, ...] = Field(default=(), max_length=MOST_MAPPINGS)
    """How uploaded files are read, kept for the next upload."""
    terms: tuple[Term, ...]

    @model_validator(mode="after")
    def _refers_only_to_what_it_holds(self) -> Self:
        known = {metric.id for metric in self.metrics}
        if len(known) != len(self.metrics):
            raise ValueError("metrics: each metric may be defined only once")
        chosen = [kpi.metric_id for kpi in self.kpis]
        if len(set(chosen)) != len(chosen):
            raise ValueError("kpis: each metric may be chosen only once")
        if missing := self.metric_references() - known:
            raise ValueError(f"metrics: no definition for {', '.join(sorted(missing))}")
        own = [figure.id for figure in self.own_benchmarks]
        if len(set(own)) != len(own) or not all(key.startswith(OWN_PREFIX) for key in own):
            raise ValueError(f"own_benchmarks: ids must differ and start with {OWN_PREFIX}")
        if missing := self.benchmark_references() - {figure.id for figure in self.figures}:
            raise ValueError(f"benchmarks: no figure for {', '.join(sorted(missing))}")
        return self

    @property
    def figures(self) -> tuple[Benchmark, ...]:
        """Every published figure it holds: those it rests on, then those the user added."""
        return (*self.benchmarks, *self.own_benchmarks)

    def metric_references(self) -> set[str]:
        """Ids of all metrics that KPIs and their guardrails, dashboards, reviews and the plan name."""
        boards = self.dashboards
        layers: tuple[DashboardLayer | ChannelDashboard, ...] = (
            boards.executive,
            boards.operational,
            boards.channel,
            *boards.channels,
        )
        reviews = self.operating_rhythm.reviews
        chosen = {kpi.metric_id for kpi in self.kpis}
        return {
            self.north_star.metric_id,
            *chosen,
            *(
                metric.guardrail
                for metric in self.metrics
                if metric.id in chosen and metric.guardrail
            ),
            *(metric_id for layer in layers for metric_id in layer.metric_ids),
            *(metric_id for review in reviews for metric_id in review.metric_ids),
            *(rate.metric_id for rate in self.funnel_plan.rates),
            *(step.metric_id for step in self.funnel_plan.steps if step.metric_id),
        }

    def benchmark_references(self) -> set[str]:
        """Ids of all published figures that KPIs and the funnel plan rest on."""
        named = [
            *(kpi.benchmark_id for kpi in self.kpis),
            *(rate.benchmark_id for rate in self.funnel_plan.rates),
        ]
        return {benchmark_id for benchmark_id in named if benchmark_id}

    def metric(self, metric_id: str) -> MetricDefinition:
        """The definition of `metric_id` as this framework uses it; `KeyError` when it has none."""
        return {metric.id: metric for metric in self.metrics}[metric_id]

    def term(self, kind: str, term_id: str | None) -> str:
        """Readable name of an id; the id in words when the document does not name it."""
        names: dict[tuple[str, str], str] = {(t.kind, t.id): t.name for t in self.terms}
        fallback = (term_id or "nobody yet").replace("_", " ")
        return names.get((kind, term_id or ""), fallback)
