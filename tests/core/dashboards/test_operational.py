"""The operational layer by hand: funnel, channels, campaigns, budget, response."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from kpi_core.actuals.figures import Filters
from kpi_core.actuals.status import StatusWord
from kpi_core.catalog.loader import Catalog
from kpi_core.dashboards.operational import (
    MOST_CAMPAIGNS,
    budget_use,
    campaigns,
    funnel_rows,
    operational,
    performance,
    response,
)
from kpi_core.models.framework import MeasurementFramework

Look, Row, Given = Any, Any, Any
SEEN = {"kind": "observation"}
FUNNEL = (
    ("sessions_from_all_sources", 12_000),
    ("leads_created", 300),
    ("leads_reaching_mql_status", 45),
    ("new_opportunities", 15),
    ("won_deals", 2),
)


@pytest.fixture
def funnel(row: Row) -> list[dict[str, Any]]:
    return [row(key, "2026-04-20", value) for key, value in FUNNEL]


# ---- funnel ----


def test_the_funnel_step_by_step(look: Look, funnel: Any) -> None:
    rows = funnel_rows(look(*funnel))
    assert [r.step_id for r in rows] == ["sessions", "leads", "mqls", "opportunities", "deals"]
    assert [r.volume.value for r in rows] == [12_000, 300, 45, 15, 2]
    # KPI targets of sessions and MQLs, the plan's need of the others; a quarter of the year
    wanted = [61_650 / 4, 1335 / 4, 247 / 4, 80 / 4, 20 / 4]
    assert [r.target for r in rows] == pytest.approx(wanted)
    assert [r.bar for r in rows] == pytest.approx(
        [12_000 / wanted[0], 300 / wanted[1], 45 / wanted[2], 0.75, 0.4]
    )
    weight = (1 + 15 / 31) / 3
    assert [r.expected_share for r in rows] == pytest.approx([weight] * 5)
    assert [r.status.ratio for r in rows][1] == pytest.approx(300 / wanted[1] / weight)


def test_rates_stand_between_the_steps(look: Look, funnel: Any) -> None:
    rows = funnel_rows(look(*funnel))
    first = rows[0]
    assert (first.rate, first.rate_reading, first.rate_target, first.rate_status) == (None,) * 4
    readings = [r.rate_reading.value for r in rows[1:] if r.rate_reading]
    # won of closed opportunities is not known from these facts: no win rate
    assert readings[:3] == pytest.approx([300 / 12_000, 45 / 300, 15 / 45])
    assert [r.rate_target for r in rows[1:]] == [0.02, 0.23, 0.34, 0.29]
    mql = rows[2].rate_status
    assert mql
    assert mql.ratio == pytest.approx(0.15 / 0.23)
    assert mql.word is StatusWord.OFF_TRACK


def test_the_funnel_of_a_channel_has_no_targets(look: Look, row: Row) -> None:
    view = look(row("leads_created", "2026-04-20", 8, "seo")).with_filters(Filters("seo"))
    leads = funnel_rows(view)[1]
    assert leads.volume.value == 8
    assert (leads.target, leads.bar, leads.expected_share) == (None, None, None)
    assert leads.status.word is StatusWord.NO_DATA


def test_an_empty_funnel_has_every_step(look: Look) -> None:
    rows = funnel_rows(look())
    assert [r.volume.value for r in rows] == [None] * 5
    assert {r.status.word for r in rows} == {StatusWord.NO_DATA}
    assert [r.bar for r in rows] == [None] * 5


# ---- channels ----


def test_channels_by_the_north_star(look: Look, row: Row) -> None:
    day, star = "2026-04-20", "pipeline_value_sourced_by_marketing"
    found = performance(
        look(
            row("leads_created", day, 5, "seo"),
            row("leads_created", day, 90, "paid"),
            row("leads_created", day, 7, "email"),
            row("leads_created", day, 999, "unknown"),
            row(star, day, 3e6, "seo"),
            row(star, day, 9e6, "email"),
            row(star, day, 50e6, "unknown"),
            row("won_deals", "2025-04-20", 4, "events"),  # nothing in this period
        )
    )
    assert found
    assert found.by.id == "marketing_sourced_pipeline"
    # most pipeline first; paid has none; what is not known comes last, whatever it holds
    assert [r.channel for r in found.rows] == ["email", "seo", "paid", "unknown"]
    values = [r.readings["new_leads"].value for r in found.rows]
    assert values == [7, 5, 90, 999]
    columns = [m.id for m in found.metrics]
    assert columns.index("new_leads") < columns.index("marketing_sourced_pipeline")


def test_channels_without_the_north_star(
    look: Look, row: Row, catalog: Catalog, build: Any
) -> None:
    framework = build(catalog.samples["sales_led_enterprise_saas_usd"].answers)
    found = performance(
        look(
            row("sessions_from_all_sources", "2026-04-20", 900, "paid"),
            row("sessions_from_all_sources", "2026-04-20", 100, "seo"),
            row("leads_created", "2026-04-20", 5, "paid"),
            row("leads_created", "2026-04-20", 6, "seo"),
            row("marketing_spend", "2026-04-20", 5000, "paid"),
            row("marketing_spend", "2026-04-20", 50, "seo"),
            framework=framework,
        )
    )
    assert found
    assert found.by.id == "new_leads", "the last amount, never a cost per lead"
    assert [r.channel for r in found.rows] == ["seo", "paid"]
    costs = [r.readings["cost_per_lead"].value for r in found.rows]
    assert costs == pytest.approx([50 / 6, 1000])


def test_no_channels(look: Look, row: Row, funnel: Any) -> None:
    assert performance(look(*funnel)) is None
    one = look(row("leads_created", "2026-04-20", 5, "seo"))
    assert performance(one)
    assert performance(one.with_filters(Filters("seo"))) is None


# ---- campaigns ----


def test_campaigns_by_pipeline(look: Look, given: Given) -> None:
    credits = [
        given("pipeline", "2026-04-10", "seo", 10, campaign="Guide"),
        given("pipeline", "2026-04-11", "paid", 5, campaign="Guide"),
        given("pipeline", "2026-04-11", "paid", 20, campaign="Webinar"),
        given("pipeline", "2026-01-11", "paid", 99, campaign="Earlier"),
        given("pipeline", "2026-04-11", "paid", 500),  # no campaign named
        given("revenue", "2026-04-12", "paid", 7, campaign="Guide"),
        given("revenue", "2026-04-12", "paid", 3, campaign="Won only"),
    ]
    found = campaigns(look(credits=credits))
    assert found
    assert found.by == "pipeline"
    assert [(c.name, c.pipeline, c.revenue) for c in found.rows] == [
        ("Webinar", 20, 0),
        ("Guide", 15, 7),
        ("Won only", 0, 3),
    ]
    assert [found.value(c) for c in found.rows] == [20, 15, 0]


def test_campaigns_by_revenue_where_there_is_no_pipeline(look: Look, given: Given) -> None:
    credits = [
        given("revenue", "2026-04-12", "paid", 7, campaign="A"),
        given("revenue", "2026-04-12", "paid", 9, campaign="B"),
    ]
    found = campaigns(look(credits=credits))
    assert found
    assert found.by == "revenue"
    assert [(c.name, found.value(c)) for c in found.rows] == [("B", 9), ("A", 7)]


def test_only_the_largest_campaigns(look: Look, given: Given) -> None:
    many = [given("pipeline", "2026-04-10", "seo", n, campaign=f"C{n}") for n in range(1, 21)]
    found = campaigns(look(credits=many))
    assert found
    assert [c.pipeline for c in found.rows] == list(range(20, 20 - MOST_CAMPAIGNS, -1))


def test_no_touches_no_campaigns(look: Look, given: Given) -> None:
    assert campaigns(look()) is None
    assert campaigns(look(credits=[given("pipeline", "2026-04-10", "seo", 5)])) is None


# ---- budget and response ----


def test_spend_against_the_budget_of_the_period(
    look: Look, row: Row, seasonal: MeasurementFramework
) -> None:
    rows = [
        row("marketing_spend", "2026-03-31", 1e6),
        row("marketing_spend", "2026-04-10", 400_000),
    ]
    found = budget_use(look(*rows, framework=seasonal))
    assert found
    # 10,000 a day: 91 days, 45 of them gone
    assert (found.spent, found.budget, found.expected) == pytest.approx((400_000, 910_000, 450_000))
    over = budget_use(look(*rows, framework=seasonal, as_of=date(2026, 6, 30)))
    assert over
    assert over.expected == over.budget


def test_no_budget_use_without_both_or_for_a_part(
    look: Look, row: Row, seasonal: MeasurementFramework
) -> None:
    spend = row("marketing_spend", "2026-04-10", 400_000, "paid")
    assert budget_use(look(spend)) is None
    assert budget_use(look(framework=seasonal)) is None
    assert budget_use(look(spend, framework=seasonal).with_filters(Filters("paid"))) is None


def test_answers_in_time_are_counted(look: Look, row: Row) -> None:
    """Agreed are 8 hours: 3 + 4 of 10 answers came within, one of them exactly at 8."""
    key = "hours_to_first_response"
    found = response(
        look(
            row(key, "2026-04-03", 2, n=3, **SEEN),
            row(key, "2026-04-04", 8, n=4, **SEEN),
            row(key, "2026-05-04", 8.5, n=3, **SEEN),
            row(key, "2026-03-31", 1, n=50, **SEEN),
        )
    )
    assert found
    assert (found.agreed_hours, found.median_hours) == (8, 8)
    assert (found.answered, found.in_time) == (10, 7)


def test_no_answers(look: Look) -> None:
    assert response(look()) is None


# ---- all of it ----


def test_an_empty_look_has_tiles_and_no_parts(look: Look) -> None:
    view = look()
    found = operational(view)
    assert {t.metric.id for t in found.tiles} == set(
        view.framework.dashboards.operational.metric_ids
    )
    assert (found.performance, found.campaigns, found.budget, found.response, found.cohorts) == (
        None,
    ) * 5


def test_an_unknown_pair_of_steps_falls_back(look: Look) -> None:
    month = pd.Timestamp("2026-04-01")
    base = {"month": month, "base": "leads", "channel": "", "segment": "", "value": 0.0}
    cohorts = pd.DataFrame(
        [
            {**base, "step": "leads", "lag": 0, "n": 10},
            {**base, "step": "mqls", "lag": 0, "n": 4},
            {**base, "step": "deals", "lag": 1, "n": 1},
        ]
    )
    view = look(cohorts=cohorts)
    first, chosen = operational(view).cohorts, operational(view, ("leads", "mqls")).cohorts
    strange = operational(view, ("<script>", "gone")).cohorts
    assert first
    assert chosen
    assert strange
    assert (first.step, chosen.step, strange.step) == ("deals", "mqls", "deals")
