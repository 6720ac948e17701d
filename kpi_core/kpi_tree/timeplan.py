"""One lane over the months: what must enter each step when, what is already lost, what still helps."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from kpi_core.kpi_tree.lags import CatchUp, Chain, LastUseful, Months, forward, values
from kpi_core.kpi_tree.lanes import revenue_shares
from kpi_core.models.tree import Lane, Scenario, TimeInputs

__all__ = [
    "NaivePlan",
    "PlanMonth",
    "StepPlan",
    "TimePlan",
    "forward",
    "plan_months",
    "revenue_by_month",
]

YEAR = 12
"""Months of the fiscal year; the plan starts with its first."""

_SMALL = 1e-9
"""Deals that are floating point, as a share of the year's."""

Note = Literal[
    "serves_next_year", "even_months", "too_late", "opening_shared", "opening_ignored", "no_target"
]
"""What the reader should know. `serves_next_year`: units that enter late are won after the fiscal
year and serve next year's target. `even_months`: the seasonality given is not twelve weights or all
0, so months are even. `too_late`: fewer than one in ten of the units entering the first step even in
month 0 are won in the year. `opening_shared`: opening pipeline at a step of several lanes is divided
by the volume each requires there. `opening_ignored`: some is at a step that no lane has, or that is
its last. `no_target`: marketing's part of the revenue, or the lane's share, is 0."""


@dataclass(frozen=True)
class PlanMonth:
    """One month. Deals are expectations, not rounded; money in the framework's currency."""

    index: int
    """0 for the first month of the plan."""
    fiscal_month: int
    """1 to 12."""
    year: int
    """1 for the fiscal year planned, 2 for the one after."""
    revenue_target: float
    deals_target: float
    deals_from_before: float
    """Part of the target whose units, traced back, must be in the funnel when the plan starts."""
    opening_deals: float
    """Deals the opening pipeline brings this month."""
    locked_in_deals: float
    """`deals_from_before` that the opening pipeline does not bring; never negative."""
    locked_in_revenue: float
    wins: float
    """Deals of the plan and the opening pipeline, run forward through the same lags."""

    @property
    def shifted(self) -> float:
        """Deals that spread lags move into this month (out of it: negative), from uneven neighbours.

        wins = deals_target - deals_from_before + opening_deals + shifted; 0 without spread.
        """
        return self.wins - (self.deals_target - self.deals_from_before + self.opening_deals)


@dataclass(frozen=True)
class StepPlan:
    """One step over the months. Units are expectations; rounding is left to who shows them."""

    id: str
    name: str
    required: tuple[float, ...]
    """Entries by month, traced back from the deals of that month and later."""
    for_next_year: tuple[float, ...]
    """The part of `required` that is won after the fiscal year."""
    opening: tuple[float, ...]
    """Entries by month that the opening pipeline of the steps above brings."""
    expected: tuple[float, ...]
    """Entries by month when the first step is fed as required, with the opening pipeline."""
    needed_before: tuple[float, ...]
    """Units that must have entered 1, 2, 3 ... months before the plan and still be on their way."""
    opening_before: tuple[float, ...]
    """Units that did: this lane's part of the opening pipeline given. Empty for the last step."""
    naive_required: tuple[float, ...]
    """Entries by month if every unit were won in the month it enters."""
    last_useful: LastUseful
    """Last months (0 to 11) in which an entry can still be won in the fiscal year."""
    catch_up: CatchUp


@dataclass(frozen=True)
class NaivePlan:
    """What the same-month plan really delivers: its first step run through the lags, with the opening."""

    wins: tuple[float, ...]
    """Deals by month."""
    wins_in_year: float
    revenue_in_year: float
    share_of_target: float | None
    """`wins_in_year` over the year's target; `None` when the target is 0."""


@dataclass(frozen=True)
class TimePlan:
    """One lane over 12 to 24 months. What names no month sums the fiscal year's twelve."""

    months: tuple[PlanMonth, ...]
    steps: tuple[StepPlan, ...]
    """From the top of the funnel to won deals."""
    naive: NaivePlan
    revenue_target: float
    deals_target: float
    wins_in_year: float
    revenue_in_year: float
    locked_in_deals: float
    """Deals that must come from the opening pipeline and do not. At most the sum of the months:
    here months in which the opening brings more than needed make up for others."""
    locked_in_revenue: float
    gap_deals: float
    """Target less wins, what each catch-up closes; negative above target. The locked-in shortfall
    and what the spread of the lags moves over the year's end."""
    notes: tuple[Note, ...]


def revenue_by_month(time: TimeInputs, revenue: float, months: int) -> tuple[float, ...]:
    """`revenue` of the fiscal year over its months, and next year's target in the months after.

    Month m of the year weighs seasonality(m) x (1 + ramp)^m, scaled so that twelve months sum to
    `revenue`. Months after the year take the same month's target x (1 + growth after the year), and
    so do those after next year: nothing is assumed about a third. Even months when the seasonality
    is empty, not twelve weights, or all 0.
    """
    season = [1.0] * YEAR
    if _has_seasonality(time):
        season = [weight / max(time.seasonality) for weight in time.seasonality]
    shares = np.array(season) * (1 + time.ramp) ** np.arange(YEAR)
    year = shares / shares.sum() * revenue
    later = np.tile(year * (1 + time.growth_after_year), -(-months // YEAR))
    return values(np.concatenate([year, later])[:months])


def _has_seasonality(time: TimeInputs) -> bool:
    return len(time.seasonality) == YEAR and max(time.seasonality) > 0


def plan_months(lane: Lane, scenario: Scenario, share: float = 1.0) -> TimePlan:
    """The monthly plan of `lane`, which brings `share` of the scenario's marketing revenue.

    Deals by month are traced back over each rate's lag (this(t) = (1 / rate) x sum over k of
    w(k) x next(t + k)); what falls before month 0 must come from the opening pipeline. The result
    is then run forward through the same lags. Raises `ValueError` when `share` is not in [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, got {share}")
    return _Planner(lane, scenario, share).plan()


class _Planner:
    """The arrays behind one plan: per step, one value per month."""

    def __init__(self, lane: Lane, scenario: Scenario, share: float) -> None:
        self.lane, self.scenario = lane, scenario
        self.size, self.count = lane.average_deal_size, scenario.time.months
        self.revenue = scenario.marketing_revenue * share
        self.chain = Chain.of(lane)
        self.small = _SMALL * self.revenue / self.size
        horizon = self.count + self.chain.longest
        deals = np.array(revenue_by_month(scenario.time, self.revenue, horizon)) / self.size
        this_year = np.where(np.arange(horizon) < YEAR, deals, 0.0)
        self.deals = deals[: self.count]
        entries, self.needed_before = self.chain.traced(deals)
        self.required = [step[: self.count] for step in entries]
        self.for_this_year = [step[: self.count] for step in self.chain.traced(this_year)[0]]
        self.parts = [_part_of_opening(step.id, lane, scenario, share) for step in lane.steps[:-1]]
        self.opening_before = [
            tuple(units * part for units in scenario.time.opening.get(step.id, ()))
            for step, part in zip(lane.steps[:-1], self.parts, strict=True)
        ]
        self.opening = self.chain.run(np.zeros(self.count), opening=self.opening_before)
        self.expected = self.chain.run(self.required[0], opening=self.opening_before)
        self.wins = self.expected[-1]
        self.from_before = self.deals * (1 - self.chain.won_by(0, self.count))
        self.gap = _year(self.deals) - _year(self.wins)

    def plan(self) -> TimePlan:
        locked_in = self._short(_year(self.from_before), _year(self.opening[-1]))
        same_month = self.deals / prod(self.chain.rates)
        naive = self.chain.run(same_month, opening=self.opening_before)[-1]
        won, target = _year(naive), _year(self.deals)
        return TimePlan(
            months=tuple(self._month(index) for index in range(self.count)),
            steps=tuple(self._step(position) for position in range(len(self.lane.steps))),
            naive=NaivePlan(values(naive), won, won * self.size, won / target if target else None),
            revenue_target=self.revenue,
            deals_target=self.revenue / self.size,
            wins_in_year=_year(self.wins),
            revenue_in_year=_year(self.wins) * self.size,
            locked_in_deals=locked_in,
            locked_in_revenue=locked_in * self.size,
            gap_deals=self.gap,
            notes=self._notes(),
        )

    def _short(self, needed: float, brought: float) -> float:
        return needed - brought if needed - brought > self.small else 0.0

    def _month(self, index: int) -> PlanMonth:
        deals, before = float(self.deals[index]), float(self.from_before[index])
        opening = float(self.opening[-1][index])
        locked_in = self._short(before, opening)
        return PlanMonth(
            index=index,
            fiscal_month=index % YEAR + 1,
            year=index // YEAR + 1,
            revenue_target=deals * self.size,
            deals_target=deals,
            deals_from_before=before,
            opening_deals=opening,
            locked_in_deals=locked_in,
            locked_in_revenue=locked_in * self.size,
            wins=float(self.wins[index]),
        )

    def _step(self, position: int) -> StepPlan:
        step, required = self.lane.steps[position], self.required[position]
        gap = self.gap if self.gap > self.small else 0.0
        return StepPlan(
            id=step.id,
            name=step.name,
            required=values(required),
            for_next_year=values(np.maximum(required - self.for_this_year[position], 0)),
            opening=values(self.opening[position]),
            expected=values(self.expected[position]),
            needed_before=values(self.needed_before[position]),
            opening_before=(*self.opening_before, ())[position],
            naive_required=values(self.deals / prod(self.chain.rates[position:])),
            last_useful=self.chain.last_useful(position, YEAR),
            catch_up=self.chain.catch_up(position, gap, YEAR, required, self.wins),
        )

    def _notes(self) -> tuple[Note, ...]:
        time, lanes = self.scenario.time, [self.lane, *self.scenario.lanes]
        known = {step.id for lane in lanes for step in lane.steps[:-1]}
        late = _year(self.required[0]) - _year(self.for_this_year[0])
        found: dict[Note, bool] = {
            "serves_next_year": late > self.small,
            "even_months": bool(time.seasonality) and not _has_seasonality(time),
            "too_late": self.chain.last_useful(0, YEAR).tenth is None,
            "opening_shared": any(
                u and p < 1 for u, p in zip(self.opening_before, self.parts, strict=True)
            ),
            "opening_ignored": bool(time.opening.keys() - known),
            "no_target": self.revenue == 0,
        }
        return tuple(note for note, holds in found.items() if holds)


def _part_of_opening(step_id: str, lane: Lane, scenario: Scenario, share: float) -> float:
    """This lane's part of the opening pipeline at a step: by the volume each lane requires there.

    The other lanes bring 1 - `share` of the revenue, divided by their own shares. All of it when no
    other lane needs units there.
    """
    shares = zip(scenario.lanes, map(float, revenue_shares(scenario)), strict=True)
    others = [(other, part) for other, part in shares if other.id != lane.id]
    whole = sum(part for _, part in others)
    rest = sum(
        (1 - share) * (part / whole) * _units_per_revenue(step_id, other)
        for other, part in others
        if whole
    )
    return 1 - rest / (share * _units_per_revenue(step_id, lane) + rest) if rest else 1.0


def _units_per_revenue(step_id: str, lane: Lane) -> float:
    """Units required at a step per unit of revenue; 0 when the lane lacks it or it is the last."""
    at = next((i for i, step in enumerate(lane.steps[:-1]) if step.id == step_id), None)
    if at is None:
        return 0.0
    return 1 / lane.average_deal_size / prod(rate.value for rate in lane.rates[at:])


def _year(months: Months) -> float:
    return float(months[:YEAR].sum())
