"""Scoring north-star candidates in the open."""

from __future__ import annotations

from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import CandidateRecord
from kpi_core.framework.measurability import measurability
from kpi_core.models.base import Motion
from kpi_core.models.kpi import CriterionScore, NorthStar, NorthStarCandidate

_MEASURABLE_SCORE = {"now": 2, "stand_in": 1, "not_yet": 0}


def score_candidates(
    motion: Motion, in_place: frozenset[str], catalog: Catalog
) -> tuple[NorthStarCandidate, ...]:
    """Every candidate scored on every criterion, best first; refused ones last with the reason."""
    candidates = [
        NorthStarCandidate(
            metric_id=record.metric_id,
            scores=_scores(record, motion, in_place, catalog),
            refused=record.refused,
        )
        for record in catalog.candidates.values()
    ]
    preferred = catalog.motions[motion].north_star
    return tuple(
        sorted(candidates, key=lambda c: (bool(c.refused), c.metric_id != preferred, -c.total))
    )


def _scores(
    record: CandidateRecord, motion: Motion, in_place: frozenset[str], catalog: Catalog
) -> tuple[CriterionScore, ...]:
    metric = catalog.metric(record.metric_id)
    own = [m.name for m in catalog.motions.values() if m.north_star == metric.id]
    name = catalog.motions[motion].name
    if metric.id == catalog.motions[motion].north_star:
        fit, fit_why = 2, f"Made for {name.lower()} companies: it counts what the team produces."
    elif motion in metric.motions:
        fit, fit_why = 1, f"Usable, but made for {' and '.join(own).lower() or 'other uses'}."
    else:
        fit, fit_why = 0, f"Does not describe how {name.lower()} companies win customers."
    found = measurability(metric, in_place)
    return (
        CriterionScore(criterion="fit_to_motion", score=fit, why=fit_why),
        CriterionScore(
            criterion="leads_revenue", score=record.leads_revenue, why=record.leads_revenue_why
        ),
        CriterionScore(
            criterion="moves_within_quarter",
            score=record.moves_within_quarter,
            why=record.moves_within_quarter_why,
        ),
        CriterionScore(
            criterion="controllable", score=record.controllable, why=record.controllable_why
        ),
        CriterionScore(criterion="measurable", score=_MEASURABLE_SCORE[found.level], why=found.how),
    )


def choose_north_star(
    motion: Motion, chosen: str, in_place: frozenset[str], catalog: Catalog
) -> NorthStar:
    """The north star with the reasons it scored on; its candidates stay on file."""
    candidates = score_candidates(motion, in_place, catalog)
    picked = next(c for c in candidates if c.metric_id == chosen)
    strong = tuple(
        score.why for score in picked.scores if score.score == 2 and score.criterion != "measurable"
    )
    return NorthStar(
        metric_id=chosen,
        motion=motion,
        reasons=strong or (picked.scores[0].why,),
        candidates=candidates,
    )
