"""What the tree commands print with `--json`: one object for each command, field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import FunnelTemplate
from kpi_core.kpi_tree.bottleneck import Leak, leaks
from kpi_core.kpi_tree.goal_seek import (
    EqualEffort,
    SingleLever,
    SpendCheck,
    equal_effort,
    single_levers,
    spend_check,
)
from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.simulate import Simulation
from kpi_core.kpi_tree.solve import Rounding, backward, exact
from kpi_core.kpi_tree.timeplan import TimePlan, plan_months
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Lane, Scenario


@dataclass(frozen=True)
class TreeStepRequired:
    """One funnel step, worked back from the revenue."""

    id: str
    required: float
    """Units in the year; a whole number unless `rounding` is `exact`."""
    rate_to_next: float | None
    """Share of its units that reach the next step; `None` for the last step."""


@dataclass(frozen=True)
class TreeReport:
    """`kpi tree`. The funnel a revenue needs."""

    template: str
    """Funnel template used."""
    revenue: float
    deal_size: float
    rounding: Rounding
    steps: tuple[TreeStepRequired, ...]
    """From the top of the funnel down to won deals."""
    revenue_planned: float
    """Deals x deal size: at least `revenue`, more where deals were rounded up."""
    pipeline_value: float
    """Required units of the step before the deal x deal size."""
    assumed: tuple[str, ...]
    """Metric ids of the rates that were not given and take the template's assumption."""


def tree_report(
    template: FunnelTemplate,
    revenue: float,
    deal_size: float,
    given: Mapping[str, float],
    rounding: Rounding,
) -> TreeReport:
    """The funnel of `template` at the rates given, else at its assumptions."""
    rates = [given.get(rate.metric_id, rate.assumption) for rate in template.rates]
    volumes = backward(revenue, deal_size, rates, rounding)
    return TreeReport(
        template=template.id,
        revenue=revenue,
        deal_size=deal_size,
        rounding=rounding,
        steps=tuple(
            TreeStepRequired(step.id, volume, rate)
            for step, volume, rate in zip(template.steps, volumes, [*rates, None], strict=True)
        ),
        revenue_planned=float(exact(volumes[-1]) * exact(deal_size)),
        pipeline_value=float(exact(volumes[-2]) * exact(deal_size)),
        assumed=tuple(r.metric_id for r in template.rates if r.metric_id not in given),
    )


@dataclass(frozen=True)
class ScenarioReport:
    """What every command that reads a framework file begins with."""

    framework: str
    """Name of the framework."""
    currency: str
    """ISO 4217 code of all amounts."""
    scenario: str
    """Id of the scenario; `base` for the one the framework's funnel plan makes."""
    scenario_name: str
    """Its name."""


def _head(framework: MeasurementFramework, scenario: Scenario) -> dict[str, Any]:
    head = ScenarioReport(framework.name, framework.company.currency, scenario.id, scenario.name)
    return vars(head)


@dataclass(frozen=True)
class LeakReport(Leak):
    """One rate held against its reference."""

    causes: tuple[str, ...]
    """Likely causes of a low rate; empty at the reference and where the catalog names none."""
    checks: tuple[str, ...]
    """What to check first; empty likewise."""


@dataclass(frozen=True)
class LaneReport:
    """What every lane of a result begins with."""

    id: str
    """Id of the lane."""
    name: str
    """Name of the lane."""


@dataclass(frozen=True)
class LaneLeaks(LaneReport):
    """The rates of one lane."""

    revenue_now: float | None
    """What today's volume and rates bring; `None` when the first volume or a rate is unknown."""
    revenue_required: float
    """The lane's part of the revenue marketing must bring; stands in for `revenue_now` in gains."""
    rates: tuple[LeakReport, ...]
    """Most money at stake first."""


@dataclass(frozen=True)
class BottleneckReport(ScenarioReport):
    """`kpi bottleneck`. Where the funnel leaks, by money at stake."""

    bottleneck: str | None
    """Metric id of the rate with most money at stake; `None` when no known rate is below its reference."""
    bottleneck_lane: str | None
    """Id of its lane."""
    lanes: tuple[LaneLeaks, ...]


def bottleneck_report(
    framework: MeasurementFramework, scenario: Scenario, catalog: Catalog
) -> BottleneckReport:
    """Every rate of every lane, and the worst of all."""
    lanes = tuple(
        LaneLeaks(
            lane.id,
            lane.name,
            solved.revenue_now,
            solved.revenue_required,
            tuple(_explained(leak, catalog) for leak in leaks(lane, solved.revenue_required)),
        )
        for lane, solved in zip(scenario.lanes, solve(scenario).lanes, strict=True)
    )
    gain, lane_id, metric_id = max(
        ((lane.rates[0].gain, lane.id, lane.rates[0].metric_id) for lane in lanes),
        key=lambda found: found[0],
    )
    return BottleneckReport(
        **_head(framework, scenario),
        bottleneck=metric_id if gain > 0 else None,
        bottleneck_lane=lane_id if gain > 0 else None,
        lanes=lanes,
    )


def _explained(leak: Leak, catalog: Catalog) -> LeakReport:
    known = catalog.causes.get(leak.metric_id) if leak.proof in ("proven", "not_proven") else None
    causes, checks = (known.causes, known.checks) if known else ((), ())
    return LeakReport(**vars(leak), causes=causes, checks=checks)


@dataclass(frozen=True)
class GoalSeekReport(ScenarioReport):
    """`kpi goal-seek`. What would have to change to reach the target."""

    revenue_required: float
    """Revenue marketing must bring."""
    revenue_at_pace: float
    """First volumes x rates x deal size, all as they are today; planned where today's is not known."""
    single_levers: tuple[SingleLever, ...]
    """Each number of each lane changed alone; empty when nothing is missing."""
    equal_effort: EqualEffort
    spend: SpendCheck


def goal_seek_report(
    framework: MeasurementFramework, scenario: Scenario, chosen: Collection[tuple[str, str]]
) -> GoalSeekReport:
    """Single levers, the equal effort of the `chosen` (lane id, metric id) rates, and the spend."""
    return GoalSeekReport(
        **_head(framework, scenario),
        revenue_required=scenario.marketing_revenue,
        revenue_at_pace=equal_effort(scenario, ()).revenue,
        single_levers=single_levers(scenario),
        equal_effort=equal_effort(scenario, chosen),
        spend=spend_check(scenario),
    )


@dataclass(frozen=True)
class SimulationReport(Simulation, ScenarioReport):
    """`kpi simulate`. The chance of reaching the target. Money per fiscal year."""


def simulation_report(
    framework: MeasurementFramework, scenario: Scenario, found: Simulation
) -> SimulationReport:
    """What the draws say, with the scenario's name."""
    return SimulationReport(**_head(framework, scenario), **vars(found))


@dataclass(frozen=True)
class LanePlan(TimePlan, LaneReport):
    """The monthly plan of one lane. What names no month sums the fiscal year's twelve."""


@dataclass(frozen=True)
class PlanReport(ScenarioReport):
    """`kpi plan`. The plan over months. Sums over lanes are for the fiscal year's twelve months."""

    fiscal_year_start_month: int
    """Calendar month of month 0, 1 for January."""
    months: int
    """Months planned."""
    revenue_target: float
    deals_target: float
    wins_in_year: float
    revenue_in_year: float
    locked_in_deals: float
    """Deals that must come from the opening pipeline and do not."""
    locked_in_revenue: float
    lanes: tuple[LanePlan, ...]


_SUMMED = (
    "revenue_target",
    "deals_target",
    "wins_in_year",
    "revenue_in_year",
    "locked_in_deals",
    "locked_in_revenue",
)


def plan_report(framework: MeasurementFramework, scenario: Scenario) -> PlanReport:
    """Every lane planned over the scenario's months."""
    lanes = tuple(
        LanePlan(**vars(plan_months(lane, scenario, share)), id=lane.id, name=lane.name)
        for lane, share in _shares(scenario)
    )
    return PlanReport(
        **_head(framework, scenario),
        fiscal_year_start_month=framework.company.fiscal_year_start_month,
        months=scenario.time.months,
        **{key: sum(getattr(lane, key) for lane in lanes) for key in _SUMMED},
        lanes=lanes,
    )


def _shares(scenario: Scenario) -> list[tuple[Lane, float]]:
    solved = solve(scenario).lanes
    return [(lane, found.share) for lane, found in zip(scenario.lanes, solved, strict=True)]
