"""Actuals: what the CRM and the analytics tools exported, read, checked and put to use."""

from __future__ import annotations

import streamlit as st

from kpi_ui import inputs, panels, state
from kpi_ui.actuals import card, intake, kept, reading, report
from kpi_ui.actuals.work import Work, load


def _head() -> None:
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        panels.head("Actuals", "What happened so far?")
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        panels.undo_button("actuals.undo")
    message = state.take_view("actuals_message")
    if message:
        st.success(inputs.md(message))


def _empty(work: Work) -> None:
    with st.container(border=True):
        st.header("What your CRM and analytics tools measured will be here", anchor=False)
        st.markdown(
            "Nothing was uploaded yet. Export leads, opportunities or monthly values as a file: the "
            "columns are recognised, you correct and check them, and the dashboards show your figures. "
            "Only sums are kept, no rows and nothing about a person."
        )
        intake.render(work)
        st.button(
            "See the dashboards with sample data",
            key="actuals.sample",
            type="tertiary",
            on_click=lambda: state.set_view(go_to="dashboards", dash_sample=True),
        )


def _on_desk(work: Work) -> None:
    for held in work.desk.files:
        card.render(work, held)
    reading.render(work)
    with st.container(border=True):
        st.header("More files for the same import", anchor=False)
        st.caption("Leads and their deals belong together: upload both, they are joined by the id.")
        intake.render(work, "Add files")


def main() -> None:
    """One of four: a report to accept, files to map, actuals in use, or nothing yet."""
    work = load()
    _head()
    if work.desk.outcome is not None:
        report.render(work, work.desk.outcome)
    elif work.desk.files:
        _on_desk(work)
    elif work.actuals is not None:
        kept.render(work, work.actuals)
        st.space("small")
        with st.container(border=True):
            st.header("Add newer figures", anchor=False)
            intake.render(work)
    else:
        _empty(work)


with st.container():
    main()
