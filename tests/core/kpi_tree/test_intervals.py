"""Wilson's interval against published values and a second computation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.intervals import Interval, wilson

Z95 = 1.959963984540054

counts = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # the usual tables for ten trials
        (0, 10, 0.0000, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_published_values(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_none_and_all_by_hand() -> None:
    # with no success the equation p^2 = z^2 p (1 - p) / n leaves p = z^2 / (n + z^2)
    end = Z95**2 / (10 + Z95**2)
    assert wilson(0, 10) == Interval(0, pytest.approx(end, rel=1e-12))
    assert wilson(10, 10) == Interval(pytest.approx(1 - end, rel=1e-12), 1)
    assert wilson(0, 1).low == 0
    assert wilson(1, 1).high == 1


@given(counts)
@settings(max_examples=200)
def test_the_ends_solve_the_quadratic(k_of_n: tuple[int, int]) -> None:
    # (k/n - p)^2 = z^2 p (1 - p) / n, so (n + z^2) p^2 - (2k + z^2) p + k^2/n = 0
    k, n = k_of_n
    a, b, c = n + Z95**2, -(2 * k + Z95**2), k * k / n
    high = (-b + math.sqrt(max(b * b - 4 * a * c, 0))) / (2 * a)
    low = c / a / high  # the roots' product is c / a: no cancellation
    found = wilson(k, n)
    assert found.low == pytest.approx(low, rel=1e-8, abs=1e-12)
    assert found.high == pytest.approx(high, rel=1e-8)


@given(counts)
@settings(max_examples=100)
def test_it_lies_in_0_to_1_holds_the_rate_and_mirrors(k_of_n: tuple[int, int]) -> None:
    k, n = k_of_n
    found, mirrored = wilson(k, n), wilson(n - k, n)
    assert 0 <= found.low <= k / n <= found.high <= 1
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-9)


def test_more_trials_narrow_it_and_more_confidence_widens_it() -> None:
    widths = [w.high - w.low for w in (wilson(n // 4, n) for n in (8, 80, 800, 8000))]
    assert widths == sorted(widths, reverse=True)
    levels = [wilson(20, 80, level) for level in (0.5, 0.8, 0.95, 0.99)]
    assert [w.high - w.low for w in levels] == sorted(w.high - w.low for w in levels)


def test_excludes() -> None:
    between = Interval(0.2, 0.3)
    assert [between.excludes(p) for p in (0.19, 0.2, 0.25, 0.3, 0.31)] == [
        True, False, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("successes", "trials", "confidence"),
    [(-1, 10, 0.95), (11, 10, 0.95), (0, 0, 0.95), (5, 10, 0), (5, 10, 1), (5, 10, math.nan)],
)
def test_impossible_counts_are_refused(successes: int, trials: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="needs 0 <= successes <= trials"):
        wilson(successes, trials, confidence)
