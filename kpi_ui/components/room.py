"""The client room's stage: one screen with a question, its answer, and what stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from kpi_ui.components.events import text_of
from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register

__all__ = [
    "NOTE_LENGTH",
    "Block",
    "RoomActions",
    "RoomBar",
    "RoomBars",
    "RoomChain",
    "RoomCompare",
    "RoomCompared",
    "RoomFact",
    "RoomLever",
    "RoomLevers",
    "RoomList",
    "RoomPart",
    "RoomParts",
    "RoomQuarter",
    "RoomQuarters",
    "RoomRow",
    "RoomRows",
    "RoomScreen",
    "stage",
]

_ROOM = _register("room")
NOTE_LENGTH = 4000
"""Most characters of a note."""
Tone = Literal["", "good", "warn", "bad", "muted"]
Place = Literal["wide", "main", "side"]


@dataclass(frozen=True)
class RoomFact:
    """A large figure beside the answer."""

    label: str
    value: str
    note: str = ""
    badge: str = ""
    tone: Tone = ""
    """Of the badge."""
    kind: str = "fact"


@dataclass(frozen=True)
class RoomPart:
    """A part of the whole; `share` in [0, 1]."""

    label: str
    value: str
    share: float
    tone: Literal["", "ours", "existing"] = ""


@dataclass(frozen=True)
class RoomParts:
    """One bar in parts."""

    label: str
    items: Sequence[RoomPart]
    place: Place = "wide"
    kind: str = "parts"


@dataclass(frozen=True)
class RoomChain:
    """What it takes, in one line: (value, name), with `rates` between them."""

    label: str
    items: Sequence[tuple[str, str]]
    rates: Sequence[str]
    place: Place = "wide"
    kind: str = "chain"


@dataclass(frozen=True)
class RoomRow:
    """A figure, what it is held against in words, and how far it is.

    `fill` is the bar's length in [0, 1], `None` draws none.
    """

    name: str
    value: str
    other: str
    gap: str
    tone: Tone = "muted"
    fill: float | None = None


@dataclass(frozen=True)
class RoomRows:
    """Needed against now, step by step."""

    label: str
    rows: Sequence[RoomRow]
    place: Place = "wide"
    kind: str = "rows"


@dataclass(frozen=True)
class RoomBar:
    """A value on a common scale from 0; `low` and `high` are its interval. All in [0, 1]."""

    name: str
    value: str
    share: float
    note: str = ""
    ours: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RoomBars:
    """Values held against each other."""

    label: str
    bars: Sequence[RoomBar]
    place: Place = "main"
    kind: str = "bars"


@dataclass(frozen=True)
class RoomList:
    """A few sentences."""

    label: str
    items: Sequence[str]
    place: Place = "side"
    ordered: bool = True
    kind: str = "list"


@dataclass(frozen=True)
class RoomCompared:
    """One number of the base and of the what-if."""

    name: str
    before: str
    after: str
    change: str
    tone: Tone = "muted"


@dataclass(frozen=True)
class RoomCompare:
    """Base against what-if, side by side."""

    before: str
    after: str
    rows: Sequence[RoomCompared]
    note: str = ""
    place: Place = "side"
    kind: str = "compare"


@dataclass(frozen=True)
class RoomQuarter:
    """A quarter's target; `share` of the largest quarter in [0, 1]."""

    name: str
    months: str
    value: str
    note: str
    share: float


@dataclass(frozen=True)
class RoomQuarters:
    """The year's target by quarter."""

    label: str
    items: Sequence[RoomQuarter]
    place: Place = "side"
    kind: str = "quarters"


@dataclass(frozen=True)
class RoomLever:
    """A slider over `texts`, at position `at`; `base` is the position it started from."""

    id: str
    label: str
    at: int
    base: int
    texts: Sequence[str]


@dataclass(frozen=True)
class RoomLevers:
    """The live sliders, with one button that puts all of them back."""

    label: str
    items: Sequence[RoomLever]
    moved: bool
    place: Place = "main"
    kind: str = "levers"


Block = (
    RoomFact
    | RoomParts
    | RoomChain
    | RoomRows
    | RoomBars
    | RoomList
    | RoomCompare
    | RoomQuarters
    | RoomLevers
)


@dataclass(frozen=True)
class RoomScreen:
    """One question and its answer; `lead` is (text, emphasised) in parts."""

    id: str
    name: str
    question: str
    answer: str
    lead: Sequence[tuple[str, bool]]
    aside: RoomFact | RoomCompare
    blocks: Sequence[Block]
    tone: Tone = ""


@dataclass(frozen=True)
class RoomActions:
    """What the room does for its presenter."""

    go: Callable[[str], None]
    """To a screen by its id: an arrow key, a number, a press."""
    leave: Callable[[], None]
    """Escape."""
    move: Callable[[str, int], None]
    """A slider, by lever id, to a position, while it moves."""
    reset: Callable[[], None]
    note: Callable[[str, str], None]
    """The note on a screen, by its id, while it is typed."""


def stage(
    screen: RoomScreen,
    screens: Sequence[tuple[str, str]],
    key: str,
    *,
    note: str,
    actions: RoomActions,
) -> None:
    """The screen, and the way to the others, (id, name); it listens to the keys of the whole page.

    `note` is the presenter's on this screen, shown only in a drawer.
    """
    known = {screen_id for screen_id, _ in screens}
    texts = {
        lever.id: lever.texts
        for block in screen.blocks
        if isinstance(block, RoomLevers)
        for lever in block.items
    }

    def on_event(name: str, value: object) -> None:
        if name == "leave":
            actions.leave()
        elif name == "reset":
            actions.reset()
        elif name == "go" and isinstance(value, str) and value in known:
            actions.go(value)
        elif name == "set" and isinstance(value, dict):
            lever_id, at = str(value.get("id")), value.get("at")
            if type(at) is int and 0 <= at < len(texts.get(lever_id, ())):
                actions.move(lever_id, at)
        elif name == "note" and isinstance(value, dict):
            screen_id, text = value.get("screen"), text_of(value.get("text"), NOTE_LENGTH)
            if isinstance(screen_id, str) and screen_id in known and text is not None:
                actions.note(screen_id, text)

    _mount(_ROOM, _data(screen, screens, note), key, on_event)


def _data(screen: RoomScreen, screens: Sequence[tuple[str, str]], note: str) -> dict[str, object]:
    return {
        "screen": asdict(screen),
        "screens": [list(one) for one in screens],
        "note": note,
        "note_length": NOTE_LENGTH,
    }
