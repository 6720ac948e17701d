"""The calendar file, opened by icalendar's parser and by a plain reading with dateutil."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from icalendar import Calendar

from kpi_core.catalog.loader import Catalog
from kpi_core.models.framework import MeasurementFramework
from kpi_core.rhythm.calendar_file import calendar_file, zone_component
from kpi_core.rhythm.reviews import agenda_text
from kpi_core.rhythm.series import fiscal_year, occurrences

TODAY = date(2026, 4, 1)
FIRST, LAST = fiscal_year(TODAY, 4)
HOSTILE = 'Pipe;line, "x" \\n BEGIN:VEVENT\nEND:VCALENDAR\n=cmd()|<b>日本語 ' + "ü" * 60


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def plain_events(content: bytes) -> list[dict[str, str]]:
    """Events as property lines, without any calendar library."""
    events: list[dict[str, str]] = []
    for line in unfolded(content):
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and ":" in line:
            name, _, value = line.partition(":")
            events[-1].setdefault(name, value)
    return events


def dates_of(event: dict[str, str]) -> list[datetime]:
    (start,) = [value for name, value in event.items() if name.startswith("DTSTART")]
    local = datetime.strptime(start.removesuffix("Z"), "%Y%m%dT%H%M%S")
    return list(rrulestr(event["RRULE"], dtstart=local))


@pytest.fixture(params=["manufacturer_jpy", "product_led_smb_saas_eur", "hybrid_mid_market_gbp"])
def planned(request: pytest.FixtureRequest, build: Any, catalog: Catalog) -> MeasurementFramework:
    return build(catalog.samples[request.param].answers)


def test_two_parsers_read_the_same_dates_as_the_plan(planned: MeasurementFramework) -> None:
    content = calendar_file(planned, FIRST, LAST, TODAY)
    events = plain_events(content)
    assert len(events) == 3
    parsed = Calendar.from_ical(content)
    for review, event, read in zip(
        planned.operating_rhythm.reviews, events, parsed.walk("VEVENT"), strict=True
    ):
        expected = occurrences(planned, review, FIRST, LAST)
        assert dates_of(event) == [day.replace(tzinfo=None) for day in expected]
        start = read["DTSTART"].dt
        assert (start, start.utcoffset()) == (expected[0], expected[0].utcoffset())
        assert read["DURATION"].dt.total_seconds() == 60 * review.duration_minutes
        assert read["DESCRIPTION"] == agenda_text(review, planned, TODAY)


def test_the_quarterly_series_in_tokyo_by_hand(worked_example: MeasurementFramework) -> None:
    event = plain_events(calendar_file(worked_example, FIRST, LAST, TODAY))[2]
    assert event["DTSTART;TZID=Asia/Tokyo"] == "20260408T100000"
    assert event["RRULE"] == "FREQ=MONTHLY;COUNT=4;INTERVAL=3;BYDAY=2WE"
    assert [day.date() for day in dates_of(event)] == [
        date(2026, 4, 8), date(2026, 7, 8), date(2026, 10, 14), date(2027, 1, 13),
    ]  # fmt: skip


def test_a_last_weekday_and_a_later_month(
    worked_example: MeasurementFramework, changed: Any
) -> None:
    plan = {"weekday": "friday", "week": -1, "month_after_quarter": 2, "at": "16:30",
            "starts_on": "2026-06-01"}  # fmt: skip
    framework = changed(
        worked_example, lambda d: d["operating_rhythm"]["reviews"][2].update(schedule=plan)
    )
    event = plain_events(calendar_file(framework, FIRST, LAST, TODAY))[2]
    # May's is before the start; last Fridays of August, November and February
    assert [str(day) for day in dates_of(event)] == [
        "2026-08-28 16:30:00",
        "2026-11-27 16:30:00",
        "2027-02-26 16:30:00",
    ]


def test_berlin_changes_its_clocks_at_the_right_hour() -> None:
    zone = zone_component("Europe/Berlin", date(2026, 4, 1), date(2027, 4, 1))
    parts = [
        (
            part.name,
            str(part["DTSTART"].dt),
            str(part["TZOFFSETFROM"].td),
            str(part["TZOFFSETTO"].td),
        )
        for part in zone.subcomponents
    ]
    # the law: last Sunday of October, 3:00 summer time; last Sunday of March, 2:00 normal time
    assert parts == [
        ("DAYLIGHT", "1970-01-01 00:00:00", "2:00:00", "2:00:00"),
        ("STANDARD", "2026-10-25 03:00:00", "2:00:00", "1:00:00"),
        ("DAYLIGHT", "2027-03-28 02:00:00", "1:00:00", "2:00:00"),
    ]


def test_the_zone_in_the_file_gives_the_right_moments(build: Any, catalog: Catalog) -> None:
    """An independent reading: offsets from the file's own VTIMEZONE, not from the machine's."""
    framework = build(catalog.samples["product_led_smb_saas_eur"].answers)
    content = calendar_file(framework, FIRST, LAST, TODAY)
    zone = Calendar.from_ical(content).walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
    weekly = framework.operating_rhythm.reviews[0]
    for expected, local in zip(
        occurrences(framework, weekly, FIRST, LAST), dates_of(plain_events(content)[0]), strict=True
    ):
        assert local.replace(tzinfo=zone).utcoffset() == expected.utcoffset()


def test_tokyo_needs_one_offset_and_utc_no_zone(
    worked_example: MeasurementFramework, changed: Any
) -> None:
    tokyo = zone_component("Asia/Tokyo", FIRST, LAST)
    assert [part.name for part in tokyo.subcomponents] == ["STANDARD"]
    utc = changed(worked_example, lambda d: d["operating_rhythm"].update(time_zone="UTC"))
    content = calendar_file(utc, FIRST, LAST, TODAY)
    assert b"VTIMEZONE" not in content
    assert plain_events(content)[0]["DTSTART"] == "20260406T100000Z"


def test_hostile_text_stays_text(worked_example: MeasurementFramework, changed: Any) -> None:
    def edit(document: dict[str, Any]) -> None:
        for review in document["operating_rhythm"]["reviews"]:
            review["name"] = HOSTILE[:110]
            review["purpose"] = HOSTILE
            review["agenda"] = [HOSTILE]
        document["company"]["name"] = HOSTILE[:110]
        document["name"] = HOSTILE[:110]

    content = calendar_file(changed(worked_example, edit), FIRST, LAST, TODAY)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = unfolded(content)
    assert lines.count("BEGIN:VEVENT") == 3
    assert lines.count("END:VCALENDAR") == 1
    read = Calendar.from_ical(content).walk("VEVENT")
    assert [str(event["SUMMARY"]).startswith(HOSTILE[:60].strip()) for event in read] == [True] * 3
    assert all(str(event["DESCRIPTION"]).count("日本語") >= 2 for event in read)


def test_the_file_is_stable_and_uids_last(
    worked_example: MeasurementFramework, changed: Any
) -> None:
    content = calendar_file(worked_example, FIRST, LAST, TODAY)
    assert calendar_file(worked_example, FIRST, LAST, TODAY) == content

    def edit(document: dict[str, Any]) -> None:
        document["operating_rhythm"]["reviews"][0]["name"] = "Renamed"
        document["updated_on"] = "2026-05-01"

    later = calendar_file(changed(worked_example, edit), FIRST, LAST, date(2026, 5, 1))
    before, after = plain_events(content), plain_events(later)
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert len({event["UID"] for event in before}) == 3
    assert (before[0]["SEQUENCE"], after[0]["SEQUENCE"]) == ("0", "30")
    other = changed(worked_example, lambda d: d["company"].update(name="Other Ltd"))
    assert plain_events(calendar_file(other, FIRST, LAST, TODAY))[0]["UID"] != before[0]["UID"]


def test_required_properties_are_there(worked_example: MeasurementFramework) -> None:
    lines = unfolded(calendar_file(worked_example, FIRST, LAST, TODAY))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert "DTSTAMP:20260401T000000Z" in lines
    assert any(re.fullmatch(r"PRODID:-//KPI Framework Builder//.*//EN", line) for line in lines)


def test_a_span_without_a_review_is_an_empty_calendar(
    worked_example: MeasurementFramework,
) -> None:
    content = calendar_file(worked_example, date(2026, 4, 1), date(2026, 4, 5), TODAY)
    assert Calendar.from_ical(content).walk("VEVENT") == []
    assert b"VTIMEZONE" not in content


def test_a_single_meeting_has_no_rule(worked_example: MeasurementFramework) -> None:
    content = calendar_file(worked_example, date(2026, 4, 1), date(2026, 4, 8), TODAY)
    events = plain_events(content)
    assert len(events) == 2  # Monday 6 April and Wednesday 8 April
    assert all("RRULE" not in event for event in events)
