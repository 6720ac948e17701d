"""Columns of numbers: what is written -> what is meant, decided from the whole column."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.columns import read_numbers
from kpi_core.numbers import parse_number

Value = float | None


def values(*cells: str | None, decimal: str | None = None) -> list[Value]:
    """The column's values, where every cell that holds something was readable."""
    column = read_numbers(pa.array(cells, pa.string()), decimal)
    assert not any(column.unreadable.to_pylist()), column
    return list(column.values.to_pylist())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("$22,700.00", "$1,117.10K"), (22_700, 1_117_100)),
        (("1.234,56 EUR", "7,5 EUR"), (1234.56, 7.5)),
        (("¥5,000,000", "￥1,000"), (5_000_000, 1_000)),
        (("(1,200.00)", "$(3.50)", "($4)"), (-1200, -3.5, -4)),
        (("12-", "-5", "-$5", "\u22127", "+8"), (-12, -5, -5, -7, 8)),
        (("1 234 567,5", "1 000"), (1_234_567.5, 1_000)),
        (("1\u202f234\u202f567", "12\u00a0000"), (1_234_567, 12_000)),
        (("1'234.50", "1’000"), (1234.5, 1_000)),
        (("12,34,567", "1,00,000.50"), (1_234_567, 100_000.5)),
        (("1.234.567", "1.234"), (1_234_567, 1_234)),
        (("1,234", "5,678"), (1_234, 5_678)),
        (("0,125", "1,234"), (0.125, 1.234)),
        ((".5", "5.", "1e5", "2.5E-3"), (0.5, 5, 100_000, 0.0025)),
        (("1'000.-", "5,-", "7.\u2013"), (1_000, 5, 7)),
        (("3万", "1億円", "２５"), (30_000, 100_000_000, 25)),
        (("1.5 Mio. €", "3 lakh", "2bn USD"), (1_500_000, 300_000, 2_000_000_000)),
        (("Rs. 500", "Rs.700", "₹5"), (500, 700, 5)),
        (("12 days", "1 d", "0"), (12, 1, 0)),
        (("5", "N/A", "-", " ", None, "null"), (5, None, None, None, None, None)),
        ((), ()),
    ],
)
def test_columns(cells: tuple[str | None, ...], expected: tuple[Value, ...]) -> None:
    assert values(*cells) == list(expected)


@pytest.mark.parametrize(
    "cell",
    [
        "abc", "12 apples", "Lead 1", "2026-01-05", "10:30", "1-2", "--5", "(5", "5)", "(-5)", "$",
        "%", "5%%", "1.2.3", "1,2,3", "12,3456,789", "1 2 3", "inf", "1e400", "9999999999999999",
        "$5 apples", "=1+1", "<b>5</b>", "5€$", "$5%", "5K%",
    ],
)  # fmt: skip
def test_what_is_no_number_is_unreadable(cell: str) -> None:
    column = read_numbers(pa.array(["7", cell, "8"]))
    assert column.values.to_pylist() == [7, None, 8]
    assert column.unreadable.to_pylist() == [False, True, False]


def test_the_column_decides_what_one_cell_leaves_open() -> None:
    column = read_numbers(pa.array(["1.234", "5,5"]))
    assert (column.values.to_pylist(), column.decimal) == ([1234, 5.5], ",")
    assert "5,5" in column.note
    column = read_numbers(pa.array(["1,234", "5.5"]))
    assert (column.values.to_pylist(), column.decimal) == ([1234, 5.5], ".")


def test_cells_that_contradict_the_rest_are_unreadable_and_counted() -> None:
    column = read_numbers(pa.array(["1,50", "2,50", "3,5", "4.25"]))
    assert column.values.to_pylist() == [1.5, 2.5, 3.5, None]
    assert "Unreadable with it: 1, such as 4.25" in column.note


def test_a_dot_that_could_group_is_decimal_and_said() -> None:
    column = read_numbers(pa.array(["1.234", "12.500"]))
    assert column.values.to_pylist() == [1.234, 12.5]
    assert "1.234" in column.note
    assert values("1.234", "12.500", decimal=",") == [1_234, 12_500]
    assert not read_numbers(pa.array(["1.234", "12.5"])).note


def test_a_given_sign_wins() -> None:
    column = read_numbers(pa.array(["1.5", "2,50"]), decimal=",")
    assert column.values.to_pylist() == [None, 2.5]
    assert read_numbers(pa.array(["1,234"]), decimal=",").values.to_pylist() == [1.234]


def test_percent() -> None:
    column = read_numbers(pa.array(["25%", "12.5 %", "0", "7"]))
    assert column.unit == "percent"
    assert column.values.to_pylist() == [25, 12.5, 0, None]
    assert "such as 7" in column.note
    column = read_numbers(pa.array(["25", "30", "7%"]))
    assert (column.unit, column.values.to_pylist()) == ("plain", [25, 30, None])


def test_two_units_of_time_are_not_mixed() -> None:
    column = read_numbers(pa.array(["12 days", "3 days", "2 hours"]))
    assert column.values.to_pylist() == [12, 3, None]


def test_currencies_are_named_most_frequent_first() -> None:
    column = read_numbers(pa.array(["10 usd", "USD 5", "7 EUR", "$3", "A$4", "kr 5"]))
    assert column.currencies == ("USD", "$", "A$", "EUR", "kr")
    assert read_numbers(pa.array(["1", "2"])).currencies == ()


def test_scaled_numbers_are_the_nearest_to_what_is_written() -> None:
    """1,117.10 times 1000 in binary would be 1117099.9999999998."""
    assert values("1,117.10K", "0.1M", "8.2K") == [1_117_100, 100_000, 8_200]


def test_chunks_and_length() -> None:
    column = read_numbers(pa.chunked_array([["$1"], [], ["x", None]], pa.string()))
    assert (column.values.to_pylist(), column.unreadable.to_pylist()) == (
        [1, None, None],
        [False, True, False],
    )


@given(
    numbers=st.lists(st.integers(-(10**14), 10**14).map(lambda n: n / 100), min_size=1),
    locale=st.sampled_from(("en", "de", "fr", "de_CH", "en_IN", "ja", "sv")),
)
def test_numbers_written_by_babel_are_read_back(numbers: list[float], locale: str) -> None:
    """With two digits after the sign the column always says which sign is the decimal one."""
    pattern = "#,##,##0.00" if locale == "en_IN" else "#,##0.00"
    cells = [format_decimal(number, format=pattern, locale=locale) for number in numbers]
    assert values(*cells) == numbers


@given(
    st.from_regex(r"[-+]?[$€]?[0-9]{1,3}([,.][0-9]{1,3}){0,3} ?[kM%]?", fullmatch=True),
)
def test_a_single_cell_means_what_it_means_when_typed(cell: str) -> None:
    """`parse_number` reads what a person types; where both accept a text, they agree."""
    column = read_numbers(pa.array([cell]))
    (value,) = column.values.to_pylist()
    if value is None:
        return
    typed = parse_number(cell)
    assert value == pytest.approx(typed.value, rel=1e-15)
    assert (column.unit == "percent") == typed.is_percent


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=20))
def test_any_text_is_a_value_blank_or_unreadable(cells: list[str | None]) -> None:
    column = read_numbers(pa.array(cells, pa.string()))
    assert len(column.values) == len(column.unreadable) == len(cells)
    for cell, value, bad in zip(
        cells, column.values.to_pylist(), column.unreadable.to_pylist(), strict=True
    ):
        assert not (bad and value is not None)
        assert value is None or (
            math.isfinite(value) and cell is not None and any(map(str.isnumeric, cell))
        )
