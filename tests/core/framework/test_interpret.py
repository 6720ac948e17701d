"""Answers -> profile and selection, with defaults, echoes and findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.interpret import Interpretation, interpret
from kpi_core.models.base import Motion, Severity, Stage
from kpi_core.models.company import CompanyProfile
from kpi_core.models.framework import MeasurementFramework

STEPS = {"company", "motion", "data", "metrics", "targets", "owners", "dashboards", "review"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**bold** [link](javascript:alert(1)) # heading",
    "$x^2$ :red[red] `code`",
    '=cmd|"/c calc"!A1',
    "+1 & -1 @SUM(A1)",
    "{{7*7}} ${7*7} %s {0}",
    "Rakéta 🚀 GmbH 👩‍👩‍👧",
    "شركة الاختبار",
    "חברה \u202eabc\u202c",
    "株式会社テスト",
    'O\'Brien "Quotes" \\ Sons',
]


def _read(catalog: Catalog, **answers: Any) -> Interpretation:
    return interpret(answers, catalog)


def test_defaults_alone_are_complete(catalog: Catalog) -> None:
    read = interpret({}, catalog)
    assert read.findings == ()
    assert read.is_complete
    # Mid-market: 40,000 USD a deal, 150 deals a year: 40,000 x 150 = 6,000,000
    assert read.profile == CompanyProfile(
        name="Your company",
        business_model="subscription_saas",
        industry="saas",
        region="north_america",
        currency="USD",
        fiscal_year_start_month=1,
        segment="mid_market",
        maturity="developing",
        motion="sales_led",
        average_deal_size=40_000,
        sales_cycle_days=90,
        revenue_target=6_000_000,
        marketing_sourced_share=0.4,
    )
    assert read.selection.framework_name == "Your company measurement framework"
    assert read.selection.north_star == "marketing_sourced_pipeline"
    assert read.selection.data.categories == {"crm", "marketing_automation", "web_analytics"}
    assert len(read.selection.chosen) == 16  # four stages, one primary and three supporting each


@pytest.mark.parametrize("motion", Motion)
def test_motion_decides_north_star_channels_and_share(catalog: Catalog, motion: Motion) -> None:
    read = _read(catalog, motion=motion.value)
    record = catalog.motions[motion]
    assert read.profile.motion is motion
    assert read.selection.north_star == record.north_star
    assert read.selection.channels == record.channels
    assert read.profile.marketing_sourced_share == record.marketing_sourced_share


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_survive_verbatim(
    catalog: Catalog, build: Callable[[Any], MeasurementFramework], hostile: str
) -> None:
    answers = {
        "framework_name": hostile,
        "company": {"name": hostile},
        "data": {"tools": {"crm": [hostile]}, "notes": hostile},
        "definitions": {"win_rate": {"name": hostile, "definition": hostile}},
        "kpis": {"win_rate": {"owner_person": hostile, "baseline": 20, "baseline_period": hostile}},
    }
    assert interpret(answers, catalog).findings == ()
    framework = build(answers)
    again = MeasurementFramework.model_validate_json(framework.model_dump_json())
    kpi = next(kpi for kpi in again.kpis if kpi.metric_id == "win_rate")
    assert kpi.baseline is not None
    assert {
        again.name,
        again.company.name,
        again.data_infrastructure.tools[0].products[0],
        again.data_infrastructure.notes,
        again.metric("win_rate").name,
        again.metric("win_rate").definition,
        kpi.owner_person,
        kpi.baseline.period,
    } == {hostile}


@pytest.mark.parametrize(
    ("answers", "path", "message", "fix"),
    [
        ({"company": {"name": ""}}, "company.name", "must not be empty", "Type"),
        ({"company": {"name": "   "}}, "company.name", "must not be empty", "Type"),
        ({"company": {"name": "x" * 300}}, "company.name", "300 characters; 120", "Shorten"),
        ({"company": {"name": "a\x00b"}}, "company.name", "control character", "without"),
        ({"company": {"average_deal_size": ""}}, "company.average_deal_size", "empty", "number"),
        (
            {"company": {"average_deal_size": "0"}},
            "company.average_deal_size",
            "$0",
            "Type $0.01 or more",
        ),
        (
            {"company": {"average_deal_size": 0}},
            "company.average_deal_size",
            "$0",
            "Type $0.01 or more",
        ),
        (
            {"company": {"average_deal_size": "-5"}},
            "company.average_deal_size",
            "-$5",
            "Type $0.01 or more",
        ),
        ({"company": {"average_deal_size": "ten"}}, "company.average_deal_size", "ten", "again"),
        ({"company": {"average_deal_size": "€5m"}}, "company.average_deal_size", "€", "USD"),
        ({"company": {"average_deal_size": "5%"}}, "company.average_deal_size", "percent", "%"),
        ({"company": {"average_deal_size": "9" * 30}}, "company.average_deal_size", "larger", ""),
        (
            {"company": {"revenue_target": "0"}},
            "company.revenue_target",
            "$0",
            "Type $0.01 or more",
        ),
        (
            {"company": {"revenue_target": -1}},
            "company.revenue_target",
            "-$1",
            "Type $0.01 or more",
        ),
        ({"company": {"revenue_target": " "}}, "company.revenue_target", "empty", "number"),
        ({"company": {"start_arr": "-1"}}, "company.start_arr", "-$1", "$0 or more"),
        (
            {"company": {"net_revenue_retention": "501"}},
            "company.net_revenue_retention",
            "501.0%",
            "500.0% or less",
        ),
        (
            {"company": {"marketing_sourced_share": "101"}},
            "company.marketing_sourced_share",
            "101.0%",
            "100.0% or less",
        ),
        (
            {"company": {"marketing_sourced_share": "0"}},
            "company.marketing_sourced_share",
            "0.0%",
            "above 0.0%",
        ),
        ({"company": {"sales_cycle_days": "0"}}, "company.sales_cycle_days", "0 days", "1 day"),
        (
            {"company": {"sales_cycle_days": 2000}},
            "company.sales_cycle_days",
            "2,000 days",
            "1,825 days or less",
        ),
        (
            {"company": {"fiscal_year_start_month": 13}},
            "company.fiscal_year_start_month",
            "13",
            "1 to 12",
        ),
        (
            {"company": {"fiscal_year_start_month": 0}},
            "company.fiscal_year_start_month",
            "0",
            "1 to 12",
        ),
        ({"company": {"segment": "mid-market"}}, "company.segment", "mid-market", "mid_market"),
        ({"company": {"region": "Japan"}}, "company.region", "Japan", "japan"),
        ({"company": {"currency": "usd"}}, "company.currency", "usd", "Choose"),
        ({"company": {"currency": "XYZ"}}, "company.currency", "XYZ", "Choose"),
        ({"company": {"industry": "saaas"}}, "company.industry", "saaas", "saas"),
        ({"company": {"industry": "\x00"}}, "company.industry", "not one of", "Choose"),
        ({"motion": "sales-led"}, "motion", "sales-led", "sales_led"),
        ({"north_star": "closed_won_revenue"}, "north_star", "lags", "another candidate"),
        ({"north_star": "win_rate"}, "north_star", "win_rate", "Choose"),
        ({"data": {"tools": {"crn": []}}}, "data.tools", "crn", "Remove"),
        ({"data": {"notes": "x" * 2001}}, "data.notes", "2,001 characters", "Shorten"),
        (
            {"stages": {"awareness": {"primary": "qualified_reech"}}},
            "stages.qualified_reech",
            "qualified_reech",
            "qualified_reach",
        ),
        ({"stages": {"interest": {"primary": "win_rate"}}}, "stages", "interest", "Remove"),
        (
            {"definitions": {"win_rat": {"name": "Wins"}}},
            "definitions.win_rat",
            "win_rat",
            "win_rate",
        ),
        (
            {"definitions": {"win_rate": {"definition": "x" * 4001}}},
            "definitions.win_rate.definition",
            "4,001 characters; 4,000",
            "Shorten",
        ),
        (
            {"definitions": {"win_rate": {"name": " "}}},
            "definitions.win_rate.name",
            "empty",
            "Type",
        ),
        ({"rates": {"win_rate": "101%"}}, "rates.win_rate", "101.0%", "100.0% or less"),
        ({"rates": {"win_rate": "0"}}, "rates.win_rate", "0.0%", "0.0001% or more"),
        ({"rates": {"win_rate": "-5"}}, "rates.win_rate", "-5.0%", "0.0001% or more"),
        ({"rates": {"win_rate": "\x00"}}, "rates.win_rate", "not a number", "again"),
        ({"rates": {"winrate": "20"}}, "rates.winrate", "winrate", "win_rate"),
        ({"rates": {"churn_rate": "2"}}, "rates.churn_rate", "not a rate", "Remove"),
        ({"kpis": {"win_rate": {"baseline": "150"}}}, "kpis.win_rate.baseline", "150.0%", "100.0%"),
        ({"kpis": {"win_rate": {"target": "-1"}}}, "kpis.win_rate.target", "-1.0%", "0.0%"),
        ({"kpis": {"win_rate": {"benchmark": "nope"}}}, "kpis.win_rate.benchmark", "nope", ""),
        ({"kpis": {"win_rate": {"owner_role": "boss"}}}, "kpis.win_rate.owner_role", "boss", ""),
        (
            {"kpis": {"win_rate": {"owner_person": "x" * 121}}},
            "kpis.win_rate.owner_person",
            "121 characters; 120",
            "Shorten",
        ),
        ({"kpis": {"win_rate": {"cadence": "hourly"}}}, "kpis.win_rate.cadence", "hourly", ""),
        ({"kpis": {"win_rate": {"layers": ["wall"]}}}, "kpis.win_rate.layers", "wall", ""),
        ({"kpis": {"mql_count": {"target": "5%"}}}, "kpis.mql_count.target", "percent", "%"),
        ({"kpis": {"mql_cnt": {"target": "5"}}}, "kpis.mql_cnt", "mql_cnt", "mql_count"),
        ({"kpis": {"\x00": {"target": "5"}}}, "kpis.\x00", "not a metric", ""),
        ({"channels": ["fax"]}, "channels", "fax", "Remove"),
        ({"reviews": {"daily": {}}}, "reviews", "daily", "Remove"),
        (
            {"reviews": {"weekly": {"duration_minutes": 4}}},
            "reviews.weekly.duration_minutes",
            "4 minutes",
            "5 to 480",
        ),
        (
            {"reviews": {"weekly": {"attendees": ["cat"]}}},
            "reviews.weekly.attendees",
            "cat",
            "Remove",
        ),
        ({"framework_name": "x" * 121}, "framework_name", "121 characters; 120", "Shorten"),
    ],
)
def test_a_bad_answer_is_named_and_the_default_stands_in(
    catalog: Catalog,
    build: Callable[[Any], MeasurementFramework],
    answers: dict[str, Any],
    path: str,
    message: str,
    fix: str,
) -> None:
    read = interpret(answers, catalog)
    assert [finding.severity for finding in read.findings] == [Severity.ERROR]
    finding = read.findings[0]
    assert finding.where
    assert message in finding.message
    assert fix in finding.fix
    assert finding.step in STEPS
    assert set(read.errors) == {path}
    assert path not in read.echoes
    assert not read.is_complete
    assert read.profile == interpret({}, catalog).profile or "motion" in answers
    assert build(answers).kpis


def test_several_bad_answers_give_several_findings(catalog: Catalog) -> None:
    read = _read(
        catalog,
        company={"name": "", "average_deal_size": "-5", "segment": "huge"},
        rates={"win_rate": "200"},
    )
    assert set(read.errors) == {
        "company.name",
        "company.average_deal_size",
        "company.segment",
        "rates.win_rate",
    }


def test_places_are_in_the_users_words(catalog: Catalog) -> None:
    read = _read(
        catalog,
        company={"average_deal_size": "-5"},
        kpis={"win_rate": {"target": "120"}},
        channels=["fax"],
    )
    assert [finding.where for finding in read.findings] == [
        "Average deal size",
        "Win rate, target",
        "Channels",
    ]
    assert [finding.metric_id for finding in read.findings] == [None, "win_rate", None]


def test_what_was_understood_is_echoed(catalog: Catalog) -> None:
    read = _read(
        catalog,
        company={
            "currency": "JPY",
            "average_deal_size": "500万",
            "revenue_target": "¥100M",
            "net_revenue_retention": "97,5%",
            "start_arr": "5 000 000",
            "sales_cycle_days": "150",
        },
        rates={"win_rate": "25%"},
        kpis={"lead_response_time": {"target": "1,5"}},
    )
    assert read.findings == ()
    assert read.echoes == {
        "company.average_deal_size": "¥5,000,000",
        "company.revenue_target": "¥100,000,000",
        "company.net_revenue_retention": "97.5%",
        "company.start_arr": "¥5,000,000",
        "company.sales_cycle_days": "150 days",
        "rates.win_rate": "25.0%",
        "kpis.lead_response_time.target": "1.5 hours",
    }
    assert read.profile.average_deal_size == 5_000_000
    assert read.profile.net_revenue_retention == 0.975
    assert read.selection.rates == {"win_rate": 0.25}


def test_a_metric_on_two_stages_is_named(catalog: Catalog) -> None:
    read = _read(
        catalog,
        stages={
            "awareness": {"primary": "qualified_reach", "supporting": ["website_sessions"]},
            "consideration": {"primary": "engagement_qualified_leads", "supporting": []},
            "conversion": {
                "primary": "marketing_sourced_pipeline",
                "supporting": ["website_sessions"],
            },
        },
    )
    chosen = [metric.metric_id for metric in read.selection.chosen]
    assert chosen.count("website_sessions") == 1
    assert any("website_sessions" in f.message for f in read.findings)


def test_stages_come_in_order_with_each_metric_once(catalog: Catalog) -> None:
    read = _read(
        catalog,
        stages={"expansion": {"primary": "net_revenue_retention", "supporting": ["win_rate"]}},
    )
    chosen = read.selection.chosen
    order = list(Stage)
    assert [order.index(m.stage) for m in chosen] == sorted(order.index(m.stage) for m in chosen)
    assert len({m.metric_id for m in chosen}) == len(chosen)
    assert next(m for m in chosen if m.metric_id == "win_rate").stage is Stage.EXPANSION


@pytest.mark.parametrize(
    ("metric_id", "benchmark"),
    [
        ("win_rate", "cac.1"),  # money for a rate
        ("win_rate", "mql_to_sql.1"),  # another metric's rate
        ("sales_cycle_length", "sales_cycle_length.15"),
        ("visitor_to_lead_rate", "visitor_to_lead.2"),  # input of a worked example
    ],
)
def test_a_figure_that_does_not_fit_is_refused(
    catalog: Catalog,
    build: Callable[[Any], MeasurementFramework],
    metric_id: str,
    benchmark: str,
) -> None:
    months = [f.id for f in catalog.benchmarks if f.metric_id == metric_id and f.unit == "months"]
    chosen = months[0] if metric_id == "sales_cycle_length" else benchmark
    answers = {
        "stages": {
            "conversion": {"primary": "marketing_sourced_pipeline", "supporting": [metric_id]}
        },
        "kpis": {metric_id: {"benchmark": chosen}},
    }
    assert list(interpret(answers, catalog).errors) == [f"kpis.{metric_id}.benchmark"]
    assert metric_id in {kpi.metric_id for kpi in build(answers).kpis}


def test_a_figure_in_another_currency_is_refused(catalog: Catalog) -> None:
    figure = next(
        f for f in catalog.benchmarks if f.metric_id == "cost_per_lead" and f.currency == "USD"
    )
    answers = {"kpis": {"cost_per_lead": {"benchmark": figure.id}}}
    assert interpret({**answers, "company": {"currency": "USD"}}, catalog).findings == ()
    read = interpret({**answers, "company": {"currency": "EUR"}}, catalog)
    assert list(read.errors) == ["kpis.cost_per_lead.benchmark"]


def test_the_largest_amounts_are_understood_or_refused(catalog: Catalog) -> None:
    for deal in ("1,000,000,000,000,000", "900,000,000,000,000", "0.01", "0.000000001"):
        read = _read(catalog, company={"average_deal_size": deal})
        assert read.profile.revenue_target > 0


@given(data=st.data())
def test_any_json_is_interpreted(
    data: st.DataObject, json_values: SearchStrategy[Any], catalog: Catalog
) -> None:
    read = interpret(data.draw(json_values), catalog)
    assert all(f.where and f.message and f.fix for f in read.findings)
    assert CompanyProfile.model_validate(dict(read.profile)) == read.profile
    assert len({m.metric_id for m in read.selection.chosen}) == len(read.selection.chosen)


@given(data=st.data())
def test_wrong_types_anywhere_are_named(
    data: st.DataObject,
    valid_answers: SearchStrategy[dict[str, Any]],
    json_values: SearchStrategy[Any],
    catalog: Catalog,
) -> None:
    answers = data.draw(valid_answers)
    spoilt = answers
    for _ in range(data.draw(st.integers(0, 3))):
        key = data.draw(st.sampled_from(sorted(spoilt) or ["company"]))
        inner = spoilt.get(key)
        if not isinstance(inner, dict) or not inner:
            break
        spoilt = inner
    spoilt[data.draw(st.sampled_from(sorted(spoilt) or ["company"]))] = data.draw(json_values)
    read = interpret(answers, catalog)
    assert all(f.where and f.message and f.fix for f in read.findings)
    assert CompanyProfile.model_validate(dict(read.profile)) == read.profile


@given(data=st.data())
def test_valid_answers_give_no_finding(
    data: st.DataObject, valid_answers: SearchStrategy[dict[str, Any]], catalog: Catalog
) -> None:
    read = interpret(data.draw(valid_answers), catalog)
    assert [f"{f.where}: {f.message}" for f in read.findings] == []
