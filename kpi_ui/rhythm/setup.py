"""The instrumentation plan: what is measurable, what to set up first, what to create where."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi_core.export.files import csv_bytes, file_stem
from kpi_core.export.tables import instrumentation_table
from kpi_core.framework.measurability import LABELS
from kpi_core.rhythm.instrumentation import (
    Instrument,
    InstrumentationPlan,
    SetUpStep,
    instrumentation_plan,
)
from kpi_ui import components, inputs, panels, state
from kpi_ui.document.blocks import table
from kpi_ui.rhythm import fields
from kpi_ui.rhythm.work import Work

_TOOL, _ALL = "rhythm_tool", ""


def render(now: Work) -> None:
    """What to create in each tool, with the way to full measurability beside it."""
    plan = instrumentation_plan(now.framework, now.catalog)
    left, side = st.columns(fields.WIDE, gap="medium")
    with left:
        _instruments(now, plan)
        _measured(now, plan)
    with side:
        _steps(now, plan)


def _names(now: Work, metric_ids: Sequence[str]) -> str:
    return ", ".join(now.framework.metric(metric_id).name for metric_id in metric_ids)


def _tool(now: Work, tool_id: str) -> str:
    tool = now.catalog.tools.get(tool_id)
    return tool.name if tool else tool_id.replace("_", " ")


def _instruments(now: Work, plan: InstrumentationPlan) -> None:
    with st.container(gap=None):
        st.header("What to create where", anchor=False)
        st.caption("Fields, events and tables that the KPIs are counted from. Names are proposals.")
    tools = {one.record.tool: _tool(now, one.record.tool) for one in plan.instruments}
    chosen = str(state.view(_TOOL, _ALL))
    chosen = chosen if chosen in tools else _ALL
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=280):
            fields.choice(
                "Tool",
                "tool",
                {_ALL: "All tools", **tools},
                chosen,
                lambda i: state.set_view(**{_TOOL: i}),
            )
        st.space("stretch")
        st.download_button(
            "Download plan (CSV)",
            csv_bytes(instrumentation_table(now.framework, now.catalog)),
            f"{file_stem(now.framework)}_instrumentation.csv",
            "text/csv",
            key="rhythm.setup.csv",
            icon=":material/download:",
            on_click="ignore",
        )
    shown = [one for one in plan.instruments if chosen in (_ALL, one.record.tool)]
    if not shown:
        st.caption("Nothing to create: the KPIs rest on no measure the catalog knows.")
        return
    heads = [("Create", "left"), ("In", "left"), ("Stores", "left"), ("For", "left")]
    rows = [_row(now, one) for one in shown]
    components.report([table("What to create", heads, rows)], key="rhythm.setup.table")


def _row(now: Work, one: Instrument) -> list[object]:
    record = one.record
    tool = _tool(now, record.tool)
    return [
        {"value": f"{record.name} ({record.kind})", "note": record.note},
        {
            "value": f"{tool}, {record.object}",
            "note": "in place, create it now" if one.in_place else "tool not in place yet",
        },
        record.type,
        _names(now, one.metric_ids),
    ]


def _measured(now: Work, plan: InstrumentationPlan) -> None:
    with st.expander(f"How each of the {len(plan.kpis)} KPIs is measured"):
        rows: list[list[object]] = [
            [
                one.name,
                one.label,
                {
                    "value": one.how,
                    "note": f"Missing: {', '.join(_tool(now, t) for t in one.missing)}"
                    if one.missing
                    else "",
                },
            ]
            for one in plan.kpis
        ]
        heads = [("KPI", "left"), ("Measurable", "left"), ("How", "left")]
        components.report([table("Measurability", heads, rows)], key="rhythm.setup.kpis")


def _steps(now: Work, plan: InstrumentationPlan) -> None:
    levels = [one.level for one in plan.kpis]
    with st.container(border=True):
        st.subheader("Measurable with your tools", anchor=False)
        for level, label in LABELS.items():
            components.meter(label, levels.count(level), len(levels), key=f"rhythm.level.{level}")
        st.button(
            "Change the tools in place",
            key="rhythm.setup.tools",
            on_click=lambda: panels.go_to_step("data"),
        )
    with st.container(border=True):
        st.subheader("Set up first", anchor=False)
        if not plan.steps:
            st.markdown("Every KPI that can be measured in full is: nothing to set up.")
        for number, step in enumerate(plan.steps, start=1):
            _step(now, number, step)
        if plan.never:
            st.caption(inputs.md(f"Only with a stand-in: {_names(now, plan.never)}."))


def _step(now: Work, number: int, step: SetUpStep) -> None:
    tools = " and ".join(_tool(now, key) for key in step.categories)
    unlocked = len(step.unlocks)
    with st.container(gap="xsmall"):
        st.markdown(f"**{number}\\. {inputs.md(tools)}**")
        kpis = f"Unlocks {unlocked} KPI{'' if unlocked == 1 else 's'}"
        st.caption(inputs.md(f"{kpis}: {_names(now, step.unlocks)}."))
        for first in step.first_do:
            st.caption(inputs.md(f"First: {first}"))
        if step.tied_with:
            equal = "; ".join(
                " and ".join(_tool(now, key) for key in other) for other in step.tied_with
            )
            st.caption(inputs.md(f"Unlocks as many: {equal}."))
