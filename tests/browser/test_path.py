"""The whole path in a real browser, deep links, and the wizard by keyboard alone."""

from __future__ import annotations

import json
from typing import Any

from kpi_ui.steps import STEPS

Visit = Any


def kpi_names(visitor: Any) -> list[str]:
    """Names of the KPIs in the document's hierarchy: its cards with a target."""
    cards = visitor.page.locator("article.item:has(dt:text-is('Target')) h3")
    cards.first.wait_for()
    names: list[str] = cards.all_inner_texts()
    return names


def test_from_an_empty_browser_to_a_file_that_opens_again(visit: Visit) -> None:
    first = visit()
    first.press("Start the wizard").wait_title(STEPS[0].title)
    for step in STEPS[1:]:
        first.go_on(step.label.lower(), step.title)
    first.page.wait_for_timeout(420)  # two presses within 400 ms count as one
    first.press("Finish").wait_title("Export")
    names = kpi_names(first)
    assert len(names) == len(set(names)) == 16
    content = first.download("JSON")
    framework = json.loads(content)
    defined = {metric["id"]: metric["name"] for metric in framework["metrics"]}
    assert [defined[kpi["metric_id"]] for kpi in framework["kpis"]] == names
    assert framework["company"]["motion"] == "sales_led"
    assert first.download("CSV").startswith(b"\xef\xbb\xbf")
    assert first.download("ZIP of tables").startswith(b"PK")

    first.open("/")  # a reload finds the work again
    assert first.page.get_by_role("button", name="Start a new framework").is_visible()
    second = visit("/")  # somebody else's browser
    assert second.page.get_by_role("button", name="Start the wizard").is_visible()
    second.upload("framework.json", content).wait_title("Export")
    assert kpi_names(second) == names
    assert second.download("JSON") == content


def test_deep_links_work_for_the_first_visitor(visit: Visit) -> None:
    for path, title in (("/wizard", STEPS[0].title), ("/export", "Export")):
        visitor = visit(path)
        assert visitor.title() == title
        assert visitor.page.get_by_test_id("stTopNav").is_visible()
        assert visitor.page.get_by_role("dialog").count() == 0
        visitor.page.reload()
        visitor.wait_title(title)


def test_the_keyboard_alone_walks_the_wizard(visit: Visit) -> None:
    visitor = visit("/wizard")
    keyboard = visitor.page.keyboard
    titles = [*(step.title for step in STEPS[1:]), "Export"]
    buttons = [*(f"Continue to {step.label.lower()}" for step in STEPS[1:]), "Finish"]
    for button, title in zip(buttons, titles, strict=True):
        for _ in range(60):
            if visitor.focused() == button:
                break
            keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab never reached '{button}'")
        visitor.page.wait_for_timeout(420)  # two presses within 400 ms count as one
        keyboard.press("Enter")
        visitor.wait_title(title)
