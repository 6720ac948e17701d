"""Step 3: tools in place, and what becomes measurable."""

from __future__ import annotations

import streamlit as st

from kpi_core.framework.interpret import Interpretation
from kpi_core.framework.measurability import LABELS, count_levels, set_up_first
from kpi_ui import components, inputs, state
from kpi_ui.steps.context import Context

_COLUMNS = (
    components.GridColumn("tool", "Tool", width=220),
    components.GridColumn("in_place", "In place", kind="check", align="center", width=80),
    components.GridColumn("products", "Products", kind="input", width=260),
)
_SHOWN_SET_UPS = 3


def render(context: Context) -> None:
    """Tools on the left, their effect on the right."""
    tools, effect = st.columns([2.9, 1.35], gap="large")
    with tools:
        _tools(context)
        inputs.text(
            "Notes for RevOps (optional)",
            ("data", "notes"),
            "",
            context.read,
            placeholder="Known gaps, owners of the systems, plans",
            area=True,
        )
    with effect:
        _effect(context)


def _in_place(read: Interpretation) -> dict[str, list[str]]:
    """Products by tool category in place, as typed: also those that cannot be used, to be mended."""
    typed = state.answer("data", "tools") or {}
    return {
        tool.category: list(typed.get(tool.category, tool.products))
        for tool in read.selection.data.tools
    }


def _tools(context: Context) -> None:
    in_place = _in_place(context.read)

    def edit(category: str, column: str, value: str | bool) -> None:
        kept = _in_place(state.interpretation())  # an edit just before this one counts
        if column == "in_place" and value is False:
            kept.pop(category, None)
        elif column == "in_place":
            kept.setdefault(category, [])
        else:
            kept[category] = [p.strip() for p in str(value).split(",") if p.strip()]
        state.set_answer(("data", "tools"), kept, "Tools")

    components.grid(
        _COLUMNS,
        [
            components.GridRow(
                tool.id,
                {
                    "tool": components.TextCell(tool.name, note=tool.description),
                    "in_place": components.CheckCell(
                        tool.id in in_place, f"{tool.name} is in place"
                    ),
                    "products": components.InputCell(
                        ", ".join(in_place.get(tool.id, ())),
                        f"{tool.name}, products",
                        placeholder=f"e.g. {', '.join(tool.products[:2])}",
                        error=context.read.errors.get(f"data.tools.{tool.id}", ""),
                    ),
                },
            )
            for tool in context.catalog.tools.values()
        ],
        key="data.tools",
        on_edit=edit,
        caption="Tools in place",
        epoch=state.epoch(),
    )


def _effect(context: Context) -> None:
    catalog = context.catalog
    fitting = [m for m in catalog.metrics.values() if context.profile.motion in m.motions]
    levels = count_levels(fitting, context.in_place)
    with st.container(border=True):
        st.header("What you can measure")
        st.caption(f"Of {len(fitting)} catalog metrics for your motion")
        components.facts(
            [
                components.Fact(LABELS["now"], str(levels["now"]), tone="good"),
                components.Fact(LABELS["stand_in"], str(levels["stand_in"]), tone="warn"),
                components.Fact(LABELS["not_yet"], str(levels["not_yet"]), tone="muted"),
            ],
            key="data.facts",
        )
    first = set_up_first(fitting, context.in_place, catalog)
    if first:
        with st.container(border=True):
            st.header("Set up first")
            for number, setup in enumerate(first[:_SHOWN_SET_UPS], start=1):
                tool = catalog.tools[setup.category]
                st.markdown(
                    f"**{number}\\. {inputs.md(tool.name)}**: {len(setup.unlocks)} more metrics in full"
                )
                st.caption(inputs.md(tool.setup))
