"""Title, sections and messages of the page."""

from __future__ import annotations

import streamlit as st

from kpi_core.models.base import Severity
from kpi_ui import inputs, panels, state
from kpi_ui.rhythm import fields
from kpi_ui.rhythm.fixes import SECTION
from kpi_ui.rhythm.work import MESSAGE

SECTIONS = {
    "definitions": "Definitions",
    "agreement": "Agreement",
    "owners": "Owners",
    "reviews": "Reviews",
    "health": "Health",
    "setup": "Setup plan",
    "changes": "Changes",
}
_KINDS = {"error": st.error, "warning": st.warning, "success": st.success}


def render() -> str:
    """The page's head; returns the section on screen."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        panels.head(
            "Operating rhythm",
            "What counts as what, who answers for it, and when do we meet over it?",
        )
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        panels.undo_button("rhythm.undo")
    chosen = str(state.view(SECTION))
    chosen = chosen if chosen in SECTIONS else "definitions"
    fields.segments(
        "Section", "section", SECTIONS, chosen, lambda i: state.set_view(**{SECTION: i})
    )
    return chosen


def messages() -> None:
    """What came of the last action, and why changes do not show while an answer is wrong."""
    message = state.take_view(MESSAGE)
    if message:
        kind, text = message
        _KINDS[kind](inputs.md(text))
    found = state.interpretation().findings if state.framework() else ()
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    if wrong:
        text = f"{wrong[0].where}: {wrong[0].message} {wrong[0].fix}"
        st.warning(f"Nothing here changes until this is corrected. {inputs.md(text)}")
