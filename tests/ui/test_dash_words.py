"""Core results in words for the dashboards' drawings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.status import Status, StatusWord
from kpi_core.actuals.trend import Change
from kpi_core.dashboards.tiles import tile
from kpi_core.dashboards.view import View, open_figures
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_ui.dash import words
from kpi_ui.dash.header import channel_name
from kpi_ui.dash.work import Work

STAR, PIPELINE = "marketing_sourced_pipeline", "pipeline_value_sourced_by_marketing"
DAY = date(2026, 5, 15)
ROWS = (
    (PIPELINE, "2026-04-10", 44e6),
    ("leads_created", "2026-04-03", 400),
    ("leads_reaching_mql_status", "2026-05-15", 100),
)


@pytest.fixture(scope="module")
def work(worked_example: MeasurementFramework) -> Work:
    facts = pd.DataFrame(
        [
            {
                "kind": "flow", "id": key, "day": day, "grain": "day", "channel": "",
                "segment": "", "value": value, "n": int(value),
            }
            for key, day, value in ROWS
        ]
    )  # fmt: skip
    facts["day"] = facts["day"].to_numpy(dtype="datetime64[us]")
    figures = open_figures(facts, worked_example, DAY)
    view = View(worked_example, figures, period_of(DAY, Grain.QUARTER, 4))
    return Work(view, sample=False, has_own=True, layer="executive", presenting=False)


def text_of(work: Work, metric_id: str, value: float | None) -> str:
    return words.shown(value, work.view.metric(metric_id), work)


def test_values_in_their_unit(work: Work) -> None:
    assert text_of(work, STAR, 44e6) == "¥44M"
    assert text_of(work, "mql_count", 61.75) == "62", "a part of a year's target is no fraction"
    assert text_of(work, "mql_count", 4.75) == "4.75"
    assert text_of(work, "win_rate", 0.25) == "25.0%"
    assert text_of(work, "win_rate", None) == ""


def test_a_tile_of_an_amount(work: Work) -> None:
    shown = words.tile(tile(work.view, STAR), work)
    assert (shown.value_text, shown.target_text, shown.badge) == ("¥44M", "¥92.5M", "North star")
    assert (shown.status, shown.status_text) == ("on_track", "On track")
    # 92.5M by even months: April whole, 15 of 31 days of May
    assert shown.expected_text == "expected by now ¥45.8M"
    assert shown.bar == pytest.approx(44 / 92.5)
    assert shown.tick == pytest.approx((1 + 15 / 31) / 3)
    details = dict(shown.details)
    assert details["Last update"] == "10 Apr 2026"
    assert details["Formula"]
    assert "Sample" not in details["Source"]


def test_a_tile_of_the_sample_says_so(work: Work) -> None:
    shown = words.tile(tile(work.view, STAR), replace(work, sample=True))
    assert dict(shown.details)["Source"] == "Sample data, not yours"


def test_a_rate_shows_its_counts(work: Work) -> None:
    shown = words.tile(tile(work.view, "lead_to_mql_rate"), work)
    assert shown.value_text == "25.0%"
    assert shown.expected_text == "100 of 400"
    assert dict(shown.details)["Counts"] == "100 of 400"
    assert shown.tick is None


def test_no_data_says_why(work: Work) -> None:
    shown = words.tile(tile(work.view, "net_revenue_retention"), work)
    assert (shown.value_text, shown.status, shown.status_text) == ("", "no_data", "No data")
    assert shown.status_reason
    unset = words.tile(tile(work.view, "expansion_pipeline"), work)
    assert unset.status_text == "No target"


def test_a_part_says_that_its_target_is_for_all(work: Work) -> None:
    found = replace(tile(work.view, STAR), target=None, of_part=True)
    assert words.tile(found, work).status_reason == (
        "The target holds for all together, not for a part."
    )


@pytest.mark.parametrize("word", list(StatusWord))
def test_every_status_has_a_word(word: StatusWord) -> None:
    found = Status(word, None, None, None, None, "")
    assert words.status(found, 1.0) == (word.value, word.value.replace("_", " ").capitalize())


def test_changes_point_their_way() -> None:
    period = period_of(DAY, Grain.QUARTER)

    def trend(change: float | None, word: Any) -> tuple[str, str]:
        found = words.trend(Change("previous", period, 1.0, change, word, "text"))
        return found.direction, found.tone

    assert trend(0.2, "improving") == ("up", "good")
    assert trend(-0.2, "improving") == ("down", "good")  # lower is better
    assert trend(0.2, "declining") == ("up", "bad")
    assert trend(0.01, "flat") == ("right", "muted")
    assert trend(None, None) == ("right", "muted")


def test_channels_have_names(work: Work) -> None:
    assert channel_name("seo", work) == "Organic search"
    assert channel_name("outbound", work) == "Outbound", "by the catalog"
    assert channel_name("unknown", work) == "Not known"
    assert channel_name("unattributed", work) == "Unattributed"
    assert channel_name("my_own_channel", work) == "My own channel"
