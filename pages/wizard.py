"""The wizard: eight steps from an empty page to a framework."""

from __future__ import annotations

import streamlit as st

from kpi_ui import components, panels, state
from kpi_ui.steps import STEP_IDS, STEPS, frame
from kpi_ui.steps.context import load


def main() -> None:
    """Draw the current step."""
    current = state.view("step", STEP_IDS[0])
    position = STEP_IDS.index(current)
    step = STEPS[position]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        panels.head(step.title, step.question)
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        panels.undo_button("wizard.undo")
        st.button(
            "Start over",
            key="wizard.restart",
            icon=":material/restart_alt:",
            on_click=state.start_over,
        )
    context = load()  # after Undo and Start over: they must be there whatever an answer does
    components.stepper(
        frame.step_items(context, current),
        key="wizard.stepper",
        on_go=frame.go,
        label="Wizard steps",
    )
    if state.take_view("blocked"):
        st.error(
            "Not finished yet: some answers cannot be used. The list below says which and how to fix them."
        )
    step.render(context)
    with st.bottom:
        frame.foot(context, position)


main()
