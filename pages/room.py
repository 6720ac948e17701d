"""The client room: the framework told in four screens, in front of a client."""

from __future__ import annotations

import streamlit as st

from kpi_ui import state
from kpi_ui.components import room
from kpi_ui.room import bar, notes, plan, screens
from kpi_ui.room.work import SCREENS, go, leave, load, move, reset, screen

_DRAW = {
    "goal": screens.goal_screen,
    "gap": screens.gap_screen,
    "bottleneck": screens.bottleneck_screen,
    "plan": plan.plan_screen,
}


@st.fragment
def _body() -> None:
    """All of it is one fragment, so that neither a slider nor a key draws the frame around it."""
    if state.view("go_to"):
        st.rerun()  # leaving
    work = load()
    bar.render(work)
    company = work.framework.company.name
    room.stage(
        _DRAW[screen()](work),
        SCREENS,
        key="room.stage",
        note=notes.read(company, screen()),
        actions=room.RoomActions(
            go=go,
            leave=leave,
            move=lambda lever_id, at: move(work, lever_id, at),
            reset=reset,
            note=lambda screen_id, text: notes.write(company, screen_id, text),
        ),
    )


_body()
