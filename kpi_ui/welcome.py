"""Blocks of the home page: the open framework, samples, and opening a file."""

from __future__ import annotations

import streamlit as st

from kpi_core.export.open import LARGEST_FILE
from kpi_core.framework.check import check_framework
from kpi_core.framework.progress import completeness
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import components, inputs, keeping, panels, state
from kpi_ui.room import way_in as room


def current(framework: MeasurementFramework) -> None:
    """Name, completeness and next step of the open framework."""
    found, progress = check_framework(framework), completeness(framework)
    with st.container(border=True):
        left, right = st.columns([2, 1.2], gap="large")
        with left:
            st.header(inputs.md(framework.name))
            star = framework.metric(framework.north_star.metric_id).name
            st.caption(inputs.md(f"North star: {star}. {panels.severity_counts(found)}."))
            _next_step(framework)
        with right:
            for part in progress.parts:
                components.meter(f"KPIs {part.name}", part.done, part.total, key=f"home.{part.id}")


def _next_step(framework: MeasurementFramework) -> None:
    step = panels.next_best_step(framework)
    st.markdown(f"**Next best step:** {inputs.md(step.text)}")
    components.action(step.label, key="home.next", on_press=step.go)
    with st.container(horizontal=True):
        st.button(
            "Open the wizard", key="home.wizard", on_click=lambda: state.set_view(go_to="wizard")
        )
        st.button("Read it", key="home.read", on_click=lambda: state.set_view(go_to="export"))
        room.button("home")


def begin(started: bool) -> None:
    """The first way in: the wizard."""
    st.header("Start with your company" if not started else "Go on with your draft")
    st.markdown("Every question has a sensible default; ten minutes are enough for a first draft.")
    components.action(
        "Continue the wizard" if started else "Start the wizard",
        key="home.start",
        on_press=lambda: state.set_view(go_to="wizard"),
    )


def another() -> None:
    """The first way in while a framework is open: a second one."""
    st.header("Start another framework")
    kept = "The present one stays in Clients."
    lost = "Puts this one aside; Undo brings it back. Download its JSON first to keep both."
    st.markdown(kept if keeping.keeper() else lost)
    st.button("Start a new framework", key="home.new", on_click=start_new)


def start_new() -> None:
    """Put the current work aside and open an empty wizard."""
    if keeping.keeper():
        keeping.begin_workspace()
    else:
        state.start_over()
    state.set_view(go_to="wizard")


def what_opening_does() -> str:
    """What happens to the open framework when another one is opened."""
    if keeping.keeper():
        return "Opening one starts a new framework; the present one stays in Clients."
    return "Opening one replaces the current work; Undo brings it back."


def samples() -> None:
    """The sample companies as cards."""

    def choose(sample_id: str) -> None:
        state.open_sample(sample_id, keeping.begin_workspace)
        state.set_view(go_to="export")

    companies = state.catalog().samples.values()
    components.choices(
        [components.ChoiceItem(s.id, s.name, s.description) for s in companies],
        selected=None,
        label="Sample companies",
        key="home.samples",
        on_choose=choose,
        columns=4,
    )


def upload() -> None:
    """Open a framework file; a failed open leaves the work alone and says why."""
    key = f"home.file.{state.epoch()}"
    uploaded = st.file_uploader(
        "Framework file (JSON)", type="json", key=key, max_upload_size=LARGEST_FILE // 1024 // 1024
    )
    if uploaded is None:
        return
    opened = state.open_file(uploaded.getvalue(), keeping.begin_workspace)
    if opened.framework is None:
        st.error(inputs.md(f"{uploaded.name} was not opened. Your current work is untouched."))
        for finding in opened.findings:
            st.markdown(
                f"- **{inputs.md(finding.where)}:** {inputs.md(finding.message)} {inputs.md(finding.fix)}"
            )
    else:
        state.set_view(go_to="export", notes=[f.message for f in opened.findings])
        st.rerun()
