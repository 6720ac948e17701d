"""Step 4: four stages, one primary and two or three supporting metrics each."""

from __future__ import annotations

import streamlit as st

from kpi_core.catalog.formula_text import formula_text
from kpi_core.framework.check import check_framework
from kpi_core.framework.measurability import LABELS, measurability
from kpi_core.framework.suggest import SUPPORTING_MAXIMUM, SUPPORTING_MINIMUM, swap_options
from kpi_core.models.base import Stage
from kpi_core.models.kpi import Kpi
from kpi_ui import components, inputs, panels, state
from kpi_ui.steps.context import Context

_KEEP = "Keep this one"


def render(context: Context) -> None:
    """The board of stages, with the selected KPI beside it."""
    selected = context.kpi(state.view("selected")) or context.kpi(
        context.framework.north_star.metric_id
    )
    selected = selected or context.framework.kpis[0]
    board, side = st.columns([2.9, 1], gap="medium")
    with board:
        _board(context, selected)
        found = [f for f in check_framework(context.framework) if f.step in ("metrics", "data")]
        panels.worth_a_look(found, key="metrics.findings", here="metrics")
    with side:
        with st.container(key="metrics-panel"):
            _adding(context)
            _side(context, selected)
        kpis = context.framework.kpis
        now = sum(_level(context, kpi.metric_id) == "now" for kpi in kpis)
        components.meter("KPIs measurable now", now, len(kpis), key="metrics.meter")


def _level(context: Context, metric_id: str) -> str:
    return measurability(context.framework.metric(metric_id), context.in_place).level


def _board(context: Context, selected: Kpi) -> None:
    components.board(
        [
            components.BoardStage(
                id=stage.value,
                name=context.catalog.stages[stage].name,
                question=context.catalog.stages[stage].question,
                cards=[_card(context, kpi) for kpi in _on(context, stage)],
                can_add=sum(k.role == "supporting" for k in _on(context, stage))
                < SUPPORTING_MAXIMUM,
            )
            for stage in Stage
        ],
        selected=selected.metric_id,
        key="metrics.board",
        panel="metrics-panel",
        on_select=lambda metric_id: state.set_view(selected=metric_id, adding=None),
        on_add=lambda stage: state.set_view(adding=stage),
    )


def _on(context: Context, stage: Stage) -> list[Kpi]:
    return [kpi for kpi in context.framework.kpis if kpi.stage is stage]


def _card(context: Context, kpi: Kpi) -> components.BoardCard:
    metric = context.framework.metric(kpi.metric_id)
    level = measurability(metric, context.in_place).level
    return components.BoardCard(
        id=kpi.metric_id,
        name=metric.name,
        role=kpi.role,
        north_star=kpi.metric_id == context.framework.north_star.metric_id,
        reason=kpi.reason,
        measurable=level,
        measurable_label=LABELS[level],
    )


def _put_stages(context: Context, stage: Stage, ids: list[str], label: str) -> None:
    """Fix one stage's metrics: the first is the primary one."""
    state.set_answer(("stages", stage.value), {"primary": ids[0], "supporting": ids[1:]}, label)


def _ids(context: Context, stage: Stage) -> list[str]:
    kpis = _on(context, stage)
    return [k.metric_id for k in sorted(kpis, key=lambda kpi: kpi.role != "primary")]


def _options(context: Context, stage: Stage, role: str) -> dict[str, str]:
    chosen = {kpi.metric_id for kpi in context.framework.kpis}
    found = swap_options(stage, role, context.profile.motion, chosen, context.catalog)
    stages = context.catalog.stages
    names = {}
    for metric_id in found:
        metric = context.catalog.metric(metric_id)
        other = "" if metric.stage is stage else f" ({stages[metric.stage].name.lower()})"
        names[metric_id] = (
            f"{metric.name}{other}, {LABELS[measurability(metric, context.in_place).level].lower()}"
        )
    return names


def _adding(context: Context) -> None:
    stage_id = state.view("adding")
    if stage_id is None:
        return
    stage = Stage(stage_id)
    options = _options(context, stage, "supporting")

    def add() -> None:
        metric_id = state.widget_value("metrics.add")
        if metric_id:
            state.set_view(adding=None, selected=metric_id)
            _put_stages(context, stage, [*_ids(context, stage), metric_id], "Add KPI")

    with st.container(border=True):
        st.header(f"Add to {context.catalog.stages[stage].name.lower()}")
        st.selectbox(
            "Supporting KPI",
            list(options),
            index=None,
            format_func=lambda i: options[i],
            key="metrics.add",
            on_change=add,
            placeholder="Choose a metric",
        )
        st.button("Cancel", key="metrics.add.cancel", on_click=lambda: state.set_view(adding=None))


def _side(context: Context, kpi: Kpi) -> None:
    metric = context.framework.metric(kpi.metric_id)
    found = measurability(metric, context.in_place)
    star = kpi.metric_id == context.framework.north_star.metric_id
    part = f"{kpi.role.capitalize()} for {kpi.stage.value}" + (
        ", and your north star" if star else ""
    )
    with st.container(border=True):
        st.header(inputs.md(metric.name))
        st.caption(part)
        st.markdown(inputs.md(metric.headline))
        st.caption("Formula")
        st.markdown(inputs.md(formula_text(metric.formula, context.framework)))
        st.caption(inputs.md(LABELS[found.level]))
        st.markdown(inputs.md(found.how))
        _swap(context, kpi)
        _edit(context, kpi)
        with st.expander("Details and pitfalls"):
            _why(context, kpi)


def _swap(context: Context, kpi: Kpi) -> None:
    options = _options(context, kpi.stage, kpi.role)
    key = f"metrics.swap.{kpi.metric_id}"

    def swap() -> None:
        new = state.widget_value(key)
        if new:
            ids = [new if i == kpi.metric_id else i for i in _ids(context, kpi.stage)]
            state.set_view(selected=new)
            _put_stages(context, kpi.stage, ids, "Swap KPI")

    def remove() -> None:
        ids = [i for i in _ids(context, kpi.stage) if i != kpi.metric_id]
        state.set_view(selected=ids[0])
        _put_stages(context, kpi.stage, ids, "Remove KPI")

    def promote() -> None:
        ids = [kpi.metric_id, *(i for i in _ids(context, kpi.stage) if i != kpi.metric_id)]
        _put_stages(context, kpi.stage, ids, "Make primary")

    st.selectbox(
        "Swap for",
        [None, *options],
        format_func=lambda i: options.get(i, _KEEP),
        key=key,
        on_change=swap,
    )
    if kpi.role == "supporting":
        with st.container(horizontal=True):
            supporting = sum(k.role == "supporting" for k in _on(context, kpi.stage))
            few = supporting <= SUPPORTING_MINIMUM
            st.button(
                "Remove",
                key="metrics.remove",
                on_click=remove,
                icon=":material/delete:",
                help="Two supporting KPIs are the least." if few else None,
                disabled=few,
            )
            if "primary" in context.framework.metric(kpi.metric_id).roles:
                st.button("Make primary", key="metrics.promote", on_click=promote)


def _edit(context: Context, kpi: Kpi) -> None:
    metric = context.framework.metric(kpi.metric_id)
    path = ("definitions", kpi.metric_id)
    with st.popover("Edit definition", icon=":material/edit:"):
        inputs.text("Name", (*path, "name"), metric.name, context.read)
        inputs.text("Definition", (*path, "definition"), metric.definition, context.read, area=True)
        if state.answer(*path):
            st.button(
                "Back to the catalog's wording",
                key="metrics.reword",
                on_click=lambda: state.set_answer(path, None, "Definition"),
            )


def _why(context: Context, kpi: Kpi) -> None:
    metric = context.framework.metric(kpi.metric_id)
    st.markdown(inputs.md(kpi.reason))
    if metric.definition != metric.headline:
        st.markdown(f"**What exactly counts:** {inputs.md(metric.definition)}")
    if metric.guardrail:
        guard = context.framework.metric(metric.guardrail).name
        st.markdown(f"**Guardrail:** {inputs.md(guard)} must not get worse while this improves\\.")
    st.markdown("\n".join(f"- {inputs.md(pitfall)}" for pitfall in metric.pitfalls))
