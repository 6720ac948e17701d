"""Records of the catalog hold what the product promises to offer."""

from __future__ import annotations

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.formats import currencies
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.models.base import Cadence, Motion, Severity
from kpi_core.models.framework import MeasurementFramework


@pytest.mark.parametrize(
    "table",
    [
        "business_models",
        "segments",
        "maturity",
        "industries",
        "regions",
        "motions",
        "stages",
        "channels",
        "roles",
        "tools",
        "criteria",
    ],
)
def test_every_choice_describes_itself(catalog: Catalog, table: str) -> None:
    choices = getattr(catalog, table).values()
    assert len({choice.name for choice in choices}) == len(choices)
    assert all(len(choice.description) >= 20 for choice in choices)


def test_regions_use_currencies_in_use(catalog: Catalog) -> None:
    assert {region.currency for region in catalog.regions.values()} <= set(currencies())
    assert set(catalog.currency_magnitudes) <= set(currencies())


def test_reviews_and_layers(catalog: Catalog) -> None:
    assert [r.cadence for r in catalog.reviews] == [
        Cadence.WEEKLY,
        Cadence.MONTHLY,
        Cadence.QUARTERLY,
    ]
    assert set(catalog.layers) == {"executive", "operational", "channel"}
    assert all(review.decision_rules for review in catalog.reviews)


@pytest.mark.parametrize("motion", Motion)
def test_agreements_bind_both_sides(catalog: Catalog, motion: Motion) -> None:
    agreement = catalog.agreements[motion]
    assert {commitment.party for commitment in agreement.commitments} == {"marketing", "sales"}
    assert {"mql", "sql", "opportunity"} <= {definition.id for definition in agreement.definitions}


def test_samples_are_understood_without_a_finding(catalog: Catalog) -> None:
    assert len(catalog.samples) == 4
    for sample in catalog.samples.values():
        read = interpret(sample.answers, catalog)
        assert read.findings == (), sample.id
        assert read.is_complete


def test_samples_cover_motions_and_currencies(catalog: Catalog) -> None:
    read = [interpret(sample.answers, catalog).profile for sample in catalog.samples.values()]
    assert {profile.motion for profile in read} == set(Motion)
    assert [profile.currency for profile in read] == ["USD", "EUR", "GBP", "JPY"]


def test_samples_have_no_errors(framework: MeasurementFramework) -> None:
    assert not [f for f in check_framework(framework) if f.severity is Severity.ERROR]
