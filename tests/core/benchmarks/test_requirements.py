"""What the plan and unit economics need of a metric."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.benchmarks.requirements import (
    Requirement,
    model_requirements,
    proposal_requirements,
)
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.check import check_framework
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.goal_seek import single_levers
from kpi_core.models.base import Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import TargetFlag
from kpi_core.models.tree import Scenario

Build = Callable[[Any], MeasurementFramework]
RATES = {
    "visitor_to_lead_rate": 0.02,
    "lead_to_mql_rate": 0.2,
    "mql_to_opportunity_rate": 0.3,
    "win_rate": 0.25,
}
NEEDS = 100_000_000
DEAL = 5_000_000


def _answers(catalog: Catalog, sessions: str | None, **rest: Any) -> dict[str, Any]:
    """100M yen at 5M a deal and the worked example's rates, with so many sessions a year."""
    sample = catalog.samples["manufacturer_jpy"].answers
    kpis = {"website_sessions": {"baseline": sessions}} if sessions else {}
    return {
        "company": sample["company"],
        "motion": sample["motion"],
        "rates": {key: str(100 * rate) for key, rate in RATES.items()},
        "kpis": kpis,
        "stages": {
            "awareness": {"primary": "website_sessions"},
            "conversion": {
                "primary": "marketing_sourced_pipeline",
                "supporting": ["win_rate", "mql_to_opportunity_rate"],
            },
        },
        **rest,
    }


def _needed(framework: MeasurementFramework, catalog: Catalog, metric_id: str) -> Requirement:
    return model_requirements(framework, catalog)[metric_id]


def test_a_rate_closes_the_plan_alone(build: Build, catalog: Catalog) -> None:
    # 54,000 sessions bring 54,000 x 2% x 20% x 30% x 25% = 16.2 deals = 81M; 25% x 100/81 = 30.86%
    found = _needed(build(_answers(catalog, "54,000")), catalog, "win_rate")
    assert found.value == pytest.approx(0.25 * 100 / 81)
    assert (found.at_most, found.reachable, found.known_pace) == (False, True, True)
    assert found.words == "With all else as today, the revenue plan closes at 30.9%."


def test_a_covered_plan_says_how_low_a_rate_may_go(build: Build, catalog: Catalog) -> None:
    # 135,000 sessions bring 40.5 deals = 202.5M; 25% x 100/202.5 = 12.35%
    found = _needed(build(_answers(catalog, "135,000")), catalog, "win_rate")
    assert found.value == pytest.approx(0.25 * 100 / 202.5)
    assert found.words == "With all else as today, the revenue plan closes down to 12.3%."
    assert found.met_by(0.25)
    assert not found.met_by(0.12)


def test_unreachable_alone(build: Build, catalog: Catalog) -> None:
    # A tenth of the sessions: 25% x 1000/81 is above 100%
    found = _needed(build(_answers(catalog, "5,400")), catalog, "win_rate")
    assert found.value == pytest.approx(0.25 * 1000 / 81)
    assert not found.reachable
    assert "not reachable alone" in found.words


def test_without_todays_volume_it_is_the_plans_own_rate(build: Build, catalog: Catalog) -> None:
    found = _needed(build(_answers(catalog, None)), catalog, "win_rate")
    assert (found.value, found.known_pace) == (0.25, False)


def test_volumes_and_money_are_the_plans(build: Build, catalog: Catalog) -> None:
    # DESIGN.md: 20 deals, 80 opportunities, 267 MQLs, 1,335 leads, 66,750 sessions
    found = model_requirements(build(_answers(catalog, None)), catalog)
    expected = {
        "website_sessions": 66_750,
        "new_leads": 1335,
        "mql_count": 267,
        "closed_won_deals": 20,
        "marketing_sourced_pipeline": 400_000_000,
        "closed_won_revenue": NEEDS,
    }
    assert {key: found[key].value for key in expected} == expected
    assert found["website_sessions"].words == "The revenue plan needs 66,750 in the fiscal year."


def test_every_rate_and_volume_of_the_tree_has_one(
    framework: MeasurementFramework, catalog: Catalog
) -> None:
    found = model_requirements(framework, catalog)
    base = base_scenario(framework, catalog)
    assert {rate.metric_id for rate in base.lanes[0].rates} <= set(found)
    assert {step.metric_id for step in base.lanes[0].steps} <= set(found)
    assert all(requirement.metric_id == key for key, requirement in found.items())


@settings(max_examples=40)
@given(sessions=st.integers(1_000, 10**7))
def test_setting_a_rate_to_its_requirement_closes_the_plan(
    sessions: int, build: Build, catalog: Catalog
) -> None:
    framework = build(_answers(catalog, str(sessions)))
    found = model_requirements(framework, catalog)
    for metric_id in RATES:
        rates = {**RATES, metric_id: found[metric_id].value}
        assert sessions * prod(rates.values()) * DEAL == pytest.approx(NEEDS)
    levers = {lever.id: lever.needed for lever in single_levers(base_scenario(framework, catalog))}
    for metric_id, needed in levers.items():
        if metric_id in RATES:
            assert needed == found[metric_id].value


# what targets are proposed towards


def test_a_rate_that_falls_short_is_proposed_towards_the_plan(
    build: Build, catalog: Catalog
) -> None:
    # 25% + 60% x (30.86% - 25%) = 28.5%, committed as 29%
    framework = build(_answers(catalog, "54,000"))
    needed = proposal_requirements(framework, catalog)
    assert needed["win_rate"] == pytest.approx(0.25 * 100 / 81)
    kpi = next(kpi for kpi in framework.kpis if kpi.metric_id == "win_rate")
    assert kpi.target is not None
    assert kpi.target.value == 0.29
    assert "the revenue plan needs" in kpi.target.reason


@pytest.mark.parametrize("sessions", [None, "135,000", "5,400"])
def test_a_rate_is_not_where_it_is_covered_unknown_or_out_of_reach(
    build: Build, catalog: Catalog, sessions: str | None
) -> None:
    framework = build(_answers(catalog, sessions))
    assert "win_rate" not in proposal_requirements(framework, catalog)
    assert not [f for f in check_framework(framework) if f.code == "target_infeasible"]


def test_a_plan_that_no_effort_reaches_is_infeasible(build: Build, catalog: Catalog) -> None:
    # 54 sessions bring 81,000 yen: a thousand times too little, with rates that can double
    framework = build(_answers(catalog, "54"))
    kpi = next(kpi for kpi in framework.kpis if kpi.metric_id == "win_rate")
    assert kpi.target is not None
    assert TargetFlag.INFEASIBLE in kpi.target.flags
    assert kpi.target.value <= 1
    assert "which is not possible" in kpi.target.reason
    found = [f for f in check_framework(framework) if f.code == "target_infeasible"]
    assert found
    assert all(f.severity is Severity.ERROR for f in found)


# unit economics


def _with_limits(
    build: Build, catalog: Catalog, kpis: dict[str, Any], **inputs: Any
) -> dict[str, Requirement]:
    """Requirements with one saved scenario of the worked example holding these inputs."""
    plain = build(_answers(catalog, None))
    scenario = Scenario.model_validate(
        {**dict(base_scenario(plain, catalog)), "id": "limits", "name": "Limits", **inputs}
    )
    answers = _answers(catalog, None, scenarios=[scenario.model_dump(mode="json")])
    answers["kpis"] = kpis
    answers["stages"]["expansion"] = {
        "primary": "net_revenue_retention",
        "supporting": ["customer_acquisition_cost", "ltv_to_cac"],
    }
    return model_requirements(build(answers), catalog)


def test_payback_limit(build: Build, catalog: Catalog) -> None:
    # Allowed CAC 5M / 12 x 80% x 18 = 6M; 20 deals allow 120M; over 1,335 leads 89,887.64 a lead
    found = _with_limits(build, catalog, {}, gross_margin=0.8, payback_limit_months=18)
    assert found["cac_payback"].value == 18
    assert found["customer_acquisition_cost"].value == pytest.approx(6_000_000)
    assert found["cost_per_lead"].value == pytest.approx(120_000_000 / 1335)
    assert all(found[key].at_most for key in ("cac_payback", "cost_per_lead"))
    assert found["cac_payback"].words == "Limit of 18 months in Limits."
    assert found["cost_per_lead"].met_by(89_000)
    assert not found["cost_per_lead"].met_by(90_000)


def test_a_budget_below_the_payback_limit_binds(build: Build, catalog: Catalog) -> None:
    limits = {"gross_margin": 0.8, "payback_limit_months": 18, "budget": 13_350_000}
    found = _with_limits(build, catalog, {}, **limits)
    assert found["cost_per_lead"].value == pytest.approx(10_000)
    assert "budget" in found["cost_per_lead"].words


def test_lifetime_value_over_acquisition_cost(build: Build, catalog: Catalog) -> None:
    # Own ratio 4.5 at a cost of 2M: lifetime value 9M, so 3M at 3:1, tighter than the 6M of payback
    kpis = {"ltv_to_cac": {"baseline": "4.5"}, "customer_acquisition_cost": {"baseline": "2m"}}
    found = _with_limits(build, catalog, kpis, gross_margin=0.8, payback_limit_months=18)
    assert (found["ltv_to_cac"].value, found["ltv_to_cac"].at_most) == (3, False)
    assert found["customer_acquisition_cost"].value == pytest.approx(3_000_000)


def test_no_inputs_no_unit_economics(build: Build, catalog: Catalog) -> None:
    found = _with_limits(build, catalog, {})
    assert not {"cac_payback", "customer_acquisition_cost", "cost_per_lead", "ltv_to_cac"} & set(
        found
    )
