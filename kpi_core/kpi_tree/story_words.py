"""Money for a slide: three digits, so that parts and their difference still agree by eye."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import format_compact_currency

from kpi_core.formats import money
from kpi_core.numbers import round_significant

DIGITS = 3


@lru_cache(maxsize=8192)
def slide_money(value: float, currency: str) -> str:
    """`$3.36M`, `¥100M`, `€623K`: three significant digits; exact below a thousand."""
    rounded = round_significant(value, DIGITS)
    if abs(rounded) < 1000 or currency == "INR":  # lakh and crore: as everywhere else
        return money(rounded, currency, compact=True)
    whole = len(f"{abs(rounded):.0f}") % 3 or 3  # digits before the point
    text = format_compact_currency(rounded, currency, locale="en", fraction_digits=DIGITS - whole)
    return str(text).replace(".00", "")
