"""The one store of this server process."""

from __future__ import annotations

import logging
import os
from functools import cache
from threading import Lock
from time import monotonic

from kpi_store.errors import StoreError
from kpi_store.store import RETENTION_DAYS, Store, open_store

logger = logging.getLogger(__name__)
_OPENING = Lock()
_RETRY = 10.0
"""Seconds before a database that could not be opened is tried again."""
_failed: list[tuple[float, StoreError]] = []


@cache
def _opened() -> Store:
    found = open_store()
    found.maintain(retention_days())
    return found


def retention_days() -> int:
    """Days for which a deleted framework can be restored: `KPI_RETENTION_DAYS`, else 30."""
    text = os.environ.get("KPI_RETENTION_DAYS", "")
    return int(text) if text.isascii() and text.isdigit() else RETENTION_DAYS


def care() -> None:
    """What is done daily: purge what has expired, copy the database. Failures are logged."""
    try:
        store().maintain(retention_days())
    except StoreError:
        logger.exception("The daily care of saved work failed")


def store() -> Store:
    """The one store of this server process. Raises `StoreError` when it cannot be opened."""
    with _OPENING:
        if _failed and monotonic() - _failed[-1][0] < _RETRY:
            raise _failed[-1][1]
        try:
            return _opened()
        except StoreError as error:
            logger.exception("Saved work cannot be reached")
            _failed[:] = [(monotonic(), error)]
            raise


def forget() -> None:
    """Open it anew at the next use, as after another database was named."""
    with _OPENING:
        _opened.cache_clear()
        _failed.clear()
