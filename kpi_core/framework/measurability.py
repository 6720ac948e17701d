"""What the tools in place can measure: now, with a stand-in, or not yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kpi_core.catalog.loader import Catalog
from kpi_core.models.metric import MetricDefinition

Level = Literal["now", "stand_in", "not_yet"]
LABELS: dict[Level, str] = {
    "now": "Measurable now",
    "stand_in": "With a stand-in",
    "not_yet": "Not measurable yet",
}


@dataclass(frozen=True)
class Measurability:
    """How a metric can be measured. `missing` names the fewest tool categories still needed."""

    level: Level
    how: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetUp:
    """A tool category worth setting up, with the metrics it makes measurable in full by itself."""

    category: str
    unlocks: tuple[str, ...]


def measurability(metric: MetricDefinition, in_place: frozenset[str]) -> Measurability:
    """How `metric` can be measured with the tool categories `in_place`."""
    gaps = sorted((set(option.requires) - in_place for option in metric.measured_by), key=len)
    missing = tuple(sorted(gaps[0]))
    for option in metric.measured_by:
        if set(option.requires) <= in_place:
            return Measurability("now", option.how)
    for option in metric.stand_in:
        if set(option.requires) <= in_place:
            return Measurability("stand_in", option.how, missing)
    return Measurability("not_yet", metric.measured_by[0].how, missing)


def count_levels(metrics: Iterable[MetricDefinition], in_place: frozenset[str]) -> Counter[Level]:
    """How many of `metrics` are measurable now, with a stand-in, not yet."""
    return Counter(measurability(metric, in_place).level for metric in metrics)


def set_up_first(
    metrics: Iterable[MetricDefinition], in_place: frozenset[str], catalog: Catalog
) -> tuple[SetUp, ...]:
    """Missing tool categories, most useful first: each with the metrics it alone would unlock."""
    unlocks: dict[str, list[str]] = {}
    for metric in metrics:
        found = measurability(metric, in_place)
        if found.level != "now" and len(found.missing) == 1:
            unlocks.setdefault(found.missing[0], []).append(metric.id)
    order = list(catalog.tools)
    ranked = sorted(unlocks.items(), key=lambda item: (-len(item[1]), order.index(item[0])))
    return tuple(SetUp(category, tuple(ids)) for category, ids in ranked)
