"""The way in: opening the database, its daily care, and everything else by inheritance."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL

from kpi_store import backups
from kpi_store.database import PATIENCE, Clock, make_folder, utc_now
from kpi_store.errors import StoreError, corrupted
from kpi_store.migrations import STEPS, Step, migrate, version_of
from kpi_store.people import People
from kpi_store.place import database_url
from kpi_store.records import Backup, Purged
from kpi_store.shares import Shares
from kpi_store.snapshots import Snapshots

logger = logging.getLogger(__name__)
RETENTION_DAYS = 30
"""How long deleted frameworks can be restored, unless the server says otherwise."""


class Store(People):
    """All saved work. One for each process; safe to share between threads.

    Every method raises a `StoreError` with words for the user when the database fails; then nothing
    of that call was saved. `clock` says the present moment, with a time zone.
    """

    def __init__(
        self,
        url: URL,
        clock: Clock = utc_now,
        patience: float = PATIENCE,
        steps: Mapping[int, Step] = STEPS,
    ) -> None:
        """Open the database, made on first use and brought to the newest version.

        `patience` is in seconds. Raises `StoreCorrupted`, `StoreTooNew` and `StoreUnavailable`, and
        leaves such a database alone.
        """
        super().__init__(url, clock, patience)
        self.snapshots = Snapshots(self)
        self.shares = Shares(self)
        try:
            self._open(steps)
        except BaseException:
            self.close()
            raise

    def _open(self, steps: Mapping[int, Step]) -> None:
        if self.file is not None:
            _check_file(self.file)
            with self.reading() as connection:
                found = version_of(connection)
            if 0 < found < max(steps):
                name = f"before-version-{max(steps)}.sqlite3"
                backups.copy(self.file, backups.folder(self.file) / name)
        with self.writing() as connection:
            migrate(connection, self.clock(), steps)

    def maintain(
        self, retention_days: int = RETENTION_DAYS, idle_days: int | None = None
    ) -> Purged:
        """Purge what has expired and make the day's backup; call at start and now and then.

        Copies hold deleted work until two further days' copies were made. A failing backup is logged
        and does not stop anything.
        """
        purged = self.purge_expired(retention_days, idle_days)
        if self.file is not None:
            try:
                backups.make_daily(self.file, self.clock().date())
            except StoreError:
                logger.exception("No backup of the saved work was made")
        return purged

    def backup(self, path: Path) -> Backup:
        """A checked copy of the SQLite file, while everybody works on. Raises `StoreError`."""
        if self.file is None:
            raise StoreError(
                "Only an SQLite file is copied here.", "Use pg_dump for a PostgreSQL database."
            )
        return backups.copy(self.file, path)


def open_store(environment: Mapping[str, str] = os.environ, clock: Clock = utc_now) -> Store:
    """The store that `DATABASE_URL` or `KPI_DATA_DIR` name. Raises `StoreError`."""
    return Store(database_url(environment), clock)


def _check_file(file: Path) -> None:
    """Raises `StoreCorrupted` for a file that is damaged, or empty though there are backups."""
    make_folder(file)
    if not file.exists():
        return
    emptied = file.stat().st_size == 0 and backups.existing(file)
    if emptied or not backups.is_sound(file):
        raise corrupted(file)
