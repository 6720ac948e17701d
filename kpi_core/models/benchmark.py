"""Published figures with their source."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from kpi_core.models.base import BenchmarkId, Document, Id, LongText, Name, Number, Sentence


class Confidence(StrEnum):
    """How well a figure is traced (not whether it is right)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Statistic(StrEnum):
    """What kind of figure was published."""

    RANGE = "range"
    MEDIAN = "median"
    MEAN = "mean"
    QUARTILES = "quartiles"
    TOP_QUARTILE = "top_quartile"
    BOTTOM_QUARTILE = "bottom_quartile"
    TARGET = "target"
    SHARE = "share"
    EXAMPLE = "example"


class Benchmark(Document):
    """One published figure. Low, typical and high are in `unit` as the metric counts it (ratios in shares)."""

    id: BenchmarkId
    metric_id: Id | None
    """Our metric; `None` when the catalog has no metric it belongs to (kept for reference)."""
    published_as: Id
    """The metric name it was gathered under."""
    published_name: Name
    same_definition: bool
    """False when the source counts something other than our metric."""
    definition_note: Sentence | None = None
    """How the source's definition differs, or why no metric takes it; `None` when it is the same."""
    unit: Id
    """Unit as our metrics count: `ratio`, `multiple`, `days`, `months`, `hours`, `minutes`, `money`."""
    currency: str | None = None
    """ISO code for money figures; `None` otherwise. Nothing is converted."""
    low: Number | None
    typical: Number | None
    high: Number | None
    segment: Id
    motion: Id
    industry: Id
    channel: Id
    stage: Id
    region: Id
    statistic: Statistic
    sample: LongText
    definition: LongText
    source_title: Sentence
    source_publisher: Sentence
    source_year: Annotated[int, Field(ge=1990, le=2100)] | None
    """Year of publication or of the data; `None` where the source states neither."""
    source_url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None
    """Where it was read; `None` for a guide without an address."""
    confidence: Confidence
    note: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _has_a_figure_in_order(self) -> Self:
        given = [value for value in (self.low, self.typical, self.high) if value is not None]
        if not given:
            raise ValueError("needs at least one of low, typical and high")
        if given != sorted(given):
            raise ValueError("low, typical and high must not decrease")
        return self
