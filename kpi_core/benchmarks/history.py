"""What own history says: the value, how sure one can be of it, where it is heading, its season."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import fsum
from typing import Literal

from kpi_core.formats import count, percent, value_text
from kpi_core.kpi_tree.intervals import Interval, wilson
from kpi_core.models.base import Aggregation, Direction, Unit
from kpi_core.models.kpi import Baseline, Kpi, PeriodValue
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.tree import Counts

FLAT = 0.05
"""Relative change up to which a trend is flat."""
WIDE = 0.5
"""An interval wider than this part of the rate itself says little."""

Trend = Literal["improving", "declining", "flat"]


@dataclass(frozen=True)
class History:
    """Own history of one metric, in the metric's unit."""

    value: float
    interval: Interval | None
    """Wilson 95% interval of a rate; `None` without counts."""
    sentence: str
    """Value, period and how sure one can be, for people."""
    trend: Trend | None
    """The last period against the same one a year earlier, else against the one before; judged by
    which way is good for the metric. `None` with fewer than two periods, or from 0."""
    seasonality: tuple[float, ...] | None
    """Weight of each month or quarter of the calendar year, mean 1; `None` unless the series holds two
    full years of months or quarters, none of them missing, with values above 0."""


def history(
    known: Kpi | Baseline | None, metric: MetricDefinition, currency: str = "USD"
) -> History | None:
    """What is known of a metric's past; `None` without a baseline. `currency` is for the sentence."""
    baseline = known.baseline if isinstance(known, Kpi) else known
    if baseline is None:
        return None
    counts = baseline.counts
    return History(
        value=baseline.value,
        interval=wilson(counts.successes, counts.trials) if counts else None,
        sentence=_sentence(baseline, metric, currency),
        trend=trend(baseline.series, metric.direction),
        seasonality=seasonality(baseline.series),
    )


def rate_of(counts: Counts) -> float:
    """Successes per trial, a ratio in [0, 1] of at most 12 significant digits."""
    return float(f"{counts.successes / counts.trials:.12g}")


def counts_text(counts: Counts) -> str:
    """`186 of 838`."""
    return f"{counts.successes:,} of {counts.trials:,}"


def _sentence(baseline: Baseline, metric: MetricDefinition, currency: str) -> str:
    shown = value_text(baseline.value, metric.unit, currency)
    when = f" in {baseline.period}" if baseline.period else ""
    if baseline.counts:
        return f"{shown}{when}: {certainty(baseline.counts)}"
    if metric.unit is Unit.RATIO and metric.maximum == 1:
        return f"{shown}{when}. Give the counts behind it to see how sure it is."
    return f"{shown}{when}."


def certainty(counts: Counts) -> str:
    """How sure one can be of a rate, in a plain sentence."""
    between = wilson(counts.successes, counts.trials)
    told = f"{counts_text(counts)}. "
    if counts.successes == 0:
        return f"{told}None was seen, yet the true rate may be as high as {percent(between.high)}."
    if counts.successes == counts.trials:
        return f"{told}All succeeded, yet the true rate may be as low as {percent(between.low)}."
    ends = f"between {percent(between.low)} and {percent(between.high)}"
    if between.high - between.low > WIDE * counts.successes / counts.trials:
        return f"{told}Too few to be sure: the true rate is likely {ends}."
    return f"{told}The true rate is likely {ends}."


def trend(series: Sequence[PeriodValue], direction: Direction) -> Trend | None:
    """Where the last period is heading; a change of up to 5% is flat."""
    if len(series) < 2:
        return None
    last = series[-1]
    earlier = {point.period: point.value for point in series[:-1]}
    before = earlier.get(_year_before(last.period), series[-2].value)
    if before == 0:
        return "flat" if last.value == 0 else None
    change = (last.value - before) / abs(before)
    if abs(change) <= FLAT + 1e-12:
        return "flat"
    better = (change > 0) is (direction is Direction.HIGHER_IS_BETTER)
    return "improving" if better else "declining"


def _year_before(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=max(day.year - 1, 1), day=28 if leap_day else day.day)


def seasonality(series: Sequence[PeriodValue]) -> tuple[float, ...] | None:
    """Seasonal weights by the ratio to the centred moving average over a year, mean 1.

    Classical multiplicative decomposition (Hyndman and Athanasopoulos, Forecasting: Principles and
    Practice, section 3.4). Starts in January or the first quarter of the calendar year.
    """
    step = month_step(series)
    if step not in (1, 3):
        return None
    year = 12 // step
    values = [point.value for point in series]
    if len(values) < 2 * year or min(values) <= 0:
        return None
    ratios: list[list[float]] = [[] for _ in range(year)]
    half = year // 2
    for i in range(half, len(values) - half):
        inner = fsum(values[i - half + 1 : i + half])
        middle = (values[i - half] / 2 + inner + values[i + half] / 2) / year
        ratios[(series[i].period.month - 1) // step].append(values[i] / middle)
    weights = [fsum(found) / len(found) for found in ratios]
    mean = fsum(weights) / year
    return tuple(weight / mean for weight in weights)


def month_step(series: Sequence[PeriodValue]) -> int | None:
    """Months from each period to the next where all are the same; `None` otherwise or below two."""
    if len({point.period.day for point in series}) != 1:
        return None
    months = [12 * point.period.year + point.period.month for point in series]
    steps = {later - earlier for earlier, later in pairwise(months)}
    return steps.pop() if len(steps) == 1 else None


def latest(series: Sequence[PeriodValue], metric: MetricDefinition) -> float | None:
    """The value a series stands for, in the metric's unit.

    For sums over time the sum of the last twelve months or four quarters, or the last year; for all
    others the last value. `None` for an empty series, and for a sum whose periods are not known to
    cover a year: fewer than twelve months or four quarters, one missing, or one period alone.
    """
    if not series:
        return None
    if metric.over_time is not Aggregation.SUM:
        return series[-1].value
    step = month_step(series)
    if step not in (1, 3, 12) or len(series) < 12 // step:
        return None
    return fsum(point.value for point in series[-(12 // step) :])


def trend_text(found: History) -> str:
    """The trend and the strongest and weakest part of the year, in words; empty when not known."""
    parts = [f"Trend: {found.trend}."] if found.trend else []
    if weights := found.seasonality:
        months = [calendar.month_name[month] for month in range(1, 13)]
        names = months if len(weights) == 12 else [f"quarter {q}" for q in range(1, 5)]
        top, low = max(weights), min(weights)
        parts.append(
            f"Season: strongest in {names[weights.index(top)]} ({count(top)} times the mean), "
            f"weakest in {names[weights.index(low)]} ({count(low)} times)."
        )
    return " ".join(parts)
