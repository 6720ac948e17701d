"""Decision rules: when a KPI's state asks for a decision, in words and applied to statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi_core.formats import percent, value_text
from kpi_core.models.base import Direction, Finding, Severity, Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.operation import Review
from kpi_core.models.rhythm import DecisionRule, Trigger

_TIMES = {1: "", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_TO_DATE = (Unit.COUNT, Unit.MONEY)
"""Units that add up over a period, so the target is compared as far as the period has gone."""


@dataclass(frozen=True)
class Reading:
    """A KPI as a review saw it: its value, and its status in the words of the design."""

    value: float | None
    status: str
    """`on_track`, `at_risk`, `off_track`, `too_early` or `no_data`."""


def all_rules(review: Review, framework: MeasurementFramework) -> tuple[str, ...]:
    """What the review decides and when, in sentences: rules of KPIs, then those in words."""
    return (*(rule_words(rule, framework) for rule in review.rules), *review.decision_rules)


def rule_words(rule: DecisionRule, framework: MeasurementFramework) -> str:
    """`If Win rate is off track (below 21.3%) in two reviews in a row: ...`"""
    about = [
        _about(rule, kpi, framework.metric(kpi.metric_id), framework.company.currency)
        for kpi in framework.kpis
        if kpi.metric_id in rule.metric_ids
    ]
    subject = " or ".join(about) if about else f"a KPI of this review {_state(rule)}"
    times = _TIMES.get(rule.reviews_in_a_row, str(rule.reviews_in_a_row))
    row = f" in {times} reviews in a row" if times else ""
    return f"If {subject}{row}: {rule.then}"


def _state(rule: DecisionRule) -> str:
    match rule.trigger:
        case Trigger.OFF_TRACK:
            return "is off track"
        case Trigger.AT_RISK:
            return "is at risk or off track"
    return f"is {rule.trigger.value} {'its limit' if rule.value is None else f'{rule.value:,g}'}"


def _about(rule: DecisionRule, kpi: Kpi, metric: MetricDefinition, currency: str) -> str:
    if rule.trigger in (Trigger.BELOW, Trigger.ABOVE):
        return (
            f"{metric.name} is {rule.trigger.value} {value_text(rule.value, metric.unit, currency)}"
        )
    limit = threshold_words(kpi, metric, rule.trigger, currency)
    return f"{metric.name} {_state(rule)}{f' ({limit})' if limit else ''}"


def threshold_words(
    kpi: Kpi, metric: MetricDefinition, trigger: Trigger, currency: str
) -> str | None:
    """Where a KPI's status turns, in words; `None` without a target.

    Off track is under `at_risk_from` of the target, at risk under `on_track_from`; where lower is
    better, above the target divided by it. Counts and money are held against the target to date.
    """
    if kpi.target is None:
        return None
    limits = kpi.thresholds
    share = limits.at_risk_from if trigger is Trigger.OFF_TRACK else limits.on_track_from
    if metric.direction is Direction.LOWER_IS_BETTER:
        return f"above {value_text(kpi.target.value / share, metric.unit, currency)}"
    if metric.unit in _TO_DATE:
        target = value_text(kpi.target.value, metric.unit, currency)
        return f"below {percent(share)} of its target to date, {target} in the year"
    return f"below {value_text(kpi.target.value * share, metric.unit, currency)}"


def fires(rule: DecisionRule, readings: Sequence[Reading]) -> bool:
    """Whether the rule applies to a KPI after these readings, oldest first.

    The last `reviews_in_a_row` readings must all be in the state; fewer readings never are.
    """
    if len(readings) < rule.reviews_in_a_row:
        return False
    return all(_in_state(rule, reading) for reading in readings[-rule.reviews_in_a_row :])


def _in_state(rule: DecisionRule, reading: Reading) -> bool:
    if rule.trigger is Trigger.OFF_TRACK:
        return reading.status == "off_track"
    if rule.trigger is Trigger.AT_RISK:
        return reading.status in ("at_risk", "off_track")
    if reading.value is None or rule.value is None:
        return False
    below = rule.trigger is Trigger.BELOW
    return reading.value < rule.value if below else reading.value > rule.value


def check_decisions(framework: MeasurementFramework) -> tuple[Finding, ...]:
    """Rules without a limit, or about a metric that the review does not read."""
    return tuple(
        finding
        for review in framework.operating_rhythm.reviews
        for rule in review.rules
        for finding in _check(rule, review)
    )


def _check(rule: DecisionRule, review: Review) -> list[Finding]:
    found = []
    where = f"{review.name}, decision rule"
    if rule.trigger in (Trigger.BELOW, Trigger.ABOVE):
        if rule.value is None or not rule.metric_ids:
            found.append(
                Finding(
                    code="rule_without_limit",
                    severity=Severity.ERROR,
                    where=where,
                    message=f"It waits for a value {rule.trigger.value} a limit, but names no limit or KPI.",
                    fix="Enter the limit and choose one KPI.",
                )
            )
        elif len(rule.metric_ids) > 1:
            found.append(
                Finding(
                    code="rule_with_several_kpis",
                    severity=Severity.WARNING,
                    where=where,
                    message="One limit is held against several KPIs.",
                    fix="Write one rule for each KPI.",
                )
            )
    if missing := [key for key in rule.metric_ids if key not in review.metric_ids]:
        found.append(
            Finding(
                code="rule_about_unread_kpi",
                severity=Severity.WARNING,
                where=where,
                message=f"The review does not read {', '.join(k.replace('_', ' ') for k in missing)}.",
                fix="Choose KPIs of this review, or change their cadence.",
            )
        )
    return found
