"""The framework being worked on: create, load, save, undo, redo, actuals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Text, bindparam, delete, insert, select, update

from kpi_store import checks
from kpi_store.database import Database
from kpi_store.records import Change, Conflict, History, Owner, Saved, Status, Summary
from kpi_store.rows import ENTRY, AnyRow, find, require, saved_of
from kpi_store.tables import actuals, owners, packed, revisions, workspaces

HISTORY_LIMIT = 50
"""How many changes can be taken back."""


_RETURN_TO = (
    update(owners)
    .where(
        owners.c.hash == bindparam("this_owner"),
        owners.c.latest_id.is_distinct_from(bindparam("here", type_=Text)),
    )
    .values(latest_id=bindparam("here", type_=Text), last_seen_at=bindparam("now"))
)


class Work(Database):
    """What happens to one framework at a time.

    `based_on` is the version that the change was made to; when another change was saved since, the
    change is not made and a `Conflict` says what is there now. Undo keeps, for each change, the state
    on its other side: the one before while the change is done, the one after once it is undone.
    So every state is stored once, and unlabelled changes (such as a page turned) come along.
    """

    def create(
        self,
        owner: Owner,
        client: str,
        name: str,
        document: str,
        *,
        summary: Summary | None = None,
        actuals: bytes | None = None,
    ) -> Saved:
        """Store a new framework; `client` may be empty. The owner returns to it after a refresh."""
        values = {
            "client": checks.name_or_nothing(client, "client's name"),
            "name": checks.name(name, "name"),
            "document": checks.document(document),
            "summary": (summary or Summary()).to_text(),
        }
        content = checks.actuals(actuals)
        with self.writing() as connection:
            self._know(connection, owner)
            workspace_id = self._insert(connection, owner, values, content)
            return saved_of(connection, find(connection, owner, workspace_id))

    def load(self, owner: Owner, workspace_id: str) -> Saved:
        """The framework as stored. Raises `NotFound`."""
        with self.reading() as connection:
            return saved_of(connection, find(connection, owner, workspace_id))

    def save(
        self,
        owner: Owner,
        workspace_id: str,
        document: str,
        *,
        based_on: int,
        label: str | None = None,
        summary: Summary | None = None,
    ) -> Saved | Conflict:
        """Store a changed document. With a `label` the change can be undone under that name, which is
        cut to one line of 120 characters.

        The document that is there already is no change, whatever it is based on. No `summary` keeps
        the one that is there. Raises `NotFound`.
        """
        text = checks.document(document)
        named = None if label is None else checks.label(label)
        content = packed(text)  # before it is our turn to write
        with self.writing() as connection:
            row = find(connection, owner, workspace_id, locked=True)
            if row.document == text:
                return saved_of(connection, row)
            if row.version != based_on:
                return Conflict(saved_of(connection, row))
            kept = row.summary if summary is None else summary.to_text()
            position = self._remember(connection, row, named) if named else row.position
            changed = {"document": content, "summary": kept, "position": position}
            return self._update(connection, owner, row, changed, text)

    def undo(self, owner: Owner, workspace_id: str, *, based_on: int) -> Saved | Conflict | None:
        """Take back the last labelled change; `None` when there is none. Raises `NotFound`."""
        return self._swap(owner, workspace_id, based_on, -1)

    def redo(self, owner: Owner, workspace_id: str, *, based_on: int) -> Saved | Conflict | None:
        """Make the change again that was taken back last; `None` when there is none."""
        return self._swap(owner, workspace_id, based_on, +1)

    def history(self, owner: Owner, workspace_id: str) -> History:
        """All changes that can be undone and redone. Raises `NotFound`."""
        with self.reading() as connection:
            require(connection, owner, workspace_id)
            position = connection.scalar(
                select(workspaces.c.position).where(workspaces.c.id == workspace_id)
            )
            rows = connection.execute(
                select(revisions.c.seq, revisions.c.at, revisions.c.label)
                .where(revisions.c.workspace_id == workspace_id)
                .order_by(revisions.c.seq)
            )
            changes = [Change(row.seq, row.at, row.label) for row in rows]
        done = tuple(change for change in reversed(changes) if change.seq <= (position or 0))
        return History(done, tuple(change for change in changes if change.seq > (position or 0)))

    def save_actuals(
        self, owner: Owner, workspace_id: str, content: bytes | None, *, based_on: int
    ) -> Saved | Conflict:
        """Store the measured values beside the document; `None` takes them away. Not undoable."""
        checked = checks.actuals(content)
        with self.writing() as connection:
            row = find(connection, owner, workspace_id, locked=True)
            if row.version != based_on:
                return Conflict(saved_of(connection, row))
            connection.execute(delete(actuals).where(actuals.c.workspace_id == workspace_id))
            if checked is not None:
                connection.execute(insert(actuals).values(workspace_id=row.id, content=checked))
            return self._update(connection, owner, row, {}, row.document)

    def load_actuals(self, owner: Owner, workspace_id: str) -> bytes | None:
        """The measured values; `None` when there are none. Raises `NotFound`."""
        with self.reading() as connection:
            require(connection, owner, workspace_id)
            return actuals_of(connection, workspace_id)

    # Below: inside a transaction

    def _know(self, connection: Connection, owner: Owner) -> None:
        """Make sure that the owner is stored."""
        now = self.clock()
        self.insert_new(
            connection, owners, hash=owner.hash, kind=owner.kind, created_at=now, last_seen_at=now
        )

    def _insert(
        self, connection: Connection, owner: Owner, values: Mapping[str, Any], content: bytes | None
    ) -> str:
        now, workspace_id = self.clock(), str(uuid4())
        row = {
            "id": workspace_id,
            "owner_hash": owner.hash,
            "status": Status.DRAFT,
            "created_at": now,
            "updated_at": now,
            "version": 1,
            "position": 0,
            **values,
        }
        connection.execute(insert(workspaces).values(row))
        if content is not None:
            connection.execute(insert(actuals).values(workspace_id=workspace_id, content=content))
        self._return_to(connection, owner, workspace_id)
        return workspace_id

    def _remember(self, connection: Connection, row: AnyRow, label: str) -> int:
        """Keep the state before a change; what was undone before is gone, as is what is too old.

        Returns the change's number in the history.
        """
        seq: int = row.position + 1
        of_this = revisions.c.workspace_id == row.id
        too_old = revisions.c.seq <= seq - HISTORY_LIMIT
        connection.execute(delete(revisions).where(of_this, (revisions.c.seq >= seq) | too_old))
        connection.execute(
            insert(revisions).values(
                workspace_id=row.id, seq=seq, at=self.clock(), label=label, **_present(row.id)
            )
        )
        return seq

    def _swap(
        self, owner: Owner, workspace_id: str, based_on: int, step: int
    ) -> Saved | Conflict | None:
        with self.writing() as connection:
            row = find(connection, owner, workspace_id, locked=True)
            if row.version != based_on:
                return Conflict(saved_of(connection, row))
            this = (
                revisions.c.workspace_id == row.id,
                revisions.c.seq == max(row.position, row.position + step),
            )
            other = connection.execute(select(revisions).where(*this)).one_or_none()
            if other is None:
                return None
            connection.execute(update(revisions).where(*this).values(_present(row.id)))
            changed = {"document": other.document, "summary": other.summary}
            changed["position"] = row.position + step
            return self._update(connection, owner, row, changed, other.document)

    def _update(
        self,
        connection: Connection,
        owner: Owner,
        row: AnyRow,
        changed: Mapping[str, Any],
        document: str,
    ) -> Saved:
        """Write the row and raise its version. The row is locked, so its version is still the same.

        `document` is what is there afterwards.
        """
        statement = (
            update(workspaces)
            .where(
                workspaces.c.id == row.id,
                workspaces.c.owner_hash == owner.hash,
                workspaces.c.version == row.version,
            )
            .values(version=row.version + 1, updated_at=self.clock(), **changed)
            .returning(*ENTRY, workspaces.c.position)
        )
        after = connection.execute(statement).one()
        self._return_to(connection, owner, row.id)
        return saved_of(connection, after, document)

    def _return_to(self, connection: Connection, owner: Owner, workspace_id: str) -> None:
        """Remember where the owner was last."""
        here = {"this_owner": owner.hash, "here": workspace_id, "now": self.clock()}
        connection.execute(_RETURN_TO, here)


def _present(workspace_id: str) -> dict[str, Any]:
    """A framework's stored state, copied inside the database."""
    this = workspaces.c.id == workspace_id
    return {
        column.name: select(column).where(this).scalar_subquery()
        for column in (workspaces.c.document, workspaces.c.summary)
    }


def actuals_of(connection: Connection, workspace_id: str) -> bytes | None:
    """The measured values of a framework that was already found to be the owner's."""
    query = select(actuals.c.content).where(actuals.c.workspace_id == workspace_id)
    return connection.scalar(query)
