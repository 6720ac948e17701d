"""The dashboards' elements: what they send to the browser, and what they accept from it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from kpi_ui.components import dashboard as d
from kpi_ui.components import dashboard_data as sent
from kpi_ui.components import dashboard_places as places

HOSTILE = '<img src=x onerror="alert(1)"> & \u202e $1 **b**'
TILES, LINE, BARS, STACKS, FUNNEL, WATERFALL, COHORTS, TABLE, PLAIN = range(9)
ANY_NUMBER = st.none() | st.floats(allow_nan=True, allow_infinity=True)


def small_app() -> None:
    import streamlit as st

    from kpi_ui.components import dashboard as d

    hostile = '<img src=x onerror="alert(1)"> & \u202e $1 **b**'
    calls = st.session_state.setdefault("calls", [])
    details = [("Formula", hostile), ("Source", "deals.csv")]
    items = [
        d.Tile(
            "pipeline",
            hostile,
            "¥231M",
            "at_risk",
            "At risk",
            trend=[d.Trend("12%", "up", "good"), d.Trend("3%", "down", "bad"), d.Trend("third")],
            spark=[1, None, 3],
            bar=0.72,
            tick=0.78,
            details=details,
        ),
        d.Tile("win", "Win rate", status="on_track", status_text="On track", bar=0.5),
    ]
    d.tiles(
        items, "tiles", on_select=lambda i: calls.append(["tiles", i]), selected="gone", columns=9
    )
    d.progress_line(
        d.Line([(0.0, 50), (0.5, 100)], ["50", "100"], "100", "now"),
        "line",
        projection=d.Line([(0.5, 100), (1.0, 200)], ["", "200"]),
        x_ticks=[(0, "Jul"), (1, "Sep")],
        y_ticks=[(0, "0"), (400, "400")],
        moments=[(0.5, "Week 4"), (1.0, "Week 8")],
        label="Pipeline",
    )
    bars = [
        d.Bar("seo", "SEO", 74, 0.9, "¥74M", 0.7, "Last quarter ¥61M"),
        d.Bar("mail", "Mail", None, 0.4, "", float("nan")),
    ]
    d.channel_bars(bars, "bars", lambda i: calls.append(["bars", i]), selected="seo")
    d.stacks(
        [
            d.Stack("Q1", [d.Part("Sales", 30, "30"), d.Part("Ours", 10, "10", "accent")]),
            d.Stack("Q2", [d.Part("Sales", -5, "-5"), d.Part("Ours", 80, "80", "accent")]),
        ],
        "stacks",
    )
    d.funnel(
        [d.FunnelStep("Leads", "60", "80", 0.75, 0.5, "on_track", "On track"), d.FunnelStep("X")],
        [d.FunnelRate("Lead to MQL", "20%", "25%", "off_track", "Off track", details=details)],
        "funnel",
    )
    falls = [d.Fall("Before", 80, "80"), d.Fall("Rate", 30, "-30", "down"), d.Fall("Now", 50, "50")]
    d.waterfall(falls, "30 short.", "waterfall")
    d.cohorts(
        [d.CohortRow("Jan", "210", [d.Cell("4%", 1.5), d.Cell("9%", None, True)])],
        ["1", "2", "3"],
        "cohorts",
    )
    d.performance(
        [d.Column("Channel"), d.Column("Pipeline", "bar", "Open amount")],
        [d.PerformanceRow([d.Measure(hostile), d.Measure("¥1M", bar=2.5, tick=0.5)], details)],
        "table",
    )
    d.tiles([d.Tile("a", "A", "1")], "plain", columns=0, large=True)


def run(**state: object) -> AppTest:
    at = AppTest.from_function(small_app, default_timeout=15)
    for key, value in state.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def sent_data(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(element.proto.json) for element in at.get("bidi_component")]


@pytest.fixture(scope="module")
def data() -> list[dict[str, Any]]:
    """What the browser gets for each element of the small app."""
    return sent_data(run())


def event(seq: int, name: object, value: object) -> dict[str, object]:
    return {"seq": seq, "name": name, "value": value}


# ---- what the browser reports ----


def test_tiles_and_bars_report_their_id_once() -> None:
    at = run(
        tiles={"events": [event(1, "select", "win"), event(2, "select", "pipeline")]},
        bars={"events": [event(1, "select", "mail")]},
    )
    expected = [["tiles", "win"], ["tiles", "pipeline"], ["bars", "mail"]]
    assert at.session_state["calls"] == expected
    assert sent_data(at)[TILES]["ack"] == 2
    at.run()
    assert at.session_state["calls"] == expected, "an event was handled twice"


@pytest.mark.parametrize("key", ["tiles", "bars"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("select", "nowhere"),
        ("select", ""),
        ("select", None),
        ("select", 0),
        ("select", ["win", "seo"]),
        ("select", {"id": "win"}),
        ("open", "win"),
        ("open", "seo"),
        (None, "seo"),
    ],
)
def test_what_was_not_offered_is_ignored(key: str, name: object, value: object) -> None:
    assert run(**{key: {"events": [event(1, name, value)]}}).session_state["calls"] == []


# ---- what the browser gets ----


def test_a_tile_is_sent_with_places_and_plain_text(data: list[dict[str, Any]]) -> None:
    tile = data[TILES]["items"][0]
    assert tile["name"] == HOSTILE
    assert tile["details"] == [["Formula", HOSTILE], ["Source", "deals.csv"]]
    assert tile["spark"] == [0.0, None, 1.0]
    assert tile["bar"] == {"fill": 0.72, "tick": 0.78, "goal": None}
    assert [change["text"] for change in tile["trend"]] == ["12%", "3%"]


def test_a_tile_without_a_value_has_no_data_and_no_bar(data: list[dict[str, Any]]) -> None:
    tile = data[TILES]["items"][1]
    assert (tile["status"], tile["status_text"], tile["bar"]) == ("no_data", "No data", None)


def test_a_status_text_of_its_own_stays_without_data() -> None:
    assert sent.tile_data(d.Tile("a", "A", status_text="Not measured"))["status_text"] == (
        "Not measured"
    )
    assert sent.tile_data(d.Tile("a", "A", status_text=""))["status_text"] == "No data"


def test_settings_outside_their_range_are_brought_back(data: list[dict[str, Any]]) -> None:
    assert (data[TILES]["columns"], data[PLAIN]["columns"]) == (4, 1)
    assert data[TILES]["selected"] is None
    assert data[BARS]["selected"] == "seo"
    assert (data[TILES]["selectable"], data[PLAIN]["selectable"]) == (True, False)
    assert data[PLAIN]["large"]


def test_the_line_is_on_one_scale_with_its_ticks(data: list[dict[str, Any]]) -> None:
    line = data[LINE]
    assert line["lines"] == [
        {"points": [[0.0, 0.125], [0.5, 0.25]], "end": ["100", "now"]},
        None,
        {"points": [[0.5, 0.25], [1.0, 0.5]], "end": ["", ""]},
    ]
    assert line["y_ticks"] == [[0.0, "0"], [1.0, "400"]]
    assert line["moments"] == [
        {"at": 0.5, "title": "Week 4", "values": [[0.25, "100"], None, None]},
        {"at": 1.0, "title": "Week 8", "values": [None, None, [0.5, "200"]]},
    ]


def test_a_bar_without_a_value_says_so(data: list[dict[str, Any]]) -> None:
    first, second = data[BARS]["rows"]
    assert (first["value"], first["share"], first["tick"]) == (True, 0.9, 0.7)
    assert (second["value"], second["value_text"], second["tick"]) == (False, "No data", None)


def test_stacks_share_one_scale(data: list[dict[str, Any]]) -> None:
    heights = [[part["value"] for part in column["parts"]] for column in data[STACKS]["columns"]]
    assert heights == [[0.375, 0.125], [0.0, 1.0]]


def test_the_funnel_is_sent_in_order(data: list[dict[str, Any]]) -> None:
    steps, rates = data[FUNNEL]["steps"], data[FUNNEL]["rates"]
    assert [step["status"] for step in steps] == ["on_track", "no_data"]
    assert steps[0]["bar"] == {"fill": 0.75, "tick": 0.5, "goal": None}
    assert (rates[0]["value_text"], rates[0]["status"]) == ("20%", "off_track")


def test_the_waterfall_stands_on_its_running_sum(data: list[dict[str, Any]]) -> None:
    places_sent = [bar["place"] for bar in data[WATERFALL]["bars"]]
    assert places_sent == [[0.0, 1.0, 1.0], [0.625, 1.0, 0.625], [0.0, 0.625, 0.625]]
    assert data[WATERFALL]["zero"] == 0.0


def test_cohort_shades_stay_on_the_scale(data: list[dict[str, Any]]) -> None:
    cells = data[COHORTS]["rows"][0]["cells"]
    assert [(cell["shade"], cell["incomplete"]) for cell in cells] == [(1.0, False), (None, True)]
    assert data[COHORTS]["columns"] == ["1", "2", "3"]


def test_the_table_is_sent_whole(data: list[dict[str, Any]]) -> None:
    table = data[TABLE]
    assert [column["kind"] for column in table["columns"]] == ["text", "bar"]
    first, second = table["rows"][0]["cells"]
    assert (first["text"], first["bar"]) == (HOSTILE, None)
    assert second["bar"] == {"fill": 1.0, "tick": 0.25, "goal": 0.5}


# ---- what is refused ----


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: d.tiles([d.Tile("a", "A"), d.Tile("a", "B")], "k"), "same id"),
        (lambda: d.channel_bars([d.Bar("a", "A", 1, 1, "1")] * 2, "k"), "same id"),
        (lambda: d.funnel([d.FunnelStep("A")] * 3, [d.FunnelRate("r")], "k"), "3 steps need 2"),
        (lambda: d.funnel([], [d.FunnelRate("r")], "k"), "0 steps need 0"),
        (lambda: d.cohorts([d.CohortRow("J", "", [d.Cell()] * 2)], ["1"], "k"), "2 cells for 1"),
        (lambda: d.performance([d.Column("A")], [d.PerformanceRow([])], "k"), "0 cells for 1"),
        (lambda: d.progress_line(d.Line([(0, 1)], ["a", "b"]), "k", label="x"), "1 points, but 2"),
    ],
)
def test_parts_that_do_not_fit_are_refused(draw: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        draw()


# ---- places ----


@pytest.mark.parametrize(
    ("bar", "tick", "expected"),
    [
        (None, 0.5, None),
        (math.nan, 0.5, None),
        (0.0, None, {"fill": 0.0, "tick": None, "goal": None}),
        (-1.0, -0.2, {"fill": 0.0, "tick": 0.0, "goal": None}),
        (1.0, 1.0, {"fill": 1.0, "tick": 1.0, "goal": None}),
        (1.25, 0.5, {"fill": 1.0, "tick": 0.4, "goal": 0.8}),
        (9.0, math.inf, {"fill": 1.0, "tick": None, "goal": 0.5}),
    ],
)
def test_a_bar_past_its_target_shows_where_that_is(
    bar: float | None, tick: float | None, expected: dict[str, float | None] | None
) -> None:
    assert places.level(bar, tick) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([3], []),
        ([None, math.nan, 3], []),
        ([5, 5, None], [0.5, 0.5, None]),
        ([2, 4, 3, math.inf], [0.0, 1.0, 0.5, None]),
    ],
)
def test_a_course_needs_two_values(
    values: list[float | None], expected: list[float | None]
) -> None:
    assert places.spark(values) == expected


@pytest.mark.parametrize(
    ("count", "kept"),
    [(0, []), (1, [0]), (4, [0, 1, 2, 3]), (5, [0, 2, 4]), (9, [0, 3, 6]), (13, [0, 4, 8, 12])],
)
def test_at_most_four_ticks(count: int, kept: list[int]) -> None:
    assert [at for at, _ in places.thinned([(i, "") for i in range(count)])] == kept


def test_a_waterfall_below_zero_moves_the_zero_line() -> None:
    bars = [
        d.Fall("Loss", -50, ""),
        d.Fall("Up", 80, "", "up"),
        d.Fall("Unknown", math.nan, "", "down"),
        d.Fall("Down", -130, "", "down"),
        d.Fall("Loss", -100, ""),
    ]
    # Running sums -50, 30, 30, -100, -100 on a scale from -100 to 30.
    moves, zero = places.falls(bars)
    assert zero == pytest.approx(100 / 130, abs=1e-4)
    ends = [move[2] for move in moves]
    assert ends == pytest.approx([50 / 130, 1, 1, 0, 0], abs=1e-4)


@pytest.mark.parametrize("bars", [[], [d.Fall("A", 0, "")], [d.Fall("A", math.inf, "")]])
def test_a_waterfall_of_nothing_draws_nothing(bars: list[d.Fall]) -> None:
    assert places.falls(bars) == ([(0.0, 0.0, 0.0)] * len(bars), 0.0)


@given(st.lists(st.tuples(ANY_NUMBER, st.sampled_from(["total", "up", "down", "odd"]))))
def test_falls_stay_on_the_drawing(given_bars: list[tuple[float | None, Any]]) -> None:
    bars = [d.Fall("", math.nan if v is None else v, "", kind) for v, kind in given_bars]
    moves, zero = places.falls(bars)
    assert len(moves) == len(bars)
    assert 0 <= zero <= 1
    assert all(0 <= low <= high <= 1 and low <= now <= high for low, high, now in moves)


@given(ANY_NUMBER, ANY_NUMBER, st.lists(ANY_NUMBER))
def test_no_stray_number_is_sent(
    bar: float | None, tick: float | None, values: list[float | None]
) -> None:
    tile = sent.tile_data(d.Tile("a", "A", "1", bar=bar, tick=tick, spark=values))
    row = sent.bar_data(d.Bar("a", "A", bar, math.nan if tick is None else tick, "1", tick))
    stack = sent.stack_data(
        [d.Stack("", [d.Part("", math.nan if v is None else v, "") for v in values])]
    )
    line = d.Line([(math.nan if v is None else v, 1.0 if v is None else v) for v in values])
    drawn = sent.line_data([line], [(0.0, "")], [(1.0, "")], [(0.0, "")])
    for made in (tile, row, stack, drawn):
        json.dumps(made, allow_nan=False)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in drawn["lines"][0]["points"])
    assert all(0 <= part["value"] <= 1 for part in stack[0]["parts"])
    assert all(value is None or 0 <= value <= 1 for value in tile["spark"])
