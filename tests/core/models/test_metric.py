"""Definitions and their formulas."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import (
    Difference,
    Direct,
    Formula,
    MetricDefinition,
    Product,
    Quotient,
    Total,
)

FORMULA: TypeAdapter[Any] = TypeAdapter(Formula)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"kind": "direct", "measure": "a"}, Direct),
        ({"kind": "quotient", "numerator": "a", "denominator": "b"}, Quotient),
        ({"kind": "sum", "addends": ["a", "b"]}, Total),
        ({"kind": "product", "factors": ["a"]}, Product),
        ({"kind": "difference", "minuend": "a", "subtrahend": "b"}, Difference),
    ],
)
def test_formulas_are_told_apart_by_kind(raw: dict[str, Any], kind: type) -> None:
    formula = FORMULA.validate_python(raw)
    assert type(formula) is kind
    assert FORMULA.validate_json(FORMULA.dump_json(formula)) == formula


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "eval", "code": "1+1"},
        {"measure": "a"},
        {"kind": "sum", "addends": ["a"]},
        {"kind": "product", "factors": []},
        {"kind": "direct", "measure": "A B"},
        {"kind": "direct", "measure": "a", "extra": 1},
        "a / b",
    ],
)
def test_other_formulas_are_refused(raw: Any) -> None:
    with pytest.raises(ValidationError):
        FORMULA.validate_python(raw)


@pytest.mark.parametrize("field", ["roles", "motions", "measured_by", "pitfalls"])
def test_lists_that_must_not_be_empty(worked_example: MeasurementFramework, field: str) -> None:
    metric = dict(worked_example.metrics[0])
    with pytest.raises(ValidationError):
        MetricDefinition.model_validate({**metric, field: ()})
