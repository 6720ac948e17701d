"""Connections and transactions, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from kpi_store.errors import StoreError, busy, unavailable, worded

Clock = Callable[[], datetime]
PATIENCE = 5.0
"""Seconds to wait for a lock or a connection before `StoreBusy`."""
_CONNECTIONS = 10  # for each process; waiting for a free one is quicker than opening another


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Database:
    """An engine with our settings. Safe to share between threads."""

    def __init__(self, url: URL, clock: Clock = utc_now, patience: float = PATIENCE) -> None:
        self.url = url
        self.clock = clock
        self.patience = patience
        self.file = Path(url.database) if url.database and _is_sqlite(url) else None
        self.engine = _sqlite(url, patience) if self.file else _postgres(url, patience)
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. Raises `StoreError`s."""
        with worded(), self.engine.connect() as connection:
            if self.file is None:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or nothing. Raises `StoreError`s.

        SQLite has one writer at a time. Threads of this process take turns at our own lock, which
        wakes the next one at once; SQLite's own waiting, by ever longer naps, is left for other
        processes.
        """
        if self.file is None:
            with worded(), self.engine.begin() as connection:
                yield connection
            return
        if not self._turn.acquire(timeout=self.patience):
            raise busy()
        try:
            with worded(), self.engine.connect() as connection:
                connection = connection.execution_options(kpi_writes=True)
                with connection.begin():
                    yield connection
        finally:
            self._turn.release()

    def insert_new(self, connection: Connection, table: Table, **values: Any) -> None:
        """Insert a row unless its key is there already."""
        of_dialect = sqlite.insert if self.file else postgresql.insert
        statement: Insert = of_dialect(table).values(**values).on_conflict_do_nothing()
        connection.execute(statement)

    def empty_log(self) -> None:
        """Move SQLite's log into the file and cut it, so that it holds nothing that was deleted.

        Where somebody is in the way, this is left to the next time.
        """
        if self.file is None:
            return
        with suppress(StoreError), self.reading() as connection:
            cursor = connection.connection.cursor()  # outside of transactions
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _sqlite(url: URL, patience: float) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # errors are logged, and the work is nobody's to read there
        connect_args={"timeout": patience, "check_same_thread": False},
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=patience,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Settings of every connection.

    With a write-ahead log readers never wait for the writer. synchronous=FULL: a saved change is on
    the disk, so that not even a power cut takes it back. secure_delete: what is deleted for good is
    overwritten in the file.
    """
    connection.isolation_level = None  # we begin transactions ourselves, below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        connection.cursor().execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at the start, so that nothing they read can change under them."""
    writes = connection.get_execution_options().get("kpi_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: URL, patience: float) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"connect_timeout": max(2, round(patience))},
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=patience,
        pool_pre_ping=True,  # the server may have been restarted
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {round(patience * 1000)}")
        cursor.close()
        connection.commit()

    return engine


def make_folder(file: Path) -> None:
    """The folder of an SQLite file, for its owner's eyes alone. Raises `StoreUnavailable`."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unavailable() from error
