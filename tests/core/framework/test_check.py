"""Findings: one failing and one passing case for each code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.framework.check import check_framework
from kpi_core.framework.check_kpis import OWNER_LOAD_MAXIMUM
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework

Document = dict[str, Any]
STEPS = {"company", "motion", "data", "metrics", "targets", "owners", "dashboards", "review"}


def _changed(
    framework: MeasurementFramework, change: Callable[[Document], object]
) -> MeasurementFramework:
    """The framework with `change` made to its document, validated again."""
    document = framework.model_dump(mode="json")
    change(document)
    return MeasurementFramework.model_validate_json(json.dumps(document))


def _found(framework: MeasurementFramework, code: str) -> list[Finding]:
    return [finding for finding in check_framework(framework) if finding.code == code]


def _kpi(document: Document, metric_id: str) -> Document:
    return next(kpi for kpi in document["kpis"] if kpi["metric_id"] == metric_id)


def _metric(document: Document, metric_id: str) -> Document:
    return next(metric for metric in document["metrics"] if metric["id"] == metric_id)


def _add_kpis(document: Document, stage: str, count: int) -> None:
    chosen = {kpi["metric_id"] for kpi in document["kpis"]}
    spare = [m["id"] for m in document["metrics"] if m["id"] not in chosen][:count]
    for metric_id in spare:
        document["kpis"].append(
            {**_kpi(document, "win_rate"), "metric_id": metric_id, "stage": stage}
        )


def _own_everything(document: Document, count: int) -> None:
    for kpi in document["kpis"]:
        kpi["owner_role"] = "ceo"
    for kpi in document["kpis"][count:]:
        kpi["owner_role"] = f"role_{kpi['metric_id']}"[:60]


def _perfect(document: Document) -> None:
    """Everything a finding could name is in order."""
    document["data_infrastructure"]["tools"] = [
        {"category": key, "products": []}
        for key in sorted(
            {t for m in document["metrics"] for o in m["measured_by"] for t in o["requires"]}
        )
    ]
    for number, kpi in enumerate(document["kpis"]):
        kpi["owner_role"] = f"role_{number % 4}"
        kpi["target"] = {"value": 0.5, "basis": "user", "reason": "Set."}
        kpi["layers"] = ["operational"]
    for metric in document["metrics"]:
        metric["guardrail"] = None
        metric["timing"] = "leading"


@pytest.fixture
def perfect(worked_example: MeasurementFramework) -> MeasurementFramework:
    return _changed(worked_example, _perfect)


def test_a_perfect_framework_has_no_finding(perfect: MeasurementFramework) -> None:
    assert check_framework(perfect) == ()


NORTH_STAR = "marketing_sourced_pipeline"


@pytest.mark.parametrize(
    ("code", "severity", "where", "change"),
    [
        (
            "not_one_primary",
            "error",
            "Stage conversion",
            lambda d: _kpi(d, "win_rate").update(role="primary"),
        ),
        (
            "not_one_primary",
            "error",
            "Stage awareness",
            lambda d: _kpi(d, "qualified_reach").update(role="supporting"),
        ),
        ("supporting_count", "warning", "Stage expansion", lambda d: _add_kpis(d, "expansion", 1)),
        (
            "supporting_count",
            "warning",
            "Stage conversion",
            lambda d: d.update(
                kpis=[
                    k
                    for k in d["kpis"]
                    if k["stage"] != "conversion" or k["metric_id"] in (NORTH_STAR, "win_rate")
                ]
            ),
        ),
        (
            "vanity_primary",
            "error",
            "Qualified reach",
            lambda d: _metric(d, "qualified_reach").update(vanity=True),
        ),
        (
            "north_star_not_primary",
            "error",
            "North star",
            lambda d: d["north_star"].update(metric_id="win_rate"),
        ),
        (
            "north_star_not_primary",
            "error",
            "North star",
            lambda d: d["north_star"].update(metric_id="closed_won_deals"),
        ),
        (
            "north_star_lags",
            "warning",
            "North star",
            lambda d: _metric(d, NORTH_STAR).update(timing="lagging"),
        ),
        ("no_owner", "error", "Win rate", lambda d: _kpi(d, "win_rate").update(owner_role=None)),
        (
            "owner_overloaded",
            "warning",
            "Chief executive",
            lambda d: _own_everything(d, OWNER_LOAD_MAXIMUM + 1),
        ),
        ("no_target", "warning", "Win rate", lambda d: _kpi(d, "win_rate").update(target=None)),
        (
            "target_impossible",
            "error",
            "Win rate",
            lambda d: _kpi(d, "win_rate")["target"].update(value=1.01),
        ),
        (
            "calibrate_target",
            "info",
            "Win rate",
            lambda d: _kpi(d, "win_rate")["target"].update(calibrate_after_quarter=True),
        ),
        (
            "not_measurable",
            "warning",
            "Win rate",
            lambda d: _metric(d, "win_rate").update(
                measured_by=[{"requires": ["abacus"], "how": "Count."}], stand_in=[]
            ),
        ),
        (
            "stand_in",
            "info",
            "Win rate",
            lambda d: _metric(d, "win_rate").update(
                measured_by=[{"requires": ["abacus"], "how": "Count."}],
                stand_in=[{"requires": ["crm"], "how": "Guess."}],
            ),
        ),
        (
            "guardrail_missing",
            "info",
            "Qualified reach",
            lambda d: _metric(d, "qualified_reach").update(guardrail="closed_won_deals"),
        ),
        (
            "executive_size",
            "warning",
            "Executive dashboard",
            lambda d: d["dashboards"]["executive"]["metric_ids"].__delitem__(slice(2, None)),
        ),
        (
            "executive_size",
            "warning",
            "Executive dashboard",
            lambda d: d["dashboards"]["executive"].update(
                metric_ids=[kpi["metric_id"] for kpi in d["kpis"]][:8]
            ),
        ),
        (
            "no_channel",
            "warning",
            "Channel dashboard",
            lambda d: d["dashboards"].update(channels=[]),
        ),
        ("on_no_dashboard", "warning", "Win rate", lambda d: _kpi(d, "win_rate").update(layers=[])),
        (
            "north_star_not_executive",
            "warning",
            "Executive dashboard",
            lambda d: d["dashboards"]["executive"]["metric_ids"].remove(NORTH_STAR),
        ),
        (
            "no_review",
            "warning",
            "Operating rhythm",
            lambda d: d["operating_rhythm"].update(reviews=[]),
        ),
        (
            "review_without_kpi",
            "warning",
            "Weekly operational review",
            lambda d: d["operating_rhythm"]["reviews"][0].update(metric_ids=[]),
        ),
        (
            "review_without_attendees",
            "warning",
            "Weekly operational review",
            lambda d: d["operating_rhythm"]["reviews"][0].update(attendees=[]),
        ),
        (
            "nothing_to_bring",
            "warning",
            "Funnel plan",
            lambda d: d["funnel_plan"].update(marketing_revenue=0),
        ),
        (
            "deal_above_target",
            "info",
            "Funnel plan",
            lambda d: d["funnel_plan"].update(marketing_revenue=4_999_999),
        ),
    ],
)
def test_a_finding(
    perfect: MeasurementFramework,
    code: str,
    severity: str,
    where: str,
    change: Callable[[Document], object],
) -> None:
    assert _found(perfect, code) == []
    found = _found(_changed(perfect, change), code)
    assert (severity, where) in [(finding.severity.value, finding.where) for finding in found]
    assert all(finding.message and finding.fix and finding.step in STEPS for finding in found)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("owner_overloaded", lambda d: _own_everything(d, OWNER_LOAD_MAXIMUM)),
        ("target_impossible", lambda d: _kpi(d, "win_rate")["target"].update(value=1)),
        (
            "guardrail_missing",
            lambda d: _metric(d, "qualified_reach").update(guardrail="win_rate"),
        ),
        ("guardrail_missing", lambda d: _metric(d, "win_rate").update(guardrail="new_leads")),
        (
            "executive_size",
            lambda d: d["dashboards"]["executive"]["metric_ids"].__delitem__(5),
        ),
        ("no_review", lambda d: d["operating_rhythm"]["reviews"].__delitem__(slice(1, None))),
        ("deal_above_target", lambda d: d["funnel_plan"].update(marketing_revenue=5_000_000)),
    ],
)
def test_just_inside_the_limit(
    perfect: MeasurementFramework, code: str, change: Callable[[Document], object]
) -> None:
    assert _found(_changed(perfect, change), code) == []


def test_errors_come_first(perfect: MeasurementFramework) -> None:
    def spoil(document: Document) -> None:
        _kpi(document, "win_rate").update(owner_role=None, layers=[])
        _kpi(document, "mql_count")["target"].update(calibrate_after_quarter=True)
        document["operating_rhythm"].update(reviews=[])

    found = [finding.severity for finding in check_framework(_changed(perfect, spoil))]
    assert found == [Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.INFO]


def test_a_finding_about_a_kpi_names_it(perfect: MeasurementFramework) -> None:
    spoilt = _changed(perfect, lambda d: _kpi(d, "win_rate").update(owner_role=None))
    assert [finding.metric_id for finding in check_framework(spoilt)] == ["win_rate"]


def test_a_stand_in_names_what_to_set_up(worked_example: MeasurementFramework) -> None:
    for finding in _found(worked_example, "stand_in"):
        assert "set up" in finding.fix
        assert "_" not in finding.fix


def test_a_guardrail_the_file_does_not_define_is_refused(perfect: MeasurementFramework) -> None:
    with pytest.raises(ValidationError, match="no definition for cards_wasted"):
        _changed(perfect, lambda d: _metric(d, "qualified_reach").update(guardrail="cards_wasted"))


def test_a_framework_with_one_kpi_is_checked(worked_example: MeasurementFramework) -> None:
    smallest = _changed(worked_example, lambda d: d.update(kpis=d["kpis"][:1]))
    assert len(_found(smallest, "not_one_primary")) == 3
