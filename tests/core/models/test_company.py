"""The company profile's bounds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.models.company import CompanyProfile, DataInfrastructure
from kpi_core.models.framework import MeasurementFramework


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("currency", "yen"),
        ("fiscal_year_start_month", 0),
        ("fiscal_year_start_month", 13),
        ("segment", "huge"),
        ("motion", "guess_led"),
        ("average_deal_size", 0),
        ("average_deal_size", -1),
        ("revenue_target", 0),
        ("sales_cycle_days", 0),
        ("sales_cycle_days", 1826),
        ("start_arr", -1),
        ("net_revenue_retention", -0.1),
        ("net_revenue_retention", 5.1),
        ("marketing_sourced_share", 0),
        ("marketing_sourced_share", 1.01),
    ],
)
def test_bounds(worked_example: MeasurementFramework, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        CompanyProfile.model_validate({**dict(worked_example.company), field: value})
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_categories(worked_example: MeasurementFramework) -> None:
    data = worked_example.data_infrastructure
    assert data.categories == {"crm", "web_analytics", "marketing_automation"}
    assert DataInfrastructure().categories == frozenset()


def test_notes_are_limited() -> None:
    with pytest.raises(ValidationError):
        DataInfrastructure(notes="x" * 2001)
