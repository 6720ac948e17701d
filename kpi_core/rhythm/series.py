"""When reviews are held: usual days, fiscal quarters, and every date of a series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from kpi_core.models.base import Cadence, Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import Review
from kpi_core.models.rhythm import ReviewSchedule, Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
TIME_ZONES = {
    "north_america": "America/New_York",
    "united_kingdom": "Europe/London",
    "european_union": "Europe/Berlin",
    "nordics": "Europe/Stockholm",
    "japan": "Asia/Tokyo",
    "asia_pacific": "Asia/Singapore",
    "australia_new_zealand": "Australia/Sydney",
    "india": "Asia/Kolkata",
    "latin_america": "America/Sao_Paulo",
    "middle_east_africa": "Asia/Dubai",
    "global": "UTC",
}
"""A usual time zone of each region of the catalog; a starting point where a region has several."""
_WEEK_WORDS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
LONGEST_SPAN = timedelta(days=3 * 366)


def time_zone(framework: MeasurementFramework) -> str:
    """The framework's time zone, else the usual one of the company's region, else UTC."""
    usual = TIME_ZONES.get(framework.company.region, "UTC")
    return framework.operating_rhythm.time_zone or usual


def usual_schedule(cadence: Cadence, starts_on: date) -> ReviewSchedule:
    """Weekly on Monday; monthly on the second Tuesday, when last month's figures are in; quarterly on
    the second Wednesday after the fiscal quarter ends. At ten o'clock.
    """
    day: dict[Cadence, tuple[Weekday, int]] = {
        Cadence.WEEKLY: ("monday", 1),
        Cadence.MONTHLY: ("tuesday", 2),
        Cadence.QUARTERLY: ("wednesday", 2),
    }
    weekday, week = day[cadence]
    return ReviewSchedule.model_validate(
        {"weekday": weekday, "week": week, "at": time(10), "starts_on": starts_on}
    )


def schedule_of(review: Review, starts_on: date) -> ReviewSchedule:
    """The review's schedule, else the usual one from `starts_on`."""
    return review.schedule or usual_schedule(review.cadence, starts_on)


def fiscal_year(day: date, start_month: int) -> tuple[date, date]:
    """First and last day of the fiscal year that `day` lies in; it starts in month 1 to 12."""
    year = day.year if day.month >= start_month else day.year - 1
    first = date(year, start_month, 1)
    return first, date(year + 1, start_month, 1) - timedelta(days=1)


def quarterly_months(schedule: ReviewSchedule, start_month: int) -> tuple[int, ...]:
    """Calendar months of the quarterly review: 1 to 3 months after each fiscal quarter ends."""
    first = start_month + schedule.month_after_quarter - 1
    return tuple(sorted((first + 3 * quarter - 1) % 12 + 1 for quarter in range(4)))


def nth_weekday(year: int, month: int, weekday: int, week: int) -> date:
    """The first to fourth (1 to 4) or last (-1) such weekday (Monday is 0) of a month."""
    if week > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))
    following = date(year + month // 12, month % 12 + 1, 1)
    last = following - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def review_days(
    schedule: ReviewSchedule, cadence: Cadence, start_month: int, first: date, last: date
) -> tuple[date, ...]:
    """Days of the review from `first` to `last`, both included, none before the schedule starts.

    Spans over three years are cut there.
    """
    begin = max(first, schedule.starts_on)
    end = min(last, begin + LONGEST_SPAN) if begin <= date.max - LONGEST_SPAN else last
    return tuple(_days(schedule, cadence, start_month, begin, end))


def _days(
    schedule: ReviewSchedule, cadence: Cadence, start_month: int, begin: date, end: date
) -> Iterator[date]:
    weekday = WEEKDAYS.index(schedule.weekday)
    if cadence is Cadence.WEEKLY:
        until = (end - begin).days
        for days in range((weekday - begin.weekday()) % 7, until + 1, 7):
            yield begin + timedelta(days=days)
        return
    months = range(1, 13)
    held = months if cadence is Cadence.MONTHLY else quarterly_months(schedule, start_month)
    for year in range(begin.year, min(end.year, date.max.year - 1) + 1):
        for month in held:
            if begin <= (day := nth_weekday(year, month, weekday, schedule.week)) <= end:
                yield day


def occurrences(
    framework: MeasurementFramework, review: Review, first: date, last: date
) -> tuple[datetime, ...]:
    """Every start of the review from `first` to `last`, with its time zone."""
    schedule = schedule_of(review, first)
    zone = ZoneInfo(time_zone(framework))
    start_month = framework.company.fiscal_year_start_month
    days = review_days(schedule, review.cadence, start_month, first, last)
    return tuple(datetime.combine(day, schedule.at, zone) for day in days)


def day_words(review: Review, first: date) -> str:
    """`Every second Tuesday of the month at 10:00`, in the framework's time zone."""
    schedule = schedule_of(review, first)
    day, week = schedule.weekday.capitalize(), _WEEK_WORDS[schedule.week]
    if review.cadence is Cadence.WEEKLY:
        when = f"Every {day}"
    elif review.cadence is Cadence.MONTHLY:
        when = f"Every {week} {day} of the month"
    else:
        month = _WEEK_WORDS[schedule.month_after_quarter]
        when = f"Every {week} {day} of the {month} month after the fiscal quarter ends"
    return f"{when} at {schedule.at:%H:%M}"


def schedule_words(framework: MeasurementFramework, review: Review, first: date) -> str:
    """`Every second Tuesday of the month at 10:00 (Asia/Tokyo), 60 minutes.`"""
    zone = time_zone(framework)
    return f"{day_words(review, first)} ({zone}), {review.duration_minutes} minutes."


def check_schedules(framework: MeasurementFramework, today: date) -> tuple[Finding, ...]:
    """Reviews on a weekend, at night, or that started too long ago to be a plan."""
    found = []
    for review in framework.operating_rhythm.reviews:
        schedule = schedule_of(review, today)
        if schedule.weekday in ("saturday", "sunday"):
            found.append(
                _odd(
                    review.name,
                    "review_on_weekend",
                    f"It is held on a {schedule.weekday.capitalize()}.",
                    "Choose a working day.",
                )
            )
        if not time(6) <= schedule.at <= time(20):
            found.append(
                _odd(
                    review.name,
                    "review_at_night",
                    f"It starts at {schedule.at:%H:%M} in {time_zone(framework)}.",
                    "Check start and time zone.",
                )
            )
        if schedule.starts_on < today - timedelta(days=366):
            found.append(
                _odd(
                    review.name,
                    "series_starts_in_the_past",
                    f"Its series starts on {schedule.starts_on.isoformat()}.",
                    "Plan the series from today on.",
                )
            )
    return tuple(found)


def _odd(where: str, code: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=Severity.INFO, where=where, message=message, fix=fix)
