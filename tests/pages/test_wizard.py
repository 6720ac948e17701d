"""The walk through the wizard: eight steps, leaving and coming back, start over, undo."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_ui.steps import STEP_IDS, STEPS

DEFAULT_COMPANY = "Your company"


def walk(app: Any) -> Any:
    """Press Continue from the step on screen to the last one."""
    while app.current_step() != "review":
        app.press_continue()
    return app


def test_continue_leads_through_all_steps_to_the_export_page(wizard: Any) -> None:
    seen = []
    for position, step in enumerate(STEPS):
        seen.append(wizard.current_step())
        assert [title.value for title in wizard.at.title] == [step.title]
        foot = wizard.data("wizard.footer")
        assert foot["progress"] == pytest.approx((position + 1) / 8)
        assert foot["note"] == "Kept as you type"
        assert foot["back"] == (None if position == 0 else "Back")
        last = position == len(STEPS) - 1
        assert foot["forward"] == (
            "Finish" if last else f"Continue to {STEPS[position + 1].label.lower()}"
        )
        assert not wizard.at.error
        wizard.press_continue()
    assert tuple(seen) == STEP_IDS
    assert [title.value for title in wizard.at.title] == ["Export"]
    assert [note.value for note in wizard.at.success] == [
        "Finished. Download the JSON: it is the whole framework and opens again on Home."
    ]
    finished = wizard.framework()
    assert finished["company"]["name"] == DEFAULT_COMPANY
    assert finished["company"]["motion"] == "sales_led"
    assert finished["north_star"]["metric_id"] == "marketing_sourced_pipeline"
    stages = [(kpi["stage"], kpi["role"]) for kpi in finished["kpis"]]
    for stage in ("awareness", "consideration", "conversion", "expansion"):
        assert stages.count((stage, "primary")) == 1
        assert 2 <= stages.count((stage, "supporting")) <= 3
    assert all(kpi["owner_role"] and kpi["reason"] for kpi in finished["kpis"])
    wizard.run()
    assert not wizard.at.success, "the message is said once"


def test_the_stepper_goes_anywhere_and_marks_what_was_passed(wizard: Any) -> None:
    walk(wizard)
    states = [step["state"] for step in wizard.data("wizard.stepper")["steps"]]
    assert states == ["done"] * 7 + ["current"]
    wizard.step("motion")
    assert wizard.current_step() == "motion"
    wizard.send("wizard.footer", "move", "back")
    assert wizard.current_step() == "company"
    states = [step["state"] for step in wizard.data("wizard.stepper")["steps"]]
    assert states == ["current"] + ["done"] * 6 + ["todo"]


def test_half_filled_answers_survive_leaving_the_page(wizard: Any) -> None:
    wizard.answer("company.name", "Mendelsohn & Söhne")
    wizard.answer("company.revenue_target", "5m apples")  # cannot be used, and is kept
    wizard.answer("company.currency", "EUR")
    wizard.answer("company.fiscal_year_start_month", 7)
    wizard.step("owners").edit("owners.grid", "win_rate", "owner_person", "Ada")
    wizard.open("home").open("export").open("wizard")
    assert wizard.current_step() == "owners"
    assert wizard.cell("owners.grid", "win_rate", "owner_person")["value"] == "Ada"
    wizard.step("company")
    assert wizard.field("company.name").value == "Mendelsohn & Söhne"
    assert wizard.field("company.revenue_target").value == "5m apples"
    assert wizard.field("company.currency").value == "EUR"
    assert wizard.field("company.fiscal_year_start_month").value == 7


def test_home_goes_on_with_a_draft(wizard: Any) -> None:
    wizard.answer("company.name", "Halfway Ltd").step("data").open("home")
    assert wizard.data("home.start")["label"] == "Continue the wizard"
    wizard.send("home.start", "press", True)
    assert wizard.current_step() == "data"


def test_start_over_then_undo_brings_all_back(wizard: Any) -> None:
    wizard.answer("company.name", "Kept Ltd").answer("company.average_deal_size", "12k")
    wizard.step("owners").edit("owners.grid", "win_rate", "owner_person", "Ada")
    walk(wizard).press_continue()
    wizard.open("wizard").step("targets")
    before = wizard.work()
    wizard.press("wizard.restart")
    assert wizard.current_step() == "company"
    assert wizard.field("company.name").value == DEFAULT_COMPANY
    assert wizard.work()["kpi.framework"] is None
    wizard.press("wizard.undo")
    assert wizard.work() == before
    assert wizard.current_step() == "targets"
    wizard.step("company")
    assert wizard.field("company.name").value == "Kept Ltd"
    assert wizard.field("company.average_deal_size").value == "12k"


def test_start_a_new_framework_from_home_and_undo_there(app: Any) -> None:
    app.sample("manufacturer_jpy").open("home")
    before = app.work()
    app.press("home.new")
    assert app.current_step() == "company"
    assert app.work()["kpi.framework"] is None
    app.open("home").press("home.undo")
    assert app.work() == before


def test_opening_another_sample_can_be_undone(app: Any) -> None:
    app.sample("manufacturer_jpy").step("company").answer("company.name", "My own name")
    before = app.work()
    app.sample("product_led_smb_saas_eur")
    assert app.framework()["company"]["currency"] == "EUR"
    app.open("home").press("home.undo")
    assert app.work() == before


def test_undo_takes_back_one_change_after_the_other(wizard: Any) -> None:
    wizard.answer("company.name", "One").answer("company.name", "Two")
    wizard.answer("company.segment", "enterprise")
    assert "Customers you sell to" in wizard.at.button(key="wizard.undo").help
    wizard.press("wizard.undo")
    assert wizard.field("company.segment").value == "mid_market"
    assert wizard.field("company.name").value == "Two"
    wizard.press("wizard.undo").press("wizard.undo")
    assert wizard.field("company.name").value == DEFAULT_COMPANY
    assert not [button for button in wizard.at.button if button.key == "wizard.undo"]


def test_a_finished_framework_follows_the_wizard(wizard: Any) -> None:
    walk(wizard).press_continue()
    wizard.step("company").answer("company.name", "Renamed Ltd")
    assert wizard.framework()["company"]["name"] == "Renamed Ltd"
    wizard.answer("company.name", "")
    assert wizard.framework()["company"]["name"] == "Renamed Ltd", "the last valid version is kept"
    wizard.open("export")
    assert any("last valid version" in note.value for note in wizard.at.warning)


# ---- step 1: every answer changes something ----


def test_the_segment_changes_the_starting_points(wizard: Any) -> None:
    deals = {}
    for segment in ("smb", "mid_market", "enterprise"):
        wizard.answer("company.segment", segment)
        deals[segment] = wizard.field("company.average_deal_size").value
    assert len(set(deals.values())) == 3


def test_the_region_brings_its_currency_until_one_is_chosen(wizard: Any) -> None:
    assert wizard.field("company.currency").value == "USD"
    wizard.answer("company.region", "japan")
    assert wizard.field("company.currency").value == "JPY"
    assert wizard.data("company.chain")["steps"][0]["value"].startswith("¥")
    wizard.answer("company.currency", "EUR").answer("company.region", "united_kingdom")
    assert wizard.field("company.currency").value == "EUR"


def test_arr_is_asked_where_revenue_recurs(wizard: Any) -> None:
    wizard.answer("company.start_arr", "1m")
    wizard.answer("company.business_model", "professional_services")
    assert not [w for w in wizard.at.text_input if w.key == "field.company.start_arr"]
    wizard.answer("company.business_model", "subscription_saas")
    assert wizard.field("company.start_arr").value == "1m"


def test_existing_customers_lighten_the_plan(wizard: Any) -> None:
    wizard.answer("company.currency", "USD").answer("company.revenue_target", "1m")
    wizard.answer("company.marketing_sourced_share", "50")
    assert wizard.data("company.chain")["steps"][0]["value"] == "$500K"
    wizard.answer("company.start_arr", "2m").answer("company.net_revenue_retention", "110")
    # 1m - 2m x 10% = 800k, half of it marketing's
    assert wizard.data("company.chain")["steps"][0]["value"] == "$400K"
    assert "Existing customers bring $200,000 of the target." in wizard.words()


# ---- step 2: motion and north star ----


@pytest.mark.parametrize(
    ("motion", "star"),
    [
        ("sales_led", "marketing_sourced_pipeline"),
        ("product_led", "qualified_activations"),
        ("hybrid", "marketing_influenced_revenue"),
    ],
)
def test_the_motion_brings_its_north_star(wizard: Any, motion: str, star: str) -> None:
    wizard.step("motion").send("motion.choices", "choose", motion)
    rows = wizard.data("motion.scores")["rows"]
    assert [row["id"] for row in rows if row["chosen"]] == [star]
    assert [row["id"] for row in rows if row["recommended"]] == [star]
    walk(wizard).press_continue()
    assert wizard.framework()["north_star"]["metric_id"] == star


def test_another_motion_suggests_other_metrics(wizard: Any) -> None:
    chosen = {}
    for motion in ("sales_led", "product_led", "hybrid"):
        wizard.step("motion").send("motion.choices", "choose", motion).step("metrics")
        chosen[motion] = frozenset(wizard.kpi_ids())
        catalog = load_catalog()
        assert all(motion in catalog.metrics[metric].motions for metric in chosen[motion])
    assert len(set(chosen.values())) == 3


def test_revenue_is_refused_with_the_reason_and_cannot_be_chosen(wizard: Any) -> None:
    wizard.step("motion")
    refused = [row for row in wizard.data("motion.scores")["rows"] if row["refused"]]
    assert refused
    for row in refused:
        assert not row["chosen"]
        wizard.send("motion.scores", "choose", row["id"])
        chosen = [r["id"] for r in wizard.data("motion.scores")["rows"] if r["chosen"]]
        assert chosen == ["marketing_sourced_pipeline"]
    assert "kpi.draft" not in wizard.work()


def test_an_open_candidate_can_be_chosen_and_leads_its_stage(wizard: Any) -> None:
    wizard.step("motion").send("motion.scores", "choose", "marketing_influenced_revenue")
    assert "Marketing-influenced revenue" in [head.value for head in wizard.at.header] or (
        "Marketing\\-influenced revenue" in [head.value for head in wizard.at.header]
    )
    wizard.step("metrics")
    assert ("marketing_influenced_revenue", "primary") in [
        card for cards in wizard.cards().values() for card in cards
    ]
    # another motion starts again from its own candidate
    wizard.step("motion").send("motion.choices", "choose", "product_led")
    chosen = [row["id"] for row in wizard.data("motion.scores")["rows"] if row["chosen"]]
    assert chosen == ["qualified_activations"]


# ---- step 3: data ----


def test_tools_decide_what_is_measurable(wizard: Any) -> None:
    def now() -> int:
        return int(wizard.data("data.facts")["items"][0]["value"])

    wizard.step("data")
    before = now()
    for row in wizard.data("data.tools")["rows"]:
        if row["cells"]["in_place"]["value"]:
            wizard.edit("data.tools", row["id"], "in_place", False)
    assert now() < before
    assert "Set up first" in wizard.words()
    wizard.step("metrics")
    meter = wizard.data("metrics.meter")
    assert meter["value"] == 0
    assert meter["total"] == len(wizard.kpi_ids())
    assert {
        c["measurable"] for s in wizard.data("metrics.board")["stages"] for c in s["cards"]
    } <= {
        "stand_in",
        "not_yet",
    }
    wizard.step("data")
    for row in wizard.data("data.tools")["rows"]:
        wizard.edit("data.tools", row["id"], "in_place", True)
    assert now() > before


def test_products_are_kept_and_put_the_tool_in_place(wizard: Any) -> None:
    wizard.step("data").edit("data.tools", "warehouse", "products", " BigQuery, dbt ,, ")
    assert wizard.cell("data.tools", "warehouse", "in_place")["value"] is True
    assert wizard.cell("data.tools", "warehouse", "products")["value"] == "BigQuery, dbt"
    walk(wizard).press_continue()
    tools = {
        tool["category"]: tool["products"]
        for tool in wizard.framework()["data_infrastructure"]["tools"]
    }
    assert tools["warehouse"] == ["BigQuery", "dbt"]


def test_quick_ticks_of_several_tools_all_arrive(wizard: Any) -> None:
    wizard.step("data")
    wanted = {
        row["id"]: not row["cells"]["in_place"]["value"]
        for row in wizard.data("data.tools")["rows"][:4]
    }
    wizard.send_at_once(
        "data.tools",
        [("edit", {"row": t, "column": "in_place", "value": on}) for t, on in wanted.items()],
    )
    assert {t: wizard.cell("data.tools", t, "in_place")["value"] for t in wanted} == wanted


def test_a_product_name_too_long_is_kept_with_its_error(wizard: Any) -> None:
    wizard.step("data").edit("data.tools", "crm", "products", "HubSpot, " + "x" * 200)
    cell = wizard.cell("data.tools", "crm", "products")
    assert "200 characters; 120 is the limit" in cell["error"]
    assert cell["value"] == "HubSpot, " + "x" * 200, "what was typed stays to be mended"
    wizard.step("review")
    assert "data" in wizard.trouble()
