"""All KPIs against history, published figures and the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kpi_core.benchmarks.cohort import Cohort, cohort_of
from kpi_core.benchmarks.match import match_cohort, typical
from kpi_core.benchmarks.overview import Row, overview
from kpi_core.catalog.loader import Catalog
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.bottleneck import leaks
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework

Build = Callable[[Any], MeasurementFramework]


def _row(rows: tuple[Row, ...], metric_id: str) -> Row:
    return next(row for row in rows if row.metric_id == metric_id)


def _enterprise(build: Build, catalog: Catalog, **kpis: dict[str, Any]) -> MeasurementFramework:
    """The first sample, with other answers for some KPIs."""
    answers = dict(catalog.samples["sales_led_enterprise_saas_usd"].answers)
    answers["kpis"] = {**answers["kpis"], **kpis}
    return build(answers)


def test_money_at_stake_by_hand(build: Build, catalog: Catalog) -> None:
    # 432 MQLs x 24% x 22% = 22.8096 deals x 120,000 = 2,737,152 a year.
    # Reference 36% to 44%, middle 40%: 2,737,152 x (40/18 - 1) = 3,345,408
    framework = _enterprise(
        build, catalog, lead_to_mql_rate={"baseline": 18, "benchmark": "lead_to_mql.6"}
    )
    row = overview(framework, catalog)[0]
    assert row.metric_id == "lead_to_mql_rate"
    assert row.at_stake == pytest.approx(3_345_408)
    assert row.state == "bottleneck"


def test_one_row_for_each_kpi_most_money_first(
    framework: MeasurementFramework, catalog: Catalog
) -> None:
    rows = overview(framework, catalog)
    assert sorted(row.metric_id for row in rows) == sorted(k.metric_id for k in framework.kpis)
    money = [row.at_stake for row in rows]
    known = [amount for amount in money if amount is not None]
    assert known == sorted(known, reverse=True)
    assert money == known + [None] * (len(money) - len(known))
    rest = [row.metric_id for row in rows if row.at_stake is None]
    assert rest == [k.metric_id for k in framework.kpis if k.metric_id in rest]


def test_it_agrees_with_the_kpi_tree(framework: MeasurementFramework, catalog: Catalog) -> None:
    rows = {row.metric_id: row for row in overview(framework, catalog)}
    for lane in base_scenario(framework, catalog).lanes[:1]:
        for leak in leaks(lane):
            if leak.metric_id in rows and leak.proof != "unknown":
                assert rows[leak.metric_id].at_stake == pytest.approx(leak.gain)


def test_not_proven_with_few_counts(build: Build, catalog: Catalog) -> None:
    # 9 of 50 is 18%, its interval 9.8% to 30.8%: a reference of 25% is inside
    answers = dict(catalog.samples["sales_led_enterprise_saas_usd"].answers)
    answers["kpis"] = {"win_rate": {"counts": "9 of 50", "benchmark": "own.1"}}
    answers["own_benchmarks"] = [
        {"metric": "win_rate", "typical": 25, "source": "Peer group", "year": 2026}
    ]
    row = _row(overview(build(answers), catalog), "win_rate")
    assert row.state == "not_proven"
    assert row.history is not None
    assert row.history.interval is not None
    assert row.history.sentence.startswith("18.0%: 9 of 50.")
    assert (row.at_stake or 0) > 0


def test_states_of_the_samples(build: Build, catalog: Catalog) -> None:
    rows = overview(_enterprise(build, catalog), catalog)
    # 432 MQLs where the plan needs 534; hours of response decide no money; no reach is published
    assert _row(rows, "mql_count").state == "short_of_plan"
    assert _row(rows, "mql_count").at_stake is None
    assert _row(rows, "lead_response_time").state == "no_link"
    assert _row(rows, "qualified_reach").state == "no_figure"
    assert _row(rows, "qualified_reach").matches == ()
    # figures are published for it, but there is no own value to hold against them
    retention = _row(rows, "gross_revenue_retention")
    assert (retention.history, retention.state) == (None, "no_figure")
    assert retention.matches


def test_covered_where_plan_and_reference_are_met(build: Build, catalog: Catalog) -> None:
    framework = _enterprise(
        build,
        catalog,
        mql_count={"baseline": "5,000"},
        lead_to_mql_rate={"counts": "5,000 of 10,000"},
    )
    rows = overview(framework, catalog)
    assert _row(rows, "mql_count").state == "covered"
    covered = _row(rows, "lead_to_mql_rate")
    assert (covered.state, covered.at_stake) == ("covered", 0)


def test_short_of_plan_at_a_good_rate(build: Build, catalog: Catalog) -> None:
    framework = _enterprise(
        build, catalog, win_rate={"baseline": 22, "benchmark": "opportunity_to_close.19"}
    )
    row = _row(overview(framework, catalog), "win_rate")  # 15% to 25% is published, 27% needed
    assert (row.state, row.at_stake) == ("short_of_plan", 0)


def test_the_companys_cohort_is_the_default(
    framework: MeasurementFramework, catalog: Catalog
) -> None:
    own = cohort_of(framework.company, catalog)
    assert overview(framework, catalog) == overview(framework, catalog, own)


def test_another_cohort_changes_figures_and_money(build: Build, catalog: Catalog) -> None:
    framework = _enterprise(build, catalog)
    other = Cohort(segment="smb", motion="sales_led")
    rows = overview(framework, catalog, other)
    row = _row(rows, "win_rate")
    metric = catalog.metric("win_rate")
    assert row.matches == match_cohort(metric, other, "USD", catalog)
    best = [m.benchmark for m in row.matches if m.benchmark.same_definition]
    reference = next(v for f in best if (v := typical(f, Unit.RATIO)))
    # R as in the first test
    assert row.at_stake == pytest.approx(max(2_737_152 * (reference / 0.22 - 1), 0))
    own = overview(framework, catalog)
    assert [r.target for r in sorted(rows, key=lambda r: r.metric_id)] == [
        r.target for r in sorted(own, key=lambda r: r.metric_id)
    ]


def test_own_figures_are_matched(build: Build, catalog: Catalog) -> None:
    answers = dict(catalog.samples["sales_led_enterprise_saas_usd"].answers)
    figure = {
        "metric": "qualified_reach",
        "typical": "30,000",
        "source": "Peer group",
        "year": 2026,
    }
    framework = build({**answers, "own_benchmarks": [figure]})
    row = _row(overview(framework, catalog), "qualified_reach")
    assert [match.benchmark.id for match in row.matches] == ["own.1"]
    assert row.state == "no_link"


def test_counts_of_the_tree_show_in_the_history(build: Build, catalog: Catalog) -> None:
    # 22% of 432 x 24% = 103.68 opportunities: 23 of 104
    row = _row(overview(_enterprise(build, catalog), catalog), "win_rate")
    assert row.history is not None
    assert row.history.interval is not None
    assert "23 of 104" in row.history.sentence


@settings(max_examples=40)
@given(data=st.data())
def test_any_framework_and_cohort(
    data: st.DataObject,
    valid_answers: SearchStrategy[dict[str, Any]],
    build: Build,
    catalog: Catalog,
) -> None:
    framework = build(data.draw(valid_answers))
    own = cohort_of(framework.company, catalog)
    cohort = replace(
        own,
        segment=data.draw(st.sampled_from([None, "smb", "enterprise"])),
        confidence=data.draw(st.sampled_from(["high", "medium", "low"])),
    )
    published = {figure.id: figure for figure in catalog.benchmarks}
    for row in overview(framework, catalog, cohort):
        assert row.at_stake is None or row.at_stake >= 0
        assert (row.state in ("bottleneck", "below_typical", "not_proven")) <= bool(row.at_stake)
        for match in row.matches:
            assert published[match.benchmark.id] == match.benchmark
            assert match.benchmark.metric_id == row.metric_id
