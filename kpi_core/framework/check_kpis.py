"""Rules about the KPIs themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kpi_core.benchmarks.history import certainty
from kpi_core.framework.check_rules import finding, named
from kpi_core.framework.measurability import measurability
from kpi_core.framework.suggest import SUPPORTING_MAXIMUM, SUPPORTING_MINIMUM
from kpi_core.models.base import Finding, Severity, Stage, Timing
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi, TargetFlag
from kpi_core.models.metric import MetricDefinition

OWNER_LOAD_MAXIMUM = 5
FLAGS: dict[TargetFlag, tuple[str, Severity, str, str]] = {
    TargetFlag.STRETCH: (
        "target_stretch",
        Severity.INFO,
        "Its target is better than the better end of the published range.",
        "Say what will be done differently, or take a lower share of the distance.",
    ),
    TargetFlag.INFEASIBLE: (
        "target_infeasible",
        Severity.ERROR,
        "What the revenue plan needs of it is not possible at today's pace, even with every rate of the "
        "funnel at its cap.",
        "Change the plan: the revenue target, the deal size or the volume at the top of the funnel.",
    ),
    TargetFlag.DEFINITION_DIFFERS: (
        "benchmark_definition_differs",
        Severity.INFO,
        "Its target rests on a published figure that counts something else.",
        "Compare the definitions, or choose another figure.",
    ),
}
"""Finding for each flag that is not told otherwise: code, severity, message, fix."""


def check_stages(framework: MeasurementFramework) -> Iterator[Finding]:
    """One primary and two or three supporting KPIs a stage; no vanity metric on top."""
    for stage in Stage:
        kpis = [kpi for kpi in framework.kpis if kpi.stage is stage]
        primaries = sum(kpi.role == "primary" for kpi in kpis)
        supporting = len(kpis) - primaries
        where = f"Stage {stage.value}"
        if primaries != 1:
            yield finding(
                "not_one_primary",
                Severity.ERROR,
                where,
                f"This stage has {primaries} primary KPIs; exactly one says whether it works.",
                "Choose one primary KPI.",
                "metrics",
            )
        if not SUPPORTING_MINIMUM <= supporting <= SUPPORTING_MAXIMUM:
            more = "Add" if supporting < SUPPORTING_MINIMUM else "Remove"
            yield finding(
                "supporting_count",
                Severity.WARNING,
                where,
                f"This stage has {supporting} supporting KPIs; two or three explain the primary one.",
                f"{more} a supporting KPI.",
                "metrics",
            )
    for kpi, metric in named(framework):
        if kpi.role == "primary" and metric.vanity:
            yield finding(
                "vanity_primary",
                Severity.ERROR,
                metric.name,
                "It can rise without any effect on revenue, so it cannot lead a stage.",
                "Swap it for a metric that counts qualified people or money.",
                "metrics",
                metric.id,
            )


def check_north_star(framework: MeasurementFramework) -> Iterator[Finding]:
    """The north star is the primary KPI of its stage, and leads."""
    metric = framework.metric(framework.north_star.metric_id)
    kpi = next((k for k in framework.kpis if k.metric_id == metric.id), None)
    if kpi is None or kpi.role != "primary":
        yield finding(
            "north_star_not_primary",
            Severity.ERROR,
            "North star",
            f"{metric.name} is the north star but not the primary KPI of its stage.",
            f"Make it the primary KPI of {metric.stage.value}.",
            "metrics",
            metric.id,
        )
    if metric.timing is Timing.LAGGING:
        yield finding(
            "north_star_lags",
            Severity.WARNING,
            "North star",
            f"{metric.name} records results after the fact, so the team learns late.",
            "Read it together with the leading KPIs of consideration, every week.",
            "motion",
            metric.id,
        )


def check_owners(framework: MeasurementFramework) -> Iterator[Finding]:
    """One accountable role for each KPI, none overloaded."""
    load = Counter(kpi.owner_role for kpi in framework.kpis if kpi.owner_role)
    for kpi, metric in named(framework):
        if kpi.owner_role is None:
            yield finding(
                "no_owner",
                Severity.ERROR,
                metric.name,
                "Nobody is accountable for it.",
                "Choose one role.",
                "owners",
                metric.id,
            )
    for role, kpis in load.items():
        if kpis > OWNER_LOAD_MAXIMUM:
            name = framework.term("role", role)
            yield finding(
                "owner_overloaded",
                Severity.WARNING,
                name,
                f"This role owns {kpis} KPIs; more than {OWNER_LOAD_MAXIMUM} are rarely looked after.",
                "Hand some to another role.",
                "owners",
            )


def check_targets(framework: MeasurementFramework) -> Iterator[Finding]:
    """A possible target for each KPI, and how firm its basis is."""
    for kpi, metric in named(framework):
        target = kpi.target
        if target is None:
            yield finding(
                "no_target",
                Severity.WARNING,
                metric.name,
                "It has no target: no history was given, nothing comparable is published, "
                "and the revenue plan does not depend on it.",
                "Enter your last value or a target.",
                "targets",
                metric.id,
            )
        elif not _is_possible(target.value, metric):
            yield finding(
                "target_impossible",
                Severity.ERROR,
                metric.name,
                "Its target is outside what is possible.",
                "Correct the target.",
                "targets",
                metric.id,
            )
        elif target.calibrate_after_quarter:
            yield finding(
                "calibrate_target",
                Severity.INFO,
                metric.name,
                "Its target rests on no history of your own.",
                "Enter your last value, or correct the target after one quarter.",
                "targets",
                metric.id,
            )
        yield from _flags(kpi, metric)
        yield from _own_history(kpi, metric)


def _flags(kpi: Kpi, metric: MetricDefinition) -> Iterator[Finding]:
    for flag in kpi.target.flags if kpi.target else ():
        if flag in FLAGS:
            code, severity, message, fix = FLAGS[flag]
            yield finding(code, severity, metric.name, message, fix, "targets", metric.id)


def _own_history(kpi: Kpi, metric: MetricDefinition) -> Iterator[Finding]:
    """Own history that is impossible, or counts without a single success."""
    if kpi.baseline and not _is_possible(kpi.baseline.value, metric):
        yield finding(
            "baseline_impossible",
            Severity.ERROR,
            metric.name,
            "Its own value is outside what is possible.",
            "Correct the value.",
            "targets",
            metric.id,
        )
    counts = kpi.baseline.counts if kpi.baseline else None
    if counts and counts.successes == 0:
        yield finding(
            "no_events",
            Severity.INFO,
            metric.name,
            certainty(counts),
            "Count over a longer period.",
            "targets",
            metric.id,
        )


def _is_possible(value: float, metric: MetricDefinition) -> bool:
    return value >= metric.minimum and (metric.maximum is None or value <= metric.maximum)


def check_measurability(framework: MeasurementFramework) -> Iterator[Finding]:
    """What the tools in place cannot measure."""
    in_place = framework.data_infrastructure.categories
    for _, metric in named(framework):
        found = measurability(metric, in_place)
        missing = " and ".join(framework.term("tool_category", m) for m in found.missing)
        if found.level == "not_yet":
            yield finding(
                "not_measurable",
                Severity.WARNING,
                metric.name,
                f"It cannot be measured yet. Missing: {missing}.",
                "Set the tool up, or swap the metric.",
                "data",
                metric.id,
            )
        elif found.level == "stand_in":
            yield finding(
                "stand_in",
                Severity.INFO,
                metric.name,
                f"It is measured with a stand-in: {found.how}",
                f"To measure it in full, set up: {missing}.",
                "data",
                metric.id,
            )


def check_guardrails(framework: MeasurementFramework) -> Iterator[Finding]:
    """Primary KPIs whose guardrail nobody reads."""
    chosen = {kpi.metric_id for kpi in framework.kpis}
    for kpi, metric in named(framework):
        if kpi.role == "primary" and metric.guardrail and metric.guardrail not in chosen:
            guard = framework.metric(metric.guardrail).name
            yield finding(
                "guardrail_missing",
                Severity.INFO,
                metric.name,
                f"Nothing shows whether it rises at the expense of {guard}.",
                f"Add {guard} as a supporting KPI, or read it in the quarterly review.",
                "metrics",
                metric.id,
            )
