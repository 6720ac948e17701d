"""A metric's value from the values its formula names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, prod
from typing import assert_never

from kpi_core.actuals.figures_notes import Reading, noted
from kpi_core.models.base import Unit
from kpi_core.models.metric import (
    Difference,
    Direct,
    Formula,
    MetricDefinition,
    Product,
    Quotient,
    Total,
)
from kpi_core.models.tree import Counts

LARGEST_COUNT = 1e12
_WHOLE = 1e-9

Names = Callable[[str], str]


def inputs(formula: Formula) -> tuple[str, ...]:
    """Ids of the metrics and measures a formula is made of."""
    match formula:
        case Direct():
            return (formula.measure,)
        case Quotient():
            return (formula.numerator, formula.denominator)
        case Total():
            return formula.addends
        case Product():
            return (*formula.factors, *formula.divisors)
        case Difference():
            return (formula.minuend, formula.subtrahend)
        case _:
            assert_never(formula)


def compute(
    metric: MetricDefinition,
    values: Mapping[str, float],
    units: Mapping[str, Unit],
    name: Names,
    where: str,
) -> Reading:
    """The metric's value from `values` of its formula's inputs.

    `None` with a note for a division by 0. Rates of counts come with the counts. `where` names the
    period in notes.
    """
    formula = metric.formula
    match formula:
        case Quotient():
            return _quotient(metric.unit, formula, values, units, name, where)
        case Direct():
            return _finite(values[formula.measure])
        case Total():
            return _finite(sum(values[key] for key in formula.addends))
        case Difference():
            return _finite(values[formula.minuend] - values[formula.subtrahend])
        case Product():
            for key in formula.divisors:
                if values[key] == 0:
                    return Reading(None, note=f"{name(key)} is 0 in {where}")
            value = prod(values[key] for key in formula.factors)
            for key in formula.divisors:
                value /= values[key]
            return _finite(value)
        case _:
            assert_never(formula)


def _quotient(
    unit: Unit,
    formula: Quotient,
    values: Mapping[str, float],
    units: Mapping[str, Unit],
    name: Names,
    where: str,
) -> Reading:
    over, under = values[formula.numerator], values[formula.denominator]
    top, bottom = name(formula.numerator), name(formula.denominator)
    if under == 0:
        return Reading(None, note=f"{bottom} is 0 in {where}")
    trials = _count(under, units.get(formula.denominator))
    successes = _count(over, units.get(formula.numerator))
    found = _finite(over / under, trials)
    if unit is not Unit.RATIO or trials is None or successes is None:
        return found
    if successes > trials:
        return noted(found, f"{top} above {bottom}: some come from an earlier period")
    return Reading(found.value, Counts(successes=successes, trials=trials), trials)


def _count(value: float, unit: Unit | None) -> int | None:
    """A whole number of events; `None` for what is none."""
    whole = 0 <= value <= LARGEST_COUNT and abs(value - round(value)) <= _WHOLE
    return round(value) if whole and unit is Unit.COUNT else None


def _finite(value: float, n: int | None = None) -> Reading:
    if not isfinite(value):
        return Reading(None, note="too large to be computed")
    return Reading(value, n=n)


def read_directly(
    metrics: Mapping[str, MetricDefinition],
) -> dict[str, tuple[MetricDefinition, ...]]:
    """Metrics that are nothing but a measure, by that measure."""
    found: dict[str, tuple[MetricDefinition, ...]] = {}
    for metric in metrics.values():
        if isinstance(metric.formula, Direct):
            same = found.get(metric.formula.measure, ())
            found[metric.formula.measure] = (*same, metric)
    return found
