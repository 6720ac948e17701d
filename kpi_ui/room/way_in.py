"""The button that opens the client room."""

from __future__ import annotations

import streamlit as st

from kpi_ui.room.work import enter


def button(origin: str) -> None:
    """Opens the room; leaving it comes back to the page `origin`."""
    st.button(
        "Client room",
        key=f"{origin}.room",
        icon=":material/co_present:",
        help="Four screens to show a client: goal, gap, bottleneck, plan.",
        on_click=lambda: enter(origin),
    )
