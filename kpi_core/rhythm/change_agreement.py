"""Facts about lead definitions and the marketing-sales agreement."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_core.formats import count, value_text
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import Commitment, LeadDefinition, MarketingSalesAgreement
from kpi_core.models.rhythm import RecyclingRule, SalesCapacity
from kpi_core.rhythm.change_facts import Fact, listing, said
from kpi_core.rhythm.scoring_words import version_lines


def agreement_facts(framework: MeasurementFramework) -> Iterator[Fact]:
    """Definitions with their rules, then everything both sides promise."""
    agreement = framework.agreement
    for definition in agreement.definitions:
        yield from _definition(definition)
    for field, text in _terms(agreement).items():
        yield Fact(key=f"agreement {field}", area="Agreement", what=field, text=text)
    yield from _promises(framework)


def _definition(definition: LeadDefinition) -> Iterator[Fact]:
    area, head = "Lead definitions", f"definition {definition.id}"
    yield Fact(key=head, area=area, what=definition.name, text=definition.statement, compared=False)
    fields = {
        "name": ("Name", definition.name),
        **version_lines(definition),
        "words": ("Criteria in words", "\n".join(definition.criteria) or "none"),
        "version": (
            "Version",
            str(definition.versions[-1].number) if definition.versions else "none",
        ),
    }
    for key, (what, text) in fields.items():
        label = f"{definition.name}, {what.lower()}"
        yield Fact(key=f"{head} {key}", area=area, what=label, text=text, part_of=head)


def _terms(agreement: MarketingSalesAgreement) -> dict[str, str]:
    signed = (f"{s.party}: {s.name}, {s.signed_on.isoformat()}" for s in agreement.signatures)
    return {
        "Response time": f"{count(agreement.response_hours)} working hours",
        "Contact attempts": count(agreement.contact_attempts),
        "Disposition": f"{agreement.disposition_days} days",
        "Recycling rule": agreement.recycling_rule,
        "Recycling steps": "\n".join(map(recycling_words, agreement.recycling)) or "none",
        "Hand-over criteria": "\n".join(agreement.handoff_criteria) or "none",
        "Feedback": agreement.feedback,
        "Escalation": agreement.escalation,
        "Sales capacity": _capacity(agreement.capacity),
        "Valid from": said(agreement.valid_from),
        "Valid until": said(agreement.valid_until),
        "Signatures": listing(signed),
    }


def recycling_words(rule: RecyclingRule) -> str:
    """`MQL to nurture after 90 days, at most 2 times`."""
    reason = f" for '{rule.reason}'" if rule.reason else ""
    most = "any number of times" if rule.max_times is None else f"at most {rule.max_times} times"
    days = f"{rule.after_days:,} day{'' if rule.after_days == 1 else 's'}"
    return f"{rule.from_stage.upper()} to {rule.to_stage}{reason} after {days}, {most}"


def _capacity(capacity: SalesCapacity | None) -> str:
    if capacity is None:
        return "none"
    return (
        f"{capacity.reps:,} reps, {count(capacity.contacts_per_rep_per_day)} contacts a day each, "
        f"{capacity.working_days_per_month} days a month"
    )


def _promises(framework: MeasurementFramework) -> Iterator[Fact]:
    """Commitments; those about a metric are followed by it, others by their words."""
    for promise in framework.agreement.commitments:
        about = promise.metric_id or promise.statement
        yield Fact(
            key=f"promise {promise.party} {about}",
            area="Agreement",
            what=f"Commitment of {promise.party}",
            text=_promise(promise, framework),
            metric_id=promise.metric_id,
        )


def _promise(promise: Commitment, framework: MeasurementFramework) -> str:
    if promise.value is None:
        return promise.statement
    units = {metric.id: metric.unit for metric in framework.metrics}
    unit = units.get(promise.metric_id or "")
    currency = framework.company.currency
    shown = value_text(promise.value, unit, currency) if unit else count(promise.value)
    return f"{promise.statement} ({shown})"
