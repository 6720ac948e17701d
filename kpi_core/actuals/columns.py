"""Text cells -> typed columns: numbers, dates and booleans, and a guess of which one a column is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.read_cells import Cells, as_mask, blank_note, matches, one_array, plain
from kpi_core.actuals.read_dates import DateColumn, read_dates
from kpi_core.actuals.read_numbers import NumberColumn, read_numbers

__all__ = [
    "BooleanColumn",
    "DateColumn",
    "NumberColumn",
    "guess_kind",
    "read_booleans",
    "read_dates",
    "read_numbers",
]

Kind = Literal["date", "number", "boolean", "text", "empty"]
TRUE_WORDS = (
    "true",
    "t",
    "yes",
    "y",
    "1",
    "on",
    "x",
    "✓",
    "✔",
    "wahr",
    "ja",
    "oui",
    "si",
    "sí",
    "sim",
    "はい",
)
FALSE_WORDS = ("false", "f", "no", "n", "0", "off", "falsch", "nein", "non", "não", "いいえ")
_SAMPLE = 2_000
_DATES, _NUMBERS = 0.5, 0.8
_SERIAL = r"^\d{5}(?:\.\d+)?$"


@dataclass(frozen=True)
class BooleanColumn:
    """`values` are null where blank or unreadable."""

    values: pa.Array
    unreadable: pa.Array
    note: str


def read_booleans(cells: Cells) -> BooleanColumn:
    """Read a column of yes and no, in the words and signs of `TRUE_WORDS` and `FALSE_WORDS`."""
    text, words = plain(cells)
    low = pc.utf8_lower(text)
    yes = as_mask(pc.is_in(low, pa.array(TRUE_WORDS)))
    no = as_mask(pc.is_in(low, pa.array(FALSE_WORDS)))
    filled = as_mask(text.is_valid())
    return BooleanColumn(
        values=pa.array(yes, mask=~(yes | no)),
        unreadable=pa.array(filled & ~yes & ~no),
        note=blank_note(words),
    )


def guess_kind(cells: Cells) -> Kind:
    """What a column most likely holds, from up to 2,000 of its filled cells, spread evenly.

    Dates from half of the cells on, numbers from four fifths: the rest is reported when the column
    is read. Columns of 0 and 1 and of Excel's day numbers are numbers until somebody says more.
    """
    text, _ = plain(_sample(one_array(cells)))
    text = text.drop_null()
    if not len(text):
        return "empty"
    if as_mask(pc.equal(text, "0")).sum() + as_mask(pc.equal(text, "1")).sum() < len(text):
        if not as_mask(read_booleans(text).unreadable).any():
            return "boolean"
        if not matches(text, _SERIAL).all() and _readable(read_dates(text)) >= _DATES:
            return "date"
    return "number" if _readable(read_numbers(text)) >= _NUMBERS else "text"


def _sample(text: pa.Array) -> pa.Array:
    filled = np.flatnonzero(as_mask(text.is_valid()))
    if len(filled) > _SAMPLE:
        filled = filled[np.linspace(0, len(filled) - 1, _SAMPLE).astype(np.int64)]
    return text.take(pa.array(filled, pa.int64()))


def _readable(column: DateColumn | NumberColumn) -> float:
    return float(1 - as_mask(column.unreadable).mean())
