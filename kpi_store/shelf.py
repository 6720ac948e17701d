"""The list of frameworks: search, rename, archive, duplicate, delete and bring back."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from kpi_store import checks
from kpi_store.records import Entry, Owner, Saved, Status
from kpi_store.rows import ENTRY, entry_of, find, saved_of
from kpi_store.tables import owners, workspaces
from kpi_store.work import Work, actuals_of


class Shelf(Work):
    """What happens to frameworks as wholes. None of it changes a document or its version."""

    def list_workspaces(
        self, owner: Owner, search: str = "", archived: bool = False
    ) -> tuple[Entry, ...]:
        """The owner's frameworks, last changed first; either the archived ones or the others.

        Each word of `search` must occur in client, name, status or north star, in any case.
        """
        on_shelf = workspaces.c.archived_at.is_not(None) == archived
        found = self._entries(owner, workspaces.c.deleted_at.is_(None), on_shelf)
        words = _plain(search).split()
        return tuple(entry for entry in found if all(word in _searched(entry) for word in words))

    def list_deleted(self, owner: Owner) -> tuple[Entry, ...]:
        """What can still be restored, last changed first."""
        return tuple(self._entries(owner, workspaces.c.deleted_at.is_not(None)))

    def rename(self, owner: Owner, workspace_id: str, name: str) -> Entry:
        """Give it another name. Raises `NotFound`, `InvalidInput`."""
        return self._change(owner, workspace_id, name=checks.name(name, "name"))

    def set_client(self, owner: Owner, workspace_id: str, client: str) -> Entry:
        """Say whose framework it is; may be empty. Raises `NotFound`, `InvalidInput`."""
        text = checks.name_or_nothing(client, "client's name")
        return self._change(owner, workspace_id, client=text)

    def set_status(self, owner: Owner, workspace_id: str, status: Status) -> Entry:
        """Say how far it is. Raises `NotFound`."""
        return self._change(owner, workspace_id, status=Status(status).value)

    def archive(self, owner: Owner, workspace_id: str) -> Entry:
        """Put it out of the way. Raises `NotFound`."""
        return self._change(owner, workspace_id, archived_at=self.clock())

    def unarchive(self, owner: Owner, workspace_id: str) -> Entry:
        """Take it back among the others. Raises `NotFound`."""
        return self._change(owner, workspace_id, archived_at=None)

    def delete(self, owner: Owner, workspace_id: str) -> Entry:
        """Delete it, with `restore` until it is purged; links to it stop working at once."""
        return self._change(owner, workspace_id, deleted_at=self.clock())

    def restore(self, owner: Owner, workspace_id: str) -> Entry:
        """Bring back a deleted framework. Raises `NotFound` once it is gone for good."""
        return self._change(owner, workspace_id, among_deleted=True, deleted_at=None)

    def purge(self, owner: Owner, workspace_id: str) -> None:
        """Delete it for good, with history, snapshots, links and actuals. Raises `NotFound`."""
        with self.writing() as connection:
            gone = connection.execute(delete(workspaces).where(*_of(owner, workspace_id)))
            if gone.rowcount != 1:
                raise checks.missing()
        self.empty_log()

    def duplicate(
        self, owner: Owner, workspace_id: str, name: str, *, client: str | None = None
    ) -> Saved:
        """A new draft with the same document and actuals, without history, snapshots and links.

        No `client` keeps the client. For a template, change the document and `create` instead.
        Raises `NotFound`, `InvalidInput`.
        """
        new_name = checks.name(name, "name")
        new_client = None if client is None else checks.name_or_nothing(client, "client's name")
        with self.writing() as connection:
            row = find(connection, owner, workspace_id)
            values = {
                "client": row.client if new_client is None else new_client,
                "name": new_name,
                "document": row.document,
                "summary": row.summary,
            }
            copied = self._insert(connection, owner, values, actuals_of(connection, workspace_id))
            return saved_of(connection, find(connection, owner, copied))

    def visit(self, owner: Owner, workspace_id: str) -> Saved:
        """Load it, and return to it after a refresh. Raises `NotFound`."""
        with self.writing() as connection:
            row = find(connection, owner, workspace_id)
            self._return_to(connection, owner, workspace_id)
            return saved_of(connection, row)

    def latest(self, owner: Owner) -> Saved | None:
        """Where the owner was last, else what was changed last; `None` without any framework.

        Deleted and archived ones are passed over.
        """
        usable = (
            workspaces.c.owner_hash == owner.hash,
            workspaces.c.deleted_at.is_(None),
            workspaces.c.archived_at.is_(None),
        )
        was_here = workspaces.c.id == owners.c.latest_id
        query = (
            select(workspaces.c.id)
            .join(owners, owners.c.hash == workspaces.c.owner_hash)
            .where(*usable)
            .order_by(was_here.is_(True).desc(), workspaces.c.updated_at.desc(), workspaces.c.id)
            .limit(1)
        )
        with self.reading() as connection:
            found = connection.scalar(query)
            return saved_of(connection, find(connection, owner, found)) if found else None

    def _entries(self, owner: Owner, *conditions: ColumnElement[bool]) -> list[Entry]:
        query = (
            select(*ENTRY)
            .where(workspaces.c.owner_hash == owner.hash, *conditions)
            .order_by(workspaces.c.updated_at.desc(), workspaces.c.id)
        )
        with self.reading() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def _change(
        self, owner: Owner, workspace_id: str, *, among_deleted: bool = False, **values: Any
    ) -> Entry:
        this = _of(owner, workspace_id)
        there = workspaces.c.deleted_at.is_not(None) == among_deleted
        now = self.clock()
        with self.writing() as connection:
            statement = update(workspaces).where(*this, there).values(updated_at=now, **values)
            changed = connection.execute(statement).rowcount
            row = connection.execute(select(*ENTRY).where(*this)).one_or_none()
        if row is None or (changed != 1 and not among_deleted):
            raise checks.missing(deleted=row is not None)
        return entry_of(row)


def _of(owner: Owner, workspace_id: str) -> tuple[ColumnElement[bool], ...]:
    return workspaces.c.id == checks.id_of(workspace_id), workspaces.c.owner_hash == owner.hash


def _plain(text: str) -> str:
    """Without case, and with full-width letters and digits as ordinary ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def _searched(entry: Entry) -> str:
    status = entry.status.value.replace("_", " ")
    return _plain("\n".join((entry.client, entry.name, status, entry.summary.north_star or "")))
