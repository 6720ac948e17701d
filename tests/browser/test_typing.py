"""Typing as people do: into fields and, quickly, into the grid."""

from __future__ import annotations

from typing import Any

Visit = Any
TARGET = "New revenue target for the fiscal year"


def chain(visitor: Any) -> list[str]:
    """Values of the small KPI tree beside the questions, money first."""
    values: list[str] = visitor.page.locator(".chain .node .value").all_inner_texts()
    return values


def distance(visitor: Any, above: str, below: str) -> float:
    """Pixels from one field down to another."""
    places = [visitor.field(label).bounding_box()["y"] for label in (above, below)]
    return round(places[1] - places[0])


def test_answers_are_echoed_and_move_the_chain(visit: Visit) -> None:
    visitor = visit("/wizard")
    visitor.type("Company name", "Kitahama 株式会社")
    currency = visitor.page.get_by_role("combobox", name="Currency")
    currency.fill("JPY")
    currency.press("Enter")
    visitor.calm()
    before = chain(visitor)
    gap = distance(visitor, "Start ARR", "Net revenue retention")
    visitor.type("Start ARR", "2m")
    assert distance(visitor, "Start ARR", "Net revenue retention") == gap, "the page jumps"
    visitor.type("Start ARR", "")
    visitor.type(TARGET, "¥100M")
    visitor.page.get_by_text("Read as ¥100,000,000").wait_for()
    after = chain(visitor)
    assert after != before
    assert all(value.startswith("¥") for value in (before[0], after[0]))
    visitor.type(TARGET, "1.234,5")
    visitor.page.get_by_text("Read as ¥1,23").wait_for()
    assert chain(visitor) != after
    visitor.type(TARGET, "lots")
    visitor.page.get_by_text("'lots' is not a number").first.wait_for()
    assert visitor.field(TARGET).input_value() == "lots"
    visitor.page.get_by_text("Some answers need attention").wait_for()
    visitor.type(TARGET, "¥100M")
    assert chain(visitor) == after
    assert visitor.field("Company name").input_value() == "Kitahama 株式会社"


def test_quick_edits_in_the_grid_all_arrive(visit: Visit) -> None:
    visitor = visit("/wizard").step("Targets", "Baselines and targets")
    fields = visitor.page.locator("input[aria-label$=', last value']")
    labels = [fields.nth(i).get_attribute("aria-label") for i in range(5)]
    typed = ["11", "12", "13", "14", "15"]
    fields.first.click()
    for text in typed:  # Enter goes on to the field below
        visitor.page.keyboard.type(text)
        visitor.page.keyboard.press("Enter")
    visitor.calm()
    shown = [visitor.page.get_by_label(str(label), exact=True) for label in labels]
    assert [field.input_value() for field in shown] == typed
    visitor.step("Owners", "Owners").step("Targets", "Baselines and targets")
    assert [field.input_value() for field in shown] == typed
    for field, text in zip(shown, typed, strict=True):
        hint = visitor.page.locator(f"#{field.get_attribute('aria-describedby')}").first
        assert text in hint.inner_text()


def test_quick_ticks_all_arrive(visit: Visit) -> None:
    visitor = visit("/wizard").step("Data", "Data infrastructure")
    boxes = visitor.page.get_by_role("checkbox")
    boxes.first.wait_for()
    wanted = [not boxes.nth(i).is_checked() for i in range(5)]
    for i in range(5):
        boxes.nth(i).focus()
        visitor.page.keyboard.press("Space")
    visitor.calm()
    assert [boxes.nth(i).is_checked() for i in range(5)] == wanted
    visitor.step("Company", "Company and business model").step("Data", "Data infrastructure")
    assert [boxes.nth(i).is_checked() for i in range(5)] == wanted
