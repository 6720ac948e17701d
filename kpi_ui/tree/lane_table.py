"""Lanes and budget: shares, deal sizes, cost per lead, and what each lane returns."""

from __future__ import annotations

import streamlit as st

from kpi_core.formats import count, editable, money
from kpi_core.kpi_tree.edit import with_lane, with_values
from kpi_core.kpi_tree.lane_edit import MAX_LANES, add_lane, remove_lane
from kpi_core.kpi_tree.lanes import LEAD_STEP, LaneResult
from kpi_core.models.base import Unit
from kpi_core.models.tree import Lane, Scenario
from kpi_core.numbers import NumberError
from kpi_ui import components, inputs, scenarios, state
from kpi_ui.tree import fields
from kpi_ui.tree.work import Work

_INPUTS = {
    "share": ("Share, %", Unit.RATIO),
    "average_deal_size": ("Deal size", Unit.MONEY),
    "cost_per_lead": ("Cost per lead", Unit.MONEY),
}
_SHARES_OF = {"revenue": "Revenue", "sessions": "Sessions"}
_OUTPUTS = ("Revenue", "Leads", "Spend", "CAC", "Payback", "ROI")


def render(work: Work) -> None:
    """The table of lanes with a total that adds up."""
    with st.container(gap=None):
        st.header("Lanes and budget", anchor=False)
        st.caption(
            "A channel or segment with its own rates, deal size and cost. A new lane takes its part "
            "of today's volume from the others; type what it really has."
        )
    _shares_of(work)
    whole = work.result.shares_sum
    if abs(whole - 1) > 1e-6:
        st.warning(
            inputs.md(f"The shares add up to {whole:.1%}; they are scaled to 100% for the plan.")
        )
    components.grid(
        _columns(),
        [
            *(
                _row(work, lane, result)
                for lane, result in zip(work.scenario.lanes, work.result.lanes, strict=True)
            ),
            _total(work),
        ],
        key="lanes.grid",
        on_edit=lambda lane_id, column, value: _edit(work, lane_id, column, str(value)),
        caption="Lanes with their share, deal size, cost and return",
        epoch=state.epoch(),
    )
    _add(work)


def _shares_of(work: Work) -> None:
    key = state.bind("lanes.shares_of", work.scenario.shares_of)

    def save() -> None:
        chosen = state.widget_value(key)
        scenarios.change(lambda now: with_values(now, shares_of=chosen))

    st.segmented_control(
        "Shares are of",
        list(_SHARES_OF),
        format_func=lambda i: _SHARES_OF[i],
        key=key,
        on_change=save,
        required=True,
    )


def _columns() -> list[components.GridColumn]:
    return [
        components.GridColumn("name", "Lane", kind="input", width=150),
        *(
            components.GridColumn(key, label, kind="input", align="right", width=105)
            for key, (label, _) in _INPUTS.items()
        ),
        *(components.GridColumn(name, name, align="right", width=80) for name in _OUTPUTS),
        components.GridColumn("remove", "", kind="button", width=80),
    ]


def _typed() -> dict[str, dict[str, str]]:
    return dict(state.view(fields.LANES_TYPED) or {})


def _row(work: Work, lane: Lane, result: LaneResult) -> components.GridRow:
    typed = _typed()
    named = typed.get(f"{lane.id}.name")
    cells: dict[str, components.GridCell] = {
        "name": components.InputCell(
            named["text"] if named else lane.name,
            f"Name of {lane.name}",
            error=named["error"] if named else "",
        )
    }
    for key, (label, unit) in _INPUTS.items():
        value, kept = getattr(lane, key), typed.get(f"{lane.id}.{key}")
        text = editable(round(value, 6), unit) if value is not None else ""
        cells[key] = components.InputCell(
            kept["text"] if kept else text,
            f"{lane.name}, {label}",
            error=kept["error"] if kept else "",
        )
    single = len(work.scenario.lanes) == 1
    cells["remove"] = components.ButtonCell("Remove", f"Remove {lane.name}", disabled=single)
    return components.GridRow(lane.id, {**cells, **_outputs(result, work.currency)})


def _outputs(result: LaneResult, currency: str) -> dict[str, components.GridCell]:
    def text(value: float | None) -> str:
        return "n/a" if value is None else money(value, currency, compact=True)

    leads = next((step for step in result.steps[LEAD_STEP : LEAD_STEP + 1]), None)
    payback = "n/a" if result.payback_months is None else f"{result.payback_months:.1f} mo"
    roi = "n/a" if result.roi is None else f"{result.roi:.0%}"
    values = (
        text(result.revenue_planned),
        count(round(leads.required)) if leads else "n/a",
        text(result.spend),
        text(result.cac),
        payback,
        roi,
    )
    return {name: components.TextCell(value) for name, value in zip(_OUTPUTS, values, strict=True)}


def _total(work: Work) -> components.GridRow:
    cells: dict[str, components.GridCell] = {"name": components.TextCell("Total")}
    return components.GridRow("total", {**cells, **_outputs(work.result.total, work.currency)})


def _edit(work: Work, lane_id: str, column: str, text: str) -> None:
    if column == "remove":
        scenarios.change(lambda now: remove_lane(now, lane_id), "Remove lane")
        kept = {key: x for key, x in _typed().items() if not key.startswith(f"{lane_id}.")}
        state.set_view(**{fields.LANES_TYPED: kept})
        return
    kept = _typed()
    kept.pop(f"{lane_id}.{column}", None)
    try:
        scenarios.change(lambda now: _changed(now, lane_id, column, text, work.currency))
    except (NumberError, ValueError) as error:
        unit = _INPUTS[column][1] if column in _INPUTS else Unit.COUNT
        kept[f"{lane_id}.{column}"] = {
            "text": text,
            "error": fields.reason(error, unit, work.currency),
        }
    state.set_view(**{fields.LANES_TYPED: kept})


def _changed(now: Scenario, lane_id: str, column: str, text: str, currency: str) -> Scenario:
    if column == "name":
        return with_lane(now, lane_id, name=text)
    return with_lane(now, lane_id, **{column: fields.read(text, _INPUTS[column][1], currency)})


def _add(work: Work) -> None:
    channels = {channel.id: channel.name for channel in work.catalog.channels.values()}
    taken = {lane.name for lane in work.scenario.lanes}
    free = [name for name in channels.values() if name not in taken]
    key = f"lanes.new.{len(work.scenario.lanes)}"  # empty again once the lane is there

    def add() -> None:
        name = scenarios.clean_name(str(state.widget_value(key) or ""))
        if name:
            scenarios.change(lambda now: add_lane(now, name), f"Add lane {name}")
            state.set_view(tree_lane="total")

    full = len(work.scenario.lanes) >= MAX_LANES
    st.selectbox(
        "Add a lane",
        free,
        index=None,
        key=key,
        on_change=add,
        disabled=full,
        width=280,
        placeholder="Choose a channel or type a name",
        accept_new_options=True,
    )
