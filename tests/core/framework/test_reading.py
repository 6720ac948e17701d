"""Single answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.reading import Bounds, Reader, typed
from kpi_core.models.base import Unit


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("company.revenue_target", "Revenue target"),
        ("kpis.win_rate.target", "Win rate, target"),
        ("rates.win_rate", "Win rate"),
        ("definitions.win_rate.name", "Win rate, name"),
        ("kpis.unknown_thing.target", "Unknown thing, target"),
        ("framework_name", "Framework name"),
        ("reviews.weekly.attendees", "Reviews, weekly, attendees"),
        ("", "Answer"),
    ],
)
def test_label(catalog: Catalog, path: str, label: str) -> None:
    assert Reader(catalog).label(path) == label


@pytest.mark.parametrize("value", [None, "", "  ", "\t"])
def test_an_empty_number_is_unknown_without_a_finding(catalog: Catalog, value: str | None) -> None:
    reader = Reader(catalog)
    assert reader.number("rates.win_rate", value, Unit.RATIO, "USD", Bounds(), "targets") is None
    assert (reader.findings, reader.echoes, reader.errors) == ([], {}, {})


@pytest.mark.parametrize(
    ("value", "bounds", "accepted"),
    [
        ("0", Bounds(), True),
        ("0", Bounds(above=True), False),
        ("0.01", Bounds(above=True), True),
        ("-0.01", Bounds(), False),
        ("100", Bounds(maximum=100), True),
        ("100.01", Bounds(maximum=100), False),
        ("-5", Bounds(minimum=-5), True),
        ("1e3", Bounds(), False),
        (10**400, Bounds(), False),
        (1e308, Bounds(), False),
        (float("nan"), Bounds(), False),
        (float("inf"), Bounds(), False),
    ],
)
def test_bounds(catalog: Catalog, value: str | float, bounds: Bounds, accepted: bool) -> None:
    reader = Reader(catalog)
    read = reader.number("company.start_arr", value, Unit.MONEY, "USD", bounds, "company")
    assert (read is not None) is accepted
    assert bool(reader.findings) is not accepted
    assert ("company.start_arr" in reader.echoes) is accepted


def test_an_integer_of_thousands_of_digits_is_a_finding(catalog: Catalog) -> None:
    reader = Reader(catalog)
    number = reader.number("rates.win_rate", 10**5000, Unit.RATIO, "USD", Bounds(), "targets")
    assert number is None
    assert len(reader.findings) == 1


@pytest.mark.parametrize("text", ["5 EUR", "5 dollars", "USD 5", "5 days"])
def test_a_foreign_unit_is_a_finding(catalog: Catalog, text: str) -> None:
    reader = Reader(catalog)
    read = reader.number("kpis.mql_count.target", text, Unit.COUNT, "USD", Bounds(), "targets")
    assert read is None
    assert "a plain number is needed" in reader.findings[0].message


_DECIMALS = st.integers(0, 10**12).flatmap(
    lambda digits: st.integers(0, 6).map(lambda places: digits / 10**places)
)


@given(_DECIMALS, st.sampled_from(Unit))
def test_a_value_typed_again_is_the_same_value(catalog: Catalog, value: float, unit: Unit) -> None:
    reader = Reader(catalog)
    read = reader.number(
        "kpis.win_rate.target", typed(value, unit), unit, "USD", Bounds(), "targets"
    )
    assert read == value


def test_unknown_ids_name_near_matches(catalog: Catalog) -> None:
    reader = Reader(catalog)
    assert not reader.known_metric("kpis.winrate", "winrate", "targets")
    assert "Did you mean win_rate" in reader.findings[0].fix
    assert not reader.known_metric("kpis.q", "q" * 300, "targets")
    assert "glossary" in reader.findings[1].fix


def test_a_long_wrong_choice_is_cut_in_the_message(catalog: Catalog) -> None:
    reader = Reader(catalog)
    assert reader.choice("company.segment", "x" * 10_000, ["smb"], "smb", "company") == "smb"
    assert len(reader.findings[0].message) < 200


def test_names_are_composed(catalog: Catalog) -> None:
    decomposed = "Cafe\u0301"
    assert Reader(catalog).name("company.name", decomposed, None, "company") == "Caf\u00e9"
