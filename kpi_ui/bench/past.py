"""Own history: the last value, the counts behind it, and values by period with trend and season."""

from __future__ import annotations

import streamlit as st

from kpi_core.benchmarks.history import History, trend_text
from kpi_core.models.base import Unit
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition
from kpi_ui import charts, inputs, state
from kpi_ui.bench.work import Work

_NONE = "(no value)"


def fields(metric: MetricDefinition) -> None:
    """What can be typed of the KPI's past."""
    read, path = state.interpretation(), ("kpis", metric.id)
    ratio = metric.unit is Unit.RATIO
    with st.expander("Own history"):
        inputs.text(
            "Last value", (*path, "baseline"), "", read, placeholder="percent" if ratio else ""
        )
        if ratio:
            inputs.text(
                "Counts behind it",
                (*path, "counts"),
                "",
                read,
                placeholder="186 of 838",
                note="They say how sure the rate is",
            )
        inputs.text("It covers", (*path, "baseline_period"), "", read, placeholder="FY2025")
        _series_field(metric)


def _series_field(metric: MetricDefinition) -> None:
    """One period and value a line; kept as typed, also what cannot be read."""
    path = ("kpis", metric.id, "series")
    typed = state.answer(*path) or {}
    key = state.bind(
        ".".join(path), "\n".join(f"{period} {value}" for period, value in typed.items())
    )

    def save() -> None:
        lines = [
            line.split(None, 1)
            for line in str(state.widget_value(key) or "").splitlines()
            if line.strip()
        ]
        series = {parts[0]: parts[1].strip() if len(parts) > 1 else _NONE for parts in lines}
        state.set_answer(path, series or None, "Values by period")

    with st.container(gap="xsmall"):
        st.text_area(
            "Values by period", key=key, on_change=save, placeholder="2025-01 18.2\n2025-02 19.1"
        )
        errors = state.interpretation().errors
        first = next((m for p, m in errors.items() if p.startswith(".".join(path))), None)
        inputs.remark(
            first, None, "A month (2025-01) or quarter (2025-Q1) and its value on each line"
        )


def picture(work: Work, kpi: Kpi, past: History) -> None:
    """Where the counts come from, and the series as a line with its trend and season in words."""
    baseline = kpi.baseline
    if past.interval and baseline and baseline.counts is None:
        st.caption(
            "These counts follow from your own volumes and rates. Type the real ones under Own history."
        )
    if baseline is None or len(baseline.series) < 2:
        return
    metric = work.framework.metric(kpi.metric_id)
    points = [(point.period, point.value) for point in baseline.series]
    st.plotly_chart(
        charts.history_line(points, metric.unit, work.currency, state.theme()),
        config={"displayModeBar": False},
        key=f"bench.past.{kpi.metric_id}",
        alt=f"{metric.name} by period, {len(points)} values",
    )
    if said := trend_text(past):
        st.caption(inputs.md(said))
