"""What the values of a stage, channel or source column mean, and which metric a name stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow.compute as pc

from kpi_core.actuals.prepare_source import most_frequent, trimmed
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.words import joined
from kpi_core.models.actuals import COLUMN_LENGTH
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Measure, MetricDefinition

_FORMULA_GUARD = "'"


def distinct(table: TableRead, column: str, most: int) -> tuple[str, ...]:
    """The column's different values, most frequent first, at most `most`; too long ones are left out."""
    values = trimmed(table.cells[column]).drop_null()
    short = values.filter(pc.less_equal(pc.utf8_length(values), COLUMN_LENGTH))
    return tuple(most_frequent(short, most))


def meanings(values: Iterable[str], names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Meaning of each value that has one among the catalog's names for it."""
    known = {joined(name): meaning for meaning, said in names.items() for name in said}
    found = {value: known.get(joined(value)) for value in values}
    return {value: meaning for value, meaning in found.items() if meaning is not None}


def channel_names(catalog: Catalog) -> dict[str, list[str]]:
    """Names of each channel: its id, its name in the catalog and what systems call it."""
    names = {key: [key, channel.name] for key, channel in catalog.channels.items()}
    for key, said in catalog.imports.channels.items():
        names.setdefault(key, [key]).extend(said)
    return names


def metric_meanings(
    names: Iterable[str], framework: MeasurementFramework, catalog: Catalog
) -> dict[str, str]:
    """Metric or measure each name stands for: by id, by name in the framework or catalog, by alias."""
    known = _metric_names(framework, catalog)
    found = {name: known.get(joined(name.removeprefix(_FORMULA_GUARD))) for name in names}
    return {name: key for name, key in found.items() if key is not None}


def _metric_names(framework: MeasurementFramework, catalog: Catalog) -> dict[str, str]:
    """Every name in letters only: the framework's own names win, then the catalog's, then aliases."""
    known: dict[str, str] = {}
    own: tuple[MetricDefinition | Measure, ...] = (*framework.metrics, *framework.measures)
    for record in (*own, *catalog.metrics.values(), *catalog.measures.values()):
        known.setdefault(joined(record.id), record.id)
        known.setdefault(joined(record.name), record.id)
    for key, said in catalog.imports.metrics.items():
        for name in said:
            known.setdefault(joined(name), key)
    return {plain: key for plain, key in known.items() if plain}
