"""Shape of `instrumentation.yaml`: fields, events and tables to create in each kind of tool."""

from __future__ import annotations

from typing import Literal

from kpi_core.models.base import Document, Id, Name, Sentence


class InstrumentRecord(Document):
    """Something to create in a tool so that measures can be counted."""

    id: Id
    tool: Id
    """Tool category."""
    kind: Literal["field", "event", "list", "report", "table"]
    object: Name
    """What it belongs to in the tool, for example `Lead` or `Account`."""
    name: Name
    """Proposed name."""
    type: Name
    """What the tool must store."""
    note: Sentence


class InstrumentCatalog(Document):
    """All instruments, and those each measure needs."""

    instruments: tuple[InstrumentRecord, ...]
    measures: dict[Id, tuple[Id, ...]]
    """Instruments by measure; a plan takes those of the tools it uses."""

    def needed(self, measure_id: str) -> tuple[InstrumentRecord, ...]:
        """What a measure needs, in the file's order; () for a measure it does not know."""
        wanted = self.measures.get(measure_id, ())
        return tuple(record for record in self.instruments if record.id in wanted)
