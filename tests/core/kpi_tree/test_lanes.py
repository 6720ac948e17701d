"""A scenario solved lane by lane, and the sum of the lanes."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.lanes import (
    blended,
    from_step,
    planned_rates,
    revenue_now,
    solve,
    try_volume,
)
from kpi_core.models.tree import Lane, Scenario

RATES = (0.02, 0.20, 0.30, 0.25)
DEAL = 5_000_000


def lane(
    *rates: float, name: str = "a", first: float | None = None, **fields: object
) -> dict[str, Any]:
    """A lane with steps s0, s1 ...; today's rates are the planned ones when `first` is given."""
    steps = [{"id": f"s{i}", "name": f"Step {i}", "now": None} for i in range(len(rates) + 1)]
    steps[0]["now"] = first
    named = [
        {
            "metric_id": f"r{i}",
            "name": f"Rate {i}",
            "source": "test",
            "value": rate,
            "now": None if first is None else rate,
        }
        for i, rate in enumerate(rates)
    ]
    base = {"id": name, "name": name.upper(), "steps": steps, "rates": named}
    return {**base, "average_deal_size": DEAL, **fields}


def scenario(*lanes: dict[str, Any], revenue: float = 100_000_000, **fields: object) -> Scenario:
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": revenue, "lanes": lanes, **fields}
    )


def required(result: Any) -> list[float]:
    return [step.required for step in result.steps]


# ---- one lane ----


def test_the_worked_example_in_both_modes() -> None:
    whole = solve(scenario(lane(*RATES))).total
    assert required(whole) == [66_750, 1_335, 267, 80, 20]
    exact = solve(scenario(lane(*RATES), rounding="exact")).total
    assert required(exact) == [200_000 / 3, 4_000 / 3, 800 / 3, 80, 20]
    assert (whole.revenue_required, whole.revenue_planned) == (100_000_000, 100_000_000)


def test_today_and_the_gap_by_hand() -> None:
    # 54,000 x 0.02 x 0.20 x 0.30 x 0.25 = 16.2 deals x 5M = 81M: 19M are missing
    result = solve(scenario(lane(*RATES, first=54_000)))
    assert result.total.revenue_now == pytest.approx(81_000_000, rel=1e-12)
    assert result.total.gap == pytest.approx(19_000_000, rel=1e-9)
    assert result.lanes[0].steps[0].short == 12_750  # 66,750 - 54,000
    # carried along today's rates: 54,000 x 0.02 = 1,080 leads, 216 MQLs, 64.8 opportunities
    assert [step.now for step in result.lanes[0].steps[1:]] == pytest.approx(
        [1080, 216, 64.8, 16.2]
    )
    assert result.lanes[0].steps[1].short == 255  # 1,335 - 1,080
    above = solve(scenario(lane(*RATES, first=80_000)))
    assert above.total.gap == pytest.approx(-20_000_000, rel=1e-9)
    assert above.lanes[0].steps[0].short == 0


def test_today_is_unknown_without_volume_or_rate() -> None:
    known = Lane.model_validate(lane(*RATES, first=1000))
    assert revenue_now(known) == pytest.approx(1000 * 0.02 * 0.2 * 0.3 * 0.25 * DEAL)
    assert revenue_now(Lane.model_validate(lane(*RATES))) is None
    broken = lane(*RATES, first=1000)
    broken["rates"][2]["now"] = None
    result = solve(scenario(broken))
    assert (result.total.revenue_now, result.total.gap) == (None, None)
    # nothing is carried past the rate that is not known, but a volume of its own counts
    assert [step.now for step in result.lanes[0].steps] == [1000, 20, 4, None, None]
    broken["steps"][3]["now"] = 2
    steps = solve(scenario(broken)).lanes[0].steps
    assert [step.now for step in steps] == [1000, 20, 4, 2, 0.5]


def test_pipeline_value_and_coverage_by_hand() -> None:
    # 80 opportunities x 5M = 400M, four times the 100M
    result = solve(scenario(lane(*RATES)))
    assert (result.total.pipeline_value, result.total.coverage) == (400_000_000, 4)


def test_whole_deals_bring_more_than_required() -> None:
    # 101M / 5M = 20.2 -> 21 deals -> 105M
    result = solve(scenario(lane(*RATES), revenue=101_000_000)).total
    assert required(result)[-1] == 21
    assert (result.revenue_required, result.revenue_planned) == (101_000_000, 105_000_000)


def test_existing_customers_and_marketing_share_come_off_first() -> None:
    # (100M - 20M) x 50% = 40M = 8 deals
    result = solve(
        scenario(lane(*RATES), existing_customer_revenue=20_000_000, marketing_share=0.5)
    )
    assert required(result.total)[-1] == 8


def test_nothing_left_to_bring_is_zero_everywhere() -> None:
    plan = scenario(
        lane(*RATES, cost_per_lead=10), existing_customer_revenue=200_000_000, gross_margin=0.8
    )
    result = solve(plan)
    assert required(result.total) == [0, 0, 0, 0, 0]
    assert (result.total.spend, result.total.cac, result.total.roi) == (0, None, None)
    assert (result.total.payback_months, result.total.coverage, result.total.pipeline_value) == (
        None,
        None,
        0,
    )


def test_a_deal_larger_than_the_revenue_is_one_deal() -> None:
    result = solve(scenario(lane(*RATES), revenue=1_000_000)).total
    assert required(result) == [3_500, 70, 14, 4, 1]  # 1 / .25 = 4; 13.3 -> 14; 70; 3,500
    exact = solve(scenario(lane(*RATES), revenue=1_000_000, rounding="exact")).total
    assert required(exact)[-1] == 0.2


# ---- money ----


def test_spend_cac_payback_and_roi_by_hand() -> None:
    # 1,335 leads x 20,000 = 26.7M; / 20 deals = 1.335M each
    # payback: 1.335M / (5M / 12 x 0.8) = 4.005 months; ROI: (100M x 0.8 - 26.7M) / 26.7M
    result = solve(scenario(lane(*RATES, cost_per_lead=20_000), gross_margin=0.8))
    for found in (result.lanes[0], result.total):
        assert found.spend == 26_700_000
        assert found.cac == 1_335_000
        assert found.payback_months == pytest.approx(4.005, rel=1e-12)
        assert found.roi == pytest.approx(53.3 / 26.7, rel=1e-12)


def test_without_a_margin_roi_counts_all_revenue_and_payback_is_unknown() -> None:
    found = solve(scenario(lane(*RATES, cost_per_lead=20_000))).total
    assert found.roi == pytest.approx(73.3 / 26.7, rel=1e-12)
    assert found.payback_months is None


def test_without_a_cost_money_is_unknown() -> None:
    found = solve(scenario(lane(*RATES), gross_margin=0.8)).total
    assert (found.spend, found.cac, found.payback_months, found.roi) == (None, None, None, None)


def test_free_leads_cost_nothing() -> None:
    found = solve(scenario(lane(*RATES, cost_per_lead=0), gross_margin=0.8)).total
    assert (found.spend, found.cac, found.payback_months, found.roi) == (0, 0, 0, None)


# ---- several lanes ----


def test_two_lanes_by_hand() -> None:
    # 60M: 12 deals, 48 opportunities, 160 MQLs, 800 leads, 40,000 sessions, at 1,000 a lead
    # 40M at 50% and 10%, 2M a deal: 20 deals, 40, 400, at 500 a unit of the second step
    first = lane(*RATES, share=0.6, cost_per_lead=1_000)
    second = lane(0.1, 0.5, name="b", share=0.4, average_deal_size=2_000_000, cost_per_lead=500)
    result = solve(scenario(first, second, gross_margin=0.5))
    assert [required(x) for x in result.lanes] == [[40_000, 800, 160, 48, 12], [400, 40, 20]]
    assert [step.id for step in result.total.steps] == ["s0", "s1", "s2", "s3", "s4"]
    assert required(result.total) == [40_400, 840, 180, 48, 12]
    assert [x.pipeline_value for x in result.lanes] == [240_000_000, 80_000_000]
    assert [x.coverage for x in result.lanes] == [4, 2]
    # not 88 opportunities at the mean deal of 100M / 32
    assert result.total.pipeline_value == 320_000_000
    assert result.total.coverage == 3.2
    # spend 800 x 1,000 + 40 x 500; deals 12 + 20
    assert result.total.spend == 820_000


def test_a_total_counts_the_deals_of_lanes_with_different_last_steps() -> None:
    first = lane(*RATES, share=0.6, cost_per_lead=1_000)
    second = lane(0.1, 0.5, name="b", share=0.4, average_deal_size=2_000_000, cost_per_lead=500)
    total = solve(scenario(first, second, gross_margin=0.5)).total
    # 820,000 / 32 deals; the average deal is 100M / 32
    assert total.cac == pytest.approx(25_625, rel=1e-12)
    assert total.payback_months == pytest.approx(25_625 / (100_000_000 / 32 / 12 * 0.5), rel=1e-12)


@pytest.mark.parametrize("share", [0.07, 0.14, 0.28, 0.29, 0.55, 0.56, 0.57, 0.58])
def test_a_share_is_not_fooled_by_binary_floats(share: float) -> None:
    # 100 x 0.07 is 7.000000000000001 in binary floats, which would round up to 8 deals
    deals = round(share * 100)
    rest = lane(1.0, name="b", share=round(1 - share, 2), average_deal_size=1)
    one = lane(1.0, share=share, average_deal_size=1)
    result = solve(scenario(one, rest, revenue=100))
    assert [required(x)[-1] for x in result.lanes] == [deals, 100 - deals]
    alone = solve(scenario(lane(1.0, average_deal_size=1), revenue=100, marketing_share=share))
    assert required(alone.total)[-1] == deals


def test_shares_that_do_not_add_up_are_scaled_and_reported() -> None:
    result = solve(
        scenario(lane(*RATES, share=0.5), lane(*RATES, name="b", share=0.25), revenue=90_000_000)
    )
    assert result.shares_sum == 0.75
    assert [x.revenue_required for x in result.lanes] == [60_000_000, 30_000_000]
    assert [x.share for x in result.lanes] == [2 / 3, 1 / 3]
    over = solve(scenario(lane(*RATES), lane(*RATES, name="b")))
    assert (over.shares_sum, [x.share for x in over.lanes]) == (2, [0.5, 0.5])


def test_shares_of_zero_are_even() -> None:
    lanes = [lane(*RATES, name=f"l{i}", share=0) for i in range(4)]
    result = solve(scenario(*lanes))
    assert result.shares_sum == 0
    assert [x.revenue_required for x in result.lanes] == [25_000_000] * 4


def test_a_total_is_unknown_when_a_part_is() -> None:
    known = lane(*RATES, share=0.5, first=1000, cost_per_lead=1)
    unknown = lane(*RATES, name="b", share=0.5)
    total = solve(scenario(known, unknown)).total
    assert (total.spend, total.revenue_now, total.steps[0].now) == (None, None, None)


lanes_drawn = st.lists(
    st.tuples(
        st.integers(0, 100),
        st.lists(st.integers(1, 1000), min_size=1, max_size=5),
        st.integers(1, 10**7),
        st.integers(0, 10**5),
    ),
    min_size=1,
    max_size=6,
)


@given(lanes_drawn, st.integers(1, 10**10), st.sampled_from(["whole", "exact"]))
@settings(max_examples=150)
def test_lanes_add_up_to_the_total_exactly(
    drawn: list[tuple[int, list[int], int, int]], revenue: int, rounding: str
) -> None:
    lanes = [
        lane(
            *(rate / 1000 for rate in rates),
            name=f"l{i}",
            share=share / 100,
            average_deal_size=deal,
            cost_per_lead=cost,
        )
        for i, (share, rates, deal, cost) in enumerate(drawn)
    ]
    result = solve(scenario(*lanes, revenue=revenue, rounding=rounding))
    for name in ("revenue_required", "revenue_planned", "spend"):
        assert getattr(result.total, name) == sum(getattr(x, name) for x in result.lanes)
    for step in result.total.steps:
        parts = [s.required for x in result.lanes for s in x.steps if s.id == step.id]
        assert step.required == sum(parts)
    assert math.isclose(result.total.revenue_required, revenue, rel_tol=1e-12)
    assert math.isclose(sum(x.share for x in result.lanes), 1, rel_tol=1e-12)
    for x in result.lanes:
        if rounding == "whole":
            assert x.revenue_planned >= x.revenue_required
            assert all(step.required == int(step.required) for step in x.steps)
        else:
            assert math.isclose(x.revenue_planned, x.revenue_required, rel_tol=1e-12)


# ---- all lanes as one ----


def test_blended_by_hand() -> None:
    # 60M: 12 of 40,000 sessions; 40M at 4% first: 8 deals, 32, 106.67 -> 107, 535, 13,375 sessions
    first = lane(*RATES, share=0.6, first=10_000)
    second = lane(0.04, *RATES[1:], name="b", share=0.4, first=5_000)
    plan = scenario(first, second)
    one = blended(plan, solve(plan))
    assert one is not None
    assert [rate.value for rate in one.rates] == [
        1_335 / 53_375,
        267 / 1_335,
        80 / 267,
        20 / 80,
    ]
    assert one.average_deal_size == 5_000_000
    # leads 10,000 x 2% + 5,000 x 4%; then 20%, 30% and 25% in both
    assert [step.now for step in one.steps] == [15_000, 400, 80, 24, 6]
    assert [rate.now for rate in one.rates] == pytest.approx([400 / 15_000, 0.2, 0.3, 0.25])
    assert (one.id, one.share, one.cost_per_lead) == ("total", 1, None)
    assert all(rate.counts is None and rate.reference is None for rate in one.rates)


def test_blended_solves_to_the_total() -> None:
    plan = scenario(
        lane(*RATES, share=0.7),
        lane(0.05, 0.3, 0.2, 0.4, name="b", share=0.3, average_deal_size=1_000_000),
        rounding="exact",
    )
    result = solve(plan)
    one = blended(plan, result)
    assert one is not None
    again = solve(scenario(one.model_dump(), rounding="exact"))
    assert required(again.total) == pytest.approx(required(result.total), rel=1e-9)


def test_lanes_with_different_steps_do_not_blend() -> None:
    plan = scenario(lane(*RATES, share=0.5), lane(0.1, 0.5, name="b", share=0.5))
    assert blended(plan, solve(plan)) is None


def test_nothing_required_blends_at_the_first_lanes_rates() -> None:
    plan = scenario(
        lane(*RATES, share=0.5),
        lane(*RATES, name="b", share=0.5),
        existing_customer_revenue=100_000_000,
    )
    one = blended(plan, solve(plan))
    assert one is not None
    assert [rate.value for rate in one.rates] == list(RATES)
    assert one.average_deal_size == DEAL


def test_planned_rates_of_several_lanes_by_hand() -> None:
    # both need 100 deals at 1: first rate 10% of 2,000 and 20% of 500: (0.1 x 2,000 + 0.2 x 500) / 2,500
    # second 50% of 200 and 100% of 100: (0.5 x 200 + 100) / 300
    first = lane(0.1, 0.5, share=0.5, average_deal_size=1)
    second = lane(0.2, 1.0, name="b", share=0.5, average_deal_size=1)
    found = planned_rates(scenario(first, second, revenue=200))
    assert found == {"r0": pytest.approx(0.12), "r1": pytest.approx(200 / 300)}
    # a lane without a share needs nothing and does not count
    found = planned_rates(scenario({**first, "share": 1}, {**second, "share": 0}, revenue=200))
    assert found == {"r0": 0.1, "r1": 0.5}
    assert planned_rates(scenario(lane(*RATES))) == dict(
        zip(("r0", "r1", "r2", "r3"), RATES, strict=True)
    )


# ---- from any row ----


def test_from_a_row_in_the_middle_by_hand() -> None:
    # 300 MQLs: above 1,500 leads and 75,000 sessions, below 90 opportunities and 22.5 deals
    plan = scenario(lane(*RATES))
    found = from_step(plan.lanes[0], 2, 300, plan)
    assert found == pytest.approx((75_000, 1_500, 300, 90, 22.5), rel=1e-12)


def test_rows_above_round_up_and_rows_below_are_expectations() -> None:
    plan = scenario(lane(0.3, 0.3, 0.3))
    whole = from_step(plan.lanes[0], 1, 10, plan)  # 10 / 0.3 = 33.3 -> 34
    assert whole == pytest.approx((34, 10, 3, 0.9), rel=1e-12)
    free = scenario(lane(0.3, 0.3, 0.3), rounding="exact")
    assert from_step(free.lanes[0], 1, 10, free)[0] == pytest.approx(100 / 3, rel=1e-12)


def test_from_the_first_and_the_last_row() -> None:
    plan = scenario(lane(*RATES))
    top = from_step(plan.lanes[0], 0, 66_750, plan)
    assert top == pytest.approx((66_750, 1_335, 267, 80.1, 20.025), rel=1e-12)
    assert from_step(plan.lanes[0], 4, 20, plan) == (66_750, 1_335, 267, 80, 20)


def test_a_typed_volume_stays_as_typed() -> None:
    plan = scenario(lane(*RATES))
    assert from_step(plan.lanes[0], 3, 80.5, plan)[3] == 80.5
    assert from_step(plan.lanes[0], 2, 0, plan) == (0, 0, 0, 0, 0)


def test_a_tried_volume_says_what_it_brings() -> None:
    # of 100M, lane a has half: 50M. 8 opportunities bring 8 x 0.25 = 2 deals, 10M; 40M are missing
    plan = scenario(lane(*RATES, share=0.5), lane(*RATES, name="b", share=0.5))
    tried = try_volume(plan.lanes[0], 3, 8, plan)
    assert tried.volumes[3:] == (8, 2)
    assert (tried.revenue, tried.gap) == (10_000_000, 40_000_000)
    # 60 opportunities bring 15 deals, 75M
    assert try_volume(plan.lanes[0], 3, 60, plan).gap == -25_000_000


def test_shares_of_sessions_weigh_what_a_session_brings() -> None:
    # A session brings 0.1 x 0.5 x 100 = 5 in lane a and 0.2 x 0.5 x 50 = 5 ... x 3 deal size in b:
    # a 0.1 x 0.5 x 100 = 5, b 0.1 x 0.5 x 300 = 15. Half of the sessions each: 5 : 15 of 8,000,
    # 2,000 and 6,000. Sessions: 2,000 / 5 = 400 and 6,000 / 15 = 400.
    def lane(key: str, deal: float) -> dict[str, object]:
        rates = [("lead_rate", 0.1), ("win_rate", 0.5)]
        return {
            "id": key,
            "name": key,
            "share": 0.5,
            "average_deal_size": deal,
            "steps": [{"id": s, "name": s} for s in ("sessions", "leads", "deals")],
            "rates": [{"metric_id": m, "name": m, "value": v, "source": "x"} for m, v in rates],
        }

    base = {
        "id": "s",
        "name": "S",
        "revenue_target": 8000,
        "lanes": [lane("a", 100), lane("b", 300)],
    }
    result = solve(Scenario.model_validate({**base, "shares_of": "sessions"}))
    assert [x.revenue_required for x in result.lanes] == [2000, 6000]
    assert [x.steps[0].required for x in result.lanes] == [400, 400]
    by_revenue = solve(Scenario.model_validate(base))
    assert [x.revenue_required for x in by_revenue.lanes] == [4000, 4000]
