"""The few numbers a presenter moves live: which matter most, how far each goes, and moving one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from kpi_core.kpi_tree.edit import find_lane, with_lane, with_rate, with_step, with_values
from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.solve import exact
from kpi_core.kpi_tree.story import weakest
from kpi_core.models.base import SMALLEST_RATE, Unit
from kpi_core.models.tree import Scenario

FEWEST, USUAL, MOST = 3, 4, 5
"""Levers on screen at once."""
STEPS = 25
"""A step is at most this part of the base value."""
LARGEST = 1e15
"""Money and volumes stay below it, as the models want."""

SMALLEST_MONEY = 0.01
"""And not below this."""

Kind = Literal["target", "deal", "volume", "rate"]


@dataclass(frozen=True)
class Lever:
    """One number of the scenario. Values in its unit."""

    id: str
    kind: Kind
    lane_id: str
    """Empty for the revenue target."""
    position: int
    """Of the rate in its lane; 0 for the others."""
    name: str
    lane_name: str
    """Empty for the revenue target."""
    unit: Unit
    base: float
    start: float
    """Where the what-if began."""
    value: float

    @property
    def at(self) -> int:
        """Position of the value in `grid`."""
        return self.grid.index(self.value)

    @cached_property
    def grid(self) -> tuple[float, ...]:
        """The values it can take, rising: half to twice the base, and always base, start and value."""
        most = 1.0 if self.kind == "rate" else LARGEST
        least = _least(self)
        low, high = min(self.base / 2, self.start), max(self.base * 2, self.start)
        step = readable_step(self.base / STEPS)
        first, last = math.ceil(exact(low) / step), math.floor(exact(min(high, most)) / step)
        found = {float(n * step) for n in range(first, last + 1)}
        found |= {self.base, self.start, self.value}
        return tuple(sorted(value for value in found if least <= value <= most))


def _least(lever: Lever) -> float:
    return SMALLEST_RATE if lever.kind == "rate" else SMALLEST_MONEY


def readable_step(largest: float) -> Fraction:
    """The largest of 1, 2 or 5 times a power of ten that is not above `largest`."""
    if largest <= 0:
        return Fraction(1)
    power = Fraction(10) ** math.floor(math.log10(largest))
    return max((n * power for n in (1, 2, 5) if n * power <= exact(largest)), default=power)


def levers(base: Scenario, start: Scenario, what_if: Scenario) -> tuple[Lever, ...]:
    """Every number that can be moved, those that matter most first.

    First the rates with money at stake, most first; then the first volume and the deal size of the
    lane that brings most; then its other rates from the last one up, the other lanes, and the revenue
    target. Only what all three scenarios have, above the least value. Their first volumes must be known
    (`anchored`).
    """
    result = solve(base)
    ranked = sorted(result.lanes, key=lambda lane: -lane.share)
    found = {
        lever.id: lever for lane in ranked for lever in _of_lane(base, start, what_if, lane.id)
    }
    told = weakest(base, result)
    leaking = [told.first, *told.others] if told.first else []
    first = [f"{x.lane.id}.{x.leak.metric_id}" for x in leaking if x.leak.gain > 0]
    targets = (scenario.revenue_target for scenario in (base, start, what_if))
    last = Lever("target", "target", "", 0, "Revenue target", "", Unit.MONEY, *targets)
    ordered = [found.pop(key) for key in first if key in found]
    return tuple(
        x for x in (*ordered, *found.values(), last) if min(x.base, x.start, x.value) >= _least(x)
    )


def _of_lane(base: Scenario, start: Scenario, what_if: Scenario, lane_id: str) -> list[Lever]:
    """The lane's levers; none when it is not the same lane in all three."""
    was = find_lane(base, lane_id)
    three = (was, find_lane(start, lane_id), find_lane(what_if, lane_id))
    if len({(lane.id, *(rate.metric_id for rate in lane.rates)) for lane in three}) > 1:
        return []
    volumes = (lane.steps[0].now or 0.0 for lane in three)
    deals = (lane.average_deal_size for lane in three)
    first = f"{lane_id}:volume", f"{lane_id}:deal"  # no rate's id has a colon
    step, size = was.steps[0].name, "Average deal size"
    rates = [
        Lever(
            f"{lane_id}.{rate.metric_id}",
            "rate",
            lane_id,
            position,
            rate.name,
            was.name,
            Unit.RATIO,
            *(lane.rates[position].value for lane in three),
        )
        for position, rate in enumerate(was.rates)
    ]
    return [
        Lever(first[0], "volume", lane_id, 0, step, was.name, Unit.COUNT, *volumes),
        Lever(first[1], "deal", lane_id, 0, size, was.name, Unit.MONEY, *deals),
        *reversed(rates),
    ]


def chosen(found: Sequence[Lever], wanted: Sequence[str]) -> tuple[Lever, ...]:
    """The levers to show: those wanted, if three to five of them are there, else the first four."""
    known = {lever.id: lever for lever in found}
    asked = [known[key] for key in dict.fromkeys(wanted) if key in known]
    return tuple(asked if FEWEST <= len(asked) <= MOST else found[:USUAL])


def moved(scenario: Scenario, lever: Lever, value: float) -> Scenario:
    """The scenario with a lever at `value`. Raises `ValidationError` for impossible values."""
    if lever.kind == "target":
        return with_values(scenario, revenue_target=value)
    if lever.kind == "deal":
        return with_lane(scenario, lever.lane_id, average_deal_size=value)
    if lever.kind == "volume":
        return with_step(scenario, lever.lane_id, 0, now=value)
    return with_rate(scenario, lever.lane_id, lever.position, value=value)
