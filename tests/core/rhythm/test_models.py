"""Rhythm documents: bounds, and files saved before they existed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.lead_rules import BehaviourCriterion, DefinitionVersion
from kpi_core.models.operation import OperatingRhythm
from kpi_core.models.rhythm import (
    ActionItem,
    ReviewSchedule,
    SalesCapacity,
    TimeZone,
    time_zones,
)

LATER = {
    "review": ("rules", "schedule"),
    "rhythm": ("time_zone", "responsibilities", "actions", "change_log"),
    "definition": ("rules", "versions"),
    "agreement": (
        "handoff_criteria", "recycling", "capacity", "valid_from", "valid_until", "signatures",
    ),
}  # fmt: skip


def without(document: dict[str, Any], *fields: str) -> None:
    for field in fields:
        del document[field]


def test_a_file_saved_before_opens(framework: MeasurementFramework) -> None:
    document = framework.model_dump(mode="json")
    rhythm, agreement = document["operating_rhythm"], document["agreement"]
    for review in rhythm["reviews"]:
        without(review, *LATER["review"])
    for definition in agreement["definitions"]:
        without(definition, *LATER["definition"])
    without(rhythm, *LATER["rhythm"])
    without(agreement, *LATER["agreement"])
    opened = MeasurementFramework.model_validate_json(json.dumps(document))
    assert opened.operating_rhythm.actions == ()
    assert opened.agreement.signatures == ()
    assert all(definition.rules is None for definition in opened.agreement.definitions)
    assert [r.name for r in opened.operating_rhythm.reviews] == [
        r.name for r in framework.operating_rhythm.reviews
    ]


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "UTC"])
def test_a_time_zone(name: str) -> None:
    assert OperatingRhythm(reviews=(), time_zone=name).time_zone == name
    assert name in time_zones()


@given(st.text(max_size=30) | st.sampled_from(["Mars/Base", "../etc/passwd", "localtime", "CET"]))
def test_anything_else_is_no_time_zone(name: str) -> None:
    adapter = TypeAdapter(TimeZone)
    if name in time_zones():
        assert adapter.validate_python(name) == name
        return
    with pytest.raises(ValidationError, match="is no time zone"):
        adapter.validate_python(name)


@pytest.mark.parametrize(
    ("model", "document"),
    [
        (SalesCapacity, {"reps": 0, "contacts_per_rep_per_day": 10}),
        (SalesCapacity, {"reps": 1, "contacts_per_rep_per_day": 0}),
        (SalesCapacity, {"reps": 1, "contacts_per_rep_per_day": float("inf")}),
        (
            SalesCapacity,
            {"reps": 1, "contacts_per_rep_per_day": 1, "working_days_per_month": 32},
        ),
        (BehaviourCriterion, {"id": "a", "action": "dancing", "points": 1}),
        (BehaviourCriterion, {"id": "a", "action": "webinar", "points": 1, "at_least": 0}),
        (BehaviourCriterion, {"id": "a", "action": "webinar", "points": 1, "within_days": 0}),
        (ReviewSchedule, {"weekday": "monday", "at": "25:00", "starts_on": "2026-04-01"}),
        (ReviewSchedule, {"weekday": "monday", "week": 5, "at": "9:00", "starts_on": "2026-04-01"}),
        (ReviewSchedule, {"weekday": "monday", "at": "10:00Z", "starts_on": "2026-04-01"}),
        (ReviewSchedule, {"weekday": "noday", "at": "09:00", "starts_on": "2026-04-01"}),
        (
            DefinitionVersion,
            {"number": 0, "agreed_on": "2026-04-01", "author_role": "cmo", "reason": "x",
             "statement": "x"},
        ),
        (
            ActionItem,
            {"id": "a", "what": "x\x00", "owner_role": "cmo", "due": "2026-04-01",
             "review": "weekly", "created_on": "2026-04-01"},
        ),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be(model: Any, document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps(document))


def test_a_kpi_has_one_responsibility() -> None:
    entry = {"metric_id": "win_rate", "consulted": ["ceo"]}
    with pytest.raises(ValidationError, match="only once"):
        OperatingRhythm.model_validate({"reviews": [], "responsibilities": [entry, entry]})
