"""`python -m kpi_store`: where the saved work is, a backup of it, and bringing one back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import URL

from kpi_store import backups
from kpi_store.database import utc_now
from kpi_store.errors import StoreError
from kpi_store.place import database_url
from kpi_store.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m kpi_store", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("status", help="where the work is, and how much").set_defaults(run=_status)
    backup = commands.add_parser("backup", help="copy the SQLite file while the app runs")
    backup.add_argument("path", type=Path, help="the file to write")
    backup.set_defaults(run=_backup)
    restore = commands.add_parser(
        "restore", help="bring a backup back; stop the app first. The present file is set aside."
    )
    restore.add_argument("path", type=Path, nargs="?", help="default: the newest good daily copy")
    restore.set_defaults(run=_restore)
    options = parser.parse_args(arguments)
    try:
        options.run(database_url(os.environ), options)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _status(url: URL, _options: argparse.Namespace) -> None:
    print(f"Database: {url.render_as_string(hide_password=True)}")
    store = Store(url)
    for name, number in asdict(store.stats()).items():
        print(f"{name}: {'unknown' if number is None else number}")
    for copy in backups.existing(store.file) if store.file else ():
        state = "good" if backups.is_good(copy.path) else "damaged"
        print(f"backup: {copy.path} ({copy.at:%Y-%m-%d %H:%M} UTC, {state})")
    store.close()


def _backup(url: URL, options: argparse.Namespace) -> None:
    store = Store(url)
    print(f"Written: {store.backup(options.path.absolute()).path}")
    store.close()


def _restore(url: URL, options: argparse.Namespace) -> None:
    if url.get_backend_name() != "sqlite" or not url.database:
        raise StoreError(
            "Only an SQLite file is brought back here.", "Use pg_restore for PostgreSQL."
        )
    aside, used = backups.bring_back(Path(url.database), utc_now(), options.path)
    print(f"Brought back: {used}")
    if aside is not None:
        print(f"Set aside: {aside}")


if __name__ == "__main__":
    sys.exit(main())
