"""The chance of hitting the number."""

from __future__ import annotations

import dataclasses
import math
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.draws import chunks, read_funnels
from kpi_core.kpi_tree.simulate import CHUNK, Simulation, SimulationCancelled, simulate
from kpi_core.kpi_tree.solve import forward
from kpi_core.models.tree import Scenario

RATES = (0.02, 0.20, 0.30, 0.25)  # visitor to lead, lead to MQL, MQL to opportunity, win rate
COUNTS = ((400, 20_000), (80, 400), (24, 80), (10, 40))


Ends = tuple[float | None, float | None]


def lane(
    *rates: float | dict[str, Any],
    first: float | None = None,
    ends: Ends = (None, None),
    **fields: object,
) -> Any:
    """A lane whose rates are r1, r2 ... and whose first volume is `first`, between its ends."""
    steps: list[dict[str, Any]] = [
        {"id": f"s{i}", "name": f"Step {i}"} for i in range(len(rates) + 1)
    ]
    steps[0] |= {"now": first, "low": ends[0], "high": ends[1]}
    named = [
        {"metric_id": f"r{i}", "name": f"Rate {i}", "source": "test"}
        | (rate if isinstance(rate, dict) else {"value": rate})
        for i, rate in enumerate(rates, start=1)
    ]
    base = {"id": "a", "name": "A", "steps": steps, "rates": named, "average_deal_size": 5_000_000}
    return {**base, **fields}


def scenario(*lanes: Any, revenue: float = 100_000_000, **fields: object) -> Scenario:
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": revenue, "lanes": lanes, **fields}
    )


def counted(first: float | None = None, ends: Ends = (None, None), **fields: object) -> Any:
    """The worked example with the evidence of a small funnel behind its rates."""
    rates = [
        {"value": rate, "counts": {"successes": k, "trials": n}}
        for rate, (k, n) in zip(RATES, COUNTS, strict=True)
    ]
    return lane(*rates, first=first, ends=ends, **fields)


def scaled(plan: Scenario, factor: float) -> Scenario:
    """The scenario with all first volumes, which must be known, and their ends times `factor`."""
    lanes = [line.model_dump() for line in plan.lanes]
    for line in lanes:
        first = line["steps"][0]
        known = {key: first[key] for key in ("now", "low", "high") if first[key] is not None}
        first |= {key: value * factor for key, value in known.items()}
    return Scenario.model_validate({**plan.model_dump(), "lanes": lanes})


def binomial_at_least(count: int, volume: int, chance: float) -> float:
    """P(Binomial >= count), term by term."""
    below, term = 0.0, math.exp(volume * math.log1p(-chance))
    for k in range(count):
        below += term
        term *= (volume - k) / (k + 1) * chance / (1 - chance)
    return 1 - below


# ---- no spread ----


def test_without_spread_and_luck_every_draw_is_the_plan() -> None:
    # 66,750 sessions bring 20.025 deals, 100,125,000 (see test_solve)
    found = simulate(scenario(lane(*RATES)), draws=1000, noise=False)
    assert (found.p10, found.p50, found.p90, found.mean) == (100_125_000,) * 4
    assert (found.probability, found.multiplier, found.tornado) == (1, 1, ())
    assert found.middle == 100_125_000
    assert found.histogram.counts == (1000,)
    assert found.histogram.edges[0] <= 100_125_000 < found.histogram.edges[1]


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=6),
    st.integers(1, 10**9),
    st.integers(1, 10**6),
    st.sampled_from(["whole", "exact"]),
)
@example([1, 11], 999_999_999, 1, "exact")  # 999,999,998.9999999 in floats
@example([10], 999_999_999, 1, "whole")  # a billionth below the edge at 1,000,000,000
def test_zero_spread_equals_the_plan(
    tenths: list[int], revenue: int, deal: int, rounding: str
) -> None:
    rates = [rate / 1000 for rate in tenths]
    plan = scenario(lane(*rates, average_deal_size=deal), revenue=revenue, rounding=rounding)
    (funnel,) = read_funnels(plan)
    assert funnel.volume is not None
    found = simulate(plan, draws=10, noise=False)
    assert found.mean == found.p10 == found.p90 == forward(funnel.volume, deal, rates)
    assert (found.probability, found.multiplier) == (1, 1)
    assert sum(found.histogram.counts) == 10


def test_lanes_without_spread_add_up() -> None:
    # 1,000 x 0.1 x 5M = 500M and 300 x 0.5 x 2M = 300M
    second = lane(0.5, first=300, id="b", average_deal_size=2_000_000)
    found = simulate(scenario(lane(0.1, first=1000), second), draws=50, noise=False)
    assert found.p50 == found.mean == 800_000_000


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize("ends", [(50_000.0, 50_000.0), (50_000.0, None), (None, 50_000.0)])
def test_a_volume_without_room_changes_nothing(ends: Ends, noise: bool) -> None:
    plain = scenario(counted(first=50_000))
    closed = scenario(counted(first=50_000, ends=ends))
    assert simulate(closed, draws=2000, noise=noise) == simulate(plain, draws=2000, noise=noise)


# ---- the plan moves the chance ----


def planned(*rates: float, first: float = 54_000) -> Scenario:
    """Rates planned, today's rates and the counts behind them as in the worked example."""
    return scenario(
        lane(
            *(
                {"value": rate, "now": now, "counts": {"successes": k, "trials": n}}
                for rate, now, (k, n) in zip(rates, RATES, COUNTS, strict=True)
            ),
            first=first,
        )
    )


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("noise", [True, False])
def test_a_raised_planned_rate_raises_the_chance(position: int, noise: bool) -> None:
    found = []
    for factor in (0.8, 1, 1.25, 1.6):
        rates = [rate * factor if i == position else rate for i, rate in enumerate(RATES)]
        found.append(simulate(planned(*rates), seed=3, noise=noise))
    for below, above in pairwise(found):
        assert below.probability < above.probability
        assert (below.p10, below.p50, below.p90) < (above.p10, above.p50, above.p90)
        assert below.mean < above.mean
        assert below.multiplier is not None
        assert above.multiplier is not None
        assert below.multiplier > above.multiplier


def test_todays_rate_alone_does_not_move_the_chance() -> None:
    before = simulate(planned(*RATES), draws=2000)
    plan = planned(*RATES).model_dump()
    for rate in plan["lanes"][0]["rates"]:
        rate |= {"now": 0.01, "counts": {"successes": 0, "trials": rate["counts"]["trials"]}}
    assert simulate(Scenario.model_validate(plan), draws=2000) == before


def test_the_planned_rates_are_the_middle_of_the_draws() -> None:
    # means of Beta(n p + 1/2, n (1 - p) + 1/2) multiply: each is (n p + 1/2) / (n + 1)
    rates, draws = (0.03, 0.25, 0.3, 0.4), 100_000
    found = simulate(planned(*rates), draws=draws, noise=False)
    mean, square = 54_000 * 5e6, 1.0
    for rate, (_, n) in zip(rates, COUNTS, strict=True):
        middle = (n * rate + 0.5) / (n + 1)
        mean *= middle
        square *= 1 + (1 - middle) / middle / (n + 2)
    assert found.mean == pytest.approx(mean, abs=4 * mean * math.sqrt((square - 1) / draws))


# ---- a volume that varies ----


def test_chance_with_a_varying_volume_against_exact_probabilities() -> None:
    # the second way: the volume is 40 + 240 x with x from Beta(2, 4), whose density is
    # 20 x (1 - x)^3, summed over 2,000 slices; a fraction of a unit is a unit in that share
    draws, exactly, steps = 100_000, 0.0, 2000
    for slice_ in range(steps):
        x = (slice_ + 0.5) / steps
        volume = 40 + 240 * x
        whole = math.floor(volume)
        tail = (1 - (volume - whole)) * binomial_at_least(13, whole, 0.1)
        tail += (volume - whole) * binomial_at_least(13, whole + 1, 0.1)
        exactly += 20 * x * (1 - x) ** 3 / steps * tail
    plan = scenario(lane(0.5, 0.2, first=100, ends=(40, 280)), revenue=13 * 5_000_000)
    found = simulate(plan, draws=draws)
    assert found.probability == pytest.approx(exactly, abs=4 * math.sqrt(0.25 / draws))
    assert 0.1 < exactly < 0.9


@pytest.mark.parametrize("noise", [True, False])
def test_ends_the_wrong_way_round_are_swapped(noise: bool) -> None:
    found = [
        simulate(scenario(counted(first=50_000, ends=ends)), draws=2000, noise=noise)
        for ends in ((30_000, 90_000), (90_000, 30_000))
    ]
    assert found[0] == found[1]
    assert "volume" in [driver.id for driver in found[0].tornado]


def test_a_wider_volume_means_more_spread() -> None:
    widths = []
    for ends in ((None, None), (45_000, 55_000), (30_000, 70_000)):
        found = simulate(scenario(counted(first=50_000, ends=ends)), noise=False)
        widths.append(found.p90 - found.p10)
    assert widths == sorted(widths)


def test_volume_bar_by_hand() -> None:
    # no luck; volume 100 + 200 x, x from Beta(3, 3), whose distribution is 10 x^3 - 15 x^4 + 6 x^5
    low, high = 0.0, 0.5
    for _ in range(60):
        x = (low + high) / 2
        low, high = (x, high) if 10 * x**3 - 15 * x**4 + 6 * x**5 < 0.1 else (low, x)
    rate = {"value": 0.5, "low": 0.4, "high": 0.6}
    wide = lane(rate, first=200, ends=(100, 300), average_deal_size=10)
    other = lane(0.5, first=40, id="b", average_deal_size=1000, name="Other")
    quiet = simulate(scenario(wide, other), draws=CHUNK, noise=False)
    # middle: 0.5 x 10 a unit, and 40 x 0.5 x 1000 = 20,000 in the other lane
    volume, by_rate = quiet.tornado
    assert (volume.lane_id, volume.id, volume.name) == ("a", "volume", "Step 0")
    assert volume.low == pytest.approx(20_000 + 5 * (100 + 200 * low), abs=5)
    assert volume.high == pytest.approx(20_000 + 5 * (300 - 200 * low), abs=5)
    # the rate, at the middle volume of 200: 0.4 + 0.2 x, so half as wide in relation
    assert by_rate.low == pytest.approx(20_000 + 2000 * (0.4 + 0.2 * low), abs=5)
    assert by_rate.high == pytest.approx(20_000 + 2000 * (0.6 - 0.2 * low), abs=5)
    noisy = simulate(scenario(wide, other), draws=CHUNK)
    assert volume in noisy.tornado
    # luck at the middle volume: 100 deals, sqrt(200 / 4) = 7.07, times 1.2816 is 9.06: 91 to 109
    (luck,) = [d for d in noisy.tornado if (d.lane_id, d.id) == ("a", "chance")]
    assert (luck.low, luck.high) == (20_910, 21_090)


@pytest.mark.parametrize("noise", [True, False])
def test_a_volume_of_which_nothing_passes_has_no_bar(noise: bool) -> None:
    # nothing passes: a volume that varies brings nothing, and its bar is left out
    never = {"value": 0.5, "low": 0, "high": 0}
    found = simulate(scenario(lane(never, first=20, ends=(1, 99))), draws=300, noise=noise)
    assert (found.probability, found.mean, found.tornado, found.multiplier) == (0, 0, (), None)


@pytest.mark.parametrize("noise", [True, False])
def test_huge_volumes_that_vary(noise: bool) -> None:
    plan = scenario(lane(0.25, first=4e14, ends=(2e14, 1e15), average_deal_size=1e15), revenue=1e15)
    found = simulate(plan, draws=2000, noise=noise)
    assert 0.25 * 2e29 <= found.p10 < found.p50 < found.p90 <= 0.25 * 1e30
    assert (found.probability, found.multiplier) == (1, 1)
    # a plan of 1e26 units of which at least 1e12 are sure: no count fits, but the law holds
    plan = scenario(lane(1e-6, 1e-6, ends=(1e12, None), average_deal_size=10), revenue=1e15)
    found = simulate(plan, draws=2000, noise=noise)
    # alpha 5, beta 1 on [1e12, 1e26]: the tenth is 0.1^(1/5) of the way
    assert found.p10 == pytest.approx(1e15 * 0.1**0.2, rel=0.03)
    assert found.p90 == pytest.approx(1e15 * 0.9**0.2, rel=0.01)


# ---- luck ----


@pytest.mark.parametrize(("first", "rates"), [(None, RATES), (30, (0.5, 0.8)), (100, (0.2,))])
def test_luck_alone_is_the_binomial(first: int | None, rates: tuple[float, ...]) -> None:
    plan = scenario(lane(*rates, first=first))
    draws = 100_000
    found = simulate(plan, draws=draws)
    volume, chance = first or 66_750, math.prod(rates)
    exactly = binomial_at_least(20, volume, chance)
    assert found.probability == pytest.approx(exactly, abs=4 * math.sqrt(0.25 / draws))
    spread = 5_000_000 * math.sqrt(volume * chance * (1 - chance))
    mean = 5_000_000 * volume * chance
    assert found.mean == pytest.approx(mean, abs=4 * spread / math.sqrt(draws))


def test_more_evidence_means_less_spread() -> None:
    widths = []
    for times in (1, 10, 100):
        rate = {"value": 0.25, "counts": {"successes": 10 * times, "trials": 40 * times}}
        found = simulate(scenario(lane(rate, first=80)), noise=False)
        widths.append(found.p90 - found.p10)
    assert widths[0] > 2 * widths[1] > 4 * widths[2] > 0


# ---- the summary, a second way ----


def test_summary_against_plain_loops() -> None:
    second = counted(first=9_000, id="b", average_deal_size=700_000, deal_size_high=900_000)
    plan = scenario(counted(first=50_000, ends=(30_000, None)), second)
    draws = CHUNK + 5_001
    found = simulate(plan, draws=draws, seed=9)
    lanes = [chunks(funnel, 9, True)(draws).revenue.tolist() for funnel in read_funnels(plan)]
    revenue = sorted(a + b for a, b in zip(*lanes, strict=True))
    assert found.probability == sum(r >= 100_000_000 for r in revenue) / draws
    assert found.mean == pytest.approx(math.fsum(revenue) / draws, rel=1e-12)
    # ranks 0 ... 30,000: a tenth of the way is rank 3,000, exactly
    assert (found.p10, found.p50, found.p90) == (revenue[3000], revenue[15_000], revenue[27_000])
    edges = found.histogram.edges
    for count, low, high in zip(found.histogram.counts, edges, edges[1:], strict=False):
        assert count == sum(low <= r < high for r in revenue)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=4),
    st.integers(0, 10**6),
    st.sampled_from([0.01, 1, 120_000, 1e15]),
    st.integers(1, 400),
    st.booleans(),
    st.tuples(*[st.none() | st.integers(0, 10**6)] * 2),
)
def test_summary_keeps_its_promises(
    counts: list[tuple[int, int]], first: int, deal: float, draws: int, noise: bool, ends: Ends
) -> None:
    rates = [
        {"value": max(min(k / n, 1), 0.01), "counts": {"successes": min(k, n), "trials": n}}
        for k, n in counts
    ]
    plan = scenario(lane(*rates, first=first, ends=ends, average_deal_size=deal))
    found = simulate(plan, draws=draws, noise=noise)
    assert 0 <= found.p10 <= found.p50 <= found.p90
    assert 0 <= found.probability <= 1
    assert found.multiplier is None or 1 <= found.multiplier <= 100
    if found.probability >= 0.8:
        assert found.multiplier == 1
    edges, bins = found.histogram.edges, found.histogram.counts
    assert len(edges) == len(bins) + 1 <= 41
    assert all(low < high for low, high in pairwise(edges))
    assert draws >= sum(bins) >= draws * 0.998 - 2
    spreads = [abs(driver.high - driver.low) for driver in found.tornado]
    assert spreads == sorted(spreads, reverse=True)
    for bar in found.tornado:
        one_deal = deal if bar.id == "chance" else 0  # luck comes in whole deals
        assert bar.low - one_deal <= found.middle * (1 + 1e-9)
        assert found.middle * (1 - 1e-9) <= bar.high + one_deal
    assert 0 not in spreads


def test_bins_are_round_in_money_or_in_deals() -> None:
    # 20 deals of 120,000 give or take 4.5: about 8 to 35 deals, one deal a bin
    plan = scenario(lane(0.02, first=1000, average_deal_size=120_000))
    edges = simulate(plan).histogram.edges
    assert {round(b - a) for a, b in pairwise(edges)} == {120_000}
    assert all((edge / 120_000).is_integer() for edge in edges)
    # 2,000 deals give or take 44: 274 deals over 38 bins is 7.2, so 10 deals a bin
    plan = scenario(lane(0.02, first=100_000, average_deal_size=120_000))
    edges = simulate(plan).histogram.edges
    assert {round(b - a) for a, b in pairwise(edges)} == {1_200_000}
    # a deal size that varies: money
    plan = scenario(lane(0.02, first=1000, average_deal_size=120_000, deal_size_high=150_000))
    edges = simulate(plan).histogram.edges
    assert {round(b - a) for a, b in pairwise(edges)} == {100_000}


# ---- seeds ----


def test_same_seed_same_draws() -> None:
    plan = scenario(counted(), seed=5)
    assert simulate(plan, draws=2000) == simulate(plan, draws=2000, seed=5)
    assert simulate(plan, draws=2000).mean != simulate(plan, draws=2000, seed=6).mean


def test_a_lane_without_volume_leaves_the_draws_alone() -> None:
    empty = counted(first=0, id="b")
    alone = simulate(scenario(counted(first=50_000)), draws=2000)
    with_it = simulate(scenario(counted(first=50_000), empty), draws=2000)
    assert dataclasses.replace(with_it, tornado=alone.tornado) == alone


# ---- what the spread comes from ----


def test_tornado_by_hand() -> None:
    # Beta(3, 3) on [0.1, 0.3] for both; its distribution is 10 x^3 - 15 x^4 + 6 x^5
    low, high = 0.0, 0.5
    for _ in range(60):
        x = (low + high) / 2
        low, high = (x, high) if 10 * x**3 - 15 * x**4 + 6 * x**5 < 0.1 else (low, x)
    p10, p90 = 0.1 + 0.2 * low, 0.3 - 0.2 * low
    wide = {"value": 0.2, "low": 0.1, "high": 0.3, "metric_id": "wide"}
    narrow = {"value": 0.2, "low": 0.19, "high": 0.21, "metric_id": "narrow"}
    other = lane(0.5, first=40, id="b", average_deal_size=1000, name="Other")
    plan = scenario(lane(narrow, wide, first=1000, average_deal_size=100), other)
    found = simulate(plan, draws=CHUNK)
    # middle: 1000 x 0.2 x 0.2 x 100 = 4,000, and 40 x 0.5 x 1000 = 20,000 in the other lane
    assert found.middle == pytest.approx(24_000, abs=10)
    by_id = {(driver.lane_id, driver.id): driver for driver in found.tornado}
    wide_bar = by_id["a", "wide"]
    assert wide_bar.low == pytest.approx(20_000 + 20_000 * p10, abs=20)
    assert wide_bar.high == pytest.approx(20_000 + 20_000 * p90, abs=20)
    # luck: 40 deals, spread sqrt(40 x 0.96) = 6.2, times 1.2816: 32 to 48 of 100 each
    assert (by_id["a", "chance"].low, by_id["a", "chance"].high) == (23_200, 24_800)
    # exact binomial of 40 at one half: P(X <= 15) = 0.077, P(X <= 16) = 0.134; so 16 and 24
    luck = found.tornado[0]
    assert (luck.lane_id, luck.id, luck.name) == ("b", "chance", "Chance in Other")
    assert (luck.low, luck.high) == pytest.approx((4_000 + 16_000, 4_000 + 24_000), abs=10)
    assert [driver.id for driver in found.tornado] == ["chance", "wide", "chance", "narrow"]
    quiet = simulate(plan, draws=CHUNK, noise=False)
    assert [driver.id for driver in quiet.tornado] == ["wide", "narrow"]
    assert quiet.middle == found.middle
    assert quiet.tornado[0] == wide_bar


def test_tornado_of_counts_and_deal_size_against_other_draws() -> None:
    rate = {"value": 0.25, "counts": {"successes": 10, "trials": 40}}
    plan = scenario(lane(rate, first=100, average_deal_size=10, deal_size_low=4, deal_size_high=28))
    found = simulate(plan, draws=CHUNK, noise=False)
    other = random.Random(3)
    rates = sorted(other.betavariate(10.5, 30.5) for _ in range(50_001))
    deals = sorted(4 + 24 * other.betavariate(2, 4) for _ in range(50_001))
    rate_bar = (100 * deals[25_000] * rates[5_000], 100 * deals[25_000] * rates[45_000])
    deal_bar = (100 * rates[25_000] * deals[5_000], 100 * rates[25_000] * deals[45_000])
    assert [driver.id for driver in found.tornado] == ["average_deal_size", "r1"]
    (deal, by_rate) = found.tornado
    assert (by_rate.low, by_rate.high) == pytest.approx(rate_bar, rel=0.02)
    assert (deal.low, deal.high) == pytest.approx(deal_bar, rel=0.02)


# ---- the volume that makes it sure ----


def test_multiplier_of_luck_alone_against_exact_probabilities() -> None:
    # the second way: the smallest volume whose exact chance of 20 deals is 80%
    volume = 66_750
    while binomial_at_least(20, volume, 0.0003) < 0.8:
        volume += 10
    found = simulate(scenario(lane(*RATES)), draws=CHUNK)
    assert found.multiplier == pytest.approx(volume / 66_750, abs=0.01)


@pytest.mark.parametrize("confidence", [0.6, 0.8, 0.95])
@pytest.mark.parametrize("ends", [(None, None), (20_000, 60_000)])
def test_multiplied_volume_reaches_the_target_with_that_confidence(
    confidence: float, ends: Ends
) -> None:
    second = counted(first=9_000, id="b", average_deal_size=700_000, deal_size_high=900_000)
    plan = scenario(counted(first=40_000, ends=ends), second)
    factor = simulate(plan, draws=CHUNK, confidence=confidence).multiplier
    assert factor is not None
    again = simulate(scaled(plan, factor), draws=4 * CHUNK, seed=77)
    assert again.probability == pytest.approx(confidence, abs=0.015)


@pytest.mark.parametrize("ends", [(None, None), (20_000, 60_000), (60_000, None)])
def test_multiplier_without_luck_is_exact(ends: Ends) -> None:
    plan = scenario(counted(first=40_000, ends=ends))
    factor = simulate(plan, draws=2000, noise=False).multiplier
    assert factor is not None
    assert simulate(scaled(plan, factor), draws=2000, noise=False).probability == 0.8
    assert simulate(scaled(plan, factor * 0.9999), draws=2000, noise=False).probability < 0.8


@pytest.mark.parametrize("noise", [True, False])
def test_a_target_out_of_reach_has_no_multiplier(noise: bool) -> None:
    # one deal is worth 5M: a hundredfold of one unit at 10% is some 10 deals, not 20
    assert simulate(scenario(lane(0.1, first=1)), noise=noise).multiplier is None
    assert simulate(scenario(lane(0.1, first=0)), noise=noise).multiplier is None
    assert simulate(scenario(lane(1, first=0.5)), noise=noise).multiplier is not None


# ---- defined results ----


def results(found: Simulation) -> tuple[float, float, float, float | None]:
    return found.probability, found.p50, found.mean, found.multiplier


@pytest.mark.parametrize("noise", [True, False])
def test_ends_of_every_range(noise: bool) -> None:
    def run(*lanes: Any, **fields: Any) -> tuple[float, float, float, float | None]:
        return results(simulate(scenario(*lanes, **fields), draws=500, noise=noise))

    sure, never = lane(1, 1, first=20), lane({"value": 0.5, "low": 0, "high": 0}, first=20)
    assert run(sure) == (1, 100_000_000, 100_000_000, 1)
    assert run(never) == (0, 0, 0, None)
    # nothing left to bring: customers bring it all
    assert run(never, existing_customer_revenue=100_000_000) == (1, 0, 0, 1)
    # 19 units, all sold, are 95M: 20/19 of the volume is needed
    almost = run(lane(1, 1, first=19))
    assert almost[:3] == (0, 95_000_000, 95_000_000)
    assert almost[3] == pytest.approx(20 / 19, rel=2e-4)


def test_one_draw() -> None:
    found = simulate(scenario(counted()), draws=1)
    assert found.p10 == found.p50 == found.p90 == found.mean
    assert sum(found.histogram.counts) == 1


def test_largest_numbers() -> None:
    rate = {"value": 1, "counts": {"successes": 10**12, "trials": 10**12}}
    plan = scenario(lane(rate, first=1e15, average_deal_size=1e15), revenue=1e15)
    found = simulate(plan, draws=200)
    assert found.p50 == pytest.approx(1e30, rel=1e-9)
    assert found.probability == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"draws": 0},
        {"draws": 1_000_001},
        {"seed": -1},
        {"confidence": 0.0},
        {"confidence": 1.0},
        {"confidence": math.nan},
    ],
)
def test_out_of_range_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs 1 to 1,000,000 draws"):
        simulate(scenario(counted()), **asked)


# ---- progress ----


def test_progress_is_told_after_every_chunk() -> None:
    shares: list[float] = []

    def note(share: float) -> bool:
        shares.append(share)
        return True

    plan = scenario(lane(0.1, first=50))
    told = simulate(plan, draws=2 * CHUNK + CHUNK // 2, on_progress=note)
    assert shares == [0.4, 0.8, 1.0]
    assert told == simulate(plan, draws=2 * CHUNK + CHUNK // 2)


def test_progress_can_cancel() -> None:
    shares: list[float] = []

    def stop(share: float) -> bool:
        shares.append(share)
        return share < 0.4

    with pytest.raises(SimulationCancelled, match="stopped after 50,000 of 100,000 draws"):
        simulate(scenario(lane(0.1, first=50)), draws=4 * CHUNK, on_progress=stop)
    assert shares == [0.25, 0.5]
