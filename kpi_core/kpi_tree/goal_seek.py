"""What would have to change to reach a missed target, and whether the money for the plan is there.

Today's pace: first-step volume now, else what the plan needs; rates now, else planned. Revenue is the
expectation, first volume x rates x deal size, without rounding.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kpi_core.kpi_tree.lanes import LEAD_STEP, LaneResult, solve
from kpi_core.kpi_tree.solve import exact
from kpi_core.models.tree import Lane, Scenario, TreeRate

SAME = 1e-9
"""Relative gap below which a target counts as reached."""
NEAR = 1e-12
"""How near the smallest effort is found."""
DEAL_SIZE = "average_deal_size"

Kind = Literal["rate", "volume", "deal_size"]


@dataclass(frozen=True)
class SingleLever:
    """One number of one lane, changed alone until the whole gap is closed."""

    lane_id: str
    id: str
    """The rate's metric id, the first step's id, or `average_deal_size`."""
    name: str
    kind: Kind
    now: float
    """Ratio in [0, 1], units or money, by `kind`."""
    needed: float | None
    """What it would have to be, even above the cap; `None` when no value would do."""
    cap: float | None
    """The most it can be; `None` for no limit."""
    reachable: bool
    reason: str | None
    """Why it is not reachable alone; `None` when it is."""


@dataclass(frozen=True)
class EffortRate:
    """A chosen rate at the common effort."""

    lane_id: str
    metric_id: str
    name: str
    now: float
    needed: float
    """now + effort x (cap - now); `now` when that is above the cap already."""
    cap: float


@dataclass(frozen=True)
class EqualEffort:
    """The chosen rates raised together, each by the same share of its way to its cap."""

    effort: float | None
    """In [0, 1], 0 when nothing is missing; `None` when not even 1 is enough."""
    infeasible_by: float | None
    """Money still missing with every chosen rate at its cap; `None` when feasible."""
    revenue: float
    """At the rates shown."""
    rates: tuple[EffortRate, ...]
    """At `effort`, or at their caps when infeasible."""


@dataclass(frozen=True)
class SpendCheck:
    """The plan's programme spend against what may be spent. Money per year; `None` when unknown."""

    required: float | None
    """Sum over lanes of leads needed x cost per lead."""
    budget: float | None
    allowed_cac: float | None
    """Average deal (annual) / 12 x gross margin x payback months."""
    payback_limit: float | None
    """Deals needed x allowed CAC."""
    allowed: float | None
    """The smaller of budget and payback limit, or the one that is known."""
    binding: Literal["budget", "payback"] | None
    """Which of the two `allowed` is."""
    over_by: float | None
    """Required less allowed, at least 0; 0 when it fits."""
    missing: tuple[str, ...]
    """A sentence for each input that is not known."""


def single_levers(scenario: Scenario) -> tuple[SingleLever, ...]:
    """What each rate, first volume and deal size would have to be, all else at today's pace.

    needed = current x (lane revenue + gap) / lane revenue. Empty when the target is reached.
    """
    paces = _paces(scenario)
    missing = exact(scenario.marketing_revenue) - sum(pace.revenue for pace in paces)
    if missing <= SAME * scenario.marketing_revenue:
        return ()
    return tuple(lever for pace in paces for lever in _levers(pace, missing))


@dataclass(frozen=True)
class _Pace:
    """A lane at today's pace, in exact numbers."""

    lane: Lane
    volume: Fraction
    rates: tuple[Fraction, ...]

    @property
    def deal(self) -> Fraction:
        return exact(self.lane.average_deal_size)

    @property
    def revenue(self) -> Fraction:
        return self.volume * math.prod(self.rates) * self.deal


def _paces(scenario: Scenario) -> tuple[_Pace, ...]:
    paces = []
    for lane, solved in zip(scenario.lanes, solve(scenario).lanes, strict=True):
        now = lane.steps[0].now
        volume = exact(solved.steps[0].required if now is None else now)
        paces.append(_Pace(lane, volume, tuple(exact(_now(rate)) for rate in lane.rates)))
    return tuple(paces)


def _now(rate: TreeRate) -> float:
    return rate.value if rate.now is None else rate.now


def _levers(pace: _Pace, missing: Fraction) -> list[SingleLever]:
    lane, wanted = pace.lane, pace.revenue + missing
    found = []
    for position, rate in enumerate(lane.rates):
        others = (*pace.rates[:position], *pace.rates[position + 1 :])
        rest = pace.volume * math.prod(others) * pace.deal
        found.append(
            _lever(lane, (rate.metric_id, rate.name, "rate"), _now(rate), rest, wanted, rate.cap)
        )
    first, chance = lane.steps[0], math.prod(pace.rates)
    volume, deal = float(pace.volume), lane.average_deal_size
    found.append(_lever(lane, (first.id, first.name, "volume"), volume, chance * pace.deal, wanted))
    naming: tuple[str, str, Kind] = (DEAL_SIZE, "Average deal size", "deal_size")
    found.append(_lever(lane, naming, deal, pace.volume * chance, wanted))
    return found


def _lever(
    lane: Lane,
    naming: tuple[str, str, Kind],
    now: float,
    rest: Fraction | int,
    wanted: Fraction,
    cap: float | None = None,
) -> SingleLever:
    """`rest` is the revenue one unit of the lever brings."""
    needed = wanted / rest if rest else None
    reason = None
    if needed is None:
        reason = "not reachable alone, another number of the lane is 0"
    elif cap is not None and needed > exact(cap):
        reason = f"not reachable alone, cap {100 * cap:.3g}%"
    return SingleLever(
        lane.id,
        *naming,
        now=now,
        needed=None if needed is None else float(needed),
        cap=cap,
        reachable=reason is None,
        reason=reason,
    )


def equal_effort(scenario: Scenario, chosen: Collection[tuple[str, str]]) -> EqualEffort:
    """The smallest effort L in [0, 1] that reaches the target with each chosen rate at c + L x (cap - c).

    `chosen` holds (lane id, metric id). L is bisected to 1e-12, on the side that reaches the target.
    Raises `ValueError` for a chosen rate the scenario does not have.
    """
    paces = _paces(scenario)
    known = {(pace.lane.id, rate.metric_id) for pace in paces for rate in pace.lane.rates}
    if unknown := set(chosen) - known:
        raise ValueError(f"no such rate: {sorted(unknown)}; there are {sorted(known)}")
    target = scenario.marketing_revenue
    enough = target * (1 - SAME)
    picked = set(chosen)
    low, high = 0.0, 1.0
    if _revenue(paces, picked, low) >= enough:
        high = low
    most = _revenue(paces, picked, high)
    while most >= enough and high - low > NEAR:
        middle = (low + high) / 2
        low, high = (low, middle) if _revenue(paces, picked, middle) >= target else (middle, high)
    feasible = most >= enough
    return EqualEffort(
        effort=high if feasible else None,
        infeasible_by=None if feasible else target - most,
        revenue=_revenue(paces, picked, high),
        rates=_effort_rates(paces, picked, high),
    )


def _at(rate: TreeRate, effort: float) -> float:
    now = _now(rate)
    top = max(rate.cap, now)
    return top if effort == 1 else now + effort * (top - now)


def _revenue(paces: Sequence[_Pace], chosen: Collection[tuple[str, str]], effort: float) -> float:
    return math.fsum(
        math.prod(
            _at(rate, effort) if (pace.lane.id, rate.metric_id) in chosen else _now(rate)
            for rate in pace.lane.rates
        )
        * float(pace.volume)
        * pace.lane.average_deal_size
        for pace in paces
    )


def _effort_rates(
    paces: Sequence[_Pace], chosen: Collection[tuple[str, str]], effort: float
) -> tuple[EffortRate, ...]:
    return tuple(
        EffortRate(pace.lane.id, rate.metric_id, rate.name, _now(rate), _at(rate, effort), rate.cap)
        for pace in paces
        for rate in pace.lane.rates
        if (pace.lane.id, rate.metric_id) in chosen
    )


def spend_check(scenario: Scenario) -> SpendCheck:
    """Whether the spend the plan needs fits the budget and deals x allowed CAC.

    A limit that is not known does not bind; both may be unknown. With no deal needed, nothing may be
    spent for payback and the allowed CAC is unknown.
    """
    lanes = solve(scenario).lanes
    missing: list[str] = []
    required = _required_spend(scenario, lanes, missing)
    budget = scenario.budget
    if budget is None:
        missing.append("The budget is not given.")
    allowed_cac, payback_limit = _payback(scenario, lanes, missing)
    limits = [limit for limit in (budget, payback_limit) if limit is not None]
    allowed = min(limits, default=None)
    over = None if required is None or allowed is None else max(required - allowed, 0.0)
    return SpendCheck(
        required=required,
        budget=budget,
        allowed_cac=allowed_cac,
        payback_limit=payback_limit,
        allowed=allowed,
        binding=None if allowed is None else "budget" if allowed == budget else "payback",
        over_by=over,
        missing=tuple(missing),
    )


def _required_spend(
    scenario: Scenario, solved: Sequence[LaneResult], missing: list[str]
) -> float | None:
    """Leads needed x cost per lead; a lane that needs no leads costs nothing, whatever one costs."""
    leads = [lane.steps[LEAD_STEP].required for lane in solved]
    pairs = list(zip(scenario.lanes, leads, strict=True))
    unknown = [lane.name for lane, needed in pairs if needed and lane.cost_per_lead is None]
    if unknown:
        missing.append(f"The cost per lead is not known for {', '.join(unknown)}.")
        return None
    return math.fsum(needed * (lane.cost_per_lead or 0) for lane, needed in pairs)


def _payback(
    scenario: Scenario, solved: Sequence[LaneResult], missing: list[str]
) -> tuple[float | None, float | None]:
    """Allowed CAC and what it allows for all deals."""
    margin, months = scenario.gross_margin, scenario.payback_limit_months
    if margin is None:
        missing.append("The gross margin is not given.")
    if months is None:
        missing.append("The limit of CAC payback is not given.")
    if margin is None or months is None:
        return None, None
    deals = sum(lane.steps[-1].required for lane in solved)
    if not deals:
        missing.append("No deal is needed, so there is no average deal size.")
        return None, 0.0
    average = sum(lane.revenue_planned for lane in solved) / deals
    allowed_cac = average / 12 * margin * months
    return allowed_cac, deals * allowed_cac
