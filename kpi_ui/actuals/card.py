"""A file on the desk: what it seems to be, how it is read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from kpi_core.actuals.funnel_steps import funnel_steps
from kpi_core.actuals.prepare_check import check_mapping
from kpi_core.actuals.preview import Preview, preview
from kpi_core.actuals.table_file import TableRead
from kpi_core.models.actuals import Grain, Shape
from kpi_core.models.base import Finding, Severity
from kpi_ui import inputs, state
from kpi_ui.actuals import intake, mapper, mapping, meanings
from kpi_ui.actuals.desk import Held
from kpi_ui.actuals.work import SHAPES, Work

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MARKS = {
    Severity.ERROR: ":red[:material/error:]",
    Severity.WARNING: ":orange[:material/warning:]",
    Severity.INFO: ":gray[:material/info:]",
}
_ORDERS = {"": "Decide from the dates", "day": "Day first: 31/12", "month": "Month first: 12/31"}
_SIGNS = {"": "Decide from the numbers", ".": "Point: 1,234.5", ",": "Comma: 1.234,5"}
_GRAINS = {"": "Decide from the dates", **{g.value: g.value.capitalize() for g in Grain}}
MOST_SHOWN = 8


def render(work: Work, held: Held) -> None:
    """The card; a file that cannot be read says why."""
    with st.container(border=True, key=f"actuals.card.{held.id}"):
        _head(work, held)
        if held.table is None:
            st.warning(
                "This file had to make room for others before it was read. Remove it here and "
                "choose it again."
            )
            return
        if not held.readable:
            _sheet(work, held, held.table)
            findings(held.table.findings)
            return
        _choices(work, held, held.table)
        found = looked_at(work, held, held.table)
        findings((*held.table.findings, *checked(work, held)))
        mapper.render(work, held, held.table)
        meanings.render(work, held, held.table)
        _preview(found)


def _head(work: Work, held: Held) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.subheader(inputs.md(held.name), anchor=False)
            if held.table is not None:
                st.caption(inputs.md(_described(work, held, held.table)))
        st.button(
            "Remove",
            key=f"actuals.remove.{held.id}",
            icon=":material/close:",
            on_click=work.desk.remove,
            args=(held,),
        )


def _described(work: Work, held: Held, table: TableRead) -> str:
    """`CSV, 8,000 rows, 4 columns, UTF-8, split by commas. HubSpot leads.`"""
    if not held.readable:
        return "Not read."
    parts = [
        "Pasted" if table.kind == "pasted" else table.kind.upper(),
        f"{table.rows_read:,} row{'' if table.rows_read == 1 else 's'}",
        f"{table.cells.num_columns:,} column{'' if table.cells.num_columns == 1 else 's'}",
    ]
    if table.kind in ("csv", "tsv"):
        parts.append(table.encoding)
    if table.delimiter:
        parts.append(f"split by {_DELIMITERS.get(table.delimiter, table.delimiter)}")
    if table.sheet:
        parts.append(f"sheet {table.sheet}")
    names = {system.id: system.name for system in work.catalog.imports.systems}
    system = names.get(held.mapping.system or "")
    said = f" Recognised as an export of {system}." if system else ""
    saved = held.mapping in work.framework.import_mappings
    return f"{', '.join(parts)}.{said}{' Read as last time.' if saved else ''}"


def looked_at(work: Work, held: Held, table: TableRead) -> Preview:
    """The preview of this mapping, made once."""
    key = ("preview", held.mapping.model_dump_json(), work.framework.model_dump_json())
    if held.memo.get("preview_of") != key:
        found = preview(table, held.mapping, work.framework, work.catalog, date.today())
        held.memo.update(preview_of=key, preview=found)
    result: Preview = held.memo["preview"]
    return result


def checked(work: Work, held: Held) -> tuple[Finding, ...]:
    """What this mapping lacks, worked out once."""
    key = (held.mapping.model_dump_json(), work.framework.model_dump_json())
    if held.memo.get("checked_of") != key:
        tables = [held.table] if held.table is not None else []
        found = check_mapping(held.mapping, tables, work.framework, work.catalog)
        held.memo.update(checked_of=key, checked=found)
    result: tuple[Finding, ...] = held.memo["checked"]
    return result


def findings(found: tuple[Finding, ...] | list[Finding]) -> None:
    """Findings as lines, errors first; the rest of many is counted."""
    order = list(_MARKS)
    ranked = sorted(found, key=lambda finding: order.index(finding.severity))
    lines = [
        f"- {_MARKS[f.severity]} **{inputs.md(f.where)}.** {inputs.md(f.message)} {inputs.md(f.fix)}"
        for f in ranked
    ]
    if lines:
        st.markdown("\n".join(lines[:MOST_SHOWN]))
    if len(lines) > MOST_SHOWN:
        with st.expander(f"{len(lines) - MOST_SHOWN:,} more"):
            st.markdown("\n".join(lines[MOST_SHOWN:200]))


def _choices(work: Work, held: Held, table: TableRead) -> None:
    """What a row is, and what cannot be decided from the file alone."""
    found, shape = looked_at(work, held, table), held.mapping.shape
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _sheet(work, held, table)
        shapes = {key.value: name for key, name in SHAPES.items()}
        _select(
            held, "shape", "Each row is", shapes, shape.value, lambda s: _reshape(work, held, s)
        )
        if shape is Shape.LEADS:
            steps = funnel_steps(work.framework, work.catalog)
            names = {step: steps.names[step] for step in steps.all}
            _option(work, held, "row_is", "All rows count as", names, held.mapping.row_is)
        if found.order_matters:
            order = {None: "", True: "day", False: "month"}[held.mapping.day_first]
            values = {"": None, "day": True, "month": False}
            _option(work, held, "day_first", "Dates", _ORDERS, order, values)
        if found.has_numbers:
            sign = held.mapping.decimal or ""
            _option(work, held, "decimal", "Decimal sign", _SIGNS, sign, {"": None})
        if shape in (Shape.VALUES_LONG, Shape.VALUES_WIDE):
            grain = held.mapping.grain.value if held.mapping.grain else ""
            _option(work, held, "grain", "Each period is a", _GRAINS, grain, {"": None})


def _sheet(work: Work, held: Held, table: TableRead) -> None:
    """Another sheet of a workbook; also where the one that was tried cannot be read."""
    if held.content is None or not held.sheets:
        return
    sheets = {sheet: sheet for sheet in held.sheets}
    if table.sheet not in sheets:
        sheets = {"": "Choose a sheet", **sheets}

    def save(sheet: str) -> None:
        if sheet:
            intake.another_sheet(work, held, sheet)

    _select(held, "sheet", "Sheet", sheets, table.sheet or "", save)


def _select(
    held: Held, name: str, label: str, names: Mapping[str, str], chosen: str, save: Any
) -> None:
    key = state.bind(f"actuals.{held.id}.{name}", chosen)
    st.selectbox(
        label,
        list(names),
        format_func=lambda value: names.get(value, value),
        key=key,
        on_change=lambda: save(str(state.widget_value(key))),
        width=260,
    )


def _option(
    work: Work,
    held: Held,
    name: str,
    label: str,
    names: Mapping[str, str],
    chosen: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """A select box that sets one value of the mapping; `values` are what some entries stand for."""

    def save(value: str) -> None:
        meant = (values or {}).get(value, value)
        held.mapping = mapping.changed(held.mapping, **{name: meant})
        work.desk.outcome = None

    _select(held, name, label, names, chosen, save)


def _reshape(work: Work, held: Held, shape: str) -> None:
    if held.table is not None:
        new = mapping.with_shape(
            held.table, held.mapping, Shape(shape), work.framework, work.catalog
        )
        held.mapping, held.proposed = new, frozenset(new.columns)
        work.desk.outcome = None


def _preview(found: Preview) -> None:
    st.caption("The first rows, as they will be read")
    if found.rows.empty:
        st.caption("Nothing yet: choose the columns that are missing.")
    else:
        st.dataframe(found.rows, hide_index=True, height="content")
    for sentence in found.understood:
        st.caption(inputs.md(sentence))
