"""Versions of definitions and what differs between them."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import LeadDefinition
from kpi_core.rhythm.versions import (
    difference,
    has_unpublished_changes,
    published,
    with_definition,
)

DAY = date(2026, 4, 1)


@pytest.fixture
def mql(worked_example: MeasurementFramework) -> LeadDefinition:
    return next(d for d in worked_example.agreement.definitions if d.id == "mql")


def with_threshold(definition: LeadDefinition, threshold: int) -> LeadDefinition:
    assert definition.rules is not None
    rules = {**dict(definition.rules), "threshold": threshold}
    return LeadDefinition.model_validate({**dict(definition), "rules": rules})


def test_versions_are_numbered_and_kept(mql: LeadDefinition) -> None:
    first = published(mql, DAY, "cmo", "First agreement.")
    second = published(with_threshold(first, 60), DAY, "sales_leader", "Too many rejected.")
    assert [v.number for v in second.versions] == [1, 2]
    assert [v.rules and v.rules.threshold for v in second.versions] == [50, 60]
    assert (second.versions[1].author_role, second.versions[1].reason) == (
        "sales_leader",
        "Too many rejected.",
    )


def test_nothing_new_makes_no_version(mql: LeadDefinition) -> None:
    first = published(mql, DAY, "cmo", "First.")
    assert has_unpublished_changes(mql)
    assert not has_unpublished_changes(first)
    assert published(first, DAY, "cmo", "Again.") is first


def test_a_version_needs_a_reason(mql: LeadDefinition) -> None:
    with pytest.raises(ValidationError):
        published(mql, DAY, "cmo", "  ")


def test_a_difference_is_readable(mql: LeadDefinition) -> None:
    first = published(mql, DAY, "cmo", "First.")
    second = published(with_threshold(first, 60), DAY, "cmo", "Second.")
    lines = difference(first.versions[0], second.versions[1], "MQL")
    assert [(line.what, line.before, line.after) for line in lines] == [
        ("Threshold", "50 points", "60 points")
    ]
    assert difference(first.versions[0], first.versions[0]) == ()


def test_added_and_removed_criteria_have_one_side(mql: LeadDefinition) -> None:
    assert mql.rules is not None
    fewer = {**dict(mql.rules), "criteria": mql.rules.criteria[1:], "expiry_days": None}
    other = LeadDefinition.model_validate({**dict(mql), "rules": fewer})
    assert [(line.what, line.before, line.after) for line in difference(mql, other)] == [
        ("Criterion", "20 points for 100 to 999 employees", None),
        ("Expiry", "90 days without activity", "never"),
    ]
    everything = difference(None, mql)
    assert all(line.before is None for line in everything)
    assert (
        len(everything) == 1 + 1 + 8 + 3 + 1
    )  # statement, threshold, criteria, exclusions, expiry


def test_a_long_value_list_is_compared_whole_and_cut_when_shown(mql: LeadDefinition) -> None:
    def named(last: str) -> LeadDefinition:
        names = [f"{'x' * 100} {n}" for n in range(99)] + [last]
        out = [{"id": "c", "kind": "country", "values": names}]
        rules = {**dict(mql.rules or {}), "disqualifiers": out}
        return LeadDefinition.model_validate({**dict(mql), "rules": rules})

    (line,) = difference(named("one"), named("other"))
    assert line.before is not None
    assert len(line.before) < 4000


def test_a_definition_is_replaced_or_added(
    worked_example: MeasurementFramework, mql: LeadDefinition
) -> None:
    agreement = worked_example.agreement
    changed = with_definition(agreement, with_threshold(mql, 70))
    assert [d.id for d in changed.definitions] == [d.id for d in agreement.definitions]
    pql = LeadDefinition.model_validate({**dict(mql), "id": "pql"})
    assert [d.id for d in with_definition(agreement, pql).definitions][-1] == "pql"
