"""The planning page's elements: what they send to the browser, and what they accept from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kpi_ui.components import planning as p

HOSTILE = '<img src=x onerror="alert(1)"> & \u202e $1 **b**'
TREE, STAKES, CHANCE, SERIES = range(4)


def small_app() -> None:
    import streamlit as st

    from kpi_ui.components import planning as p

    calls = st.session_state.setdefault("calls", [])
    nodes = [
        p.TreeNode("revenue", "Revenue", "¥100M", "¥78M", "¥22M short", "bad", 0.78, True),
        p.TreeNode("deals", "Deals", "20", "16", "4 short", "bad", 0.8, aside=("A month", "2")),
        p.TreeNode("mqls", "MQLs", "80", gap="No data"),
    ]
    edges = [
        p.TreeEdge("size", "Deal size", "¥5.0M", "¥5.0M"),
        p.TreeEdge("win", "Win rate", "25.0%", "22.2%", "proven"),
    ]
    p.tree(
        nodes,
        edges,
        "tree",
        selected="win",
        on_select=lambda part: calls.append(["tree", part]),
        callout=p.Callout("Bottleneck, proven", "¥27.4M at stake", "186 of 838."),
    )
    rows = [
        p.StakeRow("win", "Win rate", "¥27.4M", 1.0, "22.2% against 30.0%", "proven", "Proven"),
        p.StakeRow("size", "Deal size", "none", 0.0, "", "at_reference", "Above reference"),
    ]
    p.stakes(rows, "stakes", lambda row: calls.append(["stakes", row]))
    p.chance(
        "7%",
        [(0.5, False), (1.0, True)],
        [(0.0, "¥50M"), (1.0, "¥150M")],
        0.5,
        "target",
        [("Likely range ", False), ("¥62M to ¥97M", True)],
        "chance",
        label="Reaching ¥100M",
    )
    plan = p.SeriesRow("Leads", [5, 10], ["5", "10"], [20, 0], ["20", "0"], "warn", "Late", 0)
    p.series(["Apr", "May"], [plan], "series", label="Monthly plan")


def sent_data(at: AppTest) -> list[dict[str, Any]]:
    assert not at.exception
    return [json.loads(element.proto.json) for element in at.get("bidi_component")]


def event(seq: int, name: object, value: object) -> dict[str, object]:
    return {"seq": seq, "name": name, "value": value}


# ---- what the browser reports ----


def test_nodes_pills_and_stakes_report_their_id_once() -> None:
    at = AppTest.from_function(small_app, default_timeout=15).run()
    at.session_state["tree"] = {"events": [event(1, "select", "deals"), event(2, "select", "win")]}
    at.session_state["stakes"] = {"events": [event(1, "select", "size")]}
    at.run()
    expected = [["tree", "deals"], ["tree", "win"], ["stakes", "size"]]
    assert at.session_state["calls"] == expected
    assert sent_data(at)[TREE]["ack"] == 2
    at.run()
    assert at.session_state["calls"] == expected, "an event was handled twice"


@pytest.mark.parametrize("key", ["tree", "stakes"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("select", "nowhere"),
        ("select", ""),
        ("select", None),
        ("select", 0),
        ("select", ["win"]),
        ("select", {"id": "win"}),
        ("edit", "win"),
        ("", "win"),
        (None, "win"),
    ],
)
def test_what_was_not_offered_is_ignored(key: str, name: object, value: object) -> None:
    at = AppTest.from_function(small_app, default_timeout=15)
    at.session_state[key] = {"events": [event(1, name, value)]}
    at.run()
    assert not at.exception
    assert at.session_state["calls"] == []


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}, {"events": None}, {"events": [None, 3]}])
def test_a_malformed_value_is_no_event(raw: object) -> None:
    at = AppTest.from_function(small_app, default_timeout=15)
    at.session_state["tree"] = raw
    at.run()
    assert not at.exception
    assert at.session_state["calls"] == []


# ---- what the browser gets ----


def test_the_tree_is_sent_whole() -> None:
    data = sent_data(AppTest.from_function(small_app, default_timeout=15).run())[TREE]
    assert [node["id"] for node in data["nodes"]] == ["revenue", "deals", "mqls"]
    assert data["nodes"][0] == {
        "id": "revenue",
        "label": "Revenue",
        "needed": "¥100M",
        "now": "¥78M",
        "gap": "¥22M short",
        "gap_tone": "bad",
        "fill": 0.78,
        "root": True,
        "title": "",
        "aside": None,
    }
    assert data["nodes"][1]["aside"] == ["A month", "2"]
    assert data["nodes"][2]["fill"] is None
    assert [edge["state"] for edge in data["edges"]] == ["normal", "proven"]
    assert data["selected"] == "win"
    assert data["callout"]["proven"] is True
    assert data["label"] == "KPI tree"


def test_stakes_and_chance_are_sent_whole() -> None:
    data = sent_data(AppTest.from_function(small_app, default_timeout=15).run())
    assert [(row["id"], row["share"]) for row in data[STAKES]["rows"]] == [("win", 1), ("size", 0)]
    assert data[STAKES]["selected"] is None
    assert data[CHANCE] == {
        "title": "",
        "label": "Reaching ¥100M",
        "probability": "7%",
        "bars": [[0.5, False], [1.0, True]],
        "axis": [[0.0, "¥50M"], [1.0, "¥150M"]],
        "target": 0.5,
        "target_label": "target",
        "sentence": [["Likely range ", False], ["¥62M to ¥97M", True]],
    }


def test_bars_of_a_month_share_the_scale_of_their_row() -> None:
    row = sent_data(AppTest.from_function(small_app, default_timeout=15).run())[SERIES]["rows"][0]
    assert row["heights"] == [0.25, 0.5]
    assert row["naive_heights"] == [1.0, 0.0]
    assert row["texts"] == ["5", "10"]
    assert row["marker"] == 0


def odd_numbers_app() -> None:
    from kpi_ui.components import planning as p

    nan, inf = float("nan"), float("inf")
    fills = [nan, inf, -0.2, 1.7, 0.123456]
    p.tree(
        [p.TreeNode(f"n{i}", "Step", "1", fill=fill) for i, fill in enumerate(fills)],
        [p.TreeEdge(f"e{i}", "Rate", "1%") for i in range(4)],
        "tree",
        selected=None,
        on_select=lambda _: None,
    )
    p.stakes([p.StakeRow("a", "A", "1", inf, "", "unknown", "")], "stakes", lambda _: None)
    p.chance("", [(nan, False), (2.0, True)], [(-1.0, "0")], nan, "", [], "chance")
    rows = [
        p.SeriesRow("Odd", [nan, inf, -5.0, 4.0], ["?", "?", "-5", "4"], marker=9),
        p.SeriesRow("Zero", [0.0] * 4, ["0"] * 4),
        p.SeriesRow("Below", [-1.0] * 4, ["-1"] * 4),
        p.SeriesRow("None", [], []),
        p.SeriesRow("Too late", [1.0] * 4, ["1"] * 4, marker=-1),
    ]
    p.series(["a", "b", "c", "d"], rows, "series", label="Odd")


def test_odd_numbers_stay_inside_the_drawing() -> None:
    tree, stakes, chance, series = sent_data(
        AppTest.from_function(odd_numbers_app, default_timeout=15).run()
    )
    assert [node["fill"] for node in tree["nodes"]] == [None, None, 0.0, 1.0, 0.1235]
    assert stakes["rows"][0]["share"] == 0.0
    assert chance["bars"] == [[0.0, False], [1.0, True]]
    assert chance["axis"] == [[0.0, "0"]]
    assert chance["target"] is None
    assert [row["heights"] for row in series["rows"]] == [
        [0, 0, 0, 1],
        [0] * 4,
        [0] * 4,
        [],
        [1] * 4,
    ]
    assert [row["marker"] for row in series["rows"]] == [None, None, None, None, -1]


def hostile_app(text: str) -> None:
    from kpi_ui.components import planning as p

    p.tree(
        [
            p.TreeNode("a", text, text, text, text, "good", 1.0, title=text, aside=(text, text)),
            p.TreeNode("b", "B", "1"),
        ],
        [p.TreeEdge("e", text, text, text, "not_proven", text)],
        "tree",
        selected=text,
        on_select=lambda _: None,
        callout=p.Callout(text, text, text, proven=False),
    )
    rows = [p.StakeRow("a", text, text, 0.5, text, "not_proven", text)]
    p.stakes(rows, "stakes", lambda _: None)
    p.chance(text, [(1, True)], [(0, text)], 1, text, [(text, True)], "chance", label=text)
    p.series([text], [p.SeriesRow(text, [1], [text], note=text)], "series", label=text)


def test_text_goes_through_untouched() -> None:
    at = AppTest.from_function(hostile_app, default_timeout=15, args=(HOSTILE,)).run()
    tree, stakes, chance, series = sent_data(at)
    assert tree["nodes"][0]["label"] == tree["edges"][0]["title"] == HOSTILE
    assert tree["callout"]["text"] == tree["selected"] == HOSTILE
    assert stakes["rows"][0]["name"] == HOSTILE
    assert chance["sentence"] == [[HOSTILE, True]]
    assert series["months"] == series["rows"][0]["texts"] == [HOSTILE]


# ---- what a page must not ask for ----


def put_tree(nodes: list[p.TreeNode], edges: list[p.TreeEdge]) -> None:
    p.tree(nodes, edges, "tree", selected=None, on_select=lambda _: None)


def test_the_tree_needs_one_edge_between_two_nodes() -> None:
    nodes = [p.TreeNode("a", "A", "1"), p.TreeNode("b", "B", "1")]
    with pytest.raises(ValueError, match="2 nodes need 1 edges, not 0"):
        put_tree(nodes, [])
    with pytest.raises(ValueError, match="same id"):
        put_tree(nodes, [p.TreeEdge("a", "Rate", "1%")])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (p.SeriesRow("Leads", [1, 2], ["1"]), "2 values, but 1 texts"),
        (p.SeriesRow("Leads", [1], ["1"]), "1 values for 2 months"),
        (p.SeriesRow("Leads", [1, 2], ["1", "2"], [1], ["1"]), "1 values for 2 months"),
        (p.SeriesRow("Leads", [1, 2], ["1", "2"], [1, 2]), "2 values, but 0 texts"),
    ],
)
def test_a_series_has_a_value_and_a_text_a_month(row: p.SeriesRow, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        p.series(["Apr", "May"], [row], "series", label="Plan")
