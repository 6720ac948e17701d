"""The lane's own steps: take a template, rename, add and remove, two to ten."""

from __future__ import annotations

import streamlit as st

from kpi_core.formats import editable
from kpi_core.kpi_tree.base import lane_from_template
from kpi_core.kpi_tree.edit import (
    MAX_STEPS,
    MIN_STEPS,
    add_step,
    find_lane,
    remove_step,
    with_chain,
    with_rate,
    with_step,
)
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario
from kpi_core.numbers import NumberError
from kpi_ui import components, scenarios, state
from kpi_ui.tree import fields
from kpi_ui.tree.work import Work

_COLUMNS = (
    components.GridColumn("name", "Step", kind="input", width=240),
    components.GridColumn("rate", "Rate to the next step", kind="input", align="right", width=160),
    components.GridColumn("remove", "", kind="button", width=90),
)


def render(work: Work) -> None:
    """The steps of the lane on screen."""
    if work.shows_total:
        st.caption("Choose one lane above the tree to change its steps.")
        return
    with st.container(gap=None):
        st.header("Steps of this funnel", anchor=False)
        st.caption(
            "Take a template or name your own steps, from the first contact to the won deal."
        )
    _template(work)
    components.grid(
        _COLUMNS,
        [_row(work, position) for position in range(len(work.lane.steps))],
        key=f"steps.grid.{work.lane.id}",
        on_edit=lambda row, column, value: _edit(work, int(row), column, str(value)),
        caption="Steps of the funnel",
        epoch=state.epoch(),
    )
    full = len(work.lane.steps) >= MAX_STEPS
    st.button(
        "Add a step",
        key="steps.add",
        icon=":material/add:",
        disabled=full,
        help="Ten steps are the most." if full else "Goes in above the last step.",
        on_click=lambda: scenarios.change(lambda now: add_step(now, work.lane.id), "Add a step"),
    )


def _template(work: Work) -> None:
    names = {template.id: template.name for template in work.catalog.funnels.values()}

    taken = int(state.view("steps_taken", 0))
    key = f"steps.template.{taken}"  # empty again, so that the same one can be taken twice

    def take() -> None:
        chosen = state.widget_value(key)
        if chosen:
            state.set_view(steps_taken=taken + 1, **{fields.STEPS_TYPED: None})
            made = lane_from_template(str(chosen), work.lane, work.framework, work.catalog)
            scenarios.change(lambda now: with_chain(now, made), "Take a template")

    st.selectbox(
        "Start from a template",
        list(names),
        index=None,
        format_func=lambda i: names[i],
        key=key,
        on_change=take,
        placeholder="Replaces these steps",
        width=320,
    )


def _row(work: Work, position: int) -> components.GridRow:
    lane = work.lane
    step, last = lane.steps[position], position == len(lane.steps) - 1
    typed = state.view(fields.STEPS_TYPED) or {}
    kept, named = (typed.get(f"{lane.id}.{position}.{column}") for column in ("rate", "name"))
    rate: components.GridCell = components.TextCell("")
    if not last:
        text = editable(lane.rates[position].value, Unit.RATIO)
        rate = components.InputCell(
            kept["text"] if kept else text,
            f"Rate from {step.name} to {lane.steps[position + 1].name}, percent",
            error=kept["error"] if kept else "",
            suffix="%",
        )
    few = len(lane.steps) <= MIN_STEPS
    return components.GridRow(
        str(position),
        {
            "name": components.InputCell(
                named["text"] if named else step.name,
                f"Name of step {position + 1}",
                error=named["error"] if named else "",
            ),
            "rate": rate,
            "remove": components.ButtonCell("Remove", f"Remove {step.name}", disabled=few),
        },
    )


def _edit(work: Work, position: int, column: str, text: str) -> None:
    lane_id = work.lane.id
    kept = dict(state.view(fields.STEPS_TYPED) or {})
    kept.pop(f"{lane_id}.{position}.{column}", None)

    def edit(now: Scenario) -> Scenario:
        if column == "remove":
            return remove_step(now, lane_id, position)
        if column == "name":
            rest = find_lane(now, lane_id).steps[position].name
            return with_step(now, lane_id, position, name=text.strip() or rest)
        value = fields.read(text, Unit.RATIO, work.currency)
        return with_rate(now, lane_id, position, value=value)

    try:
        scenarios.change(edit, "Remove a step" if column == "remove" else None)
    except (NumberError, ValueError) as error:
        shown = "name" if column == "remove" else column
        typed = find_lane(scenarios.on_screen(), lane_id).steps[position].name
        kept[f"{lane_id}.{position}.{shown}"] = {
            "text": typed if column == "remove" else text,
            "error": fields.reason(error, Unit.RATIO, work.currency),
        }
    else:
        if column == "remove":  # positions have moved
            kept = {key: value for key, value in kept.items() if not key.startswith(f"{lane_id}.")}
    state.set_view(**{fields.STEPS_TYPED: kept})
