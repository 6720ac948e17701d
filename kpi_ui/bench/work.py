"""What the benchmarks page works on: the framework, the cohort compared with, and the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kpi_core.benchmarks.cohort import BAND_CURRENCY, Cohort, cohort_of, segment_bands
from kpi_core.benchmarks.overview import Row, overview
from kpi_core.catalog.loader import Catalog
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import scenarios, state

FILTERS = "bench_filters"


@dataclass(frozen=True)
class Work:
    """One run's view of the page."""

    catalog: Catalog
    framework: MeasurementFramework
    own: Cohort
    """The company's own cohort."""
    cohort: Cohort
    """The cohort compared with: the company's own unless filters say otherwise."""

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.framework.company.currency

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every KPI, most money at stake first."""
        return overview(self.framework, self.catalog, self.cohort)

    @property
    def year(self) -> int:
        """The calendar year that the age of a figure is counted from."""
        return self.framework.updated_on.year

    @cached_property
    def row(self) -> Row:
        """The selected KPI's row; the first one when none is selected."""
        chosen = state.view("bench_selected")
        return next((row for row in self.rows if row.metric_id == chosen), self.rows[0])


def load() -> Work:
    """The work of this run."""
    catalog, framework = state.catalog(), scenarios.framework()
    own = cohort_of(framework.company, catalog)
    changes: dict[str, Any] = dict(state.view(FILTERS) or {})
    if changes.get("segment", own.segment) != own.segment:
        changes["stages"] = _stages(own, changes["segment"], framework.company.currency, catalog)
    return Work(catalog, framework, own, replace(own, **changes))


def _stages(own: Cohort, segment: str | None, currency: str, catalog: Catalog) -> tuple[str, ...]:
    """Size bands for another segment: its contracts instead of the company's; its own ARR stays."""
    contracts = segment_bands(segment, catalog) if currency == BAND_CURRENCY else ()
    return (*contracts, *(band for band in own.stages if band.startswith("arr_")))
