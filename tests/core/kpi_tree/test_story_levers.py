"""The live levers: which come first, what values they take, and what moving one changes."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.kpi_tree.story_levers import Lever, chosen, levers, moved, readable_step
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario

STEPS = ("sessions", "leads", "opportunities", "deals")


def scenario(**references: float) -> Scenario:
    """100M with 54,000 sessions, rates 2%, 6% and 25% that may have references."""
    rates = [
        {
            "metric_id": name,
            "name": name,
            "value": value,
            "now": value,
            "reference": references.get(name),
            "source": "test",
        }
        for name, value in (("first", 0.02), ("second", 0.06), ("win", 0.25))
    ]
    steps: list[dict[str, Any]] = [{"id": x, "name": x} for x in STEPS]
    steps[0]["now"] = 54_000
    lane = {"id": "all", "name": "All", "steps": steps, "rates": rates}
    raw = {
        "id": "base",
        "name": "Base",
        "revenue_target": 1e8,
        "lanes": [{**lane, "average_deal_size": 5e6}],
    }
    return Scenario.model_validate_json(json.dumps(raw))


def ids(base: Scenario, what_if: Scenario | None = None) -> list[str]:
    return [lever.id for lever in levers(base, what_if or base, what_if or base)]


def test_rates_with_money_at_stake_come_first() -> None:
    # at stake: win 20% of today's revenue, second 50% of it
    assert ids(scenario(win=0.3, second=0.09)) == [
        "all.second",
        "all.win",
        "all:volume",
        "all:deal",
        "all.first",
        "target",
    ]


def test_without_references_volume_and_deal_size_come_first() -> None:
    assert ids(scenario())[:3] == ["all:volume", "all:deal", "all.win"]


def test_a_what_if_with_other_steps_leaves_only_what_both_have() -> None:
    raw = scenario().model_dump(mode="json")
    raw["lanes"][0]["rates"][0]["metric_id"] = "other"
    assert ids(scenario(), Scenario.model_validate_json(json.dumps(raw))) == ["target"]


def test_a_volume_of_zero_cannot_be_moved() -> None:
    raw = scenario().model_dump(mode="json")
    raw["lanes"][0]["steps"][0]["now"] = 0
    assert "all:volume" not in ids(Scenario.model_validate_json(json.dumps(raw)))


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ((), ["all:volume", "all:deal", "all.win", "all.second"]),
        (("target", "all.win", "all.first"), ["target", "all.win", "all.first"]),
        (("target", "all.win"), ["all:volume", "all:deal", "all.win", "all.second"]),
        (("target", "all.win", "gone"), ["all:volume", "all:deal", "all.win", "all.second"]),
        (("target", "target", "all.win"), ["all:volume", "all:deal", "all.win", "all.second"]),
        (
            ("target", "all.win", "all.first", "all.second", "all:deal", "all:volume"),
            ["all:volume", "all:deal", "all.win", "all.second"],
        ),
    ],
)
def test_three_to_five_are_shown(wanted: tuple[str, ...], shown: list[str]) -> None:
    base = scenario()
    assert [x.id for x in chosen(levers(base, base, base), wanted)] == shown


def lever(base: float, kind: Any = "rate", start: float | None = None) -> Lever:
    begun = base if start is None else start
    return Lever("x", kind, "all", 0, "X", "All", Unit.RATIO, base, begun, begun)


def test_the_values_of_a_rate_of_18_percent() -> None:
    # a 25th of 18% is 0.72%, so steps of half a point from 9% to 36%: 55 values
    grid = lever(0.18).grid
    assert (grid[0], grid[-1], len(grid)) == (0.09, 0.36, 55)
    assert 0.185 in grid


def test_a_rate_stops_at_all() -> None:
    assert lever(0.8).grid[-1] == 1.0


def test_the_base_is_on_the_grid_even_between_steps() -> None:
    grid = lever(171_428.57, "volume").grid
    assert 171_428.57 in grid
    assert (grid[0], grid[-1]) == (90_000, 340_000)


def test_a_prepared_value_far_away_is_on_the_grid() -> None:
    found = lever(0.1, start=0.5)
    assert (found.grid[-1], found.at) == (0.5, len(found.grid) - 1)


@given(st.floats(0.000001, 1))
def test_every_rate_has_a_short_rising_grid_with_its_base(base: float) -> None:
    grid = lever(base).grid
    assert list(grid) == sorted(set(grid))
    assert base in grid
    assert 1 <= len(grid) <= 100
    assert 0.000001 <= grid[0] <= grid[-1] <= 1


@given(st.floats(0.01, 1e15))
def test_every_amount_has_a_grid_the_model_takes(base: float) -> None:
    grid = lever(base, "deal").grid
    assert base in grid
    assert 0.01 <= grid[0] <= grid[-1] <= 1e15
    assert len(grid) <= 100


@pytest.mark.parametrize(
    ("largest", "step"), [(0.0072, Fraction(1, 200)), (6857, 5000), (2, 2), (1.99, 1), (0, 1)]
)
def test_readable_steps(largest: float, step: Fraction) -> None:
    assert readable_step(largest) == step


def test_each_lever_moves_its_own_number() -> None:
    base = scenario()
    found = {x.id: x for x in levers(base, base, base)}
    assert moved(base, found["target"], 2e8).revenue_target == 2e8
    assert moved(base, found["all:deal"], 6e6).lanes[0].average_deal_size == 6e6
    assert moved(base, found["all:volume"], 60_000).lanes[0].steps[0].now == 60_000
    changed = moved(base, found["all.second"], 0.07)
    assert [rate.value for rate in changed.lanes[0].rates] == [0.02, 0.07, 0.25]
    assert base == scenario()
