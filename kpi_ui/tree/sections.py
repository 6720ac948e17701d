"""Below the tree: details, then goal seek, time, lanes and the comparison of scenarios."""

from __future__ import annotations

import streamlit as st

from kpi_ui.tree import compare, goals, lane_table, months, spread, steps_editor
from kpi_ui.tree.work import Work

_TABS = (
    ("Compare scenarios", compare.render),
    ("Close the gap", goals.render),
    ("Chance in detail", spread.render),
    ("Month by month", months.render),
    ("Lanes and budget", lane_table.render),
    ("Funnel steps", steps_editor.render),
)


def render(work: Work) -> None:
    """The tabs; only the open one is worked out."""
    st.space("small")
    tabs = st.tabs([name for name, _ in _TABS], key="tree.tabs", on_change="rerun")
    for tab, (_, draw) in zip(tabs, _TABS, strict=True):
        if tab.open:
            with tab:
                draw(work)
