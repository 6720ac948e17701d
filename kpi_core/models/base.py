"""What every saved document shares: frozen, closed, finite, and text that is safe to show anywhere."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)


class Document(BaseModel):
    """Base of all saved models: immutable, no unknown fields, no NaN or infinity."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
    )


def _is_control(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs"}


def _without_control_characters(text: str) -> str:
    if text.isprintable():  # nearly always, and 50 times as fast as looking at each
        return text
    for position, character in enumerate(text):
        if _is_control(character):
            raise ValueError(
                f"contains an invisible control character (U+{ord(character):04X}) "
                f"at position {position + 1}; delete it"
            )
    return text


_clean = AfterValidator(_without_control_characters)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A stable key in snake_case, at most 64 characters."""

BenchmarkId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]*$", max_length=80)]
"""Key of one published figure: the metric it was published for, a dot, a running number."""

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code, for example `JPY`."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True), _clean
]
"""A short label of 1 to 120 characters."""

Sentence = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), _clean
]
"""One or two sentences, 1 to 500 characters."""

LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True), _clean
]
"""A paragraph, 1 to 4,000 characters."""

Ratio = Annotated[float, Field(ge=0, le=1)]
"""A share in [0, 1]; shown as percent."""

Money = Annotated[float, Field(ge=0, le=1e15)]
"""An amount in the framework's currency, 0 to 1e15."""

PositiveMoney = Annotated[float, Field(ge=0.01, le=1e15)]
"""An amount of at least 0.01 in the framework's currency, at most 1e15."""

SMALLEST_RATE = 1e-6
"""Rates of the funnel are at least 0.0001%, so that volumes stay countable."""

FunnelShare = Annotated[float, Field(ge=SMALLEST_RATE, le=1)]
"""A funnel rate in [0.000001, 1]; shown as percent."""

Number = Annotated[float, Field(ge=-1e15, le=1e15)]
"""A metric's value in the metric's own unit."""


class Stage(StrEnum):
    """Where a KPI sits in the buyer journey."""

    AWARENESS = "awareness"
    CONSIDERATION = "consideration"
    CONVERSION = "conversion"
    EXPANSION = "expansion"


class Motion(StrEnum):
    """How the company goes to market."""

    SALES_LED = "sales_led"
    PRODUCT_LED = "product_led"
    HYBRID = "hybrid"


class Segment(StrEnum):
    """Size of the buyer."""

    SMB = "smb"
    MID_MARKET = "mid_market"
    ENTERPRISE = "enterprise"


class Role(StrEnum):
    """The part a metric can play in a framework."""

    NORTH_STAR = "north_star"
    PRIMARY = "primary"
    SUPPORTING = "supporting"


class Unit(StrEnum):
    """What a metric's value counts. Ratios are shares (0.15 is shown as 15.0%)."""

    COUNT = "count"
    MONEY = "money"
    RATIO = "ratio"
    MULTIPLE = "multiple"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    POINTS = "points"


class Direction(StrEnum):
    """Which way is good."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"


class Timing(StrEnum):
    """Whether a metric announces results (leading) or records them (lagging)."""

    LEADING = "leading"
    LAGGING = "lagging"


class Aggregation(StrEnum):
    """How values of several periods or lanes become one."""

    SUM = "sum"
    LAST = "last"
    MEAN = "mean"
    MEDIAN = "median"
    RATIO_OF_SUMS = "ratio_of_sums"
    NOT_ADDITIVE = "not_additive"


class Cadence(StrEnum):
    """How often a number is read or a review is held."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class Layer(StrEnum):
    """The three dashboards."""

    EXECUTIVE = "executive"
    OPERATIONAL = "operational"
    CHANNEL = "channel"


class Severity(StrEnum):
    """How much a finding matters: an error blocks sign-off, a warning should be read, info may be."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(Document):
    """Something the user can fix."""

    code: Id
    severity: Severity
    where: Sentence
    """The place in the user's words, for example `KPI Win rate, target`."""
    message: LongText
    fix: LongText
    step: Id | None = None
    """Wizard step that mends it; `None` when it is mended elsewhere."""
    metric_id: Id | None = None

    @field_validator("where", "message", "fix", mode="before")
    @classmethod
    def _quotes_anything(cls, text: object, info: ValidationInfo) -> object:
        """Findings quote what users typed and files hold: what cannot be shown is replaced, the rest cut."""
        if not isinstance(text, str):
            return text
        shown = "".join("\ufffd" if _is_control(character) else character for character in text)
        return shown.strip()[: 500 if info.field_name == "where" else 4000].strip() or "(blank)"
