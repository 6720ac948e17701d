"""Changes to a scenario: new ones are made, the old one stays, the impossible is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

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
from kpi_core.kpi_tree.lanes import solve
from kpi_core.models.tree import Scenario


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
