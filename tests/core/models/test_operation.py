"""Bounds of reviews and the agreement."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import Commitment, MarketingSalesAgreement, Review


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cadence", "daily"),
        ("cadence", "yearly"),
        ("duration_minutes", 4),
        ("duration_minutes", 481),
        ("agenda", []),
        ("name", ""),
    ],
)
def test_a_review_that_cannot_be(
    worked_example: MeasurementFramework, field: str, value: Any
) -> None:
    review = dict(worked_example.operating_rhythm.reviews[0])
    with pytest.raises(ValidationError):
        Review.model_validate({**review, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("response_hours", 0),
        ("response_hours", 721),
        ("contact_attempts", 0),
        ("disposition_days", 0),
        ("escalation", ""),
    ],
)
def test_an_agreement_that_cannot_be(
    worked_example: MeasurementFramework, field: str, value: Any
) -> None:
    with pytest.raises(ValidationError):
        MarketingSalesAgreement.model_validate({**dict(worked_example.agreement), field: value})


def test_only_marketing_and_sales_commit() -> None:
    with pytest.raises(ValidationError):
        Commitment.model_validate({"party": "finance", "statement": "Pay."})
