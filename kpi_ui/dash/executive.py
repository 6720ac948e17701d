"""The executive layer on screen."""

from __future__ import annotations

import streamlit as st

from kpi_core.dashboards.executive import Executive, Quarters, Sources, StarLine, executive
from kpi_core.dashboards.places import nice_ticks, share_of
from kpi_core.formats import money
from kpi_ui import inputs
from kpi_ui.components import dashboard
from kpi_ui.components import dashboard_items as items
from kpi_ui.dash import words
from kpi_ui.dash.header import channel_name
from kpi_ui.dash.missed import why_missed
from kpi_ui.dash.work import MODELS, Work

MOST_ROWS = 8


def render(work: Work) -> None:
    """Tiles, then the north star's line, where it comes from, quarter over quarter, why."""
    found = executive(work.view)
    dashboard.tiles(
        [words.tile(tile, work) for tile in found.tiles],
        key="dash.exec.tiles",
        large=work.presenting,
        label="Executive KPIs",
    )
    st.space("small")
    line, bars, columns = st.columns([1.5, 1.15, 1.15], gap="medium")
    with line:
        _star(found.star, work)
    with bars:
        _sources(found, work)
    with columns:
        _quarters(found.quarters, work)
    why_missed(work)


def heading(title: str, note: str) -> None:
    """A section's title with its muted line."""
    with st.container(gap=None):
        st.header(title, anchor=False)
        st.caption(note)


def _star(star: StarLine, work: Work) -> None:
    metric, target = star.tile.metric, star.tile.target
    heading(
        f"North star: {inputs.md(metric.name)}",
        f"So far in {work.view.period.label}, against expected to date",
    )
    known = [point for point in star.points if point.actual is not None]
    if not known:
        st.caption("No figures for this period yet.")
        return

    def text(value: float | None) -> str:
        return words.shown(value, metric, work)

    last = known[-1]
    actual = items.Line(
        [(0.0, 0.0), *((p.share, p.actual or 0.0) for p in known)],
        ["", *(text(p.actual) for p in known)],
        text(last.actual),
        "now",
    )
    planned = [(p.share, p.expected) for p in star.points if p.expected is not None]
    expected = items.Line(
        [(0.0, 0.0), *planned], ["", *(text(v) for _x, v in planned)], text(target), "target"
    )
    projection = None
    if star.projected is not None and work.view.running:
        ends = [(last.share, last.actual or 0.0), (1.0, star.projected)]
        projection = items.Line(ends, ["", text(star.projected)], text(star.projected), "projected")
    top = max(v for v in (last.actual, target, star.projected, 0.0) if v is not None)
    dashboard.progress_line(
        actual,
        "dash.exec.star",
        expected=expected if planned else None,
        projection=projection,
        x_ticks=star.ticks,
        y_ticks=[(tick, text(tick)) for tick in nice_ticks(top)],
        moments=[(p.share, p.day.label) for p in known],
        label=f"{metric.name} over {work.view.period.label}",
    )


def _sources(found: Executive, work: Work) -> None:
    sources = found.sources
    heading("Where it comes from", _model_words(sources))
    if sources is None:
        st.caption("No figures by channel for this period.")
        return
    metric = found.star.tile.metric
    top = max((abs(v) for row in sources.rows for v in (row.value, row.before or 0.0)), default=0)
    rows = [
        items.Bar(
            id=row.channel,
            name=channel_name(row.channel, work),
            value=row.value,
            share=share_of(row.value, top),
            value_text=words.shown(row.value, metric, work),
            tick=None if row.before is None else share_of(row.before, top),
            tick_text="" if row.before is None else words.shown(row.before, metric, work),
        )
        for row in sources.rows[:MOST_ROWS]
    ]
    dashboard.channel_bars(
        rows,
        "dash.exec.sources",
        tick_label="Line: the same days of the period before",
        label=f"{sources.what} by channel",
    )


def _model_words(sources: Sources | None) -> str:
    if sources is None or sources.model is None:
        return "Sourced: by the channel each lead came from"
    return f"Attributed: {MODELS[sources.model].lower()}"


def _quarters(quarters: Quarters | None, work: Work) -> None:
    heading("Quarter over quarter", quarters.what if quarters else "Last four quarters")
    if quarters is None:
        st.caption("Needs pipeline or revenue by source.")
        return

    def text(value: float) -> str:
        return money(value, work.currency, compact=True)

    dashboard.stacks(
        [
            items.Stack(
                f"{column.period.label}{' to date' if column.running else ''}",
                [
                    items.Part("Marketing-sourced", column.ours, text(column.ours), "accent"),
                    *([items.Part("Other sources", column.rest, text(column.rest))] * column.split),
                ],
                text(column.total) if column.split else "",
            )
            for column in quarters.columns
        ],
        "dash.exec.quarters",
        label=f"{quarters.what} by quarter",
    )
