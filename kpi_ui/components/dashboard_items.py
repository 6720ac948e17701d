"""What the dashboards' drawings show. All text is shown as it is, never as markup.

Shares and places are in [0, 1]; None, or what is not a number, draws no mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

StatusWord = Literal["on_track", "at_risk", "off_track", "too_early", "no_data"]
Direction = Literal["up", "down", "right"]
TrendTone = Literal["good", "bad", "muted"]
BarTone = Literal["accent", "neutral", "good", "warn", "bad"]
PartTone = Literal["accent", "neutral"]
FallKind = Literal["total", "up", "down"]
ColumnKind = Literal["text", "number", "bar", "spark", "status"]

Details = Sequence[tuple[str, str]]
"""The explanation shown on hover and focus, as (label, text): formula, source, last update."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A change in words ("12% on last quarter"): the arrow is its direction, the tone its worth."""

    text: str
    direction: Direction = "right"
    tone: TrendTone = "muted"


@dataclass(frozen=True, slots=True)
class Tile:
    """One KPI at a glance.

    An empty `value_text` is a tile without data: `status_reason` then says what to do, in place of
    the value. `bar` is actual / target, 0 and up; above 1 the bar runs past a notch that marks the
    target. `tick` is the value expected to date / target. `spark` are past values, oldest first,
    None where there was none. At most two `trends` are shown.
    """

    id: str
    name: str
    value_text: str = ""
    status: StatusWord = "no_data"
    status_text: str = "No data"
    status_reason: str = ""
    badge: str = ""
    target_text: str = ""
    expected_text: str = ""
    trend: Sequence[Trend] = ()
    owner: str = ""
    spark: Sequence[float | None] = ()
    bar: float | None = None
    tick: float | None = None
    details: Details = ()
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line: (x in [0, 1], y value) from left to right, with the text of each point.

    `texts` are as many as points, or none. `end_value` in bold and `end_name` stand at its end
    ("¥320M", "target").
    """

    points: Sequence[tuple[float, float]]
    texts: Sequence[str] = ()
    end_value: str = ""
    end_name: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the channel bars. A `value` of None, or not a number, is a row without a bar.

    `share` is the bar's length, `tick` the place of the comparison ("last quarter") that
    `tick_text` says in words. `note` is added when the row is pointed at.
    """

    id: str
    name: str
    value: float | None
    share: float
    value_text: str
    tick: float | None = None
    tick_text: str = ""
    note: str = ""
    tone: BarTone = "accent"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stacked bar; its height is `value`, which is 0 or more."""

    name: str
    value: float
    text: str
    tone: PartTone = "neutral"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stacked bar, its parts from the bottom up. `total_text` stands above it."""

    name: str
    parts: Sequence[Part]
    total_text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A stage's volume against its target; `bar` and `tick` as in `Tile`."""

    name: str
    value_text: str = ""
    target_text: str = ""
    bar: float | None = None
    tick: float | None = None
    status: StatusWord = "no_data"
    status_text: str = "No data"
    status_reason: str = ""
    note: str = ""
    details: Details = ()


@dataclass(frozen=True, slots=True)
class FunnelRate:
    """The conversion from one stage to the next against its target.

    Without a name and a value only the line between the stages is drawn.
    """

    name: str
    value_text: str = ""
    target_text: str = ""
    status: StatusWord = "no_data"
    status_text: str = "No data"
    status_reason: str = ""
    note: str = ""
    details: Details = ()


@dataclass(frozen=True, slots=True)
class Fall:
    """One bar of the waterfall. A total counts from zero; up and down move on from the last one.

    The size of `value` counts for up and down, whatever its sign. `text` carries the sign.
    """

    name: str
    value: float
    text: str
    kind: FallKind = "total"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the cohort grid. `shade` 0 to 1 is its place on the colour scale, None is none.

    An incomplete cell is hatched: its period still runs. `note` ("18 of 120") is added when it is
    pointed at.
    """

    text: str = ""
    shade: float | None = None
    incomplete: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One cohort: "April 2026", "120 opportunities", and a cell a column, or fewer."""

    label: str
    size_text: str
    cells: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the performance table. Its `note`, a definition, is shown on hover and focus."""

    label: str
    kind: ColumnKind = "text"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A cell of the performance table; the column's kind says which of these it draws."""

    text: str = ""
    note: str = ""
    bar: float | None = None
    tick: float | None = None
    spark: Sequence[float | None] = ()
    status: StatusWord | None = None


@dataclass(frozen=True, slots=True)
class PerformanceRow:
    """One channel. `total` sets the row apart; `details` are shown on hover and focus."""

    cells: Sequence[Measure]
    details: Details = ()
    total: bool = False
