"""Thresholds as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.dashboards.thresholds import percent_of, with_percent
from kpi_core.models.kpi import Thresholds

SHOWN = Thresholds().model_dump()


def test_whole_percent_within_what_can_be_typed() -> None:
    assert percent_of(0.95) == 95
    assert percent_of(0.854) == 85
    assert percent_of(0.001, 1, 200) == 1
    assert percent_of(0.999, 0, 99) == 99


def test_one_threshold_at_a_time() -> None:
    assert with_percent(SHOWN, "on_track_from", 90) == {**SHOWN, "on_track_from": 0.9}
    assert with_percent(SHOWN, "too_early_share", 0) == {**SHOWN, "too_early_share": 0.0}


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("on_track_from", 84),  # below at risk from 85
        ("at_risk_from", 96),
        ("on_track_from", 0),
        ("on_track_from", 201),
        ("too_early_share", 100),
        ("too_early_share", -1),
        ("at_risk_from", float("nan")),
        ("at_risk_from", None),
    ],
)
def test_contradictions_change_nothing(name: str, percent: float | None) -> None:
    assert with_percent(SHOWN, name, percent) is None


@given(st.sampled_from(sorted(SHOWN)), st.integers(-50, 300))
def test_what_is_returned_is_always_valid(name: str, percent: int) -> None:
    changed = with_percent(SHOWN, name, percent)
    if changed is not None:
        assert Thresholds.model_validate(changed).model_dump() == changed
        assert percent_of(changed[name]) == percent
