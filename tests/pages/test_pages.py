"""Each page: alone and through the router, empty and with each sample company."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_ui.steps import STEP_IDS, STEPS

PAGES = ("home", "wizard", "export")
SAMPLES = sorted(load_catalog().samples)
HEADS = {
    "home": "From goals to a marketing framework people sign off",
    "wizard": "Company and business model",
    "export": "Export",
}

Alone = Callable[..., Any]


@pytest.mark.parametrize("page", PAGES)
def test_page_alone_and_empty(alone: Alone, page: str) -> None:
    shown = alone(page)
    assert [title.value for title in shown.at.title] == [HEADS[page]]
    assert shown.at.caption[0].value, "a page opens with the line that says what it answers"
    assert not shown.at.error
    assert not shown.at.warning
    assert "kpi.framework" not in shown.work()


@pytest.mark.parametrize("page", PAGES)
def test_page_through_the_router_and_empty(app: Any, page: str) -> None:
    app.open(page)
    assert [title.value for title in app.at.title] == [HEADS[page]]
    assert not app.at.error
    assert not app.at.warning


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("page", PAGES)
def test_page_alone_with_a_sample(app: Any, alone: Alone, page: str, sample: str) -> None:
    app.sample(sample)
    shown = alone(page, app)
    assert [title.value for title in shown.at.title] == [HEADS[page]]
    assert not shown.at.error
    assert not shown.at.warning
    name = load_catalog().samples[sample].answers["company"]["name"]
    assert name in shown.words()


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_shows_on_every_page_and_step(app: Any, sample: str) -> None:
    app.sample(sample)
    assert [title.value for title in app.at.title] == ["Export"]
    before = app.framework()
    assert before["company"]["name"] in app.words()
    for page in PAGES:
        app.open(page)
        assert not app.at.error
    for step in STEPS:
        app.step(step.id)
        assert app.current_step() == step.id
        assert [title.value for title in app.at.title] == [step.title]
        assert app.at.caption[0].value == step.question
        assert not app.at.error
        assert not app.trouble()
    assert app.framework() == before, "looking changes nothing"


def test_samples_are_the_four_companies(app: Any) -> None:
    cards = app.data("home.samples")["items"]
    assert len(cards) == 4
    assert {card["id"] for card in cards} == set(SAMPLES)
    assert all(card["title"] and card["text"] for card in cards)
    currencies = set()
    for sample in SAMPLES:
        currencies.add(app.sample(sample).framework()["company"]["currency"])
    assert currencies == {"USD", "EUR", "GBP", "JPY"}


def test_the_manufacturer_shows_the_worked_example(app: Any) -> None:
    app.sample("manufacturer_jpy")
    (chain,) = [b for b in app.data("export.document")["blocks"] if b["kind"] == "chain"]
    # 100,000,000 / 5,000,000 = 20; / 25% = 80; / 30% = 266.7 up; / 20% = 1,335; / 2% = 66,750
    assert [step["value"] for step in chain["steps"]] == [
        "¥100M",
        "20",
        "80",
        "267",
        "1,335",
        "66,750",
    ]
    assert [rate["value"] for rate in chain["rates"]] == ["¥5M", "25.0%", "30.0%", "20.0%", "2.0%"]


def test_a_wrong_page_target_is_ignored(app: Any) -> None:
    app.at.session_state["kpi.view"] = {"go_to": "nowhere"}
    app.run()
    assert [title.value for title in app.at.title] == [HEADS["home"]]


def test_home_empty_offers_three_ways_in(app: Any) -> None:
    assert app.data("home.start")["label"] == "Start the wizard"
    assert app.at.file_uploader
    assert app.shows("home.samples")
    assert not [button for button in app.at.button if button.key == "home.undo"]
    app.send("home.start", "press", True)
    assert app.current_step() == "company"


def test_home_with_a_framework_says_where_it_stands(app: Any) -> None:
    app.sample("sales_led_enterprise_saas_usd").open("home")
    assert "Oskentree Analytics" in app.words()
    assert any(text.startswith("North star: ") for text in app.words().splitlines())
    for part in ("owner", "target", "history", "measurable"):
        meter = app.data(f"home.{part}")
        assert 0 <= meter["value"] <= meter["total"] == len(app.framework()["kpis"])
    app.send("home.next", "press", True)
    assert [title.value for title in app.at.title] != [HEADS["home"]]


def test_home_buttons_lead_on(app: Any) -> None:
    app.sample("hybrid_mid_market_gbp").open("home")
    app.press("home.read")
    assert [title.value for title in app.at.title] == [HEADS["export"]]
    app.open("home").press("home.wizard")
    assert app.current_step() == "company"


def test_export_empty_leads_on(app: Any) -> None:
    app.open("export").press("export.home")
    assert [title.value for title in app.at.title] == [HEADS["home"]]
    app.open("export").send("export.wizard", "press", True)
    assert app.current_step() == STEP_IDS[0]


def test_export_offers_the_three_files(app: Any) -> None:
    app.sample("product_led_smb_saas_eur")
    downloads = app.at.get("download_button")
    assert [element.proto.label for element in downloads] == ["JSON", "CSV", "ZIP of tables"]
    assert not any(element.proto.disabled for element in downloads)
    text = json.dumps(app.data("export.document")["blocks"], ensure_ascii=False)
    names = {metric["id"]: metric["name"] for metric in app.framework()["metrics"]}
    assert all(names[kpi["metric_id"]] in text for kpi in app.framework()["kpis"])


def test_findings_lead_to_the_step_that_mends_them(app: Any) -> None:
    app.sample("sales_led_enterprise_saas_usd")
    for item in app.data("export.findings")["items"]:
        if not item["fix_label"]:
            continue
        step = item["fix_label"].removeprefix("Go to ").capitalize()
        app.open("export").send("export.findings", "fix", item["id"])
        marked = [s for s in app.data("wizard.stepper")["steps"] if s["state"] == "current"]
        assert [s["label"] for s in marked] == [step]
