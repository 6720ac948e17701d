"""Findings grouped, the next best step, counts in words, and the chain's figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from kpi_core.framework.check import check_framework
from kpi_core.framework.progress import completeness
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import panels
from kpi_ui.steps import STEP_IDS

Build = Callable[..., MeasurementFramework]


def finding(
    code: str, where: str, severity: Severity = Severity.WARNING, step: str | None = "owners"
) -> Finding:
    """A finding with a message and a fix made of its place."""
    return Finding(
        code=code,
        severity=severity,
        where=where,
        message=f"{where} is wrong.",
        fix="Mend it.",
        step=step,
        metric_id=where.lower() if where.isalpha() else None,
    )


# ---- findings ----


def card(found: list[dict[str, object]], here: str | None) -> None:
    """The findings' card in an app."""
    from kpi_core.models.base import Finding
    from kpi_ui import panels

    panels.worth_a_look(
        [Finding.model_validate(item) for item in found], key="card", title="Look", here=here
    )


def shown(found: list[Finding], here: str | None = None) -> list[dict[str, Any]]:
    """The items the card was given."""
    data = [item.model_dump(mode="json") for item in found]
    at = AppTest.from_function(card, default_timeout=15, args=(data, here)).run()
    assert not at.exception
    items: list[dict[str, Any]] = json.loads(at.get("bidi_component")[0].proto.json)["items"]
    return items


def test_one_or_two_of_a_kind_stand_alone() -> None:
    items = shown([finding("no_owner", "Reach"), finding("no_owner", "Visits")])
    assert [item["title"] for item in items] == ["Reach.", "Visits."]
    assert items[0]["text"] == "Reach is wrong. Mend it."


def test_three_of_a_kind_become_one_line() -> None:
    items = shown([finding("no_owner", name) for name in ("Reach", "Visits", "Leads")])
    (item,) = items
    assert item["title"] == "3 KPIs have no owner."
    assert item["text"] == "Reach, Visits, Leads. Mend it."
    assert item["fix_label"] == "Go to owners"


def test_many_of_a_kind_name_the_first_four() -> None:
    (item,) = shown([finding("no_target", f"Kpi {n}") for n in range(1, 8)])
    assert item["title"] == "7 KPIs have no target."
    assert item["text"] == "Kpi 1, Kpi 2, Kpi 3, Kpi 4 and 3 more. Mend it."


def test_kinds_without_common_words_are_never_grouped() -> None:
    items = shown([finding("executive_size", f"Board {n}") for n in range(5)])
    assert len(items) == 5
    assert len({item["id"] for item in items}) == 5


def test_errors_come_first() -> None:
    items = shown(
        [
            finding("a", "Info", Severity.INFO),
            finding("b", "Warning"),
            finding("c", "Error", Severity.ERROR),
        ]
    )
    assert [item["severity"] for item in items] == ["error", "warning", "info"]


def test_the_step_on_screen_needs_no_way_there() -> None:
    found = [finding("a", "Reach"), finding("b", "Board 1"), finding("c", "File", step=None)]
    labels = {item["title"]: item["fix_label"] for item in shown(found, here="owners")}
    assert labels == {"Reach.": "Show it", "Board 1.": "", "File.": ""}
    labels = {item["title"]: item["fix_label"] for item in shown(found, here="data")}
    assert labels == {"Reach.": "Go to owners", "Board 1.": "Go to owners", "File.": ""}


def test_every_finding_of_a_sample_has_a_way_to_mend_it(framework: MeasurementFramework) -> None:
    found = list(check_framework(framework))
    assert all(item["fix_label"] for item in shown(found))
    assert {item.step for item in found} <= set(STEP_IDS)


def test_pressing_the_way_leads_to_the_step_and_selects_the_kpi() -> None:
    data = [finding("a", "Reach", step="targets").model_dump(mode="json")]
    at = AppTest.from_function(card, default_timeout=15, args=(data, None)).run()
    at.session_state["card"] = {"events": [{"seq": 1, "name": "fix", "value": "a.0"}]}
    at.run()
    assert at.session_state["kpi.view"] == {
        "go_to": "wizard",
        "step": "targets",
        "selected": "reach",
    }


@pytest.mark.parametrize(
    ("severities", "words"),
    [
        ([], "No errors, no warnings, no notes"),
        (["error"], "1 error, no warnings, no notes"),
        (["error", "error", "warning", "info"], "2 errors, 1 warning, 1 note"),
    ],
)
def test_counts_in_words(severities: list[str], words: str) -> None:
    found = [finding("a", "Here", Severity(severity)) for severity in severities]
    assert panels.severity_counts(found) == words


# ---- the next best step ----


def test_an_error_comes_first(build: Build) -> None:
    step = panels.next_best_step(build({"kpis": {"win_rate": {"owner_role": ""}}}))
    assert step.text == "Win rate: Nobody is accountable for it. Choose one role."
    assert (step.label, step.step, step.metric_id) == ("Fix it", "owners", "win_rate")


def test_then_the_largest_gap(framework: MeasurementFramework) -> None:
    assert not [f for f in check_framework(framework) if f.severity is Severity.ERROR]
    part = completeness(framework).next_part
    assert part is not None
    step = panels.next_best_step(framework)
    assert step.step == part.step
    assert str(part.total - part.done) in step.text
    assert step.label == f"Go to {step.step}"


def test_then_the_download(framework: MeasurementFramework) -> None:
    whole = framework.model_dump(mode="json")
    tools = {term["id"] for term in whole["terms"] if term["kind"] == "tool_category"}
    whole["data_infrastructure"]["tools"] = [{"category": tool} for tool in sorted(tools)]
    for kpi in whole["kpis"]:
        kpi["baseline"] = {"value": 1}
        kpi["target"] = {"value": 0.5, "basis": "user", "reason": "Ours."}
        kpi["owner_role"] = "cmo"
    done = MeasurementFramework.model_validate_json(json.dumps(whole))
    assert completeness(done).next_part is None
    step = panels.next_best_step(done)
    assert (step.step, step.label) == ("export", "Go to export")


def test_every_step_has_a_name() -> None:
    assert tuple(panels._STEP_NAMES) == STEP_IDS


# ---- the chain ----


def test_the_chain_of_the_worked_example(worked_example: MeasurementFramework) -> None:
    steps, rates = panels.chain_items(worked_example)
    assert [step.value for step in steps] == ["¥100M", "20", "80", "267", "1,335", "66,750"]
    assert [rate.value for rate in rates] == ["¥5M", "25.0%", "30.0%", "20.0%", "2.0%"]
    assert {rate.aside for rate in rates[1:]} == {"yours"}


def test_a_rate_stands_between_two_steps(framework: MeasurementFramework) -> None:
    steps, rates = panels.chain_items(framework)
    assert len(steps) == len(rates) + 1
    assert all(rate.note for rate in rates)
    assert all(step.note for step in steps)
