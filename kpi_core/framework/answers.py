"""The wizard's answers: the only place for half-valid data, and the input of `kpi build`.

Numbers are kept as typed. Every answer is optional; what is missing takes the suggestion.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kpi_core.framework.own_benchmarks import OwnBenchmarkAnswers
from kpi_core.models.actuals import MOST_MAPPINGS, ImportMapping
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MOST_OWN_BENCHMARKS
from kpi_core.models.kpi import Thresholds
from kpi_core.models.operation import MarketingSalesAgreement, OperatingRhythm
from kpi_core.models.tree import Scenario

_MOST_BITS = 10_000
"""Longer integers cannot be written in decimal digits within Python's limit."""


def _no_truth_value(value: object) -> object:
    """YAML reads a bare `yes` as true, which would pass for 1."""
    if isinstance(value, bool):
        raise ValueError("true and false are not numbers")
    return value


Typed = Annotated[str | int | float | None, BeforeValidator(_no_truth_value)]
"""A number as a person types it, or as a program writes it."""


class _Answers(BaseModel):
    model_config = ConfigDict(
        extra="forbid", coerce_numbers_to_str=True, use_attribute_docstrings=True
    )


class CompanyAnswers(_Answers):
    """Wizard step 1."""

    name: str | None = None
    business_model: str | None = None
    industry: str | None = None
    region: str | None = None
    currency: str | None = None
    fiscal_year_start_month: int | None = None
    segment: str | None = None
    maturity: str | None = None
    average_deal_size: Typed = None
    sales_cycle_days: Typed = None
    revenue_target: Typed = None
    start_arr: Typed = None
    net_revenue_retention: Typed = None
    """In percent, 0 to 500. Ignored where the business model has no recurring revenue."""
    marketing_sourced_share: Typed = None
    """In percent, above 0 to 100. Left out: usual for the motion."""


class DataAnswers(_Answers):
    """Wizard step 3: products by tool category; a category with an empty list is in place too."""

    tools: dict[str, list[str]] | None = None
    notes: str | None = None


class StageAnswers(_Answers):
    """Wizard step 4: one stage's primary and supporting metrics."""

    primary: str
    supporting: list[str] = Field(default_factory=list)


class DefinitionAnswers(_Answers):
    """An edited name or definition."""

    name: str | None = None
    definition: str | None = None


class KpiAnswers(_Answers):
    """Wizard steps 5 to 7 for one metric. Rates are typed in percent."""

    baseline: Typed = None
    baseline_period: str | None = None
    counts: str | None = None
    """Events behind a rate, for example `186 of 838`. Without a baseline the rate is theirs."""
    series: dict[str, Typed] | None = None
    """Values by period, named by month (`2025-01`), quarter (`2025-Q1`), year or first day; at most 60.
    Without a baseline it is the last year's sum where periods add up, else the last value."""
    target: Typed = None
    target_note: str | None = None
    """Why this target, at most 500 characters."""
    closing_share: Typed = None
    """Part of the distance to the reference the target closes, in percent. Left out: the framework's."""
    benchmark: str | None = None
    """Id of the published figure; empty text for none. Left out: the figure that fits best."""
    owner_role: str | None = None
    """Role id; empty text for nobody. Left out: usual for the metric."""
    owner_person: str | None = None
    steward_role: str | None = None
    cadence: str | None = None
    layers: list[str] | None = None


class ReviewAnswers(_Answers):
    """Wizard step 7 for one review."""

    held: bool = True
    duration_minutes: int | None = None
    attendees: list[str] | None = None


class Answers(_Answers):
    """Everything the wizard asks."""

    framework_name: str | None = None
    company: CompanyAnswers = Field(default_factory=CompanyAnswers)
    motion: str | None = None
    north_star: str | None = None
    data: DataAnswers = Field(default_factory=DataAnswers)
    stages: dict[str, StageAnswers] = Field(default_factory=dict)
    definitions: dict[str, DefinitionAnswers] = Field(default_factory=dict)
    rates: dict[str, Typed] = Field(default_factory=dict)
    """Own funnel rates in percent, by metric id."""
    kpis: dict[str, KpiAnswers] = Field(default_factory=dict)
    closing_share: Typed = None
    """Part of the distance from own history to the reference that targets close, in percent.
    Left out: 60."""
    own_benchmarks: list[OwnBenchmarkAnswers] = Field(
        default_factory=list, max_length=MOST_OWN_BENCHMARKS
    )
    """Figures of one's own, with source and year."""
    channels: list[str] | None = None
    reviews: dict[str, ReviewAnswers] = Field(default_factory=dict)
    scenarios: list[Scenario] = Field(default_factory=list, max_length=10)
    """Saved what-ifs of the KPI tree, as in the framework file."""
    import_mappings: list[ImportMapping] = Field(default_factory=list, max_length=MOST_MAPPINGS)
    """How uploaded files are read, as in the framework file."""
    agreement: MarketingSalesAgreement | None = None
    """The marketing-sales agreement, as in the framework file. Left out: usual for the motion."""
    rhythm: OperatingRhythm | None = None
    """Content of the reviews, actions and change log, as in the framework file. Whether a review is
    held, how long and by whom stands in `reviews`."""
    thresholds: Thresholds | None = None
    """Where status changes, for all KPIs, as in the framework file. Left out: kept as it was."""


def read_answers(raw: Any) -> tuple[Answers, tuple[Finding, ...]]:
    """Answers from untrusted data; what does not fit is left out and named in a finding."""
    if not isinstance(raw, dict):
        return Answers(), (_misfit("answers file", f"it holds a {_kind(raw)}, not an object"),)
    findings: list[Finding] = []
    try:
        remaining: dict[str, Any] = _copy(raw)
    except RecursionError:
        return Answers(), (_misfit("answers file", "it is nested too deeply"),)
    for _ in range(1000):
        try:
            return Answers.model_validate(remaining), tuple(findings)
        except ValidationError as error:
            problems = error.errors(include_url=False)
            for problem in problems:
                where = " > ".join(map(str, problem["loc"])) or "answers"
                findings.append(_misfit(where, problem["msg"]))
            misfits = {_existing(remaining, problem["loc"]) for problem in problems}
            for path in sorted(misfits, key=_list_position, reverse=True):
                _remove(remaining, path)
    return Answers(), tuple(findings)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {_readable(str(key)): _copy(item) for key, item in value.items()}
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number with thousands of digits"
    return [_copy(item) for item in value] if isinstance(value, list | tuple) else value


def _readable(key: str) -> str:
    """A key without halves of characters, which nothing can hold."""
    return key.encode("utf-8", "replace").decode("utf-8")


def _existing(container: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """The longest part of `path` that is there; union branches and missing fields are not."""
    for length, key in enumerate(path):
        if not _has(container, key):
            return path[:length]
        container = container[key]
    return path


def _has(container: Any, key: Any) -> bool:
    if isinstance(container, list):
        return isinstance(key, int) and 0 <= key < len(container)
    return isinstance(container, dict) and key in container


def _list_position(path: tuple[Any, ...]) -> tuple[tuple[int, str], ...]:
    """Sorts later list entries last, so that removing from the end shifts no other misfit."""
    return tuple((key, "") if isinstance(key, int) else (-1, key) for key in path)


def _remove(container: Any, path: tuple[Any, ...]) -> None:
    *parents, last = path or ("",)
    for key in parents:
        if not _has(container, key):
            return
        container = container[key]
    if _has(container, last):
        del container[last]


def _kind(raw: Any) -> str:
    return {list: "list", str: "text", type(None): "null"}.get(type(raw), "single value")


def _misfit(where: str, why: str) -> Finding:
    return Finding(
        code="answer_not_understood",
        severity=Severity.ERROR,
        where=where[:400],
        message=f"This answer cannot be read: {why[:300]}.",
        fix="Correct or remove it; docs/file-formats.md lists every answer.",
    )
