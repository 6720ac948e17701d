"""Page runs take turns."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.2  # seconds
_TURN = threading.Lock()


class _Mine(threading.local):
    held = False
    """Whether it is this thread's turn."""


_mine = _Mine()


@contextmanager
def turn() -> Iterator[None]:
    """Waits until no other visitor's run is inside, at most a moment.

    Python runs one thread at a time: runs side by side all end late, one after the other only the
    last one does.
    """
    if _mine.held:
        yield
        return
    _take()
    try:
        yield
    finally:
        _give()


@contextmanager
def aside() -> Iterator[None]:
    """Around a long piece of work: lets the others go first."""
    held = _mine.held
    _give()
    try:
        yield
    finally:
        if held:
            _take()


def _take() -> None:
    _mine.held = _TURN.acquire(timeout=PATIENCE)


def _give() -> None:
    if _mine.held:
        _mine.held = False
        _TURN.release()
