"""The executive layer: is marketing producing results?"""

from __future__ import annotations

from dataclasses import dataclass

from kpi_core.actuals.calendar import Period, before, first_days, period_of, periods
from kpi_core.actuals.figures import Reading
from kpi_core.actuals.targets_by_period import adds_up
from kpi_core.dashboards.credits import credited
from kpi_core.dashboards.tiles import Tile, tile, tiles
from kpi_core.dashboards.view import View
from kpi_core.models.actuals import AttributionModel, Grain

QUARTERS = 4
TICKS = 4
STEPS = {
    Grain.YEAR: Grain.MONTH,
    Grain.QUARTER: Grain.WEEK,
    Grain.MONTH: Grain.DAY,
    Grain.WEEK: Grain.DAY,
    Grain.DAY: Grain.DAY,
}
"""Points of the north star's line by the period looked at."""
CREDITS_OF = {
    "marketing_sourced_pipeline": "pipeline",
    "marketing_influenced_revenue": "revenue",
}
"""What touches share credit for, by the north star shown."""
PAIRS = (
    ("pipeline_value_sourced_by_marketing", "total_pipeline_value", "Pipeline created"),
    ("marketing_sourced_won_revenue", "won_revenue", "Won revenue"),
)


@dataclass(frozen=True)
class LinePoint:
    """One point of a cumulative line, at the end of `day`."""

    share: float
    """Part of the period that is over, in [0, 1]."""
    day: Period
    actual: float | None
    """So far; `None` after the day the figures reach to."""
    expected: float | None


@dataclass(frozen=True)
class StarLine:
    """The north star over the period: so far, expected, and where it is heading."""

    tile: Tile
    points: tuple[LinePoint, ...]
    period: Period

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """At most four places in [0, 1] along the period, each with a short name."""
        steps = [point.day for point in self.points]
        if not steps:
            return ()
        wanted = dict.fromkeys(round(n * (len(steps) - 1) / (TICKS - 1)) for n in range(TICKS))
        return tuple((self._begins(steps[at]), _short(steps[at], at)) for at in wanted)

    def _begins(self, step: Period) -> float:
        """Where a step begins; the first week of a quarter may begin before it."""
        return max(0, (step.start - self.period.start).days) / self.period.days

    @property
    def projected(self) -> float | None:
        """Where the period ends at today's pace; `None` when it is over or cannot be said."""
        return self.tile.status.projected


def _short(step: Period, at: int) -> str:
    if step.grain is Grain.WEEK:
        return f"week {at + 1}"
    return f"{step.start:%b}" if step.grain is Grain.MONTH else f"{step.start.day} {step.start:%b}"


@dataclass(frozen=True)
class SourceRow:
    """What one channel brought in the period, and in the one before."""

    channel: str
    value: float
    before: float | None


@dataclass(frozen=True)
class Sources:
    """Where the result comes from. With touches, by the attribution model; else by the lead's channel."""

    what: str
    """Metric or amount shared, in words."""
    model: AttributionModel | None
    """`None` when each result counts for its own channel, because no touches were given."""
    rows: tuple[SourceRow, ...]
    total: float


@dataclass(frozen=True)
class QuarterColumn:
    """Marketing's part and the rest in one quarter."""

    period: Period
    ours: float
    rest: float
    running: bool

    @property
    def total(self) -> float:
        """Both parts together."""
        return self.ours + self.rest

    @property
    def split(self) -> bool:
        """Whether anything came from elsewhere."""
        return self.rest > 0


@dataclass(frozen=True)
class Quarters:
    """Quarter over quarter, oldest first."""

    what: str
    columns: tuple[QuarterColumn, ...]


@dataclass(frozen=True)
class Executive:
    """Everything the executive page shows."""

    tiles: tuple[Tile, ...]
    star: StarLine
    sources: Sources | None
    quarters: Quarters | None


def executive(view: View) -> Executive:
    """The executive layer for one look."""
    return Executive(
        tiles=tiles(view, view.framework.dashboards.executive.metric_ids),
        star=star_line(view),
        sources=sources(view),
        quarters=quarters(view),
    )


def star_line(view: View) -> StarLine:
    """The north star's cumulative line with what is expected by each point."""
    star = tile(view, view.framework.north_star.metric_id)
    if not adds_up(star.metric):
        return StarLine(star, (), view.period)
    steps = periods(view.period.start, view.period.end, STEPS[view.period.grain], view.fiscal_start)
    points, total = [], 0.0
    for step in steps:
        end = min(step.end, view.period.end)
        share = ((end - view.period.start).days + 1) / view.period.days
        expected = None if star.target is None else star.target * view.expected_share(end)
        known = step.start <= view.as_of and star.reading.value is not None
        upto = Period(step.grain, view.period.start, min(end, view.as_of), step.label)
        total = view.figures.read(star.metric.id, upto, view.filters).value or 0.0
        at = ((upto.end - view.period.start).days + 1) / view.period.days if known else share
        points.append(LinePoint(at, step, total if known else None, expected))
    return StarLine(star, tuple(points), view.period)


def sources(view: View) -> Sources | None:
    """What each channel brought of the north star, most first; `None` without figures by channel."""
    star = view.framework.north_star.metric_id
    name = view.metric(star).name
    what = CREDITS_OF.get(star)
    shared = credited(view, what, view.period) if what else {}
    if shared:
        earlier = credited(view, what or "", _earlier(view))
        return _rows(name, view.model, shared, earlier)
    own = _by_channel(view, star, view.period)
    return _rows(name, None, own, _by_channel(view, star, _earlier(view))) if own else None


def _earlier(view: View) -> Period:
    """The period before; for a running one only as many days of it."""
    past = before(view.period, view.fiscal_start)
    if not view.running:
        return past
    return first_days(past, (view.as_of - view.period.start).days + 1)


def _by_channel(view: View, metric_id: str, period: Period) -> dict[str, float]:
    if view.filters.channel is not None:
        return {}
    found = view.figures.by_channel(metric_id, period, view.filters)
    return {channel: r.value for channel, r in found.items() if channel and r.value is not None}


def _rows(
    what: str, model: AttributionModel | None, now: dict[str, float], earlier: dict[str, float]
) -> Sources:
    ordered = sorted(now, key=lambda channel: (-now[channel], channel))
    rows = tuple(SourceRow(key, now[key], earlier.get(key)) for key in ordered)
    return Sources(what, model, rows, sum(now.values()))


def quarters(view: View) -> Quarters | None:
    """Marketing's part against the rest in the last four quarters; `None` when nothing is known."""
    last = period_of(min(view.as_of, view.period.end), Grain.QUARTER, view.fiscal_start)
    shown = [last]
    for _ in range(QUARTERS - 1):
        shown.insert(0, before(shown[0], view.fiscal_start))
    for ours, whole, name in PAIRS:
        columns = []
        for quarter in shown:
            part = view.figures.read(ours, quarter, view.filters)
            total = view.figures.read(whole, quarter, view.filters)
            columns.append(_column(view, quarter, part, total))
        if any(column for column in columns):
            return Quarters(name, tuple(column for column in columns if column))
    return None


def _column(view: View, quarter: Period, ours: Reading, whole: Reading) -> QuarterColumn | None:
    if ours.value is None or whole.value is None:
        return None
    rest = max(0.0, whole.value - ours.value)
    return QuarterColumn(quarter, ours.value, rest, running=view.as_of < quarter.end)
