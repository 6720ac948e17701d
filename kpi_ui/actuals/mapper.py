"""Which column holds which field of a file."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc
import streamlit as st

from kpi_core.actuals.propose import FieldSpec, fields
from kpi_core.actuals.table_file import TableRead
from kpi_core.models.actuals import Shape
from kpi_ui import inputs, state
from kpi_ui.actuals import mapping
from kpi_ui.actuals.desk import Held
from kpi_ui.actuals.work import Work

NONE = ""
_NOT_THERE = "Not in this file"
_USUAL = {"key", "lead_key", "stage", "channel", "segment", "amount", "campaign", "source"}
_MORE = {Shape.LEADS: "Dates of funnel steps, response and more"}
_LONGEST = 40
_LOOKED_AT = 1_000


def render(work: Work, held: Held, table: TableRead) -> None:
    """A select box for each field; those rarely there wait under More."""
    specs = fields(held.mapping.shape, work.framework, work.catalog)
    first = _USUAL | held.proposed
    shown = [spec for spec in specs if spec.required or spec.id in first]
    later = [spec for spec in specs if spec not in shown]
    _fields(work, held, table, shown)
    if later:
        used = sum(spec.id in held.mapping.columns for spec in later)
        said = f", {used} in use" if used else ""
        more = st.expander(
            f"{_MORE.get(held.mapping.shape, 'More fields')} ({len(later)}{said})",
            key=f"actuals.more.{held.id}",
            on_change="rerun",
        )
        if more.open:
            with more:
                _fields(work, held, table, later)


def _fields(work: Work, held: Held, table: TableRead, specs: Sequence[FieldSpec]) -> None:
    with st.grid(3):
        for spec in specs:
            with st.container(gap="xsmall"):
                _field(work, held, table, spec)


def _field(work: Work, held: Held, table: TableRead, spec: FieldSpec) -> None:
    columns = table.cells.column_names
    column = held.mapping.columns.get(spec.id, NONE)
    key = state.bind(f"actuals.{held.id}.{held.mapping.shape.value}.{spec.id}", column)

    def save() -> None:
        chosen = str(state.widget_value(key) or NONE) or None
        held.mapping = mapping.with_column(
            table, held.mapping, spec.id, chosen, work.framework, work.catalog
        )
        work.desk.outcome = None

    st.selectbox(
        f"{inputs.md(spec.name)}{' (needed)' if spec.required else ''}",
        [NONE, *columns, *([column] if column not in ("", *columns) else [])],
        format_func=lambda name: name or _NOT_THERE,
        key=key,
        on_change=save,
        help=inputs.md(spec.help),
    )
    if column:
        st.caption(_example(table, column))


def _example(table: TableRead, column: str) -> str:
    """`For example 2018-02-01`, from the first rows."""
    if column not in table.cells.column_names:
        return "The file has no such column"
    filled = pc.drop_null(table.cells[column].slice(0, _LOOKED_AT))
    if not len(filled):
        return "Empty in the first rows"
    text = filled[0].as_py()
    return inputs.md(f"For example {text[:_LONGEST]}{'...' if len(text) > _LONGEST else ''}")
