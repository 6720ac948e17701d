"""Suggestions for each stage."""

from __future__ import annotations

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.measurability import measurability
from kpi_core.framework.suggest import YOUR_CHOICE, reason_for, suggest_kpis, swap_options
from kpi_core.models.base import Motion, Role, Stage

COMMON = frozenset({"crm", "marketing_automation", "web_analytics"})


@pytest.mark.parametrize("motion", Motion)
@pytest.mark.parametrize("in_place", [frozenset(), COMMON])
def test_one_primary_and_three_supporting_for_each_stage(
    catalog: Catalog, motion: Motion, in_place: frozenset[str]
) -> None:
    suggested = suggest_kpis(motion, catalog.motions[motion].north_star, in_place, catalog)
    assert list(suggested) == list(Stage)
    for stage, metrics in suggested.items():
        assert [m.role for m in metrics] == ["primary", *["supporting"] * 3]
        assert {m.stage for m in metrics} == {stage}
        assert all(m.reason for m in metrics)
    ids = [m.metric_id for metrics in suggested.values() for m in metrics]
    assert len(ids) == len(set(ids))


def test_what_the_tools_cannot_measure_is_passed_over(catalog: Catalog) -> None:
    suggested = suggest_kpis(Motion.SALES_LED, "marketing_sourced_pipeline", COMMON, catalog)
    for stage, metrics in suggested.items():
        listed = catalog.suggestion(Motion.SALES_LED, stage).supporting
        levels = {
            s.metric_id: measurability(catalog.metric(s.metric_id), COMMON).level for s in listed
        }
        measurable = [key for key, level in levels.items() if level != "not_yet"]
        rest = [key for key in levels if key not in measurable]
        assert [m.metric_id for m in metrics[1:]] == [*measurable, *rest][:3]


def test_an_own_north_star_leads_its_stage(catalog: Catalog) -> None:
    suggested = suggest_kpis(Motion.SALES_LED, "marketing_influenced_revenue", COMMON, catalog)
    first = suggested[Stage.CONVERSION][0]
    assert (first.metric_id, first.role) == ("marketing_influenced_revenue", "primary")
    assert first.reason == "Your north star."


def test_a_supporting_metric_that_leads_is_not_suggested_twice(catalog: Catalog) -> None:
    suggested = suggest_kpis(Motion.HYBRID, "marketing_sourced_pipeline", COMMON, catalog)
    ids = [m.metric_id for m in suggested[Stage.CONVERSION]]
    assert ids[0] == "marketing_sourced_pipeline"
    assert len(ids) == len(set(ids)) == 4


def test_reasons(catalog: Catalog) -> None:
    def reason(metric_id: str) -> str:
        return reason_for(metric_id, Motion.SALES_LED, Stage.CONVERSION, catalog)

    assert reason("marketing_sourced_pipeline") == "Moves within a quarter and leads revenue."
    assert reason("win_rate") == "Proves that the pipeline marketing fills can be won."
    assert reason("closed_won_deals") == YOUR_CHOICE


@pytest.mark.parametrize("motion", Motion)
@pytest.mark.parametrize("stage", Stage)
def test_swap_options(catalog: Catalog, motion: Motion, stage: Stage) -> None:
    chosen = {"win_rate", "qualified_reach"}
    primary = swap_options(stage, "primary", motion, chosen, catalog)
    supporting = swap_options(stage, "supporting", motion, chosen, catalog)
    assert not chosen & {*primary, *supporting}
    assert {*primary} <= {*supporting}
    assert all(Role.PRIMARY in catalog.metric(key).roles for key in primary)
    assert all(catalog.metric(key).stage is stage for key in primary)
    assert all(motion in catalog.metric(key).motions for key in supporting)
    on_stage = [catalog.metric(key).stage is stage for key in supporting]
    assert on_stage == sorted(on_stage, reverse=True)
