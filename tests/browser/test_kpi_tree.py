"""The KPI tree in a real browser: by mouse, by keyboard, and on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest

Visit = Any
WORKED = ["¥100M", "20", "80", "267", "1,335", "66,750"]
TABS = (
    "Close the gap",
    "Chance in detail",
    "Month by month",
    "Lanes and budget",
    "Funnel steps",
    "Compare scenarios",
)


def opened(visit: Visit, **options: Any) -> Any:
    """A visitor with the JPY sample, the worked example, on the KPI tree page."""
    return visit(**options).sample("Japanese").go("KPI tree", "KPI tree")


def tree(visitor: Any) -> Any:
    return visitor.page.get_by_role("list", name="KPI tree")


def volumes(visitor: Any) -> list[str]:
    """What is needed, as drawn, money first."""
    found: list[str] = tree(visitor).locator(".node .needed .value").all_inner_texts()
    return found


def chance(visitor: Any) -> int:
    """The chance in whole percent."""
    text = visitor.page.locator(".figure .value").first.inner_text()
    return int(re.sub(r"\D", "", text))


def tab(visitor: Any, name: str) -> Any:
    visitor.page.get_by_role("tab", name=name, exact=True).click()
    return visitor.calm()


def lever(visitor: Any, label: str) -> Any:
    return visitor.page.get_by_role("slider", name=label)


def test_the_worked_example_in_both_modes(visit: Visit) -> None:
    visitor = opened(visit)
    assert volumes(visitor) == WORKED
    visitor.page.get_by_role("radio", name="Exact").or_(
        visitor.page.get_by_role("button", name="Exact", exact=True)
    ).first.click()
    visitor.calm()
    # 80 / 0.3 = 266.67, / 0.2 = 1,333.33, / 0.02 = 66,666.67
    assert volumes(visitor) == ["¥100M", "20", "80", "266.7", "1,333.3", "66,666.7"]


def raise_win_rate(visitor: Any) -> None:
    """Press the key quickly until the lever says 30%: ten steps, a few more where a press went astray."""
    win_rate = lever(visitor, "Win rate")
    for _ in range(15):
        if win_rate.get_attribute("aria-valuetext") == "30.0%":
            break
        win_rate.focus()
        visitor.page.keyboard.press("ArrowRight")
    tree(visitor).get_by_text("56,000").wait_for()  # the last step has been drawn
    visitor.calm()


def test_a_slider_moved_with_the_keyboard_moves_tree_and_chance(visit: Visit) -> None:
    visitor = opened(visit)
    before = chance(visitor)
    raise_win_rate(visitor)
    # 20 / 0.3 -> 67, / 0.3 -> 224, / 0.2 -> 1,120, / 0.02 -> 56,000
    tree(visitor).get_by_text("56,000").wait_for()
    assert volumes(visitor) == ["¥100M", "20", "67", "224", "1,120", "56,000"]
    assert chance(visitor) > before
    visitor.page.get_by_text("Changed, not saved").wait_for()


def test_levers_that_were_moved_come_back_after_another_choice(visit: Visit) -> None:
    visitor = opened(visit)
    moved = ["¥100M", "20", "67", "224", "1,120", "56,000"]
    raise_win_rate(visitor)
    visitor.press("Reset")
    tree(visitor).get_by_text("66,750").wait_for()
    visitor.press("Undo")
    tree(visitor).get_by_text("56,000").wait_for()
    box = visitor.page.get_by_role("combobox", name="Scenario")
    box.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):  # opens it, goes on by one, chooses
        visitor.page.keyboard.press(key)
        visitor.page.wait_for_timeout(300)
    visitor.page.get_by_text("Move one: the tree answers.").wait_for()
    assert volumes(visitor.calm()) != moved
    visitor.press("Undo")
    tree(visitor).get_by_text("56,000").wait_for()
    assert volumes(visitor.calm()) == moved


def test_typing_into_a_row_moves_the_tree_and_says_what_is_wrong(visit: Visit) -> None:
    visitor = opened(visit)
    tree(visitor).get_by_role("button", name="Lead-to-MQL rate").click()
    visitor.calm()
    visitor.type("Planned, %", "25")
    # 267 / 0.25 = 1,068, / 0.02 = 53,400
    tree(visitor).get_by_text("53,400").wait_for()
    assert volumes(visitor)[4:] == ["1,068", "53,400"]
    visitor.type("Planned, %", "101%")
    visitor.page.get_by_text("Must be at most 100%.").wait_for()
    assert visitor.field("Planned, %").input_value() == "101%"
    assert volumes(visitor)[4:] == ["1,068", "53,400"]
    tree(visitor).get_by_role("button", name="Opportunities").click()
    visitor.calm()
    visitor.type("Try a volume", "100")
    visitor.page.get_by_text("¥25M above the target").wait_for()
    assert volumes(visitor)[2] == "80", "a try is no change"


def test_nodes_are_picked_by_mouse_and_keyboard(visit: Visit) -> None:
    visitor = opened(visit)
    tree(visitor).get_by_role("button", name="Leads", exact=False).filter(has_text="1,335").click()
    visitor.page.get_by_role("heading", name="Leads", exact=True).wait_for()
    visitor.calm()
    assert tree(visitor).locator("button[aria-pressed='true']").count() == 1
    pill = tree(visitor).get_by_role("button", name="Win rate")
    pill.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("heading", name="Win rate", exact=True).wait_for()
    visitor.calm()
    assert pill.get_attribute("aria-pressed") == "true"
    visitor.page.keyboard.press("Tab")  # down the tree: the node below the pill
    visitor.page.keyboard.press("Space")
    visitor.page.get_by_role("heading", name="Opportunities", exact=True).wait_for()


def test_a_saved_scenario_stands_in_the_comparison(visit: Visit) -> None:
    visitor = opened(visit)
    raise_win_rate(visitor)
    visitor.page.get_by_role("button", name="Save", exact=True).first.click()
    name = visitor.page.get_by_role("textbox", name="Name")
    name.fill("Better <b>closing</b>")
    name.press("Enter")
    visitor.calm()
    visitor.press("Save as new")
    visitor.page.get_by_text("Saved as Better").wait_for()
    visitor.page.keyboard.press("Escape")
    tab(visitor, "Compare scenarios")
    table = visitor.page.get_by_role("region", name="Scenarios").get_by_role("table")
    table.wait_for()
    heads = table.get_by_role("columnheader").all_inner_texts()
    assert [head.casefold() for head in heads][1:] == ["today's rates", "better <b>closing</b>"]
    row = table.get_by_role("row").filter(has_text="Win rate").first.inner_text()
    assert "25.0%" in row
    assert "30.0%" in row
    assert "+20.0%" in row
    visitor.go("Export", "Export").go("KPI tree", "KPI tree")
    assert volumes(visitor)[-1] == "56,000"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_a_phone_on_any_tab(visit: Visit, dark: bool) -> None:
    visitor = opened(visit, phone=True, dark=dark)
    assert volumes(visitor) == WORKED
    wide: dict[str, list[str]] = {"page": visitor.too_wide()}
    for name in TABS:
        tab(visitor, name)
        wide[name] = visitor.too_wide()
    for item in ("Deal size", "Sessions", "Win rate"):
        tree(visitor).get_by_role("button", name=item).first.click()
        visitor.calm()
        wide[item] = visitor.too_wide()
    assert {place: found for place, found in wide.items() if found} == {}


def test_a_long_name_of_a_lane_fits_a_phone(visit: Visit) -> None:
    visitor = tab(opened(visit, phone=True), "Lanes and budget")
    box = visitor.page.get_by_role("combobox", name="Add a lane")
    box.fill("N" * 110)
    box.press("Enter")
    visitor.calm()
    wide = {}
    for name in TABS:
        wide[name] = tab(visitor, name).too_wide()
    assert {place: found for place, found in wide.items() if found} == {}
