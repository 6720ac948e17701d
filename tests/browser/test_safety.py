"""Hostile words and broken files: shown or refused, never run, nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

Visit = Any
HOSTILE = (
    "<img src=x onerror=alert(1)> ![i](//example.org/x.png) [a](javascript:alert(2)) **b** שלום",
    ":material/home: :streamlit: A -> B -- C $x$ =cmd() www.example.org me@example.org 🚀",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_text(visit: Visit, name: str) -> None:
    visitor = visit("/wizard")
    visitor.type("Company name", name)
    visitor.step("Review", "Review and finish")
    visitor.press("Finish").wait_title("Export")
    document = visitor.page.locator(".doc").first
    assert document.locator(".eyebrow").first.text_content() == name
    visitor.go("Home", "From goals to a marketing framework")
    head = visitor.page.get_by_test_id("stHeading").filter(has_text="measurement framework").first
    shown = head.locator("[data-heading-text]").first
    assert shown.inner_text().replace("\u2060", "") == f"{name} measurement framework"
    for page in (visitor.page.locator("body"), document):
        assert (
            page.locator("img[src='x'], img[src*='example.org'], [href*='example.org']").count()
            == 0
        )
        assert page.locator("[href^='javascript:']").count() == 0
    assert shown.locator("a, img, strong, code, [role='img']").count() == 0


def test_a_broken_file_says_so_and_keeps_the_work(visit: Visit) -> None:
    visitor = visit()
    visitor.sample("Japanese")
    content = visitor.download("JSON")
    visitor.go("Home", "From goals to a marketing framework")
    newer = json.dumps({**json.loads(content), "schema_version": 99}).encode()
    for broken, said in (
        (content[:5000], "It ends in the middle"),
        (newer, "saved by a newer version of this tool"),
        (b"[" * 90_000, "nested too deeply"),
    ):
        visitor.upload("<b>broken</b>.json", broken)
        visitor.page.get_by_text("was not opened. Your current work is untouched.").wait_for()
        visitor.page.get_by_text(said).first.wait_for()
        visitor.calm()
    visitor.upload("huge.json", b" " * (5 * 1024 * 1024 + 1))
    visitor.page.get_by_text("5.0MB").or_(visitor.page.get_by_text("5MB")).first.wait_for()
    visitor.go("Export", "Export")
    assert visitor.download("JSON") == content
