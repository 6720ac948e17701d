"""The base scenario: the framework's plan with today's volumes, evidence and references."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.catalog.loader import DATA, Catalog
from kpi_core.kpi_tree.base import (
    base_scenario,
    default_cap,
    lane_from_template,
    target_scenario,
    volumes_now,
)
from kpi_core.kpi_tree.lanes import revenue_now, solve
from kpi_core.kpi_tree.solve import required_volumes
from kpi_core.models.base import Motion
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import FunnelStep
from kpi_core.models.tree import Counts, Lane, Scenario

Build = Callable[..., MeasurementFramework]


@pytest.fixture
def base(framework: MeasurementFramework, catalog: Catalog) -> Scenario:
    return base_scenario(framework, catalog)


# ---- the worked example by hand ----


def test_the_worked_example(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    scenario = base_scenario(worked_example, catalog)
    (lane,) = scenario.lanes
    assert (scenario.id, scenario.revenue_target, scenario.marketing_share) == (
        "base",
        100_000_000,
        1,
    )
    # typed: 54,000 sessions, 216 MQLs, rates 2, 20, 30, 25%
    assert [step.now for step in lane.steps] == pytest.approx([54_000, 1_080, 216, 64.8, 16.2])
    assert [rate.value for rate in lane.rates] == [0.02, 0.2, 0.3, 0.25]
    assert [rate.now for rate in lane.rates] == [0.02, 0.2, 0.3, 0.25]
    # 64.8 opportunities are counted as 65, 16.2 deals as 16
    assert [rate.counts for rate in lane.rates] == [
        Counts(successes=1080, trials=54_000),
        Counts(successes=216, trials=1080),
        Counts(successes=65, trials=216),
        Counts(successes=16, trials=65),
    ]
    assert lane.average_deal_size == 5_000_000
    assert revenue_now(lane) == pytest.approx(81_000_000)
    # a sales cycle of 150 days between opportunity and deal, nothing above
    assert [rate.lag.mean_days for rate in lane.rates] == [0, 0, 0, 150]
    assert lane.rates[-1].lag.spread_days == 75
    # nothing named, so what needs a reference has a stated one or none
    assert lane.rates[2].reference is None
    assert lane.rates[2].cap == pytest.approx(0.6)


def test_the_enterprise_sample(catalog: Catalog, build: Build) -> None:
    # 432 MQLs known: up 432 / 0.18 = 2,400 leads / 0.014 = 171,429 sessions, down x 0.24 x 0.22
    framework = build(catalog.samples["sales_led_enterprise_saas_usd"].answers)
    (lane,) = base_scenario(framework, catalog).lanes
    assert [step.now for step in lane.steps] == pytest.approx(
        [432 / 0.18 / 0.014, 2_400, 432, 103.68, 22.8096]
    )
    # (10M - 20M x 8%) x 40%
    assert base_scenario(framework, catalog).marketing_revenue == 3_360_000


def test_the_product_led_sample(catalog: Catalog, build: Build) -> None:
    # 10,500 sign-ups: / 0.042 = 250,000 visitors; 3,570 activated; x 0.42 x 0.27
    framework = build(catalog.samples["product_led_smb_saas_eur"].answers)
    (lane,) = base_scenario(framework, catalog).lanes
    assert [step.now for step in lane.steps] == pytest.approx(
        [250_000, 10_500, 3_570, 1_499.4, 404.838]
    )
    # (2M + 3.2M x 3%) x 55%: customers shrink, so more must be won
    assert base_scenario(framework, catalog).marketing_revenue == pytest.approx(1_152_800)


def test_the_hybrid_sample_has_a_lane_for_sales_and_one_for_self_service(
    catalog: Catalog, build: Build
) -> None:
    framework = build(catalog.samples["hybrid_mid_market_gbp"].answers)
    sales, self_service = base_scenario(framework, catalog).lanes
    assert [step.id for step in sales.steps] == [
        step.id for step in catalog.funnels["sales_led_sql"].steps
    ]
    assert [step.id for step in self_service.steps] == [
        step.id for step in catalog.funnels["product_led"].steps
    ]
    # 1,526 MQLs: up / 0.24 / 0.024, down x 0.28 x 0.52 x 0.24
    assert [step.now for step in sales.steps] == pytest.approx(
        [1_526 / 0.24 / 0.024, 1_526 / 0.24, 1_526, 427.28, 222.1856, 53.324544]
    )
    # 2,300 sign-ups and 310 PQLs are known, no rate is
    assert [step.now for step in self_service.steps] == [None, 2_300, None, 310, None]


# ---- every sample ----


def test_it_plans_what_the_framework_plans(framework: MeasurementFramework, base: Scenario) -> None:
    assert base.marketing_revenue == framework.funnel_plan.marketing_revenue
    planned = [step.required for step in required_volumes(framework.funnel_plan)]
    assert [step.required for step in solve(base).lanes[0].steps] == planned
    assert solve(base).shares_sum == 1


def test_counts_are_possible_and_near_the_rate(base: Scenario) -> None:
    for lane in base.lanes:
        for rate in lane.rates:
            if rate.counts:
                won, tried = rate.counts.successes, rate.counts.trials
                assert 0 <= won <= tried
                assert rate.now is not None
                assert abs(won - rate.now * tried) <= 0.5


def test_references_are_published_figures(base: Scenario, catalog: Catalog) -> None:
    with (DATA / "benchmarks.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    ids = {figure.id: figure.metric_id for figure in catalog.benchmarks}
    found = [rate for lane in base.lanes for rate in lane.rates if rate.reference is not None]
    assert found
    for rate in found:
        matching = [
            row
            for row in rows
            if ids[row["id"]] == rate.metric_id
            and rate.reference_source
            == f"{row['source_publisher']}, {row['source_year'] or 'year not stated'}"
            and _as_ratio(row) == pytest.approx(rate.reference, rel=1e-9)
        ]
        assert matching, f"{rate.metric_id}: {rate.reference} of {rate.reference_source}"
        assert {row["statistic"] for row in matching} != {"example"}


def _as_ratio(row: dict[str, str]) -> float | None:
    """The row's typical value, else the middle of its ends; `None` when it is no percentage."""
    if row["unit"] != "percent":
        return None
    if row["typical"]:
        return float(row["typical"]) / 100
    if row["low"] and row["high"]:
        return (float(row["low"]) + float(row["high"])) / 200
    return None


def test_a_chosen_figure_is_the_reference(
    worked_example: MeasurementFramework, catalog: Catalog, build: Build
) -> None:
    answers = catalog.samples["manufacturer_jpy"].answers
    lane = base_scenario(worked_example, catalog).lanes[0]
    others = [
        figure
        for figure in catalog.benchmarks
        if figure.metric_id == "win_rate"
        and figure.unit == "ratio"
        and figure.typical not in (None, lane.rates[-1].reference)
        and figure.statistic != "example"
    ]
    chosen = {**answers["kpis"]["win_rate"], "benchmark": others[0].id}
    framework = build({**answers, "kpis": {**answers["kpis"], "win_rate": chosen}})
    rate = base_scenario(framework, catalog).lanes[0].rates[-1]
    assert rate.reference == others[0].typical
    assert others[0].source_publisher in str(rate.reference_source)


def test_caps_leave_room_and_stay_possible(base: Scenario) -> None:
    for rate in (rate for lane in base.lanes for rate in lane.rates):
        assert rate.value <= rate.cap <= 1
        assert rate.reference is None or rate.reference <= rate.cap


def test_nothing_known_is_nothing_claimed(catalog: Catalog, build: Build) -> None:
    for motion in Motion:
        for lane in base_scenario(build({"motion": motion.value}), catalog).lanes:
            assert {step.now for step in lane.steps} == {None}
            assert {(rate.now, rate.counts) for rate in lane.rates} == {(None, None)}


def test_any_valid_answers_give_a_base_that_solves(
    catalog: Catalog, build: Build, valid_answers: st.SearchStrategy[dict[str, Any]]
) -> None:
    @given(valid_answers)
    @settings(max_examples=25)
    def check(answers: dict[str, Any]) -> None:
        framework = build(answers)
        scenario = base_scenario(framework, catalog)
        assert scenario.marketing_revenue == framework.funnel_plan.marketing_revenue
        assert solve(scenario).total.revenue_planned >= scenario.marketing_revenue * (1 - 1e-12)
        target_scenario(scenario, framework)

    check()


# ---- parts ----


def test_volumes_are_carried_along_known_rates_only() -> None:
    steps = tuple(FunnelStep(id=f"s{i}", name="S", metric_id=f"m{i}") for i in range(4))
    assert volumes_now(steps, [0.1, 0.5, 0.2], {"m1": 100}) == [1000, 100, 50, 10]
    assert volumes_now(steps, [None, 0.5, None], {"m1": 100}) == [None, 100, 50, None]
    assert volumes_now(steps, [0.1, 0.5, 0.2], {}) == [None] * 4
    # what was counted wins over what follows from rates
    assert volumes_now(steps, [0.1, 0.5, 0.2], {"m0": 1000, "m2": 70}) == [1000, 100, 70, 14]


@pytest.mark.parametrize(
    ("now", "reference", "cap"),
    [(0.2, None, 0.4), (0.2, 0.3, 0.4), (0.2, 0.4, 0.5), (0.6, None, 1), (0.2, 0.9, 1)],
)
def test_default_cap_by_hand(now: float, reference: float | None, cap: float) -> None:
    assert default_cap(now, reference) == pytest.approx(cap)


def test_target_rates_take_the_place_of_the_plans(
    framework: MeasurementFramework, base: Scenario
) -> None:
    targets = {kpi.metric_id: kpi.target.value for kpi in framework.kpis if kpi.target}
    found = target_scenario(base, framework)
    assert (found.id, found.name) == ("targets", "At target rates")
    for old, new in zip(base.lanes, found.lanes, strict=True):
        for was, now in zip(old.rates, new.rates, strict=True):
            assert now.value == targets.get(was.metric_id, was.value)
            assert now.now == was.now


def test_another_template_keeps_the_lanes_name_and_money(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    lane = Lane.model_validate(
        {
            **dict(base_scenario(worked_example, catalog).lanes[0]),
            "name": "Direct",
            "share": 0.3,
            "average_deal_size": 7,
            "cost_per_lead": 3,
        }
    )
    found = lane_from_template("product_led", lane, worked_example, catalog)
    assert [step.id for step in found.steps] == [
        step.id for step in catalog.funnels["product_led"].steps
    ]
    assert (found.id, found.name, found.share) == ("all", "Direct", 0.3)
    assert (found.average_deal_size, found.cost_per_lead) == (7, 3)
    # sessions are counted by both funnels: 54,000
    assert found.steps[0].now == 54_000
