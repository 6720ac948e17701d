"""Scenarios side by side: the numbers that matter, and how far each is from the first one's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi_core.kpi_tree.lanes import TreeResult, solve
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario


@dataclass(frozen=True)
class ComparedValue:
    """A scenario's value, and its relative change from the first scenario's.

    `change` is `None` where either is unknown or the first is 0.
    """

    value: float | None
    change: float | None


@dataclass(frozen=True)
class Comparison:
    """One number over all scenarios."""

    name: str
    unit: Unit
    values: tuple[ComparedValue, ...]


def compare_scenarios(scenarios: Sequence[Scenario]) -> tuple[Comparison, ...]:
    """Money, volumes and rates of each scenario; the first one is what the others are held against.

    Rates are compared for scenarios with a single lane each, matched by metric id.
    """
    solved = [solve(scenario) for scenario in scenarios]
    rows = [
        _row("Revenue target", Unit.MONEY, [s.revenue_target for s in scenarios]),
        _row("Revenue from marketing", Unit.MONEY, [r.total.revenue_required for r in solved]),
        _row("Today's pace brings", Unit.MONEY, [r.total.revenue_now for r in solved]),
        *_volumes(solved),
        _row("Pipeline value", Unit.MONEY, [r.total.pipeline_value for r in solved]),
        *_rates(scenarios),
        _row("Spend", Unit.MONEY, [r.total.spend for r in solved]),
    ]
    return tuple(row for row in rows if any(value.value is not None for value in row.values))


def _row(name: str, unit: Unit, values: Sequence[float | None]) -> Comparison:
    first = values[0]
    compared = (ComparedValue(v, None if v is None or not first else v / first - 1) for v in values)
    return Comparison(name, unit, tuple(compared))


def _volumes(solved: Sequence[TreeResult]) -> list[Comparison]:
    names = {step.id: step.name for result in solved for step in reversed(result.total.steps)}
    return [
        _row(name, Unit.COUNT, [_volume(result, step_id) for result in solved])
        for step_id, name in names.items()
    ]


def _volume(result: TreeResult, step_id: str) -> float | None:
    return next((step.required for step in result.total.steps if step.id == step_id), None)


def _rates(scenarios: Sequence[Scenario]) -> list[Comparison]:
    if any(len(scenario.lanes) != 1 for scenario in scenarios):
        return []
    names = {rate.metric_id: rate.name for s in scenarios for rate in reversed(s.lanes[0].rates)}
    return [
        _row(name, Unit.RATIO, [_rate(scenario, metric_id) for scenario in scenarios])
        for metric_id, name in names.items()
    ]


def _rate(scenario: Scenario, metric_id: str) -> float | None:
    found = (rate.value for rate in scenario.lanes[0].rates if rate.metric_id == metric_id)
    return next(found, None)
