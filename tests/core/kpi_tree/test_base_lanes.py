"""The base scenario's lanes: from the plan, from a template, two in a hybrid motion; default caps."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_core.kpi_tree.base import base_scenario, default_cap, lane_from_template, target_scenario
from kpi_core.kpi_tree.draws import Spread, read_funnels
from kpi_core.kpi_tree.edit import with_chain, with_lane, with_rate
from kpi_core.kpi_tree.lanes import planned_rates, solve
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Counts, Lane, Scenario

CATALOG = load_catalog()
JPY, GBP, EUR = "manufacturer_jpy", "hybrid_mid_market_gbp", "product_led_smb_saas_eur"
SAMPLES = sorted(CATALOG.samples)


@lru_cache
def framework(sample: str) -> MeasurementFramework:
    read = interpret(CATALOG.samples[sample].answers, CATALOG)
    return build_framework(read.profile, read.selection, CATALOG, date(2026, 1, 1))


def base(sample: str) -> Scenario:
    return base_scenario(framework(sample), CATALOG)


# ---- the most a rate can be ----


@pytest.mark.parametrize(
    ("now", "reference", "cap"),
    [
        (0.2, None, 0.4),  # twice today's
        (0.2, 0.2, 0.4),  # 0.25 is less
        (0.2, 0.36, 0.45),  # a quarter above the reference: 0.36 x 1.25
        (0.02, 0.006, 0.04),
        (0.0, 0.4, 0.5),
        (0.6, 0.5, 1.0),  # never above 1
        (0.1, 0.9, 1.0),
        (1.0, None, 1.0),
    ],
)
def test_default_cap_by_hand(now: float, reference: float | None, cap: float) -> None:
    assert default_cap(now, reference) == pytest.approx(cap, rel=1e-15)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_rate_of_a_base_is_within_its_cap(sample: str) -> None:
    for lane in base(sample).lanes:
        for rate in lane.rates:
            assert rate.value <= rate.cap == default_cap(rate.now or rate.value, rate.reference)


# ---- one lane ----


def test_the_base_of_the_jpy_sample_by_hand() -> None:
    (lane,) = base(JPY).lanes
    assert (lane.id, lane.share, lane.average_deal_size) == ("all", 1, 5_000_000)
    # 54,000 sessions x 2% = 1,080, x 20% = 216, x 30% = 64.8, x 25% = 16.2
    now = [54_000, 1080, 216, 64.8, 16.2]
    assert [step.now for step in lane.steps] == pytest.approx(now, rel=1e-12)
    assert [rate.value for rate in lane.rates] == [0.02, 0.2, 0.3, 0.25]
    assert [rate.now for rate in lane.rates] == [0.02, 0.2, 0.3, 0.25]
    # whole units: 30% of 216 is 65 went on; 25% of 65 is 16
    assert [rate.counts for rate in lane.rates] == [
        Counts(successes=k, trials=n) for k, n in ((1080, 54_000), (216, 1080), (65, 216), (16, 65))
    ]
    days = [(rate.lag.mean_days, rate.lag.spread_days) for rate in lane.rates]
    cycle = framework(JPY).company.sales_cycle_days
    assert days == [(0, 0)] * 3 + [(cycle, cycle / 2)]


def test_a_base_is_drawn_from_its_counts() -> None:
    (funnel,) = read_funnels(base(JPY))
    first, second, third, last = funnel.rates
    # planned = today's: n x rate, which is the count where it is whole (2% of 54,000, 20% of 1,080)
    assert first == Spread(first.id, first.name, 0, 1, 1080.5, 52_920.5)
    assert second == Spread(second.id, second.name, 0, 1, 216.5, 864.5)
    assert (third.alpha, third.beta) == pytest.approx((65.3, 151.7))
    assert (last.alpha, last.beta) == pytest.approx((16.75, 49.25))
    assert funnel.volume == 54_000


# ---- a hybrid company ----


def test_a_hybrid_base_has_two_lanes() -> None:
    sales, self_service = base(GBP).lanes
    assert [(lane.id, lane.name, lane.share) for lane in (sales, self_service)] == [
        ("sales", "Sales", 1),
        ("self_service", "Self-service", 0),
    ]
    plan = framework(GBP).funnel_plan
    assert [step.id for step in sales.steps] == [step.id for step in plan.steps]
    assert [rate.value for rate in sales.rates] == [rate.value for rate in plan.rates]
    template = CATALOG.funnels["product_led"]
    assert [step.id for step in self_service.steps] == [step.id for step in template.steps]
    assert [rate.metric_id for rate in self_service.rates] == [
        rate.metric_id for rate in template.rates
    ]
    # its own volumes where the company has them: sign-ups and PQLs
    known = {step.id: step.now for step in self_service.steps if step.now is not None}
    assert known == {"sign_ups": 2300, "pqls": 310}
    assert all(rate.counts is None for rate in self_service.rates)


def test_only_a_hybrid_company_has_two_lanes() -> None:
    lanes = {sample: len(base(sample).lanes) for sample in SAMPLES}
    assert lanes == {sample: 1 + (sample == GBP) for sample in SAMPLES}


def test_the_total_leaves_out_a_lane_without_a_share() -> None:
    scenario = base(GBP)
    sales, self_service = solve(scenario).lanes
    total = solve(scenario).total
    assert self_service.revenue_now is None
    assert total.revenue_now == sales.revenue_now
    # 53.324544 deals of 28,000
    assert total.revenue_now == pytest.approx(53.324544 * 28_000)
    assert total.revenue_required == sales.revenue_required == 1_856_000
    assert self_service.revenue_required == self_service.revenue_planned == 0
    assert {step.required for step in self_service.steps} == {0}


def test_a_lane_with_a_share_counts_again() -> None:
    scenario = with_lane(base(GBP), "self_service", share=0.25)
    total = solve(scenario).total
    assert total.revenue_now is None, "its pace is unknown, and it has to bring something"
    sales, self_service = solve(scenario).lanes
    # 1 and 0.25, scaled to 1: 80% and 20% of 1,856,000
    assert sales.revenue_required == pytest.approx(1_484_800)
    assert self_service.revenue_required == pytest.approx(371_200)


def test_a_known_lane_without_a_share_counts() -> None:
    scenario = base(GBP)
    steps = [step.model_dump() for step in scenario.lanes[1].steps]
    steps[0]["now"] = 50_000
    scenario = with_lane(scenario, "self_service", steps=steps)
    for position in range(4):
        scenario = with_rate(scenario, "self_service", position, now=0.1)
    total = solve(scenario).total
    # 50,000 x 0.1^4 = 5 customers of 28,000 on top
    assert total.revenue_now == pytest.approx(53.324544 * 28_000 + 140_000)


# ---- another template ----


@pytest.mark.parametrize("template", sorted(CATALOG.funnels))
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_template_brings_its_steps_and_leaves_the_rest(sample: str, template: str) -> None:
    scenario = base(sample)
    changes: dict[str, Any] = {
        "name": "Mine",
        "share": 0.4,
        "average_deal_size": 777.0,
        "deal_size_low": 500.0,
        "deal_size_high": 900.0,
        "cost_per_lead": 12.0,
    }
    lane = with_lane(scenario, scenario.lanes[0].id, **changes).lanes[0]
    made = lane_from_template(template, lane, framework(sample), CATALOG)
    record = CATALOG.funnels[template]
    assert [(s.id, s.name) for s in made.steps] == [(s.id, s.name) for s in record.steps]
    assert [r.metric_id for r in made.rates] == [r.metric_id for r in record.rates]
    assert made.id == lane.id
    assert {key: getattr(made, key) for key in changes} == changes
    found = solve(with_chain(scenario, made))
    assert found.total.revenue_planned >= found.total.revenue_required


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_plans_own_template_gives_the_base_lane_again(sample: str) -> None:
    lane = base(sample).lanes[0]
    again = lane_from_template(
        framework(sample).funnel_plan.template, lane, framework(sample), CATALOG
    )
    assert again == lane


def test_a_template_takes_own_rates_with_it() -> None:
    (lane,) = base(JPY).lanes
    made = lane_from_template("sales_led_sql", lane, framework(JPY), CATALOG)
    rates = {rate.metric_id: rate for rate in made.rates}
    for own, value in (
        ("visitor_to_lead_rate", 0.02),
        ("lead_to_mql_rate", 0.2),
        ("win_rate", 0.25),
    ):
        assert (rates[own].value, rates[own].now) == (value, value)
        assert rates[own].source == "Your own history."
    for new in ("mql_to_sql_rate", "sql_to_opportunity_rate"):
        assert rates[new].now is None
        assert rates[new].counts is None
        assert rates[new].source != "Your own history."
    # 54,000 sessions, 1,080 leads, 216 MQLs; what an SQL is, nobody counted
    now = {step.id: step.now for step in made.steps}
    assert [now["sessions"], now["leads"], now["mqls"]] == pytest.approx([54_000, 1080, 216])
    assert now["sqls"] is None


def test_a_template_reads_baselines_and_answers() -> None:
    # three of the rates are KPIs with a baseline, the third one is an answer
    lane = base(EUR).lanes[0]
    made = lane_from_template("product_led", lane, framework(EUR), CATALOG)
    assert [rate.now for rate in made.rates] == [0.042, 0.34, 0.42, 0.27]


# ---- rates over all lanes ----


def two_lanes(first: float, second: float, shares: tuple[float, float]) -> Scenario:
    def lane(name: str, rate: float, share: float) -> Lane:
        return Lane.model_validate(
            {
                "id": name,
                "name": name,
                "share": share,
                "average_deal_size": 10,
                "steps": [{"id": "leads", "name": "Leads"}, {"id": "deals", "name": "Deals"}],
                "rates": [
                    {"metric_id": "win_rate", "name": "Win", "source": "x", "value": rate},
                ],
            }
        )

    lanes = [lane("a", first, shares[0]), lane("b", second, shares[1])]
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": 1000, "lanes": [x.model_dump() for x in lanes]}
    )


def test_planned_rates_of_one_lane_are_its_own() -> None:
    assert planned_rates(base(JPY)) == {
        "visitor_to_lead_rate": 0.02,
        "lead_to_mql_rate": 0.2,
        "mql_to_opportunity_rate": 0.3,
        "win_rate": 0.25,
    }


def test_planned_rates_of_several_lanes_by_hand() -> None:
    # 80 deals at 40% from 200 leads and 20 at 10% from 200: 100 of 400
    assert planned_rates(two_lanes(0.4, 0.1, (0.8, 0.2))) == {"win_rate": 0.25}
    assert planned_rates(two_lanes(0.3, 0.3, (0.8, 0.2))) == {"win_rate": 0.3}
    # a lane with nothing to bring does not count
    assert planned_rates(two_lanes(0.4, 0.1, (1, 0))) == {"win_rate": 0.4}
    nothing = two_lanes(0.4, 0.1, (1, 1)).model_dump() | {"existing_customer_revenue": 1000}
    assert planned_rates(Scenario.model_validate(nothing)) == {"win_rate": 0.4}


def test_planned_rates_of_lanes_with_other_steps() -> None:
    found = planned_rates(base(GBP))
    lanes = base(GBP).lanes
    assert found == {rate.metric_id: rate.value for lane in lanes for rate in lane.rates}


def test_the_target_scenario_takes_targets_of_kpis_only() -> None:
    start = base(JPY)
    found = target_scenario(start, framework(JPY))
    targets = {k.metric_id: k.target.value for k in framework(JPY).kpis if k.target}
    for before, after in zip(start.lanes[0].rates, found.lanes[0].rates, strict=True):
        assert after.value == targets.get(before.metric_id, before.value)
        assert (after.now, after.counts) == (before.now, before.counts)
    assert found.lanes[0].rates[0].value == 0.02, "the visitor-to-lead rate is no KPI here"
