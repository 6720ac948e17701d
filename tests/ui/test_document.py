"""The framework as a document: everything is in it, nothing is blank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpi_core.models.framework import MeasurementFramework
from kpi_ui import document

Block = dict[str, Any]
SECTIONS = (
    "North star",
    "Metric hierarchy",
    "Baselines and targets",
    "From revenue to the first visit",
    "Definitions",
    "Dashboards",
    "Operating rhythm",
    "Marketing and sales agreement",
    "Sources",
)


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(key, text) of every text in the blocks."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item, key)


def table(blocks: list[Block], label: str) -> Block:
    """The table with that label."""
    (found,) = [b for b in blocks if b["kind"] == "table" and b["label"] == label]
    return found


def names(framework: MeasurementFramework) -> list[str]:
    """Names of the KPIs, in order."""
    return [framework.metric(kpi.metric_id).name for kpi in framework.kpis]


def test_sections_come_in_reading_order(framework: MeasurementFramework) -> None:
    blocks = document.blocks(framework)
    assert blocks[0]["kind"] == "hero"
    assert tuple(b["title"] for b in blocks if b["kind"] == "section") == SECTIONS
    ids = [block["id"] for block in blocks if block["kind"] == "section"]
    assert len(set(ids)) == len(ids)
    assert all(" " not in section_id for section_id in ids)


def test_every_kpi_is_in_hierarchy_targets_and_definitions(framework: MeasurementFramework) -> None:
    blocks = document.blocks(framework)
    expected = names(framework)
    cards = [
        item for b in blocks if b["kind"] == "cards" and b["columns"] == 4 for item in b["items"]
    ]
    assert sorted(card["title"] for card in cards) == sorted(expected)
    assert sum(card["accent"] for card in cards) == 4
    assert sum(card["eyebrow"].startswith("North star") for card in cards) == 1
    targets = table(blocks, "Baselines and targets")
    assert [row[0]["value"] for row in targets["rows"]] == expected
    assert [row[0] for row in table(blocks, "Definitions")["rows"]] == expected
    assert all(row[1] and row[2] for row in table(blocks, "Definitions")["rows"])


def test_tables_are_rectangular(framework: MeasurementFramework) -> None:
    for block in document.blocks(framework):
        if block["kind"] == "table":
            assert block["rows"]
            assert {len(row) for row in block["rows"]} == {len(block["columns"])}


def test_nothing_is_blank(framework: MeasurementFramework) -> None:
    required = ("title", "text", "term", "label", "name", "value", "items", "kind", "eyebrow")
    for key, text in texts(document.blocks(framework)):
        assert text.strip() or key not in required, f"an empty {key}"
        assert "None" not in text.split(), text
        assert "nan" not in text.casefold().split(), text


def test_the_head_names_company_star_and_revenue(worked_example: MeasurementFramework) -> None:
    hero = document.blocks(worked_example)[0]
    assert hero["eyebrow"] == worked_example.company.name
    assert hero["title"] == worked_example.name
    facts = {fact["label"]: fact["value"] for fact in hero["facts"]}
    assert facts["North star"] == worked_example.metric(worked_example.north_star.metric_id).name
    assert facts["Revenue target"] == "¥100M"
    assert facts["KPIs"] == str(len(worked_example.kpis))
    assert "2026-04-01" in hero["text"]


def test_the_plan_is_the_worked_example(worked_example: MeasurementFramework) -> None:
    (chain,) = [b for b in document.blocks(worked_example) if b["kind"] == "chain"]
    assert [step["value"] for step in chain["steps"]][1:] == ["20", "80", "267", "1,335", "66,750"]


def test_refused_candidates_stand_with_their_reason(framework: MeasurementFramework) -> None:
    refused = [c.refused for c in framework.north_star.candidates if c.refused]
    assert refused
    found = [text for _, text in texts(document.blocks(framework))]
    assert set(refused) <= set(found)


def test_owners_and_people_are_named(framework: MeasurementFramework) -> None:
    shown = " ".join(text for _, text in texts(document.blocks(framework)))
    for kpi in framework.kpis:
        assert framework.term("role", kpi.owner_role) in shown
        assert (kpi.owner_person or "") in shown


def test_every_source_used_is_cited(framework: MeasurementFramework) -> None:
    used = [kpi.metric_id for kpi in framework.kpis if kpi.benchmark_id]
    rows = table(document.blocks(framework), "Sources")["rows"]
    assert [row[0] for row in rows] == [framework.metric(metric).name for metric in used]
    assert all(row[2]["value"] and row[2]["note"] and row[3] and row[4] for row in rows)


def test_gaps_are_said_not_left_blank(build: Any) -> None:
    bare = build(
        {
            "data": {"tools": {}},
            "channels": [],
            "reviews": {c: {"held": False} for c in ("weekly", "monthly", "quarterly")},
            "kpis": {"win_rate": {"owner_role": "", "benchmark": ""}},
        }
    )
    blocks = document.blocks(bare)
    shown = [text for _, text in texts(blocks)]
    assert any("no channel yet" in text for text in shown)
    assert any(text == "nobody yet" for text in shown)
    test_nothing_is_blank(bare)
