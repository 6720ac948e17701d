"""What an uploaded value of a metric or measure becomes: the fact it is kept as, and its limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Aggregation, Unit
from kpi_core.models.metric import Direct, MetricDefinition

_PERCENT_FROM = 1.5
_PERCENT_FROM_WITHOUT_MAXIMUM = 10.0


@dataclass(frozen=True)
class FactKind:
    """How values of one metric or measure are kept."""

    id: str
    """The fact's id: the measure where a metric is read directly from one and adds up."""
    name: str
    additive: bool
    unit: Unit
    minimum: float
    maximum: float

    def scaled(self, values: np.ndarray, unit: str) -> tuple[np.ndarray, bool]:
        """Ratios as shares, and whether bare numbers were taken for percent.

        Numbers with percent signs (`unit`) come as written, 12 for 12%. Bare ones are percent when
        one is above 1.5 (above 10 where the ratio has no maximum: a return of 300% may be 3.0).
        """
        if self.unit not in (Unit.RATIO, Unit.MULTIPLE):
            return values, False
        if unit == "percent":
            return values / 100, False
        if self.unit is Unit.MULTIPLE:
            return values, False
        bounded = np.isfinite(self.maximum)
        limit = _PERCENT_FROM if bounded else _PERCENT_FROM_WITHOUT_MAXIMUM
        is_percent = bool(np.nanmax(np.abs(values), initial=0) > limit)
        return (values / 100, True) if is_percent else (values, False)

    def possible(self, values: np.ndarray) -> np.ndarray:
        """Which values the metric can have."""
        return np.asarray(np.isfinite(values) & (values >= self.minimum) & (values <= self.maximum))


def fact_kind(key: str, catalog: Catalog) -> FactKind | None:
    """How values of the metric or measure `key` are kept; `None` when the catalog has no such id."""
    if key in catalog.metrics:
        return _of_metric(catalog.metrics[key])
    if key not in catalog.measures:
        return None
    measure = catalog.measures[key]
    direct = next((m for m in catalog.metrics.values() if m.formula == Direct(measure=key)), None)
    level = key in catalog.imports.levels or (
        direct is not None and direct.over_time is not Aggregation.SUM
    )
    minimum = 0.0 if measure.unit is not Unit.MONEY else -np.inf
    return FactKind(key, measure.name, not level, measure.unit, minimum, np.inf)


def _of_metric(metric: MetricDefinition) -> FactKind:
    additive = metric.over_time is Aggregation.SUM
    direct = additive and isinstance(metric.formula, Direct)
    return FactKind(
        metric.formula.measure if direct and isinstance(metric.formula, Direct) else metric.id,
        metric.name,
        additive,
        metric.unit,
        metric.minimum,
        np.inf if metric.maximum is None else metric.maximum,
    )
