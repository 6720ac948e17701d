"""What the model needs of a metric: for the revenue plan to close, and for unit economics to hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpi_core.catalog.loader import Catalog
from kpi_core.formats import value_text
from kpi_core.framework.funnel import requirements as plan_requirements
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.goal_seek import SAME, equal_effort, single_levers, spend_check
from kpi_core.kpi_tree.lanes import LEAD_STEP, revenue_now, solve
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import RateBasis
from kpi_core.models.tree import Lane, Scenario, TreeRate

LTV_TO_CAC = 3.0
"""The usual rule of thumb for customer lifetime value over acquisition cost; a convention."""


@dataclass(frozen=True)
class Requirement:
    """What one metric must be, all else as today, in the metric's unit."""

    metric_id: str
    value: float
    """May be above what is possible, such as a rate of 1.3: then it is not reachable."""
    words: str
    """What it rests on, in a sentence."""
    at_most: bool
    """True where the metric must not be above `value`, false where it must not be below."""
    reachable: bool = True
    """Whether the metric alone can get there: a rate up to its cap in the tree's base scenario."""
    known_pace: bool = True
    """False for a rate where today's volume is not known, so that it is the plan's own rate."""

    def met_by(self, value: float) -> bool:
        """Whether `value` satisfies it, but for rounding."""
        slack = SAME * abs(self.value)
        return value <= self.value + slack if self.at_most else value >= self.value - slack


def model_requirements(
    framework: MeasurementFramework, catalog: Catalog, base: Scenario | None = None
) -> dict[str, Requirement]:
    """Requirements by metric id: rates and volumes of the tree's base scenario, and unit economics.

    Rates: the value at which the plan closes with everything else at today's pace (planned where that
    is not known), below today's where the plan is covered. Volumes and money: what the plan needs in
    the fiscal year. CAC, CAC payback, cost per lead: from the first saved scenario with a payback
    limit, gross margin or budget, where those are given. LTV:CAC where an own value is given. `base`
    is the base scenario where it is at hand.
    """
    base = base or base_scenario(framework, catalog)
    found: dict[str, Requirement] = {}
    for requirement in (
        *_rates(base, framework.company.currency),
        *_volumes(framework),
        *_unit_economics(framework),
    ):
        found.setdefault(requirement.metric_id, requirement)
    return found


def proposal_requirements(framework: MeasurementFramework, catalog: Catalog) -> dict[str, float]:
    """What targets are proposed towards: what the plan needs, and rates that fall short of it.

    A rate is among them where today's pace is known, misses the plan, and this rate alone could close
    the gap. Where all rates at their caps together could not, rates that would have to be above 100%
    are among them too: the plan is infeasible.
    """
    needed = plan_requirements(framework.funnel_plan)
    units = {metric.id: metric.unit for metric in framework.metrics}
    if not any(kpi.baseline and units[kpi.metric_id] is Unit.COUNT for kpi in framework.kpis):
        return needed
    base = base_scenario(framework, catalog)
    levers = [lever for lever in single_levers(base) if lever.kind == "rate"]
    known = {lane.id for lane in base.lanes if lane.steps[0].now is not None}
    chosen = {(lane.id, rate.metric_id) for lane in base.lanes for rate in lane.rates}
    infeasible = bool(levers) and equal_effort(base, chosen).effort is None
    for lever in levers:
        if lever.needed is None or lever.lane_id not in known:
            continue
        if lever.reachable or (infeasible and lever.needed > 1):
            needed[lever.id] = float(f"{lever.needed:.12g}")
    return needed


# The tree


def _rates(base: Scenario, currency: str) -> Iterator[Requirement]:
    """Lanes that have to bring something go first."""
    levers = {(lever.lane_id, lever.id): lever for lever in single_levers(base)}
    surplus = 0.0 if levers else sum(_pace(base).values()) - base.marketing_revenue
    paces = _pace(base)
    for lane in sorted(base.lanes, key=lambda lane: lane.share == 0):
        for rate in lane.rates:
            now = _now(rate)
            lever = levers.get((lane.id, rate.metric_id))
            needed = lever.needed if lever else _covered(now, paces[lane.id], surplus)
            if lane.steps[0].now is None:
                words = "At the volumes planned, this is the rate the plan counts on."
                yield Requirement(rate.metric_id, rate.value, words, False, True, False)
            elif needed is not None:
                reason = lever.reason if lever else None
                words = _rate_words(needed, now, reason, currency)
                yield Requirement(rate.metric_id, needed, words, False, reason is None)


def _rate_words(needed: float, now: float, reason: str | None, currency: str) -> str:
    shown = value_text(needed, Unit.RATIO, currency)
    if needed < now:
        return f"With all else as today, the revenue plan closes down to {shown}."
    words = f"With all else as today, the revenue plan closes at {shown}"
    return f"{words}: {reason}." if reason else f"{words}."


def _covered(now: float, revenue: float, surplus: float) -> float | None:
    """The rate at which a lane brings `surplus` less; `None` when the lane brings nothing."""
    return now * max(revenue - surplus, 0.0) / revenue if revenue else None


def _pace(base: Scenario) -> dict[str, float]:
    """Revenue of each lane at today's pace, planned where that is not known."""
    return {
        lane.id: revenue_now(_filled(lane, solved.steps[0].required)) or 0.0
        for lane, solved in zip(base.lanes, solve(base).lanes, strict=True)
    }


def _filled(lane: Lane, first: float) -> Lane:
    """The lane with a planned number wherever today's is not known."""
    top = lane.steps[0]
    steps = [{**dict(top), "now": first if top.now is None else top.now}, *lane.steps[1:]]
    rates = [{**dict(rate), "now": _now(rate)} for rate in lane.rates]
    return Lane.model_validate({**dict(lane), "steps": steps, "rates": rates})


def _now(rate: TreeRate) -> float:
    return rate.value if rate.now is None else rate.now


def _volumes(framework: MeasurementFramework) -> Iterator[Requirement]:
    plan, currency = framework.funnel_plan, framework.company.currency
    assumed = {r.metric_id for r in plan.rates if r.basis is RateBasis.ASSUMPTION}
    units = {metric.id: metric.unit for metric in framework.metrics}
    for metric_id, value in plan_requirements(plan).items():
        if metric_id not in assumed:
            shown = value_text(value, units.get(metric_id, Unit.COUNT), currency)
            words = f"The revenue plan needs {shown} in the fiscal year."
            yield Requirement(metric_id, value, words, False)


# Unit economics


def _unit_economics(framework: MeasurementFramework) -> Iterator[Requirement]:
    own = {kpi.metric_id: kpi.baseline.value for kpi in framework.kpis if kpi.baseline}
    currency = framework.company.currency
    ratio, cost = own.get("ltv_to_cac"), own.get("customer_acquisition_cost")
    limits: list[Requirement] = []
    if ratio is not None:
        words = "A lifetime value of three times the acquisition cost is the usual rule of thumb."
        yield Requirement("ltv_to_cac", LTV_TO_CAC, words, False)
    if ratio is not None and cost is not None:
        most = ratio * cost / LTV_TO_CAC
        shown = value_text(most, Unit.MONEY, currency)
        words = f"At today's lifetime value, LTV:CAC stays at 3 up to {shown}."
        limits.append(Requirement("customer_acquisition_cost", most, words, True))
    scenario = next((s for s in framework.scenarios if _has_limits(s)), None)
    if scenario:
        limits += _limits(scenario, currency)
    yield from sorted(limits, key=lambda limit: limit.value)  # the tightest limit counts


def _has_limits(scenario: Scenario) -> bool:
    return scenario.budget is not None or scenario.payback_limit_months is not None


def _limits(scenario: Scenario, currency: str) -> Iterator[Requirement]:
    """What a scenario's payback limit, gross margin and budget allow."""
    check, name = spend_check(scenario), scenario.name
    months = scenario.payback_limit_months
    if months is not None:
        shown = value_text(months, Unit.MONTHS, currency)
        yield Requirement("cac_payback", months, f"Limit of {shown} in {name}.", True)
    if check.allowed_cac is not None:
        shown = value_text(check.allowed_cac, Unit.MONEY, currency)
        words = f"Up to {shown} the payback limit in {name} holds."
        yield Requirement("customer_acquisition_cost", check.allowed_cac, words, True)
    leads = sum(lane.steps[LEAD_STEP].required for lane in solve(scenario).lanes)
    if check.allowed is not None and leads:
        most = check.allowed / leads
        limit = "budget" if check.binding == "budget" else "payback limit"
        shown = value_text(most, Unit.MONEY, currency)
        words = f"Up to {shown} the leads the plan needs fit the {limit} in {name}."
        yield Requirement("cost_per_lead", most, words, True)
