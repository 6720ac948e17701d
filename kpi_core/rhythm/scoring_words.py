"""Lead rules in plain language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kpi_core.models.lead_rules import (
    Action,
    BehaviourCriterion,
    Criterion,
    DefinitionVersion,
    Disqualifier,
    DisqualifierKind,
    FitCriterion,
    FitField,
    LeadRules,
)
from kpi_core.models.operation import LeadDefinition

ACTIONS: dict[Action, tuple[str, str]] = {
    Action.PAGES_VIEWED: ("page viewed", "pages viewed"),
    Action.REPEAT_VISITS: ("repeat visit", "repeat visits"),
    Action.DOWNLOADS: ("download", "downloads"),
    Action.WEBINAR: ("webinar attended", "webinars attended"),
    Action.DEMO_REQUEST: ("demo request", "demo requests"),
    Action.ACTIVATION: ("activation event", "activation events"),
    Action.ACTIVE_USERS: ("active user in the account", "active users in the account"),
    Action.LIMIT_REACHED: ("limit of the free plan reached", "limits of the free plan reached"),
    Action.CONVERSATION: ("conversation with sales", "conversations with sales"),
    Action.NEED_CONFIRMED: ("need confirmed", "needs confirmed"),
    Action.DECISION_MAKER: ("decision maker involved", "decision makers involved"),
    Action.NEXT_STEP: ("next step with a date", "next steps with a date"),
    Action.BUDGET_CONFIRMED: ("budget confirmed", "budgets confirmed"),
    Action.TIME_FRAME: ("time frame confirmed", "time frames confirmed"),
}
"""One and several of each action, in words."""
_FIELDS = {
    FitField.INDUSTRY: "industry",
    FitField.JOB_TITLE: "job title with",
    FitField.REGION: "region",
}
_KINDS = {
    DisqualifierKind.FREE_MAIL: "free email address",
    DisqualifierKind.COMPETITOR: "competitor",
    DisqualifierKind.STUDENT: "student",
    DisqualifierKind.COUNTRY: "country",
    DisqualifierKind.JOB_TITLE: "job title with",
    DisqualifierKind.FLAG: "marked as",
}
_MOST_SHOWN, _ALL = 6, 200


def listed(values: Sequence[str], word: str = "or", most: int = _MOST_SHOWN) -> str:
    """`a, b or c`; after `most` values the number of the others."""
    shown = list(values[:most])
    if len(values) > most:
        shown.append(f"{len(values) - most} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def points_words(points: int) -> str:
    """`20 points`, `minus 1 point`."""
    sign = "minus " if points < 0 else ""
    return f"{sign}{abs(points):,} point{'' if abs(points) == 1 else 's'}"


def criterion_words(criterion: Criterion, most: int = _MOST_SHOWN) -> str:
    """What a criterion asks for, without its points; at most so many of its values."""
    if isinstance(criterion, BehaviourCriterion):
        one, several = ACTIONS[criterion.action]
        least = criterion.at_least
        what = f"one {one}" if least == 1 else f"at least {least:,} {several}"
        days = criterion.within_days
        return what + (f" within {days:,} day{'' if days == 1 else 's'}" if days else "")
    if criterion.field is FitField.COMPANY_SIZE:
        return _size_words(criterion)
    return f"{_FIELDS[criterion.field]} {listed(criterion.any_of, most=most) or '(nothing chosen)'}"


def _size_words(criterion: FitCriterion) -> str:
    low, high = criterion.minimum, criterion.maximum
    if low is not None and high is not None:
        return f"{low:,} to {high:,} employees"
    if low is not None:
        return f"{low:,} employees or more"
    return "any number of employees" if high is None else f"up to {high:,} employees"


def disqualifier_words(entry: Disqualifier, most: int = _MOST_SHOWN) -> str:
    """What keeps a lead out; at most so many of its values."""
    word = _KINDS[entry.kind]
    if not entry.values:
        return word
    by_word = entry.kind in (
        DisqualifierKind.COUNTRY,
        DisqualifierKind.JOB_TITLE,
        DisqualifierKind.FLAG,
    )
    values = listed(entry.values, most=most)
    return f"{word} {values}" if by_word else f"{word} ({values})"


def sentence(rules: LeadRules, name: str = "lead that qualifies") -> str:
    """The rules in plain language, one paragraph."""
    gains = [c for c in rules.criteria if c.points > 0]
    costs = [c for c in rules.criteria if c.points < 0]
    said = [f"A lead counts as {name} from {points_words(rules.threshold)} on."]
    if gains:
        said.append(f"It gets {_with_points(gains)}.")
    if costs:
        said.append(f"It loses {_with_points(costs)}.")
    if not rules.criteria:
        said.append("No criterion brings points yet.")
    if rules.disqualifiers:
        never = listed([disqualifier_words(entry) for entry in rules.disqualifiers])
        said.append(f"Whatever its points, it does not qualify with: {never}.")
    if rules.expiry_days:
        said.append(f"It no longer qualifies after {rules.expiry_days:,} days without activity.")
    return " ".join(said)


def _with_points(criteria: Iterable[Criterion]) -> str:
    return "; ".join(f"{points_words(abs(c.points))} for {criterion_words(c)}" for c in criteria)


def rules_lines(rules: LeadRules | None) -> dict[str, tuple[str, str]]:
    """Each part of the rules under a stable key: what it is, and what it says."""
    if rules is None:
        return {}
    lines = {"threshold": ("Threshold", points_words(rules.threshold))}
    for criterion in rules.criteria:
        said = f"{points_words(criterion.points)} for {criterion_words(criterion, _ALL)}"
        lines[f"criterion {criterion.id}"] = ("Criterion", said)
    for entry in rules.disqualifiers:
        lines[f"disqualifier {entry.id}"] = ("Keeps out", disqualifier_words(entry, _ALL))
    days = rules.expiry_days
    lines["expiry"] = ("Expiry", f"{days:,} days without activity" if days else "never")
    return lines


def version_lines(version: DefinitionVersion | LeadDefinition) -> dict[str, tuple[str, str]]:
    """A definition's statement and rules under stable keys."""
    return {"statement": ("Statement", version.statement), **rules_lines(version.rules)}
