"""The funnel plan holds together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import FunnelPlan


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda p: p["rates"].pop(), "5 steps need 4 rates, got 3"),
        (lambda p: p["steps"].pop(), "4 steps need 3 rates, got 4"),
        (lambda p: p["steps"][1].update(id="sessions"), "step ids must differ"),
        (lambda p: p["rates"][0].update(value=0), "greater than"),
        (lambda p: p["rates"][0].update(value=1.01), "less than or equal to 1"),
        (lambda p: p.update(average_deal_size=0), "greater than"),
        (lambda p: p.update(marketing_revenue=-1), "greater than or equal to 0"),
        (lambda p: p.update(rounding="up"), "'whole' or 'exact'"),
    ],
)
def test_a_plan_that_cannot_be(
    worked_example: MeasurementFramework, change: Callable[[Any], object], problem: str
) -> None:
    plan = worked_example.funnel_plan.model_dump(mode="json")
    change(plan)
    with pytest.raises(ValidationError, match=problem):
        FunnelPlan.model_validate(plan)
