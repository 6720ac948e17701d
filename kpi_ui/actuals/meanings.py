"""What the values of a file's columns mean: channels, stages, who sourced it, metrics."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from kpi_core.actuals.funnel_steps import funnel_steps
from kpi_core.actuals.propose_values import distinct
from kpi_core.actuals.table_file import TableRead
from kpi_core.models.actuals import UNKNOWN, Shape
from kpi_ui import components
from kpi_ui.actuals import mapping
from kpi_ui.actuals.desk import Held
from kpi_ui.actuals.mapping import Meaning
from kpi_ui.actuals.work import Work

_MOST = 40
"""Values shown; rarer ones keep what was proposed for them."""
_LOOKED_UP = 2_000
NONE = ""
_TITLES = {
    "channel": ("Channels", "its own channel"),
    "stage": ("Stages", "not used"),
    "source": ("Sourced by", "neither"),
    "metric": ("Metrics", "not read"),
}
_OUTCOMES = {"open": "Open", "won": "Won", "lost": "Lost"}


def render(work: Work, held: Held, table: TableRead) -> None:
    """A table for each mapped column whose values have to be understood."""
    for field, kind in mapping.MEANING_OF.items():
        column = held.mapping.columns.get(field)
        if column in table.cells.column_names:
            _table(work, held, field, kind, _values(held, table, str(column)))
    if held.mapping.shape is Shape.VALUES_WIDE:
        taken = set(held.mapping.columns.values())
        free = [name for name in table.cells.column_names if name not in taken]
        known = held.mapping.metric_columns
        free.sort(key=lambda name: name not in known)
        _table(work, held, "metric", "metric_columns", tuple(free))


def _values(held: Held, table: TableRead, column: str) -> tuple[str, ...]:
    """Different values of a column, most frequent first, looked up once."""
    if ("values", column) not in held.memo:
        held.memo["values", column] = distinct(table, column, _LOOKED_UP)
    found: tuple[str, ...] = held.memo["values", column]
    return found


def _table(work: Work, held: Held, field: str, kind: Meaning, values: tuple[str, ...]) -> None:
    title, without = _TITLES[field]
    known: Mapping[str, str] = getattr(held.mapping, kind)
    recognised = sum(value in known for value in values)
    more = st.expander(
        f"{title}: {recognised:,} of {len(values):,} recognised",
        expanded=field in ("stage", "metric") and recognised < len(values),
        key=f"actuals.meanings.{held.id}.{field}",
        on_change="rerun",
    )
    if not more.open:
        return
    options = _options(work, field)

    def save(value: str, _column: str, meaning: str | bool) -> None:
        chosen = str(meaning) or None
        held.mapping = mapping.with_meaning(held.mapping, kind, _value_of(values, value), chosen)
        work.desk.outcome = None

    with more:
        components.grid(
            [
                components.GridColumn("value", "In the file, most frequent first", width=320),
                components.GridColumn("means", "Means", "select", width=320),
            ],
            [
                _row(f"v{n}", value, known.get(value, NONE), options, without)
                for n, value in enumerate(values[:_MOST])
            ],
            key=f"actuals.grid.{held.id}.{field}",
            on_edit=save,
            caption=f"{title}: values of the file and what they mean",
            epoch=held.id,
        )
        if len(values) > _MOST:
            st.caption(
                f"{len(values) - _MOST:,} rarer values are not shown; each counts as {without}, "
                "or as recognised by its name."
            )


def _value_of(values: tuple[str, ...], row_id: str) -> str:
    return values[int(row_id.removeprefix("v"))]


def _row(
    row_id: str, value: str, chosen: str, options: Mapping[str, str], without: str
) -> components.GridRow:
    known = {NONE: without.capitalize(), **options}
    if chosen not in known:
        known[chosen] = chosen.replace("_", " ")
    cell = components.SelectCell(chosen, tuple(known.items()), f"Meaning of {value}")
    return components.GridRow(row_id, {"value": components.TextCell(value), "means": cell})


def _options(work: Work, field: str) -> dict[str, str]:
    """What a value can mean, with names."""
    if field == "channel":
        named = {key: channel.name for key, channel in work.catalog.channels.items()}
        return {**named, UNKNOWN: "Not known"}
    if field == "source":
        return {"marketing": "Marketing", "sales": "Sales"}
    if field == "stage":
        steps = funnel_steps(work.framework, work.catalog)
        return {**_OUTCOMES, **{step: steps.names[step] for step in steps.all}}
    own = {metric.id: metric.name for metric in work.framework.metrics}
    measures = {key: measure.name for key, measure in work.catalog.measures.items()}
    metrics = {key: metric.name for key, metric in work.catalog.metrics.items()}
    return {**own, **measures, **metrics}
