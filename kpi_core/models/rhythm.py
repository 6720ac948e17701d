"""The operating rhythm's documents: recycling, capacity, signatures, actions, schedules, changes."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from kpi_core.models.base import Cadence, Document, Id, LongText, Name, Number, Sentence


class RecyclingRule(Document):
    """Where a lead goes that sales gives back."""

    id: Id
    """Distinguishes the rule within the agreement."""
    from_stage: Id
    """Definition of the lead that is given back, for example `mql`."""
    reason: Name | None = None
    """Reason it applies to; `None` for any."""
    to_stage: Id
    """An earlier definition, or `nurture`."""
    after_days: Annotated[int, Field(ge=0, le=1825)]
    """Days before it may be handed over again."""
    max_times: Annotated[int, Field(ge=1, le=100)] | None = None
    """How often it may come back; `None` for no limit, which is a finding."""


class SalesCapacity(Document):
    """How many leads sales can work on."""

    reps: Annotated[int, Field(ge=1, le=100_000)]
    """People who follow up leads."""
    contacts_per_rep_per_day: Annotated[float, Field(ge=0.01, le=1000)]
    """Leads a rep can contact in a working day; each attempt counts."""
    working_days_per_month: Annotated[int, Field(ge=1, le=31)] = 20
    """Days on which they do."""


class Signature(Document):
    """One side's sign-off."""

    party: Literal["marketing", "sales"]
    name: Name
    """Who signed."""
    role: Id
    """Their role."""
    signed_on: date
    """Day of the signature."""


class Responsibility(Document):
    """Who is asked and told about a KPI, beside owner and steward."""

    metric_id: Id
    consulted: tuple[Id, ...] = ()
    """Roles that are asked before the KPI or its target changes."""
    informed: tuple[Id, ...] = ()
    """Roles that are told."""


class Trigger(StrEnum):
    """What a decision rule waits for."""

    OFF_TRACK = "off_track"
    AT_RISK = "at_risk"
    """At risk or worse."""
    BELOW = "below"
    ABOVE = "above"


class DecisionRule(Document):
    """What is decided when a KPI stays in a state."""

    id: Id
    """Distinguishes the rule within its review."""
    trigger: Trigger
    """State that the rule waits for."""
    value: Number | None = None
    """Limit in the metric's unit for `below` and `above`; `None` for the statuses."""
    reviews_in_a_row: Annotated[int, Field(ge=1, le=12)] = 1
    """How many reviews in a row must see it."""
    metric_ids: tuple[Id, ...] = ()
    """KPIs it is about; empty for every KPI of the review."""
    then: Sentence
    """What is then done."""


class ActionItem(Document):
    """Something agreed in a review."""

    id: Id
    """Distinguishes the action within the log."""
    what: Sentence
    """What is to be done."""
    owner_role: Id
    """The one role that does it."""
    owner_person: Name | None = None
    """Who of that role; `None` when not named."""
    due: date
    """Last day on which it is in time."""
    done_on: date | None = None
    """`None` while it is open."""
    review: Literal[Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY]
    """Cadence of the review that agreed on it."""
    created_on: date
    """Day it was agreed on."""


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _without_zone(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("give the local time without a zone; the framework has one")
    return at


LocalTime = Annotated[time, AfterValidator(_without_zone)]
"""A time of the day in the framework's time zone."""


class ReviewSchedule(Document):
    """When a review is held, in the framework's time zone."""

    weekday: Weekday
    """Day of the week."""
    week: Literal[1, 2, 3, 4, -1] = 1
    """Which such weekday of the month, -1 for the last. Not used by weekly reviews."""
    month_after_quarter: Literal[1, 2, 3] = 1
    """Quarterly reviews: month after the end of the fiscal quarter."""
    at: LocalTime
    """Local start."""
    starts_on: date
    """Nothing is held before this day."""


@cache
def time_zones() -> tuple[str, ...]:
    """Names of the IANA time zones known here that name a place, and UTC; sorted."""
    places = {name for name in available_timezones() if "/" in name}
    return (*sorted(name for name in places if not name.startswith(("Etc/", "posix"))), "UTC")


def _known_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError(f"'{name[:60]}' is no time zone; choose one such as Europe/Berlin")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""IANA name, for example `Asia/Tokyo`."""


class ChangeLine(Document):
    """One difference between two frameworks, in words."""

    area: Name
    """Part of the framework, for example `Targets`."""
    what: Sentence
    """What changed, in words."""
    before: LongText | None
    """`None` where it was not there."""
    after: LongText | None
    """`None` where it is no longer there."""
    metric_id: Id | None = None


class ChangeEntry(Document):
    """An entry of the change log: who, when, why, and what changed."""

    changed_on: date
    """Day of the change."""
    role: Id
    """Role that made it."""
    why: Sentence
    """The reason given."""
    lines: tuple[ChangeLine, ...] = Field(min_length=1, max_length=500)
    """What changed."""
