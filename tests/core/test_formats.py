"""The one formatter."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.formats import (
    NOT_AVAILABLE,
    UNIT_NAMES,
    count,
    currencies,
    currency_label,
    currency_symbol,
    editable,
    money,
    percent,
    symbol_fits,
    value_text,
)
from kpi_core.models.base import Unit


@pytest.mark.parametrize(
    ("value", "currency", "exact", "compact"),
    [
        (100_000_000, "JPY", "¥100,000,000", "¥100M"),
        (1_500, "JPY", "¥1,500", "¥1.5K"),
        (0, "JPY", "¥0", "¥0"),
        (22_700, "USD", "$22,700", "$22.7K"),
        (1_234.5, "USD", "$1,234.50", "$1.2K"),
        (999, "USD", "$999", "$999"),
        (10_000_000, "USD", "$10,000,000", "$10M"),
        (1_050_000, "USD", "$1,050,000", "$1M"),  # one decimal, half to even: 1.0
        (999_999, "USD", "$999,999", "$1M"),
        (-5_000, "USD", "-$5,000", "-$5K"),
        (3_200_000, "EUR", "€3,200,000", "€3.2M"),
        (2_400, "EUR", "€2,400", "€2.4K"),
        (0.5, "EUR", "€0.50", "€0.50"),
        (28_000, "GBP", "£28,000", "£28K"),
        (12_345_678.9, "GBP", "£12,345,678.90", "£12.3M"),
        (1_000_000_000, "GBP", "£1,000,000,000", "£1B"),
        (12_345_678, "INR", "₹1,23,45,678", "₹1.2Cr"),
        (250_000, "INR", "₹2,50,000", "₹2.5L"),
    ],
)
def test_money(value: float, currency: str, exact: str, compact: str) -> None:
    assert (money(value, currency), money(value, currency, compact=True)) == (exact, compact)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0.0%"),
        (0.25, "25.0%"),
        (0.0234, "2.3%"),
        (0.004, "0.40%"),
        (0.0004, "0.04%"),
        (-0.004, "-0.40%"),
        (1, "100.0%"),
        (1.08, "108.0%"),
        (12.5, "1,250.0%"),
    ],
)
def test_percent(value: float, shown: str) -> None:
    assert percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1335, "1,335"),
        (66_750, "66,750"),
        (2.5, "2.5"),
        (1 / 3, "0.33"),
        (-0.001, "0"),
        (-1234.5, "-1,234.5"),
        (100, "100"),
        (1e23, "100,000,000,000,000,000,000,000"),
    ],
)
def test_count(value: float, shown: str) -> None:
    assert count(value) == shown


@given(st.floats(min_value=-1e18, max_value=1e18) | st.integers(-(10**15), 10**15))
def test_count_agrees_with_the_published_pattern(value: float) -> None:
    expected = format_decimal(round(value, 2), format="#,##0.##", locale="en")
    assert count(value) == ("0" if expected == "-0" else expected)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, Unit.COUNT, NOT_AVAILABLE),
        (1335, Unit.COUNT, "1,335"),
        (100_000_000, Unit.MONEY, "¥100,000,000"),
        (0.25, Unit.RATIO, "25.0%"),
        (3, Unit.MULTIPLE, "3x"),
        (1, Unit.DAYS, "1 day"),
        (14, Unit.DAYS, "14 days"),
        (1.5, Unit.HOURS, "1.5 hours"),
        (0, Unit.MINUTES, "0 minutes"),
        (12, Unit.MONTHS, "12 months"),
        (1, Unit.POINTS, "1 point"),
    ],
)
def test_value_in_its_own_unit(value: float | None, unit: Unit, shown: str) -> None:
    assert value_text(value, unit, "JPY") == shown


def test_compact_applies_to_money_only() -> None:
    assert value_text(66_750, Unit.COUNT, "JPY", compact=True) == "66,750"
    assert value_text(66_750, Unit.MONEY, "JPY", compact=True) == "¥66.8K"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.234, Unit.RATIO, "23.4"),
        (0.07, Unit.RATIO, "7"),  # 0.07 x 100 is 7.000000000000001 in binary floats
        (1, Unit.RATIO, "100"),
        (5_000_000, Unit.MONEY, "5,000,000"),
        (1_234.5, Unit.MONEY, "1,234.5"),
        (0, Unit.COUNT, "0"),
        (1e15, Unit.COUNT, "1,000,000,000,000,000"),
        (0.00001, Unit.COUNT, "0.00001"),
    ],
)
def test_editable(value: float, unit: Unit, text: str) -> None:
    assert editable(float(value), unit) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "JPY"),
        ("¥", "JPY"),
        ("￥", "JPY"),
        ("円", "JPY"),
        ("jpy", "JPY"),
        ("$", "USD"),
        ("US$", "USD"),
        ("$", "CAD"),
        ("CA$", "CAD"),
        ("€", "EUR"),
        (" EUR ", "EUR"),
        ("£", "GBP"),
        ("₹", "INR"),
        ("kr", "SEK"),
    ],
)
def test_symbol_fits(text: str, code: str) -> None:
    assert symbol_fits(text, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€", "USD"),
        ("$", "EUR"),
        ("EUR", "USD"),
        ("£", "JPY"),
        ("K", "USD"),
        ("D", "USD"),
        ("%", "USD"),
    ],
)
def test_symbol_of_another_currency_does_not_fit(text: str, code: str) -> None:
    assert not symbol_fits(text, code)


def test_currencies_are_those_in_use() -> None:
    known = currencies()
    assert {"USD", "EUR", "GBP", "JPY", "INR", "SEK", "AUD"} <= set(known)
    assert not {"DEM", "FRF", "ITL"} & set(known)
    assert list(known) == sorted(set(known))
    assert (currency_label("EUR"), currency_symbol("JPY")) == ("EUR, Euro", "¥")


def test_every_unit_has_a_name() -> None:
    assert set(UNIT_NAMES) == set(Unit)


@given(st.floats(-1e15, 1e15), st.sampled_from(Unit), st.sampled_from(currencies()), st.booleans())
def test_every_value_can_be_shown(value: float, unit: Unit, currency: str, compact: bool) -> None:
    shown = value_text(value, unit, currency, compact=compact)
    assert any(character.isdigit() for character in shown)
