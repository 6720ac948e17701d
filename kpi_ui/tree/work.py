"""What the KPI tree page works on: the framework, the base scenario and the one on screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kpi_core.catalog.loader import Catalog
from kpi_core.kpi_tree.base import target_scenario
from kpi_core.kpi_tree.bottleneck import Leak, leaks
from kpi_core.kpi_tree.edit import find_lane
from kpi_core.kpi_tree.lanes import LaneResult, TreeResult, blended, solve
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Lane, Scenario
from kpi_ui import scenarios, state

TOTAL = "total"


@dataclass(frozen=True)
class Work:
    """One run's view of the tree."""

    catalog: Catalog
    framework: MeasurementFramework
    base: Scenario
    scenario: Scenario
    saved: tuple[Scenario, ...]

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.framework.company.currency

    @cached_property
    def result(self) -> TreeResult:
        """The scenario solved."""
        return solve(self.scenario)

    @property
    def shows_total(self) -> bool:
        """Whether all lanes are on screen as one."""
        return self.lane.id == TOTAL

    @cached_property
    def lane(self) -> Lane:
        """The lane on screen; the sum of all when that is asked for and lanes have the same steps."""
        chosen = str(state.view("tree_lane", TOTAL))
        if chosen == TOTAL:
            return self.total_lane or self.scenario.lanes[0]
        return find_lane(self.scenario, chosen)

    @cached_property
    def total_lane(self) -> Lane | None:
        """All lanes as one; `None` for a single lane or lanes with different steps."""
        several = len(self.scenario.lanes) > 1
        return blended(self.scenario, self.result) if several else None

    @cached_property
    def lane_result(self) -> LaneResult:
        """The lane on screen, solved."""
        if self.shows_total:
            return self.result.total
        return next(lane for lane in self.result.lanes if lane.id == self.lane.id)

    @cached_property
    def leaks(self) -> tuple[Leak, ...]:
        """The lane's leaks, most money first."""
        return leaks(self.lane, self.lane_result.revenue_required)

    @cached_property
    def presets(self) -> dict[str, Scenario]:
        """Scenarios to start from: today's rates, target rates, and the saved ones."""
        ready = (self.base, target_scenario(self.base, self.framework), *self.saved)
        return {scenario.id: scenario for scenario in ready}

    @property
    def started_from(self) -> str:
        """Id of the preset that the scenario on screen began as."""
        return self.scenario.id if self.scenario.id in self.presets else self.base.id

    @cached_property
    def changed(self) -> bool:
        """Whether a lever or a field was moved since, and not saved."""
        return self.scenario != self.presets[self.started_from]


def load() -> Work:
    """The work of this run."""
    catalog, framework, base = state.catalog(), scenarios.framework(), scenarios.base()
    saved = tuple(scenarios.saved())
    return Work(catalog, framework, base, state.scenario() or base, saved)
