"""What became of the rows of an upload: used, set aside or corrected, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.table_file import TableRead
from kpi_core.export.files import csv_bytes
from kpi_core.export.tables import Table
from kpi_core.models.base import Finding, Severity

TEXT_LENGTH = 200
"""Characters of a row that are quoted."""
_SHOWN_COLUMNS = 12
_SHOWN_ROWS = 5
_SCHEMA = pa.schema(
    [("file", pa.string()), ("row", pa.int64()), ("reason", pa.string()), ("text", pa.string())]
)


@dataclass(frozen=True)
class Reason:
    """Why rows or cells cannot be used as they are, and what the user can do."""

    code: str
    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class SetAsideRow:
    """A row of a file, numbered as a person counts (header = 1), with the reason and what it says."""

    file: str
    row: int
    reason: str
    text: str


class RowList(Sequence[SetAsideRow]):
    """Set-aside rows, however many, held as columns and made when asked for."""

    def __init__(self, table: pa.Table) -> None:
        """Of a table with the columns file, row, reason and text."""
        self._table = table.select(_SCHEMA.names)

    def __len__(self) -> int:
        """Number of rows."""
        return int(self._table.num_rows)

    @overload
    def __getitem__(self, place: int) -> SetAsideRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SetAsideRow]: ...
    def __getitem__(self, place: int | slice) -> SetAsideRow | Sequence[SetAsideRow]:
        """The row at a place, or several as another list."""
        if isinstance(place, slice):
            rows = pa.array(range(*place.indices(len(self))), pa.int64())
            return RowList(self._table.take(rows))
        at = range(len(self))[place]
        return SetAsideRow(**self._table.slice(at, 1).to_pylist()[0])

    def __iter__(self) -> Iterator[SetAsideRow]:
        """Each row in turn."""
        for batch in self._table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                yield SetAsideRow(**row)


@dataclass(frozen=True)
class ImportReport:
    """What was read and what became of it; `rows_read = rows_used + rows_set_aside` always."""

    rows_read: int
    rows_used: int
    rows_set_aside: int
    set_aside: Sequence[SetAsideRow]
    corrected: Sequence[SetAsideRow]
    """Cells left out or changed in rows that were used; `text` is the cell."""
    warnings: tuple[Finding, ...]
    understood: tuple[str, ...]
    """How the files were read, in sentences."""
    first_day: date | None
    last_day: date | None
    """Latest day of the data; never after the day of the import."""


class Ledger:
    """Keeps the books of one file while it is prepared."""

    def __init__(self, table: TableRead) -> None:
        """Every row counts as used until it is set aside."""
        self.table = table
        self.out = np.zeros(table.cells.num_rows, dtype=bool)
        self.findings: list[Finding] = list(table.findings)
        self.understood: list[str] = []
        self._set_aside: list[tuple[np.ndarray, Reason]] = []
        self._corrected: list[tuple[np.ndarray, Reason, pa.Array]] = []

    def set_aside(self, mask: np.ndarray, reason: Reason) -> None:
        """Set the marked rows aside; a row that already is keeps its first reason."""
        places = np.flatnonzero(mask & ~self.out)
        if len(places):
            self.out[places] = True
            self._set_aside.append((places, reason))

    def correct(self, mask: np.ndarray, reason: Reason, cells: pa.Array) -> None:
        """List cells that were left out or changed in rows that are used."""
        places = np.flatnonzero(mask)
        if len(places):
            self._corrected.append((places, reason, cells))

    def warn(self, code: str, where: str, message: str, fix: str, *, error: bool = False) -> None:
        """Add a finding; `where` is completed with the file's name."""
        severity = Severity.ERROR if error else Severity.WARNING
        where = ", ".join(filter(None, (self.table.name, where)))
        self.findings.append(
            Finding(code=code, severity=severity, where=where, message=message, fix=fix)
        )

    @property
    def rows_read(self) -> int:
        """Rows of the file, those the reader could not place included."""
        return int(self.table.cells.num_rows) + len(self.table.set_aside)

    @property
    def rows_used(self) -> int:
        """Rows that count."""
        return int(np.count_nonzero(~self.out))

    def set_aside_table(self) -> pa.Table:
        """The rows set aside, by the reader first, then here."""
        parts = [
            pa.table(
                {
                    "file": [self.table.name] * len(self.table.set_aside),
                    "row": [row.row for row in self.table.set_aside],
                    "reason": [row.reason for row in self.table.set_aside],
                    "text": [row.text for row in self.table.set_aside],
                },
                schema=_SCHEMA,
            )
        ]
        for places, reason in self._set_aside:
            parts.append(self._listed(places, reason, row_texts(self.table.cells, places)))
        return _sorted(parts)

    def corrected_table(self) -> pa.Table:
        """Cells of used rows that were left out or changed."""
        parts = [_SCHEMA.empty_table()]
        for places, reason, cells in self._corrected:
            used = places[~self.out[places]]
            texts = pc.utf8_slice_codeunits(cells.take(pa.array(used)), 0, TEXT_LENGTH)
            parts.append(self._listed(used, reason, texts.fill_null("")))
        return _sorted(parts)

    def _listed(self, places: np.ndarray, reason: Reason, texts: pa.Array) -> pa.Table:
        rows = self.table.rows.take(pa.array(places))
        columns = [
            pa.repeat(self.table.name, len(places)),
            rows,
            pa.repeat(reason.text, len(places)),
            texts,
        ]
        return pa.table([column.cast(f.type) for column, f in zip(columns, _SCHEMA, strict=True)],
                        schema=_SCHEMA)  # fmt: skip

    def summary(self) -> list[Finding]:
        """The findings, and one for each reason rows were set aside or cells corrected."""
        summed = [
            self._summed(reason, places, "row", "set aside") for places, reason in self._set_aside
        ]
        for places, reason, _ in self._corrected:
            used = places[~self.out[places]]
            if len(used):
                summed.append(self._summed(reason, used, "row", "used with a change"))
        return [*self.findings, *summed]

    def _summed(self, reason: Reason, places: np.ndarray, unit: str, what: str) -> Finding:
        count = len(places)
        shown = [f"{n:,}" for n in self.table.rows.take(pa.array(places[:_SHOWN_ROWS])).to_pylist()]
        more = f" and {count - _SHOWN_ROWS:,} more" if count > _SHOWN_ROWS else ""
        plural = "" if count == 1 else "s"
        return Finding(
            code=reason.code,
            severity=Severity.WARNING,
            where=f"{self.table.name}, row{plural} {', '.join(shown)}{more}",
            message=f"{count:,} {unit}{plural} {what}: {reason.text}.",
            fix=reason.fix,
        )


def row_texts(cells: pa.Table, places: np.ndarray) -> pa.Array:
    """The rows at these places as text, cells divided by a bar, cut at 200 characters."""
    columns = cells.column_names[:_SHOWN_COLUMNS]
    if not columns:
        return pa.repeat("", len(places))
    taken = cells.select(columns).take(pa.array(places)).combine_chunks()
    # Long cells are cut first, so that a file of huge cells is not copied for its quotes.
    parts = [
        pc.utf8_slice_codeunits(_one(taken[name]).fill_null(""), 0, TEXT_LENGTH) for name in columns
    ]
    text = pc.binary_join_element_wise(*parts, " | ")
    return pc.utf8_slice_codeunits(text, 0, TEXT_LENGTH)


def _one(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array."""
    found = column.combine_chunks()
    if isinstance(found, pa.ChunkedArray):
        return found.chunk(0) if found.num_chunks else pa.array([], found.type)
    return found


def _sorted(parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts).sort_by("row")


def build_report(ledgers: Sequence[Ledger], days: tuple[date | None, date | None]) -> ImportReport:
    """The report on all files of an import; `days` are the first and the last of the data."""
    set_aside = pa.concat_tables(
        [_SCHEMA.empty_table(), *(ledger.set_aside_table() for ledger in ledgers)]
    )
    corrected = pa.concat_tables(
        [_SCHEMA.empty_table(), *(ledger.corrected_table() for ledger in ledgers)]
    )
    return ImportReport(
        rows_read=sum(ledger.rows_read for ledger in ledgers),
        rows_used=sum(ledger.rows_used for ledger in ledgers),
        rows_set_aside=set_aside.num_rows,
        set_aside=RowList(set_aside),
        corrected=RowList(corrected),
        warnings=tuple(finding for ledger in ledgers for finding in ledger.summary()),
        understood=tuple(
            f"{ledger.table.name}: {sentence}"
            for ledger in ledgers
            for sentence in ledger.understood
        ),
        first_day=days[0],
        last_day=days[1],
    )


def set_aside_csv(report: ImportReport) -> bytes:
    """The rows set aside and the cells corrected, as CSV that a spreadsheet opens safely."""
    rows = [
        *((r.file, r.row, "row set aside", r.reason, r.text) for r in report.set_aside),
        *((r.file, r.row, "cell changed or left out", r.reason, r.text) for r in report.corrected),
    ]
    return csv_bytes(Table("set_aside", ("file", "row", "what", "reason", "text"), tuple(rows)))
