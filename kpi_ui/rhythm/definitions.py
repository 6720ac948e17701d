"""Lead definitions: choose one, say it in words, build its rules, test it, agree on it."""

from __future__ import annotations

import streamlit as st

from kpi_core.models.lead_rules import LeadRules
from kpi_core.models.operation import LeadDefinition, MarketingSalesAgreement
from kpi_core.rhythm.scoring_check import check_rules, maximum_score
from kpi_core.rhythm.scoring_words import sentence
from kpi_core.rhythm.suggest_rules import fitted_rules
from kpi_core.rhythm.versions import with_definition
from kpi_ui import components, inputs, state
from kpi_ui.rhythm import bench, criteria, fields, versions, work
from kpi_ui.rhythm.work import Work

_CHOSEN = "rhythm_definition"
_ABBREVIATED = ("mql", "sql", "pql")


def short(definition: LeadDefinition) -> str:
    """`MQL`, else the name."""
    return definition.id.upper() if definition.id in _ABBREVIATED else definition.name


def render(now: Work) -> None:
    """The chosen definition: words and rules beside each other, then the test bench and versions."""
    definition = _chosen(now)
    if definition is None:
        _empty(now)
        return
    builder, side = st.columns(fields.WIDE, gap="medium")
    with builder:
        _words(definition)
        if definition.rules is None:
            _no_rules(now, definition)
        else:
            criteria.render(definition, definition.rules)
    with side:
        if definition.rules:
            _score(definition, definition.rules)
        versions.agreed(now, definition)
    if definition.rules:
        bench.render(definition, definition.rules)
    versions.history(now, definition)


def _chosen(now: Work) -> LeadDefinition | None:
    held = {d.id: d for d in now.framework.agreement.definitions}
    chosen = state.view(_CHOSEN)
    chosen = chosen if chosen in held else next(iter(held), None)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(held) > 1:
            names = {key: short(definition) for key, definition in held.items()}
            fields.segments(
                "Definition", "definition", names, chosen, lambda i: state.set_view(**{_CHOSEN: i})
            )
        st.space("stretch")
        _more(now, held)
    return held.get(chosen or "")


def _usual(now: Work) -> dict[str, LeadDefinition]:
    """The catalog's definitions by id, those of the company's motion first."""
    motion = now.framework.company.motion
    agreements = sorted(now.catalog.agreements.values(), key=lambda one: one.motion != motion)
    found: dict[str, LeadDefinition] = {}
    for agreement in agreements:
        for definition in agreement.definitions:
            found.setdefault(definition.id, LeadDefinition.model_validate(dict(definition)))
    return found


def _more(now: Work, held: dict[str, LeadDefinition]) -> None:
    missing = {key: d for key, d in _usual(now).items() if key not in held}
    with st.popover("Add or remove", icon=":material/tune:"):
        for key, definition in missing.items():
            st.button(
                f"Add {inputs.md(definition.name)}",
                key=f"rhythm.add.{key}",
                icon=":material/add:",
                on_click=_add,
                args=(now, definition),
            )
        for key, definition in held.items():
            st.button(
                f"Remove {inputs.md(definition.name)}",
                key=f"rhythm.remove.{key}",
                icon=":material/delete:",
                on_click=_remove,
                args=(key, definition.name),
            )


def _add(now: Work, definition: LeadDefinition) -> None:
    rules = definition.rules and fitted_rules(definition.rules, now.framework.company.segment)
    added = work.replaced(definition, rules=rules)
    state.set_view(**{_CHOSEN: definition.id})
    work.told(
        work.edit_agreement(f"Add {definition.name}", lambda now: with_definition(now, added))
    )


def _remove(definition_id: str, name: str) -> None:
    def without(now: MarketingSalesAgreement) -> MarketingSalesAgreement:
        kept = tuple(d for d in now.definitions if d.id != definition_id)
        return work.replaced(now, definitions=kept)

    work.told(work.edit_agreement(f"Remove {name}", without))


def _empty(now: Work) -> None:
    with st.container(border=True):
        st.subheader("Your lead definitions will be here", anchor=False)
        st.markdown(
            "There is none: marketing and sales have nothing to count alike. Add one above, "
            "or start with what an MQL usually is."
        )
        usual = _usual(now)["mql"]
        components.action("Add the MQL", key="rhythm.add.first", on_press=lambda: _add(now, usual))


def _words(definition: LeadDefinition) -> None:
    def save(text: str) -> None:
        work.told(
            work.edit_definition(
                definition.id,
                f"{short(definition)}, statement",
                lambda now: work.replaced(now, statement=text),
            )
        )

    def save_criteria(lines: tuple[str, ...]) -> None:
        work.told(
            work.edit_definition(
                definition.id,
                f"{short(definition)}, criteria",
                lambda now: work.replaced(now, criteria=lines),
            )
        )

    st.header(inputs.md(definition.name), anchor=False)
    name = f"{definition.id}.statement"
    fields.area("What it is, in a sentence both teams sign", name, definition.statement, save)
    with st.expander(f"Criteria in words ({len(definition.criteria)})"):
        fields.listing("Criteria", f"{definition.id}.criteria", definition.criteria, save_criteria)


def _no_rules(now: Work, definition: LeadDefinition) -> None:
    usual = _usual(now).get(definition.id)
    rules = usual.rules if usual and usual.rules else LeadRules(threshold=50)
    fitted = fitted_rules(rules, now.framework.company.segment)

    def build() -> None:
        work.told(
            work.edit_definition(
                definition.id,
                f"{short(definition)}, rules",
                lambda now: work.replaced(now, rules=fitted),
            )
        )

    with st.container(border=True):
        st.subheader("It is only in words so far", anchor=False)
        st.markdown("No system can apply it, and no lead can be tested. Start with usual rules.")
        components.action("Build rules", key=f"rhythm.build.{definition.id}", on_press=build)


def _score(definition: LeadDefinition, rules: LeadRules) -> None:
    """The sentence, the threshold beside what can be reached, and what cannot work."""
    highest = maximum_score(rules)
    with st.container(border=True):
        st.subheader("In plain language", anchor=False)
        st.markdown(inputs.md(sentence(rules, definition.name)))
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            fields.whole(
                "Threshold, points",
                f"{definition.id}.threshold",
                rules.threshold,
                0,
                100_000,
                lambda value: criteria.set_rules(definition, "threshold", threshold=value),
            )
        with right:
            fields.whole(
                "Expires after, days",
                f"{definition.id}.expiry",
                rules.expiry_days or 0,
                0,
                1825,
                lambda value: criteria.set_rules(definition, "expiry", expiry_days=value or None),
                help="Days without activity after which it no longer qualifies; 0 for never.",
            )
        st.caption(f"A lead can have {highest:,} points at most.")
    _findings(definition, rules, highest)


def _findings(definition: LeadDefinition, rules: LeadRules, highest: int) -> None:
    found = check_rules(rules, short(definition))
    lowered = {"threshold_above_maximum": f"Lower it to {highest:,}"} if highest > 0 else {}
    items = [
        components.FindingItem(
            finding.severity.value,
            f"{finding.where}.",
            f"{finding.message} {finding.fix}",
            lowered.get(finding.code, ""),
            f"{number}.{finding.code}",
        )
        for number, finding in enumerate(found)
    ]
    if items:
        components.findings(
            items,
            "What cannot work",
            key=f"rhythm.rules.{definition.id}",
            on_fix=lambda _: criteria.set_rules(definition, "threshold", threshold=highest),
        )
