"""What the planning elements show. All text is shown as it is, never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GapTone = Literal["good", "warn", "bad", "muted"]
EdgeState = Literal["normal", "proven", "not_proven"]
StakeState = Literal["proven", "not_proven", "at_reference", "unknown"]
NoteTone = Literal["neutral", "good", "warn", "bad", "muted"]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One level of the tree: needed beside now, and the gap between them.

    `fill` is now / needed in [0, 1] for the bar along the bottom edge, None for no bar. `title`
    (formula and source) appears on hover. `aside` is a side fact, (label, value), to its right.
    """

    id: str
    label: str
    needed: str
    now: str = ""
    gap: str = ""
    gap_tone: GapTone = "muted"
    fill: float | None = None
    root: bool = False
    title: str = ""
    aside: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TreeEdge:
    """The pill between two nodes: a rate or an amount. `state` marks the bottleneck.

    Its id shares one namespace with those of the nodes: `selected` names either.
    """

    id: str
    name: str
    needed: str
    now: str = ""
    state: EdgeState = "normal"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Callout:
    """The box at the bottleneck: "Bottleneck, proven", "¥27.4M at stake", and a sentence why."""

    title: str
    money: str
    text: str
    proven: bool = True


@dataclass(frozen=True, slots=True)
class StakeRow:
    """What one rate costs. `share` in [0, 1] is the bar, `tag` the state in words."""

    id: str
    name: str
    money: str
    share: float
    text: str
    state: StakeState
    tag: str


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One step of the time plan, a value a month.

    `texts` are the values as shown, in the same order. `naive` is the plan without delays, drawn as
    outlines beside the bars. `marker` is the index of the last month that still counts, -1 when none
    does: a line stands after it, and later bars are grey. `tone` is that of the note.
    """

    name: str
    values: Sequence[float]
    texts: Sequence[str]
    naive: Sequence[float] = ()
    naive_texts: Sequence[str] = ()
    tone: NoteTone = "neutral"
    note: str = ""
    marker: int | None = None
