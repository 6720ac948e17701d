"""The builder's tables: fit, behaviour, and what keeps a lead out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from kpi_core.models.lead_rules import (
    Action,
    BehaviourCriterion,
    Criterion,
    Disqualifier,
    DisqualifierKind,
    FitCriterion,
    FitField,
    LeadRules,
)
from kpi_core.models.operation import LeadDefinition
from kpi_core.rhythm.scoring_words import ACTIONS, criterion_words, disqualifier_words
from kpi_ui import components, inputs, session, state
from kpi_ui.rhythm import cells, work

FIT = {
    FitField.COMPANY_SIZE: "Company size",
    FitField.INDUSTRY: "Industry",
    FitField.JOB_TITLE: "Job title",
    FitField.REGION: "Region or country",
}
KINDS = {
    DisqualifierKind.FREE_MAIL: ("Free email address", "usual providers, or name yours"),
    DisqualifierKind.COMPETITOR: ("Competitor", "Acme, acme.com"),
    DisqualifierKind.STUDENT: ("Student", "usual words and domains, or name yours"),
    DisqualifierKind.COUNTRY: ("Country", "countries you do not sell to"),
    DisqualifierKind.JOB_TITLE: ("Job title with", "intern, trainee"),
    DisqualifierKind.FLAG: ("Marked as", "supplier, applicant"),
}
_WORDS = {
    FitField.INDUSTRY: "software, manufacturing",
    FitField.JOB_TITLE: "head, director",
    FitField.REGION: "Germany, Austria",
}
_POINTS = components.GridColumn("points", "Points", kind="input", align="right", width=96)
_FIT_COLUMNS = (
    components.GridColumn("what", "Fit: who they are", width=150),
    components.GridColumn("any_of", "Any one of", kind="input"),
    components.GridColumn("minimum", "From", kind="input", align="right", width=92),
    components.GridColumn("maximum", "To", kind="input", align="right", width=92),
    _POINTS,
    cells.REMOVE,
)
_DID_COLUMNS = (
    components.GridColumn("what", "Behaviour: what they did"),
    components.GridColumn("at_least", "At least", kind="input", align="right", width=96),
    components.GridColumn(
        "within_days",
        "Within days",
        kind="input",
        align="right",
        width=110,
        note="Only what happened in the last so many days counts; empty for ever.",
    ),
    _POINTS,
    cells.REMOVE,
)
_OUT_COLUMNS = (
    components.GridColumn("what", "Never, whatever the points", width=200),
    components.GridColumn("values", "Which", kind="input"),
    cells.REMOVE,
)
_READERS: dict[str, Callable[[str], Any]] = {
    "any_of": cells.entries,
    "minimum": cells.whole,
    "maximum": cells.whole,
    "at_least": cells.needed,
    "within_days": cells.whole,
    "points": cells.needed,
}


def render(definition: LeadDefinition, rules: LeadRules) -> None:
    """The three tables, each with a way to add a row."""
    keyed = list(zip(row_keys([c.id for c in rules.criteria]), rules.criteria, strict=True))
    fit = [_fit_row(definition, key, c) for key, c in keyed if isinstance(c, FitCriterion)]
    did = [_did_row(definition, key, c) for key, c in keyed if isinstance(c, BehaviourCriterion)]
    _table(definition, "fit", _FIT_COLUMNS, fit, "Fit criteria with their points")
    _adder(definition, "fit", "Add a fit criterion", dict(FIT), _add_fit)
    _table(definition, "did", _DID_COLUMNS, did, "Behaviour criteria with their points")
    actions = {action: _capital(one) for action, (one, _several) in ACTIONS.items()}
    _adder(definition, "did", "Add a behaviour criterion", actions, _add_behaviour)
    keys = row_keys([entry.id for entry in rules.disqualifiers])
    out = [
        _out_row(definition, key, entry)
        for key, entry in zip(keys, rules.disqualifiers, strict=True)
    ]
    _table(definition, "out", _OUT_COLUMNS, out, "What keeps a lead out")
    kinds = {kind: name for kind, (name, _hint) in KINDS.items()}
    _adder(definition, "out", "Add what keeps a lead out", kinds, _add_disqualifier)


def row_keys(ids: Sequence[str]) -> list[str]:
    """Ids as rows are told apart by: a repeated one gets a number."""
    return inputs.distinct(list(ids))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def set_rules(definition: LeadDefinition, what: str, **changed: Any) -> None:
    """Change fields of a definition's rules; says why not where that cannot be."""
    work.told(_edit(definition.id, what, lambda rules: work.replaced(rules, **changed)))


def _edit(definition_id: str, what: str, edit: Callable[[LeadRules], LeadRules]) -> str | None:
    def changed(now: LeadDefinition) -> LeadDefinition:
        return work.replaced(now, rules=edit(now.rules)) if now.rules else now

    label = f"{definition_id.replace('_', ' ')}, {what}"
    return work.edit_definition(definition_id, label, changed)


def _table(
    definition: LeadDefinition,
    name: str,
    columns: Sequence[components.GridColumn],
    rows: Sequence[components.GridRow],
    caption: str,
) -> None:
    if not rows:
        st.caption(f"{caption}: none yet.")
        return
    components.grid(
        columns,
        rows,
        key=f"rhythm.{definition.id}.{name}",
        on_edit=lambda row, column, value: _on_edit(definition.id, name, row, column, value),
        caption=caption,
        epoch=state.epoch(),
    )


def _on_edit(definition_id: str, name: str, row: str, column: str, value: str | bool) -> None:
    part = "disqualifiers" if name == "out" else "criteria"
    if column == "remove":
        work.told(_edit(definition_id, "removal", lambda r: _with_row(r, part, row, None)))
        return

    def save(text: str) -> str | None:
        read = cells.entries(text) if name == "out" else _READERS[column](text)
        return _edit(definition_id, column, lambda r: _with_row(r, part, row, {column: read}))

    cells.keep((f"{definition_id}.{name}", row, column), str(value), save)


def _with_row(rules: LeadRules, part: str, row: str, changed: dict[str, Any] | None) -> LeadRules:
    """The rules with fields of one row changed, or without the row."""
    entries = getattr(rules, part)
    kept = []
    for key, entry in zip(row_keys([e.id for e in entries]), entries, strict=True):
        if key != row:
            kept.append(entry)
        elif changed is not None:
            kept.append(work.replaced(entry, **changed))
    return work.replaced(rules, **{part: tuple(kept)})


def _fit_row(definition: LeadDefinition, key: str, criterion: FitCriterion) -> components.GridRow:
    name, words = FIT[criterion.field], criterion_words(criterion)

    def cell(column: str, value: object, placeholder: str = "") -> components.InputCell:
        place = (f"{definition.id}.fit", key, column)
        shown = "" if value is None else str(value)
        return cells.text(place, shown, f"{name}, {column}", placeholder=placeholder)

    found: dict[str, components.GridCell] = {
        "what": components.TextCell(name),
        "points": cell("points", criterion.points),
        "remove": cells.remove(words),
    }
    if criterion.field is FitField.COMPANY_SIZE:
        found["minimum"] = cell("minimum", criterion.minimum, "any")
        found["maximum"] = cell("maximum", criterion.maximum, "any")
        found["any_of"] = components.TextCell(_capital(words))
    else:
        found["any_of"] = cell("any_of", cells.joined(criterion.any_of), _WORDS[criterion.field])
    return components.GridRow(key, found)


def _did_row(
    definition: LeadDefinition, key: str, criterion: BehaviourCriterion
) -> components.GridRow:
    name = _capital(ACTIONS[criterion.action][0])

    def cell(column: str, value: object, placeholder: str = "") -> components.InputCell:
        place = (f"{definition.id}.did", key, column)
        shown = "" if value is None else str(value)
        label = f"{name}, {column.replace('_', ' ')}"
        return cells.text(place, shown, label, placeholder=placeholder)

    return components.GridRow(
        key,
        {
            "what": components.TextCell(name),
            "at_least": cell("at_least", criterion.at_least),
            "within_days": cell("within_days", criterion.within_days, "ever"),
            "points": cell("points", criterion.points),
            "remove": cells.remove(criterion_words(criterion)),
        },
    )


def _out_row(definition: LeadDefinition, key: str, entry: Disqualifier) -> components.GridRow:
    name, hint = KINDS[entry.kind]
    place = (f"{definition.id}.out", key, "values")
    return components.GridRow(
        key,
        {
            "what": components.TextCell(name),
            "values": cells.text(place, cells.joined(entry.values), name, placeholder=hint),
            "remove": cells.remove(disqualifier_words(entry)),
        },
    )


def _adder(
    definition: LeadDefinition,
    name: str,
    label: str,
    options: dict[Any, str],
    add: Callable[[LeadRules, Any], LeadRules],
) -> None:
    """A select box that adds a row and is empty again."""
    key = f"rhythm.{definition.id}.add.{name}"

    def chosen() -> None:
        value = state.widget_value(key)
        if value is not None:
            work.told(_edit(definition.id, "criterion", lambda rules: add(rules, value)))
            session.put(key, None)

    st.selectbox(
        label,
        list(options),
        index=None,
        format_func=lambda i: options[i],
        key=key,
        on_change=chosen,
        placeholder=label,
        label_visibility="collapsed",
        width=300,
    )


def _free(wanted: str, entries: Sequence[Criterion] | Sequence[Disqualifier]) -> str:
    taken = {entry.id for entry in entries}
    names = (wanted, *(f"{wanted}_{n}" for n in range(2, 100)))
    return next(name for name in names if name not in taken)


def _add_fit(rules: LeadRules, field: FitField) -> LeadRules:
    wanted = _free(field.value, rules.criteria)
    minimum = 50 if field is FitField.COMPANY_SIZE else None
    added = FitCriterion(id=wanted, field=field, minimum=minimum, points=10)
    return work.replaced(rules, criteria=(*rules.criteria, added))


def _add_behaviour(rules: LeadRules, action: Action) -> LeadRules:
    added = BehaviourCriterion(
        id=_free(action.value, rules.criteria), action=action, within_days=90, points=10
    )
    return work.replaced(rules, criteria=(*rules.criteria, added))


def _add_disqualifier(rules: LeadRules, kind: DisqualifierKind) -> LeadRules:
    added = Disqualifier(id=_free(kind.value, rules.disqualifiers), kind=kind)
    return work.replaced(rules, disqualifiers=(*rules.disqualifiers, added))
