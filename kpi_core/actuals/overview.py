"""An import at a glance: totals to hold against one's own system, and which KPIs it measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from kpi_core.actuals.calendar import Period, day_text, period_of
from kpi_core.actuals.canonical import Aggregated
from kpi_core.actuals.figures import Figures, Reading
from kpi_core.actuals.funnel_steps import funnel_steps
from kpi_core.catalog.check import formula_inputs
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import UNKNOWN, Grain
from kpi_core.models.base import Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Direct

_OBSERVED = "observation"


@dataclass(frozen=True)
class StepTotal:
    """How many of all rows reached a funnel step, whenever that was."""

    step: str
    name: str
    reached: int
    rate: float | None
    """Share of those that entered, a ratio; `None` for the step they entered at and without any."""


@dataclass(frozen=True)
class ChannelTotal:
    """The same for one channel; `reached` in the order of the steps."""

    channel: str
    reached: tuple[int, ...]
    rate: float | None
    """Share of those that entered which reached the last step."""


@dataclass(frozen=True)
class Total:
    """A measure or metric over the whole import, in its unit."""

    id: str
    name: str
    unit: Unit
    how: str
    """What the value is, in words: the total, the median, the level at the end, the latest."""
    value: float


@dataclass(frozen=True)
class Overview:
    """Everything an import holds, in few figures."""

    steps: tuple[StepTotal, ...]
    """From the step that rows entered at to the furthest; empty without leads or opportunities."""
    channels: tuple[ChannelTotal, ...]
    """Most rows first, the unknown last; empty where rows name no channel."""
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class Coverage:
    """Whether a KPI is measured, its latest value, and what it lacks."""

    metric_id: str
    name: str
    unit: Unit
    measured: bool
    period: Period | None
    """The latest month with data behind it; `None` when it is not measured."""
    reading: Reading | None
    needs: tuple[str, ...]
    """Names of the measures nothing was uploaded for."""


def overview(found: Aggregated, framework: MeasurementFramework, catalog: Catalog) -> Overview:
    """Totals over all of `found`, whatever the period. `catalog` names what the framework does not."""
    rows, base = _main_cohorts(found.cohorts)
    order = _order(rows, base, framework, catalog)
    names = funnel_steps(framework, catalog).names
    reached = _counts(rows)
    entered = reached.get(base, 0)
    steps = tuple(
        StepTotal(
            step,
            names.get(step, step.replace("_", " ")),
            reached[step],
            _share(reached[step], entered) if step != base else None,
        )
        for step in order
    )
    totals = tuple(_totals(found.facts, framework, catalog))
    return Overview(steps, _channels(rows, base, order), totals)


def _main_cohorts(cohorts: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The cohorts of the step most rows entered at."""
    if cohorts.empty:
        return cohorts, ""
    entries = cohorts[cohorts["step"] == cohorts["base"]].groupby("base")["n"].sum()
    base = str(entries.idxmax())
    return cohorts[cohorts["base"] == base], base


def _order(
    rows: pd.DataFrame, base: str, framework: MeasurementFramework, catalog: Catalog
) -> tuple[str, ...]:
    later = funnel_steps(framework, catalog).ordered(set(rows["step"]) - {base})
    return (base, *later) if base else ()


def _counts(rows: pd.DataFrame) -> dict[str, int]:
    return {str(step): int(n) for step, n in rows.groupby("step")["n"].sum().items()}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _channels(rows: pd.DataFrame, base: str, order: tuple[str, ...]) -> tuple[ChannelTotal, ...]:
    named = rows[rows["channel"] != ""]
    found = []
    for channel, part in named.groupby("channel"):
        counts = _counts(part)
        reached = tuple(counts.get(step, 0) for step in order)
        rate = _share(reached[-1], counts.get(base, 0)) if len(order) > 1 else None
        found.append(ChannelTotal(str(channel), reached, rate))
    found.sort(key=lambda row: (row.channel == UNKNOWN, -row.reached[0], row.channel))
    return tuple(found)


def _totals(
    facts: pd.DataFrame, framework: MeasurementFramework, catalog: Catalog
) -> Iterator[Total]:
    """One value for each id of the facts, in the catalog's order."""
    if facts.empty:
        return
    figures = Figures(facts, framework, catalog=catalog)
    if figures.first_day is None or figures.last_day is None:
        return
    whole = Period(Grain.YEAR, figures.first_day, figures.last_day, "the whole import")
    units: Mapping[str, Unit] = {
        **{key: measure.unit for key, measure in catalog.measures.items()},
        **{key: metric.unit for key, metric in catalog.metrics.items()},
    }
    kinds = {str(key): set(part) for key, part in facts.groupby("id")["kind"]}
    place = {key: position for position, key in enumerate(units)}
    for key in sorted(kinds, key=lambda key: (place.get(key, len(place)), key)):
        value, how = _value(key, kinds[key], facts, figures, whole)
        yield Total(key, figures.name(key), units.get(key, Unit.COUNT), how, value)


def _value(
    key: str, kinds: set[str], facts: pd.DataFrame, figures: Figures, whole: Period
) -> tuple[float, str]:
    found = figures.read(key, whole)
    if "level" in kinds or found.value is None:
        rows = facts[facts["id"] == key]
        last = rows[rows["day"] == rows["day"].max()].sort_values(["channel", "segment"]).iloc[0]
        split = ", ".join(filter(None, (str(last["channel"]), str(last["segment"]))))
        return float(last["value"]), f"latest, {day_text(last['day'].date())}" + (
            f", {split}" if split else ""
        )
    if kinds == {_OBSERVED}:
        return found.value, f"median of {found.n:,}" if found.n else "median"
    return found.value, "level at the end" if kinds == {"change"} else "total"


def coverage(
    figures: Figures, framework: MeasurementFramework, catalog: Catalog
) -> tuple[Coverage, ...]:
    """Every KPI of the framework in its order, measured or not."""
    measured = figures.measured()
    return tuple(
        _covered(figures, kpi.metric_id, kpi.metric_id in measured, catalog)
        for kpi in framework.kpis
    )


def _covered(figures: Figures, metric_id: str, measured: bool, catalog: Catalog) -> Coverage:
    metric = figures.metric(metric_id)
    period = reading = None
    last = figures.last_day_of(metric_id)
    if measured and last is not None:
        period = period_of(last, Grain.MONTH, figures.fiscal_start)
        reading = figures.read(metric_id, period)
    lacks = () if measured else tuple(dict.fromkeys(_lacking(figures, metric_id, catalog, ())))
    return Coverage(metric_id, metric.name, metric.unit, measured, period, reading, lacks)


def _lacking(figures: Figures, key: str, catalog: Catalog, path: tuple[str, ...]) -> Iterator[str]:
    """Names of the measures a metric is made of that nothing is known of."""
    year = period_of(figures.as_of, Grain.YEAR, figures.fiscal_start)
    if figures.read(key, year).value is not None or key in path:
        return
    try:
        formula = figures.metric(key).formula
    except KeyError:
        if figures.last_day_of(key) is None:
            yield figures.name(key)
        return
    if isinstance(formula, Direct):
        yield figures.name(formula.measure)
        return
    for part in formula_inputs(formula):
        yield from _lacking(figures, part, catalog, (*path, key))
