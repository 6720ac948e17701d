"""An agreement that cannot work, as findings: recycling in circles, dates, missing parts, capacity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MarketingSalesAgreement
from kpi_core.models.rhythm import RecyclingRule
from kpi_core.models.tree import Scenario
from kpi_core.rhythm.agreement import agreement_feasibility, busiest_month, monthly_volumes
from kpi_core.rhythm.scoring_check import check_rules

NURTURE = "nurture"
_ORDER = {NURTURE: 0, "lead": 1, "mql": 2, "pql": 2, "sql": 3, "opportunity": 4}
EXPECTED = {"mql_count": "mql", "product_qualified_leads": "pql", "sql_count": "sql"}
"""Definition that a step of the plan needs, by the step's metric."""


def check_agreement(
    framework: MeasurementFramework, today: date, scenario: Scenario | None = None
) -> tuple[Finding, ...]:
    """Everything about definitions and agreement worth fixing; errors first."""
    agreement = framework.agreement
    found = [
        *_check_definitions(framework, today),
        *check_recycling(agreement),
        *check_dates(agreement, today),
        *_check_capacity(framework, scenario),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _finding(code: str, severity: Severity, where: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=severity, where=where, message=message, fix=fix)


def _check_definitions(framework: MeasurementFramework, today: date) -> Iterator[Finding]:
    held = {definition.id: definition for definition in framework.agreement.definitions}
    for step in framework.funnel_plan.steps:
        wanted = EXPECTED.get(step.metric_id or "")
        if wanted and wanted not in held:
            yield _finding(
                "definition_missing",
                Severity.ERROR,
                f"Lead definitions, {wanted.upper()}",
                f"The plan counts {step.name}, but the agreement does not say what one is.",
                "Add the definition.",
            )
    for definition in held.values():
        if definition.rules is None:
            yield _finding(
                "definition_without_rules",
                Severity.INFO,
                definition.name,
                "It is only in words, so no system can apply it.",
                "Build its rules from criteria and a threshold.",
            )
        else:
            yield from check_rules(definition.rules, definition.name)
        for version in definition.versions:
            if version.agreed_on > today:
                yield _future(
                    f"{definition.name}, version {version.number}", version.agreed_on, "agreed"
                )


def _future(where: str, day: date, what: str) -> Finding:
    return _finding(
        "date_in_the_future",
        Severity.ERROR,
        where,
        f"It was {what} on {day.isoformat()}, which is still to come.",
        "Correct the date.",
    )


def check_dates(agreement: MarketingSalesAgreement, today: date) -> Iterator[Finding]:
    """Signatures still to come, an agreement that has ended or ends before it starts, one side missing."""
    for signature in agreement.signatures:
        if signature.signed_on > today:
            yield _future(
                f"Agreement, signature of {signature.party}", signature.signed_on, "signed"
            )
    start, end = agreement.valid_from, agreement.valid_until
    if start and end and end < start:
        yield _finding(
            "agreement_ends_before_start",
            Severity.ERROR,
            "Agreement, dates",
            f"It ends on {end.isoformat()}, before it starts on {start.isoformat()}.",
            "Swap or correct the dates.",
        )
    elif end and end < today:
        yield _finding(
            "agreement_ended",
            Severity.WARNING,
            "Agreement, dates",
            f"It ended on {end.isoformat()}.",
            "Renew it in the next quarterly review: set a new end and sign again.",
        )
    if len(agreement.signatures) == 1:
        signed = agreement.signatures[0].party
        yield _finding(
            "one_side_signed",
            Severity.WARNING,
            "Agreement, signatures",
            f"Only {signed} has signed, so it binds one side.",
            f"Have {'sales' if signed == 'marketing' else 'marketing'} sign too.",
        )


def check_recycling(agreement: MarketingSalesAgreement) -> Iterator[Finding]:
    """Rules that send a lead in circles, forward, nowhere known or back without end."""
    known = {NURTURE, "lead", *(definition.id for definition in agreement.definitions)}
    circle = recycling_circle(agreement.recycling)
    if circle:
        yield _finding(
            "circular_recycling",
            Severity.ERROR,
            "Agreement, recycling",
            f"A lead goes in circles: {' to '.join(circle)}.",
            "Send it back to an earlier definition or to nurturing, and nowhere on from there.",
        )
    for rule in agreement.recycling:
        where = f"Agreement, recycling of {rule.from_stage}"
        for stage in dict.fromkeys((rule.from_stage, rule.to_stage)):
            if stage not in known:
                yield _finding(
                    "recycling_unknown_stage",
                    Severity.ERROR,
                    where,
                    f"'{stage}' is none of the agreement's definitions.",
                    f"Choose one of {', '.join(sorted(known))}.",
                )
        yield from _check_rule(rule, where, circle)


def _check_rule(rule: RecyclingRule, where: str, circle: Sequence[str]) -> Iterator[Finding]:
    one, other = _ORDER.get(rule.from_stage), _ORDER.get(rule.to_stage)
    in_circle = rule.from_stage in circle and rule.to_stage in circle
    if one is not None and other is not None and other >= one and not in_circle:
        yield _finding(
            "recycling_forward",
            Severity.ERROR,
            where,
            f"It sends a lead that is given back on to {rule.to_stage}.",
            "Choose an earlier definition or nurturing.",
        )
    if rule.max_times is None:
        yield _finding(
            "recycling_without_end",
            Severity.WARNING,
            where,
            "A lead can come back any number of times.",
            "Say how often, for example twice.",
        )


def recycling_circle(rules: Sequence[RecyclingRule]) -> tuple[str, ...]:
    """Stages of the first circle the rules make, its first named again at the end; () without one."""
    onward: dict[str, list[str]] = {}
    for rule in rules:
        onward.setdefault(rule.from_stage, []).append(rule.to_stage)
    done: set[str] = set()

    def visit(stage: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if stage in path:
            return (*path[path.index(stage) :], stage)
        if stage in done:
            return ()
        for following in onward.get(stage, ()):
            if found := visit(following, (*path, stage)):
                return found
        done.add(stage)
        return ()

    return next((found for stage in onward if (found := visit(stage, ()))), ())


def _check_capacity(
    framework: MeasurementFramework, scenario: Scenario | None
) -> Iterator[Finding]:
    judged = agreement_feasibility(framework, scenario)
    if judged is None and busiest_month(monthly_volumes(framework, scenario)):
        yield _finding(
            "no_capacity",
            Severity.INFO,
            "Agreement, sales capacity",
            "Nobody has checked whether sales can follow up the planned leads.",
            "Enter reps, contacts a day and working days.",
        )
    elif judged and judged.finding:
        yield judged.finding
