"""Changes to a scenario. Each returns a new, validated scenario; the old one stays as it was."""

from __future__ import annotations

from math import hypot
from typing import Any

import numpy as np

from kpi_core.kpi_tree.lags import LONGEST, weights
from kpi_core.kpi_tree.solve import exact
from kpi_core.models.base import Id
from kpi_core.models.tree import Counts, Lane, Scenario, TreeRate

MIN_STEPS, MAX_STEPS = 2, 10
OWN_STEP = "Your own step; type the rate you expect."
BRIDGED = "Product of the two rates it replaces."


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


def with_today(scenario: Scenario, lane_id: Id, position: int, now: float | None) -> Scenario:
    """The scenario with today's value of one rate; counts that say otherwise are dropped."""
    counts = find_lane(scenario, lane_id).rates[position].counts
    agree = (
        counts is not None and now is not None and round(now * counts.trials) == counts.successes
    )
    kept = counts.model_dump() if counts and agree else None
    return with_rate(scenario, lane_id, position, now=now, counts=kept)


def with_counts(
    scenario: Scenario,
    lane_id: Id,
    position: int,
    *,
    trials: int | None = None,
    successes: int | None = None,
) -> Scenario:
    """The scenario with the events behind one rate; today's rate becomes theirs.

    Give the number that changed. The other stays as it was; not known before, it follows from today's
    rate. Raises `ValidationError` for counts that cannot be.
    """
    rate = find_lane(scenario, lane_id).rates[position]
    if rate.counts:
        before = rate.counts.model_dump()
    elif successes is None:
        before = {"successes": round(max(trials or 0, 0) * (rate.now or 0))}
    else:
        before = {"trials": max(round(successes / rate.now) if rate.now else 1, successes, 1)}
    given = {"trials": trials, "successes": successes}
    changed = {key: value for key, value in given.items() if value is not None}
    events = Counts.model_validate({**before, **changed})
    share = events.successes / events.trials
    return with_rate(scenario, lane_id, position, counts=events.model_dump(), now=share)


def with_step(scenario: Scenario, lane_id: Id, position: int, **changes: Any) -> Scenario:
    """The scenario with fields of one step changed."""
    lane = find_lane(scenario, lane_id)
    steps = [step.model_dump() for step in lane.steps]
    steps[position] = {**steps[position], **changes}
    return with_lane(scenario, lane_id, steps=steps)


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
    number = _free_number(lane)
    steps = [step.model_dump() for step in lane.steps]
    steps.insert(-1, {"id": f"step_{number}", "name": name})
    rates = [rate.model_dump() for rate in lane.rates]
    rate = {
        "metric_id": f"rate_{number}",
        "name": f"Rate to {name}"[:120],
        "value": 0.5,
        "source": OWN_STEP,
    }
    rates.insert(-1, rate)
    return with_lane(scenario, lane_id, steps=steps, rates=rates)


def remove_step(scenario: Scenario, lane_id: Id, position: int) -> Scenario:
    """The lane without a step; the rate over the gap is the product of the two it had.

    That rate is a new one with an id of its own, so that it is no metric's target or reference. Raises
    `ValueError` when the lane has only two steps or the product is below the smallest rate.
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
        rates[position - 1 : position + 1] = [_bridge(lane, position)]
    return with_lane(scenario, lane_id, steps=steps, rates=rates)


def _free_number(lane: Lane) -> int:
    taken = {step.id for step in lane.steps} | {rate.metric_id for rate in lane.rates}
    return next(n for n in range(1, 100) if not {f"step_{n}", f"rate_{n}"} & taken)


def _bridge(lane: Lane, position: int) -> dict[str, Any]:
    """The rate from the step above `position` to the one below; their delays add up.

    Counts stay when both are of the same units: as many went on from the first as were tried next.
    """
    above, below = lane.rates[position - 1], lane.rates[position]
    value = _product(above.value, below.value)
    first, then = above.counts, below.counts
    counts = None
    if first and then and first.successes == then.trials:
        counts = {"successes": then.successes, "trials": first.trials}
    known = above.now is not None and below.now is not None
    return {
        "metric_id": f"rate_{_free_number(lane)}",
        "name": f"Rate to {lane.steps[position + 1].name}"[:120],
        "value": value,
        "now": _product(above.now or 0, below.now or 0) if known else None,
        "counts": counts,
        "cap": max(_product(above.cap, below.cap), value),
        "source": BRIDGED,
        "lag": _both_lags(above, below),
    }


def _product(one: float, two: float) -> float:
    return float(exact(one) * exact(two))


def _both_lags(above: TreeRate, below: TreeRate) -> dict[str, Any]:
    """Means add up, and so do variances; explicit weights of either are folded into one list."""
    one, two = above.lag, below.lag
    if one.weights or two.weights:
        folded = np.convolve(weights(one), weights(two))
        late = [folded[LONGEST:].sum()] if len(folded) > LONGEST else []
        return {"weights": [min(float(share), 1.0) for share in (*folded[:LONGEST], *late)]}
    days = min(one.mean_days + two.mean_days, 1825.0)
    return {"mean_days": days, "spread_days": min(hypot(one.spread_days, two.spread_days), 1825.0)}


def find_lane(scenario: Scenario, lane_id: Id) -> Lane:
    """The lane with that id; the first one when there is none."""
    return next((lane for lane in scenario.lanes if lane.id == lane_id), scenario.lanes[0])
