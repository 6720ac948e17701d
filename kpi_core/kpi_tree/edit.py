"""Changes to a scenario. Each returns a new, validated scenario; the old one stays as it was."""

from __future__ import annotations

from typing import Any

from kpi_core.models.base import Id
from kpi_core.models.tree import Lane, Scenario

MAX_LANES = 20
MIN_STEPS, MAX_STEPS = 2, 10
OWN_STEP = "Your own step; type the rate you expect."
UNKNOWN = {"now": None, "counts": None, "reference": None, "reference_source": None, "cap": 1.0}
"""What is not known of a rate over a removed step."""


def with_values(scenario: Scenario, **changes: Any) -> Scenario:
    """The scenario with fields of its own changed. Raises `ValidationError` for impossible values."""
    return Scenario.model_validate({**scenario.model_dump(), **changes})


def with_lane(scenario: Scenario, lane_id: Id, **changes: Any) -> Scenario:
    """The scenario with fields of one lane changed."""
    lanes = [
        {**lane.model_dump(), **changes} if lane.id == lane_id else lane.model_dump()
        for lane in scenario.lanes
    ]
    return with_values(scenario, lanes=lanes)


def with_rate(scenario: Scenario, lane_id: Id, position: int, **changes: Any) -> Scenario:
    """The scenario with fields of one rate changed."""
    lane = find_lane(scenario, lane_id)
    rates = [rate.model_dump() for rate in lane.rates]
    rates[position] = {**rates[position], **changes}
    return with_lane(scenario, lane_id, rates=rates)


def with_step(scenario: Scenario, lane_id: Id, position: int, **changes: Any) -> Scenario:
    """The scenario with fields of one step changed."""
    lane = find_lane(scenario, lane_id)
    steps = [step.model_dump() for step in lane.steps]
    steps[position] = {**steps[position], **changes}
    return with_lane(scenario, lane_id, steps=steps)


def add_lane(scenario: Scenario, name: str) -> Scenario:
    """One lane more, a copy of the first one with an even share; the others give way in proportion.

    Raises `ValueError` when there are already 20 lanes.
    """
    if len(scenario.lanes) >= MAX_LANES:
        raise ValueError(f"{MAX_LANES} lanes are the most")
    share = 1 / (len(scenario.lanes) + 1)
    whole = sum(lane.share for lane in scenario.lanes) or 1
    kept = [{**x.model_dump(), "share": x.share / whole * (1 - share)} for x in scenario.lanes]
    new = {**scenario.lanes[0].model_dump(), "id": _free_id(scenario), "name": name, "share": share}
    steps = [{**step, "now": None} for step in new["steps"]]
    return with_values(scenario, lanes=[*kept, {**new, "steps": steps}])


def _free_id(scenario: Scenario) -> str:
    taken = {lane.id for lane in scenario.lanes}
    return next(f"lane_{n}" for n in range(2, 200) if f"lane_{n}" not in taken)


def remove_lane(scenario: Scenario, lane_id: Id) -> Scenario:
    """The scenario without a lane; the last one stays."""
    lanes = [lane.model_dump() for lane in scenario.lanes if lane.id != lane_id]
    return with_values(scenario, lanes=lanes) if lanes else scenario


def with_chain(scenario: Scenario, lane: Lane) -> Scenario:
    """The scenario with the lane of that id replaced."""
    lanes = [lane if old.id == lane.id else old for old in scenario.lanes]
    return with_values(scenario, lanes=[x.model_dump() for x in lanes])


def add_step(scenario: Scenario, lane_id: Id, name: str = "New step") -> Scenario:
    """A step more, just above the last one, with a rate of 50% into it.

    Raises `ValueError` when the lane has ten steps.
    """
    lane = find_lane(scenario, lane_id)
    if len(lane.steps) >= MAX_STEPS:
        raise ValueError(f"{MAX_STEPS} steps are the most")
    taken = {step.id for step in lane.steps} | {rate.metric_id for rate in lane.rates}
    number = next(n for n in range(1, 100) if not {f"step_{n}", f"rate_{n}"} & taken)
    steps = [step.model_dump() for step in lane.steps]
    steps.insert(-1, {"id": f"step_{number}", "name": name})
    rates = [rate.model_dump() for rate in lane.rates]
    rate = {
        "metric_id": f"rate_{number}",
        "name": f"Rate to {name}",
        "value": 0.5,
        "source": OWN_STEP,
    }
    rates.insert(-1, rate)
    return with_lane(scenario, lane_id, steps=steps, rates=rates)


def remove_step(scenario: Scenario, lane_id: Id, position: int) -> Scenario:
    """The lane without a step; the rate over the gap is the product of the two it had.

    Raises `ValueError` when the lane has only two steps.
    """
    lane = find_lane(scenario, lane_id)
    if len(lane.steps) <= MIN_STEPS:
        raise ValueError(f"{MIN_STEPS} steps are the least")
    steps = [step.model_dump() for step in lane.steps]
    rates = [rate.model_dump() for rate in lane.rates]
    del steps[position]
    if position in (0, len(rates)):
        del rates[min(position, len(rates) - 1)]
    else:
        over = lane.rates[position]
        value = lane.rates[position - 1].value * over.value
        rates[position - 1 : position + 1] = [{**over.model_dump(), "value": value, **UNKNOWN}]
    return with_lane(scenario, lane_id, steps=steps, rates=rates)


def find_lane(scenario: Scenario, lane_id: Id) -> Lane:
    """The lane with that id; the first one when there is none."""
    return next((lane for lane in scenario.lanes if lane.id == lane_id), scenario.lanes[0])
