"""Checks of `instrumentation.yaml` against the catalog's measures and tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi_core.catalog.loader import Catalog


def check_instrumentation(catalog: Catalog) -> Iterator[str]:
    """Every measure has instruments, every instrument a known tool and a use, no id stands twice."""
    records = catalog.instrumentation.instruments
    known = {record.id for record in records}
    used: set[str] = set()
    if len(known) != len(records):
        yield "instrumentation, instruments: an id is used twice"
    for record in records:
        if record.tool not in catalog.tools:
            yield f"instrumentation {record.id}, tool: unknown id {record.tool}"
    for measure_id, wanted in catalog.instrumentation.measures.items():
        used |= set(wanted)
        if measure_id not in catalog.measures:
            yield f"instrumentation, measures: unknown id {measure_id}"
        for wrong in sorted(set(wanted) - known):
            yield f"instrumentation {measure_id}: unknown id {wrong}"
    for measure_id in catalog.measures:
        if not catalog.instrumentation.measures.get(measure_id):
            yield f"instrumentation, measures: nothing for {measure_id}"
    for unused in sorted(known - used):
        yield f"instrumentation {unused}: no measure needs it"
