"""Cohorts, and matching checked by hand against benchmarks.csv."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.benchmarks.cohort import (
    band_limits,
    bands,
    cut_name,
    segment_bands,
    wanted_cuts,
)
from kpi_core.benchmarks.match import (
    Cohort,
    cohort_of,
    in_unit,
    match_benchmarks,
    match_cohort,
    match_words,
    other_cuts,
    span,
)
from kpi_core.catalog.loader import DATA, Catalog
from kpi_core.errors import UnknownIdError
from kpi_core.framework.interpret import interpret
from kpi_core.models.base import Motion, Segment, Unit
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.company import CompanyProfile

INFINITE = float("inf")


def _profile(catalog: Catalog, motion: str = "sales_led", **company: Any) -> CompanyProfile:
    return interpret({"company": company, "motion": motion}, catalog).profile


# Bands


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("acv_25k_50k", (25_000, 50_000)),
        ("acv_lt_12k", (0, 12_000)),
        ("deal_gt_100k", (100_000, INFINITE)),
        ("arr_gt_2_5m", (2_500_000, INFINITE)),
        ("arr_10m_20m", (10_000_000, 20_000_000)),
        ("any", None),
        ("arpa_50_249_month", None),
        ("arpa_gt_500_month", None),
        ("bootstrapped_arr_gt_1m", None),
        ("revenue_150m", None),
        ("public_company", None),
        ("acv_gt_25", None),
        ("acv_gt_10k_20k", None),
        ("acv_lt__k", None),
        ("acv_", None),
    ],
)
def test_band_limits(name: str, limits: tuple[float, float] | None) -> None:
    assert band_limits(name) == limits


def test_bands_hold_deal_size_and_arr_narrowest_first(catalog: Catalog) -> None:
    # 20m/10m = 2, 25m/10m = 250k/100k = 2.5, 20m/5m = 4, then the open ones by name
    assert bands(catalog, 120_000, 12_000_000) == (
        "arr_10m_20m",
        "acv_100k_250k",
        "arr_10m_25m",
        "arr_5m_20m",
        "acv_gt_100k",
        "acv_gt_25k",
        "acv_gt_50k",
        "arr_gt_2_5m",
        "deal_gt_100k",
    )


def test_limits_belong_to_the_band_above(catalog: Catalog) -> None:
    # 25,000 is neither under nor over 25,000, and no longer in 10,000 to 25,000
    assert bands(catalog, 25_000, None) == ("acv_25k_50k", "deal_lt_50k")
    assert "acv_10k_25k" in bands(catalog, 24_999.99, None)
    assert "acv_gt_25k" in bands(catalog, 25_000.01, None)


def test_bands_inside_a_segment(catalog: Catalog) -> None:
    assert segment_bands("mid_market", catalog) == ("acv_25k_50k", "acv_50k_100k")
    assert segment_bands("enterprise", catalog) == (
        "acv_100k_250k",
        "acv_gt_100k",
        "deal_gt_100k",
        "acv_gt_250k",
    )
    assert "acv_gt_25k" not in segment_bands("enterprise", catalog)  # mid-market is in it too
    assert segment_bands(None, catalog) == ()


# The cohort of a company


def test_cohort_of_a_company_in_dollars(catalog: Catalog) -> None:
    profile = _profile(
        catalog, segment="mid_market", region="north_america", industry="fintech",
        average_deal_size="60000", start_arr="3m",
    )  # fmt: skip
    assert cohort_of(profile, catalog, "paid") == Cohort(
        segment="mid_market",
        motion="sales_led",
        industry="fintech",
        channel="paid",
        region="north_america",
        confidence="low",
        stages=bands(catalog, 60_000, 3_000_000),
    )


def test_bands_are_not_converted_to_other_currencies(catalog: Catalog) -> None:
    for currency in ("EUR", "JPY"):
        profile = _profile(catalog, currency=currency, average_deal_size="60000", start_arr="3m")
        assert cohort_of(profile, catalog).stages == ()


def test_wanted_cuts_of_nobody_in_particular(catalog: Catalog) -> None:
    assert set(wanted_cuts(Cohort(), catalog).values()) == {()}
    assert wanted_cuts(Cohort(region="global"), catalog)["region"] == ()


@pytest.mark.parametrize("dimension", ["segment", "motion", "industry", "channel", "region"])
def test_an_unknown_id_is_refused(catalog: Catalog, dimension: str) -> None:
    chosen: dict[str, Any] = {dimension: "nowhere"}
    with pytest.raises(UnknownIdError, match=f"unknown {dimension} 'nowhere'"):
        wanted_cuts(Cohort(**chosen), catalog)


# By hand against benchmarks.csv: ids, what was matched and what was relaxed

SALES_JAPAN = Cohort("smb", "sales_led", "fintech", None, "japan")
MANUFACTURER = Cohort(None, None, "manufacturing", "paid", "north_america")
ENTERPRISE = Cohort("enterprise", "sales_led", "saas", stages=("acv_100k_250k", "arr_5m_20m"))


@pytest.mark.parametrize(
    ("metric", "cohort", "currency", "ids"),
    [
        # traced ones first: 8 has the segment, 5 the wider industry, 1 nothing; of the low ones 7
        # and 6 have the motion (2025 before 2024), 3 only the industry. 2 and 4 are other industries.
        pytest.param(
            "sql_to_opportunity_rate", SALES_JAPAN, "JPY",
            [f"sql_to_opportunity.{n}" for n in (8, 5, 1, 7, 6, 3)], id="SQL to opportunity",
        ),
        # 3 is Japanese, 1 anybody's; 2 is European
        pytest.param(
            "webinar_attendance_rate", Cohort(channel="events", region="japan"), "JPY",
            ["webinar_attendance_rate.3", "webinar_attendance_rate.1"], id="webinars in Japan",
        ),
        # 24 has the segment, 13 and 14 the band, 4 and 5 the industry; 6 is a target, 7 is low
        pytest.param(
            "gross_revenue_retention", ENTERPRISE, "USD",
            [f"grr.{n}" for n in (24, 13, 14, 4, 5, 6, 7)], id="gross retention",
        ),
        # 8 and 7 have the motion, 8 the industry too; then by year; 10 is low; 6 is bootstrapped
        pytest.param(
            "average_deal_size", Cohort("mid_market", "sales_led", "saas"), "USD",
            [f"average_contract_value.{n}" for n in (8, 7, 5, 2, 4, 3, 10)], id="deal size",
        ),
        # the only figure in yen is the input of a worked example
        pytest.param(
            "average_deal_size", Cohort("mid_market", "sales_led", "saas"), "JPY", [],
            id="deal size in yen",
        ),
        # 19 and 20 have the industry, search is nearer to paid than social; then 8, 10 and 11 by
        # channel and country, 3 without country, 9 low. 7 is in yen.
        pytest.param(
            "cost_per_lead", MANUFACTURER, "USD",
            [f"cost_per_lead.{n}" for n in (19, 20, 8, 10, 11, 3, 9)], id="cost per lead",
        ),
        pytest.param(
            "cost_per_lead", replace(MANUFACTURER, region="japan"), "JPY",
            ["cost_per_lead.7"], id="cost per lead in yen",
        ),
        # 5 and 1 are rules of thumb but traced, 4 was measured by nobody knows whom
        pytest.param(
            "pipeline_coverage", Cohort("enterprise", "sales_led"), "USD",
            ["pipeline_coverage.5", "pipeline_coverage.1", "pipeline_coverage.4"], id="coverage",
        ),
    ],
)  # fmt: skip
def test_matching_by_hand(
    catalog: Catalog, metric: str, cohort: Cohort, currency: str, ids: list[str]
) -> None:
    found = match_cohort(catalog.metric(metric), cohort, currency, catalog)
    assert [match.benchmark.id for match in found] == ids


@pytest.mark.parametrize(
    ("metric", "cohort", "currency", "figure", "exact", "relaxed", "words"),
    [
        (
            "sql_to_opportunity_rate", SALES_JAPAN, "JPY", "sql_to_opportunity.8",
            ("segment", "industry"), ("motion", "region"),
            "Matched on segment. Industry read as SaaS for Fintech."
            " Relaxed to any: motion (Sales-led), region (Japan).",
        ),
        (
            "sql_to_opportunity_rate", SALES_JAPAN, "JPY", "sql_to_opportunity.1",
            (), ("segment", "motion", "industry", "region"),
            "Matched on the metric alone. Relaxed to any: segment (Small business),"
            " motion (Sales-led), industry (Fintech), region (Japan).",
        ),
        (
            "webinar_attendance_rate", Cohort(channel="events", region="japan"), "JPY",
            "webinar_attendance_rate.3", ("channel", "region"), (),
            "Matched on region. Channel read as webinar for Events and webinars.",
        ),
        (
            "webinar_attendance_rate", Cohort(channel="events", region="japan"), "JPY",
            "webinar_attendance_rate.1", ("channel",), ("region",),
            "Channel read as webinar for Events and webinars."
            " Region relaxed from Japan to any.",
        ),
        (
            "gross_revenue_retention", ENTERPRISE, "USD", "grr.24",
            ("segment", "stage", "industry"), ("motion",),
            "Matched on segment, size band (ACV 100K to 250K USD) and industry."
            " Motion relaxed from Sales-led to any.",
        ),
        (
            "gross_revenue_retention", ENTERPRISE, "USD", "grr.4",
            ("industry",), ("segment", "motion", "stage"),
            "Matched on industry. Relaxed to any: segment (Enterprise), motion (Sales-led),"
            " size band.",
        ),
        (
            "average_deal_size", Cohort("mid_market", "sales_led", "saas"), "USD",
            "average_contract_value.8", ("motion", "industry"), ("segment",),
            "Matched on motion and industry. Segment relaxed from Mid-market to any.",
        ),
        (
            "cost_per_lead", MANUFACTURER, "USD", "cost_per_lead.19",
            ("industry", "channel", "region"), (),
            "Industry read as industrial commercial for Manufacturing and machinery, channel read"
            " as paid search for Paid media, region read as United States for North America.",
        ),
        (
            "cost_per_lead", replace(MANUFACTURER, region="japan"), "JPY", "cost_per_lead.7",
            ("industry", "channel", "region"), (),
            "Matched on channel and region."
            " Industry read as B2B in general for Manufacturing and machinery.",
        ),
        (
            "pipeline_coverage", Cohort("enterprise", stages=("acv_gt_100k",)), "USD",
            "pipeline_coverage.4", ("segment",), ("stage",),
            "Matched on segment. Size band relaxed to any.",
        ),
    ],
)  # fmt: skip
def test_what_was_matched_and_relaxed_by_hand(
    catalog: Catalog,
    metric: str,
    cohort: Cohort,
    currency: str,
    figure: str,
    exact: tuple[str, ...],
    relaxed: tuple[str, ...],
    words: str,
) -> None:
    found = match_cohort(catalog.metric(metric), cohort, currency, catalog)
    match = next(match for match in found if match.benchmark.id == figure)
    assert (match.exact, match.relaxed) == (exact, relaxed)
    assert match_words(match, cohort, catalog) == words


@pytest.mark.parametrize(
    ("least", "ids"),
    [
        ("high", ["grr.6"]),
        ("medium", ["grr.24", "grr.13", "grr.14", "grr.4", "grr.5", "grr.6"]),
    ],
)
def test_least_confidence(catalog: Catalog, least: Any, ids: list[str]) -> None:
    cohort = replace(ENTERPRISE, confidence=least)
    found = match_cohort(catalog.metric("gross_revenue_retention"), cohort, "USD", catalog)
    assert [match.benchmark.id for match in found] == ids


def test_others_are_those_cut_for_somebody_else(catalog: Catalog) -> None:
    metric = catalog.metric("sql_to_opportunity_rate")
    others = other_cuts(metric, SALES_JAPAN, "JPY", catalog)
    assert [figure.id for figure in others] == ["sql_to_opportunity.2", "sql_to_opportunity.4"]


# Figures the user added


def _own(catalog: Catalog, **changes: Any) -> Benchmark:
    figure = next(f for f in catalog.benchmarks if f.id == "sql_to_opportunity.1")
    return Benchmark.model_validate({**dict(figure), "id": "own.1", **changes})


def test_an_own_figure_matches_by_the_catalogs_ids(catalog: Catalog) -> None:
    metric = catalog.metric("sql_to_opportunity_rate")
    cuts: dict[str, Any] = {"industry": "public_sector_suppliers", "region": "latin_america"}
    wider = replace(catalog, benchmarks=(_own(catalog, **cuts),))
    cohort = Cohort(**cuts)  # neither has a published cut
    (match,) = match_cohort(metric, cohort, "USD", wider)
    assert match.exact == ("industry", "region")
    assert match_words(match, cohort, wider) == "Matched on industry and region."
    assert match_cohort(metric, Cohort(), "USD", wider) == ()
    assert match_cohort(metric, replace(cohort, region="japan"), "USD", wider) == ()


# Names and spans


@pytest.mark.parametrize(
    ("dimension", "cut", "name"),
    [
        ("segment", "mid_market", "Mid-market"),
        ("motion", "product_led", "Product-led"),
        ("stage", "acv_lt_12k", "ACV under 12K USD"),
        ("stage", "arr_gt_2_5m", "ARR over 2.5M USD"),
        ("stage", "deal_gt_100k", "deals over 100K USD"),
        ("stage", "public_company", "public company"),
        ("industry", "saas_crm", "CRM software (SaaS)"),
        ("industry", "public_sector_suppliers", "Suppliers to the public sector"),
        ("region", "apac", "Asia-Pacific"),
        ("region", "latin_america", "Latin America"),
        ("channel", "linkedin", "LinkedIn"),
        ("channel", "paid_search", "paid search"),
    ],
)
def test_cut_name(catalog: Catalog, dimension: str, cut: str, name: str) -> None:
    assert cut_name(dimension, cut, catalog) == name


def test_a_span_reaches_over_the_sources(catalog: Catalog) -> None:
    metric = catalog.metric("webinar_attendance_rate")
    found = match_cohort(metric, Cohort(channel="events", region="japan"), "JPY", catalog)
    assert span(found, Unit.RATIO) == (0.30, 0.70)  # 30 to 40% and 60 to 70%
    assert span(found[:1], Unit.RATIO) == (0.60, 0.70)
    assert span((), Unit.RATIO) is None


def test_a_span_leaves_out_other_definitions(catalog: Catalog) -> None:
    metric = catalog.metric("demo_request_rate")
    found = match_cohort(metric, Cohort(industry="saas"), "USD", catalog)
    assert found
    assert not any(match.benchmark.same_definition for match in found)
    assert span(found, Unit.RATIO) is None


def test_a_span_is_in_the_metrics_unit(catalog: Catalog) -> None:
    metric = catalog.metric("time_to_value")
    found = match_cohort(metric, Cohort(motion="product_led", industry="saas"), "USD", catalog)
    assert [match.benchmark.unit for match in found] == ["hours"]
    assert metric.unit is Unit.DAYS
    assert span(found, metric.unit) == (1.5, 1.5)  # 36 hours


# Any company, against the raw rows

ROWS = {
    row["id"]: row
    for row in csv.DictReader(io.StringIO((DATA / "benchmarks.csv").read_text(encoding="utf-8")))
}
HOURS = {"minutes": 1 / 60, "hours": 1, "days": 24}
UNITS = {"percent": Unit.RATIO, "ratio": Unit.MULTIPLE, "months": Unit.MONTHS}


def _published(row: dict[str, str], column: str, unit: Unit) -> float | None:
    if not row[column]:
        return None
    value = float(row[column])
    if row["unit"] == "percent":
        return value / 100
    return value * HOURS[row["unit"]] / HOURS[unit] if row["unit"] in HOURS else value


def _check_shown(figure: Benchmark, unit: Unit, currency: str) -> None:
    row = ROWS[figure.id]
    assert row["statistic"] != "example"
    if row["unit"].startswith("currency_"):
        assert unit is Unit.MONEY
        assert row["unit"] == f"currency_{currency.lower()}"
    elif row["unit"] in HOURS:
        assert unit.value in HOURS
    else:
        assert UNITS[row["unit"]] is unit
    for column in ("low", "typical", "high"):
        shown = in_unit(figure, getattr(figure, column), unit)
        published = _published(row, column, unit)
        if published is None or shown is None:
            assert shown is published
        else:
            assert math.isclose(shown, published, rel_tol=1e-9)


@settings(max_examples=60)
@given(data=st.data())
def test_every_figure_of_any_company_is_a_row_of_the_csv(
    data: st.DataObject, profile_answers: SearchStrategy[dict[str, Any]], catalog: Catalog
) -> None:
    profile = interpret(data.draw(profile_answers), catalog).profile
    channel = data.draw(st.sampled_from([None, *catalog.channels]))
    for metric in catalog.metrics.values():
        for match in match_benchmarks(metric, profile, catalog, channel):
            _check_shown(match.benchmark, metric.unit, profile.currency)


@st.composite
def _cohorts(draw: st.DrawFn, catalog: Catalog) -> Cohort:
    def choice(options: Any) -> Any:
        return draw(st.sampled_from([None, *options]))

    segment = choice([segment.value for segment in Segment])
    return Cohort(
        segment=segment,
        motion=choice([motion.value for motion in Motion]),
        industry=choice(catalog.industries),
        channel=choice(catalog.channels),
        region=choice(catalog.regions),
        confidence=draw(st.sampled_from(["high", "medium", "low"])),
        stages=segment_bands(segment, catalog) if draw(st.booleans()) else (),
    )


@settings(max_examples=60)
@given(data=st.data())
def test_any_cohort(data: st.DataObject, catalog: Catalog) -> None:
    cohort = data.draw(_cohorts(catalog))
    currency = data.draw(st.sampled_from(["USD", "JPY", "EUR"]))
    for metric in catalog.metrics.values():
        found = match_cohort(metric, cohort, currency, catalog)
        others = other_cuts(metric, cohort, currency, catalog)
        ids = [match.benchmark.id for match in found]
        assert not set(ids) & {figure.id for figure in others}
        for match in found:
            _check_shown(match.benchmark, metric.unit, currency)
            assert match_words(match, cohort, catalog).endswith(".")
            least = ["high", "medium", "low"].index(cohort.confidence)
            assert ROWS[match.benchmark.id]["confidence"] in ["high", "medium", "low"][: least + 1]
        assert sorted(ids) == sorted(_by_rows(metric.id, metric.unit, cohort, currency, catalog))


def _by_rows(
    metric_id: str, unit: Unit, cohort: Cohort, currency: str, catalog: Catalog
) -> list[str]:
    """The ids that should match, from the raw rows: a second way to the same answer."""
    kinds = {"percent": "ratio", "ratio": "multiple"}
    cuts: dict[str, list[str | None]] = {
        "segment": [cohort.segment],
        "motion": [cohort.motion],
        "stage": list(cohort.stages),
        "industry": list(catalog.industries[cohort.industry].benchmark_cuts)
        if cohort.industry
        else [],
        "channel": list(catalog.channels[cohort.channel].benchmark_cuts) if cohort.channel else [],
        "region": [catalog.regions[cohort.region].benchmark_cut] if cohort.region else [],
    }
    return [
        row["id"]
        for row in ROWS.values()
        if catalog.benchmark_mappings[row["metric_id"]].metric_id == metric_id
        and row["statistic"] != "example"
        and (cohort.confidence == "low" or row["confidence"] in (cohort.confidence, "high"))
        and (
            row["unit"] == f"currency_{currency.lower()}"
            if unit is Unit.MONEY
            else kinds.get(row["unit"], row["unit"]) == unit.value
            or {row["unit"], unit.value} <= set(HOURS)
        )
        and all(row[cut] == "any" or row[cut] in wanted for cut, wanted in cuts.items())
    ]
