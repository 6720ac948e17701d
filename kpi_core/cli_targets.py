"""The command that lists every KPI's target with what it rests on."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kpi_core.benchmarks.match import find
from kpi_core.benchmarks.overview import Row, State, overview
from kpi_core.benchmarks.targets import benchmark_text, quarter_steps
from kpi_core.catalog.loader import load_catalog
from kpi_core.cli_io import read_framework, report
from kpi_core.cli_text import amount, table
from kpi_core.formats import value_text
from kpi_core.framework.check_kpis import check_targets
from kpi_core.kpi_tree.intervals import Interval
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Target

STATES: dict[State, str] = {
    "bottleneck": "bottleneck",
    "not_proven": "not yet proven",
    "below_typical": "below typical",
    "covered": "covered",
    "short_of_plan": "short of plan",
    "no_link": "no model link",
    "no_figure": "nothing to compare",
}


@dataclass(frozen=True)
class KpiTarget:
    """One KPI's target and the three points it is judged by, in the metric's unit."""

    metric_id: str
    name: str
    unit: str
    """What its value counts; ratios are shares."""
    baseline: float | None
    """Own value; `None` when not given."""
    interval: Interval | None
    """Wilson 95% interval of the own rate; `None` without counts."""
    trend: str | None
    """`improving`, `declining` or `flat`; `None` with fewer than two periods."""
    benchmark_id: str | None
    """The figure chosen as reference; `None` for none."""
    benchmark: str | None
    """That figure in words; `None` for none."""
    requirement: float | None
    """What the model needs, all else as today; `None` where it says nothing."""
    requirement_words: str | None
    """What the requirement rests on; `None` where there is none."""
    target: float | None
    basis: str | None
    """`own_history`, `benchmark`, `model_requirement` or `user`; `None` without a target."""
    reason: str | None
    """Why the target can be defended; `None` without a target."""
    proposed: float | None
    """What the tool proposed; `None` without a proposal."""
    note: str | None
    """The user's note on the target; `None` when there is none."""
    share: float | None
    """Part of the distance to the reference that the proposal closes; `None` when there is none."""
    flags: tuple[str, ...]
    """`stretch`, `infeasible`, `definition_differs`, `calibrate`."""
    quarters: tuple[float, ...]
    """What to reach by the end of each quarter; sums over time cumulate. Empty without a target."""
    at_stake: float | None
    """Revenue a year that reaching the reference would add; `None` where the tree gives none."""
    state: State
    """Where it stands: `bottleneck`, `not_proven` (below its reference, but the interval holds it or
    there are no counts), `below_typical`, `covered`, `short_of_plan`, `no_link`, `no_figure`."""


@dataclass(frozen=True)
class TargetsReport:
    """The targets of a framework, most money at stake first."""

    framework: str
    """Name of the framework."""
    currency: str
    """Currency of every amount."""
    closing_share: float
    """Part of the distance to the reference that targets close where a KPI says nothing else."""
    kpis: tuple[KpiTarget, ...]
    """One entry for each KPI."""


def add_commands(command: Callable[..., Any]) -> None:
    """Add the command with `command(name, run, text)`, which returns the new parser."""
    targets = command("targets", _targets, "List every KPI's target and what it rests on.")
    targets.add_argument("framework", type=Path)


def _targets(options: argparse.Namespace) -> int:
    framework = read_framework(options.framework)
    found = targets_report(framework)
    return report(list(check_targets(framework)), options.json, asdict(found), _text(found))


def targets_report(framework: MeasurementFramework) -> TargetsReport:
    """Every KPI's target against history, benchmark and plan; the company's own cohort."""
    rows = overview(framework, load_catalog())
    return TargetsReport(
        framework=framework.name,
        currency=framework.company.currency,
        closing_share=framework.closing_share,
        kpis=tuple(_kpi_target(row, framework) for row in rows),
    )


def _kpi_target(row: Row, framework: MeasurementFramework) -> KpiTarget:
    metric, currency = framework.metric(row.metric_id), framework.company.currency
    kpi = next(kpi for kpi in framework.kpis if kpi.metric_id == row.metric_id)
    figure = find(framework.figures, kpi.benchmark_id)
    past, needed, target = row.history, row.requirement, row.target
    own = past.value if past else None
    return KpiTarget(
        metric_id=metric.id,
        name=metric.name,
        unit=metric.unit.value,
        baseline=own,
        interval=past.interval if past else None,
        trend=past.trend if past else None,
        benchmark_id=kpi.benchmark_id,
        benchmark=benchmark_text(figure, metric.unit, currency) if figure else None,
        requirement=needed.value if needed else None,
        requirement_words=needed.words if needed else None,
        **_committed(target),
        quarters=quarter_steps(own, target.value, metric) if target else (),
        at_stake=row.at_stake,
        state=row.state,
    )


def _committed(target: Target | None) -> dict[str, Any]:
    if target is None:
        keys = ("target", "basis", "reason", "proposed", "note", "share")
        return {**dict.fromkeys(keys), "flags": ()}
    return {
        "target": target.value,
        "basis": target.basis.value,
        "reason": target.reason,
        "proposed": target.proposed,
        "note": target.note,
        "share": target.share,
        "flags": tuple(flag.value for flag in target.flags),
    }


def _text(found: TargetsReport) -> str:
    rows = [["KPI", "Own", "Plan needs", "Target", "Q1", "Q2", "Q3", "At stake", "State", "Flags"]]
    rows += [_cells(kpi, found.currency) for kpi in found.kpis]
    reasons = [f"{kpi.name}: {kpi.reason}" for kpi in found.kpis if kpi.reason]
    return "\n".join([found.framework, table(rows, (0, 8, 9)), "", *reasons])


def _cells(kpi: KpiTarget, currency: str) -> list[str]:
    numbers = (kpi.baseline, kpi.requirement, kpi.target, *(kpi.quarters[:3] or (None,) * 3))
    if kpi.unit == Unit.COUNT:
        numbers = tuple(None if n is None else round(n) for n in numbers)
    return [
        kpi.name,
        *(
            "" if n is None else value_text(n, Unit(kpi.unit), currency, compact=True)
            for n in numbers
        ),
        "" if kpi.at_stake is None else amount(kpi.at_stake, currency),
        STATES[kpi.state],
        ", ".join(flag.replace("_", " ") for flag in kpi.flags),
    ]
