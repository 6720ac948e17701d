"""Benchmarks and targets: where we are, what others report, what the plan needs."""

from __future__ import annotations

import streamlit as st

from kpi_core.export.files import csv_bytes
from kpi_core.export.overview_table import overview_table
from kpi_core.models.base import Severity
from kpi_ui import inputs, panels, state
from kpi_ui.bench import chart, detail, filters, own, target
from kpi_ui.bench.work import Work, load
from kpi_ui.components import comparison


def _actions(work: Work) -> None:
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        panels.head(
            "Benchmarks and targets", "How do our numbers compare, and what should we commit to?"
        )
    with right, st.container(horizontal=True, horizontal_alignment="right"):
        own.render(work)
        table = csv_bytes(overview_table(work.framework, work.rows))
        st.download_button(
            "Download table",
            table,
            "benchmark_overview.csv",
            "text/csv",
            key="bench.download",
            icon=":material/download:",
            on_click="ignore",
        )
        panels.undo_button("bench.undo")


def _messages() -> None:
    """What came of the last action, and why figures do not follow while an answer is wrong."""
    message = state.take_view("bench_message")
    if message:
        kind, text = message
        (st.error if kind == "error" else st.success)(inputs.md(text))
    found = state.interpretation().findings if state.framework() else ()
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    if wrong:
        text = f"{wrong[0].where}: {wrong[0].message} {wrong[0].fix}"
        st.warning(f"Nothing here changes until this is corrected. {inputs.md(text)}")


@st.fragment
def _body() -> None:
    work = load()
    _actions(work)
    _messages()
    filters.render(work)
    comparison.ranges(
        [chart.range_row(work, row) for row in work.rows],
        key="bench.ranges",
        selected=work.row.metric_id,
        on_select=detail.select,
        caption="KPIs by money at stake",
    )
    st.space("small")
    figures, card = st.columns([1.75, 1], gap="large")
    with figures:
        detail.render(work)
    with card:
        target.render(work)


_body()
