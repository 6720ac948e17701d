"""Reads the files on the desk, and takes the result over once the user says so."""

from __future__ import annotations

from datetime import date

import streamlit as st

from kpi_core.actuals.accept import import_record
from kpi_core.actuals.keep import add, remove
from kpi_core.actuals.measures import aggregate
from kpi_core.actuals.overview import overview
from kpi_core.actuals.prepare import prepare
from kpi_core.models.base import Severity
from kpi_ui import components, state
from kpi_ui.actuals import card, mapping
from kpi_ui.actuals.desk import Held, Outcome
from kpi_ui.actuals.work import Work
from kpi_ui.turns import aside

_PREPARED = 0.4
"""Share of the work that is done once rows are typed and joined."""
_ASKED = "actuals_read"


def render(work: Work) -> None:
    """The button that reads, and reading once it was pressed."""
    files = work.desk.readable
    wrong = [held for held in files if _has_errors(work, held)]
    rows = sum(held.table.rows_read for held in files if held.table is not None)
    note = ""
    if wrong:
        note = "First correct what is marked red above."
    elif not files:
        note = "None of the files can be read."
    components.action(
        f"Read {rows:,} row{'' if rows == 1 else 's'}",
        key="actuals.read",
        on_press=lambda: state.set_view(**{_ASKED: True}),
        note=note or "Nothing is taken over before you have seen the result.",
        disabled=bool(note),
    )
    if state.take_view(_ASKED) and not note:
        _read(work, files)
        st.rerun()


def _has_errors(work: Work, held: Held) -> bool:
    return any(found.severity is Severity.ERROR for found in card.checked(work, held))


@aside()
def _read(work: Work, files: list[Held]) -> None:
    bar = st.progress(0.0, "Reading dates and amounts, joining files")
    tables = [(held.table, held.mapping) for held in files if held.table is not None]
    prepared = prepare(tables, work.framework, work.catalog, date.today())

    def told(share: float, text: str) -> None:
        bar.progress(min(1.0, _PREPARED + (1 - _PREPARED) * share), text)

    found = aggregate(prepared.canonical, work.framework, progress=told)
    glance = overview(found, work.framework, work.catalog)
    read = tuple(
        (held.name, held.mapping, frozenset(table.cells.column_names))
        for held, (table, _) in zip(files, tables, strict=True)
    )
    work.desk.outcome = Outcome(prepared.report, found, glance, read, work.framework)
    bar.empty()


def accept(work: Work) -> None:
    """Take the result over: the mappings into the framework, the sums into the actuals."""
    outcome = work.desk.outcome
    if outcome is None:
        return
    saved = work.framework.import_mappings
    kept, settled = mapping.keep(saved, [(one, columns) for _, one, columns in outcome.files])
    named = [(name, one) for (name, _, _), one in zip(outcome.files, settled, strict=True)]
    record = import_record(outcome.report, outcome.found, named, work.actuals, date.today())
    name = record.files[0][:60] + (
        f" and {len(record.files) - 1} more" if len(record.files) > 1 else ""
    )
    if tuple(kept) != saved:
        state.set_answer(
            ("import_mappings",),
            [one.model_dump(mode="json") for one in kept],
            f"Save how to read {name}",
        )
    state.set_actuals(add(work.actuals, outcome.found, record), f"Use {name}")
    work.desk.clear()
    state.set_view(
        dash_sample=False,
        dash_period=None,
        actuals_message=f"{outcome.report.rows_used:,} rows of {name} are in use.",
    )


def take_out(work: Work, import_id: str) -> None:
    """Remove an import; what it had replaced counts again."""
    if work.actuals is None:
        return
    record = next((r for r in work.actuals.imports if r.id == import_id), None)
    if record is not None:
        state.set_actuals(remove(work.actuals, import_id), f"Remove {record.files[0][:80]}")
        state.set_view(actuals_message=f"{record.files[0]} was removed. Undo brings it back.")
