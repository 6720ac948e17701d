"""Tiles: metric, target, actual, trend and status of one KPI in one look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpi_core.actuals.calendar import Period, period_of
from kpi_core.actuals.figures import Reading
from kpi_core.actuals.status import Status, status
from kpi_core.actuals.targets_by_period import adds_up
from kpi_core.actuals.trend import Change, trend
from kpi_core.catalog.formula_text import formula_text
from kpi_core.dashboards.view import View, target_of
from kpi_core.models.actuals import Grain
from kpi_core.models.kpi import Thresholds
from kpi_core.models.metric import MetricDefinition

SPARK = 8
"""Points of a sparkline."""
FINER = {
    Grain.YEAR: Grain.MONTH,
    Grain.QUARTER: Grain.MONTH,
    Grain.MONTH: Grain.WEEK,
    Grain.WEEK: Grain.DAY,
    Grain.DAY: Grain.DAY,
}
"""Length of a sparkline's points by the period looked at."""


@dataclass(frozen=True)
class Tile:
    """One KPI as a dashboard shows it, in the metric's unit."""

    metric: MetricDefinition
    is_north_star: bool
    reading: Reading
    target: float | None
    """What it should be over the whole period; `None` without a target."""
    status: Status
    changes: tuple[Change, ...]
    spark: tuple[tuple[Period, float | None], ...]
    """Earlier and finer periods, oldest first; only those that are over."""
    owner: str
    formula: str
    source: str
    """Where the figure comes from, in words."""
    last_update: date | None
    of_part: bool = False
    """True for a channel or segment alone of an amount, for which no target is set."""

    @property
    def bar(self) -> float | None:
        """Actual over target, 0 or more; for metrics where lower is better, the same ratio."""
        return bar_of(self.reading.value, self.target)

    @property
    def expected_share(self) -> float | None:
        """Expected to date over target: where the bar should be by now; `None` where nothing is."""
        return expected_of(self.status.expected, self.target) if adds_up(self.metric) else None


def bar_of(value: float | None, target: float | None) -> float | None:
    """`value` over `target`, 0 or more; `None` where either is not known or the target not above 0."""
    if value is None or not target or target < 0:
        return None
    return max(0.0, value / target)


def expected_of(expected: float | None, target: float | None) -> float | None:
    """Expected to date over target, in [0, 1]; `None` where either is not known or the target 0."""
    return None if expected is None or not target else min(1.0, max(0.0, expected / target))


def tile(view: View, metric_id: str) -> Tile:
    """The tile of one metric."""
    metric, kpi = view.metric(metric_id), view.kpi(metric_id)
    reading = view.figures.read(metric_id, view.period, view.filters)
    target = target_of(view, metric_id)
    found = status(
        metric,
        target,
        reading,
        view.period,
        view.as_of,
        kpi.thresholds if kpi else Thresholds(),
        view.expected_share(view.as_of) if adds_up(metric) else None,
        currency=view.currency,
    )
    owner = view.framework.term("role", kpi.owner_role) if kpi else ""
    return Tile(
        metric=metric,
        is_north_star=metric_id == view.framework.north_star.metric_id,
        reading=reading,
        target=target,
        status=found,
        changes=trend(view.figures, metric, view.period, view.filters, currency=view.currency),
        spark=_spark(view, metric_id),
        owner=f"{kpi.owner_person}, {owner}" if kpi and kpi.owner_person else owner,
        formula=formula_text(metric.formula, view.framework),
        source=_source(view, metric),
        last_update=view.figures.last_day_of(metric_id),
        of_part=view.is_filtered and adds_up(metric),
    )


def tiles(view: View, metric_ids: tuple[str, ...]) -> tuple[Tile, ...]:
    """Tiles in the given order, the north star first."""
    star = view.framework.north_star.metric_id
    ordered = sorted(dict.fromkeys(metric_ids), key=lambda metric_id: metric_id != star)
    return tuple(tile(view, metric_id) for metric_id in ordered)


def _spark(view: View, metric_id: str) -> tuple[tuple[Period, float | None], ...]:
    grain = FINER[view.period.grain]
    last = period_of(min(view.as_of, view.period.end), grain, view.fiscal_start)
    series = view.figures.series(metric_id, grain, last, SPARK + 1, view.filters)
    over = [(period, reading.value) for period, reading in series if period.end <= view.as_of]
    return tuple(over[-SPARK:])


def _source(view: View, metric: MetricDefinition) -> str:
    in_place = view.framework.data_infrastructure.categories
    options = [option for option in metric.measured_by if in_place.issuperset(option.requires)]
    names = (options or list(metric.measured_by))[0].requires
    return ", ".join(view.framework.term("tool_category", name) for name in names)
