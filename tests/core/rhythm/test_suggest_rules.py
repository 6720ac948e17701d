"""Lead rules fitted to the size of buyer."""

from __future__ import annotations

from kpi_core.models.base import Segment
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.lead_rules import FitCriterion, FitField
from kpi_core.rhythm.suggest_rules import EMPLOYEES, fitted_agreement


def test_only_the_company_size_follows_the_segment(framework: MeasurementFramework) -> None:
    for segment in Segment:
        fitted = fitted_agreement(framework.agreement, segment)
        for before, after in zip(framework.agreement.definitions, fitted.definitions, strict=True):
            assert before.rules is not None
            assert after.rules is not None
            for one, other in zip(before.rules.criteria, after.rules.criteria, strict=True):
                if isinstance(other, FitCriterion) and other.field is FitField.COMPANY_SIZE:
                    assert (other.minimum, other.maximum) == EMPLOYEES[segment]
                    assert other.points == one.points
                else:
                    assert one == other


def test_segments_join_without_gap_or_overlap() -> None:
    small, middle, large = (EMPLOYEES[segment] for segment in Segment)
    assert small == (None, 99)
    assert middle == (100, 999)
    assert large == (1000, None)
