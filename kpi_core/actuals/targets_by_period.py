"""The part of a fiscal year's target that a shorter period, or the part of it so far, has to bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import fsum, isfinite

from kpi_core.actuals.calendar import Period, days_elapsed, first_days, periods
from kpi_core.models.actuals import Grain
from kpi_core.models.base import Aggregation, Unit
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition

MONTHS_OF_YEAR = 12


def adds_up(metric: MetricDefinition) -> bool:
    """Whether the metric's target is a year's amount: counts and money that are summed over time."""
    return metric.unit in (Unit.COUNT, Unit.MONEY) and metric.over_time is Aggregation.SUM


def period_target(
    kpi: Kpi,
    metric: MetricDefinition,
    period: Period,
    fiscal_start: int,
    seasonality: Sequence[float] = (),
) -> float | None:
    """What the KPI has to be in `period`, in the metric's unit; `None` without a target.

    For counts and money that add up over time the period's share of the year's target
    (see `share_of_year`), for all others the target itself.
    """
    if kpi.target is None:
        return None
    if not adds_up(metric):
        return kpi.target.value
    return kpi.target.value * share_of_year(period, fiscal_start, seasonality)


def share_of_year(period: Period, fiscal_start: int, seasonality: Sequence[float] = ()) -> float:
    """Part of a fiscal year's amount that falls into `period`; 1 for the whole year.

    Each month has its weight of `seasonality` (twelve, from the fiscal year's first month; anything
    else means even months), and each day of a month the same part of it. A period across two fiscal
    years takes from each month's own weight.
    """
    weights = season_weights(seasonality)
    months = periods(period.start, period.end, Grain.MONTH)
    parts = (
        weights[(month.start.month - fiscal_start) % MONTHS_OF_YEAR] * _overlap(month, period)
        for month in months
    )
    return fsum(parts) / fsum(weights)


def elapsed_weight(
    period: Period, as_of: date, fiscal_start: int, seasonality: Sequence[float] = ()
) -> float:
    """Part of the period's own target expected by `as_of`, its last day included: 0 to 1.

    By days where the season gives the period no weight at all.
    """
    elapsed = days_elapsed(period, as_of)
    if elapsed in (0, period.days):
        return float(elapsed > 0)
    whole = share_of_year(period, fiscal_start, seasonality)
    if whole == 0:
        return elapsed / period.days
    return share_of_year(first_days(period, elapsed), fiscal_start, seasonality) / whole


def season_weights(seasonality: Sequence[float]) -> tuple[float, ...]:
    """Twelve weights; even ones unless twelve finite weights from 0, not all 0, are given."""
    usable = len(seasonality) == MONTHS_OF_YEAR and all(
        isfinite(weight) and weight >= 0 for weight in seasonality
    )
    largest = max(seasonality) if usable else 0
    if largest == 0:
        return (1.0,) * MONTHS_OF_YEAR
    return tuple(weight / largest for weight in seasonality)


def from_january(weights: Sequence[float] | None, fiscal_start: int) -> tuple[float, ...]:
    """Weights of calendar months or quarters, January first, as months of the fiscal year.

    For the season that own history shows. Empty, which means even months, for anything but twelve
    or four weights.
    """
    if weights is None or len(weights) not in (4, MONTHS_OF_YEAR):
        return ()
    each = MONTHS_OF_YEAR // len(weights)
    months = [weights[month // each] for month in range(MONTHS_OF_YEAR)]
    return (*months[fiscal_start - 1 :], *months[: fiscal_start - 1])


def _overlap(month: Period, period: Period) -> float:
    """Part of the month that lies in `period`."""
    first, last = max(month.start, period.start), min(month.end, period.end)
    return ((last - first).days + 1) / month.days
