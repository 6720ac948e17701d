"""The channel layer: what do I need to optimise this week? One tab per active channel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kpi_core.actuals.calendar import Period, period_of
from kpi_core.actuals.figures import Filters
from kpi_core.dashboards.tiles import Tile, tile
from kpi_core.dashboards.view import View
from kpi_core.models.actuals import Grain
from kpi_core.models.metric import MetricDefinition

POINTS = 12
"""Weeks or days of the table under the tiles."""


@dataclass(frozen=True)
class ChannelWeek:
    """One short period of a channel, by metric id."""

    period: Period
    values: dict[str, float | None]
    complete: bool


@dataclass(frozen=True)
class ChannelTab:
    """One channel's own metrics."""

    channel: str
    name: str
    tiles: tuple[Tile, ...]
    weeks: tuple[ChannelWeek, ...]
    """Latest first; only metrics that have figures."""
    metrics: tuple[MetricDefinition, ...]
    """Columns of `weeks`."""


def channel_names(view: View) -> dict[str, str]:
    """Name by id of the channels with a tab, in the framework's order."""
    tabs = view.framework.dashboards.channels
    return {tab.channel: view.framework.term("channel", tab.channel) for tab in tabs}


def channel_tab(view: View, channel: str, grain: Grain = Grain.WEEK) -> ChannelTab:
    """The tab of one channel; its table by week, or by day."""
    ids = next(t.metric_ids for t in view.framework.dashboards.channels if t.channel == channel)
    mine = view.with_filters(Filters(channel, view.filters.segment))
    shown = [_own(view, mine, metric_id, channel) for metric_id in ids]
    columns = tuple(t.metric for t in shown if t.reading.value is not None)
    return ChannelTab(
        channel=channel,
        name=channel_names(view)[channel],
        tiles=tuple(sorted(shown, key=lambda t: t.reading.value is None)),
        weeks=_weeks(view, mine, columns, grain),
        metrics=columns,
    )


def _own(view: View, mine: View, metric_id: str, channel: str) -> Tile:
    """The channel's own figure; for a metric that exists in this channel only, the whole."""
    found = tile(mine, metric_id)
    metric = view.metric(metric_id)
    if found.reading.value is None and metric.channels == (channel,):
        return tile(view.with_filters(replace(view.filters, channel=None)), metric_id)
    return found


def _weeks(
    view: View, mine: View, columns: tuple[MetricDefinition, ...], grain: Grain
) -> tuple[ChannelWeek, ...]:
    last = period_of(min(view.as_of, view.period.end), grain, view.fiscal_start)
    rows: dict[Period, dict[str, float | None]] = {}
    for metric in columns:
        series = view.figures.series(metric.id, grain, last, POINTS, mine.filters)
        if len(metric.channels) == 1 and all(reading.value is None for _p, reading in series):
            whole = replace(mine.filters, channel=None)
            series = view.figures.series(metric.id, grain, last, POINTS, whole)
        for period, reading in series:
            rows.setdefault(period, {})[metric.id] = reading.value
    ordered = sorted(rows.items(), key=lambda item: item[0].start, reverse=True)
    return tuple(ChannelWeek(p, values, p.end <= view.as_of) for p, values in ordered)
