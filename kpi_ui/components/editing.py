"""The editable table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kpi_ui.components.events import text_of
from kpi_ui.components.items import (
    ButtonCell,
    CheckCell,
    GridCell,
    GridColumn,
    GridRow,
    InputCell,
    SelectCell,
    TextCell,
)
from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register

_GRID = _register("grid")
_CELL_KINDS: dict[type, str] = {
    TextCell: "text",
    InputCell: "input",
    SelectCell: "select",
    CheckCell: "check",
    ButtonCell: "button",
}


def grid(
    columns: Sequence[GridColumn],
    rows: Sequence[GridRow],
    key: str,
    on_edit: Callable[[str, str, str | bool], None],
    *,
    caption: str,
    on_select: Callable[[str], None] | None = None,
    selected: str | None = None,
    epoch: int | str = 0,
) -> None:
    """An editable table; `on_edit(row_id, column_id, value)` for each change.

    The value is text for inputs, an option's value for selects, a bool for checks, True for
    buttons. With `on_select`, the first cell of each row (a TextCell) is a button that selects the
    row. The text being typed is left alone by new data; change `epoch` to replace it all the same
    (undo, another framework).
    """
    cells = {(row.id, column.id): row.cells.get(column.id) for row in rows for column in columns}
    row_ids = {row.id for row in rows}

    def on_event(name: str, value: object) -> None:
        if name == "select":
            if on_select is not None and isinstance(value, str) and value in row_ids:
                on_select(value)
        elif name == "edit" and isinstance(value, Mapping):
            row, column = value.get("row"), value.get("column")
            if not isinstance(row, str) or not isinstance(column, str):
                return
            accepted = _accept_edit(cells.get((row, column)), value.get("value"))
            if accepted is not None:
                on_edit(row, column, accepted)

    data = {
        "columns": [asdict(column) for column in columns],
        "rows": [_row_data(row) for row in rows],
        "caption": caption,
        "selectable": on_select is not None,
        "selected": selected,
        "epoch": epoch,
    }
    _mount(_GRID, data, key, on_event)


def _accept_edit(cell: GridCell | None, value: object) -> str | bool | None:
    """The value if the cell can hold it, else None."""
    if cell is None or isinstance(cell, TextCell) or cell.disabled:
        return None
    match cell:
        case InputCell():
            return text_of(value)
        case SelectCell(options=options):
            known = {option for option, _label in options}
            return value if isinstance(value, str) and value in known else None
        case CheckCell():
            return value if isinstance(value, bool) else None
        case ButtonCell():
            return True if value is True else None


def _row_data(row: GridRow) -> dict[str, Any]:
    cells = {
        column: {"kind": _CELL_KINDS[type(cell)], **asdict(cell)}
        for column, cell in row.cells.items()
    }
    return {"id": row.id, "group": row.group, "cells": cells}
