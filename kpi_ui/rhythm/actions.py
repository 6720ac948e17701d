"""The action log: what was agreed, who does it by when, and what is done."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from kpi_core.models.base import Cadence
from kpi_core.models.operation import OperatingRhythm
from kpi_core.models.rhythm import ActionItem
from kpi_core.rhythm.actions import (
    completed,
    count_actions,
    is_overdue,
    next_action_id,
    open_actions,
    with_action,
    without_action,
)
from kpi_core.rhythm.series import occurrences
from kpi_ui import components, inputs, state
from kpi_ui.rhythm import cells, work
from kpi_ui.rhythm.work import Work

_REVIEWS = {
    Cadence.WEEKLY.value: "Weekly",
    Cadence.MONTHLY.value: "Monthly",
    Cadence.QUARTERLY.value: "Quarterly",
}
_NONE = "Nothing agreed yet. Each action gets one owner and a date."
_COLUMNS = (
    components.GridColumn("done", "Done", kind="check", align="center", width=64),
    components.GridColumn("what", "What", kind="input"),
    components.GridColumn("owner_role", "Who", kind="select", width=180),
    components.GridColumn("owner_person", "Person", kind="input", width=130),
    components.GridColumn("due", "Due", kind="input", width=120),
    components.GridColumn("review", "Agreed in", kind="select", width=130),
    components.GridColumn("status", "Status", width=140),
    cells.REMOVE,
)


def render(now: Work) -> None:
    """A form for a new action above those there are, open ones first."""
    rhythm = now.framework.operating_rhythm
    with st.container(gap=None):
        st.header("Action items", anchor=False)
        counted = f"{count_actions(rhythm, now.today).words}." if rhythm.actions else _NONE
        st.caption(inputs.md(counted))
    _form(now)
    if not rhythm.actions:
        return
    done = [action for action in rhythm.actions if action.done_on is not None]
    components.grid(
        _COLUMNS,
        [_row(now, action) for action in (*open_actions(rhythm), *reversed(done))],
        key="rhythm.actions",
        on_edit=lambda row, column, value: _edit(now, row, column, value),
        caption="Actions agreed in reviews",
        epoch=state.epoch(),
    )


def _form(now: Work) -> None:
    roles = list(now.roles)
    usual = roles.index("demand_generation_lead") if "demand_generation_lead" in roles else 0
    chosen = str(state.view("rhythm_cadence", Cadence.WEEKLY.value))
    key = f"rhythm.action.{len(now.framework.operating_rhythm.actions)}"
    with st.form(key, border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            st.text_input(
                "What is to be done",
                key=f"{key}.what",
                max_chars=500,
                placeholder="Test a shorter demo form",
            )
        st.selectbox(
            "Who",
            roles,
            index=usual,
            format_func=lambda i: now.roles[i],
            key=f"{key}.role",
            width=220,
        )
        st.date_input(
            "Due",
            value=_next(now, chosen),
            min_value=date(2000, 1, 1),
            max_value=date(2100, 12, 31),
            format="YYYY-MM-DD",
            key=f"{key}.due.{chosen}",
            width=140,
        )
        st.selectbox(
            "Agreed in",
            list(_REVIEWS),
            index=list(_REVIEWS).index(chosen),
            format_func=lambda i: _REVIEWS[i],
            key=f"{key}.review",
            width=140,
        )
        add = partial(_add, now, key, f"{key}.due.{chosen}")
        st.form_submit_button("Add action", icon=":material/add:", on_click=add)


def _add(now: Work, key: str, due: str) -> None:
    """Log what stands in the form's fields."""
    what = str(state.widget_value(f"{key}.what") or "").strip()
    if not what:
        work.say("error", "Write down what is to be done.")
        return

    def edit(found: OperatingRhythm) -> OperatingRhythm:
        action = ActionItem(
            id=next_action_id(found),
            what=what,
            owner_role=str(state.widget_value(f"{key}.role")),
            due=state.widget_value(due) or now.today,
            review=state.widget_value(f"{key}.review"),
            created_on=now.today,
        )
        return with_action(found, action)

    work.told(work.edit_rhythm("Action", edit))


def _next(now: Work, cadence: str) -> date:
    """The next day of that review, else today."""
    reviews = now.framework.operating_rhythm.reviews
    for review in reviews:
        if review.cadence.value == cadence:
            days = occurrences(now.framework, review, now.today, date(2100, 12, 31))
            later = (at.date() for at in days if at.date() > now.today)
            return next(later, now.today)
    return now.today


def _row(now: Work, action: ActionItem) -> components.GridRow:
    roles = {action.owner_role: now.framework.term("role", action.owner_role), **now.roles}
    what = action.what[:60]

    def cell(column: str, value: str) -> components.InputCell:
        return cells.text(("actions", action.id, column), value, f"{what}, {column}")

    return components.GridRow(
        action.id,
        {
            "done": components.CheckCell(action.done_on is not None, f"{what}, done"),
            "what": cell("what", action.what),
            "owner_role": components.SelectCell(
                action.owner_role, list(roles.items()), f"{what}, who"
            ),
            "owner_person": cell("owner_person", action.owner_person or ""),
            "due": cell("due", action.due.isoformat()),
            "review": components.SelectCell(
                action.review.value, list(_REVIEWS.items()), f"{what}, agreed in"
            ),
            "status": _status(now, action),
            "remove": cells.remove(what),
        },
    )


def _status(now: Work, action: ActionItem) -> components.TextCell:
    since = f"agreed on {action.created_on.isoformat()}"
    if action.done_on is not None:
        return components.TextCell(f"Done {action.done_on.isoformat()}", since, tone="good")
    if is_overdue(action, now.today):
        return components.TextCell("Overdue", since, tone="warn")
    return components.TextCell("Open", since)


def _edit(now: Work, row: str, column: str, value: str | bool) -> None:
    if column == "remove":
        work.told(work.edit_rhythm("Remove action", lambda found: without_action(found, row)))
    elif column == "done":
        day = now.today if value is True else None
        work.told(work.edit_rhythm("Action done", lambda found: completed(found, row, day)))
    elif column in ("owner_role", "review"):
        work.told(_with(row, column, value))
    else:
        place = ("actions", row, column)
        cells.keep(place, str(value), lambda text: _with(row, column, _read(column, text)))


def _with(action_id: str, column: str, value: object) -> str | None:
    def edit(found: OperatingRhythm) -> OperatingRhythm:
        action = next((entry for entry in found.actions if entry.id == action_id), None)
        return with_action(found, work.replaced(action, **{column: value})) if action else found

    return work.edit_rhythm("Action", edit)


def _read(column: str, text: str) -> object:
    if column == "owner_person":
        return text.strip() or None
    if column != "due":
        return text
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("Type a date as year-month-day, for example 2027-01-31.") from None
