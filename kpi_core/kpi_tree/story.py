"""What the client room tells of a scenario: the goal, the gap, the weakest rate, and the year's quarters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpi_core.kpi_tree.bottleneck import Leak, leaks
from kpi_core.kpi_tree.edit import with_values
from kpi_core.kpi_tree.lanes import LaneResult, StepResult, TreeResult, solve
from kpi_core.kpi_tree.solve import exact
from kpi_core.kpi_tree.timeplan import YEAR, revenue_by_month
from kpi_core.models.tree import Lane, Scenario

LANES_SHOWN = 3
"""Lanes with steps of their own that are told one by one."""
MONTHS_OF_QUARTER = 3


@dataclass(frozen=True)
class Part:
    """One part of the revenue target: money, and its share of all parts in [0, 1]."""

    kind: Literal["existing", "marketing", "others"]
    value: float
    share: float


@dataclass(frozen=True)
class Goal:
    """The revenue target and who brings it. Money of the fiscal year."""

    target: float
    existing: float
    """From existing customers; negative when they shrink, and then new business must make up for it."""
    marketing: float
    others: float
    """New business that marketing does not source."""

    @property
    def new_business(self) -> float:
        """Target less what existing customers bring, at least 0."""
        return self.marketing + self.others

    @property
    def parts(self) -> tuple[Part, ...]:
        """Marketing's part, the others' and the existing customers'; those of 0 are left out."""
        found: tuple[tuple[Literal["existing", "marketing", "others"], float], ...] = (
            ("marketing", self.marketing),
            ("others", self.others),
            ("existing", max(self.existing, 0.0)),
        )
        whole = sum(value for _, value in found)
        return tuple(Part(kind, value, value / whole) for kind, value in found if value > 0)


def goal(scenario: Scenario) -> Goal:
    """The target in parts: existing customers, then new business by marketing's share."""
    target, existing = exact(scenario.revenue_target), exact(scenario.existing_customer_revenue)
    marketing = exact(scenario.marketing_revenue)
    others = max(target - existing, exact(0.0)) - marketing
    return Goal(float(target), float(existing), float(marketing), float(others))


@dataclass(frozen=True)
class Gap:
    """Needed from marketing against today's pace. `now` and what follows are `None` when unknown."""

    required: float
    now: float | None
    missing: float | None
    """Required less now; negative when above."""
    covered: float | None
    """Now over required; 1 when nothing is required."""


def gap(result: TreeResult) -> Gap:
    """The gap of all lanes together."""
    required, now = result.total.revenue_required, result.total.revenue_now
    if now is None:
        return Gap(required, None, None, None)
    return Gap(required, now, required - now, now / required if required else 1.0)


def told_lanes(result: TreeResult) -> tuple[LaneResult, ...]:
    """The lanes as they are told: their sum where all have the same steps, else the largest ones.

    Lanes with nothing to bring are left out, as long as another has something; three at most.
    """
    lanes = result.lanes
    ids = [step.id for step in lanes[0].steps]
    if all([step.id for step in lane.steps] == ids for lane in lanes):
        return (lanes[0] if len(lanes) == 1 else result.total,)
    busy = [lane for lane in lanes if lane.revenue_required > 0] or list(lanes)
    ranked = sorted(busy, key=lambda lane: -lane.revenue_required)
    return tuple(ranked[:LANES_SHOWN])


@dataclass(frozen=True)
class LaneLeak:
    """A leak and the lane it is in."""

    lane: Lane
    leak: Leak


@dataclass(frozen=True)
class Weakest:
    """The leak with most money at stake over all lanes, and the rest."""

    kind: Literal["leak", "none", "unknown"]
    """`none`: every rate that can be judged is at its reference or above. `unknown`: none can be."""
    first: LaneLeak | None
    """`None` unless `kind` is `leak`."""
    others: tuple[LaneLeak, ...]
    """All other rates, most money at stake first."""


def weakest(scenario: Scenario, result: TreeResult) -> Weakest:
    """The bottleneck over all lanes, as each lane's own leaks have it."""
    found = [
        LaneLeak(lane, leak)
        for lane, solved in zip(scenario.lanes, result.lanes, strict=True)
        for leak in leaks(lane, solved.revenue_required)
    ]
    found.sort(key=lambda one: -one.leak.gain)
    if found[0].leak.gain > 0:
        return Weakest("leak", found[0], tuple(found[1:]))
    judged = any(one.leak.proof == "at_reference" for one in found)
    return Weakest("none" if judged else "unknown", None, tuple(found))


def scarcest(lanes: tuple[LaneResult, ...]) -> StepResult | None:
    """The first step that is short of what the plan needs; `None` when none is known to be."""
    firsts = [lane.steps[0] for lane in lanes]
    return next((step for step in firsts if step.short), None)


def anchored(scenario: Scenario, base: Scenario) -> Scenario:
    """`scenario` with every unknown first volume set to what `base` needs there.

    So that a better rate brings more, instead of needing less, where today's volume is not known.
    """
    needed = {lane.id: lane.steps[0].required for lane in solve(base).lanes}
    if all(lane.steps[0].now is not None for lane in scenario.lanes):
        return scenario
    volumes = [lane.steps[0].now for lane in scenario.lanes]
    lanes = [
        _with_first(lane, needed.get(lane.id) if volume is None else volume)
        for lane, volume in zip(scenario.lanes, volumes, strict=True)
    ]
    return with_values(scenario, lanes=lanes)


def _with_first(lane: Lane, volume: float | None) -> dict[str, object]:
    """The lane's fields with another first volume."""
    raw = lane.model_dump()
    return {**raw, "steps": [{**raw["steps"][0], "now": volume}, *raw["steps"][1:]]}


def with_todays_volumes(scenario: Scenario, base: Scenario, *, is_what_if: bool) -> Scenario:
    """`scenario` with the base's first volumes, so that a moved volume is never told as today's.

    Where the base knows none the scenario's own stays, unless it is a what-if.
    """
    known = {lane.id: lane.steps[0].now for lane in base.lanes}
    lanes = []
    for lane in scenario.lanes:
        volume = known.get(lane.id)
        if volume is None and not is_what_if:
            volume = lane.steps[0].now
        lanes.append(_with_first(lane, volume))
    return with_values(scenario, lanes=lanes)


def at_todays_rates(scenario: Scenario) -> Scenario:
    """`scenario` as things go now: every known rate planned at what it is, those of 0 left alone."""
    lanes = [
        {
            **lane.model_dump(),
            "rates": [
                {**rate.model_dump(), "value": rate.now or rate.value} for rate in lane.rates
            ],
        }
        for lane in scenario.lanes
    ]
    return with_values(scenario, lanes=lanes)


@dataclass(frozen=True)
class Outcome:
    """What the first volumes bring at the planned rates; expectations of the fiscal year, not rounded."""

    revenue: float
    deals: float
    required: float
    """Revenue marketing must bring."""
    first_needed: float | None
    """First-step units the target needs at these rates; `None` for several lanes."""

    @property
    def missing(self) -> float:
        """Required less revenue; negative when above."""
        return self.required - self.revenue


def outcome(scenario: Scenario) -> Outcome:
    """First volume x planned rates (x deal size), summed over lanes; an unknown volume brings nothing."""
    deals = revenue = exact(0.0)
    for lane in scenario.lanes:
        won = exact(lane.steps[0].now or 0.0)
        for rate in lane.rates:
            won *= exact(rate.value)
        deals += won
        revenue += won * exact(lane.average_deal_size)
    lanes = solve(scenario).lanes
    first = lanes[0].steps[0].required if len(lanes) == 1 else None
    return Outcome(float(revenue), float(deals), scenario.marketing_revenue, first)


@dataclass(frozen=True)
class Change:
    """One number of the base beside the what-if's. `delta` is what-if less base."""

    id: Literal["revenue", "deals", "chance", "first_needed"]
    before: float
    after: float
    delta: float
    better: bool | None
    """`None` when nothing changed."""


def changes(
    before: Outcome, after: Outcome, chance_before: float, chance_after: float
) -> tuple[Change, ...]:
    """Money, deals, the chance, and the first volume needed where both have a single lane."""
    found = [
        _change("revenue", before.revenue, after.revenue),
        _change("deals", before.deals, after.deals),
        _change("chance", chance_before, chance_after),
    ]
    if before.first_needed is not None and after.first_needed is not None:
        found.append(_change("first_needed", before.first_needed, after.first_needed, less=True))
    return tuple(found)


def _change(
    name: Literal["revenue", "deals", "chance", "first_needed"],
    before: float,
    after: float,
    *,
    less: bool = False,
) -> Change:
    delta = after - before
    return Change(name, before, after, delta, (delta < 0) is less if delta else None)


@dataclass(frozen=True)
class Quarter:
    """One quarter of the fiscal year: what marketing must bring in it."""

    number: int
    """1 to 4."""
    first_month: int
    last_month: int
    """Calendar months, 1 to 12."""
    revenue: float
    deals: float
    """Whole deals where the scenario rounds up; the four add up to the year's."""


def quarters(scenario: Scenario, fiscal_year_start_month: int) -> tuple[Quarter, ...]:
    """The year's target by quarter, by the scenario's seasonality and growth."""
    months = revenue_by_month(scenario.time, scenario.marketing_revenue, YEAR)
    deals = sum(lane.steps[-1].required for lane in solve(scenario).lanes)
    whole, digits = sum(months), 0 if scenario.rounding == "whole" else None
    found, before, so_far = [], 0.0, 0.0
    for start in range(0, YEAR, MONTHS_OF_QUARTER):
        revenue = sum(months[start : start + MONTHS_OF_QUARTER])
        so_far += revenue
        share = so_far / whole if whole else 0.0
        reached = deals * share if digits is None else float(round(deals * share))
        first = (fiscal_year_start_month - 1 + start) % YEAR
        last = (first + MONTHS_OF_QUARTER - 1) % YEAR
        number = start // MONTHS_OF_QUARTER + 1
        found.append(Quarter(number, first + 1, last + 1, revenue, reached - before))
        before = reached
    return tuple(found)
