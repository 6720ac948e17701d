"""One id over one stretch of days, straight from the facts: sums, medians, levels, last values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

import numpy as np

from kpi_core.actuals.calendar import Period, day_text
from kpi_core.actuals.figures_index import ALL, Block, FactIndex, Filters, Kind, Series
from kpi_core.actuals.figures_notes import (
    DAYS_OF_WEEK,
    Reading,
    absent,
    missing,
    noted,
    partly,
    remarks,
)
from kpi_core.models.actuals import Grain
from kpi_core.models.base import Aggregation

_PLURAL = {Grain.DAY: "days", Grain.WEEK: "weeks", Grain.MONTH: "months", Grain.QUARTER: "quarters"}


@dataclass(frozen=True)
class Asked:
    """What a reading is of: an id's rows, the period, how several values become one."""

    index: FactIndex
    key: str
    period: Period
    last: int
    """Last day that counts, as an ordinal: the period's end or the day the figures are as of."""
    filters: Filters
    over_time: Aggregation
    over_lanes: Aggregation
    first: int = field(init=False)
    end: int = field(init=False)
    codes: tuple[int | None, int | None] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", self.period.start.toordinal())
        object.__setattr__(self, "end", self.period.end.toordinal())
        object.__setattr__(self, "codes", self.index.codes(self.filters))

    def blocks(self, kind: Kind) -> tuple[Block, ...]:
        """The id's rows of one kind, longest periods first."""
        return self.index.blocks(self.key, kind)

    def fits(self, series: Series, i: int) -> bool:
        """Whether row `i`, which begins in the period, belongs to it: weeks by their first day."""
        if series.ends[i] <= self.end:
            return True
        return series.grain is Grain.WEEK and self.period.days > DAYS_OF_WEEK

    def usable(self, series: Series) -> list[int]:
        """Positions of the rows that belong to the period."""
        window = series.between(self.first, self.last)
        return [i for i in range(window.start, window.stop) if self.fits(series, i)]


def read_rows(
    index: FactIndex,
    key: str,
    period: Period,
    as_of: date,
    filters: Filters = ALL,
    over_time: Aggregation = Aggregation.SUM,
    over_lanes: Aggregation = Aggregation.SUM,
) -> Reading:
    """The value of `key` from its own rows, without any formula.

    Flows are added up (or the last is taken, for `over_time` last); observations give their exact
    median, or their mean for `over_time` mean and ratio of sums; changes give the level at the end.
    Levels are taken as they were entered; of several in the period the last, their mean or their sum
    counts, by `over_time`. Days after `as_of` are left out.
    """
    last = min(period.end, as_of).toordinal()
    asked = Asked(index, key, period, last, filters, over_time, over_lanes)
    if last < asked.first:
        return Reading(None, note=f"{period.label} begins after {day_text(as_of)}")
    found = Reading(None, note="not measured")
    for kind in index.kinds(key):
        if kind == "observation":
            found = _observations(asked)
        elif kind == "change":
            found = _change(asked)
        elif kind == "level" or over_time in (Aggregation.MEDIAN, Aggregation.NOT_ADDITIVE):
            found = _level(asked, kind)  # amounts of what cannot be added up are levels too
        else:
            found = _last_flow(asked) if over_time is Aggregation.LAST else _flow(asked)
        if found.value is not None:
            break
    return found


# ---- flows ----


def _flow(asked: Asked) -> Reading:
    """The sum; where an amount is known for a long period and for parts of it, the long one counts."""
    total, n, any_row = 0.0, 0, False
    taken: list[tuple[int, int]] = []
    notes: list[str] = []
    gaps: list[str] = []
    for block in asked.blocks("flow"):
        series = block.series(*asked.codes)
        if block.grain is Grain.DAY and not taken:
            chosen: slice | list[int] = series.between(asked.first, asked.last)
        else:
            chosen = [i for i in asked.usable(series) if not _inside(series.starts[i], taken)]
        values = series.values[chosen]
        if not len(values):
            continue
        any_row = True
        total, n = total + float(values.sum()), n + int(series.n[chosen].sum())
        if block.grain is not Grain.DAY:
            at = cast("list[int]", chosen)
            taken += [(series.starts[i], series.ends[i]) for i in at]
            notes += _straddling(asked, series)
            gaps += missing(asked, block)
    if not any_row:
        return absent(asked, "flow", none_is_zero=True)
    partial = bool(gaps) or (not taken and partly(asked))
    found = Reading(total, n=n, partial=partial)
    return noted(found, *notes, *gaps, *remarks(asked, "flow", daily=not taken))


def _inside(day: int, taken: Iterable[tuple[int, int]]) -> bool:
    return any(first <= day <= last for first, last in taken)


def _straddling(asked: Asked, series: Series) -> list[str]:
    """A note where a week lies across an end of the period."""
    if series.grain is not Grain.WEEK:
        return []
    before = bisect_left(series.starts, asked.first) - 1
    inside = series.between(asked.first, asked.last)
    across = inside.stop > inside.start and series.ends[inside.stop - 1] > asked.end
    if across or (before >= 0 and series.ends[before] >= asked.first):
        return ["weeks are counted by their first day"]
    return []


def _last_flow(asked: Asked) -> Reading:
    """The amount of the last stretch known in the period."""
    latest: tuple[int, Series, int] | None = None
    for block in asked.blocks("flow"):
        series = block.series(*asked.codes)
        if at := asked.usable(series):
            end = series.ends[at[-1]]
            if latest is None or end > latest[0]:
                latest = end, series, at[-1]
    if latest is None:
        return absent(asked, "flow")
    _, series, i = latest
    return noted(
        Reading(float(series.values[i]), n=int(series.n[i])), *remarks(asked, "flow", daily=False)
    )


# ---- observations and changes ----


def _observations(asked: Asked) -> Reading:
    parts = []
    for block in asked.blocks("observation"):
        series = block.series(*asked.codes)
        window = series.between(asked.first, asked.last)
        parts.append((series.values[window], series.n[window]))
    values = np.concatenate([part[0] for part in parts])
    n = np.concatenate([part[1] for part in parts])
    events = int(n.sum())
    if events == 0:
        return absent(asked, "observation")
    if asked.over_time in (Aggregation.MEAN, Aggregation.RATIO_OF_SUMS):
        value = float(np.dot(values, n)) / events
    else:
        value = _median(values, n)
    return noted(Reading(value, n=events), *remarks(asked, "observation", daily=True))


def observed(
    index: FactIndex, key: str, period: Period, as_of: date, filters: Filters
) -> dict[float, int]:
    """How often each value of `key` was observed in `period`, up to `as_of`."""
    found: dict[float, int] = {}
    last = min(period.end, as_of).toordinal()
    for block in index.blocks(key, "observation"):
        series = block.series(*index.codes(filters))
        window = series.between(period.start.toordinal(), last)
        for value, n in zip(series.values[window].tolist(), series.n[window].tolist(), strict=True):
            found[value] = found.get(value, 0) + n
    return found


def _median(values: np.ndarray, n: np.ndarray) -> float:
    """Exact median of `values`, each of which was seen `n` times."""
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(n[order])
    middle = [(int(upto[-1]) - 1) // 2, int(upto[-1]) // 2]
    low, high = values[order][np.searchsorted(upto, middle, side="right")]
    return float(low + high) / 2


def _change(asked: Asked) -> Reading:
    """The level at the end: all changes up to it, rounded against what floats leave behind."""
    span = asked.index.span(asked.key)
    if span is None or not span[0] <= asked.last or span[1] < asked.first:
        return absent(asked, "change")
    total, found = 0.0, False
    for block in asked.blocks("change"):
        series = block.series(*asked.codes)
        upto = series.between(0, asked.last)
        found = found or upto.stop > 0
        total += float(series.values[upto].sum())
    if not found and any(b.not_split(*asked.codes).starts for b in asked.blocks("change")):
        return absent(asked, "change")
    return noted(Reading(round(total, 6) + 0.0), *remarks(asked, "change", daily=True))


# ---- levels ----


def _level(asked: Asked, kind: Kind) -> Reading:
    for block in asked.blocks(kind):
        starts, ends, values, n = _entered(asked, block)
        if starts:
            found = _combined(asked, block.grain, (starts[0], ends[-1]), values)
            return Reading(found.value, n=n or None, note=found.note)
    return absent(asked, kind)


def _entered(asked: Asked, block: Block) -> tuple[list[int], list[int], list[float], int]:
    """First and last days, values of the stretches in the period, and the events behind them.

    Values for all channels and segments, or of the one asked for; else those of the single ones
    added up, where that gives a value for all.
    """
    channel, segment = asked.codes
    series = block.series(channel or 0, segment or 0)
    at = asked.usable(series)
    if not at and asked.over_lanes is Aggregation.SUM:
        series = block.split(channel, segment)
        at = asked.usable(series)
    sums: dict[int, float] = {}
    ends: dict[int, int] = {}
    for i in at:
        start = series.starts[i]
        sums[start] = sums.get(start, 0.0) + float(series.values[i])
        ends[start] = series.ends[i]
    return list(sums), list(ends.values()), list(sums.values()), int(series.n[at].sum())


def _combined(
    asked: Asked, grain: Grain, covers: tuple[int, int], values: Sequence[float]
) -> Reading:
    """One value from those of the period's parts, by how the metric adds up over time."""
    if covers == (asked.first, asked.end) and len(values) == 1:
        return Reading(values[0])
    plural = _PLURAL.get(grain, "years")
    if asked.over_time is Aggregation.LAST:
        return Reading(values[-1])
    if asked.over_time is Aggregation.SUM:
        return Reading(sum(values))
    if asked.over_time is Aggregation.NOT_ADDITIVE:
        return Reading(None, note=f"known by {grain.value} only, and {plural} cannot be added up")
    what = f"the medians of {len(values)}" if asked.over_time is Aggregation.MEDIAN else len(values)
    unit = plural if len(values) > 1 else grain.value
    return Reading(sum(values) / len(values), note=f"mean of {what} {unit}")
