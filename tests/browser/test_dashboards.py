"""The dashboards in a real browser: screens, keyboard, presenting, layers."""

from __future__ import annotations

import re
from typing import Any

import pytest

Visit = Any
Visitor = Any
SAMPLE = "Hybrid"
LAYERS = ("Executive", "Operational", "Channel")


def opened(visit: Visit, **settings: bool) -> Visitor:
    """The hybrid sample on the dashboards."""
    visitor = visit(**settings).sample(SAMPLE).go("Dashboards", "Executive dashboard")
    tiles(visitor, "Executive").first.wait_for()
    return visitor.calm()


def tiles(visitor: Visitor, layer: str) -> Any:
    name = re.compile(r"\S KPIs$") if layer == "Channel" else re.compile(rf"^{layer} KPIs$")
    return visitor.page.get_by_role("list", name=name).get_by_role("listitem")


def sample_line(visitor: Visitor) -> Any:
    warning = visitor.page.get_by_test_id("stAlertContentWarning")
    return warning.get_by_text("Sample data, not yours.")


def layer(visitor: Visitor, name: str) -> Visitor:
    group = visitor.page.get_by_test_id("stButtonGroup").first
    group.get_by_text(name, exact=True).click()
    visitor.wait_title(f"{name} dashboard")
    tiles(visitor, name).first.wait_for()
    return visitor.calm()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_screen(visit: Visit, dark: bool, phone: bool) -> None:
    visitor = opened(visit, dark=dark, phone=phone)
    wide = {}
    for name in LAYERS:
        layer(visitor, name)
        visitor.page.wait_for_timeout(300)
        wide[name] = visitor.too_wide()
    assert {place: found for place, found in wide.items() if found} == {}
    colour = "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    ground = visitor.page.evaluate(colour)
    assert ground == ("rgb(15, 19, 25)" if dark else "rgb(255, 255, 255)")
    text = tiles(visitor, "Channel").first.locator(".value")
    assert text.evaluate("e => getComputedStyle(e).color") != ground


def test_layers_show_their_own_tiles(visit: Visit) -> None:
    visitor = opened(visit)
    counts = {}
    for name in (*LAYERS, "Executive"):
        layer(visitor, name)
        counts[name] = tiles(visitor, name).count()
        sample_line(visitor).wait_for()
    assert 5 <= counts["Executive"] <= 7 < counts["Operational"]
    assert counts["Channel"] >= 4


def test_a_tile_explains_itself_by_keyboard(visit: Visit) -> None:
    visitor = opened(visit)
    tile = tiles(visitor, "Executive").first
    tile.get_by_role("button").first.focus()
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.keyboard.press("Tab")
    card = visitor.page.locator(".card:popover-open")
    card.wait_for()
    words = card.inner_text()
    for label in ("Formula", "Source", "Sample data, not yours", "Last update"):
        assert label in words
    box, screen = card.bounding_box(), visitor.page.viewport_size
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= screen["width"]
    assert box["y"] + box["height"] <= screen["height"]
    visitor.page.keyboard.press("Escape")
    card.wait_for(state="detached")
    visitor.page.keyboard.press("Tab")
    card.wait_for()
    assert card.inner_text() != words, "the next tile has its own"


def test_presenting_and_back(visit: Visit) -> None:
    visitor = opened(visit)
    links = visitor.page.get_by_test_id("stTopNavLinkContainer")
    assert links.count() > 3
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    before = tiles(visitor, "Executive").first.locator(".value").evaluate(size)
    visitor.press("Present")
    visitor.page.get_by_role("button", name="Exit", exact=True).wait_for()
    visitor.calm()
    assert links.count() == 0
    assert visitor.page.get_by_test_id("stSelectbox").count() == 0
    assert tiles(visitor, "Executive").first.locator(".value").evaluate(size) > before
    sample_line(visitor).wait_for()
    layer(visitor, "Operational")
    assert visitor.too_wide() == []
    visitor.press("Exit")
    visitor.page.get_by_role("button", name="Present", exact=True).wait_for()
    visitor.calm()
    assert links.count() > 3
    assert visitor.title() == "Operational dashboard"


def test_another_period_and_model(visit: Visit) -> None:
    visitor = opened(visit)
    line = visitor.page.get_by_text("Is marketing producing results?")
    before = line.inner_text()
    visitor.page.get_by_role("combobox", name="Length").click()
    visitor.page.get_by_role("option", name="Month").click()
    visitor.page.get_by_text(re.compile(r"results\? [A-Z][a-z]{2} \d{4}, as of")).wait_for()
    assert line.inner_text() != before
    visitor.calm()
    visitor.page.get_by_test_id("stPopover").get_by_text("Filters").click()
    visitor.page.get_by_role("combobox", name="Attribution").click()
    visitor.page.get_by_role("option", name="Last touch").click()
    visitor.page.get_by_text("Attributed: last touch").wait_for()
    visitor.calm()
    visitor.page.get_by_role("combobox", name="Channel").click()
    visitor.page.get_by_role("option", name="Paid media").click()
    visitor.page.get_by_text("Only Paid media.").wait_for()
    visitor.calm()


def test_a_deep_link_works_for_the_first_visitor(visit: Visit) -> None:
    visitor = visit("/dashboards")
    assert visitor.title() == "Executive dashboard"
    tiles(visitor, "Executive").first.wait_for()
    sample_line(visitor).wait_for()
    assert visitor.page.get_by_role("dialog").count() == 0
