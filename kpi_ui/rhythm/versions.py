"""Versions of a lead definition: agree on what it says now, and see what changed between two."""

from __future__ import annotations

from datetime import date

import streamlit as st

from kpi_core.models.lead_rules import DefinitionVersion
from kpi_core.models.operation import LeadDefinition
from kpi_core.models.rhythm import ChangeLine
from kpi_core.rhythm.versions import difference, has_unpublished_changes, published
from kpi_ui import components, inputs, state
from kpi_ui.document.blocks import Block, table
from kpi_ui.rhythm import work
from kpi_ui.rhythm.work import Work

NOW = "now"


def agreed(now: Work, definition: LeadDefinition) -> None:
    """What was agreed last, and a form to agree on what it says now."""
    last = definition.versions[-1] if definition.versions else None
    waiting = has_unpublished_changes(definition)
    with st.container(border=True):
        st.subheader("Agreed version", anchor=False)
        if last is None:
            st.markdown(
                "Not agreed yet: write down who agrees and why, so that changes can be seen."
            )
        else:
            st.markdown(f"**{inputs.md(_name(last))}**")
            role = now.framework.term("role", last.author_role)
            st.caption(inputs.md(f"{role}: {last.reason}"))
            if waiting:
                st.markdown(":orange[:material/edit: Changed since, not agreed yet.]")
            else:
                st.caption("It says what the definition says now.")
        if waiting:
            _form(now, definition)


def _form(now: Work, definition: LeadDefinition) -> None:
    key = f"rhythm.version.{definition.id}"
    roles = list(now.roles)
    usual = roles.index("marketing_operations") if "marketing_operations" in roles else 0

    def agree() -> None:
        role = str(state.widget_value(f"{key}.role"))
        why = str(state.widget_value(f"{key}.why") or "").strip()
        day = state.widget_value(f"{key}.day")
        if not why:
            work.say("error", "Write down why this version was agreed.")
            return
        refused = work.edit_definition(
            definition.id,
            f"Version of {definition.name}",
            lambda found: published(found, day or now.today, role, why),
            terms=False,
        )
        work.told(refused)

    with st.form(key, border=False):
        st.selectbox(
            "Role", roles, index=usual, format_func=lambda i: now.roles[i], key=f"{key}.role"
        )
        st.text_input(
            "Reason", key=f"{key}.why", max_chars=500, placeholder="Agreed in the quarterly review"
        )
        st.date_input(
            "Agreed on",
            value=now.today,
            min_value=date(2000, 1, 1),
            max_value=now.today,
            format="YYYY-MM-DD",
            key=f"{key}.day",
        )
        st.form_submit_button("Agree on this version", on_click=agree)


def _name(version: DefinitionVersion) -> str:
    return f"Version {version.number}, {version.agreed_on.isoformat()}"


def history(now: Work, definition: LeadDefinition) -> None:
    """All versions, and the difference between two of them."""
    if not definition.versions:
        return
    with st.expander(f"Versions and differences ({len(definition.versions)})"):
        rows = [
            [
                str(v.number),
                v.agreed_on.isoformat(),
                now.framework.term("role", v.author_role),
                v.reason,
            ]
            for v in reversed(definition.versions)
        ]
        heads = [("Version", "left"), ("Agreed", "left"), ("By", "left"), ("Reason", "left")]
        components.report([table("Versions", heads, rows)], key=f"rhythm.vs.{definition.id}")
        _compare(definition)


def _compare(definition: LeadDefinition) -> None:
    names = {str(v.number): _name(v) for v in definition.versions}
    names[NOW] = "What it says now"
    ids = list(names)
    with st.container(horizontal=True):
        old = _pick(definition, "Before", names, ids[-2])
        new = _pick(definition, "After", names, ids[-1])
    lines = difference(_side(definition, old), _side(definition, new))
    if not lines:
        st.caption("These two say the same.")
        return
    components.report([differences(lines)], key=f"rhythm.difference.{definition.id}")


def _pick(definition: LeadDefinition, label: str, names: dict[str, str], usual: str) -> str:
    ids = list(names)
    key = f"rhythm.compare.{definition.id}.{label}.{len(ids)}"
    found = st.selectbox(
        label, ids, index=ids.index(usual), format_func=lambda i: names[i], key=key, width=260
    )
    return str(found)


def _side(definition: LeadDefinition, chosen: str) -> DefinitionVersion | LeadDefinition:
    found = (v for v in definition.versions if str(v.number) == chosen)
    return next(found, definition)


def differences(lines: tuple[ChangeLine, ...], label: str = "Differences") -> Block:
    """What differs, before and after."""
    heads = [("What", "left"), ("Before", "left"), ("After", "left")]
    rows = [[line.what, line.before or "Not there", line.after or "Not there"] for line in lines]
    return table(label, heads, rows)
