"""Lead rules fitted to the company: the size of buyer it sells to."""

from __future__ import annotations

from kpi_core.models.base import Segment
from kpi_core.models.lead_rules import Criterion, FitCriterion, FitField, LeadRules
from kpi_core.models.operation import LeadDefinition, MarketingSalesAgreement

EMPLOYEES: dict[Segment, tuple[int | None, int | None]] = {
    Segment.SMB: (None, 99),
    Segment.MID_MARKET: (100, 999),
    Segment.ENTERPRISE: (1000, None),
}
"""Employees of each segment, both ends included: the bounds Gartner's glossary gives for small and
midsize business. A starting point; the segment itself is a matter of contract size."""


def fitted_rules(rules: LeadRules, segment: Segment) -> LeadRules:
    """The rules with the segment's range where they ask for a company's size."""
    low, high = EMPLOYEES[segment]

    def fitted(criterion: Criterion) -> Criterion:
        if not isinstance(criterion, FitCriterion) or criterion.field is not FitField.COMPANY_SIZE:
            return criterion
        return FitCriterion.model_validate({**dict(criterion), "minimum": low, "maximum": high})

    criteria = tuple(fitted(criterion) for criterion in rules.criteria)
    return LeadRules.model_validate({**dict(rules), "criteria": criteria})


def fitted_agreement(
    agreement: MarketingSalesAgreement, segment: Segment
) -> MarketingSalesAgreement:
    """The agreement with every definition's rules fitted to the segment."""
    definitions = tuple(
        LeadDefinition.model_validate(
            {**dict(entry), "rules": entry.rules and fitted_rules(entry.rules, segment)}
        )
        for entry in agreement.definitions
    )
    return MarketingSalesAgreement.model_validate({**dict(agreement), "definitions": definitions})
