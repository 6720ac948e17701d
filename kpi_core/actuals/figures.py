"""Any metric for any period, channel and segment, read from facts by the catalog's formulas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import isfinite

import pandas as pd

from kpi_core.actuals.calendar import Period, before, period_of
from kpi_core.actuals.figures_formula import compute, inputs, read_directly
from kpi_core.actuals.figures_index import ALL, FactIndex, Filters
from kpi_core.actuals.figures_notes import Reading, not_split_by, noted
from kpi_core.actuals.figures_rows import observed, read_rows
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import Grain
from kpi_core.models.base import Aggregation
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Direct, Measure, MetricDefinition

__all__ = ["ALL", "Figures", "Filters", "PlanMeasures", "Reading"]

PlanMeasures = Callable[[str, Period], float | None]
"""Value of a measure that no file brings, such as a budget, in a period; `None` where it has none."""
MOST_KEPT = 50_000
"""Readings remembered before all are forgotten."""


class Figures:
    """Readings of metrics and measures. Reads facts only; nothing is changed after it was made.

    `as_of` is the last day that counts, by default the last day of the facts. `plan_measures` gives
    measures that are planned, not measured. `catalog` defines metrics the framework does not hold.
    Raises `ValueError` for a table that is not one of facts, and without `as_of` for an empty one.
    """

    def __init__(
        self,
        facts: pd.DataFrame,
        framework: MeasurementFramework,
        as_of: date | None = None,
        *,
        plan_measures: PlanMeasures | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self._index = FactIndex(facts)
        last = as_of or self._index.last
        if last is None:
            raise ValueError("there are no facts: say as of which day they are read")
        self.as_of: date = last
        self.fiscal_start = framework.company.fiscal_year_start_month
        self._plan = plan_measures
        self._metrics = {metric.id: metric for metric in framework.metrics}
        measures = {measure.id: measure for measure in framework.measures}
        if catalog:
            self._metrics = {**catalog.metrics, **self._metrics}
            measures = {**catalog.measures, **measures}
        defined: tuple[Measure | MetricDefinition, ...] = (
            *measures.values(),
            *self._metrics.values(),
        )
        self._names = {one.id: one.name for one in defined}
        self._units = {one.id: one.unit for one in defined}
        self._direct = read_directly(self._metrics)
        self._kept: dict[object, Reading] = {}

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels the facts name, in order, rows of an unknown one last."""
        return self._index.channels

    @property
    def segments(self) -> tuple[str, ...]:
        """Segments the facts name, in order, rows of an unknown one last."""
        return self._index.segments

    @property
    def first_day(self) -> date | None:
        """First day of the facts; `None` without any."""
        return self._index.first

    @property
    def last_day(self) -> date | None:
        """Last day the facts cover; `None` without any."""
        return self._index.last

    @property
    def left_out(self) -> int:
        """Rows of the facts left out, as they have no day or no number up to 1e18."""
        return self._index.ignored

    def metric(self, metric_id: str) -> MetricDefinition:
        """The definition it reads `metric_id` by; `KeyError` without one."""
        return self._metrics[metric_id]

    def name(self, key: str) -> str:
        """Readable name of a metric or measure; the id in words when it has no definition."""
        return self._names.get(key, key.replace("_", " "))

    def read(self, metric_id: str, period: Period, filters: Filters = ALL) -> Reading:
        """Value of a metric or measure in `period`, up to `as_of`; never raises.

        By the metric's formula; where that cannot be computed, as it was entered for the period.
        Rates are sums over sums of the whole period, never means of rates. `Reading.value` is `None`,
        with a note, for what is not known, not split as the filters ask, or divided by 0.
        """
        return self._read(metric_id, period, filters, self._how(metric_id), ())

    def series(
        self,
        metric_id: str,
        grain: Grain,
        last: Period,
        count: int,
        filters: Filters = ALL,
    ) -> tuple[tuple[Period, Reading], ...]:
        """Readings of `count` periods of `grain`, oldest first.

        The last one is `last`, or, where that is of another grain, the one that holds its last day
        (`as_of` while it runs). Fewer at the beginning of the calendar.
        """
        period = last
        if last.grain is not grain:
            period = period_of(max(min(last.end, self.as_of), last.start), grain, self.fiscal_start)
        found: list[tuple[Period, Reading]] = []
        while len(found) < count:
            found.append((period, self.read(metric_id, period, filters)))
            if period.start == date.min:
                break
            period = before(period, self.fiscal_start)
        return tuple(reversed(found))

    def by_channel(
        self, metric_id: str, period: Period, filters: Filters = ALL
    ) -> dict[str, Reading]:
        """A reading for each channel of the facts, in their order; of the filters' one alone if any."""
        channels = self.channels if filters.channel is None else (filters.channel,)
        return {
            channel: self.read(metric_id, period, Filters(channel, filters.segment))
            for channel in channels
        }

    def observations(
        self, measure: str, period: Period, filters: Filters = ALL
    ) -> dict[float, int]:
        """How often each value of a measure was seen in `period`; empty for what is not observed."""
        return observed(self._index, measure, period, self.as_of, filters)

    def last_day_of(self, key: str) -> date | None:
        """Last day, up to `as_of`, that the rows behind a metric or measure cover; `None` without."""
        found = [self._index.last_of(one) for one in self._behind(key, ())]
        ends = [end for end in found if end is not None]
        return min(max(ends), self.as_of) if ends else None

    def measured(self) -> frozenset[str]:
        """Ids of the metrics that can be read at all: all their formula needs is there, some measured."""
        known = {key: self._known(key, ()) for key in self._metrics}
        return frozenset(key for key, (possible, rows) in known.items() if possible and rows)

    # ---- how a reading is made ----

    def _how(self, key: str) -> Aggregation:
        """How a measure asked for by itself becomes one value: as the metric that is nothing else."""
        if same := self._direct.get(key):
            return same[0].over_time
        level = "level" in self._index.kinds(key)
        return Aggregation.LAST if level else Aggregation.SUM

    def _read(
        self,
        key: str,
        period: Period,
        filters: Filters,
        how: Aggregation,
        path: tuple[str, ...],
    ) -> Reading:
        metric = self._metrics.get(key)
        over_time = metric.over_time if metric else how
        kept = (key, period, filters, over_time)
        found = self._kept.get(kept)
        if found is None:
            found = self._made(key, metric, period, filters, over_time, path)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[kept] = found
        return found

    def _made(
        self,
        key: str,
        metric: MetricDefinition | None,
        period: Period,
        filters: Filters,
        how: Aggregation,
        path: tuple[str, ...],
    ) -> Reading:
        if metric is None:
            return self._raw(key, period, filters, how)
        if key in path:
            return Reading(None, note=f"the formula of {metric.name} goes in a circle")
        if isinstance(metric.formula, Direct):
            return self._raw(metric.formula.measure, period, filters, how, metric)
        found = self._computed(metric, period, filters, (*path, key))
        own = self._rows(key, period, filters, how, metric) if found.value is None else None
        if own is None or (own.value is None and key not in self._index.ids):
            return found
        return own

    def _raw(
        self,
        measure: str,
        period: Period,
        filters: Filters,
        how: Aggregation,
        metric: MetricDefinition | None = None,
    ) -> Reading:
        """A measure from its rows, else those of a metric that means the same, else from the plan."""
        found = None
        same = self._direct.get(measure, ())
        asked = metric or (same[0] if same else None)
        for key in (measure, *(other.id for other in same)):
            if key in self._index.ids:
                reading = self._rows(key, period, filters, how, asked)
                if reading.value is not None:
                    return reading
                found = found or reading
        return found or self._planned(measure, period, filters)

    def _rows(
        self,
        key: str,
        period: Period,
        filters: Filters,
        how: Aggregation,
        metric: MetricDefinition | None,
    ) -> Reading:
        lanes = metric.over_lanes if metric else Aggregation.SUM
        return read_rows(self._index, key, period, self.as_of, filters, how, lanes)

    def _planned(self, measure: str, period: Period, filters: Filters) -> Reading:
        value = self._plan(measure, period) if self._plan else None
        if value is None or not isfinite(value):
            return Reading(None, note="not measured")
        if filters != ALL:
            return Reading(None, note=not_split_by(filters))
        return Reading(value)

    # ---- formulas ----

    def _computed(
        self, metric: MetricDefinition, period: Period, filters: Filters, path: tuple[str, ...]
    ) -> Reading:
        how = Aggregation.LAST if metric.over_time is Aggregation.LAST else Aggregation.SUM
        parts: dict[str, Reading] = {}
        for key in inputs(metric.formula):
            parts[key] = self._read(key, period, filters, how, path)
            if parts[key].value is None:
                return Reading(None, note=f"{self.name(key)}: {parts[key].note}")
        values = {key: part.value or 0.0 for key, part in parts.items()}
        found = compute(metric, values, self._units, self.name, period.label)
        partial = any(part.partial for part in parts.values())
        return noted(replace(found, partial=partial), *(part.note for part in parts.values()))

    # ---- what can be read at all ----

    def _behind(self, key: str, path: tuple[str, ...]) -> set[str]:
        """Ids whose rows a metric's figures may come from."""
        metric = self._metrics.get(key)
        if metric is None or key in path:
            return {key, *(same.id for same in self._direct.get(key, ()))}
        parts = (
            (metric.formula.measure,)
            if isinstance(metric.formula, Direct)
            else inputs(metric.formula)
        )
        return {key}.union(*(self._behind(part, (*path, key)) for part in parts))

    def _known(self, key: str, path: tuple[str, ...]) -> tuple[bool, bool]:
        """Whether `key` can be read in some period, and whether anything of it was measured."""
        metric, rows = self._metrics.get(key), key in self._index.ids
        if rows or key in path:
            return rows, rows
        if metric and not isinstance(metric.formula, Direct):
            parts = [self._known(part, (*path, key)) for part in inputs(metric.formula)]
            return all(p for p, _ in parts), any(r for _, r in parts)
        measure = metric.formula.measure if metric and isinstance(metric.formula, Direct) else key
        same = (measure, *(other.id for other in self._direct.get(measure, ())))
        if any(other in self._index.ids for other in same):
            return True, True
        year = period_of(self.as_of, Grain.YEAR, self.fiscal_start)
        return self._planned(measure, year, ALL).value is not None, False
