"""One file on its way through the preparation: its mapped columns, read and typed, with its ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.columns import DateColumn, NumberColumn, guess_kind, read_dates, read_numbers
from kpi_core.actuals.read_cells import Cells, plain
from kpi_core.actuals.report import Ledger, Reason
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.words import words
from kpi_core.models.actuals import UNKNOWN, ImportMapping

MOST_VALUES = 200
"""Different channels or segments an import keeps; the rarest beyond become `other`."""
OTHER = "other"
TEXT_LENGTH = 120
_MOMENT = pa.timestamp("us")


@dataclass
class Source:
    """A file, how it is mapped, and what became of its rows. `place` is a row's position in `cells`."""

    table: TableRead
    mapping: ImportMapping
    today: date
    number: int = 0
    """Tells files of the same name apart; 0 when there is one."""
    ledger: Ledger = field(init=False)
    _dates: dict[str, DateColumn] = field(init=False, default_factory=dict)
    _cells: dict[str, pa.Array] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Open the ledger."""
        self.ledger = Ledger(self.table)

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.table.cells.num_rows)

    def column(self, name: str) -> str | None:
        """The file's column for a field; `None` when none is mapped or the file lacks it."""
        found = self.mapping.columns.get(name)
        return found if found in self.table.cells.column_names else None

    def cells(self, name: str) -> pa.Array | None:
        """Trimmed text of a field's column, null where blank; `None` without a column."""
        found = self.column(name)
        if found is None:
            return None
        if found not in self._cells:
            self._cells[found] = trimmed(self.table.cells[found])
        return self._cells[found]

    def read_all_dates(self, names: list[str]) -> None:
        """Read the date fields together: a column that shows the day/month order decides for all."""
        order = self.mapping.day_first
        for name in names:
            if (found := self.column(name)) is not None:
                self._dates[name] = read_dates(self.table.cells[found], order)
        decided = {c.day_first for c in self._dates.values() if c.decided_by is not None}
        if len(decided) == 1:
            for name, column in self._dates.items():
                if column.ambiguous:
                    self._dates[name] = read_dates(self.cells(name), decided.copy().pop())
        for name, column in self._dates.items():
            self._say_order(name, column)
            self._check_order(name, column)

    def _say_order(self, name: str, column: DateColumn) -> None:
        example = ""
        if column.decided_by is not None:
            row = self.table.rows[column.decided_by].as_py()
            example = f" Row {row:,} says so: {column.style}."
        if column.note:
            self.ledger.understood.append(f"{self.column(name)}: {column.note}{example}")

    def _check_order(self, name: str, column: DateColumn) -> None:
        """An error when half of the cells are unreadable, with the way out that fits."""
        filled = self.size - pc.count(column.values, mode="only_null").as_py()
        unreadable = pc.sum(column.unreadable).as_py() or 0
        if not unreadable or unreadable < filled:
            return
        used = bool(column.day_first)
        other = read_dates(self.cells(name), not used)
        better = (pc.sum(other.unreadable).as_py() or 0) < unreadable
        if better:
            said = ("the day", "the month") if not used else ("the month", "the day")
            fix = f"Say that {said[0]} stands before {said[1]}: more dates can be read that way."
        else:
            names = [c for c in self._date_columns() if c not in self.mapping.columns.values()]
            fix = (
                f"Choose another column: {', '.join(names[:3])} holds dates."
                if names
                else "Choose another column, or write dates as 2026-03-31 in the file."
            )
        self.ledger.warn(
            "dates_unreadable",
            str(self.column(name)),
            f"{unreadable:,} of {unreadable + filled:,} dates cannot be read.",
            fix,
            error=True,
        )

    def _date_columns(self) -> list[str]:
        return [
            name
            for name in self.table.cells.column_names[:100]
            if guess_kind(self.table.cells[name]) == "date"
        ]

    def moments(self, name: str) -> np.ndarray:
        """Dates of a field read before, as datetime64[us]; NaT where blank, unreadable or unmapped."""
        column = self._dates.get(name)
        if column is None:
            return np.full(self.size, np.datetime64("NaT"), dtype="datetime64[us]")
        return np.array(to_moments(column.values))

    def unreadable(self, name: str) -> np.ndarray:
        """Which cells of a date field hold something that is no date."""
        column = self._dates.get(name)
        return np.zeros(self.size, bool) if column is None else to_mask(column.unreadable)

    def step_moments(self, name: str) -> np.ndarray:
        """Dates of an optional field; unreadable and future ones are left out and listed."""
        found = self.moments(name)
        if self.column(name) is None:
            return found
        self.correct(name, self.unreadable(name), why.step_unreadable(self.column(name)))
        future = self.in_future(found)
        self.correct(name, future, why.step_in_future(self.column(name)))
        found[future] = np.datetime64("NaT")
        return found

    def correct(self, name: str, mask: np.ndarray, reason: Reason) -> None:
        """List cells of a mapped field that were left out or changed."""
        if mask.any() and (cells := self.cells(name)) is not None:
            self.ledger.correct(mask, reason, cells)

    def in_future(self, moments: np.ndarray) -> np.ndarray:
        """Which are after the day of the import."""
        return np.asarray(moments.astype("datetime64[D]") > np.datetime64(self.today, "D"))

    def required_moments(self, name: str) -> np.ndarray:
        """Dates a row cannot do without: rows with none, an unreadable or a future one are set aside."""
        found = self.moments(name)
        if self.column(name) is None:
            self.ledger.set_aside(np.ones(self.size, bool), why.no_column(name))
            return found
        said = self.column(name)
        self.ledger.set_aside(self.unreadable(name), why.date_unreadable(said))
        self.ledger.set_aside(np.isnat(found), why.date_missing(said))
        self.ledger.set_aside(self.in_future(found), why.date_in_future(said))
        return found

    def keys(self, name: str = "key") -> pa.Array:
        """Ids of the rows; rows without one are set aside. Without a column the rows number themselves."""
        cells = self.cells(name)
        if cells is None:
            again = f" ({self.number})" if self.number else ""
            prefix = f"{self.table.name}{again}, row "
            return pc.binary_join_element_wise(prefix, self.table.rows.cast(pa.string()), "")
        self.ledger.set_aside(to_mask(cells.is_null()), why.key_missing(self.column(name)))
        return cells

    def channels(self) -> pa.Array:
        """Channel of each row, null where none is named or mapped."""
        cells = self.cells("channel")
        if cells is None:
            return pa.nulls(self.size, pa.string())
        known = {words(value): channel for value, channel in self.mapping.channels.items()}
        found = by_value(cells, lambda text: known.get(words(text)) or own_id(text))
        return self._few(found, "channel")

    def segments(self) -> pa.Array:
        """Segment of each row, as the file writes it; null where none is named or mapped."""
        cells = self.cells("segment")
        if cells is None:
            return pa.nulls(self.size, pa.string())
        return self._few(by_value(cells, plain_text), "segment")

    def texts(self, name: str) -> pa.Array:
        """A text field without control characters, cut at 120 characters; null where blank."""
        cells = self.cells(name)
        return pa.nulls(self.size, pa.string()) if cells is None else by_value(cells, plain_text)

    def sourced_by(self) -> pa.Array:
        """`marketing` or `sales` for each row; null where the value means neither."""
        cells = self.cells("source")
        if cells is None:
            return pa.nulls(self.size, pa.string())
        known = {words(value): source for value, source in self.mapping.sources.items()}
        return by_value(cells, lambda text: known.get(words(text)))

    def _few(self, values: pa.Array, name: str) -> pa.Array:
        """At most `MOST_VALUES` different values, the most frequent."""
        different = pc.count_distinct(values).as_py()
        if different <= MOST_VALUES:
            return values
        kept = pa.array(most_frequent(values.drop_null(), MOST_VALUES))
        self.ledger.warn(
            "too_many_values",
            str(self.column(name)),
            f"{different:,} different values are too many for a {name}; "
            f"the {MOST_VALUES} most frequent are kept, the rest is counted as other.",
            f"If this column is no {name}, choose another one.",
        )
        keep = pc.or_kleene(pc.is_in(values, kept), values.is_null())
        return pc.if_else(keep, values, OTHER)

    def numbers(self, name: str) -> NumberColumn | None:
        """A field read as numbers; `None` without a column."""
        found = self.column(name)
        if found is None:
            return None
        column = read_numbers(self.table.cells[found], self.mapping.decimal)
        if column.note:
            self.ledger.understood.append(f"{found}: {column.note}")
        return column


def to_numbers(column: NumberColumn) -> np.ndarray:
    """Numbers, NaN where blank or unreadable."""
    return np.array(column.values.to_numpy(zero_copy_only=False), dtype=float)


def trimmed(column: Cells) -> pa.Array:
    """The text without space around it, as one array; null where nothing or a word for it stands."""
    return plain(column)[0]


def most_frequent(values: pa.Array, most: int) -> list[str]:
    """The most frequent of the values, equally frequent ones in alphabetical order."""
    counts = pc.value_counts(values)
    table = pa.table({"value": counts.field("values"), "count": counts.field("counts")})
    order = [("count", "descending"), ("value", "ascending")]
    found: list[str] = table.sort_by(order)["value"].slice(0, most).to_pylist()
    return found


def by_value(cells: pa.Array, meaning: Callable[[str], str | None]) -> pa.Array:
    """`meaning(text)` for each cell, worked out once for each different text; null stays null."""
    coded = cells.dictionary_encode()
    found = [meaning(text) for text in coded.dictionary.to_pylist()]
    return pa.array(found, pa.string()).take(coded.indices)


def own_id(text: str) -> str:
    """The id a channel without a meaning is kept under: `Display Ads` is `display_ads`."""
    return words(text).replace(" ", "_")[:64].strip("_") or UNKNOWN


def plain_text(text: str) -> str | None:
    """The text on one line, at most 120 characters; `None` when nothing can be shown."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:TEXT_LENGTH].strip() or None


def to_mask(values: pa.Array) -> np.ndarray:
    """Booleans as numpy; null counts as false."""
    return np.asarray(values.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def to_moments(values: pa.Array) -> np.ndarray:
    """Timestamps as datetime64[us], NaT for null."""
    return np.asarray(values.cast(_MOMENT).to_numpy(zero_copy_only=False), dtype="datetime64[us]")


def from_moments(moments: np.ndarray) -> pa.Array:
    """datetime64[us] as timestamps, null for NaT."""
    return pa.array(moments.astype("datetime64[us]"), _MOMENT, mask=np.isnat(moments))


def from_numbers(numbers: np.ndarray) -> pa.Array:
    """Numbers, null for NaN."""
    return pa.array(numbers, pa.float64(), mask=np.isnan(numbers))
