"""The KPI tree's inputs: lanes, rates with their evidence, timing, and named scenarios."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kpi_core.models.base import (
    Document,
    FunnelShare,
    Id,
    Money,
    Name,
    PositiveMoney,
    Ratio,
    Sentence,
)

Volume = Annotated[float, Field(ge=0, le=1e15)]
"""Units of a funnel step in the fiscal year."""

PositiveRatio = FunnelShare
"""A share of at least 0.000001 and at most 1."""


class Counts(Document):
    """Evidence for a rate: `successes` of `trials` reached the next step."""

    successes: Annotated[int, Field(ge=0, le=10**12)]
    trials: Annotated[int, Field(ge=1, le=10**12)]

    @model_validator(mode="after")
    def _no_more_than_tried(self) -> Self:
        if self.successes > self.trials:
            raise ValueError(
                f"{self.successes:,} of {self.trials:,} is impossible: "
                "the first number must not be larger"
            )
        return self


class Lag(Document):
    """How long a unit takes to reach the next step.

    Either a mean and a spread in days, or explicit weights by whole months (0, 1, 2 ...), which
    then win.
    """

    mean_days: Annotated[float, Field(ge=0, le=1825)] = 0
    spread_days: Annotated[float, Field(ge=0, le=1825)] = 0
    """Standard deviation in days; 0 for a fixed delay."""
    weights: tuple[Ratio, ...] = Field(default=(), max_length=61)
    """Share of units that arrive k months later, k from 0; scaled to sum 1. Empty for none."""


class TreeStep(Document):
    """One volume of the tree."""

    id: Id
    name: Name
    metric_id: Id | None = None
    now: Volume | None = None
    """Volume at today's pace, per fiscal year; `None` when not known."""
    low: Volume | None = None
    high: Volume | None = None
    """Range of the first step's volume, for simulation; `None` for no spread."""


class TreeRate(Document):
    """Conversion from one step to the next: what is planned, what is, and how sure one can be."""

    metric_id: Id
    name: Name
    value: PositiveRatio
    """Planned rate."""
    now: Ratio | None = None
    """Own current rate; `None` when not known."""
    counts: Counts | None = None
    """Events behind `now`; `None` when only the rate is known."""
    low: Ratio | None = None
    high: Ratio | None = None
    """Range the rate may take, for simulation without counts; `None` for no spread."""
    cap: PositiveRatio = 1
    """The most this rate can be raised to."""
    reference: PositiveRatio | None = None
    """What the current rate is held against; `None` for nothing."""
    reference_source: Sentence | None = None
    source: Sentence
    """What the planned rate rests on."""
    lag: Lag = Lag()


class Lane(Document):
    """A channel, segment or motion with its own rates, deal size and cost."""

    id: Id
    name: Name
    share: Ratio = 1
    """Share of the revenue marketing must bring, or of the first step's units, by `shares_of`."""
    steps: tuple[TreeStep, ...] = Field(min_length=2, max_length=10)
    """From the top of the funnel to the won deal."""
    rates: tuple[TreeRate, ...] = Field(min_length=1, max_length=9)
    average_deal_size: PositiveMoney
    deal_size_low: Money | None = None
    deal_size_high: Money | None = None
    """Range of the deal size, for simulation; `None` for no spread."""
    cost_per_lead: Money | None = None
    """Programme cost of one unit of the second step; `None` when not known."""

    @model_validator(mode="after")
    def _one_rate_between_steps(self) -> Self:
        if len(self.rates) != len(self.steps) - 1:
            raise ValueError(
                f"{len(self.steps)} steps need {len(self.steps) - 1} rates, got {len(self.rates)}"
            )
        if len({step.id for step in self.steps}) != len(self.steps):
            raise ValueError("step ids must differ")
        ids = {step.id for step in self.steps} | {rate.metric_id for rate in self.rates}
        if len(ids) != len(self.steps) + len(self.rates):
            raise ValueError("metric ids of rates must differ from each other and from the steps'")
        return self


class TimeInputs(Document):
    """The plan over months. Shares and weights are scaled to sum 1."""

    months: Annotated[int, Field(ge=12, le=24)] = 12
    seasonality: tuple[Volume, ...] = Field(default=(), max_length=12)
    """Weight of each of the fiscal year's twelve months in revenue; empty for even months."""
    ramp: Annotated[float, Field(ge=-0.5, le=0.5)] = 0
    """Growth of the target from month to month (0.05 is 5%)."""
    growth_after_year: Annotated[float, Field(ge=-0.9, le=5)] = 0
    """Next year's target against this year's, for months past the fiscal year."""
    opening: dict[Id, tuple[Volume, ...]] = Field(default_factory=dict)
    """Units already in the funnel by step id: those that entered the step 1, 2, 3 ... months before
    the plan starts. Their part that arrives after the start counts as opening pipeline."""


class Scenario(Document):
    """A complete set of inputs of the KPI tree, under a name."""

    id: Id
    name: Name
    revenue_target: PositiveMoney
    """Revenue to be added in the fiscal year."""
    existing_customer_revenue: Annotated[float, Field(ge=-1e15, le=1e15)] = 0
    marketing_share: PositiveRatio = 1
    rounding: Literal["whole", "exact"] = "whole"
    lanes: tuple[Lane, ...] = Field(min_length=1, max_length=20)
    shares_of: Literal["revenue", "sessions"] = "revenue"
    """What the lanes' shares divide: marketing's revenue, or the units of the first step."""
    budget: Money | None = None
    gross_margin: PositiveRatio | None = None
    payback_limit_months: Annotated[float, Field(gt=0, le=240)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    time: TimeInputs = TimeInputs()

    @model_validator(mode="after")
    def _lanes_differ(self) -> Self:
        if len({lane.id for lane in self.lanes}) != len(self.lanes):
            raise ValueError("lane ids must differ")
        return self

    @property
    def marketing_revenue(self) -> float:
        """Marketing's part of the new business: (target - existing) x share, at least 0.

        In decimals, as people typed them: 7% of 100 is 7, not 7.000000000000001 and so never 8 deals.
        """
        target, existing, share = (
            Fraction(repr(value))
            for value in (self.revenue_target, self.existing_customer_revenue, self.marketing_share)
        )
        return float(max(target - existing, Fraction(0)) * share)
