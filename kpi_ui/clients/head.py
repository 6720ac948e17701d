"""Title, a new framework, and the page's sections."""

from __future__ import annotations

import streamlit as st

from kpi_ui import panels
from kpi_ui.clients import actions, look
from kpi_ui.clients.look import SECTIONS, Desk


def render(desk: Desk | None) -> str:
    """The page's head; returns the section on screen."""
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        panels.head("Clients", "Which frameworks do I have, and where does each stand?")
    if desk is None:
        return "list"
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        st.button(
            "New framework",
            key="clients.new",
            icon=":material/add:",
            on_click=look.attempt,
            args=(actions.begin,),
            help="Opens an empty wizard; what is open stays in the list.",
        )
        panels.undo_button("clients.work")
    return _sections()


def _sections() -> str:
    chosen = look.get("section", "list")
    key = "clients.section"

    def go() -> None:
        look.put(section=look.widget(key), question=None, link=None)

    st.segmented_control(
        "Section",
        list(SECTIONS),
        format_func=lambda i: SECTIONS[i],
        key=look.bind(key, chosen),
        required=True,
        label_visibility="collapsed",
        on_change=go,
    )
    return str(chosen)
