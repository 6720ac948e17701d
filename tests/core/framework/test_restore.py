"""Framework -> answers -> the same framework."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.catalog.loader import Catalog, extended
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_core.framework.restore import answers_from
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import TargetBasis

Build = Callable[[Any], MeasurementFramework]


def _again(
    framework: MeasurementFramework, catalog: Catalog, *, keep: bool = False
) -> MeasurementFramework:
    """The framework its own answers build; with `keep`, as the app does after opening a file."""
    answers = json.loads(json.dumps(answers_from(framework, catalog)))
    read = interpret(answers, catalog)
    assert [f"{f.where}: {f.message}" for f in read.findings] == []
    return build_framework(
        read.profile,
        read.selection,
        catalog,
        framework.updated_on,
        previous=framework if keep else None,
    )


@pytest.mark.parametrize("keep", [False, True])
def test_samples_round_trip(framework: MeasurementFramework, catalog: Catalog, keep: bool) -> None:
    assert _again(framework, catalog, keep=keep) == framework


@settings(max_examples=60)
@given(data=st.data())
def test_any_profile_round_trips(
    data: st.DataObject,
    profile_answers: SearchStrategy[dict[str, Any]],
    build: Build,
    catalog: Catalog,
) -> None:
    framework = build(data.draw(profile_answers))
    assert _again(framework, catalog) == framework


@given(data=st.data(), keep=st.booleans())
def test_any_answers_round_trip(
    data: st.DataObject,
    keep: bool,
    valid_answers: SearchStrategy[dict[str, Any]],
    build: Build,
    catalog: Catalog,
) -> None:
    framework = build(data.draw(valid_answers))
    assert _again(framework, catalog, keep=keep) == framework


def test_a_rate_outside_the_plan_is_not_lost(build: Build, catalog: Catalog) -> None:
    # The sales-led plan has no SQL step, yet the KPI's target rests on the own rate of 30%.
    framework = build(
        {
            "stages": {
                "conversion": {
                    "primary": "marketing_sourced_pipeline",
                    "supporting": ["mql_to_sql_rate", "win_rate"],
                }
            },
            "rates": {"mql_to_sql_rate": "30"},
        }
    )
    assert _again(framework, catalog) == framework


def test_an_emptied_stage_stays_empty(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    document = worked_example.model_dump(mode="json")
    gone = {kpi["metric_id"] for kpi in document["kpis"] if kpi["stage"] == "expansion"}
    document["kpis"] = [kpi for kpi in document["kpis"] if kpi["stage"] != "expansion"]
    framework = MeasurementFramework.model_validate_json(json.dumps(document))
    read = interpret(answers_from(framework, catalog), catalog)
    assert not gone & {metric.metric_id for metric in read.selection.chosen}


def test_a_target_the_tool_would_propose_differently_today_is_kept(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    document = worked_example.model_dump(mode="json")
    row = next(kpi for kpi in document["kpis"] if kpi["metric_id"] == "mql_count")
    row["target"]["value"] = row["target"]["proposed"] = 222
    framework = MeasurementFramework.model_validate_json(json.dumps(document))
    answers = answers_from(framework, catalog)
    assert answers["kpis"]["mql_count"]["target"] == "222"
    again = _again(framework, catalog, keep=True)
    target = next(kpi for kpi in again.kpis if kpi.metric_id == "mql_count").target
    assert target is not None
    assert (target.value, target.basis) == (222, TargetBasis.USER)


def test_a_metric_only_the_file_knows_is_kept(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    text = worked_example.model_dump_json().replace('"customer_advocacy"', '"fan_letters"')
    framework = MeasurementFramework.model_validate_json(text)
    wider = extended(catalog, framework)
    again = _again(framework, wider, keep=True)
    assert "fan_letters" in {kpi.metric_id for kpi in again.kpis}


def test_answers_are_what_a_person_would_type(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    answers = answers_from(worked_example, catalog)
    assert answers["company"]["revenue_target"] == "100,000,000"
    assert answers["company"]["marketing_sourced_share"] == "100"
    assert answers["company"]["start_arr"] is None
    assert answers["kpis"]["win_rate"]["baseline"] == "25"
    assert answers["rates"] == {"visitor_to_lead_rate": "2"}  # the others have a baseline
