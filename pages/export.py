"""The framework as a document, and the files to take away."""

from __future__ import annotations

import streamlit as st

from kpi_core.framework.check import check_framework
from kpi_ui import components, document, inputs, panels, state


def _empty() -> None:
    panels.head("Export", "Read the whole framework and take it with you.")
    with st.container(border=True):
        st.header("Your framework will be here")
        st.markdown(
            "There is none yet: finish the wizard, open a file, or look at a sample company."
        )
        components.action(
            "Go to the wizard", key="export.wizard", on_press=lambda: state.set_view(go_to="wizard")
        )
        st.button(
            "See samples and open a file",
            key="export.home",
            on_click=lambda: state.set_view(go_to="home"),
        )


def main() -> None:
    """Draw the document, or say how to get one."""
    framework = state.framework()
    if framework is None:
        _empty()
        return
    found = check_framework(framework)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        panels.head("Export", "Read the whole framework and take it with you.")
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        panels.downloads(framework, key="export")
    if state.take_view("finished"):
        st.success(
            "Finished. Download the JSON: it is the whole framework and opens again on Home."
        )
    for note in state.take_view("notes") or []:
        st.info(inputs.md(note))
    if not state.interpretation().is_complete:
        st.warning("The wizard holds answers that cannot be used; this is the last valid version.")
    page, side = st.columns([2.9, 1.2], gap="large")
    with page:
        components.report(document.blocks(framework), key="export.document")
    with side:
        panels.worth_a_look(found, key="export.findings", title="Worth a look")


main()
