"""History, closing share, notes and own figures: answers -> framework -> answers, findings, tables, tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import ValidationError

from kpi_core.benchmarks.own import with_own
from kpi_core.catalog.loader import Catalog
from kpi_core.export.tables import Table, kpi_table, tables
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import Interpretation, interpret
from kpi_core.framework.interpret_history import counts_fit, read_period, typed_period
from kpi_core.framework.restore import answers_from
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.models.base import Severity, Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Baseline, Kpi, TargetFlag
from kpi_core.models.tree import Counts

Build = Callable[[Any], MeasurementFramework]
OWN = {"metric": "win_rate", "low": 20, "typical": 30, "high": 40, "source": "Peers", "year": 2025}


def _kpi(framework: MeasurementFramework, metric_id: str) -> Kpi:
    return next(kpi for kpi in framework.kpis if kpi.metric_id == metric_id)


def _win_rate(build: Build, **answers: Any) -> Kpi:
    return _kpi(build({"kpis": {"win_rate": answers}}), "win_rate")


def _read(catalog: Catalog, metric_id: str = "win_rate", **answers: Any) -> Interpretation:
    return interpret({"kpis": {metric_id: answers}}, catalog)


def _baseline(catalog: Catalog, metric_id: str, **answers: Any) -> Baseline:
    read = _read(catalog, metric_id, **answers)
    assert [finding.message for finding in read.findings] == []
    baseline = read.selection.edits[metric_id].baseline
    assert baseline is not None
    return baseline


# counts


@pytest.mark.parametrize("text", ["186 of 838", "186/838", " 186 out of 838 ", "186 Of 838"])
def test_counts_give_the_value(catalog: Catalog, text: str) -> None:
    found = _baseline(catalog, "win_rate", counts=text)
    assert found.counts == Counts(successes=186, trials=838)
    assert found.value == pytest.approx(186 / 838, rel=1e-11)
    assert _read(catalog, counts=text).echoes["kpis.win_rate.counts"] == "186 of 838, 22.2%"


@pytest.mark.parametrize("value", ["22", "22.2", "22.20", "22.19"])
def test_a_rounded_value_beside_its_counts(catalog: Catalog, value: str) -> None:
    found = _baseline(catalog, "win_rate", baseline=value, counts="186 of 838")
    assert found.value == pytest.approx(float(value) / 100)
    assert found.counts is not None


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"counts": "838 of 186"}, "838 of 186 is more than all of them."),
        ({"counts": "0 of 0"}, "0 of 0 says nothing about the rate."),
        ({"counts": "12"}, "'12' is not two whole numbers."),
        ({"counts": "1.5 of 3"}, "'1.5 of 3' is not two whole numbers."),
        ({"counts": "a of b"}, "'a of b' is not two whole numbers."),
        ({"counts": "-1 of 3"}, "'-1 of 3' is not two whole numbers."),
        ({"counts": "1 of 2 of 3"}, "'1 of 2 of 3' is not two whole numbers."),
        ({"counts": "20% of 50"}, "'20% of 50' is not two whole numbers."),
        ({"baseline": 35, "counts": "186 of 838"}, "186 of 838 is 22.2%, not 35.0%."),
        ({"baseline": "21.9", "counts": "186 of 838"}, "186 of 838 is 22.2%, not 21.9%."),
        ({"baseline": 120}, "120.0% is not possible."),
        ({"baseline": -3}, "-3.0% is not possible."),
    ],
)
def test_impossible_history_is_named(
    catalog: Catalog, answers: dict[str, Any], message: str
) -> None:
    read = _read(catalog, **answers)
    assert [finding.message for finding in read.findings] == [message]
    assert not read.is_complete
    baseline = read.selection.edits["win_rate"].baseline
    assert baseline is None or baseline.counts is None


@pytest.mark.parametrize("metric_id", ["mql_count", "net_revenue_retention", "lead_response_time"])
def test_counts_fit_rates_of_things_counted_only(catalog: Catalog, metric_id: str) -> None:
    read = _read(catalog, metric_id, counts="1 of 2")
    assert [f.message for f in read.findings] == ["This metric is not a rate of things counted."]
    assert counts_fit(catalog.metric("win_rate"), catalog)
    assert not counts_fit(catalog.metric("marketing_sourced_share_of_pipeline"), catalog)


def test_counts_without_a_success(build: Build) -> None:
    framework = build({"kpis": {"win_rate": {"counts": "0 of 50"}}})
    assert _kpi(framework, "win_rate").baseline == Baseline(
        value=0, counts=Counts(successes=0, trials=50)
    )
    found = next(f for f in check_framework(framework) if f.code == "no_events")
    assert found.severity is Severity.INFO
    assert found.message == ("0 of 50. None was seen, yet the true rate may be as high as 7.1%.")


def test_counts_feed_the_kpi_tree(build: Build, catalog: Catalog) -> None:
    answers = dict(catalog.samples["manufacturer_jpy"].answers)
    derived = base_scenario(build(answers), catalog).lanes[0].rates[-1]
    answers["kpis"] = {**answers["kpis"], "win_rate": {"counts": "58 of 223"}}
    answers["rates"] = {key: rate for key, rate in answers["rates"].items() if key != "win_rate"}
    given_ = base_scenario(build(answers), catalog).lanes[0].rates[-1]
    assert derived.counts == Counts(successes=16, trials=65)
    assert given_.counts == Counts(successes=58, trials=223)
    assert given_.now == pytest.approx(58 / 223)


# series


def test_a_series_of_months_sums_to_the_year(catalog: Catalog) -> None:
    months = {f"2025-{month:02}": str(10 * month) for month in range(12, 0, -1)}
    found = _baseline(catalog, "mql_count", series=months)
    assert found.value == 780  # 10 + 20 + ... + 120
    assert [point.period for point in found.series] == [date(2025, m, 1) for m in range(1, 13)]


def test_the_last_value_of_a_rate(catalog: Catalog) -> None:
    found = _baseline(catalog, "win_rate", series={"2025-Q1": 20, "2025-Q2": "25%", "2025-Q3": ""})
    assert (found.value, len(found.series)) == (0.25, 2)
    assert [point.value for point in found.series] == [0.2, 0.25]


def test_counts_go_before_the_series(catalog: Catalog) -> None:
    found = _baseline(catalog, "win_rate", series={"2025-Q1": 20}, counts="1 of 2")
    assert found.value == 0.5


@pytest.mark.parametrize(
    ("metric_id", "series", "message"),
    [
        ("win_rate", {"last year": 20}, "'last year' is not a period."),
        ("win_rate", {"2025-13": 20}, "'2025-13' is not a period."),
        ("win_rate", {"2025-Q1": 20, "2025-01": 21}, "'2025-01' starts on the day of another"),
        ("win_rate", {"2025-01": 120}, "120.0% is not possible."),
        ("mql_count", {"2025-01": 10, "2025-02": 10}, "These periods do not add up to a year"),
        ("mql_count", {f"2025-{m:02}": "500000000000000" for m in range(1, 13)}, "Their sum is"),
        ("win_rate", {f"{year}": 20 for year in range(1950, 2011)}, "These are 61 periods; 60 are"),
    ],
)
def test_a_series_that_cannot_be_used(
    catalog: Catalog, metric_id: str, series: dict[str, Any], message: str
) -> None:
    read = _read(catalog, metric_id, series=series)
    assert [f.message.startswith(message) for f in read.findings] == [True]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025", date(2025, 1, 1)),
        ("2025-3", date(2025, 3, 1)),
        ("2025-Q4", date(2025, 10, 1)),
        ("2025 q2", date(2025, 4, 1)),
        ("2025-01-06", date(2025, 1, 6)),
        ("2025-02-30", None),
        ("0000", None),
        ("", None),
        ("25", None),
    ],
)
def test_periods(text: str, day: date | None) -> None:
    assert read_period(text) == day


@given(st.dates())
def test_a_period_reads_back(day: date) -> None:
    assert read_period(typed_period(day)) == day


def test_a_series_goes_forward_in_time() -> None:
    points = [{"period": "2025-02-01", "value": 1}, {"period": "2025-01-01", "value": 1}]
    with pytest.raises(ValidationError, match="each period must start after the one before"):
        Baseline.model_validate({"value": 1, "series": points})


# closing share, notes, flags


def _shared(build: Build, whole: Any, own: Any) -> Kpi:
    """Win rate of 18% against an own figure of 30%."""
    win_rate = {"baseline": 18, "benchmark": "own.1", "closing_share": own}
    answers = {"kpis": {"win_rate": win_rate}, "closing_share": whole, "own_benchmarks": [OWN]}
    return _kpi(build(answers), "win_rate")


@pytest.mark.parametrize(
    ("whole", "own", "value", "share"),
    [
        (None, None, 0.25, 0.6),  # 18% + 60% x 12% = 25.2%
        (25, None, 0.21, 0.25),
        ("100%", None, 0.3, 1),
        (25, 50, 0.24, 0.5),
        (25, 0, 0.18, 0),
    ],
)
def test_closing_share(build: Build, whole: Any, own: Any, value: float, share: float) -> None:
    kpi = _shared(build, whole, own)
    assert kpi.target is not None
    assert (kpi.target.value, kpi.target.share) == (value, share)
    assert kpi.closing_share == (None if own is None else own / 100)


@pytest.mark.parametrize("share", [-1, 101, "abc"])
def test_an_impossible_closing_share(catalog: Catalog, share: Any) -> None:
    assert interpret({"closing_share": share}, catalog).errors.keys() == {"closing_share"}
    read = _read(catalog, closing_share=share)
    assert read.errors.keys() == {"kpis.win_rate.closing_share"}


def test_a_note_stays_with_the_target(build: Build, catalog: Catalog) -> None:
    taken = _win_rate(build, baseline=18, target_note="Agreed with sales.").target
    own = _win_rate(build, baseline=18, target=30, target_note="Agreed with sales.").target
    assert taken is not None
    assert own is not None
    assert taken.note == own.note == "Agreed with sales."
    assert taken.basis != own.basis == "user"
    assert own.proposed == taken.value
    assert _read(catalog, target_note=" ").findings == ()
    long = _read(catalog, target_note="x" * 501)
    assert [f.message for f in long.findings] == ["This has 501 characters; 500 is the limit."]


def test_flags_become_findings(build: Build) -> None:
    answers = {"baseline": 18, "target": 60, "benchmark": "own.1"}
    framework = build({"kpis": {"win_rate": answers}, "own_benchmarks": [OWN]})
    target = _kpi(framework, "win_rate").target
    assert target is not None
    assert target.flags == (TargetFlag.STRETCH,)
    found = [f for f in check_framework(framework) if f.code == "target_stretch"]
    assert [(f.severity, f.metric_id) for f in found] == [(Severity.INFO, "win_rate")]


def test_another_definition_is_an_info(build: Build, catalog: Catalog) -> None:
    figure = next(
        f
        for f in catalog.benchmarks
        if f.metric_id == "win_rate" and not f.same_definition and f.typical
    )
    framework = build({"kpis": {"win_rate": {"benchmark": figure.id}}})
    target = _kpi(framework, "win_rate").target
    assert target is not None
    assert target.flags == (TargetFlag.DEFINITION_DIFFERS, TargetFlag.CALIBRATE)
    codes = {f.code for f in check_framework(framework) if f.metric_id == "win_rate"}
    assert {"benchmark_definition_differs", "calibrate_target"} <= codes


def test_impossible_values_of_an_edited_file_are_errors(
    worked_example: MeasurementFramework,
) -> None:
    document = worked_example.model_dump(mode="json")
    row = next(kpi for kpi in document["kpis"] if kpi["metric_id"] == "win_rate")
    row["baseline"]["value"], row["target"]["value"] = 1.5, -0.1
    spoilt = MeasurementFramework.model_validate_json(json.dumps(document))
    found = {f.code: f.severity for f in check_framework(spoilt) if f.metric_id == "win_rate"}
    assert found["baseline_impossible"] is found["target_impossible"] is Severity.ERROR


# own figures


def test_own_figures_travel_apart_from_published_ones(build: Build) -> None:
    framework = build(
        {"own_benchmarks": [OWN], "kpis": {"win_rate": {"baseline": 18, "benchmark": "own.1"}}}
    )
    assert [figure.id for figure in framework.own_benchmarks] == ["own.1"]
    assert not [figure for figure in framework.benchmarks if figure.id.startswith("own.")]
    assert _kpi(framework, "win_rate").benchmark_id == "own.1"
    target = _kpi(framework, "win_rate").target
    assert target is not None
    assert "Peers, 2025" in target.reason
    rows = _column(_table(framework, "sources"), "benchmark_id")
    assert rows[-1] == "own.1"
    kpis = kpi_table(framework)
    sources = dict(zip(_column(kpis, "metric_id"), _column(kpis, "benchmark_source"), strict=True))
    assert sources["win_rate"] == "Peers"


def test_a_removed_own_figure_is_named_where_it_was_chosen(catalog: Catalog) -> None:
    read = _read(catalog, benchmark="own.1")
    assert read.errors.keys() == {"kpis.win_rate.benchmark"}


def test_own_figures_of_another_framework_do_not_stay(build: Build, catalog: Catalog) -> None:
    own = build({"own_benchmarks": [OWN]}).own_benchmarks
    wider = with_own(catalog, own)
    assert wider.benchmarks[-1].id == "own.1"
    assert with_own(wider, ()).benchmarks == catalog.benchmarks
    assert with_own(wider, own).benchmarks == wider.benchmarks


@pytest.mark.parametrize("ids", [["win_rate.1"], ["own.1", "own.1"]])
def test_ids_of_own_figures_differ_and_say_so(build: Build, ids: list[str]) -> None:
    document = build({"own_benchmarks": [OWN]}).model_dump(mode="json")
    document["own_benchmarks"] = [{**document["own_benchmarks"][0], "id": key} for key in ids]
    with pytest.raises(ValidationError, match="ids must differ and start with own"):
        MeasurementFramework.model_validate(document)


# tables


def _table(framework: MeasurementFramework, name: str) -> Table:
    return next(table for table in tables(framework) if table.name == name)


def _column(table: Table, column: str) -> list[Any]:
    return [row[table.columns.index(column)] for row in table.rows]


def test_kpi_columns(build: Build) -> None:
    win_rate = {"counts": "36 of 200", "target": "22", "target_note": "Agreed.", "benchmark": ""}
    table = kpi_table(build({"kpis": {"win_rate": win_rate, "mql_count": {"target": 400}}}))
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    row = rows["win_rate"]
    assert (row["baseline_successes"], row["baseline_trials"]) == (36, 200)
    assert (row["target_note"], row["target_flags"]) == ("Agreed.", [])
    # from 18% to 22% in even steps; 400 MQLs cumulate
    steps = [row[f"target_q{quarter}"] for quarter in range(1, 5)]
    assert steps == pytest.approx([0.19, 0.2, 0.21, 0.22])
    assert [rows["mql_count"][f"target_q{q}"] for q in range(1, 5)] == [100, 200, 300, 400]
    without = next(found for found in rows.values() if found["target"] is None)
    assert without["target_q1"] is without["target_flags"] is without["closing_share"] is None


# round trip


def _again(framework: MeasurementFramework, catalog: Catalog) -> MeasurementFramework:
    answers = json.loads(json.dumps(answers_from(framework, catalog)))
    read = interpret(answers, catalog)
    assert [f"{f.where}: {f.message}" for f in read.findings] == []
    today = framework.updated_on
    return build_framework(read.profile, read.selection, catalog, today, previous=framework)


def _history(catalog: Catalog, metric_id: str) -> SearchStrategy[dict[str, Any]]:
    """Counts, a series with its value, or neither."""
    metric = catalog.metric(metric_id)
    counts = st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(
        lambda pair: {"counts": f"{min(pair)} of {max(pair)}"}
    )
    most = 100 if metric.unit is Unit.RATIO else 10**9
    value = st.integers(0, most) | st.integers(0, 100 * most).map(lambda n: n / 100)
    period = st.dates(date(2020, 1, 1), date(2026, 12, 31)).map(typed_period)
    series = st.fixed_dictionaries(
        {"baseline": value, "series": st.dictionaries(period, value, max_size=24)}
    )
    return st.one_of(st.just({}), series, counts if counts_fit(metric, catalog) else series)


def _own_figure(catalog: Catalog, currency_free: list[str]) -> SearchStrategy[dict[str, Any]]:
    values = st.lists(st.integers(0, 100), min_size=3, max_size=3).map(sorted)
    return st.builds(
        lambda metric, found, year: {
            "metric": metric,
            "low": found[0],
            "typical": found[1],
            "high": found[2],
            "source": "Peers",
            "year": year,
        },
        st.sampled_from(currency_free),
        values,
        st.integers(1990, 2026),
    )


@settings(max_examples=80)
@given(data=st.data())
def test_any_answers_round_trip(
    data: st.DataObject,
    valid_answers: SearchStrategy[dict[str, Any]],
    build: Build,
    catalog: Catalog,
) -> None:
    answers = data.draw(valid_answers)
    share = st.none() | st.integers(0, 1000).map(lambda n: n / 10)
    rates = [m.id for m in catalog.metrics.values() if m.unit is Unit.RATIO and m.maximum == 1]
    answers["closing_share"] = data.draw(share)
    answers["own_benchmarks"] = data.draw(st.lists(_own_figure(catalog, rates), max_size=3))
    for stage in answers["stages"].values():
        metric_id = stage["primary"]
        kpi = answers["kpis"].setdefault(metric_id, {})
        kpi.update(data.draw(_history(catalog, metric_id)))
        if "counts" in kpi:
            kpi.pop("baseline", None)
        kpi["closing_share"] = data.draw(share)
        kpi["target_note"] = data.draw(st.sampled_from([None, "Why not.", "Two\nlines, 日本"]))
    assert interpret(answers, catalog).findings == ()
    framework = build(answers)
    assert _again(framework, catalog) == framework
    assert MeasurementFramework.model_validate_json(framework.model_dump_json()) == framework


def test_an_older_file_keeps_its_targets_basis(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    document = worked_example.model_dump(mode="json")
    for key in ("closing_share", "own_benchmarks"):
        del document[key]
    for kpi in document["kpis"]:
        del kpi["closing_share"]
        if kpi["baseline"]:
            del kpi["baseline"]["counts"], kpi["baseline"]["series"]
        if kpi["target"]:
            del kpi["target"]["note"], kpi["target"]["share"], kpi["target"]["flags"]
    older = MeasurementFramework.model_validate_json(json.dumps(document))
    assert _again(older, catalog) == worked_example


def test_a_rounded_value_and_its_counts_both_come_back(build: Build, catalog: Catalog) -> None:
    framework = build({"kpis": {"win_rate": {"baseline": 22, "counts": "186 of 838"}}})
    assert answers_from(framework, catalog)["kpis"]["win_rate"]["baseline"] == "22"
    assert _again(framework, catalog) == framework
    counted = build({"kpis": {"win_rate": {"counts": "186 of 838"}}})
    assert answers_from(counted, catalog)["kpis"]["win_rate"]["baseline"] is None
    assert _again(counted, catalog) == counted
