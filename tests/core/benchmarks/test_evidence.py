"""Marks on published figures, and the conflicts between them."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from kpi_core.benchmarks.evidence import conflicts, marks, sample_size
from kpi_core.catalog.loader import DATA, Catalog, load_catalog
from kpi_core.errors import CatalogError
from kpi_core.models.benchmark import Benchmark

YEAR = 2026


def _figure(catalog: Catalog, **changes: Any) -> Benchmark:
    """A median of 22% from 500 companies, 2025, that nothing is wrong with, with `changes`."""
    sound = {
        **dict(catalog.benchmarks[0]),
        "same_definition": True,
        "low": None,
        "typical": 0.22,
        "high": None,
        "unit": "ratio",
        "statistic": "median",
        "sample": "500 B2B companies",
        "source_year": 2025,
        "confidence": "medium",
        "note": "",
    }
    return Benchmark.model_validate({**sound, **changes})


def _codes(figure: Benchmark, year: int = YEAR) -> list[str]:
    return [mark.code for mark in marks(figure, year)]


def test_a_sound_figure_has_no_marks(catalog: Catalog) -> None:
    assert marks(_figure(catalog), YEAR) == ()


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"source_year": 2020}, "old", "From 2020, 6 years ago."),
        ({"source_year": None}, "year_unknown", "The source states no year."),
        ({"sample": "49 companies"}, "tiny_sample", "A tiny sample: 49 companies."),
        ({"statistic": "target"}, "guideline", "A rule of thumb: nothing was measured."),
        (
            {"sample": "Practitioner guideline, no sample stated"},
            "guideline",
            "A guideline: no measured sample is stated.",
        ),
        (
            {"note": "Vendor guideline; publication year not shown"},
            "guideline",
            "A guideline: no measured sample is stated.",
        ),
        (
            {"confidence": "low"},
            "low_confidence",
            "Low confidence: it could not be traced to its origin.",
        ),
        (
            {"note": "the same 13 circulates under several names"},
            "relabelled",
            "Probably another figure under this name: the same 13 circulates under several names",
        ),
        (
            {"same_definition": False, "definition_note": "Counts visitors."},
            "other_definition",
            "Counts something else than our metric: Counts visitors.",
        ),
        ({"typical": None, "low": 0.3}, "one_end_only", "Only a lower end: at least this much."),
        ({"typical": None, "high": 0.3}, "one_end_only", "Only an upper end: at most this much."),
    ],
)
def test_each_mark(catalog: Catalog, changes: dict[str, Any], code: str, words: str) -> None:
    (mark,) = marks(_figure(catalog, **changes), YEAR)
    assert (mark.code, mark.text) == (code, words)


@pytest.mark.parametrize(
    ("source_year", "year", "old"),
    [(2021, 2026, False), (2020, 2026, True), (2020, 2025, False), (2026, 2025, False)],
)
def test_old_is_more_than_five_years(
    catalog: Catalog, source_year: int, year: int, old: bool
) -> None:
    assert ("old" in _codes(_figure(catalog, source_year=source_year), year)) is old


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sample": "50 companies"}, "tiny_sample"),
        ({"low": 0.1, "high": 0.3}, "one_end_only"),
        ({"low": 0.1, "typical": None, "high": 0.3}, "one_end_only"),
        ({"low": 0.1}, "one_end_only"),
        ({"note": "often relabelled as MQL-to-SQL 13"}, "relabelled"),  # it is the original
    ],
)
def test_just_not_marked(catalog: Catalog, changes: dict[str, Any], code: str) -> None:
    assert code not in _codes(_figure(catalog, **changes))


@pytest.mark.parametrize(
    ("sample", "size"),
    [
        ("21 B2B SaaS companies, FY2024", 21),
        ("1,000+ private B2B SaaS companies", 1000),
        ("~385 private SaaS companies", 385),
        (">200 Bessemer cloud investments", 200),
        ("<30 customers", 30),
        ("12", 12),
        ("Our customers, n = 12", 12),
        ("n=8; Germany", 8),
        ("100bn+ emails sent in 2021", None),
        ("~4 million search results", None),
        ("$3bn of ad spend", None),
        ("2024 edition", None),
        ("3 years of data", None),
        ("3-year average", None),
        ("CY2025", None),
        ("First Page Sage clients, 50+ B2B SaaS companies", None),  # at least that many
        ("n not stated", None),
        ("not stated", None),
        ("9" * 3999, int("9" * 3999)),
    ],
)
def test_sample_size(catalog: Catalog, sample: str, size: int | None) -> None:
    assert sample_size(_figure(catalog, sample=sample)) == size


def test_marks_of_the_catalog(catalog: Catalog) -> None:
    """Read by hand from benchmarks.csv."""
    found = Counter(code for figure in catalog.benchmarks for code in _codes(figure))
    assert found["year_unknown"] == 112  # as its README counts them
    assert found["low_confidence"] == 110
    by_code = {
        code: {figure.id for figure in catalog.benchmarks if code in _codes(figure)}
        for code in found
    }
    assert by_code["tiny_sample"] == {  # n = 43, 17 and 21
        "blended_cac_ratio.2",
        "webinar_attendance_rate.2",
        "expansion_cac_ratio.1",
    }
    assert by_code["relabelled"] == {"mql_to_sql.2", "cost_per_lead.9"}
    targets = {f.id for f in catalog.benchmarks if f.statistic == "target"}
    assert len(targets) == 15
    assert targets < by_code["guideline"]
    assert {"mql_to_sql.15", "email_open_rate.15", "cost_per_lead.7"} < by_code["guideline"]
    assert {"nrr.2", "grr.6", "cac_payback.14"} < by_code["one_end_only"]


# Conflicts

README_ROWS = {
    "mql_to_sql": "mql_to_sql_rate",
    "sql_to_opportunity": "sql_to_opportunity_rate",
    "opportunity_to_close": "win_rate",
    "sales_cycle_length": "sales_cycle_length",
    "cac_payback": "cac_payback",
    "nrr": "net_revenue_retention",
    "grr": "gross_revenue_retention",
    "free_trial_conversion": "free_trial_conversion_rate",
    "email_open_rate": "email_open_rate",
    "cost_per_lead": "cost_per_lead",
    "cac": "customer_acquisition_cost",
    "ltv_cac": "ltv_to_cac",
    "magic_number": None,
    "gross_margin": None,
    "marketing_sourced_pipeline": "marketing_sourced_share_of_pipeline",
    "marketing_budget_pct_revenue": "marketing_budget_share_of_revenue",
    "sm_spend_pct_revenue": None,
    "webinar_attendance_rate": "webinar_attendance_rate",
    "organic_ctr_rank_1": "organic_click_through_rate",
    "average_contract_value": "average_deal_size",
}


def test_every_known_conflict_is_there(catalog: Catalog) -> None:
    assert len(catalog.conflicts) == 21  # two for cost per lead: LinkedIn and Google Ads
    assert {c.published_as[0]: c.metric_id for c in catalog.conflicts} == README_ROWS


def test_conflicts_of_a_metric(catalog: Catalog) -> None:
    (only,) = conflicts("mql_to_sql_rate", catalog)
    assert "13% under Salesforce's name" in only.what
    assert only.why.startswith("Each company sets its own bar for an MQL.")
    assert len(conflicts("cost_per_lead", catalog)) == 2
    assert conflicts("time_to_value", catalog) == ()
    assert conflicts("unheard_of", catalog) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"metric_id": "win_rate_of_dreams"}, "unknown id win_rate_of_dreams"),
        ({"published_as": ["dreams"]}, "unknown id dreams"),
        ({"metric_id": "win_rate"}, "mql_to_sql belongs to mql_to_sql_rate"),
        ({"published_as": []}, "published_as"),
        ({"why": ""}, "why"),
    ],
)
def test_a_mistake_in_the_conflicts_is_named(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    path = folder / "conflicts.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["conflicts"][0].update(change)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CatalogError, match="conflicts") as caught:
        load_catalog(folder)
    assert problem in str(caught.value)
