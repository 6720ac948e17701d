"""What a component sends: a list of numbered user actions, of which only the new ones count.

The browser keeps each action until the server has acknowledged it, and sends all of them each
time, so a quick second edit never replaces the first. Everything here is untrusted input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_EVENTS = 500
MAX_NAME = 40
MAX_SEQ = 2**53 - 1  # the largest number that JavaScript counts exactly


@dataclass(frozen=True, slots=True)
class Event:
    """One user action. `seq` grows with each action; `value` is whatever the browser sent."""

    seq: int
    name: str
    value: object


def new_events(raw: object, last: int) -> list[Event]:
    """The events in a component's raw value with a number above `last`, in order, each once.

    Anything malformed is left out; a raw value of the wrong shape gives no events.
    """
    if not isinstance(raw, Mapping):
        return []
    sent = raw.get("events")
    if not isinstance(sent, list):
        return []
    found: dict[int, Event] = {}
    for item in sent[:MAX_EVENTS]:
        event = _read_event(item)
        if event is not None and event.seq > last:
            found.setdefault(event.seq, event)
    return [found[seq] for seq in sorted(found)]


def _read_event(item: object) -> Event | None:
    if not isinstance(item, Mapping):
        return None
    seq, name = item.get("seq"), item.get("name")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq <= MAX_SEQ:
        return None
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
        return None
    return Event(seq, name, item.get("value"))


def handle_events(
    raw: object,
    memory: dict[str, int],
    key: str,
    on_event: Callable[[str, object], None],
) -> bool:
    """Call `on_event(name, value)` for each new event of component `key`; True if there were any.

    `memory` holds the number last handled by key. It is written before each call, so an event whose
    handler raises, or ends the script, is not handled again.
    """
    events = new_events(raw, memory.get(key, 0))
    for event in events:
        memory[key] = event.seq
        on_event(event.name, event.value)
    return bool(events)


def text_of(value: object, limit: int = 2_000) -> str | None:
    """The value if it is text of at most `limit` characters, else None."""
    return value if isinstance(value, str) and len(value) <= limit else None
