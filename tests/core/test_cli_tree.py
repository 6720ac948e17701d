"""The commands of the KPI tree."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from kpi_core import cli_reports as reports
from kpi_core.catalog.loader import Catalog
from kpi_core.cli import CLEAN, UNREADABLE, main
from kpi_core.cli_text import NOTES, PROOF, table
from kpi_core.cli_values import confidence, money, named_rate, ratio, whole
from kpi_core.export.files import to_json
from kpi_core.kpi_tree import bottleneck, timeplan
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.edit import with_lane, with_rate, with_step, with_values
from kpi_core.kpi_tree.goal_seek import equal_effort, single_levers, spend_check
from kpi_core.kpi_tree.lane_edit import add_lane
from kpi_core.kpi_tree.simulate import simulate
from kpi_core.kpi_tree.timeplan import plan_months
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario

Capture = pytest.CaptureFixture[str]
Save = Callable[..., Path]

WORKED = [
    "tree",
    "--template", "sales_led_short",
    "--revenue", "100000000",
    "--deal-size", "5000000",
    "--rate", "visitor_to_lead_rate=2%",
    "--rate", "lead_to_mql_rate=20%",
    "--rate", "mql_to_opportunity_rate=30%",
    "--rate", "win_rate=25%",
]  # fmt: skip
FROM_FILE = ("bottleneck", "goal-seek", "simulate", "plan")


def result_of(capsys: Capture, *arguments: str) -> Any:
    """What a command prints as JSON; it must end clean."""
    assert main([*arguments, "--json"]) == CLEAN
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def refused(capsys: Capture, *arguments: str) -> dict[str, Any]:
    """The one finding of a command that cannot be run."""
    assert main([*arguments, "--json"]) == UNREADABLE
    result = json.loads(capsys.readouterr().out)
    assert result["status"] == "unreadable"
    (finding,) = result["findings"]
    assert finding["severity"] == "error"
    return dict(finding)


@pytest.fixture
def base(worked_example: MeasurementFramework, catalog: Catalog) -> Scenario:
    return base_scenario(worked_example, catalog)


@pytest.fixture
def save(tmp_path: Path, worked_example: MeasurementFramework) -> Save:
    """Write the worked example with these saved scenarios into a file."""

    def saved(*scenarios: Scenario) -> Path:
        changed = {**worked_example.model_dump(), "scenarios": scenarios}
        path = tmp_path / "framework.json"
        path.write_bytes(to_json(MeasurementFramework.model_validate(changed)).content)
        return path

    return saved


# ---- kpi tree ----


def test_the_worked_example_in_whole_units(capsys: Capture) -> None:
    found = result_of(capsys, *WORKED)
    assert found["steps"] == [
        {"id": "sessions", "required": 66_750, "rate_to_next": 0.02},
        {"id": "leads", "required": 1_335, "rate_to_next": 0.2},
        {"id": "mqls", "required": 267, "rate_to_next": 0.3},
        {"id": "opportunities", "required": 80, "rate_to_next": 0.25},
        {"id": "deals", "required": 20, "rate_to_next": None},
    ]
    assert all(isinstance(step["required"], int) for step in found["steps"])
    assert (found["assumed"], found["findings"], found["rounding"]) == ([], [], "whole")
    assert (found["revenue_planned"], found["pipeline_value"]) == (100_000_000, 400_000_000)


def test_the_worked_example_exact(capsys: Capture) -> None:
    found = result_of(capsys, *WORKED, "--exact")
    assert [step["required"] for step in found["steps"]] == [
        200_000 / 3,
        4_000 / 3,
        800 / 3,
        80,
        20,
    ]
    assert found["rounding"] == "exact"


def test_the_worked_example_as_a_table(capsys: Capture) -> None:
    assert main(WORKED) == CLEAN
    assert capsys.readouterr().out.splitlines() == [
        "Step           Required  Rate to next",
        "Sessions         66,750          2.0%",
        "Leads             1,335         20.0%",
        "MQLs                267         30.0%",
        "Opportunities        80         25.0%",
        "Won deals            20",
    ]


@pytest.mark.parametrize("typed", ["2.5%", "2,5%", "0.025", "0,025", ".025", " 2.5 % "])
def test_rates_as_people_type_them(capsys: Capture, typed: str) -> None:
    found = result_of(capsys, *WORKED[:-2], "--rate", f"win_rate={typed}")
    assert found["steps"][-2]["rate_to_next"] == 0.025
    assert found["steps"][-2]["required"] == 800


@pytest.mark.parametrize("template", ["sales_led_short", "sales_led_sql", "product_led"])
def test_a_missing_rate_takes_the_assumption_and_is_named(
    capsys: Capture, catalog: Catalog, template: str
) -> None:
    size = ["--revenue", "1m", "--deal-size", "10k"]
    found = result_of(capsys, "tree", "--template", template, *size)
    known = catalog.funnels[template]
    assert found["assumed"] == [rate.metric_id for rate in known.rates]
    rates = [step["rate_to_next"] for step in found["steps"]]
    assert rates == [*(rate.assumption for rate in known.rates), None]
    assert [step["id"] for step in found["steps"]] == [step.id for step in known.steps]
    assert found["steps"][-1]["required"] == 100
    assert [finding["code"] for finding in found["findings"]] == ["rate_assumed"] * len(rates[1:])
    for finding, rate in zip(found["findings"], known.rates, strict=True):
        assert rate.metric_id in finding["where"]
        assert rate.assumption_source in finding["message"]


@pytest.mark.parametrize("typed", ["100m", "100,000,000", "100.000.000", "1億"])
def test_amounts_as_people_type_them(capsys: Capture, typed: str) -> None:
    arguments = [typed if word == "100000000" else word for word in WORKED]
    assert result_of(capsys, *arguments)["steps"][-1]["required"] == 20


def test_no_revenue_needs_nothing(capsys: Capture) -> None:
    arguments = ["0" if word == "100000000" else word for word in WORKED]
    found = result_of(capsys, *arguments)
    assert [step["required"] for step in found["steps"]] == [0] * 5
    assert found["findings"] == []


def test_a_deal_larger_than_the_revenue_is_explained(capsys: Capture) -> None:
    arguments = ["1000000" if word == "100000000" else word for word in WORKED]
    found = result_of(capsys, *arguments)
    assert found["steps"][-1]["required"] == 1
    assert found["revenue_planned"] == 5_000_000
    assert [finding["code"] for finding in found["findings"]] == ["deal_above_revenue"]


def test_unknown_names_name_near_matches(capsys: Capture) -> None:
    finding = refused(capsys, *WORKED, "--rate", "win_rat=5%")
    assert finding["code"] == "unknown_rate"
    assert finding["message"] == "Unknown rate 'win_rat'; did you mean win_rate?"
    finding = refused(capsys, *(w.replace("sales_led_short", "sales_short") for w in WORKED))
    assert finding["code"] == "unknown_template"
    assert "did you mean sales_led_short" in finding["message"]
    # a rate of another template is no rate of this one
    assert "win_rate" in refused(capsys, *WORKED, "--rate", "activation_rate=5%")["fix"]


def test_a_rate_given_twice_must_say_the_same(capsys: Capture) -> None:
    assert refused(capsys, *WORKED, "--rate", "win_rate=26%")["code"] == "given_twice"
    assert result_of(capsys, *WORKED, "--rate", "win_rate=0.25")["steps"][-1]["required"] == 20


@pytest.mark.parametrize(
    ("option", "typed", "reason"),
    [
        ("--rate", "win_rate=25", "'25' is above 1: write 25% if that is meant"),
        ("--rate", "win_rate=1.5", "is above 1"),
        ("--rate", "win_rate=101%", "not between 0.0001% and 100%"),
        ("--rate", "win_rate=0", "not between 0.0001% and 100%"),
        ("--rate", "win_rate=-5%", "not between 0.0001% and 100%"),
        ("--rate", "win_rate=0.00001%", "not between 0.0001% and 100%"),
        ("--rate", "win_rate=high", "is not a number"),
        ("--rate", "win_rate=", "is empty"),
        ("--rate", "win_rate=5 of 20", "is not a"),
        ("--rate", "win_rate", "is not METRIC=RATE"),
        ("--revenue", "-5", "is not an amount"),
        ("--revenue", "5%", "is not an amount"),
        ("--revenue", "5 apples", "is not an amount"),
        ("--revenue", "1e400", "is not a"),
        ("--deal-size", "0", "is less than 0.01"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(
    capsys: Capture, option: str, typed: str, reason: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*WORKED, f"{option}={typed}"])
    assert caught.value.code == 2
    assert reason in capsys.readouterr().err


def test_readers() -> None:
    assert ratio("100%") == ratio("1") == 1
    assert ratio("33.3%") == 0.333  # not 0.33299999999999996
    assert named_rate(" win_rate =25%") == ("win_rate", 0.25)
    assert money("1.5m") == 1_500_000
    assert confidence("80%") == 0.8
    assert whole(1, 1_000_000)("10,000") == 10_000


# ---- from a framework file ----


def test_bottleneck_of_the_base(
    capsys: Capture, save: Save, base: Scenario, worked_example: MeasurementFramework
) -> None:
    found = result_of(capsys, "bottleneck", str(save()))
    assert (found["framework"], found["currency"]) == (worked_example.name, "JPY")
    assert (found["scenario"], found["scenario_name"]) == ("base", base.name)
    (lane,) = found["lanes"]
    assert lane["revenue_now"] == pytest.approx(81_000_000)
    assert lane["revenue_required"] == 100_000_000
    # every rate is at its reference or has none
    assert (found["bottleneck"], found["bottleneck_lane"]) == (None, None)
    assert {rate["metric_id"] for rate in lane["rates"]} == {
        r.metric_id for r in base.lanes[0].rates
    }


def test_bottleneck_by_hand(capsys: Capture, save: Save, base: Scenario, catalog: Catalog) -> None:
    # all lead rates at or without reference; win rate 25% against 30%: 81M x (0.30 / 0.25 - 1) = 16.2M
    changed = with_rate(base, "all", 3, reference=0.3, reference_source="own best, FY2023")
    changed = with_values(changed, id="what_if_1", name="Better closing")
    found = result_of(capsys, "bottleneck", str(save(changed)), "--scenario", "better CLOSING")
    assert (found["bottleneck"], found["bottleneck_lane"]) == ("win_rate", "all")
    worst = found["lanes"][0]["rates"][0]
    assert worst["gain"] == pytest.approx(16_200_000)
    # 16 of 65 is 15.8 to 36.3%: 30% is inside
    assert worst["proof"] == "not_proven"
    assert worst["interval"]["low"] == pytest.approx(0.158, abs=0.001)
    assert worst["causes"] == list(catalog.causes["win_rate"].causes)
    assert worst["checks"] == list(catalog.causes["win_rate"].checks)
    assert all(rate["causes"] == [] for rate in found["lanes"][0]["rates"][1:])
    assert main(["bottleneck", str(save(changed)), "--scenario", "what_if_1"]) == CLEAN
    shown = capsys.readouterr().out
    assert "Most money at stake: Win rate (not yet proven)" in shown
    assert "¥16,200,000" in shown
    assert "check first: " in shown


def test_the_worst_of_all_lanes(capsys: Capture, save: Save, base: Scenario) -> None:
    two = with_lane(add_lane(base, "Partners"), "lane_2", average_deal_size=50_000_000)
    two = with_step(two, "lane_2", 0, now=54_000)
    for lane in ("all", "lane_2"):
        two = with_rate(two, lane, 3, reference=0.3)
    found = result_of(capsys, "bottleneck", str(save(with_values(two, id="w"))), "--scenario", "w")
    assert (found["bottleneck"], found["bottleneck_lane"]) == ("win_rate", "lane_2")


def test_goal_seek_says_what_the_core_says(capsys: Capture, save: Save, base: Scenario) -> None:
    found = result_of(capsys, "goal-seek", str(save()))
    chosen = {("all", rate.metric_id) for rate in base.lanes[0].rates}
    assert found["revenue_required"] == 100_000_000
    assert found["revenue_at_pace"] == pytest.approx(81_000_000)
    assert found["single_levers"] == as_json([asdict(x) for x in single_levers(base)])
    assert found["equal_effort"] == as_json(asdict(equal_effort(base, chosen)))
    assert found["spend"] == as_json(asdict(spend_check(base)))
    assert {finding["code"] for finding in found["findings"]} == {"spend_not_known"}


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_goal_seek_with_a_cap_that_is_too_low(capsys: Capture, save: Save) -> None:
    # 81M at 26% instead of 25%: 84.24M, so 15.76M are missing
    options = ["--rate", "win_rate", "--cap", "win_rate=26%"]
    found = result_of(capsys, "goal-seek", str(save()), *options)
    assert found["equal_effort"]["effort"] is None
    assert found["equal_effort"]["infeasible_by"] == pytest.approx(15_760_000)
    assert [rate["metric_id"] for rate in found["equal_effort"]["rates"]] == ["win_rate"]
    assert found["findings"][0]["code"] == "infeasible"
    assert "¥15,760,000" in found["findings"][0]["message"]
    assert main(["goal-seek", str(save()), *options]) == CLEAN
    assert "Not enough, even at the caps." in capsys.readouterr().out


def test_goal_seek_reaches_the_target_with_one_rate(capsys: Capture, save: Save) -> None:
    # 25% x 100 / 81 = 30.86% of a cap of 40%: 39.1% of the way
    options = ["--rate", "win_rate", "--cap", "win_rate=40%"]
    effort = result_of(capsys, "goal-seek", str(save()), *options)["equal_effort"]
    assert effort["effort"] == pytest.approx((0.25 / 0.81 - 0.25) / 0.15)
    assert effort["rates"][0]["needed"] == pytest.approx(0.25 / 0.81)


def test_spend_above_the_limit_is_a_warning(capsys: Capture, save: Save, base: Scenario) -> None:
    # 1,335 leads x 20,000 = 26.7M of 20M
    tight = with_values(with_lane(base, "all", cost_per_lead=20_000), id="tight", budget=20_000_000)
    found = result_of(capsys, "goal-seek", str(save(tight)), "--scenario", "tight")
    warning = next(f for f in found["findings"] if f["severity"] == "warning")
    assert warning["code"] == "spend_above_limit"
    assert "¥6,700,000 above what budget allows" in warning["message"]


@pytest.mark.parametrize("option", [["--rate", "win_rat"], ["--cap", "win_rat=50%"]])
def test_goal_seek_names_near_matches(capsys: Capture, save: Save, option: list[str]) -> None:
    finding = refused(capsys, "goal-seek", str(save()), *option)
    assert finding["where"] == option[0]
    assert "did you mean win_rate?" in finding["message"]


def test_simulate_says_what_the_core_says(capsys: Capture, save: Save, base: Scenario) -> None:
    options = ["--draws", "2,000", "--seed", "7", "--confidence", "90%"]
    found = result_of(capsys, "simulate", str(save()), *options)
    expected = as_json(asdict(simulate(base, 2000, 7, 0.9)))
    assert {key: found[key] for key in expected} == expected
    again = result_of(capsys, "simulate", str(save()), *options)
    assert again == found
    assert result_of(capsys, "simulate", str(save()), "--draws", "50")["seed"] == base.seed


def test_plan_says_what_the_core_says(capsys: Capture, save: Save, base: Scenario) -> None:
    found = result_of(capsys, "plan", str(save()), "--months", "18")
    longer = with_values(base, time={**base.time.model_dump(), "months": 18})
    expected = as_json(asdict(plan_months(longer.lanes[0], longer)))
    (lane,) = found["lanes"]
    assert {key: lane[key] for key in expected} == expected
    assert (lane["id"], lane["name"]) == ("all", base.lanes[0].name)
    assert (found["months"], found["fiscal_year_start_month"]) == (18, 4)
    assert found["wins_in_year"] == lane["wins_in_year"]
    codes = {finding["code"] for finding in found["findings"]}
    assert codes == {"locked_in_shortfall", *lane["notes"]}


def test_plan_without_lag_and_its_table(capsys: Capture, save: Save, base: Scenario) -> None:
    instant = with_values(with_rate(base, "all", 3, lag={}), id="instant", name="No lag")
    path = str(save(instant))
    found = result_of(capsys, "plan", path, "--scenario", "instant")
    assert found["wins_in_year"] == pytest.approx(20)
    assert found["locked_in_revenue"] == 0
    assert main(["plan", path, "--scenario", "instant"]) == CLEAN
    shown = capsys.readouterr().out.splitlines()
    # 20 deals over twelve even months from April; 5,555.6 = 66,666.7 / 12 sessions
    assert shown[4].split() == ["Apr", "5,555.6", "111.1", "22.2", "6.7", "1.7", "1.7", "1.7"]
    assert "Won in the year: 20 of 20 deals, ¥100,000,000 of ¥100,000,000." in shown


def test_lanes_whose_shares_do_not_add_up_are_named(
    capsys: Capture, save: Save, base: Scenario
) -> None:
    odd = with_lane(with_values(base, id="odd"), "all", share=0.5)
    for command in FROM_FILE:
        found = result_of(capsys, command, str(save(odd)), "--scenario", "odd")
        assert found["findings"][0]["code"] == "shares_scaled"
        assert "add up to 50.0%" in found["findings"][0]["message"]


# ---- which scenario ----


def test_a_scenario_by_id_by_name_and_the_base(capsys: Capture, save: Save, base: Scenario) -> None:
    saved = [
        with_values(base, id="what_if_1", name="Twice", revenue_target=2e8),
        with_values(base, id="what_if_2", name="Same name"),
        with_values(base, id="what_if_3", name="same name"),
    ]
    path = str(save(*saved))
    for wanted, scenario_id in [
        ("what_if_1", "what_if_1"),
        ("TWICE", "what_if_1"),
        ("base", "base"),
    ]:
        found = result_of(capsys, "goal-seek", path, "--scenario", wanted)
        assert found["scenario"] == scenario_id
    finding = refused(capsys, "goal-seek", path, "--scenario", "Same name")
    assert finding["fix"] == "Use an id: what_if_2, what_if_3."
    finding = refused(capsys, "goal-seek", path, "--scenario", "what_if_9")
    assert "did you mean what_if_3, what_if_2, what_if_1?" in finding["message"]
    assert refused(capsys, "goal-seek", path, "--scenario", "")["code"] == "unknown_scenario"


@pytest.mark.parametrize("command", FROM_FILE)
def test_every_sample_has_a_result_and_a_table(
    capsys: Capture, tmp_path: Path, framework: MeasurementFramework, command: str
) -> None:
    path = tmp_path / "framework.json"
    path.write_bytes(to_json(framework).content)
    options = ["--draws", "100"] if command == "simulate" else []
    found = result_of(capsys, command, str(path), *options)
    assert found["currency"] == framework.company.currency
    assert main([command, str(path), *options]) == CLEAN
    shown = capsys.readouterr().out
    assert shown.startswith(f"{framework.name}, scenario ")
    assert "nan" not in shown.casefold().split()


@pytest.mark.parametrize("command", FROM_FILE)
def test_a_file_that_cannot_be_read(capsys: Capture, tmp_path: Path, command: str) -> None:
    assert refused(capsys, command, str(tmp_path / "missing.json"))["code"] == "file_not_readable"


@pytest.mark.parametrize(
    "arguments",
    [
        ["tree", "--template", "sales_led_short"],
        ["plan", "f.json", "--months", "11"],
        ["plan", "f.json", "--months", "25"],
        ["simulate", "f.json", "--draws", "0"],
        ["simulate", "f.json", "--draws", "1000001"],
        ["simulate", "f.json", "--draws", "many"],
        ["simulate", "f.json", "--seed", "-1"],
        ["simulate", "f.json", "--confidence", "80"],
        ["simulate", "f.json", "--confidence", "100%"],
        ["goal-seek", "f.json", "--cap", "win_rate"],
        ["bottleneck"],
    ],
)
def test_wrong_usage_is_explained(capsys: Capture, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: kpi" in capsys.readouterr().err


# ---- the fields, the words, the tables ----


def shape(value: Any, described: Any) -> Iterator[str]:
    """Where JSON and the dataclass it was made of do not have the same fields."""
    inner = next((x for x in getattr(described, "__args__", ()) if is_dataclass(x)), None)
    if isinstance(value, list):
        for item in value if inner else ():
            yield from shape(item, inner)
    elif isinstance(value, dict):
        kind = inner or described
        names = {field.name for field in fields(kind)}
        if names != value.keys():
            yield f"{kind.__name__}: {names ^ value.keys()}"
        hints = get_type_hints(kind)
        for key in names & value.keys():
            yield from shape(value[key], hints[key])


@pytest.mark.parametrize(
    ("arguments", "described"),
    [
        (WORKED, reports.TreeReport),
        (["bottleneck", "FILE"], reports.BottleneckReport),
        (["goal-seek", "FILE"], reports.GoalSeekReport),
        (["simulate", "FILE", "--draws", "100"], reports.SimulationReport),
        (["plan", "FILE"], reports.PlanReport),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else value[0],
)
def test_what_is_printed_is_what_the_docs_are_made_of(
    capsys: Capture, save: Save, arguments: list[str], described: type
) -> None:
    path = str(save())
    found = result_of(capsys, *(path if word == "FILE" else word for word in arguments))
    del found["findings"]
    assert list(shape(found, described)) == []


def test_every_note_and_verdict_has_words() -> None:
    assert set(NOTES) == set(timeplan.Note.__args__)
    assert set(PROOF) == set(bottleneck.Proof.__args__)


def test_columns_are_aligned_whatever_the_script() -> None:
    rows = [["名前", "10"], ["Name", "1,000"]]
    assert table(rows) == "名前     10\nName  1,000"
    assert table(rows, (0, 1)) == "名前  10\nName  1,000"
