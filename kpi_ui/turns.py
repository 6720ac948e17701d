"""Page runs take turns."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.2  # seconds
_TURN = threading.RLock()


@contextmanager
def turn() -> Iterator[None]:
    """Waits until no other visitor's run is inside, at most a moment.

    Python runs one thread at a time: runs side by side all end late, one after the other only the
    last one does. A long run, such as a million draws, holds the others up for that moment only.
    """
    mine = _TURN.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            _TURN.release()
