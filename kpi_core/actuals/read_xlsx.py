"""An Excel workbook -> a grid of text cells, as if the sheet had been saved as CSV."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from kpi_core.actuals.read_csv import Grid, check_cells
from kpi_core.actuals.read_sheet_xml import SAVE_AGAIN
from kpi_core.actuals.read_text import MOST_COLUMNS, Unreadable, header_position
from kpi_core.actuals.read_zip import check_workbook

_HEAD = 200
"""Rows looked at to find the header."""
_BATCH = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class SheetRead:
    """One sheet. `above` are the lines over the header, `sheets` all that could be chosen."""

    grid: Grid
    header_row: int
    above: tuple[str, ...]
    sheet: str
    sheets: tuple[str, ...]


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are those of a ZIP or of an old or encrypted Office file."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


def read_workbook(content: bytes, sheet: str | None) -> SheetRead:
    """Read one sheet; without a name the first one that holds a cell.

    Numbers are written with a dot and without trailing zeros, dates as 2026-09-30, moments as
    2026-09-30 14:05:00, formulas as the value last computed. Raises `Unreadable`.
    """
    if content.startswith(_OLE):
        raise _old_office_file(content)
    check_workbook(content)
    try:
        return _read(content, sheet)
    except CalamineError as error:
        raise Unreadable(
            "workbook_damaged", f"The workbook cannot be read: {str(error)[:200]}", SAVE_AGAIN
        ) from error


def _old_office_file(content: bytes) -> Unreadable:
    if _ENCRYPTED in content:
        return Unreadable(
            "file_protected",
            "The workbook is protected by a password.",
            "Save it without a password, or as CSV.",
        )
    return Unreadable(
        "wrong_file_type", "It is an old Office file (.xls or .doc).", "Save it as .xlsx or CSV."
    )


def _read(content: bytes, wanted: str | None) -> SheetRead:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = tuple(s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet)
    if wanted is not None and wanted not in sheets:
        raise Unreadable(
            "unknown_sheet",
            f"It has no sheet named '{wanted[:60]}'.",
            f"Choose one of: {', '.join(sheets)[:500]}.",
        )
    for name in sheets if wanted is None else (wanted,):
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None:
            return _sheet(sheet, name, sheets)
    raise Unreadable("empty_file", "It holds no cells.", "Choose a workbook with a table.")


def _sheet(sheet: CalamineSheet, name: str, sheets: tuple[str, ...]) -> SheetRead:
    if sheet.width > MOST_COLUMNS:
        raise Unreadable(
            "too_many_columns",
            f"Sheet '{name}' has {sheet.width:,} columns; {MOST_COLUMNS:,} is the limit.",
            "Keep the columns that are needed, and clear those beyond.",
        )
    rows = iter(sheet.iter_rows())
    head = list(islice(rows, _HEAD))
    while not any(map(any, head)):  # a table that starts far down
        head += islice(rows, _HEAD)
    texts = [[_text(cell) for cell in row] for row in head]
    position = header_position(texts, 0, trimmed=True)
    header = tuple(cell.strip() for cell in texts[position])
    above = tuple(" ".join(filter(None, row)) for row in texts[:position])
    columns = _columns(chain(head[position + 1 :], rows), len(header))
    count = len(columns[0]) if columns else 0
    numbers = np.arange(position + 2, position + 2 + count, dtype=np.int64)
    grid = Grid(header, columns, numbers)
    check_cells(grid)
    return SheetRead(grid, position + 1, tuple(filter(None, above)), name, sheets)


def _columns(rows: Iterator[Sequence[object]], width: int) -> list[pa.Array]:
    """The rows turned into columns, some thousand at a time: cells as Python objects are large."""
    parts = []
    while batch := list(islice(rows, _BATCH)):
        parts.append([_array(column) for column in zip(*batch, strict=True)])
    if not parts:
        return [pa.array([], pa.string())] * width
    return [pa.concat_arrays(column) for column in zip(*parts, strict=True)]


def _array(column: Sequence[object]) -> pa.Array:
    """Mostly all cells are text already."""
    try:
        return pa.array(column, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([_text(cell) for cell in column], pa.string())


def _text(cell: object) -> str:
    """A cell as CSV would hold it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)
