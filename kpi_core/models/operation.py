"""How the framework is used: dashboards, reviews and the marketing-sales agreement."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kpi_core.models.base import Cadence, Document, Id, LongText, Name, Number, Sentence
from kpi_core.models.lead_rules import DefinitionVersion, LeadRules
from kpi_core.models.rhythm import (
    ActionItem,
    ChangeEntry,
    DecisionRule,
    RecyclingRule,
    Responsibility,
    ReviewSchedule,
    SalesCapacity,
    Signature,
    TimeZone,
)

MOST_ACTIONS = 1000
MOST_CHANGES = 500


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
    """Rules in words that no KPI's status decides."""
    rules: tuple[DecisionRule, ...] = Field(default=(), max_length=30)
    """Rules that a KPI's status or value decides."""
    schedule: ReviewSchedule | None = None
    """When it is held; `None` takes the usual day of its cadence."""
    metric_ids: tuple[Id, ...]


class OperatingRhythm(Document):
    """Weekly, monthly and quarterly reviews, and what is agreed in them."""

    reviews: tuple[Review, ...]
    time_zone: TimeZone | None = None
    """Where the reviews are held; `None` takes the usual one of the company's region."""
    responsibilities: tuple[Responsibility, ...] = ()
    """Consulted and informed roles that somebody chose; other KPIs take the proposal."""
    actions: tuple[ActionItem, ...] = Field(default=(), max_length=MOST_ACTIONS)
    """What was agreed in reviews, done and open."""
    change_log: tuple[ChangeEntry, ...] = Field(default=(), max_length=MOST_CHANGES)
    """Oldest first."""

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        actions = [action.id for action in self.actions]
        if len(set(actions)) != len(actions):
            raise ValueError("actions: ids must differ")
        named = [entry.metric_id for entry in self.responsibilities]
        if len(set(named)) != len(named):
            raise ValueError("responsibilities: each KPI may stand there only once")
        return self


class LeadDefinition(Document):
    """What counts as an MQL, an SQL, an opportunity or a PQL, in words both teams sign."""

    id: Id
    name: Name
    statement: LongText
    criteria: tuple[Sentence, ...] = ()
    rules: LeadRules | None = None
    """The same as data, to score leads by; `None` when it is only in words."""
    versions: tuple[DefinitionVersion, ...] = Field(default=(), max_length=200)
    """As agreed earlier and now, oldest first; empty before the first agreement."""


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
    handoff_criteria: tuple[Sentence, ...] = ()
    """What must be on record before a lead is handed over."""
    recycling: tuple[RecyclingRule, ...] = Field(default=(), max_length=30)
    """The recycling rule as data."""
    capacity: SalesCapacity | None = None
    """`None` when not given: feasibility is then not judged."""
    valid_from: date | None = None
    """First day; `None` for not fixed."""
    valid_until: date | None = None
    """Last day; `None` for not fixed."""
    signatures: tuple[Signature, ...] = Field(default=(), max_length=2)
    """At most one of each side."""

    @model_validator(mode="after")
    def _one_signature_a_side(self) -> Self:
        parties = [signature.party for signature in self.signatures]
        if len(set(parties)) != len(parties):
            raise ValueError("signatures: each side signs once")
        return self
