"""Upgrades, with made-up steps."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.export.migrate import STEPS, MigrationError, migrate
from kpi_core.models.framework import SCHEMA_VERSION

Document = dict[str, Any]


def _rename(document: Document) -> Document:
    return {**{k: v for k, v in document.items() if k != "title"}, "name": document["title"]}


def _add_year(document: Document) -> Document:
    return {**document, "year": int(document["years"][0])}


def test_every_older_version_has_its_step() -> None:
    assert set(STEPS) == set(range(1, SCHEMA_VERSION))


def test_the_newest_version_is_left_alone() -> None:
    document = {"schema_version": SCHEMA_VERSION, "name": "x"}
    assert migrate(document, SCHEMA_VERSION) is document


def test_steps_run_in_order() -> None:
    document = {"schema_version": 1, "title": "x", "years": ["2026"]}
    upgraded = migrate(document, 1, {2: _add_year, 1: _rename}, newest=3)
    assert upgraded == {"schema_version": 3, "name": "x", "years": ["2026"], "year": 2026}
    assert document == {"schema_version": 1, "title": "x", "years": ["2026"]}


def test_only_the_steps_still_needed_run() -> None:
    upgraded = migrate({"schema_version": 2, "years": ["1"]}, 2, {1: _rename, 2: _add_year}, 3)
    assert upgraded == {"schema_version": 3, "years": ["1"], "year": 1}


def test_a_missing_step_is_explained() -> None:
    with pytest.raises(MigrationError) as caught:
        migrate({}, 1, {2: _add_year}, newest=3)
    message, fix = caught.value.args
    assert "schema version 1 can no longer be opened" in message
    assert "earlier release" in fix


@pytest.mark.parametrize(
    "document",
    [
        {},  # the field is missing
        {"years": None},
        {"years": []},
        {"years": ["soon"]},
        {"years": {"from": 2026}},
    ],
)
def test_a_step_that_fails_is_explained(document: Document) -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(document, 2, {2: _add_year}, newest=3)
    message, fix = caught.value.args
    assert "schema version 2" in message
    assert fix


def test_a_step_that_meets_another_type_is_explained() -> None:
    def upper(document: Document) -> Document:
        return {"name": document["name"].upper()}

    with pytest.raises(MigrationError, match="schema version 1"):
        migrate({"name": ["x"]}, 1, {1: upper}, newest=2)
