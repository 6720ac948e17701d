"""Where leads go that sales gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from kpi_core.models.operation import MarketingSalesAgreement
from kpi_core.models.rhythm import RecyclingRule
from kpi_core.rhythm.agreement_check import NURTURE
from kpi_ui import components, state
from kpi_ui.rhythm import cells, criteria, work
from kpi_ui.rhythm.definitions import short
from kpi_ui.rhythm.work import Work

_COLUMNS = (
    components.GridColumn("from_stage", "Given back as", kind="select", width=150),
    components.GridColumn("reason", "Reason", kind="input"),
    components.GridColumn("to_stage", "Goes to", kind="select", width=150),
    components.GridColumn(
        "after_days", "Again after, days", kind="input", align="right", width=130
    ),
    components.GridColumn("max_times", "At most, times", kind="input", align="right", width=120),
    cells.REMOVE,
)
_READERS: dict[str, Callable[[str], Any]] = {
    "reason": lambda text: text.strip() or None,
    "after_days": cells.needed,
    "max_times": cells.whole,
}


def render(now: Work) -> None:
    """The rules as a table."""
    with st.container(gap=None):
        st.subheader("Leads given back to marketing", anchor=False)
        st.caption("A lead goes back to an earlier definition or to nurturing, never in circles.")
    rules = now.framework.agreement.recycling
    stages = _stages(now)
    keys = criteria.row_keys([rule.id for rule in rules])
    rows = [_row(key, rule, stages) for key, rule in zip(keys, rules, strict=True)]
    if rows:
        components.grid(
            _COLUMNS,
            rows,
            key="rhythm.recycling",
            on_edit=_edit,
            caption="Recycling rules",
            epoch=state.epoch(),
        )
    else:
        st.caption("No rule yet: leads that sales gives back go nowhere.")
    usual = next((key for key in stages if key not in (NURTURE, "lead")), "mql")
    st.button(
        "Add a rule",
        key="rhythm.recycling.add",
        icon=":material/add:",
        on_click=_add,
        args=(usual,),
    )


def _stages(now: Work) -> dict[str, str]:
    named = {d.id: short(d) for d in now.framework.agreement.definitions}
    return {**named, "lead": "Lead", NURTURE: "Nurturing"}


def _row(key: str, rule: RecyclingRule, stages: dict[str, str]) -> components.GridRow:
    named = stages.get(rule.from_stage, rule.from_stage)

    def select(column: str, value: str) -> components.SelectCell:
        options = {value: value, **stages}
        return components.SelectCell(value, list(options.items()), f"{named}, {column}")

    def cell(column: str, value: object, placeholder: str = "") -> components.InputCell:
        shown = "" if value is None else str(value)
        label = f"{named}, {column.replace('_', ' ')}"
        return cells.text(("recycling", key, column), shown, label, placeholder=placeholder)

    return components.GridRow(
        key,
        {
            "from_stage": select("from_stage", rule.from_stage),
            "reason": cell("reason", rule.reason, "any"),
            "to_stage": select("to_stage", rule.to_stage),
            "after_days": cell("after_days", rule.after_days),
            "max_times": cell("max_times", rule.max_times, "no limit"),
            "remove": cells.remove(f"the rule for {named}"),
        },
    )


def _with(row: str, changed: dict[str, Any] | None) -> str | None:
    def edit(now: MarketingSalesAgreement) -> MarketingSalesAgreement:
        keys = criteria.row_keys([rule.id for rule in now.recycling])
        kept = [
            work.replaced(rule, **changed) if key == row and changed else rule
            for key, rule in zip(keys, now.recycling, strict=True)
            if key != row or changed is not None
        ]
        return work.replaced(now, recycling=tuple(kept))

    return work.edit_agreement("Recycling", edit)


def _edit(row: str, column: str, value: str | bool) -> None:
    if column == "remove":
        work.told(_with(row, None))
    elif column in ("from_stage", "to_stage"):
        work.told(_with(row, {column: value}))
    else:
        place = ("recycling", row, column)
        cells.keep(place, str(value), lambda text: _with(row, {column: _READERS[column](text)}))


def _add(stage: str) -> None:
    def edit(now: MarketingSalesAgreement) -> MarketingSalesAgreement:
        taken = {rule.id for rule in now.recycling}
        free = next(f"rule_{n}" for n in range(1, 100) if f"rule_{n}" not in taken)
        added = RecyclingRule(
            id=free, from_stage=stage, to_stage=NURTURE, after_days=90, max_times=2
        )
        return work.replaced(now, recycling=(*now.recycling, added))

    work.told(work.edit_agreement("Recycling", edit))
