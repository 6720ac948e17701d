"""The client room: four screens from any framework, live sliders, private notes, nothing saved."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.models.framework import MeasurementFramework

SAMPLES = sorted(load_catalog().samples)
JPY, HYBRID, USD = "manufacturer_jpy", "hybrid_mid_market_gbp", "sales_led_enterprise_saas_usd"
SCREENS = ("goal", "gap", "bottleneck", "plan")
Room = Any


@pytest.fixture
def room(app: Any) -> Room:
    """The JPY sample, which is the worked example, in the room."""
    return app.sample(JPY).open("room")


def screen(app: Room) -> dict[str, Any]:
    found: dict[str, Any] = app.data("room.stage")["screen"]
    return found


def go(app: Room, name: str) -> Room:
    return app.send("room.stage", "go", name)


def lead(app: Room) -> str:
    return "".join(text for text, _ in screen(app)["lead"])


def block(app: Room, kind: str) -> dict[str, Any]:
    return next(dict(one) for one in screen(app)["blocks"] if one["kind"] == kind)


def compared(app: Room) -> dict[str, tuple[str, str, str]]:
    rows = screen(app)["aside"]["rows"]
    return {row["name"]: (row["before"], row["after"], row["change"]) for row in rows}


def lever(app: Room, label: str) -> dict[str, Any]:
    (found,) = [one for one in block(app, "levers")["items"] if one["label"] == label]
    return dict(found)


def slide(app: Room, label: str, text: str) -> Room:
    """Move a slider to the position that shows `text`."""
    found = lever(app, label)
    return app.send("room.stage", "set", {"id": found["id"], "at": found["texts"].index(text)})


def note(app: Room) -> str:
    """What the drawer shows on this screen."""
    return str(app.data("room.stage")["note"])


def write(app: Room, name: str, text: str) -> Room:
    return app.send("room.stage", "note", {"screen": name, "text": text})


# ---- the story ----


def test_the_worked_example_is_told(room: Room) -> None:
    assert (screen(room)["answer"], screen(room)["aside"]["value"]) == ("¥100M", "¥370M")
    assert [value for value, _ in block(room, "chain")["items"]] == [
        "20",
        "80",
        "267",
        "1,335",
        "66,750",
    ]
    go(room, "gap")
    # 54,000 x 2% x 20% x 30% x 25% = 16.2 deals of 5M = 81M
    assert screen(room)["answer"] == "¥19M short"
    assert lead(room) == "Today's pace brings ¥81M of the ¥100M needed: 81%."
    sessions = block(room, "rows")["rows"][-1]
    assert (sessions["value"], sessions["other"], sessions["gap"]) == (
        "66,750",
        "now 54,000",
        "12,750 short",
    )
    go(room, "bottleneck")
    assert screen(room)["answer"] == "No weak rate"
    assert "12,750 sessions a year" in lead(room)
    go(room, "plan")
    assert screen(room)["answer"] == "¥81M"
    assert compared(room)["Revenue"] == ("¥81M", "¥81M", "same")
    quarters = [(x["name"], x["value"], x["note"]) for x in block(room, "quarters")["items"]]
    assert quarters == [(f"Q{n}", "¥25M", "5 deals") for n in range(1, 5)]


def test_a_proven_bottleneck_with_its_source_and_checks(app: Any) -> None:
    room = go(app.sample(USD).open("room"), "bottleneck")
    assert (screen(room)["answer"], screen(room)["aside"]["badge"]) == (
        "Lead-to-MQL rate",
        "Proven",
    )
    # 2,737,152 x (0.4 / 0.18 - 1) = 3,345,408
    assert screen(room)["aside"]["value"] == "$3.35M"
    assert lead(room).startswith("432 of 2,400: with 95% certainty between 16.5% and 19.6%")
    bars = block(room, "bars")["bars"]
    assert [(bar["value"], bar["note"]) for bar in bars] == [
        ("18.0%", ""),
        ("40.0%", "First Page Sage, 2025"),
    ]
    causes = load_catalog().causes["lead_to_mql_rate"]
    assert block(room, "list")["items"] == list(causes.checks)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_is_told_without_preparation(app: Any, sample: str) -> None:
    room = app.sample(sample).open("room")
    for number, name in enumerate(SCREENS):
        go(room, name)
        found = screen(room)
        assert found["id"] == name
        assert found["answer"]
        assert found["question"].endswith("?")
        assert [one[0] for one in room.data("room.stage")["screens"]].index(name) == number
        assert "n/a" not in json.dumps(found)


def test_a_framework_without_history_says_what_is_not_known(app: Any) -> None:
    room = app.open("room")
    assert screen(room)["answer"] == "$6M"
    for name in ("gap", "bottleneck"):
        go(room, name)
        assert screen(room)["answer"] == "Not known yet"
        assert "Enter last values" in lead(room)
    go(room, "plan")
    assert "if the volume the plan needs comes" in lead(room)
    before = screen(room)["answer"]
    slide(room, "Win rate", "30.0%")  # half as much again of 20%
    assert (before, screen(room)["answer"]) == ("$2.4M", "$3.6M")


def test_a_hybrid_company_names_no_lane_that_brings_nothing(app: Any) -> None:
    room = app.sample(HYBRID).open("room")
    labels = [one["label"] for one in screen(room)["blocks"]]
    assert labels == ["Who brings it", "What it takes for marketing's £1.86M"]
    go(room, "bottleneck")
    assert screen(room)["answer"] == "Lead-to-MQL rate"


def test_two_lanes_that_bring_something_are_both_told(app: Any) -> None:
    app.sample(HYBRID).open("room")
    now = json.loads(base_of(app))
    now["lanes"][0]["share"], now["lanes"][1]["share"] = 0.6, 0.4
    app.at.session_state["kpi.scenario"] = json.dumps(now)
    app.run()
    # 1,856,000 x 60% and 40%
    assert [one["label"] for one in screen(app)["blocks"]] == [
        "Who brings it",
        "What it takes for marketing's £1.11M, Sales",
        "What it takes for marketing's £742K, Self-service",
    ]
    go(app, "gap")
    assert [one["label"] for one in screen(app)["blocks"]] == [
        "Needed against now, Sales",
        "Needed against now, Self-service",
    ]
    go(app, "plan")
    labels = [one["label"] for one in block(app, "levers")["items"]]
    assert labels[:2] == ["Lead-to-MQL rate, Sales", "Win rate, Sales"]


def base_of(app: Room) -> str:
    """The framework's base scenario, as the app would put it on screen."""
    read = MeasurementFramework.model_validate(app.framework())
    return base_scenario(read, load_catalog()).model_dump_json()


def test_a_kept_volume_is_not_told_as_todays(room: Room) -> None:
    go(room, "plan")
    slide(room, "Sessions a year", "100,000")
    room.press("room.keep")
    go(room, "gap")
    assert screen(room)["answer"] == "¥19M short"


@pytest.mark.parametrize("name", ["", "<b>x</b>", "## **A** $x$ :red[b]", "A" * 120, "🚀 株式会社"])
def test_hostile_names_stay_text(app: Any, name: str) -> None:
    wizard = app.open("wizard").answer("company.name", name)
    room = wizard.open("room")
    assert screen(room)["answer"]
    for sign in ("**A", "$x$", ":red["):
        assert not any(sign in text for text in room.prose())


def test_an_unknown_screen_in_the_saved_settings_opens_the_first(room: Room) -> None:
    room.at.session_state["kpi.view"] = {"room_screen": "nowhere", "room_what_if": {"from": "x"}}
    room.run()
    assert screen(room)["id"] == "goal"


@pytest.mark.parametrize(
    ("event", "value"),
    [
        ("go", "nowhere"),
        ("go", 7),
        ("set", {"id": "all:volume", "at": 10_000}),
        ("set", {"id": "all:volume", "at": -1}),
        ("set", {"id": "all:volume", "at": True}),
        ("set", {"id": "nobody", "at": 1}),
        ("set", "all"),
        ("note", {"screen": "nowhere", "text": "x"}),
        ("note", {"screen": "plan", "text": 7}),
        ("note", {"screen": "plan", "text": "x" * 4001}),
        ("what", None),
    ],
)
def test_events_that_cannot_be_meant_change_nothing(room: Room, event: str, value: Any) -> None:
    go(room, "plan")
    before = screen(room)
    room.send("room.stage", event, value)
    assert screen(room) == before


# ---- the sliders ----


def test_a_slider_moves_money_deals_and_chance(room: Room) -> None:
    go(room, "plan")
    slide(room, "Win rate", "30.0%")
    # 54,000 x 2% x 20% x 30% x 30% = 19.44 deals of 5M = 97.2M; 20 / 30% -> 67 -> 224 -> 1,120 -> 56,000
    assert screen(room)["answer"] == "¥97.2M"
    assert lead(room) == "from marketing, ¥16.2M more. ¥2.8M short of the target of ¥100M."
    found = compared(room)
    assert found["Revenue"] == ("¥81M", "¥97.2M", "+¥16.2M")
    assert found["Deals"] == ("16.2", "19.4", "+3.2")
    assert found["Sessions needed"] == ("66,750", "56,000", "-10,750")
    assert found["Chance"][2].endswith("points")


def test_a_covered_target_is_said(room: Room) -> None:
    go(room, "plan")
    slide(room, "Sessions a year", "100,000")  # 30 deals, 150M
    assert (screen(room)["answer"], screen(room)["tone"]) == ("¥150M", "good")
    assert lead(room).endswith("The target of ¥100M is covered.")


def test_sliders_add_up_and_one_press_resets_them(room: Room) -> None:
    go(room, "plan")
    slide(room, "Win rate", "30.0%")
    slide(room, "Sessions a year", "60,000")
    assert compared(room)["Deals"][1] == "21.6"  # 60,000 x 0.0012 x 0.3
    assert block(room, "levers")["moved"]
    room.send("room.stage", "reset", True)
    assert not block(room, "levers")["moved"]
    assert compared(room)["Revenue"] == ("¥81M", "¥81M", "same")


def test_two_sliders_moved_at_once_both_count(room: Room) -> None:
    go(room, "plan")
    win, volume = lever(room, "Win rate"), lever(room, "Sessions a year")
    room.send_at_once(
        "room.stage",
        [
            ("set", {"id": win["id"], "at": win["texts"].index("30.0%")}),
            ("set", {"id": volume["id"], "at": volume["texts"].index("60,000")}),
        ],
    )
    assert compared(room)["Deals"][1] == "21.6"


def test_moving_and_leaving_changes_nothing_that_is_saved(room: Room) -> None:
    before, scenario = room.work(), room.at.session_state["kpi.scenario"]
    go(room, "plan")
    slide(room, "Win rate", "30.0%")
    assert (room.work(), room.at.session_state["kpi.scenario"]) == (before, scenario)
    room.send("room.stage", "leave", True)
    assert room.shows("tree.drawing")
    assert (room.work(), room.at.session_state["kpi.scenario"]) == (before, scenario)
    room.open("room")
    go(room, "plan")
    assert lever(room, "Win rate")["texts"][lever(room, "Win rate")["at"]] == "30.0%"


def test_the_what_if_begins_as_the_scenario_on_the_tree(room: Room) -> None:
    now = json.loads(base_of(room))
    now["lanes"][0]["rates"][-1]["value"] = 0.3
    room.at.session_state["kpi.scenario"] = json.dumps(now)
    go(room, "plan")
    assert screen(room)["answer"] == "¥97.2M"
    slide(room, "Win rate", "40.0%")
    assert screen(room)["answer"] == "¥130M"  # 54,000 x 0.0012 x 0.4 = 25.92 deals
    room.send("room.stage", "reset", True)
    assert screen(room)["answer"] == "¥97.2M"


def test_a_change_of_what_it_began_from_drops_the_moved_sliders(room: Room) -> None:
    go(room, "plan")
    slide(room, "Win rate", "30.0%")
    room.sample(USD).open("room")
    go(room, "plan")
    assert not block(room, "levers")["moved"]


def test_keep_as_scenario_puts_it_into_the_framework(room: Room) -> None:
    go(room, "plan")
    assert room.at.button(key="room.keep").disabled
    slide(room, "Win rate", "30.0%")
    room.at.text_input(key="room.name").set_value("Agreed plan")
    room.press("room.keep")
    (kept,) = room.framework()["scenarios"]
    assert kept["name"] == "Agreed plan"
    assert kept["lanes"][0]["rates"][-1]["value"] == 0.3
    assert any("Kept as Agreed plan" in room_text for room_text in room.words().splitlines())
    assert screen(room)["aside"]["after"] == "Agreed plan"
    assert room.at.button(key="room.keep").disabled


def test_an_unknown_volume_is_not_kept_as_todays(app: Any) -> None:
    app.open("wizard")
    room = go(app.open("room"), "plan")
    slide(room, "Win rate", "30.0%")
    room.press("room.keep")
    (kept,) = room.at.session_state["kpi.draft"]["scenarios"]
    assert kept["lanes"][0]["steps"][0]["now"] is None


def choose(app: Room, wanted: list[str]) -> Room:
    app.at.session_state["room.sliders"] = True
    app.run()
    app.at.multiselect(key="field.room.levers").set_value(wanted)
    return app.run()


def test_the_presenter_chooses_three_to_five_sliders(room: Room) -> None:
    go(room, "plan")
    usual = [one["id"] for one in block(room, "levers")["items"]]
    assert usual == ["all:volume", "all:deal", "all.win_rate", "all.mql_to_opportunity_rate"]
    choose(room, ["target", "all.win_rate", "all:deal"])
    assert [one["id"] for one in block(room, "levers")["items"]] == [
        "target",
        "all.win_rate",
        "all:deal",
    ]
    choose(room, ["target", "all.win_rate"])
    assert len(block(room, "levers")["items"]) == 3
    assert any("Until then nothing changes" in text for text in room.prose())
    assert room.at.multiselect(key="field.room.levers").value == ["target", "all.win_rate"]


def test_a_revenue_target_moved_moves_the_quarters(room: Room) -> None:
    go(room, "plan")
    choose(room, ["target", "all.win_rate", "all:deal"])
    slide(room, "Revenue target", "¥120M")
    assert [one["value"] for one in block(room, "quarters")["items"]] == ["¥30M"] * 4


# ---- notes ----


def test_notes_belong_to_a_screen_and_stay(room: Room) -> None:
    write(room, "goal", "Ask about the second plant first.")
    go(room, "gap")
    assert note(room) == ""
    room.open("export").open("room")
    go(room, "goal")
    assert note(room) == "Ask about the second plant first."


def test_notes_are_in_no_document_and_not_on_the_screen(room: Room) -> None:
    write(room, "goal", "SECRET")
    assert "SECRET" not in json.dumps(room.work())
    assert "SECRET" not in json.dumps(screen(room))


def test_notes_do_not_follow_to_another_client(room: Room) -> None:
    write(room, "goal", "SECRET")
    room.sample(USD).open("room")
    assert note(room) == ""
    room.sample(JPY).open("room")
    assert note(room) == "SECRET"


# ---- the way in and out ----


def test_home_opens_the_room_and_leaving_comes_back(app: Any) -> None:
    app.sample(JPY).open("home")
    app.press("home.room")
    assert screen(app)["id"] == "goal"
    app.press("room.leave")
    assert app.shows("home.samples")


def test_the_tree_opens_the_room_at_its_first_screen(room: Room) -> None:
    go(room, "plan")
    room.open("kpi_tree").press("kpi_tree.room")
    assert screen(room)["id"] == "goal"
    room.send("room.stage", "leave", True)
    assert room.shows("tree.drawing")
