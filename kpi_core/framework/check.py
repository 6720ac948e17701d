"""Framework -> findings: what the user should look at before signing off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kpi_core.framework.layout import EXECUTIVE_MAXIMUM, EXECUTIVE_MINIMUM
from kpi_core.framework.measurability import measurability
from kpi_core.framework.suggest import SUPPORTING_MAXIMUM, SUPPORTING_MINIMUM
from kpi_core.models.base import Finding, Severity, Stage, Timing
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition

OWNER_LOAD_MAXIMUM = 6
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def check_framework(framework: MeasurementFramework) -> tuple[Finding, ...]:
    """Everything worth fixing, errors first. Empty when the framework is ready for sign-off."""
    rules = (
        _check_stages,
        _check_north_star,
        _check_owners,
        _check_targets,
        _check_measurability,
        _check_guardrails,
        _check_dashboards,
        _check_reviews,
        _check_plan,
    )
    found = [finding for rule in rules for finding in rule(framework)]
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.severity]))


def _finding(
    code: str,
    severity: Severity,
    where: str,
    message: str,
    fix: str,
    step: str,
    metric_id: str | None = None,
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        where=where,
        message=message,
        fix=fix,
        step=step,
        metric_id=metric_id,
    )


def _named(framework: MeasurementFramework) -> Iterator[tuple[Kpi, MetricDefinition]]:
    for kpi in framework.kpis:
        yield kpi, framework.metric(kpi.metric_id)


def _check_stages(framework: MeasurementFramework) -> Iterator[Finding]:
    for stage in Stage:
        kpis = [kpi for kpi in framework.kpis if kpi.stage is stage]
        primaries = sum(kpi.role == "primary" for kpi in kpis)
        supporting = len(kpis) - primaries
        where = f"Stage {stage.value}"
        if primaries != 1:
            yield _finding(
                "not_one_primary",
                Severity.ERROR,
                where,
                f"This stage has {primaries} primary KPIs; exactly one says whether it works.",
                "Choose one primary KPI.",
                "metrics",
            )
        if not SUPPORTING_MINIMUM <= supporting <= SUPPORTING_MAXIMUM:
            more = "Add" if supporting < SUPPORTING_MINIMUM else "Remove"
            yield _finding(
                "supporting_count",
                Severity.WARNING,
                where,
                f"This stage has {supporting} supporting KPIs; two or three explain the primary one.",
                f"{more} a supporting KPI.",
                "metrics",
            )
    for kpi, metric in _named(framework):
        if kpi.role == "primary" and metric.vanity:
            yield _finding(
                "vanity_primary",
                Severity.ERROR,
                metric.name,
                "It can rise without any effect on revenue, so it cannot lead a stage.",
                "Swap it for a metric that counts qualified people or money.",
                "metrics",
                metric.id,
            )


def _check_north_star(framework: MeasurementFramework) -> Iterator[Finding]:
    metric = framework.metric(framework.north_star.metric_id)
    kpi = next((k for k in framework.kpis if k.metric_id == metric.id), None)
    if kpi is None or kpi.role != "primary":
        yield _finding(
            "north_star_not_primary",
            Severity.ERROR,
            "North star",
            f"{metric.name} is the north star but not the primary KPI of its stage.",
            f"Make it the primary KPI of {metric.stage.value}.",
            "metrics",
            metric.id,
        )
    if metric.timing is Timing.LAGGING:
        yield _finding(
            "north_star_lags",
            Severity.WARNING,
            "North star",
            f"{metric.name} records results after the fact, so the team learns late.",
            "Read it together with the leading KPIs of consideration, every week.",
            "motion",
            metric.id,
        )


def _check_owners(framework: MeasurementFramework) -> Iterator[Finding]:
    load = Counter(kpi.owner_role for kpi in framework.kpis if kpi.owner_role)
    for kpi, metric in _named(framework):
        if kpi.owner_role is None:
            yield _finding(
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
            yield _finding(
                "owner_overloaded",
                Severity.WARNING,
                name,
                f"This role owns {kpis} KPIs; more than {OWNER_LOAD_MAXIMUM} are rarely looked after.",
                "Hand some to another role.",
                "owners",
            )


def _check_targets(framework: MeasurementFramework) -> Iterator[Finding]:
    for kpi, metric in _named(framework):
        target = kpi.target
        if target is None:
            yield _finding(
                "no_target",
                Severity.WARNING,
                metric.name,
                "It has no target: no history was given, nothing comparable is published, "
                "and the revenue plan does not depend on it.",
                "Enter your last value or a target.",
                "targets",
                metric.id,
            )
        elif metric.maximum is not None and target.value > metric.maximum:
            yield _finding(
                "target_impossible",
                Severity.ERROR,
                metric.name,
                "Its target is above what is possible.",
                "Lower the target.",
                "targets",
                metric.id,
            )
        elif target.calibrate_after_quarter:
            yield _finding(
                "calibrate_target",
                Severity.INFO,
                metric.name,
                "Its target rests on no history of your own.",
                "Enter your last value, or correct the target after one quarter.",
                "targets",
                metric.id,
            )


def _check_measurability(framework: MeasurementFramework) -> Iterator[Finding]:
    in_place = framework.data_infrastructure.categories
    for _, metric in _named(framework):
        found = measurability(metric, in_place)
        missing = " and ".join(framework.term("tool_category", m) for m in found.missing)
        if found.level == "not_yet":
            yield _finding(
                "not_measurable",
                Severity.WARNING,
                metric.name,
                f"It cannot be measured yet. Missing: {missing}.",
                "Set the tool up, or swap the metric.",
                "data",
                metric.id,
            )
        elif found.level == "stand_in":
            yield _finding(
                "stand_in",
                Severity.INFO,
                metric.name,
                f"It is measured with a stand-in: {found.how}",
                f"To measure it in full, set up: {missing}.",
                "data",
                metric.id,
            )


def _check_guardrails(framework: MeasurementFramework) -> Iterator[Finding]:
    chosen = {kpi.metric_id for kpi in framework.kpis}
    for kpi, metric in _named(framework):
        if kpi.role == "primary" and metric.guardrail and metric.guardrail not in chosen:
            guard = framework.metric(metric.guardrail).name
            yield _finding(
                "guardrail_missing",
                Severity.INFO,
                metric.name,
                f"Nothing shows whether it rises at the expense of {guard}.",
                f"Add {guard} as a supporting KPI, or read it in the quarterly review.",
                "metrics",
                metric.id,
            )


def _check_dashboards(framework: MeasurementFramework) -> Iterator[Finding]:
    tiles = len(framework.dashboards.executive.metric_ids)
    if not EXECUTIVE_MINIMUM <= tiles <= EXECUTIVE_MAXIMUM:
        yield _finding(
            "executive_size",
            Severity.WARNING,
            "Executive dashboard",
            f"It shows {tiles} KPIs; five to seven can be read in one minute.",
            "Add or remove KPIs on the executive layer.",
            "dashboards",
        )
    if not framework.dashboards.channels:
        yield _finding(
            "no_channel",
            Severity.WARNING,
            "Channel dashboard",
            "No channel is active, so nobody sees what to optimise this week.",
            "Choose the channels you use.",
            "dashboards",
        )
    for kpi, metric in _named(framework):
        if not kpi.layers:
            yield _finding(
                "on_no_dashboard",
                Severity.WARNING,
                metric.name,
                "It is on no dashboard, so nobody will see it.",
                "Put it on at least one layer.",
                "dashboards",
                metric.id,
            )
    if framework.north_star.metric_id not in framework.dashboards.executive.metric_ids:
        yield _finding(
            "north_star_not_executive",
            Severity.WARNING,
            "Executive dashboard",
            "The north star is not on it.",
            "Put the north star on the executive layer.",
            "dashboards",
            framework.north_star.metric_id,
        )


def _check_reviews(framework: MeasurementFramework) -> Iterator[Finding]:
    reviews = framework.operating_rhythm.reviews
    if not reviews:
        yield _finding(
            "no_review",
            Severity.WARNING,
            "Operating rhythm",
            "No review is held, so numbers lead to no decision.",
            "Keep at least one review.",
            "dashboards",
        )
    for review in reviews:
        if not review.metric_ids:
            yield _finding(
                "review_without_kpi",
                Severity.WARNING,
                review.name,
                "No KPI is read at this pace.",
                "Change the cadence of a KPI or drop the review.",
                "dashboards",
            )
        if not review.attendees:
            yield _finding(
                "review_without_attendees",
                Severity.WARNING,
                review.name,
                "Nobody attends it.",
                "Name the roles that attend.",
                "dashboards",
            )


def _check_plan(framework: MeasurementFramework) -> Iterator[Finding]:
    plan = framework.funnel_plan
    if plan.marketing_revenue == 0:
        yield _finding(
            "nothing_to_bring",
            Severity.WARNING,
            "Funnel plan",
            "Existing customers already bring the whole revenue target, so the plan asks for no new deal.",
            "Check the revenue target, start ARR and net revenue retention.",
            "company",
        )
    elif plan.average_deal_size > plan.marketing_revenue:
        yield _finding(
            "deal_above_target",
            Severity.INFO,
            "Funnel plan",
            "One average deal is more than marketing has to bring in the year.",
            "Check average deal size and revenue target.",
            "company",
        )
