"""Columns of dates: what systems write -> wall-clock times; day and month decided from the whole column."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.columns import DateColumn, read_dates


def read(*cells: str | None, day_first: bool | None = None) -> DateColumn:
    return read_dates(pa.array(cells, pa.string()), day_first)


def moments(column: DateColumn) -> list[str | None]:
    """`2026-01-05 10:00:00`, without the time at midnight."""
    return [
        None if m is None else str(m).removesuffix(" 00:00:00") for m in column.values.to_pylist()
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("15 Apr, 2021 00:03:00", "2021-04-15 00:03:00"),
        ("2018-02-26 19:58:54", "2018-02-26 19:58:54"),
        ("2018-02-26", "2018-02-26"),
        ("2018-02-26T19:58", "2018-02-26 19:58:00"),
        ("2018-02-26 19:58:54.25", "2018-02-26 19:58:54.250000"),
        ("2018-02-26T19:58:54.123Z", "2018-02-26 19:58:54.123000"),
        ("2018-02-26T23:30:00+09:00", "2018-02-26 23:30:00"),
        ("2018-02-26T23:30:00-0500", "2018-02-26 23:30:00"),
        ("2018-02-26 23:30:00 UTC", "2018-02-26 23:30:00"),
        ("2018/02/26", "2018-02-26"),
        ("2018/2/6 1:02", "2018-02-06 01:02:00"),
        ("2018.02.26", "2018-02-26"),
        ("26.02.2018", "2018-02-26"),
        ("26. 02. 2018", "2018-02-26"),
        ("26.02.18 7:05", "2018-02-26 07:05:00"),
        ("20180226", "2018-02-26"),
        ("20180226195854", "2018-02-26 19:58:54"),
        ("Feb 26, 2018", "2018-02-26"),
        ("February 26th 2018", "2018-02-26"),
        ("Sept. 3, 2018", "2018-09-03"),
        ("26-Feb-18", "2018-02-26"),
        ("26Feb2018", "2018-02-26"),
        ("1-Mar-99", "1999-03-01"),
        ("2018-Feb-26", "2018-02-26"),
        ("Mon, 26 Feb 2018 10:00:00 GMT", "2018-02-26 10:00:00"),
        ("Monday, February 26, 2018", "2018-02-26"),
        ("Mon Feb 26 2018 19:58:54 GMT+0900 (JST)", "2018-02-26 19:58:54"),
        ("2/26/2018, 3:04:05 AM", "2018-02-26 03:04:05"),
        ("2/26/18 12:00 am", "2018-02-26"),
        ("2/26/18 12:30 p.m.", "2018-02-26 12:30:00"),
        ("3. März 2021", "2021-03-03"),
        ("12 déc. 2020", "2020-12-12"),
        ("5 de mayo de 2021", "2021-05-05"),
        ("2018年2月26日", "2018-02-26"),
        ("2018年2月26日 9:05", "2018-02-26 09:05:00"),
        ("２０１８／０２／２６", "2018-02-26"),
        ("2026-09", "2026-09-01"),
        ("Sep 2026", "2026-09-01"),
        ("  2018-02-26  ", "2018-02-26"),
        ("2020-02-29", "2020-02-29"),
    ],
)
def test_formats(cell: str, expected: str) -> None:
    column = read(cell)
    assert moments(column) == [expected]
    assert column.style == cell.strip() or not cell.isascii()
    assert moments(read(cell, "x", None)) == [expected, None, None]


@pytest.mark.parametrize(
    "cell",
    [
        "hello", "2021-02-30", "2021-13-01", "30 Feb 2021", "13/13/2021", "0/5/2021", "20211301",
        "0001-01-01", "9999-12-31", "1899-12-31", "2101-01-01", "2021-01-01 25:00", "2021-01-01 10:61",
        "13:00 PM", "2021-01-01 13:00 PM", "12:30", "1/2", "5", "1.5", "2021-01-01-01", "=TODAY()",
        "2021-01-01 to 2021-01-31", "Q3 2026", "Smarch 3, 2021", "43157x", "1" * 100,
    ],
)  # fmt: skip
def test_what_is_no_date_is_unreadable(cell: str) -> None:
    column = read("2026-01-05", cell, "N/A", None)
    assert moments(column) == ["2026-01-05", None, None, None]
    assert column.unreadable.to_pylist() == [False, True, False, False]
    assert "Unreadable as dates: 1." in column.note


def test_one_cell_above_twelve_decides_for_all() -> None:
    column = read("01/02/2016", "20/10/2016", "03/04/2016")
    assert moments(column) == ["2016-02-01", "2016-10-20", "2016-04-03"]
    assert (column.day_first, column.ambiguous, column.decided_by) == (True, False, 1)
    assert column.style == "20/10/2016"
    column = read("01/02/2016", "10/20/2016")
    assert moments(column) == ["2016-01-02", "2016-10-20"]
    assert (column.day_first, column.decided_by) == (False, 1)


def test_cells_that_contradict_the_majority_are_unreadable_and_counted() -> None:
    column = read("20/10/2016", "10/20/2016", "25/12/2016", "01/02/2016")
    assert moments(column) == ["2016-10-20", None, "2016-12-25", "2016-02-01"]
    assert column.unreadable.to_pylist() == [False, True, False, False]
    assert "only be meant the other way: 1" in column.note


@pytest.mark.parametrize(
    ("cell", "day_first", "expected"),
    [
        ("01/02/2016", False, "2016-01-02"),
        ("01.02.2016", True, "2016-02-01"),
        ("1-2-16", False, "2016-01-02"),
    ],
)
def test_where_none_decides_the_month_is_first_except_between_dots(
    cell: str, day_first: bool, expected: str
) -> None:
    column = read(cell)
    assert (column.day_first, column.ambiguous, moments(column)) == (day_first, True, [expected])
    assert "No date says" in column.note


def test_dates_that_are_the_same_either_way_are_not_ambiguous() -> None:
    assert not read("05/05/2016", "12/12/2016").ambiguous


def test_a_given_order_wins() -> None:
    assert moments(read("01/02/2016", day_first=True)) == ["2016-02-01"]
    column = read("01/02/2016", "10/20/2016", day_first=True)
    assert moments(column) == ["2016-02-01", None]
    assert not column.ambiguous


def test_other_formats_beside_do_not_decide() -> None:
    column = read("2016-10-20", "Oct 20, 2016", "01/02/2016")
    assert (column.ambiguous, moments(column)[2]) == (True, "2016-01-02")
    assert read("2016-10-20").day_first is None


def test_day_numbers_of_excel() -> None:
    """43157 is 26 February 2018: 1 January 2018 is 43101, and 31 + 25 days follow."""
    column = read("43157", "43157.5", None)
    assert moments(column) == ["2018-02-26", "2018-02-26 12:00:00", None]
    assert "day numbers" in column.note


def test_day_numbers_only_where_the_whole_column_is_made_of_them() -> None:
    assert moments(read("43157", "2018-02-26")) == [None, "2018-02-26"]
    assert moments(read("43157", "99999")) == ["2018-02-26", None]
    assert moments(read("500", "43157")) == [None, None]


def test_zones_short_years_and_blanks_are_said() -> None:
    assert "zones are not applied" in read("2018-02-26T19:58:54Z").note
    assert "zones are not applied" in read("26 Feb 2018 19:58 UTC").note
    assert "two digits" in read("26-Feb-18").note
    assert "Read as blank (N/A, - and the like): 2." in read("2018-02-26", "N/A", "-").note


def test_empty_columns() -> None:
    for column in (read(), read(None, " ")):
        assert not any(column.unreadable.to_pylist())
        assert (column.day_first, column.style, column.ambiguous, column.note) == (
            None,
            "",
            False,
            "",
        )


DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))


@given(
    days=st.lists(DAYS, min_size=1, max_size=30),
    pattern=st.sampled_from(
        (
            "%d/%m/%Y",
            "%d.%m.%y",
            "%m/%d/%Y",
            "%m-%d-%y",
            "%Y-%m-%d",
            "%d %b, %Y",
            "%B %d, %Y",
            "%Y%m%d",
        )
    ),
    clock=st.sampled_from(("", " %H:%M:%S", " %I:%M:%S %p")),
    seconds=st.lists(st.integers(0, 86_399), min_size=30, max_size=30),
)
def test_what_strftime_writes_is_read_back(
    days: list[date], pattern: str, clock: str, seconds: list[int]
) -> None:
    if pattern == "%Y%m%d":
        clock = ""
    when = [
        datetime(day.year, day.month, day.day) + timedelta(seconds=second if clock else 0)
        for day, second in zip(days, seconds, strict=False)
    ]
    cells = [moment.strftime(pattern + clock) for moment in when]
    day_first = {"d": True, "m": False}.get(pattern[1])
    column = read_dates(pa.array(cells), day_first)
    assert column.values.to_pylist() == when
    if any(day.day > 12 for day in days):
        assert read_dates(pa.array(cells)).values.to_pylist() == when


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=20))
def test_any_text_is_a_date_blank_or_unreadable(cells: list[str | None]) -> None:
    column = read_dates(pa.array(cells, pa.string()))
    assert len(column.values) == len(column.unreadable) == len(cells)
    for value, bad in zip(column.values.to_pylist(), column.unreadable.to_pylist(), strict=True):
        assert not (bad and value is not None)
