"""Amounts of a file in one currency. Nothing is ever converted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from babel.numbers import get_currency_name, get_currency_symbol, list_currencies

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.prepare_source import Source, by_value, to_mask, to_numbers
from kpi_core.actuals.read_affix import read_affix

_AROUND = r"(?s)^(?P<lead>\D*).*?(?P<trail>\D*)$"
_MORE_SIGNS = {"円": "JPY", "元": "CNY", "us$": "USD"}
_SHARED = frozenset("$¥")
"""Signs of several currencies: the framework's own where its symbol ends with it."""


def amounts(source: Source, currency: str) -> np.ndarray:
    """Money of each row, NaN where blank or unreadable.

    Rows with a negative amount, and rows in another currency than most, are set aside; an
    unreadable amount is listed and the row counts without money. `currency` is the framework's:
    amounts in another one are used as they are, with a warning.
    """
    column = source.numbers("amount")
    if column is None:
        return np.full(source.size, np.nan)
    values = to_numbers(column)
    source.correct("amount", to_mask(column.unreadable), why.AMOUNT_UNREADABLE)
    source.ledger.set_aside(values < 0, why.AMOUNT_NEGATIVE)
    if column.currencies or source.column("currency"):
        _one_currency(source, values, currency)
    return values


def _one_currency(source: Source, values: np.ndarray, currency: str) -> None:
    """Set aside rows whose amount is in another currency than most; a row that names none fits in."""
    names = _currencies(source, currency)
    counted = pa.array(~np.isnan(values) & (values != 0) & ~source.ledger.out)
    counts = pc.value_counts(names.filter(counted).drop_null()).to_pylist()
    if not counts:
        return
    ranked = sorted(counts, key=lambda c: (-c["counts"], c["values"] != currency, c["values"]))
    used = ranked[0]["values"]
    for other in ranked[1:]:
        mask = to_mask(pc.equal(names, other["values"])) & ~np.isnan(values)
        source.ledger.set_aside(mask, why.other_currency(other["values"], used))
    if used != currency and used in list_currencies():
        source.ledger.warn(
            "currency_differs",
            str(source.column("amount")),
            f"The amounts are in {used}; the framework's currency is {currency}. "
            "They are used as they are.",
            f"Export the amounts in {currency}, or change the framework's currency.",
        )


def _currencies(source: Source, currency: str) -> pa.Array:
    """Currency of each row: of its own column where one is mapped, else what stands by the amount."""
    cells = source.cells("amount")
    assert cells is not None, "asked for with an amount column only"
    coded = cells.dictionary_encode()
    parts = pc.extract_regex(coded.dictionary, _AROUND)
    around = pc.binary_join_element_wise(parts.field("lead"), parts.field("trail"), "\0")
    beside = by_value(around, lambda text: _beside(text, currency)).take(coded.indices)
    named = source.cells("currency")
    if named is None:
        return beside
    return pc.coalesce(by_value(named, lambda text: _code(text, currency)), beside)


def _beside(around: str, currency: str) -> str | None:
    """Currency in the text before and after the digits, divided by a null character."""
    lead, _, trail = around.partition("\0")
    affix = read_affix(lead.rstrip(".,"), trail)
    return _code(affix.currency, currency) if affix and affix.currency else None


def _code(text: str, currency: str) -> str | None:
    """ISO code of a currency's code, sign or English name; else the text itself.

    A bare `$` or `¥` is the framework's own currency where that is written with one.
    """
    sign = text.strip()
    own = get_currency_symbol(currency, locale="en")
    if sign in _SHARED and own.endswith(sign):
        return currency
    return _names().get(sign.casefold(), sign[:20] or None)


@cache
def _names() -> dict[str, str]:
    """Codes by code, English symbol and English name, in lower case."""
    names = {code.casefold(): code for code in list_currencies()}
    for code in sorted(list_currencies()):
        names.setdefault(get_currency_symbol(code, locale="en").casefold(), code)
        names.setdefault(get_currency_name(code, locale="en").casefold(), code)
    return names | _MORE_SIGNS
