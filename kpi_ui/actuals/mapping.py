"""Corrections to a mapping. Each gives a new, valid mapping; meanings follow the columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from kpi_core.actuals.propose import fields, propose
from kpi_core.actuals.propose_columns import columns_of, match_shape
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import MOST_MAPPINGS, ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

Meaning = Literal["channels", "stages", "sources", "metric_columns"]
MEANING_OF: dict[str, Meaning] = {
    "channel": "channels",
    "stage": "stages",
    "source": "sources",
    "metric": "metric_columns",
}
"""Fields whose values have meanings of their own."""
_ID_LENGTH = 60


def changed(mapping: ImportMapping, **changes: Any) -> ImportMapping:
    """The mapping with other values, validated."""
    return ImportMapping.model_validate({**dict(mapping), **changes})


def with_shape(
    table: TableRead,
    mapping: ImportMapping,
    shape: Shape,
    framework: MeasurementFramework,
    catalog: Catalog,
) -> ImportMapping:
    """The mapping for rows of another kind: columns and meanings are proposed anew."""
    match = match_shape(shape, columns_of(table), fields(shape, framework, catalog), catalog)
    new = changed(
        mapping,
        shape=shape,
        system=match.system,
        columns={key: name for key, name in match.columns.items() if name},
        **{meaning: {} for meaning in MEANING_OF.values()},
    )
    return with_meanings_of_values(table, new, framework, catalog)


def with_column(
    table: TableRead,
    mapping: ImportMapping,
    field: str,
    column: str | None,
    framework: MeasurementFramework,
    catalog: Catalog,
) -> ImportMapping:
    """The mapping with another column for a field; `None` for none."""
    columns = {key: name for key, name in mapping.columns.items() if key != field}
    if column is not None:
        columns[field] = column
    new = changed(mapping, columns=columns)
    if field in MEANING_OF:
        new = changed(new, **{MEANING_OF[field]: {}})
    return with_meanings_of_values(table, new, framework, catalog)


def with_meanings_of_values(
    table: TableRead, mapping: ImportMapping, framework: MeasurementFramework, catalog: Catalog
) -> ImportMapping:
    """The mapping with a meaning for every value of the file that the catalog knows."""
    present = set(table.cells.column_names)
    if not mapping.columns or not present.issuperset(mapping.columns.values()):
        return mapping
    if mapping.shape is Shape.VALUES_WIDE and not present.issuperset(mapping.metric_columns):
        return mapping
    return propose(table, framework, catalog, [mapping])


def with_meaning(
    mapping: ImportMapping, kind: Meaning, value: str, meaning: str | None
) -> ImportMapping:
    """The mapping with another meaning of one value; `None` for none."""
    known = {key: said for key, said in getattr(mapping, kind).items() if key != value}
    if meaning is not None:
        known[value] = meaning
    return changed(mapping, **{kind: known})


def keep(
    saved: Sequence[ImportMapping], used: Sequence[tuple[ImportMapping, frozenset[str]]]
) -> tuple[list[ImportMapping], list[ImportMapping]]:
    """The mappings to save, at most 20, and those of this upload as they are among them.

    `used` are mappings with the columns of the file each was used for.

    A mapping replaces the one it came from; another of the same id, for files with other columns,
    stays, and the new one gets an id of its own.
    """
    kept, settled = list(saved), []
    for mapping, columns in used:
        taken = {other.id: other for other in kept}
        before = taken.get(mapping.id)
        new_id = mapping.id
        if before is not None and not _fits(before, columns):
            stem = mapping.id[:_ID_LENGTH]
            new_id = next(i for n in range(2, 999) if (i := f"{stem}_{n}") not in taken)
        new = changed(mapping, id=new_id)
        kept = [*(other for other in kept if other.id != new_id), new]
        settled.append(new)
    return kept[-MOST_MAPPINGS:], settled


def _fits(mapping: ImportMapping, columns: frozenset[str]) -> bool:
    wide = mapping.shape is Shape.VALUES_WIDE
    needed = {*mapping.columns.values(), *(mapping.metric_columns if wide else ())}
    return needed <= columns
