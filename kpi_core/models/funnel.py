"""The funnel plan: steps, rates and the revenue they have to carry."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kpi_core.models.base import (
    BenchmarkId,
    Document,
    FunnelShare,
    Id,
    Name,
    PositiveMoney,
    Sentence,
)


class RateBasis(StrEnum):
    """Where a plan's rate comes from."""

    OWN_HISTORY = "own_history"
    BENCHMARK = "benchmark"
    ASSUMPTION = "assumption"


class FunnelStep(Document):
    """One volume of the KPI tree."""

    id: Id
    name: Name
    metric_id: Id | None = None


class FunnelRate(Document):
    """Conversion from one step to the next, 0.000001 to 1."""

    metric_id: Id
    name: Name
    value: FunnelShare
    basis: RateBasis
    source: Sentence
    """What the value rests on, in words."""
    benchmark_id: BenchmarkId | None = None
    """The published figure used; `None` unless the basis is a benchmark."""


class FunnelPlan(Document):
    """From revenue back to the first step. Steps run from the top of the funnel to the won deal."""

    template: Id
    revenue_target: PositiveMoney
    """Revenue to be added in the fiscal year: new business and expansion."""
    existing_customer_revenue: Annotated[float, Field(ge=-1e15, le=4e15)]
    """Part of the target that existing customers bring: start ARR x (NRR - 1), 0 when not given."""
    marketing_revenue: Annotated[float, Field(ge=0, le=2e15)]
    """Part of the new business that marketing must source."""
    average_deal_size: PositiveMoney
    rounding: Literal["whole", "exact"] = "whole"
    steps: tuple[FunnelStep, ...] = Field(min_length=2, max_length=10)
    rates: tuple[FunnelRate, ...] = Field(min_length=1, max_length=9)

    @model_validator(mode="after")
    def _one_rate_between_steps(self) -> Self:
        if len(self.rates) != len(self.steps) - 1:
            raise ValueError(
                f"{len(self.steps)} steps need {len(self.steps) - 1} rates, got {len(self.rates)}"
            )
        if len({step.id for step in self.steps}) != len(self.steps):
            raise ValueError("step ids must differ")
        return self
