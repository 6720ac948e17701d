"""A column of dates as systems export them. The order of day and month is decided once, from all cells."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.read_cells import Cells, Mask, as_mask, blank_note, matches, plain
from kpi_core.actuals.read_date_text import (
    DateText,
    day_number,
    read_date_text,
    read_time_text,
)

_ISO = r"^(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?)?$"
_ZONE = r"(?:Z|[-+]\d\d:?\d\d)$"
_SERIAL = r"^\d{5}(?:\.\d+)?$"
_LONGEST = 60
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 75_000
_SERIAL_EPOCH = 25_569  # days from 30 December 1899, where Excel counts from, to 1970
_DAY = 86_400_000_000  # microseconds
_MOMENT = pa.timestamp("us")
_NOTHING = np.iinfo(np.int64).min


@dataclass(frozen=True)
class DateColumn:
    """`values` are wall-clock times as written, without zone; null where blank or unreadable."""

    values: pa.Array
    unreadable: pa.Array
    day_first: bool | None
    """Order of dates such as 03/04/2026; `None` where the column has none."""
    style: str
    """A cell of the column that shows how its dates are written; empty without any."""
    ambiguous: bool
    """No cell decides between day and month, and it matters."""
    note: str
    decided_by: int | None = None
    """Index of the cell that decided the order, such as 13/04/2026."""


@dataclass
class _Found:
    """What is collected while the cells are read."""

    moments: npt.NDArray[np.int64]
    """Microseconds since 1970, or `_NOTHING`."""
    day_first: bool | None = None
    ambiguous: bool = False
    decided_by: int | None = None
    zoned: bool = False
    notes: list[str] = field(default_factory=list)


def read_dates(cells: Cells, day_first: bool | None = None) -> DateColumn:
    """Read a column of dates, with or without a time of day, from 1900 to 2100.

    The order of 03/04/2026 is `day_first`, or what the cells say: one number above 12 decides, for
    the whole column; cells that contradict the majority are unreadable. Where none decides, the
    month comes first, except between dots. A time zone is not applied: 23:30+09:00 stays 23:30.
    Numbers are Excel's day numbers only where the whole column is made of them.
    """
    text, words = plain(cells)
    found = _Found(np.full(len(text), _NOTHING, dtype=np.int64))
    filled = as_mask(text.is_valid())
    _read_iso(text, found)
    left = filled & (found.moments == _NOTHING)
    if left.any() and left.sum() == filled.sum() and matches(text, _SERIAL)[filled].all():
        _read_serials(text, found)
    else:
        short = as_mask(pc.less_equal(pc.binary_length(text), _LONGEST))
        _read_others(text, left & short, found, day_first)
    read = found.moments != _NOTHING
    if found.zoned:
        found.notes.append("Times are kept as written; time zones are not applied.")
    found.notes += filter(None, [blank_note(words)])
    if (filled & ~read).any() and read.any():
        found.notes.append(f"Unreadable as dates: {int((filled & ~read).sum()):,}.")
    shown = found.decided_by if found.decided_by is not None else _first(read)
    return DateColumn(
        values=pa.array(found.moments, mask=~read).cast(_MOMENT),
        unreadable=pa.array(filled & ~read),
        day_first=found.day_first,
        style="" if shown is None else str(text[shown].as_py())[:40],
        ambiguous=found.ambiguous,
        note=" ".join(found.notes),
        decided_by=found.decided_by,
    )


def _first(mask: Mask) -> int | None:
    return int(np.argmax(mask)) if mask.any() else None


def _read_iso(text: pa.Array, found: _Found) -> None:
    """2026-09-30 and 2026-09-30 14:05:00, many at once."""
    zoned = matches(text, _ISO.removesuffix("$") + _ZONE) & matches(text, ":")
    if zoned.any():
        text = pc.if_else(pa.array(zoned), pc.replace_substring_regex(text, _ZONE, ""), text)
        found.zoned = True
    iso = matches(text, _ISO)
    if not iso.any():
        return
    try:
        moments = text.filter(pa.array(iso)).cast(_MOMENT)
    except pa.ArrowInvalid:  # a day that does not exist: left to be read one by one
        return
    found.moments[iso] = moments.cast(pa.int64()).to_numpy()


def _read_serials(text: pa.Array, found: _Found) -> None:
    """Excel's day numbers, rounded to the second; the last date it can mean is in 2105."""
    days = text.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    fits = (days >= _FIRST_SERIAL) & (days <= _LAST_SERIAL)
    if not fits.any():
        return
    seconds = np.round((days[fits] - _SERIAL_EPOCH) * 86_400).astype(np.int64)
    found.moments[fits] = seconds * 1_000_000
    found.notes.append("The numbers are read as Excel's day numbers.")


def _read_others(text: pa.Array, wanted: Mask, found: _Found, day_first: bool | None) -> None:
    """All other forms: the distinct dates and the distinct times of day are read one by one."""
    if not wanted.any():
        return
    at = np.flatnonzero(wanted)
    dates, times = _split(text.take(pa.array(at)))
    read = [read_date_text(part) for part in dates.dictionary.to_pylist()]
    date_of = dates.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(date_of, minlength=len(read))
    firsts = np.full(len(read), len(text), dtype=np.int64)
    np.minimum.at(firsts, date_of, at)
    _decide_order(read, counts, firsts, found, day_first)
    days = [_day(part, bool(found.day_first)) for part in read]
    day = np.array([_NOTHING if value is None else value for value in days], dtype=np.int64)[
        date_of
    ]
    clock, zoned = _clock(times)
    good = (day != _NOTHING) & (clock != _NOTHING)
    seconds = np.array([part.seconds if part else 0 for part in read], dtype=np.int64)[date_of]
    found.moments[at[good]] = (day * _DAY + seconds * 1_000_000 + clock)[good]
    _note_forms(
        [part for part, value in zip(read, days, strict=True) if part and value is not None], found
    )
    found.zoned |= zoned


def _split(text: pa.Array) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
    """Each cell's date and time of day; a null time where there is none."""
    if pc.all(pc.string_is_ascii(text)).as_py():
        date, time = _split_ascii(text)
    else:
        parts = pc.extract_regex(text, r"^(?P<date>.*?)(?P<time>[T\s,]*\d{1,2}:\d{2}.*)?$")
        date = parts.field("date")
        time = parts.field("time")
        time = pc.if_else(pc.greater(pc.binary_length(time), 0), time, pa.scalar(None, pa.string()))
    return pc.fill_null(date, "").dictionary_encode(), time.dictionary_encode()


def _split_ascii(text: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Cut two characters before the first colon; cells with it at one place are cut together."""
    colon = pc.find_substring(text, ":").to_numpy(zero_copy_only=False)
    order: list[npt.NDArray[np.int64]] = []
    dates, times = [], []
    for place in np.unique(colon).tolist():
        here = np.flatnonzero(colon == place)
        group = text.take(pa.array(here))
        order.append(here)
        cut = max(place - 2, 0)
        dates.append(pc.utf8_slice_codeunits(group, 0, cut) if place >= 0 else group)
        times.append(
            pc.utf8_slice_codeunits(group, cut) if place >= 0 else pa.nulls(len(group), pa.string())
        )
    back = pa.array(np.argsort(np.concatenate(order), kind="stable"))
    return pa.concat_arrays(dates).take(back), pa.concat_arrays(times).take(back)


def _clock(times: pa.DictionaryArray) -> tuple[npt.NDArray[np.int64], bool]:
    """Microseconds since midnight of each cell, 0 without a time, and whether a zone was named."""
    read = [read_time_text(part) for part in times.dictionary.to_pylist()]
    each = np.array([*(value[0] if value else _NOTHING for value in read), 0], dtype=np.int64)
    place = pc.fill_null(times.indices, len(read)).to_numpy(zero_copy_only=False)
    return each[place], any(value is not None and value[1] for value in read)


def _decide_order(
    read: list[DateText | None],
    counts: npt.NDArray[np.int64],
    firsts: npt.NDArray[np.int64],
    found: _Found,
    given: bool | None,
) -> None:
    """Whether the day comes first in dates that leave it open, and which cell says so."""
    open_ones = [n for n, part in enumerate(read) if part and part.first]
    if not open_ones:
        return
    says = {True: [n for n in open_ones if _says(read[n]) is True]}
    says[False] = [n for n in open_ones if _says(read[n]) is False]
    rows = {order: int(counts[said].sum()) for order, said in says.items()}
    if given is not None:
        found.day_first = given
    elif rows[True] != rows[False]:
        found.day_first = rows[True] > rows[False]
    else:
        found.day_first = all(part.sign == "." for n in open_ones if (part := read[n]))
        found.ambiguous = any(part.first != part.second for n in open_ones if (part := read[n]))
    chosen = says[found.day_first]
    if chosen:
        found.decided_by = int(firsts[chosen].min())
    name = "day" if found.day_first else "month"
    against = rows[not found.day_first]
    if found.ambiguous and not against:
        found.notes.append(
            f"No date says whether the day or the month comes first; the {name} is taken as first."
        )
    else:
        found.notes.append(f"Dates are read with the {name} first.")
    if against:
        found.notes.append(f"Unreadable because they can only be meant the other way: {against:,}.")


def _says(part: DateText | None) -> bool | None:
    """True where only day first is possible, false where only month first is, `None` else."""
    if part is None or (part.first > 12) == (part.second > 12):
        return None
    return part.first > 12


def _day(part: DateText | None, day_first: bool) -> int | None:
    if part is None:
        return None
    if part.month is not None and part.day is not None:
        return day_number(part.year, part.month, part.day)
    day, month = (part.first, part.second) if day_first else (part.second, part.first)
    return day_number(part.year, month, day)


def _note_forms(used: list[DateText], found: _Found) -> None:
    if any(part.short_year for part in used):
        found.notes.append("Years of two digits are read as 1970 to 2069.")
    if any(part.whole_month for part in used):
        found.notes.append("Months without a day are read as their first day.")
