"""What every wizard step is given: the answers, what they mean, and the framework they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.funnel import requirements
from kpi_core.framework.interpret import Interpretation
from kpi_core.models.company import CompanyProfile
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_ui import state


@dataclass(frozen=True)
class Context:
    """One run's view of the work."""

    catalog: Catalog
    read: Interpretation
    framework: MeasurementFramework

    @property
    def profile(self) -> CompanyProfile:
        """The company as understood."""
        return self.read.profile

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.read.profile.currency

    @property
    def in_place(self) -> frozenset[str]:
        """Tool categories in place."""
        return self.read.selection.data.categories

    @cached_property
    def required(self) -> dict[str, float]:
        """What the funnel plan needs of each metric in the year."""
        return requirements(self.framework.funnel_plan)

    def kpi(self, metric_id: str | None) -> Kpi | None:
        """The KPI of that metric, if it is chosen."""
        return next((k for k in self.framework.kpis if k.metric_id == metric_id), None)


def load() -> Context:
    """The context of this run."""
    read = state.interpretation()
    return Context(state.catalog(), read, state.preview())
