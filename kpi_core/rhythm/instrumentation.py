"""What is measurable now, what to set up first, and which fields and events to create where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi_core.catalog.check import formula_inputs
from kpi_core.catalog.instrumentation_records import InstrumentRecord
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.measurability import LABELS, Level, measurability
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import MetricDefinition


@dataclass(frozen=True)
class KpiMeasured:
    """How one KPI is measured with the tools in place."""

    metric_id: str
    name: str
    level: Level
    label: str
    how: str
    missing: tuple[str, ...]
    """Fewest tool categories still needed to measure it in full."""


@dataclass(frozen=True)
class SetUpStep:
    """Tool categories to set up next, and the KPIs this makes measurable in full."""

    categories: tuple[str, ...]
    """Usually one; several where no single one unlocks anything."""
    unlocks: tuple[str, ...]
    tied_with: tuple[tuple[str, ...], ...]
    """Other choices that would have unlocked as many at this point."""
    first_do: tuple[str, ...]
    """What to do first in each."""


@dataclass(frozen=True)
class Instrument:
    """A field, event or table to create, and the KPIs that need it."""

    record: InstrumentRecord
    in_place: bool
    """True when the tool category is in place, so that it can be created now."""
    metric_ids: tuple[str, ...]


@dataclass(frozen=True)
class InstrumentationPlan:
    """A table for those who build it."""

    kpis: tuple[KpiMeasured, ...]
    steps: tuple[SetUpStep, ...]
    """In the order that unlocks most with each step; empty when everything is measurable."""
    never: tuple[str, ...]
    """KPIs that no tool category of the catalog makes measurable in full."""
    instruments: tuple[Instrument, ...]
    """Tools in place first, then by tool and object."""


def instrumentation_plan(framework: MeasurementFramework, catalog: Catalog) -> InstrumentationPlan:
    """The plan for the framework's KPIs with its tools, from what the catalog says of each measure."""
    in_place = framework.data_infrastructure.categories
    metrics = [framework.metric(kpi.metric_id) for kpi in framework.kpis]
    steps, never = set_up_order(metrics, in_place, catalog)
    return InstrumentationPlan(
        kpis=tuple(_measured(metric, in_place) for metric in metrics),
        steps=steps,
        never=never,
        instruments=_instruments(metrics, framework, catalog),
    )


def _measured(metric: MetricDefinition, in_place: frozenset[str]) -> KpiMeasured:
    found = measurability(metric, in_place)
    return KpiMeasured(
        metric.id, metric.name, found.level, LABELS[found.level], found.how, found.missing
    )


def set_up_order(
    metrics: Iterable[MetricDefinition], in_place: frozenset[str], catalog: Catalog
) -> tuple[tuple[SetUpStep, ...], tuple[str, ...]]:
    """Steps that make all `metrics` measurable in full, and those that cannot be.

    Greedy set cover: of the sets of missing tools that measure some metric, each step takes the one
    that unlocks most metrics per tool, given the steps before; among equals fewer tools, then the
    catalog's order. Greedy is not always the shortest way; equals are named. What only a stand-in
    measures counts as locked.
    """
    owned = set(in_place)
    locked = {metric.id: metric for metric in metrics}
    steps: list[SetUpStep] = []
    while True:
        locked = {key: metric for key, metric in locked.items() if not _in_full(metric, owned)}
        choices = _choices(locked.values(), owned, catalog)
        if not choices:
            return tuple(steps), tuple(locked)
        best = max(_worth(unlocked, chosen) for chosen, unlocked in choices.items())
        equal = [c for c, unlocked in choices.items() if _worth(unlocked, c) == best]
        chosen = equal[0]
        steps.append(
            SetUpStep(
                categories=chosen,
                unlocks=choices[chosen],
                tied_with=tuple(equal[1:]),
                first_do=tuple(catalog.tools[key].setup for key in chosen),
            )
        )
        owned |= set(chosen)


def _worth(unlocked: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[float, int]:
    return len(unlocked) / len(chosen), -len(chosen)


def _in_full(metric: MetricDefinition, owned: set[str]) -> bool:
    return any(set(option.requires) <= owned for option in metric.measured_by)


def _choices(
    locked: Iterable[MetricDefinition], owned: set[str], catalog: Catalog
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Each set of missing tools that measures some locked metric, with all it would unlock."""
    locked = tuple(locked)
    order = {key: position for position, key in enumerate(catalog.tools)}
    gaps = {
        tuple(sorted(set(option.requires) - owned, key=order.__getitem__))
        for metric in locked
        for option in metric.measured_by
        if set(option.requires) - owned <= order.keys()
    }
    ranked = sorted(gaps, key=lambda gap: (len(gap), [order[key] for key in gap]))
    return {
        gap: tuple(metric.id for metric in locked if _in_full(metric, owned | set(gap)))
        for gap in ranked
    }


def _instruments(
    metrics: Iterable[MetricDefinition], framework: MeasurementFramework, catalog: Catalog
) -> tuple[Instrument, ...]:
    """What the KPIs' measures need in the tools each KPI is measured with."""
    in_place = framework.data_infrastructure.categories
    wanted: dict[str, list[str]] = {}
    for metric in metrics:
        tools = _tools_for(metric, in_place)
        for measure_id in measures_of(metric, framework):
            records = catalog.instrumentation.needed(measure_id)
            fitting = [record for record in records if record.tool in tools] or records
            for record in fitting:
                users = wanted.setdefault(record.id, [])
                if metric.id not in users:
                    users.append(metric.id)
    order = list(catalog.tools)
    found = [
        Instrument(record, record.tool in in_place, tuple(wanted[record.id]))
        for record in catalog.instrumentation.instruments
        if record.id in wanted
    ]
    return tuple(sorted(found, key=lambda one: (not one.in_place, order.index(one.record.tool))))


def _tools_for(metric: MetricDefinition, in_place: frozenset[str]) -> frozenset[str]:
    """Tools of the way it is measured: one in place in full, else the way that lacks the fewest."""
    fewest = min(metric.measured_by, key=lambda option: len(set(option.requires) - in_place))
    return frozenset(fewest.requires)


def measures_of(metric: MetricDefinition, framework: MeasurementFramework) -> tuple[str, ...]:
    """Ids of all raw quantities a metric's formula rests on, through other metrics too."""
    definitions = {entry.id: entry for entry in framework.metrics}
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [metric.id]
    while waiting:
        key = waiting.pop(0)
        if key in seen:
            continue
        seen.add(key)
        if key in definitions:
            waiting += formula_inputs(definitions[key].formula)
        else:
            found[key] = None
    return tuple(found)
