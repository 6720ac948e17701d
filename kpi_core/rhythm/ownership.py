"""Ownership: one accountable role for each KPI, a steward, and who is asked and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kpi_core.framework.check_kpis import OWNER_LOAD_MAXIMUM
from kpi_core.framework.check_rules import finding, named
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.operation import OperatingRhythm
from kpi_core.models.rhythm import Responsibility

MOST_OWNED = OWNER_LOAD_MAXIMUM
"""KPIs one role can look after; a rule of thumb."""


@dataclass(frozen=True)
class Raci:
    """Who does what for one KPI: accountable, responsible for the data, consulted, informed."""

    metric_id: str
    name: str
    accountable: str | None
    """Role id; `None` when nobody is named."""
    person: str | None
    responsible: str | None
    """The steward's role id; `None` when nobody is named."""
    consulted: tuple[str, ...]
    informed: tuple[str, ...]
    proposed: bool
    """True when consulted and informed roles are the tool's proposal."""

    def letters(self, role: str) -> str:
        """The role's letters in the matrix, `A`, `R`, `C`, `I` or several; empty for none."""
        held = {
            "A": role == self.accountable,
            "R": role == self.responsible,
            "C": role in self.consulted,
            "I": role in self.informed,
        }
        return "".join(letter for letter, on in held.items() if on)


@dataclass(frozen=True)
class RoleLoad:
    """How many KPIs a role is accountable for, responsible for, consulted on and informed of."""

    role: str
    name: str
    accountable: int
    responsible: int
    consulted: int
    informed: int


def ownership(framework: MeasurementFramework) -> tuple[Raci, ...]:
    """The matrix, one row for each KPI in the framework's order.

    Without a choice, the owners of the KPI it leads to and of its guardrail are consulted, and the
    audience of its dashboards and the attendees of its reviews are informed.
    """
    chosen = {entry.metric_id: entry for entry in framework.operating_rhythm.responsibilities}
    return tuple(
        _row(kpi, metric, chosen.get(kpi.metric_id), framework) for kpi, metric in named(framework)
    )


def _row(
    kpi: Kpi,
    metric: MetricDefinition,
    chosen: Responsibility | None,
    framework: MeasurementFramework,
) -> Raci:
    entry = chosen or proposed_responsibility(kpi, framework)
    return Raci(
        metric_id=metric.id,
        name=metric.name,
        accountable=kpi.owner_role,
        person=kpi.owner_person,
        responsible=kpi.steward_role,
        consulted=entry.consulted,
        informed=entry.informed,
        proposed=chosen is None,
    )


def proposed_responsibility(kpi: Kpi, framework: MeasurementFramework) -> Responsibility:
    """Who is usually asked and told about `kpi`; nobody twice."""
    metric = framework.metric(kpi.metric_id)
    owners = {other.metric_id: other.owner_role for other in framework.kpis}
    asked = [owners.get(metric.leads or ""), owners.get(metric.guardrail or "")]
    layers = framework.dashboards
    pages = [
        page
        for page in (layers.executive, layers.operational, layers.channel)
        if kpi.metric_id in page.metric_ids
    ]
    reviews = [r for r in framework.operating_rhythm.reviews if kpi.metric_id in r.metric_ids]
    told = [
        *(role for page in pages for role in page.audience),
        *(role for review in reviews for role in review.attendees),
    ]
    busy = {kpi.owner_role, kpi.steward_role}
    consulted = _others(asked, busy)
    return Responsibility(
        metric_id=kpi.metric_id,
        consulted=consulted,
        informed=_others(told, {*busy, *consulted}),
    )


def _others(roles: Iterable[str | None], taken: set[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for role in roles if role and role not in taken))


def with_responsibility(rhythm: OperatingRhythm, entry: Responsibility) -> OperatingRhythm:
    """The rhythm with `entry` in place of what was chosen for its KPI."""
    kept = {known.metric_id: known for known in rhythm.responsibilities}
    kept[entry.metric_id] = entry
    return OperatingRhythm.model_validate(
        {**dict(rhythm), "responsibilities": tuple(kept.values())}
    )


def roles_in(matrix: Iterable[Raci]) -> tuple[str, ...]:
    """Every role with a letter in the matrix, those that own something first."""
    rows = tuple(matrix)
    found = [
        *(row.accountable for row in rows),
        *(row.responsible for row in rows),
        *(role for row in rows for role in row.consulted),
        *(role for row in rows for role in row.informed),
    ]
    return tuple(dict.fromkeys(role for role in found if role))


def role_loads(framework: MeasurementFramework) -> tuple[RoleLoad, ...]:
    """What each role has to do, the busiest owner first."""
    rows = ownership(framework)

    def load(role: str) -> RoleLoad:
        letters = "".join(row.letters(role) for row in rows)
        name = framework.term("role", role)
        return RoleLoad(role, name, *(letters.count(letter) for letter in "ARCI"))

    loads = (load(role) for role in roles_in(rows))
    return tuple(sorted(loads, key=lambda one: (-one.accountable, -one.responsible, one.name)))


def check_ownership(framework: MeasurementFramework) -> tuple[Finding, ...]:
    """KPIs without owner or steward, several owners, too many KPIs, a guard that guards itself."""
    return (
        *_check_people(framework),
        *_check_loads(framework),
        *_check_guardrails(framework),
    )


SEVERAL = (";", "/", "&", "+", " and ", ",", "、", "・")


def several_people(person: str | None) -> bool:
    """Whether the text names more than one person."""
    return any(sign in (person or "").strip(" ,;/&+") for sign in SEVERAL)


def _check_people(framework: MeasurementFramework) -> Iterator[Finding]:
    for kpi, metric in named(framework):
        if kpi.owner_role is None:
            yield finding(
                "no_owner",
                Severity.ERROR,
                metric.name,
                "Nobody is accountable for it.",
                "Choose one role.",
                "owners",
                metric.id,
            )
        if several_people(kpi.owner_person):
            yield finding(
                "several_owners",
                Severity.WARNING,
                metric.name,
                f"Several people are named as its owner: {kpi.owner_person}.",
                "Name one; the others can be consulted.",
                "owners",
                metric.id,
            )
        if kpi.steward_role is None:
            yield finding(
                "no_steward",
                Severity.WARNING,
                metric.name,
                "Nobody keeps its data right.",
                "Choose a steward.",
                "owners",
                metric.id,
            )


def _check_loads(framework: MeasurementFramework) -> Iterator[Finding]:
    for load in role_loads(framework):
        if load.accountable > MOST_OWNED:
            yield finding(
                "too_many_owned",
                Severity.WARNING,
                load.name,
                f"This role is accountable for {load.accountable} KPIs; more than {MOST_OWNED} "
                "are rarely looked after.",
                "Hand some to another role.",
                "owners",
            )


def _check_guardrails(framework: MeasurementFramework) -> Iterator[Finding]:
    kpis = {kpi.metric_id: kpi for kpi in framework.kpis}
    for kpi, metric in named(framework):
        guard = kpis.get(metric.guardrail or "")
        if guard and guard.metric_id != kpi.metric_id and _same_owner(kpi, guard):
            name = framework.metric(guard.metric_id).name
            owner = kpi.owner_person or framework.term("role", kpi.owner_role)
            yield finding(
                "guardrail_same_owner",
                Severity.WARNING if kpi.role == "primary" else Severity.INFO,
                metric.name,
                f"{owner} owns it and {name}, which should show if it rises at the wrong price.",
                f"Give {name} to somebody else.",
                "owners",
                metric.id,
            )


def _same_owner(one: Kpi, other: Kpi) -> bool:
    """The same person where both are named, else the same role."""
    if one.owner_person and other.owner_person:
        return one.owner_person.casefold() == other.owner_person.casefold()
    return one.owner_role is not None and one.owner_role == other.owner_role
