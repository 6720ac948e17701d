"""How much a worksheet would take up when opened, found by scanning its XML without opening it.

A reader makes room for every cell between the first used one and the last, and copies a shared text
into every cell that names it: two cells, or a small sheet, can ask for a terabyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from kpi_core.actuals.read_text import Unreadable

MOST_CELLS = 12_000_000
"""Cells between the first and the last used one of a sheet, blank ones included; 32 bytes each."""
LARGEST_TEXT = 1_500_000_000
"""Bytes of text in all cells of a sheet."""
SAVE_AGAIN = "Open it in Excel, save it as a new workbook (.xlsx) or as CSV, and upload that."
_LONGEST_ROW = 64 * 2**20
_SHORT_TEXT = LARGEST_TEXT // MOST_CELLS
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)([0-9]+)")
_USUAL_ROW = re.compile(rb'<(?:c r="[A-Za-z]+|row r=")([0-9]{1,9})')
_USUAL_COLUMN = re.compile(rb'<c r="([A-Za-z]{1,4})')
_TAG_ENDS = (b" ", b">", b"/", b"\t", b"\n", b"\r")
_CELL = re.compile(rb"[<:]c[\s/>]")
_ROW = re.compile(rb"[<:]row[\s/>]")
_INDEX = re.compile(rb"v\s*>\s*([0-9]{1,9})\s*<")
_TEXT_END = re.compile(rb"</(?:\w+:)?si\s*>")


def unsafe(what: str) -> Unreadable:
    """The refusal of a workbook that is made, or made up, so that it must not be opened."""
    return Unreadable("workbook_unsafe", f"The workbook was not opened: {what}.", SAVE_AGAIN)


def text_lengths(pieces: Iterable[bytes]) -> npt.NDArray[np.int64]:
    """Bytes of each shared text in order, with its markup."""
    lengths: list[int] = []
    rest = b""
    for piece in pieces:
        *whole, rest = _TEXT_END.split(rest + piece)
        lengths += map(len, whole)
        if len(rest) > _LONGEST_ROW:
            raise unsafe("one of its texts has more than 64 MB")
    return np.array([*lengths, len(rest)], dtype=np.int64)


def check_sheet(pieces: Iterable[bytes], lengths: npt.NDArray[np.int64]) -> None:
    """Raise `Unreadable` where opening the sheet would take more than the limits. Reads all pieces.

    Any part of a workbook may be passed: those that are no sheets have no cells.
    """
    rows = columns = text = 0
    for window in _whole_rows(pieces):
        if b"</si" in window or b":si>" in window:
            raise unsafe("its texts are in an unusual place")
        last_row, last_column = _extent(window, rows)
        rows = max(rows, last_row)
        columns = max(columns, last_column)
        if rows * columns > MOST_CELLS:
            raise unsafe(
                f"a sheet has cells in row {rows:,} and in column {columns:,}, and the area up to "
                f"there is more than {MOST_CELLS:,} cells"
            )
        text += _shared_text(window, lengths)
        if text > LARGEST_TEXT:
            raise unsafe("the same long texts stand in very many cells")


def _whole_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces cut anew where a row ends."""
    carried = b""
    for piece in pieces:
        joined = carried + piece
        cut = joined.rfind(b"row>") + 4
        if cut > 4:
            yield joined[:cut]
            carried = joined[cut:]
        elif len(joined) > _LONGEST_ROW:
            raise unsafe("one of its rows has more than 64 MB")
        else:
            carried = joined
    yield carried


def _extent(window: bytes, above: int) -> tuple[int, int]:
    """An upper bound of the last row and column: exact where every cell says where it is."""
    if _usual(window):
        rows, columns = set(_USUAL_ROW.findall(window)), set(_USUAL_COLUMN.findall(window))
        return max(map(int, rows), default=0), max(map(_column, columns), default=0)
    found = _REFERENCE.findall(window)
    row = max((int(digits) for digits in {digits[:9] for _, digits in found}), default=0)
    column = max((_column(letters[:4]) for letters in {letters for letters, _ in found}), default=0)
    parts = _ROW.split(window)
    column += max(len(_CELL.findall(part)) for part in parts)
    return max(row, above) + len(parts) - 1, column


def _usual(window: bytes) -> bool:
    """Whether every cell and row is written as Excel does, with its place first; saves much time."""
    tags = sum(window.count(b"<c" + end) for end in _TAG_ENDS)
    rows = sum(window.count(b"<row" + end) for end in _TAG_ENDS)
    plain = b":c" not in window and b":row" not in window
    return plain and tags == window.count(b'<c r="') and rows == window.count(b'<row r="')


def _column(letters: bytes) -> int:
    """Number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _shared_text(window: bytes, lengths: npt.NDArray[np.int64]) -> int:
    """Bytes that the texts named in the window add up to, as if every value were the number of a text."""
    if not len(lengths) or lengths.max() <= _SHORT_TEXT:
        return 0
    found = _INDEX.findall(window)
    numbers = np.array(found, dtype="S9").astype(np.int64)
    return int(lengths[numbers[numbers < len(lengths)]].sum())
