"""What varies in a lane, its streams, and the luck of single units."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from kpi_core.kpi_tree.draws import Funnel, Spread, chunks, deals_at, read_funnels, stream
from kpi_core.models.tree import Scenario

COUNTS = {"successes": 25, "trials": 100}


def lane(
    rates: list[dict[str, Any]],
    first: float | None = None,
    ends: tuple[float | None, float | None] = (None, None),
    **fields: object,
) -> dict[str, Any]:
    """A lane whose rates are r1, r2 ... and whose first volume is `first`, between its ends."""
    steps: list[dict[str, Any]] = [
        {"id": f"s{i}", "name": f"Step {i}"} for i in range(len(rates) + 1)
    ]
    named = [
        {"metric_id": f"r{i}", "name": f"Rate {i}", "source": "test", **rate}
        for i, rate in enumerate(rates, start=1)
    ]
    steps[0] |= {"now": first, "low": ends[0], "high": ends[1]}
    base = {"id": "a", "name": "A", "steps": steps, "rates": named, "average_deal_size": 10}
    return {**base, **fields}


def funnels(*lanes: dict[str, Any], revenue: float = 1000) -> tuple[Funnel, ...]:
    return read_funnels(
        Scenario.model_validate(
            {"id": "s", "name": "S", "revenue_target": revenue, "lanes": list(lanes)}
        )
    )


def drawn(funnel: Funnel, *sizes: int, noise: bool = True, seed: int = 1) -> np.ndarray:
    draw = chunks(funnel, seed, noise)
    return np.concatenate([draw(size).revenue for size in sizes])


# ---- what varies ----


def test_first_volume_is_todays_else_the_plans() -> None:
    # 1000 / 10 = 100 deals; 100 / 0.3 = 333.3 -> 334; / 0.5 = 668
    rates = [{"value": 0.5}, {"value": 0.3}]
    assert [f.volume for f in funnels(lane(rates))] == [668]
    assert [f.volume for f in funnels(lane(rates, first=70))] == [70]


def test_a_rate_without_spread_is_fixed_at_its_planned_value() -> None:
    (funnel,) = funnels(lane([{"value": 0.5, "now": 0.4}, {"value": 0.3}], first=50))
    assert (funnel.chance, funnel.fixed, funnel.spreads) == (0.15, 75, ())  # 50 x 0.15 x 10


def test_counts_say_how_sure_the_planned_rate_is_and_win_over_a_range() -> None:
    # 100 trials at the planned 30% are 30; the 25 counted belong to today's rate
    rate = {"value": 0.3, "now": 0.25, "counts": COUNTS, "low": 0.1, "high": 0.9}
    (funnel,) = funnels(lane([rate]))
    assert funnel.rates == (Spread("r1", "Rate 1", 0, 1, 30.5, 70.5),)


@pytest.mark.parametrize(("k", "n"), [(1, 4), (25, 100), (3, 8), (512, 1024), (9, 9)])
def test_a_plan_at_todays_rate_draws_from_the_counts_exactly(k: int, n: int) -> None:
    rate = {"value": k / n, "now": k / n, "counts": {"successes": k, "trials": n}}
    (funnel,) = funnels(lane([rate]))
    assert funnel.rates == (Spread("r1", "Rate 1", 0, 1, k + 0.5, n - k + 0.5),)
    values = chunks(funnel, 7, True)(1000).values[0]
    assert np.array_equal(values, stream(7, "a", "r1").beta(k + 0.5, n - k + 0.5, 1000))


def test_a_plan_at_todays_rate_draws_from_the_counts_whatever_the_fraction() -> None:
    # k / n x n is k but for the last binary digit
    for n in (3, 7, 49, 1335, 66_750):
        for k in range(1, n + 1, max(n // 50, 1)):
            rate = {"value": k / n, "now": k / n, "counts": {"successes": k, "trials": n}}
            ((spread,),) = (funnel.rates for funnel in funnels(lane([rate])))
            assert (spread.alpha, spread.beta) == pytest.approx((k + 0.5, n - k + 0.5), rel=1e-11)


@pytest.mark.parametrize("planned", [0.1, 0.25, 0.6])
def test_a_planned_rate_moves_the_draws_and_the_counts_their_width(planned: float) -> None:
    # Beta with mean (100 p + 1/2) / 101 and variance mean (1 - mean) / 102
    rate = {"value": planned, "now": 0.25, "counts": COUNTS}
    (funnel,) = funnels(lane([rate]))
    values = chunks(funnel, 1, True)(40_000).values[0]
    mean = (100 * planned + 0.5) / 101
    deviation = math.sqrt(mean * (1 - mean) / 102)
    assert values.mean() == pytest.approx(mean, abs=4 * deviation / 200)
    assert values.std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("rate", "low", "high", "alpha"),
    [
        # the likely value lies a third of the way: alpha = 1 + 4/3
        ({"value": 0.2, "now": 0.9, "low": 0.1, "high": 0.4}, 0.1, 0.4, 1 + 4 / 3),
        ({"value": 0.9, "now": 0.2, "low": 0.1, "high": 0.4}, 0.1, 0.4, 5),
        ({"value": 0.2, "low": 0.1, "high": 0.4}, 0.1, 0.4, 1 + 4 / 3),
        ({"value": 0.2, "high": 0.4}, 0.2, 0.4, 1),
        ({"value": 0.2, "low": 0.1}, 0.1, 0.2, 5),
        ({"value": 0.2, "low": 0.4, "high": 0.1}, 0.1, 0.4, 1 + 4 / 3),
        ({"value": 0.7, "low": 0.1, "high": 0.4}, 0.1, 0.4, 5),
        ({"value": 0.01, "low": 0.1, "high": 0.4}, 0.1, 0.4, 1),
    ],
)
def test_a_range_becomes_a_pert(
    rate: dict[str, float], low: float, high: float, alpha: float
) -> None:
    (funnel,) = funnels(lane([rate]))
    (spread,) = funnel.spreads
    assert (spread.low, spread.high) == (low, high)
    assert (spread.alpha, spread.beta) == pytest.approx((alpha, 6 - alpha))


def test_a_range_without_room_is_a_number() -> None:
    (funnel,) = funnels(lane([{"value": 0.2, "low": 0.2, "high": 0.2}, {"value": 0.5}]))
    assert (funnel.spreads, funnel.chance) == ((), 0.1)


def test_deal_size_varies_between_its_ends() -> None:
    (funnel,) = funnels(
        lane([{"value": 0.2}], first=100, deal_size_low=4, deal_size_high=28), revenue=50
    )
    assert funnel.deal is None
    # likely 10 is a quarter of the way: alpha 2, beta 4
    assert funnel.deal_spread == Spread("average_deal_size", "Average deal size", 4, 28, 2, 4)
    values = chunks(funnel, 1, True)(100_000).values[0]
    # mean (4 + 4 x 10 + 28) / 6 = 12; Beta(2, 4) has variance 8 / (36 x 7), times 24 squared
    deviation = 24 * math.sqrt(8 / (36 * 7))
    assert values.mean() == pytest.approx(12, abs=4 * deviation / math.sqrt(100_000))
    assert values.std() == pytest.approx(deviation, rel=0.01)
    assert 4 <= values.min() < values.max() <= 28


# ---- the first step's volume ----

PASS = [{"value": 0.5}, {"value": 0.2}]


@pytest.mark.parametrize(
    ("first", "ends", "low", "high", "alpha"),
    [
        (100, (40, 280), 40, 280, 2),  # likely 100 is a quarter of the way: 1 + 4 / 4
        (100, (280, 40), 40, 280, 2),  # ends the wrong way round
        (100, (None, 280), 100, 280, 1),
        (100, (40, None), 40, 100, 5),
        (10, (40, 280), 40, 280, 1),  # outside: the nearer end is likely
        (900, (40, 280), 40, 280, 5),
        (0, (None, 280), 0, 280, 1),
        # today's volume unknown: the plan's, 1000 / 10 / 0.2 / 0.5 = 1000
        (None, (400, 2800), 400, 2800, 2),
        (None, (400, None), 400, 1000, 5),
    ],
)
def test_volume_varies_between_its_ends(
    first: float | None,
    ends: tuple[float | None, float | None],
    low: float,
    high: float,
    alpha: float,
) -> None:
    (funnel,) = funnels(lane(PASS, first, ends))
    assert (funnel.volume, funnel.chance, funnel.fixed) == (None, 0.1, 1)  # 0.1 x 10
    assert funnel.volume_spread == Spread("volume", "Step 0", low, high, alpha, 6 - alpha)
    assert funnel.spreads == (funnel.volume_spread,)


@pytest.mark.parametrize(
    ("first", "ends", "volume"),
    [
        (100, (None, None), 100),
        (100, (100, 100), 100),
        (100, (100, None), 100),
        (100, (250, 250), 250),  # no room: the one value there is
        (100, (0, 0), 0),
        (None, (1000, None), 1000),
    ],
)
def test_a_volume_without_room_is_a_number(
    first: float | None, ends: tuple[float | None, float | None], volume: float
) -> None:
    (funnel,) = funnels(lane(PASS, first, ends))
    assert (funnel.volume, funnel.volume_spread, funnel.spreads) == (volume, None, ())
    assert funnel.fixed == volume  # x 0.1 x 10


def test_only_the_first_step_varies() -> None:
    wide = lane(PASS, 100)
    wide["steps"][1] |= {"low": 1, "high": 99}
    assert funnels(wide) == funnels(lane(PASS, 100))


def test_drivers_stand_in_order_rates_volume_deal_size() -> None:
    rates = [{"value": 0.25, "counts": COUNTS}, {"value": 0.5}, {"value": 0.2, "high": 0.3}]
    (funnel,) = funnels(lane(rates, 100, (40, 280), deal_size_low=4, deal_size_high=28))
    assert [spread.id for spread in funnel.spreads] == ["r1", "r3", "volume", "average_deal_size"]
    found = chunks(funnel, 1, False)(50)
    first, third, volume, deal = found.values
    assert found.volume is volume
    assert found.deal is deal
    assert np.allclose(found.chance, first * 0.5 * third, rtol=1e-14)
    assert np.allclose(found.revenue, volume * first * 0.5 * third * deal, rtol=1e-14)


def test_without_luck_revenue_follows_the_volume() -> None:
    (funnel,) = funnels(lane(PASS, 100, (40, 280)))
    found = chunks(funnel, 1, False)(40_000)
    assert np.array_equal(found.revenue, found.values[0])  # x 0.1 x 10
    # mean (40 + 4 x 100 + 280) / 6 = 120; Beta(2, 4) has variance 8 / (36 x 7), times 240 squared
    deviation = 240 * math.sqrt(8 / (36 * 7))
    assert found.revenue.mean() == pytest.approx(120, abs=4 * deviation / 200)
    assert found.revenue.std() == pytest.approx(deviation, rel=0.02)
    assert 40 <= found.revenue.min() < found.revenue.max() <= 280


def test_luck_at_a_varying_volume_is_like_a_plain_draw_of_both() -> None:
    # the second way: volume by another generator, then unit by unit steps
    size = 200_000
    (funnel,) = funnels(lane(PASS, 100, (40, 280)))
    once = drawn(funnel, size) / 10
    rng = np.random.default_rng(7)
    volume = 40 + 240 * rng.beta(2, 4, size)
    whole = np.floor(volume) + (rng.random(size) < volume % 1)
    steps = rng.binomial(rng.binomial(whole.astype(int), 0.5), 0.2)
    for deals in (4, 7, 10, 12, 15, 20):
        apart = abs(np.mean(once <= deals) - np.mean(steps <= deals))
        assert apart < 4 * math.sqrt(2 * 0.25 / size), deals
    assert once.std() == pytest.approx(steps.std(), rel=0.01)


# ---- streams ----


@pytest.mark.parametrize("first", [1000, 1000.4, 1e15])
@pytest.mark.parametrize("ends", [(None, None), (0.7, None)])
@pytest.mark.parametrize("noise", [True, False])
def test_draws_do_not_depend_on_the_size_of_chunks(
    first: float, ends: tuple[float | None, float | None], noise: bool
) -> None:
    rates = [{"value": 0.25, "counts": COUNTS}, {"value": 0.5, "low": 0.2}]
    (funnel,) = funnels(lane(rates, first, ends, deal_size_high=12))
    pieces = drawn(funnel, 1, 299, 400, noise=noise)
    assert np.array_equal(pieces, drawn(funnel, 700, noise=noise))
    assert not np.array_equal(pieces, drawn(funnel, 700, noise=noise, seed=2))


def test_volumes_on_both_sides_of_what_can_be_counted_do_not_depend_on_chunks() -> None:
    # 1e15 / 10 deals at 8% are 1.25e15 units: a third of the draws, (1 / 1.25) ^ 5, are below 1e15
    (funnel,) = funnels(lane([{"value": 0.08}], ends=(0, None)), revenue=1e15)
    assert np.array_equal(drawn(funnel, *[1] * 30), drawn(funnel, 30))


def test_another_driver_leaves_the_others_draws_alone() -> None:
    counted, fixed = {"value": 0.25, "counts": COUNTS}, {"value": 0.5}
    (alone,) = funnels(lane([fixed, counted]))
    other = lane([counted], id="b")
    both, _ = funnels(lane([counted, counted], ends=(1, 9), deal_size_high=12), other)
    before, after = (chunks(funnel, 1, True)(500).values for funnel in (alone, both))
    assert np.array_equal(before[0], after[1])
    (sized,) = funnels(lane([fixed, fixed], deal_size_high=12))
    assert np.array_equal(chunks(sized, 1, True)(500).values[0], after[3])
    (wide,) = funnels(lane([fixed, fixed], ends=(1, 9)))
    assert np.array_equal(chunks(wide, 1, True)(500).values[0], after[2])


def test_every_driver_has_draws_of_its_own_even_under_one_id() -> None:
    # all on [0, 10] with the same shape, and two rates called as the other drivers are
    rate = {"value": 0.5, "low": 0, "high": 1}
    volume, deal = rate | {"metric_id": "volume"}, rate | {"metric_id": "average_deal_size"}
    sized = {"average_deal_size": 5, "deal_size_low": 0, "deal_size_high": 10}
    both = [lane([rate, volume, deal], 5, (0, 10), id=key, **sized) for key in ("a", "b")]
    rows = [
        values / spread.high
        for funnel in funnels(*both)
        for spread, values in zip(funnel.spreads, chunks(funnel, 1, True)(500).values, strict=True)
    ]
    rows += [stream(1, "a", "bc").random(500), stream(1, "ab", "c").random(500)]
    assert len({row.tobytes() for row in rows}) == len(rows) == 12


# ---- luck ----


def test_one_draw_of_deals_is_like_one_binomial_per_step() -> None:
    # the second way: every step drawn on its own, from the rates' own distributions
    size, first = 200_000, 400
    counts = ({"successes": 30, "trials": 60}, {"successes": 8, "trials": 40})
    rates = [
        {"value": 0.5, "counts": counts[0]},
        {"value": 0.4},
        {"value": 0.2, "counts": counts[1]},
    ]
    (funnel,) = funnels(lane(rates, first=first))
    once = drawn(funnel, size) / 10
    rng = np.random.default_rng(7)
    steps = rng.binomial(first, rng.beta(30.5, 30.5, size))
    steps = rng.binomial(steps, 0.4)
    steps = rng.binomial(steps, rng.beta(8.5, 32.5, size))
    for deals in (5, 8, 12, 16, 20, 30):
        apart = abs(np.mean(once <= deals) - np.mean(steps <= deals))
        assert apart < 4 * math.sqrt(2 * 0.25 / size), deals
    assert once.std() == pytest.approx(steps.std(), rel=0.01)


@pytest.mark.parametrize("volume", [0.3, 7.3])
def test_a_fraction_of_a_unit_is_a_unit_in_that_share_of_draws(volume: float) -> None:
    (funnel,) = funnels(lane([{"value": 1}], first=volume))
    deals = drawn(funnel, 40_000) / 10
    assert set(deals) == {math.floor(volume), math.floor(volume) + 1}
    assert deals.mean() == pytest.approx(volume, abs=4 * math.sqrt(0.21 / 40_000))


@pytest.mark.parametrize("volume", [1e10, 1e15])
@pytest.mark.parametrize("rates", [(1e-4, 1e-4), (0.25,), (1.0,)])
def test_huge_volumes_are_as_noisy_as_they_should_be(
    volume: float, rates: tuple[float, ...]
) -> None:
    (funnel,) = funnels(lane([{"value": rate} for rate in rates], first=volume))
    deals = drawn(funnel, 40_000) / 10
    rate = math.prod(rates)
    mean, deviation = volume * rate, math.sqrt(volume * rate * (1 - rate))
    assert deals.mean() == pytest.approx(mean, abs=4 * deviation / 200, rel=1e-15)
    assert deals.std() == pytest.approx(deviation, rel=0.02)
    assert deals.min() >= 0
    assert deals.max() <= volume


def test_huge_volumes_that_vary() -> None:
    # luck is nothing beside the range: (2e14 + 4 x 4e14 + 1e15) / 6 units; Beta(2, 4) as above
    (funnel,) = funnels(lane([{"value": 0.25}], 4e14, (2e14, 1e15)))
    deals = drawn(funnel, 40_000) / 10
    deviation = 0.25 * 8e14 * math.sqrt(8 / (36 * 7))
    assert deals.mean() == pytest.approx(0.25 * 2.8e15 / 6, abs=4 * deviation / 200)
    assert deals.std() == pytest.approx(deviation, rel=0.02)
    assert 0.25 * 2e14 <= deals.min() < deals.max() <= 0.25 * 1e15
    # planned 1e26 units, at least 1e12 of them: no unit is counted singly
    (funnel,) = funnels(lane([{"value": 1e-6}, {"value": 1e-6}], ends=(1e12, None)), revenue=1e15)
    found = chunks(funnel, 1, True)(2000)
    off = np.abs(found.revenue / 10 - found.volume * 1e-12)
    assert np.all(off <= 6 * np.sqrt(found.volume * 1e-12) + 1)
    assert np.all(found.volume >= 1e12)
    assert off.max() > 1e5, "luck is there"


def test_more_units_than_can_be_counted() -> None:
    # planned: 1e15 / 10 deals, 1e14 / 1e-6 / 1e-6 = 1e26 units; today's rate does not matter
    rates = [{"value": 1e-6}, {"value": 1e-6, "now": 5e-7}]
    (funnel,) = funnels(lane(rates), revenue=1e15)
    assert funnel.volume == 1e26
    draw = chunks(funnel, 1, True)
    deals = np.concatenate([draw(300).revenue, draw(39_700).revenue]) / 10
    assert np.array_equal(deals, drawn(funnel, 40_000) / 10)
    assert deals.mean() == pytest.approx(1e14, abs=4 * 1e7 / 200)
    assert deals.std() == pytest.approx(1e7, rel=0.02)


@pytest.mark.parametrize(
    ("rate", "revenue"), [({"value": 0.5, "low": 0, "high": 0}, 0), ({"value": 1.0}, 200)]
)
def test_rates_of_none_and_all_have_no_luck(rate: dict[str, float], revenue: float) -> None:
    (funnel,) = funnels(lane([rate], first=20))
    assert set(drawn(funnel, 100)) == {revenue}


@pytest.mark.parametrize(
    ("planned", "successes", "mean"), [(1e-6, 0, 0.05), (1.0, 9, 0.95), (1.0, 0, 0.95)]
)
def test_none_of_n_and_all_of_n_stay_open(planned: float, successes: int, mean: float) -> None:
    # Beta(1/2, 19/2) has mean 0.5 / 10 and variance 0.05 x 0.95 / 11
    counts = {"successes": successes, "trials": 9}
    (funnel,) = funnels(lane([{"value": planned, "counts": counts}]))
    values = chunks(funnel, 1, True)(40_000).values[0]
    assert values.mean() == pytest.approx(mean, abs=4 * math.sqrt(0.05 * 0.95 / 11) / 200)
    assert 0 <= values.min() < values.max() <= 1


@pytest.mark.parametrize(
    ("volume", "chance"),
    [(66_750, 0.0003), (2, 0.5), (20, 0.25), (1000, 0.003), (50, 0.9), (10_000, 0.0001)],
)
def test_deals_at_a_score_follow_the_binomial(volume: int, chance: float) -> None:
    # the second way: exact probabilities, summed
    grid = np.array([NormalDist().inv_cdf((i + 0.5) / 20_000) for i in range(20_000)])
    deals = deals_at(volume, np.full(20_000, chance), grid)
    assert np.all(np.diff(deals) >= 0)
    below, exactly = 0.0, (1 - chance) ** volume
    for count in range(min(volume, 60)):
        below += exactly
        assert np.mean(deals <= count) == pytest.approx(below, abs=0.02), count
        exactly *= (volume - count) / (count + 1) * chance / (1 - chance)


def test_deals_at_a_score_stay_whole_and_within_the_volume() -> None:
    scores = np.array([-9.0, -2.5, 0, 2.5, 9])
    assert deals_at(7, np.ones(5), scores).tolist() == [7] * 5
    assert deals_at(7, np.zeros(5), scores).tolist() == [0] * 5
    # 3.65 expected, spread 1.35: 3.65 -+ 2.5 x 1.35 + 0.5 = 0.77 and 7.5, cut to 7 of 7.3
    assert deals_at(7.3, np.full(5, 0.5), scores).tolist() == [0, 0, 4, 7, 7]
