"""A review's agenda as built from the framework, its points, and the rules for decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from kpi_core.formats import editable
from kpi_core.models.base import Unit
from kpi_core.models.operation import Review
from kpi_core.models.rhythm import DecisionRule, Trigger
from kpi_core.numbers import NumberError
from kpi_core.rhythm.decisions import rule_words
from kpi_core.rhythm.health import all_findings
from kpi_core.rhythm.reviews import agenda
from kpi_ui import components, inputs, state
from kpi_ui.rhythm import cells, criteria, fields, work
from kpi_ui.rhythm.work import Work
from kpi_ui.tree import fields as typed

_ALL = ""
_LIMITED = (Trigger.BELOW, Trigger.ABOVE)
_TRIGGERS = {
    Trigger.OFF_TRACK.value: "is off track",
    Trigger.AT_RISK.value: "is at risk or worse",
    Trigger.BELOW.value: "is below",
    Trigger.ABOVE.value: "is above",
}
_LIMIT = components.GridColumn("value", "Limit", kind="input", align="right", width=90)
_COLUMNS = (
    components.GridColumn("metric", "If", kind="select", width=150),
    components.GridColumn("trigger", "State", kind="select", width=125),
    _LIMIT,
    components.GridColumn("reviews_in_a_row", "In a row", kind="input", align="right", width=76),
    components.GridColumn("then", "Then", kind="input"),
    cells.REMOVE,
)


def render(now: Work, review: Review) -> None:
    """The agenda with what belongs to each point; below it the points and the rules to edit."""
    with st.container(border=True):
        st.subheader("Agenda as of today", anchor=False)
        found = agenda(review, now.framework, now.today, all_findings(now.framework, now.today))
        for number, item in enumerate(found, start=1):
            text = f": {inputs.md(item.text)}" if item.text else ""
            with st.container(gap=None):
                st.markdown(f"**{number}\\. {inputs.md(item.title)}**{text}")
                if item.lines:
                    st.caption("\n".join(f"- {inputs.md(line)}" for line in item.lines))
    with st.expander("Edit the agenda's points"):
        st.caption(
            "The words before a colon choose what is listed under a point; your own points stay as "
            "they are."
        )
        fields.listing(
            "Points",
            f"{review.cadence}.agenda",
            review.agenda,
            lambda lines: _save(review, "Agenda", agenda=lines),
            height=240,
        )
    with st.expander(f"Decision rules ({len(review.rules) + len(review.decision_rules)})"):
        _rules(now, review)


def _save(review: Review, label: str, **changed: Any) -> None:
    work.told(
        work.edit_review(review.cadence, label, lambda found: work.replaced(found, **changed))
    )


def _rules(now: Work, review: Review) -> None:
    keys = criteria.row_keys([rule.id for rule in review.rules])
    limited = any(rule.trigger in _LIMITED for rule in review.rules)
    if review.rules:
        components.grid(
            [column for column in _COLUMNS if limited or column is not _LIMIT],
            [_row(now, review, key, rule) for key, rule in zip(keys, review.rules, strict=True)],
            key=f"rhythm.rules.{review.cadence.value}",
            on_edit=lambda row, column, value: _edit(now, review, row, column, value),
            caption="Rules that a KPI's state decides",
            epoch=state.epoch(),
        )
        for rule in review.rules:
            st.caption(inputs.md(rule_words(rule, now.framework)))
    st.button(
        "Add a rule",
        key=f"rhythm.rule.add.{review.cadence.value}",
        icon=":material/add:",
        disabled=len(review.rules) >= 30,
        on_click=lambda: work.told(work.edit_review(review.cadence, "Decision rule", _added)),
    )
    fields.listing(
        "Rules that no KPI decides",
        f"{review.cadence}.rules",
        review.decision_rules,
        lambda lines: _save(review, "Decision rules", decision_rules=lines),
        height=180,
    )


def _added(review: Review) -> Review:
    taken = {rule.id for rule in review.rules}
    free = next(f"rule_{n}" for n in range(1, 100) if f"rule_{n}" not in taken)
    then = "its owner brings a plan to the next review."
    added = DecisionRule(id=free, trigger=Trigger.OFF_TRACK, reviews_in_a_row=2, then=then)
    return work.replaced(review, rules=(*review.rules, added))


def _row(now: Work, review: Review, key: str, rule: DecisionRule) -> components.GridRow:
    names = {_ALL: "any KPI of the review"}
    names |= {m: now.framework.metric(m).name for m in review.metric_ids}
    chosen = rule.metric_ids[0] if rule.metric_ids else _ALL
    several = " or ".join(names.get(m, m.replace("_", " ")) for m in rule.metric_ids)
    names = {chosen: several or names[_ALL], **{k: v for k, v in names.items() if k != chosen}}

    def cell(column: str, value: object, suffix: str = "") -> components.InputCell:
        shown = "" if value is None else str(value)
        place = (f"rules.{review.cadence}", key, column)
        return cells.text(place, shown, f"Rule {key}, {column.replace('_', ' ')}", suffix=suffix)

    found: dict[str, components.GridCell] = {
        "metric": components.SelectCell(chosen, list(names.items()), f"Rule {key}, KPI"),
        "trigger": components.SelectCell(
            rule.trigger.value, list(_TRIGGERS.items()), f"Rule {key}, state"
        ),
        "reviews_in_a_row": cell("reviews_in_a_row", rule.reviews_in_a_row),
        "then": cell("then", rule.then),
        "remove": cells.remove(f"rule {key}"),
    }
    if rule.trigger in _LIMITED:
        percent = "%" if _unit(now, rule) is Unit.RATIO else ""
        found["value"] = cell("value", _shown(now, rule), percent)
    return components.GridRow(key, found)


def _edit(now: Work, review: Review, row: str, column: str, value: str | bool) -> None:
    def save(changed: dict[str, Any] | None) -> str | None:
        def edit(found: Review) -> Review:
            keys = criteria.row_keys([rule.id for rule in found.rules])
            kept = [
                work.replaced(rule, **changed) if key == row and changed else rule
                for key, rule in zip(keys, found.rules, strict=True)
                if key != row or changed is not None
            ]
            return work.replaced(found, rules=tuple(kept))

        return work.edit_review(review.cadence, "Decision rule", edit)

    if column == "remove":
        work.told(save(None))
    elif column == "metric":
        work.told(save({"metric_ids": (str(value),) if value else ()}))
    elif column == "trigger":
        state_only = value not in _LIMITED
        work.told(save({"trigger": value, **({"value": None} if state_only else {})}))
    else:
        rule = next((r for r in review.rules if r.id == row), None)
        read = _reader(now, rule, column)
        place = (f"rules.{review.cadence}", row, column)
        cells.keep(place, str(value), lambda text: save({column: read(text)}))


def _unit(now: Work, rule: DecisionRule | None) -> Unit:
    """Unit of a rule's limit: that of its first KPI."""
    if rule is None or not rule.metric_ids:
        return Unit.COUNT
    return now.framework.metric(rule.metric_ids[0]).unit


def _shown(now: Work, rule: DecisionRule) -> str | None:
    return None if rule.value is None else editable(rule.value, _unit(now, rule))


def _reader(now: Work, rule: DecisionRule | None, column: str) -> Callable[[str], Any]:
    if column == "then":
        return str
    if column == "reviews_in_a_row":
        return cells.needed

    def limit(text: str) -> float | None:
        unit = _unit(now, rule)
        try:
            return typed.read(text, unit, now.currency)
        except NumberError as error:
            raise ValueError(typed.reason(error, unit, now.currency)) from None

    return limit
