"""How near today's pace is, and a yearly volume as a pace."""

from __future__ import annotations

import pytest

from kpi_core.kpi_tree.pace import RunRate, covered_share, nearness, run_rate


def test_run_rate_by_hand() -> None:
    assert run_rate(1_560) == RunRate(month=130, week=30, working_day=6)
    assert run_rate(780, months=6) == RunRate(month=130, week=30, working_day=6)
    assert run_rate(0) == RunRate(0, 0, 0)


@pytest.mark.parametrize(
    ("required", "now", "near", "share"),
    [
        (200, None, "unknown", None),
        (200, 0, "far", 0),
        (200, 179.9, "far", 0.8995),
        (200, 180, "behind", 0.9),
        (200, 189.9, "behind", 0.9495),
        (200, 190, "close", 0.95),
        (200, 199.9, "close", 0.9995),
        (200, 200, "covered", 1),
        (200, 500, "covered", 1),
        (0, 0, "covered", 1),
        (0, 5, "covered", 1),
        (0, None, "unknown", None),
    ],
)
def test_nearness_and_share(
    required: float, now: float | None, near: str, share: float | None
) -> None:
    assert nearness(required, now) == near
    assert covered_share(required, now) == (share if share is None else pytest.approx(share))
