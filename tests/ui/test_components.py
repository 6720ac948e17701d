"""Events of the components: each new one is handled once, in order; nothing else gets through."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kpi_ui import components
from kpi_ui.components.events import MAX_EVENTS, MAX_SEQ, Event, handle_events, new_events, text_of

HOSTILE = "<img src=x onerror=alert(1)> ![x](https://example.org) :red[x] $x$ \u202e"
FOLDER = Path(components.__file__).parent


def event(seq: object, name: object = "go", value: object = "a") -> dict[str, object]:
    return {"seq": seq, "name": name, "value": value}


# ---- the pure part ----


def test_new_events_come_once_and_in_order() -> None:
    raw = {"events": [event(3, value="c"), event(1), event(2, value="b"), event(2, value="other")]}
    assert new_events(raw, last=1) == [Event(2, "go", "b"), Event(3, "go", "c")]
    assert new_events(raw, last=3) == []


@pytest.mark.parametrize(
    "raw",
    [None, "events", 7, [], [event(1)], {}, {"events": None}, {"events": "x"}, {"events": {}}],
)
def test_a_value_of_the_wrong_shape_has_no_events(raw: object) -> None:
    assert new_events(raw, last=0) == []


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "go",
        [1, "go", "a"],
        {},
        {"seq": 5},
        {"name": "go"},
        event("5"),
        event(5.0),
        event(True),
        event(None),
        event(0),
        event(-5),
        event(MAX_SEQ + 1),
        event(5, name=""),
        event(5, name="x" * 41),
        event(5, name=7),
        event(5, name=None),
    ],
)
def test_malformed_events_are_left_out_and_the_others_stay(bad: object) -> None:
    assert new_events({"events": [bad, event(6)]}, last=0) == [Event(6, "go", "a")]


def test_only_so_many_events_are_read() -> None:
    sent = [event(i + 1) for i in range(MAX_EVENTS + 10)]
    assert len(new_events({"events": sent}, last=0)) == MAX_EVENTS


def test_an_event_whose_handler_raises_is_not_handled_again() -> None:
    memory: dict[str, int] = {}
    seen: list[object] = []

    def handler(_name: str, value: object) -> None:
        seen.append(value)
        if value == "b":
            raise KeyError(value)

    raw = {"events": [event(1), event(2, value="b"), event(3, value="c")]}
    with pytest.raises(KeyError):
        handle_events(raw, memory, "k", handler)
    assert memory == {"k": 2}
    assert handle_events(raw, memory, "k", handler)
    assert seen == ["a", "b", "c"]
    assert not handle_events(raw, memory, "k", handler)


def test_memory_is_kept_by_key() -> None:
    memory = {"other": 50}
    seen: list[object] = []
    assert handle_events({"events": [event(1)]}, memory, "k", lambda _n, value: seen.append(value))
    assert seen == ["a"]
    assert memory == {"other": 50, "k": 1}


def test_text_of_takes_text_of_bounded_length() -> None:
    assert text_of("x") == "x"
    assert [text_of(value) for value in (None, 1, True, ["x"], "x" * 2_001)] == [None] * 5


# ---- the wrappers, in an app ----


def small_app() -> None:
    """One of each component that sends; whatever it reports is written to `calls`."""
    from collections.abc import Callable

    import streamlit as st

    from kpi_ui import components as c

    calls = st.session_state.setdefault("calls", [])

    def note(kind: str) -> Callable[..., None]:
        return lambda *what: calls.append([kind, *what])

    c.stepper([c.StepItem("a", "A", "current"), c.StepItem("b", "B")], "steps", note("go"))
    c.footer(0.5, None, "Continue", "Saved", "foot", note("move"))
    stages = [
        c.BoardStage("s1", "Awareness", "?", [c.BoardCard("k1", "Reach", "primary")], can_add=True),
        c.BoardStage("s2", "Conversion", "?", [c.BoardCard("k2", "Win rate")]),
    ]
    c.board(stages, "k1", "board", note("select"), note("add"))
    c.grid(
        [
            c.GridColumn("name", "KPI"),
            c.GridColumn("target", "Target", "input"),
            c.GridColumn("basis", "Basis", "select"),
            c.GridColumn("on", "On", "check"),
            c.GridColumn("edit", "", "button"),
        ],
        [
            c.GridRow(
                "r1",
                {
                    "name": c.TextCell("Reach"),
                    "target": c.InputCell("5", "Target for reach"),
                    "basis": c.SelectCell("x", [("x", "X"), ("y", "Y")], "Basis"),
                    "on": c.CheckCell(False, "On"),
                    "edit": c.ButtonCell("Edit"),
                },
            ),
            c.GridRow("r2", {"target": c.InputCell("6", "Target", disabled=True)}),
        ],
        "grid",
        note("edit"),
        caption="Targets",
    )
    c.choices(
        [c.ChoiceItem("x", "X"), c.ChoiceItem("y", "Y")], "x", "Motion", "pick", note("choose")
    )
    c.findings(
        [
            c.FindingItem("info", "I", "", "Mend", "f1"),
            c.FindingItem("error", "E", "", "Mend", "f2"),
            c.FindingItem("warning", "W", "", "", "f3"),
        ],
        "Worth a look",
        "find",
        note("fix"),
    )
    rows = [
        c.ScoreRow("n1", "One", [(2, "yes")], "2"),
        c.ScoreRow("n2", "Two", [(0, "no")], "0", refused="Nobody can move it."),
    ]
    c.scores([("v", "Value")], rows, "score", note("chosen"))
    c.action("Start", "start", note("press"))
    c.action("Later", "later", note("press"), disabled=True)


def test_each_component_reports_what_the_user_did() -> None:
    at = AppTest.from_function(small_app, default_timeout=15).run()
    sent = {
        "steps": event(1, "go", "b"),
        "foot": event(1, "move", "next"),
        "board": event(1, "add", "s1"),
        "grid": event(1, "edit", {"row": "r1", "column": "target", "value": "7"}),
        "pick": event(1, "choose", "y"),
        "find": event(1, "fix", "f2"),
        "score": event(1, "choose", "n1"),
        "start": event(1, "press", True),
    }
    for key, item in sent.items():
        at.session_state[key] = {"events": [item]}
    at.run()
    assert not at.exception
    expected = [
        ["go", "b"],
        ["move", "next"],
        ["add", "s1"],
        ["edit", "r1", "target", "7"],
        ["choose", "y"],
        ["fix", "f2"],
        ["chosen", "n1"],
        ["press"],
    ]
    assert at.session_state["calls"] == expected
    at.run()
    assert at.session_state["calls"] == expected, "an event was handled twice"


def test_events_sent_again_with_new_ones_are_handled_once() -> None:
    at = AppTest.from_function(small_app, default_timeout=15).run()
    first = event(10, "edit", {"row": "r1", "column": "target", "value": "7"})
    second = event(11, "edit", {"row": "r1", "column": "on", "value": True})
    at.session_state["grid"] = {"events": [first]}
    at.run()
    at.session_state["grid"] = {"events": [first, second]}
    at.run()
    assert at.session_state["calls"] == [["edit", "r1", "target", "7"], ["edit", "r1", "on", True]]
    data = json.loads(at.get("bidi_component")[3].proto.json)
    assert data["ack"] == 11


def edit(row: object, column: object, value: object) -> dict[str, object]:
    return {"row": row, "column": column, "value": value}


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("steps", "go", "nowhere"),
        ("steps", "go", None),
        ("steps", "go", ["b"]),
        ("steps", "go", {"id": "b"}),
        ("steps", "other", "b"),
        ("foot", "move", "back"),  # there is no Back on this page
        ("foot", "move", "sideways"),
        ("foot", "move", 1),
        ("board", "select", "k9"),
        ("board", "select", ["k1"]),
        ("board", "add", "s2"),  # full
        ("grid", "edit", "r1"),
        ("grid", "edit", None),
        ("grid", "edit", edit("r9", "target", "1")),
        ("grid", "edit", edit("r1", "other", "1")),
        ("grid", "edit", edit(["r1"], "target", "1")),
        ("grid", "edit", edit("r1", {}, "1")),
        ("grid", "edit", edit("r1", "target", 5)),
        ("grid", "edit", edit("r1", "target", None)),
        ("grid", "edit", edit("r1", "target", "x" * 2_001)),
        ("grid", "edit", edit("r1", "name", "Renamed")),
        ("grid", "edit", edit("r1", "basis", "z")),
        ("grid", "edit", edit("r1", "basis", ["x"])),
        ("grid", "edit", edit("r1", "on", "yes")),
        ("grid", "edit", edit("r1", "on", 1)),
        ("grid", "edit", edit("r1", "edit", False)),
        ("grid", "edit", edit("r2", "target", "1")),  # disabled
        ("grid", "edit", edit("r2", "on", True)),  # no such cell
        ("grid", "select", "r1"),  # this grid does not select
        ("pick", "choose", "z"),
        ("find", "fix", "f3"),  # nothing to press
        ("find", "fix", 2),
        ("score", "choose", "n2"),  # refused
        ("later", "press", True),  # disabled
    ],
)
def test_what_was_not_offered_is_ignored(key: str, name: str, value: object) -> None:
    at = AppTest.from_function(small_app, default_timeout=15)
    at.session_state[key] = {"events": [event(1, name, value)]}
    at.run()
    assert not at.exception
    assert at.session_state["calls"] == []


def hostile_app(text: str) -> None:
    from kpi_ui import components as c

    c.stepper([c.StepItem("a", text, "current")], "steps", lambda _: None)
    c.facts([c.Fact(text, text, text)], "facts")
    c.report([{"kind": "table", "columns": [{"label": text}], "rows": [[text]]}], "doc")
    c.grid(
        [c.GridColumn("t", text, "input")],
        [c.GridRow("r", {"t": c.InputCell(text, text, echo=text)}, group=text)],
        "grid",
        lambda *_: None,
        caption=text,
    )


def test_text_goes_through_untouched() -> None:
    at = AppTest.from_function(hostile_app, default_timeout=15, args=(HOSTILE,)).run()
    assert not at.exception
    steps, facts, doc, grid = (json.loads(c.proto.json) for c in at.get("bidi_component"))
    assert steps["steps"][0]["label"] == HOSTILE
    assert facts["items"] == [
        {"label": HOSTILE, "value": HOSTILE, "note": HOSTILE, "tone": "neutral"}
    ]
    assert doc["blocks"][0]["rows"] == [[HOSTILE]]
    assert grid["rows"][0]["cells"]["t"]["echo"] == HOSTILE
    assert grid["caption"] == grid["rows"][0]["group"] == HOSTILE


def test_findings_are_sent_errors_first() -> None:
    at = AppTest.from_function(small_app, default_timeout=15).run()
    data = json.loads(at.get("bidi_component")[5].proto.json)
    assert [item["id"] for item in data["items"]] == ["f2", "f3", "f1"]


# ---- the files ----


@pytest.mark.parametrize("script", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_scripts_never_turn_text_into_markup(script: Path) -> None:
    code = script.read_text(encoding="utf-8")
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in code


@pytest.mark.parametrize("sheet", sorted(FOLDER.glob("*.css")), ids=lambda path: path.name)
def test_colours_come_from_the_theme(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    for forbidden in ("#", "rgb(", "hsl(", "url(", "@import"):
        assert forbidden not in css


def test_items_are_plain_data() -> None:
    card = components.BoardCard("k", "Reach", north_star=True)
    assert asdict(card)["north_star"] is True
