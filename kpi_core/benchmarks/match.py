"""Published figures for a metric and a company: what matches, and what had to be relaxed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Unit
from kpi_core.models.benchmark import Benchmark, Confidence, Statistic
from kpi_core.models.company import CompanyProfile
from kpi_core.models.metric import MetricDefinition

DIMENSIONS = ("segment", "motion", "stage", "industry", "channel", "region")
ANY = "any"
_TIME_IN_HOURS = {Unit.MINUTES: 1 / 60, Unit.HOURS: 1.0, Unit.DAYS: 24.0}


@dataclass(frozen=True)
class Match:
    """A published figure with the dimensions on which it fits exactly and those relaxed to `any`."""

    benchmark: Benchmark
    exact: tuple[str, ...]
    relaxed: tuple[str, ...]


def match_benchmarks(
    metric: MetricDefinition, profile: CompanyProfile, catalog: Catalog, channel: str | None = None
) -> tuple[Match, ...]:
    """Figures for `metric` that fit the company or are not cut at all, best first.

    Worked examples never match. A figure cut for another segment, motion, industry, channel or
    region than the company's does not match either. Order: same definition, traced confidence,
    measured before rule of thumb, then exact fit on segment, motion, stage, industry, channel,
    region. Nothing is converted between currencies.
    """
    wanted = wanted_cuts(profile, catalog, channel)
    found = [
        Match(
            figure,
            tuple(d for d in DIMENSIONS if getattr(figure, d) in wanted[d]),
            tuple(d for d in DIMENSIONS if wanted[d] and getattr(figure, d) == ANY),
        )
        for figure in catalog.benchmarks
        if figure.metric_id == metric.id
        and figure.statistic is not Statistic.EXAMPLE
        and fits_unit(figure, metric.unit, profile.currency)
        and all(getattr(figure, d) in (ANY, *wanted[d]) for d in DIMENSIONS)
    ]
    return tuple(sorted(found, key=lambda match: _rank(match, wanted)))


def wanted_cuts(
    profile: CompanyProfile, catalog: Catalog, channel: str | None
) -> dict[str, tuple[str, ...]]:
    """The published cuts that describe the company, nearest first, for each dimension."""
    region = catalog.regions[profile.region].benchmark_cut
    return {
        "segment": (profile.segment,),
        "motion": (profile.motion,),
        "stage": (),
        "industry": catalog.industries[profile.industry].benchmark_cuts,
        "channel": catalog.channels[channel].benchmark_cuts if channel else (),
        "region": (region,) if region else (),
    }


def fits_unit(figure: Benchmark, unit: Unit, currency: str) -> bool:
    """Whether the figure counts what the metric counts: same unit, and same currency for money."""
    if unit is Unit.MONEY:
        return figure.unit == Unit.MONEY and figure.currency == currency
    if figure.unit == unit:
        return True
    return figure.unit in _TIME_IN_HOURS and unit in _TIME_IN_HOURS


def _rank(match: Match, wanted: dict[str, tuple[str, ...]]) -> tuple[object, ...]:
    figure = match.benchmark

    def distance(dimension: str) -> int:
        cuts = wanted[dimension]
        value = getattr(figure, dimension)
        return cuts.index(value) if value in cuts else len(cuts)

    return (
        not figure.same_definition,
        figure.confidence is Confidence.LOW,
        figure.statistic is Statistic.TARGET,
        figure.statistic in (Statistic.TOP_QUARTILE, Statistic.BOTTOM_QUARTILE, Statistic.SHARE),
        *(distance(dimension) for dimension in DIMENSIONS),
        -(figure.source_year or 0),
        figure.id,
    )


def in_unit(figure: Benchmark, value: float | None, unit: Unit) -> float | None:
    """A figure's value in the metric's unit; only minutes, hours and days are converted."""
    if value is None or figure.unit == unit or unit not in _TIME_IN_HOURS:
        return value
    return round(value * _TIME_IN_HOURS[Unit(figure.unit)] / _TIME_IN_HOURS[unit], 6)


def typical(figure: Benchmark, unit: Unit) -> float | None:
    """The figure's typical value in `unit`; the middle of low and high where only those are printed.

    `None` when the source prints one end only.
    """
    value = figure.typical
    if value is None and figure.low is not None and figure.high is not None:
        value = round((figure.low + figure.high) / 2, 12)
    return in_unit(figure, value, unit)


def find(figures: Iterable[Benchmark], benchmark_id: str | None) -> Benchmark | None:
    """The figure with that id, or `None`."""
    return next((figure for figure in figures if figure.id == benchmark_id), None)
