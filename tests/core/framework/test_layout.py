"""Dashboards and reviews."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.layout import (
    CHANNEL_TILES,
    EXECUTIVE_MAXIMUM,
    EXECUTIVE_MINIMUM,
    build_rhythm,
)
from kpi_core.framework.selection import ReviewEdit
from kpi_core.models.base import Cadence, Layer, Stage
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import OperatingRhythm

Build = Callable[[Any], MeasurementFramework]


def test_executive_shows_primaries_and_two_more(framework: MeasurementFramework) -> None:
    shown = framework.dashboards.executive.metric_ids
    assert EXECUTIVE_MINIMUM <= len(shown) == 6 <= EXECUTIVE_MAXIMUM
    primaries = {kpi.metric_id for kpi in framework.kpis if kpi.role == "primary"}
    first = {
        next(k.metric_id for k in framework.kpis if k.stage is stage and k.role == "supporting")
        for stage in (Stage.CONVERSION, Stage.EXPANSION)
    }
    assert set(shown) == primaries | first
    assert framework.north_star.metric_id in shown


def test_every_kpi_is_on_a_dashboard_and_layers_agree(framework: MeasurementFramework) -> None:
    boards = framework.dashboards
    pages = {Layer.EXECUTIVE: boards.executive, Layer.OPERATIONAL: boards.operational}
    for kpi in framework.kpis:
        assert kpi.layers
        for layer, page in pages.items():
            assert (kpi.metric_id in page.metric_ids) is (layer in kpi.layers)


def test_channel_tabs(framework: MeasurementFramework, catalog: Catalog) -> None:
    boards = framework.dashboards
    assert boards.channels
    for tab in boards.channels:
        assert len(tab.metric_ids) <= CHANNEL_TILES
        assert all(tab.channel in catalog.metric(key).channels for key in tab.metric_ids)
        assert all(
            framework.company.motion in catalog.metric(key).motions for key in tab.metric_ids
        )
    on_tabs = {key for tab in boards.channels for key in tab.metric_ids}
    assert set(boards.channel.metric_ids) == on_tabs


def test_a_channel_tab_shows_kpis_first(framework: MeasurementFramework) -> None:
    chosen = {kpi.metric_id for kpi in framework.kpis if Layer.CHANNEL in kpi.layers}
    for tab in framework.dashboards.channels:
        flags = [metric_id in chosen for metric_id in tab.metric_ids]
        assert flags == sorted(flags, reverse=True)


def test_no_channel_no_tab(build: Build) -> None:
    framework = build({"channels": []})
    assert framework.dashboards.channels == ()
    assert framework.dashboards.channel.metric_ids == ()


def test_the_users_layers_win(build: Build) -> None:
    framework = build({"kpis": {"win_rate": {"layers": ["channel"]}}})
    assert "win_rate" not in framework.dashboards.executive.metric_ids
    kpi = next(kpi for kpi in framework.kpis if kpi.metric_id == "win_rate")
    assert kpi.layers == (Layer.CHANNEL,)


def test_layers_ask_their_question(framework: MeasurementFramework) -> None:
    boards = framework.dashboards
    assert boards.executive.question == "Is marketing producing results?"
    assert boards.operational.question.startswith("Where in the funnel")
    assert boards.channel.question == "What do I need to optimise this week?"


def test_reviews_read_kpis_at_their_pace(framework: MeasurementFramework) -> None:
    reviews = {review.cadence: review for review in framework.operating_rhythm.reviews}
    assert list(reviews) == [Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY]
    paces = {kpi.metric_id: kpi.cadence for kpi in framework.kpis}
    weekly = [key for key, pace in paces.items() if pace in ("daily", "weekly")]
    primaries = {kpi.metric_id for kpi in framework.kpis if kpi.role == "primary"}
    assert list(reviews[Cadence.WEEKLY].metric_ids) == weekly
    assert set(reviews[Cadence.MONTHLY].metric_ids) == primaries | {
        key for key, pace in paces.items() if pace == "monthly"
    }
    assert list(reviews[Cadence.QUARTERLY].metric_ids) == list(paces)


def test_edited_reviews(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    edits = {
        Cadence.WEEKLY: ReviewEdit(held=False),
        Cadence.MONTHLY: ReviewEdit(duration_minutes=45, attendees=("ceo",)),
        Cadence.QUARTERLY: ReviewEdit(attendees=()),
    }
    rhythm = build_rhythm(worked_example.kpis, edits, catalog)
    found = [(r.cadence, r.duration_minutes, r.attendees) for r in rhythm.reviews]
    assert found == [(Cadence.MONTHLY, 45, ("ceo",)), (Cadence.QUARTERLY, 120, ())]


@pytest.mark.parametrize("held", [(), ("weekly",), ("weekly", "monthly", "quarterly")])
def test_reviews_not_held_are_gone(build: Build, held: tuple[str, ...]) -> None:
    answers = {
        "reviews": {key: {"held": key in held} for key in ("weekly", "monthly", "quarterly")}
    }
    assert tuple(r.cadence for r in build(answers).operating_rhythm.reviews) == held


def test_content_of_earlier_reviews_is_kept(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    first = worked_example.operating_rhythm.reviews[0]
    own = type(first).model_validate({**dict(first), "name": "Monday", "agenda": ["One thing"]})
    rhythm = build_rhythm(
        worked_example.kpis, {}, catalog, previous=OperatingRhythm(reviews=(own,))
    )
    assert next(review.name for review in rhythm.reviews) == "Monday"
    assert rhythm.reviews[0].agenda == ("One thing",)
