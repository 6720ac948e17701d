"""The committed JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.schema import SCHEMA_FILE, schema_text


def _objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from _objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _objects(inner)


def test_the_committed_schema_is_fresh() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_every_object_is_closed_and_says_what_it_is() -> None:
    for schema in _objects(json.loads(schema_text())):
        assert schema["additionalProperties"] is False, schema["title"]
        assert schema["description"], schema["title"]


def test_samples_are_valid(framework: MeasurementFramework) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    document = json.loads(framework.model_dump_json())
    assert [error.message for error in validator.iter_errors(document)] == []
    assert not validator.is_valid({**document, "colour": "red"})
    assert not validator.is_valid({**document, "kpis": []})
