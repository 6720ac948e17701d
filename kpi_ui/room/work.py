"""What the client room works on: the scenario on the KPI tree, and a what-if of its own.

The what-if begins as the scenario on the KPI tree and is kept apart from it, so that nothing moved in
front of a client changes the saved work before it is kept as a scenario.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kpi_core.catalog.loader import Catalog
from kpi_core.kpi_tree.lanes import LaneResult, TreeResult, solve
from kpi_core.kpi_tree.simulate import Simulation
from kpi_core.kpi_tree.story import (
    Outcome,
    Weakest,
    anchored,
    at_todays_rates,
    outcome,
    told_lanes,
    weakest,
    with_todays_volumes,
)
from kpi_core.kpi_tree.story_levers import Lever, chosen, levers, moved
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario
from kpi_ui import derived, journal, scenarios, state
from kpi_ui.tree.outcome import simulated

SCREENS = (("goal", "Goal"), ("gap", "Gap"), ("bottleneck", "Bottleneck"), ("plan", "Plan"))
_SCREEN, _WHAT_IF, _LEVERS, _FROM = "room_screen", "room_what_if", "room_levers", "room_from"


@dataclass(frozen=True)
class Work:
    """One run's view of the room."""

    catalog: Catalog
    framework: MeasurementFramework
    base: Scenario
    start: Scenario
    """What the sliders go back to: the scenario on the KPI tree."""
    what_if: Scenario
    wanted: tuple[str, ...]
    """Ids of the levers the presenter asked for; empty for the usual ones."""

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.framework.company.currency

    @property
    def moved(self) -> bool:
        """Whether a slider was moved."""
        return self.what_if != self.start

    @cached_property
    def told(self) -> Scenario:
        """What goal, gap and bottleneck are told from: the tree's scenario at today's volumes."""
        saved = {scenario.id for scenario in scenarios.saved()}
        return with_todays_volumes(self.start, self.base, is_what_if=self.start.id in saved)

    @cached_property
    def as_now(self) -> Scenario:
        """The same, if all goes on as now."""
        return at_todays_rates(self.told)

    @cached_property
    def result(self) -> TreeResult:
        """What is told, solved."""
        return solve(self.told)

    @property
    def several(self) -> bool:
        """Whether more than one lane brings revenue, so that lanes are named."""
        return sum(1 for lane in self.result.lanes if lane.revenue_required > 0) > 1

    @cached_property
    def lanes(self) -> tuple[LaneResult, ...]:
        """The lanes to tell."""
        return told_lanes(self.result)

    @cached_property
    def weakest(self) -> Weakest:
        """Where most money is at stake."""
        return weakest(self.told, self.result)

    @cached_property
    def before(self) -> Scenario:
        """The base with a volume to start from."""
        return anchored(self.base, self.base)

    @cached_property
    def after(self) -> Scenario:
        """The what-if with a volume to start from."""
        return anchored(self.what_if, self.base)

    @cached_property
    def outcomes(self) -> tuple[Outcome, Outcome]:
        """What the base and the what-if bring."""
        return outcome(self.before), outcome(self.after)

    @cached_property
    def chances(self) -> tuple[Simulation, Simulation]:
        """How likely the base and the what-if reach the number."""
        return simulated(self.before), simulated(self.after)

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """All levers, those that matter most first."""
        return levers(self.before, anchored(self.start, self.base), self.after)

    @cached_property
    def chosen(self) -> tuple[Lever, ...]:
        """The levers on screen."""
        return chosen(self.levers, self.wanted)


def load() -> Work:
    """The work of this run."""
    start = scenarios.on_screen()
    return Work(
        catalog=state.catalog(),
        framework=scenarios.framework(),
        base=scenarios.base(),
        start=start,
        what_if=_what_if(start),
        wanted=tuple(state.view(_LEVERS) or ()),
    )


def _what_if(start: Scenario) -> Scenario:
    """The moved scenario; `start` when none is, or when what it was moved from is no longer there."""
    kept = state.view(_WHAT_IF) or {}
    if kept.get("from") != _digest(start):
        return start
    try:
        return derived.scenario(kept["now"])
    except ValueError:  # kept by another version of the app
        return start


def _digest(scenario: Scenario) -> str:
    return hashlib.sha256(scenario.model_dump_json().encode()).hexdigest()


def move(work: Work, lever_id: str, at: int) -> None:
    """Put a lever at a position of its grid."""
    lever = next(x for x in work.levers if x.id == lever_id)
    kept = _what_if(work.start)  # another lever may have moved since
    changed = moved(kept, lever, lever.grid[at])
    _keep(**{_WHAT_IF: {"from": _digest(work.start), "now": changed.model_dump_json()}})


def reset() -> None:
    """All sliders back to where they stood."""
    _keep(**{_WHAT_IF: None})


def keep_as(work: Work, name: str) -> str:
    """Keep the what-if as a scenario of the framework; returns the name used."""
    state.set_scenario(work.what_if)
    used = scenarios.save_new(name)
    reset()
    return used


def choose(lever_ids: Sequence[str]) -> None:
    """Which levers to show."""
    _keep(**{_LEVERS: list(lever_ids)})


def screen() -> str:
    """Id of the screen shown."""
    shown = state.view(_SCREEN)
    return shown if shown in dict(SCREENS) else SCREENS[0][0]


def go(screen_id: str) -> None:
    """Show another screen."""
    _keep(**{_SCREEN: screen_id})


def enter(origin: str) -> None:
    """Open the room at its first screen; leaving goes back to the page `origin`."""
    state.set_view(go_to="room", **{_SCREEN: SCREENS[0][0], _FROM: origin})


def leave() -> None:
    """Back to the page the room was opened from."""
    state.set_view(go_to=state.view(_FROM) or "kpi_tree")


def _keep(**settings: object) -> None:
    """Change view settings and save them: moves inside the page's fragment never reach its end."""
    state.set_view(**settings)
    journal.keep()
