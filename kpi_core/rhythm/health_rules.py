"""Health rules beside the framework's checks: definitions, formulas, duplicates, evidence, sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kpi_core.catalog.check import formula_inputs
from kpi_core.formats import percent, value_text
from kpi_core.framework.check_rules import finding, named
from kpi_core.kpi_tree.lanes import solve
from kpi_core.models.base import Finding, Severity
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi, Target, TargetBasis
from kpi_core.models.metric import Difference, MetricDefinition, Total

STALE_YEARS = 5
SHORTEST_DEFINITION = 20
"""Characters under which a definition cannot say what is counted and what is not."""
_PLACEHOLDERS = {"tbd", "todo", "n/a", "na", "none", "unknown", "-", "...", "to be defined"}
_SUM_TOLERANCE = 0.005
_SHARES_TOLERANCE = 1e-6


def has_definition(metric: MetricDefinition) -> bool:
    """Whether the definition says more than the name."""
    text = metric.definition.strip().casefold().rstrip(".")
    empty = text in _PLACEHOLDERS or text == metric.name.strip().casefold()
    return not empty and len(text) >= SHORTEST_DEFINITION


def check_definitions(framework: MeasurementFramework) -> Iterator[Finding]:
    """KPIs whose definition says nothing, or whose formula cannot be computed."""
    for _, metric in named(framework):
        if not has_definition(metric):
            yield finding(
                "missing_definition",
                Severity.ERROR,
                metric.name,
                "Its definition does not say what is counted.",
                "Write what counts, what does not, and on which date.",
                "metrics",
                metric.id,
            )
        if problem := formula_problem(metric, framework):
            yield finding(
                "broken_formula",
                Severity.ERROR,
                metric.name,
                problem,
                "Correct the formula in the file, or choose another metric.",
                "metrics",
                metric.id,
            )


def formula_problem(metric: MetricDefinition, framework: MeasurementFramework) -> str | None:
    """Why the formula cannot be computed: an id nobody defines, or a circle; `None` when it can."""
    parts = {entry.id: formula_inputs(entry.formula) for entry in framework.metrics}
    known = {*parts, *(measure.id for measure in framework.measures)}
    path: list[str] = [metric.id]
    waiting = [list(parts.get(metric.id, ()))]
    done: set[str] = set()
    while path:
        if not waiting[-1]:
            done.add(path.pop())
            waiting.pop()
            continue
        key = waiting[-1].pop(0)
        if key in path:
            circle = " to ".join((*path[path.index(key) :], key))
            return f"Its formula refers to itself: {circle[:500]}."
        if key not in known:
            return f"Its formula names '{key}', which nothing in the framework defines."
        if key not in done:
            path.append(key)
            waiting.append(list(parts.get(key, ())))
    return None


def check_duplicates(framework: MeasurementFramework) -> Iterator[Finding]:
    """KPIs with the name or the formula of an earlier one."""
    for metric_id, earlier in duplicates(framework).items():
        metric, other = framework.metric(metric_id), framework.metric(earlier)
        same_name = _name(metric) == _name(other)
        what = "name" if same_name else "formula"
        yield finding(
            "duplicate_kpi",
            Severity.WARNING,
            metric.name,
            f"It has the same {what} as {other.name}{f' ({earlier})' if same_name else ''}.",
            "Keep one of the two.",
            "metrics",
            metric.id,
        )


def _name(metric: MetricDefinition) -> str:
    return " ".join(metric.name.casefold().split())


def duplicates(framework: MeasurementFramework) -> dict[str, str]:
    """Metric ids of KPIs that repeat another, with the one that stays: the north star or a primary
    KPI before a supporting one, else the earlier.
    """

    def weight(kpi: Kpi) -> tuple[bool, bool]:
        return (kpi.metric_id != framework.north_star.metric_id, kpi.role != "primary")

    names: dict[str, str] = {}
    formulas: dict[str, str] = {}
    found: dict[str, str] = {}
    for kpi in sorted(framework.kpis, key=weight):
        metric = framework.metric(kpi.metric_id)
        formula = metric.formula.model_dump_json()
        earlier = names.get(_name(metric)) or formulas.get(formula)
        if earlier:
            found[kpi.metric_id] = earlier
            continue
        names[_name(metric)] = formulas[formula] = kpi.metric_id
    return found


def has_basis(target: Target) -> bool:
    """Whether a reason is on file: the user's note, or a basis other than the user's word."""
    return target.basis is not TargetBasis.USER or bool(target.note)


def check_bases(framework: MeasurementFramework, today: date) -> Iterator[Finding]:
    """Targets nobody gave a reason for, and published figures that have aged."""
    for kpi, metric in named(framework):
        if kpi.target and not has_basis(kpi.target):
            yield finding(
                "target_without_basis",
                Severity.WARNING,
                metric.name,
                "Its target was set by hand without a reason on file.",
                "Write why in a note, or take the proposal.",
                "targets",
                metric.id,
            )
    figures = {figure.id: figure for figure in framework.figures}
    users = {
        **{rate.metric_id: rate.benchmark_id for rate in framework.funnel_plan.rates},
        **{kpi.metric_id: kpi.benchmark_id for kpi in framework.kpis},
    }
    for metric_id, benchmark_id in users.items():
        figure = figures.get(benchmark_id or "")
        if figure and (age := aged(figure, today)):
            yield finding(
                "stale_benchmark",
                Severity.WARNING if figure.source_year else Severity.INFO,
                framework.metric(metric_id).name,
                f"It rests on a published figure of {figure.source_publisher[:200]} {age}.",
                "Look for a newer figure on the benchmarks page, or enter your own history.",
                "targets",
                metric_id,
            )


def aged(figure: Benchmark, today: date) -> str | None:
    """Why a figure is too old to lean on, in words; `None` while it is at most five years old."""
    if figure.source_year is None:
        return "that states no year"
    years = today.year - figure.source_year
    return f"from {figure.source_year}, {years} years ago" if years > STALE_YEARS else None


def is_orphan(metric_id: str, framework: MeasurementFramework) -> bool:
    """Whether a KPI is on no dashboard and in no review."""
    boards = framework.dashboards
    shown = {
        key
        for ids in (
            boards.executive.metric_ids,
            boards.operational.metric_ids,
            boards.channel.metric_ids,
            *(tab.metric_ids for tab in boards.channels),
            *(review.metric_ids for review in framework.operating_rhythm.reviews),
        )
        for key in ids
    }
    return metric_id not in shown


def check_use_of_kpis(framework: MeasurementFramework) -> Iterator[Finding]:
    """KPIs that nobody sees anywhere, and primary ones without any guardrail."""
    for kpi, metric in named(framework):
        if is_orphan(metric.id, framework):
            yield finding(
                "orphan",
                Severity.WARNING,
                metric.name,
                "It is on no dashboard and in no review, so nobody uses it.",
                "Put it on the operational dashboard, or drop it.",
                "dashboards",
                metric.id,
            )
        if kpi.role == "primary" and metric.guardrail is None:
            yield finding(
                "no_guardrail",
                Severity.INFO,
                metric.name,
                "Nothing shows at what price it improves.",
                "Choose a primary KPI that has a guardrail, or read a quality rate beside it.",
                "metrics",
                metric.id,
            )


def check_sums(framework: MeasurementFramework) -> Iterator[Finding]:
    """Parents that are not what their parts add up to: sums of KPIs, and lanes of scenarios."""
    for kpi, metric in named(framework):
        for what, values in (
            ("last value", _baselines(framework)),
            ("target", _targets(framework)),
        ):
            if problem := _unequal(kpi, metric, what, values, framework):
                yield problem
    for scenario in framework.scenarios:
        shares = solve(scenario).shares_sum
        if len(scenario.lanes) > 1 and abs(shares - 1) > _SHARES_TOLERANCE:
            yield finding(
                "lane_shares",
                Severity.WARNING,
                f"Scenario {scenario.name}",
                f"The shares of its lanes add up to {percent(shares)}, so the parts are not the whole.",
                "Correct the shares; until then they are scaled to 100%.",
                "review",
            )


def _baselines(framework: MeasurementFramework) -> dict[str, float]:
    return {kpi.metric_id: kpi.baseline.value for kpi in framework.kpis if kpi.baseline}


def _targets(framework: MeasurementFramework) -> dict[str, float]:
    return {kpi.metric_id: kpi.target.value for kpi in framework.kpis if kpi.target}


def _unequal(
    kpi: Kpi,
    metric: MetricDefinition,
    what: str,
    values: dict[str, float],
    framework: MeasurementFramework,
) -> Finding | None:
    """A finding where the parent's value is more than 0.5% off its parts'; unknown parts are passed."""
    parts = _signed_parts(metric)
    if not parts or not {metric.id, *parts} <= values.keys():
        return None
    whole = sum(sign * values[key] for key, sign in parts.items())
    if abs(values[metric.id] - whole) <= _SUM_TOLERANCE * max(abs(whole), abs(values[metric.id])):
        return None
    currency = framework.company.currency
    shown = value_text(values[metric.id], metric.unit, currency)
    return finding(
        "parent_unequal",
        Severity.WARNING,
        metric.name,
        f"Its {what} is {shown}, but its parts give {value_text(whole, metric.unit, currency)}.",
        "Correct the value, or those of its parts.",
        "targets",
        kpi.metric_id,
    )


def _signed_parts(metric: MetricDefinition) -> dict[str, int]:
    match metric.formula:
        case Total(addends=addends):
            return {key: addends.count(key) for key in addends}
        case Difference(minuend=minuend, subtrahend=subtrahend) if minuend != subtrahend:
            return {minuend: 1, subtrahend: -1}
    return {}


def rules(framework: MeasurementFramework, today: date) -> Iterable[Finding]:
    """Everything these rules find."""
    yield from check_definitions(framework)
    yield from check_duplicates(framework)
    yield from check_bases(framework, today)
    yield from check_use_of_kpis(framework)
    yield from check_sums(framework)
