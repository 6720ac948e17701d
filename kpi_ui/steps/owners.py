"""Step 6: one accountable role for each KPI, a person if known, and a steward for the data."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from kpi_core.framework.check_kpis import OWNER_LOAD_MAXIMUM
from kpi_core.models.kpi import Kpi
from kpi_ui import components, state
from kpi_ui.steps.context import Context

_COLUMNS = (
    components.GridColumn("name", "KPI", width=220),
    components.GridColumn("owner_role", "Accountable role", kind="select", width=200),
    components.GridColumn("owner_person", "Person (optional)", kind="input", width=150),
    components.GridColumn(
        "steward_role",
        "Data steward",
        kind="select",
        width=200,
        note="Keeps the data right; does not answer for the result.",
    ),
)
_NOBODY = ("", "Nobody yet")


def render(context: Context) -> None:
    """The owners' table, with the load of each role beside it."""
    table, side = st.columns([2.9, 1.35], gap="large")
    with table:
        components.grid(
            _COLUMNS,
            [_row(context, kpi) for kpi in context.framework.kpis],
            key="owners.grid",
            on_edit=_edit,
            caption="Owner and steward of each KPI",
            epoch=state.epoch(),
        )
    with side:
        _load(context)


def _edit(metric_id: str, column: str, value: str | bool) -> None:
    kept = str(value).strip()
    emptied = None if column == "owner_person" else ""
    state.set_answer(("kpis", metric_id, column), kept or emptied, "Owner")


def _row(context: Context, kpi: Kpi) -> components.GridRow:
    name = context.framework.metric(kpi.metric_id).name
    roles = [_NOBODY, *((role.id, role.name) for role in context.catalog.roles.values())]
    person = state.answer("kpis", kpi.metric_id, "owner_person")
    return components.GridRow(
        kpi.metric_id,
        {
            "name": components.TextCell(name, note=kpi.role),
            "owner_role": components.SelectCell(
                kpi.owner_role or "", roles, f"{name}, accountable role"
            ),
            "owner_person": components.InputCell(
                str(person or ""),
                f"{name}, person",
                placeholder="Name",
                error=context.read.errors.get(f"kpis.{kpi.metric_id}.owner_person", ""),
            ),
            "steward_role": components.SelectCell(
                kpi.steward_role or "", roles, f"{name}, data steward"
            ),
        },
        group=context.catalog.stages[kpi.stage].name,
    )


def _load(context: Context) -> None:
    load = Counter(kpi.owner_role for kpi in context.framework.kpis)
    with st.container(border=True):
        st.header("Load per role")
        st.caption(f"More than {OWNER_LOAD_MAXIMUM} KPIs are rarely looked after.")
        for role, kpis in load.most_common():
            name = (
                context.framework.term("role", role).capitalize()
                if role is None
                else context.framework.term("role", role)
            )
            note = (
                "Nobody answers for these."
                if role is None
                else ("Hand some over." if kpis > OWNER_LOAD_MAXIMUM else "")
            )
            components.meter(
                name, kpis, len(context.framework.kpis), key=f"owners.load.{role}", note=note
            )
