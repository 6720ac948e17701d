"""Wizard steps 4 to 7."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.interpret import Interpretation, interpret
from kpi_core.framework.interpret_kpis import metric_bounds
from kpi_core.framework.reading import Bounds
from kpi_core.framework.selection import KpiEdit, ReviewEdit
from kpi_core.framework.suggest import YOUR_CHOICE
from kpi_core.models.base import Cadence, Layer, Stage
from kpi_core.models.kpi import Baseline


def _read(catalog: Catalog, **answers: Any) -> Interpretation:
    read = interpret(answers, catalog)
    assert read.findings == ()
    return read


def test_an_answered_stage_replaces_the_suggestion(catalog: Catalog) -> None:
    read = _read(
        catalog,
        stages={
            "awareness": {
                "primary": "qualified_reach",
                "supporting": ["ad_impressions", "ad_impressions", "qualified_reach"],
            }
        },
    )
    on_stage = [m for m in read.selection.chosen if m.stage is Stage.AWARENESS]
    assert [(m.metric_id, m.role) for m in on_stage] == [
        ("qualified_reach", "primary"),
        ("ad_impressions", "supporting"),
    ]
    assert on_stage[0].reason == "Counts the companies you could sell to, not just visitors."
    assert on_stage[1].reason == YOUR_CHOICE
    assert len([m for m in read.selection.chosen if m.stage is Stage.EXPANSION]) == 4


def test_a_metric_taken_by_an_answer_is_not_suggested_again(catalog: Catalog) -> None:
    read = _read(
        catalog,
        stages={"awareness": {"primary": "qualified_reach", "supporting": ["mql_count"]}},
    )
    assert [m.stage for m in read.selection.chosen if m.metric_id == "mql_count"] == [
        Stage.AWARENESS
    ]


@pytest.mark.parametrize(
    ("metric_id", "bounds"),
    [
        ("win_rate", Bounds(0, 1)),
        ("mql_count", Bounds(0, 1e15)),
        ("marketing_roi", None),
    ],
)
def test_bounds_come_from_the_definition(
    catalog: Catalog, metric_id: str, bounds: Bounds | None
) -> None:
    metric = catalog.metric(metric_id)
    most = 1e15 if metric.maximum is None else metric.maximum
    assert metric_bounds(metric) == (bounds or Bounds(metric.minimum, most))


def test_everything_said_about_a_kpi(catalog: Catalog) -> None:
    said = {
        "baseline": "18",
        "baseline_period": "FY2025",
        "target": "22%",
        "benchmark": "",
        "owner_role": "",
        "owner_person": "Ana",
        "steward_role": "revenue_operations",
        "cadence": "weekly",
        "layers": ["channel", "executive"],
    }
    edit = _read(catalog, kpis={"win_rate": said}).selection.edit("win_rate")
    assert edit == KpiEdit(
        baseline=Baseline(value=0.18, period="FY2025"),
        target=0.22,
        benchmark="",
        owner_role="",
        owner_person="Ana",
        steward_role="revenue_operations",
        cadence=Cadence.WEEKLY,
        layers=(Layer.EXECUTIVE, Layer.CHANNEL),
    )


def test_silence_takes_the_suggestion(catalog: Catalog) -> None:
    selection = _read(catalog, kpis={"win_rate": {}}).selection
    assert selection.edit("win_rate") == selection.edit("mql_count") == KpiEdit()


def test_no_layer_is_an_answer(catalog: Catalog) -> None:
    edit = _read(catalog, kpis={"win_rate": {"layers": []}}).selection.edit("win_rate")
    assert edit.layers == ()


@pytest.mark.parametrize(
    ("metric_id", "typed", "value"),
    [
        ("pipeline_coverage", "3x", 3),
        ("lead_response_time", "4 hours", 4),
        ("lead_response_time", "4h", 4),
        ("sales_cycle_length", "90 days", 90),
        ("sales_cycle_length", "1 day", 1),
        ("marketing_sourced_pipeline", "$1.2M", 1_200_000),
        ("net_revenue_retention", "108%", 1.08),
    ],
)
def test_values_may_carry_their_unit(
    catalog: Catalog, metric_id: str, typed: str, value: float
) -> None:
    read = _read(catalog, kpis={metric_id: {"target": typed}})
    assert read.selection.edit(metric_id).target == value


def test_minutes_are_not_millions(catalog: Catalog) -> None:
    # "5m" means five million money, but nobody reads a blog post for five million minutes.
    read = interpret({"kpis": {"average_time_on_blog_posts": {"target": "5m"}}}, catalog)
    assert read.selection.edit("average_time_on_blog_posts").target in (5, None)


def test_own_value_prefers_the_baseline(catalog: Catalog) -> None:
    selection = _read(
        catalog,
        rates={"win_rate": "25", "lead_to_mql_rate": "20"},
        kpis={"win_rate": {"baseline": "18"}},
    ).selection
    assert selection.own_value("win_rate") == 0.18
    assert selection.own_value("lead_to_mql_rate") == 0.2
    assert selection.own_value("mql_count") is None


def test_reviews(catalog: Catalog) -> None:
    selection = _read(
        catalog,
        reviews={
            "weekly": {"held": False},
            "monthly": {"duration_minutes": 45, "attendees": ["cmo", "cmo", "ceo"]},
        },
    ).selection
    assert selection.reviews == {
        Cadence.WEEKLY: ReviewEdit(held=False),
        Cadence.MONTHLY: ReviewEdit(duration_minutes=45, attendees=("cmo", "ceo")),
    }


def test_channels_once_each_in_the_users_order(catalog: Catalog) -> None:
    assert _read(catalog, channels=["paid", "seo", "paid"]).selection.channels == ("paid", "seo")
    assert _read(catalog, channels=[]).selection.channels == ()
