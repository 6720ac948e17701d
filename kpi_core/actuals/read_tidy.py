"""A grid -> cells under unique names: white space trimmed, blank and repeated rows taken out."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.read_csv import LONGEST_SHOWN, Grid, SetAside
from kpi_core.models.actuals import COLUMN_LENGTH

REPEATED = "The row repeats the header."


@dataclass(frozen=True)
class Tidy:
    """What a grid becomes. `renamed` are the names given to columns that had none of their own."""

    cells: pa.Table
    rows: pa.Array
    set_aside: tuple[SetAside, ...]
    renamed: tuple[str, ...]
    blank_columns: int
    blank_rows: int


def tidy(grid: Grid, delimiter: str) -> Tidy:
    """Trim cells, name columns, leave out blank rows and columns, set repeated headers aside."""
    columns = [_trimmed(column) for column in grid.columns]
    blank = _all_null(columns, len(grid.rows))
    repeated = _equal_to(grid.header, columns, len(grid.rows))
    aside = [
        SetAside(int(grid.rows[n]), REPEATED, delimiter.join(grid.header)[:LONGEST_SHOWN])
        for n in np.flatnonzero(repeated)
    ]
    keep = ~(blank | repeated)
    if not keep.all():
        mask = pa.array(keep)
        columns = [column.filter(mask) for column in columns]
    names, renamed = unique_names(grid.header)
    used = [
        n for n, column in enumerate(columns) if grid.header[n] or column.null_count < len(column)
    ]
    return Tidy(
        cells=pa.table([columns[n] for n in used], names=[names[n] for n in used]),
        rows=pa.array(grid.rows[keep]),
        set_aside=tuple(sorted([*grid.set_aside, *aside], key=lambda row: row.row)),
        renamed=tuple(names[n] for n in used if n in renamed),
        blank_columns=len(columns) - len(used),
        blank_rows=int(blank.sum()),
    )


def unique_names(header: Sequence[str]) -> tuple[list[str], set[int]]:
    """A name for each column, none twice, and the positions of those that were changed.

    A blank header becomes `Column 3`, a repeated one `Amount (2)`; at most `COLUMN_LENGTH` characters.
    """
    cleaned = [_clean(name) for name in header]
    taken = {name for name in cleaned if name}
    seen: set[str] = set()
    names, changed = [], set()
    for position, name in enumerate(cleaned):
        if not name or name in seen:
            base = name or f"Column {position + 1}"
            name = base if base not in taken | seen else _numbered(base, taken | seen)
            changed.add(position)
        seen.add(name)
        names.append(name)
    return names, changed


def _numbered(base: str, taken: set[str]) -> str:
    number = 2
    while (name := f"{base[: COLUMN_LENGTH - 8]} ({number})") in taken:
        number += 1
    return name


def _clean(name: str) -> str:
    shown = "".join("\ufffd" if unicodedata.category(c) == "Cs" else c for c in name)
    kept = "".join(" " if unicodedata.category(c) == "Cc" else c for c in shown)
    return " ".join(kept.split())[:COLUMN_LENGTH].strip()


def _trimmed(column: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(column)
    empty = pc.equal(pc.binary_length(text), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text) if pc.any(empty).as_py() else text


def _all_null(columns: Sequence[pa.Array], rows: int) -> npt.NDArray[np.bool_]:
    blank = np.ones(rows, dtype=bool)
    for column in columns:
        if not column.null_count:
            return np.zeros(rows, dtype=bool)
        blank &= column.is_null().to_numpy(zero_copy_only=False)
    return blank


def _equal_to(
    header: Sequence[str], columns: Sequence[pa.Array], rows: int
) -> npt.NDArray[np.bool_]:
    """For each row whether all its cells are the header's."""
    same = np.full(rows, any(header))
    for name, column in zip(header, columns, strict=True):
        if not same.any():
            break
        match = pc.equal(column, name) if name else column.is_null()
        same &= pc.fill_null(match, False).to_numpy(zero_copy_only=False)
    return same
