"""Shape of the catalog's data files that are not themselves part of a framework document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kpi_core.models.base import (
    Cadence,
    CurrencyCode,
    Document,
    Id,
    LongText,
    Motion,
    Name,
    Ratio,
    Segment,
    Sentence,
    Stage,
)
from kpi_core.models.operation import Commitment, LeadDefinition
from kpi_core.models.rhythm import DecisionRule, RecyclingRule


class Choice(Document):
    """One answer a question offers."""

    id: Id
    name: Name
    description: Sentence


class BusinessModel(Choice):
    """How the company earns."""

    recurring: bool
    """True when start ARR and net revenue retention apply."""


class SegmentChoice(Choice):
    """Size of the buyer, with the defaults that usually fit."""

    id: Segment
    sales_cycle_days: int
    deal_size_usd: float
    """Default first-year deal in USD, a starting assumption shown as such."""
    deals_a_year: int
    """Default number of deals a year, from which a revenue target is assumed."""


class CurrencyMagnitude(Document):
    """How many units of a currency have the order of magnitude of one US dollar.

    Scales starting assumptions only; it is not an exchange rate.
    """

    currency: CurrencyCode
    magnitude: Annotated[float, Field(gt=0)]


class Industry(Choice):
    """An industry, with the published cuts that describe it (nearest first)."""

    benchmark_cuts: tuple[Id, ...] = ()


class Region(Choice):
    """A region, with the published cut that describes it and its usual currency."""

    benchmark_cut: Id | None = None
    currency: str
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] = 1


class MotionChoice(Choice):
    """A go-to-market motion, its north star, funnel and default shares."""

    id: Motion
    north_star: Id
    funnel_template: Id
    marketing_sourced_share: Annotated[Ratio, Field(gt=0)]
    share_reason: Sentence
    channels: tuple[Id, ...]
    """Channels active by default."""


class Channel(Choice):
    """A marketing channel, with the published cuts that describe it."""

    benchmark_cuts: tuple[Id, ...] = ()


class OwnerRole(Choice):
    """A role that can own a KPI or keep its data right."""

    team: Literal["marketing", "sales", "customer_success", "product", "operations", "leadership"]


class ToolCategory(Choice):
    """A kind of tool, common products, and what it makes measurable."""

    products: tuple[Name, ...]
    setup: Sentence
    """What to do first when it is missing."""
    common: bool = False
    """True when most companies have it: ticked by default."""


class StageChoice(Choice):
    """A stage and the question it answers."""

    id: Stage
    question: Sentence


class TemplateStep(Document):
    """A step of a funnel template; its metric counts it."""

    id: Id
    name: Name
    metric_id: Id


class TemplateRate(Document):
    """A rate of a funnel template, with the assumption used when nothing better is known."""

    metric_id: Id
    assumption: Annotated[Ratio, Field(gt=0)]
    assumption_source: Sentence


class FunnelTemplate(Document):
    """A chain of steps from the top of the funnel to the won deal."""

    id: Id
    name: Name
    description: Sentence
    steps: tuple[TemplateStep, ...] = Field(min_length=2, max_length=10)
    rates: tuple[TemplateRate, ...] = Field(min_length=1, max_length=9)


class Suggestion(Document):
    """A metric suggested for a stage, with the reason the user sees."""

    metric_id: Id
    reason: Sentence


class StageSuggestion(Document):
    """What a motion suggests for a stage: one primary, then supporting ones, best first."""

    motion: Motion
    stage: Stage
    primary: Suggestion
    supporting: tuple[Suggestion, ...] = Field(min_length=4)
    """At least four, so that unmeasurable ones can be passed over; the first two or three are taken."""


class Criterion(Choice):
    """A question a north star must answer well."""


class CandidateRecord(Document):
    """A north-star candidate with scores that do not depend on the company.

    Fit to motion and measurability are scored from the profile.
    """

    metric_id: Id
    leads_revenue: Annotated[int, Field(ge=0, le=2)]
    leads_revenue_why: Sentence
    moves_within_quarter: Annotated[int, Field(ge=0, le=2)]
    moves_within_quarter_why: Sentence
    controllable: Annotated[int, Field(ge=0, le=2)]
    controllable_why: Sentence
    refused: Sentence | None = None


class RateCauses(Document):
    """Why a funnel rate is usually low, and what to check first."""

    metric_id: Id
    causes: tuple[Sentence, ...] = Field(min_length=1)
    checks: tuple[Sentence, ...] = Field(min_length=1)


class ReviewRecord(Document):
    """Default content of a review; metrics are chosen by the KPIs' cadence and layer."""

    cadence: Literal[Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY]
    name: Name
    purpose: Sentence
    attendees: tuple[Id, ...]
    duration_minutes: int
    agenda: tuple[Sentence, ...]
    decision_rules: tuple[Sentence, ...]
    rules: tuple[DecisionRule, ...] = ()


class LayerRecord(Document):
    """Default question and audience of a dashboard layer."""

    id: Literal["executive", "operational", "channel"]
    name: Name
    question: Sentence
    audience: tuple[Id, ...]
    refresh: Cadence


class AgreementRecord(Document):
    """Default agreement for a motion."""

    motion: Motion
    definitions: tuple[LeadDefinition, ...]
    commitments: tuple[Commitment, ...]
    response_hours: float
    contact_attempts: int
    disposition_days: int
    recycling_rule: LongText
    feedback: LongText
    escalation: LongText
    handoff_criteria: tuple[Sentence, ...] = ()
    recycling: tuple[RecyclingRule, ...] = ()


class BenchmarkMapping(Document):
    """Which of our metrics a published metric name belongs to."""

    published_as: Id
    metric_id: Id | None
    same_definition: bool = True
    note: Sentence | None = None
    """How the definition differs, or why no metric takes it. Required unless the definition is the same."""


class Conflict(Document):
    """Published figures that contradict each other, and why."""

    published_as: tuple[Id, ...] = Field(min_length=1)
    """The names the figures were gathered under."""
    metric_id: Id | None
    """Our metric; `None` when the catalog has none that takes the figures."""
    what: Sentence
    """The figures that disagree, with their sources."""
    why: Sentence


class SampleCompany(Document):
    """A sample company: wizard answers and what it shows."""

    id: Id
    name: Name
    description: Sentence
    answers: dict[str, object]
