"""Profile -> suggested metrics for each stage, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import Suggestion
from kpi_core.framework.measurability import measurability
from kpi_core.models.base import Motion, Role, Stage

SUPPORTING_MINIMUM, SUPPORTING_MAXIMUM = 2, 3
YOUR_CHOICE = "Your choice from the catalog."


@dataclass(frozen=True)
class ChosenMetric:
    """A metric put on a stage, with the part it plays and why."""

    metric_id: str
    stage: Stage
    role: Literal["primary", "supporting"]
    reason: str


def suggest_kpis(
    motion: Motion, north_star: str, in_place: frozenset[str], catalog: Catalog
) -> dict[Stage, tuple[ChosenMetric, ...]]:
    """One primary and three supporting metrics for each stage.

    Supporting ones come in the catalog's order; those the tools in place cannot measure are
    passed over while measurable ones remain. The north star is the primary of its own stage.
    """
    return {stage: _suggest_stage(motion, stage, north_star, in_place, catalog) for stage in Stage}


def _suggest_stage(
    motion: Motion, stage: Stage, north_star: str, in_place: frozenset[str], catalog: Catalog
) -> tuple[ChosenMetric, ...]:
    suggestion = catalog.suggestion(motion, stage)
    primary = suggestion.primary
    if catalog.metric(north_star).stage is stage and primary.metric_id != north_star:
        primary = Suggestion(metric_id=north_star, reason="Your north star.")

    def passed_over(entry: Suggestion) -> bool:
        return measurability(catalog.metric(entry.metric_id), in_place).level == "not_yet"

    others = [s for s in suggestion.supporting if s.metric_id != primary.metric_id]
    supporting = sorted(others, key=passed_over)[:SUPPORTING_MAXIMUM]
    return (
        ChosenMetric(primary.metric_id, stage, "primary", primary.reason),
        *(ChosenMetric(s.metric_id, stage, "supporting", s.reason) for s in supporting),
    )


def reason_for(metric_id: str, motion: Motion, stage: Stage, catalog: Catalog) -> str:
    """Why `metric_id` belongs on `stage`: the catalog's reason, or that the user chose it."""
    suggestion = catalog.suggestion(motion, stage)
    for entry in (suggestion.primary, *suggestion.supporting):
        if entry.metric_id == metric_id:
            return entry.reason
    if metric_id == catalog.motions[motion].north_star:
        return "Your north star."
    return YOUR_CHOICE


def swap_options(
    stage: Stage, role: str, motion: Motion, chosen: set[str], catalog: Catalog
) -> tuple[str, ...]:
    """Metrics that may take a place on `stage`: the stage's own first, none that is chosen already."""
    fits = [
        metric
        for metric in catalog.metrics.values()
        if metric.id not in chosen
        and motion in metric.motions
        and (role == "supporting" or Role.PRIMARY in metric.roles)
        and (role == "supporting" or metric.stage is stage)
    ]
    return tuple(metric.id for metric in sorted(fits, key=lambda metric: metric.stage is not stage))
