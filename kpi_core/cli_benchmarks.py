"""The command that shows the published figures of a metric, with what to know about each."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from kpi_core import cli_values as values
from kpi_core.benchmarks.cohort import BAND_CURRENCY, cut_name, segment_bands
from kpi_core.benchmarks.evidence import Mark, conflicts, marks
from kpi_core.benchmarks.match import (
    ANY,
    DIMENSIONS,
    Cohort,
    Match,
    in_unit,
    match_cohort,
    match_words,
    other_cuts,
    span,
)
from kpi_core.benchmarks.targets import benchmark_text
from kpi_core.catalog.loader import Catalog, load_catalog
from kpi_core.cli_io import Unreadable, report
from kpi_core.errors import unknown_id
from kpi_core.formats import currencies, value_text
from kpi_core.models.base import Finding, Motion, Segment, Severity, Unit
from kpi_core.models.benchmark import Benchmark, Confidence
from kpi_core.models.metric import MetricDefinition

MOST_LISTED = 40
_FIXES = {
    "metric": "See docs/glossary.md for all ids.",
    "currency": "Use an ISO code, for example USD.",
}
_CUT_WORDS = {"stage": "size"}
WEAK = {"low_confidence", "guideline"}


@dataclass(frozen=True)
class FigureReport:
    """One published figure, in the metric's unit: ratios in shares, money in the report's currency."""

    id: str
    low: float | None
    typical: float | None
    high: float | None
    text: str
    statistic: str
    source: str
    publisher: str
    year: int | None
    url: str | None
    sample: str
    definition: str
    same_definition: bool
    definition_note: str | None
    confidence: str
    exact: tuple[str, ...]
    relaxed: tuple[str, ...]
    matched: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class ConflictReport:
    """Figures that contradict each other, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class BenchmarkReport:
    """The figures of a metric for a cohort, best first."""

    metric_id: str
    name: str
    unit: str
    currency: str | None
    """`None` where the metric is not money."""
    cohort: Cohort
    span: tuple[float, float] | None
    """Lowest and highest figure of the sources that count the same: never an average."""
    figures: tuple[FigureReport, ...]
    other_figures: int
    """How many more are published for others than the cohort."""
    conflicts: tuple[ConflictReport, ...]


def add_commands(command: Callable[..., Any], year: int) -> None:
    """Add the command with `command(name, run, text)`; `year` is the current calendar year."""
    about = "Show the published figures of a metric, with source and what to know about each."
    sub = command("benchmarks", _benchmarks, about)
    sub.add_argument("metric", help="metric id of the catalog")
    for option, choices in (("--segment", Segment), ("--motion", Motion)):
        sub.add_argument(option, choices=[choice.value for choice in choices], help="default any")
    for cut in ("industry", "region", "channel"):
        sub.add_argument(f"--{cut}", help=f"{cut} of the catalog, default any")
    sub.add_argument("--currency", default="USD", help="for money; default USD, never converted")
    sub.add_argument(
        "--confidence",
        choices=[confidence.value for confidence in Confidence],
        default="low",
        help="the least to show, default low",
    )
    sub.add_argument(
        "--year", type=values.whole(1990, 2100), default=year, help="to tell old figures by"
    )


def _benchmarks(options: argparse.Namespace) -> int:
    catalog = load_catalog()
    options.currency = options.currency.upper()
    _check_ids(options, catalog)
    cohort = Cohort(
        segment=options.segment,
        motion=options.motion,
        industry=options.industry,
        channel=options.channel,
        region=options.region,
        confidence=options.confidence,
        stages=segment_bands(options.segment, catalog) if options.currency == BAND_CURRENCY else (),
    )
    metric = catalog.metrics[options.metric]
    found = benchmark_report(metric, cohort, options.currency, options.year, catalog)
    others = other_cuts(metric, cohort, options.currency, catalog)
    findings = list(_findings(found, metric, options.currency, others, catalog))
    return report(findings, options.json, asdict(found), _text(found, metric, options.currency))


def _check_ids(options: argparse.Namespace, catalog: Catalog) -> None:
    """Raise `Unreadable`, with near matches, for an id the catalog lacks."""
    for kind, known in (
        ("metric", catalog.metrics),
        ("industry", catalog.industries),
        ("region", catalog.regions),
        ("channel", catalog.channels),
        ("currency", currencies()),
    ):
        wrong = getattr(options, kind)
        if wrong is not None and wrong not in known:
            message = str(unknown_id(kind, wrong[:64], known))
            finding = Finding(
                code=f"unknown_{kind}",
                severity=Severity.ERROR,
                where=kind.capitalize() if kind == "metric" else f"--{kind}",
                message=message[0].upper() + message[1:] + ("" if message.endswith("?") else "."),
                fix=f"There are: {', '.join(known)}."
                if len(known) <= MOST_LISTED
                else _FIXES[kind],
            )
            raise Unreadable([finding])


# The report


def benchmark_report(
    metric: MetricDefinition, cohort: Cohort, currency: str, year: int, catalog: Catalog
) -> BenchmarkReport:
    """The figures that fit the cohort, each with its source and marks as of `year`."""
    matches = match_cohort(metric, cohort, currency, catalog)
    return BenchmarkReport(
        metric_id=metric.id,
        name=metric.name,
        unit=metric.unit.value,
        currency=currency if metric.unit is Unit.MONEY else None,
        cohort=cohort,
        span=span(matches, metric.unit),
        figures=tuple(_figure(m, metric, cohort, currency, year, catalog) for m in matches),
        other_figures=len(other_cuts(metric, cohort, currency, catalog)),
        conflicts=tuple(ConflictReport(c.what, c.why) for c in conflicts(metric.id, catalog)),
    )


def _figure(
    match: Match,
    metric: MetricDefinition,
    cohort: Cohort,
    currency: str,
    year: int,
    catalog: Catalog,
) -> FigureReport:
    figure = match.benchmark
    return FigureReport(
        id=figure.id,
        low=in_unit(figure, figure.low, metric.unit),
        typical=in_unit(figure, figure.typical, metric.unit),
        high=in_unit(figure, figure.high, metric.unit),
        text=benchmark_text(figure, metric.unit, currency),
        statistic=figure.statistic.value,
        source=figure.source_title,
        publisher=figure.source_publisher,
        year=figure.source_year,
        url=figure.source_url,
        sample=figure.sample,
        definition=figure.definition,
        same_definition=figure.same_definition,
        definition_note=figure.definition_note,
        confidence=figure.confidence.value,
        exact=match.exact,
        relaxed=match.relaxed,
        matched=match_words(match, cohort, catalog),
        marks=marks(figure, year),
    )


# Findings


def _findings(
    found: BenchmarkReport,
    metric: MetricDefinition,
    currency: str,
    others: tuple[Benchmark, ...],
    catalog: Catalog,
) -> Iterator[Finding]:
    def finding(code: str, severity: Severity, message: str, fix: str) -> Finding:
        return Finding(
            code=code,
            severity=severity,
            where=metric.name,
            message=message,
            fix=fix,
            metric_id=metric.id,
        )

    if not found.figures and not others:
        unit = f" in {currency}" if metric.unit is Unit.MONEY else ""
        message = f"No figure is published for this metric{unit}."
        fix = "Set its target from own history and from what the revenue plan needs."
        yield finding("no_published_figure", Severity.INFO, message, fix)
    if found.figures and WEAK & {mark.code for mark in found.figures[0].marks}:
        message = "Even the best match is of low confidence or a guideline."
        yield finding("weak_evidence", Severity.WARNING, message, "Prefer your own history.")
    if others:
        fix = "Choose them with --segment, --motion, --industry, --region or --channel."
        message = f"{len(others)} more describe others: {_cuts(others, found.cohort, catalog)}."
        yield finding("other_cuts", Severity.INFO, message, fix)


def _cuts(others: tuple[Benchmark, ...], cohort: Cohort, catalog: Catalog) -> str:
    """`industry SaaS (9), region Japan (1)`: how often each cut occurs among the figures."""
    counted = Counter(
        (dimension, getattr(figure, dimension))
        for figure in others
        for dimension in DIMENSIONS
        if getattr(figure, dimension) not in (ANY, getattr(cohort, dimension, None))
    )
    return ", ".join(
        f"{_CUT_WORDS.get(dimension, dimension)} {cut_name(dimension, cut, catalog)} ({times})"
        for (dimension, cut), times in counted.most_common()
    )


# For people


def _text(found: BenchmarkReport, metric: MetricDefinition, currency: str) -> str:
    lines = [f"{found.name}: {len(found.figures)} published figures fit"]
    if found.span and len(found.figures) > 1:
        low, high = (value_text(value, metric.unit, currency) for value in found.span)
        lines.append(f"The sources span {low} to {high}; this is no average.")
    for figure in found.figures:
        year = figure.year or "year not stated"
        lines += [
            "",
            f"{figure.text}  {figure.publisher}, {year} ({figure.statistic}, {figure.confidence})",
            f"  {figure.definition}. Sample: {figure.sample}.",
            f"  {figure.matched}",
            *(f"  ! {mark.text}" for mark in figure.marks),
            f"  {figure.id}  {figure.url or ''}".rstrip(),
        ]
    for conflict in found.conflicts:
        lines += ["", f"Sources disagree: {conflict.what}", f"  Why: {conflict.why}"]
    return "\n".join(lines)
