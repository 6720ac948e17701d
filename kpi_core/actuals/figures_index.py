"""Facts laid out for quick reading: by id, kind and grain, sorted by day, one series per filter."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kpi_core.actuals.calendar import end_of
from kpi_core.models.actuals import UNKNOWN, Grain

Kind = Literal["flow", "observation", "change", "level"]
KINDS: tuple[Kind, ...] = ("observation", "change", "flow", "level")
"""In the order in which they are asked: measured rows before values somebody entered."""
LONGEST_FIRST = (Grain.YEAR, Grain.QUARTER, Grain.MONTH, Grain.WEEK, Grain.DAY)
COLUMNS = ("kind", "id", "day", "grain", "channel", "segment", "value", "n")
LARGEST = 1e18
"""Largest value of a row, so that sums stay finite."""
_EPOCH = date(1970, 1, 1).toordinal()

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Filters:
    """What a reading is restricted to; `None` for all."""

    channel: str | None = None
    segment: str | None = None


ALL = Filters()


class Series:
    """Rows in order of day. Days are ordinals, `ends` the last day each row covers."""

    def __init__(self, starts: Whole, values: Floats, n: Whole, grain: Grain) -> None:
        self.starts: list[int] = starts.tolist()
        self.values, self.n, self.grain = values, n, grain
        self.ends = self.starts if grain is Grain.DAY else [_end(s, grain) for s in self.starts]

    def between(self, first: int, last: int) -> slice:
        """Rows whose first day is from `first` to `last`."""
        return slice(bisect_left(self.starts, first), bisect_right(self.starts, last))

    def touching(self, first: int, last: int) -> bool:
        """Whether a row covers any day from `first` to `last`."""
        found = bisect_right(self.starts, last)
        return found > 0 and self.ends[found - 1] >= first

    def added_up_by_day(self) -> Series:
        """One row per first day, with sums of values and events."""
        if len(set(self.starts)) == len(self.starts):
            return self
        days, at = np.unique(np.array(self.starts, dtype=np.int64), return_index=True)
        sums = np.add.reduceat(self.values, at)
        return Series(days, sums, np.add.reduceat(self.n, at), self.grain)


@dataclass(frozen=True)
class Block:
    """All rows of one id, kind and grain, in order of day; channel and segment as codes."""

    grain: Grain
    kind: Kind
    starts: Whole
    channels: Whole
    segments: Whole
    values: Floats
    n: Whole
    kept: dict[object, Series]
    """Series made so far, by what they hold."""

    def series(self, channel: int | None, segment: int | None) -> Series:
        """Rows of exactly this channel and segment, `None` for any; flows and changes added by day."""
        return self._made((channel, segment), lambda: self._mask(channel, segment))

    def not_split(self, channel: int | None, segment: int | None) -> Series:
        """Rows that may hold what is asked for but do not say which channel or segment they are of.

        Code 0 stands for rows without one.
        """

        def mask() -> Mask:
            may = np.ones(len(self.starts), dtype=np.bool_)
            for asked, codes in ((channel, self.channels), (segment, self.segments)):
                if asked is not None:
                    may &= (codes == asked) | (codes == 0)
            return may & ~self._mask(channel, segment)

        return self._made(("not split", channel, segment), mask)

    def split(self, channel: int | None, segment: int | None) -> Series:
        """Rows of single channels or segments wherever any is asked for."""

        def mask() -> Mask:
            chosen = self._mask(channel, segment)
            for asked, codes in ((channel, self.channels), (segment, self.segments)):
                if asked is None and bool(np.any(codes[chosen] != 0)):
                    chosen &= codes != 0
            return chosen

        return self._made(("split", channel, segment), mask)

    def _mask(self, channel: int | None, segment: int | None) -> Mask:
        chosen = np.ones(len(self.starts), dtype=np.bool_)
        if channel is not None:
            chosen &= self.channels == channel
        if segment is not None:
            chosen &= self.segments == segment
        return chosen

    def _made(self, key: object, mask: Any) -> Series:
        found = self.kept.get(key)
        if found is None:
            chosen = mask()
            found = Series(self.starts[chosen], self.values[chosen], self.n[chosen], self.grain)
            if self.kind in ("flow", "change"):
                found = found.added_up_by_day()
            self.kept[key] = found
        return found


class FactIndex:
    """Facts by id. Rows without a day or a number up to 1e18 are left out and counted in `ignored`.

    Raises `ValueError` for a table without the columns of facts. A column `source`, where there is
    one, tells which upload a row comes from, so that each is known to cover its own days only.
    """

    def __init__(self, facts: pd.DataFrame) -> None:
        if missing := [name for name in COLUMNS if name not in facts.columns]:
            raise ValueError(f"facts lack the columns {', '.join(missing)}")
        possible = np.abs(facts["value"].to_numpy(np.float64)) <= LARGEST  # false for NaN
        possible &= facts["day"].notna().to_numpy()
        self.ignored = int((~possible).sum())
        rows = facts[possible].sort_values("day", kind="stable")
        days = rows["day"].to_numpy().astype("datetime64[D]").astype(np.int64) + _EPOCH
        self._channel_codes, channels = _codes(rows["channel"])
        self._segment_codes, segments = _codes(rows["segment"])
        self.channels = _listed(self._channel_codes)
        self.segments = _listed(self._segment_codes)
        values, n = rows["value"].to_numpy(np.float64), rows["n"].to_numpy(np.int64)
        found: dict[str, dict[Kind, dict[Grain, Block]]] = {}
        for (key, kind, grain), at in _grouped(rows):
            parts = (days[at], channels[at], segments[at], values[at], n[at])
            block = Block(Grain(grain), kind, *parts, {})
            found.setdefault(key, {}).setdefault(kind, {})[block.grain] = block
        self._blocks = {key: _in_order(kinds) for key, kinds in found.items()}
        self._spans = _spans(rows, days)
        self.first, self.last = self._ends(days)

    @property
    def ids(self) -> frozenset[str]:
        """Ids that have rows."""
        return frozenset(self._blocks)

    def blocks(self, key: str, kind: Kind) -> tuple[Block, ...]:
        """Rows of an id, longest periods first."""
        return self._blocks.get(key, {}).get(kind, ())

    def kinds(self, key: str) -> tuple[Kind, ...]:
        """Kinds of rows an id has, in the order in which they are asked."""
        return tuple(self._blocks.get(key, {}))

    def span(self, key: str) -> tuple[int, int] | None:
        """First and last day known of an id with daily rows: between them, no row means none."""
        return self._spans.get(key)

    def last_of(self, key: str) -> date | None:
        """Last day that rows of an id cover; `None` without rows."""
        blocks = [b for kinds in self._blocks.get(key, {}).values() for b in kinds]
        ends = [_end(int(block.starts[-1]), block.grain) for block in blocks if len(block.starts)]
        return date.fromordinal(max(ends)) if ends else None

    def codes(self, filters: Filters) -> tuple[int | None, int | None]:
        """Codes of the filters; -1 for a channel or segment no row names."""
        channel, segment = filters.channel, filters.segment
        return (
            None if channel is None else self._channel_codes.get(channel, -1),
            None if segment is None else self._segment_codes.get(segment, -1),
        )

    def _ends(self, days: Whole) -> tuple[date | None, date | None]:
        """First and last day of the facts: of daily rows, and of longer periods that begin later."""
        if not len(days):
            return None, None
        daily = max((last for _, last in self._spans.values()), default=0)
        kinds = (of_kind for found in self._blocks.values() for of_kind in found.values())
        longer = [block for of_kind in kinds for block in of_kind if block.grain is not Grain.DAY]
        ends = [_end(int(b.starts[-1]), b.grain) for b in longer if b.starts[-1] > daily]
        return date.fromordinal(int(days[0])), date.fromordinal(max(daily, *ends, 0))


def _in_order(kinds: dict[Kind, dict[Grain, Block]]) -> dict[Kind, tuple[Block, ...]]:
    """Kinds in the order in which they are asked, their rows longest periods first."""
    return {
        kind: tuple(kinds[kind][grain] for grain in LONGEST_FIRST if grain in kinds[kind])
        for kind in KINDS
        if kind in kinds
    }


def _end(start: int, grain: Grain) -> int:
    return end_of(date.fromordinal(start), grain).toordinal()


def _codes(column: pd.Series[Any]) -> tuple[dict[str, int], Whole]:
    """A code for each text, 0 for the empty one, and the codes of the rows."""
    at, texts = pd.factorize(column)
    codes = {"": 0} | {str(text): i for i, text in enumerate(filter(None, texts), start=1)}
    by_text = np.array([*(codes[str(text)] for text in texts), 0], dtype=np.int64)
    return codes, by_text[at]  # a missing text has position -1, the last


def _listed(codes: dict[str, int]) -> tuple[str, ...]:
    """Names in order, rows that name none last."""
    return tuple(sorted(filter(None, codes), key=lambda name: (name == UNKNOWN, name)))


def _grouped(rows: pd.DataFrame) -> Iterator[tuple[tuple[str, Kind, str], Whole]]:
    """Positions of the rows of each id, kind and grain."""
    groups = rows.groupby(["id", "kind", "grain"], sort=False, observed=True).indices
    for key, at in groups.items():
        yield key, np.sort(at)  # type: ignore[misc]


def _spans(rows: pd.DataFrame, days: Whole) -> dict[str, tuple[int, int]]:
    """First and last day of the uploads that hold daily rows of each id."""
    source = rows["source"] if "source" in rows.columns else pd.Series("", index=rows.index)
    daily = pd.DataFrame({"id": rows["id"], "source": source, "day": days})
    daily = daily[rows["grain"] == Grain.DAY.value]
    ends = daily.groupby("source")["day"].agg(["min", "max"])
    pairs = daily[["id", "source"]].drop_duplicates().join(ends, on="source")
    spans = pairs.groupby("id").agg({"min": "min", "max": "max"})
    return {str(key): (int(low), int(high)) for key, low, high in spans.itertuples()}
