"""Who answers for which KPI: the matrix, the load of each role, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi_core.models.rhythm import Responsibility
from kpi_core.rhythm.ownership import (
    MOST_OWNED,
    Raci,
    check_ownership,
    ownership,
    role_loads,
    roles_in,
    with_responsibility,
)
from kpi_ui import components, state
from kpi_ui.document.blocks import table
from kpi_ui.rhythm import fields, health, work
from kpi_ui.rhythm.work import Work

_CHOSEN, _TOLD = "rhythm_owned", "rhythm_told"
_NOBODY = {"": "Nobody yet"}
_LETTERS = "A answers for it, R keeps its data right, C is asked before it changes, I is told."


def render(now: Work) -> None:
    """One KPI's roles above the matrix; below it the load of each role and the findings."""
    matrix = ownership(now.framework)
    chosen = next((r for r in matrix if r.metric_id == state.view(_CHOSEN)), matrix[0])
    _edit(now, matrix, chosen)
    _matrix(now, matrix, chosen)
    st.space("small")
    load, findings = st.columns(2, gap="medium")
    with load:
        _load(now)
    with findings:
        codes = {finding.code for finding in check_ownership(now.framework)}
        health.panel(now, "Ownership", "owners", lambda entry: entry.finding.code in codes)


def _choose(metric_id: str) -> None:
    state.set_view(**{_CHOSEN: metric_id})


def _matrix(now: Work, matrix: Sequence[Raci], chosen: Raci) -> None:
    with st.container(gap=None):
        st.header("KPI by role", anchor=False)
        st.caption(f"{_LETTERS} Press a KPI to change its roles above.")
    letters = _letters()
    roles = [role for role in roles_in(matrix) if any(_held(row, role, letters) for row in matrix)]
    stages = {kpi.metric_id: kpi.stage for kpi in now.framework.kpis}
    columns = [
        components.GridColumn("name", "KPI", width=200),
        *(
            components.GridColumn(role, now.framework.term("role", role), align="center")
            for role in roles
        ),
    ]
    rows = [
        components.GridRow(
            row.metric_id,
            {
                "name": components.TextCell(row.name, note=row.person or ""),
                **{role: components.TextCell(_held(row, role, letters)) for role in roles},
            },
            group=now.catalog.stages[stages[row.metric_id]].name,
        )
        for row in matrix
    ]
    components.grid(
        columns,
        rows,
        key="rhythm.owners",
        on_edit=lambda *_: None,
        on_select=_choose,
        selected=chosen.metric_id,
        caption="Who answers for, keeps, is asked about and is told of each KPI",
    )


def _letters() -> str:
    """The letters shown; who is told only on demand, because nearly everybody is."""
    told = bool(state.view(_TOLD, False))
    key = state.bind("rhythm.told", told)
    st.toggle(
        "Show who is told",
        key=key,
        on_change=lambda: state.set_view(**{_TOLD: bool(state.widget_value(key))}),
    )
    return "ARCI" if told else "ARC"


def _held(row: Raci, role: str, letters: str) -> str:
    return "".join(letter for letter in row.letters(role) if letter in letters)


def _load(now: Work) -> None:
    with st.container(gap=None):
        st.subheader("Load of each role", anchor=False)
        st.caption(f"More than {MOST_OWNED} KPIs are rarely looked after.")
    heads = [("Role", "left"), ("Answers for", "right"), ("Keeps data", "right")]
    heads += [("Is asked", "right"), ("Is told", "right")]
    rows: list[list[object]] = [
        [
            {"value": one.name, "note": "Hand some over." if one.accountable > MOST_OWNED else ""},
            str(one.accountable),
            str(one.responsible),
            str(one.consulted),
            str(one.informed),
        ]
        for one in role_loads(now.framework)
    ]
    components.report([table("Load of each role", heads, rows)], key="rhythm.load")


def _edit(now: Work, matrix: Sequence[Raci], row: Raci) -> None:
    """The roles of one KPI."""
    with st.container(border=True):
        names = {one.metric_id: one.name for one in matrix}
        kpi, owner, person, steward = st.columns([1.3, 1, 1, 1])
        with kpi:
            fields.choice("KPI", "owned", names, row.metric_id, _choose)
        with owner:
            help_text = "One role decides and reports."
            _role(now, row, "owner", "Answers for it", row.accountable, help_text)
        with person:
            save = _answer(row.metric_id, "owner_person")
            fields.line("Person (optional)", f"{row.metric_id}.person", row.person or "", save)
        with steward:
            _role(now, row, "steward", "Keeps its data right", row.responsible)
        asked, told = st.columns(2)
        with asked:
            _others(now, row, "consulted", "Is asked before it changes")
        with told:
            _others(now, row, "informed", "Is told")
        if row.proposed:
            st.caption("Asked and told are proposed from the tree, the dashboards and reviews.")


def _answer(metric_id: str, column: str) -> fields.Save:
    """Saves an owner, person or steward as the wizard's own answer."""

    def save(value: object) -> None:
        kept = str(value or "").strip()
        emptied = None if column == "owner_person" else ""
        state.set_answer(("kpis", metric_id, column), kept or emptied, "Owner")

    return save


def _role(
    now: Work, row: Raci, name: str, label: str, role: str | None, help_text: str = ""
) -> None:
    place, save = f"{row.metric_id}.{name}", _answer(row.metric_id, f"{name}_role")
    fields.choice(label, place, {**_NOBODY, **now.roles}, role or "", save, help=help_text)


def _others(now: Work, row: Raci, name: str, label: str) -> None:
    def save(value: Sequence[str]) -> None:
        kept = {"consulted": row.consulted, "informed": row.informed, name: tuple(value)}
        entry = Responsibility.model_validate({"metric_id": row.metric_id, **kept})
        work.told(work.edit_rhythm("Roles", lambda found: with_responsibility(found, entry)))

    fields.several(label, f"{row.metric_id}.{name}", now.roles, getattr(row, name), save)
