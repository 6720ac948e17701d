"""Published figures for a metric and a company: what matches, and what had to be relaxed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kpi_core.benchmarks.cohort import Cohort, cohort_of, cut_name, own_name, wanted_cuts
from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Unit
from kpi_core.models.benchmark import Benchmark, Confidence, Statistic
from kpi_core.models.company import CompanyProfile
from kpi_core.models.metric import MetricDefinition

__all__ = [
    "ANY",
    "DIMENSIONS",
    "Cohort",
    "Match",
    "cohort_of",
    "find",
    "fits_unit",
    "in_unit",
    "match_benchmarks",
    "match_cohort",
    "match_words",
    "other_cuts",
    "span",
    "typical",
    "usable",
]

DIMENSIONS = ("segment", "motion", "stage", "industry", "channel", "region")
ANY = "any"
_TIME_IN_HOURS = {Unit.MINUTES: 1 / 60, Unit.HOURS: 1.0, Unit.DAYS: 24.0}
_TRACED = tuple(Confidence)
_WORDS = {"stage": "size band"}


@dataclass(frozen=True)
class Match:
    """A published figure with the dimensions on which it fits and those relaxed to `any`."""

    benchmark: Benchmark
    exact: tuple[str, ...]
    relaxed: tuple[str, ...]


def match_benchmarks(
    metric: MetricDefinition, profile: CompanyProfile, catalog: Catalog, channel: str | None = None
) -> tuple[Match, ...]:
    """Figures for `metric` that fit the company or are not cut at all, best first."""
    return match_cohort(metric, cohort_of(profile, catalog, channel), profile.currency, catalog)


def match_cohort(
    metric: MetricDefinition, cohort: Cohort, currency: str, catalog: Catalog
) -> tuple[Match, ...]:
    """Figures for `metric` that fit the cohort or are not cut at all, best first.

    Worked examples never match. A figure cut for another segment, motion, stage, industry, channel
    or region does not match either. Order: same definition, traced confidence, measured before rule
    of thumb, then exact fit on segment, motion, stage, industry, channel, region. Money matches in
    `currency` only: nothing is converted. Raises `UnknownIdError` for an id the catalog lacks.
    """
    wanted = wanted_cuts(cohort, catalog)
    found = [
        Match(
            figure,
            tuple(d for d in DIMENSIONS if getattr(figure, d) in wanted[d]),
            tuple(d for d in DIMENSIONS if wanted[d] and getattr(figure, d) == ANY),
        )
        for figure in usable(metric, cohort, currency, catalog)
        if all(getattr(figure, d) in (ANY, *wanted[d]) for d in DIMENSIONS)
    ]
    return tuple(sorted(found, key=lambda match: _rank(match, wanted)))


def other_cuts(
    metric: MetricDefinition, cohort: Cohort, currency: str, catalog: Catalog
) -> tuple[Benchmark, ...]:
    """Figures for `metric` that describe others than the cohort, in the order of the data."""
    matched = {m.benchmark.id for m in match_cohort(metric, cohort, currency, catalog)}
    return tuple(f for f in usable(metric, cohort, currency, catalog) if f.id not in matched)


def usable(
    metric: MetricDefinition, cohort: Cohort, currency: str, catalog: Catalog
) -> Iterator[Benchmark]:
    """Figures for `metric` in its unit and currency, traced well enough, whomever they describe."""
    traced = _TRACED[: _TRACED.index(Confidence(cohort.confidence)) + 1]
    for figure in catalog.benchmarks:
        if (
            figure.metric_id == metric.id
            and figure.statistic is not Statistic.EXAMPLE
            and figure.confidence in traced
            and fits_unit(figure, metric.unit, currency)
        ):
            yield figure


def span(matches: Iterable[Match], unit: Unit) -> tuple[float, float] | None:
    """Lowest to highest figure of the sources that count what the metric counts, in `unit`.

    A span of sources, never an average. `None` when no source counts the same.
    """
    values = [
        shown
        for figure in (match.benchmark for match in matches)
        if figure.same_definition
        for value in (figure.low, figure.typical, figure.high)
        if (shown := in_unit(figure, value, unit)) is not None
    ]
    return (min(values), max(values)) if values else None


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


# In words


def match_words(match: Match, cohort: Cohort, catalog: Catalog) -> str:
    """`Matched on segment and motion. Region relaxed from Japan to any.`

    A cut that only comes near the cohort's own is named: `Industry read as SaaS for Fintech.` What
    is relaxed on several dimensions is listed: `Relaxed to any: segment (Enterprise), region (Japan).`
    """
    exact, near = [], []
    for dimension in match.exact:
        cut, own = getattr(match.benchmark, dimension), own_name(dimension, cohort, catalog)
        name = cut_name(dimension, cut, catalog)
        if own is None:
            exact.append(f"{_WORDS.get(dimension, dimension)} ({name})")
        elif own == name or cut == getattr(cohort, dimension):
            exact.append(dimension)
        else:
            near.append(f"{dimension} read as {name} for {own}")
    sentences = [f"matched on {_listed(exact)}"] if exact else []
    if not exact and not near:
        sentences = ["matched on the metric alone"]
    sentences += [", ".join(near)] if near else []
    sentences += _relaxed_words(match, cohort, catalog)
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in sentences)


def _relaxed_words(match: Match, cohort: Cohort, catalog: Catalog) -> list[str]:
    """One sentence on what was relaxed; none where nothing was."""
    own = [(_WORDS.get(d, d), own_name(d, cohort, catalog)) for d in match.relaxed]
    if len(own) == 1:
        name, chosen = own[0]
        return [f"{name} relaxed from {chosen} to any" if chosen else f"{name} relaxed to any"]
    listed = ", ".join(f"{name} ({chosen})" if chosen else name for name, chosen in own)
    return [f"relaxed to any: {listed}"] if own else []


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
