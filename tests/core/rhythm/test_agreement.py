"""Commitments by month from the plan, and whether sales can keep up; numbers worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.catalog.loader import Catalog
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.kpi_tree.timeplan import plan_months
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import SalesCapacity, Signature
from kpi_core.models.tree import Scenario
from kpi_core.rhythm.agreement import (
    agreement_feasibility,
    busiest_month,
    feasibility,
    monthly_volumes,
    quality,
    service_levels,
    whole_months,
    with_signature,
    without_signatures,
)


def capacity(reps: int, contacts: float, days: int = 20) -> SalesCapacity:
    return SalesCapacity(reps=reps, contacts_per_rep_per_day=contacts, working_days_per_month=days)


def test_the_worked_example_by_month(worked_example: MeasurementFramework) -> None:
    # 267 MQLs a year are 22.25 a month: 22.25, 44.5, 66.75, 89 rounded up are 23, 45, 67, 89
    volumes = {volume.step_id: volume for volume in monthly_volumes(worked_example)}
    assert volumes["mqls"].months == (23, 22, 22, 22) * 3
    assert {key: volume.year for key, volume in volumes.items()} == {
        "sessions": 66_750, "leads": 1_335, "mqls": 267, "opportunities": 80, "deals": 20,
    }  # fmt: skip
    assert [v.party for v in volumes.values()] == ["marketing"] * 3 + ["sales"] * 2
    assert [v.handover for v in volumes.values()] == [False, False, True, False, False]
    assert volumes["mqls"].words == "22 to 23 a month, 267 in the year"


def even(scenario: Scenario) -> Scenario:
    """The scenario without any lag."""
    document = scenario.model_dump()
    for lane in document["lanes"]:
        for rate in lane["rates"]:
            rate["lag"] = {}
    return Scenario.model_validate(document)


def test_a_scenario_without_lags_is_divided_evenly(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    plan = monthly_volumes(worked_example)
    assert monthly_volumes(worked_example, even(base_scenario(worked_example, catalog))) == plan


def test_a_scenario_with_lags_and_a_season_follows_the_time_plan(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    document = base_scenario(worked_example, catalog).model_dump()
    document["time"]["seasonality"] = [1] * 11 + [9]
    scenario = Scenario.model_validate(document)
    found = {v.step_id: v for v in monthly_volumes(worked_example, scenario)}
    steps = {step.id: step for step in plan_months(scenario.lanes[0], scenario).steps}
    needed = steps["mqls"].required[:12]
    assert max(found["mqls"].months) > 2 * min(found["mqls"].months)
    for month in range(12):
        assert sum(found["mqls"].months[: month + 1]) == pytest.approx(
            sum(needed[: month + 1]), abs=1
        )


def test_lanes_are_added_up(build: object, catalog: Catalog) -> None:
    framework = build(catalog.samples["hybrid_mid_market_gbp"].answers)  # type: ignore[operator]
    document = base_scenario(framework, catalog).model_dump()
    document["lanes"][0]["share"], document["lanes"][1]["share"] = 0.75, 0.25
    volumes = monthly_volumes(framework, even(Scenario.model_validate(document)))
    names = [volume.step_id for volume in volumes]
    assert {"mqls", "pqls"} == {v.step_id for v in volumes if v.handover}
    assert names.index("leads") < names.index("pqls") < names.index("deals")
    both = [v for v in volumes if v.handover]
    expected = max(a + b for a, b in zip(both[0].months, both[1].months, strict=True))
    assert busiest_month(volumes) == expected
    whole = Scenario.model_validate({**document, "lanes": document["lanes"][:1]})
    alone = {v.step_id: v.year for v in monthly_volumes(framework, even(whole))}
    sales = {v.step_id: v.year for v in volumes}
    # three quarters of the revenue, rounded up to whole deals before the steps above
    assert sales["mqls"] == pytest.approx(0.75 * alone["mqls"], rel=0.03)


@given(st.lists(st.floats(0, 1e6), min_size=12, max_size=12))
def test_whole_months_never_fall_behind_the_plan(months: list[float]) -> None:
    whole = whole_months(months)
    assert min(whole) >= 0
    for month in range(12):
        running, needed = sum(whole[: month + 1]), sum(months[: month + 1])
        assert needed - 1e-3 <= running < needed + 1 + 1e-3


def test_quality_takes_kpi_targets_before_plan_rates(
    worked_example: MeasurementFramework,
) -> None:
    found = {entry.metric_id: entry for entry in quality(worked_example)}
    targets = {k.metric_id: k.target.value for k in worked_example.kpis if k.target}
    assert {key: entry.party for key, entry in found.items()} == {
        "mql_to_opportunity_rate": "marketing",
        "win_rate": "sales",
    }
    assert found["win_rate"].value == targets["win_rate"]
    bare = MeasurementFramework.model_validate(
        {
            **dict(worked_example),
            "kpis": tuple(k for k in worked_example.kpis if k.metric_id != "win_rate"),
        }
    )
    plan = {rate.metric_id: rate.value for rate in bare.funnel_plan.rates}
    (entry,) = [entry for entry in quality(bare) if entry.metric_id == "win_rate"]
    assert (entry.value, entry.basis) == (plan["win_rate"], "Plan rate")


def test_service_levels_in_words(worked_example: MeasurementFramework) -> None:
    assert [level.words for level in service_levels(worked_example)] == [
        "within 8 working hours",
        "6 before a lead is given back",
        "accepted, rejected or returned within 10 days",
    ]


def test_feasibility_by_hand() -> None:
    # 2 reps x 10 contacts x 20 days = 400; 50 leads x 6 attempts = 300
    found = feasibility(50, 6, capacity(2, 10))
    assert (found.capacity, found.load, found.utilisation) == (400, 300, 0.75)
    assert found.finding is None
    assert "2 reps with 10 contacts a day on 20 days can make 400: 75.0% of capacity" in (
        found.sentence
    )


@pytest.mark.parametrize(
    ("leads", "code"),
    [
        (56, None),  # 336 of 400 = 84%
        (57, "capacity_nearly_used"),  # 342 = 85.5%
        (66, "capacity_nearly_used"),  # 396 = 99%
        (67, "agreement_beyond_capacity"),  # 402 = 100.5%
    ],
)
def test_where_feasibility_turns(leads: int, code: str | None) -> None:
    found = feasibility(leads, 6, capacity(2, 10)).finding
    assert (found.code if found else None) == code


def test_beyond_capacity_says_what_would_do() -> None:
    # 200 leads x 6 = 1,200 contacts; a rep makes 200: six reps, or 400 / 200 = 2 attempts
    finding = feasibility(200, 6, capacity(2, 10)).finding
    assert finding is not None
    assert "Plan 6 reps or agree on 2 attempts" in finding.fix
    hopeless = feasibility(1000, 6, capacity(2, 10)).finding
    assert hopeless is not None
    assert "attempts" not in hopeless.fix


def test_each_side_signs_once_and_can_sign_again(worked_example: MeasurementFramework) -> None:
    def of(party: str, name: str) -> Signature:
        return Signature.model_validate(
            {"party": party, "name": name, "role": "cmo", "signed_on": "2026-04-01"}
        )

    agreement = worked_example.agreement
    for party, name in (("sales", "Grace"), ("marketing", "Ada"), ("sales", "Hedy")):
        agreement = with_signature(agreement, of(party, name))
    assert [(s.party, s.name) for s in agreement.signatures] == [
        ("marketing", "Ada"), ("sales", "Hedy"),
    ]  # fmt: skip
    assert without_signatures(agreement) == worked_example.agreement


def test_no_capacity_no_judgement(worked_example: MeasurementFramework) -> None:
    assert agreement_feasibility(worked_example) is None
    agreement = {**dict(worked_example.agreement), "capacity": capacity(1, 8)}
    given_one = MeasurementFramework.model_validate(
        {**dict(worked_example), "agreement": agreement}
    )
    found = agreement_feasibility(given_one)
    assert found is not None
    assert (found.load, found.capacity) == (23 * 6, 160)
