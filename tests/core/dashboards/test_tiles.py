"""Tiles by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_core.actuals.figures import Filters
from kpi_core.actuals.status import StatusWord
from kpi_core.dashboards.tiles import SPARK, bar_of, expected_of, tile, tiles
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework

Look, Row, Changed = Any, Any, Any
STAR, PIPELINE = "marketing_sourced_pipeline", "pipeline_value_sourced_by_marketing"


@pytest.fixture
def pipeline(row: Row) -> list[dict[str, Any]]:
    """44M so far in the quarter; 22M in the first 45 days of the one before, 72M in all of it."""
    return [
        row(PIPELINE, "2026-01-20", 22e6, "seo"),
        row(PIPELINE, "2026-02-15", 50e6, "seo"),  # day 46 of Q4 FY2025/26
        row(PIPELINE, "2026-04-10", 30e6, "seo"),
        row(PIPELINE, "2026-05-10", 14e6, "paid"),
    ]


def test_an_amount_by_hand(look: Look, pipeline: Any) -> None:
    found = tile(look(*pipeline), STAR)
    weight = (1 + 15 / 31) / 3
    assert found.is_north_star
    assert found.reading.value == 44e6
    assert found.target == pytest.approx(92.5e6)
    assert found.bar == pytest.approx(44 / 92.5)
    assert found.expected_share == pytest.approx(weight)
    assert found.status.expected == pytest.approx(92.5e6 * weight)
    assert found.status.ratio == pytest.approx(44 / 92.5 / weight)  # 0.962
    assert found.status.word is StatusWord.ON_TRACK
    assert found.status.projected == pytest.approx(44e6 / weight)
    assert found.status.run_rate == pytest.approx((92.5e6 - 44e6) / 46)
    previous = found.changes[0]
    assert (previous.before, previous.change, previous.word) == (22e6, 1.0, "improving")
    assert previous.text == "100% more than the same days of last quarter"
    assert found.owner == "Yuko, Chief marketing officer"
    assert found.last_update == date(2026, 5, 10)
    assert found.formula
    assert found.source
    assert not found.of_part


def test_thresholds_of_the_kpi_decide(
    look: Look, pipeline: Any, worked_example: MeasurementFramework, changed: Changed
) -> None:
    limits = {"on_track_from": 0.97, "at_risk_from": 0.9, "too_early_share": 0.2}
    kpis = [{**kpi.model_dump(mode="json"), "thresholds": limits} for kpi in worked_example.kpis]
    found = tile(look(*pipeline, framework=changed(worked_example, kpis=kpis)), STAR)
    assert found.status.word is StatusWord.AT_RISK


def test_a_season_moves_what_is_expected(
    look: Look, pipeline: Any, seasonal: MeasurementFramework
) -> None:
    found = tile(look(*pipeline, framework=seasonal), STAR)
    weight = (1 + 30 / 31) / 6
    assert found.target == pytest.approx(148e6)
    assert found.expected_share == pytest.approx(weight)
    assert found.status.ratio == pytest.approx(44 / (148 * weight))  # 0.907
    assert found.status.word is StatusWord.AT_RISK


def test_the_spark_shows_months_that_are_over(look: Look, pipeline: Any) -> None:
    found = tile(look(*pipeline), STAR).spark
    assert [period.label for period, _ in found] == [
        "Sep 2025", "Oct 2025", "Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026",
    ]  # fmt: skip
    assert [value for _, value in found][-4:] == [22e6, 50e6, 0, 30e6]
    over = tile(look(*pipeline, day=date(2026, 2, 1)), STAR).spark
    assert [value for _, value in over][-2:] == [50e6, 0]
    assert over[-1][0].label == "Mar 2026"


@pytest.mark.parametrize(
    ("grain", "last"),
    [
        (Grain.YEAR, "Apr 2026"),
        (Grain.MONTH, "Week of 4 May 2026"),
        (Grain.WEEK, "15 May 2026"),
    ],
)
def test_the_spark_is_finer_than_the_period(
    look: Look, pipeline: Any, grain: Grain, last: str
) -> None:
    found = tile(look(*pipeline, grain=grain), STAR).spark
    assert len(found) == SPARK
    assert found[-1][0].label == last


def test_a_part_has_no_target_for_its_amounts(look: Look, pipeline: Any) -> None:
    view = look(*pipeline).with_filters(Filters("seo"))
    found = tile(view, STAR)
    assert found.reading.value == 30e6
    assert found.of_part
    assert (found.target, found.bar, found.expected_share) == (None, None, None)
    assert found.status.word is StatusWord.NO_DATA
    assert not tile(view, "win_rate").of_part


def test_lower_is_better(look: Look, row: Row) -> None:
    seen = {"kind": "observation", "n": 2}
    found = tile(
        look(row("hours_to_first_response", "2026-04-03", 15, **seen)), "lead_response_time"
    )
    assert found.reading.value == 15
    assert found.target == 30
    assert found.bar == 0.5
    assert found.expected_share is None
    assert found.status.ratio == 2
    assert found.status.word is StatusWord.ON_TRACK


def test_a_rate_with_its_counts(look: Look, row: Row) -> None:
    view = look(
        row("leads_created", "2026-04-03", 400), row("leads_reaching_mql_status", "2026-05-03", 100)
    )
    found = tile(view, "lead_to_mql_rate")
    assert found.reading.counts
    assert (found.reading.counts.successes, found.reading.counts.trials) == (100, 400)
    assert found.reading.value == 0.25
    assert found.bar == pytest.approx(0.25 / 0.23)
    assert found.expected_share is None, "a rate is held against its target at any time"


def test_nothing_measured(look: Look) -> None:
    found = tile(look(), STAR)
    assert found.reading.value is None
    assert (found.bar, found.last_update, found.changes) == (None, None, ())
    assert found.target == pytest.approx(92.5e6)
    assert found.status.word is StatusWord.NO_DATA
    assert [value for _, value in found.spark] == [None] * SPARK


def test_no_kpi_has_no_owner(look: Look, row: Row) -> None:
    found = tile(look(row("leads_created", "2026-04-03", 400)), "new_leads")
    assert found.owner == ""
    assert found.bar == pytest.approx(400 / (1335 / 4))


def test_bars_by_hand() -> None:
    assert bar_of(5, 10) == 0.5
    assert bar_of(15, 10) == 1.5
    assert bar_of(-5, 10) == 0
    assert bar_of(None, 10) is bar_of(5, None) is bar_of(5, 0) is bar_of(5, -1) is None
    assert expected_of(4, 10) == 0.4
    assert expected_of(0, 10) == 0
    assert expected_of(12, 10) == 1
    assert expected_of(None, 10) is expected_of(4, None) is expected_of(4, 0) is None


def test_the_north_star_comes_first_and_nothing_twice(look: Look) -> None:
    found = tiles(look(), ("win_rate", STAR, "mql_count", "win_rate"))
    assert [one.metric.id for one in found] == [STAR, "win_rate", "mql_count"]
    assert [one.is_north_star for one in found] == [True, False, False]
