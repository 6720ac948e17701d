"""The one formatter: numbers, money and rates as people read them."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache, lru_cache

from babel.core import get_global
from babel.numbers import (
    format_compact_currency,
    format_currency,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
)

from kpi_core.models.base import Unit
from kpi_core.numbers import round_significant

NOT_AVAILABLE = "n/a"
_LOCALES = {"INR": "en_IN"}
_UNIT_WORDS = {
    Unit.MINUTES: ("minute", "minutes"),
    Unit.HOURS: ("hour", "hours"),
    Unit.DAYS: ("day", "days"),
    Unit.MONTHS: ("month", "months"),
    Unit.POINTS: ("point", "points"),
}
UNIT_NAMES = {
    Unit.COUNT: "number",
    Unit.MONEY: "money",
    Unit.RATIO: "percent",
    Unit.MULTIPLE: "times",
    Unit.MINUTES: "minutes",
    Unit.HOURS: "hours",
    Unit.DAYS: "days",
    Unit.MONTHS: "months",
    Unit.POINTS: "points",
}


@cache
def currencies() -> tuple[str, ...]:
    """ISO 4217 codes of the currencies in use today, sorted."""
    in_use = {
        code
        for territory in get_global("territory_currencies").values()
        for code, _, end, tender in territory
        if end is None and tender
    }
    return tuple(sorted(in_use))


@cache
def currency_label(code: str) -> str:
    """`EUR, Euro` for a select box."""
    return f"{code}, {get_currency_name(code, locale='en')}"


def currency_symbol(code: str) -> str:
    """`¥`, `$`, `CA$`; the code itself where there is no sign."""
    return get_currency_symbol(code, locale="en")


def symbol_fits(text: str, code: str) -> bool:
    """Whether a typed sign or code can mean the currency `code` (`$` fits USD and CAD)."""
    sign = text.strip().casefold()
    if not sign:
        return True
    symbol = get_currency_symbol(code, locale="en")
    known = {code, symbol, f"{code[:2]}{symbol}", *_local_symbols(code)}
    return any(
        sign == k.casefold() or (not sign.isalpha() and k.casefold().endswith(sign)) for k in known
    )


@cache
def _local_symbols(code: str) -> frozenset[str]:
    locales = {"JPY": ("ja",), "SEK": ("sv",), "NOK": ("nb",), "DKK": ("da",), "PLN": ("pl",)}
    words = {"JPY": ("円",), "CNY": ("元",)}
    signs = (get_currency_symbol(code, locale=name) for name in locales.get(code, ()))
    return frozenset((*signs, *words.get(code, ())))


@lru_cache(maxsize=8192)
def money(value: float, currency: str, *, compact: bool = False) -> str:
    """`¥100M` compact, `¥100,000,000` exact; cents only where they are there."""
    locale = _LOCALES.get(currency, "en")
    if compact and abs(value) >= 1000:
        scale = 1000 ** math.floor(math.log10(abs(value)) / 3)
        if abs(round(value / scale, 1)) >= 1000:
            value = math.copysign(scale * 1000, value)
        return str(
            format_compact_currency(value, currency, locale=locale, fraction_digits=1)
        ).replace(".0", "")
    digits = get_currency_precision(currency)
    whole = round(value, digits) == round(value)
    text = format_currency(round(value) if whole else value, currency, locale=locale)
    return text.removesuffix("." + "0" * digits) if whole and digits else text


def percent(value: float) -> str:
    """A ratio as percent: one decimal, two under 1% so that small rates stay apart."""
    shown = value * 100
    digits = 2 if 0 < abs(shown) < 1 else 1
    if 0 < abs(shown) < 0.01:
        return f"{round_significant(shown, 2):f}".rstrip("0") + "%"
    return f"{shown:,.{digits}f}%"


def count(value: float) -> str:
    """Grouped digits; up to two decimals where the value is not whole."""
    digits = f"{Decimal(str(round(value, 2))):,.2f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def value_text(value: float | None, unit: Unit, currency: str, *, compact: bool = False) -> str:
    """A metric's value in its own unit; `n/a` when unknown."""
    if value is None:
        return NOT_AVAILABLE
    if unit is Unit.MONEY:
        return money(value, currency, compact=compact)
    if unit is Unit.RATIO:
        return percent(value)
    if unit is Unit.MULTIPLE:
        return f"{count(value)}x"
    if unit in _UNIT_WORDS:
        return f"{count(value)} {_UNIT_WORDS[unit][value != 1]}"
    return count(value)


def editable(value: float, unit: Unit) -> str:
    """A value as a person would type it again: rates in percent without the sign, no currency.

    Reading it back with `parse_number` gives the same value.
    """
    from decimal import Decimal

    exact = Decimal(repr(value)) * (100 if unit is Unit.RATIO else 1)
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
