"""What to set up first, checked by hand, and the table of fields and events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.catalog.check import check_catalog, formula_inputs
from kpi_core.catalog.instrumentation_records import InstrumentCatalog
from kpi_core.catalog.loader import Catalog, load_catalog
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import MetricDefinition
from kpi_core.rhythm.instrumentation import instrumentation_plan, measures_of, set_up_order

CATALOG = load_catalog()


def needing(metric_id: str, *options: tuple[str, ...]) -> MetricDefinition:
    """A metric that each of the options can measure."""
    document = CATALOG.metrics["win_rate"].model_dump()
    ways = [{"requires": option, "how": "Count."} for option in options]
    return MetricDefinition.model_validate({**document, "id": metric_id, "measured_by": ways})


def steps(metrics: list[MetricDefinition], *owned: str) -> list[tuple[Any, Any, Any]]:
    found, _ = set_up_order(metrics, frozenset(owned), CATALOG)
    return [(step.categories, step.unlocks, step.tied_with) for step in found]


def test_the_tool_that_unlocks_most_comes_first() -> None:
    metrics = [needing("a", ("seo",)), needing("b", ("billing",)), needing("c", ("billing",))]
    assert steps(metrics) == [(("billing",), ("b", "c"), ()), (("seo",), ("a",), ())]
    assert steps(metrics, "billing") == [(("seo",), ("a",), ())]
    assert steps(metrics, "billing", "seo") == []


def test_equals_are_named() -> None:
    metrics = [needing("a", ("seo",)), needing("b", ("billing",))]
    assert steps(metrics) == [
        (("seo",), ("a",), (("billing",),)),  # the catalog names seo first
        (("billing",), ("b",), ()),
    ]


def test_an_earlier_step_counts_for_later_ones() -> None:
    # crm alone unlocks a and b; then warehouse needs only itself for c
    metrics = [needing("a", ("crm",)), needing("b", ("crm",)), needing("c", ("crm", "warehouse"))]
    assert steps(metrics) == [(("crm",), ("a", "b"), ()), (("warehouse",), ("c",), ())]


def test_two_tools_at_once_where_no_single_one_helps() -> None:
    assert steps([needing("a", ("crm", "billing"))]) == [(("crm", "billing"), ("a",), ())]


def test_per_tool_a_pair_must_unlock_twice_as_much() -> None:
    pair = [needing("a", ("crm", "billing")), needing("b", ("crm", "billing"))]
    single = [needing("c", ("seo",))]
    # two for two tools is one a tool, as the single one: the single one is less work
    assert steps([*pair, *single])[0] == (("seo",), ("c",), ())
    three = [*pair, needing("d", ("billing", "crm"))]
    assert steps([*three, *single])[0] == (("crm", "billing"), ("a", "b", "d"), ())


def test_what_no_tool_measures_is_named() -> None:
    found, never = set_up_order([needing("a", ("abacus",))], frozenset(), CATALOG)
    assert (found, never) == ((), ("a",))


TOOLS = ["crm", "seo", "billing", "warehouse"]


@given(
    st.lists(
        st.lists(
            st.lists(st.sampled_from(TOOLS), min_size=1, max_size=3, unique=True).map(tuple),
            min_size=1,
            max_size=2,
        ),
        max_size=6,
    ),
    st.sets(st.sampled_from(TOOLS)),
)
def test_the_order_unlocks_everything_once(
    options: list[list[tuple[str, ...]]], owned: set[str]
) -> None:
    metrics = [needing(f"m{n}", *ways) for n, ways in enumerate(options)]
    found, never = set_up_order(metrics, frozenset(owned), CATALOG)
    assert never == ()
    unlocked = [key for step in found for key in step.unlocks]
    locked = {m.id for m in metrics
              if not any(set(o.requires) <= owned for o in m.measured_by)}  # fmt: skip
    assert sorted(unlocked) == sorted(locked)
    bought = [key for step in found for key in step.categories]
    assert len(set(bought)) == len(bought)
    assert not set(bought) & owned
    # the first step: no single tool unlocks more per tool (counted one by one)
    for tool in set(TOOLS) - owned:
        count = sum(
            any(set(option.requires) <= {*owned, tool} for option in metric.measured_by)
            for metric in metrics
            if metric.id in locked
        )
        assert not found or count <= len(found[0].unlocks) / len(found[0].categories)


def test_the_sample_by_hand(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    plan = instrumentation_plan(worked_example, catalog)
    levels = {kpi.metric_id: kpi.level for kpi in plan.kpis}
    assert [key for key, level in levels.items() if level != "now"] == [
        "organic_search_visibility", "net_revenue_retention", "gross_revenue_retention",
    ]  # fmt: skip
    assert [(s.categories, s.unlocks, s.tied_with) for s in plan.steps] == [
        (("warehouse",), ("net_revenue_retention", "gross_revenue_retention"), (("billing",),)),
        (("seo",), ("organic_search_visibility",), ()),
    ]
    assert plan.never == ()
    assert plan.steps[0].first_do == (catalog.tools["warehouse"].setup,)


def test_every_kpi_has_something_to_create(
    framework: MeasurementFramework, catalog: Catalog
) -> None:
    plan = instrumentation_plan(framework, catalog)
    served = {key for entry in plan.instruments for key in entry.metric_ids}
    assert served == {kpi.metric_id for kpi in framework.kpis}
    in_place = [entry.in_place for entry in plan.instruments]
    assert in_place == sorted(in_place, reverse=True)
    ids = [entry.record.id for entry in plan.instruments]
    assert len(set(ids)) == len(ids)


def test_fields_for_a_kpi_by_hand(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    plan = instrumentation_plan(worked_example, catalog)
    for_win_rate = {e.record.id for e in plan.instruments if "win_rate" in e.metric_ids}
    assert for_win_rate == {"crm_opportunity_close", "crm_opportunity_type"}
    assert measures_of(worked_example.metric("win_rate"), worked_example) == (
        "closed_opportunities", "won_deals",
    )  # fmt: skip


def test_a_circular_formula_ends(worked_example: MeasurementFramework, changed: Any) -> None:
    circle = {"kind": "quotient", "numerator": "mql_count", "denominator": "win_rate"}
    framework = changed(
        worked_example,
        lambda d: (
            [m.update(formula=circle) for m in d["metrics"] if m["id"] == "win_rate"] and None
        ),
    )
    assert measures_of(framework.metric("win_rate"), framework) == ("leads_reaching_mql_status",)


def test_every_measure_of_the_catalog_has_instruments_of_its_metrics_tools(
    catalog: Catalog,
) -> None:
    for metric in catalog.metrics.values():
        tools = {t for o in (*metric.measured_by, *metric.stand_in) for t in o.requires}
        measures = [key for key in formula_inputs(metric.formula) if key in catalog.measures]
        for key in measures:
            assert catalog.instrumentation.needed(key), key
        covered = {r.tool for key in measures for r in catalog.instrumentation.needed(key)}
        assert not measures or covered & tools, metric.id


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (
            lambda d: d["measures"].pop("won_deals"),
            "instrumentation, measures: nothing for won_deals",
        ),
        (
            lambda d: d["measures"].update(unheard_of=["crm_lead_created"]),
            "instrumentation, measures: unknown id unheard_of",
        ),
        (
            lambda d: d["measures"].update(won_deals=["crm_magic"]),
            "instrumentation won_deals: unknown id crm_magic",
        ),
        (
            lambda d: d["instruments"][0].update(tool="abacus"),
            "instrumentation crm_lead_created, tool: unknown id abacus",
        ),
        (
            lambda d: d["instruments"].append({**d["instruments"][0]}),
            "instrumentation, instruments: an id is used twice",
        ),
        (
            lambda d: d["instruments"].append({**d["instruments"][0], "id": "crm_spare"}),
            "instrumentation crm_spare: no measure needs it",
        ),
    ],
)
def test_a_broken_file_is_refused(catalog: Catalog, edit: Any, problem: str) -> None:
    document = catalog.instrumentation.model_dump(mode="json")
    edit(document)
    broken = replace(catalog, instrumentation=InstrumentCatalog.model_validate(document))
    assert problem in check_catalog(broken)
    assert check_catalog(catalog) == []
