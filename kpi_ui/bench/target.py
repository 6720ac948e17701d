"""The selected KPI's target: proposal, share of the distance, flags, quarters; take or override it."""

from __future__ import annotations

import streamlit as st

from kpi_core.benchmarks.targets import quarter_steps
from kpi_core.formats import editable, value_text
from kpi_core.models.kpi import Kpi, TargetBasis, TargetFlag
from kpi_core.models.metric import MetricDefinition
from kpi_ui import components, inputs, state
from kpi_ui.bench import past
from kpi_ui.bench.work import Work

_FLAGS = {
    TargetFlag.STRETCH: "Stretch: better than the published range",
    TargetFlag.INFEASIBLE: "Infeasible: change the plan",
    TargetFlag.DEFINITION_DIFFERS: "The published figure counts something else",
    TargetFlag.CALIBRATE: "Calibrate after one quarter",
}


def render(work: Work) -> None:
    """The card beside the figures."""
    metric = work.framework.metric(work.row.metric_id)
    kpi = next(k for k in work.framework.kpis if k.metric_id == metric.id)
    with st.container(border=True):
        _head(work, kpi, metric)
        _share(work, kpi)
        _override(work, kpi, metric)
        past.fields(metric)
        _quarters(work, kpi, metric)


def _head(work: Work, kpi: Kpi, metric: MetricDefinition) -> None:
    """The target, its reason, what to take care of, and what the plan needs."""
    target = kpi.target
    shown = value_text(target.value, metric.unit, work.currency) if target else "none yet"
    reason = target.reason if target else "No history, nothing comparable, no link to the plan."
    st.subheader(inputs.md(f"Target: {shown}"), anchor=False)
    st.markdown(inputs.md(reason))
    for flag in target.flags if target else ():
        st.caption(inputs.md(_FLAGS[flag]))
    if work.row.requirement:
        st.caption(inputs.md(work.row.requirement.words))


def _override(work: Work, kpi: Kpi, metric: MetricDefinition) -> None:
    """Another target with a note, and the way back to the proposal."""
    read, target, path = state.interpretation(), kpi.target, ("kpis", metric.id)
    proposed = target.proposed if target else None
    default = "" if proposed is None else editable(proposed, metric.unit)
    inputs.text("Enter another target", (*path, "target"), "", read, placeholder=default)
    inputs.text(
        "Why (optional)",
        (*path, "target_note"),
        "",
        read,
        placeholder="Agreed with sales in March",
    )
    if target and target.basis is TargetBasis.USER:
        shown = "none" if proposed is None else value_text(proposed, metric.unit, work.currency)
        st.button(
            inputs.md(f"Take the proposal, {shown}"),
            key="bench.take",
            on_click=_take,
            args=(metric.id,),
        )


def _take(metric_id: str) -> None:
    def edit(answers: state.Draft) -> None:
        kpi = answers.setdefault("kpis", {}).setdefault(metric_id, {})
        kpi.pop("target", None)
        kpi.pop("target_note", None)

    state.change("Take the proposal", edit, outside=True)


def _share(work: Work, kpi: Kpi) -> None:
    framework = work.framework
    share = kpi.closing_share if kpi.closing_share is not None else framework.closing_share
    key = state.bind(f"bench.share.{kpi.metric_id}", round(share * 100))

    def save() -> None:
        value = state.widget_value(key)
        state.set_answer(
            ("kpis", kpi.metric_id, "closing_share"), f"{value}", "Share of the distance"
        )

    st.slider(
        "Share of the distance to close", 0, 100, step=5, format="%d%%", key=key, on_change=save
    )
    with st.expander("The share for all KPIs"):
        _overall(work)
        if kpi.closing_share is not None:
            st.button(
                "Use it for this KPI too",
                key="bench.share.same",
                on_click=lambda: state.set_answer(
                    ("kpis", kpi.metric_id, "closing_share"), None, "Share of the distance"
                ),
            )


def _overall(work: Work) -> None:
    key = state.bind("bench.share", round(work.framework.closing_share * 100))

    def save() -> None:
        value = f"{state.widget_value(key)}"
        state.set_answer(("closing_share",), value, "Share of the distance, all KPIs")

    st.slider(
        "For every KPI without a share of its own",
        0,
        100,
        step=5,
        format="%d%%",
        key=key,
        on_change=save,
    )


def _quarters(work: Work, kpi: Kpi, metric: MetricDefinition) -> None:
    if kpi.target is None:
        return
    start = kpi.baseline.value if kpi.baseline else None
    steps = quarter_steps(start, kpi.target.value, metric)
    st.caption("Steps towards the year's end")
    for column, (number, value) in zip(st.columns(4), enumerate(steps, start=1), strict=True):
        with column:
            shown = value_text(value, metric.unit, work.currency, compact=True)
            components.facts([components.Fact(f"Q{number}", shown)], key=f"bench.q{number}")
