"""Round ticks and shares of a scale."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.dashboards.places import MOST_TICKS, nice_ticks, share_of


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (320.0, (0.0, 100.0, 200.0, 300.0)),
        (300.0, (0.0, 100.0, 200.0, 300.0)),
        (7.0, (0.0, 2.0, 4.0, 6.0)),
        (400.0, (0.0, 200.0, 400.0)),
        (0.0, (0.0,)),
        (-4.0, (0.0,)),
        (math.inf, (0.0,)),
        (math.nan, (0.0,)),
    ],
)
def test_ticks_by_hand(top: float, ticks: tuple[float, ...]) -> None:
    assert nice_ticks(top) == pytest.approx(ticks)


@given(st.floats(1e-6, 1e12))
def test_ticks_start_at_zero_and_stay_below_the_top(top: float) -> None:
    ticks = nice_ticks(top)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= MOST_TICKS
    assert ticks[-1] <= top * (1 + 1e-6)
    assert ticks[-1] >= top / 2


def test_shares_stay_between_nothing_and_all() -> None:
    assert share_of(5, 20) == 0.25
    assert share_of(30, 20) == 1
    assert share_of(-3, 20) == 0
    assert share_of(3, 0) == 0
