"""The work of this session as plain values, every change to it, and the way back and forth.

A keeper, when there is one, writes each change down outside the session.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from kpi_ui import session

DRAFT = "kpi.draft"
FRAMEWORK = "kpi.framework"
SCENARIO = "kpi.scenario"
ACTUALS = "kpi.actuals"
WORK = (DRAFT, FRAMEWORK, SCENARIO, ACTUALS)
HISTORY_LIMIT = 50
NOTES = "room_notes"
"""View setting with the presenter's notes."""
_HISTORY = "kpi.history"
_UNDONE = "kpi.undone"
_VIEW = "view"
_KEEPER = "kpi.keeper"
EMPTY: dict[str, Any] = {DRAFT: {}, FRAMEWORK: None, SCENARIO: None, ACTUALS: None}
"""The work before anything was done; never to be changed in place."""

Work = dict[str, Any]


class Keeper(Protocol):
    """Keeps the work outside the session."""

    def save(self, work: Work, views: dict[str, Any], label: str | None) -> None:
        """Write down the work after a change; `label` names it, `None` for what cannot be undone."""
        ...

    def undo_label(self) -> str | None:
        """The change before this session's that can be taken back; `None` for none."""
        ...

    def redo_label(self) -> str | None:
        """The change before this session's that can be brought back; `None` for none."""
        ...

    def undo(self) -> None:
        """Take back that change."""
        ...

    def redo(self) -> None:
        """Bring back that change."""
        ...


def keeper() -> Keeper | None:
    """Who keeps this session's work; `None` when nobody does."""
    found: Keeper | None = session.get(_KEEPER)
    return found


def set_keeper(found: Keeper | None) -> None:
    """Hand the session's work to a keeper."""
    session.put(_KEEPER, found)


def work() -> Work:
    """The work as it is now."""
    return {key: session.get(key, EMPTY[key]) for key in WORK}


def put_work(found: Work, views: dict[str, Any] | None = None) -> None:
    """Replace the work, and what is on screen where `views` is given."""
    for key in WORK:
        session.put(key, found.get(key, EMPTY[key]))
    if views is not None:
        session.put_views(views)
    session.new_epoch()


@contextmanager
def changing(label: str) -> Iterator[None]:
    """A change that can be undone: remembered before, kept after."""
    kept = {**work(), "label": label, _VIEW: session.views()}
    before = session.get(_HISTORY, [])
    yield
    session.put(_HISTORY, [*before, kept][-HISTORY_LIMIT:])
    session.put(_UNDONE, [])
    keep(label)


def keep(label: str | None = None) -> None:
    """Hand the work to the keeper, after a change."""
    found = keeper()
    if found is not None:
        found.save(work(), session.views(), label)


def last_change() -> str | None:
    """What `undo` would take back; `None` when there is nothing."""
    found = keeper()
    return _label(_HISTORY) or (found.undo_label() if found else None)


def next_change() -> str | None:
    """What `redo` would bring back; `None` when there is nothing."""
    found = keeper()
    earlier = found.redo_label() if found and not session.get(_HISTORY) else None
    return _label(_UNDONE) or earlier


def _label(pile: str) -> str | None:
    entries = session.get(pile, [])
    return str(entries[-1]["label"]) if entries else None


def undo() -> None:
    """Take back the last change: of this session, else one made before."""
    found = keeper()
    if not _label(_HISTORY) and found:
        found.undo()
    _move(_HISTORY, _UNDONE, "Undo")


def redo() -> None:
    """Bring back the change taken back last."""
    found = keeper()
    if not _label(_UNDONE) and found:
        found.redo()
    _move(_UNDONE, _HISTORY, "Redo")


def _move(source: str, target: str, word: str) -> None:
    entries = session.get(source, [])
    if not entries:
        return
    kept = entries[-1]
    here = {**work(), "label": kept["label"], _VIEW: session.views()}
    session.put(source, entries[:-1])
    session.put(target, [*session.get(target, []), here][-HISTORY_LIMIT:])
    put_work(kept, with_notes(kept[_VIEW]))
    keep(f"{word}: {kept['label']}")


def with_notes(views: dict[str, Any]) -> dict[str, Any]:
    """Earlier view settings with the notes of now: undoing the work takes back no note."""
    return {**views, NOTES: session.view(NOTES)}


def history() -> tuple[list[Work], list[Work]]:
    """Changes that can be taken back, and those that can be brought back, oldest first."""
    return list(session.get(_HISTORY, [])), list(session.get(_UNDONE, []))


def put_history(done: list[Work], undone: list[Work]) -> None:
    """Replace what can be taken back and brought back."""
    session.put(_HISTORY, done)
    session.put(_UNDONE, undone)
