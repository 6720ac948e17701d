"""Periods of every grain, in fiscal years that start in any month."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.calendar import (
    before,
    days_elapsed,
    elapsed_share,
    end_of,
    first_days,
    period_of,
    periods,
    year_before,
)
from kpi_core.models.actuals import Grain

DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
GRAINS = st.sampled_from(list(Grain))
STARTS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("day", "grain", "fiscal", "start", "end", "label"),
    [
        (date(2026, 9, 14), Grain.DAY, 1, date(2026, 9, 14), date(2026, 9, 14), "14 Sep 2026"),
        # 16 September 2026 is a Wednesday, so its week starts on Monday the 14th
        (
            date(2026, 9, 16),
            Grain.WEEK,
            1,
            date(2026, 9, 14),
            date(2026, 9, 20),
            "Week of 14 Sep 2026",
        ),
        (date(2024, 2, 29), Grain.MONTH, 4, date(2024, 2, 1), date(2024, 2, 29), "Feb 2024"),
        (date(2026, 9, 14), Grain.QUARTER, 1, date(2026, 7, 1), date(2026, 9, 30), "Q3 FY2026"),
        (date(2026, 9, 14), Grain.QUARTER, 4, date(2026, 7, 1), date(2026, 9, 30), "Q2 FY2026/27"),
        # a year from April: January to March belong to the year that began the year before
        (date(2027, 2, 1), Grain.QUARTER, 4, date(2027, 1, 1), date(2027, 3, 31), "Q4 FY2026/27"),
        (date(2026, 12, 31), Grain.YEAR, 1, date(2026, 1, 1), date(2026, 12, 31), "FY2026"),
        (date(2027, 3, 31), Grain.YEAR, 4, date(2026, 4, 1), date(2027, 3, 31), "FY2026/27"),
        (date(1999, 12, 1), Grain.YEAR, 12, date(1999, 12, 1), date(2000, 11, 30), "FY1999/00"),
        # quarters of a year from February: Feb-Apr, May-Jul, Aug-Oct, Nov-Jan
        (date(2024, 1, 31), Grain.QUARTER, 2, date(2023, 11, 1), date(2024, 1, 31), "Q4 FY2023/24"),
    ],
)
def test_known_periods(
    day: date, grain: Grain, fiscal: int, start: date, end: date, label: str
) -> None:
    period = period_of(day, grain, fiscal)
    assert (period.start, period.end, period.label) == (start, end, label)


@given(DAYS, GRAINS, STARTS)
def test_a_period_holds_its_day_and_its_own_ends(day: date, grain: Grain, fiscal: int) -> None:
    period = period_of(day, grain, fiscal)
    assert period.start <= day <= period.end
    assert period_of(period.start, grain, fiscal) == period == period_of(period.end, grain, fiscal)
    assert end_of(period.start, grain) == period.end


@given(DAYS, st.integers(0, 800), GRAINS, STARTS)
def test_periods_follow_each_other_without_a_gap(
    first: date, length: int, grain: Grain, fiscal: int
) -> None:
    last = first + timedelta(days=length)
    found = periods(first, last, grain, fiscal)
    assert found[0].start <= first
    assert found[-1].end >= last
    for earlier, later in pairwise(found):
        assert earlier.end + timedelta(days=1) == later.start
        assert before(later, fiscal) == earlier


@given(DAYS, STARTS)
def test_a_year_has_four_quarters_and_twelve_months(day: date, fiscal: int) -> None:
    year = period_of(day, Grain.YEAR, fiscal)
    assert year.start.month == fiscal
    assert year.days in (365, 366)
    for grain, count in ((Grain.QUARTER, 4), (Grain.MONTH, 12)):
        parts = periods(year.start, year.end, grain, fiscal)
        assert len(parts) == count
        assert sum(part.days for part in parts) == year.days


def test_no_periods_between_a_day_and_an_earlier_one() -> None:
    assert periods(date(2026, 2, 1), date(2026, 1, 1), Grain.DAY) == ()


@given(DAYS, STARTS, st.sampled_from([Grain.MONTH, Grain.QUARTER, Grain.YEAR]))
def test_a_year_before_is_the_same_months(day: date, fiscal: int, grain: Grain) -> None:
    period = period_of(day, grain, fiscal)
    earlier = year_before(period, fiscal)
    assert (earlier.start.month, earlier.end.month) == (period.start.month, period.end.month)
    assert period.start.year - earlier.start.year == 1


def test_a_leap_february_is_held_against_a_short_one() -> None:
    earlier = year_before(period_of(date(2024, 2, 29), Grain.MONTH))
    assert (earlier.end, earlier.days) == (date(2023, 2, 28), 28)


def test_days_and_weeks_a_year_before_keep_their_weekday() -> None:
    # Monday 14 September 2026 less 364 days is Monday 15 September 2025
    monday = period_of(date(2026, 9, 14), Grain.DAY)
    assert year_before(monday).start == date(2025, 9, 15)
    assert year_before(period_of(date(2026, 9, 16), Grain.WEEK)).start == date(2025, 9, 15)


def test_elapsed_days_count_the_day_itself() -> None:
    september = period_of(date(2026, 9, 1), Grain.MONTH)
    shares = [elapsed_share(september, day) for day in (date(2026, 8, 31), date(2026, 9, 1))]
    assert shares == [0, 1 / 30]
    assert elapsed_share(september, date(2026, 9, 15)) == 0.5
    assert elapsed_share(september, date(2027, 1, 1)) == 1
    assert days_elapsed(september, date(2026, 9, 15)) == 15


def test_first_days_are_cut_from_the_start_and_named() -> None:
    august = period_of(date(2026, 8, 5), Grain.MONTH)
    part = first_days(august, 14)
    assert (part.start, part.end) == (date(2026, 8, 1), date(2026, 8, 14))
    assert part.label == "first 14 days of Aug 2026"
    assert first_days(august, 1).label == "first day of Aug 2026"
    assert first_days(august, 31) == august == first_days(august, 400)


def test_the_ends_of_the_calendar_are_cut_not_crashed() -> None:
    last = period_of(date.max, Grain.YEAR, 4)
    assert (last.start, last.end) == (date(9999, 4, 1), date.max)
    assert period_of(date.max, Grain.WEEK).end == date.max
    first = period_of(date.min, Grain.YEAR, 4)
    assert first.start == date.min
    assert periods(date(9999, 12, 30), date.max, Grain.DAY)[-1].end == date.max
    with pytest.raises(ValueError, match="nothing before"):
        before(period_of(date.min, Grain.DAY))
    with pytest.raises(ValueError, match="no year before"):
        year_before(first, 4)


@pytest.mark.parametrize("fiscal", [0, 13, -4])
def test_a_fiscal_year_starts_in_a_real_month(fiscal: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        period_of(date(2026, 1, 1), Grain.YEAR, fiscal)
