"""The KPI tree's scenario: what is on screen, saving, adopting."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from kpi_core.framework.reading import typed
from kpi_core.kpi_tree.edit import with_values
from kpi_core.kpi_tree.lanes import planned_rates
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario
from kpi_ui import derived, inputs, state

MAX_SAVED = 3
NAME_LENGTH = 120
_HIDDEN = {"Cc", "Cs"}


def framework() -> MeasurementFramework:
    """The finished framework, else the one the draft stands for."""
    return state.framework() or state.preview()


def base() -> Scenario:
    """The framework's base scenario."""
    return derived.base(*state.framework_texts())


def on_screen() -> Scenario:
    """The scenario on screen: the changed one, else the framework's base."""
    return state.scenario() or base()


def change(edit: Callable[[Scenario], Scenario], label: str | None = None) -> None:
    """Apply `edit` to the scenario on screen. With a `label` it can be undone."""
    state.set_scenario(edit(on_screen()), label)


def saved() -> list[Scenario]:
    """The what-ifs kept in the answers, also while another answer needs attention."""
    if not state.answer("scenarios"):
        return []
    return list(state.interpretation().selection.scenarios)


def _write(changed: list[Scenario], label: str) -> None:
    state.set_answer(("scenarios",), [s.model_dump(mode="json") for s in changed], label)


def clean_name(text: str) -> str:
    """Text typed as a name: on one line, without control characters, not too long; may be empty."""
    visible = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in _HIDDEN)
    return visible[:NAME_LENGTH].strip()


def save_new(name: str) -> str:
    """Keep what is on screen under `name` in the framework; returns the name used.

    A name that is taken gets a number.
    """
    kept = saved()
    name = clean_name(name) or f"What-if {len(kept) + 1}"
    name = inputs.distinct([*(scenario.name for scenario in kept), name])[-1]
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
    """Write the rates on screen as targets; returns how many, and the rates that are no KPI.

    A rate that several lanes have becomes one target: theirs together, by the volume they need.
    """
    adopted = on_screen()
    chosen = {kpi.metric_id for kpi in framework().kpis}
    names = {rate.metric_id: rate.name for lane in adopted.lanes for rate in lane.rates}
    kept = {key: value for key, value in planned_rates(adopted).items() if key in chosen}

    def edit(answers: state.Draft) -> None:
        for metric_id, value in kept.items():
            kpi = answers.setdefault("kpis", {}).setdefault(metric_id, {})
            kpi["target"] = typed(value, Unit.RATIO)

    state.change(f"Adopt {adopted.name}", edit, outside=True)
    return len(kept), [name for key, name in names.items() if key not in chosen]
