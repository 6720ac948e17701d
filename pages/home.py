"""Home: what the tool does, three ways in, and the state of the open framework."""

from __future__ import annotations

import streamlit as st

from kpi_ui import panels, state, welcome


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
    begun, opened = st.columns(2, gap="medium")
    with begun, st.container(border=True, height="stretch"):
        if framework is None:
            welcome.begin(started=bool(state.draft()))
        else:
            welcome.another()
        panels.undo_button("home.undo")
    with opened, st.container(border=True, height="stretch"):
        st.header("Open a framework file")
        welcome.upload()
    st.space("small")
    with st.container(gap=None):
        st.header("Look at a sample company")
        st.caption(f"Complete frameworks to read and change. {welcome.what_opening_does()}")
    welcome.samples()


main()
