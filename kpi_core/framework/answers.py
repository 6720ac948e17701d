"""The wizard's answers: the only place for half-valid data, and the input of `kpi build`.

Numbers are kept as typed. Every answer is optional; what is missing takes the suggestion.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kpi_core.models.base import Finding, Severity

Typed = str | int | float | None
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
    target: Typed = None
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
    channels: list[str] | None = None
    reviews: dict[str, ReviewAnswers] = Field(default_factory=dict)


def read_answers(raw: Any) -> tuple[Answers, tuple[Finding, ...]]:
    """Answers from untrusted data; what does not fit is left out and named in a finding."""
    if not isinstance(raw, dict):
        return Answers(), (_misfit("answers file", f"it holds a {_kind(raw)}, not an object"),)
    findings: list[Finding] = []
    remaining: dict[str, Any] = _copy(raw)
    for _ in range(1000):
        try:
            return Answers.model_validate(remaining), tuple(findings)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                path = list(problem["loc"])
                findings.append(_misfit(" > ".join(map(str, path)) or "answers", problem["msg"]))
                _remove(remaining, path)
    return Answers(), tuple(findings)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list | tuple) else value


def _remove(container: Any, path: list[Any]) -> None:
    """Take the misfit out of its nearest existing container."""
    for position, key in enumerate(path):
        inner = _get(container, key)
        last = position == len(path) - 1 or not isinstance(inner, dict | list)
        if last and isinstance(container, dict):
            container.pop(key, None)
            return
        if last and isinstance(container, list) and isinstance(key, int):
            if key < len(container):
                del container[key]
            return
        container = inner


def _get(container: Any, key: Any) -> Any:
    if isinstance(container, dict):
        return container.get(key)
    if isinstance(container, list) and isinstance(key, int) and key < len(container):
        return container[key]
    return None


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
