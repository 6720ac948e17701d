"""The tables every file is read into, and the small ones they are aggregated to. Nothing is computed here.

Canonical tables (pyarrow) hold one row per lead, opportunity or touch and are forgotten after an
import. Facts, cohorts and credits (pandas) hold sums only, nothing about a person, and are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.models.actuals import UNKNOWN

AT = "at_"
"""Columns of the leads table that date a funnel step start with it: `at_mqls`."""
NOT_SPLIT = ""
"""Channel or segment of a value that covers all of them."""
UNATTRIBUTED = "unattributed"
"""Channel of conversions before which no touch is known."""
INFLUENCED = "influenced"
"""Beside the attribution models: conversions with at least one touch, counted in full for each channel."""
LONGEST_NAME = 200
"""Characters of a channel, segment or campaign; the rest is cut off."""

_MOMENT = pa.timestamp("us")


_CUT = frozenset({"channel", "segment", "campaign"})
_WHO = ("channel", "segment", "campaign", "sourced_by")

LEADS = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("entered", _MOMENT, nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in _WHO),
        pa.field("responded", _MOMENT),
        pa.field("lost", _MOMENT),
        pa.field("amount", pa.float64()),
    ]
)
"""Leads without their step columns (`at_...`). `amount` is the money of the win."""

OPPORTUNITIES = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("lead_key", pa.string()),
        pa.field("created", _MOMENT),
        pa.field("closed", _MOMENT),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("amount", pa.float64()),
        *(pa.field(name, pa.string(), nullable=False) for name in _WHO),
    ]
)
"""Opportunities. `outcome` is `open`, `won` or `lost`; `created` is null where a list of wins has no such date."""

TOUCHES = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("at", _MOMENT, nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("campaign", pa.string(), nullable=False),
    ]
)
"""Contacts; `key` is a lead's or an opportunity's."""

FACTS = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("day", _MOMENT, nullable=False),
        pa.field("grain", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("segment", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
    ]
)
"""Values of measures and metrics. `kind` is `flow`, `observation`, `change` or `level`."""

COHORTS = pa.schema(
    [
        pa.field("month", _MOMENT, nullable=False),
        pa.field("base", pa.string(), nullable=False),
        pa.field("step", pa.string(), nullable=False),
        pa.field("lag", pa.int64(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("segment", pa.string(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
"""How many of those that entered at `base` in `month` reached `step`, `lag` calendar months later."""

CREDITS = pa.schema(
    [
        pa.field("model", pa.string(), nullable=False),
        pa.field("what", pa.string(), nullable=False),
        pa.field("day", _MOMENT, nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("campaign", pa.string(), nullable=False),
        pa.field("segment", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
"""Pipeline, opportunities, revenue and deals, shared among touches by each attribution model."""

FACT_KINDS = frozenset({"flow", "observation", "change", "level"})


@dataclass(frozen=True)
class Canonical:
    """What the files of one import say, typed. `None` where no file of that kind was given.

    `leads` dates the step that all rows have reached (`row_is` of the mapping) in its own column
    too: `at_<row_is>` equals `entered`. `values` has the columns of `FACTS`.
    """

    leads: pa.Table | None = None
    opportunities: pa.Table | None = None
    touches: pa.Table | None = None
    values: pa.Table | None = None


@dataclass(frozen=True)
class Aggregated:
    """What is kept of an import: sums by day, channel and segment. `notes` say what was left out and why."""

    facts: pd.DataFrame
    cohorts: pd.DataFrame
    credits: pd.DataFrame
    notes: tuple[str, ...] = ()


def steps_of(leads: pa.Table) -> tuple[str, ...]:
    """The funnel steps a leads table dates, in its own order."""
    return tuple(name.removeprefix(AT) for name in leads.column_names if name.startswith(AT))


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the schema's columns and types; its step columns are kept.

    Text that must be there but is not becomes `unknown` in a channel or segment column that names
    some, else "". Names of channels, segments and campaigns are cut to 200 characters. Raises
    `ValueError` when a required date is missing, pyarrow's errors for values of a wrong type.
    """
    steps = [name for name in table.column_names if name.startswith(AT)]
    fields = [*schema, *(pa.field(name, _MOMENT) for name in steps)]
    columns = [_column(table, field) for field in fields]
    return pa.table(columns, schema=_nullable(pa.schema(fields)))


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    if field.name not in table.column_names:
        column = pa.chunked_array([pa.nulls(table.num_rows, field.type)])
    else:
        column = table[field.name].cast(field.type)
    if field.name in _CUT and (pc.max(pc.utf8_length(column)).as_py() or 0) > LONGEST_NAME:
        column = pc.utf8_slice_codeunits(column, 0, LONGEST_NAME)
    if field.nullable or not column.null_count:
        return column
    if not pa.types.is_string(field.type):
        raise ValueError(f"column {field.name} has rows without a value")
    names_some = pc.any(pc.not_equal(column, NOT_SPLIT)).as_py()
    split = field.name in {"channel", "segment"} and names_some
    return column.fill_null(UNKNOWN if split else NOT_SPLIT)


def to_frame(table: pa.Table, schema: pa.Schema) -> pd.DataFrame:
    """The table as a DataFrame with exactly the columns and types of the schema; `KeyError` without them."""
    frame: pd.DataFrame = table.select(schema.names).cast(_nullable(schema)).to_pandas()
    return frame


def empty(schema: pa.Schema) -> pd.DataFrame:
    """No rows, but all columns and types."""
    return to_frame(schema.empty_table(), schema)


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, field.type) for field in schema])
