"""The KPI tree: from revenue back to the first visit, with levers, bottleneck and chance."""

from __future__ import annotations

import streamlit as st

from kpi_ui import panels
from kpi_ui.components import planning
from kpi_ui.tree import details, drawing, header, levers, outcome, sections
from kpi_ui.tree.work import Work, load


@st.fragment
def _body() -> None:
    work = load()
    header.toolbar(work)
    tree, side, result = st.columns([2.75, 1, 1.25], gap="medium")
    with tree:
        _tree(work)
    with side:
        levers.render(work)
    with result:
        outcome.chance(work)
        outcome.stakes(work)
    sections.render(work)


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


panels.head(
    "KPI tree", "What has to happen in the funnel to reach the number, and where does it leak?"
)
_body()
