"""The app's own interface elements, drawn by Streamlit components v2.

Each function puts one element on the page. Callbacks run before the script does, as with those of
Streamlit's own widgets; they get only ids that the element was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from kpi_ui.components.editing import grid
from kpi_ui.components.items import (
    BoardCard,
    BoardStage,
    ButtonCell,
    ChainRate,
    ChainStep,
    CheckCell,
    ChoiceItem,
    Fact,
    FindingItem,
    GridCell,
    GridColumn,
    GridRow,
    InputCell,
    ScoreRow,
    SelectCell,
    StepItem,
    TextCell,
    Tone,
)
from kpi_ui.components.mount import mount as _mount
from kpi_ui.components.mount import register as _register

__all__ = [
    "BoardCard",
    "BoardStage",
    "ButtonCell",
    "ChainRate",
    "ChainStep",
    "CheckCell",
    "ChoiceItem",
    "Fact",
    "FindingItem",
    "GridCell",
    "GridColumn",
    "GridRow",
    "InputCell",
    "ScoreRow",
    "SelectCell",
    "StepItem",
    "TextCell",
    "Tone",
    "action",
    "board",
    "chain",
    "choices",
    "facts",
    "findings",
    "footer",
    "grid",
    "meter",
    "report",
    "scores",
    "stepper",
]

_STEPPER = _register("stepper")
_FOOTER = _register("footer")
_BOARD = _register("board")
_CHOICES = _register("choices")
_FINDINGS = _register("findings")
_FACTS = _register("facts")
_CHAIN = _register("chain")
_SCORES = _register("scores")
_REPORT = _register("report")
_ACTION = _register("action")
_METER = _register("meter")

_SEVERITY_ORDER = {"error": 0, "warning": 1, "info": 2}


def stepper(
    steps: Sequence[StepItem],
    key: str,
    on_go: Callable[[str], None],
    *,
    label: str = "Steps",
) -> None:
    """The bar of wizard steps; `on_go(step_id)` when one is pressed. `label` is read aloud."""
    known = {step.id for step in steps}

    def on_event(name: str, value: object) -> None:
        if name == "go" and isinstance(value, str) and value in known:
            on_go(value)

    _mount(_STEPPER, {"steps": [asdict(s) for s in steps], "label": label}, key, on_event)


def footer(
    progress: float,
    back: str | None,
    forward: str | None,
    note: str,
    key: str,
    on_move: Callable[[Literal["back", "next"]], None],
) -> None:
    """The wizard's foot, for `st.bottom`: progress in [0, 1], Back, a remark and the filled button.

    `back` and `forward` are the labels; None leaves that button out.
    """

    def on_event(name: str, value: object) -> None:
        if name != "move":
            return
        if value == "back" and back is not None:
            on_move("back")
        elif value == "next" and forward is not None:
            on_move("next")

    share = min(1.0, max(0.0, progress))
    data = {"progress": share, "back": back, "forward": forward, "note": note}
    _mount(_FOOTER, data, key, on_event)


def board(
    stages: Sequence[BoardStage],
    selected: str | None,
    key: str,
    on_select: Callable[[str], None],
    on_add: Callable[[str], None],
    *,
    add_label: str = "Add a supporting KPI",
    panel: str | None = None,
) -> None:
    """KPIs by stage; `on_select(card_id)` for a card, `on_add(stage_id)` for the dashed one.

    `panel` is the key of the container with the selected card's details, scrolled to on a phone.
    """
    cards = {card.id for stage in stages for card in stage.cards}
    open_stages = {stage.id for stage in stages if stage.can_add}

    def on_event(name: str, value: object) -> None:
        if not isinstance(value, str):
            return
        if name == "select" and value in cards:
            on_select(value)
        elif name == "add" and value in open_stages:
            on_add(value)

    data = {
        "stages": [asdict(stage) for stage in stages],
        "selected": selected,
        "add_label": add_label,
        "panel": panel,
    }
    _mount(_BOARD, data, key, on_event)


def choices(
    items: Sequence[ChoiceItem],
    selected: str | None,
    label: str,
    key: str,
    on_choose: Callable[[str], None],
    columns: int = 3,
    *,
    radio: bool | None = None,
) -> None:
    """Cards to choose from; `on_choose(item_id)`.

    A radio group when one is selected, plain buttons when `selected` is None; `radio` overrides.
    """
    known = {item.id for item in items}

    def on_event(name: str, value: object) -> None:
        if name == "choose" and isinstance(value, str) and value in known:
            on_choose(value)

    data = {
        "items": [asdict(item) for item in items],
        "selected": selected,
        "label": label,
        "columns": max(1, columns),
        "radio": selected is not None if radio is None else radio,
    }
    _mount(_CHOICES, data, key, on_event)


def findings(
    items: Sequence[FindingItem],
    title: str,
    key: str,
    on_fix: Callable[[str], None],
    limit: int = 5,
    empty: str = "Nothing to look at.",
) -> None:
    """What is worth a look, errors first; `on_fix(finding_id)`. `empty` is said if all is well."""
    fixable = {item.id for item in items if item.fix_label}

    def on_event(name: str, value: object) -> None:
        if name == "fix" and isinstance(value, str) and value in fixable:
            on_fix(value)

    ordered = sorted(items, key=lambda item: _SEVERITY_ORDER[item.severity])
    data = {
        "items": [asdict(item) for item in ordered],
        "title": title,
        "limit": max(1, limit),
        "empty": empty,
    }
    _mount(_FINDINGS, data, key, on_event)


def facts(items: Sequence[Fact], key: str, *, across: bool = False) -> None:
    """A short list of figures: one below the other for a side panel, or `across` the page."""
    _mount(_FACTS, {"items": [asdict(item) for item in items], "across": across}, key)


def chain(steps: Sequence[ChainStep], rates: Sequence[ChainRate], key: str) -> None:
    """A small read-only KPI tree: `rates[i]` stands between `steps[i]` and `steps[i + 1]`."""
    data = {"steps": [asdict(step) for step in steps], "rates": [asdict(rate) for rate in rates]}
    _mount(_CHAIN, data, key)


def scores(
    criteria: Sequence[tuple[str, str]],
    rows: Sequence[ScoreRow],
    key: str,
    on_choose: Callable[[str], None],
    *,
    caption: str = "North star candidates by criterion",
    maximum: int = 2,
) -> None:
    """The scoring table: criteria as (id, name), one candidate a row; `on_choose(row_id)`.

    `maximum` is the best score of a criterion, and the number of segments of its bar.
    """
    open_rows = {row.id for row in rows if row.refused is None}

    def on_event(name: str, value: object) -> None:
        if name == "choose" and isinstance(value, str) and value in open_rows:
            on_choose(value)

    data = {
        "criteria": [{"id": criterion, "name": name} for criterion, name in criteria],
        "rows": [asdict(row) for row in rows],
        "caption": caption,
        "maximum": maximum,
    }
    _mount(_SCORES, data, key, on_event)


def report(blocks: Sequence[Mapping[str, Any]], key: str) -> None:
    """A read-only document made of blocks, each a plain dict with a "kind":

    - hero: eyebrow, title, text, facts [{label, value, note}]
    - section: id, title, note
    - cards: columns, items [{eyebrow, title, badge, tone, text, rows [{label, value}], accent}]
    - table: label (read aloud), columns [{label, align}], rows [[text or {value, note}]]
    - list: items, ordered
    - text: text
    - definition: items [{term, text}]
    - chain: steps and rates, as dicts with the fields of ChainStep and ChainRate
    """
    _mount(_REPORT, {"blocks": [dict(block) for block in blocks]}, key)


def action(
    label: str,
    key: str,
    on_press: Callable[[], None],
    note: str = "",
    kind: Literal["filled", "plain"] = "filled",
    *,
    disabled: bool = False,
) -> None:
    """The call to action of a page, with a muted remark beside it."""

    def on_event(name: str, _value: object) -> None:
        if name == "press" and not disabled:
            on_press()

    data = {"label": label, "note": note, "kind": kind, "disabled": disabled}
    _mount(_ACTION, data, key, on_event)


def meter(label: str, value: int, total: int, key: str, note: str = "") -> None:
    """A count out of a total as words and a bar: `meter("KPIs measurable now", 11, 14, ...)`."""
    _mount(_METER, {"label": label, "value": value, "total": total, "note": note}, key)
