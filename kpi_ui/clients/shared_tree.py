"""The KPI tree of a shared framework, to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from kpi_core.catalog.loader import Catalog
from kpi_core.kpi_tree.edit import find_lane
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Lane, Scenario
from kpi_ui import inputs
from kpi_ui.clients import look
from kpi_ui.components import planning
from kpi_ui.tree import drawing
from kpi_ui.tree.work import TOTAL, Work


@dataclass(frozen=True)
class Planned:
    """What the tree is drawn from."""

    catalog: Catalog
    base: Scenario
    shown: Scenario


@dataclass(frozen=True)
class SharedWork(Work):
    """The tree's work with a lane of its own: the reader's own tree stays as it is."""

    chosen: str = TOTAL

    @cached_property
    def lane(self) -> Lane:
        """The lane on screen; the sum of all when that is asked for and lanes have the same steps."""
        if self.chosen == TOTAL:
            return self.total_lane or self.scenario.lanes[0]
        return find_lane(self.scenario, self.chosen)


def render(framework: MeasurementFramework, planned: Planned) -> None:
    """Lanes to choose from, the tree, and what stands behind the part that was pressed."""
    lanes = {lane.id: inputs.md(lane.name) for lane in planned.shown.lanes}
    chosen = TOTAL
    if len(lanes) > 1:
        whole = _work(framework, planned, TOTAL)
        total = {TOTAL: "Total"} if whole.total_lane else {}
        chosen = look.one_of("shared.lane", "Lane", {**total, **lanes})
    work = _work(framework, planned, chosen)
    nodes, edges = drawing.nodes(work), drawing.edges(work)
    pressed = look.get("shared_node")
    told = {node.id: f"{node.label}: {node.title}" for node in nodes if node.title}
    told |= {edge.id: f"{edge.name}, {edge.needed}: {edge.title}" for edge in edges if edge.title}
    planning.tree(
        nodes,
        edges,
        key="shared.tree",
        selected=pressed if pressed in told else None,
        on_select=lambda part: look.put(shared_node=part),
        callout=drawing.callout(work),
    )
    st.caption(inputs.md(told.get(pressed, "Press a part of the tree to see what it rests on.")))


def _work(framework: MeasurementFramework, planned: Planned, chosen: str) -> SharedWork:
    return SharedWork(planned.catalog, framework, planned.base, planned.shown, (), chosen)
