"""The agenda of a review, built from the framework's own KPIs, actions and findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from kpi_core.formats import NOT_AVAILABLE, value_text
from kpi_core.models.base import Finding, Severity, Stage
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi, TargetBasis
from kpi_core.models.operation import Review
from kpi_core.rhythm.actions import is_overdue, open_actions
from kpi_core.rhythm.agreement import monthly_volumes, service_levels
from kpi_core.rhythm.decisions import rule_words
from kpi_core.rhythm.scoring_words import points_words

OTHER = "Other KPIs of this review"
_MOST_FINDINGS = 5
_BUDGET = ("budget", "cost", "cac", "roi", "spend")
_ALIGNMENT = ("lead_response_time", "lead_acceptance_rate", "recycled_lead_count")


@dataclass(frozen=True)
class AgendaItem:
    """A point of the agenda with what to look at under it."""

    title: str
    text: str
    """What is done there, without the title."""
    lines: tuple[str, ...]
    metric_ids: tuple[str, ...]
    """KPIs read there."""


@dataclass(frozen=True)
class _Subject:
    """What the points of an agenda are about."""

    framework: MeasurementFramework
    review: Review
    today: date
    findings: tuple[Finding, ...]

    def kpis(self, wanted: Callable[[Kpi], bool]) -> tuple[str, ...]:
        read = set(self.review.metric_ids)
        return tuple(k.metric_id for k in self.framework.kpis if k.metric_id in read and wanted(k))


def agenda(
    review: Review,
    framework: MeasurementFramework,
    today: date,
    findings: Iterable[Finding] = (),
) -> tuple[AgendaItem, ...]:
    """The review's agenda, each point with the KPIs, actions and findings that belong to it.

    Points are recognised by the words before their colon, as the catalog writes them; points the
    user wrote stay as they are. KPIs that no point reads are listed in a last one, so that every
    KPI of the review is on its agenda.
    """
    subject = _Subject(framework, review, today, tuple(findings))
    items = [_item(entry, subject) for entry in review.agenda]
    read = {metric_id for item in items for metric_id in item.metric_ids}
    if left := subject.kpis(lambda kpi: kpi.metric_id not in read):
        last = AgendaItem(OTHER, "Read the value, the trend and the target.", (), left)
        items.append(last)
    return tuple(_with_lines(item, subject) for item in items)


def _item(entry: str, subject: _Subject) -> AgendaItem:
    title, colon, text = entry.partition(":")
    known = title.strip().rstrip(".").casefold()
    pick, say = _TOPICS.get(known, (None, None))
    return AgendaItem(
        title=title.strip().rstrip("."),
        text=text.strip() if colon else "",
        lines=tuple(say(subject)) if say else (),
        metric_ids=subject.kpis(pick) if pick else _metrics_of(known, subject),
    )


def _metrics_of(known: str, subject: _Subject) -> tuple[str, ...]:
    """KPIs of points that need more than the KPI itself to be picked."""
    framework = subject.framework
    if known == "north star":
        return subject.kpis(lambda kpi: kpi.metric_id == framework.north_star.metric_id)
    if known in ("channel performance", "channel portfolio"):
        tabs = {key for tab in framework.dashboards.channels for key in tab.metric_ids}
        return subject.kpis(lambda kpi: kpi.metric_id in tabs)
    if known == "kpis at risk or off track":
        named = {finding.metric_id for finding in subject.findings}
        return subject.kpis(lambda kpi: kpi.metric_id in named)
    return ()


def _with_lines(item: AgendaItem, subject: _Subject) -> AgendaItem:
    lines = (*(kpi_line(key, subject.framework) for key in item.metric_ids), *item.lines)
    return AgendaItem(item.title, item.text, lines, item.metric_ids)


def kpi_line(metric_id: str, framework: MeasurementFramework) -> str:
    """`Win rate: from 22.0% to 25.0%, owner Sales leader`."""
    metric = framework.metric(metric_id)
    kpi = next(k for k in framework.kpis if k.metric_id == metric_id)
    currency = framework.company.currency
    owner = kpi.owner_person or framework.term("role", kpi.owner_role)
    own = value_text(kpi.baseline.value, metric.unit, currency) if kpi.baseline else None
    goal = value_text(kpi.target.value if kpi.target else None, metric.unit, currency)
    values = f"from {own} to {goal}" if own else f"target {goal}"
    if goal == NOT_AVAILABLE:
        values = f"last value {own}, no target" if own else "no target"
    return f"{metric.name}: {values}, owner {owner}"


def _is_budget(kpi: Kpi) -> bool:
    return any(word in kpi.metric_id.split("_") for word in _BUDGET)


def _rests_on_others(kpi: Kpi) -> bool:
    target = kpi.target
    return target is not None and (
        target.calibrate_after_quarter or target.basis is TargetBasis.BENCHMARK
    )


def _actions(subject: _Subject) -> list[str]:
    own = [
        action
        for action in open_actions(subject.framework.operating_rhythm)
        if action.review == subject.review.cadence
    ]
    return [
        f"{action.what} ({subject.framework.term('role', action.owner_role)}, due "
        f"{action.due.isoformat()}{', overdue' if is_overdue(action, subject.today) else ''})"
        for action in own
    ]


def _alignment(subject: _Subject) -> list[str]:
    levels = [f"{level.name}: {level.words}" for level in service_levels(subject.framework)]
    volumes = monthly_volumes(subject.framework)
    return [*(f"{v.name}: {v.words}" for v in volumes if v.handover), *levels]


def _definitions(subject: _Subject) -> list[str]:
    lines = []
    for definition in subject.framework.agreement.definitions:
        version = (
            f"version {definition.versions[-1].number}" if definition.versions else "no version"
        )
        points = f", {points_words(definition.rules.threshold)}" if definition.rules else ""
        lines.append(f"{definition.name}: {version}{points}")
    return lines


def _findings(subject: _Subject) -> list[str]:
    """The weightiest findings, and how many others there are."""
    order = list(Severity)
    serious = sorted(
        (f for f in subject.findings if f.severity is not Severity.INFO),
        key=lambda finding: order.index(finding.severity),
    )
    lines = [f"{finding.where}: {finding.message}" for finding in serious[:_MOST_FINDINGS]]
    rest = len(serious) - len(lines)
    return [*lines, f"{rest} more findings on the health page"] if rest else lines


Pick = Callable[[Kpi], bool] | None
Say = Callable[[_Subject], list[str]] | None
_TOPICS: dict[str, tuple[Pick, Say]] = {
    "actions from last week": (None, _actions),
    "pipeline progression": (lambda k: k.stage is Stage.CONVERSION, None),
    "campaign results": (lambda k: k.stage in (Stage.AWARENESS, Stage.CONSIDERATION), None),
    "marketing-sales alignment": (lambda k: k.metric_id in _ALIGNMENT, _alignment),
    "funnel health": (lambda k: k.role == "primary", None),
    "budget pacing": (_is_budget, None),
    "initiatives": (None, _actions),
    "kpis at risk or off track": (None, _findings),
    "strategy effectiveness": (lambda k: k.role == "primary", None),
    "benchmark recalibration": (_rests_on_others, None),
    "budget reallocation for the next quarter": (_is_budget, None),
    "kpi validity": (lambda k: True, _findings),
    "mql criteria": (lambda k: k.metric_id in _ALIGNMENT, _definitions),
}
"""What belongs to the catalog's points, by their title: KPIs picked, and lines said."""


def agenda_text(
    review: Review,
    framework: MeasurementFramework,
    today: date,
    findings: Iterable[Finding] = (),
) -> str:
    """Purpose, agenda, decision rules and attendees as plain text, for calendars and prints."""
    lines = [review.purpose, "", "Agenda"]
    for number, item in enumerate(agenda(review, framework, today, findings), start=1):
        lines.append(f"{number}. {item.title}{f': {item.text}' if item.text else ''}")
        lines += [f"   - {line}" for line in item.lines]
    rules = [*(rule_words(rule, framework) for rule in review.rules), *review.decision_rules]
    if rules:
        lines += ["", "Decision rules", *(f"- {rule}" for rule in rules)]
    roles = ", ".join(framework.term("role", role) for role in review.attendees)
    return "\n".join([*lines, "", f"Attendees: {roles or 'nobody yet'}"])
