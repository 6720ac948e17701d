"""The KPI tree: from revenue back to the first visit, with levers, bottleneck and chance."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpi_ui import panels, state
from kpi_ui.components import planning
from kpi_ui.room import way_in
from kpi_ui.tree import details, drawing, header, levers, outcome, sections
from kpi_ui.tree.work import Work, load


def _page() -> None:
    """What a moved lever leaves alone: toolbar, layout, the levers themselves, and the tabs."""
    work = load()
    state.set_view(tree_whole=False)  # a quick next change may break off here
    told = header.toolbar(work)
    tree, side, result = st.columns([2.75, 1, 1.25], gap="medium")
    with side:
        drawn = _levers(answers_only=not told)
    section = sections.open_section()
    with tree:
        _answers(result, section, drawn)
    state.set_view(tree_whole=True)


@st.fragment
def _levers(*, answers_only: bool) -> levers.Drawn:
    """A fragment only so that a moved lever does not begin as a run of the whole page.

    Beginning one drops what is still on its way to the browser, even if the answers alone are drawn.
    """
    return levers.render(load(), answers_only=answers_only)


@st.fragment(key=levers.ANSWERS)
def _answers(result: DeltaGenerator, section: sections.Section | None, drawn: levers.Drawn) -> None:
    """What a moved lever changes; the only part that is drawn again then."""
    work = load()
    if not levers.fit(work, drawn):
        st.rerun()  # changed elsewhere, such as by typing: levers and toolbar follow
    _tree(work)
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
