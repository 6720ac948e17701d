"""The funnel plan: own rates, published ones, stated assumptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpi_core.benchmarks.match import match_benchmarks, typical
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.funnel import plan_funnel, requirements
from kpi_core.framework.interpret import interpret
from kpi_core.models.base import Motion, Unit
from kpi_core.models.company import CompanyProfile
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import RateBasis


def _profile(catalog: Catalog, **answers: Any) -> CompanyProfile:
    return interpret(answers, catalog).profile


@pytest.mark.parametrize("motion", Motion)
def test_the_motion_decides_the_steps(catalog: Catalog, motion: Motion) -> None:
    plan = plan_funnel(_profile(catalog, motion=motion.value), {}, catalog)
    template = catalog.funnels[catalog.motions[motion].funnel_template]
    assert plan.template == template.id
    assert [step.id for step in plan.steps] == [step.id for step in template.steps]
    assert [rate.metric_id for rate in plan.rates] == [rate.metric_id for rate in template.rates]
    assert all(rate.source for rate in plan.rates)


def test_money_of_the_plan(catalog: Catalog) -> None:
    company = {
        "revenue_target": 10_000_000,
        "start_arr": 20_000_000,
        "net_revenue_retention": 108,
        "marketing_sourced_share": 40,
        "average_deal_size": 120_000,
    }
    plan = plan_funnel(_profile(catalog, company=company), {}, catalog)
    # 20M x 8% = 1.6M; (10M - 1.6M) x 40% = 3.36M
    assert plan.revenue_target == 10_000_000
    assert plan.existing_customer_revenue == 1_600_000
    assert plan.marketing_revenue == 3_360_000
    assert plan.average_deal_size == 120_000
    assert plan.rounding == "whole"


def test_own_rates_come_first(catalog: Catalog) -> None:
    plan = plan_funnel(_profile(catalog), {"win_rate": 0.31}, catalog, "exact")
    rate = plan.rates[-1]
    assert (rate.metric_id, rate.value, rate.basis) == ("win_rate", 0.31, RateBasis.OWN_HISTORY)
    assert plan.rounding == "exact"


def test_then_the_best_published_figure_of_the_same_definition(catalog: Catalog) -> None:
    for motion in Motion:
        profile = _profile(catalog, motion=motion.value)
        for rate in plan_funnel(profile, {}, catalog).rates:
            found = [
                match.benchmark
                for match in match_benchmarks(catalog.metric(rate.metric_id), profile, catalog)
                if match.benchmark.same_definition
                and typical(match.benchmark, Unit.RATIO) is not None
            ]
            if found:
                assert rate.basis is RateBasis.BENCHMARK
                assert rate.value == typical(found[0], Unit.RATIO)
                assert found[0].source_publisher[:50] in rate.source
            else:
                assert rate.basis is RateBasis.ASSUMPTION


def test_then_a_stated_assumption(catalog: Catalog) -> None:
    plan = plan_funnel(_profile(catalog, motion="product_led"), {}, catalog)
    rate = next(rate for rate in plan.rates if rate.metric_id == "activation_to_pql_rate")
    assert (rate.value, rate.basis) == (0.4, RateBasis.ASSUMPTION)
    assert "Starting assumption" in rate.source


def test_requirements_of_the_worked_example(worked_example: MeasurementFramework) -> None:
    assert requirements(worked_example.funnel_plan) == {
        "website_sessions": 66_750,
        "new_leads": 1_335,
        "mql_count": 267,
        "opportunities_created": 80,
        "closed_won_deals": 20,
        "closed_won_revenue": 100_000_000,
        "marketing_influenced_revenue": 100_000_000,
        "marketing_sourced_opportunities": 80,
        "marketing_sourced_pipeline": 400_000_000,  # 80 x 5,000,000
    }


def test_an_assumed_rate_is_required(
    catalog: Catalog, build: Callable[[Any], MeasurementFramework]
) -> None:
    plan = build({"motion": "product_led"}).funnel_plan
    needed = requirements(plan)
    assert needed["activation_to_pql_rate"] == 0.4
    assert "marketing_sourced_pipeline" not in needed  # the product-led funnel has no opportunity
    known = {rate.metric_id for rate in plan.rates if rate.basis is not RateBasis.ASSUMPTION}
    assert not known & set(needed)
