"""What marketing and sales promise each other month by month, and whether sales can keep up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kpi_core.formats import count, percent
from kpi_core.kpi_tree.lanes import revenue_shares, solve
from kpi_core.kpi_tree.solve import required_volumes
from kpi_core.kpi_tree.timeplan import plan_months
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MarketingSalesAgreement
from kpi_core.models.rhythm import SalesCapacity, Signature
from kpi_core.models.tree import Lane, Scenario

Party = Literal["marketing", "sales"]
HANDOVER = ("mql_count", "product_qualified_leads")
"""Metrics that count leads handed to sales."""
ACCEPTANCE = "lead_acceptance_rate"
NEARLY_FULL = 0.85
"""Share of capacity from which one ill rep is felt; a rule of thumb, not a published figure."""
YEAR = 12
_SMALL = 1e-6


@dataclass(frozen=True)
class MonthlyVolume:
    """Units of one funnel step, by month of the fiscal year. `year` is the sum of the months."""

    step_id: str
    name: str
    metric_id: str | None
    party: Party
    """Marketing brings everything up to the hand-over, sales what follows."""
    handover: bool
    """True for the leads that are handed to sales."""
    year: int
    months: tuple[int, ...]

    @property
    def words(self) -> str:
        """`22 to 23 a month, 267 in the year`."""
        low, high = min(self.months), max(self.months)
        span = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        return f"{span} a month, {self.year:,} in the year"


@dataclass(frozen=True)
class Quality:
    """A rate one side answers for, a share in [0, 1], and where it comes from."""

    metric_id: str
    name: str
    party: Party
    value: float
    basis: str


@dataclass(frozen=True)
class ServiceLevel:
    """A promise of sales about handling a lead."""

    name: str
    words: str


@dataclass(frozen=True)
class Feasibility:
    """Contacts sales can make in a month against those the agreement asks for."""

    capacity: float
    """Reps x contacts per rep per working day x working days."""
    load: float
    """Leads of the busiest month x attempts: every lead takes all attempts, the careful case."""
    utilisation: float
    """Load / capacity; 1 is all of it."""
    sentence: str
    finding: Finding | None


def monthly_volumes(
    framework: MeasurementFramework, scenario: Scenario | None = None
) -> tuple[MonthlyVolume, ...]:
    """What each funnel step must deliver by month of the fiscal year, from the top down.

    Without a scenario the framework's plan in twelve even parts. With one, its lanes added up; where
    it has lags or a season, by the month in which units must enter. Months are whole units: each is
    what brings the running total up to the plan, so the sum is never below the year's requirement.
    """
    steps, months = _of_plan(framework) if scenario is None else _of_scenario(scenario)
    last = max((i for i, step in enumerate(steps) if step.metric_id in HANDOVER), default=-1)
    return tuple(
        MonthlyVolume(
            step_id=step.id,
            name=step.name,
            metric_id=step.metric_id,
            party="marketing" if position <= last else "sales",
            handover=step.metric_id in HANDOVER,
            year=sum(whole),
            months=whole,
        )
        for position, step in enumerate(steps)
        if (whole := whole_months(months[step.id]))
    )


def whole_months(months: Sequence[float]) -> tuple[int, ...]:
    """Whole units by month whose running total is that of `months`, rounded up."""
    done, running, whole = 0, 0.0, []
    for month in months:
        running += month
        reached = max(math.ceil(running - _SMALL), done)
        whole.append(reached - done)
        done = reached
    return tuple(whole)


class _Step(NamedTuple):
    id: str
    name: str
    metric_id: str | None


def _of_plan(framework: MeasurementFramework) -> tuple[list[_Step], dict[str, list[float]]]:
    volumes = required_volumes(framework.funnel_plan)
    months = {step.id: [step.required / YEAR] * YEAR for step in volumes}
    return [_Step(step.id, step.name, step.metric_id) for step in volumes], months


def _of_scenario(scenario: Scenario) -> tuple[list[_Step], dict[str, list[float]]]:
    """Steps of all lanes in order, the hand-over steps of shorter lanes beside each other."""
    months: dict[str, list[float]] = {}
    for lane, by_step in _lanes(scenario):
        for step in lane.steps:
            known = months.get(step.id, [0.0] * YEAR)
            months[step.id] = [a + b for a, b in zip(known, by_step[step.id], strict=True)]
    steps: dict[str, tuple[int, _Step]] = {}
    for lane in scenario.lanes:
        for position, step in enumerate(lane.steps):
            found = _Step(step.id, step.name, step.metric_id)
            steps.setdefault(step.id, (_level(lane, position), found))
    ordered = sorted(steps.values(), key=lambda entry: entry[0])
    return [step for _, step in ordered if step.id in months], months


def _level(lane: Lane, position: int) -> int:
    """Steps above (negative), at (0) and below the lane's hand-over."""
    named = [step.metric_id in HANDOVER for step in lane.steps]
    return position - (named.index(True) if True in named else 0)


def _lanes(scenario: Scenario) -> Iterator[tuple[Lane, dict[str, list[float]]]]:
    """Lanes that bring something, with the units of each step by month."""
    solved = {lane.id: lane for lane in solve(scenario).lanes}
    for lane, share in zip(scenario.lanes, revenue_shares(scenario), strict=True):
        if not share:
            continue
        if has_timing(scenario, lane):
            plan = plan_months(lane, scenario, float(share))
            yield lane, {step.id: list(step.required[:YEAR]) for step in plan.steps}
        else:
            needed = {step.id: step.required / YEAR for step in solved[lane.id].steps}
            yield lane, {key: [value] * YEAR for key, value in needed.items()}


def has_timing(scenario: Scenario, lane: Lane) -> bool:
    """Whether months differ: a lag, a season or a growing target."""
    lags = any(rate.lag.mean_days or rate.lag.weights for rate in lane.rates)
    return lags or bool(scenario.time.seasonality) or scenario.time.ramp != 0


def quality(framework: MeasurementFramework) -> tuple[Quality, ...]:
    """The rates each side answers for: marketing for acceptance and the first rate after the
    hand-over, sales for those below. A KPI's target, else the plan's rate.
    """
    plan = framework.funnel_plan
    last = max((i for i, step in enumerate(plan.steps) if step.metric_id in HANDOVER), default=-1)
    targets = {kpi.metric_id: kpi.target.value for kpi in framework.kpis if kpi.target}
    found = []
    if ACCEPTANCE in targets:
        name = framework.metric(ACCEPTANCE).name
        found.append(Quality(ACCEPTANCE, name, "marketing", targets[ACCEPTANCE], "KPI target"))
    for position, rate in enumerate(plan.rates):
        if position >= last >= 0:
            party: Party = "marketing" if position == last else "sales"
            value = targets.get(rate.metric_id)
            basis = "Plan rate" if value is None else "KPI target"
            amount = rate.value if value is None else value
            found.append(Quality(rate.metric_id, rate.name, party, amount, basis))
    return tuple(found)


def service_levels(framework: MeasurementFramework) -> tuple[ServiceLevel, ...]:
    """What sales promises about each lead handed over."""
    agreement = framework.agreement
    hours, days = agreement.response_hours, agreement.disposition_days
    return (
        ServiceLevel("Response", f"within {count(hours)} working hour{'' if hours == 1 else 's'}"),
        ServiceLevel("Attempts", f"{agreement.contact_attempts} before a lead is given back"),
        ServiceLevel(
            "Disposition",
            f"accepted, rejected or returned within {days} day{'' if days == 1 else 's'}",
        ),
    )


def with_signature(
    agreement: MarketingSalesAgreement, signature: Signature
) -> MarketingSalesAgreement:
    """The agreement with the signature in place of the one its side has given."""
    others = tuple(one for one in agreement.signatures if one.party != signature.party)
    signed = tuple(sorted((*others, signature), key=lambda one: one.party))
    return MarketingSalesAgreement.model_validate({**dict(agreement), "signatures": signed})


def without_signatures(agreement: MarketingSalesAgreement) -> MarketingSalesAgreement:
    """The agreement as nobody has signed it, for when its terms have changed."""
    return MarketingSalesAgreement.model_validate({**dict(agreement), "signatures": ()})


def busiest_month(volumes: Sequence[MonthlyVolume]) -> int:
    """Leads handed over in the busiest month, all hand-over steps together; 0 without any."""
    handed = [volume.months for volume in volumes if volume.handover]
    return max((sum(month) for month in zip(*handed, strict=True)), default=0)


def feasibility(leads: float, attempts: int, capacity: SalesCapacity) -> Feasibility:
    """Whether sales can work on `leads` a month with so many attempts each.

    Capacity = reps x contacts per rep per working day x working days a month; load = leads x
    attempts. Beyond capacity is an error, from 85% on a warning.
    """
    room = capacity.reps * capacity.contacts_per_rep_per_day * capacity.working_days_per_month
    load = leads * attempts
    used = load / room
    reps = f"{capacity.reps:,} rep{'' if capacity.reps == 1 else 's'}"
    sentence = (
        f"{count(leads)} leads in the busiest month with {attempts} attempts each are "
        f"{count(load)} contacts. {reps} with {count(capacity.contacts_per_rep_per_day)} contacts "
        f"a day on {capacity.working_days_per_month} days can make {count(room)}: "
        f"{percent(used)} of capacity."
    )
    return Feasibility(room, load, used, sentence, _load_finding(used, leads, attempts, capacity))


def _load_finding(
    used: float, leads: float, attempts: int, capacity: SalesCapacity
) -> Finding | None:
    if used < NEARLY_FULL:
        return None
    per_rep = capacity.contacts_per_rep_per_day * capacity.working_days_per_month
    reps = math.ceil(leads * attempts / per_rep - _SMALL)
    most = math.floor(capacity.reps * per_rep / leads + _SMALL)
    plural = "" if most == 1 else "s"
    attempts_fix = f" or agree on {most} attempt{plural}" if 1 <= most < attempts else ""
    beyond = used > 1
    return Finding(
        code="agreement_beyond_capacity" if beyond else "capacity_nearly_used",
        severity=Severity.ERROR if beyond else Severity.WARNING,
        where="Agreement, sales capacity",
        message=f"The promised follow-up takes {percent(used)} of what sales can do."
        + ("" if beyond else " One absence is enough to break the promise."),
        fix=f"Plan {reps:,} reps{attempts_fix}, or hand over fewer leads by a higher threshold."
        if beyond
        else "Keep a reserve: fewer attempts, a higher threshold or one more rep.",
    )


def agreement_feasibility(
    framework: MeasurementFramework, scenario: Scenario | None = None
) -> Feasibility | None:
    """Feasibility of the framework's agreement; `None` when sales capacity is not given."""
    capacity = framework.agreement.capacity
    if capacity is None:
        return None
    leads = busiest_month(monthly_volumes(framework, scenario))
    return feasibility(leads, framework.agreement.contact_attempts, capacity)
