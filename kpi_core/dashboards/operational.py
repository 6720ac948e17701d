"""The operational layer: where in the funnel are we strong and where are we leaking?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kpi_core.actuals.figures import Reading
from kpi_core.actuals.status import Status, status
from kpi_core.actuals.targets_by_period import adds_up
from kpi_core.dashboards.cohort_grid import CohortGrid, cohort_grid, cohort_steps
from kpi_core.dashboards.credits import credited
from kpi_core.dashboards.tiles import Tile, bar_of, expected_of, tile, tiles
from kpi_core.dashboards.view import BUDGET, View, target_of
from kpi_core.models.actuals import UNKNOWN
from kpi_core.models.kpi import Thresholds
from kpi_core.models.metric import MetricDefinition

PERFORMANCE = (
    "website_sessions",
    "new_leads",
    "sign_ups",
    "mql_count",
    "lead_to_mql_rate",
    "qualified_activations",
    "activation_rate",
    "sql_count",
    "opportunities_created",
    "marketing_sourced_pipeline",
    "closed_won_deals",
    "new_paying_customers",
    "win_rate",
    "closed_won_revenue",
    "cost_per_lead",
)
"""Columns of the channel table, in order; those without figures are left out."""
MOST_CAMPAIGNS = 8
SPEND = "marketing_spend"
RESPONSE = "hours_to_first_response"


@dataclass(frozen=True)
class FunnelRow:
    """One funnel step, and the conversion into it from the step before."""

    step_id: str
    name: str
    volume: Reading
    target: float | None
    status: Status
    rate: MetricDefinition | None
    """`None` for the first step."""
    rate_reading: Reading | None
    rate_target: float | None
    rate_status: Status | None

    @property
    def bar(self) -> float | None:
        """Volume over target, 0 or more; `None` where either is not known."""
        return bar_of(self.volume.value, self.target)

    @property
    def expected_share(self) -> float | None:
        """Expected to date over target; `None` without either."""
        return expected_of(self.status.expected, self.target)


@dataclass(frozen=True)
class ChannelRow:
    """One channel's figures, by metric id."""

    channel: str
    readings: dict[str, Reading]


@dataclass(frozen=True)
class Performance:
    """Channels side by side."""

    metrics: tuple[MetricDefinition, ...]
    rows: tuple[ChannelRow, ...]
    """Those with anything in the period; most of `by` first, an unknown channel last."""
    by: MetricDefinition
    """What the rows are ordered by: the north star, else the column furthest down the funnel."""


@dataclass(frozen=True)
class Campaign:
    """What one campaign is credited with, in the framework's currency."""

    name: str
    pipeline: float
    revenue: float


@dataclass(frozen=True)
class Campaigns:
    """Campaigns side by side, most credit first."""

    by: Literal["pipeline", "revenue"]
    """What they are ordered by: revenue where no touch leads to any pipeline."""
    rows: tuple[Campaign, ...]

    def value(self, campaign: Campaign) -> float:
        """What `campaign` is compared by."""
        return campaign.pipeline if self.by == "pipeline" else campaign.revenue


@dataclass(frozen=True)
class BudgetUse:
    """Spend against the part of the budget that belongs to the period."""

    spent: float
    budget: float
    expected: float
    """The budget of the days gone by."""


@dataclass(frozen=True)
class Response:
    """How fast sales answers handed-over leads, against the agreement."""

    agreed_hours: float
    median_hours: float
    answered: int
    in_time: int


@dataclass(frozen=True)
class Operational:
    """Everything the operational page shows; parts without figures are `None` or empty."""

    tiles: tuple[Tile, ...]
    funnel: tuple[FunnelRow, ...]
    performance: Performance | None
    campaigns: Campaigns | None
    budget: BudgetUse | None
    response: Response | None
    cohorts: CohortGrid | None


def operational(view: View, cohort: tuple[str, str] | None = None) -> Operational:
    """The operational layer for one look; `cohort` is the pair of steps the grid is made of."""
    pairs = cohort_steps(view)
    pair = cohort if cohort in pairs else (pairs[0] if pairs else None)
    return Operational(
        tiles=tiles(view, view.framework.dashboards.operational.metric_ids),
        funnel=funnel_rows(view),
        performance=performance(view),
        campaigns=campaigns(view),
        budget=budget_use(view),
        response=response(view),
        cohorts=cohort_grid(view, *pair) if pair else None,
    )


def funnel_rows(view: View) -> tuple[FunnelRow, ...]:
    """The plan's steps that a metric counts, top of the funnel first."""
    plan, rows = view.framework.funnel_plan, []
    for position, step in enumerate(plan.steps):
        if step.metric_id is None:
            continue
        target, volume = target_of(view, step.metric_id), _read(view, step.metric_id)
        rate = view.metric(plan.rates[position - 1].metric_id) if position else None
        rate_tile = tile(view, rate.id) if rate else None
        rows.append(
            FunnelRow(
                step_id=step.id,
                name=step.name,
                volume=volume,
                target=target,
                status=_status(view, view.metric(step.metric_id), target, volume),
                rate=rate,
                rate_reading=rate_tile.reading if rate_tile else None,
                rate_target=rate_tile.target if rate_tile else None,
                rate_status=rate_tile.status if rate_tile else None,
            )
        )
    return tuple(rows)


def _read(view: View, metric_id: str) -> Reading:
    return view.figures.read(metric_id, view.period, view.filters)


def _status(view: View, metric: MetricDefinition, target: float | None, read: Reading) -> Status:
    kpi = view.kpi(metric.id)
    weight = view.expected_share(view.as_of) if adds_up(metric) else None
    thresholds = kpi.thresholds if kpi else Thresholds()
    return status(
        metric,
        target,
        read,
        view.period,
        view.as_of,
        thresholds,
        weight,
        currency=view.currency,
    )


def performance(view: View) -> Performance | None:
    """Channels with their figures, most of the north star first; `None` without channels."""
    known = {metric.id for metric in view.framework.metrics}
    if view.filters.channel is not None:
        return None
    by_metric = {
        metric_id: {c: r for c, r in found.items() if c and r.value is not None}
        for metric_id in PERFORMANCE
        if metric_id in known
        and _in_funnel(view, view.metric(metric_id))
        and (found := view.figures.by_channel(metric_id, view.period, view.filters))
    }
    shown = [metric_id for metric_id, found in by_metric.items() if found]
    channels = dict.fromkeys(
        channel for key in shown for channel, r in by_metric[key].items() if r.value
    )
    if not channels:
        return None
    order, rank = _ranked(view, by_metric, shown)

    def weight(channel: str) -> tuple[bool, float, str]:
        return (channel == UNKNOWN, -rank.get(channel, 0.0), channel)

    rows = tuple(
        ChannelRow(c, {key: by_metric[key][c] for key in shown if c in by_metric[key]})
        for c in sorted(channels, key=weight)
    )
    return Performance(tuple(view.metric(key) for key in shown), rows, view.metric(order))


def _ranked(
    view: View, by_metric: Mapping[str, Mapping[str, Reading]], shown: Sequence[str]
) -> tuple[str, dict[str, float]]:
    """What channels are ordered by, with its values: the north star where it is split by channel."""
    star = view.framework.north_star.metric_id
    ours = view.figures.by_channel(star, view.period, view.filters)
    known = {channel: r.value for channel, r in ours.items() if r.value}
    if known:
        return star, known
    amounts = [key for key in shown if adds_up(view.metric(key))] or list(shown)
    key = amounts[-1]
    return key, {channel: r.value for channel, r in by_metric[key].items() if r.value}


def _in_funnel(view: View, metric: MetricDefinition) -> bool:
    """False for steps and rates of other funnels than the plan's."""
    plan = view.framework.funnel_plan
    own = {*(step.metric_id for step in plan.steps), *(rate.metric_id for rate in plan.rates)}
    return metric.id in own or not (metric.funnel_step or metric.funnel_rate)


def campaigns(view: View) -> Campaigns | None:
    """Campaigns credited with most pipeline, then revenue; `None` without touches."""
    pipeline = credited(view, "pipeline", view.period, by="campaign")
    revenue = credited(view, "revenue", view.period, by="campaign")
    names = {name for name in (*pipeline, *revenue) if name}
    found = [Campaign(n, pipeline.get(n, 0.0), revenue.get(n, 0.0)) for n in names]
    found.sort(key=lambda campaign: (-campaign.pipeline, -campaign.revenue, campaign.name))
    by: Literal["pipeline", "revenue"] = "pipeline" if pipeline else "revenue"
    return Campaigns(by, tuple(found[:MOST_CAMPAIGNS])) if found else None


def budget_use(view: View) -> BudgetUse | None:
    """Spend against budget; `None` where spend or budget is not known."""
    if view.is_filtered:
        return None
    spent = view.figures.read(SPEND, view.period).value
    budget = view.figures.read(BUDGET, view.period).value
    if spent is None or not budget:
        return None
    days = max(0, (min(view.as_of, view.period.end) - view.period.start).days + 1)
    return BudgetUse(spent, budget, budget * days / view.period.days)


def response(view: View) -> Response | None:
    """Response times against the agreement; `None` when none were given."""
    agreed = view.framework.agreement.response_hours
    read = view.figures.read(RESPONSE, view.period, view.filters)
    observed = view.figures.observations(RESPONSE, view.period, view.filters)
    total = sum(observed.values())
    if read.value is None or not total:
        return None
    in_time = sum(count for hours, count in observed.items() if hours <= agreed)
    return Response(agreed, read.value, total, in_time)
