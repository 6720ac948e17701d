"""Where the dashboards' marks stand: values to places in [0, 1]. Geometry, no KPI arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from kpi_ui.components.dashboard_items import Fall, Line

TICKS = 4
MOST_OVER = 2.0  # a bar at twice its target is as long as it gets
SAME_X = 1e-6


def number(value: float | None) -> float | None:
    """The value, or None for what is not a finite number."""
    return value if value is not None and math.isfinite(value) else None


def share(value: float | None) -> float:
    """The value within [0, 1], short enough to send; 0 for what is not a number."""
    known = number(value)
    return 0.0 if known is None else round(min(1.0, max(0.0, known)), 4)


def share_or_none(value: float | None) -> float | None:
    """As `share`, but None for what is not a number."""
    return None if number(value) is None else share(value)


def level(bar: float | None, tick: float | None) -> dict[str, float | None] | None:
    """A bar towards a target: how far it is filled, where the tick stands, and the target.

    The target is the bar's right end, and `goal` is None, unless the bar goes past it. None if
    there is no bar.
    """
    filled, expected = number(bar), number(tick)
    if filled is None:
        return None
    top = min(max(1.0, filled), MOST_OVER)
    return {
        "fill": share(filled / top),
        "tick": None if expected is None else share(expected / top),
        "goal": share(1 / top) if top > 1 else None,
    }


def spark(values: Sequence[float | None]) -> list[float | None]:
    """Heights of past values, lowest 0 and highest 1; all 0.5 if they are the same.

    Empty if there are fewer than two values: a single point shows no course.
    """
    known = [v for v in map(number, values) if v is not None]
    if len(known) < 2:
        return []
    low, reach = min(known), max(known) - min(known)
    if not 0 < reach < math.inf:
        return [None if number(v) is None else 0.5 for v in values]
    return [None if v is None else share((v - low) / reach) for v in map(number, values)]


def thinned(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """At most four of the ticks, evenly spread, from the first on."""
    known = [(at, text) for at, text in ticks if math.isfinite(at)]
    return known[:: math.ceil(len(known) / TICKS) or 1]


def falls(bars: Sequence[Fall]) -> tuple[list[tuple[float, float, float]], float]:
    """For each bar its start, its end and where the next one starts; and the place of zero."""
    moves = list(_moves(bars))
    low = min((min(move) for move in moves), default=0.0)
    reach = max((max(move) for move in moves), default=0.0) - min(0.0, low)
    if not 0 < reach < math.inf:
        return [(0.0, 0.0, 0.0) for _ in bars], 0.0

    def at(value: float) -> float:
        return share((value - min(0.0, low)) / reach)

    return [(at(min(a, b)), at(max(a, b)), at(b)) for a, b in moves], at(0.0)


def _moves(bars: Sequence[Fall]) -> Iterator[tuple[float, float]]:
    now = 0.0
    for bar in bars:
        value = number(bar.value) or 0.0
        before = 0.0 if bar.kind == "total" else now
        step = {"up": abs(value), "down": -abs(value)}.get(bar.kind, value)
        now = before + step
        yield before, now


class Chart:
    """The progress chart's scale: zero, or the lowest value below it, up to the highest."""

    def __init__(self, lines: Sequence[Line], ticks: Sequence[tuple[float, str]]) -> None:
        values = [y for line in lines for _, y in clean(line)] + [at for at, _ in ticks]
        self.low = min([0.0, *values])
        reach = max([0.0, *values]) - self.low
        self.reach = reach if 0 < reach < math.inf else 1.0

    def at(self, value: float) -> float:
        """The place of a value, 0 at the bottom."""
        return share((value - self.low) / self.reach)

    def line(self, line: Line) -> dict[str, Any]:
        """The line's places, and its label at the end."""
        return {
            "points": [[share(x), self.at(y)] for x, y in clean(line)],
            "end": [line.end_value, line.end_name],
        }


def clean(line: Line) -> list[tuple[float, float]]:
    """The points that can be drawn."""
    return [(x, y) for x, y in line.points if math.isfinite(x) and math.isfinite(y)]


def text_at(line: Line, x: float) -> tuple[float, str] | None:
    """Value and text of the line's point at x, None if there is none, or none with a text."""
    for (at, y), text in zip(line.points, line.texts, strict=True):
        if text and abs(at - x) < SAME_X and math.isfinite(y):
            return y, text
    return None
