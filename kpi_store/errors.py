"""What can go wrong with the database, in words for the person whose work it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import exc


class StoreError(Exception):
    """A change or a read that did not happen: what happened, and what to do about it.

    Whatever was saved before is as it was; the change in flight is not in the database.
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, fix)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}"


class StoreFull(StoreError):
    """No room for the change."""


class StoreBusy(StoreError):
    """Somebody else holds the database for longer than is worth waiting; trying again helps."""


class StoreUnavailable(StoreError):
    """The database cannot be reached, opened or written."""


class StoreTooNew(StoreError):
    """A later release wrote the database."""


class StoreCorrupted(StoreError):
    """The SQLite file is damaged. `path` is the file, when it is known."""

    def __init__(self, message: str, fix: str, path: Path | None = None) -> None:
        super().__init__(message, fix)
        self.path = path


class NotFound(StoreError):
    """The owner has no such framework or snapshot, or deleted it; nobody else's is ever found."""


class InvalidInput(StoreError):
    """A name, text or document that cannot be kept as it is."""


def full() -> StoreFull:
    """There is no room left on the disk."""
    return StoreFull(
        "This change could not be saved: the server's disk is full.",
        "Download the framework as a file now, and ask whoever runs the server to make room.",
    )


def busy() -> StoreBusy:
    """The database stayed locked."""
    return StoreBusy(
        "The saved work cannot be reached just now: the database is busy.",
        "Try again in a moment; what is on screen stays.",
    )


def unavailable() -> StoreUnavailable:
    """The database does not answer, or does not let us write."""
    return StoreUnavailable(
        "The database cannot be reached or written.",
        "Download the framework as a file now. Whoever runs the server should check that the "
        "database runs and that its folder can be written.",
    )


def corrupted(path: Path | None = None) -> StoreCorrupted:
    """The file is damaged."""
    named = f" ({path})" if path else ""
    return StoreCorrupted(
        f"The file that holds the saved work is damaged{named}.",
        "Download the framework as a file now. Whoever runs the server can set the damaged file "
        "aside and bring back the newest good backup with: python -m kpi_store restore",
        path,
    )


_SQLITE = {
    sqlite3.SQLITE_FULL: full,
    sqlite3.SQLITE_BUSY: busy,
    sqlite3.SQLITE_LOCKED: busy,
    sqlite3.SQLITE_CORRUPT: corrupted,
    sqlite3.SQLITE_NOTADB: corrupted,
    sqlite3.SQLITE_READONLY: unavailable,
    sqlite3.SQLITE_CANTOPEN: unavailable,
    sqlite3.SQLITE_PERM: unavailable,
    sqlite3.SQLITE_IOERR: unavailable,
}
_POSTGRES = {
    "53100": full,
    "53300": busy,  # too many connections
    "55P03": busy,  # lock not available
    "57014": busy,  # statement timeout
    "40001": busy,  # serialization failure
    "40P01": busy,  # deadlock
    "XX001": corrupted,
    "XX002": corrupted,
}


def in_words(error: exc.SQLAlchemyError | sqlite3.Error) -> StoreError | None:
    """The store's error for a database's; `None` when it is a mistake of ours and should stay loud."""
    if isinstance(error, exc.TimeoutError):  # no free connection
        return busy()
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        known = _of_sqlite(cause)
    else:
        known = _POSTGRES.get(getattr(cause, "sqlstate", None) or "")
    if known is not None:
        return known()
    if isinstance(cause, psycopg.OperationalError) or _is_lost(error):
        return unavailable()
    return None


def _is_lost(error: Exception) -> bool:
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


def _of_sqlite(error: sqlite3.Error) -> Callable[[], StoreError] | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # the module's own complaint, not the database's
        return corrupted if "decode to UTF-8" in str(error) else None
    return _SQLITE.get(code & 0xFF)


@contextmanager
def worded() -> Iterator[None]:
    """Turn a database's errors into `StoreError`s."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        if (known := in_words(error)) is None:
            raise
        raise known from error
