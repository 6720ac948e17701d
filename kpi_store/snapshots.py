"""Named states of a framework, such as "signed off 1 December"."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Select, delete, func, insert, select

from kpi_store import checks
from kpi_store.records import Conflict, Owner, Saved, Snapshot, SnapshotContent
from kpi_store.rows import SNAPSHOT, AnyRow, find, require, snapshot_of
from kpi_store.tables import snapshots
from kpi_store.work import Work, actuals_of


class Snapshots:
    """The snapshots of frameworks; `Store.snapshots`."""

    def __init__(self, store: Work) -> None:
        self._store = store

    def add(
        self, owner: Owner, workspace_id: str, name: str, note: str = "", *, actuals: bool = True
    ) -> Snapshot:
        """Keep what is stored now under a name, with or without the actuals. Raises `NotFound`."""
        new_name, new_note = checks.name(name, "name"), checks.note(note)
        with self._store.writing() as connection:
            row = find(connection, owner, workspace_id, locked=True)
            last = connection.scalar(
                select(func.max(snapshots.c.seq)).where(snapshots.c.workspace_id == row.id)
            )
            snapshot_id = str(uuid4())
            connection.execute(
                insert(snapshots).values(
                    id=snapshot_id,
                    workspace_id=row.id,
                    seq=(last or 0) + 1,
                    name=new_name,
                    note=new_note,
                    at=self._store.clock(),
                    summary=row.summary,
                    document=row.document,
                    actuals=actuals_of(connection, row.id) if actuals else None,
                )
            )
            query = select(*SNAPSHOT).where(snapshots.c.id == snapshot_id)
            return snapshot_of(connection.execute(query).one())

    def list(self, owner: Owner, workspace_id: str) -> tuple[Snapshot, ...]:
        """The framework's snapshots, newest first. Raises `NotFound`."""
        with self._store.reading() as connection:
            require(connection, owner, workspace_id)
            query = select(*SNAPSHOT).where(snapshots.c.workspace_id == workspace_id)
            rows = connection.execute(query.order_by(snapshots.c.seq.desc()))
            return tuple(snapshot_of(row) for row in rows)

    def load(self, owner: Owner, workspace_id: str, snapshot_id: str) -> SnapshotContent:
        """A snapshot with its content. Raises `NotFound`."""
        with self._store.reading() as connection:
            require(connection, owner, workspace_id)
            query = _this(workspace_id, snapshot_id).add_columns(snapshots.c.actuals)
            row = _found(connection.execute(query).one_or_none())
            return SnapshotContent(snapshot_of(row), row.document, row.actuals)

    def restore(
        self, owner: Owner, workspace_id: str, snapshot_id: str, *, based_on: int
    ) -> Saved | Conflict:
        """Make the snapshot's document the framework's again, as a change that can be undone.

        Actuals stay as they are now: measured values are facts, and putting them back could not be
        undone. Raises `NotFound`.
        """
        kept = self.load(owner, workspace_id, snapshot_id)
        return self._store.save(
            owner,
            workspace_id,
            kept.document,
            based_on=based_on,
            label=f"Restore {kept.snapshot.name}"[:120],
            summary=kept.snapshot.summary,
        )

    def delete(self, owner: Owner, workspace_id: str, snapshot_id: str) -> None:
        """Delete a snapshot for good. Raises `NotFound`."""
        with self._store.writing() as connection:
            require(connection, owner, workspace_id)
            this = (
                snapshots.c.id == checks.id_of(snapshot_id, "snapshot"),
                snapshots.c.workspace_id == workspace_id,
            )
            if connection.execute(delete(snapshots).where(*this)).rowcount != 1:
                raise checks.missing("snapshot")


def _this(workspace_id: str, snapshot_id: str) -> Select[tuple[object, ...]]:
    """A snapshot of a framework that was already found to be the owner's."""
    return select(*SNAPSHOT, snapshots.c.document).where(
        snapshots.c.id == checks.id_of(snapshot_id, "snapshot"),
        snapshots.c.workspace_id == workspace_id,
    )


def _found(row: AnyRow | None) -> AnyRow:
    if row is None:
        raise checks.missing("snapshot")
    return row
