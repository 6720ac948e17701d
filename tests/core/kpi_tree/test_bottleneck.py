"""Where the funnel leaks, by money, and whether the counts prove it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.kpi_tree.bottleneck import Leak, bottleneck, leaks
from kpi_core.models.tree import Lane


def lane(*rates: dict[str, Any], first: float | None = None, deal: float = 1_000_000) -> Lane:
    """A lane with rates r0, r1 ... and `first` units a year at the top."""
    steps = [{"id": f"s{i}", "name": f"Step {i}", "now": None} for i in range(len(rates) + 1)]
    steps[0]["now"] = first
    named = [
        {"metric_id": f"r{i}", "name": f"Rate {i}", "source": "test", "value": 0.5, **rate}
        for i, rate in enumerate(rates)
    ]
    return Lane.model_validate(
        {"id": "a", "name": "A", "steps": steps, "rates": named, "average_deal_size": deal}
    )


def only(one: Lane, planned: float = 0) -> Leak:
    (leak,) = leaks(one, planned)
    return leak


# ---- gain ----


def test_the_design_example_by_hand() -> None:
    # R = 78M at 22.2% against 30%: 78M x (0.30 / 0.222 - 1) = 78M x 0.078 / 0.222 = 27,405,405
    leak = only(lane({"now": 0.222, "reference": 0.30}), 78_000_000)
    assert leak.gain == pytest.approx(78_000_000 * 0.078 / 0.222, rel=1e-12)
    assert round(leak.gain) == 27_405_405


def test_revenue_is_todays_when_it_is_known() -> None:
    # 1,000 x 0.2 x 0.25 = 50 deals x 1M = 50M; the first rate at 0.3 brings 25M more
    found = leaks(lane({"now": 0.2, "reference": 0.3}, {"now": 0.25}, first=1000), 999)
    assert found[0].metric_id == "r0"
    assert found[0].gain == pytest.approx(25_000_000, rel=1e-12)


def test_a_rate_of_zero_stakes_the_whole_plan() -> None:
    # today brings nothing, so the planned 80M stand in
    leak = only(lane({"now": 0, "reference": 0.3}, first=1000), 80_000_000)
    assert (leak.gain, leak.proof) == (80_000_000, "not_proven")


@pytest.mark.parametrize("now", [0.3, 0.31, 1.0])
def test_at_or_above_the_reference_nothing_is_at_stake(now: float) -> None:
    leak = only(lane({"now": now, "reference": 0.3}), 80)
    assert (leak.gain, leak.proof) == (0, "at_reference")


@pytest.mark.parametrize("rate", [{"now": None, "reference": 0.3}, {"now": 0.2}, {}])
def test_without_rate_or_reference_nothing_is_said(rate: dict[str, Any]) -> None:
    leak = only(lane(rate), 80)
    assert (leak.gain, leak.proof) == (0, "unknown")
    assert bottleneck(lane(rate), 80) is None


# ---- proof ----


def test_proven_only_when_the_interval_excludes_the_reference() -> None:
    # 60 of 270 is 22.2%, Wilson 17.7% to 27.5%: 30% is outside. 6 of 27 is the same rate: 10.6% to 40.8%
    many = only(lane({"now": 60 / 270, "reference": 0.3, "counts": counts(60, 270)}), 78)
    few = only(lane({"now": 6 / 27, "reference": 0.3, "counts": counts(6, 27)}), 78)
    none = only(lane({"now": 0.222, "reference": 0.3}), 78)
    assert (many.proof, few.proof, none.proof) == ("proven", "not_proven", "not_proven")
    assert many.gain == few.gain
    assert none.interval is None
    assert few.interval is not None
    assert (round(few.interval.low, 3), round(few.interval.high, 3)) == (0.106, 0.408)


def test_counts_above_the_reference_prove_no_leak() -> None:
    leak = only(lane({"now": 0.5, "reference": 0.3, "counts": counts(500, 1000)}), 78)
    assert leak.proof == "at_reference"
    assert leak.interval is not None


def counts(successes: int, trials: int) -> dict[str, int]:
    return {"successes": successes, "trials": trials}


# ---- ranking ----


def test_money_ranks_and_percentage_points_do_not() -> None:
    # 20 points short of 90% is 29% more revenue; 1 point short of 3% is 50% more
    found = leaks(lane({"now": 0.7, "reference": 0.9}, {"now": 0.02, "reference": 0.03}), 100)
    assert [leak.metric_id for leak in found] == ["r1", "r0"]
    assert [leak.gain for leak in found] == [pytest.approx(50), pytest.approx(100 * 2 / 7)]
    assert [leak.position for leak in found] == [1, 0]


@given(
    st.lists(st.integers(1, 500), min_size=2, max_size=6),
    st.integers(1001, 2000),
    st.floats(1, 1e12),
)
@settings(max_examples=100)
def test_equal_relative_gaps_stake_equal_money(
    tenths: list[int], lift: int, revenue: float
) -> None:
    """Rates from 0.1% to 50%, each the same share below its reference: the same gain for all."""
    rates = [
        {"now": now / 1000, "reference": now * lift / 1_000_000, "value": 0.5} for now in tenths
    ]
    found = leaks(lane(*rates), revenue)
    expected = revenue * (lift / 1000 - 1)
    assert [leak.gain for leak in found] == [pytest.approx(expected, rel=1e-9)] * len(rates)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "now": st.none() | st.floats(0, 1),
                "reference": st.none() | st.floats(0.001, 1),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=100)
def test_every_rate_is_ranked_once_by_falling_gain(rates: list[dict[str, Any]]) -> None:
    one = lane(*rates)
    found = leaks(one, 1000)
    gains = [leak.gain for leak in found]
    assert gains == sorted(gains, reverse=True)
    assert min(gains) >= 0
    assert sorted(leak.position for leak in found) == list(range(len(rates)))
    worst = bottleneck(one, 1000)
    assert worst == (found[0] if gains[0] > 0 else None)
    for leak in found:
        assert (leak.gain > 0) == (leak.proof in ("proven", "not_proven"))
