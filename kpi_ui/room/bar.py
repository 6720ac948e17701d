"""Above the stage: whose framework it is, and the presenter's few tools."""

from __future__ import annotations

import streamlit as st

from kpi_core.kpi_tree.story_levers import FEWEST, MOST
from kpi_ui import inputs, scenarios, state
from kpi_ui.room.words import lever_name
from kpi_ui.room.work import Work, choose, keep_as, leave, screen

_CHOICE = "room_choice"


def render(work: Work) -> None:
    """Title and tools on one line."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(inputs.md(work.framework.company.name), anchor=False, width="content")
        st.space("stretch")
        with st.container(horizontal=True, width="content"):
            if screen() == "plan":
                _levers(work)
                _keep(work)
            st.button(
                "Leave",
                key="room.leave",
                icon=":material/close:",
                help="Back to where you came from; Escape does the same.",
                on_click=leave,
            )
    message = state.take_view("room_message")
    if message:
        st.success(inputs.md(message))


def _levers(work: Work) -> None:
    drawer = st.popover("Sliders", icon=":material/tune:", key="room.sliders", on_change="rerun")
    if drawer.open:  # drawn before it opens, the choice would come up empty
        with drawer:
            _choice(work)


def _choice(work: Work) -> None:
    names = [lever_name(work, lever) for lever in work.levers]
    shown = dict(zip((x.id for x in work.levers), inputs.distinct(names), strict=True))
    kept = state.view(_CHOICE) or [lever.id for lever in work.chosen]
    key = state.bind("room.levers", [x for x in kept if x in shown])

    def save() -> None:
        wanted = list(state.widget_value(key) or [])
        state.set_view(**{_CHOICE: wanted})
        if FEWEST <= len(wanted) <= MOST:
            state.set_view(**{_CHOICE: None})
            choose(wanted)

    st.multiselect(
        "Sliders on screen",
        list(shown),
        format_func=lambda i: shown[i],
        key=key,
        on_change=save,
        max_selections=MOST,
    )
    few = len(state.widget_value(key) or []) < FEWEST
    st.caption(f"Choose {FEWEST} to {MOST}." + (" Until then nothing changes." if few else ""))


def _keep(work: Work) -> None:
    saved = scenarios.saved()
    full, known = len(saved) >= scenarios.MAX_SAVED, work.what_if in (work.base, *saved)

    def save() -> None:
        used = keep_as(work, str(state.widget_value("room.name") or ""))
        state.set_view(room_message=f"Kept as {used}. It is part of the framework file.")

    with st.popover("Keep", icon=":material/bookmark_add:"):
        st.text_input("Name", key="room.name", placeholder="Agreed plan", max_chars=80)
        help_text = None
        if full:
            help_text = "Three what-ifs are the most; delete one on the KPI tree first."
        elif known:
            help_text = "Move a slider first."
        st.button(
            "Keep as scenario",
            key="room.keep",
            on_click=save,
            disabled=full or known,
            help=help_text,
        )
