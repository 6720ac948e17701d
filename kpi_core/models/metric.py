"""Metric definitions: one record each in the catalog, copied into every framework that uses them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from kpi_core.models.base import (
    Aggregation,
    Cadence,
    Direction,
    Document,
    Id,
    LongText,
    Motion,
    Name,
    Number,
    Role,
    Sentence,
    Stage,
    Timing,
    Unit,
)


class Direct(Document):
    """Read as it is from a source system."""

    kind: Literal["direct"] = "direct"
    measure: Id


class Quotient(Document):
    """Numerator divided by denominator; unknown when the denominator is zero."""

    kind: Literal["quotient"] = "quotient"
    numerator: Id
    denominator: Id


class Total(Document):
    """Sum of the addends."""

    kind: Literal["sum"] = "sum"
    addends: tuple[Id, ...] = Field(min_length=2)


class Product(Document):
    """Product of the factors, divided by the divisors when there are any."""

    kind: Literal["product"] = "product"
    factors: tuple[Id, ...] = Field(min_length=1)
    divisors: tuple[Id, ...] = ()


class Difference(Document):
    """Minuend less subtrahend."""

    kind: Literal["difference"] = "difference"
    minuend: Id
    subtrahend: Id


Formula = Annotated[Direct | Quotient | Total | Product | Difference, Field(discriminator="kind")]
"""A formula as data. Its ids name metrics or measures; it is never evaluated as code."""


class Measure(Document):
    """A raw quantity a formula is made of, as a source system holds it."""

    id: Id
    name: Name
    unit: Unit
    definition: Sentence


class SourceOption(Document):
    """One way to measure a metric: the tool categories it needs, all of them, and how it is done."""

    requires: tuple[Id, ...] = Field(min_length=1)
    how: Sentence


class MetricDefinition(Document):
    """What a metric means, how it is computed, who usually owns it and how it misleads."""

    id: Id
    name: Name
    stage: Stage
    roles: tuple[Role, ...] = Field(min_length=1)
    motions: tuple[Motion, ...] = Field(min_length=1)
    """Go-to-market motions in which the metric is worth having."""
    definition: LongText
    formula: Formula
    unit: Unit
    direction: Direction
    timing: Timing
    over_time: Aggregation
    over_lanes: Aggregation
    owner_role: Id
    steward_role: Id
    measured_by: tuple[SourceOption, ...] = Field(min_length=1)
    """Ways to measure it in full; any one suffices."""
    stand_in: tuple[SourceOption, ...] = ()
    """Approximations for companies without those tools; empty when there is none worth having."""
    cadence: Cadence
    guardrail: Id | None
    """Metric that must not get worse while this one improves; `None` for a pure guardrail."""
    leads: Id | None
    """Metric this one announces; `None` at the end of the chain."""
    pitfalls: tuple[Sentence, ...] = Field(min_length=1)
    funnel_step: Id | None = None
    """Volume of the KPI tree this metric counts."""
    funnel_rate: Id | None = None
    """Rate of the KPI tree this metric is; equals its own id."""
    channels: tuple[Id, ...] = ()
    """Channels whose dashboard tab can show it; empty when it is not a channel metric."""
    minimum: Number = 0
    """Smallest possible value, in the metric's unit."""
    maximum: Number | None = None
    """Largest possible value (1 for a conversion rate); `None` when there is no limit."""
    vanity: bool = False
    """True when it can rise without any effect on revenue: never a primary KPI."""

    @property
    def headline(self) -> str:
        """The definition's first sentence; the whole definition when it has only one."""
        return re.split(r"(?<=[.!?])\s+(?=[A-Z])", self.definition, maxsplit=1)[0]
