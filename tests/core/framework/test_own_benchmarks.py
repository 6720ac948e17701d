"""Figures the user adds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.benchmarks.match import Cohort, match_cohort
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.own_benchmarks import (
    OwnBenchmarkAnswers,
    own_benchmark_answers,
    read_own_benchmarks,
)
from kpi_core.framework.reading import Reader
from kpi_core.models.base import Unit
from kpi_core.models.benchmark import Benchmark

GOOD = {"metric": "win_rate", "low": "15", "high": "25", "source": "Trade body", "year": "2025"}


def _read(
    catalog: Catalog, *figures: dict[str, Any], currency: str = "USD", **options: Any
) -> tuple[tuple[Benchmark, ...], Reader]:
    reader = Reader(catalog)
    answers = [OwnBenchmarkAnswers.model_validate(figure) for figure in figures]
    return read_own_benchmarks(answers, currency, reader, **options), reader


def _only(catalog: Catalog, currency: str = "USD", **changes: Any) -> Benchmark:
    (figure,), reader = _read(catalog, {**GOOD, **changes}, currency=currency)
    assert reader.findings == []
    return figure


def _problems(catalog: Catalog, **changes: Any) -> dict[str, str]:
    """Messages by path of a figure that cannot be used."""
    read, reader = _read(catalog, {**GOOD, **changes})
    assert read == ()
    assert len(reader.findings) == len(reader.errors)
    return reader.errors


def test_a_figure_as_typed(catalog: Catalog) -> None:
    figure = _only(
        catalog,
        typical="18,5%",
        sample="120 members",
        definition="Won over closed",
        url="https://example.org/report",
        segment="smb",
        motion="sales_led",
        industry="manufacturing",
        channel="events",
        region="japan",
    )
    assert figure.id == "own.1"
    assert (figure.metric_id, figure.published_as, figure.published_name) == (
        "win_rate",
        "win_rate",
        "Win rate",
    )
    assert (figure.low, figure.typical, figure.high) == (0.15, 0.185, 0.25)
    assert (figure.unit, figure.currency) == ("ratio", None)
    assert (figure.source_publisher, figure.source_title) == ("Trade body", "Trade body")
    assert (figure.source_year, figure.source_url) == (2025, "https://example.org/report")
    assert (figure.sample, figure.definition) == ("120 members", "Won over closed")
    assert (figure.confidence, figure.statistic) == ("medium", "range")
    assert figure.same_definition
    assert (figure.segment, figure.motion, figure.stage) == ("smb", "sales_led", "any")
    assert (figure.industry, figure.channel, figure.region) == ("manufacturing", "events", "japan")


def test_the_least_that_is_needed(catalog: Catalog) -> None:
    figure = _only(catalog, low=None, high=None, typical=20, year=2024)
    assert (figure.low, figure.typical, figure.high) == (None, 0.2, None)
    assert (figure.sample, figure.definition, figure.source_url) == (
        "not stated",
        "not stated",
        None,
    )
    assert {figure.segment, figure.motion, figure.industry, figure.channel, figure.region} == {
        "any"
    }


@pytest.mark.parametrize(
    ("metric", "typed", "currency", "value", "unit"),
    [
        ("win_rate", "22", "USD", 0.22, "ratio"),
        ("win_rate", "0", "USD", 0.0, "ratio"),
        ("average_deal_size", "¥5m", "JPY", 5_000_000, "money"),
        ("cost_per_lead", "79.5", "USD", 79.5, "money"),
        ("sales_cycle_length", "84 days", "USD", 84, "days"),
        ("cac_payback", "16", "USD", 16, "months"),
        ("ltv_to_cac", "3x", "USD", 3, "multiple"),
        ("net_revenue_retention", "105", "USD", 1.05, "ratio"),
        ("mql_count", "1,200", "USD", 1200, "count"),
    ],
)
def test_the_metrics_unit(
    catalog: Catalog, metric: str, typed: str, currency: str, value: float, unit: str
) -> None:
    figure = _only(catalog, currency, metric=metric, low=None, high=None, typical=typed)
    assert (figure.typical, figure.unit) == (value, unit)
    assert figure.currency == (currency if unit == "money" else None)


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"source": None}, "source", "There is no source."),
        ({"source": "  "}, "source", "There is no source."),
        ({"source": "x" * 501}, "source", "at most 500 characters"),
        ({"source": "a\x00b"}, "source", "invisible control character"),
        ({"year": None}, "year", "There is no year."),
        ({"year": " "}, "year", "There is no year."),
        ({"year": "1989"}, "year", "'1989' is not a possible year."),
        ({"year": "2101"}, "year", "'2101' is not a possible year."),
        ({"year": "last"}, "year", "'last' is not a possible year."),
        ({"year": "20255"}, "year", "'20255' is not a possible year."),
        ({"year": 2024.5}, "year", "'2024.5' is not a possible year."),
        ({"year": -2024}, "year", "'-2024' is not a possible year."),
        ({"low": "30"}, "low", "The low value, 30.0%, is above the high one, 25.0%."),
        ({"typical": "14"}, "low", "The low value, 15.0%, is above the typical one, 14.0%."),
        ({"typical": "26"}, "typical", "The typical value, 26.0%, is above the high one, 25.0%."),
        ({"high": "101"}, "high", "101.0% is not possible."),
        ({"low": "-1"}, "low", "-1.0% is not possible."),
        ({"low": "some"}, "low", "'some' is not a number"),
        ({"low": None, "high": ""}, "typical", "There is no figure."),
        ({"metric": None}, "metric", "No metric is named."),
        ({"metric": "win_rat"}, "metric", "'win_rat' is not a metric of the catalog."),
        ({"url": "javascript:alert(1)"}, "url", "is not a web address."),
        ({"url": "https://a b"}, "url", "is not a web address."),
        ({"url": "https://a\x00b"}, "url", "is not a web address."),
        ({"url": "https://" + "a" * 600}, "url", "is not a web address."),
        ({"segment": "huge"}, "segment", "'huge' is not one of the choices."),
        ({"region": "atlantis"}, "region", "'atlantis' is not one of the choices."),
        ({"sample": "a\x1bb"}, "sample", "invisible control character"),
        ({"definition": "x" * 4001}, "definition", "at most 4000 characters"),
        ({"id": "mine"}, "id", "'mine' cannot be the id"),
        ({"id": "own."}, "id", "'own.' cannot be the id"),
        ({"id": "own." + "1" * 77}, "id", "cannot be the id"),
    ],
)
def test_what_cannot_be_used(
    catalog: Catalog, changes: dict[str, Any], place: str, words: str
) -> None:
    problems = _problems(catalog, **changes)
    assert list(problems) == [f"own_benchmarks.1.{place}"]
    assert words in problems[f"own_benchmarks.1.{place}"]


def test_all_that_is_wrong_is_said_at_once(catalog: Catalog) -> None:
    problems = _problems(catalog, source="", year="", low="30", url="ftp://x")
    assert set(problems) == {f"own_benchmarks.1.{p}" for p in ("source", "year", "low", "url")}


def test_years_after_the_latest_are_refused(catalog: Catalog) -> None:
    read, reader = _read(catalog, {**GOOD, "year": "2027"}, latest_year=2026)
    assert read == ()
    assert "Type a year from 1990 to 2026." in reader.errors["own_benchmarks.1.year"]
    assert _read(catalog, {**GOOD, "year": "2026"}, latest_year=2026)[0]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "=HYPERLINK(1)",
        "| a | b |\n**x** [y](javascript:z)",
        "'; DROP TABLE x;--",
        "与謝秀作\u202e",
        "e\u0301 and é",
        "{{ 7 * 7 }}",
    ],
)
def test_hostile_text_is_kept_verbatim(catalog: Catalog, text: str) -> None:
    figure = _only(catalog, source=text, sample=text, definition=text)
    assert figure.source_publisher == figure.source_title == text
    assert figure.sample == figure.definition == text


def test_truth_values_and_unknown_fields_are_no_answers() -> None:
    for wrong in ({"low": True}, {"year": False}, {"colour": "red"}):
        with pytest.raises(ValueError, match=r"true and false|Extra inputs"):
            OwnBenchmarkAnswers.model_validate({**GOOD, **wrong})


# Ids


def test_ids_are_numbered_and_the_good_ones_stay(catalog: Catalog) -> None:
    read, reader = _read(catalog, GOOD, {**GOOD, "source": ""}, GOOD)
    assert [figure.id for figure in read] == ["own.1", "own.3"]
    assert list(reader.errors) == ["own_benchmarks.2.source"]


def test_an_id_once_given_stays_when_others_go(catalog: Catalog) -> None:
    read, _ = _read(catalog, GOOD, {**GOOD, "id": "own.1"}, {**GOOD, "id": "own.7"}, GOOD)
    assert [figure.id for figure in read] == ["own.2", "own.1", "own.7", "own.3"]


def test_an_id_given_twice_is_named(catalog: Catalog) -> None:
    read, reader = _read(catalog, {**GOOD, "id": "own.1"}, {**GOOD, "id": "own.1"})
    assert [figure.id for figure in read] == ["own.1"]
    assert list(reader.errors) == ["own_benchmarks.2.id"]


def test_at_most_200(catalog: Catalog) -> None:
    assert len(_read(catalog, *[GOOD] * 200)[0]) == 200
    read, reader = _read(catalog, *[GOOD] * 201)
    assert len(read) == 200
    assert "There are 201 own figures; 200 is the limit." in reader.errors["own_benchmarks"]


# Back to answers, and into the matching


def test_worldwide_is_anywhere(catalog: Catalog) -> None:
    assert _only(catalog, region="global").region == "any"
    assert _only(catalog, region="any").region == "any"


def test_an_own_figure_matches_beside_the_published_ones(catalog: Catalog) -> None:
    figure = _only(catalog, industry="public_sector_suppliers")
    wider = replace(catalog, benchmarks=(*catalog.benchmarks, figure))
    cohort = Cohort(industry="public_sector_suppliers")
    found = match_cohort(catalog.metric("win_rate"), cohort, "USD", wider)
    (match,) = (match for match in found if match.benchmark.id == "own.1")
    assert match.exact == ("industry",)


_TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40
).filter(str.strip)  # fmt: skip


@given(data=st.data())
def test_answers_read_back_as_the_same_figure(data: st.DataObject, catalog: Catalog) -> None:
    metric = catalog.metrics[data.draw(st.sampled_from(list(catalog.metrics)))]
    most = 100 if metric.unit is Unit.RATIO else 10**6
    values = sorted(data.draw(st.lists(st.integers(0, most * 100), min_size=1, max_size=3)))
    ends = data.draw(st.permutations(["low", "typical", "high"]))[: len(values)]
    ordered = [end for end in ("low", "typical", "high") if end in ends]
    answer: dict[str, Any] = {
        "metric": metric.id,
        **{end: value / 100 for end, value in zip(ordered, values, strict=True)},
        "source": data.draw(_TEXT),
        "year": data.draw(st.integers(1990, 2100)),
        "sample": data.draw(st.none() | _TEXT),
        "definition": data.draw(st.none() | _TEXT),
        "url": data.draw(st.sampled_from([None, "https://example.org/a?b=c#d"])),
        "segment": data.draw(st.sampled_from([None, "smb", "enterprise"])),
        "industry": data.draw(st.sampled_from([None, *catalog.industries])),
        "region": data.draw(st.sampled_from([None, *catalog.regions])),
    }
    read, reader = _read(catalog, answer)
    assert reader.findings == []
    again, reader = _read(catalog, own_benchmark_answers(read[0]))
    assert reader.findings == []
    assert again == read


_TYPED = st.sampled_from(
    ["", "win_rate", "25", "2025", "own.1", "own.x", "\x00", "9" * 61, "\u202e"]
)
_SIGNS = st.characters(codec="utf-8")
_TEXTS = st.none() | _TYPED | st.text(_SIGNS, max_size=12)
_NUMBERS = _TEXTS | st.integers() | st.floats() | st.just(10**400)
_FIGURE = st.fixed_dictionaries(
    {},
    optional={
        key: _NUMBERS if key in ("low", "typical", "high", "year") else _TEXTS
        for key in OwnBenchmarkAnswers.model_fields
    },
)


@given(figures=st.lists(_FIGURE, max_size=4))
def test_anything_typed_is_a_figure_or_a_finding(
    figures: list[dict[str, Any]], catalog: Catalog
) -> None:
    read, reader = _read(catalog, *figures)
    named = {path.split(".")[1] for path in reader.errors}
    assert len(read) + len(named) == len(figures)
    assert len({figure.id for figure in read}) == len(read)
