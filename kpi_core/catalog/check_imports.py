"""Checks of `imports.yaml` against the rest of the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from kpi_core.catalog.words import words

if TYPE_CHECKING:
    from kpi_core.catalog.loader import Catalog

OUTCOMES = frozenset({"open", "won", "lost"})
NO_CHANNEL = frozenset({"direct", "other", "unknown"})
"""Meanings of a channel value that are no channel of the catalog."""


def check_imports(catalog: Catalog) -> Iterator[str]:
    """Every problem of the import names, one line each."""
    steps = {step.id for funnel in catalog.funnels.values() for step in funnel.steps}
    known_metrics = {*catalog.metrics, *catalog.measures}
    imports = catalog.imports
    yield from _check_columns(catalog, steps)
    for table, keys, known in (
        ("stages", imports.stages, OUTCOMES | steps),
        ("channels", imports.channels, NO_CHANNEL | set(catalog.channels)),
        ("metrics", imports.metrics, known_metrics),
        ("levels", imports.levels, set(catalog.measures)),
    ):
        for key in keys:
            if key not in known:
                yield f"imports, {table}: unknown id {key}"
    for table, names in (
        ("stages", imports.stages),
        ("channels", imports.channels),
        ("sources", {str(source): names for source, names in imports.sources.items()}),
        ("metrics", imports.metrics),
    ):
        yield from _check_names(f"imports, {table}", names)


def _check_columns(catalog: Catalog, steps: Iterable[str]) -> Iterator[str]:
    imports = catalog.imports
    fields = {(shape, field.id) for field in imports.fields for shape in field.shapes}
    if len(fields) != sum(len(field.shapes) for field in imports.fields):
        yield "imports, fields: a field stands twice for a shape"
    systems = {None, *(system.id for system in imports.systems)}
    dated = {f"at_{step}" for step in steps}
    for record in imports.columns:
        at = f"imports, columns {record.system or 'any'} {record.shape}"
        if record.system not in systems:
            yield f"{at}: unknown system"
        for field in record.names:
            if (record.shape, field) not in fields and not (
                record.shape == "leads" and field in dated
            ):
                yield f"{at}: unknown field {field}"


def _check_names(at: str, table: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A name must have words, and one meaning."""
    meanings: dict[str, str] = {}
    for meaning, names in table.items():
        for name in names:
            plain = words(name)
            if not plain:
                yield f"{at}: {name!r} has no words"
            elif meanings.setdefault(plain, meaning) != meaning:
                yield f"{at}: {name} means both {meanings[plain]} and {meaning}"
