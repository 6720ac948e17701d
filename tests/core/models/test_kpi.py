"""KPIs, thresholds and candidates."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kpi_core.models.kpi import CriterionScore, NorthStarCandidate, Thresholds


def test_thresholds_as_designed() -> None:
    # DESIGN.md: on track from 95%, at risk from 85%, too early under 20% of the period
    plain = Thresholds()
    assert (plain.on_track_from, plain.at_risk_from, plain.too_early_share) == (0.95, 0.85, 0.2)


@pytest.mark.parametrize(
    "values",
    [
        {"on_track_from": 0.8, "at_risk_from": 0.9},
        {"on_track_from": 0},
        {"at_risk_from": 0},
        {"on_track_from": 2.1},
        {"too_early_share": 1},
        {"too_early_share": -0.1},
    ],
)
def test_thresholds_out_of_order(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Thresholds.model_validate(values)


def test_equal_thresholds_leave_no_at_risk() -> None:
    assert Thresholds(on_track_from=0.9, at_risk_from=0.9).on_track_from == 0.9


def test_total_of_a_candidate() -> None:
    scores = tuple(
        CriterionScore(criterion=f"c{n}", score=score, why="Because.")
        for n, score in enumerate((2, 0, 1))
    )
    assert NorthStarCandidate(metric_id="x", scores=scores).total == 3


@pytest.mark.parametrize("score", [-1, 3])
def test_scores_run_from_0_to_2(score: int) -> None:
    with pytest.raises(ValidationError):
        CriterionScore(criterion="c", score=score, why="Because.")
