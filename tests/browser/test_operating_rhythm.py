"""The operating rhythm in a real browser: define, test, sign, plan, download; and every screen."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import icalendar
import pytest

Visit = Any
Visitor = Any
TITLE = "Operating rhythm"
SAMPLE = "Sales-led"


def opened(visit: Visit, **settings: bool) -> Visitor:
    """The enterprise sample on the page."""
    return visit(**settings).sample(SAMPLE).go("Rhythm", TITLE)


def section(visitor: Visitor, name: str, sign: str) -> None:
    """Open a section and wait for a heading of it."""
    tabs = visitor.page.get_by_test_id("stButtonGroup").first
    tabs.get_by_role("radio", name=name, exact=True).click()
    visitor.page.get_by_role("heading", name=sign).first.wait_for()
    visitor.calm()


def cell(visitor: Visitor, label: str, text: str) -> None:
    """Type into a table's cell and leave it."""
    field = visitor.page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Tab")
    visitor.calm()


def see(visitor: Visitor, text: str) -> None:
    visitor.page.get_by_text(text).first.wait_for()


def test_the_journey_from_definition_to_calendar(visit: Visit) -> None:
    visitor = opened(visit)
    page = visitor.page

    # define the MQL: a demo brings less, the threshold is higher
    cell(visitor, "Demo request, points", "40")
    threshold = page.get_by_role("spinbutton", name="Threshold, points")
    threshold.fill("60")
    threshold.press("Enter")
    visitor.calm()
    see(visitor, "from 60 points on. It gets")
    see(visitor, "40 points for one demo request within 90 days")

    # test three leads: 20 for size and 20 for the title, 40 for a demo
    page.get_by_role("button", name="Paste or upload").click()
    page.get_by_role("textbox", name="Leads", exact=True).fill(
        "name,job title,company size,demo request\n"
        "Ana,Head of IT,2000,1\nBen,Analyst,2000,1\nCy,Director,20,\n"
    )
    visitor.press("Test these")
    see(visitor, "2 of 3 leads qualify")
    page.keyboard.press("Escape")
    results = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Result"))
    shown = results.first.inner_text()
    assert [part in shown for part in ("80 of 60", "60 of 60", "20 of 60")] == [True] * 3

    # agree on it
    page.get_by_role("textbox", name="Reason").fill("Agreed at the kick-off")
    visitor.press("Agree on this version")
    see(visitor, "It says what the definition says now.")

    # sign the agreement on both sides
    section(visitor, "Agreement", "Sign-off")
    for side, name in (("marketing", "Carol King"), ("sales", "Grant Hill")):
        page.get_by_role("textbox", name=f"Name, for {side}").fill(name)
        visitor.press(f"Sign for {side}")
        see(visitor, name)
    see(visitor, "Both sides have signed.")

    # plan the weekly review: Thursdays at 9:15 in Tokyo
    section(visitor, "Reviews", "Calendar")
    for label, option in (("Weekday", "Thursday"), ("Time zone", "Asia/Tokyo")):
        box = page.get_by_role("combobox", name=label)
        box.click()
        box.fill(option)
        page.get_by_role("option", name=option, exact=True).first.click()
        visitor.calm()
    see(visitor, "00 (Asia/Tokyo), 30 minutes.")  # an invisible joiner stands before it

    # the calendar, as another program reads it
    content = visitor.download("Download calendar (.ics)")
    events = list(icalendar.Calendar.from_ical(content).walk("VEVENT"))
    assert len(events) == 3
    weekly: Any = next(e for e in events if str(e["summary"]).startswith("Weekly"))
    start = weekly.decoded("dtstart")
    assert (start.weekday(), start.time(), str(start.tzinfo)) == (3, time(10), "Asia/Tokyo")
    assert start.date() >= date.today()
    assert weekly["rrule"]["count"][0] >= 52
    assert "1. Actions from last week" in str(weekly["description"])

    # all of it is still there after a reload
    visitor.open("/operating_rhythm")
    section(visitor, "Agreement", "Sign-off")
    see(visitor, "Both sides have signed.")


def test_a_wrong_cell_keeps_its_text_and_undo_takes_edits_back(visit: Visit) -> None:
    visitor = opened(visit)
    cell(visitor, "Demo request, points", "lots")
    see(visitor, "'lots' is not a number")
    field = visitor.page.get_by_role("textbox", name="Demo request, points", exact=True)
    assert field.input_value() == "lots"
    cell(visitor, "Demo request, points", "45")
    see(visitor, "45 points for one demo request")
    visitor.press("Undo")
    see(visitor, "50 points for one demo request")
    assert field.input_value() == "50"


def test_a_finding_is_mended_and_the_change_recorded(visit: Visit) -> None:
    visitor = opened(visit)
    page = visitor.page
    section(visitor, "Owners", "KPI by role")
    page.get_by_role("button", name="Win rate", exact=True).click()
    visitor.calm()
    owner = page.get_by_role("combobox", name="Answers for it")
    owner.click()
    owner.fill("Nobody")
    page.get_by_role("option", name="Nobody yet").first.click()
    visitor.calm()
    visitor.press("Give it to its usual owner")
    see(visitor, "Win rate: done. Undo takes it back.")
    page.get_by_role("textbox", name="Person (optional)").fill("Ada")
    page.keyboard.press("Enter")
    visitor.calm()
    section(visitor, "Changes", "Record why")
    page.get_by_role("textbox", name="Why").fill("Grant left")
    visitor.press("Record changes")
    see(visitor, "Nothing has changed")
    see(visitor, "Chief marketing officer: Grant left (1 change)")


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_screen(visit: Visit, dark: bool, phone: bool) -> None:
    visitor = opened(visit, dark=dark, phone=phone)
    wide = {}
    for name, sign in (
        ("Agreement", "Sign-off"),
        ("Owners", "KPI by role"),
        ("Reviews", "Action items"),
        ("Health", "What to mend"),
        ("Setup plan", "What to create where"),
        ("Changes", "Log"),
        ("Definitions", "Test bench"),
    ):
        section(visitor, name, sign)
        visitor.page.wait_for_timeout(200)
        wide[name] = visitor.too_wide()
    assert {place: found for place, found in wide.items() if found} == {}
