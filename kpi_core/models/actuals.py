"""Actuals: how an uploaded file is read, and what was imported. The values themselves are kept apart."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from kpi_core.models.base import Document, Id, Name, Sentence

MOST_MAPPINGS = 20
UNKNOWN = "unknown"
"""Channel or segment of rows that name none."""
COLUMN_LENGTH = 200

ColumnName = Annotated[str, Field(min_length=1, max_length=COLUMN_LENGTH)]
"""A column of the user's file, as its header says."""
CellText = Annotated[str, Field(max_length=COLUMN_LENGTH)]
"""A value found in the user's file."""


class Grain(StrEnum):
    """Length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Shape(StrEnum):
    """What one row of a file is."""

    VALUES_LONG = "values_long"
    """A metric's value in a period: columns period, metric, value, optional channel and segment."""
    VALUES_WIDE = "values_wide"
    """A period: one column for each metric, optional channel and segment."""
    LEADS = "leads"
    """A lead, with the date at which it reached each funnel step."""
    OPPORTUNITIES = "opportunities"
    """An opportunity, with stage, dates and amount."""
    TOUCHES = "touches"
    """A contact of a lead or deal with a channel or campaign."""


class AttributionModel(StrEnum):
    """How credit for a deal is shared among the touches before it."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    LINEAR = "linear"
    POSITION_BASED = "position_based"
    """40% to the first, 40% to the last, 20% shared by those between."""
    TIME_DECAY = "time_decay"


class ImportMapping(Document):
    """How one kind of file is read: which column is what, and what its values mean."""

    id: Id
    name: Name
    """The kind of file, in the user's words, for example `HubSpot leads`."""
    shape: Shape
    system: Id | None = None
    """The system the file comes from as the catalog calls it; `None` when it was not recognised."""
    columns: dict[Id, ColumnName] = Field(default_factory=dict, max_length=60)
    """Column of the file for each field of the shape (`created`, `channel`, `at_mqls`, ...)."""
    metric_columns: dict[ColumnName, Id] = Field(default_factory=dict, max_length=500)
    """Metric or measure of each value column of a wide table, and of each name in a long one."""
    channels: dict[CellText, Id] = Field(default_factory=dict, max_length=2000)
    """Channel of each value of the channel column; values without one are kept under their own id."""
    stages: dict[CellText, Id] = Field(default_factory=dict, max_length=500)
    """Meaning of each value of the stage or status column: a funnel step, `open`, `won` or `lost`."""
    sources: dict[CellText, Literal["marketing", "sales"]] = Field(
        default_factory=dict, max_length=2000
    )
    """Who sourced it, for each value of the source column."""
    row_is: Id = "leads"
    """For leads: the funnel step every row has reached by its `created` date."""
    day_first: bool | None = None
    """Order of dates such as 03/04/2026; `None` to decide from the column."""
    decimal: Literal[".", ","] | None = None
    """Decimal sign of numbers; `None` to decide from the column."""
    grain: Grain | None = None
    """Length of the periods of a values table that gives them as dates; `None` to decide from the dates."""


class ImportRecord(Document):
    """One accepted upload, in figures."""

    id: Id
    mapping_id: Id
    shape: Shape
    files: tuple[Name, ...] = Field(min_length=1)
    imported_on: date
    rows_read: Annotated[int, Field(ge=0)]
    rows_used: Annotated[int, Field(ge=0)]
    rows_set_aside: Annotated[int, Field(ge=0)]
    first_day: date | None = None
    last_day: date | None = None
    """Latest date of the data that is not in the future: the figures are as of this day."""
    notes: tuple[Sentence, ...] = ()
