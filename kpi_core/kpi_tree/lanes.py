"""A scenario solved: volumes, money and gaps for each lane, and a total that adds up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from kpi_core.kpi_tree.solve import backward, exact
from kpi_core.models.tree import Lane, Scenario

LEAD_STEP = 1
"""Position of the step that cost per lead is paid for: the one after the first."""


@dataclass(frozen=True)
class StepResult:
    """A step's volume in the year: needed, at today's pace, and the difference.

    Today's pace is the step's own volume, else the one of the step above x today's rate; `None` when
    neither is known.
    """

    id: str
    name: str
    required: float
    now: float | None

    @property
    def short(self) -> float | None:
        """Units missing; 0 when covered, `None` when today's volume is unknown."""
        return None if self.now is None else max(self.required - self.now, 0.0)


@dataclass(frozen=True)
class LaneResult:
    """One lane solved. Money in the framework's currency; `None` where an input is missing."""

    id: str
    name: str
    share: float
    """Share of marketing's revenue after scaling the lanes' shares to sum 1."""
    revenue_required: float
    revenue_planned: float
    """Won deals x deal size: at least what is required, more when whole units were rounded up."""
    revenue_now: float | None
    """What today's volume and rates bring; `None` when the first volume or a rate is unknown.

    In the total, lanes without a share whose pace is unknown are left out.
    """
    steps: tuple[StepResult, ...]
    pipeline_value: float
    """Value of the opportunities needed: the step before the deal x deal size, summed over lanes."""
    spend: float | None
    """Leads needed x cost per lead."""
    cac: float | None
    """Spend per won deal; `None` without cost or deals."""
    payback_months: float | None
    """CAC / (deal / 12 x gross margin)."""
    roi: float | None
    """(Revenue x gross margin - spend) / spend; margin 1 when not given."""

    @property
    def gap(self) -> float | None:
        """Required less current revenue; negative when above target, `None` when unknown."""
        return None if self.revenue_now is None else self.revenue_required - self.revenue_now

    @property
    def coverage(self) -> float | None:
        """Pipeline value over required revenue; `None` when no revenue is required."""
        return self.pipeline_value / self.revenue_required if self.revenue_required else None


@dataclass(frozen=True)
class TreeResult:
    """All lanes and their sum."""

    lanes: tuple[LaneResult, ...]
    total: LaneResult
    shares_sum: float
    """What the lanes' shares summed to before scaling; 1 when they add up."""


def solve(scenario: Scenario) -> TreeResult:
    """Every lane worked backward from its part of the revenue, and the sum of the lanes."""
    whole = sum(exact(lane.share) for lane in scenario.lanes)
    scaled = revenue_shares(scenario)
    revenue = exact(scenario.marketing_revenue)
    lanes = tuple(
        _solve_lane(lane, scenario, share, float(revenue * share))
        for lane, share in zip(scenario.lanes, scaled, strict=True)
    )
    return TreeResult(lanes, _total(lanes, scenario), float(whole))


def revenue_shares(scenario: Scenario) -> tuple[Fraction, ...]:
    """Each lane's part of marketing's revenue, summing to 1; even parts where all shares are 0.

    Shares of sessions weigh what a session of the lane brings: all its planned rates x deal size.
    """
    weights = [exact(lane.share) * _worth(lane, scenario) for lane in scenario.lanes]
    whole = sum(weights)
    return tuple(weight / whole if whole else Fraction(1, len(weights)) for weight in weights)


def _worth(lane: Lane, scenario: Scenario) -> Fraction:
    if scenario.shares_of == "revenue":
        return Fraction(1)
    return prod((exact(rate.value) for rate in lane.rates), start=exact(lane.average_deal_size))


def _solve_lane(lane: Lane, scenario: Scenario, share: Fraction, required: float) -> LaneResult:
    rates = [rate.value for rate in lane.rates]
    volumes = backward(required, lane.average_deal_size, rates, scenario.rounding)
    planned = float(exact(volumes[-1]) * exact(lane.average_deal_size))
    spend = None if lane.cost_per_lead is None else volumes[LEAD_STEP] * lane.cost_per_lead
    cac = spend / volumes[-1] if spend is not None and volumes[-1] else None
    margin = scenario.gross_margin
    payback = cac / (lane.average_deal_size / 12 * margin) if cac is not None and margin else None
    return LaneResult(
        id=lane.id,
        name=lane.name,
        share=float(share),
        revenue_required=required,
        revenue_planned=planned,
        revenue_now=revenue_now(lane),
        steps=tuple(
            StepResult(step.id, step.name, volume, now)
            for step, volume, now in zip(lane.steps, volumes, _paces(lane), strict=True)
        ),
        pipeline_value=float(exact(volumes[-2]) * exact(lane.average_deal_size)),
        spend=spend,
        cac=cac,
        payback_months=payback,
        roi=_roi(planned, spend, margin),
    )


def _paces(lane: Lane) -> list[float | None]:
    """Today's volume of each step: its own, else carried along today's rates from the step above."""
    found: list[float | None] = [lane.steps[0].now]
    for step, rate in zip(lane.steps[1:], lane.rates, strict=True):
        above = found[-1]
        carried = None if above is None or rate.now is None else above * rate.now
        found.append(carried if step.now is None else step.now)
    return found


def revenue_now(lane: Lane) -> float | None:
    """Revenue at today's pace: first volume x all current rates x deal size.

    `None` when the first volume or a rate is unknown.
    """
    first = lane.steps[0].now
    rates = [rate.now for rate in lane.rates if rate.now is not None]
    if first is None or len(rates) != len(lane.rates):
        return None
    return first * prod(rates) * lane.average_deal_size


def _roi(revenue: float, spend: float | None, margin: float | None) -> float | None:
    return (revenue * (margin or 1) - spend) / spend if spend else None


def _total(lanes: Sequence[LaneResult], scenario: Scenario) -> LaneResult:
    """Sums over lanes; steps are matched by id, in the order they first occur."""
    spend = _sum([lane.spend for lane in lanes])
    planned = sum(lane.revenue_planned for lane in lanes)
    deals = sum(lane.steps[-1].required for lane in lanes)
    cac = spend / deals if spend is not None and deals else None
    margin = scenario.gross_margin
    deal = planned / deals if deals else 0.0
    return LaneResult(
        id="total",
        name="Total",
        share=1.0,
        revenue_required=sum(lane.revenue_required for lane in lanes),
        revenue_planned=planned,
        revenue_now=_sum(
            [lane.revenue_now for lane in lanes if lane.share > 0 or lane.revenue_now is not None]
        ),
        steps=_total_steps(lanes),
        pipeline_value=sum(lane.pipeline_value for lane in lanes),
        spend=spend,
        cac=cac,
        payback_months=cac / (deal / 12 * margin) if cac is not None and margin and deal else None,
        roi=_roi(planned, spend, margin),
    )


def _total_steps(lanes: Sequence[LaneResult]) -> tuple[StepResult, ...]:
    names = {step.id: step.name for lane in lanes for step in lane.steps}
    by_id = {key: [s for lane in lanes for s in lane.steps if s.id == key] for key in names}
    return tuple(
        StepResult(key, names[key], sum(s.required for s in found), _sum([s.now for s in found]))
        for key, found in by_id.items()
    )


def _sum(values: Sequence[float | None]) -> float | None:
    """The sum; `None` when any part is unknown."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def blended(scenario: Scenario, result: TreeResult) -> Lane | None:
    """The sum of all lanes as one lane, its rates the ratios of summed volumes.

    `None` when the lanes do not have the same steps: then only money adds up.
    """
    first = scenario.lanes[0]
    ids = [step.id for step in first.steps]
    if any([step.id for step in lane.steps] != ids for lane in scenario.lanes):
        return None
    steps = result.total.steps
    deals, planned = steps[-1].required, result.total.revenue_planned
    rates = [
        {
            **rate.model_dump(),
            "value": min(below.required / above.required, 1) if above.required else rate.value,
            "now": _ratio(below.now, above.now),
            "counts": None,
            "reference": None,
            "source": "All lanes together.",
        }
        for rate, above, below in zip(first.rates, steps, steps[1:], strict=False)
    ]
    changes = {
        "id": "total",
        "name": "Total",
        "share": 1,
        "rates": rates,
        "average_deal_size": planned / deals if deals else first.average_deal_size,
        "cost_per_lead": None,
        "steps": [
            {**step.model_dump(), "now": total.now}
            for step, total in zip(first.steps, steps, strict=True)
        ],
    }
    return Lane.model_validate({**first.model_dump(), **changes})


def planned_rates(scenario: Scenario) -> dict[str, float]:
    """Planned rate of each metric over all lanes that have it, by metric id.

    Lanes count by the units they need at the step the rate starts from; a lane that needs none counts
    only where no other does.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for lane, solved in zip(scenario.lanes, solve(scenario).lanes, strict=True):
        for rate, above in zip(lane.rates, solved.steps, strict=False):
            found.setdefault(rate.metric_id, []).append((rate.value, above.required))
    return {metric_id: _weighted(values) for metric_id, values in found.items()}


def _weighted(values: Sequence[tuple[float, float]]) -> float:
    whole = sum(weight for _, weight in values)
    if not whole or len({value for value, _ in values}) == 1:
        return values[0][0]
    return float(f"{sum(value * weight for value, weight in values) / whole:.12g}")


def _ratio(part: float | None, whole: float | None) -> float | None:
    return min(part / whole, 1.0) if part is not None and whole else None


def from_step(lane: Lane, position: int, volume: float, scenario: Scenario) -> tuple[float, ...]:
    """All volumes of a lane when the step at `position` is set to `volume`.

    Steps above are worked backward from it, steps below forward. In whole mode volumes above are
    rounded up and volumes below are not rounded: they are expectations.
    """
    rates = [rate.value for rate in lane.rates]
    above = backward(volume, 1, rates[:position], scenario.rounding)
    below: list[float] = []
    here = volume
    for rate in rates[position:]:
        here *= rate
        below.append(here)
    return (*above[:-1], volume, *below)


@dataclass(frozen=True)
class Trial:
    """A lane with one step set to a volume. Money in the framework's currency."""

    volumes: tuple[float, ...]
    revenue: float
    gap: float
    """Of the lane's required revenue; negative when above it."""


def try_volume(lane: Lane, position: int, volume: float, scenario: Scenario) -> Trial:
    """What a volume at one step asks of the steps above and brings below."""
    volumes = from_step(lane, position, volume, scenario)
    revenue = volumes[-1] * lane.average_deal_size
    required = next(x for x in solve(scenario).lanes if x.id == lane.id).revenue_required
    return Trial(volumes, revenue, required - revenue)
