"""A column of numbers as systems write them. The decimal sign is decided once, from all cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.read_affix import Affix, read_affix
from kpi_core.actuals.read_cells import Cells, Mask, as_mask, blank_note, matches, one_piece, plain

Decimal = Literal[".", ","]
_LARGEST = 1e15
_SIMPLE = r"^[-+]?\d{1,15}(?:\.\d{1,15})?$"
_PARTS = (
    r"^(?P<lead>[^\d\x00]*[A-Za-z]\.\s?|[^\d\x00]*[^\d.,\x00]|)"
    r"(?P<digits>\d[\d.,' ]*|[.,]\d+)(?P<power>[eE][-+]?\d{1,2})?(?P<trail>[^\d\x00]*)$"
)
_SWISS = r"([.,])-+(\D*)$"
_OTHER: dict[Decimal, Decimal] = {".": ",", ",": "."}


@dataclass(frozen=True)
class NumberColumn:
    """`values` are null where blank or unreadable; percent values are as written, 25 for 25%."""

    values: pa.Array
    unreadable: pa.Array
    decimal: Decimal
    unit: Literal["plain", "percent"]
    currencies: tuple[str, ...]
    """ISO codes and signs found, the most frequent first."""
    note: str
    """What should be known about how the column was read; may be empty."""


def read_numbers(cells: Cells, decimal: str | None = None) -> NumberColumn:
    """Read a column of numbers.

    `decimal` is "." or ","; without it the cells decide: 1.234,56 and 0,5 say comma, 1,234.56 and
    0.5 say dot, and where none says anything (1,234) the comma groups thousands, as in
    `parse_number`. Cells that contradict the decision are unreadable, and counted in `note`.
    """
    text, words = plain(cells)
    given: Decimal | None = "," if decimal == "," else "." if decimal == "." else None
    simple = matches(text, _SIMPLE)
    if given != "," and (simple | as_mask(text.is_null())).all():
        return _simple_column(text, words)
    unique = text.dictionary_encode()
    read = _Distinct(unique.dictionary, _counts(unique), given)
    values = read.values.take(unique.indices)
    unreadable = pc.and_(text.is_valid(), values.is_null())
    return NumberColumn(
        values=values,
        unreadable=one_piece(unreadable),
        decimal=read.decimal,
        unit="percent" if read.percent else "plain",
        currencies=read.currencies,
        note=" ".join(filter(None, (*read.notes, blank_note(words)))),
    )


def _simple_column(text: pa.Array, words: int) -> NumberColumn:
    """Digits with at most a dot: nothing to decide."""
    values = text.cast(pa.float64())
    grouped = matches(text, r"^[-+]?[1-9]\d{0,2}\.\d{3}$")
    dotted = matches(text, r"\.")
    unsure = bool(dotted.any()) and bool((grouped == dotted).all())
    return NumberColumn(
        values=values,
        unreadable=pa.array(np.zeros(len(text), dtype=bool)),
        decimal=".",
        unit="plain",
        currencies=(),
        note=" ".join(
            filter(None, (_unsure_note(text, grouped) if unsure else "", blank_note(words)))
        ),
    )


def _unsure_note(text: pa.Array, grouped: Mask) -> str:
    example = text[int(np.flatnonzero(grouped)[0])].as_py()
    return (
        f"The dot in {example} is read as the decimal sign; "
        f"choose the decimal comma if it groups thousands."
    )


def _counts(unique: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    """How many cells hold each distinct text."""
    indices = unique.indices.drop_null().to_numpy(zero_copy_only=False)
    return np.bincount(indices, minlength=len(unique.dictionary)).astype(np.int64)


class _Distinct:
    """The distinct texts of a column, read: values with null where unreadable."""

    def __init__(
        self, text: pa.Array, counts: npt.NDArray[np.int64], decimal: Decimal | None
    ) -> None:
        self.notes: list[str] = []
        self._text, self._counts = text, counts
        if matches(text, _SWISS).any():  # 1'000.- and 5,- mean no fraction, not a minus
            text = pc.replace_substring_regex(text, _SWISS, r"\2")
        parts = pc.extract_regex(text, _PARTS)
        self._digits = pc.utf8_rtrim(parts.field("digits"), characters="., '")
        digits = pc.if_else(parts.is_valid(), self._digits, pa.scalar(None, pa.string()))
        self.decimal = decimal or self._decide(digits)
        kinds, kind_of = _affixes(parts)
        fits = self._consistent(kinds, kind_of) & as_mask(parts.is_valid())
        self.values = self._values(digits, parts.field("power"), kinds, kind_of, fits)
        self._currencies(kinds, kind_of)

    def _decide(self, digits: pa.Array) -> Decimal:
        """The decimal sign that more distinct texts speak for; the dot where none or as many do."""
        votes = {sign: _speaks_for(digits, sign) for sign in (".", ",")}
        totals = {sign: int(found.sum()) for sign, found in votes.items()}
        decimal: Decimal = "," if totals[","] > totals["."] else "."
        if totals[decimal]:
            example = self._text[int(np.flatnonzero(votes[decimal])[0])].as_py()
            name = "comma" if decimal == "," else "dot"
            if decimal == "," or totals[","]:
                self.notes.append(f"Read with a decimal {name}, as in {example}.")
        else:
            unsure = matches(digits, r"^[1-9]\d{0,2}\.\d{3}$")
            if unsure.any():
                self.notes.append(_unsure_note(self._text, unsure))
        against = votes[_OTHER[decimal]]
        if against.any():
            rows = int(self._counts[against].sum())
            example = self._text[int(np.flatnonzero(against)[0])].as_py()
            self.notes.append(f"Unreadable with it: {rows:,}, such as {example}.")
        return decimal

    def _consistent(self, kinds: list[Affix | None], kind_of: npt.NDArray[np.int64]) -> Mask:
        """Which texts have the column's unit: percent or not, and one unit of time."""
        known = np.array([kind is not None for kind in kinds], dtype=bool)[kind_of]
        percent = np.array([bool(kind and kind.percent) for kind in kinds], dtype=bool)[kind_of]
        zero = matches(self._digits, r"^[0.,]+$")
        with_sign = int(self._counts[known & percent].sum())
        without = int(self._counts[known & ~percent & ~zero].sum())
        self.percent = with_sign > 0 and with_sign >= without
        odd = known & (percent != self.percent) & ~zero
        units = np.array([kind.unit if kind else "" for kind in kinds], dtype=object)[kind_of]
        usual = Counter(dict(_weights(units[known], self._counts[known]))).most_common(1)
        unit = usual[0][0] if usual else ""
        odd |= known & (units != unit) & ~zero
        if odd.any():
            rows = int(self._counts[odd].sum())
            example = self._text[int(np.flatnonzero(odd)[0])].as_py()
            self.notes.append(
                f"Unreadable, with another unit than most: {rows:,}, such as {example}."
            )
        return np.asarray(known & ~odd, dtype=bool)

    def _values(
        self,
        digits: pa.Array,
        power: pa.Array,
        kinds: list[Affix | None],
        kind_of: npt.NDArray[np.int64],
        fits: Mask,
    ) -> pa.Array:
        """Text with dot and exponent, so that the number nearest to what is written is taken."""
        fits = fits & matches(digits, _grouping(self.decimal))
        scaled = np.array([kind.exponent if kind else 0 for kind in kinds])[kind_of]
        powered = as_mask(pc.greater(pc.binary_length(power), 0))
        fits &= ~(powered & (scaled > 0))
        bare = pc.replace_substring_regex(digits, rf"[{_OTHER[self.decimal]}' ]", "")
        bare = pc.replace_substring(bare, ",", ".")
        ends = pa.array([f"e{exponent}" for exponent in scaled.tolist()]) if scaled.any() else "e0"
        end = pc.if_else(pa.array(powered), power, ends)
        number = pc.binary_join_element_wise("0", bare, end, "")
        number = pc.if_else(pa.array(fits), number, pa.scalar(None, pa.string()))
        values = number.cast(pa.float64())
        negative = np.array([bool(kind and kind.negative) for kind in kinds], dtype=bool)[kind_of]
        values = pc.if_else(pa.array(negative), pc.negate(values), values)
        possible = pc.less_equal(pc.abs(values), _LARGEST)
        return pc.if_else(possible, values, pa.scalar(None, pa.float64()))

    def _currencies(self, kinds: list[Affix | None], kind_of: npt.NDArray[np.int64]) -> None:
        read = as_mask(self.values.is_valid())
        names = np.array([kind.currency if kind else "" for kind in kinds], dtype=object)[kind_of]
        found = Counter(dict(_weights(names[read], self._counts[read])))
        found.pop("", None)
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        self.currencies = tuple(name for name, _ in ranked)


def _affixes(parts: pa.StructArray) -> tuple[list[Affix | None], npt.NDArray[np.int64]]:
    """The distinct surroundings of digits, read, and which of them each text has."""
    joined = pc.binary_join_element_wise(
        pc.fill_null(parts.field("lead"), ""), pc.fill_null(parts.field("trail"), ""), "\0"
    )
    distinct = one_piece(joined).dictionary_encode()
    kinds = [read_affix(*pair.split("\0")) for pair in distinct.dictionary.to_pylist()]
    return kinds, distinct.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _weights(
    names: npt.NDArray[np.object_], counts: npt.NDArray[np.int64]
) -> list[tuple[str, int]]:
    return [(name, int(counts[names == name].sum())) for name in set(names.tolist())]


def _speaks_for(digits: pa.Array, decimal: Decimal) -> Mask:
    """Which texts can only be meant with this decimal sign."""
    d, g = ("[.]", ",") if decimal == "." else (",", "[.]")
    no_d = f"[^{decimal}]*"
    shapes = (
        rf"{no_d}{g}{no_d}{d}\d*",  # 1,234.5
        rf"{no_d}{g}{no_d}{g}{no_d}",  # 1,234,567
        rf"\d*{d}(?:\d{{1,2}}|\d{{4,}})",  # 1.5
        rf"\d{{4,}}{d}\d+",  # 1234.567
        rf"0?{d}\d+",  # 0.125
        rf"[^.,]*[ '][^.,]*{d}\d+",  # 1 234.567
    )
    return matches(digits, f"^(?:{'|'.join(shapes)})$")


def _grouping(decimal: Decimal) -> str:
    """Digits in groups of three, in Indian groups or in none, and a fraction."""
    d, g = ("[.]", ",") if decimal == "." else (",", "[.]")
    whole = rf"\d+|\d{{1,3}}(?:{g}\d{{3}})+|\d{{1,3}}(?:[ ']\d{{3}})+|\d{{1,2}}(?:{g}\d{{2}})+{g}\d{{3}}"
    return rf"^(?:{whole})?(?:{d}\d*)?$"
