"""A target proposed from three reference points: own history, benchmark, model requirement."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kpi_core.benchmarks.match import in_unit, typical
from kpi_core.formats import value_text
from kpi_core.models.base import Aggregation, Direction, Unit
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.framework import CLOSING_SHARE as CLOSING_SHARE
from kpi_core.models.kpi import Target, TargetBasis, TargetFlag
from kpi_core.models.metric import MetricDefinition
from kpi_core.numbers import round_significant

QUARTERS = 4


@dataclass(frozen=True)
class _Reference:
    """What a target moves towards."""

    value: float
    basis: TargetBasis
    words: str
    """`the revenue plan needs`, `Benchmarkit, 2025 reports`."""


def propose_target(
    metric: MetricDefinition,
    history: float | None,
    benchmark: Benchmark | None,
    requirement: float | None,
    currency: str,
    share: float = CLOSING_SHARE,
) -> Target | None:
    """Target from own history h and a reference: h + share x (reference - h).

    The reference is the model requirement where it is possible at all, else the benchmark's typical
    value. Without history the reference itself, to be calibrated after one quarter. `None` when
    there is neither reference nor history. All values in the metric's unit, `share` in [0, 1]. Flags:
    `stretch` above the better end of a benchmark that counts the same, unless held already;
    `infeasible` where the requirement is beyond what is possible; `definition_differs` where the
    reference is a benchmark that counts something else; `calibrate` without history.
    """
    reference = _reference(metric, benchmark, requirement)
    if history is not None:
        target = _from_history(metric, history, reference, currency, share)
    elif reference is not None:
        target = _without_history(metric, reference, currency)
    else:
        return None
    flags = [
        *_stretch(metric, target.value, history, benchmark),
        *_infeasible(metric, requirement),
        *_differs(reference, benchmark),
        *([TargetFlag.CALIBRATE] if target.calibrate_after_quarter else []),
    ]
    reason = target.reason
    if TargetFlag.INFEASIBLE in flags:
        shown = value_text(requirement, metric.unit, currency)
        reason = f"{reason} The revenue plan would need {shown}, which is not possible."
    return Target.model_validate({**dict(target), "reason": reason, "flags": flags})


def override_target(
    value: float,
    proposal: Target | None,
    metric: MetricDefinition,
    history: float | None,
    benchmark: Benchmark | None,
    currency: str,
) -> Target:
    """The user's own target; what was proposed stays on file, and so does an infeasible requirement."""
    reason = "Set by you; the tool had no proposal."
    if proposal:
        shown = value_text(proposal.value, metric.unit, currency)
        reason = f"Set by you instead of the proposed {shown}."
    kept = [TargetFlag.INFEASIBLE] if proposal and TargetFlag.INFEASIBLE in proposal.flags else []
    return Target(
        value=value,
        basis=TargetBasis.USER,
        reason=reason,
        proposed=proposal.value if proposal else None,
        flags=(*_stretch(metric, value, history, benchmark), *kept),
    )


def quarter_steps(
    start: float | None, target: float, metric: MetricDefinition
) -> tuple[float, float, float, float]:
    """What to reach by the end of each quarter for the year's target, in the metric's unit.

    Sums over time, such as leads or revenue: the cumulative quarter shares of the year's target,
    whatever the start. All others (rates, levels, durations): even steps from `start`, own history,
    to the target at the year's end; the target throughout where `start` is `None`. Not rounded.
    """
    first = 0.0 if metric.over_time is Aggregation.SUM else start
    if first is None:
        return target, target, target, target
    one, two, three = (first + (target - first) * n / QUARTERS for n in range(1, QUARTERS))
    return one, two, three, target


def _without_history(metric: MetricDefinition, reference: _Reference, currency: str) -> Target:
    value = reference.value
    if reference.basis is TargetBasis.BENCHMARK:
        value = committed(value, metric.unit)
    shown = value_text(reference.value, metric.unit, currency)
    return Target(
        value=value,
        basis=reference.basis,
        reason=f"No own history yet; {shown} is what {reference.words}.",
        proposed=value,
        calibrate_after_quarter=True,
    )


def _stretch(
    metric: MetricDefinition, value: float, history: float | None, benchmark: Benchmark | None
) -> list[TargetFlag]:
    """Better than the better end of the published range, unless own history is as good already."""
    if benchmark is None or not benchmark.same_definition:
        return []
    lower = metric.direction is Direction.LOWER_IS_BETTER
    end = in_unit(benchmark, benchmark.low if lower else benchmark.high, metric.unit)
    if end is None or _at_least_as_good(end, value, metric.direction):
        return []
    held = history is not None and _at_least_as_good(history, value, metric.direction)
    return [] if held else [TargetFlag.STRETCH]


def _infeasible(metric: MetricDefinition, requirement: float | None) -> list[TargetFlag]:
    possible = requirement is None or _is_possible(metric, requirement)
    return [] if possible else [TargetFlag.INFEASIBLE]


def _differs(reference: _Reference | None, benchmark: Benchmark | None) -> list[TargetFlag]:
    rests = reference is not None and reference.basis is TargetBasis.BENCHMARK
    differs = rests and benchmark is not None and not benchmark.same_definition
    return [TargetFlag.DEFINITION_DIFFERS] if differs else []


def _is_possible(metric: MetricDefinition, value: float) -> bool:
    return value >= metric.minimum and (metric.maximum is None or value <= metric.maximum)


def _reference(
    metric: MetricDefinition, benchmark: Benchmark | None, requirement: float | None
) -> _Reference | None:
    if requirement is not None and _is_possible(metric, requirement):
        basis = TargetBasis.MODEL_REQUIREMENT
        return _Reference(requirement, basis, "the revenue plan needs")
    published = typical(benchmark, metric.unit) if benchmark else None
    if benchmark is None or published is None:
        return None
    return _Reference(published, TargetBasis.BENCHMARK, _cite(benchmark))


def _from_history(
    metric: MetricDefinition,
    history: float,
    reference: _Reference | None,
    currency: str,
    share: float,
) -> Target:
    own = value_text(history, metric.unit, currency)
    value, closed = history, None
    if reference is None:
        reason = f"Hold your own {own}: nothing comparable is published."
    else:
        aim = f"{value_text(reference.value, metric.unit, currency)} {reference.words}"
        if _at_least_as_good(history, reference.value, metric.direction):
            reason = f"Hold your own {own}: at least as good as the {aim}."
        else:
            value, closed = _between(history, reference.value, share, metric.unit), share
            reason = f"From your {own} towards the {aim}, closing {share:.0%} of the distance."
    return Target(
        value=value, basis=TargetBasis.OWN_HISTORY, reason=reason, proposed=value, share=closed
    )


def _between(history: float, reference: float, share: float, unit: Unit) -> float:
    """The committed number, unless rounding would make it worse than today or better than the aim."""
    exact = history + share * (reference - history)
    low, high = sorted((history, reference))
    for value in (committed(exact, unit), round_significant(exact, 4)):
        if low <= value <= high:
            return value
    return min(max(round(exact, 6), low), high)


def _cite(benchmark: Benchmark) -> str:
    year = f", {benchmark.source_year}" if benchmark.source_year else ""
    kind = "reports" if benchmark.typical is not None else "reports as the middle of its range"
    publisher = benchmark.source_publisher
    publisher = publisher if len(publisher) <= 80 else publisher[:79].rstrip() + "…"
    differs = "" if benchmark.same_definition else ", defined differently"
    return f"{publisher}{year}{differs} {kind}"


def committed(value: float, unit: Unit) -> float:
    """A number people can commit to: whole counts, whole percents from 10%, few digits elsewhere."""
    match unit:
        case Unit.COUNT:
            return float(math.ceil(round(value, 6)))
        case Unit.RATIO:
            return round(value, 2) if abs(value) >= 0.1 else round_significant(value, 2)
        case Unit.MONEY:
            return round_significant(value, 3)
        case _:
            return round_significant(value, 2)


def _at_least_as_good(value: float, reference: float, direction: Direction) -> bool:
    if direction is Direction.LOWER_IS_BETTER:
        return value <= reference
    return value >= reference


def benchmark_text(benchmark: Benchmark, unit: Unit, currency: str) -> str:
    """`15% to 30%`, `typically 22%`, `at least 3x`: the figure as published, in the metric's unit."""

    def text(value: float | None) -> str:
        return value_text(in_unit(benchmark, value, unit), unit, currency)

    low, middle, high = benchmark.low, benchmark.typical, benchmark.high
    if low is not None and high is not None:
        span = f"{text(low)} to {text(high)}"
        return f"{span}, typically {text(middle)}" if middle is not None else span
    if middle is not None:
        return text(middle)
    return f"at least {text(low)}" if low is not None else f"at most {text(high)}"
