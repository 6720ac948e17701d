"""Core results in words and places, for the dashboards' drawings."""

from __future__ import annotations

from kpi_core.actuals.calendar import day_text
from kpi_core.actuals.figures import Reading
from kpi_core.actuals.status import Status, StatusWord
from kpi_core.actuals.targets_by_period import adds_up
from kpi_core.actuals.trend import Change
from kpi_core.benchmarks.history import counts_text
from kpi_core.dashboards.tiles import Tile as CoreTile
from kpi_core.formats import value_text
from kpi_core.models.base import Direction, Unit
from kpi_core.models.metric import MetricDefinition
from kpi_ui.components import dashboard_items as items
from kpi_ui.dash.work import Work

STATUS: dict[StatusWord, tuple[items.StatusWord, str]] = {
    StatusWord.ON_TRACK: ("on_track", "On track"),
    StatusWord.AT_RISK: ("at_risk", "At risk"),
    StatusWord.OFF_TRACK: ("off_track", "Off track"),
    StatusWord.TOO_EARLY: ("too_early", "Too early"),
    StatusWord.NO_DATA: ("no_data", "No data"),
}
MOST_TRENDS = 2
WHOLE_FROM = 10
"""Counts from here on are shown without decimals: targets of a period are parts of a year's."""


def shown(value: float | None, metric: MetricDefinition, work: Work) -> str:
    """A value in its unit, compact; empty when unknown."""
    if value is None:
        return ""
    if metric.unit is Unit.COUNT:
        value = round(value) if abs(value) >= WHOLE_FROM else value
    return value_text(value, metric.unit, work.currency, compact=True)


def tile(found: CoreTile, work: Work) -> items.Tile:
    """A core tile as the component draws it."""
    metric, reading = found.metric, found.reading
    word, text = status(found.status, found.target)
    return items.Tile(
        id=metric.id,
        name=metric.name,
        value_text=shown(reading.value, metric, work),
        status=word,
        status_text=text,
        status_reason=_reason(found),
        badge="North star" if found.is_north_star else "",
        target_text=shown(found.target, metric, work),
        expected_text=expected(found, work),
        trend=[trend(change) for change in found.changes if change.text][:MOST_TRENDS],
        owner=found.owner,
        spark=[value for _period, value in found.spark],
        bar=found.bar,
        tick=found.expected_share,
        details=details(found, work),
    )


def status(found: Status, target: float | None) -> tuple[items.StatusWord, str]:
    """Word id and text; a figure without a target has no status to show."""
    word, text = STATUS[found.word]
    return (
        (word, "No target") if found.word is StatusWord.NO_DATA and target is None else (word, text)
    )


def _reason(found: CoreTile) -> str:
    note = found.reading.note
    if found.target is None and found.of_part:
        return "The target holds for all together, not for a part."
    return note if found.reading.value is None and note else found.status.reason


def expected(found: CoreTile, work: Work) -> str:
    """What stands right of the target: expected to date, the counts, or which way is good."""
    metric = found.metric
    if adds_up(metric) and found.status.expected is not None and work.view.running:
        return f"expected by now {shown(found.status.expected, metric, work)}"
    if found.reading.counts:
        return counts_text(found.reading.counts)
    return "lower is better" if metric.direction is Direction.LOWER_IS_BETTER else ""


def trend(change: Change) -> items.Trend:
    """A change as an arrow with words."""
    tones: dict[str, items.TrendTone] = {"improving": "good", "declining": "bad"}
    direction: items.Direction = "right"
    if change.word != "flat" and change.change:
        direction = "up" if change.change > 0 else "down"
    return items.Trend(change.text, direction, tones.get(change.word or "", "muted"))


def details(found: CoreTile, work: Work) -> list[tuple[str, str]]:
    """What a tile answers on hover and focus: formula, source, how sure, last update."""
    rows = [
        ("Formula", found.formula),
        ("Source", "Sample data, not yours" if work.sample else found.source),
        ("Note", found.reading.note or "" if found.reading.value is not None else ""),
        ("Last update", day_text(found.last_update) if found.last_update else ""),
    ]
    if found.reading.counts:
        rows.insert(0, ("Counts", counts_text(found.reading.counts)))
    return [(label, text) for label, text in rows if text]


def plain(reading: Reading | None, metric: MetricDefinition, work: Work) -> str:
    """A reading's value, or nothing."""
    return shown(reading.value, metric, work) if reading else ""
