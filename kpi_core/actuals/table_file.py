"""Uploaded bytes or pasted text -> a table of text cells, with what was set aside and why.

Nothing is dropped silently: every row below the header is in `cells`, in `set_aside`, or counted as
blank. Cells are text, never run: a formula or HTML in a cell stays the characters it is.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from kpi_core.actuals.read_csv import Grid, SetAside, read_grid
from kpi_core.actuals.read_text import (
    Text,
    Unreadable,
    check_text,
    decode,
    delimiter_name,
    find_layout,
    refuse_foreign,
)
from kpi_core.actuals.read_tidy import Tidy, tidy
from kpi_core.actuals.read_xlsx import is_workbook, read_workbook
from kpi_core.models.base import Finding, Severity

__all__ = ["LARGEST_UPLOAD", "SetAside", "TableRead", "read_pasted", "read_table"]

LARGEST_UPLOAD = 200 * 2**20
"""Bytes."""
PASTED = "Pasted table"
Kind = Literal["csv", "tsv", "xlsx", "pasted"]


@dataclass(frozen=True)
class TableRead:
    """A table as text. With a finding of severity error `cells` has no columns and no rows."""

    name: str
    """File name, made fit to show."""
    kind: Kind
    """What the content is, whatever the file is called."""
    cells: pa.Table
    """Strings without surrounding white space; null for nothing. Every column has a name of its own."""
    rows: pa.Array
    """Row in the file of each row of `cells`, as a person counts: the first row of the file is 1."""
    set_aside: tuple[SetAside, ...]
    encoding: str
    delimiter: str | None
    """`None` for a workbook, and where there is a single column."""
    sheet: str | None
    sheets: tuple[str, ...]
    """All sheets of a workbook, so that another can be chosen."""
    findings: tuple[Finding, ...]
    blank_rows: int = 0
    """Rows without any text; left out, and said in a finding."""
    header_row: int = 1

    @property
    def rows_read(self) -> int:
        """Rows below the header that hold anything."""
        return len(self.rows) + len(self.set_aside)


def read_table(content: bytes, name: str, *, sheet: str | None = None) -> TableRead:
    """Read a CSV, TSV or XLSX file by its content. Never raises: what is wrong is in `findings`.

    `sheet` chooses a sheet of a workbook; without it the first that is not empty is read.
    """
    shown = _shown_name(name)
    try:
        _check_size(content)
        if is_workbook(content):
            return _workbook(content, shown, sheet)
        return _text_table(content, shown)
    except Unreadable as error:
        return _refused(shown, error)


def read_pasted(text: str) -> TableRead:
    """Read a table pasted from a spreadsheet or a text. Never raises: what is wrong is in `findings`."""
    content = text.encode("utf-8", "replace")
    try:
        _check_size(content)
        check_text(content)
        return _text_table(content, PASTED, pasted=True)
    except Unreadable as error:
        return _refused(PASTED, error, "pasted")


def _check_size(content: bytes) -> None:
    if len(content) > LARGEST_UPLOAD:
        raise Unreadable(
            "file_too_large",
            f"It has {math.ceil(len(content) / 2**20):,} MB; {LARGEST_UPLOAD // 2**20} MB is the limit.",
            "Export fewer columns or a shorter period, or several files.",
        )
    if not content or content.isspace():
        raise Unreadable("empty_file", "It is empty.", "Choose the file again, or export it anew.")


def _text_table(content: bytes, name: str, *, pasted: bool = False) -> TableRead:
    refuse_foreign(content)
    text = Text(content, "UTF-8") if pasted else decode(content)
    layout = find_layout(text.content)
    grid = read_grid(text.content, layout)
    done = tidy(grid, layout.delimiter)
    findings = [*_encoding_findings(name, text), *_above(name, layout.above)]
    if name.casefold().endswith((".xlsx", ".xls")):
        findings.append(_misnamed(name, f"text, split by {delimiter_name(layout.delimiter)}"))
    tabs = layout.delimiter == "\t" and len(layout.header) > 1
    return TableRead(
        name=name,
        kind="pasted" if pasted else "tsv" if tabs else "csv",
        encoding=text.encoding,
        delimiter=layout.delimiter if len(layout.header) > 1 else None,
        sheet=None,
        sheets=(),
        **_content(name, grid, done, findings, layout.header_row),
    )


def _workbook(content: bytes, name: str, sheet: str | None) -> TableRead:
    read = read_workbook(content, sheet)
    done = tidy(read.grid, "\t")
    findings = list(_above(name, read.above))
    if not name.casefold().endswith((".xlsx", ".xlsm")):
        findings.append(_misnamed(name, "an Excel workbook"))
    if sheet is None and len(read.sheets) > 1:
        message = f"It has {len(read.sheets)} sheets; '{read.sheet}' was read."
        findings.append(
            _finding("sheet_chosen", Severity.INFO, name, message, "Choose another if it is wrong.")
        )
    return TableRead(
        name=name,
        kind="xlsx",
        encoding="UTF-8",
        delimiter=None,
        sheet=read.sheet,
        sheets=read.sheets,
        **_content(name, read.grid, done, findings, read.header_row),
    )


def _content(
    name: str, grid: Grid, done: Tidy, findings: list[Finding], header_row: int
) -> dict[str, Any]:
    """The fields that both kinds of file share; raises `Unreadable` where no row is left."""
    if not done.cells.num_rows:
        raise _no_rows(grid, header_row)
    return {
        "cells": done.cells,
        "rows": done.rows,
        "set_aside": done.set_aside,
        "blank_rows": done.blank_rows,
        "header_row": header_row,
        "findings": (*findings, *_tidy_findings(name, done)),
    }


def _no_rows(grid: Grid, header_row: int) -> Unreadable:
    if grid.set_aside:
        first = grid.set_aside[0]
        return Unreadable(
            "no_rows",
            f"No row ({len(grid.set_aside):,} read) fits the header in row {header_row:,}. "
            f"Row {first.row:,}: {first.reason}",
            "Check that the first row names every column, and that text with a delimiter is quoted.",
        )
    return Unreadable(
        "no_rows",
        "It has a header but no rows below it.",
        "Check the filter of the export, or choose another file.",
    )


def _refused(name: str, error: Unreadable, kind: Kind | None = None) -> TableRead:
    ending = name.casefold().rpartition(".")[2]
    by_name: Kind = "xlsx" if ending.startswith("xls") else "tsv" if ending == "tsv" else "csv"
    finding = _finding(error.code, Severity.ERROR, name, error.message, error.fix)
    empty = pa.array([], pa.int64())
    return TableRead(name, kind or by_name, pa.table({}), empty, (), "", None, None, (), (finding,))


def _encoding_findings(name: str, text: Text) -> list[Finding]:
    found = []
    if text.guessed:
        message = f"It does not say how its characters are written; it was read as {text.encoding}."
        fix = "If names look wrong, save the file as CSV UTF-8."
        found.append(_finding("encoding_guessed", Severity.INFO, name, message, fix))
    if text.damaged:
        message = f"Not readable as {text.encoding}: {_plural(text.damaged, 'character')}, shown as \ufffd."
        fix = "Save the file as CSV UTF-8 where it comes from."
        found.append(_finding("characters_damaged", Severity.WARNING, name, message, fix))
    return found


def _above(name: str, lines: tuple[str, ...]) -> list[Finding]:
    if not lines:
        return []
    quoted = ", ".join(f"'{line[:80]}'" for line in lines[:5])
    message = f"Left out above the header ({_plural(len(lines), 'line')}): {quoted}."
    fix = "Nothing to do, unless one of them is the header."
    return [_finding("lines_above_header", Severity.INFO, name, message, fix)]


def _misnamed(name: str, kind: str) -> Finding:
    message = f"The name does not fit the content: it is {kind}, and was read as that."
    return _finding("name_does_not_fit", Severity.INFO, name, message, "Nothing to do.")


def _tidy_findings(name: str, done: Tidy) -> list[Finding]:
    found = []
    if done.renamed:
        shown = ", ".join(f"'{column}'" for column in done.renamed[:10])
        more = f" and {len(done.renamed) - 10:,} more" if len(done.renamed) > 10 else ""
        message = (
            f"Columns without a name or with one used before were given their own: {shown}{more}."
        )
        fix = "Name every column once in the file, if they are hard to tell apart."
        found.append(_finding("columns_renamed", Severity.INFO, name, message, fix))
    if done.blank_columns:
        message = (
            f"Left out: {_plural(done.blank_columns, 'column')} without a name and without a value."
        )
        found.append(_finding("blank_columns", Severity.INFO, name, message, "Nothing to do."))
    if done.blank_rows:
        message = f"Left out: {_plural(done.blank_rows, 'blank row')}."
        found.append(_finding("blank_rows", Severity.INFO, name, message, "Nothing to do."))
    return found


def _finding(code: str, severity: Severity, name: str, message: str, fix: str) -> Finding:
    where = name if name == PASTED else f"File {name}"
    return Finding(code=code, severity=severity, where=where, message=message, fix=fix)


def _shown_name(name: str) -> str:
    """The last part of a path, without control characters, at most 120 characters."""
    last = re.split(r"[\\/]", name.strip())[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:120].strip() or "table"


def _plural(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
