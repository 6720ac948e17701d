"""Moments in words, with the day counted where the visitor is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kpi_core.moments import after_days, ago, day, end_of, zone

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-5), "just now"),  # the clock went back
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=12), "12 hours ago"),
        (timedelta(hours=12, minutes=1), "yesterday"),
        (timedelta(hours=36), "yesterday"),
        (timedelta(hours=36, minutes=1), "2 days ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=7), "24 Nov 2026"),
        (timedelta(days=400), "27 Oct 2025"),
    ],
)
def test_how_long_ago(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words


def test_a_few_hours_stay_hours_across_midnight() -> None:
    midnight = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
    assert ago(midnight - timedelta(hours=2), midnight) == "2 hours ago"
    assert ago(midnight - timedelta(hours=6), midnight) == "yesterday"


def test_days_are_counted_where_the_visitor_is() -> None:
    late = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)  # already December in Tokyo
    assert day(late) == "30 Nov 2026"
    assert day(late, zone("Asia/Tokyo")) == "1 Dec 2026"


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../etc/passwd", "\0"])
def test_an_unknown_zone_is_utc(name: str | None) -> None:
    assert zone(name) is UTC


def test_a_link_works_through_its_last_day() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert end_of(date(2026, 12, 31), tokyo) == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert after_days(NOW, 30) == datetime(2026, 12, 31, 12, 0, tzinfo=UTC)
