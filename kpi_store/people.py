"""Owners: when they were here, work that moves to a login, and deleting all of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from kpi_store.records import Owner, Purged, Stats
from kpi_store.shelf import Shelf
from kpi_store.tables import owners, revisions, shares, snapshots, workspaces

_A_WHILE = timedelta(hours=12)
"""`seen` is written at most this often."""
_LONGEST = 36_500  # days


class People(Shelf):
    """What happens to owners as wholes."""

    def seen(self, owner: Owner) -> None:
        """Note that the owner is here; somebody without stored work stays unknown."""
        now = self.clock()
        old = select(owners.c.last_seen_at).where(owners.c.hash == owner.hash)
        with self.reading() as connection:
            last = connection.scalar(old)
        if last is None or abs(now - last) < _A_WHILE:
            return
        with self.writing() as connection:
            connection.execute(
                update(owners).where(owners.c.hash == owner.hash).values(last_seen_at=now)
            )

    def unclaimed(self, anonymous: Owner) -> int:
        """How many frameworks a browser's owner has that a login could claim, deleted ones too."""
        query = select(func.count()).where(workspaces.c.owner_hash == anonymous.hash)
        with self.reading() as connection:
            return connection.scalar(query) or 0

    def claim(self, anonymous: Owner, login: Owner) -> int:
        """Move a browser's work to the person who signed in there; returns how many frameworks.

        Raises `ValueError` for anything but a cookie's owner and a login's.
        """
        if (anonymous.kind, login.kind) != ("cookie", "login"):
            raise ValueError("work is claimed from a cookie's owner by a login's")
        with self.writing() as connection:
            self._know(connection, login)
            latest = connection.scalar(
                select(owners.c.latest_id).where(owners.c.hash == anonymous.hash)
            )
            moved = connection.execute(
                update(workspaces)
                .where(workspaces.c.owner_hash == anonymous.hash)
                .values(owner_hash=login.hash)
            ).rowcount
            connection.execute(
                update(owners)
                .where(owners.c.hash == anonymous.hash)
                .values(claimed_by=login.hash, latest_id=None)
            )
            if latest is not None:
                self._return_to(connection, login, latest)
        return moved

    def forget(self, owner: Owner) -> None:
        """Delete everything of an owner for good, and that there was one."""
        with self.writing() as connection:
            connection.execute(
                update(owners).where(owners.c.claimed_by == owner.hash).values(claimed_by=None)
            )
            connection.execute(delete(owners).where(owners.c.hash == owner.hash))
        self.empty_log()

    def purge_expired(self, retention_days: int, idle_days: int | None = None) -> Purged:
        """Delete for good what was deleted `retention_days` ago.

        With `idle_days`, also the work of browsers that were not seen for so long; a login's work
        stays. Raises `ValueError` for negative days.
        """
        now = self.clock()
        deleted_before = workspaces.c.deleted_at < _days_before(now, retention_days)
        with self.writing() as connection:
            gone = connection.execute(delete(workspaces).where(deleted_before)).rowcount
            left = 0
            if idle_days is not None:
                idle = _idle(_days_before(now, idle_days))
                held = workspaces.c.owner_hash.in_(select(owners.c.hash).where(idle))
                gone += connection.scalar(select(func.count()).where(held)) or 0
                left = connection.execute(delete(owners).where(idle)).rowcount
        if gone or left:
            self.empty_log()
        return Purged(gone, left)

    def stats(self) -> Stats:
        """How much there is, for those who run the server."""
        with self.reading() as connection:

            def count(table: Table, *conditions: ColumnElement[bool]) -> int:
                query = select(func.count()).select_from(table).where(*conditions)
                return connection.scalar(query) or 0

            size = None if self.file is None else _size(self)
            return Stats(
                owners=count(owners),
                workspaces=count(workspaces, workspaces.c.deleted_at.is_(None)),
                deleted=count(workspaces, workspaces.c.deleted_at.is_not(None)),
                revisions=count(revisions),
                snapshots=count(snapshots),
                shares=count(shares),
                size=size,
            )


def _size(store: Shelf) -> int:
    assert store.file is not None
    parts = (store.file, *(store.file.with_name(store.file.name + end) for end in ("-wal", "-shm")))
    return sum(part.stat().st_size for part in parts if part.exists())


def _days_before(now: datetime, days: int) -> datetime:
    if days < 0:
        raise ValueError(f"days must not be negative, not {days}")
    return now - timedelta(days=min(days, _LONGEST))


def _idle(before: datetime) -> ColumnElement[bool]:
    """Owners by cookie who were not here since, and changed nothing since."""
    changed = select(workspaces.c.id).where(
        workspaces.c.owner_hash == owners.c.hash, workspaces.c.updated_at >= before
    )
    return (owners.c.kind == "cookie") & (owners.c.last_seen_at < before) & ~changed.exists()
