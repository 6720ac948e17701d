"""Home: what the tool does, three ways in, and the state of the open framework."""

from __future__ import annotations

import streamlit as st

from kpi_ui import components, panels, state, welcome


def main() -> None:
    """Draw the page."""
    framework = state.framework()
    panels.head(
        "From goals to a marketing framework people sign off",
        "Answer eight steps and leave with a north star, full-funnel KPIs, owners, targets, "
        "dashboards and a review rhythm.",
    )
    if framework is not None:
        welcome.current(framework)
    begun, opened = st.columns([1, 1], gap="medium")
    with begun, st.container(border=True, height="stretch"):
        st.subheader("Start with your company" if framework is None else "Keep working")
        st.markdown(
            "Every question has a sensible default, so ten minutes are enough for a first draft."
        )
        components.action(
            "Start the wizard" if not state.draft() else "Continue the wizard",
            key="home.start",
            on_press=lambda: state.set_view(go_to="wizard"),
        )
        with st.container(horizontal=True):
            if framework is not None:
                st.button("Start a new framework", key="home.new", on_click=welcome.start_new)
            panels.undo_button("home.undo")
    with opened, st.container(border=True, height="stretch"):
        st.subheader("Open a framework file")
        welcome.upload()
    st.space("small")
    with st.container(gap=None):
        st.header("Look at a sample company")
        st.caption(
            "Complete frameworks to read and change. Opening one replaces the current work; Undo brings it back."
        )
    welcome.samples()


main()
