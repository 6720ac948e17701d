"""Profile and selection -> framework."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.catalog.check import formula_inputs
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.framework.restore import answers_from
from kpi_core.models.base import Severity
from kpi_core.models.framework import SCHEMA_VERSION, MeasurementFramework
from kpi_core.models.kpi import Kpi, TargetBasis, Thresholds

Build = Callable[[Any], MeasurementFramework]


def _kpi(framework: MeasurementFramework, metric_id: str) -> Kpi:
    return next(kpi for kpi in framework.kpis if kpi.metric_id == metric_id)


def test_stamps(framework: MeasurementFramework, catalog: Catalog, today: date) -> None:
    assert framework.schema_version == SCHEMA_VERSION
    assert framework.catalog_version == catalog.version
    assert framework.created_on == framework.updated_on == today


def test_it_holds_all_it_refers_to(framework: MeasurementFramework) -> None:
    known = {m.id for m in (*framework.metrics, *framework.measures)}
    for metric in framework.metrics:
        assert set(formula_inputs(metric.formula)) <= known
    for kpi in framework.kpis:
        assert framework.metric(kpi.metric_id).guardrail in {*known, None}
        assert kpi.owner_role
        assert framework.term("role", kpi.owner_role) != kpi.owner_role
    for commitment in framework.agreement.commitments:
        assert commitment.metric_id in {*known, None}
    assert {figure.id for figure in framework.benchmarks} == framework.benchmark_references()


def test_targets_of_the_worked_example(worked_example: MeasurementFramework) -> None:
    # MQLs: own 216, the plan needs 267: 216 + 60% x 51 = 246.6, up to a whole one: 247
    mqls = _kpi(worked_example, "mql_count").target
    assert mqls is not None
    assert (mqls.value, mqls.basis) == (247, TargetBasis.OWN_HISTORY)
    # Pipeline: own 325M, the plan needs 80 x 5M = 400M: 325M + 60% x 75M = 370M
    pipeline = _kpi(worked_example, "marketing_sourced_pipeline").target
    assert pipeline is not None
    assert pipeline.value == 370_000_000
    assert pipeline.proposed == 370_000_000


def test_an_own_target_keeps_the_proposal_on_file(build: Build, catalog: Catalog) -> None:
    answers = dict(catalog.samples["manufacturer_jpy"].answers)
    answers["kpis"] = {"mql_count": {"baseline": "216", "target": "300"}}
    target = _kpi(build(answers), "mql_count").target
    assert target is not None
    assert (target.value, target.basis, target.proposed) == (300, TargetBasis.USER, 247)
    assert target.reason == "Set by you instead of the proposed 247."


def test_owners_and_stewards(build: Build, catalog: Catalog) -> None:
    answers = {
        "kpis": {
            "win_rate": {"owner_role": "", "steward_role": ""},
            "mql_count": {"owner_role": "cmo", "owner_person": "Ana"},
        }
    }
    framework = build(answers)
    assert (_kpi(framework, "win_rate").owner_role, _kpi(framework, "win_rate").steward_role) == (
        None,
        None,
    )
    mqls = _kpi(framework, "mql_count")
    assert (mqls.owner_role, mqls.owner_person) == ("cmo", "Ana")
    assert mqls.steward_role == catalog.metric("mql_count").steward_role


def test_edited_definitions_go_into_the_framework_only(build: Build, catalog: Catalog) -> None:
    framework = build({"definitions": {"win_rate": {"name": "Close rate"}}})
    assert framework.metric("win_rate").name == "Close rate"
    assert framework.metric("win_rate").definition == catalog.metric("win_rate").definition
    assert catalog.metric("win_rate").name == "Win rate"


def test_no_benchmark_on_purpose(build: Build) -> None:
    framework = build({"kpis": {"win_rate": {"benchmark": ""}}})
    assert _kpi(framework, "win_rate").benchmark_id is None
    assert _kpi(build({}), "win_rate").benchmark_id is not None


def test_money_targets_never_rest_on_another_currency(build: Build, catalog: Catalog) -> None:
    answers = {
        "company": {"currency": "EUR"},
        "stages": {
            "consideration": {
                "primary": "engagement_qualified_leads",
                "supporting": ["cost_per_lead", "mql_count"],
            }
        },
    }
    framework = build(answers)
    kpi = _kpi(framework, "cost_per_lead")
    assert (kpi.benchmark_id, kpi.target) == (None, None)
    assert all(figure.currency in (None, "EUR") for figure in framework.benchmarks)


def test_what_only_the_earlier_framework_knows_is_kept(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    document = worked_example.model_dump()
    document["created_on"] = date(2025, 1, 1)
    document["funnel_plan"]["rounding"] = "exact"
    document["agreement"]["response_hours"] = 2.5
    document["kpis"][0]["thresholds"] = {"on_track_from": 0.9, "at_risk_from": 0.8}
    document["kpis"][0]["reason"] = "Because we said so."
    document["operating_rhythm"]["reviews"][0]["name"] = "Monday"
    earlier = MeasurementFramework.model_validate(document)
    read = interpret(answers_from(earlier, catalog), catalog)
    later = date(2026, 5, 1)
    framework = build_framework(read.profile, read.selection, catalog, later, previous=earlier)
    assert (framework.created_on, framework.updated_on) == (date(2025, 1, 1), later)
    assert framework.funnel_plan.rounding == "exact"
    assert framework.agreement.response_hours == 2.5
    assert framework.kpis[0].thresholds == Thresholds(on_track_from=0.9, at_risk_from=0.8)
    assert framework.kpis[0].reason == "Because we said so."
    assert framework.operating_rhythm.reviews[0].name == "Monday"


@pytest.mark.parametrize(
    "company",
    [
        {"average_deal_size": "0.01", "revenue_target": "1,000,000,000,000,000"},
        {"average_deal_size": "1,000,000,000,000,000", "revenue_target": "0.01"},
        {"revenue_target": "1,000,000,000,000,000", "average_deal_size": 1},
        {"start_arr": "1,000,000,000,000,000", "net_revenue_retention": "500"},
        {
            "start_arr": "1,000,000,000,000,000",
            "net_revenue_retention": "0",
            "revenue_target": "1,000,000,000,000,000",
            "marketing_sourced_share": "100",
        },
    ],
)
@pytest.mark.parametrize("rates", [{}, {"win_rate": "0.0001", "lead_to_mql_rate": "0.0001"}])
def test_extreme_amounts_still_give_a_framework(
    build: Build, catalog: Catalog, company: dict[str, Any], rates: dict[str, Any]
) -> None:
    answers = {"company": company, "rates": rates}
    assert interpret(answers, catalog).findings == ()
    framework = build(answers)
    assert not [f for f in check_framework(framework) if f.severity is Severity.ERROR]


@pytest.mark.parametrize("rate", ["0." + "0" * 50 + "1", "0.000000000001"])
def test_tiny_rates_are_refused_or_built(build: Build, rate: str) -> None:
    rates = dict.fromkeys(
        ("visitor_to_lead_rate", "lead_to_mql_rate", "mql_to_opportunity_rate", "win_rate"), rate
    )
    company = {"average_deal_size": rate, "revenue_target": "1,000,000,000,000,000"}
    assert build({"company": company, "rates": rates}).kpis


@settings(max_examples=60)
@given(data=st.data())
def test_any_profile_builds_a_framework_without_errors(
    data: st.DataObject,
    profile_answers: SearchStrategy[dict[str, Any]],
    build: Build,
    catalog: Catalog,
) -> None:
    answers = data.draw(profile_answers)
    assert interpret(answers, catalog).findings == ()
    framework = build(answers)
    errors = [f for f in check_framework(framework) if f.severity is Severity.ERROR]
    assert [f"{f.where}: {f.message}" for f in errors] == []
    assert MeasurementFramework.model_validate_json(framework.model_dump_json()) == framework


@settings(max_examples=60)
@given(data=st.data())
def test_any_answers_build_a_framework_that_survives_json(
    data: st.DataObject, valid_answers: SearchStrategy[dict[str, Any]], build: Build
) -> None:
    framework = build(data.draw(valid_answers))
    assert MeasurementFramework.model_validate_json(framework.model_dump_json()) == framework
    assert all(f.where and f.message and f.fix for f in check_framework(framework))
