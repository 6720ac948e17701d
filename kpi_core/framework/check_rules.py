"""What the rules of a check share."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition


def finding(
    code: str,
    severity: Severity,
    where: str,
    message: str,
    fix: str,
    step: str,
    metric_id: str | None = None,
) -> Finding:
    """A finding that names the wizard step that mends it."""
    return Finding(
        code=code,
        severity=severity,
        where=where,
        message=message,
        fix=fix,
        step=step,
        metric_id=metric_id,
    )


def named(framework: MeasurementFramework) -> Iterator[tuple[Kpi, MetricDefinition]]:
    """Each KPI with its definition."""
    for kpi in framework.kpis:
        yield kpi, framework.metric(kpi.metric_id)
