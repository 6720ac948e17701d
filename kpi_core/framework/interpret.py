"""Answers -> company profile and KPI selection, with defaults, echoes and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kpi_core.benchmarks.own import with_own
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.answers import Answers, read_answers
from kpi_core.framework.interpret_company import read_company, read_data
from kpi_core.framework.interpret_kpis import read_kpi_edits, read_rates, read_reviews, read_stages
from kpi_core.framework.own_benchmarks import read_own_benchmarks
from kpi_core.framework.reading import Bounds, Reader
from kpi_core.framework.selection import KpiSelection
from kpi_core.models.base import Finding, Motion, Severity, Unit
from kpi_core.models.company import CompanyProfile
from kpi_core.models.framework import CLOSING_SHARE

DEFAULT_MOTION = Motion.SALES_LED


@dataclass(frozen=True)
class Interpretation:
    """What the answers mean. Where an answer cannot be used, the default stands in and a finding says so.

    `echoes` holds, by answer path (`company.revenue_target`), how a typed number was understood;
    `errors` the message to show beside the field.
    """

    profile: CompanyProfile
    selection: KpiSelection
    findings: tuple[Finding, ...]
    echoes: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether a framework can be built without guessing."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def interpret(raw: Any, catalog: Catalog) -> Interpretation:
    """Read answers (a wizard draft or an answers file) with the catalog's defaults filled in."""
    answers, misfits = read_answers(raw)
    reader = Reader(catalog)
    motion = _motion(answers, reader)
    profile = read_company(answers.company, motion, reader)
    data = read_data(answers.data, reader)
    own = read_own_benchmarks(answers.own_benchmarks, profile.currency, reader)
    reader.catalog = with_own(catalog, own)
    north_star = _north_star(answers, motion, reader)
    selection = KpiSelection(
        framework_name=_framework_name(answers, profile, reader),
        north_star=north_star,
        data=data,
        chosen=read_stages(answers, motion, north_star, data.categories, reader),
        definitions=reader.definitions(answers.definitions),
        rates=read_rates(answers.rates, reader),
        edits=read_kpi_edits(answers.kpis, profile.currency, reader),
        channels=reader.ids(
            "channels",
            answers.channels,
            catalog.channels,
            catalog.motions[motion].channels,
            step="dashboards",
        ),
        reviews=read_reviews(answers.reviews, reader),
        scenarios=tuple(answers.scenarios),
        closing_share=_closing_share(answers, reader),
        own_benchmarks=own,
        import_mappings=tuple(answers.import_mappings),
        agreement=answers.agreement,
        rhythm=answers.rhythm,
        thresholds=answers.thresholds,
    )
    return Interpretation(
        profile, selection, (*misfits, *reader.findings), reader.echoes, reader.errors
    )


def _closing_share(answers: Answers, reader: Reader) -> float:
    typed, bounds = answers.closing_share, Bounds(minimum=0, maximum=1)
    share = reader.number("closing_share", typed, Unit.RATIO, "USD", bounds, "targets")
    return CLOSING_SHARE if share is None else share


def _motion(answers: Answers, reader: Reader) -> Motion:
    chosen = reader.choice(
        "motion", answers.motion, reader.catalog.motions, DEFAULT_MOTION, "motion"
    )
    return Motion(chosen)


def _north_star(answers: Answers, motion: Motion, reader: Reader) -> str:
    default = reader.catalog.motions[motion].north_star
    open_candidates = [c.metric_id for c in reader.catalog.candidates.values() if not c.refused]
    chosen = answers.north_star
    refused = reader.catalog.candidates.get(chosen or "")
    if refused and refused.refused:
        reader.problem("north_star", "motion", refused.refused, "Choose another candidate.")
        return default
    return reader.choice("north_star", chosen, open_candidates, default, "motion")


def _framework_name(answers: Answers, profile: CompanyProfile, reader: Reader) -> str:
    default = f"{profile.name[:90]} measurement framework"
    return reader.name("framework_name", answers.framework_name, default, "review") or default
