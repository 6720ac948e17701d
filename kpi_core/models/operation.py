"""How the framework is used: dashboards, reviews and the marketing-sales agreement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kpi_core.models.base import Cadence, Document, Id, LongText, Name, Number, Sentence


class DashboardLayer(Document):
    """One page of tiles and the question it answers."""

    question: Sentence
    audience: tuple[Id, ...]
    """Owner roles that read it."""
    refresh: Cadence
    metric_ids: tuple[Id, ...]


class ChannelDashboard(Document):
    """The channel layer's tab for one active channel."""

    channel: Id
    metric_ids: tuple[Id, ...]


class DashboardSpecification(Document):
    """The three layers: executive, operational and one tab for each active channel."""

    executive: DashboardLayer
    operational: DashboardLayer
    channel: DashboardLayer
    """The channel layer as a whole; its metrics are those of all tabs."""
    channels: tuple[ChannelDashboard, ...]


class Review(Document):
    """A standing meeting about the framework."""

    cadence: Literal[Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY]
    name: Name
    purpose: Sentence
    attendees: tuple[Id, ...]
    duration_minutes: Annotated[int, Field(ge=5, le=480)]
    agenda: tuple[Sentence, ...] = Field(min_length=1)
    decision_rules: tuple[Sentence, ...] = ()
    metric_ids: tuple[Id, ...]


class OperatingRhythm(Document):
    """Weekly, monthly and quarterly reviews."""

    reviews: tuple[Review, ...]


class LeadDefinition(Document):
    """What counts as an MQL, an SQL, an opportunity or a PQL, in words both teams sign."""

    id: Id
    name: Name
    statement: LongText
    criteria: tuple[Sentence, ...] = ()


class Commitment(Document):
    """What one side promises the other."""

    party: Literal["marketing", "sales"]
    statement: Sentence
    metric_id: Id | None = None
    value: Number | None = None
    """Amount in the metric's unit; `None` when the promise is not a number."""


class MarketingSalesAgreement(Document):
    """Shared definitions and a two-sided service level agreement."""

    definitions: tuple[LeadDefinition, ...]
    commitments: tuple[Commitment, ...]
    response_hours: Annotated[float, Field(gt=0, le=720)]
    """Working hours within which sales answers a handed-over lead."""
    contact_attempts: Annotated[int, Field(ge=1, le=50)]
    disposition_days: Annotated[int, Field(ge=1, le=180)]
    """Days within which sales accepts, rejects or recycles a lead."""
    recycling_rule: LongText
    feedback: LongText
    escalation: LongText
