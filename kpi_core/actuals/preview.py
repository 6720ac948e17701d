"""The first rows of a file as they will be read, before all of it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import pyarrow as pa

from kpi_core.actuals.canonical import Canonical
from kpi_core.actuals.columns import DateColumn, NumberColumn, guess_kind, read_dates, read_numbers
from kpi_core.actuals.funnel_steps import AT
from kpi_core.actuals.prepare import prepare
from kpi_core.actuals.propose import FieldSpec, fields
from kpi_core.actuals.propose_columns import MIXED
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.loader import Catalog, extended
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

_LOOKED_AT = 50
"""Rows prepared for the preview; those set aside are left out of it."""
_HIDDEN = ("place", "kind", "n")


@dataclass(frozen=True)
class Preview:
    """How a file is understood with a mapping."""

    rows: pd.DataFrame
    """First rows, under the names the mapper asks for; empty when the mapping lacks what it needs."""
    understood: tuple[str, ...]
    """How dates and numbers are written, a sentence for each column."""
    order_matters: bool
    """Whether some date column has to be told whether the day or the month comes first."""
    has_numbers: bool
    """Whether some mapped column holds numbers."""


def preview(
    table: TableRead,
    mapping: ImportMapping,
    framework: MeasurementFramework,
    catalog: Catalog,
    today: date,
    rows: int = 5,
) -> Preview:
    """The first `rows` rows as `prepare` reads them, with the order of dates all rows decide."""
    specs = [s for s in fields(mapping.shape, framework, catalog) if _column(table, mapping, s)]
    dates = {s: c for s in specs if (c := _dates(table, mapping, s)) is not None}
    numbers = {s: n for s in specs if (n := _numbers(table, mapping, s)) is not None}
    head = replace(
        table,
        cells=table.cells.slice(0, _LOOKED_AT),
        rows=table.rows.slice(0, _LOOKED_AT),
        set_aside=(),
    )
    decided = ImportMapping.model_validate(
        {
            **dict(mapping),
            "day_first": _order(mapping, dates),
            "decimal": _decimal(mapping, numbers),
        }
    )
    found = prepare([(head, decided)], framework, catalog, today).canonical
    said = [
        *(_sentence(mapping.columns[s.id], column) for s, column in dates.items()),
        *(f"{mapping.columns[s.id]}: {column.note}" for s, column in numbers.items()),
    ]
    return Preview(
        _shown(found, mapping, framework, catalog, rows),
        tuple(text for text in said if not text.endswith(": ")),
        any(column.day_first is not None for column in dates.values()),
        bool(numbers) or mapping.shape in (Shape.VALUES_LONG, Shape.VALUES_WIDE),
    )


def _column(table: TableRead, mapping: ImportMapping, spec: FieldSpec) -> str | None:
    name = mapping.columns.get(spec.id)
    return name if name in table.cells.column_names else None


def _dates(table: TableRead, mapping: ImportMapping, spec: FieldSpec) -> DateColumn | None:
    name = _column(table, mapping, spec)
    if spec.kind != "date" or name is None or guess_kind(table.cells[name]) == "boolean":
        return None
    return read_dates(table.cells[name], mapping.day_first)


def _numbers(table: TableRead, mapping: ImportMapping, spec: FieldSpec) -> NumberColumn | None:
    name = _column(table, mapping, spec)
    if spec.kind != "number" or name is None or spec.id == MIXED:
        return None
    return read_numbers(table.cells[name], mapping.decimal)


def _order(mapping: ImportMapping, dates: dict[FieldSpec, DateColumn]) -> bool | None:
    decided = {c.day_first for c in dates.values() if c.decided_by is not None}
    return decided.pop() if mapping.day_first is None and len(decided) == 1 else mapping.day_first


def _decimal(mapping: ImportMapping, numbers: dict[FieldSpec, NumberColumn]) -> str | None:
    signs = {column.decimal for column in numbers.values()}
    return signs.pop() if mapping.decimal is None and len(signs) == 1 else mapping.decimal


def _sentence(name: str, column: DateColumn) -> str:
    example = f"dates such as {column.style}. " if column.style else ""
    return f"{name}: {example}{column.note}".strip()


def _shown(
    found: Canonical,
    mapping: ImportMapping,
    framework: MeasurementFramework,
    catalog: Catalog,
    rows: int,
) -> pd.DataFrame:
    tables = {
        Shape.LEADS: found.leads,
        Shape.OPPORTUNITIES: found.opportunities,
        Shape.TOUCHES: found.touches,
    }
    table: pa.Table = tables.get(mapping.shape, found.values)
    if table is None or not table.num_rows:
        return pd.DataFrame()
    hidden = {*_HIDDEN, f"{AT}{mapping.row_is}", *({"key"} - mapping.columns.keys())}
    names = {"entered": "Created", "outcome": "Outcome", "at": "Date", "id": "Metric"}
    names |= {spec.id: spec.name for spec in fields(mapping.shape, framework, catalog)}
    names |= {"sourced_by": "Sourced by", "day": "Period starts", "grain": "Period is a"}
    said = {"channel": {key: channel.name for key, channel in catalog.channels.items()}}
    if table is found.values:
        said["id"] = _metric_names(extended(catalog, framework))
    return pd.DataFrame(
        {
            names.get(name, name.replace("_", " ").capitalize()): [
                said.get(name, {}).get(str(value), value) for value in _plain(table[name], rows)
            ]
            for name in table.column_names
            if name not in hidden and _says_something(table[name])
        }
    )


def _metric_names(catalog: Catalog) -> dict[str, str]:
    measures = {key: measure.name for key, measure in catalog.measures.items()}
    return measures | {key: metric.name for key, metric in catalog.metrics.items()}


def _plain(column: pa.ChunkedArray, rows: int) -> list[object]:
    """Cells as a person reads them: midnight is a day."""
    found = column.slice(0, rows).to_pylist()
    return [
        value.isoformat(" ", "minutes").removesuffix(" 00:00") if hasattr(value, "hour") else value
        for value in found
    ]


def _says_something(column: pa.ChunkedArray) -> bool:
    return any(value not in (None, "") for value in column.to_pylist())
