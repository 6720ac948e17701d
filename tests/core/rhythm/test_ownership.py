"""The matrix, the load of each role, and one failing and one passing case for each finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import Responsibility
from kpi_core.rhythm.ownership import (
    MOST_OWNED,
    check_ownership,
    ownership,
    role_loads,
    roles_in,
    with_responsibility,
)

Document = dict[str, Any]


def test_the_matrix_has_a_row_for_each_kpi(framework: MeasurementFramework) -> None:
    rows = ownership(framework)
    assert [row.metric_id for row in rows] == [kpi.metric_id for kpi in framework.kpis]
    for row, kpi in zip(rows, framework.kpis, strict=True):
        assert (row.accountable, row.responsible) == (kpi.owner_role, kpi.steward_role)
        assert row.proposed
        others = {*row.consulted, *row.informed}
        assert not others & {row.accountable, row.responsible}
        assert not set(row.consulted) & set(row.informed)


def test_a_proposal_by_hand(worked_example: MeasurementFramework) -> None:
    # win rate leads to nothing here; its guardrail, opportunities created, is no KPI of the sample
    row = {r.metric_id: r for r in ownership(worked_example)}["mql_count"]
    metric = worked_example.metric("mql_count")
    owners = {kpi.metric_id: kpi.owner_role for kpi in worked_example.kpis}
    asked = {owners.get(metric.leads or ""), owners.get(metric.guardrail or "")}
    assert set(row.consulted) == asked - {None, row.accountable, row.responsible}
    weekly = worked_example.operating_rhythm.reviews[0]
    assert "mql_count" in weekly.metric_ids
    told = set(weekly.attendees) - {row.accountable, row.responsible, *row.consulted}
    assert told <= set(row.informed)


def test_a_choice_replaces_the_proposal(worked_example: MeasurementFramework) -> None:
    entry = Responsibility(metric_id="win_rate", consulted=("ceo",), informed=("cmo", "ceo"))
    rhythm = with_responsibility(worked_example.operating_rhythm, entry)
    framework = MeasurementFramework.model_validate(
        {**dict(worked_example), "operating_rhythm": rhythm}
    )
    row = {r.metric_id: r for r in ownership(framework)}["win_rate"]
    assert (row.proposed, row.consulted, row.informed) == (False, ("ceo",), ("cmo", "ceo"))
    assert row.letters("ceo") == "CI"
    assert row.letters("nobody") == ""


def test_loads_count_letters(framework: MeasurementFramework) -> None:
    rows = ownership(framework)
    loads = {load.role: load for load in role_loads(framework)}
    assert set(loads) == set(roles_in(rows))
    for role, load in loads.items():
        assert load.accountable == sum(row.accountable == role for row in rows)
        assert load.informed == sum(role in row.informed for row in rows)
    assert sum(load.accountable for load in loads.values()) == len(rows)
    counts = [load.accountable for load in role_loads(framework)]
    assert counts == sorted(counts, reverse=True)


def own(count: int) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        for number, kpi in enumerate(document["kpis"]):
            kpi["owner_role"] = "ceo" if number < count else f"role_{number}"
            kpi["owner_person"] = None

    return edit


def set_kpi(metric_id: str, **fields: Any) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        next(k for k in document["kpis"] if k["metric_id"] == metric_id).update(fields)

    return edit


def together(*edits: Callable[[Document], None]) -> Callable[[Document], None]:
    return lambda document: [edit(document) for edit in edits] and None


GUARDED, GUARD = "mql_to_opportunity_rate", "win_rate"


@pytest.mark.parametrize(
    ("code", "failing", "passing"),
    [
        (
            "no_owner",
            set_kpi("win_rate", owner_role=None),
            set_kpi("win_rate", owner_role="ceo"),
        ),
        (
            "no_steward",
            set_kpi("win_rate", steward_role=None),
            set_kpi("win_rate", steward_role="ceo"),
        ),
        (
            "several_owners",
            set_kpi("win_rate", owner_person="Ada and Grace"),
            set_kpi("win_rate", owner_person="Alexandra Sandberg"),
        ),
        (
            "several_owners",
            set_kpi("win_rate", owner_person="Ada, Grace"),
            set_kpi("win_rate", owner_person="Ada Lovelace,"),
        ),
        ("too_many_owned", own(MOST_OWNED + 1), own(MOST_OWNED)),
        (
            "guardrail_same_owner",
            together(own(0), set_kpi(GUARDED, owner_role="cmo"), set_kpi(GUARD, owner_role="cmo")),
            together(own(0), set_kpi(GUARDED, owner_role="cmo"), set_kpi(GUARD, owner_role="ceo")),
        ),
        (
            "guardrail_same_owner",
            together(
                own(0),
                set_kpi(GUARDED, owner_role="cmo", owner_person="Ada"),
                set_kpi(GUARD, owner_role="ceo", owner_person="ada"),
            ),
            together(
                own(0),
                set_kpi(GUARDED, owner_role="cmo", owner_person="Ada"),
                set_kpi(GUARD, owner_role="cmo", owner_person="Grace"),
            ),
        ),
    ],
)
def test_a_finding(
    worked_example: MeasurementFramework,
    changed: Any,
    code: str,
    failing: Callable[[Document], None],
    passing: Callable[[Document], None],
) -> None:
    def codes(edit: Callable[[Document], None]) -> list[str]:
        return [finding.code for finding in check_ownership(changed(worked_example, edit))]

    assert code in codes(failing)
    assert code not in codes(passing)
