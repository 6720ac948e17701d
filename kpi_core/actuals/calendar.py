"""Periods: days, weeks, months, and the quarters and years of a fiscal calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from kpi_core.models.actuals import Grain

MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FIRST_MONTH, _LAST_MONTH = 12 * date.min.year, 12 * date.max.year + 11
_YEAR_OF_WEEKS = timedelta(weeks=52)


@dataclass(frozen=True)
class Period:
    """A stretch of days with the name people call it by."""

    grain: Grain
    start: date
    end: date
    """Last day, inclusive."""
    label: str
    """`Q3 FY2026`, `Sep 2026`, `Week of 14 Sep 2026`, `14 Sep 2026`, `FY2026/27`."""

    @property
    def days(self) -> int:
        """Length in days, both ends included."""
        return (self.end - self.start).days + 1


def day_text(day: date) -> str:
    """`14 Sep 2026`."""
    return f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


@lru_cache(maxsize=4096)
def period_of(day: date, grain: Grain, fiscal_start: int = 1) -> Period:
    """The period of `grain` that holds `day`, in a fiscal year that starts in month `fiscal_start`.

    Weeks start on Monday. Periods that would leave the calendar's years 1 to 9999 are cut there.
    Raises `ValueError` unless `fiscal_start` is 1 to 12.
    """
    if not 1 <= fiscal_start <= 12:
        raise ValueError("fiscal_start must be a month from 1 to 12")
    if grain is Grain.DAY:
        return Period(grain, day, day, day_text(day))
    if grain is Grain.WEEK:
        start = day - timedelta(days=day.weekday())
        return Period(grain, start, end_of(start, grain), f"Week of {day_text(start)}")
    months = MONTHS[grain]
    index = _month_index(day)
    first = index - (index - (fiscal_start - 1)) % months
    label = _label(first, grain, fiscal_start)
    return Period(grain, _first_day(first), _first_day(first + months, end=True), label)


def end_of(start: date, grain: Grain) -> date:
    """Last day of a period of `grain` whose first day is `start`, whatever the fiscal calendar."""
    if grain is Grain.DAY:
        return start
    if grain is Grain.WEEK:
        return date.fromordinal(min(start.toordinal() + 6, date.max.toordinal()))
    return _first_day(_month_index(start) + MONTHS[grain], end=True)


def periods(first: date, last: date, grain: Grain, fiscal_start: int = 1) -> tuple[Period, ...]:
    """Every period that holds a day from `first` to `last`, in order; none when `last` is earlier."""
    found: list[Period] = []
    day = first
    while day <= last:
        found.append(period_of(day, grain, fiscal_start))
        if found[-1].end == date.max:
            break
        day = found[-1].end + timedelta(days=1)
    return tuple(found)


def before(period: Period, fiscal_start: int = 1) -> Period:
    """The period before. Raises `ValueError` for the calendar's first one."""
    if period.start == date.min:
        raise ValueError(f"there is nothing before {period.label}")
    return period_of(period.start - timedelta(days=1), period.grain, fiscal_start)


def year_before(period: Period, fiscal_start: int = 1) -> Period:
    """The same period a year earlier; for days and weeks 52 weeks earlier, so that weekdays match.

    Raises `ValueError` where the calendar has no such year.
    """
    if period.start.year <= date.min.year + 1:
        raise ValueError(f"there is no year before {period.label}")
    if period.grain not in MONTHS:
        return period_of(period.start - _YEAR_OF_WEEKS, period.grain, fiscal_start)
    return period_of(_first_day(_month_index(period.start) - 12), period.grain, fiscal_start)


def first_days(period: Period, days: int) -> Period:
    """The first `days` days of `period`, at least one; the period itself where it is no longer."""
    if days >= period.days:
        return period
    days = max(days, 1)
    label = f"first {days} days of {period.label}" if days > 1 else f"first day of {period.label}"
    return replace(period, end=period.start + timedelta(days=days - 1), label=label)


def days_elapsed(period: Period, as_of: date) -> int:
    """Days of `period` up to and including `as_of`, 0 to its length."""
    return min(max((as_of - period.start).days + 1, 0), period.days)


def elapsed_share(period: Period, as_of: date) -> float:
    """Days elapsed, `as_of` included, by the days of the period: 0 before it, 1 once it is over."""
    return days_elapsed(period, as_of) / period.days


def _month_index(day: date) -> int:
    return 12 * day.year + day.month - 1


def _first_day(index: int, *, end: bool = False) -> date:
    """First day of the month `index`, or with `end` the day before it; cut to the calendar."""
    if index > _LAST_MONTH:
        return date.max
    year, month = divmod(max(index, _FIRST_MONTH), 12)
    day = date(year, month + 1, 1)
    return day - timedelta(days=1) if end else day


def _label(first: int, grain: Grain, fiscal_start: int) -> str:
    """Name of the period that starts with month number `first`."""
    year, month = divmod(first, 12)
    if grain is Grain.MONTH:
        return f"{_MONTH_NAMES[month]} {year}"
    into_year = (month - (fiscal_start - 1)) % 12
    began = (first - into_year) // 12
    name = f"FY{began}" if fiscal_start == 1 else f"FY{began}/{(began + 1) % 100:02d}"
    return name if grain is Grain.YEAR else f"Q{into_year // 3 + 1} {name}"
