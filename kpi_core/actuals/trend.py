"""Where a metric is heading: against the period before and the same period a year earlier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from kpi_core.actuals.calendar import Period, before, days_elapsed, first_days, year_before
from kpi_core.actuals.figures import ALL, Figures, Filters, Reading
from kpi_core.benchmarks.history import FLAT
from kpi_core.formats import percent, value_text
from kpi_core.kpi_tree.intervals import Interval, wilson
from kpi_core.models.actuals import Grain
from kpi_core.models.base import Aggregation, Direction, Unit
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.tree import Counts
from kpi_core.numbers import round_significant

Against = Literal["previous", "year_ago"]
Word = Literal["improving", "declining", "flat"]
TIMES = (Unit.MINUTES, Unit.HOURS, Unit.DAYS, Unit.MONTHS)
MANY_TIMES = 10
"""From this ratio on nobody reads a percentage."""
_SAME = 1e-12


@dataclass(frozen=True)
class Change:
    """A metric against an earlier period."""

    against: Against
    period: Period
    """The earlier period; only its first days where the later one is still running."""
    before: float | None
    """Its value, in the metric's unit; `None` when not known."""
    change: float | None
    """Relative change (0.12 is 12% more); of ratios the difference (0.012 is 1.2 points higher).
    `None` when either value is not known, and for the relative change from 0."""
    word: Word | None
    """Which way that is, judged by which way is good; flat up to a relative change of 5%, and for
    rates whose counts do not prove a difference. `None` when not known."""
    text: str
    """For people: `12% more than last quarter`."""


def trend(
    figures: Figures,
    metric: MetricDefinition,
    period: Period,
    filters: Filters = ALL,
    *,
    to_date: bool = True,
    currency: str = "USD",
) -> tuple[Change, ...]:
    """`period` against the one before and against a year earlier; empty when it has no value itself.

    A running period is compared with the same number of days of the earlier one (`to_date`). Where
    the earlier values are for whole periods only, a sum cannot be compared and says so; anything
    else is compared with the whole period. A sum of a period that the data covers in part is not
    compared either. `currency` is for the text.
    """
    now = figures.read(metric.id, period, filters)
    if now.value is None:
        return ()
    running = to_date and figures.as_of < period.end
    days = days_elapsed(period, figures.as_of) if running else None
    ways: tuple[tuple[Against, Callable[[Period, int], Period]], ...] = (
        ("previous", before),
        ("year_ago", year_before),
    )
    found = []
    for against, earlier in ways:
        try:
            whole = earlier(period, figures.fiscal_start)
        except ValueError:  # the beginning of the calendar
            continue
        part, then = _earlier(figures, metric, whole, days, filters)
        name = _named(against, period, whole, part, figures)
        found.append(_change(metric, now, then, against, part, name, currency))
    return tuple(found)


def _earlier(
    figures: Figures, metric: MetricDefinition, whole: Period, days: int | None, filters: Filters
) -> tuple[Period, Reading]:
    """The part of the earlier period that is compared, `None` days for all of it, and its value."""
    part = whole if days is None else first_days(whole, days)
    then = figures.read(metric.id, part, filters)
    if then.value is None and part != whole and metric.over_time is not Aggregation.SUM:
        part, then = whole, figures.read(metric.id, whole, filters)
    return part, then


def _change(
    metric: MetricDefinition,
    now: Reading,
    then: Reading,
    against: Against,
    part: Period,
    name: str,
    currency: str,
) -> Change:
    short = next((one for one in (then, now) if _incomplete(metric, one)), None)
    if short or then.value is None or now.value is None:
        note = (short or then).note
        why = f": {note}" if note else ""
        return Change(against, part, then.value, None, None, f"No comparison with {name}{why}")
    gap = now.value - then.value
    chance = _within_chance(now.counts, then.counts)
    word = _word(gap, then.value, metric.direction, chance)
    text = _text(metric, now.value, then.value, name, currency)
    relative = gap / abs(then.value) if then.value else None
    change = gap if metric.unit is Unit.RATIO else relative
    tail = ", within chance" if chance and gap else ""
    return Change(against, part, then.value, change, word, text + tail)


def _incomplete(metric: MetricDefinition, reading: Reading) -> bool:
    """Whether a sum lacks part of its period; rates of a part can be compared."""
    return reading.partial and metric.over_time is Aggregation.SUM


def _named(against: Against, period: Period, whole: Period, part: Period, figures: Figures) -> str:
    """The earlier period as people say it: `last quarter`, `the same days of Q3 FY2025`."""
    name = whole.label if whole.grain is not Grain.WEEK else whole.label.replace("W", "the w", 1)
    if against == "previous":
        latest = period.start <= figures.as_of <= period.end
        unit = period.grain.value
        name = f"last {unit}" if latest else f"the {unit} before"
        name = "the day before" if period.grain is Grain.DAY else name
    return name if part == whole else f"the same days of {name}"


def _word(gap: float, then: float, direction: Direction, chance: bool) -> Word:
    if chance or abs(gap) <= FLAT * abs(then) + _SAME:
        return "flat"
    better = (gap > 0) is (direction is Direction.HIGHER_IS_BETTER)
    return "improving" if better else "declining"


def _within_chance(now: Counts | None, then: Counts | None) -> bool:
    """Whether the counts of two rates do not prove a difference; false without both."""
    return now is not None and then is not None and not difference(now, then).excludes(0)


def difference(now: Counts, then: Counts) -> Interval:
    """95% interval of the rate of `now` less that of `then`.

    Newcombe's hybrid score interval (Newcombe 1998, Statistics in Medicine 17, 873-890, method 10).
    """
    p, q = now.successes / now.trials, then.successes / then.trials
    own, other = wilson(now.successes, now.trials), wilson(then.successes, then.trials)
    low = p - q - sqrt((p - own.low) ** 2 + (other.high - q) ** 2)
    return Interval(low, p - q + sqrt((own.high - p) ** 2 + (q - other.low) ** 2))


# ---- words ----


def _text(metric: MetricDefinition, now: float, then: float, name: str, currency: str) -> str:
    if now == then:
        return f"the same as {name}"
    up = now > then
    gap = abs(now - then)
    if metric.unit is Unit.RATIO:
        points = round(gap * 100, 1) or round_significant(gap * 100, 1)
        return f"{points:g} {'point' if points == 1 else 'points'} {_higher(up)} than {name}"
    if metric.unit in TIMES:
        faster = metric.direction is Direction.LOWER_IS_BETTER
        words = ("slower", "faster") if faster else ("longer", "shorter")
        unit = metric.unit.value
        return f"{gap:,.1f} {unit} {words[not up]} than {name}"
    if metric.unit in (Unit.MULTIPLE, Unit.POINTS):
        short = round_significant(gap, 2)
        return f"{value_text(short, metric.unit, currency)} {_higher(up)} than {name}"
    if then == 0:
        return f"{value_text(now, metric.unit, currency, compact=True)}, from 0 {_in(name)}"
    if then > 0 and now / then >= MANY_TIMES:
        return f"{now / then:,.0f} times {name}"
    return f"{_share(gap / abs(then))} {'more' if up else 'less'} than {name}"


def _higher(up: bool) -> str:
    return "higher" if up else "lower"


def _in(name: str) -> str:
    return name if name.startswith("last ") else f"in {name}"


def _share(relative: float) -> str:
    """`12%`, with a decimal below 10%."""
    return f"{round(relative * 100):,}%" if relative >= 0.1 else percent(relative)
