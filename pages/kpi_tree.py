"""The KPI tree: from revenue back to the first visit, with levers, bottleneck and chance."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpi_ui import panels
from kpi_ui.components import planning
from kpi_ui.room import way_in
from kpi_ui.tree import details, drawing, header, levers, outcome, sections
from kpi_ui.tree.work import Work, load
from kpi_ui.turns import turn


def _page() -> None:
    """What a moved lever leaves alone: toolbar, columns and tabs."""
    drawn = header.toolbar(load())
    tree, side, result = st.columns([2.75, 1, 1.25], gap="medium")
    section = sections.open_section()
    with tree:
        _work(side, result, section, drawn)
    drawn.whole = True


@st.fragment
def _work(
    side: DeltaGenerator,
    result: DeltaGenerator,
    section: sections.Section | None,
    drawn: header.Drawn,
) -> None:
    """The levers and all that follows from them; drawn again alone when one is moved."""
    with turn():
        work = load()
        if header.outdated(work, drawn):
            st.rerun()
        _tree(work)
        with side:
            levers.render(work)
        with result:
            outcome.chance(work)
            outcome.stakes(work)
        if section:
            section.render(work)


def _tree(work: Work) -> None:
    header.lanes(work)
    planning.tree(
        drawing.nodes(work),
        drawing.edges(work),
        key="tree.drawing",
        selected=header.selected(work),
        on_select=header.select,
        callout=drawing.callout(work),
    )
    details.render(work)


with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container(width="stretch"):
        panels.head(
            "KPI tree",
            "What has to happen in the funnel to reach the number, and where does it leak?",
        )
    way_in.button("kpi_tree")
_page()
