"""What the actuals page works on: the framework, the files on the desk, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_core.actuals.keep import Actuals
from kpi_core.catalog.loader import Catalog, extended, load_catalog
from kpi_core.models.actuals import UNKNOWN, Shape
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import keeping, scenarios, state
from kpi_ui.actuals.desk import Desk, desk, touch

SHAPES = {
    Shape.LEADS: "A lead, with the dates of its steps",
    Shape.OPPORTUNITIES: "An opportunity or deal",
    Shape.TOUCHES: "A touch of a lead or deal",
    Shape.VALUES_LONG: "A value of one metric",
    Shape.VALUES_WIDE: "A period, with a column for each metric",
}


@dataclass(frozen=True)
class Work:
    """One run's view of the page."""

    framework: MeasurementFramework
    catalog: Catalog
    desk: Desk
    actuals: Actuals | None

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.framework.company.currency

    def channel(self, channel: str) -> str:
        """A channel's readable name."""
        if channel == UNKNOWN:
            return "Not known"
        known = self.catalog.channels.get(channel)
        return known.name if known else channel.replace("_", " ").capitalize()


def load() -> Work:
    """The work of this run."""
    framework, on_desk, keeper = scenarios.framework(), desk(), keeping.keeper()
    saved = keeper.current if keeper is not None else None
    on_desk.belongs_to(saved.id if saved else None, framework)
    touch(on_desk.files)
    return Work(framework, extended(load_catalog(), framework), on_desk, state.actuals())
