"""Framework -> findings: what the user should look at before signing off."""

from __future__ import annotations

from kpi_core.framework import check_kpis, check_use
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_RULES = (
    check_kpis.check_stages,
    check_kpis.check_north_star,
    check_kpis.check_owners,
    check_kpis.check_targets,
    check_kpis.check_measurability,
    check_kpis.check_guardrails,
    check_use.check_dashboards,
    check_use.check_reviews,
    check_use.check_plan,
)


def check_framework(framework: MeasurementFramework) -> tuple[Finding, ...]:
    """Everything worth fixing, errors first. Empty when the framework is ready for sign-off."""
    found = [finding for rule in _RULES for finding in rule(framework)]
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.severity]))
