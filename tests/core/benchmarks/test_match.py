"""Published figures that fit a company."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.benchmarks.cohort import wanted_cuts
from kpi_core.benchmarks.match import (
    DIMENSIONS,
    cohort_of,
    find,
    fits_unit,
    in_unit,
    match_benchmarks,
    typical,
)
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.interpret import interpret
from kpi_core.models.base import Unit
from kpi_core.models.benchmark import Benchmark, Statistic
from kpi_core.models.company import CompanyProfile


def _figure(catalog: Catalog, **changes: Any) -> Benchmark:
    """A traced median win rate of 22% for everybody, with `changes`."""
    plain = {
        **dict(catalog.benchmarks[0]),
        **dict.fromkeys(DIMENSIONS, "any"),
        "id": "win_rate_test.1",
        "metric_id": "win_rate",
        "unit": "ratio",
        "currency": None,
        "low": None,
        "typical": 0.22,
        "high": None,
        "statistic": "median",
        "confidence": "high",
        "same_definition": True,
        "source_year": 2025,
    }
    return Benchmark.model_validate({**plain, **changes})


def _profile(catalog: Catalog, **company: Any) -> CompanyProfile:
    return interpret({"company": company}, catalog).profile


def _order(catalog: Catalog, *figures: dict[str, Any], **company: Any) -> list[str]:
    """Ids of the figures that match, best first; ids are a, b, c in the order given."""
    made = tuple(
        _figure(catalog, **{"id": letter, **changes})
        for letter, changes in zip("abcdef", figures, strict=False)
    )
    small = replace(catalog, benchmarks=made)
    found = match_benchmarks(catalog.metric("win_rate"), _profile(catalog, **company), small)
    return [match.benchmark.id for match in found]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"same_definition": False, "definition_note": "Other."}, {}),
        ({"confidence": "low"}, {"confidence": "medium"}),
        ({"statistic": "target"}, {"statistic": "range"}),
        ({"statistic": "top_quartile"}, {"statistic": "mean"}),
        ({"segment": "any"}, {"segment": "enterprise"}),
        ({"motion": "any"}, {"motion": "sales_led"}),
        ({"industry": "b2b"}, {"industry": "saas"}),
        ({"industry": "any"}, {"industry": "b2b"}),
        ({"region": "any"}, {"region": "us"}),
        ({"source_year": 2019}, {"source_year": 2024}),
        ({"source_year": None}, {"source_year": 2019}),
        # what comes first in the order weighs more than all that follows
        ({"same_definition": False, "segment": "enterprise"}, {"confidence": "low"}),
        ({"confidence": "low", "segment": "enterprise"}, {"confidence": "high"}),
        ({"industry": "saas", "region": "us"}, {"segment": "enterprise"}),
    ],
)
def test_the_better_figure_comes_first(
    catalog: Catalog, worse: dict[str, Any], better: dict[str, Any]
) -> None:
    company = {"segment": "enterprise", "region": "north_america", "industry": "saas"}
    assert _order(catalog, worse, better, **company) == ["b", "a"]


def test_equal_figures_come_in_the_order_of_their_ids(catalog: Catalog) -> None:
    assert _order(catalog, {"id": "b.2"}, {"id": "b.1"}) == ["b.1", "b.2"]


@pytest.mark.parametrize(
    "changes",
    [
        {"statistic": "example"},
        {"segment": "smb"},
        {"motion": "product_led"},
        {"industry": "biotech"},
        {"region": "jp"},
        {"channel": "seo"},
        {"stage": "acv_25k_100k"},
        {"metric_id": "mql_to_sql_rate"},
        {"metric_id": None},
        {"unit": "multiple"},
    ],
)
def test_what_does_not_fit_never_matches(catalog: Catalog, changes: dict[str, Any]) -> None:
    assert _order(catalog, changes, segment="enterprise") == []


def test_exact_and_relaxed_dimensions_are_named(catalog: Catalog) -> None:
    small = replace(catalog, benchmarks=(_figure(catalog, segment="enterprise", region="us"),))
    match = match_benchmarks(
        catalog.metric("win_rate"), _profile(catalog, segment="enterprise"), small
    )[0]
    assert match.exact == ("segment", "region")
    assert match.relaxed == ("motion", "industry")


def test_a_channel_widens_what_matches(catalog: Catalog) -> None:
    small = replace(catalog, benchmarks=(_figure(catalog, channel="paid_search"),))
    metric, profile = catalog.metric("win_rate"), _profile(catalog)
    assert match_benchmarks(metric, profile, small) == ()
    assert len(match_benchmarks(metric, profile, small, channel="paid")) == 1
    assert match_benchmarks(metric, profile, small, channel="seo") == ()


def test_wanted_cuts(catalog: Catalog) -> None:
    profile = _profile(catalog, industry="fintech", region="latin_america", segment="smb")
    assert wanted_cuts(cohort_of(profile, catalog, "paid"), catalog) == {
        "segment": ("smb",),
        "motion": ("sales_led",),
        "stage": ("acv_10k_25k", "acv_lt_12k", "acv_lt_25k", "deal_lt_50k"),  # a deal of $10,000
        "industry": ("fintech", "saas", "financial_services", "business_finance", "b2b"),
        "channel": ("paid", "paid_search", "paid_social", "linkedin", "display", "advertising"),
        "region": ("latin_america",),
    }


@pytest.mark.parametrize(
    ("unit", "currency", "wanted", "fits"),
    [
        ("ratio", None, Unit.RATIO, True),
        ("ratio", None, Unit.MULTIPLE, False),
        ("money", "USD", Unit.MONEY, True),
        ("money", "JPY", Unit.MONEY, False),  # never converted
        ("hours", None, Unit.DAYS, True),
        ("minutes", None, Unit.HOURS, True),
        ("months", None, Unit.DAYS, False),
        ("days", None, Unit.MONTHS, False),
        ("money", "USD", Unit.COUNT, False),
    ],
)
def test_fits_unit(
    catalog: Catalog, unit: str, currency: str | None, wanted: Unit, fits: bool
) -> None:
    assert fits_unit(_figure(catalog, unit=unit, currency=currency), wanted, "USD") is fits


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "converted"),
    [
        (36, "hours", Unit.DAYS, 1.5),
        (90, "minutes", Unit.HOURS, 1.5),
        (2, "days", Unit.HOURS, 48),
        (1, "days", Unit.MINUTES, 1440),
        (0.5, "hours", Unit.MINUTES, 30),
        (42, "hours", Unit.HOURS, 42),
        (0.22, "ratio", Unit.RATIO, 0.22),
        (12, "months", Unit.MONTHS, 12),
        (None, "hours", Unit.DAYS, None),
    ],
)
def test_in_unit(
    catalog: Catalog, value: float | None, unit: str, wanted: Unit, converted: float | None
) -> None:
    assert in_unit(_figure(catalog, unit=unit), value, wanted) == converted


@pytest.mark.parametrize(
    ("low", "middle", "high", "value"),
    [
        (0.15, 0.2, 0.3, 0.2),
        (0.15, None, 0.3, 0.225),
        (None, 0.2, None, 0.2),
        (0.15, None, None, None),
        (None, None, 0.3, None),
    ],
)
def test_typical(
    catalog: Catalog,
    low: float | None,
    middle: float | None,
    high: float | None,
    value: float | None,
) -> None:
    figure = _figure(catalog, low=low, typical=middle, high=high)
    assert typical(figure, Unit.RATIO) == value


def test_typical_is_converted(catalog: Catalog) -> None:
    figure = _figure(catalog, unit="hours", low=24, typical=None, high=48)
    assert typical(figure, Unit.DAYS) == 1.5  # the middle of 24 and 48 hours


def test_find(catalog: Catalog) -> None:
    first = catalog.benchmarks[0]
    assert find(catalog.benchmarks, first.id) is first
    assert find(catalog.benchmarks, None) is None
    assert find(catalog.benchmarks, "nothing.1") is None


@settings(max_examples=50)
@given(data=st.data())
def test_matches_of_any_company(
    data: st.DataObject, profile_answers: SearchStrategy[dict[str, Any]], catalog: Catalog
) -> None:
    profile = interpret(data.draw(profile_answers), catalog).profile
    for metric in catalog.metrics.values():
        for match in match_benchmarks(metric, profile, catalog):
            figure = match.benchmark
            assert figure.statistic is not Statistic.EXAMPLE
            assert figure.segment in ("any", profile.segment)
            assert figure.motion in ("any", profile.motion)
            assert figure.currency in (None, profile.currency)
            assert not set(match.exact) & set(match.relaxed)
