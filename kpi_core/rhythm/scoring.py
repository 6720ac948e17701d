"""Lead scoring: points for fit and behaviour, a threshold, and what keeps a lead out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from kpi_core.models.lead_rules import (
    BehaviourCriterion,
    Criterion,
    Disqualifier,
    DisqualifierKind,
    FitCriterion,
    FitField,
    LeadRules,
)
from kpi_core.rhythm.leads import Lead, folded
from kpi_core.rhythm.scoring_words import criterion_words, disqualifier_words

FREE_MAIL = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.jp", "yahoo.co.uk", "hotmail.com",
    "outlook.com", "live.com", "msn.com", "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net",
    "gmx.com", "web.de", "t-online.de", "mail.com", "mail.ru", "yandex.ru", "yandex.com", "qq.com",
    "163.com", "126.com", "proton.me", "protonmail.com", "zoho.com", "orange.fr", "free.fr",
    "laposte.net", "libero.it", "docomo.ne.jp", "ezweb.ne.jp", "naver.com", "rediffmail.com",
)  # fmt: skip
STUDENT_WORDS = ("student", "étudiant", "studentin", "estudiante", "学生")
STUDENT_DOMAINS = ("edu", "ac.uk", "ac.jp", "ac.in", "edu.au", "edu.cn", "ac.kr", "ac.nz")


@dataclass(frozen=True)
class Part:
    """What one criterion brought, and why."""

    criterion_id: str
    points: int
    reason: str
    known: bool
    """False where the lead does not say what the criterion asks for."""


@dataclass(frozen=True)
class Scored:
    """A lead under the rules. `points` is the sum of the parts' points."""

    lead: str
    points: int
    parts: tuple[Part, ...]
    threshold: int
    qualifies: bool
    disqualified_by: tuple[str, ...]
    """Reasons that keep it out whatever its points."""
    expired: bool
    """True when its last activity is longer ago than the rules allow."""
    missing: tuple[str, ...]
    """What the rules ask for and the lead does not say, in words."""

    @property
    def verdict(self) -> str:
        """One sentence: qualifies or not, and what decided it."""
        if self.disqualified_by:
            return f"Does not qualify: {'; '.join(self.disqualified_by)}."
        if self.expired:
            return "Does not qualify: the last activity is too long ago."
        if self.qualifies:
            return f"Qualifies with {self.points} points of the {self.threshold} needed."
        short = self.threshold - self.points
        return f"Does not qualify: {self.points} points, {short} short of {self.threshold}."


def score(rules: LeadRules, lead: Lead) -> Scored:
    """Points with a reason for each, and whether the lead qualifies.

    It qualifies from the threshold on, unless something disqualifies it or its last activity is
    longer ago than `expiry_days`. What is not known brings no points and is named in `missing`.
    """
    parts = tuple(_part(criterion, lead) for criterion in rules.criteria)
    points = sum(part.points for part in parts)
    out = tuple(
        disqualifier_words(entry) for entry in rules.disqualifiers if disqualifies(entry, lead)
    )
    idle = lead.days_since_activity
    expired = rules.expiry_days is not None and idle is not None and idle > rules.expiry_days
    return Scored(
        lead=lead.name,
        points=points,
        parts=parts,
        threshold=rules.threshold,
        qualifies=points >= rules.threshold and not out and not expired,
        disqualified_by=out,
        expired=expired,
        missing=_missing(rules, parts, lead),
    )


@dataclass(frozen=True)
class Bench:
    """Test leads under the rules."""

    scored: tuple[Scored, ...]
    """In the order of the leads."""
    qualifying: int

    @property
    def words(self) -> str:
        """`2 of 3 leads qualify`."""
        total = len(self.scored)
        return (
            f"{self.qualifying:,} of {total:,} lead{'' if total == 1 else 's'} "
            f"{'qualifies' if self.qualifying == 1 else 'qualify'}"
        )


def bench(rules: LeadRules, leads: Sequence[Lead]) -> Bench:
    """Every lead scored, and how many qualify."""
    scored = tuple(score(rules, lead) for lead in leads)
    return Bench(scored, sum(one.qualifies for one in scored))


def _missing(rules: LeadRules, parts: tuple[Part, ...], lead: Lead) -> tuple[str, ...]:
    asked = {
        criterion.id: criterion.field if isinstance(criterion, FitCriterion) else criterion.action
        for criterion in rules.criteria
    }
    named = [asked[part.criterion_id].value for part in parts if not part.known]
    kinds = {entry.kind for entry in rules.disqualifiers}
    by_mail = {DisqualifierKind.FREE_MAIL, DisqualifierKind.STUDENT}
    if kinds & by_mail and _domain(lead) is None:
        named.append("email")
    if DisqualifierKind.COMPETITOR in kinds and not (lead.company or _domain(lead)):
        named.append("company")
    if DisqualifierKind.COUNTRY in kinds and not (lead.country or lead.region):
        named.append("country")
    if rules.expiry_days is not None and lead.days_since_activity is None:
        named.append("days_since_activity")
    return tuple(dict.fromkeys(name.replace("_", " ") for name in named))


def _part(criterion: Criterion, lead: Lead) -> Part:
    known, met, found = (
        _fits(criterion, lead) if isinstance(criterion, FitCriterion) else _did(criterion, lead)
    )
    words = criterion_words(criterion)
    reason = f"{words}: {found}" if known else f"{words}: not known, so no points"
    return Part(criterion.id, criterion.points if met else 0, reason, known)


def _fits(criterion: FitCriterion, lead: Lead) -> tuple[bool, bool, str]:
    """Whether it is known, whether it is met, and what was found."""
    if criterion.field is FitField.COMPANY_SIZE:
        size = lead.company_size
        if size is None:
            return False, False, ""
        low = criterion.minimum is None or size >= criterion.minimum
        high = criterion.maximum is None or size <= criterion.maximum
        return True, low and high, f"{'yes' if low and high else 'no'}, {size:,} employees"
    value = fit_value(criterion.field, lead)
    if not value:
        return False, False, ""
    met = any(matches(criterion.field, wanted, value) for wanted in criterion.any_of)
    return True, met, f"{'yes' if met else 'no'}, '{value}'"


def fit_value(field: FitField, lead: Lead) -> str | None:
    """What the lead says about a field of text; the country stands in for a missing region."""
    if field is FitField.REGION:
        return lead.region or lead.country
    return lead.industry if field is FitField.INDUSTRY else lead.job_title


def matches(field: FitField, wanted: str, value: str) -> bool:
    """Whether `value` is the one wanted; in job titles the wanted words may stand anywhere."""
    one, other = folded(wanted), folded(value)
    return has_words(one, other) if field is FitField.JOB_TITLE else one == other


def has_words(words: str, text: str) -> bool:
    """Whether the words stand in the text as whole words; within words for scripts without spaces."""
    if not words.isascii():
        return words in text
    return re.search(rf"(?<![a-z0-9]){re.escape(words)}(?![a-z0-9])", text) is not None


def _did(criterion: BehaviourCriterion, lead: Lead) -> tuple[bool, bool, str]:
    """What happened in a span counts when the span lies within the rule's days."""
    entries = lead.activity.get(criterion.action)
    if not entries:
        return False, False, ""
    window = criterion.within_days
    counted = [
        entry
        for entry in entries
        if window is None or entry.within_days is None or entry.within_days <= window
    ]
    most = max((entry.count for entry in counted), default=0)
    met = most >= criterion.at_least
    if met and window and all(entry.within_days is None for entry in counted):
        return True, True, f"yes, {most} (no dates given, taken as recent)"
    if not counted:
        spans = min(entry.within_days or 0 for entry in entries)
        total = max(entry.count for entry in entries)
        return True, False, f"no, {total} but in {spans} days"
    return True, met, f"{'yes' if met else 'no'}, {most}"


def _domain(lead: Lead) -> str | None:
    address = (lead.email or "").strip().casefold()
    _, at, domain = address.rpartition("@")
    return domain.strip(" .>") or None if at else None


def _of_domain(domain: str | None, listed: tuple[str, ...]) -> bool:
    if domain is None:
        return False
    wanted = (value.casefold().strip().lstrip("@.") for value in listed)
    return any(value and (domain == value or domain.endswith(f".{value}")) for value in wanted)


def disqualifies(entry: Disqualifier, lead: Lead) -> bool:
    """Whether `entry` keeps the lead out; what is not known keeps nobody out."""
    title = folded(lead.job_title or "")
    kind = entry.kind
    match kind:
        case DisqualifierKind.FREE_MAIL:
            return _of_domain(_domain(lead), entry.values or FREE_MAIL)
        case DisqualifierKind.COMPETITOR:
            named = folded(lead.company or "") in {folded(value) for value in entry.values}
            domains = tuple(value for value in entry.values if "." in value)
            return named or _of_domain(_domain(lead), domains)
        case DisqualifierKind.STUDENT:
            words = (folded(value) for value in entry.values or STUDENT_WORDS)
            by_title = any(has_words(word, title) for word in words)
            return by_title or (not entry.values and _of_domain(_domain(lead), STUDENT_DOMAINS))
        case DisqualifierKind.COUNTRY:
            places = {folded(place) for place in (lead.country, lead.region) if place}
            return bool(places & {folded(value) for value in entry.values})
        case DisqualifierKind.JOB_TITLE:
            return any(has_words(folded(value), title) for value in entry.values)
        case DisqualifierKind.FLAG:
            marks = {folded(flag) for flag in lead.flags}
            return bool(marks & {folded(value) for value in entry.values})
        case _:
            assert_never(kind)
