"""Below the test bench: how many leads of a whole export would qualify."""

from __future__ import annotations

import streamlit as st

from kpi_core.actuals.table_file import read_table
from kpi_core.models.base import Severity
from kpi_core.models.lead_rules import LeadRules
from kpi_core.rhythm.counting import LeadCount, count_leads, even_sample
from kpi_ui import components, inputs, session, state
from kpi_ui.rhythm.lead_rows import Row
from kpi_ui.rhythm.work import say
from kpi_ui.turns import aside

_EXPORT = "kpi.rhythm.export"
_COUNT = "kpi.rhythm.count"
_MB = 50


def render(rules: LeadRules) -> None:
    """Upload an export once; the answer follows the rules."""
    with st.expander("How many would qualify in a whole lead export"):
        st.caption(
            "Upload a CRM export with one row for each lead and columns as on the bench. Its rows stay "
            "in this visit and are not saved."
        )
        key = f"rhythm.count.file.{state.epoch()}"
        st.file_uploader(
            "Lead export (CSV or Excel)",
            type=["csv", "tsv", "txt", "xlsx"],
            key=key,
            max_upload_size=_MB,
            on_change=lambda: _take(key),
        )
        kept = session.get(_EXPORT)
        if kept is not None:
            _show(_counted(rules, *kept))


def _take(key: str) -> None:
    file = state.widget_value(key)
    if file is None:
        session.put(_EXPORT, None)
        return
    read = read_table(file.getvalue(), file.name)
    errors = [finding for finding in read.findings if finding.severity is Severity.ERROR]
    if errors:
        session.put(_EXPORT, None)
        say("error", f"No lead was read. {errors[0].message} {errors[0].fix}")
        return
    total = len(read.cells)
    rows = read.cells.take(list(even_sample(total))).to_pylist()
    session.put(_EXPORT, ([{k: v or "" for k, v in row.items()} for row in rows], total))


def _counted(rules: LeadRules, rows: list[Row], total: int) -> LeadCount:
    """The count for these rules, worked out once."""
    wanted = (rules.model_dump_json(), id(rows))
    known: tuple[object, LeadCount | None] = session.get(_COUNT, (None, None))
    if known[0] == wanted and known[1] is not None:
        return known[1]
    bar = st.progress(0.0, text="Scoring leads")

    def tell(share: float) -> None:
        bar.progress(share, text="Scoring leads")

    with aside():
        found = count_leads(rules, rows, total, tell)
    bar.empty()
    session.put(_COUNT, (wanted, found))
    return found


def _show(found: LeadCount) -> None:
    st.markdown(f"**{found.words}**")
    if found.kept_out:
        st.caption(f"{found.kept_out:,} of those looked at are kept out whatever their points.")
    if found.missing:
        facts = [
            components.Fact(f"Without {name}", f"{number:,} of {found.scored:,}")
            for name, number in found.missing[:4]
        ]
        components.facts(facts, key="rhythm.count.missing")
    for finding in found.findings[:2]:
        st.warning(inputs.md(f"{finding.message} {finding.fix}"))
