"""Finding an owner's rows and turning them into records. Every query here names the owner."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from kpi_store import checks
from kpi_store.records import Entry, Owner, Saved, Share, Snapshot, Status, Summary
from kpi_store.tables import revisions, shares, snapshots, workspaces

AnyRow = Row[*tuple[Any, ...]]

ENTRY = (
    workspaces.c.id,
    workspaces.c.client,
    workspaces.c.name,
    workspaces.c.status,
    workspaces.c.summary,
    workspaces.c.version,
    workspaces.c.created_at,
    workspaces.c.updated_at,
    workspaces.c.archived_at,
    workspaces.c.deleted_at,
)
"""What a list needs of a framework: all but the document."""

# Made once: they are part of every save, and making them takes as long as running them.
_FIND = select(workspaces).where(
    workspaces.c.id == bindparam("this_id"), workspaces.c.owner_hash == bindparam("this_owner")
)
_FIND_LOCKED = _FIND.with_for_update()
_AROUND = select(revisions.c.seq, revisions.c.label).where(
    revisions.c.workspace_id == bindparam("this_id"),
    revisions.c.seq.between(bindparam("position"), bindparam("position") + 1),
)


def find(
    connection: Connection, owner: Owner, workspace_id: str, *, locked: bool = False
) -> AnyRow:
    """The owner's framework, with its document. Raises `NotFound`, also for a deleted one.

    `locked` keeps other servers from changing it until the transaction ends.
    """
    this = {"this_id": checks.id_of(workspace_id), "this_owner": owner.hash}
    row = connection.execute(_FIND_LOCKED if locked else _FIND, this).one_or_none()
    if row is None or row.deleted_at is not None:
        raise checks.missing(deleted=row is not None)
    return row


def require(connection: Connection, owner: Owner, workspace_id: str) -> str:
    """The id of a framework that is the owner's and not deleted. Raises `NotFound`."""
    query = select(workspaces.c.deleted_at).where(
        workspaces.c.id == checks.id_of(workspace_id), workspaces.c.owner_hash == owner.hash
    )
    row = connection.execute(query).one_or_none()
    if row is None or row.deleted_at is not None:
        raise checks.missing(deleted=row is not None)
    return workspace_id


def entry_of(row: AnyRow) -> Entry:
    """The record of a row with the columns of `ENTRY`."""
    return Entry(
        id=row.id,
        client=row.client,
        name=row.name,
        status=Status(row.status),
        summary=Summary.from_text(row.summary),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
        deleted_at=row.deleted_at,
    )


def saved_of(connection: Connection, row: AnyRow, document: str | None = None) -> Saved:
    """The record of a framework's row, with what can be undone and redone.

    The row has the columns of `ENTRY`, `position` and, unless it is given, `document`.
    """
    around = {"this_id": row.id, "position": row.position}
    labels = {step.seq: step.label for step in connection.execute(_AROUND, around)}
    return Saved(
        entry_of(row),
        row.document if document is None else document,
        labels.get(row.position),
        labels.get(row.position + 1),
    )


SNAPSHOT = (
    snapshots.c.id,
    snapshots.c.workspace_id,
    snapshots.c.name,
    snapshots.c.note,
    snapshots.c.at,
    snapshots.c.summary,
    snapshots.c.actuals.is_not(None).label("has_actuals"),
)


def snapshot_of(row: AnyRow) -> Snapshot:
    """The record of a row with the columns of `SNAPSHOT`."""
    return Snapshot(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        note=row.note,
        at=row.at,
        summary=Summary.from_text(row.summary),
        has_actuals=bool(row.has_actuals),
    )


SHARE = tuple(column for column in shares.c if column.name != "token_hash")


def share_of(row: AnyRow) -> Share:
    """The record of a row with the columns of `SHARE`."""
    return Share(
        id=row.id,
        workspace_id=row.workspace_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        what=json.loads(row.what),
    )
