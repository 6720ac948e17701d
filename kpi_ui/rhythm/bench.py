"""The test bench: type or paste a few leads, see who qualifies and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi_core.models.base import Finding
from kpi_core.models.lead_rules import (
    BehaviourCriterion,
    DisqualifierKind,
    FitCriterion,
    FitField,
    LeadRules,
)
from kpi_core.models.operation import LeadDefinition
from kpi_core.rhythm.leads import read_leads
from kpi_core.rhythm.scoring import Bench, Scored, bench
from kpi_core.rhythm.scoring_words import criterion_words, points_words
from kpi_ui import components, inputs, state
from kpi_ui.document.blocks import table
from kpi_ui.rhythm import cells, counted, lead_rows
from kpi_ui.rhythm.lead_rows import Row

_EDITABLE = _EXPLAINED = 5
_COLUMNS = {FitField.REGION: "country"}
_BY_KIND = {
    DisqualifierKind.FREE_MAIL: ("email",),
    DisqualifierKind.STUDENT: ("email", "job_title"),
    DisqualifierKind.COMPETITOR: ("company",),
    DisqualifierKind.COUNTRY: ("country",),
    DisqualifierKind.JOB_TITLE: ("job_title",),
    DisqualifierKind.FLAG: ("flags",),
}
_HINTS = {"flags": "supplier; applicant", "email": "name@company.com", "job_title": "Head of IT"}


def columns_of(rules: LeadRules) -> tuple[str, ...]:
    """What the rules ask of a lead, as columns of a table."""
    asked = ["name"]
    for criterion in rules.criteria:
        if isinstance(criterion, FitCriterion):
            asked.append(_COLUMNS.get(criterion.field, criterion.field.value))
        else:
            asked.append(criterion.action.value)
    for entry in rules.disqualifiers:
        asked += _BY_KIND[entry.kind]
    if rules.expiry_days:
        asked.append("days_since_activity")
    return tuple(dict.fromkeys(asked))


def render(definition: LeadDefinition, rules: LeadRules) -> None:
    """The leads as a table with their results, and the points of each."""
    st.space("small")
    with st.container(gap=None):
        st.header("Test bench", anchor=False)
        st.caption(
            "Type or paste a few leads. They stay in this visit: they are not saved and in no export."
        )
    rows = lead_rows.rows()
    read = read_leads(rows) if rows else None
    found = bench(rules, read.leads if read else ())
    _toolbar(found, rows, columns_of(rules))
    if not rows:
        st.caption("No lead yet. Add one, or paste a table whose first row names the columns.")
        return
    _show_findings(read.findings if read else ())
    if len(rows) <= _EDITABLE:
        _grid(definition, rules, rows, found)
    else:
        _results(found)
    _why(definition, rules, found)
    counted.render(rules)


def _toolbar(found: Bench, rows: list[Row], columns: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if rows:
            st.markdown(f"**{found.words}**")
        st.space("stretch")
        st.button(
            "Add a lead",
            key="rhythm.bench.add",
            icon=":material/add:",
            disabled=len(rows) >= _EDITABLE,
            on_click=lambda: lead_rows.put([*lead_rows.rows(), {"name": "New lead"}]),
        )
        with st.popover("Paste or upload", icon=":material/content_paste:"):
            lead_rows.paste(columns)
        st.button(
            "Clear", key="rhythm.bench.clear", on_click=lambda: lead_rows.put([]), disabled=not rows
        )
        if not lead_rows.are_examples():
            st.button("Examples", key="rhythm.bench.examples", on_click=lambda: lead_rows.put(None))


def _show_findings(found: Sequence[Finding]) -> None:
    for finding in found[:3]:
        st.warning(inputs.md(f"{finding.where}: {finding.message} {finding.fix}"))
    if len(found) > 3:
        st.caption(f"And {len(found) - 3} more cells that could not be read.")


def _grid(definition: LeadDefinition, rules: LeadRules, rows: list[Row], found: Bench) -> None:
    """A column for each lead, a row for all that the rules ask of it."""
    titles = [row.get("name", "") or f"Lead {number + 1}" for number, row in enumerate(rows)]
    results = iter(found.scored)
    scored = [next(results, None) if any(map(str.strip, row.values())) else None for row in rows]
    heads = [
        components.GridColumn("what", "Asked for", width=150),
        *(components.GridColumn(str(n), t, kind="input") for n, t in enumerate(titles)),
    ]
    lines = [_line("Result", "result", [_result(one) for one in scored])]
    for name in columns_of(rules):
        word = name.replace("_", " ")
        hint = _HINTS.get(name, "")
        inputs_of = [
            components.InputCell(row.get(name, ""), f"{title}, {word}", placeholder=hint)
            for row, title in zip(rows, titles, strict=True)
        ]
        lines.append(_line(word.capitalize(), name, inputs_of))
    lines.append(_line("Take off", "remove", [cells.remove(title) for title in titles]))
    components.grid(
        heads,
        lines,
        key=f"rhythm.bench.{definition.id}",
        on_edit=_edit,
        caption="Test leads and their results",
        epoch=f"{state.epoch()}.{len(rows)}",
    )


def _line(word: str, row_id: str, found: Sequence[components.GridCell]) -> components.GridRow:
    by_lead = {str(number): cell for number, cell in enumerate(found)}
    return components.GridRow(row_id, {"what": components.TextCell(word), **by_lead})


def _result(scored: Scored | None) -> components.TextCell:
    if scored is None:
        return components.TextCell("No data", tone="muted")
    note = f"{scored.points} of {scored.threshold} points"
    if scored.disqualified_by:
        note = f"{note}, kept out: {', '.join(scored.disqualified_by)}"
    elif scored.expired:
        note = f"{note}, too long ago"
    if scored.qualifies:
        return components.TextCell("Qualifies", note, tone="good")
    return components.TextCell("Does not qualify", note, tone="muted")


def _edit(row: str, column: str, value: str | bool) -> None:
    rows = lead_rows.rows()
    number = int(column)
    if number >= len(rows):
        return
    if row == "remove":
        lead_rows.put([*rows[:number], *rows[number + 1 :]])
        return
    rows[number][row] = str(value)
    lead_rows.put(rows)


def _results(found: Bench) -> None:
    """Many leads: name, points and verdict in a table that scrolls."""
    st.dataframe(
        [
            {
                "Lead": one.lead,
                "Qualifies": one.qualifies,
                "Points": one.points,
                "Why": one.verdict,
            }
            for one in found.scored
        ],
        hide_index=True,
        height=360,
        key="rhythm.bench.results",
    )


def _why(definition: LeadDefinition, rules: LeadRules, found: Bench) -> None:
    """Points of each criterion by lead; of one lead at a time where there are many."""
    shown = found.scored
    if not shown:
        return
    with st.expander("Why: the points of each criterion", expanded=len(shown) <= _EXPLAINED):
        if len(shown) > _EXPLAINED:
            names = inputs.distinct([one.lead for one in shown])
            chosen = st.selectbox(
                "Lead", range(len(names)), format_func=lambda i: names[i], key="rhythm.bench.why"
            )
            shown = (shown[chosen or 0],)
        components.report([_parts(rules, shown)], key=f"rhythm.why.{definition.id}")


def _parts(rules: LeadRules, shown: Sequence[Scored]) -> dict[str, object]:
    rows: list[list[object]] = []
    for number, criterion in enumerate(rules.criteria):
        words = criterion_words(criterion)
        notes = [one.parts[number] for one in shown]
        kind = "did" if isinstance(criterion, BehaviourCriterion) else "fit"
        rows.append(
            [
                {"value": words, "note": f"{points_words(criterion.points)}, {kind}"},
                *(
                    {"value": str(part.points), "note": part.reason.removeprefix(f"{words}: ")}
                    for part in notes
                ),
            ]
        )
    rows.append(["Points", *(f"{one.points} of {one.threshold}" for one in shown)])
    rows.append(["Result", *({"value": one.verdict, "note": _missing(one)} for one in shown)])
    heads = [("Criterion", "left"), *((one.lead, "left") for one in shown)]
    return table("Points by criterion and lead", heads, rows)


def _missing(one: Scored) -> str:
    return f"Not known: {', '.join(one.missing)}." if one.missing else ""
