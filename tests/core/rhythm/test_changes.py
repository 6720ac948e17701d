"""The readable difference of two frameworks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.catalog.loader import Catalog
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MOST_CHANGES, OperatingRhythm
from kpi_core.rhythm.changes import (
    AREAS,
    MOST_LINES,
    change_entry,
    change_words,
    changes,
    with_entry,
)

TODAY = date(2026, 4, 1)
Document = dict[str, Any]
Edit = Callable[[Document], object]


def kpi(document: Document, metric_id: str) -> Document:
    return next(k for k in document["kpis"] if k["metric_id"] == metric_id)


def metric(document: Document, metric_id: str) -> Document:
    return next(m for m in document["metrics"] if m["id"] == metric_id)


def target(value: float) -> Edit:
    return lambda d: kpi(d, "win_rate")["target"].update(value=value)


@pytest.fixture
def example(worked_example: MeasurementFramework, changed: Any) -> MeasurementFramework:
    return changed(worked_example, target(0.29))


def test_equal_documents_have_no_change(framework: MeasurementFramework) -> None:
    assert changes(framework, framework) == ()
    again = MeasurementFramework.model_validate_json(framework.model_dump_json())
    assert changes(framework, again) == ()


def test_saving_again_is_no_change(example: MeasurementFramework, changed: Any) -> None:
    later = changed(example, lambda d: d.update(updated_on="2027-01-01", catalog_version="2027.1"))
    assert changes(example, later) == ()


@pytest.mark.parametrize(
    ("edit", "area", "words"),
    [
        (target(0.3), "Targets", "Win rate, target: 29.0% became 30.0%"),
        (target(0.2901), "Targets", "Win rate, target: 29.0% (0.29) became 29.0% (0.2901)"),
        (
            lambda d: kpi(d, "win_rate").update(owner_role="ceo"),
            "Owners",
            "Win rate, owner: Sales leader became Chief executive",
        ),
        (
            lambda d: kpi(d, "win_rate").update(owner_role=None),
            "Owners",
            "Win rate, owner: Sales leader became nobody yet",
        ),
        (
            lambda d: kpi(d, "win_rate").update(cadence="weekly"),
            "KPIs",
            "Win rate, cadence: monthly became weekly",
        ),
        (
            lambda d: metric(d, "win_rate").update(definition="Won of closed."),
            "Definitions",
            "Win rate, definition: ",
        ),
        (
            lambda d: d["funnel_plan"].update(revenue_target=2e8),
            "Funnel plan",
            "became ¥200,000,000",
        ),
        (
            lambda d: d["funnel_plan"]["rates"][-1].update(value=0.5),
            "Funnel plan",
            "Win rate, planned rate: 25.0%, own history became 50.0%, own history",
        ),
        (
            lambda d: d["company"].update(sales_cycle_days=10),
            "Company",
            "Sales cycle: 150 days became 10 days",
        ),
        (
            lambda d: d["operating_rhythm"]["reviews"][0].update(duration_minutes=45),
            "Reviews",
            "Weekly operational review, duration: 30 minutes became 45 minutes",
        ),
        (
            lambda d: d["operating_rhythm"].update(time_zone="Europe/Berlin"),
            "Reviews",
            "Time zone: Asia/Tokyo became Europe/Berlin",
        ),
        (
            lambda d: d["agreement"].update(response_hours=4),
            "Agreement",
            "Response time: 8 working hours became 4 working hours",
        ),
        (
            lambda d: d["agreement"]["commitments"][1].update(value=300),
            "Agreement",
            "spread over the year as planned. (300)",
        ),
        (
            lambda d: d["agreement"]["definitions"][0]["rules"].update(threshold=60),
            "Lead definitions",
            "Marketing-qualified lead (MQL), threshold: 50 points became 60 points",
        ),
        (
            lambda d: d["dashboards"]["executive"]["metric_ids"].reverse(),
            "Dashboards",
            "Executive dashboard: ",
        ),
    ],
)
def test_one_change_is_one_line(
    example: MeasurementFramework, changed: Any, edit: Edit, area: str, words: str
) -> None:
    found = changes(example, changed(example, edit))
    assert [line.area for line in found] == [area]
    assert words in change_words(found[0])
    assert len(changes(changed(example, edit), example)) == 1


def test_a_kpi_removed_and_added_is_one_line_each_way(
    example: MeasurementFramework, changed: Any
) -> None:
    fewer = changed(
        example,
        lambda d: d.update(kpis=[k for k in d["kpis"] if k["metric_id"] != "win_rate"]),
    )
    (line,) = [x for x in changes(example, fewer) if x.metric_id == "win_rate"]
    assert change_words(line) == (
        "Win rate: removed, was conversion, supporting, target 29.0%, owner Sales leader"
    )
    (line,) = [x for x in changes(fewer, example) if x.metric_id == "win_rate"]
    assert (line.before, line.area) == (None, "KPIs")


def test_a_review_dropped_and_a_definition_added_are_one_line(
    example: MeasurementFramework, changed: Any
) -> None:
    def edit(document: Document) -> None:
        document["operating_rhythm"]["reviews"].pop()
        mql = document["agreement"]["definitions"][0]
        document["agreement"]["definitions"].append({**mql, "id": "aql", "name": "AQL"})

    found = changes(example, changed(example, edit))
    assert [(x.area, x.what, x.before is None, x.after is None) for x in found] == [
        ("Reviews", "Quarterly framework review", False, True),
        ("Lead definitions", "AQL", True, False),
    ]


def test_two_promises_alike_are_told_apart(example: MeasurementFramework, changed: Any) -> None:
    def edit(document: Document) -> None:
        promise = document["agreement"]["commitments"][1]
        document["agreement"]["commitments"].append({**promise, "statement": "Once more."})

    (line,) = changes(example, changed(example, edit))
    assert (line.before, line.after) == (None, "Once more.")


def test_scenarios_are_compared_by_input(
    example: MeasurementFramework, changed: Any, catalog: Catalog
) -> None:
    saved = base_scenario(example, catalog).model_dump(mode="json")
    one = changed(example, lambda d: d.update(scenarios=[saved]))
    (added,) = changes(example, one)
    assert (added.area, added.before) == ("Scenarios", None)

    def edit(document: Document) -> None:
        document["scenarios"][0]["lanes"][0]["rates"][0]["value"] = 0.05
        document["scenarios"][0]["budget"] = 1_000_000

    found = [change_words(line) for line in changes(one, changed(one, edit))]
    assert found == [
        "Today's rates, lanes 1 rates 1 value: 0.02 became 0.05",
        "Today's rates, budget: none became ¥1,000,000",
    ]


def test_each_currency_is_shown_as_it_is(build: Any, catalog: Catalog) -> None:
    one = build(catalog.samples["sales_led_enterprise_saas_usd"].answers)
    other = build(catalog.samples["hybrid_mid_market_gbp"].answers)
    lines = {line.what: line for line in changes(one, other)}
    deal = lines["Average deal size"]
    assert (deal.before, deal.after) == ("$120,000", "£28,000")
    areas = [AREAS.index(line.area) for line in changes(one, other)]
    assert areas == sorted(areas)
    assert changes(one, other) == changes(one, other)


@settings(max_examples=30)
@given(data=st.data())
def test_any_framework_equals_itself_and_changes_are_symmetric(
    data: st.DataObject,
    valid_answers: SearchStrategy[dict[str, Any]],
    build: Callable[..., MeasurementFramework],
    worked_example: MeasurementFramework,
) -> None:
    other = build(data.draw(valid_answers))
    assert changes(other, other) == ()
    there = [(x.area, x.before, x.after) for x in changes(worked_example, other)]
    back = [(x.area, x.after, x.before) for x in changes(other, worked_example)]
    assert Counter(there) == Counter(back)


def test_an_entry_keeps_who_when_why(example: MeasurementFramework, changed: Any) -> None:
    lines = changes(example, changed(example, target(0.3)))
    entry = change_entry(lines, TODAY, "cmo", "Better season.")
    assert entry is not None
    assert (entry.role, entry.why, entry.lines) == ("cmo", "Better season.", lines)
    assert change_entry((), TODAY, "cmo", "Nothing.") is None


def test_a_long_entry_says_how_much_it_leaves_out(
    example: MeasurementFramework, changed: Any
) -> None:
    (line,) = changes(example, changed(example, target(0.3)))
    entry = change_entry([line] * (MOST_LINES + 3), TODAY, "cmo", "Much.")
    assert entry is not None
    assert len(entry.lines) == MOST_LINES
    assert entry.lines[-1].after == "4"
    exact = change_entry([line] * MOST_LINES, TODAY, "cmo", "Much.")
    assert exact is not None
    assert exact.lines[-1] == line


def test_the_log_drops_its_oldest_entries(example: MeasurementFramework, changed: Any) -> None:
    lines = changes(example, changed(example, target(0.3)))
    rhythm = OperatingRhythm(reviews=())
    for day in (1, 2):
        entry = change_entry(lines, date(2026, 4, day), "cmo", "Why.")
        assert entry is not None
        rhythm = with_entry(rhythm, entry)
    assert [entry.changed_on.day for entry in rhythm.change_log] == [1, 2]
    full = OperatingRhythm(reviews=(), change_log=rhythm.change_log[:1] * MOST_CHANGES)
    assert entry is not None
    after = with_entry(full, entry)
    assert (len(after.change_log), after.change_log[-1]) == (MOST_CHANGES, entry)
