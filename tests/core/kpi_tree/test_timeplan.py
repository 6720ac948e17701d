"""The monthly plan: traced back, run forward, compared with a second computation in plain loops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.lags import weights
from kpi_core.kpi_tree.solve import backward
from kpi_core.kpi_tree.timeplan import TimePlan, forward, plan_months, revenue_by_month
from kpi_core.models.tree import Lag, Lane, Scenario, TimeInputs, TreeRate, TreeStep

SPREAD = Lag(weights=(0.2, 0.4, 0.3, 0.1))
NEXT_MONTH = Lag(weights=(0, 1))
Rows = list[dict[int, float]]


def lane_of(
    rates: Sequence[float],
    lags: Sequence[Lag],
    deal_size: float = 1,
    name: str = "inbound",
    share: float = 1,
    steps: str = "step",
) -> Lane:
    return Lane(
        id=name,
        name=name,
        share=share,
        steps=tuple(TreeStep(id=f"{steps}_{i}", name=f"Step {i}") for i in range(len(rates) + 1)),
        rates=tuple(
            TreeRate(metric_id=f"rate_{i}", name=f"Rate {i}", value=rate, source="test", lag=lag)
            for i, (rate, lag) in enumerate(zip(rates, lags, strict=True))
        ),
        average_deal_size=deal_size,
    )


def scenario_of(lanes: Sequence[Lane], revenue: float, **time: Any) -> Scenario:
    return Scenario(
        id="base",
        name="Base",
        revenue_target=revenue,
        lanes=tuple(lanes),
        time=TimeInputs(**time),
    )


def plan_of(
    rates: Sequence[float],
    lags: Sequence[Lag],
    revenue: float,
    deal_size: float = 1,
    **time: Any,
) -> TimePlan:
    lane = lane_of(rates, lags, deal_size)
    return plan_months(lane, scenario_of([lane], revenue, **time))


# --- the worked example -------------------------------------------------------------------------


def test_the_naive_plan_of_ten_wins_a_month_brings_107_of_120() -> None:
    # 10 wins at 25% are 40 entries in each month. Won after 0, 1, 2, 3 months: 20, 40, 30, 10%.
    # Month 0: 40 x 25% x 20% = 2. Month 1: 2 + 4 = 6. Month 2: 9. From month 3 on 10 each.
    # 2 + 6 + 9 + 9 x 10 = 107, which is 89.2% of 120; at 50,000 a deal 5,350,000.
    plan = plan_of((0.25,), (SPREAD,), 6_000_000, 50_000)
    assert plan.steps[0].naive_required == pytest.approx((40,) * 12)
    assert plan.naive.wins == pytest.approx((2, 6, 9, *[10] * 9))
    assert plan.naive.wins_in_year == pytest.approx(107)
    assert plan.naive.revenue_in_year == pytest.approx(5_350_000)
    assert plan.naive.share_of_target == pytest.approx(107 / 120)
    assert forward((40,) * 12, (0.25,), (SPREAD,)) == pytest.approx((2, 6, 9, *[10] * 9))


def test_the_shortfall_locked_in_from_a_standing_start() -> None:
    # Of month 0's ten wins 80% come from units that entered before, of month 1's 40%, of month 2's
    # 10%: 8 + 4 + 1 = 13 deals, 650,000. They should have entered as (32 + 16 + 4 = 13 / 25%):
    # one month before 40 x (40% + 30% + 10%), two before 40 x (30% + 10%), three before 40 x 10%.
    plan = plan_of((0.25,), (SPREAD,), 6_000_000, 50_000)
    assert [m.locked_in_deals for m in plan.months] == pytest.approx([8, 4, 1, *[0] * 9])
    assert [m.locked_in_revenue for m in plan.months][:3] == pytest.approx([4e5, 2e5, 5e4])
    assert (plan.locked_in_deals, plan.locked_in_revenue) == pytest.approx((13, 650_000))
    assert plan.steps[0].needed_before == pytest.approx((32, 16, 4))
    assert plan.steps[0].required == pytest.approx((40,) * 12)
    # Month 11's 40 entries: 20% are won in it; month 10: 60%; month 9: 90%.
    assert plan.steps[0].for_next_year == pytest.approx((*[0] * 9, 4, 16, 32))
    assert [m.wins for m in plan.months] == pytest.approx([2, 6, 9, *[10] * 9])
    assert plan.gap_deals == pytest.approx(13)
    assert plan.notes == ("serves_next_year",)


def test_catching_up_by_hand() -> None:
    # At least half of the units entering up to month 10 are won in the year. One more unit in each
    # of these months brings 25% x (9 x 100% + 90% + 60%) = 2.625 deals, so 13 deals need 4.952.
    step = plan_of((0.25,), (SPREAD,), 120).steps[0]
    assert (step.last_useful.tenth, step.last_useful.half) == (11, 10)
    assert step.catch_up.status == "possible"
    assert step.catch_up.extra == pytest.approx((*[13 / 2.625] * 11, 0))
    assert step.catch_up.total == pytest.approx(11 * 13 / 2.625)
    assert step.catch_up.wins is not None
    assert sum(step.catch_up.wins) == pytest.approx(120)


def test_a_full_opening_pipeline_closes_the_year() -> None:
    # 40 entered in each of the three months before: 10 x (80%, 40%, 10%) = 8, 4, 1 arrive. Units
    # that entered earlier than the lag is long have arrived or are lost: they change nothing.
    for ago in ((40, 40, 40), (40, 40, 40, 999, 999)):
        plan = plan_of((0.25,), (SPREAD,), 120, opening={"step_0": ago})
        assert [m.opening_deals for m in plan.months] == pytest.approx([8, 4, 1, *[0] * 9])
        assert [m.wins for m in plan.months] == pytest.approx([10] * 12)
        assert plan.locked_in_deals == 0
        assert plan.steps[0].catch_up.status == "not_needed"
        assert plan.steps[0].catch_up.extra == (0,) * 12
        assert plan.steps[0].opening_before == ago
        assert plan.naive.share_of_target == pytest.approx(1)


def test_a_short_opening_pipeline_covers_a_part() -> None:
    # 40 of one month before bring 10 x (40%, 30%, 10%) = 4, 3, 1 of the 8, 4, 1 needed.
    plan = plan_of((0.25,), (SPREAD,), 120, opening={"step_0": (40,)})
    assert [m.locked_in_deals for m in plan.months] == pytest.approx([4, 1, *[0] * 10])
    assert plan.locked_in_deals == pytest.approx(5)
    assert plan.wins_in_year == pytest.approx(115)


def test_a_month_with_too_much_makes_up_for_others_in_the_year() -> None:
    # 400 of three months before bring 10 in month 0, where 8 are needed; months 1 and 2 lack 4 and 1.
    plan = plan_of((0.25,), (SPREAD,), 120, opening={"step_0": (0, 0, 400)})
    assert [m.locked_in_deals for m in plan.months][:3] == pytest.approx([0, 4, 1])
    assert plan.locked_in_deals == pytest.approx(3)
    assert plan.wins_in_year == pytest.approx(117)


def test_two_steps_by_hand() -> None:
    # Leads become opportunities a month later (50%), those are won a month later (20%); 12 wins
    # wanted in month 6 only: 60 opportunities in month 5, 120 leads in month 4.
    only_july = tuple(1.0 if month == 6 else 0.0 for month in range(12))
    plan = plan_of((0.5, 0.2), (NEXT_MONTH, NEXT_MONTH), 12, seasonality=only_july)
    leads, opportunities, deals = (list(step.required) for step in plan.steps)
    assert deals == pytest.approx([12 if month == 6 else 0 for month in range(12)])
    assert opportunities == pytest.approx([60 if month == 5 else 0 for month in range(12)])
    # Next July's 12 wins need leads in month 16, outside this plan.
    assert leads == pytest.approx([120 if month == 4 else 0 for month in range(12)])
    assert [m.wins for m in plan.months] == pytest.approx(deals)
    assert list(plan.steps[1].expected) == pytest.approx(opportunities)
    assert plan.steps[0].last_useful.half == 9
    # The same-month plan buys 120 leads in July; they are won in September, inside the year.
    assert plan.naive.wins == pytest.approx([12 if month == 8 else 0 for month in range(12)])


def test_opening_pipeline_moves_through_the_steps() -> None:
    # 100 leads of last month: 50 opportunities in month 0, 10 deals in month 1.
    lags = (NEXT_MONTH, NEXT_MONTH)
    plan = plan_of((0.5, 0.2), lags, 120, opening={"step_0": (100,), "step_1": (30,)})
    assert plan.steps[1].opening == pytest.approx((50, *[0] * 11))
    assert plan.steps[2].opening == pytest.approx((6, 10, *[0] * 10))
    assert [m.deals_from_before for m in plan.months] == pytest.approx([10, 10, *[0] * 10])
    assert [m.locked_in_deals for m in plan.months] == pytest.approx([4, *[0] * 11])
    assert plan.steps[1].needed_before == pytest.approx((50,))
    assert plan.steps[0].needed_before == pytest.approx((100,))


# --- the target by month ------------------------------------------------------------------------


def test_seasonality_ramp_and_next_year_by_hand() -> None:
    # Weights 1, 2 and ten 0, ramp 50%: 1 and 2 x 1.5 = 3, so a quarter and three quarters of 400.
    time = TimeInputs(months=24, seasonality=(1, 2, *[0] * 10), ramp=0.5, growth_after_year=0.25)
    months = revenue_by_month(time, 400, 26)
    assert months == pytest.approx((100, 300, *[0] * 10, 125, 375, *[0] * 10, 125, 375))


def test_a_ramp_grows_from_month_to_month() -> None:
    months = revenue_by_month(TimeInputs(ramp=0.05), 1_000_000, 12)
    assert all(b / a == pytest.approx(1.05) for a, b in pairwise(months))
    assert sum(months) == pytest.approx(1_000_000)


@given(
    st.one_of(st.just([]), st.lists(st.floats(0, 1e15), min_size=12, max_size=12)),
    st.floats(-0.5, 0.5),
    st.floats(0, 1e15),
)
def test_the_twelve_months_sum_to_the_year(
    seasonality: list[float], ramp: float, revenue: float
) -> None:
    months = revenue_by_month(TimeInputs(seasonality=tuple(seasonality), ramp=ramp), revenue, 12)
    assert sum(months) == pytest.approx(revenue, rel=1e-12)
    assert min(months) >= 0


@pytest.mark.parametrize("seasonality", [(0.0,) * 12, (1.0, 2.0, 3.0)])
def test_an_unusable_seasonality_means_even_months_and_is_told(
    seasonality: tuple[float, ...],
) -> None:
    plan = plan_of((0.5,), (Lag(),), 120, seasonality=seasonality)
    assert [m.deals_target for m in plan.months] == pytest.approx([10] * 12)
    assert "even_months" in plan.notes


def test_months_are_numbered() -> None:
    plan = plan_of((0.5,), (SPREAD,), 120, months=24, growth_after_year=0.5)
    assert [m.index for m in plan.months] == list(range(24))
    assert [m.fiscal_month for m in plan.months] == [*range(1, 13)] * 2
    assert [m.year for m in plan.months] == [1] * 12 + [2] * 12
    assert [m.deals_target for m in plan.months] == pytest.approx([10] * 12 + [15] * 12)
    assert (plan.deals_target, plan.revenue_target) == (120, 120)
    assert all(len(step.required) == 24 for step in plan.steps)
    assert plan.steps[0].catch_up.extra is not None
    assert plan.steps[0].catch_up.extra[12:] == (0,) * 12


# --- defined results at the edges ---------------------------------------------------------------


def test_a_lag_longer_than_the_year() -> None:
    # 20 months: all 120 deals must be on their way; what enters serves the year after.
    plan = plan_of((0.5,), (Lag(mean_days=20 * 30.4375),), 120, growth_after_year=0.1)
    leads = plan.steps[0]
    assert (plan.locked_in_deals, plan.wins_in_year) == pytest.approx((120, 0))
    assert (leads.last_useful.possible, leads.last_useful.half) == (None, None)
    assert (leads.catch_up.status, leads.catch_up.extra, leads.catch_up.wins) == (
        "too_late",
        None,
        None,
    )
    assert leads.required == leads.for_next_year == pytest.approx((22,) * 12)
    assert leads.needed_before == pytest.approx((*[22] * 8, *[20] * 12))
    assert plan.notes == ("serves_next_year", "too_late")
    assert plan.steps[1].catch_up.status == "possible"


def test_when_no_month_has_half_the_months_with_a_tenth_help() -> None:
    # 20% arrive 11 months later, the rest after 20: only month 0 helps, with 20% x 50%.
    lag = Lag(weights=(*[0] * 11, 0.2, *[0] * 8, 0.8))
    plan = plan_of((0.5,), (lag,), 120)
    catch_up = plan.steps[0].catch_up
    assert plan.wins_in_year == pytest.approx(2)  # 20 entries in month 0, 10%
    assert catch_up.extra == pytest.approx((118 / 0.1, *[0] * 11))


def test_catching_up_where_nothing_else_is_required() -> None:
    # All wins are wanted in month 0, a month after entering: no entries are required in the months
    # that help (the next are in month 11, for next year), so the extra ones are spread evenly.
    plan = plan_of((0.5,), (NEXT_MONTH,), 11, seasonality=(1, *[0] * 11))
    assert plan.steps[0].required == pytest.approx((*[0] * 11, 22))
    assert plan.steps[0].catch_up.extra == pytest.approx((*[2] * 11, 0))


def test_nothing_required_is_a_plan_of_zeros() -> None:
    lane = lane_of((0.25,), (SPREAD,))
    base = scenario_of([lane], 120, opening={"step_0": (40,)})
    scenario = Scenario.model_validate({**dict(base), "existing_customer_revenue": 500})
    for plan in (plan_months(lane, scenario), plan_months(lane, base, 0)):
        assert plan.steps[0].required == (0,) * 12
        assert plan.naive.share_of_target is None
        assert plan.locked_in_deals == 0
        assert plan.steps[0].catch_up.status == "not_needed"
        assert plan.notes == ("no_target",)
    # The opening pipeline is won all the same.
    assert plan_months(lane, scenario).wins_in_year == pytest.approx(8)


def test_rate_of_one() -> None:
    plan = plan_of((1, 1), (Lag(), NEXT_MONTH), 120)
    assert plan.steps[0].required == plan.steps[1].required == pytest.approx((10,) * 12)
    assert plan.locked_in_deals == pytest.approx(10)


@pytest.mark.parametrize("ramp", [-0.5, 0.5])
def test_the_steepest_ramps(ramp: float) -> None:
    plan = plan_of((0.5,), (SPREAD,), 120, ramp=ramp)
    assert sum(m.deals_target for m in plan.months) == pytest.approx(120)
    assert all(m.wins >= 0 for m in plan.months)
    assert plan.steps[0].catch_up.wins is not None
    assert sum(plan.steps[0].catch_up.wins) == pytest.approx(max(120, plan.wins_in_year))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_its_range_is_refused(share: float) -> None:
    lane = lane_of((0.5,), (SPREAD,))
    with pytest.raises(ValueError, match="share"):
        plan_months(lane, scenario_of([lane], 120), share)


def test_the_smallest_rates_and_deals_give_finite_volumes() -> None:
    # 1e15 / 0.01 deals over nine rates of a millionth: 1e17 x 1e54 at the first of ten steps.
    plan = plan_of((1e-6,) * 9, (SPREAD,) * 9, 1e15, 0.01)
    assert sum(plan.steps[0].required) == pytest.approx(1e71)
    assert plan.steps[0].catch_up.wins is not None
    assert sum(plan.steps[0].catch_up.wins) == pytest.approx(1e17)


# --- lanes --------------------------------------------------------------------------------------


def test_a_share_scales_the_plan() -> None:
    lane = lane_of((0.25,), (SPREAD,))
    plan = plan_months(lane, scenario_of([lane], 120), 0.25)
    assert plan.deals_target == 30
    assert plan.steps[0].required == pytest.approx((10,) * 12)


def test_lanes_with_the_same_steps_divide_the_opening_by_required_volume() -> None:
    # Halves of the revenue; the second lane needs three times the units (rate 20% against 60%), so
    # of 400 units 100 are the first lane's and 300 the second's. `other_0` has one lane: all of it.
    lanes = [
        lane_of((0.6,), (NEXT_MONTH,), name="a", share=0.5),
        lane_of((0.2,), (NEXT_MONTH,), name="b", share=0.5),
        lane_of((0.5,), (NEXT_MONTH,), name="c", share=0, steps="other"),
    ]
    scenario = scenario_of(lanes, 120, opening={"step_0": (400,), "other_0": (7,)})
    first, second, third = (
        plan_months(lane, scenario, share) for lane, share in zip(lanes, (0.5, 0.5, 0), strict=True)
    )
    assert first.steps[0].opening_before == pytest.approx((100,))
    assert second.steps[0].opening_before == pytest.approx((300,))
    assert third.steps[0].opening_before == (7,)
    assert "opening_shared" in first.notes
    assert "opening_shared" not in third.notes
    # A lane that brings everything has everything.
    assert plan_months(lanes[0], scenario).steps[0].opening_before == (400,)


def test_opening_pipeline_nobody_can_use_is_told() -> None:
    for unknown in ("nowhere", "step_1"):
        plan = plan_of((0.5,), (SPREAD,), 120, opening={unknown: (50,)})
        assert sum(m.opening_deals for m in plan.months) == 0
        assert "opening_ignored" in plan.notes


# --- properties ---------------------------------------------------------------------------------

lag_shares = st.lists(st.floats(0, 1), min_size=1, max_size=5).map(
    lambda shares: Lag(weights=tuple(shares))
)
rate_and_lag = st.tuples(st.floats(0.05, 1), lag_shares)
chains = st.lists(rate_and_lag, min_size=1, max_size=4)
seasons = st.one_of(st.just(()), st.lists(st.floats(0, 10), min_size=12, max_size=12).map(tuple))
ramps = st.floats(-0.3, 0.3)


@settings(max_examples=60)
@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=5), seasons, ramps)
def test_without_lags_the_year_is_the_untimed_plan(
    rates: list[float], season: tuple[float, ...], ramp: float
) -> None:
    lags = [Lag()] * len(rates)
    plan = plan_of(rates, lags, 1_000_000, 5_000, seasonality=season, ramp=ramp)
    untimed = backward(1_000_000, 5_000, rates, "exact")
    assert [sum(step.required) for step in plan.steps] == pytest.approx(untimed)
    assert [sum(step.expected) for step in plan.steps] == pytest.approx(untimed)
    assert plan.naive.share_of_target == pytest.approx(1)
    assert plan.locked_in_deals == 0
    assert all(step.catch_up.status == "not_needed" for step in plan.steps)


@settings(max_examples=60)
@given(st.lists(rate_and_lag, min_size=1, max_size=3), seasons, ramps)
def test_every_win_of_the_year_is_traced_to_one_place(
    chain: list[tuple[float, Lag]], season: tuple[float, ...], ramp: float
) -> None:
    # Entries that serve this year and units needed before, together, are the step below over the
    # rate. Three lags of at most 4 months: what must be on its way serves this year only.
    rates, lags = zip(*chain, strict=True)
    plan = plan_of(rates, lags, 1_200, seasonality=season, ramp=ramp, growth_after_year=0.3)
    this_year = [sum(s.required) - sum(s.for_next_year) for s in plan.steps]
    for i, rate in enumerate(rates):
        traced = this_year[i] + sum(plan.steps[i].needed_before)
        assert traced == pytest.approx(this_year[i + 1] / rate, rel=1e-9, abs=1e-6)


@settings(max_examples=60)
@given(chains)
def test_even_targets_are_reached_but_for_the_shortfall_locked_in(
    chain: list[tuple[float, Lag]],
) -> None:
    rates, lags = zip(*chain, strict=True)
    plan = plan_of(rates, lags, 1_200)
    for month in plan.months:
        assert month.wins == pytest.approx(month.deals_target - month.locked_in_deals)
    assert plan.wins_in_year + plan.locked_in_deals == pytest.approx(1_200)


@settings(max_examples=60)
@given(chains, st.sampled_from([12, 18, 24]))
def test_with_a_full_funnel_every_month_reaches_its_target(
    chain: list[tuple[float, Lag]], months: int
) -> None:
    # Enough opening pipeline: each step was fed at the required pace for longer than its lag.
    rates, lags = zip(*chain, strict=True)
    pace = {f"step_{i}": (100 / prod(rates[i:]),) * 12 for i in range(len(rates))}
    plan = plan_of(rates, lags, 1_200, opening=pace, months=months)
    assert [m.wins for m in plan.months] == pytest.approx([100] * months)
    assert plan.locked_in_deals == 0
    for step in plan.steps:
        assert step.expected == pytest.approx(step.required)
        assert step.catch_up.status == "not_needed"


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.05, 1), st.integers(0, 4)), min_size=1, max_size=4),
    seasons,
    st.floats(-0.5, 1),
)
def test_fixed_lags_reach_any_target_but_for_the_shortfall_locked_in(
    chain: list[tuple[float, int]], season: tuple[float, ...], growth: float
) -> None:
    rates = [rate for rate, _ in chain]
    lags = [Lag(mean_days=months * 30.4375) for _, months in chain]
    plan = plan_of(rates, lags, 1_200, seasonality=season, growth_after_year=growth, months=24)
    delay = sum(months for _, months in chain)
    for month in plan.months:
        expected = month.deals_target if month.index >= delay else 0
        assert month.wins == pytest.approx(expected, abs=1e-6)
        assert month.shifted == pytest.approx(0, abs=1e-6)


@settings(max_examples=60)
@given(
    chains,
    seasons,
    ramps,
    st.floats(-0.5, 1),
    st.lists(st.floats(0, 300), max_size=6),
    st.sampled_from([12, 24]),
)
def test_catching_up_closes_the_year(
    chain: list[tuple[float, Lag]],
    season: tuple[float, ...],
    ramp: float,
    growth: float,
    ago: list[float],
    months: int,
) -> None:
    rates, lags = zip(*chain, strict=True)
    time = {"seasonality": season, "ramp": ramp, "growth_after_year": growth, "months": months}
    plan = plan_of(rates, lags, 1_200, opening={"step_0": tuple(ago)}, **time)
    for step in plan.steps:
        if step.catch_up.status == "too_late":
            assert step.last_useful.tenth is None
            continue
        assert step.catch_up.extra is not None
        assert step.catch_up.wins is not None
        assert min(step.catch_up.extra) >= 0
        assert sum(step.catch_up.wins[:12]) == pytest.approx(max(plan.wins_in_year, 1_200))


# --- a second computation -----------------------------------------------------------------------


def by_loops(lane: Lane, scenario: Scenario) -> dict[str, Any]:
    """The same plan unit by unit: dicts from month to volume, no arrays, opening all this lane's."""
    time, last = scenario.time, len(lane.rates)
    rates = [rate.value for rate in lane.rates]
    lags = [weights(rate.lag) for rate in lane.rates]
    shape = [w * (1 + time.ramp) ** m for m, w in enumerate(time.seasonality or [1.0] * 12)]

    def deals(month: int) -> float:
        growth = 1 if month < 12 else 1 + time.growth_after_year
        money = scenario.marketing_revenue * shape[month % 12] / sum(shape)
        return money * growth / lane.average_deal_size

    required: Rows = [{} for _ in range(last + 1)]
    before: Rows = [{} for _ in range(last + 1)]
    lost = dict.fromkeys(range(time.months), 0.0)

    def trace(step: int, month: int, units: float, won: int, wins: float) -> None:
        """Book `units` of a step needed for `wins` won in month `won`, and go on to the step above."""
        required[step][month] = required[step].get(month, 0.0) + units
        if step == 0:
            return
        for k, share in enumerate(lags[step - 1]):
            above = units * share / rates[step - 1]
            if month - k >= 0:
                if share:
                    trace(step - 1, month - k, above, won, wins * share)
                continue
            before[step - 1][k - month] = before[step - 1].get(k - month, 0.0) + above
            if won < time.months:
                lost[won] += wins * share

    for month in range(time.months + sum(len(shares) - 1 for shares in lags)):
        trace(last, month, deals(month), month, deals(month))

    def won(first: dict[int, float]) -> dict[int, float]:
        """Deals by month of `first` and the opening pipeline, every cohort followed to its end."""
        cohorts = [(0, month, units) for month, units in first.items()]
        for step in range(last):
            given_units = time.opening.get(lane.steps[step].id, ())
            cohorts += [(step, -ago, units) for ago, units in enumerate(given_units, start=1)]
        found = dict.fromkeys(range(time.months), 0.0)
        while cohorts:
            step, month, units = cohorts.pop()
            if step == last:
                found[month] += units
                continue
            for k, share in enumerate(lags[step]):
                if share and 0 <= month + k < time.months:
                    cohorts.append((step + 1, month + k, units * share * rates[step]))
        return found

    months = range(time.months)
    return {
        "required": [[row.get(m, 0.0) for m in months] for row in required],
        "before": before,
        "lost": [lost[m] for m in months],
        "wins": won({m: required[0].get(m, 0.0) for m in months}),
        "naive": won({m: deals(m) / prod(rates) for m in months}),
        "opening": won({}),
    }


REALISTIC = {
    # Enterprise software, year end in March, a thin pipeline.
    "sales_led": (
        lane_of(
            (0.02, 0.2, 0.3, 0.25),
            (
                Lag(),
                Lag(weights=(0.6, 0.4)),
                Lag(mean_days=15),
                Lag(weights=(0, 0.2, 0.4, 0.3, 0.1)),
            ),
            5_000_000,
        ),
        100_000_000,
        {
            "seasonality": (0.8, 0.8, 1.2, 0.8, 0.8, 1.2, 0.8, 0.8, 1.2, 0.8, 1, 2),
            "growth_after_year": 0.2,
            "opening": {"step_1": (110, 90), "step_2": (22, 20, 18), "step_3": (7, 6, 5, 4)},
        },
    ),
    # Self-serve product: quick steps, steep growth, 18 months.
    "product_led": (
        lane_of(
            (0.08, 0.35, 0.4, 0.3),
            (
                Lag(),
                Lag(weights=(0.9, 0.1)),
                Lag(weights=(0.7, 0.2, 0.1)),
                Lag(weights=(0.5, 0.3, 0.2)),
            ),
            1_200,
        ),
        3_600_000,
        {"ramp": 0.06, "growth_after_year": 0.8, "months": 18, "opening": {"step_1": (4_000,)}},
    ),
    # Long public-sector cycle with idle months, 24 months, mean and spread in days.
    "public_sector": (
        lane_of((0.12, 0.35), (Lag(mean_days=75, spread_days=40), Lag(mean_days=200)), 250_000),
        9_000_000,
        {
            "seasonality": (1, 1, 2, 0, 0, 1, 1, 1, 3, 0, 0, 2),
            "ramp": -0.02,
            "months": 24,
            "opening": {"step_0": (30,) * 6, "step_1": (5, 0, 4, 4, 6, 3, 2)},
        },
    ),
}


@pytest.mark.parametrize("name", REALISTIC)
def test_a_second_computation_agrees(name: str) -> None:
    lane, revenue, time = REALISTIC[name]
    scenario = scenario_of([lane], revenue, **time)
    plan, other = plan_months(lane, scenario), by_loops(lane, scenario)
    close = {"rel": 1e-9, "abs": 1e-9}
    for i, step in enumerate(plan.steps):
        assert step.required == pytest.approx(other["required"][i], **close)
        booked = other["before"][i]
        expected = [booked.get(ago, 0.0) for ago in range(1, len(step.needed_before) + 1)]
        assert step.needed_before == pytest.approx(expected, **close)
        assert set(booked) <= set(range(1, len(step.needed_before) + 1))
    wins, opening = list(other["wins"].values()), list(other["opening"].values())
    assert [m.wins for m in plan.months] == pytest.approx(wins, **close)
    assert [m.opening_deals for m in plan.months] == pytest.approx(opening, **close)
    assert [m.deals_from_before for m in plan.months] == pytest.approx(other["lost"], **close)
    short = [max(a - b, 0) for a, b in zip(other["lost"], opening, strict=True)]
    assert [m.locked_in_deals for m in plan.months] == pytest.approx(short, **close)
    year = max(sum(other["lost"][:12]) - sum(opening[:12]), 0)
    assert plan.locked_in_revenue == pytest.approx(year * lane.average_deal_size, **close)
    naive = list(other["naive"].values())
    assert plan.naive.wins == pytest.approx(naive, **close)
    target = revenue / lane.average_deal_size
    assert plan.naive.share_of_target == pytest.approx(sum(naive[:12]) / target, **close)
    assert plan.gap_deals == pytest.approx(target - sum(wins[:12]), **close)
