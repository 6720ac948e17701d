"""UTF-8 text -> a grid of cells with the row number of each; every row lands in the grid or is set aside."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from kpi_core.actuals.read_text import Layout, Unreadable

LONGEST_CELL = 1_000_000
"""Bytes. Systems that are exported from hold at most some 130,000 in a field."""
LONGEST_SHOWN = 200
_END = b"\0end"
"""Written after the last row: text has no NUL, so a cell that holds it was never closed."""
_WIDER = 500
"""Rows this much wider than the header are set aside unread."""


@dataclass(frozen=True)
class SetAside:
    """A row that could not be used. `row` counts as a person does: the first row of the file is 1."""

    row: int
    reason: str
    text: str
    """The row as it stood, cut at 200 characters."""


@dataclass
class Grid:
    """Cells under a header, as written: `None` for nothing. `rows` is each one's row in the file."""

    header: tuple[str, ...]
    columns: list[pa.Array]
    rows: npt.NDArray[np.int64]
    set_aside: list[SetAside] = field(default_factory=list)


@dataclass
class _Misfit:
    """A row whose number of cells is not the header's."""

    row: int
    cells: int
    text: str


def read_grid(content: bytes, layout: Layout) -> Grid:
    """Split text as `layout` says.

    Rows with fewer cells than the header are filled up; rows with more are set aside, unless what is
    beyond is blank. Raises `Unreadable` for a quotation mark that is never closed or a giant cell.
    """
    width = len(layout.header)
    misfits: list[_Misfit] = []

    def misfit(row: pyarrow.csv.InvalidRow) -> str:
        misfits.append(_Misfit(row.number, row.actual_columns, row.text))
        return "skip"

    newline = b"" if content.endswith((b"\n", b"\r")) else b"\n"
    end = _END + layout.delimiter.encode() * (width - 1) + b"\n"
    table = _split(content + newline + end, layout.delimiter, width, misfit)
    rows = _row_numbers(table.num_rows, [misfit.row for misfit in misfits])
    _check_closed(table, rows, misfits)
    begin = int(np.searchsorted(rows, layout.header_row, side="right"))
    table, rows = table.slice(begin, len(rows) - 1 - begin), rows[begin:-1]
    columns = [_one(column) for column in table.columns]
    grid = Grid(layout.header, columns, rows)
    _refit(grid, [m for m in misfits if m.row > layout.header_row], layout.delimiter)
    check_cells(grid)
    return grid


def _split(content: bytes, delimiter: str, width: int, handler: object) -> pa.Table:
    """One pass of Arrow's reader. One block, so that no cell is cut; one thread, so that rows count."""
    names = [str(number) for number in range(width)]
    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(content),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, column_names=names, block_size=len(content) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=handler,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Unreadable(
            "not_a_table",
            f"It could not be split into rows: {error}",
            "Export it again as CSV (UTF-8) or as an Excel workbook.",
        ) from error


def _row_numbers(kept: int, misfits: Sequence[int]) -> npt.NDArray[np.int64]:
    """Row in the file of each row that was kept: all but those of the misfits."""
    every = np.arange(1, kept + len(misfits) + 1, dtype=np.int64)
    return np.delete(every, np.asarray(misfits, dtype=np.int64) - 1)


def _check_closed(table: pa.Table, rows: npt.NDArray[np.int64], misfits: list[_Misfit]) -> None:
    """The end mark must stand alone in the last row; else an open quotation mark swallowed it."""
    last = table.num_rows - 1
    if last >= 0 and table.column(0)[last].as_py() == _END.decode():
        return
    number = max([*rows[-1:].tolist(), *(misfit.row for misfit in misfits[-1:])], default=1)
    raise Unreadable(
        "quote_never_closed",
        f'Row {number:,} opens a quotation mark (") that is never closed, so the rest of the file '
        f"cannot be told apart.",
        f"Close or remove the mark in row {number:,}, or export the file again.",
    )


def _refit(grid: Grid, misfits: Sequence[_Misfit], delimiter: str) -> None:
    """Rows of another width into the grid where nothing is lost by it, else aside; file order is kept."""
    width = len(grid.header)
    by_cells: dict[int, list[_Misfit]] = {}
    for misfit in misfits:
        by_cells.setdefault(misfit.cells, []).append(misfit)
    tables, numbers = [grid.columns], [grid.rows]
    for cells, group in sorted(by_cells.items()):
        rows = np.array([misfit.row for misfit in group], dtype=np.int64)
        split = _resplit(group, cells, delimiter) if cells <= width + _WIDER else None
        fits = _nothing_beyond(split, width, len(group))
        if split is not None and fits.any():
            mask = pa.array(fits)
            columns = [column.filter(mask) for column in split[:width]]
            blank = pa.nulls(int(fits.sum()), pa.string())
            tables.append(columns + [blank] * (width - len(columns)))
            numbers.append(rows[fits])
        grid.set_aside += [_too_long(group[n], width) for n in np.flatnonzero(~fits)]
    if len(tables) > 1:
        grid.rows = np.concatenate(numbers)
        order = np.argsort(grid.rows, kind="stable")
        grid.rows = grid.rows[order]
        grid.columns = [
            pa.concat_arrays(parts).take(pa.array(order)) for parts in zip(*tables, strict=True)
        ]
    grid.set_aside.sort(key=lambda row: row.row)


def _resplit(group: Sequence[_Misfit], cells: int, delimiter: str) -> list[pa.Array]:
    text = io.StringIO()
    text.writelines(f"{misfit.text}\n" for misfit in group)
    table = _split(text.getvalue().encode(), delimiter, cells, None)
    return [_one(column) for column in table.columns]


def _nothing_beyond(split: list[pa.Array] | None, width: int, rows: int) -> npt.NDArray[np.bool_]:
    """For each row whether it has nothing beyond the header's width."""
    fits = np.full(rows, split is not None)
    for column in (split or [])[width:]:
        text = pc.utf8_trim_whitespace(pc.fill_null(column, ""))
        fits &= pc.equal(text, "").to_numpy(zero_copy_only=False)
    return fits


def _too_long(misfit: _Misfit, width: int) -> SetAside:
    return SetAside(
        misfit.row,
        f"The row has {misfit.cells:,} cells, the header {width:,}.",
        misfit.text[:LONGEST_SHOWN],
    )


def check_cells(grid: Grid) -> None:
    """Raise `Unreadable` for a cell that no system exports: mostly a quotation mark closed far too late."""
    for name, column in zip(grid.header, grid.columns, strict=True):
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        if longest > LONGEST_CELL:
            at = pc.index(pc.binary_length(column), longest).as_py()
            raise Unreadable(
                "cell_too_long",
                f"Row {int(grid.rows[at]):,}, column '{name[:60]}' holds a cell of {longest:,} bytes; "
                f"{LONGEST_CELL:,} is the limit.",
                "Look for a quotation mark that is never closed there, or leave the column out.",
            )


def _one(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
