"""Lead definitions as data: criteria with points, a threshold, what keeps a lead out, versions."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from kpi_core.models.base import Document, Id, LongText, Name, Sentence

Points = Annotated[int, Field(ge=-1000, le=1000)]
"""Points of one criterion; negative where it speaks against the lead."""

Days = Annotated[int, Field(ge=1, le=1825)]

Position = Annotated[int, Field(ge=1)]


class FitField(StrEnum):
    """What a fit criterion looks at."""

    COMPANY_SIZE = "company_size"
    """Employees."""
    INDUSTRY = "industry"
    JOB_TITLE = "job_title"
    REGION = "region"


class Action(StrEnum):
    """What a lead did, what its account did in the product, or what sales confirmed."""

    PAGES_VIEWED = "pages_viewed"
    REPEAT_VISITS = "repeat_visits"
    DOWNLOADS = "downloads"
    WEBINAR = "webinar"
    DEMO_REQUEST = "demo_request"
    ACTIVATION = "activation"
    ACTIVE_USERS = "active_users"
    LIMIT_REACHED = "limit_reached"
    CONVERSATION = "conversation"
    NEED_CONFIRMED = "need_confirmed"
    DECISION_MAKER = "decision_maker"
    NEXT_STEP = "next_step"
    BUDGET_CONFIRMED = "budget_confirmed"
    TIME_FRAME = "time_frame"


class FitCriterion(Document):
    """Points for what a lead is."""

    kind: Literal["fit"] = "fit"
    id: Id
    """Distinguishes the criterion within its rules."""
    field: FitField
    """What of the lead it looks at."""
    any_of: tuple[Name, ...] = Field(default=(), max_length=100)
    """Industries, regions, or words of a job title; any one suffices. Empty for company size."""
    minimum: Annotated[int, Field(ge=0, le=10**7)] | None = None
    maximum: Annotated[int, Field(ge=0, le=10**7)] | None = None
    """Employees from and to, both included; `None` for no limit. For company size only."""
    points: Points
    """Points a lead gets that meets it."""


class BehaviourCriterion(Document):
    """Points for what a lead did."""

    kind: Literal["behaviour"] = "behaviour"
    id: Id
    """Distinguishes the criterion within its rules."""
    action: Action
    """What must have happened."""
    at_least: Annotated[int, Field(ge=1, le=10_000)] = 1
    """How many times at least."""
    within_days: Days | None = None
    """Only what happened in the last so many days counts; `None` for ever."""
    points: Points
    """Points a lead gets that meets it."""


Criterion = Annotated[FitCriterion | BehaviourCriterion, Field(discriminator="kind")]


class DisqualifierKind(StrEnum):
    """What keeps a lead out whatever its points."""

    FREE_MAIL = "free_mail"
    """The email domain is a free provider's; without values a list of common ones is used."""
    COMPETITOR = "competitor"
    """The company's name or email domain is one of the values."""
    STUDENT = "student"
    """A word of the title, or a university's email domain; without values common ones are used."""
    COUNTRY = "country"
    JOB_TITLE = "job_title"
    FLAG = "flag"
    """The lead carries one of the values as a mark, for example `existing customer`."""


class Disqualifier(Document):
    """A reason that keeps a lead out whatever its points."""

    id: Id
    """Distinguishes the entry within its rules."""
    kind: DisqualifierKind
    values: tuple[Name, ...] = Field(default=(), max_length=200)
    """Domains, names, words, countries or marks, by kind."""


class LeadRules(Document):
    """When a lead qualifies, as data."""

    criteria: tuple[Criterion, ...] = Field(default=(), max_length=40)
    threshold: Annotated[int, Field(ge=0, le=100_000)]
    """Points from which a lead qualifies."""
    disqualifiers: tuple[Disqualifier, ...] = Field(default=(), max_length=20)
    """What keeps a lead out whatever its points."""
    expiry_days: Days | None = None
    """Days without activity after which a lead no longer qualifies; `None` for never."""


class DefinitionVersion(Document):
    """A definition as it was agreed on a day."""

    number: Position
    """1 for the first version."""
    agreed_on: date
    """Day it was agreed."""
    author_role: Id
    """Role that wrote it."""
    reason: Sentence
    """Why it changed."""
    statement: LongText
    """The definition in words."""
    rules: LeadRules | None = None
    """The definition as data; `None` when it was only in words."""
