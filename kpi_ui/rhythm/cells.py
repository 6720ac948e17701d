"""Cells of editable tables: what was typed and could not be kept stays in its cell, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable

from kpi_core.numbers import NumberError, parse_number
from kpi_ui import components, session, state

_REFUSED = "kpi.rhythm.refused"
REMOVE = components.GridColumn("remove", "", kind="button", width=90)
Place = tuple[str, str, str]
"""Table, row and column."""


def _refused() -> dict[Place, tuple[str, str]]:
    """Text and reason by place; those of an earlier state of the work are left behind."""
    epoch, found = session.get(_REFUSED, (state.epoch(), {}))
    return dict(found) if epoch == state.epoch() else {}


def keep(place: Place, text: str, save: Callable[[str], str | None]) -> None:
    """Save a cell's text; where `save` says why not, text and reason stay in the cell."""
    try:
        why = save(text)
    except ValueError as error:
        why = str(error)
    known = _refused()
    known.pop(place, None)
    if why:
        known[place] = (text, why)
    session.put(_REFUSED, (state.epoch(), known))


def text(
    place: Place, value: str, label: str, *, placeholder: str = "", suffix: str = ""
) -> components.InputCell:
    """A text field that shows what is kept, or what could not be."""
    shown, why = _refused().get(place, (value, ""))
    return components.InputCell(shown, label, placeholder=placeholder, error=why, suffix=suffix)


def remove(name: str) -> components.ButtonCell:
    """The button that takes a row out."""
    return components.ButtonCell("Remove", title=f"Remove {name}")


def whole(typed: str) -> int | None:
    """A whole number; `None` for an empty cell. Raises `ValueError` with the reason."""
    if not typed.strip():
        return None
    try:
        read = parse_number(typed)
    except NumberError as error:
        raise ValueError(f"This {error}." if str(error).startswith("is") else f"{error}.") from None
    if read.is_percent or read.value != int(read.value):
        raise ValueError("Type a whole number.")
    return int(read.value)


def needed(typed: str) -> int:
    """A whole number that must be there. Raises `ValueError` with the reason."""
    found = whole(typed)
    if found is None:
        raise ValueError("Type a whole number.")
    return found


def entries(typed: str) -> tuple[str, ...]:
    """Several texts: split at semicolons and line ends, else at commas; nothing twice."""
    signs = r"[;\n]" if ";" in typed or "\n" in typed.strip() else "[,、]"
    parts = (part.strip() for part in re.split(signs, typed))
    return tuple(dict.fromkeys(part for part in parts if part.strip(" ,、")))


def joined(values: tuple[str, ...]) -> str:
    """Several texts as `entries` reads them."""
    comma = any(set(value) & {",", "、"} for value in values)
    return ("; " if comma else ", ").join(values) + (";" if comma and len(values) == 1 else "")
