"""Sample values of the metrics that no lead list can tell: traffic, engagement, retention, spend."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kpi_core.actuals.calendar import periods
from kpi_core.catalog.check import formula_inputs
from kpi_core.dashboards.sample_leads import yearly_volumes
from kpi_core.dashboards.view import budget
from kpi_core.models.actuals import Grain
from kpi_core.models.base import Aggregation, Direction, Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Direct, MetricDefinition, Quotient

USUAL = {
    Unit.COUNT: 900.0,
    Unit.MONEY: 250_000.0,
    Unit.RATIO: 0.2,
    Unit.MULTIPLE: 3.0,
    Unit.MINUTES: 3.0,
    Unit.HOURS: 8.0,
    Unit.DAYS: 12.0,
    Unit.MONTHS: 14.0,
    Unit.POINTS: 35.0,
}
"""Value of a metric without target and history; for amounts, a year's."""
CASES = 4_000.0
"""Events a year behind a sample rate."""
SPEND = "marketing_spend"
SPEND_SHARE = 0.12
"""Spend in the sample year against the revenue target, when the plan has no budget."""
OTHER_PIPELINE = "total_pipeline_value"
OURS = "pipeline_value_sourced_by_marketing"


RATIO = Aggregation.RATIO_OF_SUMS
LONGER = (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR)
"""Periods a value that cannot be added up is made for, beside days."""


@dataclass(frozen=True)
class _Maker:
    framework: MeasurementFramework
    first: date
    as_of: date
    rng: np.random.Generator

    @property
    def days(self) -> int:
        """Days made."""
        return (self.as_of - self.first).days + 1

    def wave(self, low: float, high: float) -> np.ndarray:
        """A slow climb from `low` to `high` with a swing, one value a day."""
        at = np.arange(self.days)
        swing = 1 + 0.05 * np.sin(at / self.rng.uniform(14, 26) + self.rng.uniform(0, 6))
        return np.asarray(np.linspace(low, high, self.days) * swing)

    def channels(self, metric: MetricDefinition) -> list[str]:
        """Active channels the metric belongs to; all together, "", when there is none."""
        active = [tab.channel for tab in self.framework.dashboards.channels]
        return [channel for channel in active if channel in metric.channels] or [""]

    def rows(
        self, kind: str, key: str, channel: str, values: np.ndarray, n: np.ndarray | None = None
    ) -> pd.DataFrame:
        """One row a day."""
        days = pd.Timestamp(self.first) + pd.to_timedelta(np.arange(self.days), unit="D")
        counted = np.zeros(self.days, dtype=np.int64) if n is None else n.astype(np.int64)
        return _frame(kind, key, days, Grain.DAY, channel, values, counted)


def _frame(
    kind: str,
    key: str,
    days: pd.DatetimeIndex,
    grain: Grain,
    channel: str,
    values: np.ndarray,
    n: np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "id": key,
            "day": days.astype("datetime64[us]"),
            "grain": grain.value,
            "channel": channel,
            "segment": "",
            "value": values.astype(np.float64),
            "n": n,
        }
    )


def sample_values(
    framework: MeasurementFramework,
    first: date,
    as_of: date,
    covered: Set[str],
    volumes: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Facts by day for the funnel's first step, and for all metrics that `covered` does not hold."""
    maker = _Maker(framework, first, as_of, rng)
    found = [_visits(framework, volumes), *_spend(maker)]
    if OURS in covered:
        found += _other_pipeline(maker)
    made = {SPEND, *covered, *_first_step(framework)}
    for metric in framework.metrics:
        found += _metric(maker, metric, made)
    return pd.concat([frame for frame in found if len(frame)], ignore_index=True)


def sample_rest(
    framework: MeasurementFramework,
    first: date,
    as_of: date,
    measured: Set[str],
    rng: np.random.Generator,
) -> list[pd.DataFrame]:
    """Values of the metrics that still cannot be read, entered as they are."""
    maker = _Maker(framework, first, as_of, rng)
    left = [metric for metric in framework.metrics if metric.id not in measured]
    return [frame for metric in left for frame in _entered(maker, metric)]


def _first_step(framework: MeasurementFramework) -> tuple[str, ...]:
    """Measure of the funnel's first step."""
    metric_id = framework.funnel_plan.steps[0].metric_id
    formula = framework.metric(metric_id).formula if metric_id else None
    return (formula.measure,) if isinstance(formula, Direct) else ()


def _visits(framework: MeasurementFramework, volumes: pd.DataFrame) -> pd.DataFrame:
    found = _first_step(framework)
    frame = volumes[volumes["value"] > 0] if found else volumes.head(0)
    return pd.DataFrame(
        {
            "kind": "flow",
            "id": found[0] if found else "",
            "day": frame["day"].astype("datetime64[us]"),
            "grain": Grain.DAY.value,
            "channel": frame["channel"],
            "segment": "",
            "value": frame["value"].astype("float64"),
            "n": frame["value"].astype("int64"),
        }
    )


def _flow(
    maker: _Maker, key: str, unit: Unit, yearly: float, channels: list[str]
) -> list[pd.DataFrame]:
    weights = np.linspace(1.4, 0.6, len(channels))
    found = []
    for channel, share in zip(channels, weights / weights.sum(), strict=True):
        expected = yearly / 365 * share * maker.wave(0.86, 0.99)
        if unit is Unit.COUNT:
            values = maker.rng.poisson(expected)
            found.append(maker.rows("flow", key, channel, values, values))
        else:
            found.append(maker.rows("flow", key, channel, expected.round(2)))
    return found


def _spend(maker: _Maker) -> list[pd.DataFrame]:
    framework = maker.framework
    yearly = budget(framework) or framework.company.revenue_target * SPEND_SHARE
    channels = [tab.channel for tab in framework.dashboards.channels] or [""]
    return _flow(maker, SPEND, Unit.MONEY, yearly, channels)


def _other_pipeline(maker: _Maker) -> list[pd.DataFrame]:
    """What sales sources itself, so that marketing's share of the pipeline is the plan's."""
    framework = maker.framework
    ours = framework.funnel_plan.marketing_revenue / framework.funnel_plan.rates[-1].value
    share = max(framework.company.marketing_sourced_share, 0.02)
    return _flow(maker, OTHER_PIPELINE, Unit.MONEY, ours * (1 - share) / share, ["outbound"])


def _metric(maker: _Maker, metric: MetricDefinition, made: set[str]) -> list[pd.DataFrame]:
    """What the metric's formula is made of, where nothing of it is there yet."""
    parts = set(formula_inputs(metric.formula))
    known = {m.id for m in maker.framework.metrics}
    if parts & (known | made) or metric.id in made:
        return []
    made |= parts
    if metric.over_time is Aggregation.SUM:
        key = metric.formula.measure if isinstance(metric.formula, Direct) else metric.id
        return _flow(maker, key, metric.unit, _level(maker, metric), maker.channels(metric))
    counted = metric.unit is Unit.RATIO and metric.maximum == 1
    if isinstance(metric.formula, Quotient) and counted and metric.over_time is RATIO:
        return _rate(maker, metric, metric.formula, _level(maker, metric))
    return _entered(maker, metric)


def _entered(maker: _Maker, metric: MetricDefinition) -> list[pd.DataFrame]:
    """The metric's own values, day by day."""
    level, found = _level(maker, metric), []
    for channel in dict.fromkeys(("", *maker.channels(metric))):
        values = (level * maker.wave(*_ends(metric, 0.93, 1.0))).round(6)
        found.append(maker.rows("level", metric.id, channel, values))
        if metric.over_time in (Aggregation.NOT_ADDITIVE, Aggregation.MEDIAN):
            found += _for_periods(maker, metric.id, channel, values)
    return found


def _for_periods(
    maker: _Maker, key: str, channel: str, values: np.ndarray
) -> Iterator[pd.DataFrame]:
    """The same values for each longer period: what cannot be added up is measured for each."""
    start = maker.framework.company.fiscal_year_start_month
    for grain in LONGER:
        found = periods(maker.first, maker.as_of, grain, start)
        at = [max((period.start - maker.first).days, 0) for period in found]
        days = pd.DatetimeIndex([pd.Timestamp(period.start) for period in found])
        none = np.zeros(len(found), dtype=np.int64)
        yield _frame("level", key, days, grain, channel, values[at], none)


def _level(maker: _Maker, metric: MetricDefinition) -> float:
    """Around which value the sample moves: target, own history, or what is usual for the unit."""
    kpi = next((k for k in maker.framework.kpis if k.metric_id == metric.id), None)
    target = kpi.target.value if kpi and kpi.target else None
    own = kpi.baseline.value if kpi and kpi.baseline else None
    usual = _of_step(maker.framework) if metric.funnel_step else USUAL[metric.unit]
    return next((value for value in (target, own) if value), usual)


def _of_step(framework: MeasurementFramework) -> float:
    """A year's volume of a step that this funnel leaves out: between its third and its fourth."""
    needed = yearly_volumes(framework.funnel_plan)
    around = needed[2:4] or needed[-1:]
    return sum(around) / len(around)


def _ends(metric: MetricDefinition, low: float, high: float) -> tuple[float, float]:
    if metric.direction is Direction.LOWER_IS_BETTER:
        return 2 - low, 2 - high
    return low, high


def _rate(
    maker: _Maker, metric: MetricDefinition, formula: Quotient, level: float
) -> list[pd.DataFrame]:
    """Numerator and denominator as counts, so that the rate has its interval."""
    channels = maker.channels(metric)
    found = []
    for channel in channels:
        trials = maker.rng.poisson(CASES / 365 / len(channels), maker.days)
        chance = np.clip(level * maker.wave(*_ends(metric, 0.9, 1.0)), 0, 1)
        successes = maker.rng.binomial(trials, chance)
        found.append(maker.rows("flow", formula.denominator, channel, trials, trials))
        found.append(maker.rows("flow", formula.numerator, channel, successes, successes))
    return found
