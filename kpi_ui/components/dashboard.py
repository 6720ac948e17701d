"""The dashboards' elements: tiles, the north star's line, bars, stacks, funnel, waterfall, cohorts.

All figures arrive as ready text, with places in [0, 1] or plain values to draw. `label` is read
aloud as the name of a drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict

from kpi_ui.components import dashboard_data as sent
from kpi_ui.components.dashboard_items import (
    Bar,
    BarTone,
    Cell,
    CohortRow,
    Column,
    ColumnKind,
    Details,
    Direction,
    Fall,
    FallKind,
    FunnelRate,
    FunnelStep,
    Line,
    Measure,
    Part,
    PartTone,
    PerformanceRow,
    Stack,
    StatusWord,
    Tile,
    Trend,
    TrendTone,
)
from kpi_ui.components.dashboard_places import falls
from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register

__all__ = [
    "Bar",
    "BarTone",
    "Cell",
    "CohortRow",
    "Column",
    "ColumnKind",
    "Details",
    "Direction",
    "Fall",
    "FallKind",
    "FunnelRate",
    "FunnelStep",
    "Line",
    "Measure",
    "Part",
    "PartTone",
    "PerformanceRow",
    "Stack",
    "StatusWord",
    "Tile",
    "Trend",
    "TrendTone",
    "channel_bars",
    "cohorts",
    "funnel",
    "performance",
    "progress_line",
    "stacks",
    "tiles",
    "waterfall",
]

MOST_COLUMNS = 4

_MEASURED = _register("measured")
_LINE = _register("line")
_BARS = _register("bars")
_STACK = _register("stack")
_WATERFALL = _register("waterfall")
_COHORT = _register("cohort")


def tiles(
    items: Sequence[Tile],
    key: str,
    on_select: Callable[[str], None] | None = None,
    selected: str | None = None,
    columns: int = 3,
    large: bool = False,
    *,
    label: str = "KPIs",
) -> None:
    """The KPIs as cards, at most `columns` (1 to 4) beside each other, fewer where space is short.

    `on_select(id)` when a tile is pressed; without it a press shows the explanation, as hover and
    focus do. `large` is for presenting.
    """
    known = _ids([item.id for item in items], "tiles")
    data = {
        "kind": "tiles",
        "items": [sent.tile_data(item) for item in items],
        "selected": selected if selected in known else None,
        "selectable": on_select is not None,
        "columns": max(1, min(MOST_COLUMNS, columns)),
        "large": large,
        "label": label,
    }
    _mount(_MEASURED, data, key, _choosing(known, on_select))


def progress_line(
    actual: Line,
    key: str,
    *,
    expected: Line | None = None,
    projection: Line | None = None,
    x_ticks: Sequence[tuple[float, str]] = (),
    y_ticks: Sequence[tuple[float, str]] = (),
    moments: Sequence[tuple[float, str]] = (),
    actual_label: str = "Actual",
    expected_label: str = "Expected",
    projection_label: str = "Projected",
    label: str,
) -> None:
    """One KPI over its period: what was reached, what was expected, where it is heading.

    `x_ticks` are (x in [0, 1], text), `y_ticks` (value, text); at most four of each are drawn.
    `moments`, (x, "Week 4") from left to right, are where pointing or the arrow keys stop; there
    each line with a point at that x shows its text, unless that is empty.
    """
    drawn = [(actual, actual_label), (expected, expected_label), (projection, projection_label)]
    for line, _ in drawn:
        if line and line.texts and len(line.texts) != len(line.points):
            raise ValueError(f"{len(line.points)} points, but {len(line.texts)} texts")
    data = {
        **sent.line_data([line for line, _ in drawn], x_ticks, y_ticks, moments),
        "labels": [text for _, text in drawn],
        "label": label,
    }
    _mount(_LINE, data, key)


def channel_bars(
    rows: Sequence[Bar],
    key: str,
    on_select: Callable[[str], None] | None = None,
    *,
    selected: str | None = None,
    tick_label: str = "",
    label: str = "By channel",
) -> None:
    """Horizontal bars in the order given; `tick_label` says below them what the ticks are."""
    known = _ids([row.id for row in rows], "rows")
    data = {
        "rows": [sent.bar_data(row) for row in rows],
        "selected": selected if selected in known else None,
        "selectable": on_select is not None,
        "tick_label": tick_label,
        "label": label,
    }
    _mount(_BARS, data, key, _choosing(known, on_select))


def stacks(columns: Sequence[Stack], key: str, *, label: str = "Quarter over quarter") -> None:
    """Stacked bars on one scale from zero, with a legend of the parts' names."""
    _mount(_STACK, {"columns": sent.stack_data(columns), "label": label}, key)


def funnel(
    steps: Sequence[FunnelStep],
    rates: Sequence[FunnelRate],
    key: str,
    *,
    label: str = "Funnel, stage by stage",
) -> None:
    """The stages from the top down; `rates[i]` stands between `steps[i]` and `steps[i + 1]`."""
    if len(rates) != max(0, len(steps) - 1):
        raise ValueError(f"{len(steps)} steps need {max(0, len(steps) - 1)} rates")
    data = {
        "kind": "funnel",
        "steps": [sent.measured(step) for step in steps],
        "rates": [sent.measured(rate) for rate in rates],
        "label": label,
    }
    _mount(_MEASURED, data, key)


def waterfall(
    bars: Sequence[Fall], sentence: str, key: str, *, label: str = "What made the difference"
) -> None:
    """From one total to another in steps, on a scale that holds zero; `sentence` stands above."""
    moves, zero = falls(bars)
    data = {
        "bars": [
            {"name": bar.name, "text": bar.text, "kind": bar.kind, "place": move}
            for bar, move in zip(bars, moves, strict=True)
        ],
        "zero": zero,
        "sentence": sentence,
        "label": label,
    }
    _mount(_WATERFALL, data, key)


def cohorts(
    rows: Sequence[CohortRow],
    columns: Sequence[str],
    key: str,
    *,
    row_label: str = "Cohort",
    size_label: str = "Size",
    incomplete_label: str = "Not complete yet",
    label: str = "Cohorts",
) -> None:
    """One row a cohort, one column a period since its start; missing cells stay blank."""
    for row in rows:
        if len(row.cells) > len(columns):
            raise ValueError(f"{row.label}: {len(row.cells)} cells for {len(columns)} columns")
    data = {
        "rows": [sent.cohort_data(row) for row in rows],
        "columns": list(columns),
        "heads": [row_label, size_label],
        "incomplete_label": incomplete_label,
        "label": label,
    }
    _mount(_COHORT, data, key)


def performance(
    columns: Sequence[Column],
    rows: Sequence[PerformanceRow],
    key: str,
    *,
    label: str = "Channel performance",
) -> None:
    """The channels in a table, in the order given; the first cell names its row."""
    for row in rows:
        if len(row.cells) != len(columns):
            raise ValueError(f"A row has {len(row.cells)} cells for {len(columns)} columns")
    data = {
        "kind": "performance",
        "columns": [asdict(column) for column in columns],
        "rows": [sent.performance_data(row) for row in rows],
        "label": label,
    }
    _mount(_MEASURED, data, key)


def _ids(ids: Sequence[str], what: str) -> frozenset[str]:
    known = frozenset(ids)
    if len(known) != len(ids):
        raise ValueError(f"Two {what} have the same id")
    return known


def _choosing(
    known: Collection[str], on_select: Callable[[str], None] | None
) -> Callable[[str, object], None] | None:
    """Hands on a press of what was offered, and nothing else."""
    if on_select is None:
        return None

    def on_event(name: str, value: object) -> None:
        if name == "select" and isinstance(value, str) and value in known:
            on_select(value)

    return on_event
