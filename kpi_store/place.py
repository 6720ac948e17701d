"""Where the database is: `DATABASE_URL`, else a file in `KPI_DATA_DIR`, else in the user's data folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from kpi_store.errors import StoreUnavailable

FOLDER = "kpi-framework-builder"
FILE = "work.sqlite3"
_FIX = "Set DATABASE_URL to postgresql://user:password@host/database, or unset it for a file."


def data_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The folder of the SQLite file and its backups; it need not exist yet.

    `KPI_DATA_DIR`, else `%LOCALAPPDATA%` on Windows, `~/Library/Application Support` on a Mac and
    `$XDG_DATA_HOME` or `~/.local/share` elsewhere, with `kpi-framework-builder` below.
    Raises `StoreUnavailable` for a user without a home folder.
    """
    if chosen := environment.get("KPI_DATA_DIR", "").strip():
        return Path(chosen).expanduser().absolute()
    try:
        return _user_data(environment, platform) / FOLDER
    except RuntimeError as error:
        raise StoreUnavailable(
            "There is no home folder to keep the work in.", "Set KPI_DATA_DIR to a folder."
        ) from error


def _user_data(environment: Mapping[str, str], platform: str) -> Path:
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    named = Path(environment.get("XDG_DATA_HOME", ""))  # the standard ignores relative paths
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def database_url(environment: Mapping[str, str], platform: str = sys.platform) -> URL:
    """The address of the database. Raises `StoreUnavailable` for one that cannot be used."""
    text = environment.get("DATABASE_URL", "").strip()
    if not text:
        return sqlite_url(data_folder(environment, platform) / FILE)
    return usable(text)


def sqlite_url(path: Path) -> URL:
    """The address of an SQLite file."""
    return URL.create("sqlite", database=str(path))


def usable(text: str) -> URL:
    """The address with our driver named; messages never repeat it, because it holds a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable("DATABASE_URL is not an address of a database.", _FIX) from error
    kind = url.get_backend_name()
    if kind in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite")
    raise StoreUnavailable(
        f"DATABASE_URL names a database of the kind {kind!r}, which this app cannot use.", _FIX
    )
