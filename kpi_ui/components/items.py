"""What the components show. All text is shown as it is, never as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Tone = Literal["neutral", "good", "warn", "bad", "muted"]
"""good, warn and bad come with an icon, so that colour never says it alone."""


@dataclass(frozen=True, slots=True)
class StepItem:
    """One step of the wizard."""

    id: str
    label: str
    state: Literal["done", "current", "todo", "trouble"] = "todo"


@dataclass(frozen=True, slots=True)
class BoardCard:
    """One KPI on the board. `reason` is shown for primary KPIs only."""

    id: str
    name: str
    role: Literal["primary", "supporting"] = "supporting"
    north_star: bool = False
    reason: str = ""
    measurable: Literal["now", "stand_in", "not_yet"] = "now"
    measurable_label: str = ""


@dataclass(frozen=True, slots=True)
class BoardStage:
    """One column of the board. `can_add` draws the dashed "Add a supporting KPI" at its end."""

    id: str
    name: str
    question: str
    cards: Sequence[BoardCard]
    can_add: bool = False


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column. `width` is a wish in pixels; `note` appears on hover over the heading."""

    id: str
    label: str
    kind: Literal["text", "input", "select", "check", "button"] = "text"
    align: Literal["left", "right", "center"] = "left"
    width: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextCell:
    """Read-only text with a second, muted line and a badge behind the text."""

    value: str
    note: str = ""
    tone: Tone = "neutral"
    badge: str = ""
    badge_tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class InputCell:
    """A text field. `echo` says what was understood, `error` why nothing was.

    `label` is for screen readers. `value` is the text itself: pass back what the user typed, also
    when it could not be understood.
    """

    value: str
    label: str
    placeholder: str = ""
    echo: str = ""
    error: str = ""
    prefix: str = ""
    suffix: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class SelectCell:
    """A choice; `options` are (value, label). A `value` not among them shows "Choose"."""

    value: str
    options: Sequence[tuple[str, str]]
    label: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class CheckCell:
    """A check box; `label` is for screen readers."""

    value: bool
    label: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ButtonCell:
    """A button; `title` is the longer name for screen readers ("Edit Win rate")."""

    label: str
    title: str = ""
    disabled: bool = False


GridCell = TextCell | InputCell | SelectCell | CheckCell | ButtonCell


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row, its cells by column id. The first row of a new `group` gets a heading above it."""

    id: str
    cells: Mapping[str, GridCell]
    group: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceItem:
    """One card to choose. `meta` is a muted last line, `badge` a small word beside the title."""

    id: str
    title: str
    text: str = ""
    meta: str = ""
    badge: str = ""


@dataclass(frozen=True, slots=True)
class FindingItem:
    """Something worth a look. Without `fix_label` there is no button."""

    severity: Literal["error", "warning", "info"]
    title: str
    text: str
    fix_label: str
    id: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a side panel: a label and its value."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class ChainStep:
    """A node: a volume or an amount. `note` appears on hover, `aside` at the right of the value."""

    name: str
    value: str
    note: str = ""
    aside: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class ChainRate:
    """The pill between two nodes. `note` appears on hover, `aside` behind the value."""

    name: str
    value: str
    note: str = ""
    aside: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A candidate: (score, why) by criterion, in the order of the criteria.

    `refused` says why it cannot be chosen; None when it can.
    """

    id: str
    name: str
    scores: Sequence[tuple[int, str]] = field(default_factory=tuple)
    total: str = ""
    refused: str | None = None
    chosen: bool = False
    recommended: bool = False
