"""Changes to a scenario: new ones are made, the old one stays, the impossible is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kpi_core.kpi_tree.draws import volume_basis
from kpi_core.kpi_tree.edit import (
    add_step,
    find_lane,
    remove_step,
    with_chain,
    with_lane,
    with_rate,
    with_step,
    with_values,
)
from kpi_core.kpi_tree.lane_edit import MAX_LANES, add_lane, remove_lane
from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.simulate import simulate
from kpi_core.models.tree import Counts, Scenario


def lane(name: str, share: float = 1.0, rates: tuple[float, ...] = (0.1, 0.5)) -> dict[str, Any]:
    return {
        "id": name,
        "name": name.upper(),
        "share": share,
        "steps": [
            {"id": f"s{i}", "name": f"Step {i}", "now": 100.0} for i in range(len(rates) + 1)
        ],
        "rates": [
            {"metric_id": f"r{i}", "name": f"Rate {i}", "source": "test", "value": v, "now": v}
            for i, v in enumerate(rates)
        ],
        "average_deal_size": 10,
    }


def scenario(*lanes: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": 1000, "lanes": lanes or [lane("a")]}
    )


TWO = scenario(lane("a", 0.6), lane("b", 0.4))


@pytest.mark.parametrize(
    ("edit", "read", "value"),
    [
        (lambda s: with_values(s, revenue_target=500), lambda s: s.revenue_target, 500),
        (lambda s: with_values(s, rounding="exact"), lambda s: s.rounding, "exact"),
        (lambda s: with_lane(s, "b", share=0.9), lambda s: s.lanes[1].share, 0.9),
        (lambda s: with_rate(s, "b", 1, value=0.7), lambda s: s.lanes[1].rates[1].value, 0.7),
        (lambda s: with_rate(s, "b", 1, now=None), lambda s: s.lanes[1].rates[1].now, None),
        (lambda s: with_step(s, "b", 0, now=7), lambda s: s.lanes[1].steps[0].now, 7),
        (lambda s: with_step(s, "b", 2, name="Won"), lambda s: s.lanes[1].steps[2].name, "Won"),
    ],
)
def test_one_field_changes_and_nothing_else(
    edit: Callable[[Scenario], Scenario], read: Callable[[Scenario], Any], value: Any
) -> None:
    before = TWO.model_dump_json()
    changed = edit(TWO)
    assert read(changed) == value
    assert read(TWO) != value
    assert TWO.model_dump_json() == before
    assert changed.lanes[0] == TWO.lanes[0]
    old, new = before.split(","), changed.model_dump_json().split(",")
    assert len(old) == len(new)
    assert sum(x != y for x, y in zip(old, new, strict=True)) == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: with_values(s, revenue_target=0),
        lambda s: with_values(s, revenue_target=float("nan")),
        lambda s: with_values(s, lanes=[]),
        lambda s: with_values(s, colour="red"),
        lambda s: with_lane(s, "a", share=1.5),
        lambda s: with_lane(s, "a", average_deal_size=-1),
        lambda s: with_rate(s, "a", 0, value=0),
        lambda s: with_rate(s, "a", 0, value=1.01),
        lambda s: with_rate(s, "a", 0, counts={"successes": 11, "trials": 10}),
        lambda s: with_step(s, "a", 0, now=-1),
        lambda s: with_step(s, "a", 0, id="s1"),
        lambda s: with_values(s, time={"months": 36}),
    ],
)
def test_impossible_values_are_refused(edit: Callable[[Scenario], Scenario]) -> None:
    before = TWO.model_dump_json()
    with pytest.raises(ValidationError):
        edit(TWO)
    assert TWO.model_dump_json() == before


@pytest.mark.parametrize("edit", [with_rate, with_step])
def test_a_position_that_is_not_there_is_refused(edit: Callable[..., Scenario]) -> None:
    with pytest.raises(IndexError):
        edit(TWO, "a", 3, name="x")


def test_find_lane_falls_back_to_the_first() -> None:
    assert find_lane(TWO, "b").id == "b"
    assert find_lane(TWO, "nowhere").id == "a"


def test_with_chain_replaces_the_lane_of_that_id() -> None:
    other = scenario(lane("b", 0.4, (0.2, 0.3, 0.4))).lanes[0]
    found = with_chain(TWO, other)
    assert found.lanes == (TWO.lanes[0], other)


# ---- steps ----


def test_a_new_step_stands_above_the_last_one() -> None:
    found = add_step(TWO, "b", "Trial").lanes[1]
    assert [step.id for step in found.steps] == ["s0", "s1", "step_1", "s2"]
    assert [rate.value for rate in found.rates] == [0.1, 0.5, 0.5]
    assert len(TWO.lanes[1].steps) == 3


def test_ten_steps_are_the_most_and_two_the_least() -> None:
    found = TWO
    for _ in range(7):
        found = add_step(found, "a")
    ids = [step.id for step in found.lanes[0].steps]
    assert len(set(ids)) == 10
    with pytest.raises(ValueError, match="10 steps are the most"):
        add_step(found, "a")
    for _ in range(8):
        found = remove_step(found, "a", 1)
    with pytest.raises(ValueError, match="2 steps are the least"):
        remove_step(found, "a", 0)


def test_removing_a_step_bridges_the_gap() -> None:
    three = scenario(lane("a", 1, (0.2, 0.3, 0.4)))
    middle = remove_step(three, "a", 1).lanes[0]
    assert [step.id for step in middle.steps] == ["s0", "s2", "s3"]
    assert [rate.value for rate in middle.rates] == [pytest.approx(0.06), 0.4]
    assert [rate.value for rate in remove_step(three, "a", 0).lanes[0].rates] == [0.3, 0.4]
    assert [rate.value for rate in remove_step(three, "a", 3).lanes[0].rates] == [0.2, 0.3]


@given(st.lists(st.integers(1, 100), min_size=2, max_size=6), st.data())
@settings(max_examples=50)
def test_a_step_inside_taken_out_leaves_the_ends_alone(
    percents: list[int], data: st.DataObject
) -> None:
    rates = tuple(percent / 100 for percent in percents)
    start = with_values(scenario(lane("a", 1, rates)), rounding="exact")
    position = data.draw(st.integers(1, len(rates) - 1))
    before, after = (solve(x).total.steps for x in (start, remove_step(start, "a", position)))
    kept = [step for i, step in enumerate(before) if i != position]
    assert [step.id for step in after] == [step.id for step in kept]
    for x, y in zip(after, kept, strict=True):
        assert x.required == pytest.approx(y.required, rel=1e-9)


# ---- lanes ----


def test_a_new_lane_takes_an_even_share_in_proportion() -> None:
    # one of three: a third; 60 and 40% of the other two thirds
    found = add_lane(TWO, "New")
    assert [x.share for x in found.lanes] == [
        pytest.approx(0.4),
        pytest.approx(0.8 / 3),
        pytest.approx(1 / 3),
    ]
    new = found.lanes[2]
    assert (new.id, new.name) == ("lane_2", "New")
    assert [(rate.value, rate.now) for rate in new.rates] == [(0.1, 0.1), (0.5, 0.5)]
    assert len(TWO.lanes) == 2


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8), st.integers(1, 5))
@settings(max_examples=50)
def test_added_lanes_keep_the_sum_and_the_others_proportions(shares: list[int], times: int) -> None:
    start = scenario(*(lane(f"l{i}", share / 100) for i, share in enumerate(shares)))
    found = start
    for _ in range(times):
        found = add_lane(found, "New")
    assert solve(found).shares_sum == pytest.approx(1, rel=1e-12)
    assert len({x.id for x in found.lanes}) == len(shares) + times
    for old, new in zip(start.lanes, found.lanes, strict=False):
        ratio = start.lanes[0].share / found.lanes[0].share
        assert new.share * ratio == pytest.approx(old.share, rel=1e-9)


def test_twenty_lanes_are_the_most() -> None:
    full = scenario(*(lane(f"l{i}", 0.05) for i in range(MAX_LANES)))
    with pytest.raises(ValueError, match="20 lanes are the most"):
        add_lane(full, "New")
    assert len(add_lane(remove_lane(full, "l3"), "New").lanes) == MAX_LANES


def test_removing_a_lane_leaves_the_others_as_they_are() -> None:
    found = remove_lane(TWO, "a")
    assert found.lanes == (TWO.lanes[1],)
    # alone, it brings everything: shares are scaled when solved
    assert solve(found).lanes[0].revenue_required == 1000
    assert remove_lane(found, "b") == found
    assert remove_lane(TWO, "no_such_lane") == TWO


def volumes(plan: Scenario, step: int = 0) -> list[float | None]:
    return [x.steps[step].now for x in plan.lanes]


def test_todays_volumes_are_divided_and_stay_the_same_together() -> None:
    plan = with_step(scenario(), "a", 0, now=101, low=80, high=131.5)
    two = add_lane(plan, "New")
    # halves of 101 in whole units: 50 (half to even) and 51
    assert volumes(two) == [51, 50]
    assert [x.steps[0].low for x in two.lanes] == [40, 40]
    assert [x.steps[0].high for x in two.lanes] == [65.75, 65.75]
    three = add_lane(two, "Newer")
    # a third of 51 is 17, of 50 is 17 (16.67)
    assert volumes(three) == [34, 33, 34]
    assert solve(three).total.revenue_now == pytest.approx(101 * 0.1 * 0.5 * 10)


def test_what_is_not_known_stays_so() -> None:
    two = add_lane(with_step(scenario(), "a", 0, now=None), "New")
    assert volumes(two) == [None, None]
    assert volumes(two, 1) == [50, 50]
    # only a knows its volume: a third of 100 goes to the new lane
    three = add_lane(with_step(TWO, "b", 0, now=None), "New")
    assert volumes(three) == [67, None, 33]
    ends = add_lane(with_step(TWO, "b", 0, high=150), "New")
    assert ends.lanes[2].steps[0].high is None, "one lane has no such end"


def test_counts_are_divided_too() -> None:
    plan = with_rate(scenario(), "a", 1, counts={"successes": 16, "trials": 65}, now=16 / 65)
    two = add_lane(plan, "New")
    assert [x.rates[1].counts for x in two.lanes] == [
        Counts(successes=8, trials=33),
        Counts(successes=8, trials=32),
    ]
    few = with_rate(scenario(), "a", 1, counts={"successes": 1, "trials": 1}, now=1)
    assert [x.rates[1].counts for x in add_lane(few, "New").lanes] == [
        Counts(successes=1, trials=1),
        None,
    ]


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 10**6), st.integers(1, 6))
@settings(max_examples=60)
def test_nothing_is_made_or_lost_by_dividing(won: int, more: int, now: int, times: int) -> None:
    tried = won + more
    found = with_rate(scenario(), "a", 0, counts={"successes": won, "trials": tried})
    found = with_step(found, "a", 0, now=now)
    for _ in range(times):
        found = add_lane(found, "New")
    assert sum(volume or 0 for volume in volumes(found)) == now
    counts = [x.rates[0].counts for x in found.lanes]
    assert sum(x.trials for x in counts if x) <= tried
    assert all(0 <= x.successes <= x.trials for x in counts if x)


def test_the_chance_does_not_jump_when_a_lane_is_added() -> None:
    plan = with_step(with_lane(scenario(), "a", average_deal_size=1), "a", 0, now=19_000)
    plan = with_rate(plan, "a", 0, counts={"successes": 200, "trials": 2000})
    before = simulate(plan).probability
    assert 0.1 < before < 0.9
    assert simulate(add_lane(plan, "New")).probability == pytest.approx(before, abs=0.05)


def test_where_the_volume_of_the_chance_comes_from() -> None:
    assert volume_basis(TWO) == "today"
    some = with_step(TWO, "a", 0, now=None)
    assert volume_basis(some) == "mixed"
    assert volume_basis(with_step(some, "b", 0, now=None)) == "plan"
    assert volume_basis(with_lane(some, "a", share=0)) == "today", "a brings nothing"
