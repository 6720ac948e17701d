"""Dates of reviews by hand: fiscal quarters, nth weekdays, time zones."""

from __future__ import annotations

import calendar
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Cadence
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import ReviewSchedule, time_zones
from kpi_core.rhythm.series import (
    TIME_ZONES,
    check_schedules,
    fiscal_year,
    nth_weekday,
    occurrences,
    quarterly_months,
    review_days,
    schedule_words,
    time_zone,
    usual_schedule,
)

APRIL = date(2026, 4, 1)


def schedule(**fields: Any) -> ReviewSchedule:
    return ReviewSchedule.model_validate(
        {"weekday": "monday", "at": "10:00", "starts_on": "2026-04-01", **fields}
    )


def test_a_fiscal_year_by_hand() -> None:
    assert fiscal_year(date(2026, 4, 1), 4) == (date(2026, 4, 1), date(2027, 3, 31))
    assert fiscal_year(date(2026, 3, 31), 4) == (date(2025, 4, 1), date(2026, 3, 31))
    assert fiscal_year(date(2026, 12, 31), 1) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("start", "after", "months"),
    [
        (1, 1, (1, 4, 7, 10)),
        (4, 1, (1, 4, 7, 10)),
        (2, 1, (2, 5, 8, 11)),
        (4, 2, (2, 5, 8, 11)),
        (12, 3, (2, 5, 8, 11)),
    ],
)
def test_months_after_a_fiscal_quarter(start: int, after: int, months: tuple[int, ...]) -> None:
    assert quarterly_months(schedule(month_after_quarter=after), start) == months


def test_a_fiscal_year_in_tokyo_by_hand(worked_example: MeasurementFramework) -> None:
    # the sample's fiscal year starts in April; dates from a printed calendar of 2026 and 2027
    assert time_zone(worked_example) == "Asia/Tokyo"
    first, last = fiscal_year(APRIL, 4)
    weekly, monthly, quarterly = worked_example.operating_rhythm.reviews
    dates = {
        review.cadence: [day.date() for day in occurrences(worked_example, review, first, last)]
        for review in (weekly, monthly, quarterly)
    }
    assert dates[Cadence.QUARTERLY] == [
        date(2026, 4, 8), date(2026, 7, 8), date(2026, 10, 14), date(2027, 1, 13),
    ]  # fmt: skip
    assert dates[Cadence.MONTHLY] == [
        date(2026, 4, 14), date(2026, 5, 12), date(2026, 6, 9), date(2026, 7, 14),
        date(2026, 8, 11), date(2026, 9, 8), date(2026, 10, 13), date(2026, 11, 10),
        date(2026, 12, 8), date(2027, 1, 12), date(2027, 2, 9), date(2027, 3, 9),
    ]  # fmt: skip
    assert dates[Cadence.WEEKLY][:2] == [date(2026, 4, 6), date(2026, 4, 13)]
    assert (len(dates[Cadence.WEEKLY]), dates[Cadence.WEEKLY][-1]) == (52, date(2027, 3, 29))
    start = occurrences(worked_example, quarterly, first, last)[0]
    assert start.isoformat() == "2026-04-08T10:00:00+09:00"


def test_the_local_hour_stays_across_a_clock_change(
    build: Any, catalog: Catalog, changed: Any
) -> None:
    framework = build(catalog.samples["product_led_smb_saas_eur"].answers)
    weekly = framework.operating_rhythm.reviews[0]
    days = occurrences(framework, weekly, date(2026, 10, 19), date(2026, 11, 2))
    assert [day.isoformat() for day in days] == [
        "2026-10-19T10:00:00+02:00",
        "2026-10-26T10:00:00+01:00",  # clocks went back on 25 October
        "2026-11-02T10:00:00+01:00",
    ]


@given(st.integers(1900, 2200), st.integers(1, 12), st.integers(0, 6))
def test_nth_weekdays_agree_with_the_month_calendar(year: int, month: int, weekday: int) -> None:
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    for week in (1, 2, 3, 4):
        assert nth_weekday(year, month, weekday, week) == date(year, month, days[week - 1])
    assert nth_weekday(year, month, weekday, -1) == date(year, month, days[-1])


@given(
    st.sampled_from(["weekly", "monthly", "quarterly"]),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(0, 800),
    st.integers(1, 12),
    st.sampled_from([1, 2, 3, 4, -1]),
)
def test_days_lie_in_the_span_on_their_weekday(
    cadence: str, first: date, length: int, start_month: int, week: int
) -> None:
    last = first + timedelta(days=length)
    plan = schedule(weekday="friday", week=week, starts_on=first)
    days = review_days(plan, Cadence(cadence), start_month, first, last)
    assert all(first <= day <= last and day.weekday() == 4 for day in days)
    assert list(days) == sorted(set(days))
    if cadence == "quarterly":
        assert {(day.month - start_month) % 3 for day in days} <= {0}


def test_nothing_before_the_start_or_after_an_earlier_end() -> None:
    plan = schedule(starts_on="2026-04-14")
    assert review_days(plan, Cadence.WEEKLY, 1, APRIL, date(2026, 4, 26)) == (date(2026, 4, 20),)
    assert review_days(plan, Cadence.WEEKLY, 1, APRIL, date(2026, 4, 1)) == ()
    far = review_days(plan, Cadence.WEEKLY, 1, APRIL, date.max)
    assert far[-1].year == 2029


def test_every_region_of_the_catalog_has_a_time_zone(catalog: Catalog) -> None:
    assert set(TIME_ZONES) == set(catalog.regions)
    assert set(TIME_ZONES.values()) <= set(time_zones())


def test_a_schedule_in_words(worked_example: MeasurementFramework) -> None:
    said = [
        schedule_words(worked_example, r, APRIL) for r in worked_example.operating_rhythm.reviews
    ]
    assert said == [
        "Every Monday at 10:00 (Asia/Tokyo), 30 minutes.",
        "Every second Tuesday of the month at 10:00 (Asia/Tokyo), 60 minutes.",
        "Every second Wednesday of the first month after the fiscal quarter ends at 10:00 "
        "(Asia/Tokyo), 120 minutes.",
    ]


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        ("review_on_weekend", {"weekday": "sunday"}, {"weekday": "friday"}),
        ("review_at_night", {"at": "05:59"}, {"at": "06:00"}),
        ("review_at_night", {"at": "20:01"}, {"at": "20:00"}),
        ("series_starts_in_the_past", {"starts_on": "2025-03-30"}, {"starts_on": "2025-03-31"}),
    ],
)
def test_an_odd_schedule(
    worked_example: MeasurementFramework,
    changed: Any,
    code: str,
    failing: dict[str, str],
    passing: dict[str, str],
) -> None:
    def codes(fields: dict[str, str]) -> list[str]:
        plan = schedule(**fields).model_dump(mode="json")
        framework = changed(
            worked_example, lambda d: d["operating_rhythm"]["reviews"][0].update(schedule=plan)
        )
        return [finding.code for finding in check_schedules(framework, APRIL)]

    assert code in codes(failing)
    assert code not in codes(passing)


def test_a_usual_schedule_is_on_a_working_day_in_the_morning() -> None:
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY):
        plan = usual_schedule(cadence, APRIL)
        assert plan.at == time(10)
        assert plan.weekday not in ("saturday", "sunday")
