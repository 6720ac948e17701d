"""Choosing and changing KPIs: the board, definitions, targets, owners, layers, channels, reviews."""

from __future__ import annotations

from typing import Any

import pytest

STAGES = ("awareness", "consideration", "conversion", "expansion")


def finished(app: Any) -> dict[str, Any]:
    """Finish the wizard; the framework as JSON."""
    app.step("review").press_continue()
    assert [title.value for title in app.at.title] == ["Export"]
    framework: dict[str, Any] = app.framework()
    return framework


def kpi(framework: dict[str, Any], metric_id: str) -> dict[str, Any]:
    """One KPI of a framework."""
    (found,) = [kpi for kpi in framework["kpis"] if kpi["metric_id"] == metric_id]
    chosen: dict[str, Any] = found
    return chosen


@pytest.fixture
def board(wizard: Any) -> Any:
    """The wizard at its board of stages."""
    return wizard.step("metrics")


# ---- step 4: the board ----


def test_each_stage_has_one_primary_and_two_or_three_supporting(board: Any) -> None:
    cards = board.cards()
    assert tuple(cards) == STAGES
    for stage in STAGES:
        roles = [role for _, role in cards[stage]]
        assert roles[0] == "primary"
        assert roles.count("primary") == 1
        assert 2 <= roles.count("supporting") <= 3
    for stage in board.data("metrics.board")["stages"]:
        assert all(card["reason"] for card in stage["cards"])


def test_a_supporting_kpi_can_be_swapped(board: Any) -> None:
    old = board.cards()["awareness"][1][0]
    board.send("metrics.board", "select", old)
    board.choose(f"metrics.swap.{old}", "brand_mention_volume")
    ids = [card for card, _ in board.cards()["awareness"]]
    assert ids[1] == "brand_mention_volume"
    assert old not in board.kpi_ids()
    assert board.data("metrics.board")["selected"] == "brand_mention_volume"
    assert "brand_mention_volume" in [k["metric_id"] for k in finished(board)["kpis"]]


def test_a_swap_offers_nothing_chosen_and_primaries_only_their_own_stage(board: Any) -> None:
    from kpi_core.catalog.loader import load_catalog

    names = {metric.name: metric for metric in load_catalog().metrics.values()}
    for stage, cards in board.cards().items():
        primary = cards[0][0]
        board.send("metrics.board", "select", primary)
        offered = board.at.selectbox(key=f"metrics.swap.{primary}").options[1:]
        for option in offered:
            metric = next(metric for name, metric in names.items() if option.startswith(f"{name},"))
            assert metric.stage == stage
            assert "primary" in metric.roles
            assert not metric.vanity
            assert metric.id not in board.kpi_ids()


def test_a_kpi_can_be_removed_and_added_again(board: Any) -> None:
    stage, cards = "consideration", board.cards()["consideration"]
    assert len(cards) == 4
    gone = cards[3][0]
    board.send("metrics.board", "select", gone).press("metrics.remove")
    assert [card for card, _ in board.cards()[stage]] == [card for card, _ in cards[:3]]
    last = board.cards()[stage][2][0]
    board.send("metrics.board", "select", last)
    assert board.at.button(key="metrics.remove").disabled, "two supporting KPIs are the least"
    board.send("metrics.board", "add", stage)
    board.choose("metrics.add", "content_downloads")
    assert board.cards()[stage][3] == ("content_downloads", "supporting")
    assert board.data("metrics.board")["selected"] == "content_downloads"
    assert not [box for box in board.at.selectbox if box.key == "metrics.add"]
    full = {s["id"]: s["can_add"] for s in board.data("metrics.board")["stages"]}
    assert full[stage] is False


def test_adding_can_be_cancelled(board: Any) -> None:
    gone = board.cards()["expansion"][-1][0]
    board.send("metrics.board", "select", gone).press("metrics.remove")
    before = board.cards()
    board.send("metrics.board", "add", "expansion").press("metrics.add.cancel")
    assert board.cards() == before
    assert not [box for box in board.at.selectbox if box.key == "metrics.add"]


def test_a_supporting_kpi_can_be_made_primary(board: Any) -> None:
    promoted = 0
    board.step("motion").send("motion.choices", "choose", "hybrid").step("metrics")
    for stage in STAGES:
        for metric, _ in board.cards()[stage][1:]:
            board.send("metrics.board", "select", metric)
            if not [button for button in board.at.button if button.key == "metrics.promote"]:
                continue
            before = {card for card, _ in board.cards()[stage]}
            board.press("metrics.promote")
            cards = board.cards()[stage]
            assert cards[0] == (metric, "primary")
            assert {card for card, _ in cards} == before
            assert [role for _, role in cards].count("primary") == 1
            promoted += 1
    assert promoted


def test_dethroning_the_north_star_is_found(board: Any) -> None:
    star = "marketing_sourced_pipeline"
    board.send("metrics.board", "select", star)
    board.choose(f"metrics.swap.{star}", "opportunities_created")
    assert any("is the north star but not the primary KPI" in f for f in review(board))


def review(app: Any) -> list[str]:
    """Findings of the last step."""
    found: list[str] = app.step("review").findings("review.findings")
    return found


def test_a_definition_can_be_edited_and_put_back(board: Any) -> None:
    board.send("metrics.board", "select", "win_rate")
    before = board.field("definitions.win_rate.name").value
    board.answer("definitions.win_rate.name", "Close rate")
    board.answer("definitions.win_rate.definition", "Won of all closed. Ours alone.")
    shown = {c["id"]: c["name"] for s in board.data("metrics.board")["stages"] for c in s["cards"]}
    assert shown["win_rate"] == "Close rate"
    assert "Won of all closed." in board.words()
    board.press("metrics.reword")
    assert board.field("definitions.win_rate.name").value == before
    board.answer("definitions.win_rate.name", "Close rate")
    metric = next(m for m in finished(board)["metrics"] if m["id"] == "win_rate")
    assert metric["name"] == "Close rate"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "This must not be empty."),
        ("name", "N" * 121, "This has 121 characters; 120 is the limit."),
        ("definition", "", "This must not be empty."),
        ("definition", "D" * 4001, "This has 4,001 characters; 4,000 is the limit."),
    ],
)
def test_a_bad_definition_is_refused(board: Any, field: str, typed: str, said: str) -> None:
    board.send("metrics.board", "select", "win_rate")
    board.answer(f"definitions.win_rate.{field}", typed)
    assert said in board.remark(f"definitions.win_rate.{field}")
    assert any(said in finding for finding in review(board))
    board.press_continue()
    assert board.at.error
    assert board.current_step() == "review"


# ---- step 5: baselines, targets and rates in the grid ----


@pytest.fixture
def targets(wizard: Any) -> Any:
    """The wizard at its table of targets, in yen."""
    return wizard.answer("company.currency", "JPY").step("targets")


@pytest.mark.parametrize("column", ["baseline", "target"])
@pytest.mark.parametrize(
    ("metric", "typed", "echo", "value"),
    [
        ("win_rate", "23,4", "23.4%", 0.234),
        ("win_rate", "23.4 %", "23.4%", 0.234),
        ("marketing_sourced_pipeline", "5m", "¥5,000,000", 5e6),
        ("marketing_sourced_pipeline", "¥100M", "¥100,000,000", 1e8),
        ("marketing_sourced_pipeline", "1億", "¥100,000,000", 1e8),
        ("marketing_sourced_pipeline", "1.234.567", "¥1,234,567", 1_234_567),
        ("engagement_qualified_leads", "1 234", "1,234", 1234),
    ],
)
def test_numbers_typed_into_the_grid(
    targets: Any, column: str, metric: str, typed: str, echo: str, value: float
) -> None:
    targets.edit("targets.kpis", metric, column, typed)
    cell = targets.cell("targets.kpis", metric, column)
    assert (cell["value"], cell["echo"], cell["error"]) == (typed, echo, "")
    found = kpi(finished(targets), metric)[column]
    assert found["value"] == pytest.approx(value)
    if column == "target":
        assert found["basis"] == "user"
        assert found["reason"].startswith("Set by you")


@pytest.mark.parametrize(
    ("metric", "typed", "said"),
    [
        ("win_rate", "101", "101.0% is not possible. Type 100.0% or less."),
        ("win_rate", "-1", "-1.0% is not possible. Type 0.0% or more."),
        ("win_rate", "many", "'many' is not a number"),
        ("marketing_sourced_pipeline", "-1", "-¥1 is not possible. Type ¥0 or more."),
        ("marketing_sourced_pipeline", "$5m", "'$' does not fit here: an amount in JPY is needed."),
        ("marketing_sourced_pipeline", "5%", "This is a percentage, but an amount is needed."),
    ],
)
@pytest.mark.parametrize("column", ["baseline", "target"])
def test_bad_numbers_in_the_grid(
    targets: Any, column: str, metric: str, typed: str, said: str
) -> None:
    targets.edit("targets.kpis", metric, column, typed)
    cell = targets.cell("targets.kpis", metric, column)
    assert cell["value"] == typed, "what was typed stays"
    assert said in cell["error"]
    assert any(said in finding for finding in review(targets))
    assert "targets" in targets.trouble()
    targets.press_continue()
    assert targets.at.error
    assert "kpi.framework" not in targets.work()
    targets.step("targets").edit("targets.kpis", metric, column, "")
    assert not targets.cell("targets.kpis", metric, column)["error"]
    finished(targets)


def test_an_own_rate_moves_the_plan(targets: Any) -> None:
    def deals_and_opportunities() -> tuple[str, str]:
        steps = targets.data("targets.chain")["steps"]
        return steps[1]["value"], steps[2]["value"]

    targets.edit("targets.rates", "win_rate", "own", "10")
    deals, opportunities = deals_and_opportunities()
    assert int(opportunities.replace(",", "")) == 10 * int(deals.replace(",", ""))
    assert targets.cell("targets.rates", "win_rate", "used")["value"] == "10.0%"
    assert targets.cell("targets.rates", "win_rate", "source")["value"] == "Own history"
    targets.edit("targets.rates", "win_rate", "own", "50")
    deals, opportunities = deals_and_opportunities()
    assert int(opportunities.replace(",", "")) == 2 * int(deals.replace(",", ""))
    targets.edit("targets.rates", "win_rate", "own", "")
    assert targets.cell("targets.rates", "win_rate", "source")["value"] != "Own history"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "0.0% is not possible."),
        ("100,1", "100.1% is not possible. Type 100.0% or less."),
        ("-4", "-4.0% is not possible."),
        ("some", "'some' is not a number"),
    ],
)
def test_bad_rates_are_refused(targets: Any, typed: str, said: str) -> None:
    targets.edit("targets.rates", "win_rate", "own", typed)
    cell = targets.cell("targets.rates", "win_rate", "own")
    assert cell["value"] == typed
    assert said in cell["error"]
    assert any(said in finding for finding in review(targets))
    targets.press_continue()
    assert targets.at.error
    assert "kpi.framework" not in targets.work()


def test_a_rate_has_one_place(targets: Any) -> None:
    targets.edit("targets.kpis", "win_rate", "baseline", "22")
    assert targets.cell("targets.rates", "win_rate", "own")["value"] == "22"
    targets.edit("targets.rates", "win_rate", "own", "30")
    assert targets.cell("targets.rates", "win_rate", "used")["value"] == "30.0%"
    assert targets.cell("targets.kpis", "win_rate", "baseline")["value"] == ""
    assert targets.cell("targets.kpis", "win_rate", "baseline")["placeholder"] == "30"


def test_an_emptied_target_takes_the_proposal_again(targets: Any) -> None:
    proposed = targets.cell("targets.kpis", "win_rate", "target")
    targets.edit("targets.kpis", "win_rate", "target", "40").edit(
        "targets.kpis", "win_rate", "target", ""
    )
    assert targets.cell("targets.kpis", "win_rate", "target") == proposed


def test_the_reference_figure_shows_its_source_and_can_be_taken_off(targets: Any) -> None:
    targets.send("targets.kpis", "select", "win_rate")
    box = targets.field("kpis.win_rate.benchmark")
    assert len(box.options) > 1
    assert any("Confidence" in text for text in targets.words().splitlines())
    assert targets.at.get("link_button")
    targets.answer("kpis.win_rate.benchmark", "")
    assert targets.cell("targets.kpis", "win_rate", "benchmark")["value"] == "none published"
    assert kpi(finished(targets), "win_rate")["benchmark_id"] is None


def test_quick_edits_all_arrive(targets: Any) -> None:
    metrics = [row["id"] for row in targets.data("targets.kpis")["rows"]][:5]
    edits = [
        {"row": metric, "column": "baseline", "value": f"{n}"}
        for n, metric in enumerate(metrics, 5)
    ]
    targets.send_at_once("targets.kpis", [("edit", edit) for edit in edits])
    shown = [targets.cell("targets.kpis", metric, "baseline")["value"] for metric in metrics]
    assert shown == ["5", "6", "7", "8", "9"]


# ---- step 6: owners ----


def test_owners_can_be_changed_named_and_taken_away(wizard: Any) -> None:
    wizard.step("owners")
    options = [o for o, _ in wizard.cell("owners.grid", "win_rate", "owner_role")["options"]]
    other = next(
        o for o in options if o and o != wizard.cell("owners.grid", "win_rate", "owner_role")
    )
    wizard.edit("owners.grid", "win_rate", "owner_role", other)
    wizard.edit("owners.grid", "win_rate", "owner_person", "  Ada Lovelace ")
    wizard.edit("owners.grid", "win_rate", "steward_role", "")
    load = sum(
        data["value"] for key, data in wizard.components().items() if key.startswith("owners.load")
    )
    found = finished(wizard)
    assert load == len(found["kpis"])
    assert kpi(found, "win_rate")["owner_role"] == other
    assert kpi(found, "win_rate")["owner_person"] == "Ada Lovelace"
    assert kpi(found, "win_rate")["steward_role"] is None


def test_a_kpi_without_owner_is_an_error_in_the_review(wizard: Any) -> None:
    wizard.step("owners").edit("owners.grid", "win_rate", "owner_role", "")
    assert wizard.data("owners.load.None")["value"] == 1
    found = wizard.step("review").data("review.findings")["items"]
    assert found[0]["severity"] == "error"
    assert "Nobody is accountable for it." in found[0]["text"]


def test_a_person_of_300_characters_is_refused(wizard: Any) -> None:
    wizard.step("owners").edit("owners.grid", "win_rate", "owner_person", "P" * 300)
    cell = wizard.cell("owners.grid", "win_rate", "owner_person")
    assert "300 characters" in cell["error"]
    assert cell["value"] == "P" * 300
    wizard.step("review").press_continue()
    assert wizard.at.error


# ---- step 7: layers, cadence, channels, reviews ----


def test_layers_and_cadence(wizard: Any) -> None:
    wizard.step("dashboards")
    on = wizard.cell("dashboards.layers", "win_rate", "executive")["value"]
    wizard.edit("dashboards.layers", "win_rate", "executive", not on)
    assert wizard.cell("dashboards.layers", "win_rate", "executive")["value"] is not on
    wizard.edit("dashboards.layers", "win_rate", "cadence", "daily")
    found = finished(wizard)
    assert ("executive" in kpi(found, "win_rate")["layers"]) is not on
    assert ("win_rate" in found["dashboards"]["executive"]["metric_ids"]) is not on
    assert kpi(found, "win_rate")["cadence"] == "daily"
    weekly = next(r for r in found["operating_rhythm"]["reviews"] if r["cadence"] == "weekly")
    assert "win_rate" in weekly["metric_ids"]


def test_quick_ticks_in_one_row_all_arrive(wizard: Any) -> None:
    wizard.step("dashboards")
    row = next(r for r in wizard.data("dashboards.layers")["rows"] if r["id"] == "win_rate")
    layers = ("executive", "operational", "channel")
    wanted = {layer: not row["cells"][layer]["value"] for layer in layers}
    wizard.send_at_once(
        "dashboards.layers",
        [("edit", {"row": "win_rate", "column": c, "value": on}) for c, on in wanted.items()],
    )
    assert {
        layer: wizard.cell("dashboards.layers", "win_rate", layer)["value"] for layer in layers
    } == wanted


def test_the_same_tick_sent_twice_stays(wizard: Any) -> None:
    wizard.step("dashboards")
    on = wizard.cell("dashboards.layers", "win_rate", "executive")["value"]
    for _ in range(2):
        wizard.edit("dashboards.layers", "win_rate", "executive", not on)
    assert wizard.cell("dashboards.layers", "win_rate", "executive")["value"] is not on


def test_an_executive_layer_too_full_is_found(wizard: Any) -> None:
    wizard.step("dashboards")
    for row in wizard.data("dashboards.layers")["rows"]:
        if not row["cells"]["executive"]["value"]:
            wizard.edit("dashboards.layers", row["id"], "executive", True)
    executive = wizard.data("dashboards.facts")["items"][0]
    assert executive["tone"] == "warn"
    assert any("five to seven can be read in one minute" in f for f in review(wizard))


def test_channels_bring_their_tabs(wizard: Any) -> None:
    wizard.step("dashboards")
    wizard.field("channels").set_value(["seo", "referral"])
    wizard.run()
    found = finished(wizard)
    assert [tab["channel"] for tab in found["dashboards"]["channels"]] == ["seo", "referral"]
    wizard.open("wizard").step("dashboards")
    wizard.field("channels").set_value([])
    wizard.run()
    assert any("No channel is active" in finding for finding in review(wizard))
    assert wizard.framework()["dashboards"]["channels"] == []


def test_reviews_can_be_changed_and_turned_off(wizard: Any) -> None:
    wizard.step("dashboards")
    wizard.answer("reviews.weekly.duration_minutes", 25)
    wizard.answer("reviews.weekly.attendees", ["cmo"])
    wizard.answer("reviews.monthly.held", False)
    assert not [
        w for w in wizard.at.number_input if w.key == "field.reviews.monthly.duration_minutes"
    ]
    found = finished(wizard)["operating_rhythm"]["reviews"]
    assert [r["cadence"] for r in found] == ["weekly", "quarterly"]
    assert found[0]["duration_minutes"] == 25
    assert found[0]["attendees"] == ["cmo"]
    wizard.open("wizard").step("dashboards")
    for cadence in ("weekly", "quarterly"):
        wizard.answer(f"reviews.{cadence}.held", False)
    assert wizard.framework()["operating_rhythm"]["reviews"] == []
    assert any("No review is held" in finding for finding in review(wizard))
    wizard.step("dashboards").answer("reviews.weekly.held", True)
    assert wizard.field("reviews.weekly.duration_minutes").value == 25, "its settings come back"
