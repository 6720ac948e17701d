"""What a dashboard looks at: the period, the filters, and the targets that hold for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from kpi_core.actuals.calendar import Period, period_of
from kpi_core.actuals.figures import Figures, Filters
from kpi_core.actuals.targets_by_period import elapsed_weight, period_target
from kpi_core.catalog.loader import load_catalog
from kpi_core.framework.funnel import requirements
from kpi_core.models.actuals import AttributionModel, Grain
from kpi_core.models.base import Aggregation, Cadence
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi, Target, TargetBasis
from kpi_core.models.metric import MetricDefinition

REMAINING_REVENUE = "remaining_revenue_target"
BUDGET = "marketing_budget"
WON_REVENUE = "won_revenue"
LAGGING_DAYS = 31


@dataclass(frozen=True)
class View:
    """One look at the figures: a framework, what was measured, a period and filters."""

    framework: MeasurementFramework
    figures: Figures
    period: Period
    filters: Filters = field(default_factory=Filters)
    model: AttributionModel = AttributionModel.POSITION_BASED
    credits: pd.DataFrame | None = None
    """Credit of touches by model; `None` when no touches were given."""
    cohorts: pd.DataFrame | None = None
    """Entries and steps reached by month of entry; `None` when only values were given."""

    @property
    def as_of(self) -> date:
        """The day the figures reach to."""
        return self.figures.as_of

    @property
    def fiscal_start(self) -> int:
        """First month of the fiscal year."""
        return self.framework.company.fiscal_year_start_month

    @property
    def running(self) -> bool:
        """Whether the period is not over on the day the figures reach to."""
        return self.as_of < self.period.end

    def metric(self, metric_id: str) -> MetricDefinition:
        """The definition as the framework words it."""
        return self.framework.metric(metric_id)

    def kpi(self, metric_id: str) -> Kpi | None:
        """The KPI of that metric; `None` for a metric that was not chosen as one."""
        return next((k for k in self.framework.kpis if k.metric_id == metric_id), None)

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.framework.company.currency

    def expected_share(self, day: date) -> float:
        """Part of the period's amounts expected by the end of `day`, by the season; 0 to 1."""
        season = seasonality(self.framework)
        return elapsed_weight(self.period, day, self.fiscal_start, season)

    def with_filters(self, filters: Filters) -> View:
        """The same look with other filters."""
        return replace(self, filters=filters)

    @property
    def is_filtered(self) -> bool:
        """Whether only a channel or a segment is looked at."""
        return self.filters.channel is not None or self.filters.segment is not None


def seasonality(framework: MeasurementFramework) -> tuple[float, ...]:
    """Weights of the fiscal year's months in the first saved scenario that has any; else empty."""
    plans = (scenario.time.seasonality for scenario in framework.scenarios)
    return next((weights for weights in plans if weights), ())


def budget(framework: MeasurementFramework) -> float | None:
    """The year's marketing budget in the first saved scenario that has one."""
    return next((s.budget for s in framework.scenarios if s.budget is not None), None)


def target_of(view: View, metric_id: str) -> float | None:
    """What the metric should be over the whole period, in its unit.

    The KPI's target, else what the revenue plan needs. `None` when there is neither, and for amounts
    of one channel or segment alone: targets are for all of them together.
    """
    metric, kpi = view.metric(metric_id), view.kpi(metric_id)
    if kpi is None or kpi.target is None:
        kpi = _planned(view.framework, metric)
    if kpi is None or (view.is_filtered and metric.over_time is Aggregation.SUM):
        return None
    weights = seasonality(view.framework)
    return period_target(kpi, metric, view.period, view.fiscal_start, weights)


def _planned(framework: MeasurementFramework, metric: MetricDefinition) -> Kpi | None:
    rates = {rate.metric_id: rate.value for rate in framework.funnel_plan.rates}
    needed = {**rates, **requirements(framework.funnel_plan)}.get(metric.id)
    if needed is None:
        return None
    reason = "What the revenue plan needs."
    return Kpi(
        metric_id=metric.id,
        stage=metric.stage,
        role="supporting",
        reason=reason,
        owner_role=None,
        cadence=Cadence.MONTHLY,
        target=Target(value=needed, basis=TargetBasis.MODEL_REQUIREMENT, reason=reason),
    )


def open_figures(
    facts: pd.DataFrame, framework: MeasurementFramework, as_of: date | None = None
) -> Figures:
    """Figures over `facts`, with what the plan supplies to formulas: budget and revenue to go."""
    fiscal_start = framework.company.fiscal_year_start_month

    def planned(measure_id: str, period: Period) -> float | None:
        year = period_of(period.start, Grain.YEAR, fiscal_start)
        if measure_id == BUDGET:
            yearly = budget(framework)
            return None if yearly is None else yearly * period.days / year.days
        if measure_id == REMAINING_REVENUE:
            won = figures.read(WON_REVENUE, year).value
            return None if won is None else max(0.0, framework.company.revenue_target - won)
        return None

    figures = Figures(facts, framework, as_of, plan_measures=planned, catalog=load_catalog())
    return figures


def usual_day(figures: Figures, framework: MeasurementFramework) -> date:
    """The day to look at by default: the last of the data, or of the funnel's first measured step.

    The latter where that step ends more than a month earlier, as in an export of past leads with all
    the deals that came of them: later periods would show no leads at all.
    """
    for step in framework.funnel_plan.steps:
        last = figures.last_day_of(step.metric_id) if step.metric_id else None
        if last is not None:
            return last if (figures.as_of - last).days > LAGGING_DAYS else figures.as_of
    return figures.as_of
