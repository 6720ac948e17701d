"""What a reading is, and the words for why there is none or what is approximate about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kpi_core.actuals.calendar import MONTHS, day_text, period_of, periods
from kpi_core.actuals.figures_index import Block, Filters, Kind
from kpi_core.models.actuals import Grain
from kpi_core.models.tree import Counts

if TYPE_CHECKING:
    from kpi_core.actuals.figures_rows import Asked

DAYS_OF_WEEK = 7
UNCOVERED = 0.1
"""Part of a period's days that may lie outside the data before a sum counts as partial."""
MOST_NAMED = 3
"""Missing periods named in a note; more are counted."""


@dataclass(frozen=True)
class Reading:
    """A value as measured, in the metric's unit; `None` when it is not known."""

    value: float | None
    counts: Counts | None = None
    """Events behind a rate of counts; `None` for everything else."""
    n: int | None = None
    """Events behind the value; `None` when not known."""
    note: str | None = None
    """Why there is no value, or what is approximate about it, in words."""
    partial: bool = False
    """True when the data leaves out more than a tenth of the days, or an entered part of the period:
    then a sum is too small to be compared."""


def noted(reading: Reading, *notes: str | None) -> Reading:
    """The reading with these notes, each once, after its own."""
    if not any(notes):
        return reading
    told = dict.fromkeys(note for note in (reading.note, *notes) if note)
    return replace(reading, note="; ".join(told))


def not_split_by(filters: Filters) -> str:
    """`not split by channel and segment`, for what the filters ask."""
    asked = [("channel", filters.channel), ("segment", filters.segment)]
    return f"not split by {' and '.join(name for name, value in asked if value is not None)}"


def remarks(asked: Asked, kind: Kind, *, daily: bool) -> list[str]:
    """What is approximate about a value that was found."""
    notes = []
    if any(value is not None for value in asked.codes):
        spread = (block.not_split(*asked.codes) for block in asked.blocks(kind))
        if any(_holds(series.between(asked.first, asked.last)) for series in spread):
            notes.append(f"part of the data is {not_split_by(asked.filters)}")
    span = asked.index.span(asked.key)
    if daily and span:
        if span[0] > asked.first:
            notes.append(_begins(span[0]))
        if span[1] < asked.last:
            notes.append(_ends(span[1]))
    return notes


def partly(asked: Asked) -> bool:
    """Whether daily data leaves out more of the period so far than does not matter."""
    span = asked.index.span(asked.key)
    if span is None:
        return False
    outside = max(span[0] - asked.first, 0) + max(asked.last - span[1], 0)
    return outside > UNCOVERED * (asked.last - asked.first + 1)


def missing(asked: Asked, block: Block) -> list[str]:
    """A note on parts of the period for which nothing was entered, where values are not daily."""
    if any(other.grain is not block.grain for other in asked.blocks(block.kind)):
        return []
    present = set(block.series(None, None).starts)
    absent_days = [day for day in _starts(asked, block.grain, min(present)) if day not in present]
    if not absent_days:
        return []
    if len(absent_days) > MOST_NAMED:
        return [f"no value for {len(absent_days)} {block.grain.value}s of it"]
    names = (period_of(date.fromordinal(day), block.grain).label for day in absent_days)
    if block.grain not in (Grain.DAY, Grain.MONTH):
        names = (f"the {block.grain.value} of {_day(day)}" for day in absent_days)
    return [f"no value for {', '.join(names)}"]


def _starts(asked: Asked, grain: Grain, known: int) -> list[int]:
    """First days of the stretches of `grain` that begin in the part of the period that has passed.

    `known` is the first day of any of them, by which the others lie.
    """
    if grain not in MONTHS:
        first = asked.first + (known - asked.first) % DAYS_OF_WEEK
        return list(range(first, asked.last + 1, DAYS_OF_WEEK))
    like = date.fromordinal(known)
    months = periods(date.fromordinal(asked.first), date.fromordinal(asked.last), Grain.MONTH)
    return [
        month.start.toordinal()
        for month in months
        if (month.start.month - like.month) % MONTHS[grain] == 0
        and month.start.toordinal() >= asked.first
    ]


def absent(asked: Asked, kind: Kind, *, none_is_zero: bool = False) -> Reading:
    """Why no row was found, or 0 where the data covers the days and simply holds none."""
    blocks = asked.blocks(kind)
    span = asked.index.span(asked.key)
    window = (asked.first, asked.last)
    if any(block.not_split(*asked.codes).touching(*window) for block in blocks):
        return Reading(None, note=not_split_by(asked.filters))
    covered = span is not None and span[0] <= asked.last and span[1] >= asked.first
    others = any(asked.usable(block.series(None, None)) for block in blocks)
    if none_is_zero and (covered or others):
        zero = Reading(0.0, n=0, partial=covered and partly(asked))
        return noted(zero, _since(asked, kind), *remarks(asked, kind, daily=covered))
    return Reading(None, note=_why_nothing(asked, kind, covered, others))


def _why_nothing(asked: Asked, kind: Kind, covered: bool, others: bool) -> str:
    span, label = asked.index.span(asked.key), asked.period.label
    for block in reversed(asked.blocks(kind)):
        if block.series(None, None).touching(asked.first, asked.last) and not others:
            return f"known by {block.grain.value} only"
    if others and kind == "level" and asked.codes == (None, None):
        return "known by channel or segment only, and those values cannot be added up"
    if covered:
        return f"none in {label}"
    if span and asked.last < span[0]:
        return _begins(span[0])
    return _ends(span[1]) if span and asked.first > span[1] else f"no value for {label}"


def _since(asked: Asked, kind: Kind) -> str | None:
    """Since when there has been none, so that a cut-off file is not taken for a collapse."""
    before = [
        series.starts[upto.stop - 1]
        for series in (block.series(*asked.codes) for block in asked.blocks(kind))
        if _holds(upto := series.between(0, asked.first - 1))
    ]
    return f"none since {_day(max(before))}" if before else None


def _holds(window: slice) -> bool:
    return bool(window.stop > window.start)


def _begins(day: int) -> str:
    return f"the data begins on {_day(day)}"


def _ends(day: int) -> str:
    return f"the data ends on {_day(day)}"


def _day(ordinal: int) -> str:
    return day_text(date.fromordinal(ordinal))
