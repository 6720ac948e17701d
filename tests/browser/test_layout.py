"""Every page and step on a phone, light and dark: nothing is wider than the screen."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_ui.steps import STEPS

Visit = Any


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_a_phone(visit: Visit, dark: bool) -> None:
    visitor = visit(phone=True, dark=dark)
    wide = {"home, empty": visitor.too_wide()}
    visitor.sample("Sales-led")
    wide["export"] = visitor.too_wide()
    background = visitor.page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    )
    assert background == ("rgb(15, 19, 25)" if dark else "rgb(255, 255, 255)")
    visitor.page.get_by_role("button", name="Go to").first.click()
    visitor.page.get_by_role("navigation", name="Wizard steps").wait_for()
    visitor.calm()
    for step in STEPS:
        steps = visitor.page.get_by_role("navigation", name="Wizard steps")
        steps.get_by_role("button", name=step.label).click()
        visitor.wait_title(step.title)
        wide[step.id] = visitor.too_wide()
    assert {place: found for place, found in wide.items() if found} == {}
