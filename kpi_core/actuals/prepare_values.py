"""A file of metric values, long or wide -> rows shaped as facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.calendar import end_of
from kpi_core.actuals.canonical import FACTS
from kpi_core.actuals.columns import read_numbers
from kpi_core.actuals.prepare_metrics import FactKind, fact_kind
from kpi_core.actuals.prepare_periods import Periods, read_periods
from kpi_core.actuals.prepare_repeats import without_repeated_values
from kpi_core.actuals.prepare_source import Source, by_value, to_numbers, trimmed
from kpi_core.actuals.report import Reason
from kpi_core.catalog.loader import Catalog, extended
from kpi_core.catalog.words import words
from kpi_core.models.actuals import Grain, Shape
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework

_ALL = frozenset(
    words(text)
    for text in ("All", "Total", "Overall", "All channels", "All segments", "(all)", "Alle",
                 "Gesamt", "合計", "全体", "すべて")
)  # fmt: skip
"""Channel or segment texts that mean: not split."""
_CELL = ["kind", "id", "day", "grain", "channel", "segment"]
_EMPTY = pd.DataFrame(
    {
        "place": np.array([], dtype="int64"),
        "key": np.array([], dtype=object),
        "kind": np.array([], dtype=object),
        "id": np.array([], dtype=object),
        "value": np.array([], dtype=float),
        "n": np.array([], dtype="int64"),
    }
)


@dataclass(frozen=True)
class Block:
    """Values of one metric: which rows, what their cells say."""

    key: str
    """The metric or measure as mapped; two of them can be one fact."""
    fact: FactKind
    places: np.ndarray
    cells: pa.Array
    decimal: str | None
    """Decimal sign; `None` to decide from these cells."""


def read_values(source: Source, framework: MeasurementFramework, catalog: Catalog) -> pa.Table:
    """The file's values as rows of `FACTS` with `place`; only values that count are in it.

    Metrics that add up over time become flows, under the id of the measure they are read from;
    others levels under their own id. A row is set aside when none of its values counts.
    """
    known = extended(catalog, framework)
    periods = _periods(source, framework.company.fiscal_year_start_month)
    blocks = _blocks(source, known)
    problems = np.full(source.size, None, dtype=object)
    frames = [_read_block(source, block, problems) for block in blocks]
    used = pd.concat(frames) if frames else _EMPTY
    used = used[~source.ledger.out[used["place"].to_numpy(dtype=int)]]
    without = np.ones(source.size, bool)
    without[used["place"].to_numpy(dtype=int)] = False
    for reason in dict.fromkeys(p for p in problems if p is not None):
        source.ledger.set_aside(without & (problems == reason), reason)
    source.ledger.set_aside(without, why.VALUE_MISSING)
    return without_repeated_values(source, _with_split(source, used, periods))


def _periods(source: Source, fiscal_start: int) -> Periods:
    cells = source.cells("period")
    if cells is None:
        source.ledger.set_aside(np.ones(source.size, bool), why.no_column("the period"))
        cells = pa.nulls(source.size, pa.string())
    periods = read_periods(cells, source.mapping.grain, source.mapping.day_first, fiscal_start)
    if periods.note:
        source.ledger.understood.append(f"{source.column('period')}: {periods.note}")
    source.ledger.set_aside(np.isnat(periods.days), why.PERIOD_UNREADABLE)
    source.ledger.set_aside(source.in_future(periods.days), why.PERIOD_IN_FUTURE)
    return periods


def _blocks(source: Source, catalog: Catalog) -> list[Block]:
    decimal = source.mapping.decimal
    if source.mapping.shape is Shape.VALUES_WIDE:
        return [
            Block(key, fact, np.arange(source.size), trimmed(source.table.cells[column]), decimal)
            for column, key in source.mapping.metric_columns.items()
            if column in source.table.cells.column_names
            and (fact := fact_kind(key, catalog)) is not None
        ]
    return list(_long_blocks(source, catalog))


def _long_blocks(source: Source, catalog: Catalog) -> Iterator[Block]:
    names, cells = source.cells("metric"), source.cells("value")
    if names is None or cells is None:
        missing = "the metric" if names is None else "the value"
        source.ledger.set_aside(np.ones(source.size, bool), why.no_column(missing))
        return
    known = {words(name): key for name, key in source.mapping.metric_columns.items()}
    keys = by_value(names, lambda text: known.get(words(text)))
    facts = {key: fact_kind(key, catalog) for key in keys.drop_null().unique().to_pylist()}
    found = np.asarray(keys.to_numpy(zero_copy_only=False), dtype=object)
    unknown = np.array([facts.get(key) is None for key in found], dtype=bool)
    _say_unknown(source, names.filter(pa.array(unknown)))
    source.ledger.set_aside(unknown, why.metric_unknown())
    # Metrics share the column, so all of it decides the decimal sign; percent is each metric's own.
    decimal = source.mapping.decimal or read_numbers(cells).decimal
    for key, fact in facts.items():
        if fact is not None:
            places = np.flatnonzero(found == key)
            yield Block(key, fact, places, cells.take(pa.array(places)), decimal)


def _say_unknown(source: Source, names: pa.Array) -> None:
    values = names.drop_null().unique().to_pylist()
    if values:
        shown = ", ".join(str(value)[:60] for value in values[:8])
        more = f" and {len(values) - 8:,} more" if len(values) > 8 else ""
        source.ledger.warn(
            "metric_unknown",
            str(source.column("metric")),
            f"No metric is chosen for: {shown}{more}.",
            "Choose the metric each name stands for.",
        )


def _read_block(source: Source, block: Block, problems: np.ndarray) -> pd.DataFrame:
    """Place and value of the cells that count; what is wrong with others goes to `problems`."""
    fact = block.fact
    column = read_numbers(block.cells, block.decimal)
    if column.note:
        source.ledger.understood.append(f"{fact.name}: {column.note}")
    values, as_percent = fact.scaled(to_numbers(column), column.unit)
    if as_percent:
        source.ledger.warn(
            "read_as_percent",
            fact.name,
            "Values above 1 stand in a column of shares; the column is read as percent.",
            "Write percent signs, or shares such as 0.12, to be sure.",
        )
    filled = np.asarray(pc.is_valid(block.cells))
    readable = filled & ~np.isnan(values)
    possible = fact.possible(values)
    for mask, reason in (
        (filled & ~readable, why.VALUE_UNREADABLE),
        (readable & ~possible, why.VALUE_IMPOSSIBLE),
    ):
        _list(source, block, mask, reason)
        problems[block.places[mask]] = reason
    kind = "flow" if fact.additive else "level"
    counted = fact.additive and fact.unit is Unit.COUNT
    good = values[possible & readable]
    return pd.DataFrame(
        {
            "place": block.places[possible & readable],
            "key": block.key,
            "kind": kind,
            "id": fact.id,
            "value": good,
            "n": np.rint(good).astype("int64") if counted else 0,
        }
    )


def _list(source: Source, block: Block, mask: np.ndarray, reason: Reason) -> None:
    """List cells of rows that may still be used for their other values."""
    if source.mapping.shape is Shape.VALUES_WIDE and mask.any():
        source.ledger.correct(mask, reason, block.cells)


def _with_split(source: Source, used: pd.DataFrame, periods: Periods) -> pd.DataFrame:
    """Period, channel and segment of each value; no channel or segment means all."""
    places = used["place"].to_numpy(dtype=int)
    table = used.assign(
        day=periods.days[places],
        grain=periods.grains[places],
        channel=_split(source.channels())[places],
        segment=_split(source.segments())[places],
    )
    return table.reset_index(drop=True)


def _split(values: pa.Array) -> np.ndarray:
    named = by_value(values, lambda text: "" if words(text) in _ALL else text)
    return np.asarray(named.fill_null("").to_numpy(zero_copy_only=False), dtype=object)


def values_together(parts: Sequence[tuple[Source, pd.DataFrame]]) -> pa.Table:
    """The values of all files: flows of the same period and split added up, the first of other values."""
    table = pd.concat([frame.assign(file=number) for number, (_, frame) in enumerate(parts)])
    _say_shared(parts, table)
    flows = table[table["kind"] == "flow"].groupby(_CELL, as_index=False, sort=False)
    levels = table[table["kind"] != "flow"].drop_duplicates(_CELL)
    whole = pd.concat([flows[["value", "n"]].sum(), levels])[FACTS.names]
    whole = whole.astype({"value": float, "n": "int64"})
    return pa.Table.from_pandas(whole, schema=FACTS, preserve_index=False)


def _say_shared(parts: Sequence[tuple[Source, pd.DataFrame]], table: pd.DataFrame) -> None:
    """Warn of values that an earlier file of the import gives too."""
    first = table.groupby(_CELL)["file"].transform("first") if len(table) else table["file"]
    for number, (source, _) in enumerate(parts):
        shared = int(((table["file"] == number) & (first < number)).sum())
        if shared:
            source.ledger.warn(
                "values_in_two_files",
                "",
                f"{shared:,} values give the same metric, period, channel and segment as another "
                "file; counts and money are added up, of other values the first file's is used.",
                "If they are not parts of one value, import only one of the files.",
            )


def last_days(values: pa.Table) -> list[date]:
    """First day of the earliest and last day of the latest period."""
    pairs = values.select(["day", "grain"]).group_by(["day", "grain"]).aggregate([]).to_pylist()
    return [
        min(pair["day"].date() for pair in pairs),
        max(end_of(pair["day"].date(), Grain(pair["grain"])) for pair in pairs),
    ]
