"""The inputs of each kind of formula, and checks no data file can easily break."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi_core.catalog.check import check_catalog, formula_inputs
from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Role
from kpi_core.models.metric import (
    Difference,
    Direct,
    Formula,
    MetricDefinition,
    Product,
    Quotient,
    Total,
)


@pytest.mark.parametrize(
    ("formula", "inputs"),
    [
        (Direct(measure="a"), ("a",)),
        (Quotient(numerator="a", denominator="b"), ("a", "b")),
        (Total(addends=("a", "b", "c")), ("a", "b", "c")),
        (Product(factors=("a", "b"), divisors=("c",)), ("a", "b", "c")),
        (Difference(minuend="a", subtrahend="b"), ("a", "b")),
    ],
)
def test_formula_inputs(formula: Formula, inputs: tuple[str, ...]) -> None:
    assert formula_inputs(formula) == inputs


def test_the_catalog_is_right(catalog: Catalog) -> None:
    assert check_catalog(catalog) == []


@pytest.mark.parametrize(
    ("metric_id", "change", "problem"),
    [
        ("win_rate", {"guardrail": "win_rate"}, "points at itself"),
        ("win_rate", {"leads": "win_rate"}, "points at itself"),
        ("win_rate", {"maximum": 0}, "maximum: not above minimum"),
        ("win_rate", {"direction": "lower_is_better"}, "must be better when higher"),
        ("win_rate", {"unit": "count"}, "a rate must be a ratio"),
        ("ad_impressions", {"roles": [Role.PRIMARY]}, "a vanity metric cannot be primary"),
        ("new_leads", {"unit": "money"}, "counts count"),
        ("new_leads", {"funnel_step": None}, "funnel_step: missing"),
        ("qualified_reach", {"roles": ["supporting"]}, "cannot be primary"),
        ("qualified_reach", {"motions": ["hybrid"]}, "is not for sales_led"),
        ("qualified_activations", {"roles": ["primary"]}, "roles lack north_star"),
    ],
)
def test_a_metric_that_contradicts_itself(
    catalog: Catalog, metric_id: str, change: dict[str, object], problem: str
) -> None:
    metric = catalog.metric(metric_id)
    changed = MetricDefinition.model_validate({**dict(metric), **change})
    spoilt = replace(catalog, metrics={**catalog.metrics, metric_id: changed})
    found = check_catalog(spoilt)
    assert any(problem in line and metric_id in line for line in found), found


def test_an_id_is_a_metric_or_a_measure(catalog: Catalog) -> None:
    measure = next(iter(catalog.measures.values()))
    spoilt = replace(catalog, measures={**catalog.measures, "win_rate": measure})
    assert "metric win_rate, id: also the id of a measure" in check_catalog(spoilt)


@pytest.mark.parametrize("table", ["motions", "stages", "segments", "agreements"])
def test_every_table_covers_every_value(catalog: Catalog, table: str) -> None:
    records = dict(getattr(catalog, table))
    gone = next(iter(records))
    del records[gone]
    assert any(str(gone) in line for line in check_catalog(replace(catalog, **{table: records})))
