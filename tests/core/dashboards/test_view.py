"""What a look at the dashboards holds figures against, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_core.actuals.figures import Filters
from kpi_core.dashboards.view import (
    BUDGET,
    REMAINING_REVENUE,
    budget,
    seasonality,
    target_of,
    usual_day,
)
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework

Look, Row = Any, Any
STAR = "marketing_sourced_pipeline"


@pytest.mark.parametrize(
    ("grain", "share"),
    [
        (Grain.YEAR, 1),
        (Grain.QUARTER, 3 / 12),
        (Grain.MONTH, 1 / 12),
        (Grain.WEEK, 7 / 31 / 12),  # the week of 11 May lies in May
        (Grain.DAY, 1 / 31 / 12),
    ],
)
def test_a_years_target_is_shared_among_its_periods(look: Look, grain: Grain, share: float) -> None:
    assert target_of(look(grain=grain), STAR) == pytest.approx(370_000_000 * share)


def test_a_season_gives_months_their_weight(look: Look, seasonal: MeasurementFramework) -> None:
    view = look(framework=seasonal)
    assert seasonality(seasonal) == (1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    assert target_of(view, STAR) == pytest.approx(370_000_000 * 6 / 15)
    # April and 15 of 31 days of May, of the quarter's 1 + 2 + 3
    assert view.expected_share(view.as_of) == pytest.approx((1 + 2 * 15 / 31) / 6)
    assert view.expected_share(view.period.end) == 1
    assert view.expected_share(date(2026, 3, 31)) == 0


def test_even_months_without_a_season(look: Look) -> None:
    view = look()
    assert seasonality(view.framework) == ()
    assert view.expected_share(view.as_of) == pytest.approx((1 + 15 / 31) / 3)


def test_rates_and_times_keep_their_target(look: Look) -> None:
    assert target_of(look(grain=Grain.WEEK), "win_rate") == 0.29
    assert target_of(look(grain=Grain.WEEK), "lead_response_time") == 30


def test_what_is_no_kpi_is_held_against_the_plan(look: Look) -> None:
    """100M at 5M a deal is 20 deals; at 25% 80 opportunities; at 30% 267 MQLs; at 20% 1,335 leads."""
    view = look()
    assert target_of(view, "closed_won_deals") == pytest.approx(20 / 4)
    assert target_of(view, "opportunities_created") == pytest.approx(80 / 4)
    assert target_of(view, "new_leads") == pytest.approx(1335 / 4)
    assert target_of(view, "visitor_to_lead_rate") == 0.02
    assert target_of(view, "mql_count") == pytest.approx(247 / 4), "a KPI's own target comes first"


@pytest.mark.parametrize("filters", [Filters("seo"), Filters(None, "smb"), Filters("seo", "smb")])
def test_amounts_of_a_part_have_no_target(look: Look, filters: Filters) -> None:
    view = look().with_filters(filters)
    assert view.is_filtered
    assert target_of(view, STAR) is None
    assert target_of(view, "new_leads") is None
    assert target_of(view, "win_rate") == 0.29


def test_neither_target_nor_plan(look: Look) -> None:
    assert target_of(look(), "expansion_pipeline") is None
    assert target_of(look(), "organic_search_visibility") is None


def test_the_plan_supplies_budget_and_revenue_to_go(
    look: Look, row: Row, seasonal: MeasurementFramework
) -> None:
    view = look(
        row("won_revenue", "2026-03-31", 9_000_000),  # of the year before
        row("won_revenue", "2026-04-20", 30_000_000),
        framework=seasonal,
    )
    assert budget(seasonal) == 3_650_000
    assert view.figures.read(BUDGET, view.period).value == pytest.approx(3_650_000 * 91 / 365)
    assert view.figures.read(REMAINING_REVENUE, view.period).value == 70_000_000


def test_no_revenue_is_left_once_the_target_is_passed(look: Look, row: Row) -> None:
    view = look(row("won_revenue", "2026-04-20", 130_000_000))
    assert view.figures.read(REMAINING_REVENUE, view.period).value == 0


def test_without_budget_or_revenue_nothing_is_supplied(look: Look) -> None:
    view = look()
    assert budget(view.framework) is None
    assert view.figures.read(BUDGET, view.period).value is None
    assert view.figures.read(REMAINING_REVENUE, view.period).value is None


@pytest.mark.parametrize(
    ("last_lead", "day"),
    [
        ("2026-04-14", date(2026, 5, 15)),  # 31 days before
        ("2026-04-13", date(2026, 4, 13)),  # 32 days before
        ("2026-05-15", date(2026, 5, 15)),
    ],
)
def test_the_usual_day_is_when_leads_end_if_that_is_long_before(
    look: Look, row: Row, last_lead: str, day: date
) -> None:
    view = look(row("leads_created", last_lead, 3), row("won_deals", "2026-05-15", 1))
    assert usual_day(view.figures, view.framework) == day


def test_the_usual_day_without_any_funnel_step(look: Look, row: Row) -> None:
    view = look(row("marketing_spend", "2026-01-01", 3))
    assert usual_day(view.figures, view.framework) == date(2026, 5, 15)


def test_running_and_over(look: Look) -> None:
    assert look().running
    assert not look(as_of=date(2026, 6, 30)).running
    assert not look(day=date(2026, 3, 1)).running


def test_figures_stop_at_the_day(look: Look, row: Row) -> None:
    view = look(row("leads_created", "2026-05-15", 3), row("leads_created", "2026-05-16", 4))
    assert view.as_of == date(2026, 5, 15)
    assert view.figures.read("new_leads", view.period).value == 3
