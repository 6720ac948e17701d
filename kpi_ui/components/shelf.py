"""A list of things with a state, a bar and actions: frameworks, snapshots, links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register

__all__ = ["ShelfAction", "ShelfRow", "shelf"]

_SHELF = _register("shelf")
ShelfTone = Literal["", "good", "warn", "muted"]


@dataclass(frozen=True)
class ShelfAction:
    """A button at the end of a row."""

    id: str
    label: str


@dataclass(frozen=True, kw_only=True)
class ShelfRow:
    """One thing in the list."""

    id: str
    title: str
    eyebrow: str = ""
    """Above the title, such as the client."""
    text: str = ""
    """Below the title."""
    badge: str = ""
    tone: ShelfTone = ""
    share: float | None = None
    """Length of the bar, in [0, 1]; `None` draws none."""
    share_text: str = ""
    """Beside the bar, or instead of it."""
    note: str = ""
    """When something last happened."""
    mark: str = ""
    """Why this row stands out, such as being open."""
    actions: Sequence[ShelfAction] = ()


def shelf(
    rows: Sequence[ShelfRow],
    key: str,
    on_act: Callable[[str, str], None],
    *,
    label: str,
    selected: str | None = None,
    on_select: Callable[[str], None] | None = None,
    panel: str | None = None,
) -> None:
    """The list; `on_act(row_id, action_id)` for a button, `on_select(row_id)` for the row itself.

    Without `on_select` rows are not selectable. `panel` is the key of the container with the selected
    row's details, scrolled to on a phone. `label` is read aloud.
    """
    known = {row.id: {action.id for action in row.actions} for row in rows}

    def on_event(name: str, value: object) -> None:
        if name == "select" and isinstance(value, str) and value in known and on_select:
            on_select(value)
        elif name == "act" and isinstance(value, Mapping):
            row, action = value.get("row"), value.get("action")
            if isinstance(row, str) and isinstance(action, str) and action in known.get(row, ()):
                on_act(row, action)

    data = {
        "rows": [{**asdict(row), "share": _share(row.share)} for row in rows],
        "label": label,
        "selected": selected,
        "selectable": on_select is not None,
        "panel": panel,
    }
    _mount(_SHELF, data, key, on_event)


def _share(value: float | None) -> float | None:
    return None if value is None else min(1.0, max(0.0, value))
