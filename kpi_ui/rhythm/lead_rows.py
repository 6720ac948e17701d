"""The leads on the test bench: of this visit only, typed, pasted or uploaded."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi_core.actuals.table_file import TableRead, read_pasted, read_table
from kpi_core.models.base import Severity
from kpi_core.rhythm.leads import MOST_LEADS, TEXT_COLUMNS, Lead, read_leads
from kpi_ui import inputs, session, state
from kpi_ui.rhythm.work import say

_LEADS = "kpi.rhythm.leads"
Row = dict[str, str]
_DID = dict.fromkeys(("activation", "conversation", "need_confirmed", "next_step"), "1")
EXAMPLES: tuple[Row, ...] = (
    {
        "name": "Example 1, asked for a demo",
        "email": "a.tanaka@northwind.example",
        "company": "Northwind",
        "company_size": "420",
        "industry": "Software",
        "job_title": "Head of IT",
        "region": "Germany",
        "country": "Germany",
        "pages_viewed": "8",
        "demo_request": "1",
        "active_users": "5",
        "decision_maker": "1",
        "budget_confirmed": "1",
        "time_frame": "1",
        **_DID,
    },
    {
        "name": "Example 2, fits but is quiet",
        "email": "j.smith@contoso.example",
        "company": "Contoso",
        "company_size": "900",
        "industry": "Manufacturing",
        "job_title": "Director of Operations",
        "region": "France",
        "country": "France",
        "pages_viewed": "1",
        "conversation": "1",
    },
    {
        "name": "Example 3, a student",
        "email": "kim@gmail.com",
        "company_size": "1",
        "job_title": "Student",
        "region": "Spain",
        "country": "Spain",
        "pages_viewed": "30",
        "downloads": "6",
        "activation": "1",
    },
)
"""Shown until leads are typed or pasted; made up."""


def rows() -> list[Row]:
    """The leads on the bench: of this session only, never saved."""
    kept = session.get(_LEADS)
    return [dict(row) for row in (EXAMPLES if kept is None else kept)]


def are_examples() -> bool:
    """Whether nothing was typed or pasted yet."""
    return session.get(_LEADS) is None


def put(found: list[Row] | None) -> None:
    """Replace the leads; `None` goes back to the examples."""
    session.put(_LEADS, found)


def paste(columns: Sequence[str]) -> None:
    """Fields for a table pasted or uploaded."""
    st.caption(inputs.md(f"The first row names the columns: {', '.join(columns)}."))
    with st.form("rhythm.bench.paste", border=False, clear_on_submit=True):
        st.text_area(
            "Leads",
            key="rhythm.bench.text",
            height=140,
            placeholder="name, job_title, demo_request\nAna, Head of IT, 1",
        )
        st.form_submit_button("Test these", on_click=_take_pasted)
    upload = f"rhythm.bench.file.{state.epoch()}"
    st.file_uploader(
        "Or a small CSV or Excel file",
        type=["csv", "tsv", "txt", "xlsx"],
        key=upload,
        max_upload_size=2,
        on_change=lambda: _take_file(upload),
    )


def _take_pasted() -> None:
    text = str(state.widget_value("rhythm.bench.text") or "")
    if text.strip():
        _take(read_pasted(text))
    else:
        say("error", "Nothing was pasted: paste a table, then press Test these.")


def _take_file(key: str) -> None:
    file = state.widget_value(key)
    if file is not None:
        _take(read_table(file.getvalue(), file.name))


def _take(read: TableRead) -> None:
    """Leads of the table on the bench; what could not be read is said."""
    errors = [f for f in read.findings if f.severity is Severity.ERROR]
    cut = read.cells.slice(0, MOST_LEADS).to_pylist()
    table_read = read_leads([{name: value or "" for name, value in row.items()} for row in cut])
    errors += [f for f in table_read.findings if f.severity is Severity.ERROR]
    leads = table_read.leads
    if errors or not leads:
        text = f"{errors[0].message} {errors[0].fix}" if errors else "It has no row."
        say("error", f"No lead was read. {text}")
        return
    put([_row_of(lead) for lead in leads])
    told = [f"{len(leads):,} lead{'' if len(leads) == 1 else 's'} on the bench."]
    if len(read.cells) > len(cut):
        told.append(f"The first {MOST_LEADS:,} of {len(read.cells):,} rows are tested.")
    told += [f"{finding.where}: {finding.message}" for finding in table_read.findings[:3]]
    if len(table_read.findings) > 3:
        told.append(f"And {len(table_read.findings) - 3} more like these.")
    say("warning" if table_read.findings else "success", " ".join(told))


def _row_of(lead: Lead) -> Row:
    """A lead as texts, by the columns `read_leads` knows."""
    row = {column: getattr(lead, column) or "" for column in TEXT_COLUMNS}
    row["flags"] = "; ".join(lead.flags)
    numbers = {name: getattr(lead, name) for name in ("company_size", "days_since_activity")}
    for action, entries in lead.activity.items():
        numbers[action.value] = entries[0].count
        numbers[f"{action.value}_within_days"] = entries[0].within_days
    return {**row, **{name: str(n) for name, n in numbers.items() if n is not None}}
