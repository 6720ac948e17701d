"""The whole document holds what it refers to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.models.framework import MeasurementFramework


def _validated(
    framework: MeasurementFramework, change: Callable[[dict[str, Any]], object]
) -> MeasurementFramework:
    document = framework.model_dump(mode="json")
    change(document)
    return MeasurementFramework.model_validate_json(json.dumps(document))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d["metrics"].append(d["metrics"][0]), "defined only once"),
        (lambda d: d["kpis"].append(d["kpis"][0]), "chosen only once"),
        (lambda d: d["kpis"][0].update(metric_id="nowhere"), "no definition for nowhere"),
        (lambda d: d["north_star"].update(metric_id="nowhere"), "no definition for nowhere"),
        (
            lambda d: d["dashboards"]["executive"].update(metric_ids=["nowhere"]),
            "no definition for nowhere",
        ),
        (
            lambda d: d["dashboards"]["channels"][0].update(metric_ids=["nowhere"]),
            "no definition for nowhere",
        ),
        (
            lambda d: d["operating_rhythm"]["reviews"][0].update(metric_ids=["nowhere"]),
            "no definition for nowhere",
        ),
        (
            lambda d: d["funnel_plan"]["rates"][0].update(metric_id="nowhere"),
            "no definition for nowhere",
        ),
        (
            lambda d: d["funnel_plan"]["steps"][0].update(metric_id="nowhere"),
            "no definition for nowhere",
        ),
        (lambda d: d["kpis"][0].update(benchmark_id="nowhere.1"), "no figure for nowhere.1"),
        (lambda d: d.update(kpis=[]), "at least 1 item"),
        (lambda d: d.update(schema_version=0), "greater than or equal to 1"),
        (lambda d: d.update(catalog_version="latest"), "pattern"),
        (lambda d: d.update(created_on="2026-02-30"), "date"),
    ],
)
def test_a_document_that_cannot_be(
    worked_example: MeasurementFramework,
    change: Callable[[dict[str, Any]], object],
    problem: str,
) -> None:
    with pytest.raises(ValidationError, match=problem):
        _validated(worked_example, change)


def test_json_round_trip(framework: MeasurementFramework) -> None:
    assert MeasurementFramework.model_validate_json(framework.model_dump_json()) == framework
    assert _validated(framework, lambda document: None) == framework


def test_names_of_ids(worked_example: MeasurementFramework) -> None:
    assert worked_example.term("role", "ceo") == "Chief executive"
    assert worked_example.term("role", "night_watch") == "night watch"
    assert worked_example.term("role", None) == "nobody yet"
    assert worked_example.term("region", "japan") == "Japan"


def test_definition_by_id(worked_example: MeasurementFramework) -> None:
    assert worked_example.metric("win_rate").name == "Win rate"
    with pytest.raises(KeyError):
        worked_example.metric("nowhere")
