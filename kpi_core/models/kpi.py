"""KPIs: metrics chosen into a framework, with owner, target, cadence and dashboard layers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kpi_core.models.base import (
    BenchmarkId,
    Cadence,
    Document,
    Id,
    Layer,
    Motion,
    Name,
    Number,
    Ratio,
    Sentence,
    Stage,
)
from kpi_core.models.tree import Counts

LONGEST_SERIES = 60
"""Periods of own history a KPI keeps: five years of months."""


class PeriodValue(Document):
    """The metric's value in one period, in the metric's unit."""

    period: date
    """First day of the period."""
    value: Number


class Baseline(Document):
    """Own history: the last known value, in the metric's unit."""

    value: Number
    period: Name | None = None
    """What the value covers, in the user's words; `None` when not said."""
    counts: Counts | None = None
    """Events behind a rate; `None` when only the rate is known, and for what is not a rate."""
    series: tuple[PeriodValue, ...] = Field(default=(), max_length=LONGEST_SERIES)
    """Values by period, oldest first, at most 60; empty when only one value is known."""

    @model_validator(mode="after")
    def _periods_in_order(self) -> Self:
        periods = [point.period for point in self.series]
        if any(later <= earlier for earlier, later in pairwise(periods)):
            raise ValueError("series: each period must start after the one before it")
        return self


class TargetBasis(StrEnum):
    """Where a target comes from."""

    OWN_HISTORY = "own_history"
    BENCHMARK = "benchmark"
    MODEL_REQUIREMENT = "model_requirement"
    USER = "user"


class TargetFlag(StrEnum):
    """What to know before committing to a target."""

    STRETCH = "stretch"
    """Better than the better end of the published figure."""
    INFEASIBLE = "infeasible"
    """Beyond what is possible, or the plan needs more than is possible."""
    DEFINITION_DIFFERS = "definition_differs"
    """It rests on a published figure that counts something else."""
    CALIBRATE = "calibrate"
    """Without own history: to be corrected after one quarter."""


class Target(Document):
    """The number the team commits to, with the reason it can be defended by."""

    value: Number
    basis: TargetBasis
    reason: Sentence
    proposed: Number | None = None
    """What the tool proposed; kept on file when the user chose otherwise. `None` without a proposal."""
    calibrate_after_quarter: bool = False
    """True when there was no own history, so the first quarter's data should correct it."""
    note: Sentence | None = None
    """The user's reason for choosing otherwise; `None` when none was given."""
    share: Ratio | None = None
    """Part of the distance from own history to the reference that the proposal closes; `None` when
    there was no distance to close."""
    flags: tuple[TargetFlag, ...] = ()


class Thresholds(Document):
    """Where status changes: ratio of actual to expected, and the share of a period that is too early."""

    on_track_from: Annotated[float, Field(gt=0, le=2)] = 0.95
    at_risk_from: Annotated[float, Field(gt=0, le=2)] = 0.85
    too_early_share: Annotated[float, Field(ge=0, lt=1)] = 0.2

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.at_risk_from > self.on_track_from:
            raise ValueError("at_risk_from must not be above on_track_from")
        return self


class Kpi(Document):
    """A metric chosen into the framework."""

    metric_id: Id
    stage: Stage
    role: Literal["primary", "supporting"]
    reason: Sentence
    """Why it was chosen."""
    owner_role: Id | None
    """The one accountable role; `None` when nobody is named yet, which is a finding."""
    owner_person: Name | None = None
    steward_role: Id | None = None
    """Role that keeps the data right."""
    baseline: Baseline | None = None
    benchmark_id: BenchmarkId | None = None
    """The published figure chosen as reference; `None` when none was published or none chosen."""
    target: Target | None = None
    closing_share: Ratio | None = None
    """Part of the distance to the reference a year should close; `None` takes the framework's."""
    thresholds: Thresholds = Thresholds()
    cadence: Cadence
    layers: tuple[Layer, ...] = ()


class CriterionScore(Document):
    """How a north-star candidate does on one criterion, 0 (no) to 2 (fully), and why."""

    criterion: Id
    score: Annotated[int, Field(ge=0, le=2)]
    why: Sentence


class NorthStarCandidate(Document):
    """A metric that was considered for the top."""

    metric_id: Id
    scores: tuple[CriterionScore, ...]
    refused: Sentence | None = None
    """Why it cannot be the north star; `None` when it can."""

    @property
    def total(self) -> int:
        """Sum of the criterion scores."""
        return sum(score.score for score in self.scores)


class NorthStar(Document):
    """The one KPI on top, with the candidates that were weighed."""

    metric_id: Id
    motion: Motion
    reasons: tuple[Sentence, ...] = Field(min_length=1)
    candidates: tuple[NorthStarCandidate, ...] = ()
