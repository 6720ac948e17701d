"""Rows of the overview as rows of the range chart, each on its own scale."""

from __future__ import annotations

import math

from kpi_core.benchmarks.match import Match, in_unit
from kpi_core.benchmarks.overview import Row
from kpi_core.formats import money, value_text
from kpi_core.models.base import Direction
from kpi_core.models.metric import MetricDefinition
from kpi_ui.bench.work import Work
from kpi_ui.components.comparison import RangeBar, RangeMark, RangeRow, StateTone

_STATES: dict[str, tuple[str, StateTone]] = {
    "bottleneck": ("Bottleneck", "bad"),
    "not_proven": ("Not proven", "warn"),
    "below_typical": ("Below typical", "bad"),
    "covered": ("Covered", "good"),
    "short_of_plan": ("Short of plan", "warn"),
    "no_link": ("No model link", "muted"),
    "no_figure": ("None published", "muted"),
}
_TICKS = 4
_SMALLEST = 1e-12  # of what a scale can end at


def range_row(work: Work, row: Row) -> RangeRow:
    """One KPI's row with all its marks."""
    metric = work.framework.metric(row.metric_id)
    bars = [_bar(match, metric) for match in row.matches]
    top = _top(row, bars)
    state_text, tone = _STATES[row.state]
    if row.state == "no_figure" and row.matches:
        state_text = "No history yet"
    empty = not (bars or row.history or row.target or row.requirement)

    def text(value: float) -> str:
        return value_text(value, metric.unit, work.currency, compact=True)

    history, target = row.history, row.target
    interval = history.interval if history else None
    return RangeRow(
        id=row.metric_id,
        name=metric.name,
        note=_note(row, metric),
        scale_low=0.0,
        scale_high=top,
        ticks=()
        if empty
        else [(top * i / _TICKS, text(top * i / _TICKS)) for i in range(_TICKS + 1)],
        sources=bars,
        baseline=RangeMark(
            history.value, interval.low if interval else None, interval.high if interval else None
        )
        if history
        else None,
        requirement=row.requirement.value if row.requirement else None,
        requirement_at_most=bool(row.requirement and row.requirement.at_most),
        target=target.value if target else None,
        baseline_text=text(history.value) if history else "n/a",
        baseline_note=_baseline_note(work, row),
        target_text=text(target.value) if target else "n/a",
        target_note=_target_note(row),
        state_text=state_text,
        state_tone=tone,
        stake_text=money(row.at_stake, work.currency, compact=True) if row.at_stake else "",
        show=text,
    )


def _bar(match: Match, metric: MetricDefinition) -> RangeBar:
    figure = match.benchmark
    low, middle, high = (
        in_unit(figure, v, metric.unit) for v in (figure.low, figure.typical, figure.high)
    )
    year = f", {figure.source_year}" if figure.source_year else ""
    different = not figure.same_definition
    return RangeBar(low, middle, high, different, f"{figure.source_publisher}{year}")


def _top(row: Row, bars: list[RangeBar]) -> float:
    """A round end of the scale above everything worth seeing."""
    values = [x for bar in bars[:3] for x in (bar.low, bar.typical, bar.high)]
    values += [row.history.value if row.history else None, row.target.value if row.target else None]
    if row.history and row.history.interval:
        values.append(row.history.interval.high)
    values.append(row.requirement.value if row.requirement else None)
    highest = max((value for value in values if value is not None and value > 0), default=1.0)
    power = 10.0 ** math.floor(math.log10(max(highest, _SMALLEST)))
    return next(
        n * power
        for n in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10, 12)
        if n * power >= highest * 1.05
    )


def _note(row: Row, metric: MetricDefinition) -> str:
    sources = len(row.matches)
    different = sum(not match.benchmark.same_definition for match in row.matches)
    parts = ["Lower is better"] if metric.direction is Direction.LOWER_IS_BETTER else []
    parts.append(
        f"{sources} source{'' if sources == 1 else 's'}" if sources else "nothing published"
    )
    if different:
        parts.append(f"{different} defined differently")
    return ", ".join(parts)


def _baseline_note(work: Work, row: Row) -> str:
    kpi = next((k for k in work.framework.kpis if k.metric_id == row.metric_id), None)
    baseline = kpi.baseline if kpi else None
    if baseline is None:
        return "no history"
    if baseline.counts:
        return f"{baseline.counts.successes:,} of {baseline.counts.trials:,}"
    return baseline.period or ""


def _target_note(row: Row) -> str:
    target = row.target
    if target is None:
        return "no basis"
    if target.basis == "user":
        return "your choice"
    if target.share is not None and row.history and target.value != row.history.value:
        return f"closes {target.share:.0%}"
    return "keep" if row.history and target.value == row.history.value else "to calibrate"
