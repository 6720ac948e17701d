"""Scenarios side by side."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.kpi_tree.compare import ComparedValue, Comparison, compare_scenarios
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario


def lane(name: str = "a", win: float = 0.25, **fields: Any) -> dict[str, Any]:
    """1,000 leads a year at 40% and `win`, 10,000 a deal."""
    steps = [("leads", 1000.0), ("opportunities", None), ("deals", None)]
    return {
        "id": name,
        "name": name,
        "steps": [{"id": key, "name": key.capitalize(), "now": now} for key, now in steps],
        "rates": [
            {"metric_id": "create", "name": "Create", "source": "t", "value": 0.4, "now": 0.4},
            {"metric_id": "win", "name": "Win", "source": "t", "value": win, "now": 0.25},
        ],
        "average_deal_size": 10_000,
        **fields,
    }


def scenario(*lanes: dict[str, Any], **fields: Any) -> Scenario:
    base = {"id": "s", "name": "S", "revenue_target": 2_000_000, "lanes": lanes}
    return Scenario.model_validate({**base, **fields})


def by_name(rows: tuple[Comparison, ...]) -> dict[str, Comparison]:
    return {row.name: row for row in rows}


def test_a_higher_win_rate_by_hand() -> None:
    # base: 200 deals, 800 opportunities, 2,000 leads; at 32%: 625 opportunities, 1,563 leads (1,562.5 up)
    rows = by_name(compare_scenarios([scenario(lane()), scenario(lane(win=0.32))]))
    assert list(rows) == [
        "Revenue target", "Revenue from marketing", "Today's pace brings",
        "Deals", "Opportunities", "Leads", "Pipeline value", "Win", "Create",
    ]  # fmt: skip
    assert values(rows["Deals"]) == [(200, 0), (200, 0)]
    assert values(rows["Opportunities"]) == [(800, 0), (625, pytest.approx(-0.21875))]
    assert values(rows["Leads"]) == [(2000, 0), (1563, pytest.approx(-0.2185))]
    assert values(rows["Win"]) == [(0.25, 0), (0.32, pytest.approx(0.28))]
    assert values(rows["Create"]) == [(0.4, 0), (0.4, 0)]
    # today is not what is planned: 1,000 x 0.4 x 0.25 = 100 deals = 1M in both
    assert values(rows["Today's pace brings"]) == [(1_000_000, 0), (1_000_000, 0)]
    assert values(rows["Pipeline value"]) == [
        (8_000_000, 0),
        (6_250_000, pytest.approx(-0.21875)),
    ]
    units = {row.name: row.unit for row in rows.values()}
    assert (units["Win"], units["Deals"]) == (Unit.RATIO, Unit.COUNT)
    assert units["Revenue target"] is units["Pipeline value"] is Unit.MONEY


def values(row: Comparison) -> list[tuple[Any, Any]]:
    return [(value.value, value.change) for value in row.values]


def test_spend_appears_once_a_scenario_has_it() -> None:
    assert "Spend" not in by_name(compare_scenarios([scenario(lane())]))
    rows = by_name(compare_scenarios([scenario(lane()), scenario(lane(cost_per_lead=10))]))
    # paid for at the second step: 800 x 10
    assert rows["Spend"].values == (ComparedValue(None, None), ComparedValue(8000, None))


def test_no_change_is_told_from_a_first_value_of_zero() -> None:
    covered = scenario(lane(), existing_customer_revenue=2_000_000)
    rows = by_name(compare_scenarios([covered, scenario(lane())]))
    assert rows["Deals"].values == (ComparedValue(0, None), ComparedValue(200, None))
    assert rows["Revenue target"].values == (
        ComparedValue(2_000_000, 0),
        ComparedValue(2_000_000, 0),
    )


def test_rates_are_compared_only_for_single_lanes() -> None:
    two = scenario(lane(share=0.5), lane("b", share=0.5))
    rows = by_name(compare_scenarios([scenario(lane()), two]))
    assert "Win" not in rows
    assert values(rows["Deals"]) == [(200, 0), (200, 0)]


def test_steps_of_other_funnels_stand_beside_each_other() -> None:
    short = lane()
    short["steps"] = [short["steps"][0], {"id": "customers", "name": "Customers"}]
    short["rates"] = [short["rates"][1]]
    rows = by_name(compare_scenarios([scenario(lane()), scenario(short)]))
    assert rows["Deals"].values == (ComparedValue(200, 0), ComparedValue(None, None))
    assert rows["Customers"].values == (ComparedValue(None, None), ComparedValue(200, None))
    assert rows["Create"].values == (ComparedValue(0.4, 0), ComparedValue(None, None))
    # 200 / 0.25
    assert rows["Leads"].values[1] == ComparedValue(800, pytest.approx(-0.6))
