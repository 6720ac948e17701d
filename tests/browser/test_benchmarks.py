"""The benchmarks page in a real browser: rows, mouse, keyboard, filters, own figures, screens."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

Visit = Any
Visitor = Any
TITLE = "Benchmarks and targets"
SAMPLE = "Sales-led"


def opened(visit: Visit, **settings: bool) -> Visitor:
    """The enterprise sample on the benchmarks page."""
    visitor = visit(**settings).sample(SAMPLE).go("Benchmarks", TITLE)
    rows(visitor).first.wait_for()
    return visitor


def rows(visitor: Visitor) -> Any:
    return visitor.page.get_by_role("list", name="KPIs by money at stake").get_by_role("listitem")


def name_of(visitor: Visitor, metric: str) -> Any:
    """The button of a row."""
    return rows(visitor).get_by_role("button", name=metric, exact=True)


def shows(visitor: Visitor, metric: str) -> None:
    """Wait until the figures of `metric` are on the page."""
    visitor.page.get_by_role("heading", name=f"{metric}: every matching figure").wait_for()
    visitor.calm()
    assert name_of(visitor, metric).get_attribute("aria-pressed") == "true"


def publishers(visitor: Visitor) -> list[str]:
    table = visitor.page.get_by_role("region", name="Matching figures")
    table.wait_for()
    return [text.split("\n")[0] for text in table.locator("tbody tr").all_inner_texts()]


def test_rows_are_drawn_and_selected_by_mouse_and_keyboard(visit: Visit) -> None:
    visitor = opened(visit)
    assert rows(visitor).count() == 16
    boxes = [row.bounding_box() for row in rows(visitor).all()]
    assert all(box and box["height"] > 30 and box["width"] > 800 for box in boxes)
    assert rows(visitor).first.locator(".source").count() == 3
    assert rows(visitor).first.locator(".dot").is_visible()
    shows(visitor, "Lead-to-MQL rate")
    name_of(visitor, "Win rate").click()
    shows(visitor, "Win rate")
    chart = rows(visitor).filter(has_text="Net revenue retention").locator(".chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shows(visitor, "Net revenue retention")
    name_of(visitor, "Lead-to-MQL rate").focus()
    visitor.page.keyboard.press("Tab")
    assert visitor.focused() == "Win rate"
    visitor.page.keyboard.press("Enter")
    shows(visitor, "Win rate")
    assert visitor.focused() == "Win rate", "the focus stays"
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Space")
    visitor.page.wait_for_timeout(300)
    visitor.calm()
    pressed = visitor.page.locator("button.name[aria-pressed=true]")
    assert pressed.count() == 1
    assert pressed.inner_text() == visitor.focused() != "Win rate"


def test_marks_lie_on_the_scale_where_they_should(visit: Visit) -> None:
    visitor = opened(visit)
    row = rows(visitor).filter(has_text="Lead-to-MQL rate")
    scale = row.locator(".scale").bounding_box()

    def at(mark: str) -> float:
        box = row.locator(mark).first.bounding_box()
        return float((box["x"] + box["width"] / 2 - scale["x"]) / scale["width"])

    # the scale goes from 0% to 60%: 18% is at 30%
    assert row.locator(".tick").last.inner_text() == "60.0%"
    assert at(".dot") == pytest.approx(0.30, abs=0.01)
    assert at(".need") == pytest.approx(0.2206 / 0.6, abs=0.01)


def test_another_cohort_and_back(visit: Visit) -> None:
    visitor = opened(visit)
    name_of(visitor, "Win rate").click()
    shows(visitor, "Win rate")
    before = publishers(visitor)
    assert "Clari" in before
    visitor.page.get_by_role("combobox", name="Segment").click()
    visitor.page.get_by_role("option", name="Small business").click()
    note = visitor.page.get_by_text("Compared with another cohort: Small business instead of")
    note.wait_for()
    visitor.calm()
    assert "Clari" not in publishers(visitor)
    shows(visitor, "Win rate")
    visitor.press("Back to our own", exact=False)
    note.wait_for(state="detached")
    assert publishers(visitor) == before


def test_an_own_figure_is_added_downloaded_and_removed(visit: Visit) -> None:
    visitor = opened(visit)
    name_of(visitor, "Branded search volume").click()
    shows(visitor, "Branded search volume")
    visitor.page.get_by_text("Nothing is published for this metric").wait_for()
    visitor.page.get_by_test_id("stPopover").get_by_text("Add your own").click()
    for label, text in (
        ("Low", "3000"),
        ("High", "1000"),
        ("Source", "Our panel"),
        ("Year", "2024"),
    ):
        visitor.page.get_by_role("textbox", name=label, exact=True).fill(text)
    visitor.press("Add it")
    visitor.page.get_by_text("is above the high one").wait_for()
    visitor.page.get_by_role("textbox", name="Low", exact=True).fill("500")
    visitor.press("Add it")
    visitor.page.get_by_text("It is marked as yours").wait_for()
    assert publishers(visitor) == ["Our panel (yours)"]
    visitor.page.keyboard.press("Escape")
    content = visitor.download("Download table").decode("utf-8-sig")
    (line,) = [
        line
        for line in csv.DictReader(io.StringIO(content, newline=""))
        if line["metric_id"] == "branded_search_volume"
    ]
    assert (line["low"], line["high"], line["source_publisher"]) == ("500", "1000", "Our panel")
    if not visitor.page.get_by_role("button", name="Remove Our panel").is_visible():
        visitor.page.get_by_test_id("stPopover").get_by_text("Add your own").click()
    visitor.press("Remove Our panel")
    visitor.page.get_by_text("Nothing is published for this metric").wait_for()


def test_a_target_is_typed_and_the_proposal_taken(visit: Visit) -> None:
    visitor = opened(visit)
    visitor.type("Enter another target", "21")
    visitor.page.get_by_role("heading", name="Target: 21.0%").wait_for()
    assert "your choice" in rows(visitor).first.inner_text()
    visitor.press("Take the proposal", exact=False)
    visitor.page.get_by_role("heading", name="Target: 20.0%").wait_for()
    slider = visitor.page.get_by_role("slider", name="Share of the distance to close")
    slider.focus()
    for _ in range(8):
        visitor.page.keyboard.press("ArrowRight")
    visitor.page.get_by_role("heading", name="Target: 22.0%").wait_for()
    visitor.calm()


def test_a_deep_link_works_for_the_first_visitor(visit: Visit) -> None:
    visitor = visit("/benchmarks")
    assert visitor.title() == TITLE
    rows(visitor).first.wait_for()
    assert rows(visitor).count() == 16
    assert visitor.page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_screen(visit: Visit, dark: bool, phone: bool) -> None:
    visitor = opened(visit, dark=dark, phone=phone)
    wide = {"first": visitor.too_wide()}
    name_of(visitor, "Win rate").click()
    shows(visitor, "Win rate")
    visitor.page.get_by_text("Why published figures disagree here").click()
    visitor.page.get_by_text("Own history", exact=True).click()
    visitor.page.wait_for_timeout(400)
    wide["win rate"] = visitor.too_wide()
    assert {place: found for place, found in wide.items() if found} == {}
    colours = visitor.page.evaluate(
        """() => {
          const root = document.querySelector('[data-testid="stApp"]');
          return [getComputedStyle(root).backgroundColor, getComputedStyle(root).color];
        }"""
    )
    assert colours[0] == ("rgb(15, 19, 25)" if dark else "rgb(255, 255, 255)")
    text = rows(visitor).first.locator("button.name")
    assert text.evaluate("e => getComputedStyle(e).color") != colours[0]
