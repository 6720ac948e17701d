"""Wizard steps 1 to 3."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.interpret import interpret
from kpi_core.models.company import CompanyProfile, ToolInPlace


def _profile(catalog: Catalog, **company: Any) -> CompanyProfile:
    return interpret({"company": company}, catalog).profile


@pytest.mark.parametrize(
    ("segment", "currency", "deal", "target"),
    [
        ("smb", "USD", 10_000, 3_000_000),  # 300 deals a year
        ("mid_market", "EUR", 40_000, 6_000_000),  # 150; no magnitude given for EUR
        ("enterprise", "JPY", 12_000_000, 720_000_000),  # 120,000 x 100; 60 deals
        ("enterprise", "SEK", 1_200_000, 72_000_000),  # 120,000 x 10
        ("smb", "IDR", 100_000_000, 30_000_000_000),  # 10,000 x 10,000
    ],
)
def test_starting_assumptions(
    catalog: Catalog, segment: str, currency: str, deal: float, target: float
) -> None:
    profile = _profile(catalog, segment=segment, currency=currency)
    assert (profile.average_deal_size, profile.revenue_target) == (deal, target)


@pytest.mark.parametrize(
    ("region", "currency", "month"),
    [("japan", "JPY", 4), ("united_kingdom", "GBP", 4), ("european_union", "EUR", 1)],
)
def test_region_suggests_currency_and_fiscal_year(
    catalog: Catalog, region: str, currency: str, month: int
) -> None:
    profile = _profile(catalog, region=region)
    assert (profile.currency, profile.fiscal_year_start_month) == (currency, month)


def test_an_own_currency_beats_the_regions(catalog: Catalog) -> None:
    profile = _profile(catalog, region="japan", currency="USD", fiscal_year_start_month=1)
    assert (profile.currency, profile.fiscal_year_start_month) == ("USD", 1)


def test_recurring_revenue_counts_only_where_the_model_has_it(catalog: Catalog) -> None:
    company = {"start_arr": "5m", "net_revenue_retention": "105"}
    recurring = _profile(catalog, business_model="usage_based", **company)
    assert (recurring.start_arr, recurring.net_revenue_retention) == (5_000_000, 1.05)
    project = _profile(catalog, business_model="professional_services", **company)
    assert (project.start_arr, project.net_revenue_retention) == (None, None)


@pytest.mark.parametrize(
    ("typed", "share"),
    [("40", 0.4), ("40%", 0.4), (40, 0.4), ("23,4", 0.234), (7, 0.07), ("0.5", 0.005)],
)
def test_shares_are_typed_in_percent(catalog: Catalog, typed: Any, share: float) -> None:
    assert _profile(catalog, marketing_sourced_share=typed).marketing_sourced_share == share


def test_a_small_number_written_by_a_program_is_read(catalog: Catalog) -> None:
    # Python and JavaScript write 0.00005 as 5e-05 and 5e-5.
    read = interpret({"company": {"marketing_sourced_share": 0.00005}}, catalog)
    assert read.findings == ()
    assert read.profile.marketing_sourced_share == 5e-7


def test_empty_optional_amounts_are_unknown(catalog: Catalog) -> None:
    read = interpret({"company": {"start_arr": "", "net_revenue_retention": " "}}, catalog)
    assert read.findings == ()
    assert (read.profile.start_arr, read.profile.net_revenue_retention) == (None, None)


def test_spaces_in_a_name_are_tidied(catalog: Catalog) -> None:
    assert _profile(catalog, name="  Acme \n  Corp\t").name == "Acme Corp"


def test_tools_come_in_the_catalogs_order(catalog: Catalog) -> None:
    answers = {"data": {"tools": {"seo": [" Semrush ", "Semrush", "Ahrefs"], "crm": []}}}
    data = interpret(answers, catalog).selection.data
    assert data.tools == (
        ToolInPlace(category="crm"),
        ToolInPlace(category="seo", products=("Semrush", "Ahrefs")),
    )


def test_no_tools_is_an_answer(catalog: Catalog) -> None:
    assert interpret({"data": {"tools": {}}}, catalog).selection.data.tools == ()
