"""A formula in words, with the names its ids stand for."""

from __future__ import annotations

from typing import Protocol, assert_never

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Difference, Direct, Formula, Product, Quotient, Total


class Names(Protocol):
    """Anything that names metrics and measures."""

    def __call__(self, key: str) -> str:
        """Readable name of a metric or measure id."""
        ...


def formula_words(formula: Formula, name: Names) -> str:
    """`Closed-won deals ÷ closed opportunities`, for people."""
    match formula:
        case Direct(measure=measure):
            return name(measure)
        case Quotient(numerator=numerator, denominator=denominator):
            return f"{name(numerator)} ÷ {name(denominator)}"
        case Total(addends=addends):
            return " + ".join(name(key) for key in addends)
        case Product(factors=factors, divisors=divisors):
            return " ÷ ".join([" × ".join(map(name, factors)), *map(name, divisors)])
        case Difference(minuend=minuend, subtrahend=subtrahend):
            return f"{name(minuend)} − {name(subtrahend)}"
        case _:
            assert_never(formula)


def formula_text(formula: Formula, framework: MeasurementFramework) -> str:
    """The formula with the names this framework uses."""
    names = {measure.id: measure.name for measure in framework.measures}
    names |= {metric.id: metric.name for metric in framework.metrics}
    return formula_words(formula, lambda key: names.get(key, key.replace("_", " ")))
