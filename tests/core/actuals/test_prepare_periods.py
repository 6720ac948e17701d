"""Periods as people and systems write them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.prepare_periods import grain_of, read_periods
from kpi_core.models.actuals import Grain


def read(text: str, fiscal_start: int = 1, grain: Grain | None = None) -> tuple[date, str] | None:
    """One cell's first day and grain."""
    found = read_periods(pa.array([text]), grain, None, fiscal_start)
    return (found.days[0].item().date(), found.grains[0]) if found.grains[0] else None


@pytest.mark.parametrize(
    ("text", "day", "grain"),
    [
        ("2026-03", date(2026, 3, 1), "month"),
        ("2026/3", date(2026, 3, 1), "month"),
        ("202603", date(2026, 3, 1), "month"),
        ("03/2026", date(2026, 3, 1), "month"),
        ("Mar 2026", date(2026, 3, 1), "month"),
        ("March 2026", date(2026, 3, 1), "month"),
        ("März 2026", date(2026, 3, 1), "month"),
        ("2026 Dezember", date(2026, 12, 1), "month"),
        ("Mar-26", date(2026, 3, 1), "month"),
        ("2026年3月", date(2026, 3, 1), "month"),
        ("Q3 2026", date(2026, 7, 1), "quarter"),
        ("2026-Q3", date(2026, 7, 1), "quarter"),
        ("2026Q3", date(2026, 7, 1), "quarter"),
        ("2026", date(2026, 1, 1), "year"),
        ("FY2026", date(2026, 1, 1), "year"),
        ("2026-W12", date(2026, 3, 16), "week"),
        ("W12 2026", date(2026, 3, 16), "week"),
        ("KW 12 2026", date(2026, 3, 16), "week"),
        ("Week of 14 Sep 2026", date(2026, 9, 14), "week"),
        ("2026-03-15", date(2026, 3, 15), "day"),
        ("15 Mar 2026", date(2026, 3, 15), "day"),
    ],
)
def test_periods(text: str, day: date, grain: str) -> None:
    assert read(text) == (day, grain)


@pytest.mark.parametrize(
    ("text", "day", "grain"),
    [
        ("FY2026", date(2026, 4, 1), "year"),
        ("FY2026/27", date(2026, 4, 1), "year"),
        ("FY26", date(2026, 4, 1), "year"),
        ("FY2026 Q1", date(2026, 4, 1), "quarter"),
        ("Q4 FY2026/27", date(2027, 1, 1), "quarter"),
        ("Q3 2026", date(2026, 7, 1), "quarter"),
    ],
)
def test_fiscal_periods_begin_in_april(text: str, day: date, grain: str) -> None:
    assert read(text, fiscal_start=4) == (day, grain)


@pytest.mark.parametrize(
    "text", ["soon", "Q5 2026", "2026-13", "2026-W60", "foo 2026", "", "1" * 50]
)
def test_what_is_no_period(text: str) -> None:
    assert read(text) is None


@given(st.dates(date(1990, 1, 1), date(2098, 12, 31)), st.sampled_from(Grain), st.integers(1, 12))
def test_the_names_periods_have_on_screen_are_read_back(
    day: date, grain: Grain, fiscal_start: int
) -> None:
    period = period_of(day, grain, fiscal_start)
    # A lone first of a month is read as that month unless the user says otherwise.
    said = grain if grain is Grain.DAY else None
    assert read(period.label, fiscal_start, said) == (period.start, grain.value)


@pytest.mark.parametrize(
    ("days", "grain"),
    [
        (["2026-01-01", "2026-02-01"], Grain.MONTH),
        (["2026-01-01", "2026-04-01", "2026-10-01"], Grain.QUARTER),
        (["2025-01-01", "2026-01-01"], Grain.YEAR),
        (["2026-03-02", "2026-03-09", "2026-03-23"], Grain.WEEK),
        (["2026-03-02", "2026-03-03"], Grain.DAY),
        (["2026-01-31", "2026-02-28", "2026-04-30"], Grain.MONTH),
        (["2026-03-01"], Grain.MONTH),
        (["2026-03-02"], Grain.DAY),
        ([], Grain.DAY),
    ],
)
def test_the_grain_of_dates(days: list[str], grain: Grain) -> None:
    assert grain_of([date.fromisoformat(day) for day in days]) is grain


def test_month_ends_are_months() -> None:
    found = read_periods(pa.array(["2026-01-31", "2026-02-28", None]), None, None, 1)
    assert [str(day)[:10] for day in found.days] == ["2026-01-01", "2026-02-01", "NaT"]
    assert list(found.grains) == ["month", "month", ""]


def test_the_grain_can_be_given() -> None:
    assert read("2026-03-15", grain=Grain.QUARTER) == (date(2026, 1, 1), "quarter")
