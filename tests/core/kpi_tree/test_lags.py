"""Lags as shares by month, and entries sent forward and traced back through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.lags import (
    DAYS_PER_MONTH,
    LONGEST,
    Chain,
    LastUseful,
    arrivals,
    arrivals_from_before,
    forward,
    trace_back,
    weights,
)
from kpi_core.models.tree import Lag

volumes = st.lists(st.floats(0, 1e6), min_size=1, max_size=15)
rates = st.floats(0.01, 1)
explicit = st.lists(st.floats(0, 1), min_size=1, max_size=61)


@pytest.mark.parametrize(
    ("lag", "expected"),
    [
        (Lag(), (1,)),
        (Lag(weights=(0.2, 0.4, 0.3, 0.1)), (0.2, 0.4, 0.3, 0.1)),
        (Lag(weights=(0.1, 0.3)), (0.25, 0.75)),  # 0.1 and 0.3 of 0.4
        (Lag(weights=(0, 0.5), mean_days=300, spread_days=20), (0, 1)),  # explicit weights win
        (Lag(weights=(0, 0)), (1,)),  # all 0 say nothing: the mean of 0 days counts
        (Lag(weights=(0, 0), mean_days=30.4375), (0, 1)),
        (Lag(spread_days=50), (1,)),  # mean 0: all in month 0, whatever the spread
        (Lag(mean_days=30.4375), (0, 1)),  # a month later, whenever in its month a unit enters
        (Lag(mean_days=60.875), (0, 0, 1)),
        # Half a month: who enters in the first half of a month arrives in it, the others in the next.
        (Lag(mean_days=15.21875), (0.5, 0.5)),
        # 45 days are 1.478 months: 52.2% arrive one month later, 47.8% two.
        (Lag(mean_days=45), (0, 2 - 45 / 30.4375, 45 / 30.4375 - 1)),
    ],
)
def test_shares_by_hand(lag: Lag, expected: tuple[float, ...]) -> None:
    assert weights(lag) == pytest.approx(expected, abs=1e-12)


def by_quantiles(mean_days: float, spread_days: float, count: int = 20_000) -> list[float]:
    """The same shares from `count` equally likely delays, each put into its one or two months."""
    mean = mean_days / DAYS_PER_MONTH
    variance = math.log(1 + (spread_days / mean_days) ** 2)
    normal = NormalDist(math.log(mean) - variance / 2, math.sqrt(variance))
    shares = [0.0] * (LONGEST + 1)
    for number in range(count):
        delay = math.exp(normal.inv_cdf((number + 0.5) / count))
        month = math.floor(delay)
        later = delay - month
        shares[min(month, LONGEST)] += (1 - later) / count
        shares[min(month + 1, LONGEST)] += later / count
    return shares


@pytest.mark.parametrize(
    ("mean_days", "spread_days"),
    [(30, 20), (90, 45), (10, 30), (300, 200), (5, 1), (1825, 1825), (1500, 300)],
)
def test_shares_against_many_single_delays(mean_days: float, spread_days: float) -> None:
    found = weights(Lag(mean_days=mean_days, spread_days=spread_days))
    padded = [*found, *[0.0] * (LONGEST + 1 - len(found))]
    assert padded == pytest.approx(by_quantiles(mean_days, spread_days), abs=1e-4)


@settings(max_examples=200)
@given(st.floats(0, 365), st.floats(0, 365))
@example(5e-324, 1825.0)
@example(1e-7, 1e-300)
@example(90.0, 1e-12)
def test_the_mean_is_kept(mean_days: float, spread_days: float) -> None:
    # A spread up to half the mean leaves next to nothing after 60 months; a wider one loses its tail.
    found = weights(Lag(mean_days=mean_days, spread_days=spread_days))
    mean = math.fsum(month * share for month, share in enumerate(found))
    expected = mean_days / DAYS_PER_MONTH
    assert mean <= expected + 1e-6
    if spread_days <= mean_days / 2:
        assert mean == pytest.approx(expected, abs=0.01)


def test_what_takes_longer_than_60_months_is_counted_in_month_60() -> None:
    # Mean and spread of 59.96 months: ln D has variance ln 2 and its mean half of that below
    # ln 59.96. Entering in the middle of a month, 59.5 months or more lead to month 60 or later.
    found = weights(Lag(mean_days=1825, spread_days=1825))
    spread = math.sqrt(math.log(2))
    z = (math.log(59.5 / (1825 / DAYS_PER_MONTH)) + spread**2 / 2) / spread
    assert len(found) == LONGEST + 1
    assert found[LONGEST] == pytest.approx(1 - NormalDist().cdf(z), abs=1e-4)


@settings(max_examples=300)
@given(st.floats(0, 1825), st.floats(0, 1825), st.one_of(st.just([]), explicit))
@example(1825.0, 1825.0, [])
@example(0.0, 0.0, [5e-324, 0.0])
@example(0.0, 0.0, [0.1] * 10)
def test_shares_are_shares(mean: float, spread: float, given_shares: list[float]) -> None:
    found = weights(Lag(mean_days=mean, spread_days=spread, weights=tuple(given_shares)))
    assert math.fsum(found) == 1
    assert min(found) >= 0
    assert len(found) <= LONGEST + 1


@given(explicit)
def test_explicit_shares_keep_their_proportions(given_shares: list[float]) -> None:
    whole = sum(given_shares)
    found = weights(Lag(weights=tuple(given_shares)))
    if whole > 1e-6:
        assert found == pytest.approx([share / whole for share in given_shares], abs=1e-12)


def test_longer_lags_arrive_later() -> None:
    short, long = (weights(Lag(mean_days=days, spread_days=days / 2)) for days in (30, 60))
    assert all(sum(short[:k]) >= sum(long[:k]) - 1e-9 for k in range(LONGEST))


@given(volumes, rates, explicit)
def test_forward_and_backward_against_plain_loops(
    units: list[float], rate: float, given_shares: list[float]
) -> None:
    shares = weights(Lag(weights=tuple(given_shares)))
    reached = [0.0] * len(units)
    entered: dict[int, float] = {}
    for month, volume in enumerate(units):
        for k, share in enumerate(shares):
            if month + k < len(units):
                reached[month + k] += volume * share * rate
            entered[month - k] = entered.get(month - k, 0.0) + volume * share / rate
    before, inside = trace_back(np.array(units), rate, shares)
    assert list(arrivals(np.array(units), rate, shares)) == pytest.approx(reached, abs=1e-6)
    assert list(inside) == pytest.approx([entered[t] for t in range(len(units))], abs=1e-6)
    ago = [entered[-j] for j in range(1, len(shares))]
    assert list(before) == pytest.approx(ago, abs=1e-6)


@given(volumes, rates, explicit)
def test_tracing_back_loses_no_unit(
    units: list[float], rate: float, given_shares: list[float]
) -> None:
    before, inside = trace_back(np.array(units), rate, weights(Lag(weights=tuple(given_shares))))
    assert before.sum() + inside.sum() == pytest.approx(sum(units) / rate, rel=1e-9, abs=1e-9)


@given(volumes, rates, explicit, st.integers(1, 24))
def test_units_from_before_against_plain_loops(
    ago: list[float], rate: float, given_shares: list[float], months: int
) -> None:
    shares = weights(Lag(weights=tuple(given_shares)))
    expected = [0.0] * months
    for back, volume in enumerate(ago, start=1):
        for k, share in enumerate(shares):
            if 0 <= k - back < months:
                expected[k - back] += volume * share * rate
    found = arrivals_from_before(ago, rate, shares, months)
    assert list(found) == pytest.approx(expected, abs=1e-6)


def test_forward_by_hand() -> None:
    # 100 enter in month 0; half go on at once, half a month later, at 50%: 25, 25. Then 20%, one
    # month later: 5 in month 1, 5 in month 2. The 60 of month 2: 15 and 15, of which 3 in month 3.
    lags = (Lag(weights=(0.5, 0.5)), Lag(weights=(0, 1)))
    assert forward((100, 0, 60, 0), (0.5, 0.2), lags) == pytest.approx((0, 5, 5, 3))


@pytest.mark.parametrize(
    ("entries", "lags"), [((1.0,), ()), ((1.0,), (Lag(), Lag())), ((), (Lag(),))]
)
def test_forward_needs_a_lag_per_rate_and_a_month(
    entries: Sequence[float], lags: Sequence[Lag]
) -> None:
    with pytest.raises(ValueError, match="one lag per rate"):
        forward(entries, (0.5,), lags)


def test_last_useful_months_by_hand() -> None:
    # Entering in month t leaves 11 - t months: with 20/40/30/10 a unit entering in month 11 is won
    # in the year with chance 20%, in month 10 with 60%. After another month of delay all one earlier.
    spread = (0.2, 0.4, 0.3, 0.1)
    chain = Chain((0.5, 0.25), ((0.0, 1.0), spread))
    assert chain.last_useful(1, 12) == LastUseful(possible=11, tenth=11, half=10)
    assert chain.last_useful(0, 12) == LastUseful(possible=10, tenth=10, half=9)
    assert chain.last_useful(2, 12) == LastUseful(possible=11, tenth=11, half=11)
    rare = Chain((0.5,), ((0.005, 0.045, 0.95),))
    assert rare.last_useful(0, 12) == LastUseful(possible=11, tenth=9, half=9)
    late = Chain((0.5,), ((*[0.0] * 11, 0.2, 0.8),))
    assert late.last_useful(0, 12) == LastUseful(possible=0, tenth=0, half=None)
    assert late.last_useful(0, 11) == LastUseful(possible=None, tenth=None, half=None)


def test_a_chain_traced_by_hand() -> None:
    # 10 deals in each of five months. The step above at 50%, a month earlier for half of them: 20 a
    # month, 10 of them before month 0, known for four months. The first step two months earlier.
    chain = Chain((0.2, 0.5), ((0, 0, 1.0), (0.5, 0.5)))
    inside, before = chain.traced(np.full(5, 10.0))
    assert [list(step) for step in inside] == [[100.0] * 2, [20.0] * 4, [10.0] * 5]
    assert [list(step) for step in before] == [[100.0] * 2, [10.0], []]
    assert chain.longest == 3
