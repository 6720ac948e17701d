"""Numbers as the client room says them."""

from __future__ import annotations

from kpi_core.formats import count, percent, value_text
from kpi_core.kpi_tree.bottleneck import Leak
from kpi_core.kpi_tree.lanes import StepResult
from kpi_core.kpi_tree.pace import covered_share, nearness
from kpi_core.kpi_tree.story import Change, LaneLeak
from kpi_core.kpi_tree.story_levers import Lever
from kpi_core.kpi_tree.story_words import slide_money
from kpi_core.models.base import Unit
from kpi_ui.components.room import RoomRow, Tone
from kpi_ui.room.work import Work
from kpi_ui.tree.drawing import TONES
from kpi_ui.tree.outcome import probability

PROOF = {
    "proven": "Proven",
    "not_proven": "Not yet proven",
    "at_reference": "At what is typical",
    "unknown": "Not known",
}
PROOF_TONE: dict[str, Tone] = {"proven": "bad", "not_proven": "warn", "at_reference": "good"}
CHANGE_NAMES = {"revenue": "Revenue", "deals": "Deals", "chance": "Chance"}


def big(work: Work, value: float) -> str:
    """Money, as it goes on a slide."""
    return slide_money(value, work.currency)


def units(value: float) -> str:
    """A volume: whole from 100, one decimal below."""
    return count(round(value) if abs(value) >= 100 else round(value, 1))


def share_text(value: float) -> str:
    """A share, without a decimal where it has none."""
    return percent(value).replace(".0%", "%")


def tone_of(required: float, now: float | None) -> Tone:
    """How near today's pace is, as the KPI tree colours it."""
    return TONES[nearness(required, now)]


def step_row(step: StepResult) -> RoomRow:
    """A step's volume, needed against now."""
    needed = units(step.required)
    if step.now is None:
        return RoomRow(step.name, needed, "", "Not known", "muted", None)
    gap = "Covered" if not step.short else f"{units(step.short)} short"
    tone, fill = tone_of(step.required, step.now), covered_share(step.required, step.now)
    return RoomRow(step.name, needed, f"now {units(step.now)}", gap, tone, fill)


def leak_name(work: Work, found: LaneLeak) -> str:
    """The rate's name, with its lane where there are several."""
    name = found.leak.name
    return f"{name}, {found.lane.name}" if work.several else name


def against(leak: Leak) -> str:
    """`14.0% against 26.0%`, as far as it is known."""
    if leak.now is None:
        return "today's rate is not known"
    if leak.reference is None:
        return f"{percent(leak.now)}, nothing published to hold it against"
    return f"{percent(leak.now)} against {percent(leak.reference)}"


def lever_name(work: Work, lever: Lever) -> str:
    """What a slider is called."""
    name = f"{lever.name} a year" if lever.kind == "volume" else lever.name
    several = len(work.what_if.lanes) > 1 and lever.lane_name
    quiet = not work.several and lever.lane_id == work.lanes[0].id
    return f"{name}, {lever.lane_name}" if several and not quiet else name


def lever_texts(work: Work, lever: Lever) -> list[str]:
    """Every value of a slider."""
    if lever.unit is Unit.COUNT:
        return [units(value) for value in lever.grid]
    if lever.unit is Unit.MONEY:
        return [big(work, value) for value in lever.grid]
    return [value_text(value, lever.unit, work.currency) for value in lever.grid]


def change_texts(work: Work, change: Change) -> tuple[str, str, str]:
    """Before, after and the difference."""
    if change.id == "chance":
        points = round(change.after * 100) - round(change.before * 100)
        moved = f"{points:+d} points" if points else "same"
        return probability(change.before), probability(change.after), moved
    if change.id == "revenue":
        before, after, moved = (big(work, x) for x in (change.before, change.after, change.delta))
    else:
        before, after, moved = (units(x) for x in (change.before, change.after, change.delta))
    return before, after, "same" if before == after else f"{'+' if change.delta > 0 else ''}{moved}"
