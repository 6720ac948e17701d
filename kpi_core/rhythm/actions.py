"""The action log: what was agreed in reviews, who does it by when, and what is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MOST_ACTIONS, OperatingRhythm
from kpi_core.models.rhythm import ActionItem


@dataclass(frozen=True)
class ActionCount:
    """How the log stands on a day."""

    open: int
    overdue: int
    done: int
    done_in_time: int

    @property
    def words(self) -> str:
        """`3 open, 1 of them overdue; 5 done, 4 in time`."""
        late = f", {self.overdue} of them overdue" if self.overdue else ""
        return f"{self.open} open{late}; {self.done} done, {self.done_in_time} in time"


def open_actions(rhythm: OperatingRhythm) -> tuple[ActionItem, ...]:
    """Actions not done yet, the most urgent first."""
    waiting = (action for action in rhythm.actions if action.done_on is None)
    return tuple(sorted(waiting, key=lambda action: (action.due, action.created_on)))


def is_overdue(action: ActionItem, today: date) -> bool:
    """Whether it is open after the day it was due."""
    return action.done_on is None and action.due < today


def count_actions(rhythm: OperatingRhythm, today: date) -> ActionCount:
    """Open, overdue and done actions; the day an action is due is still in time."""
    done = [action for action in rhythm.actions if action.done_on]
    return ActionCount(
        open=len(rhythm.actions) - len(done),
        overdue=sum(is_overdue(action, today) for action in rhythm.actions),
        done=len(done),
        done_in_time=sum(action.done_on <= action.due for action in done if action.done_on),
    )


def with_action(rhythm: OperatingRhythm, action: ActionItem) -> OperatingRhythm:
    """The rhythm with `action` in place of the one with its id, or added at the end.

    Raises `ValueError` when the log is full.
    """
    kept = {entry.id: entry for entry in rhythm.actions}
    if action.id not in kept and len(kept) >= MOST_ACTIONS:
        raise ValueError(f"The log holds {MOST_ACTIONS:,} actions; delete old ones first.")
    kept[action.id] = action
    return _with(rhythm, tuple(kept.values()))


def without_action(rhythm: OperatingRhythm, action_id: str) -> OperatingRhythm:
    """The rhythm without the action; unchanged when there is none with this id."""
    return _with(rhythm, tuple(entry for entry in rhythm.actions if entry.id != action_id))


def completed(rhythm: OperatingRhythm, action_id: str, done_on: date | None) -> OperatingRhythm:
    """The rhythm with the action done on a day, or open again with `None`."""
    changed = (
        ActionItem.model_validate({**dict(entry), "done_on": done_on})
        if entry.id == action_id
        else entry
        for entry in rhythm.actions
    )
    return _with(rhythm, tuple(changed))


def next_action_id(rhythm: OperatingRhythm) -> str:
    """An id no action has: `action_1`, `action_2` ..."""
    taken = {action.id for action in rhythm.actions}
    number = len(taken) + 1
    while f"action_{number}" in taken:
        number += 1
    return f"action_{number}"


def _with(rhythm: OperatingRhythm, actions: tuple[ActionItem, ...]) -> OperatingRhythm:
    return OperatingRhythm.model_validate({**dict(rhythm), "actions": actions})


def check_actions(framework: MeasurementFramework, today: date) -> tuple[Finding, ...]:
    """Overdue actions and dates that cannot be."""
    return tuple(
        finding
        for action in framework.operating_rhythm.actions
        for finding in _check(action, today)
    )


def _check(action: ActionItem, today: date) -> Iterator[Finding]:
    where = f"Action: {action.what[:200]}"

    def impossible(message: str) -> Finding:
        return Finding(
            code="action_date_impossible",
            severity=Severity.ERROR,
            where=where,
            message=message,
            fix="Correct the date.",
        )

    if action.due < action.created_on:
        yield impossible(
            f"It was due on {action.due.isoformat()}, before it was agreed on "
            f"{action.created_on.isoformat()}."
        )
    if action.done_on and action.done_on < action.created_on:
        yield impossible(f"It was done on {action.done_on.isoformat()}, before it was agreed.")
    if action.created_on > today or (action.done_on and action.done_on > today):
        yield impossible("It was agreed or done on a day still to come.")
    if is_overdue(action, today):
        days = (today - action.due).days
        yield Finding(
            code="action_overdue",
            severity=Severity.WARNING,
            where=where,
            message=f"It is {days} day{'' if days == 1 else 's'} overdue.",
            fix="Mark it as done, agree on a new date, or drop it in the next review.",
        )
