"""What the tools in place can measure, on small definitions."""

from __future__ import annotations

from typing import Any

import pytest

from kpi_core.catalog.loader import Catalog
from kpi_core.framework.measurability import (
    LABELS,
    Measurability,
    SetUp,
    count_levels,
    measurability,
    set_up_first,
)
from kpi_core.models.metric import MetricDefinition


def _metric(
    catalog: Catalog,
    measured_by: list[list[str]],
    stand_in: list[list[str]] | None = None,
    metric_id: str = "cards",
) -> MetricDefinition:
    """A definition measured in full with any of `measured_by`, roughly with any of `stand_in`."""

    def options(kind: str, lists: list[list[str]]) -> list[dict[str, Any]]:
        return [{"requires": tools, "how": f"{kind} {n}"} for n, tools in enumerate(lists, 1)]

    return MetricDefinition.model_validate(
        {
            **dict(catalog.metric("win_rate")),
            "id": metric_id,
            "name": metric_id,
            "measured_by": options("full", measured_by),
            "stand_in": options("rough", stand_in or []),
        }
    )


@pytest.mark.parametrize(
    ("in_place", "level", "how", "missing"),
    [
        ({"crm", "seo"}, "now", "full 1", ()),
        ({"warehouse"}, "now", "full 2", ()),
        ({"crm", "seo", "warehouse"}, "now", "full 1", ()),
        # The warehouse alone is the shortest way to measure it in full.
        ({"bi"}, "stand_in", "rough 1", ("warehouse",)),
        # With a CRM both ways lack one tool; the first listed is named.
        ({"crm", "bi"}, "stand_in", "rough 1", ("seo",)),
        ({"email"}, "not_yet", "full 1", ("warehouse",)),
        (set(), "not_yet", "full 1", ("warehouse",)),
        ({"crm"}, "not_yet", "full 1", ("seo",)),
    ],
)
def test_measurability(
    catalog: Catalog, in_place: set[str], level: str, how: str, missing: tuple[str, ...]
) -> None:
    metric = _metric(catalog, [["crm", "seo"], ["warehouse"]], [["bi"], ["bi", "crm"]])
    found = measurability(metric, frozenset(in_place))
    assert (found.level, found.how, found.missing) == (level, how, missing)


def test_several_missing_tools_are_all_named(catalog: Catalog) -> None:
    metric = _metric(catalog, [["seo", "crm", "bi"]])
    assert measurability(metric, frozenset({"crm"})) == Measurability(
        "not_yet", "full 1", ("bi", "seo")
    )


def test_count_levels(catalog: Catalog) -> None:
    metrics = [
        _metric(catalog, [["crm"]], metric_id="a"),
        _metric(catalog, [["crm"], ["seo"]], metric_id="b"),
        _metric(catalog, [["seo"]], [["crm"]], metric_id="c"),
        _metric(catalog, [["seo"]], metric_id="d"),
    ]
    counts = count_levels(metrics, frozenset({"crm"}))
    assert counts == {"now": 2, "stand_in": 1, "not_yet": 1}
    assert set(counts) <= set(LABELS)


def test_set_up_first_ranks_by_what_a_tool_unlocks_alone(catalog: Catalog) -> None:
    metrics = [
        _metric(catalog, [["crm"]], metric_id="a"),  # measured already
        _metric(catalog, [["seo"]], metric_id="b"),
        _metric(catalog, [["billing", "crm"]], metric_id="c"),  # billing alone is missing
        _metric(catalog, [["billing"]], [["crm"]], metric_id="d"),  # a stand-in is not in full
        _metric(catalog, [["bi"]], metric_id="e"),
        _metric(catalog, [["warehouse", "seo"]], metric_id="f"),  # two are missing
    ]
    # billing 2; seo and bi 1 each, in the order of tools.yaml
    assert set_up_first(metrics, frozenset({"crm"}), catalog) == (
        SetUp("billing", ("c", "d")),
        SetUp("seo", ("b",)),
        SetUp("bi", ("e",)),
    )


def test_setting_up_a_tool_keeps_its_promise(catalog: Catalog) -> None:
    metrics = catalog.metrics.values()
    in_place = frozenset({"crm", "web_analytics"})
    for step in set_up_first(metrics, in_place, catalog):
        after = in_place | {step.category}
        levels = {measurability(catalog.metric(key), after).level for key in step.unlocks}
        assert levels == {"now"}


def test_all_tools_measure_everything(catalog: Catalog) -> None:
    everything = frozenset(catalog.tools)
    assert set(count_levels(catalog.metrics.values(), everything)) == {"now"}
