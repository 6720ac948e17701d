"""The channel layer on screen: one tab per active channel."""

from __future__ import annotations

import streamlit as st

from kpi_core.actuals.calendar import day_text
from kpi_core.dashboards.channel import ChannelTab, channel_names, channel_tab
from kpi_core.models.actuals import Grain
from kpi_ui import inputs, state
from kpi_ui.components import dashboard
from kpi_ui.components import dashboard_items as items
from kpi_ui.dash import words
from kpi_ui.dash.executive import heading
from kpi_ui.dash.work import Work

GRAINS = {Grain.WEEK.value: "By week", Grain.DAY.value: "By day"}


def render(work: Work) -> None:
    """The chosen channel's tiles, then its weeks or days."""
    names = channel_names(work.view)
    if not names:
        st.info("This framework has no active channels. Choose them in the wizard, Dashboards.")
        return
    wanted = str(state.view("dash_tab", ""))
    chosen = wanted if wanted in names else next(iter(names))
    key = state.bind("dash.tab", chosen)
    st.segmented_control(
        "Channel",
        list(names),
        format_func=lambda i: inputs.md(names[i]),
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.set_view(dash_tab=state.widget_value(key)),
    )
    grain = Grain(str(state.view("dash_tab_grain", Grain.WEEK.value)))
    tab = channel_tab(work.view, chosen, grain)
    dashboard.tiles(
        [words.tile(tile, work) for tile in tab.tiles],
        key="dash.channel.tiles",
        large=work.presenting,
        label=f"{tab.name} KPIs",
    )
    st.space("small")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            heading("Lately", "Latest first; a running period is marked")
        if not work.presenting:
            _grain(grain)
    _weeks(tab, grain, work)


def _grain(chosen: Grain) -> None:
    key = state.bind("dash.tab_grain", chosen.value)
    st.segmented_control(
        "Length",
        list(GRAINS),
        format_func=lambda i: GRAINS[i],
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.set_view(dash_tab_grain=state.widget_value(key)),
    )


def _weeks(tab: ChannelTab, grain: Grain, work: Work) -> None:
    if not tab.metrics:
        st.caption("No figures for this channel yet: map the channel column when uploading.")
        return
    columns = [items.Column("Week of" if grain is Grain.WEEK else "Day")]
    columns += [items.Column(m.name, "number", m.headline) for m in tab.metrics]
    rows = [
        items.PerformanceRow(
            [
                items.Measure(
                    day_text(week.period.start),
                    note="" if week.complete else "Still running",
                ),
                *(
                    items.Measure(words.shown(week.values.get(metric.id), metric, work))
                    for metric in tab.metrics
                ),
            ]
        )
        for week in tab.weeks
    ]
    dashboard.performance(columns, rows, "dash.channel.weeks", label=f"{tab.name} lately")
