"""Where the funnel leaks, ranked by money at stake, and whether the numbers prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpi_core.kpi_tree.intervals import Interval, wilson
from kpi_core.kpi_tree.lanes import revenue_now
from kpi_core.models.tree import Lane, TreeRate

Proof = Literal["proven", "not_proven", "at_reference", "unknown"]
"""`proven`: the 95% interval of the current rate excludes its reference. `not_proven`: below it, but
the interval holds it or there are no counts. `at_reference`: not below. `unknown`: no current rate or
no reference."""


@dataclass(frozen=True)
class Leak:
    """One rate held against its reference. `gain` is revenue won by reaching it, at today's volumes."""

    metric_id: str
    name: str
    position: int
    """Index of the rate in its lane."""
    now: float | None
    reference: float | None
    reference_source: str | None
    gain: float
    proof: Proof
    interval: Interval | None
    """Wilson 95% interval of the current rate; `None` without counts."""


def leaks(lane: Lane, planned_revenue: float = 0) -> tuple[Leak, ...]:
    """Every rate of the lane, most money at stake first.

    gain(i) = R x (b(i) / c(i) - 1) where the current rate c is below its reference b, else 0. R is
    today's revenue, or `planned_revenue` when today's volume is not known.
    """
    revenue = revenue_now(lane) or planned_revenue
    found = [_leak(rate, position, revenue) for position, rate in enumerate(lane.rates)]
    return tuple(sorted(found, key=lambda leak: -leak.gain))


def _leak(rate: TreeRate, position: int, revenue: float) -> Leak:
    interval = wilson(rate.counts.successes, rate.counts.trials) if rate.counts else None
    now, reference = rate.now, rate.reference
    gain = 0.0
    if now is None or reference is None:
        proof: Proof = "unknown"
    elif now >= reference:
        proof = "at_reference"
    else:
        gain = revenue * (reference / now - 1) if now else revenue
        proof = "proven" if interval and interval.excludes(reference) else "not_proven"
    return Leak(
        metric_id=rate.metric_id,
        name=rate.name,
        position=position,
        now=now,
        reference=reference,
        reference_source=rate.reference_source,
        gain=gain,
        proof=proof,
        interval=interval,
    )


def bottleneck(lane: Lane, planned_revenue: float = 0) -> Leak | None:
    """The leak with most money at stake; `None` when no known rate is below its reference."""
    first = leaks(lane, planned_revenue)[0]
    return first if first.gain > 0 else None
