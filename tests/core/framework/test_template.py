"""A template keeps the method and leaves the client behind."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.catalog.loader import Catalog, extended
from kpi_core.framework.restore import answers_from
from kpi_core.framework.template import template_answers, template_framework
from kpi_core.models.framework import MeasurementFramework

TODAY = date(2026, 4, 1)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)
PARTS = ("framework_name", "company", "data", "kpis", "rates", "scenarios", "agreement", "rhythm")


def answers_of(framework: MeasurementFramework, catalog: Catalog) -> dict[str, Any]:
    return answers_from(framework, extended(catalog, framework))


@pytest.mark.parametrize("keep_numbers", [True, False])
def test_metrics_tools_channels_and_roles_stay(
    framework: MeasurementFramework, catalog: Catalog, keep_numbers: bool
) -> None:
    answers = answers_of(framework, catalog)
    before = copy.deepcopy(answers)
    made = template_answers(answers, keep_numbers=keep_numbers)
    assert answers == before  # the original is left alone
    built = template_framework(made, catalog, TODAY)
    assert built is not None
    for old, new in zip(framework.kpis, built.kpis, strict=True):
        assert (old.metric_id, old.role, old.stage) == (new.metric_id, new.role, new.stage)
        assert (old.owner_role, old.cadence, old.layers) == (
            new.owner_role,
            new.cadence,
            new.layers,
        )
    assert built.north_star.metric_id == framework.north_star.metric_id
    assert built.data_infrastructure.tools == framework.data_infrastructure.tools
    assert [d.name for d in built.agreement.definitions] == [
        d.name for d in framework.agreement.definitions
    ]
    assert built.created_on == TODAY


@pytest.mark.parametrize("keep_numbers", [True, False])
def test_nothing_names_the_client(
    framework: MeasurementFramework, catalog: Catalog, keep_numbers: bool
) -> None:
    made = template_answers(answers_of(framework, catalog), keep_numbers=keep_numbers)
    built = template_framework(made, catalog, TODAY)
    assert built is not None
    text = json.dumps(made) + built.model_dump_json()
    people = [kpi.owner_person for kpi in framework.kpis if kpi.owner_person]
    assert people
    notes = framework.data_infrastructure.notes
    assert notes
    for told in (framework.company.name, notes, *people):
        assert f'"{told}' not in text
    assert built.name == "Your company measurement framework"


def test_kept_numbers_are_the_same_numbers(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    made = template_answers(answers_of(worked_example, catalog), keep_numbers=True)
    built = template_framework(made, catalog, TODAY)
    assert built is not None
    assert built.company.revenue_target == 100_000_000
    assert built.company.average_deal_size == 5_000_000
    assert [kpi.target for kpi in built.kpis] == [kpi.target for kpi in worked_example.kpis]
    assert built.funnel_plan.rates == worked_example.funnel_plan.rates


def test_stripped_answers_hold_no_number_of_the_client(
    framework: MeasurementFramework, catalog: Catalog
) -> None:
    made = template_answers(answers_of(framework, catalog), keep_numbers=False)
    assert set(made["company"]) == {
        "business_model", "industry", "region", "currency", "fiscal_year_start_month", "segment",
        "maturity",
    }  # fmt: skip
    for kpi in made["kpis"].values():
        assert not {"baseline", "baseline_period", "counts", "series", "target"} & set(kpi)
    assert not {"rates", "scenarios", "own_benchmarks"} & set(made)
    assert not any(promise.get("value") for promise in made["agreement"]["commitments"])
    assert made["agreement"].get("capacity") is None
    built = template_framework(made, catalog, TODAY)
    assert built is not None
    assert not any(kpi.baseline for kpi in built.kpis)


def test_own_figures_go_with_the_numbers_and_so_does_resting_on_them() -> None:
    answers = {
        "kpis": {"win_rate": {"benchmark": "own.1"}, "mql_count": {"benchmark": "mql_count.2"}},
        "own_benchmarks": [{"metric_id": "win_rate"}],
    }
    kept = template_answers(answers, keep_numbers=True)
    assert kept == answers
    stripped = template_answers(answers, keep_numbers=False)
    assert stripped == {"kpis": {"win_rate": {}, "mql_count": {"benchmark": "mql_count.2"}}}


def test_what_was_signed_and_done_stays_behind() -> None:
    answers = {
        "agreement": {
            "response_hours": 4,
            "signatures": [{"party": "sales"}],
            "valid_from": "2026-01-01",
            "definitions": [{"id": "mql", "versions": [{"number": 1}], "rules": {"points": 5}}],
        },
        "rhythm": {"actions": [{"id": "a"}], "change_log": [{}], "time_zone": "Asia/Tokyo"},
    }
    assert template_answers(answers, keep_numbers=True) == {
        "agreement": {"response_hours": 4, "definitions": [{"id": "mql", "rules": {"points": 5}}]},
        "rhythm": {"time_zone": "Asia/Tokyo"},
    }


def test_answers_that_cannot_be_used_make_no_framework(catalog: Catalog) -> None:
    made = template_answers({"company": {"revenue_target": "lots"}}, keep_numbers=True)
    assert template_framework(made, catalog, TODAY) is None


@given(st.dictionaries(st.sampled_from(PARTS), JSON), st.booleans())
def test_half_valid_answers_are_taken_as_they_are(
    answers: dict[str, Any], keep_numbers: bool
) -> None:
    made = template_answers(answers, keep_numbers=keep_numbers)
    assert set(made) <= set(answers)
    assert template_answers(made, keep_numbers=keep_numbers) == made  # nothing more to leave out
