"""Lead rules that cannot work, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpi_core.models.base import Finding, Severity
from kpi_core.models.lead_rules import (
    BehaviourCriterion,
    Criterion,
    Disqualifier,
    DisqualifierKind,
    FitCriterion,
    FitField,
    LeadRules,
)
from kpi_core.rhythm.leads import folded
from kpi_core.rhythm.scoring import STUDENT_WORDS, has_words, matches
from kpi_core.rhythm.scoring_words import criterion_words, disqualifier_words, points_words

_ONE_VALUE = (FitField.INDUSTRY, FitField.REGION)
_NEEDS_VALUES = (
    DisqualifierKind.COMPETITOR,
    DisqualifierKind.COUNTRY,
    DisqualifierKind.JOB_TITLE,
    DisqualifierKind.FLAG,
)


def maximum_score(rules: LeadRules) -> int:
    """The most points a lead can have that nothing disqualifies.

    A lead has one company size, industry and region, so of those only criteria that hold together
    count. Job titles and behaviour can meet every criterion at once; their sum is an upper bound.
    """
    return _most(rules.criteria, rules.disqualifiers)


def _most(criteria: Iterable[Criterion], disqualifiers: Iterable[Disqualifier]) -> int:
    criteria, out = tuple(criteria), tuple(disqualifiers)
    fits = [c for c in criteria if isinstance(c, FitCriterion)]
    behaviour = sum(max(c.points, 0) for c in criteria if isinstance(c, BehaviourCriterion))
    titles = [c for c in fits if c.field is FitField.JOB_TITLE and _title_open(c, out)]
    sizes = [c for c in fits if c.field is FitField.COMPANY_SIZE]
    one_value = sum(_most_of_value(field, fits, out) for field in _ONE_VALUE)
    return behaviour + sum(max(c.points, 0) for c in titles) + _most_of_size(sizes) + one_value


def _most_of_size(criteria: list[FitCriterion]) -> int:
    """The best sum over all company sizes; only where a range begins or has just ended can it change."""
    edges = {0, *(c.minimum or 0 for c in criteria)}
    edges |= {c.maximum + 1 for c in criteria if c.maximum is not None}
    return max(
        0, *(sum(c.points for c in criteria if _in_range(c, size)) for size in edges)
    )  # 0: a lead whose size nobody knows


def _in_range(criterion: FitCriterion, size: int) -> bool:
    low = criterion.minimum is None or size >= criterion.minimum
    return low and (criterion.maximum is None or size <= criterion.maximum)


def _most_of_value(
    field: FitField, fits: Iterable[FitCriterion], out: Iterable[Disqualifier]
) -> int:
    """The best sum over the values named for a field that nothing disqualifies."""
    criteria = [c for c in fits if c.field is field]
    barred: set[str] = set()
    if field is FitField.REGION:
        barred = {
            folded(value)
            for entry in out
            if entry.kind is DisqualifierKind.COUNTRY
            for value in entry.values
        }
    values = {folded(value) for c in criteria for value in c.any_of} - barred
    sums = [
        sum(c.points for c in criteria if any(matches(field, wanted, v) for wanted in c.any_of))
        for v in values
    ]
    return max(0, *sums) if sums else 0


def _title_open(criterion: FitCriterion, out: Iterable[Disqualifier]) -> bool:
    """Whether some title that meets the criterion is not disqualified."""
    barred = [
        folded(word)
        for entry in out
        if entry.kind in (DisqualifierKind.JOB_TITLE, DisqualifierKind.STUDENT)
        for word in entry.values or _usual_words(entry)
    ]
    return any(
        not any(has_words(word, folded(wanted)) for word in barred) for wanted in criterion.any_of
    )


def _usual_words(entry: Disqualifier) -> tuple[str, ...]:
    return STUDENT_WORDS if entry.kind is DisqualifierKind.STUDENT else ()


def check_rules(rules: LeadRules, name: str) -> tuple[Finding, ...]:
    """What makes the rules of the definition `name` impossible or pointless; errors first."""
    found = [
        *_check_threshold(rules, name),
        *_check_criteria(rules, name),
        *_check_disqualifiers(rules, name),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


def _finding(code: str, severity: Severity, where: str, message: str, fix: str) -> Finding:
    return Finding(code=code, severity=severity, where=where, message=message, fix=fix)


def _check_threshold(rules: LeadRules, name: str) -> Iterator[Finding]:
    if not rules.criteria:
        yield _finding(
            "no_criterion",
            Severity.ERROR,
            f"{name}, criteria",
            "No criterion brings points, so no lead can be told from another.",
            "Add at least one fit and one behaviour criterion.",
        )
        return
    if rules.threshold == 0:
        yield _finding(
            "threshold_lets_all_in",
            Severity.ERROR,
            f"{name}, threshold",
            "With a threshold of 0 a lead qualifies of whom nothing is known.",
            "Set the threshold above 0.",
        )
    highest = _most(rules.criteria, ())
    if rules.threshold > highest:
        yield _finding(
            "threshold_above_maximum",
            Severity.ERROR,
            f"{name}, threshold",
            f"The threshold is {points_words(rules.threshold)}, but no lead can have more than "
            f"{points_words(highest)}, so nobody qualifies.",
            f"Lower the threshold to {highest:,} or less, or give more points.",
        )


def _signature(criterion: Criterion) -> tuple[object, ...]:
    if isinstance(criterion, BehaviourCriterion):
        return ("behaviour", criterion.action, criterion.at_least, criterion.within_days)
    values = frozenset(folded(value) for value in criterion.any_of)
    return ("fit", criterion.field, values, criterion.minimum, criterion.maximum)


def _check_criteria(rules: LeadRules, name: str) -> Iterator[Finding]:
    seen: set[tuple[object, ...]] = set()
    ids: set[str] = set()
    for criterion in rules.criteria:
        words = criterion_words(criterion)
        if _signature(criterion) in seen or criterion.id in ids:
            yield _finding(
                "duplicate_criterion",
                Severity.WARNING,
                f"{name}, {words}",
                "The same criterion stands there twice, so its points count twice.",
                "Remove one of the two.",
            )
        seen.add(_signature(criterion))
        ids.add(criterion.id)
        if isinstance(criterion, FitCriterion):
            yield from _check_fit(criterion, name, words)
        if criterion.points == 0:
            yield _finding(
                "criterion_without_points",
                Severity.INFO,
                f"{name}, {words}",
                "It brings no points, so it decides nothing.",
                "Give it points, or remove it.",
            )


def _check_fit(criterion: FitCriterion, name: str, words: str) -> Iterator[Finding]:
    low, high = criterion.minimum, criterion.maximum
    if criterion.field is FitField.COMPANY_SIZE:
        if low is not None and high is not None and low > high:
            yield _finding(
                "empty_range",
                Severity.ERROR,
                f"{name}, {words}",
                f"No company has at least {low:,} and at most {high:,} employees.",
                "Swap the two numbers.",
            )
    elif not criterion.any_of:
        yield _finding(
            "criterion_without_values",
            Severity.ERROR,
            f"{name}, {criterion.field.value.replace('_', ' ')}",
            "Nothing is chosen, so nobody meets it.",
            "Choose at least one value, or remove the criterion.",
        )


def _check_disqualifiers(rules: LeadRules, name: str) -> Iterator[Finding]:
    for entry in rules.disqualifiers:
        where = f"{name}, {disqualifier_words(entry)}"
        if entry.kind in _NEEDS_VALUES and not entry.values:
            yield _finding(
                "disqualifier_without_values",
                Severity.WARNING,
                where,
                "Nothing is named, so it keeps nobody out.",
                "Name at least one, or remove it.",
            )
        for value in entry.values:
            is_domain = entry.kind is DisqualifierKind.FREE_MAIL or (
                entry.kind is DisqualifierKind.COMPETITOR and value.startswith((".", "@"))
            )
            if is_domain and "." not in value.strip(".@ "):
                yield _whole_ending(value, where)
        yield from _check_hits_all(rules, entry, where)


def _whole_ending(value: str, where: str) -> Finding:
    return _finding(
        "disqualifier_hits_everything",
        Severity.ERROR,
        where,
        f"'{value}' is a whole domain ending, so it keeps out every address that ends with it.",
        "Write the provider's domain, for example gmail.com.",
    )


def _check_hits_all(rules: LeadRules, entry: Disqualifier, where: str) -> Iterator[Finding]:
    reachable = _most(rules.criteria, ()) >= rules.threshold > 0
    if rules.criteria and reachable and _most(rules.criteria, (entry,)) < rules.threshold:
        yield _finding(
            "disqualifier_hits_everything",
            Severity.ERROR,
            where,
            "It keeps out every lead that could reach the threshold.",
            "Take the values that also bring points out of it.",
        )
