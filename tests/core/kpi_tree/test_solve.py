"""The funnel, backward and forward."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.solve import (
    backward,
    exact,
    forward,
    marketing_revenue,
    required_volumes,
)
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import FunnelPlan

RATES = (0.02, 0.20, 0.30, 0.25)  # visitor to lead, lead to MQL, MQL to opportunity, win rate

percents = st.lists(st.integers(1, 1000), min_size=1, max_size=6)
"""Rates in tenths of a percent, so that the test can compute with whole numbers."""


def test_worked_example_in_whole_units() -> None:
    # 100,000,000 / 5,000,000 = 20 deals; 20 / 0.25 = 80 opportunities; 80 / 0.30 = 266.67 -> 267 MQLs
    # 267 / 0.20 = 1,335 leads; 1,335 / 0.02 = 66,750 sessions
    assert backward(100_000_000, 5_000_000, RATES) == (66_750, 1_335, 267, 80, 20)


def test_worked_example_exact() -> None:
    # 80 / 0.30 = 800/3 MQLs; / 0.20 = 4,000/3 leads; / 0.02 = 200,000/3 sessions
    volumes = backward(100_000_000, 5_000_000, RATES, "exact")
    assert volumes == (200_000 / 3, 4_000 / 3, 800 / 3, 80, 20)


def test_worked_example_forward() -> None:
    # 66,750 x 0.02 = 1,335; x 0.20 = 267; x 0.30 = 80.1; x 0.25 = 20.025 deals; x 5,000,000
    assert forward(66_750, 5_000_000, RATES) == 100_125_000


@pytest.mark.parametrize(
    ("revenue", "deal_size", "rates", "volumes"),
    [
        (2.1, 0.7, (), (3,)),  # 3.0000000000000004 in binary floats
        (3, 1, (0.3,), (10, 3)),
        (0.6, 0.2, (), (3,)),  # 2.9999999999999996 in binary floats
        (7, 1, (0.07,), (100, 7)),
        (1, 1, (0.1, 0.1, 0.1), (1000, 100, 10, 1)),
        (29, 1, (0.29,), (100, 29)),
        (57, 1, (0.57,), (100, 57)),
        (0, 5, (0.5,), (0, 0)),
        (1, 1_000, (1.0,), (1, 1)),
    ],
)
def test_rounding_up_is_not_fooled_by_binary_floats(
    revenue: float, deal_size: float, rates: tuple[float, ...], volumes: tuple[float, ...]
) -> None:
    assert backward(revenue, deal_size, rates) == volumes


@settings(max_examples=1500)
@given(st.integers(0, 10**9), st.integers(1, 10**6), percents)
def test_whole_mode_against_integer_arithmetic(
    cents: int, deal_cents: int, tenths: list[int]
) -> None:
    volume = -(-cents // deal_cents)
    expected = [volume]
    for rate in reversed(tenths):
        volume = -(-volume * 1000 // rate)
        expected.append(volume)
    got = backward(cents / 100, deal_cents / 100, [rate / 1000 for rate in tenths])
    assert got == tuple(float(step) for step in reversed(expected))


@settings(max_examples=800)
@given(st.integers(0, 10**9), st.integers(1, 10**6), percents)
def test_exact_mode_against_fractions(cents: int, deal_cents: int, tenths: list[int]) -> None:
    volume = Fraction(cents, deal_cents)
    expected = [volume]
    for rate in reversed(tenths):
        volume = volume * 1000 / rate
        expected.append(volume)
    got = backward(cents / 100, deal_cents / 100, [rate / 1000 for rate in tenths], "exact")
    assert got == tuple(float(step) for step in reversed(expected))


@given(st.integers(1, 10**9), st.integers(1, 10**6), percents)
@example(10**8, 5_000, [20, 200, 300, 250])
def test_whole_volumes_reach_the_target_and_no_smaller_ones_do(
    revenue: int, deal_size: int, tenths: list[int]
) -> None:
    rates = [rate / 1000 for rate in tenths]
    volumes = [int(volume) for volume in backward(revenue, deal_size, rates)]
    assume(volumes[0] < 2**53)  # beyond it floats skip whole numbers
    assert forward(volumes[0], deal_size, rates) >= revenue
    assert (volumes[-1] - 1) * deal_size < revenue <= volumes[-1] * deal_size
    for above, below, rate in zip(volumes, volumes[1:], tenths, strict=False):
        assert (above - 1) * rate < below * 1000 <= above * rate


@given(st.integers(1, 10**9), st.integers(1, 10**6), percents)
def test_exact_volumes_bring_exactly_the_target(
    revenue: int, deal_size: int, tenths: list[int]
) -> None:
    rates = [rate / 1000 for rate in tenths]
    first = backward(revenue, deal_size, rates, "exact")[0]
    assert math.isclose(forward(first, deal_size, rates), revenue, rel_tol=1e-14)


@pytest.mark.parametrize(
    ("revenue", "deal_size", "rates"),
    [
        (-1, 5, (0.5,)),
        (100, 0, (0.5,)),
        (100, -5, (0.5,)),
        (100, 5, (0,)),
        (100, 5, (0.5, -0.1)),
        (100, 5, (1.01,)),
        (100, 5, (math.nan,)),
        (math.nan, 5, (0.5,)),
        (100, math.nan, (0.5,)),
        (math.inf, 5, (0.5,)),
    ],
)
def test_values_outside_their_range_are_refused(
    revenue: float, deal_size: float, rates: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=r"must|Invalid"):
        backward(revenue, deal_size, rates)


def test_exact_is_the_decimal_a_person_meant() -> None:
    assert (exact(0.7), exact(5), exact(1e-7)) == (
        Fraction(7, 10),
        Fraction(5),
        Fraction(1, 10_000_000),
    )


@pytest.mark.parametrize(
    ("target", "share", "start_arr", "retention", "existing", "marketing"),
    [
        # 20M x (1.08 - 1) = 1.6M from customers; (10M - 1.6M) x 40% = 3.36M
        (10_000_000, 0.4, 20_000_000, 1.08, 1_600_000, 3_360_000),
        # 3.2M x (0.97 - 1) = -96,000 lost; (2M + 96,000) x 55% = 1,152,800
        (2_000_000, 0.55, 3_200_000, 0.97, -96_000, 1_152_800),
        (5_000_000, 0.4, 9_000_000, 1.04, 360_000, 1_856_000),
        (100_000_000, 1.0, None, None, 0, 100_000_000),
        (100, 0.5, 1_000, None, 0, 50),
        (100, 0.5, None, 1.1, 0, 50),
        # customers bring 200, more than the target of 100: nothing is left for new business
        (100, 0.5, 1_000, 1.2, 200, 0),
    ],
)
def test_marketing_revenue(
    target: float,
    share: float,
    start_arr: float | None,
    retention: float | None,
    existing: float,
    marketing: float,
) -> None:
    assert marketing_revenue(target, share, start_arr, retention) == (existing, marketing)


def test_required_volumes_carry_the_rate_to_the_next_step(
    worked_example: MeasurementFramework,
) -> None:
    steps = required_volumes(worked_example.funnel_plan)
    assert [(step.id, step.required, step.rate_to_next) for step in steps] == [
        ("sessions", 66_750, 0.02),
        ("leads", 1_335, 0.20),
        ("mqls", 267, 0.30),
        ("opportunities", 80, 0.25),
        ("deals", 20, None),
    ]


def test_required_volumes_follow_the_plans_rounding(worked_example: MeasurementFramework) -> None:
    plan = FunnelPlan.model_validate({**dict(worked_example.funnel_plan), "rounding": "exact"})
    assert [step.required for step in required_volumes(plan)] == [
        200_000 / 3,
        4_000 / 3,
        800 / 3,
        80,
        20,
    ]


def test_samples_needs_by_hand(framework: MeasurementFramework) -> None:
    # 3.36M / 120,000 = 28; 1,152,800 / 2,400 = 480.33 -> 481; 1.856M / 28,000 = 66.29 -> 67; 20
    deals = {"USD": 28, "EUR": 481, "GBP": 67, "JPY": 20}[framework.company.currency]
    assert required_volumes(framework.funnel_plan)[-1].required == deals
