"""The dashboards' items as the browser gets them: ready text, places in [0, 1], no stray numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from kpi_ui.components import dashboard_places as places
from kpi_ui.components.dashboard_items import (
    Bar,
    CohortRow,
    FunnelRate,
    FunnelStep,
    Line,
    PerformanceRow,
    Stack,
    Tile,
)

TRENDS = 2
NO_DATA = "No data"


def tile_data(tile: Tile) -> dict[str, Any]:
    """One tile; a third trend and what follows are left out."""
    trend = [asdict(change) for change in tile.trend[:TRENDS]]
    return {**measured(tile), "spark": places.spark(tile.spark), "trend": trend}


def measured(item: Tile | FunnelStep | FunnelRate) -> dict[str, Any]:
    """A value with its status. What has no value has no data, whatever its status says."""
    bar, tick = (None, None) if isinstance(item, FunnelRate) else (item.bar, item.tick)
    data = {**asdict(item), "bar": places.level(bar, tick), "tick": None}
    if item.value_text:
        return data
    known = item.status == "no_data"
    return {
        **data,
        "bar": None,
        "status": "no_data",
        "status_text": item.status_text if known and item.status_text else NO_DATA,
    }


def line_data(
    lines: Sequence[Line | None],
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    moments: Sequence[tuple[float, str]],
) -> dict[str, Any]:
    """The lines on their common scale, at most four ticks each way, and what each moment shows."""
    ticks = places.thinned(y_ticks)
    chart = places.Chart([line for line in lines if line], ticks)
    return {
        "lines": [chart.line(line) if line else None for line in lines],
        "x_ticks": [[places.share(at), text] for at, text in places.thinned(x_ticks)],
        "y_ticks": [[chart.at(at), text] for at, text in ticks],
        "moments": [_moment(at, title, lines, chart) for at, title in moments],
    }


def _moment(
    at: float, title: str, lines: Sequence[Line | None], chart: places.Chart
) -> dict[str, Any]:
    found = [places.text_at(line, at) if line and line.texts else None for line in lines]
    values = [None if point is None else [chart.at(point[0]), point[1]] for point in found]
    return {"at": places.share(at), "title": title, "values": values}


def bar_data(row: Bar) -> dict[str, Any]:
    """One channel; without a value there is no bar, and "No data" unless the row says more."""
    drawn = places.number(row.value) is not None
    return {
        **asdict(row),
        "value": drawn,
        "share": places.share(row.share),
        "tick": places.share_or_none(row.tick),
        "value_text": row.value_text if drawn or row.value_text else NO_DATA,
    }


def stack_data(columns: Sequence[Stack]) -> list[dict[str, Any]]:
    """The columns on one scale; a part below zero, or no number, has no height."""
    heights = [[max(0.0, places.number(p.value) or 0.0) for p in c.parts] for c in columns]
    top = max(map(sum, heights), default=0.0)
    return [
        {
            **asdict(column),
            "parts": [
                {**asdict(part), "value": places.share(height / top) if top > 0 else 0.0}
                for part, height in zip(column.parts, own, strict=True)
            ],
        }
        for column, own in zip(columns, heights, strict=True)
    ]


def cohort_data(row: CohortRow) -> dict[str, Any]:
    """One cohort with its cells' shades."""
    cells = [{**asdict(cell), "shade": places.share_or_none(cell.shade)} for cell in row.cells]
    return {"label": row.label, "size_text": row.size_text, "cells": cells}


def performance_data(row: PerformanceRow) -> dict[str, Any]:
    """One row of the performance table."""
    cells = [
        {
            "text": cell.text,
            "note": cell.note,
            "bar": places.level(cell.bar, cell.tick),
            "spark": places.spark(cell.spark),
            "status": cell.status,
        }
        for cell in row.cells
    ]
    return {"cells": cells, "details": list(row.details), "total": row.total}
