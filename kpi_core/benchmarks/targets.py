"""A target proposed from three reference points: own history, benchmark, model requirement."""

from __future__ import annotations

import math

from kpi_core.benchmarks.match import in_unit, typical
from kpi_core.formats import value_text
from kpi_core.models.base import Direction, Unit
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.kpi import Target, TargetBasis
from kpi_core.models.metric import MetricDefinition
from kpi_core.numbers import round_significant

CLOSING_SHARE = 0.6


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
    there is neither reference nor history.
    """

    def text(value: float | None) -> str:
        return value_text(value, metric.unit, currency)

    if requirement is not None and metric.maximum is not None and requirement > metric.maximum:
        requirement = None
    published = typical(benchmark, metric.unit) if benchmark else None
    reference = requirement if requirement is not None else published
    basis = TargetBasis.MODEL_REQUIREMENT if requirement is not None else TargetBasis.BENCHMARK
    source = "the revenue plan needs" if requirement is not None else _cite(benchmark)
    if history is None:
        if reference is None:
            return None
        value = reference if requirement is not None else committed(reference, metric.unit)
        return Target(
            value=value,
            basis=basis,
            reason=f"No own history yet; {text(reference)} is what {source}.",
            proposed=value,
            calibrate_after_quarter=True,
        )
    if reference is None:
        value, reason = history, f"Hold your own {text(history)}: nothing comparable is published."
    elif _at_least_as_good(history, reference, metric.direction):
        value, reason = (
            history,
            f"Hold your own {text(history)}: at least as good as the {text(reference)} {source}.",
        )
    else:
        value = committed(history + share * (reference - history), metric.unit)
        reason = (
            f"From your {text(history)} towards the {text(reference)} {source}, "
            f"closing {share:.0%} of the distance."
        )
    return Target(value=value, basis=TargetBasis.OWN_HISTORY, reason=reason, proposed=value)


def _cite(benchmark: Benchmark | None) -> str:
    if benchmark is None:
        return ""
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
