"""The KPI tree's scenario: what is on screen, saving, adopting."""

from __future__ import annotations

from collections.abc import Callable

from kpi_core.framework.reading import typed
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.edit import with_values
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario
from kpi_ui import state

MAX_SAVED = 3


def framework() -> MeasurementFramework:
    """The finished framework, else the one the draft stands for."""
    return state.framework() or state.preview(state.interpretation())


def on_screen() -> Scenario:
    """The scenario on screen: the changed one, else the framework's base."""
    return state.scenario() or base_scenario(framework(), state.catalog())


def change(edit: Callable[[Scenario], Scenario]) -> None:
    """Apply `edit` to the scenario on screen."""
    state.set_scenario(edit(on_screen()))


def saved() -> list[Scenario]:
    """The framework's what-ifs."""
    return list(framework().scenarios)


def _write(changed: list[Scenario], label: str) -> None:
    state.set_answer(("scenarios",), [s.model_dump(mode="json") for s in changed], label)


def save_new(name: str) -> str:
    """Keep what is on screen under `name` in the framework; returns the name used."""
    kept = saved()
    name = " ".join(name.split())[:120] or f"What-if {len(kept) + 1}"
    taken = {scenario.id for scenario in kept}
    free = next(f"what_if_{n}" for n in range(1, 20) if f"what_if_{n}" not in taken)
    new = with_values(on_screen(), id=free, name=name)
    _write([*kept, new], f"Save scenario {name}")
    state.set_scenario(new)
    return name


def update() -> None:
    """Keep what is on screen under its own name."""
    now = on_screen()
    _write([now if s.id == now.id else s for s in saved()], f"Save {now.name}")


def delete() -> None:
    """Take the scenario on screen out of the framework and go back to the base."""
    now = on_screen()
    _write([s for s in saved() if s.id != now.id], f"Delete {now.name}")
    state.set_scenario(None)


def adopt() -> tuple[int, list[str]]:
    """Write the rates on screen as targets; returns how many, and the rates that are no KPI."""
    adopted = on_screen()
    chosen = {kpi.metric_id for kpi in framework().kpis}
    rates = {rate.metric_id: rate for lane in adopted.lanes for rate in lane.rates}
    kept = [rate for rate in rates.values() if rate.metric_id in chosen]

    def edit(answers: state.Draft) -> None:
        for rate in kept:
            kpi = answers.setdefault("kpis", {}).setdefault(rate.metric_id, {})
            kpi["target"] = typed(rate.value, Unit.RATIO)

    state.change(f"Adopt {adopted.name}", edit, outside=True)
    return len(kept), [rate.name for rate in rates.values() if rate.metric_id not in chosen]
