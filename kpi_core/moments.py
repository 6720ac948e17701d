"""Moments in words: how long ago something happened, and when something ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MINUTE, _HOUR = 60, 3600


def zone(name: str | None) -> tzinfo:
    """The time zone of that IANA name; UTC where it is not known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def ago(moment: datetime, now: datetime, place: tzinfo = UTC) -> str:
    """`just now`, `5 minutes ago`, `2 hours ago`, `yesterday`, `3 days ago`, else the day.

    Both moments have a time zone; days are counted in `place`. A moment after `now`, as after a
    clock that went back, is `just now`.
    """
    seconds = (now - moment).total_seconds()
    days = (now.astimezone(place).date() - moment.astimezone(place).date()).days
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return _some(int(seconds // _MINUTE), "minute")
    if days == 0 or seconds < 6 * _HOUR:
        return _some(int(seconds // _HOUR), "hour")
    if days == 1:
        return "yesterday"
    return _some(days, "day") if days < 7 else day(moment, place)


def day(moment: datetime, place: tzinfo = UTC) -> str:
    """`1 Dec 2026`."""
    return f"{moment.astimezone(place):%d %b %Y}".lstrip("0")


def end_of(last: date, place: tzinfo = UTC) -> datetime:
    """The first moment after that day in `place`."""
    return datetime.combine(last, time(), place) + timedelta(days=1)


def after_days(now: datetime, days: int) -> datetime:
    """`days` times 24 hours after `now`."""
    return now + timedelta(days=days)


def _some(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"
