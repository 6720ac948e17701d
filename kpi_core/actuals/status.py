"""Whether a target is being met: against what is expected by now, and only where numbers can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kpi_core.actuals.calendar import Period, day_text, days_elapsed, elapsed_share
from kpi_core.actuals.figures_notes import Reading
from kpi_core.actuals.targets_by_period import adds_up
from kpi_core.benchmarks.history import counts_text
from kpi_core.formats import percent, value_text
from kpi_core.kpi_tree.intervals import wilson
from kpi_core.models.base import Direction, Unit
from kpi_core.models.kpi import Thresholds
from kpi_core.models.metric import MetricDefinition
from kpi_core.numbers import round_significant

_SAME = 1e-9
"""What binary floats may take from a ratio without it missing a threshold."""


class StatusWord(StrEnum):
    """What is known about reaching a target."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    TOO_EARLY = "too_early"
    """Too little of the period has passed, or too few events, to tell."""
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Status:
    """A target held against what was measured. Values in the metric's unit."""

    word: StatusWord
    ratio: float | None
    """Actual by expected, inverted where lower is better, so that 1 is as expected and more is better;
    `None` where it has no meaning: nothing expected, a target of 0 or below, no data."""
    expected: float | None
    """Expected by now for what adds up, else the target; `None` without a target."""
    projected: float | None
    """What the period ends at when it goes on like this, for what adds up; `None` for all else."""
    run_rate: float | None
    """Needed per day of the rest of the period to reach the target, at least 0; where lower is better,
    what each day may take. `None` once the period is over and for what does not add up."""
    reason: str
    """One sentence with the numbers."""


@dataclass(frozen=True)
class _Case:
    """What is judged, and how its numbers are written."""

    metric: MetricDefinition
    target: float
    actual: float
    period: Period
    as_of: date
    thresholds: Thresholds
    currency: str

    @property
    def lower(self) -> bool:
        return self.metric.direction is Direction.LOWER_IS_BETTER

    @property
    def over(self) -> bool:
        return self.as_of >= self.period.end

    def text(self, value: float) -> str:
        """A value of the metric as people read it; shares of targets without long tails."""
        amount = self.metric.unit in (Unit.COUNT, Unit.MONEY) and abs(value) >= 100
        short = round(value) if amount else round_significant(value, 6)
        return value_text(short, self.metric.unit, self.currency)

    def meets(self, value: float, wanted: float) -> bool:
        """Whether `value` is as good as `wanted`, but for rounding."""
        slack = _SAME * abs(wanted)
        return value <= wanted + slack if self.lower else value >= wanted - slack


def status(
    metric: MetricDefinition,
    target: float | None,
    reading: Reading,
    period: Period,
    as_of: date,
    thresholds: Thresholds,
    weight: float | None = None,
    *,
    currency: str = "USD",
) -> Status:
    """The status of `metric` in `period`, whose own target is `target`, as of a day.

    Counts and money that add up: actual against target x share of the period elapsed (`weight`, 0 to
    1, where the season gives it; else by days). Before `too_early_share` of the days have passed it is
    too early, unless the outcome is already certain: the target reached, or, where lower is better,
    exceeded. A count of which less than one is expected by now is too early too.

    All others are held against the target itself, at any time. A rate of counts whose Wilson 95%
    interval holds both the target and a value worse than the border of "off track" (target x
    `at_risk_from`, or target / `at_risk_from` where lower is better) has too few events to tell.

    Once a period is over it is judged as a whole. A target of 0 or less has no ratio: it is met or
    missed. `currency` is for the sentence.
    """
    if target is None:
        return _without("No target is set.")
    if as_of < period.start:
        reason = f"{period.label} begins on {day_text(period.start)}."
        return Status(StatusWord.TOO_EARLY, None, None, None, None, reason)
    if reading.value is None:
        why = f": {reading.note}" if reading.note else ""
        return _without(f"No data for {period.label}{why}.", target)
    case = _Case(metric, target, reading.value, period, as_of, thresholds, currency)
    return _amount(case, weight) if adds_up(metric) else _rate(case, reading)


def _without(reason: str, expected: float | None = None) -> Status:
    return Status(StatusWord.NO_DATA, None, expected, None, None, reason)


# ---- counts and money ----


def _amount(case: _Case, weight: float | None) -> Status:
    share = elapsed_share(case.period, case.as_of) if weight is None else weight
    share = 1.0 if case.over else min(max(share, 0.0), 1.0)
    expected = case.target * share
    projected = case.actual / share if share > 0 else None
    left = case.period.days - days_elapsed(case.period, case.as_of)
    run_rate = max(case.target - case.actual, 0.0) / left if left else None
    word, ratio = _judged(case, expected)
    reason = _amount_words(case, expected, ratio, projected, run_rate)
    if too_early := _too_early(case, expected):
        word, reason = StatusWord.TOO_EARLY, too_early
    return Status(word, ratio, expected, projected, run_rate, reason)


def _judged(case: _Case, expected: float) -> tuple[StatusWord, float | None]:
    """The word for actual against expected, and their ratio."""
    better, worse = (expected, case.actual) if case.lower else (case.actual, expected)
    if case.meets(case.actual, expected) and (expected <= 0 or worse <= 0):
        return StatusWord.ON_TRACK, None
    if expected < 0 or worse <= 0:
        return StatusWord.OFF_TRACK, None
    ratio = better / worse
    if ratio >= case.thresholds.on_track_from - _SAME:
        return StatusWord.ON_TRACK, ratio
    at_risk = ratio >= case.thresholds.at_risk_from - _SAME
    return (StatusWord.AT_RISK if at_risk else StatusWord.OFF_TRACK), ratio


def _too_early(case: _Case, expected: float) -> str | None:
    """Why it is too early to judge; `None` when it is not."""
    certain = case.actual > case.target if case.lower else case.actual >= case.target
    if case.over or certain:
        return None
    so_far = case.text(case.actual)
    passed = elapsed_share(case.period, case.as_of)
    if passed < case.thresholds.too_early_share - _SAME:
        gone = f"{days_elapsed(case.period, case.as_of)} of {case.period.days} days"
        return f"Too early to judge: {so_far} after {gone} of {case.period.label}."
    few = case.metric.unit is Unit.COUNT and 0 < expected < 1
    if few and not case.meets(case.actual, expected):
        when = day_text(case.as_of)
        return f"Too early to judge: {so_far} so far, and less than one was expected by {when}."
    return None


def _amount_words(
    case: _Case,
    expected: float,
    ratio: float | None,
    projected: float | None,
    run_rate: float | None,
) -> str:
    actual, target = case.text(case.actual), case.text(case.target)
    compared = f", {percent(ratio)} of it" if ratio is not None and not case.lower else ""
    if case.over:
        limit = "a limit" if case.lower else "a target"
        return f"{actual} in {case.period.label} against {limit} of {target}{compared}."
    said = f"{actual} by {day_text(case.as_of)}; {case.text(expected)} expected{compared}"
    pace = f" At this pace it ends at {case.text(projected)}" if projected is not None else ""
    if not pace or run_rate is None:
        return f"{said}."
    if case.lower:
        return f"{said}.{pace}, with a limit of {target}."
    if run_rate == 0:
        return f"{said}.{pace}; the target of {target} is reached."
    return f"{said}.{pace} of {target}; the rest needs {_per_day(case, run_rate)}."


def _per_day(case: _Case, rate: float) -> str:
    """A run rate a person can picture: by day, or by week where that is less than one a day."""
    if case.metric.unit is Unit.COUNT and rate < 1:
        return f"{value_text(round_significant(rate * 7, 2), Unit.COUNT, case.currency)} a week"
    return f"{value_text(round_significant(rate, 3), case.metric.unit, case.currency)} a day"


# ---- everything else ----


def _rate(case: _Case, reading: Reading) -> Status:
    word, ratio = _judged(case, case.target)
    actual, target = case.text(case.actual), case.text(case.target)
    events = f" ({counts_text(reading.counts)})" if reading.counts else ""
    limit = "at most" if case.lower else "at least"
    reason = f"{actual}{events} in {case.period.label} against a target of {limit} {target}."
    if reading.counts and _cannot_tell(case, reading):
        between = wilson(reading.counts.successes, reading.counts.trials)
        ends = f"{percent(between.low)} and {percent(between.high)}"
        word = StatusWord.TOO_EARLY
        reason = (
            f"Too few events: {counts_text(reading.counts)} means between {ends}, "
            f"so {target} may or may not be met."
        )
    return Status(word, ratio, case.target, None, None, reason)


def _cannot_tell(case: _Case, reading: Reading) -> bool:
    """Whether the 95% interval holds the target as well as a value that would be off track."""
    if reading.counts is None or case.target <= 0:
        return False
    between = wilson(reading.counts.successes, reading.counts.trials)
    if between.excludes(case.target):
        return False
    if case.lower:
        return between.high > case.target / case.thresholds.at_risk_from
    return between.low < case.target * case.thresholds.at_risk_from
