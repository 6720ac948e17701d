"""Agendas are made of the framework's own KPIs, actions and findings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpi_core.framework.check import check_framework
from kpi_core.models.base import Cadence
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import Review
from kpi_core.rhythm.reviews import OTHER, AgendaItem, agenda, agenda_text, kpi_line

TODAY = date(2026, 4, 1)


def review_of(framework: MeasurementFramework, cadence: str) -> Review:
    return next(r for r in framework.operating_rhythm.reviews if r.cadence == cadence)


def items(framework: MeasurementFramework, cadence: str) -> dict[str, AgendaItem]:
    review = review_of(framework, cadence)
    found = agenda(review, framework, TODAY, check_framework(framework))
    return {item.title: item for item in found}


def test_every_kpi_of_a_review_is_on_its_agenda(framework: MeasurementFramework) -> None:
    for review in framework.operating_rhythm.reviews:
        made = agenda(review, framework, TODAY)
        read = {key for item in made for key in item.metric_ids}
        assert read == set(review.metric_ids)
        assert len(made) >= len(review.agenda)
        assert all(set(item.metric_ids) <= read for item in made)


def test_weekly_points_of_the_issue(worked_example: MeasurementFramework) -> None:
    weekly = items(worked_example, "weekly")
    assert {"Pipeline progression", "Channel performance", "Campaign results",
            "Marketing-sales alignment"} <= set(weekly)  # fmt: skip
    progress = weekly["Pipeline progression"].metric_ids
    stages = {kpi.metric_id: kpi.stage.value for kpi in worked_example.kpis}
    assert progress
    assert {stages[key] for key in progress} == {"conversion"}
    alignment = weekly["Marketing-sales alignment"]
    assert "MQLs: 22 to 23 a month, 267 in the year" in alignment.lines
    assert "Response: within 8 working hours" in alignment.lines


def test_monthly_points_of_the_issue(worked_example: MeasurementFramework) -> None:
    monthly = items(worked_example, "monthly")
    assert monthly["North star"].metric_ids == ("marketing_sourced_pipeline",)
    primaries = {k.metric_id for k in worked_example.kpis if k.role == "primary"}
    assert set(monthly["Funnel health"].metric_ids) == primaries
    assert {"Budget pacing", "Initiatives"} <= set(monthly)
    risky = monthly["KPIs at risk or off track"]
    assert any("It has no target" in line for line in risky.lines)


def test_quarterly_points_of_the_issue(worked_example: MeasurementFramework) -> None:
    quarterly = items(worked_example, "quarterly")
    assert {"Strategy effectiveness", "Benchmark recalibration", "Channel portfolio",
            "Budget reallocation for the next quarter", "KPI validity",
            "MQL criteria"} <= set(quarterly)  # fmt: skip
    calibrate = {
        k.metric_id
        for k in worked_example.kpis
        if k.target and (k.target.calibrate_after_quarter or k.target.basis.value == "benchmark")
    }
    assert set(quarterly["Benchmark recalibration"].metric_ids) == calibrate != set()
    assert set(quarterly["KPI validity"].metric_ids) == {k.metric_id for k in worked_example.kpis}
    said = "Marketing-qualified lead (MQL): no version, 50 points"
    assert said in quarterly["MQL criteria"].lines


def test_open_actions_of_the_cadence_are_listed(
    worked_example: MeasurementFramework, changed: Any
) -> None:
    def entry(key: str, **fields: str) -> dict[str, str]:
        return {"id": key, "what": f"Do {key}.", "owner_role": "cmo", "due": "2026-04-05",
                "review": "weekly", "created_on": "2026-03-01", **fields}  # fmt: skip

    actions = [entry("a"), entry("b", due="2026-03-31"), entry("c", review="monthly"),
               entry("d", done_on="2026-03-20")]  # fmt: skip
    framework = changed(worked_example, lambda d: d["operating_rhythm"].update(actions=actions))
    assert items(framework, "weekly")["Actions from last week"].lines == (
        "Do b. (Chief marketing officer, due 2026-03-31, overdue)",
        "Do a. (Chief marketing officer, due 2026-04-05)",
    )


def test_a_point_the_user_wrote_stays_and_its_kpis_come_last(
    worked_example: MeasurementFramework, changed: Any
) -> None:
    framework = changed(
        worked_example,
        lambda d: d["operating_rhythm"]["reviews"][0].update(agenda=["Cake: who brings it?"]),
    )
    first, last = agenda(review_of(framework, "weekly"), framework, TODAY)
    assert (first.title, first.text, first.metric_ids) == ("Cake", "who brings it?", ())
    assert last.title == OTHER
    assert last.metric_ids == review_of(framework, "weekly").metric_ids


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"baseline": {"value": 0.22}, "target": {"value": 0.25}}, "Win rate: from 22.0% to 25.0%"),
        ({"baseline": None, "target": {"value": 0.25}}, "Win rate: target 25.0%"),
        ({"baseline": {"value": 0.22}, "target": None}, "Win rate: last value 22.0%, no target"),
        ({"baseline": None, "target": None}, "Win rate: no target"),
    ],
)
def test_a_kpi_in_a_line(
    worked_example: MeasurementFramework,
    changed: Any,
    kpi_of: Any,
    fields: dict[str, Any],
    expected: str,
) -> None:
    if fields["target"]:
        fields["target"] |= {"basis": "user", "reason": "Set."}
    framework = changed(
        worked_example, lambda d: kpi_of(d, "win_rate").update(**fields, owner_person="Ada")
    )
    assert kpi_line("win_rate", framework) == f"{expected}, owner Ada"


def test_the_text_has_purpose_rules_and_attendees(worked_example: MeasurementFramework) -> None:
    review = review_of(worked_example, Cadence.MONTHLY)
    text = agenda_text(review, worked_example, TODAY)
    assert text.startswith(review.purpose)
    assert text.index("Agenda") < text.index("Decision rules") < text.index("Attendees:")
    assert all(rule in text for rule in review.decision_rules)
    assert text.endswith("Attendees: " + ", ".join(
        worked_example.term("role", role) for role in review.attendees))  # fmt: skip
