"""All KPIs of a framework against history, published figures and the plan, most money at stake first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpi_core.benchmarks.cohort import Cohort, cohort_of
from kpi_core.benchmarks.history import History, history
from kpi_core.benchmarks.match import Match, match_cohort, typical
from kpi_core.benchmarks.own import with_own
from kpi_core.benchmarks.requirements import Requirement, model_requirements
from kpi_core.catalog.loader import Catalog, extended
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.bottleneck import Leak, leaks
from kpi_core.kpi_tree.lanes import solve
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Baseline, Target
from kpi_core.models.tree import Counts, Lane, Scenario

State = Literal[
    "bottleneck", "not_proven", "below_typical", "covered", "short_of_plan", "no_link", "no_figure"
]
"""`bottleneck`: the rate of the tree with most money at stake, its 95% interval below the reference.
`not_proven`: a rate below its reference, but its interval holds the reference or there are no counts.
`below_typical`: a proven rate with less at stake than the bottleneck. `covered`: not below a reference,
and what the plan needs is met or not known. `short_of_plan`: not below a reference, but the plan needs
more (of a cost: less). `no_link`: neither plan nor tree depends on it. `no_figure`: nothing to
compare with, because there is
no own value or no published figure."""


@dataclass(frozen=True)
class Row:
    """One KPI. Values are in the metric's unit."""

    metric_id: str
    history: History | None
    """With the interval of the counts given, else of those the tree derives from own volumes."""
    matches: tuple[Match, ...]
    """Published and own figures that fit the cohort, best first."""
    requirement: Requirement | None
    target: Target | None
    at_stake: float | None
    """Revenue a year that reaching the reference would add, 0 where it is reached; `None` where the
    tree gives none: not a rate of the tree, or no own value or reference."""
    state: State


def overview(
    framework: MeasurementFramework, catalog: Catalog, cohort: Cohort | None = None
) -> tuple[Row, ...]:
    """A row for each KPI, by money at stake, then in the framework's order.

    Money is measured against the KPI tree's reference; for another cohort than the company's (`None`)
    against the typical value of the KPI's chosen figure where it fits the cohort, else of the best
    match with the same definition.
    """
    catalog = with_own(extended(catalog, framework), framework.own_benchmarks)
    own = cohort_of(framework.company, catalog)
    wanted = cohort or own
    currency = framework.company.currency
    base = base_scenario(framework, catalog)
    needed = model_requirements(framework, catalog, base)
    compared = base if wanted == own else _against(base, framework, catalog, wanted)
    found = _leaks(compared)
    counts = {rate.metric_id: rate.counts for lane in reversed(base.lanes) for rate in lane.rates}
    rows = []
    for kpi in framework.kpis:
        metric = framework.metric(kpi.metric_id)
        matches = match_cohort(metric, wanted, currency, catalog)
        past = history(_evident(kpi.baseline, counts.get(metric.id)), metric, currency)
        leak, requirement = found.get(metric.id), needed.get(metric.id)
        rows.append(
            Row(
                metric_id=metric.id,
                history=past,
                matches=matches,
                requirement=requirement,
                target=kpi.target,
                at_stake=None if leak is None or leak.proof == "unknown" else leak.gain,
                state=_state(past, matches, requirement, leak, _worst(found)),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.at_stake is None, -(row.at_stake or 0.0))))


def _evident(baseline: Baseline | None, counts: Counts | None) -> Baseline | None:
    """Own history with the events the tree derives from the volumes where none were given."""
    if baseline is None or baseline.counts:
        return baseline
    return Baseline.model_validate({**dict(baseline), "counts": counts})


def _leaks(base: Scenario) -> dict[str, Leak]:
    """The leak of each rate; where several lanes have it, the one with most money at stake."""
    best: dict[str, Leak] = {}
    for lane, solved in zip(base.lanes, solve(base).lanes, strict=True):
        for leak in leaks(lane, solved.revenue_required):
            known = best.get(leak.metric_id)
            if known is None or (known.proof == "unknown", -known.gain) > (
                leak.proof == "unknown",
                -leak.gain,
            ):
                best[leak.metric_id] = leak
    return best


def _worst(found: dict[str, Leak]) -> str | None:
    """The rate with most money at stake; `None` when none has any."""
    first = max(found.values(), key=lambda leak: leak.gain, default=None)
    return first.metric_id if first and first.gain > 0 else None


def _state(
    past: History | None,
    matches: tuple[Match, ...],
    requirement: Requirement | None,
    leak: Leak | None,
    worst: str | None,
) -> State:
    if leak and leak.proof == "proven":
        return "bottleneck" if leak.metric_id == worst else "below_typical"
    if leak and leak.proof == "not_proven":
        return "not_proven"
    if past is None:
        return "no_figure"
    if requirement is not None and requirement.known_pace:
        return "covered" if requirement.met_by(past.value) else "short_of_plan"
    if leak and leak.proof == "at_reference":
        return "covered"
    return "no_link" if matches else "no_figure"


def _against(
    base: Scenario, framework: MeasurementFramework, catalog: Catalog, cohort: Cohort
) -> Scenario:
    """The base with every rate held against the figures of a cohort."""
    chosen = {kpi.metric_id: kpi.benchmark_id for kpi in framework.kpis}

    def reference(metric_id: str) -> float | None:
        metric = catalog.metrics.get(metric_id)
        if metric is None:
            return None
        matches = match_cohort(metric, cohort, framework.company.currency, catalog)
        figures = [match.benchmark for match in matches]
        first = [figure for figure in figures if figure.id == chosen.get(metric_id)]
        same = [figure for figure in figures if figure.same_definition]
        values = (typical(figure, Unit.RATIO) for figure in (*first, *same))
        return next((value for value in values if value and 0 < value <= 1), None)

    def lane(original: Lane) -> Lane:
        rates = [{**dict(rate), "reference": reference(rate.metric_id)} for rate in original.rates]
        return Lane.model_validate({**dict(original), "rates": rates})

    lanes = [lane(found) for found in base.lanes]
    return Scenario.model_validate({**dict(base), "lanes": lanes})
