"""The planning page's elements: the KPI tree, money at stake, the chance, and the plan by month."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register
from kpi_ui.components.tree_items import (
    Callout,
    EdgeState,
    GapTone,
    NoteTone,
    SeriesRow,
    StakeRow,
    StakeState,
    TreeEdge,
    TreeNode,
)

__all__ = [
    "Callout",
    "EdgeState",
    "GapTone",
    "NoteTone",
    "SeriesRow",
    "StakeRow",
    "StakeState",
    "TreeEdge",
    "TreeNode",
    "chance",
    "series",
    "stakes",
    "tree",
]

_TREE = _register("tree")
_STAKES = _register("stakes")
_CHANCE = _register("chance")
_SERIES = _register("series")


def tree(
    nodes: Sequence[TreeNode],
    edges: Sequence[TreeEdge],
    key: str,
    *,
    selected: str | None,
    on_select: Callable[[str], None],
    callout: Callout | None = None,
    label: str = "KPI tree",
) -> None:
    """The tree as a trunk, result on top: `edges[i]` stands between `nodes[i]` and `nodes[i + 1]`.

    `on_select(id)` when a node or a pill is pressed. The callout stands at the first edge that is
    not "normal"; the node under that edge shows its side fact on a phone only. `label` is read
    aloud.
    """
    if len(edges) != max(0, len(nodes) - 1):
        raise ValueError(f"{len(nodes)} nodes need {len(nodes) - 1} edges, not {len(edges)}")
    known = {node.id for node in nodes} | {edge.id for edge in edges}
    if len(known) != len(nodes) + len(edges):
        raise ValueError("Two parts of the tree have the same id")

    def on_event(name: str, value: object) -> None:
        if name == "select" and isinstance(value, str) and value in known:
            on_select(value)

    data = {
        "nodes": [{**asdict(node), "fill": _share_or_none(node.fill)} for node in nodes],
        "edges": [asdict(edge) for edge in edges],
        "selected": selected,
        "callout": asdict(callout) if callout else None,
        "label": label,
    }
    _mount(_TREE, data, key, on_event)


def stakes(
    rows: Sequence[StakeRow],
    key: str,
    on_select: Callable[[str], None],
    *,
    selected: str | None = None,
    title: str = "Money at stake",
    note: str = "",
    empty: str = "",
) -> None:
    """What each rate costs, in the order given; `on_select(row_id)`.

    `note` stands below the title, `empty` in place of the rows when there are none.
    """
    known = {row.id for row in rows}

    def on_event(name: str, value: object) -> None:
        if name == "select" and isinstance(value, str) and value in known:
            on_select(value)

    data = {
        "rows": [{**asdict(row), "share": _share(row.share)} for row in rows],
        "selected": selected,
        "title": title,
        "note": note,
        "empty": empty,
    }
    _mount(_STAKES, data, key, on_event)


def chance(
    probability_text: str,
    bars: Sequence[tuple[float, bool]],
    axis: Sequence[tuple[float, str]],
    target_position: float | None,
    target_label: str,
    sentence: Sequence[tuple[str, bool]],
    key: str,
    *,
    title: str = "",
    label: str = "",
) -> None:
    """The chance of reaching the target: a title, a figure, the histogram behind it, a sentence.

    `bars` are (height, reaches the target), `axis` (position, text), all heights and positions in
    [0, 1]. `target_position` None draws no line. `sentence` is (text, emphasised) in parts.
    `label` ("Reaching ¥100M") stands above the figure. An empty `probability_text` leaves the
    figure out, for a page that has its own `st.metric`.
    """
    data = {
        "title": title,
        "label": label,
        "probability": probability_text,
        "bars": [[_share(height), bool(hit)] for height, hit in bars],
        "axis": [[_share(position), text] for position, text in axis],
        "target": _share_or_none(target_position),
        "target_label": target_label,
        "sentence": [[text, bool(strong)] for text, strong in sentence],
    }
    _mount(_CHANCE, data, key)


def series(
    months: Sequence[str],
    rows: Sequence[SeriesRow],
    key: str,
    *,
    label: str,
    plan_label: str = "This plan",
    naive_label: str = "Same-month plan",
    marker_label: str = "Last month that still counts",
) -> None:
    """The plan by month, one row of bars a step, each on its own scale from 0 to its maximum.

    Pointing at a month, or the arrow keys, shows that month's values in all rows. The other labels
    are the legend's; an entry is left out when no row has such a mark. `label` is read aloud.
    """
    data = {
        "months": list(months),
        "rows": [_series_data(row, len(months)) for row in rows],
        "label": label,
        "plan_label": plan_label,
        "naive_label": naive_label,
        "marker_label": marker_label,
    }
    _mount(_SERIES, data, key)


def _series_data(row: SeriesRow, months: int) -> dict[str, Any]:
    for values, texts in ((row.values, row.texts), (row.naive, row.naive_texts)):
        if len(values) != len(texts):
            raise ValueError(f"{row.name}: {len(values)} values, but {len(texts)} texts")
        if len(values) not in (0, months):
            raise ValueError(f"{row.name}: {len(values)} values for {months} months")
    top = max((v for v in (*row.values, *row.naive) if math.isfinite(v)), default=0.0)
    marker = row.marker if row.marker is not None and -1 <= row.marker < months else None
    return {
        "name": row.name,
        "heights": [_share(value / top) if top > 0 else 0.0 for value in row.values],
        "texts": list(row.texts),
        "naive_heights": [_share(value / top) if top > 0 else 0.0 for value in row.naive],
        "naive_texts": list(row.naive_texts),
        "tone": row.tone,
        "note": row.note,
        "marker": marker,
    }


def _share(value: float) -> float:
    """The value within [0, 1], short enough to send; 0 for what is not a number."""
    return round(min(1.0, max(0.0, value)), 4) if math.isfinite(value) else 0.0


def _share_or_none(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else _share(value)
