"""Step 7: which KPI on which layer, how often it is read, and the reviews."""

from __future__ import annotations

import streamlit as st

from kpi_core.framework.layout import EXECUTIVE_MAXIMUM, EXECUTIVE_MINIMUM
from kpi_core.models.base import Cadence, Layer
from kpi_core.models.kpi import Kpi
from kpi_ui import components, inputs, state
from kpi_ui.steps.context import Context, load

_CADENCES = [(cadence.value, cadence.value.capitalize()) for cadence in Cadence]


def render(context: Context) -> None:
    """The layers' table and the reviews, with a summary beside them."""
    table, side = st.columns([2.9, 1.35], gap="large")
    with table:
        _layers(context)
        st.space("small")
        with st.container(gap=None):
            st.header("Reviews")
            st.caption("A number nobody meets over changes nothing.")
        for record in context.catalog.reviews:
            _review(context, record.cadence)
    with side:
        _summary(context)


def _columns(context: Context) -> list[components.GridColumn]:
    layers = context.catalog.layers
    return [
        components.GridColumn("name", "KPI", width=240),
        *(
            components.GridColumn(
                layer.value,
                layers[layer].name,
                kind="check",
                align="center",
                width=110,
                note=layers[layer].question,
            )
            for layer in Layer
        ),
        components.GridColumn("cadence", "Read", kind="select", width=130),
    ]


def _layers(context: Context) -> None:
    def edit(metric_id: str, column: str, value: str | bool) -> None:
        if column == "cadence":
            state.set_answer(("kpis", metric_id, "cadence"), value, "Cadence")
            return
        kpi = load().kpi(metric_id)  # read anew: an edit just before this one counts
        on = {layer.value for layer in kpi.layers} if kpi else set()
        on = on | {column} if value else on - {column}
        ordered = [layer.value for layer in Layer if layer.value in on]
        state.set_answer(("kpis", metric_id, "layers"), ordered, "Dashboard layers")

    components.grid(
        _columns(context),
        [_row(context, kpi) for kpi in context.framework.kpis],
        key="dashboards.layers",
        on_edit=edit,
        caption="Dashboard layers and cadence of each KPI",
        epoch=state.epoch(),
    )


def _row(context: Context, kpi: Kpi) -> components.GridRow:
    name = context.framework.metric(kpi.metric_id).name
    star = kpi.metric_id == context.framework.north_star.metric_id
    cells: dict[str, components.GridCell] = {
        "name": components.TextCell(name, badge="North star" if star else ""),
        "cadence": components.SelectCell(
            kpi.cadence.value, _CADENCES, f"{name}, how often it is read"
        ),
    }
    for layer in Layer:
        label = f"{name} on the {layer.value} layer"
        cells[layer.value] = components.CheckCell(layer in kpi.layers, label)
    return components.GridRow(kpi.metric_id, cells, group=context.catalog.stages[kpi.stage].name)


def _review(context: Context, cadence: Cadence) -> None:
    record = next(r for r in context.catalog.reviews if r.cadence is cadence)
    review = next(
        (r for r in context.framework.operating_rhythm.reviews if r.cadence is cadence), None
    )
    path = ("reviews", cadence.value)
    with st.container(border=True):
        inputs.toggle(f"{record.name}", (*path, "held"), review is not None, "Review")
        st.caption(inputs.md(record.purpose))
        if review is None:
            return
        roles = {role.id: role.name for role in context.catalog.roles.values()}
        left, right = st.columns([3, 1], gap="medium")
        with left:
            inputs.several(
                "Attendees",
                (*path, "attendees"),
                list(roles),
                review.attendees,
                lambda i: roles.get(i, i),
            )
        with right:
            inputs.whole_number(
                "Minutes", (*path, "duration_minutes"), review.duration_minutes, 5, 480, 5
            )
        with st.expander(f"Agenda and {len(review.metric_ids)} KPIs"):
            st.markdown("\n".join(f"1. {inputs.md(item)}" for item in review.agenda))
            names = ", ".join(context.framework.metric(m).name for m in review.metric_ids)
            st.caption(inputs.md(f"Reads: {names or 'no KPI yet'}"))


def _summary(context: Context) -> None:
    boards = context.framework.dashboards
    channels = {channel.id: channel.name for channel in context.catalog.channels.values()}
    with st.container(border=True):
        st.header("Active channels")
        st.caption("Each gets its own tab on the channel layer.")
        active = [tab.channel for tab in boards.channels]
        inputs.several(
            "Channels", ("channels",), list(channels), active, lambda i: channels.get(i, i)
        )
    tiles = len(boards.executive.metric_ids)
    fits = EXECUTIVE_MINIMUM <= tiles <= EXECUTIVE_MAXIMUM
    with st.container(border=True):
        st.header("Three dashboards")
        components.facts(
            [
                components.Fact(
                    "Executive",
                    f"{tiles} KPIs",
                    "Five to seven can be read in a minute.",
                    "neutral" if fits else "warn",
                ),
                components.Fact(
                    "Operational",
                    f"{len(boards.operational.metric_ids)} KPIs",
                    boards.operational.question,
                ),
                components.Fact("Channel", f"{len(boards.channels)} tabs", boards.channel.question),
            ],
            key="dashboards.facts",
        )
