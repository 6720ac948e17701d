"""The channel layer by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_core.actuals.figures import Filters
from kpi_core.dashboards.channel import POINTS, channel_names, channel_tab
from kpi_core.models.actuals import Grain

Look, Row = Any, Any
LEVEL = {"kind": "level", "n": 0}


@pytest.fixture
def rows(row: Row) -> list[dict[str, Any]]:
    return [
        row("leads_reaching_mql_status", "2026-05-05", 7, "seo"),
        row("leads_reaching_mql_status", "2026-05-12", 3, "seo"),
        row("leads_reaching_mql_status", "2026-05-12", 50, "paid"),
        row("organic_search_visibility", "2026-05-04", 0.08, grain="week", **LEVEL),
        row("organic_search_visibility", "2026-05-11", 0.1, grain="week", **LEVEL),
    ]


def test_tabs_are_the_frameworks(look: Look) -> None:
    assert channel_names(look()) == {
        "seo": "Organic search",
        "email": "Email",
        "events": "Events and webinars",
        "content": "Content",
    }


def test_a_channels_own_figures(look: Look, rows: Any) -> None:
    tab = channel_tab(look(*rows), "seo")
    values = {t.metric.id: t.reading.value for t in tab.tiles}
    assert tab.name == "Organic search"
    assert values["mql_count"] == 10
    assert values["marketing_sourced_pipeline"] is None
    known = [t.reading.value is not None for t in tab.tiles]
    assert known == sorted(known, reverse=True), "tiles with figures first"
    assert next(t for t in tab.tiles if t.metric.id == "mql_count").of_part


def test_what_exists_in_one_channel_only_needs_no_split(look: Look, rows: Any) -> None:
    tab = channel_tab(look(*rows), "seo")
    (found,) = [t for t in tab.tiles if t.metric.id == "organic_search_visibility"]
    assert found.reading.value == pytest.approx(0.09)  # the mean of its weeks
    weeks = [week.values["organic_search_visibility"] for week in tab.weeks[:3]]
    assert weeks == [0.1, 0.08, None]


def test_weeks_latest_first(look: Look, rows: Any) -> None:
    tab = channel_tab(look(*rows), "seo")
    assert len(tab.weeks) == POINTS
    assert [m.id for m in tab.metrics] == [
        t.metric.id for t in tab.tiles if t.reading.value is not None
    ]
    assert [w.period.start for w in tab.weeks[:2]] == [date(2026, 5, 11), date(2026, 5, 4)]
    assert [w.values["mql_count"] for w in tab.weeks[:3]] == [3, 7, 0]
    assert [w.complete for w in tab.weeks] == [False, *[True] * (POINTS - 1)]


def test_by_day(look: Look, rows: Any) -> None:
    tab = channel_tab(look(*rows), "seo", Grain.DAY)
    assert [w.period.start.day for w in tab.weeks] == [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4]
    assert [w.values["mql_count"] for w in tab.weeks] == [0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 7, 0]
    assert all(w.complete for w in tab.weeks)


def test_an_earlier_period_ends_the_table(look: Look, rows: Any) -> None:
    early = look(*rows, day=date(2026, 5, 4), grain=Grain.WEEK)
    tab = channel_tab(early, "seo")
    assert tab.weeks[0].period.start == date(2026, 5, 4)
    assert tab.weeks[0].complete


def test_the_tab_is_the_channel_whatever_is_filtered(look: Look, rows: Any) -> None:
    view = look(*rows).with_filters(Filters("paid"))
    values = {t.metric.id: t.reading.value for t in channel_tab(view, "seo").tiles}
    assert values["mql_count"] == 10


def test_a_channel_without_figures(look: Look) -> None:
    tab = channel_tab(look(), "events")
    assert tab.tiles
    assert (tab.weeks, tab.metrics) == ((), ())
