"""Every page and step on a phone, light and dark: nothing is wider than the screen."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_ui.steps import STEPS

Visit = Any
TOO_WIDE = """() => {
  const found = [], width = document.documentElement.clientWidth;
  const over = (element) => element.scrollWidth - element.clientWidth;
  if (over(document.documentElement) > 0) found.push(`page ${over(document.documentElement)} px`);
  const main = document.querySelector('[data-testid="stMain"]');
  if (over(main) > 1) found.push(`main ${over(main)} px`);
  const scrolls = (element) => {
    for (let e = element; e && e !== main; e = e.parentElement ?? e.getRootNode().host) {
      if (getComputedStyle(e).overflowX !== 'visible') return true;
    }
    return false;
  };
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      const box = element.getBoundingClientRect();
      if (box.width && box.height && box.right > width + 1 && !scrolls(element)) {
        const text = (element.innerText ?? '').slice(0, 40);
        found.push(`${element.tagName} ${Math.round(box.right - width)} px: ${text}`);
      }
    }
  };
  look(main);
  return found.slice(0, 5);
}"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_a_phone(visit: Visit, dark: bool) -> None:
    visitor = visit(phone=True, dark=dark)
    wide = {"home, empty": visitor.page.evaluate(TOO_WIDE)}
    visitor.page.get_by_role("button", name="Sales-led").first.click()
    visitor.wait_title("Export")
    wide["export"] = visitor.page.evaluate(TOO_WIDE)
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
        wide[step.id] = visitor.page.evaluate(TOO_WIDE)
    assert {place: found for place, found in wide.items() if found} == {}
