"""The reviews as a calendar file (iCalendar, RFC 5545): one series each, with its agenda."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vRecur,
    vText,
)

from kpi_core.models.base import Cadence, Finding
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import Review
from kpi_core.rhythm.reviews import agenda_text
from kpi_core.rhythm.series import WEEKDAYS, occurrences, schedule_of, time_zone

_NAMESPACE = uuid.UUID("6f1c9c6e-6a0b-5b0e-9a53-0d2f3f5f7c11")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MEDIA_TYPE = "text/calendar"


def calendar_file(
    framework: MeasurementFramework,
    first: date,
    last: date,
    today: date,
    findings: Iterable[Finding] = (),
) -> bytes:
    """Every review's series from `first` to `last` in the framework's time zone.

    Each event repeats by a rule (RRULE) and carries its agenda as of `today`. Its UID stays the same
    for a company, the framework's creation date and the cadence, so that importing the file again
    changes the series instead of adding one. Reviews without a day in the span are left out.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//KPI Framework Builder//Reviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(framework.name))
    found = tuple(findings)
    events = [
        event
        for review in framework.operating_rhythm.reviews
        if (event := _event(review, framework, first, last, today, found))
    ]
    zone = time_zone(framework)
    if events and zone != "UTC":
        calendar.add_component(zone_component(zone, first, last + timedelta(days=1)))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(
    review: Review,
    framework: MeasurementFramework,
    first: date,
    last: date,
    today: date,
    findings: tuple[Finding, ...],
) -> Event | None:
    starts = occurrences(framework, review, first, last)
    if not starts:
        return None
    start = starts[0]
    if time_zone(framework) == "UTC":
        start = start.astimezone(UTC)
    event = Event()
    event.add("uid", uid(review, framework))
    event.add("dtstamp", datetime.combine(today, time(), UTC))
    event.add("sequence", max((framework.updated_on - framework.created_on).days, 0))
    event.add("dtstart", start)
    event.add("duration", timedelta(minutes=review.duration_minutes))
    if len(starts) > 1:
        event.add("rrule", _rule(review, framework, first, len(starts)))
    event.add("summary", f"{review.name} ({framework.company.name})")
    event.add("description", agenda_text(review, framework, today, findings))
    event.add("categories", ["KPI review"])
    event.add("transp", "OPAQUE")
    return event


def uid(review: Review, framework: MeasurementFramework) -> str:
    """The series' lasting identity."""
    company, created = framework.company.name, framework.created_on.isoformat()
    key = uuid.uuid5(_NAMESPACE, f"{company}\n{created}\n{review.cadence.value}")
    return f"{key}@kpi-framework-builder"


def _rule(review: Review, framework: MeasurementFramework, first: date, count: int) -> vRecur:
    """The series' rule; quarterly is every third month from the first date on."""
    schedule = schedule_of(review, first)
    day = _DAYS[WEEKDAYS.index(schedule.weekday)]
    if review.cadence is Cadence.WEEKLY:
        return vRecur(freq="weekly", byday=day, count=count)
    nth = f"{schedule.week}{day}"
    if review.cadence is Cadence.MONTHLY:
        return vRecur(freq="monthly", byday=nth, count=count)
    return vRecur(freq="monthly", interval=3, byday=nth, count=count)


def zone_component(name: str, first: date, last: date) -> Timezone:
    """The time zone's offset changes from `first` to `last`, with the one in force before.

    Written here because the library's own starts summer time an hour late: the onset is local time
    before the change (RFC 5545, 3.6.5).
    """
    zone = ZoneInfo(name)
    begin = datetime.combine(first, time(), UTC) - timedelta(days=2)
    end = datetime.combine(last, time(), UTC) + timedelta(days=2)
    component = Timezone()
    component.add("tzid", name)
    before = begin.astimezone(zone)
    component.add_component(_observance(before, before, datetime(1970, 1, 1)))
    moment = begin
    while moment < end:
        following = moment + timedelta(days=1)
        if _offset(moment, zone) != _offset(following, zone):
            change = _change(moment, following, zone)
            old, new = (change - timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
            local = change.replace(tzinfo=None) + (old.utcoffset() or timedelta())
            component.add_component(_observance(old, new, local))
        moment = following
    return component


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The minute in which the offset changes between two moments a day apart."""
    before = _offset(low, zone)
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _observance(
    old: datetime, new: datetime, onset: datetime
) -> TimezoneDaylight | TimezoneStandard:
    part = TimezoneDaylight() if new.dst() else TimezoneStandard()
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", old.utcoffset())
    part.add("tzoffsetto", new.utcoffset())
    part.add("tzname", new.tzname() or new.strftime("%z"))
    return part
