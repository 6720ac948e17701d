"""The KPI tree page: levers, details, chance, lanes, steps, months, and scenarios that stay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import to_json
from kpi_core.models.framework import MeasurementFramework

SAMPLES = sorted(load_catalog().samples)
JPY, HYBRID, EUR = "manufacturer_jpy", "hybrid_mid_market_gbp", "product_led_smb_saas_eur"
COMPARE, GAP, CHANCE, MONTHS, LANES, STEPS = TABS = (
    "Compare scenarios",
    "Close the gap",
    "Chance in detail",
    "Month by month",
    "Lanes and budget",
    "Funnel steps",
)
HOSTILE = "<script>alert(1)</script> ![x](https://example.org/x.png) **b** :red[d] $e$ =cmd() 🚀"
SIGNS = ("<script", "![", "](", "**b", ":red[", "$e$")
Tree = Any


@pytest.fixture
def tree(app: Any) -> Tree:
    """The JPY sample, which is the worked example, on the KPI tree page."""
    return app.sample(JPY).open("kpi_tree")


def volumes(app: Tree) -> list[str]:
    """What is needed, as drawn: revenue, then deals up to sessions."""
    return [node["needed"] for node in app.data("tree.drawing")["nodes"]]


def edges(app: Tree) -> dict[str, str]:
    """Deal size and rates, as drawn, by id."""
    return {edge["id"]: edge["needed"] for edge in app.data("tree.drawing")["edges"]}


def node(app: Tree, node_id: str) -> dict[str, Any]:
    (found,) = [n for n in app.data("tree.drawing")["nodes"] if n["id"] == node_id]
    return dict(found)


def chance(app: Tree) -> int:
    """The chance in whole percent."""
    return int(re.sub(r"\D", "", app.data("tree.chance")["probability"]))


def tab(app: Tree, name: str) -> Tree:
    app.at.session_state["tree.tabs"] = name
    return app.run()


def slide(app: Tree, lever: str, value: float) -> Tree:
    app.at.slider(key=f"field.lever.{lever}").set_value(value)
    return app.run()


def pick(app: Tree, item: str) -> Tree:
    """Press a node or pill of the tree; a rate's counts and days are unfolded, as after one press."""
    app.at.session_state["tree.more"] = True
    return app.send("tree.drawing", "select", item)


def reason(app: Tree, field: str) -> str:
    """What stands under a field, or under its row, about what was typed."""
    return app.remark(field)


def press_one_of(app: Tree, key: str, value: Any) -> Tree:
    """Choose a segment."""
    (found,) = [group for group in app.at.get("button_group") if group.key == key]
    found.set_value(value)
    return app.run()


def segments(app: Tree, key: str) -> list[str]:
    """The segments' names as a person reads them."""
    (found,) = [group for group in app.at.get("button_group") if group.key == key]
    return [re.sub(r"\\(.)", r"\1", name).replace("\u2060", "") for name in found.options]


def lane_on_screen(app: Tree, lane: str) -> Tree:
    return press_one_of(app, "field.tree.lane", lane)


def add_lane(app: Tree, name: str) -> Tree:
    """Type or choose a new lane's name."""
    (box,) = [box for box in app.at.selectbox if str(box.key).startswith("lanes.new")]
    box.options = [*box.options, name]
    box.set_value(name)
    return app.run()


def take_template(app: Tree, template: str) -> Tree:
    (box,) = [box for box in app.at.selectbox if str(box.key).startswith("steps.template")]
    box.set_value(template)
    return app.run()


def save_as(app: Tree, name: str) -> Tree:
    app.at.text_input(key="tree.name").set_value(name)
    return app.press("tree.save")


def scenario(app: Tree) -> dict[str, Any]:
    """The changed scenario on screen."""
    found: dict[str, Any] = json.loads(app.at.session_state["kpi.scenario"])
    return found


def unchanged(app: Tree) -> bool:
    held = app.at.session_state
    return "kpi.scenario" not in held or held["kpi.scenario"] is None


def facts(app: Tree, key: str) -> dict[str, tuple[str, str]]:
    """Value and note of each fact, by label."""
    return {item["label"]: (item["value"], item["note"]) for item in app.data(key)["items"]}


def report(app: Tree, key: str) -> list[list[str]]:
    """Rows of a component's only table, as text; notes stand behind a bar."""
    (block,) = app.data(key)["blocks"]
    return [
        [
            cell
            if isinstance(cell, str)
            else "|".join(filter(None, (cell["value"], cell.get("note"))))
            for cell in row
        ]
        for row in block["rows"]
    ]


def tornado_names(app: Tree) -> list[str]:
    """What the bars of the chart are called, as Plotly gets it."""
    (chart,) = app.at.get("plotly_chart")
    names: list[str] = json.loads(chart.proto.spec)["layout"]["yaxis"]["ticktext"]
    return [name.strip() for name in names]


def saved(app: Tree) -> list[str]:
    """Names of the scenarios in the framework."""
    return [item["name"] for item in app.framework()["scenarios"]]


def target(app: Tree, metric: str) -> dict[str, Any]:
    (kpi,) = [kpi for kpi in app.framework()["kpis"] if kpi["metric_id"] == metric]
    found: dict[str, Any] = kpi["target"]
    return found


def escaped(app: Tree) -> None:
    """No text for Markdown holds a hostile sign that is not escaped."""
    segments = [text for group in app.at.get("button_group") for text in group.options]
    for text in (*app.prose(), *segments):
        bare = text.replace("\\\\", "").replace(":red[:material/", "")
        for sign in SIGNS:
            place = bare.find(sign)
            assert place < 0 or bare[place - 1] == "\\", text


# ---- what the page shows ----


def test_empty_it_shows_the_drafts_defaults(app: Tree) -> None:
    app.open("kpi_tree")
    assert [title.value for title in app.at.title] == ["KPI tree"]
    assert app.at.caption[0].value, "a page opens with the line that says what it answers"
    assert "kpi.framework" not in app.work()
    # 6M x 40% / 40,000 = 60 deals, / 20% = 300, / 30% = 1,000, / 40% = 2,500, / 2.6% = 96,154
    assert volumes(app) == ["$2.4M", "60", "300", "1,000", "2,500", "96,154"]
    assert node(app, ".revenue")["aside"] == ["Today", "pick a step, type its volume"]
    stakes = app.data("tree.stakes")
    assert stakes["rows"] == [], "four rows of nothing known say less than one sentence"
    assert "type what it is today" in stakes["empty"]
    assert "Only the base so far" in app.words()
    assert "Today's pace is not known" in tab(app, GAP).words()
    assert "nothing has to change" not in app.words()
    for name in TABS:
        tab(app, name)
        assert not app.at.error
        assert not app.at.warning
    app.open("wizard").answer("company.revenue_target", "12m").open("kpi_tree")
    assert volumes(app)[:2] == ["$4.8M", "120"]


def test_alone_without_the_router(alone: Callable[..., Tree]) -> None:
    shown = alone("kpi_tree")
    assert [title.value for title in shown.at.title] == ["KPI tree"]
    assert not shown.at.error


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_on_every_tab(app: Tree, sample: str) -> None:
    app.sample(sample)
    before = app.work()
    app.open("kpi_tree")
    for name in TABS:
        tab(app, name)
        assert not app.at.error
        assert not app.at.warning
        found = app.data("tree.drawing")
        for item in [n["id"] for n in (*found["nodes"], *found["edges"])]:
            pick(app, item)
            assert app.data("tree.drawing")["selected"] == item
    assert app.work() == before, "looking changes nothing"
    assert unchanged(app)
    assert app.at.button(key="tree.reset").disabled


def test_the_worked_example_in_both_modes(tree: Tree) -> None:
    assert volumes(tree) == ["¥100M", "20", "80", "267", "1,335", "66,750"]
    assert edges(tree) == {
        ".deal_size": "¥5M",
        "win_rate": "25.0%",
        "mql_to_opportunity_rate": "30.0%",
        "lead_to_mql_rate": "20.0%",
        "visitor_to_lead_rate": "2.0%",
    }
    press_one_of(tree, "field.lever.rounding", "exact")
    # 80 / 0.3 = 266.67, / 0.2 = 1,333.33, / 0.02 = 66,666.67
    assert volumes(tree) == ["¥100M", "20", "80", "266.7", "1,333.3", "66,666.7"]
    # today 16.2 deals: 81M, and 19M are missing
    assert node(tree, ".revenue")["aside"][1].startswith("¥19M short")
    press_one_of(tree, "field.lever.rounding", "whole")
    assert volumes(tree)[-1] == "66,750"


# ---- levers ----


def test_a_lever_moves_the_tree_and_the_chance(tree: Tree) -> None:
    before = chance(tree)
    slide(tree, "all.win_rate", 50.0)
    # 20 / 0.5 = 40, / 0.3 -> 134, / 0.2 -> 670, / 0.02 -> 33,500
    assert volumes(tree) == ["¥100M", "20", "40", "134", "670", "33,500"]
    assert edges(tree)["win_rate"] == "50.0%"
    raised = chance(tree)
    assert raised > before + 30
    slide(tree, "all.win_rate", 12.5)
    assert volumes(tree)[2] == "160"
    assert chance(tree) < before
    assert "Changed, not saved" in tree.words()
    assert tree.framework()["scenarios"] == []


def test_target_and_deal_size_move_too(tree: Tree) -> None:
    before = chance(tree)
    tree.at.slider(key="field.lever.revenue_target")
    slide(tree, "revenue_target", 50.0)
    assert volumes(tree)[:2] == ["¥50M", "10"]
    assert chance(tree) > before
    slide(tree, "all.deal", 10.0)
    assert volumes(tree)[:2] == ["¥50M", "5"]
    assert tree.framework()["company"]["revenue_target"] == 100e6, "a what-if is no answer"


def test_the_lever_and_the_field_show_the_same(tree: Tree) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.value", "40")
    assert tree.at.slider(key="field.lever.all.win_rate").value == 40.0
    slide(tree, "all.win_rate", 30.0)
    assert tree.field("tree.all.win_rate.value").value == "30"


@pytest.mark.parametrize("typed", ["0.0001", "0,01", "100", "99.99"])
def test_a_rate_beyond_the_levers_scale_is_kept(tree: Tree, typed: str) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.value", typed)
    value = float(typed.replace(",", ".")) / 100
    rates = scenario(tree)["lanes"][0]["rates"]
    assert rates[-1]["value"] == pytest.approx(value, rel=1e-12)
    slide(tree, "all.lead_to_mql_rate", 25.0)
    assert scenario(tree)["lanes"][0]["rates"][-1]["value"] == rates[-1]["value"]


def test_tiny_rates_in_the_plan_itself_have_levers(app: Tree) -> None:
    app.sample(JPY).step("targets").edit("targets.kpis", "win_rate", "baseline", "0.0001")
    app.open("kpi_tree")
    assert edges(app)["win_rate"] == "0.0001%"
    slide(app, "all.win_rate", 0.1)
    assert edges(app)["win_rate"] == "0.10%"


# ---- nodes, pills and their fields ----


def test_pressing_a_node_or_pill_shows_its_fields(tree: Tree) -> None:
    shown = {
        ".revenue": "tree.revenue_target",
        ".deal_size": "tree.all.deal_low",
        "deals": "tree.trial.all.deals",
        "sessions": "tree.all.sessions.low",
        "lead_to_mql_rate": "tree.all.lead_to_mql_rate.cap",
    }
    for item, field in shown.items():
        pick(tree, item)
        assert tree.data("tree.drawing")["selected"] == item
        assert tree.field(field) is not None
    tree.send("tree.stakes", "select", "win_rate")
    assert tree.data("tree.drawing")["selected"] == "win_rate"


@pytest.mark.parametrize("sent", ["nowhere", "", 7, None, ["win_rate"], {"id": "win_rate"}])
def test_a_selection_that_does_not_exist_is_ignored(tree: Tree, sent: object) -> None:
    pick(tree, "leads").send("tree.drawing", "select", sent)
    assert tree.data("tree.drawing")["selected"] == "leads"


BAD = [
    ("win_rate", "all.win_rate.value", "0", "Must be at least 0.0001%."),
    ("win_rate", "all.win_rate.value", "101%", "Must be at most 100%."),
    ("win_rate", "all.win_rate.value", "-5", "Must be at least 0.0001%."),
    ("win_rate", "all.win_rate.value", "lots", "'lots' is not a number"),
    ("win_rate", "all.win_rate.value", HOSTILE, "is too long for a number"),
    ("win_rate", "all.win_rate.value", "<b>x</b>", "'<b>x</b>' is not a number"),
    ("win_rate", "all.win_rate.now", "150", "Must be at most 100%."),
    ("win_rate", "all.win_rate.cap", "0.00001", "Must be at least 0.0001%."),
    ("win_rate", "all.win_rate.reference", "-1", "Must be at least 0.0001%."),
    ("win_rate", "all.win_rate.successes", "66", "66 of 65 is impossible"),
    ("win_rate", "all.win_rate.trials", "0", "Must be at least 1."),
    ("win_rate", "all.win_rate.trials", "15", "16 of 15 is impossible"),
    ("win_rate", "all.win_rate.successes", "-1", "Must be at least 0."),
    ("win_rate", "all.win_rate.lag", "-3", "Must be at least 0 days."),
    ("win_rate", "all.win_rate.lag", "9999", "Must be at most 1,825 days."),
    ("win_rate", "all.win_rate.weights", "20 forty", "'forty' is not a number"),
    ("win_rate", "all.win_rate.weights", "20 -40", "Must be at least 0%."),
    ("win_rate", "all.win_rate.weights", "20 140", "Must be at most 100%."),
    ("win_rate", "all.win_rate.weights", "1 " * 62, "at most 61 items"),
    (".deal_size", "all.deal", "0", "Must be at least ¥0.01."),
    (".deal_size", "all.deal_low", "-1", "Must be at least ¥0."),
    (".deal_size", "all.deal", "", "should be a valid number"),
    (".deal_size", "all.deal", "$5m", "is not an amount in JPY"),
    (".revenue", "revenue_target", "0", "Must be at least ¥0.01."),
    (".revenue", "revenue_target", "1e30", "'1e30' is not a number"),
    (".revenue", "share", "0", "Must be at least 0.0001%."),
    ("sessions", "all.sessions.now", "-1", "Must be at least 0."),
    ("sessions", "all.sessions.now", "50.000", "could be 50 or 50,000: type 50 or 50,000."),
    (".deal_size", "all.deal", "1.234", "could be 1.234 or 1,234: type 1.2340 or 1,234."),
    ("sessions", "all.sessions.high", "many", "'many' is not a number"),
]


def test_the_toolbar_follows_levers_and_fields(tree: Tree) -> None:
    def captions() -> list[str]:
        return [caption.value for caption in tree.at.caption]

    assert "Changed, not saved" not in captions()
    slide(tree, "all.win_rate", 30.0)
    assert "Changed, not saved" in captions()
    slide(tree, "all.win_rate", 40.0)
    # 20 deals at a win rate of 40% need 50 opportunities
    assert volumes(tree)[1:3] == ["20", "50"]
    tree.press("tree.reset")
    assert "Changed, not saved" not in captions()
    assert tree.at.slider(key="field.lever.all.win_rate").value == 25.0
    pick(tree, "win_rate").answer("tree.all.win_rate.value", "40%")
    assert tree.at.slider(key="field.lever.all.win_rate").value == 40.0
    assert "Changed, not saved" in captions()


def test_a_step_shows_the_pace_it_needs(tree: Tree) -> None:
    # 1,335 leads a year: / 12, / 52 and / 260
    assert node(tree, "leads")["aside"] == ["Needed a month", "111, 25.7 a week, 5.1 a workday"]


@pytest.mark.parametrize(("item", "field", "typed", "said"), BAD)
def test_what_cannot_be_used_stays_as_typed_with_the_reason(
    tree: Tree, item: str, field: str, typed: str, said: str
) -> None:
    slide(tree, "all.lead_to_mql_rate", 25.0)
    before = scenario(tree)
    good = pick(tree, item).field(f"tree.{field}").value
    tree.answer(f"tree.{field}", typed)
    assert said in reason(tree, f"tree.{field}")
    assert tree.field(f"tree.{field}").value == typed
    assert scenario(tree) == before
    escaped(tree)
    pick(tree, "leads")
    pick(tree, item)
    assert tree.field(f"tree.{field}").value == typed, "leaving the field loses nothing"
    assert said in reason(tree, f"tree.{field}")
    tree.answer(f"tree.{field}", good)
    assert said not in reason(tree, f"tree.{field}")
    assert scenario(tree)["lanes"][0]["rates"][1]["value"] == 0.25


def test_reset_can_be_undone(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    tree.press("tree.reset")
    assert edges(tree)["win_rate"] == "25.0%"
    tree.press("tree.undo")
    assert edges(tree)["win_rate"] == "40.0%"
    assert "Changed, not saved" in tree.words()
    tree.press("tree.undo.redo")
    assert unchanged(tree)


def test_choosing_a_scenario_over_unsaved_levers_can_be_undone(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    tree.answer("tree.scenario", "targets").press("tree.undo")
    assert edges(tree)["win_rate"] == "40.0%"


def test_a_reason_names_its_field(tree: Tree) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.value", "101%")
    tree.answer("tree.all.win_rate.cap", "zero")
    said = reason(tree, "tree.all.win_rate.value")
    assert "Planned: Must be at most 100%." in said
    assert "At most: This 'zero' is not a number" in said


def test_causes_and_checks_open_on_demand(tree: Tree) -> None:
    pick(tree, "win_rate")
    assert "First checks" not in tree.words()
    tree.at.session_state["tree.why"] = True  # what opening it does
    tree.run()
    assert "First checks" in tree.words()


def test_reset_takes_away_what_could_not_be_used(tree: Tree) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.value", "101%")
    slide(tree, "all.lead_to_mql_rate", 25.0)
    tree.press("tree.reset")
    assert tree.field("tree.all.win_rate.value").value == "25"
    assert "Must be" not in tree.words()


def test_typed_numbers_are_read_as_people_write_them(tree: Tree) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.value", "33,3 %")
    assert scenario(tree)["lanes"][0]["rates"][-1]["value"] == 0.333
    pick(tree, ".revenue").answer("tree.revenue_target", "2億")
    assert scenario(tree)["revenue_target"] == 200e6
    pick(tree, ".deal_size").answer("tree.all.deal", "¥2.5m")
    assert scenario(tree)["lanes"][0]["average_deal_size"] == 2.5e6
    pick(tree, "sessions").answer("tree.all.sessions.now", "60 000")
    assert scenario(tree)["lanes"][0]["steps"][0]["now"] == 60_000


def test_counts_set_todays_rate_and_prove_the_bottleneck(tree: Tree) -> None:
    pick(tree, "win_rate")
    tree.answer("tree.all.win_rate.reference", "40")
    assert "Set by you" in tree.remark("tree.all.win_rate.reference")
    # 16 of 65: Wilson 95% is 15.8% to 36.3%, below 40%
    callout = tree.data("tree.drawing")["callout"]
    assert callout["title"] == "Bottleneck, proven"
    # 81M x (40 / 25 - 1) = 48.6M
    assert callout["money"] == "¥48.6M at stake"
    tree.answer("tree.all.win_rate.trials", "20").answer("tree.all.win_rate.successes", "5")
    rate = scenario(tree)["lanes"][0]["rates"][-1]
    assert (rate["counts"], rate["now"]) == ({"successes": 5, "trials": 20}, 0.25)
    # 5 of 20: 11.2% to 46.9%
    assert tree.data("tree.drawing")["callout"]["title"] == "Possible bottleneck, not yet proven"
    tree.answer("tree.all.win_rate.successes", "")
    assert scenario(tree)["lanes"][0]["rates"][-1]["counts"] is None
    tree.answer("tree.all.win_rate.reference", "")
    rate = scenario(tree)["lanes"][0]["rates"][-1]
    assert (rate["reference"], rate["reference_source"]) == (None, None)


@pytest.mark.parametrize(
    ("field", "typed", "counts"),
    [
        ("trials", "200", {"successes": 50, "trials": 200}),
        ("successes", "30", {"successes": 30, "trials": 120}),
    ],
)
def test_one_count_alone_leaves_todays_rate(
    tree: Tree, field: str, typed: str, counts: dict[str, int]
) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.trials", "")
    tree.answer(f"tree.all.win_rate.{field}", typed)
    rate = scenario(tree)["lanes"][0]["rates"][-1]
    assert (rate["counts"], rate["now"]) == (counts, 0.25)


def test_a_range_of_the_first_volume_and_the_deal_spreads_the_chance(tree: Tree) -> None:
    before = tree.data("tree.chance")["sentence"]
    pick(tree, "sessions").answer("tree.all.sessions.low", "20000")
    tree.answer("tree.all.sessions.high", "90000")
    first = scenario(tree)["lanes"][0]["steps"][0]
    assert (first["low"], first["high"]) == (20_000, 90_000)
    assert tree.data("tree.chance")["sentence"] != before
    tab(tree, CHANCE)
    assert "Sessions" in tornado_names(tree)
    assert "Average deal size" not in tornado_names(tree)
    pick(tree, ".deal_size").answer("tree.all.deal_high", "9,000,000")
    assert "Average deal size" in tornado_names(tree)


def test_hostile_names_in_the_chart_are_no_tags(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "<a href='https://example.org'>x</a>")
    tab(tree, CHANCE)
    names = tornado_names(tree)
    assert "Luck of single deals, All channels" in names
    assert "Luck of single deals, &lt;a href='https://example.…" in names  # 48 characters
    assert not [name for name in names if "<" in name]


# ---- try a volume ----


def test_a_tried_volume_moves_the_rows_around_it(tree: Tree) -> None:
    pick(tree, "opportunities").answer("tree.trial.all.opportunities", "100")
    # above: 100 / 0.3 -> 334, / 0.2 -> 1,670, / 0.02 -> 83,500; below: 100 x 0.25 = 25
    assert facts(tree, "tree.trial") == {
        "Sessions": ("83,500", ""),
        "Leads": ("1,670", ""),
        "MQLs": ("334", ""),
        "Opportunities": ("100", ""),
        "Won deals": ("25", ""),
        "Brings": ("¥125M", "¥25M above the target"),
    }
    tree.answer("tree.trial.all.opportunities", "50")
    assert facts(tree, "tree.trial")["Brings"] == ("¥62.5M", "¥37.5M short of the target")
    assert unchanged(tree), "a try is no change"
    press_one_of(tree, "field.lever.rounding", "exact")
    # 50 / 0.3 / 0.2 / 0.02 = 41,666.67
    assert facts(tree, "tree.trial")["Sessions"] == ("41,666.7", "")
    tree.answer("tree.trial.all.opportunities", "")
    assert not tree.shows("tree.trial")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("-5", "must be 0 or more"), ("many", "'many' is not a number"), (HOSTILE, "too long")],
)
def test_a_tried_volume_that_is_none(tree: Tree, typed: str, said: str) -> None:
    pick(tree, "leads").answer("tree.trial.all.leads", typed)
    assert said in tree.remark("tree.trial.all.leads")
    assert tree.field("tree.trial.all.leads").value == typed
    assert not tree.shows("tree.trial")
    escaped(tree)


def test_nothing_and_very_much_can_be_tried(tree: Tree) -> None:
    pick(tree, "sessions").answer("tree.trial.all.sessions", "0")
    assert facts(tree, "tree.trial")["Brings"] == ("¥0", "¥100M short of the target")
    tree.answer("tree.trial.all.sessions", "1,000,000,000,000,000")
    assert facts(tree, "tree.trial")["Won deals"][0] == "300,000,000,000"


# ---- scenarios ----


def test_saving_keeps_the_scenario_in_the_framework(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    save_as(tree, "  Win  rate programme ")
    assert saved(tree) == ["Win rate programme"]
    assert "Saved as Win rate programme" in tree.words()
    assert "Changed, not saved" not in tree.words()
    assert tree.field("tree.scenario").value == "what_if_1"
    tree.open("export").open("kpi_tree")
    assert edges(tree)["win_rate"] == "40.0%"
    assert "Saved as" not in tree.words()


def test_saved_twice_it_stands_twice_and_three_are_the_most(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    save_as(tree, "Same")
    tree.press("tree.save")
    assert saved(tree) == ["Same", "Same (2)"]
    assert [item["id"] for item in tree.framework()["scenarios"]] == ["what_if_1", "what_if_2"]
    assert not tree.at.button(key="tree.save").disabled
    save_as(tree, "")
    assert saved(tree) == ["Same", "Same (2)", "What-if 3"]
    button = tree.at.button(key="tree.save")
    assert button.disabled
    assert "delete one first" in button.help
    tree.press("tree.delete")
    assert saved(tree) == ["Same", "Same (2)"]
    assert unchanged(tree)
    assert tree.field("tree.scenario").value == "base"
    assert not tree.at.button(key="tree.save").disabled
    tree.answer("tree.scenario", "what_if_1").press("tree.delete")
    save_as(tree, "Third")
    assert [item["id"] for item in tree.framework()["scenarios"]] == ["what_if_2", "what_if_1"]


def test_changes_of_a_saved_scenario_are_saved_under_its_name(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    save_as(tree, "Programme")
    slide(tree, "all.win_rate", 45.0)
    assert "Changed, not saved" in tree.words()
    assert tree.framework()["scenarios"][0]["lanes"][0]["rates"][-1]["value"] == 0.4
    tree.press("tree.update")
    assert saved(tree) == ["Programme"]
    assert tree.framework()["scenarios"][0]["lanes"][0]["rates"][-1]["value"] == 0.45
    assert "Changed, not saved" not in tree.words()
    slide(tree, "all.win_rate", 10.0)
    tree.press("tree.reset")
    assert edges(tree)["win_rate"] == "45.0%", "reset goes back to what was saved"


def test_undo_brings_a_deleted_scenario_back(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    save_as(tree, "Programme")
    tree.press("tree.delete")
    assert saved(tree) == []
    tree.press("tree.undo")
    assert saved(tree) == ["Programme"]
    assert edges(tree)["win_rate"] == "40.0%"
    tree.press("tree.undo")
    assert saved(tree) == []


def test_choosing_a_scenario_shows_it_and_the_base_again(tree: Tree) -> None:
    tree.answer("tree.scenario", "targets")
    targets = {
        k["metric_id"]: k["target"]["value"] for k in tree.framework()["kpis"] if k["target"]
    }
    assert edges(tree)["win_rate"] == f"{targets['win_rate']:.1%}"
    tree.answer("tree.scenario", "base")
    assert edges(tree)["win_rate"] == "25.0%"
    assert unchanged(tree), "the base follows the framework"
    assert "Changed, not saved" not in tree.words()


def test_reset_goes_back_to_the_base(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    slide(tree, "revenue_target", 50.0)
    tree.press("tree.reset")
    assert unchanged(tree)
    assert volumes(tree) == ["¥100M", "20", "80", "267", "1,335", "66,750"]
    assert tree.at.slider(key="field.lever.all.win_rate").value == 25.0
    assert tree.at.button(key="tree.reset").disabled


def test_scenarios_survive_download_and_reopening(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    pick(tree, "sessions").answer("tree.all.sessions.high", "90000")
    tab(tree, LANES)
    add_lane(tree, "Partners")
    save_as(tree, "Programme")
    held = tree.framework()
    content = to_json(MeasurementFramework.model_validate(held)).content
    tree.open("home").upload(content)
    tree.open("kpi_tree")
    assert unchanged(tree)
    assert tree.framework() == held
    tree.answer("tree.scenario", "what_if_1")
    assert scenario(tree) == held["scenarios"][0]
    assert [lane["name"] for lane in scenario(tree)["lanes"]] == ["All channels", "Partners"]
    tree.step("company").answer("company.name", "Renamed").open("kpi_tree")
    assert tree.framework()["scenarios"] == held["scenarios"]


def test_nothing_saved_is_lost_while_another_answer_is_wrong(tree: Tree) -> None:
    tree.step("company").answer("company.revenue_target", "lots").open("kpi_tree")
    slide(tree, "all.win_rate", 40.0)
    save_as(tree, "First")
    assert tree.field("tree.scenario").value == "what_if_1"
    save_as(tree, "Second")
    tree.step("company").answer("company.revenue_target", "¥100M")
    assert saved(tree) == ["First", "Second"]


def test_a_scenario_of_a_draft_is_there_once_the_framework_is(app: Tree) -> None:
    app.open("kpi_tree")
    slide(app, "all.win_rate", 40.0)
    save_as(app, "Early")
    assert app.field("tree.scenario").value == "what_if_1"
    app.step("review").send("wizard.footer", "move", "next")
    assert saved(app) == ["Early"]


# ---- adopting ----


def test_adopting_writes_targets_and_says_what_is_no_kpi(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    slide(tree, "all.lead_to_mql_rate", 22.0)
    before = tree.framework()
    tree.press("tree.adopt")
    said = tree.words()
    assert "3 targets were written. Not KPIs, so without a target: Visitor-to-lead rate." in said
    for metric, value in (
        ("win_rate", 0.4),
        ("lead_to_mql_rate", 0.22),
        ("mql_to_opportunity_rate", 0.3),
    ):
        assert (target(tree, metric)["value"], target(tree, metric)["basis"]) == (value, "user")
    tree.run()
    assert "targets were written" not in tree.words()
    tree.press("tree.undo")
    assert tree.framework() == before
    assert edges(tree)["win_rate"] == "40.0%", "what was on screen stays"


def test_adopting_before_the_framework_is_finished(app: Tree) -> None:
    app.open("kpi_tree")
    slide(app, "all.win_rate", 40.0)
    app.press("tree.adopt")
    assert app.work()["kpi.draft"]["kpis"]["win_rate"]["target"] == "40"
    app.answer("tree.scenario", "targets")
    assert edges(app)["win_rate"] == "40.0%"


def test_one_target_for_a_rate_that_two_lanes_have(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    lane_on_screen(tree, "lane_2")
    slide(tree, "lane_2.win_rate", 10.0)
    tree.press("tree.adopt")
    # 10 deals / 25% = 40 and 10 deals / 10% = 100: 20 of 140
    assert target(tree, "win_rate")["value"] == pytest.approx(20 / 140)
    assert target(tree, "lead_to_mql_rate")["value"] == 0.2


def test_a_rate_over_a_removed_step_is_no_target(tree: Tree) -> None:
    before = target(tree, "mql_to_opportunity_rate")
    tab(tree, STEPS).edit("steps.grid.all", "2", "remove", True)  # MQLs
    tree.press("tree.adopt")
    assert "1 target was written" in tree.words()
    assert "Rate to Opportunities" in tree.words()
    assert target(tree, "mql_to_opportunity_rate") == before


# ---- lanes ----


def test_a_lane_of_ones_own(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    assert [row["id"] for row in tree.data("lanes.grid")["rows"]] == ["all", "lane_2", "total"]
    assert tree.cell("lanes.grid", "lane_2", "share")["value"] == "50"
    assert tree.cell("lanes.grid", "total", "Revenue")["value"] == "¥100M"
    assert not tree.at.warning
    assert "Choose a lane above to move its deal size and rates" in tree.words()
    # all lanes together: 2 x (10 deals, 40, 134, 670, 33,500)
    assert volumes(tree) == ["¥100M", "20", "80", "268", "1,340", "67,000"]
    lane_on_screen(tree, "lane_2")
    assert volumes(tree) == ["¥50M", "10", "40", "134", "670", "33,500"]
    slide(tree, "lane_2.win_rate", 50.0)
    assert volumes(tree)[2] == "20"
    lane_on_screen(tree, "all")
    assert volumes(tree)[2] == "40"
    lane_on_screen(tree, "total")
    assert volumes(tree)[2] == "60"


def test_today_says_what_is_still_missing(tree: Tree) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.now", "")
    assert node(tree, ".revenue")["aside"] == ["Today", "pick a rate, type today's"]
    # carried to the opportunities: 54,000 x 2% x 20% x 30%
    assert node(tree, "opportunities")["now"] == "64.8"
    pick(tree, "sessions").answer("tree.all.sessions.now", "")
    assert node(tree, ".revenue")["aside"] == ["Today", "pick a step, type its volume"]


def test_a_lane_takes_its_part_of_todays_volume(tree: Tree) -> None:
    before = chance(tree)
    tab(tree, LANES)
    add_lane(tree, "Partners")
    # 54,000 sessions today, 27,000 each
    assert node(tree, ".revenue")["aside"][1].startswith("¥19M short")
    assert abs(chance(tree) - before) <= 3
    assert "with today's volume" in tree.data("tree.chance")["label"]
    lane_on_screen(tree, "lane_2")
    assert node(tree, "sessions")["now"] == "27,000"


def test_the_chance_says_whose_volume_it_rests_on(tree: Tree) -> None:
    pick(tree, "sessions").answer("tree.all.sessions.now", "")
    assert "the volume the plan needs" in tree.data("tree.chance")["label"]


@pytest.mark.parametrize(
    ("place", "grid", "row", "steps"),
    [(LANES, "lanes.grid", "lane_2", 5), (STEPS, "steps.grid.all", "2", 4)],
)
def test_removing_can_be_undone(tree: Tree, place: str, grid: str, row: str, steps: int) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    lane_on_screen(tree, "all")
    before = scenario(tree)
    tab(tree, place).edit(grid, row, "remove", True)
    assert len(scenario(tree)["lanes"][0]["steps"]) == steps
    assert scenario(tree) != before
    tree.press("tree.undo")
    assert scenario(tree) == before


def test_money_of_lanes_adds_up(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    tree.edit("lanes.grid", "all", "cost_per_lead", "¥10,000")
    assert tree.cell("lanes.grid", "total", "Spend")["value"] == "n/a", "one cost is not known"
    tree.edit("lanes.grid", "lane_2", "cost_per_lead", "2万")
    # 670 leads x 10,000 and 670 x 20,000
    assert tree.cell("lanes.grid", "all", "Spend")["value"] == "¥6.7M"
    assert tree.cell("lanes.grid", "lane_2", "Spend")["value"] == "¥13.4M"
    assert tree.cell("lanes.grid", "total", "Spend")["value"] == "¥20.1M"
    # 20.1M over 20 deals; (100M - 20.1M) / 20.1M = 3.975
    assert tree.cell("lanes.grid", "total", "CAC")["value"] == "¥1M"
    assert tree.cell("lanes.grid", "total", "ROI")["value"] == "398%"


def test_shares_that_do_not_add_up_are_scaled_and_said(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    tree.edit("lanes.grid", "all", "share", "90")
    assert "The shares add up to 140.0%; they are scaled to 100% for the plan." in tree.words()
    # 90 / 140 of 100M is 64.3M: 13 deals; 50 / 140 is 35.7M: 8 deals
    assert tree.cell("lanes.grid", "all", "Revenue")["value"] == "¥65M"
    assert tree.cell("lanes.grid", "lane_2", "Revenue")["value"] == "¥40M"
    tree.edit("lanes.grid", "all", "share", "50")
    assert not tree.at.warning
    for lane in ("all", "lane_2"):
        tree.edit("lanes.grid", lane, "share", "0")
    assert "add up to 0.0%" in tree.words()
    assert tree.cell("lanes.grid", "total", "Revenue")["value"] == "¥100M"


@pytest.mark.parametrize(
    ("column", "typed", "said"),
    [
        ("share", "120", "Must be at most 100%."),
        ("share", "-1", "Must be at least 0%."),
        ("share", "", "should be a valid number"),
        ("average_deal_size", "0", "Must be at least ¥0.01."),
        ("average_deal_size", "big", "'big' is not a number"),
        ("cost_per_lead", "-5", "Must be at least ¥0."),
        ("cost_per_lead", "$5", "is not an amount in JPY"),
        ("name", "", "at least 1 character"),
        ("name", "N" * 121, "at most 120 characters"),
        ("name", "bell \x07", "invisible control character"),
    ],
)
def test_a_lanes_bad_entry_stays_with_the_reason(
    tree: Tree, column: str, typed: str, said: str
) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    before, good = scenario(tree), tree.cell("lanes.grid", "lane_2", column)["value"]
    tree.edit("lanes.grid", "lane_2", column, typed)
    cell = tree.cell("lanes.grid", "lane_2", column)
    assert cell["value"] == typed
    assert said in cell["error"]
    assert scenario(tree) == before
    tree.edit("lanes.grid", "lane_2", column, good or "5")
    assert not tree.cell("lanes.grid", "lane_2", column)["error"]


def test_a_removed_lane_takes_its_mistakes_with_it(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    tree.edit("lanes.grid", "lane_2", "share", "120")
    tree.edit("lanes.grid", "lane_2", "remove", True)
    assert [row["id"] for row in tree.data("lanes.grid")["rows"]] == ["all", "total"]
    assert tree.cell("lanes.grid", "all", "remove")["disabled"]
    assert "The shares add up to 50.0%" in tree.words()
    add_lane(tree, "Events")
    assert tree.cell("lanes.grid", "lane_2", "share") | {"label": ""} == {
        **tree.cell("lanes.grid", "all", "share"),
        "label": "",
    }


def test_each_lane_keeps_its_own_mistakes(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    lane_on_screen(tree, "lane_2")
    pick(tree, "win_rate").answer("tree.lane_2.win_rate.value", "101%")
    lane_on_screen(tree, "all")
    assert tree.field("tree.all.win_rate.value").value == "25"
    lane_on_screen(tree, "lane_2")
    assert tree.field("tree.lane_2.win_rate.value").value == "101%"


def test_up_to_twenty_lanes_even_with_the_same_name(tree: Tree) -> None:
    tab(tree, LANES)
    for number in range(2, 21):
        add_lane(tree, "Partners" if number % 2 else "  Events\n  and fairs ")
    (box,) = [box for box in tree.at.selectbox if str(box.key).startswith("lanes.new")]
    assert box.disabled
    lanes = scenario(tree)["lanes"]
    assert len(lanes) == 20
    assert lanes[1]["name"] == "Events and fairs"
    assert sum(lane["share"] for lane in lanes) == pytest.approx(1)
    assert tree.cell("lanes.grid", "total", "Revenue")["value"] == "¥100M"


@pytest.mark.parametrize("name", [HOSTILE, "x" * 400, "bell \x07", "שלום 株式会社 🚀"])
def test_odd_names_of_lanes_and_scenarios(tree: Tree, name: str) -> None:
    tab(tree, LANES)
    add_lane(tree, name)
    save_as(tree, name)
    plain = " ".join(name.replace("\x07", "").split())
    assert saved(tree) == [plain[:80].strip()]
    assert scenario(tree)["lanes"][1]["name"] == plain[:120]
    for shown in TABS:
        tab(tree, shown)
        escaped(tree)
        lane_on_screen(tree, "lane_2")
        escaped(tree)
        assert plain[:120] in segments(tree, "field.tree.lane")


def test_names_that_stand_twice_are_told_apart(tree: Tree) -> None:
    tab(tree, LANES)
    for name in ("All channels", "Total"):
        add_lane(tree, name)
    shown = segments(tree, "field.tree.lane")
    assert shown == ["Total", "All channels", "All channels (2)", "Total (2)"]
    lane_on_screen(tree, "lane_3")
    assert volumes(tree)[0] == "¥33.3M"
    slide(tree, "lane_3.win_rate", 50.0)
    assert [lane["rates"][-1]["value"] for lane in scenario(tree)["lanes"]] == [0.25, 0.25, 0.5]
    slide(tree, "revenue_target", 300.0)
    tab(tree, GAP)
    chosen = tree.at.multiselect(key="field.goals.chosen")
    assert len(set(chosen.options)) == len(chosen.options) == 12


def test_a_hybrid_company_has_two_lanes_to_look_at(app: Tree) -> None:
    app.sample(HYBRID).open("kpi_tree")
    assert volumes(app)[:2] == ["£1.9M", "67"]
    lane_on_screen(app, "self_service")
    assert volumes(app)[0] == "£0"
    tab(app, LANES)
    app.edit("lanes.grid", "self_service", "share", "25")
    app.edit("lanes.grid", "sales", "share", "75")
    assert not app.at.warning
    # a quarter of 1,856,000 is 464,000: 17 customers of 28,000
    assert volumes(app)[:2] == ["£464K", "17"]
    for name in TABS:
        tab(app, name)
        for lane in ("sales", "self_service"):
            lane_on_screen(app, lane)


# ---- steps ----


def test_another_template_changes_the_chain(tree: Tree) -> None:
    tab(tree, STEPS)
    take_template(tree, "sales_led_sql")
    ids = [n["id"] for n in tree.data("tree.drawing")["nodes"]]
    assert ids == [".revenue", "deals", "opportunities", "sqls", "mqls", "leads", "sessions"]
    assert edges(tree)["win_rate"] == "25.0%"
    take_template(tree, "product_led")
    assert edges(tree)["activation_rate"] == "37.0%"
    take_template(tree, "sales_led_short")
    assert volumes(tree) == ["¥100M", "20", "80", "267", "1,335", "66,750"]
    slide(tree, "all.win_rate", 40.0)
    take_template(tree, "sales_led_short")
    assert edges(tree)["win_rate"] == "25.0%", "the same template can be taken again"


def test_a_template_after_rates_were_chosen_for_goal_seek(tree: Tree) -> None:
    tab(tree, GAP)
    tree.at.multiselect(key="field.goals.chosen").set_value(["all/win_rate"])
    tree.run()
    assert len(report(tree, "goals.together")) == 1
    tab(tree, STEPS)
    take_template(tree, "product_led")
    slide(tree, "revenue_target", 200.0)
    pick(tree, "visitors").answer("tree.all.visitors.now", "1000")
    tab(tree, GAP)
    assert tree.at.multiselect(key="field.goals.chosen").value == [
        "all/visitor_to_signup_rate",
        "all/activation_rate",
        "all/activation_to_pql_rate",
        "all/pql_to_paid_rate",
    ]


def test_steps_are_renamed(tree: Tree) -> None:
    tab(tree, STEPS).edit("steps.grid.all", "2", "name", " Qualified leads ")
    assert node(tree, "mqls")["label"] == "Qualified leads"
    tree.edit("steps.grid.all", "2", "name", "  ")
    assert node(tree, "mqls")["label"] == "Qualified leads", "a step has a name"
    tree.edit("steps.grid.all", "2", "name", HOSTILE)
    assert node(tree, "mqls")["label"] == HOSTILE
    for shown in TABS:
        tab(tree, shown)
        for item in ("mqls", "lead_to_mql_rate"):
            pick(tree, item)
            escaped(tree)


def test_steps_are_added_up_to_ten_and_taken_out_down_to_two(tree: Tree) -> None:
    tab(tree, STEPS)
    for number in range(6, 11):
        tree.press("steps.add")
        assert len(tree.data("steps.grid.all")["rows"]) == number
    button = tree.at.button(key="steps.add")
    assert button.disabled
    assert button.help == "Ten steps are the most."
    # five rates of 50% before the last one: 80 x 2^5 = 2,560 opportunities
    assert volumes(tree)[2:7] == ["80", "160", "320", "640", "1,280"]
    assert volumes(tree)[7] == "2,560"
    while len(tree.data("steps.grid.all")["rows"]) > 2:
        tree.edit("steps.grid.all", "1", "remove", True)
    assert all(tree.cell("steps.grid.all", row, "remove")["disabled"] for row in ("0", "1"))
    tree.edit("steps.grid.all", "0", "remove", True)
    assert len(tree.data("steps.grid.all")["rows"]) == 2, "a disabled button does nothing"
    # 2% x 20% x 30% x 50%^5 x 25% = 0.000009375; 20 deals / that = 2,133,333.3
    assert volumes(tree) == ["¥100M", "20", "2,133,334"]
    for shown in TABS:
        tab(tree, shown)
        assert not tree.at.error


def test_a_rate_that_would_be_too_small_keeps_the_step(tree: Tree) -> None:
    tab(tree, STEPS).edit("steps.grid.all", "1", "rate", "0.0001")
    before = scenario(tree)
    tree.edit("steps.grid.all", "2", "remove", True)
    assert scenario(tree) == before
    cell = tree.cell("steps.grid.all", "2", "name")
    assert (cell["value"], cell["error"]) == ("MQLs", "Must be at least 0.0001%.")


@pytest.mark.parametrize(
    ("row", "column", "typed", "said"),
    [
        ("1", "rate", "0", "Must be at least 0.0001%."),
        ("1", "rate", "101%", "Must be at most 100%."),
        ("1", "rate", "x", "'x' is not a number"),
        ("1", "rate", "", "should be a valid number"),
        ("1", "name", "N" * 121, "at most 120 characters"),
        ("4", "name", "bell \x07", "invisible control character"),
    ],
)
def test_a_steps_bad_entry_stays_with_the_reason(
    tree: Tree, row: str, column: str, typed: str, said: str
) -> None:
    tab(tree, STEPS)
    other = {"rate": "name", "name": "rate"}[column]
    before = tree.cell("steps.grid.all", row, other)
    good = tree.cell("steps.grid.all", row, column)["value"]
    tree.edit("steps.grid.all", row, column, typed)
    cell = tree.cell("steps.grid.all", row, column)
    assert cell["value"] == typed
    assert said in cell["error"]
    assert tree.cell("steps.grid.all", row, other) == before
    assert volumes(tree)[-1] == "66,750"
    tree.edit("steps.grid.all", row, column, good)
    assert not tree.cell("steps.grid.all", row, column)["error"]


def test_an_added_step_can_be_planned_with_at_once(tree: Tree) -> None:
    tab(tree, STEPS).press("steps.add")
    tree.edit("steps.grid.all", "4", "name", "Proposals")
    tree.edit("steps.grid.all", "3", "rate", "0.01")
    # a lever for a rate far below the scale of others
    assert tree.at.slider(key="field.lever.all.rate_1").value == 0.01
    assert node(tree, "step_1")["label"] == "Proposals"
    pick(tree, "rate_1").answer("tree.all.rate_1.value", "80")
    assert volumes(tree)[2:4] == ["80", "100"]


# ---- months ----


def month_texts(app: Tree, row: int = 0) -> list[str]:
    texts: list[str] = app.data("months.series")["rows"][row]["texts"]
    return texts


def test_months_follow_the_fiscal_year_and_the_horizon(tree: Tree) -> None:
    tab(tree, MONTHS)
    data = tree.data("months.series")
    start = tree.framework()["company"]["fiscal_year_start_month"]
    assert (start, data["months"][0], len(data["months"])) == (4, "Apr", 12)
    press_one_of(tree, "field.months.length", 24)
    months = tree.data("months.series")["months"]
    assert (len(months), months[12], months[23]) == (24, "Apr +1", "Mar +1")


def test_seasonality_needs_twelve_numbers(tree: Tree) -> None:
    tab(tree, MONTHS).answer("tree.seasonality", "8 8 10 7 8 12 5 4 9 9 8")
    assert "This has 11 numbers; 12 are needed." in tree.remark("tree.seasonality")
    assert tree.field("tree.seasonality").value == "8 8 10 7 8 12 5 4 9 9 8"
    assert unchanged(tree)
    before = month_texts(tree)
    tree.answer("tree.seasonality", "8; 8; 10; 7; 8; 12; 5; 4; 9; 9; 8; 12")
    assert scenario(tree)["time"]["seasonality"] == [8, 8, 10, 7, 8, 12, 5, 4, 9, 9, 8, 12]
    assert month_texts(tree) != before
    tree.answer("tree.seasonality", "0 " * 12)
    assert "The seasonality given is not twelve weights" in tree.words()
    tree.answer("tree.seasonality", "")
    assert month_texts(tree) == before
    tree.answer("tree.seasonality", "-1 " * 12)
    assert "Must be at least 0." in tree.remark("tree.seasonality")


def test_opening_pipeline_makes_up_for_what_is_locked_in(tree: Tree) -> None:
    tab(tree, MONTHS)
    missing = facts(tree, "months.facts")["Already locked in as missing"]
    assert missing[0].startswith("¥")
    tree.answer("tree.opening.opportunities", "500 500 500 500 500 500")
    assert facts(tree, "months.facts")["Already locked in as missing"] == ("nothing", "")
    tree.answer("tree.opening.opportunities", "90 x")
    assert "'x' is not a number" in tree.remark("tree.opening.opportunities")
    tree.answer("tree.opening.opportunities", "")
    assert scenario(tree)["time"]["opening"] == {}
    assert facts(tree, "months.facts")["Already locked in as missing"] == missing


def test_explicit_weights_win_over_days(tree: Tree) -> None:
    pick(tree, "win_rate").answer("tree.all.win_rate.weights", "20 40 30 10")
    assert scenario(tree)["lanes"][0]["rates"][-1]["lag"]["weights"] == [0.2, 0.4, 0.3, 0.1]
    tab(tree, MONTHS)
    # the naive plan: of the year's 12 equal parts the last 3 months keep 90%, 60%, 20%: 10.7 of 12
    assert facts(tree, "months.facts")["The same-month plan brings"][0] == "89.2%"
    pick(tree, "win_rate").answer("tree.all.win_rate.weights", "100")
    assert facts(tree, "months.facts")["The same-month plan brings"][0] == "100.0%"


def test_the_ramp_is_checked(tree: Tree) -> None:
    tab(tree, MONTHS).answer("tree.ramp", "60")
    assert "Must be at most 50%." in tree.remark("tree.ramp")
    tree.answer("tree.ramp", "5")
    assert scenario(tree)["time"]["ramp"] == 0.05


def test_all_lanes_together_have_no_months_or_steps(tree: Tree) -> None:
    tab(tree, LANES)
    add_lane(tree, "Partners")
    for name in (MONTHS, STEPS):
        assert "Choose one lane above the tree" in tab(tree, name).words()


# ---- gap, chance, comparison ----


def test_single_levers_by_hand(tree: Tree) -> None:
    rows = {row[0]: row[1:] for row in report(tab(tree, GAP), "goals.single")}
    # 81M of 100M: each times 100 / 81
    assert rows["Win rate"] == ["25.0%", "30.9%", "Possible"]
    assert rows["Sessions"] == ["54,000", "66,667", "Possible"]
    assert rows["Average deal size"] == ["¥5M", "¥6.2M", "Possible"]
    pick(tree, "win_rate").answer("tree.all.win_rate.cap", "30")
    rows = {row[0]: row[1:] for row in report(tree, "goals.single")}
    assert rows["Win rate"][1] == "30.9%"
    assert rows["Win rate"][2] != "Possible"


def test_the_money_check(tree: Tree) -> None:
    tab(tree, GAP).answer("tree.budget", "1,000,000")
    tree.answer("tree.margin", "80").answer("tree.payback", "0")
    assert "Must be above 0 months." in tree.remark("tree.payback")
    tree.answer("tree.payback", "12")
    # 5M / 12 x 80% x 12 = 4M
    assert facts(tree, "goals.money")["Allowed CAC"][0] == "¥4M"
    tab(tree, LANES).edit("lanes.grid", "all", "cost_per_lead", "10000")
    # 1,335 x 10,000 = 13.35M against 1M
    over = facts(tab(tree, GAP), "goals.money")["Over"]
    assert over[1] == "Above the budget"


def test_more_draws_and_another_confidence(tree: Tree) -> None:
    tab(tree, CHANCE)
    assert "Volume for 80%" in facts(tree, "spread.facts")
    tree.answer("spread.confidence", 0.5).answer("spread.draws", 100_000)
    found = facts(tree, "spread.facts")
    assert "100,000 draws" in found["Chance"][1]
    assert found["Volume for 50%"][0].endswith("x today's")
    tree.answer("tree.seed", "-1")
    assert "Must be at least 0." in tree.remark("tree.seed")
    tree.answer("tree.seed", "7")
    assert scenario(tree)["seed"] == 7


def test_scenarios_side_by_side(tree: Tree) -> None:
    assert "Only the base so far" in tab(tree, COMPARE).words()
    for number, rate in enumerate((30.0, 40.0, 50.0), start=1):
        slide(tree, "all.win_rate", rate)
        save_as(tree, f"Plan {number}")
    slide(tree, "all.win_rate", 10.0)
    (block,) = tree.data("compare.table")["blocks"]
    names = [column["label"] for column in block["columns"]]
    assert names == ["", "Today's rates", "Plan 1", "Plan 2", "Plan 3", "On screen"]
    rows = {row[0]: row[1:] for row in report(tree, "compare.table")}
    assert rows["Win rate"] == [
        "25.0%",
        "30.0%|+20.0%",
        "40.0%|+60.0%",
        "50.0%|+100.0%",
        "10.0%|-60.0%",
    ]
    # 20 deals / 30% -> 67
    assert rows["Opportunities"][1] == "67|-16.2%"
    assert rows["Revenue target"] == ["¥100M"] * 5


# ---- with the wizard ----


def test_the_base_follows_the_wizard(tree: Tree) -> None:
    tree.step("company").answer("company.revenue_target", "¥200M").open("kpi_tree")
    assert volumes(tree)[:3] == ["¥200M", "40", "160"]
    assert "Changed, not saved" not in tree.words()
    tree.step("motion").open("kpi_tree")
    assert volumes(tree)[:3] == ["¥200M", "40", "160"]


@pytest.mark.parametrize("motion", ["product_led", "hybrid"])
def test_another_motion_afterwards_leaves_the_what_if(tree: Tree, motion: str) -> None:
    slide(tree, "all.win_rate", 40.0)
    save_as(tree, "Before")
    before = scenario(tree)
    tree.step("motion").send("motion.choices", "choose", motion)
    assert tree.framework()["company"]["motion"] == motion
    tree.open("kpi_tree")
    assert scenario(tree) == before
    assert saved(tree) == ["Before"]
    for name in TABS:
        tab(tree, name)
        assert not tree.at.error
    tree.answer("tree.scenario", "base")
    ids = [n["id"] for n in tree.data("tree.drawing")["nodes"]]
    assert ("visitors" in ids) == (motion == "product_led")
    for name in TABS:
        tab(tree, name)
        assert not tree.at.error


def test_another_currency_shows_in_the_tree(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    tree.step("company").answer("company.currency", "USD").open("kpi_tree")
    assert volumes(tree)[0] == "$100M"
    assert edges(tree)["win_rate"] == "40.0%"


def test_another_sample_leaves_nothing_of_the_first(tree: Tree) -> None:
    slide(tree, "all.win_rate", 40.0)
    pick(tree, "win_rate").answer("tree.all.win_rate.value", "101%")
    tree.sample(EUR).open("kpi_tree")
    assert unchanged(tree)
    assert volumes(tree)[1] == "481"
    assert "101%" not in tree.words()


# ---- files ----


def with_two_lanes(app: Tree) -> dict[str, Any]:
    """A framework whose saved scenario has two lanes."""
    tab(app, LANES)
    add_lane(app, "Partners")
    save_as(app, "From a file")
    return app.framework()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("lanes", 1, "id"), "all", "lane ids must differ"),
        (("lanes", 1, "rates", 0, "metric_id"), "win_rate", "metric ids of rates must differ"),
        (("lanes", 1, "rates", 0, "metric_id"), "leads", "metric ids of rates must differ"),
        (("lanes", 1, "steps", 0, "id"), "leads", "step ids must differ"),
        (("lanes", 0, "rates", 0, "value"), 0, "greater than or equal to 0.000001"),
        (("lanes", 0, "rates", 0, "counts", "successes"), 10**6, "is impossible"),
        (("lanes", 0, "steps"), [], "steps"),
    ],
    ids=str,
)
def test_a_file_with_an_impossible_scenario_is_refused(
    tree: Tree, path: tuple[str | int, ...], value: object, said: str
) -> None:
    content = with_two_lanes(tree)
    here: Any = content["scenarios"][0]
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    before = tree.work()
    tree.open("home").upload(json.dumps(content).encode())
    assert "was not opened" in tree.words()
    assert said in tree.words()
    assert tree.work() == before


@pytest.mark.parametrize("step", ["revenue", "deal_size", "total", "base"])
def test_a_file_may_call_its_parts_as_it_likes(tree: Tree, step: str) -> None:
    content = with_two_lanes(tree)
    (kept,) = content["scenarios"]
    for lane in kept["lanes"]:
        lane["steps"][1]["id"] = step
    kept["lanes"][0]["rates"][0]["metric_id"] = "average_deal_size"
    kept["lanes"][1]["id"] = "total"
    tree.open("home").upload(json.dumps(content).encode())
    tree.open("kpi_tree").answer("tree.scenario", "what_if_1")
    assert step in [n["id"] for n in tree.data("tree.drawing")["nodes"]]
    for name in TABS:
        tab(tree, name)
        lane_on_screen(tree, "all")
        pick(tree, step)
        assert not tree.at.error


@pytest.mark.parametrize("kept", ["base", "targets"])
def test_a_files_scenario_called_like_a_preset_is_not_lost(tree: Tree, kept: str) -> None:
    content = with_two_lanes(tree)
    content["scenarios"][0]["id"] = kept
    tree.open("home").upload(json.dumps(content).encode())
    tree.open("kpi_tree")
    for name in TABS:
        tab(tree, name)
        assert not tree.at.error
    assert saved(tree) == ["From a file"]
