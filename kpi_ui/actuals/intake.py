"""Ways in: files, a pasted table, a template to fill in."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from kpi_core.actuals.prepare_template import template
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import LARGEST_UPLOAD, TableRead, read_pasted, read_table
from kpi_ui import inputs, state
from kpi_ui.actuals.desk import Held
from kpi_ui.actuals.work import Work
from kpi_ui.turns import aside

_MB = LARGEST_UPLOAD >> 20
_TYPES = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls"]


def render(work: Work, label: str = "Upload files") -> None:
    """The uploader with the other ways beside it; what was given is read at once."""
    uploads = work.desk.uploads
    given = st.file_uploader(
        f"{label}: CSV, TSV or Excel, several at once, up to {_MB} MB each",
        type=_TYPES,
        accept_multiple_files=True,
        max_upload_size=_MB,
        key=f"actuals.upload.{uploads}.{state.epoch()}",
    )
    with st.container(horizontal=True):
        _paste(work, uploads)
        _templates(work)
    if given:
        _take_in(work, given)


@aside()
def _take_in(work: Work, given: list[Any]) -> None:
    """Read what was uploaded, then draw the page anew with an empty uploader."""
    for file in given:
        with st.spinner(f"Reading {inputs.md(file.name)}"):
            content = file.getvalue()
            table = read_table(content, file.name)
            work.desk.add(held(work, table, content))
    work.desk.uploads += 1
    st.rerun()


def held(work: Work, table: TableRead, content: bytes | None = None) -> Held:
    """A file on the desk with the mapping proposed for it."""
    mapping = propose(table, work.framework, work.catalog, work.framework.import_mappings)
    several = content if len(table.sheets) > 1 else None
    return Held(table.name, table, mapping, several)


def another_sheet(work: Work, file: Held, sheet: str) -> None:
    """Read another sheet of a workbook; its mapping is proposed anew."""
    if file.content is None:
        return
    table = read_table(file.content, file.name, sheet=sheet)
    mapping = propose(table, work.framework, work.catalog, work.framework.import_mappings)
    file.table, file.mapping, file.proposed = table, mapping, frozenset(mapping.columns)
    file.memo.clear()
    work.desk.outcome = None


def _paste(work: Work, uploads: int) -> None:
    key = f"actuals.paste.{uploads}"

    def read() -> None:
        text = str(state.widget_value(key) or "")
        if text.strip():
            work.desk.add(held(work, read_pasted(text)))
            work.desk.uploads += 1

    with st.popover("Paste a table", icon=":material/content_paste:", key=f"{key}.open"):
        st.caption("Copy cells with their header from a spreadsheet, and paste them here.")
        with st.form(f"{key}.form", border=False):
            st.text_area("Table", key=key, height=200)
            st.form_submit_button("Read it", on_click=read)


def _templates(work: Work) -> None:
    framework = work.framework
    with st.popover("Download a template", icon=":material/download:"):
        st.caption(
            "A table with this framework's metrics, to fill in with values you know already. "
            "Rows left empty are no harm."
        )
        for wide, label in ((False, "A row for each metric"), (True, "A column for each metric")):
            st.download_button(
                label,
                partial(template, framework, wide),
                "actuals_template_wide.csv" if wide else "actuals_template.csv",
                "text/csv",
                key=f"actuals.template.{'wide' if wide else 'long'}",
                on_click="ignore",
            )
