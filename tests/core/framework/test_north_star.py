"""North-star candidates, scored in the open."""

from __future__ import annotations

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.north_star import choose_north_star, score_candidates
from kpi_core.models.base import Motion
from kpi_core.models.kpi import NorthStarCandidate

NOTHING: frozenset[str] = frozenset()


def _scored(
    catalog: Catalog, motion: Motion, in_place: frozenset[str], metric_id: str
) -> NorthStarCandidate:
    found = score_candidates(motion, in_place, catalog)
    return next(candidate for candidate in found if candidate.metric_id == metric_id)


@pytest.mark.parametrize("motion", Motion)
def test_the_motions_own_comes_first_and_refused_ones_last(
    catalog: Catalog, motion: Motion
) -> None:
    found = score_candidates(motion, frozenset(catalog.tools), catalog)
    assert found[0].metric_id == catalog.motions[motion].north_star
    refused = [candidate.refused is not None for candidate in found]
    assert refused == sorted(refused)
    assert {c.metric_id for c in found} == set(catalog.candidates)


@pytest.mark.parametrize("motion", Motion)
def test_every_candidate_is_scored_on_every_criterion_with_a_reason(
    catalog: Catalog, motion: Motion
) -> None:
    for candidate in score_candidates(motion, NOTHING, catalog):
        assert [score.criterion for score in candidate.scores] == list(catalog.criteria)
        assert all(score.why for score in candidate.scores)


@pytest.mark.parametrize("motion", Motion)
def test_revenue_is_refused_with_the_reason(catalog: Catalog, motion: Motion) -> None:
    revenue = _scored(catalog, motion, NOTHING, "closed_won_revenue")
    assert revenue.refused
    assert "lags decisions by months" in revenue.refused


def test_scores_by_hand(catalog: Catalog) -> None:
    # Made for sales-led: 2; leads revenue 2; within a quarter 2; controllable 2; CRM in place: 2
    everything = frozenset(catalog.tools)
    own = _scored(catalog, Motion.SALES_LED, everything, "marketing_sourced_pipeline")
    assert [score.score for score in own.scores] == [2, 2, 2, 2, 2]
    assert own.total == 10
    # Without any tool it cannot be measured: 0 on the last criterion
    blind = _scored(catalog, Motion.SALES_LED, NOTHING, "marketing_sourced_pipeline")
    assert [score.score for score in blind.scores] == [2, 2, 2, 2, 0]


def test_fit_to_motion(catalog: Catalog) -> None:
    def fit(motion: Motion, metric_id: str) -> int:
        return _scored(catalog, motion, NOTHING, metric_id).scores[0].score

    assert fit(Motion.PRODUCT_LED, "qualified_activations") == 2
    for motion in Motion:
        for metric_id in catalog.motions[motion].north_star, "mql_count":
            usable = motion in catalog.metric(metric_id).motions
            own = catalog.motions[motion].north_star == metric_id
            assert fit(motion, metric_id) == (2 if own else 1 if usable else 0)


def test_the_choice_keeps_reasons_and_candidates(catalog: Catalog) -> None:
    everything = frozenset(catalog.tools)
    chosen = choose_north_star(Motion.SALES_LED, "marketing_sourced_pipeline", everything, catalog)
    assert chosen.metric_id == "marketing_sourced_pipeline"
    assert len(chosen.reasons) == 4  # every criterion scored 2; being measurable is no reason
    assert chosen.candidates == score_candidates(Motion.SALES_LED, everything, catalog)


def test_a_choice_without_a_strong_side_still_has_a_reason(catalog: Catalog) -> None:
    chosen = choose_north_star(Motion.SALES_LED, "marketing_influenced_revenue", NOTHING, catalog)
    assert len(chosen.reasons) == 1
