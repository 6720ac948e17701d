"""Goal seek: single levers, equal effort, and the money."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.goal_seek import SingleLever, equal_effort, single_levers, spend_check
from kpi_core.models.tree import Scenario

RATES = (0.02, 0.20, 0.30, 0.25)  # visitor to lead, lead to MQL, MQL to opportunity, win rate
DEAL = 5_000_000


def lane(*rates: float | dict[str, Any], first: float | None = None, **fields: object) -> Any:
    """A lane whose rates are r1, r2 ... and whose first volume is `first`."""
    steps: list[dict[str, Any]] = [
        {"id": f"s{i}", "name": f"Step {i}"} for i in range(len(rates) + 1)
    ]
    steps[0]["now"] = first
    named = [
        {"metric_id": f"r{i}", "name": f"Rate {i}", "source": "test"}
        | (rate if isinstance(rate, dict) else {"value": rate})
        for i, rate in enumerate(rates, start=1)
    ]
    base = {"id": "a", "name": "A", "steps": steps, "rates": named, "average_deal_size": DEAL}
    return {**base, **fields}


def scenario(*lanes: Any, revenue: float = 100_000_000, **fields: object) -> Scenario:
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": revenue, "lanes": lanes, **fields}
    )


def revenue_of(plan: Scenario, changed: dict[tuple[str, str], float]) -> float:
    """Revenue at today's pace with some numbers changed, by (lane id, id). First volumes are known."""
    total = 0.0
    for line in plan.lanes:
        money = changed.get((line.id, "average_deal_size"), line.average_deal_size)
        money *= changed.get((line.id, line.steps[0].id), line.steps[0].now or 0)
        for rate in line.rates:
            now = rate.value if rate.now is None else rate.now
            money *= changed.get((line.id, rate.metric_id), now)
        total += money
    return total


def by_id(levers: tuple[SingleLever, ...]) -> dict[tuple[str, str], SingleLever]:
    return {(lever.lane_id, lever.id): lever for lever in levers}


# 50,000 sessions bring 1,000 leads, 200 MQLs, 60 opportunities, 15 deals: 75M of 100M
MISSED = scenario(lane(*RATES[:3], {"value": 0.25, "cap": 0.3}, first=50_000))


# ---- one lever alone ----


def test_single_levers_by_hand() -> None:
    # 100 / 75 = 4/3 of whatever it is
    needed = [(lever.id, lever.kind, lever.needed) for lever in single_levers(MISSED)]
    assert needed == [
        ("r1", "rate", 0.02 * 4 / 3),
        ("r2", "rate", 0.8 / 3),
        ("r3", "rate", 0.4),
        ("r4", "rate", 1 / 3),
        ("s0", "volume", 200_000 / 3),
        ("average_deal_size", "deal_size", 20_000_000 / 3),
    ]


def test_what_a_cap_forbids_is_not_reachable_alone() -> None:
    levers = by_id(single_levers(MISSED))
    win = levers["a", "r4"]
    assert (win.reachable, win.reason, win.cap) == (False, "not reachable alone, cap 30%", 0.3)
    assert (win.name, win.now) == ("Rate 4", 0.25)
    others = [lever for lever in levers.values() if lever.id != "r4"]
    assert all(lever.reachable and lever.reason is None for lever in others)
    volume = levers["a", "s0"]
    assert (volume.name, volume.now, volume.cap) == ("Step 0", 50_000, None)


def test_a_need_of_exactly_the_cap_is_reachable() -> None:
    # 100 x 0.45 = 45 of 60 deals: 0.45 x 60 / 45 is 0.6, also where floats say 0.6000000000000001
    for now, target, cap in ((0.45, 60, 0.6), (0.1, 30, 0.3), (0.35, 70, 0.7)):
        plan = scenario(lane({"value": now, "cap": cap}, first=100), revenue=target * DEAL)
        lever = single_levers(plan)[0]
        assert (lever.needed, lever.reachable) == (cap, True)


@pytest.mark.parametrize(
    ("cap", "text"), [(0.6, "60%"), (0.125, "12.5%"), (0.0005, "0.05%"), (1, "100%")]
)
def test_a_cap_is_told_in_percent(cap: float, text: str) -> None:
    lever = single_levers(scenario(lane({"value": 0.0001, "cap": cap}, first=1)))[0]
    assert lever.reason == f"not reachable alone, cap {text}"
    assert lever.needed == 20


def test_one_lane_must_close_the_whole_gap() -> None:
    # lane a brings 10 x 5M = 50M, lane b 30 x 1M = 30M: 20M short. a must bring 70, b 50
    second = lane(0.3, first=100, id="b", average_deal_size=1_000_000)
    levers = by_id(single_levers(scenario(lane(0.1, first=100), second)))
    assert len(levers) == 6
    assert levers["a", "r1"].needed == pytest.approx(0.1 * 70 / 50)
    assert levers["a", "s0"].needed == pytest.approx(140)
    assert levers["b", "r1"].needed == pytest.approx(0.5)
    assert levers["b", "average_deal_size"].needed == pytest.approx(5_000_000 / 3)


@pytest.mark.parametrize("rounding", ["whole", "exact"])
def test_a_target_that_is_reached_needs_no_lever(rounding: str) -> None:
    # without today's volume the planned one stands in, and at planned rates that reaches the target
    assert single_levers(scenario(lane(*RATES), rounding=rounding)) == ()
    assert single_levers(scenario(lane(*RATES, first=70_000))) == ()
    nothing = scenario(lane(0.1, first=0), existing_customer_revenue=100_000_000)
    assert single_levers(nothing) == ()


def test_planned_volume_with_todays_rates() -> None:
    # planned for 50%: 40 units; today 25% of them are 10 deals, 50M. Twice the rate or the volume
    levers = by_id(single_levers(scenario(lane({"value": 0.5, "now": 0.25}))))
    assert [lever.needed for lever in levers.values()] == [0.5, 80, 10_000_000]


def test_zeros() -> None:
    # 100 x r1 x 0.5 x 5M = 100M: 0.4 for r1; nothing else helps while r1 is 0
    zero = lane({"value": 0.5, "now": 0}, 0.5, first=100)
    levers = by_id(single_levers(scenario(zero)))
    assert (levers["a", "r1"].needed, levers["a", "r1"].reachable) == (0.4, True)
    for key in ("r2", "s0", "average_deal_size"):
        lever = levers["a", key]
        assert (lever.needed, lever.reachable) == (None, False)
        assert lever.reason == "not reachable alone, another number of the lane is 0"


ratios = st.integers(1, 999).map(lambda tenths: tenths / 1000)
rate_inputs = st.tuples(ratios, ratios).map(lambda pair: {"value": pair[0], "cap": max(pair)})
lanes = st.lists(
    st.tuples(
        st.lists(rate_inputs, min_size=1, max_size=5), st.integers(1, 10**6), st.integers(1, 10**7)
    ),
    min_size=1,
    max_size=3,
).map(
    lambda rows: [
        lane(*rates, first=first, average_deal_size=deal, id=f"l{i}")
        for i, (rates, first, deal) in enumerate(rows)
    ]
)


@settings(max_examples=100)
@given(lanes, st.floats(1.001, 50))
def test_each_single_lever_then_forward_returns_the_target(lines: list[Any], times: float) -> None:
    now = revenue_of(scenario(*lines), {})
    assume(0.02 < now < 1e13)
    plan = scenario(*lines, revenue=now * times)
    levers = single_levers(plan)
    assert len(levers) == sum(len(line.rates) + 2 for line in plan.lanes)
    for lever in levers:
        assert lever.needed is not None
        reached = revenue_of(plan, {(lever.lane_id, lever.id): lever.needed})
        assert reached == pytest.approx(plan.revenue_target, rel=1e-9)
        assert lever.reachable == (lever.cap is None or lever.needed <= lever.cap)


# ---- the same effort for all ----


def test_effort_of_one_rate() -> None:
    # 25% must become 33.3%, a third of the way to 50%
    plan = scenario(lane(*RATES[:3], {"value": 0.25, "cap": 0.5}, first=50_000))
    found = equal_effort(plan, [("a", "r4")])
    assert found.effort == pytest.approx(1 / 3, abs=1e-11)
    assert found.infeasible_by is None
    assert found.revenue == pytest.approx(100_000_000, rel=1e-10)
    (rate,) = found.rates
    assert (rate.lane_id, rate.metric_id, rate.name) == ("a", "r4", "Rate 4")
    assert (rate.now, rate.cap, rate.needed) == (0.25, 0.5, pytest.approx(1 / 3))


def test_effort_of_two_rates() -> None:
    # 0.2 (1 + L) x 0.25 (1 + L) must be 4/3 of 0.2 x 0.25: L = sqrt(4/3) - 1
    second, last = {"value": 0.2, "cap": 0.4}, {"value": 0.25, "cap": 0.5}
    plan = scenario(lane(0.02, second, 0.3, last, first=50_000))
    found = equal_effort(plan, {("a", "r2"), ("a", "r4")})
    effort = math.sqrt(4 / 3) - 1
    assert found.effort == pytest.approx(effort, abs=1e-11)
    assert [rate.metric_id for rate in found.rates] == ["r2", "r4"]
    assert [rate.needed for rate in found.rates] == pytest.approx(
        [0.2 * (1 + effort), 0.25 * (1 + effort)]
    )


def test_effort_across_lanes() -> None:
    # 50M (1 + L) + 30M (1 + 2 L) = 100M: 110 L = 20
    second = lane({"value": 0.3, "cap": 0.9}, first=100, id="b", average_deal_size=1_000_000)
    plan = scenario(lane({"value": 0.1, "cap": 0.2}, first=100), second)
    found = equal_effort(plan, [("a", "r1"), ("b", "r1")])
    assert found.effort == pytest.approx(2 / 11, abs=1e-11)


def test_infeasible_by() -> None:
    # 75M x 0.30 / 0.25 = 90M with the win rate at its cap
    found = equal_effort(MISSED, [("a", "r4")])
    assert found.effort is None
    assert found.infeasible_by == pytest.approx(10_000_000)
    assert found.revenue == pytest.approx(90_000_000)
    assert found.rates[0].needed == 0.3


def test_all_the_effort_is_just_enough() -> None:
    plan = scenario(lane({"value": 0.1, "cap": 0.3}, first=100), revenue=30 * DEAL)
    found = equal_effort(plan, [("a", "r1")])
    assert found.effort == pytest.approx(1, abs=1e-8)
    assert found.rates[0].needed == pytest.approx(0.3)


def test_nothing_chosen() -> None:
    found = equal_effort(MISSED, [])
    assert (found.effort, found.rates) == (None, ())
    assert found.infeasible_by == pytest.approx(25_000_000)
    assert equal_effort(scenario(lane(*RATES, first=70_000)), []).effort == 0


@pytest.mark.parametrize("rounding", ["whole", "exact"])
def test_a_target_that_is_reached_needs_no_effort(rounding: str) -> None:
    plan = scenario(lane(*RATES), rounding=rounding)
    found = equal_effort(plan, [("a", "r1"), ("a", "r4")])
    assert (found.effort, found.infeasible_by) == (0, None)
    assert [rate.needed for rate in found.rates] == [0.02, 0.25]


def test_a_rate_above_its_cap_stays() -> None:
    above, free = {"value": 0.4, "cap": 0.3}, {"value": 0.2, "cap": 1}
    plan = scenario(lane(above, free, first=100))  # 8 deals of 20: 0.2 becomes 0.5
    found = equal_effort(plan, [("a", "r1"), ("a", "r2")])
    assert [rate.needed for rate in found.rates] == pytest.approx([0.4, 0.5])
    assert found.effort == pytest.approx(0.3 / 0.8, abs=1e-11)


def test_a_rate_of_zero_can_be_raised() -> None:
    zero = {"value": 0.5, "now": 0, "cap": 0.8}
    found = equal_effort(scenario(lane(zero, 0.5, first=100)), [("a", "r1")])
    assert found.rates[0].needed == pytest.approx(0.4)


def test_an_unknown_rate_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no such rate: \[\('a', 'win_rat'\)\]"):
        equal_effort(MISSED, [("a", "win_rat"), ("a", "r1")])


@settings(max_examples=100)
@given(lanes, st.floats(1.001, 20), st.randoms(use_true_random=False))
def test_effort_then_forward_returns_the_target_and_less_does_not(
    lines: list[Any], times: float, chance: Any
) -> None:
    now = revenue_of(scenario(*lines), {})
    assume(0.02 < now < 1e13)
    plan = scenario(*lines, revenue=now * times)
    everything = [(line.id, rate.metric_id) for line in plan.lanes for rate in line.rates]
    chosen = [key for key in everything if chance.random() < 0.7]
    found = equal_effort(plan, chosen)
    at = {(rate.lane_id, rate.metric_id): rate.needed for rate in found.rates}
    assert set(at) == set(chosen)
    assert all(rate.now <= rate.needed <= rate.cap for rate in found.rates)
    assert found.revenue == pytest.approx(revenue_of(plan, at), rel=1e-12)
    if found.effort is None:
        assert [rate.needed for rate in found.rates] == [rate.cap for rate in found.rates]
        assert found.infeasible_by == pytest.approx(plan.revenue_target - found.revenue)
        assert found.infeasible_by > 0
    else:
        assert found.revenue == pytest.approx(plan.revenue_target, rel=1e-8)
        less = {
            (r.lane_id, r.metric_id): r.now + (found.effort - 1e-6) * (r.cap - r.now)
            for r in found.rates
        }
        assert revenue_of(plan, less) < plan.revenue_target


# ---- the money ----


def priced(**fields: object) -> Scenario:
    """The worked example at 10,000 a lead: 1,335 leads cost 13,350,000."""
    return scenario(lane(*RATES, cost_per_lead=10_000), **fields)


def test_budget_binds() -> None:
    # 5M / 12 x 0.8 x 12 = 4M a deal; 20 deals: 80M
    found = spend_check(priced(budget=10_000_000, gross_margin=0.8, payback_limit_months=12))
    assert found.required == 13_350_000
    assert found.allowed_cac == pytest.approx(4_000_000)
    assert found.payback_limit == pytest.approx(80_000_000)
    assert (found.allowed, found.binding) == (10_000_000, "budget")
    assert (found.over_by, found.missing) == (3_350_000, ())


def test_payback_binds() -> None:
    # 5M / 12 x 0.5 x 1 = 208,333 a deal; 20 deals: 4,166,667; over by 9,183,333
    found = spend_check(priced(budget=10_000_000, gross_margin=0.5, payback_limit_months=1))
    assert found.allowed == found.payback_limit == pytest.approx(12_500_000 / 3)
    assert found.binding == "payback"
    assert found.over_by == pytest.approx(13_350_000 - 12_500_000 / 3)


def test_spend_that_fits_is_over_by_nothing() -> None:
    assert spend_check(priced(budget=13_350_000)).over_by == 0


def test_spend_of_two_lanes() -> None:
    # a: 60M is 12 deals, 24 leads of 0.5, 240 of 0.1; b: 40M is 40 deals, 80 leads; 0.8: 100
    first = lane(0.1, 0.5, share=0.6, cost_per_lead=100_000)
    second = lane(0.8, 0.5, share=0.4, id="b", average_deal_size=1_000_000, cost_per_lead=10_000)
    money = {"budget": 5_000_000, "gross_margin": 0.6, "payback_limit_months": 2}
    found = spend_check(scenario(first, second, **money))
    assert found.required == 24 * 100_000 + 80 * 10_000
    # 100M / 52 deals / 12 x 0.6 x 2, times 52 deals: 10M
    assert found.allowed_cac == pytest.approx(10_000_000 / 52)
    assert found.payback_limit == pytest.approx(10_000_000)
    assert (found.binding, found.over_by) == ("budget", 0)


def test_what_is_missing_is_said() -> None:
    found = spend_check(scenario(lane(*RATES, name="Search"), lane(0.5, id="b", name="Events")))
    assert found.missing == (
        "The cost per lead is not known for Search, Events.",
        "The budget is not given.",
        "The gross margin is not given.",
        "The limit of CAC payback is not given.",
    )
    assert (found.required, found.budget, found.allowed_cac, found.payback_limit) == (None,) * 4
    assert (found.allowed, found.binding, found.over_by) == (None, None, None)


def test_one_known_limit_is_enough() -> None:
    found = spend_check(priced(budget=13_000_000, gross_margin=0.5))
    assert (found.allowed, found.binding, found.over_by) == (13_000_000, "budget", 350_000)
    assert found.missing == ("The limit of CAC payback is not given.",)
    found = spend_check(priced(gross_margin=0.8, payback_limit_months=12))
    assert (found.binding, found.over_by) == ("payback", 0)
    assert found.missing == ("The budget is not given.",)


def test_a_lane_that_needs_no_leads_needs_no_price() -> None:
    idle = lane(0.5, id="b", share=0)
    found = spend_check(scenario(lane(*RATES, cost_per_lead=10_000), idle, budget=1))
    assert (found.required, found.over_by) == (13_350_000, 13_349_999)


def test_no_deals_needed() -> None:
    found = spend_check(
        priced(gross_margin=0.8, payback_limit_months=12, existing_customer_revenue=100_000_000)
    )
    assert (found.required, found.allowed_cac, found.payback_limit, found.over_by) == (
        0,
        None,
        0,
        0,
    )
    assert "No deal is needed, so there is no average deal size." in found.missing
