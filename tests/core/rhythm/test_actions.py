"""The action log: adding, finishing, what is late, and dates that cannot be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import MOST_ACTIONS, OperatingRhythm
from kpi_core.models.rhythm import ActionItem
from kpi_core.rhythm.actions import (
    check_actions,
    completed,
    count_actions,
    next_action_id,
    open_actions,
    with_action,
    without_action,
)

TODAY = date(2026, 4, 10)


def action(key: str, **fields: Any) -> ActionItem:
    return ActionItem.model_validate(
        {"id": key, "what": "Fix the form.", "owner_role": "cmo", "due": "2026-04-10",
         "review": "weekly", "created_on": "2026-04-03", **fields}
    )  # fmt: skip


def log(*actions: ActionItem) -> OperatingRhythm:
    return OperatingRhythm(reviews=(), actions=actions)


def test_the_log_is_counted_by_hand() -> None:
    rhythm = log(
        action("a"),  # due today: open, not late
        action("b", due="2026-04-09"),  # late
        action("c", done_on="2026-04-10"),  # in time
        action("d", due="2026-04-05", done_on="2026-04-06"),  # done late
    )
    found = count_actions(rhythm, TODAY)
    assert (found.open, found.overdue, found.done, found.done_in_time) == (2, 1, 2, 1)
    assert found.words == "2 open, 1 of them overdue; 2 done, 1 in time"
    assert [entry.id for entry in open_actions(rhythm)] == ["b", "a"]


def test_adding_replacing_finishing_and_removing() -> None:
    rhythm = with_action(with_action(log(), action("a")), action("b"))
    rhythm = with_action(rhythm, action("a", what="Fix both forms."))
    assert [(entry.id, entry.what) for entry in rhythm.actions] == [
        ("a", "Fix both forms."), ("b", "Fix the form."),
    ]  # fmt: skip
    done = completed(rhythm, "a", TODAY)
    assert [entry.done_on for entry in done.actions] == [TODAY, None]
    assert completed(done, "a", None) == rhythm
    assert [entry.id for entry in without_action(done, "a").actions] == ["b"]
    assert without_action(done, "nothing") == done


def test_ids_are_free_and_differ() -> None:
    assert next_action_id(log()) == "action_1"
    assert next_action_id(log(action("action_2"))) == "action_3"
    with pytest.raises(ValueError, match="ids must differ"):
        log(action("a"), action("a"))


def test_a_full_log_says_so() -> None:
    full = log(*(action(f"a{n}") for n in range(MOST_ACTIONS)))
    with pytest.raises(ValueError, match="delete old ones"):
        with_action(full, action("one_more"))
    assert with_action(full, action("a0", what="Changed.")).actions[0].what == "Changed."


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        ("action_overdue", {"due": "2026-04-09"}, {"due": "2026-04-10"}),
        ("action_overdue", {"due": "2026-04-09"}, {"due": "2026-04-09", "done_on": "2026-04-10"}),
        ("action_date_impossible", {"due": "2026-04-02"}, {"due": "2026-04-03"}),
        ("action_date_impossible", {"done_on": "2026-04-02"}, {"done_on": "2026-04-03"}),
        ("action_date_impossible", {"done_on": "2026-04-11"}, {"done_on": "2026-04-10"}),
        ("action_date_impossible", {"created_on": "2026-04-11", "due": "2026-04-12"},
         {"created_on": "2026-04-10", "due": "2026-04-12"}),
    ],
)  # fmt: skip
def test_a_finding(
    worked_example: MeasurementFramework,
    changed: Any,
    code: str,
    failing: dict[str, Any],
    passing: dict[str, Any],
) -> None:
    def codes(fields: dict[str, Any]) -> list[str]:
        entry = action("a", **fields).model_dump(mode="json")
        framework = changed(worked_example, lambda d: d["operating_rhythm"].update(actions=[entry]))
        return [finding.code for finding in check_actions(framework, TODAY)]

    assert code in codes(failing)
    assert code not in codes(passing)
