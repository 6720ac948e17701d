"""The wizard's frame: stepper, foot and finish."""

from __future__ import annotations

from typing import Literal

from kpi_ui import components, keeping, state
from kpi_ui.steps import STEP_IDS, STEPS
from kpi_ui.steps.context import Context


def go(step: str) -> None:
    """Show a step."""
    reached = max(state.view("reached", 0), STEP_IDS.index(step))
    state.set_view(step=step, reached=reached, adding=None)


def step_items(context: Context, current: str) -> list[components.StepItem]:
    """The stepper's items: what is done, current, to come, or in trouble."""
    trouble = {finding.step for finding in context.read.findings}
    reached = state.view("reached", 0)
    items = []
    for position, step in enumerate(STEPS):
        known: Literal["done", "todo"] = "done" if position < reached else "todo"
        mood: Literal["trouble", "done", "todo"] = "trouble" if step.id in trouble else known
        items.append(
            components.StepItem(step.id, step.label, "current" if step.id == current else mood)
        )
    return items


def _finish() -> None:
    if state.finish():
        state.set_view(go_to="export", finished=True, reached=len(STEPS))
    else:
        state.set_view(blocked=True)


def foot(context: Context, position: int) -> None:
    """Back, Continue and, on the last step, Finish."""
    last = position == len(STEPS) - 1

    def move(where: Literal["back", "next"]) -> None:
        if where == "next" and last:
            _finish()
        else:
            go(STEP_IDS[position + (1 if where == "next" else -1)])

    note = _note(context.read.is_complete)
    forward = "Finish" if last else f"Continue to {STEPS[position + 1].label.lower()}"
    components.footer(
        (position + 1) / len(STEPS),
        "Back" if position else None,
        forward,
        note,
        key="wizard.footer",
        on_move=move,
    )


def _note(complete: bool) -> str:
    """What the foot says: about answers, and whether they are kept."""
    found = keeping.keeper()
    if found is not None and found.saved() == "Not saved":
        return "Not saved, see above"
    return "Kept as you type" if complete else "Some answers need attention"
