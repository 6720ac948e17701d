"""Keeps the session's work in the store: every change is saved, and found again after a refresh."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kpi_core.actuals.keep import Actuals
from kpi_store.errors import StoreError
from kpi_store.records import Conflict, Owner, Saved
from kpi_ui import journal, session
from kpi_ui.kept import Changed, document_of, names_of, summary_of, who_changed, work_of
from kpi_ui.owner import current as current_owner
from kpi_ui.storage import store

logger = logging.getLogger(__name__)
_STARTED = "kpi.started"


class StoreKeeper:
    """Saves one session's work for its owner. Lives in the session."""

    def __init__(self, owner: Owner, saved: Saved | None) -> None:
        self.owner = owner
        self.current = saved
        """What is stored, as far as this session knows; `None` before the first save."""
        self.conflict: Saved | None = None
        """What somebody else saved since; nothing is overwritten until the user has chosen."""
        self.problem: StoreError | None = None
        """Why the last save failed; the work is in this session only."""
        self.refreshed = False
        """Whether a change made elsewhere was taken over, so that the page is to be drawn anew."""
        self._actuals: Actuals | None = session.get(journal.ACTUALS)
        self._names = names_of(journal.work())

    def save(self, work: journal.Work, views: dict[str, Any], label: str | None) -> None:
        """Store the work; failures are kept to be shown, and the next change tries again."""
        if self.conflict is not None:
            return
        try:
            self._save(work, document_of(work, views), label)
            self.problem = None
        except StoreError as error:
            logger.exception("Work was not saved")
            self.problem = error

    def _save(self, work: journal.Work, document: str, label: str | None) -> None:
        if self.current is None:
            if not any(work.values()):
                return
            self.current = self._create(work, document, label)
            self._actuals = work[journal.ACTUALS]
        found = self._put(work, document, label, self.current)
        other = found.current if isinstance(found, Conflict) else found
        if isinstance(found, Conflict) or not self._is_ours(found, document):
            found = self._settle(other, work, document, label)
        self._take(found)
        if self.conflict is None:
            self._save_actuals()
            self._follow_names(journal.work())

    def _put(
        self, work: journal.Work, document: str, label: str | None, on_top_of: Saved
    ) -> Saved | Conflict:
        return store().save(
            self.owner,
            on_top_of.id,
            document,
            based_on=on_top_of.version,
            label=label and label[:120],
            summary=summary_of(work),
        )

    def _is_ours(self, found: Saved, document: str) -> bool:
        """False where the same document was there already and something else, the actuals, changed."""
        assert self.current is not None
        ours = self.current.version + (document != self.current.document)
        return found.version in (self.current.version, ours)

    def _settle(
        self, theirs: Saved, work: journal.Work, document: str, label: str | None
    ) -> Saved | Conflict:
        """Both tabs saved. Only where both changed the work itself is there something to choose."""
        assert self.current is not None
        side = who_changed(self.current.document, document, theirs.document)
        mine = work[journal.ACTUALS] is not self._actuals
        if side is Changed.BOTH or (mine and self._stored_actuals() != _bytes(self._actuals)):
            return Conflict(theirs)
        if not mine:
            self._reload_actuals()
        if side is Changed.THEIRS:
            self._refresh(theirs)
            return theirs
        return self._put(work, document, label, theirs)

    def _refresh(self, theirs: Saved) -> None:
        """Take over what was changed elsewhere; this tab stays on its page."""
        found, _views = work_of(theirs.document)
        journal.put_work({**found, journal.ACTUALS: session.get(journal.ACTUALS)})
        journal.put_history([], [])
        self.refreshed = True

    def _stored_actuals(self) -> bytes | None:
        assert self.current is not None
        return store().load_actuals(self.owner, self.current.id)

    def _reload_actuals(self) -> None:
        content = self._stored_actuals()
        if content != _bytes(self._actuals):
            self._actuals = None if content is None else Actuals.from_bytes(content)
            session.put(journal.ACTUALS, self._actuals)
            self.refreshed = True

    def _save_actuals(self) -> None:
        content = session.get(journal.ACTUALS)
        if content is self._actuals or self.current is None:
            return
        self._take(
            store().save_actuals(
                self.owner, self.current.id, _bytes(content), based_on=self.current.version
            )
        )
        self._actuals = content

    def _follow_names(self, work: journal.Work) -> None:
        """The list's names follow the framework's, each until somebody gave it another one."""
        before, self._names = self._names, names_of(work)
        if self.current is None or before == self._names:
            return
        (old_name, old_client), (name, client) = before, self._names
        entry = self.current.entry
        if entry.name == old_name != name:
            entry = store().rename(self.owner, entry.id, name)
        if entry.client == old_client != client:
            entry = store().set_client(self.owner, entry.id, client)
        self.current = replace(self.current, entry=entry)

    def _create(self, work: journal.Work, document: str, label: str | None) -> Saved:
        """A change with a label is saved on top of an empty framework, so that it can be undone."""
        name, client = self._names = names_of(work)
        return store().create(
            self.owner,
            client,
            name,
            document if label is None else document_of(journal.EMPTY, {}),
            summary=summary_of(work),
            actuals=_bytes(work[journal.ACTUALS]),
        )

    def _take(self, found: Saved | Conflict) -> None:
        if isinstance(found, Conflict):
            self.conflict = found.current
        else:
            self.current = found

    def undo_label(self) -> str | None:
        """The stored change that can be taken back, such as one made before a refresh."""
        return self.current.undo_label if self.current and not self.conflict else None

    def redo_label(self) -> str | None:
        """The stored change that can be brought back."""
        return self.current.redo_label if self.current and not self.conflict else None

    def undo(self) -> None:
        """Take back the last stored change."""
        if self.current is not None:
            self._go(store().undo)

    def redo(self) -> None:
        """Bring back the stored change taken back last."""
        if self.current is not None:
            self._go(store().redo)

    def _go(self, move: Callable[..., Saved | Conflict | None]) -> None:
        if self.current is None:
            return
        try:
            found = move(self.owner, self.current.id, based_on=self.current.version)
        except StoreError as error:
            self.problem = error
            return
        if isinstance(found, Saved):
            self.current = found
            work, views = work_of(found.document)
            journal.put_work({**work, journal.ACTUALS: self._actuals}, journal.with_notes(views))
        elif isinstance(found, Conflict):  # what would be taken back is no longer the last change
            self._take(found.current if self._is_untouched() else found)
            if self.conflict is None:
                self._refresh(found.current)

    def _is_untouched(self) -> bool:
        """Whether this tab changed nothing since it last saved."""
        assert self.current is not None
        here, stored = document_of(journal.work(), session.views()), self.current.document
        return who_changed(stored, here, stored) is Changed.NOBODY

    def saved(self) -> str:
        """What to say about saving."""
        if self.conflict is not None or self.problem is not None:
            return "Not saved"
        return "Saved" if self.current is not None else ""


def keeper() -> StoreKeeper | None:
    """Who keeps this session's work; `None` where nothing is kept."""
    found = journal.keeper()
    return found if isinstance(found, StoreKeeper) else None


def start() -> None:
    """Once a session: find the owner's work and put it on screen."""
    if session.get(_STARTED):
        return
    session.put(_STARTED, True)
    owner = current_owner()
    if owner is None:
        return
    try:
        store().seen(owner)
        saved = store().latest(owner)
        journal.set_keeper(StoreKeeper(owner, None))
        if saved is not None:
            show(owner, saved)
    except StoreError as error:
        found = StoreKeeper(owner, None)
        found.problem = error
        journal.set_keeper(found)


def try_again() -> None:
    """After a failure: save what is on screen, or look for the work where nothing is."""
    found = keeper()
    if found is None:
        return
    if found.current is None and not any(journal.work().values()):
        session.put(_STARTED, False)
        start()
    else:
        journal.keep()


def show(owner: Owner, saved: Saved) -> None:
    """Put stored work on screen, with an empty history of its own session. Raises `StoreError`."""
    content = store().load_actuals(owner, saved.id)
    try:
        work, views = work_of(saved.document, content)
        names_of(work)
    except ValueError as error:
        logger.exception("Stored work cannot be read")
        raise StoreError(
            f"“{saved.entry.name}” cannot be read by this version of the app.",
            "Nothing of it was changed. Restore one of its snapshots, or ask whoever runs the server.",
        ) from error
    journal.put_work(work, views)
    journal.put_history([], [])
    journal.set_keeper(StoreKeeper(owner, saved))


def open_workspace(workspace_id: str) -> None:
    """Work on another of the owner's frameworks. Raises `StoreError`."""
    found = keeper()
    if found is not None:
        show(found.owner, store().visit(found.owner, workspace_id))


def begin_workspace() -> None:
    """Start with an empty framework; what was open stays in the list."""
    found = keeper()
    if found is not None:
        journal.put_work({}, {})
        journal.put_history([], [])
        journal.set_keeper(StoreKeeper(found.owner, None))


def finish() -> bool:
    """After a page was drawn: keep where the user is. True when it is to be drawn anew."""
    found = keeper()
    if found is None:
        return False
    if found.current is not None and found.conflict is None:
        document = document_of(journal.work(), session.views())
        if document != found.current.document:
            journal.keep()
    refreshed, found.refreshed = found.refreshed, False
    return refreshed


def _bytes(content: Actuals | None) -> bytes | None:
    return None if content is None else content.to_bytes()
