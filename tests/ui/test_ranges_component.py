"""The benchmark range rows: what they send to the browser, and what they accept from it."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from kpi_ui.components import comparison as c

HOSTILE = '<img src=x onerror="alert(1)"> & \u202e $1 **b**'
NAN, INF = math.nan, math.inf


def small_app() -> None:
    import streamlit as st

    from kpi_ui.components import comparison as c

    calls = st.session_state.setdefault("calls", [])
    bars = [c.RangeBar(20, 28, 38, title="Survey, 2025")]
    rows = [
        c.RangeRow("win", "Win rate", "1 source", 0, 60, [(0, "0%"), (60, "60%")], bars),
        c.RangeRow("lead", "Lead rate", "No figure", 0, 6),
    ]
    c.ranges(
        rows,
        "ranges",
        selected="win",
        on_select=calls.append,
        caption="KPIs by money at stake",
        stake_label="Worth",
        different_legend="Other definition",
    )


def hostile_app() -> None:
    import streamlit as st

    from kpi_ui.components import comparison as c

    text = st.session_state["text"]
    bars, texts = [c.RangeBar(20, 28, 38, True, text)], {"target_text": text, "stake_text": text}
    row = c.RangeRow("x", text, text, 0, 60, [(0, text)], bars, state_text=text, **texts)
    c.ranges([row], "ranges", selected=text, on_select=lambda _: None, caption=text)


def percent(value: float) -> str:
    return f"{value:.1f}%"


def row_of(**changes: Any) -> c.RangeRow:
    plain = c.RangeRow("win", "Win rate", "", 0, 60, show=percent)
    return dataclasses.replace(plain, **changes)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What goes to the browser, one entry a call, as the browser gets it."""
    taken: list[dict[str, Any]] = []

    def take(_component: object, data: dict[str, Any], *_rest: object) -> None:
        taken.append(json.loads(json.dumps(data, allow_nan=False)))

    monkeypatch.setattr(c, "_mount", take)
    return taken


def shown(sent: list[dict[str, Any]], *rows: c.RangeRow) -> list[dict[str, Any]]:
    c.ranges(rows, "ranges", selected=None, on_select=lambda _: None, caption="KPIs")
    return sent[-1]["rows"]


def app_data(at: AppTest) -> dict[str, Any]:
    assert not at.exception
    return json.loads(at.get("bidi_component")[0].proto.json)


def event(seq: int, name: object, value: object) -> dict[str, object]:
    return {"seq": seq, "name": name, "value": value}


# ---- what the browser reports ----


def test_a_row_reports_its_id_once() -> None:
    at = AppTest.from_function(small_app, default_timeout=15).run()
    at.session_state["ranges"] = {"events": [event(1, "select", "lead"), event(2, "select", "win")]}
    at.run()
    assert at.session_state["calls"] == ["lead", "win"]
    assert app_data(at)["ack"] == 2
    at.run()
    assert at.session_state["calls"] == ["lead", "win"], "an event was handled twice"


@pytest.mark.parametrize(
    ("name", "value"),
    [("select", value) for value in ("nowhere", "", None, 0, ["win"], {"id": "win"})]
    + [("edit", "win"), ("", "win"), (None, "win")],
)
def test_what_was_not_offered_is_ignored(name: object, value: object) -> None:
    at = AppTest.from_function(small_app, default_timeout=15)
    at.session_state["ranges"] = {"events": [event(1, name, value)]}
    at.run()
    assert not at.exception
    assert at.session_state["calls"] == []


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"events": None}, {"events": [None, 3]}])
def test_a_malformed_value_is_no_event(raw: object) -> None:
    at = AppTest.from_function(small_app, default_timeout=15)
    at.session_state["ranges"] = raw
    at.run()
    assert not at.exception
    assert at.session_state["calls"] == []


# ---- what the browser gets ----


def test_labels_selection_and_rows_are_sent() -> None:
    data = app_data(AppTest.from_function(small_app, default_timeout=15).run())
    assert (data["selected"], data["caption"]) == ("win", "KPIs by money at stake")
    assert (data["columns"][0], data["columns"][-1]) == ("Metric", "Worth")
    assert "Other definition" in data["legend"]
    assert [row["id"] for row in data["rows"]] == ["win", "lead"]
    assert data["rows"][0]["ticks"] == [[0.0, "0%"], [1.0, "60%"]]


def test_hostile_text_arrives_as_it_is() -> None:
    at = AppTest.from_function(hostile_app, default_timeout=15)
    at.session_state["text"] = HOSTILE
    data = app_data(at.run())
    row = data["rows"][0]
    assert data["caption"] == HOSTILE
    for name in ("name", "note", "target_text", "state_text", "stake_text"):
        assert row[name] == HOSTILE
    assert row["ticks"] == [[0.0, HOSTILE]]
    assert row["sources"][0]["title"].startswith(f"{HOSTILE}: ")


def test_all_marks_stand_on_one_scale_and_are_said_in_words(sent: list[dict[str, Any]]) -> None:
    row = row_of(
        sources=[c.RangeBar(15, 30, 45, title="Survey"), c.RangeBar(6, None, 12, True, "Card")],
        baseline=c.RangeMark(22.2, 18, 27),
        baseline_text="22.2%",
        baseline_note="186 of 838",
        requirement=30,
        target=27,
        target_note="closes 60%",
    )
    data = shown(sent, row)[0]
    bar, card = data["sources"]
    assert (bar["from"], bar["typical"], bar["to"], bar["different"]) == (0.25, 0.5, 0.75, False)
    assert (card["typical"], card["different"]) == (None, True)
    assert data["baseline"]["at"] == 0.37
    assert data["baseline"]["whisker"] == {"from": 0.3, "to": 0.45, "out": [0, 0]}
    assert (data["requirement"]["at"], data["target"]["at"]) == (0.5, 0.45)
    assert data["words"] == (
        "Baseline: 22.2%, 186 of 838, 95% interval 18.0% to 27.0%. "
        "Model requirement: at least 30.0%. Target: 27.0%, closes 60%. "
        "Survey: 15.0% to 45.0%, typical 30.0%. "
        "Card: 6.0% to 12.0%, defined differently"
    )


@pytest.mark.parametrize(
    ("bar", "place", "fade", "words"),
    [
        (c.RangeBar(30, None, None), (0.5, 0.5), [0, 0.12], "from 30.0%"),
        (c.RangeBar(None, None, 30), (0.5, 0.5), [0.12, 0], "up to 30.0%"),
        (c.RangeBar(30, 45, None), (0.5, 0.75), [0, 0.12], "from 30.0%, typical 45.0%"),
        (c.RangeBar(NAN, 15, 30), (0.25, 0.5), [0.12, 0], "up to 30.0%, typical 15.0%"),
        (c.RangeBar(57, None, INF), (0.95, 0.95), [0, 0.05], "from 57.0%"),
        (c.RangeBar(0, None, 30), (0.0, 0.5), [0, 0], "0.0% to 30.0%"),
        (c.RangeBar(45, 30, 15), (0.25, 0.75), [0, 0], "15.0% to 45.0%, typical 30.0%"),
    ],
)
def test_missing_ends_fade_out(
    sent: list[dict[str, Any]], bar: c.RangeBar, place: object, fade: object, words: str
) -> None:
    drawn = shown(sent, row_of(sources=[bar]))[0]["sources"][0]
    assert ((drawn["from"], drawn["to"]), drawn["fade"]) == (place, fade)
    assert (drawn["title"], drawn["stub"], drawn["out"]) == (words, False, [0, 0])


def test_a_lone_typical_is_a_stub(sent: list[dict[str, Any]]) -> None:
    drawn = shown(sent, row_of(sources=[c.RangeBar(None, 30, None)]))[0]["sources"][0]
    assert drawn["stub"]
    assert (drawn["from"], drawn["typical"], drawn["to"], drawn["fade"]) == (0.5, 0.5, 0.5, [0, 0])


@pytest.mark.parametrize(
    ("low", "high", "place", "out"),
    [
        (30, 90, (0.5, 1.0), [0, 1]),
        (-5, 30, (0.0, 0.5), [-1, 0]),
        (-5, 90, (0.0, 1.0), [-1, 1]),
        (70, 90, (1.0, 1.0), [0, 1]),
        (-9, -5, (0.0, 0.0), [-1, 0]),
        (0, 60, (0.0, 1.0), [0, 0]),
    ],
)
def test_bars_outside_the_scale_are_cut_there(
    sent: list[dict[str, Any]], low: float, high: float, place: object, out: object
) -> None:
    drawn = shown(sent, row_of(sources=[c.RangeBar(low, None, high)]))[0]["sources"][0]
    assert ((drawn["from"], drawn["to"]), drawn["out"]) == (place, out)
    assert drawn["title"].endswith("(outside the scale)") == any(drawn["out"])


def test_marks_outside_the_scale_stand_at_its_edge(sent: list[dict[str, Any]]) -> None:
    mark = c.RangeMark(75, 50, 90)
    row = row_of(baseline=mark, requirement=-3, requirement_at_most=True, target=60.5)
    data = shown(sent, row)[0]
    assert (data["baseline"]["at"], data["baseline"]["out"]) == (1.0, 1)
    assert data["baseline"]["whisker"]["out"] == [0, 1]
    assert (data["requirement"]["at"], data["requirement"]["out"]) == (0.0, -1)
    assert data["requirement"]["title"] == "Model requirement: at most -3.0% (outside the scale)"
    assert data["target"]["title"] == "Target: 60.5% (outside the scale)"


def test_three_sources_are_drawn_and_all_are_said(sent: list[dict[str, Any]]) -> None:
    bars = [c.RangeBar(i, None, 30, title=f"Source {i}") for i in range(1, 6)]
    nothing = [c.RangeBar(None, None, None, title="Empty"), c.RangeBar(NAN, NAN, INF, title="Void")]
    data = shown(sent, row_of(sources=[*nothing, *bars]))[0]
    assert [bar["title"][:8] for bar in data["sources"]] == ["Source 1", "Source 2", "Source 3"]
    assert data["more"] == 2
    assert data["more_title"] == "Source 4: 4.0% to 30.0%\nSource 5: 5.0% to 30.0%"
    assert "Source 5" in data["words"]
    assert not any(name in data["words"] for name in ("Empty", "Void"))


@pytest.mark.parametrize("bad", [None, NAN, INF, -INF, 10**400, np.float64("nan"), "x"])
def test_what_is_not_a_number_is_not_drawn(sent: list[dict[str, Any]], bad: Any) -> None:
    row = row_of(
        ticks=[(bad, "?"), (30, "30%")],
        sources=[c.RangeBar(bad, bad, bad)],
        baseline=c.RangeMark(bad, bad, 20),
        requirement=bad,
        target=bad,
    )
    data = shown(sent, row)[0]
    assert data["ticks"] == [[0.5, "30%"]]
    assert data["sources"] == []
    assert (data["baseline"], data["requirement"], data["target"]) == (None, None, None)
    assert data["words"] == ""


def test_an_interval_without_a_value_is_drawn(sent: list[dict[str, Any]]) -> None:
    data = shown(sent, row_of(baseline=c.RangeMark(NAN, 45, 15)))[0]
    assert data["baseline"]["at"] is None
    assert data["baseline"]["whisker"] == {"from": 0.25, "to": 0.75, "out": [0, 0]}


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (5, 1), (NAN, 1), (0, INF), (-1.7e308, 1.7e308), (None, 1)]
)
def test_a_scale_that_is_no_range_draws_nothing(
    sent: list[dict[str, Any]], low: Any, high: Any
) -> None:
    bars, marks = [c.RangeBar(20, 28, 38, title="Survey")], {"target": 27, "requirement": 30}
    row = row_of(scale_low=low, scale_high=high, ticks=[(0, "0%")], sources=bars, **marks)
    data = shown(sent, row)[0]
    assert not data["drawn"]
    assert (data["ticks"], data["sources"], data["target"]) == ([], [], None)
    assert "Survey: 20.0% to 38.0%" in data["words"], "the words do not need a scale"


def test_ticks_outside_the_scale_are_left_out(sent: list[dict[str, Any]]) -> None:
    row = row_of(scale_low=0.1, scale_high=0.3, ticks=[(0, "0"), (0.1 + 0.2, "30%"), (0.4, "40%")])
    assert shown(sent, row)[0]["ticks"] == [[1.0, "30%"]]


def test_numbers_of_numpy_are_sent_as_plain_ones(sent: list[dict[str, Any]]) -> None:
    value: Any = np.float64(30)
    bars = [c.RangeBar(value, value, value, np.bool_(True))]  # type: ignore[arg-type]
    row = row_of(ticks=[(value, "30%")], sources=bars, baseline=c.RangeMark(value, value, value))
    data = shown(sent, row)[0]
    assert data["sources"][0]["different"] is True
    assert data["baseline"]["at"] == 0.5


def test_no_rows_are_fine_and_equal_ids_are_not(sent: list[dict[str, Any]]) -> None:
    assert shown(sent) == []
    with pytest.raises(ValueError, match="same id"):
        shown(sent, row_of(), row_of())


@pytest.mark.parametrize(
    ("value", "text"), [(0.2223, "0.2223"), (22.25, "22.25"), (999, "999"), (62_400, "62,400")]
)
def test_plain_numbers(value: float, text: str) -> None:
    assert c.plain_number(value) == text
