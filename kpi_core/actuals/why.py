"""Why revenue changed or missed the plan: from the facts to the drivers of each lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isclose
from typing import Literal

from kpi_core.actuals.calendar import Period, days_elapsed, first_days
from kpi_core.actuals.decompose import Decomposition, Driver, decompose
from kpi_core.actuals.figures import ALL, Figures, Filters
from kpi_core.actuals.targets_by_period import share_of_year
from kpi_core.actuals.why_words import in_sentence, sentence
from kpi_core.kpi_tree.solve import required_volumes
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import FunnelPlan, FunnelStep

REVENUE = "won_revenue"
"""The measure that is explained."""
DEAL_SIZE = "average_deal_size"
PLAN_NOTE = "the plan is for what marketing must bring; the data holds every deal that was uploaded"
PLANNED_SIZE = "won revenue is not measured, so each deal counts with the planned deal size"
_SAME = 1e-6

Volumes = Mapping[str, float]
"""Units of each funnel step by its id, and won revenue under `won_revenue`."""


@dataclass(frozen=True)
class NotPossible:
    """Why revenue cannot be explained, in one sentence."""

    reason: str


@dataclass(frozen=True)
class _Chain:
    """The steps of the funnel that are known on both sides, the last of them the won deals."""

    plan: FunnelPlan
    steps: tuple[FunnelStep, ...]
    has_revenue: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids to read: metrics of the steps, and won revenue where it is measured."""
        return (*(step.metric_id or "" for step in self.steps), *((REVENUE,) * self.has_revenue))

    @property
    def keys(self) -> tuple[str, ...]:
        """Ids of the steps, and won revenue where it is measured."""
        return (*(step.id for step in self.steps), *((REVENUE,) * self.has_revenue))


def why(
    figures: Figures,
    framework: MeasurementFramework,
    now: Period,
    against: Period | Literal["plan"],
    filters: Filters = ALL,
    *,
    seasonality: Sequence[float] = (),
) -> Decomposition | NotPossible:
    """Won revenue of `now` against another period or the plan, divided among what it is made of.

    Drivers: units of the first funnel step that is known, the rate from each known step to the next,
    deal size. Rates are by period: deals won in it by units of the step before in it, so that the
    product is the revenue exactly. Steps that are not known on both sides are merged over, in a lane
    also those with 0 units above a step that has some. Where no won revenue is measured, deals count
    with the planned deal size, and the note says so.

    Lanes are the channels, where deals, revenue and one more step are split by channel and add up;
    against the plan, or with a channel in `filters`, there is one. While `now` is running its first
    days are compared with as many of the other period, or with their part of the plan by the months'
    `seasonality` (twelve weights of the fiscal year; empty for even months).
    """
    if figures.as_of < now.start:
        return NotPossible(f"{now.label} has not begun.")
    if against == "plan" and filters != ALL:
        return NotPossible("The plan is not split by channel or segment: show all of them.")
    part, other = _compared(now, against, days_elapsed(now, figures.as_of))
    chain = _measured(figures, framework.funnel_plan, (part, other), filters)
    if isinstance(chain, NotPossible):
        return chain
    try:
        if against == "plan":
            share = share_of_year(part, figures.fiscal_start, seasonality)
            found = _against_plan(figures, chain, part, share)
        else:
            found = _against_period(figures, chain, part, other, filters)
    except ValueError as error:
        return NotPossible(f"The parts cannot be computed: {error}.")
    if found.before == found.after == 0:
        return NotPossible(f"There is no won revenue in {part.label} or before.")
    said = sentence(found, framework, part, "plan" if against == "plan" else other.label)
    notes = _notes(figures, chain, (part, other), filters, against)
    return replace(found, sentence=said, note="; ".join(dict.fromkeys(notes)) or None)


def _compared(
    now: Period, against: Period | Literal["plan"], elapsed: int
) -> tuple[Period, Period]:
    """The part of `now` that has passed, and as much of the other period; the plan has `now`'s part."""
    part = first_days(now, elapsed)
    if against == "plan":
        return part, part
    return part, against if part == now else first_days(against, elapsed)


def _measured(
    figures: Figures, plan: FunnelPlan, periods: Sequence[Period], filters: Filters
) -> _Chain | NotPossible:
    """The steps known in all the periods; not possible without the won deals."""
    last = plan.steps[-1]
    unknown = [
        reading.note
        for period in periods
        if (reading := figures.read(last.metric_id or last.id, period, filters)).value is None
    ]
    if unknown:
        return NotPossible(f"{last.name} cannot be read: {unknown[0]}.")

    def known(key: str | None) -> bool:
        readings = (figures.read(key or "", period, filters) for period in periods)
        return all(reading.value is not None for reading in readings)

    return _Chain(plan, tuple(step for step in plan.steps if known(step.metric_id)), known(REVENUE))


def _notes(
    figures: Figures,
    chain: _Chain,
    periods: Sequence[Period],
    filters: Filters,
    against: Period | Literal["plan"],
) -> list[str]:
    """What is approximate about the deals and the revenue."""
    deals = chain.steps[-1].metric_id or ""
    keys = (deals, REVENUE) if chain.has_revenue else (deals,)
    readings = [figures.read(key, period, filters) for period in periods for key in keys]
    return [
        *([] if chain.has_revenue else [PLANNED_SIZE]),
        *([PLAN_NOTE] if against == "plan" else []),
        *(f"{figures.name(deals)}: {note}" for r in readings if (note := r.note)),
    ]


# ---- the two comparisons ----


def _against_plan(figures: Figures, chain: _Chain, part: Period, share: float) -> Decomposition:
    required = {step.id: step.required * share for step in required_volumes(chain.plan)}
    planned = {step.id: required[step.id] for step in chain.steps}
    planned[REVENUE] = planned[chain.steps[-1].id] * chain.plan.average_deal_size
    actual = _volumes(figures, chain, part, ALL)
    if actual is None:
        raise ValueError("a step is not known")
    drivers = _drivers(chain, planned, actual)
    return decompose({"": drivers[0]}, {"": drivers[1]})


def _against_period(
    figures: Figures, chain: _Chain, now: Period, then: Period, filters: Filters
) -> Decomposition:
    lanes = _lanes(figures, chain, now, then, filters)
    if lanes is None:
        new, old = (_volumes(figures, chain, period, filters) for period in (now, then))
        if old is None or new is None:
            raise ValueError("a step is not known")
        lanes = {"": _drivers(chain, old, new)}
    before = {lane: drivers[0] for lane, drivers in lanes.items()}
    return decompose(before, {lane: drivers[1] for lane, drivers in lanes.items()})


def _lanes(
    figures: Figures, chain: _Chain, now: Period, then: Period, filters: Filters
) -> dict[str, tuple[list[Driver], list[Driver]]] | None:
    """Drivers then and now of each channel; `None` where the data has none that add up to the whole."""
    if filters.channel is not None or len(figures.channels) < 2:
        return None
    kept = [step for step in chain.steps if _splits(figures, step.metric_id, (now, then), filters)]
    deals = chain.steps[-1]
    money = not chain.has_revenue or _splits(figures, REVENUE, (now, then), filters)
    if deals not in kept or len(kept) < 2 or not money:
        return None
    split = replace(chain, steps=tuple(kept))
    found = {}
    for channel in figures.channels:
        only = Filters(channel, filters.segment)
        old, new = (_volumes(figures, split, period, only) for period in (then, now))
        if old is None or new is None:
            return None
        if any((*old.values(), *new.values())):
            found[channel] = _drivers(split, old, new)
    return found or None


def _splits(figures: Figures, key: str | None, periods: Sequence[Period], filters: Filters) -> bool:
    """Whether the channels' values add up to the whole in each period."""
    for period in periods:
        whole = figures.read(key or "", period, filters).value
        parts = [r.value for r in figures.by_channel(key or "", period, filters).values()]
        known = [value for value in parts if value is not None]
        if whole is None or len(known) < len(parts):
            return False
        if not isclose(sum(known), whole, rel_tol=_SAME, abs_tol=_SAME):
            return False
    return True


def _volumes(
    figures: Figures, chain: _Chain, period: Period, filters: Filters
) -> dict[str, float] | None:
    """Units of each step and won revenue; `None` where one is not known."""
    found: dict[str, float] = {}
    for key, metric_id in zip(chain.keys, chain.ids, strict=True):
        value = figures.read(metric_id, period, filters).value
        if value is None:
            return None
        found[key] = value
    deals = found[chain.steps[-1].id]
    return {REVENUE: deals * chain.plan.average_deal_size, **found}


# ---- from volumes to drivers ----


def _drivers(chain: _Chain, old: Volumes, new: Volumes) -> tuple[list[Driver], list[Driver]]:
    """Volume, rates and deal size on both sides; their product is the revenue of each.

    Where a rate is unknown on one side, 0 of 0, it is the other side's: then it explains nothing.
    """
    deals = chain.steps[-1]
    if any(side[deals.id] == 0 and side[REVENUE] != 0 for side in (old, new)):
        name = "Won revenue"  # money without deals: nothing to divide it by
        before, after = (Driver(REVENUE, name, side[REVENUE], "size") for side in (old, new))
        return [before], [after]
    steps = _usable(chain.steps, old, new)
    top = steps[0]
    sides = [[Driver(top.id, top.name, side[top.id], "volume")] for side in (old, new)]
    for upper, lower in pairwise(steps):
        rate_id, name = _rate_name(chain.plan, upper, lower)
        values = _ratios(old, new, lower.id, upper.id)
        for side, value in zip(sides, values, strict=True):
            side.append(Driver(rate_id, name, value, "rate"))
    for side, value in zip(sides, _ratios(old, new, REVENUE, deals.id), strict=True):
        side.append(Driver(DEAL_SIZE, "Average deal size", value, "size"))
    return sides[0], sides[1]


def _usable(steps: Sequence[FunnelStep], old: Volumes, new: Volumes) -> list[FunnelStep]:
    """The steps without those that are 0 on a side where the next one below is not."""
    kept = [steps[-1]]
    for step in reversed(steps[:-1]):
        if all(side[step.id] != 0 or side[kept[0].id] == 0 for side in (old, new)):
            kept.insert(0, step)
    return kept


def _ratios(old: Volumes, new: Volumes, over: str, under: str) -> tuple[float, float]:
    rates = [side[over] / side[under] if side[under] else None for side in (old, new)]
    known = next((rate for rate in rates if rate is not None), 0.0)
    before, after = (known if rate is None else rate for rate in rates)
    return before, after


def _rate_name(plan: FunnelPlan, upper: FunnelStep, lower: FunnelStep) -> tuple[str, str]:
    """The plan's own name of the rate between two steps, or a name where some were merged over."""
    at = plan.steps.index(upper)
    if plan.steps[at + 1] == lower:
        return plan.rates[at].metric_id, plan.rates[at].name
    name = f"Rate from {in_sentence(upper.name)} to {in_sentence(lower.name)}"
    return f"{upper.id}_to_{lower.id}", name
