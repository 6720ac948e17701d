"""Lanes added and removed. Lanes are parts of one funnel: what is known of it today is divided among them."""

from __future__ import annotations

from typing import Any

from kpi_core.kpi_tree.edit import with_values
from kpi_core.models.base import Id
from kpi_core.models.tree import Scenario

MAX_LANES = 20
_VOLUMES = ("now", "low", "high")
Plain = dict[str, Any]


def add_lane(scenario: Scenario, name: str) -> Scenario:
    """One lane more, a copy of the first one with an even share; the others give way in proportion.

    Today's volumes and the counts behind the rates are given in the same proportion, in whole units,
    so that all lanes together bring and prove what they did before. Raises `ValueError` when there are
    already 20 lanes.
    """
    if len(scenario.lanes) >= MAX_LANES:
        raise ValueError(f"{MAX_LANES} lanes are the most")
    share = 1 / (len(scenario.lanes) + 1)
    whole = sum(lane.share for lane in scenario.lanes) or 1
    kept = [lane.model_dump() for lane in scenario.lanes]
    new = {**scenario.lanes[0].model_dump(), "id": _free_id(scenario), "name": name}
    new["share"] = round(share, 15)
    new["steps"] = [_given_step(step, kept, share) for step in new["steps"]]
    new["rates"] = [{**rate, "counts": _part(rate["counts"], share)} for rate in new["rates"]]
    for lane in kept:
        lane["share"] = round(lane["share"] / whole * (1 - share), 15)
        lane["steps"] = [_left_step(step, share) for step in lane["steps"]]
        lane["rates"] = [{**rate, "counts": _rest(rate["counts"], share)} for rate in lane["rates"]]
    return with_values(scenario, lanes=[*kept, new])


def _free_id(scenario: Scenario) -> str:
    taken = {lane.id for lane in scenario.lanes}
    return next(f"lane_{n}" for n in range(2, 200) if f"lane_{n}" not in taken)


def _given_step(step: Plain, lanes: list[Plain], share: float) -> Plain:
    """The step with what all lanes that have it give; an end of the range only where each has one."""
    same = [found for lane in lanes for found in lane["steps"] if found["id"] == step["id"]]
    given: Plain = {}
    for key in _VOLUMES:
        known = [found[key] for found in same if found[key] is not None]
        whole = bool(known) and (key == "now" or len(known) == len(same))
        given[key] = sum(_given(value, share) for value in known) if whole else None
    return {**step, **given}


def _left_step(step: Plain, share: float) -> Plain:
    left = {
        key: None if step[key] is None else step[key] - _given(step[key], share) for key in _VOLUMES
    }
    return {**step, **left}


def _given(value: float, share: float) -> float:
    """The part of a volume that goes to the new lane; whole where the volume is."""
    return float(round(value * share)) if value == round(value) else value * share


def _part(counts: Plain | None, share: float) -> Plain | None:
    """The part of the events that goes to the new lane; `None` when none is left for it."""
    given = {key: round(value * share) for key, value in (counts or {}).items()}
    return given if given.get("trials") else None


def _rest(counts: Plain | None, share: float) -> Plain | None:
    left = {key: value - round(value * share) for key, value in (counts or {}).items()}
    return left if left.get("trials") else None


def remove_lane(scenario: Scenario, lane_id: Id) -> Scenario:
    """The scenario without a lane and its volumes; the last one stays."""
    lanes = [lane.model_dump() for lane in scenario.lanes if lane.id != lane_id]
    return with_values(scenario, lanes=lanes) if lanes else scenario
