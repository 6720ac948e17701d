"""The client room in a real browser: the whole story by keyboard, live sliders, a refresh, and its looks."""

from __future__ import annotations

from typing import Any

import pytest

Visit = Any
SIZES = [(1920, 1080), (1280, 800), (820, 1180), (390, 844)]
QUESTIONS = (
    "What do we want to reach?",
    "How far are we from it?",
    "Where do we lose the most?",
    "What closes the gap?",
)
TOO_WIDE = """() => {
  const root = document.querySelector('.stage') ?? [...document.querySelectorAll('*')]
    .map((element) => element.shadowRoot?.querySelector('.stage')).find(Boolean);
  const width = document.documentElement.clientWidth, found = [];
  for (const element of root.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (box.width && (box.right > width + 1 || box.left < -12) && !element.closest('.sr')) {
      found.push(`${element.className || element.tagName}: ${box.left} to ${box.right}`);
    }
  }
  return found;
}"""
LARGEST = """() => {
  const root = [...document.querySelectorAll('*')]
    .map((element) => element.shadowRoot?.querySelector('.stage')).find(Boolean);
  const sizes = [...root.querySelectorAll('*')].filter((e) => e.textContent && !e.children.length)
    .map((e) => [parseFloat(getComputedStyle(e).fontSize), e.className]);
  return sizes.sort((a, b) => b[0] - a[0])[0][1];
}"""


def opened(visit: Visit, sample: str = "Manufacturer", **how: Any) -> Any:
    """The room, from Home and by keyboard."""
    visitor = visit(**how)
    visitor.sample(sample)
    visitor.page.goto(f"{visitor.address}/")
    visitor.calm()
    visitor.page.get_by_role("button", name="Client room").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("heading", name=QUESTIONS[0]).wait_for()
    return visitor.calm()


def at(visitor: Any, number: int) -> Any:
    """Wait for a screen."""
    visitor.page.get_by_role("heading", name=QUESTIONS[number - 1]).wait_for()
    visitor.page.get_by_text(f"{number} of 4", exact=True).wait_for()
    return visitor.calm()


def answer(visitor: Any) -> str:
    return str(visitor.page.locator(".answer").inner_text())


def press(visitor: Any, *keys: str) -> Any:
    for key in keys:
        visitor.page.keyboard.press(key)
    return visitor


def test_the_whole_story_by_keyboard(visit: Visit) -> None:
    visitor = opened(visit)
    assert answer(visitor) == "¥100M"
    assert visitor.page.get_by_test_id("stTopNavLinkContainer").count() == 0
    at(press(visitor, "ArrowRight"), 2)
    assert answer(visitor) == "¥19M short"
    at(press(visitor, "ArrowRight"), 3)
    assert answer(visitor) == "No weak rate"
    at(press(visitor, "ArrowRight"), 4)
    press(visitor, "ArrowRight")  # there is no fifth
    at(visitor, 4)
    at(press(visitor, "2"), 2)
    at(press(visitor, "ArrowLeft"), 1)
    at(press(visitor, "4"), 4)
    slider = visitor.page.get_by_role("slider", name="Win rate")
    slider.focus()
    press(visitor, *["ArrowRight"] * 5)  # five points: 54,000 x 2% x 20% x 30% x 30% x 5M
    visitor.page.locator(".answer", has_text="¥97.2M").wait_for()
    at(visitor, 4)  # the arrow moved the slider, not the screen
    visitor.page.get_by_role("button", name="Reset").focus()
    press(visitor, "Enter")
    visitor.page.locator(".answer", has_text="¥81M").wait_for()
    visitor.calm()
    press(visitor, "Escape")
    visitor.wait_title("From goals to a marketing framework people sign off")
    visitor.page.get_by_test_id("stTopNavLinkContainer").first.wait_for()


def test_quick_keys_are_all_counted(visit: Visit) -> None:
    visitor = opened(visit)
    press(visitor, "ArrowRight", "ArrowRight", "ArrowRight")
    at(visitor, 4)
    press(visitor, "ArrowLeft", "ArrowLeft")
    at(visitor, 2)


def test_keys_typed_into_a_note_stay_there(visit: Visit) -> None:
    visitor = opened(visit)
    field = visitor.page.get_by_role("textbox", name="Private notes on this screen")
    press(visitor, "n")
    field.wait_for()
    visitor.page.keyboard.type("Ask first")
    press(visitor, "ArrowLeft", "ArrowRight", "2", "n")
    assert field.input_value() == "Ask first2n"
    press(visitor, "Escape")  # closes the drawer, not the room
    field.wait_for(state="hidden")
    at(press(visitor, "ArrowRight"), 2)
    visitor.open("/room")  # a refresh comes back to the same screen, with the note
    at(visitor, 2)
    at(press(visitor, "1"), 1)
    press(visitor, "n")
    assert field.input_value() == "Ask first2n"


def test_a_slider_answers_while_it_moves(visit: Visit) -> None:
    visitor = opened(visit)
    at(press(visitor, "4"), 4)
    slider = visitor.page.get_by_role("slider", name="Sessions a year")
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    visitor.page.mouse.move(box["x"] + box["width"] * 0.34, middle)
    visitor.page.mouse.down()
    for share in (0.5, 0.7, 0.9, 0.98):
        visitor.page.mouse.move(box["x"] + box["width"] * share, middle)
    visitor.page.locator(".answer.good").wait_for()  # covered, and the button is still down
    visitor.page.mouse.up()
    visitor.calm()
    shown = visitor.page.locator(".lever", has_text="Sessions a year").locator("b").inner_text()
    assert slider.get_attribute("aria-valuetext") == shown
    deals = float(shown.replace(",", "")) * 0.0003
    row = visitor.page.get_by_role("row", name="Deals").locator("td").nth(1)
    assert float(row.inner_text()) == pytest.approx(deals, abs=0.06)
    visitor.open("/room")  # a refresh keeps what was moved
    at(visitor, 4)
    assert slider.get_attribute("aria-valuetext") == shown


def test_the_presenter_swaps_a_slider(visit: Visit) -> None:
    visitor = opened(visit)
    at(press(visitor, "4"), 4)
    visitor.page.get_by_role("button", name="Sliders").click()
    visitor.calm()
    chosen = visitor.page.get_by_role("combobox", name="Sliders on screen")
    chosen.press("Backspace")  # takes the last one out; three are left
    visitor.calm()
    visitor.page.locator(".lever").nth(3).wait_for(state="detached")
    assert visitor.page.locator(".lever .name").all_inner_texts() == [
        "Sessions a year",
        "Average deal size",
        "Win rate",
    ]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_and_the_answer_is_the_largest(
    visit: Visit, size: tuple[int, int]
) -> None:
    visitor = opened(visit, "Sales-led enterprise", phone=size[0] < 500)
    visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
    for number in range(1, 5):
        at(press(visitor, str(number)), number)
        assert visitor.page.evaluate(TOO_WIDE) == []
        assert "answer" in visitor.page.evaluate(LARGEST)
