"""The actuals page in a real browser: real uploads, the mapping corrected, used, undone, and screens."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

Visit = Any
Visitor = Any
SAMPLE = "Sales-led"
LEADS = """Lead ID,Created Date,Lead Source,MQL Date
L1,2024-01-05,Organic Search,2024-01-10
L2,2024-01-20,Organic Search,
L3,2024-02-02,Email,2024-02-10
L4,2024-02-11,Email,2024-02-20
L5,2024-02-12,Pigeon post,
L5,2024-02-13,Pigeon post,
"""
DEALS = """Deal ID,Lead ID,Created,Stage,Close Date,Amount
D1,L1,2024-01-15,Closed Won,2024-03-01,"50,000"
D2,L3,2024-02-15,Closed Lost,2024-03-05,"40,000"
D3,L4,2024-02-25,Proposal,,"60,000"
"""
WIDTHS = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return [document.documentElement, main].map((e) => e.scrollWidth - e.clientWidth);
}"""


def opened(visit: Visit, **settings: bool) -> Visitor:
    """The enterprise sample on the actuals page."""
    return visit(**settings).sample(SAMPLE).go("Actuals", "Actuals")


def upload(visitor: Visitor, **files: str) -> Visitor:
    """Choose files; `leads` is `leads.csv`."""
    given = [
        {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()}
        for name, text in files.items()
    ]
    visitor.page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(given)
    for name in files:
        visitor.page.get_by_role("heading", name=f"{name}.csv").wait_for()
    return visitor.calm()


def read(visitor: Visitor) -> Visitor:
    visitor.page.get_by_role("button", name=re.compile(r"^Read [\d,]+ rows?$")).click()
    visitor.page.get_by_role("button", name="Use these actuals").wait_for(timeout=60_000)
    return visitor.calm()


def metric(visitor: Visitor, label: str) -> str:
    box = visitor.page.get_by_test_id("stMetric").filter(has_text=label)
    return str(box.get_by_test_id("stMetricValue").inner_text())


def test_upload_map_check_use_and_undo(visit: Visit) -> None:
    visitor = opened(visit)
    upload(visitor, leads=LEADS, deals=DEALS)
    read(visitor)
    assert (metric(visitor, "MQLs"), metric(visitor, "Won deals")) == ("3", "1")
    assert visitor.page.get_by_text("9 rows read, 8 used, 1 set aside").is_visible()
    rows = list(csv.reader(io.StringIO(visitor.download("Download all 1").decode("utf-8-sig"))))
    assert rows[0] == ["file", "row", "what", "reason", "text"]
    assert rows[1][:3] == ["leads.csv", "7", "row set aside"]
    visitor.press("Use these actuals")
    visitor.page.get_by_role("button", name="Open the dashboards").wait_for()
    assert visitor.page.get_by_text("8 rows of leads.csv and 1 more are in use.").is_visible()
    visitor.press("Undo")
    visitor.page.get_by_text("Nothing was uploaded yet").wait_for()
    visitor.press("Redo")
    visitor.page.get_by_role("button", name="Open the dashboards").wait_for()
    visitor.press("Open the dashboards")
    visitor.wait_title("dashboard")


def test_a_channel_is_given_its_meaning(visit: Visit) -> None:
    visitor = opened(visit)
    upload(visitor, leads=LEADS)
    visitor.page.get_by_text("Channels: 2 of 3 recognised").click()
    choice = visitor.page.get_by_role("combobox", name="Meaning of Pigeon post")
    choice.select_option(label="Referrals")
    visitor.page.get_by_text("Channels: 3 of 3 recognised").wait_for()
    read(visitor)
    assert visitor.page.get_by_role("button", name="Use these actuals").is_enabled()


def test_a_missing_column_stops_reading_until_it_is_chosen(visit: Visit) -> None:
    visitor = opened(visit)
    text = LEADS.replace("Created Date", "Erfasst").replace("MQL Date", "Notiz")
    upload(visitor, export=text)
    assert visitor.page.get_by_text("No column is chosen for Created.").is_visible()
    reading = visitor.page.get_by_role("button", name="Read 6 rows")
    assert reading.is_disabled()
    visitor.page.get_by_role("combobox", name=re.compile("Created")).click()
    visitor.page.get_by_role("option", name="Erfasst").click()
    visitor.calm()
    read(visitor)


def test_after_a_refresh_the_actuals_are_still_there(visit: Visit) -> None:
    visitor = opened(visit)
    upload(visitor, leads=LEADS)
    read(visitor).press("Use these actuals")
    visitor.page.get_by_role("button", name="Open the dashboards").wait_for()
    visitor.page.reload()
    visitor.wait_title("Actuals")
    visitor.page.get_by_role("button", name="Open the dashboards").wait_for()
    assert visitor.page.get_by_text("5 of 6 rows used").is_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_nothing_sticks_out(visit: Visit, phone: bool) -> None:
    visitor = opened(visit, phone=phone)
    assert max(visitor.page.evaluate(WIDTHS)) <= 1
    upload(visitor, leads=LEADS, deals=DEALS)
    assert max(visitor.page.evaluate(WIDTHS)) <= 1
    read(visitor)
    assert max(visitor.page.evaluate(WIDTHS)) <= 1
    visitor.press("Use these actuals")
    visitor.page.get_by_role("button", name="Open the dashboards").wait_for()
    assert max(visitor.page.evaluate(WIDTHS)) <= 1


def test_a_template_comes_back_as_values(visit: Visit) -> None:
    visitor = opened(visit)
    visitor.press("Download a template")
    content = visitor.download("A row for each metric").decode("utf-8-sig")
    head, first, *_ = csv.reader(io.StringIO(content))
    assert head == ["Period", "Metric", "Channel", "Segment", "Value"]
    filled = io.StringIO()
    csv.writer(filled).writerows([head, [*first[:4], "120"]])
    visitor.page.keyboard.press("Escape")
    upload(visitor, values=filled.getvalue())
    assert visitor.page.get_by_text("Metrics: 1 of 1 recognised").is_visible()
    read(visitor)


def test_hostile_text_stays_text(visit: Visit) -> None:
    visitor = opened(visit)
    bad = "<img src=x onerror=alert(1)>![x](https://evil.example/a.png)"
    upload(visitor, leads=LEADS.replace("Pigeon post", bad).replace("MQL Date", bad))
    visitor.page.get_by_text("Channels: 2 of 3 recognised").click()
    visitor.page.get_by_role("combobox", name=re.compile("Meaning of <img")).wait_for()
    read(visitor)
    visitor.press("Use these actuals")
    visitor.page.get_by_role("button", name="Open the dashboards").wait_for()
