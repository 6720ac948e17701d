"""Shape of `imports.yaml`: what exported files call columns, stages, channels and metrics."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kpi_core.models.actuals import Shape
from kpi_core.models.base import Document, Id, Name, Sentence

Kind = Literal["text", "date", "number", "period"]
"""What the cells of a field hold; a period is a date or a text such as `Q3 2026`."""
Names = tuple[Name, ...]
"""Names as a file may write them."""


class ImportField(Document):
    """Something the mapper asks for: a column of the file for it."""

    id: Id
    name: Name
    kind: Kind
    shapes: tuple[Shape, ...] = Field(min_length=1)
    required: bool = False
    help: Sentence


class ImportSystem(Document):
    """A system files are exported from."""

    id: Id
    name: Name


class ColumnNames(Document):
    """What one system calls the columns of one shape; without a system, what any file may call them."""

    system: Id | None = None
    shape: Shape
    names: dict[Id, Annotated[Names, Field(min_length=1)]]
    """Names for each field, the most telling first."""


class ImportCatalog(Document):
    """All of `imports.yaml`."""

    fields: tuple[ImportField, ...]
    step_help: Sentence
    """Help for the date column of a funnel step."""
    systems: tuple[ImportSystem, ...]
    columns: tuple[ColumnNames, ...]
    stages: dict[Id, Names]
    """Values that mean open, won, lost or a funnel step."""
    channels: dict[Id, Names]
    """Values that mean a channel; beside the catalog's channels `direct`, `other` and `unknown`."""
    sources: dict[Literal["marketing", "sales"], Names]
    metrics: dict[Id, Names]
    """Further names of metrics and measures."""
    levels: tuple[Id, ...]
    """Measures whose values must not be added over time."""
