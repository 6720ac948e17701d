"""Below the tree: details, then goal seek, time, lanes and the comparison of scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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


@dataclass(frozen=True)
class Section:
    """The open tab, and what belongs into it."""

    place: DeltaGenerator
    draw: Callable[[Work], None]

    def render(self, work: Work) -> None:
        """Fill the tab."""
        with self.place:
            self.draw(work)


def open_section() -> Section | None:
    """Draw the tabs; only the open one is worked out. `None` before the browser has named one."""
    st.space("small")
    tabs = st.tabs([name for name, _ in _TABS], key="tree.tabs", on_change="rerun")
    return next(
        (Section(tab, draw) for tab, (_, draw) in zip(tabs, _TABS, strict=True) if tab.open), None
    )
