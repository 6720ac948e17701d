"""Numbers as people type them."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi_core.formats import editable
from kpi_core.models.base import Unit
from kpi_core.numbers import NumberError, parse_number, round_significant, two_readings


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("50.000", (50, 50_000)),
        ("1.234", (1.234, 1234)),
        ("€2.500", (2.5, 2500)),
        ("2.500 EUR", (2.5, 2500)),
        ("-1.500", (1.5, 1500)),
        ("0.125", None),
        ("12.5", None),
        ("1.2340", None),
        ("1,234", None),
        ("1.234.567", None),
        ("1.250m", None),
        ("1.250億", None),
        ("1250", None),
        ("lots", None),
    ],
)
def test_a_dot_that_may_group_has_two_readings(
    text: str, readings: tuple[float, float] | None
) -> None:
    assert two_readings(text) == readings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("23,4", 23.4),
        ("1,234", 1234),
        ("1.234", 1.234),
        ("0,125", 0.125),
        (",5", 0.5),
        (".5", 0.5),
        ("5 000 000", 5_000_000),
        ("5\u00a0000\u00a0000", 5_000_000),
        ("5\u202f000\u202f000,25", 5_000_000.25),
        ("1\u2009234", 1234),
        ("1'234'567.50", 1_234_567.5),
        ("1’234’567.50", 1_234_567.5),
        ("1.234.567", 1_234_567),
        ("1,234,567", 1_234_567),
        ("1,234,567.89", 1_234_567.89),
        ("1.234.567,89", 1_234_567.89),
        ("1 234,567", 1234.567),  # spaces group, so the comma is decimal
        ("1'234,567", 1234.567),
        ("12,34,567", 1_234_567),  # Indian grouping, as this tool itself prints rupees
        ("12,34,567.50", 1_234_567.5),
        ("5m", 5_000_000),
        ("5 M", 5_000_000),
        ("5 million", 5_000_000),
        ("1.5bn", 1_500_000_000),
        ("2,5 Mio", 2_500_000),
        ("1.5 Mrd", 1_500_000_000),
        ("250k", 250_000),
        ("3 lakh", 300_000),
        ("2 crore", 20_000_000),
        ("2千", 2_000),
        ("300万", 3_000_000),
        ("1億", 100_000_000),
        ("1.5億", 150_000_000),
        ("１，２３４．５", 1234.5),
        ("５０００", 5000),
        ("-12", -12),
        ("\u221212.5", -12.5),
        ("+12", 12),
        ("007", 7),
        ("  42  ", 42),
        ("1,000,000,000,000,000", 1e15),
    ],
)
def test_number(text: str, value: float) -> None:
    parsed = parse_number(text)
    assert (parsed.value, parsed.is_percent, parsed.unit_text) == (value, False, "")


@pytest.mark.parametrize(
    ("text", "value", "unit_text"),
    [
        ("¥100M", 100_000_000, "¥"),
        ("￥100M", 100_000_000, "¥"),
        ("$22,700.00", 22_700, "$"),
        ("$1,117.10K", 1_117_100, "$"),
        ("1.234,56 EUR", 1234.56, "EUR"),
        ("EUR 1.234,56", 1234.56, "EUR"),
        ("€5m", 5_000_000, "€"),
        ("5m USD", 5_000_000, "USD"),
        ("5 M€", 5_000_000, "€"),
        ("-$5", -5, "$"),
        ("$-5", -5, "$"),
        ("\u2212 $5", -5, "$"),
        ("1億円", 100_000_000, "円"),
        ("100万円", 1_000_000, "円"),
        ("5000円", 5_000, "円"),
        ("3x", 3, "x"),
        ("48 hours", 48, "hours"),
    ],
)
def test_unit_text_is_what_stands_around_the_digits(
    text: str, value: float, unit_text: str
) -> None:
    parsed = parse_number(text)
    assert (parsed.value, parsed.is_percent, parsed.unit_text) == (value, False, unit_text)


@pytest.mark.parametrize("text", ["25%", "25 %", "25％", "%25"])
def test_percent_is_reported_not_applied(text: str) -> None:
    parsed = parse_number(text)
    assert (parsed.value, parsed.is_percent, parsed.unit_text) == (25, True, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u00a0",
        "abc",
        "five",
        "%",
        "$",
        "-",
        ".",
        ",",
        "1,23,4",
        "1.23.4",
        "1,2.3",  # a group of one digit, with a decimal sign or without
        "1,234 567",
        "1,234,56",
        "1.234,567.8",
        "--5",
        "-$-5",
        "1e5",
        "1E5",
        "0x10",
        "12:30",
        "2026-04-01",
        "1/2",
        "½",
        "5 and a half of it",
        "9" * 400,
        "9" * 40,
        "1,000,000,000,000,001",
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "1 2 3 dollars and cents",
        "=1+1",
        "<b>5</b>6",
    ],
)
def test_not_a_number(text: str) -> None:
    with pytest.raises(NumberError, match=r"type|check|leave"):
        parse_number(text)


_NUMBER_LIKE = st.text(alphabet="0123456789.,'- +%kmx万億$€ \u00a0\u2212", max_size=20)


@given(st.text(max_size=80) | _NUMBER_LIKE)
@example("9" * 61)
@example("\ud800")
@example("\x00")
@example("1" + "'" * 59)
@example("9 trillion")
@example("9,99,99,99,99,99,99,99,999 crore")
def test_reading_any_text_raises_nothing_but_number_error(text: str) -> None:
    with contextlib.suppress(NumberError):
        assert abs(parse_number(text).value) <= 1e15


@given(_NUMBER_LIKE)
def test_a_sign_in_front_only_changes_the_sign(text: str) -> None:
    with contextlib.suppress(NumberError):
        positive = parse_number(text).value
        assert parse_number(f"-{text}").value == -positive or positive <= 0


_VALUES = st.one_of(
    st.floats(-1e13, 1e13).filter(lambda value: value == 0 or abs(value) > 1e-9),
    st.integers(-(10**13), 10**13).map(float),
    st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
    st.integers(0, 1_000_000).map(lambda millionths: millionths / 1_000_000),
)


@given(_VALUES, st.sampled_from(Unit))
def test_an_editable_value_reads_back_as_the_same_value(value: float, unit: Unit) -> None:
    read = parse_number(editable(value, unit)).value
    # A ratio is edited in percent: the decimal a person sees, times one hundred, exactly.
    wanted = Decimal(repr(value)) * (100 if unit is Unit.RATIO else 1)
    assert read == float(wanted)


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (0, 2, 0),
        (1234.5, 2, 1200),
        (-1234.5, 3, -1230),
        (0.04567, 2, 0.046),
        (999_500, 3, 1_000_000),  # 9.995e5 rounds half to even: 1.000e6
        (1e15, 1, 1e15),
    ],
)
def test_round_significant(value: float, digits: int, rounded: float) -> None:
    assert round_significant(value, digits) == rounded
