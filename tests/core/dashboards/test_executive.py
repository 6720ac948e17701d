"""The executive layer by hand: the north star's line, where it comes from, quarter over quarter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_core.actuals.figures import Filters
from kpi_core.dashboards.credits import credited
from kpi_core.dashboards.executive import executive, quarters, sources, star_line
from kpi_core.models.actuals import AttributionModel, Grain

Look, Row, Given = Any, Any, Any
STAR, PIPELINE = "marketing_sourced_pipeline", "pipeline_value_sourced_by_marketing"
TOTAL, OURS_WON, WON = "total_pipeline_value", "marketing_sourced_won_revenue", "won_revenue"


@pytest.fixture
def pipeline(row: Row) -> list[dict[str, Any]]:
    return [
        row(PIPELINE, "2026-01-20", 22e6, "seo"),
        row(PIPELINE, "2026-02-15", 50e6, "paid"),  # day 46 of the quarter before
        row(PIPELINE, "2026-04-10", 30e6, "seo"),
        row(PIPELINE, "2026-05-10", 14e6, "paid"),
    ]


# ---- the line ----


def test_the_line_adds_up_to_the_reading(look: Look, pipeline: Any) -> None:
    line = star_line(look(*pipeline))
    assert len(line.points) == 14  # weeks from 30 March to 29 June
    assert [p.actual for p in line.points] == [0, 30e6, 30e6, 30e6, 30e6, 44e6, 44e6, *[None] * 7]
    assert line.points[6].actual == line.tile.reading.value
    assert [p.share for p in line.points[:2]] == pytest.approx([5 / 91, 12 / 91])
    assert line.points[6].share == pytest.approx(45 / 91), "the running week ends today"
    assert line.points[7].share == pytest.approx((30 + 24) / 91)
    assert line.points[-1].share == 1


def test_the_expected_line_ends_at_the_target(look: Look, pipeline: Any) -> None:
    line = star_line(look(*pipeline))
    expected = [p.expected for p in line.points]
    assert expected[0] == pytest.approx(92.5e6 * 5 / 30 / 3)
    assert expected[-1] == pytest.approx(92.5e6) == line.tile.target
    assert expected == sorted(expected)
    assert line.projected == pytest.approx(44e6 / ((1 + 15 / 31) / 3))


def test_ticks_lie_where_their_weeks_begin(look: Look, pipeline: Any) -> None:
    ticks = star_line(look(*pipeline)).ticks
    assert [text for _, text in ticks] == ["week 1", "week 5", "week 10", "week 14"]
    # 27 April is day 27 of the quarter, 1 June day 62, 29 June day 90
    assert [at for at, _ in ticks] == pytest.approx([0, 26 / 91, 61 / 91, 89 / 91])


@pytest.mark.parametrize(
    ("grain", "points", "names"),
    [
        (Grain.YEAR, 12, ["Apr", "Aug", "Nov", "Mar"]),
        (Grain.MONTH, 31, ["1 May", "11 May", "21 May", "31 May"]),
        (Grain.WEEK, 7, ["11 May", "13 May", "15 May", "17 May"]),
        (Grain.DAY, 1, ["15 May"]),
    ],
)
def test_points_by_length_of_the_period(
    look: Look, pipeline: Any, grain: Grain, points: int, names: list[str]
) -> None:
    line = star_line(look(*pipeline, grain=grain))
    assert len(line.points) == points
    assert [text for _, text in line.ticks] == names
    assert all(0 <= at <= 1 for at, _ in line.ticks)
    known = [p.actual for p in line.points if p.actual is not None]
    assert known[-1] == line.tile.reading.value


def test_a_period_that_is_over_is_known_to_its_end(look: Look, pipeline: Any) -> None:
    line = star_line(look(*pipeline, day=date(2026, 2, 1)))
    assert line.points[-1].actual == 72e6 == line.tile.reading.value
    assert line.points[-1].share == 1


def test_without_figures_the_line_is_only_expected(look: Look) -> None:
    line = star_line(look())
    assert {p.actual for p in line.points} == {None}
    assert line.points[-1].expected == pytest.approx(92.5e6)


def test_a_part_has_no_expected_line(look: Look, pipeline: Any) -> None:
    line = star_line(look(*pipeline).with_filters(Filters("seo")))
    assert {p.expected for p in line.points} == {None}
    assert [p.actual for p in line.points][6] == 30e6


# ---- where it comes from ----


def test_sources_by_the_leads_channel(look: Look, pipeline: Any) -> None:
    found = sources(look(*pipeline))
    assert found
    assert found.model is None
    rows = [(r.channel, r.value, r.before) for r in found.rows]
    # of the quarter before only the first 45 days: the 50M of day 46 do not count
    assert rows == [("seo", 30e6, 22e6), ("paid", 14e6, 0)]
    assert found.total == 44e6 == sum(r.value for r in found.rows)


def test_a_period_that_is_over_is_compared_whole(look: Look, pipeline: Any) -> None:
    found = sources(look(*pipeline, as_of=date(2026, 6, 30)))
    assert found
    assert [(r.channel, r.before) for r in found.rows] == [("seo", 22e6), ("paid", 50e6)]


@pytest.fixture
def touches(given: Given) -> list[dict[str, Any]]:
    return [
        given("pipeline", "2026-02-14", "email", 5e6),  # day 45
        given("pipeline", "2026-02-15", "email", 7e6),  # day 46
        given("pipeline", "2026-04-10", "seo", 12e6),
        given("pipeline", "2026-05-15", "email", 26e6, segment="smb"),
        given("pipeline", "2026-05-15", "unattributed", 6e6),
        given("pipeline", "2026-05-16", "email", 99e6),  # after the day looked at
        given("revenue", "2026-04-10", "seo", 1e6),
        given("pipeline", "2026-04-10", "paid", 44e6, model="first_touch"),
    ]


def test_sources_by_touches(look: Look, pipeline: Any, touches: Any) -> None:
    found = sources(look(*pipeline, credits=touches))
    assert found
    assert found.model is AttributionModel.POSITION_BASED
    rows = [(r.channel, r.value, r.before) for r in found.rows]
    assert rows == [("email", 26e6, 5e6), ("seo", 12e6, None), ("unattributed", 6e6, None)]
    assert found.total == 44e6


def test_another_model_credits_others(look: Look, pipeline: Any, touches: Any) -> None:
    found = sources(look(*pipeline, credits=touches, model=AttributionModel.FIRST_TOUCH))
    assert found
    assert [(r.channel, r.value) for r in found.rows] == [("paid", 44e6)]
    assert found.total == 44e6, "the same whole"


def test_credit_is_filtered(look: Look, touches: Any) -> None:
    view = look(credits=touches)
    assert credited(view, "pipeline", view.period) == {
        "email": 26e6,
        "seo": 12e6,
        "unattributed": 6e6,
    }
    assert credited(view.with_filters(Filters("seo")), "pipeline", view.period) == {"seo": 12e6}
    assert credited(view.with_filters(Filters(None, "smb")), "pipeline", view.period) == {
        "email": 26e6
    }
    assert credited(view, "deals", view.period) == {}
    assert credited(look(), "pipeline", view.period) == {}


def test_no_sources_without_figures(look: Look) -> None:
    assert sources(look()) is None


# ---- quarter over quarter ----


def test_four_quarters_with_the_running_one(look: Look, row: Row) -> None:
    rows = [
        row(key, day, value)
        for day, ours, whole in (
            ("2025-07-05", 10, 30),
            ("2025-10-05", 20, 20),
            ("2026-01-05", 30, 35),
            ("2026-04-05", 5, 15),
        )
        for key, value in ((PIPELINE, ours), (TOTAL, whole))
    ]
    found = quarters(look(*rows))
    assert found
    assert found.what == "Pipeline created"
    assert [(c.period.label, c.ours, c.rest) for c in found.columns] == [
        ("Q2 FY2025/26", 10, 20),
        ("Q3 FY2025/26", 20, 0),
        ("Q4 FY2025/26", 30, 5),
        ("Q1 FY2026/27", 5, 10),
    ]
    assert [c.running for c in found.columns] == [False, False, False, True]
    assert [c.split for c in found.columns] == [True, False, True, True]
    assert [c.total for c in found.columns] == [30, 20, 35, 15]


def test_won_revenue_where_there_is_no_pipeline(look: Look, row: Row) -> None:
    found = quarters(look(row(OURS_WON, "2026-04-05", 4), row(WON, "2026-04-05", 3)))
    assert found
    assert found.what == "Won revenue"
    assert (found.columns[-1].ours, found.columns[-1].rest) == (4, 0), "no part below zero"


def test_quarters_of_an_earlier_look_end_there(look: Look, row: Row) -> None:
    rows = [row(key, "2025-07-05", 10) for key in (PIPELINE, TOTAL)]
    found = quarters(look(*rows, day=date(2026, 2, 1)))
    assert found
    assert found.columns[-1].period.label == "Q4 FY2025/26"
    assert not found.columns[-1].running


def test_nothing_is_known(look: Look) -> None:
    view = look()
    assert quarters(view) is None
    found = executive(view)
    assert found.sources is found.quarters is None
    assert found.tiles[0].metric.id == STAR
    wanted = set(view.framework.dashboards.executive.metric_ids)
    assert {tile.metric.id for tile in found.tiles} == wanted
