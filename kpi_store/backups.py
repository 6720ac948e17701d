"""Copies of the SQLite file: made daily, checked, and brought back when the file is damaged."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from kpi_store.errors import (
    StoreCorrupted,
    StoreError,
    StoreUnavailable,
    corrupted,
    unavailable,
    worded,
)
from kpi_store.records import Backup
from kpi_store.tables import unpacked

KEPT = 2
"""How many daily copies are kept."""
_NAME = re.compile(r"backup-(\d{6})-(\d{4}-\d\d-\d\d)\.sqlite3")
_WITH_DOCUMENTS = ("kpi_workspaces", "kpi_revisions", "kpi_snapshots")


def is_sound(path: Path) -> bool:
    """True when SQLite finds the file's structure whole. Reads all of it: about 1 s for each GB.

    Raises `StoreBusy` or `StoreUnavailable` when it cannot be read at all.
    """
    with worded():
        try:
            with closing(sqlite3.connect(path, timeout=5)) as connection:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _is_damage(error):
                raise
            return False
    return bool(found == ("ok",))


def _is_damage(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_good(path: Path) -> bool:
    """True when the structure is whole and every document is letter by letter what was saved."""
    if not is_sound(path):
        return False
    with worded(), closing(sqlite3.connect(path, timeout=5)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        for table in tables.intersection(_WITH_DOCUMENTS):
            try:
                for (document,) in connection.execute(f"SELECT document FROM {table}"):
                    unpacked(document)
            except StoreCorrupted:
                return False
    return True


def folder(file: Path) -> Path:
    """Where the copies of a database are."""
    return file.parent / "backups"


def existing(file: Path) -> tuple[Backup, ...]:
    """The daily copies, newest first by their running number, whatever the clock said."""
    found = [
        (match, path) for path in _listed(folder(file)) if (match := _NAME.fullmatch(path.name))
    ]
    ranked = sorted(found, key=lambda pair: int(pair[0][1]), reverse=True)
    return tuple(Backup(path, _written(path)) for _, path in ranked)


def _listed(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from place.iterdir()


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def newest_good(file: Path) -> Backup | None:
    """The copy to bring back; `None` when there is none."""
    return next((copy for copy in existing(file) if is_good(copy.path)), None)


def make_daily(file: Path, today: date) -> Backup | None:
    """One copy a day, `None` when there is one already; the oldest beyond `KEPT` go.

    Raises `StoreCorrupted`, and leaves all copies alone, when the database is not good.
    """
    known = existing(file)
    if known and known[0].path.name.endswith(f"-{today}.sqlite3"):
        return None
    number = int(known[0].path.name[7:13]) + 1 if known else 1
    made = copy(file, folder(file) / f"backup-{number:06}-{today}.sqlite3")
    for old in existing(file)[KEPT:]:
        old.path.unlink(missing_ok=True)
    return made


def copy(file: Path, target: Path) -> Backup:
    """A checked copy of a database that may be in use. Replaces `target` only by a good copy.

    Raises `StoreCorrupted` when the copy is not good, `StoreUnavailable` when it cannot be written.
    """
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        with (
            worded(),
            closing(sqlite3.connect(file)) as source,
            closing(sqlite3.connect(part)) as to,
        ):
            source.backup(to)
            to.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        if not is_good(part):
            raise corrupted(file)
        os.replace(part, target)
    except OSError as error:
        raise unavailable() from error
    finally:
        with suppress(OSError):
            part.unlink()
    return Backup(target, _written(target))


def set_aside(file: Path, now: datetime) -> Path:
    """Rename a damaged database with its log, so that nothing of it is lost; returns the new name."""
    stem = f"{file.stem}-damaged-{now:%Y%m%d-%H%M%S}"
    number = 1
    while (aside := file.with_name(f"{stem}-{number}{file.suffix}")).exists():
        number += 1
    for end in ("-wal", "-shm", ""):
        part = file.with_name(file.name + end)
        if part.exists():
            part.rename(aside.with_name(aside.name + end))
    return aside


def bring_back(file: Path, now: datetime, chosen: Path | None = None) -> tuple[Path | None, Path]:
    """Set the database aside and put a copy in its place: the newest good one, or the one chosen.

    No app may be using the database. Returns where the old file is now (`None` when there was none)
    and the copy used. Raises `StoreError` without any change when there is no good copy.
    """
    if chosen is not None:
        source = chosen if chosen.is_file() and is_good(chosen) else None
    else:
        source = found.path if (found := newest_good(file)) else None
    if source is None:
        raise StoreError("There is no good backup to bring back.", f"Look into {folder(file)}.")
    try:
        fresh = file.with_name(file.name + ".part")
        shutil.copyfile(source, fresh)
        fresh.chmod(0o600)
        aside = set_aside(file, now) if file.exists() else None
        os.replace(fresh, file)
    except OSError as error:
        raise StoreUnavailable(
            f"The backup could not be put in place: {error.strerror}.",
            "Check the folder's rights and the room on the disk.",
        ) from error
    return aside, source
