"""Framework health: every finding with its fix, and a score that is shown only with its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kpi_core.framework.check import check_framework
from kpi_core.framework.check_rules import named
from kpi_core.framework.measurability import measurability
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_core.rhythm.actions import check_actions
from kpi_core.rhythm.agreement_check import check_agreement
from kpi_core.rhythm.decisions import check_decisions
from kpi_core.rhythm.health_fixes import can_mend, fix_words, mended
from kpi_core.rhythm.health_rules import (
    aged,
    duplicates,
    formula_problem,
    has_basis,
    has_definition,
    rules,
)
from kpi_core.rhythm.ownership import check_ownership, several_people
from kpi_core.rhythm.series import check_schedules

_ORDER = list(Severity)
_TOLD_BY_OWNERSHIP = {"no_owner", "owner_overloaded"}
_PAGES = {"stale_benchmark": "benchmarks", "lane_shares": "kpi_tree"}
WIZARD, RHYTHM = "wizard", "operating_rhythm"


@dataclass(frozen=True)
class HealthFinding:
    """A finding and how it is mended: by one click, or on a page."""

    finding: Finding
    one_click: str | None
    """What one click does, in words; `None` where it takes a decision on `page`."""
    page: str
    """Page on which it is mended by hand."""

    @property
    def key(self) -> str:
        """Identifies the finding within its framework."""
        return f"{self.finding.code}:{self.finding.metric_id or self.finding.where}"


@dataclass(frozen=True)
class HealthPart:
    """One part of the score: `got` of `of` things are in order."""

    id: str
    name: str
    got: int
    of: int
    means: str
    """What is counted."""

    @property
    def share(self) -> Fraction | None:
        """Got / of; `None` when there is nothing to count."""
        return Fraction(self.got, self.of) if self.of else None


@dataclass(frozen=True)
class HealthReport:
    """The findings, errors first, and the parts of the score."""

    findings: tuple[HealthFinding, ...]
    parts: tuple[HealthPart, ...]

    @property
    def score(self) -> int | None:
        """0 to 100: the plain mean of the parts' shares, rounded down; `None` without parts."""
        shares = [part.share for part in self.parts if part.share is not None]
        return int(100 * sum(shares, Fraction(0)) / len(shares)) if shares else None

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(entry.finding.severity is severity for entry in self.findings)


def health(framework: MeasurementFramework, today: date) -> HealthReport:
    """Every rule applied, and how much of the framework is in order.

    `today` decides what is stale, overdue or still to come. Each finding stands once.
    """
    found = sorted(all_findings(framework, today), key=lambda one: _ORDER.index(one.severity))
    return HealthReport(
        findings=tuple(_with_fix(finding, framework) for finding in found),
        parts=_parts(framework, today),
    )


def all_findings(framework: MeasurementFramework, today: date) -> tuple[Finding, ...]:
    """Findings of the framework's checks, of ownership, agreement, reviews and the health rules."""
    checked = [f for f in check_framework(framework) if f.code not in _TOLD_BY_OWNERSHIP]
    found = (
        *checked,
        *check_ownership(framework),
        *rules(framework, today),
        *check_agreement(framework, today),
        *check_decisions(framework),
        *check_actions(framework, today),
        *check_schedules(framework, today),
    )
    orphans = {f.metric_id for f in found if f.code == "orphan"}
    told = (f for f in found if f.code != "on_no_dashboard" or f.metric_id not in orphans)
    return tuple(dict.fromkeys(told))


def _with_fix(finding: Finding, framework: MeasurementFramework) -> HealthFinding:
    page = _PAGES.get(finding.code) or (WIZARD if finding.step else RHYTHM)
    words = fix_words(finding.code) if can_mend(framework, finding) else None
    return HealthFinding(finding, words, page)


def apply_fix(
    framework: MeasurementFramework, key: str, today: date
) -> MeasurementFramework | None:
    """The framework after the one-click fix of the finding with this key.

    `None` when there is no such finding any more, or it needs a decision.
    """
    for entry in health(framework, today).findings:
        if entry.key == key and entry.one_click:
            return mended(framework, entry.finding)
    return None


def _parts(framework: MeasurementFramework, today: date) -> tuple[HealthPart, ...]:
    kpis = framework.kpis
    primaries = [kpi for kpi in kpis if kpi.role == "primary"]
    based = [kpi.target is not None and has_basis(kpi.target) for kpi in kpis]
    known = [_has_evidence(kpi, framework, today) for kpi in kpis]
    guarded = [_guarded(kpi, framework) for kpi in primaries]
    checks = {
        "definitions": _defined(framework),
        "owners": [_is_owned(kpi) for kpi in kpis],
        "targets": based,
        "measurability": _measured(framework),
        "evidence": known,
        "guardrails": guarded,
        "rhythm": _rhythm(framework),
    }
    return tuple(
        HealthPart(key, key.capitalize(), sum(passed), len(passed), _MEANS[key])
        for key, passed in checks.items()
    )


_MEANS = {
    "definitions": "KPIs with a definition, a formula that computes, and no double",
    "owners": "KPIs with one accountable owner and a steward",
    "targets": "KPIs with a target and its reason",
    "measurability": "KPIs that the tools in place measure in full",
    "evidence": "KPIs with own history, or a published figure of the last five years",
    "guardrails": "Primary KPIs whose guardrail is read too",
    "rhythm": "Reviews that are held, definitions with rules, and both signatures",
}
"""What each part counts."""


def _is_owned(kpi: Kpi) -> bool:
    return bool(kpi.owner_role and kpi.steward_role and not several_people(kpi.owner_person))


def _defined(framework: MeasurementFramework) -> list[bool]:
    doubles = duplicates(framework)
    return [
        has_definition(metric)
        and formula_problem(metric, framework) is None
        and metric.id not in doubles
        for _, metric in named(framework)
    ]


def _measured(framework: MeasurementFramework) -> list[bool]:
    in_place = framework.data_infrastructure.categories
    return [measurability(metric, in_place).level == "now" for _, metric in named(framework)]


def _has_evidence(kpi: Kpi, framework: MeasurementFramework, today: date) -> bool:
    figure = next((f for f in framework.figures if f.id == kpi.benchmark_id), None)
    published = figure is not None and figure.same_definition and aged(figure, today) is None
    return kpi.baseline is not None or published


def _guarded(kpi: Kpi, framework: MeasurementFramework) -> bool:
    guard = framework.metric(kpi.metric_id).guardrail
    return guard in {other.metric_id for other in framework.kpis}


def _rhythm(framework: MeasurementFramework) -> list[bool]:
    """Three cadences held by somebody about something, each definition's rules, both signatures."""
    held = {r.cadence for r in framework.operating_rhythm.reviews if r.metric_ids and r.attendees}
    agreement = framework.agreement
    signed = {signature.party for signature in agreement.signatures}
    return [
        *(cadence in held for cadence in ("weekly", "monthly", "quarterly")),
        *(definition.rules is not None for definition in agreement.definitions),
        "marketing" in signed,
        "sales" in signed,
    ]
