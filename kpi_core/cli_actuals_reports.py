"""What the commands for actuals print, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from kpi_core.actuals.calendar import Period, periods
from kpi_core.actuals.canonical import Aggregated
from kpi_core.actuals.figures import Figures, Reading
from kpi_core.actuals.prepare import Prepared
from kpi_core.actuals.table_file import TableRead
from kpi_core.dashboards.tiles import Tile, tile
from kpi_core.dashboards.view import View, open_figures
from kpi_core.models.actuals import Grain, ImportMapping
from kpi_core.models.framework import MeasurementFramework

MOST_SET_ASIDE = 1_000
"""Rows set aside that are listed; all are counted."""


@dataclass(frozen=True)
class FileRead:
    """One file, and how it was read."""

    name: str
    encoding: str
    delimiter: str | None
    """`None` for a workbook, and where there is a single column."""
    sheet: str | None
    """Sheet of a workbook; `None` for text."""
    rows: int
    """Rows below the header."""
    mapping: dict[str, Any]
    """The mapping used, as `--mapping` takes it."""


@dataclass(frozen=True)
class RowSetAside:
    """A row that was not used."""

    file: str
    row: int
    """Number in the file as a person counts; the header is usually 1."""
    reason: str
    text: str
    """What it says, cut at 200 characters."""


@dataclass(frozen=True)
class ChannelValue:
    """A metric's value in a channel."""

    channel: str
    """Channel id; `unknown` for rows that name none."""
    value: float
    """In the metric's unit, ratios as shares."""
    n: int | None
    """Events behind the value; `None` when not known."""


@dataclass(frozen=True)
class MeasuredPeriod:
    """A metric's value in one period."""

    period: str
    start: str
    """First day."""
    end: str
    """Last day."""
    value: float | None
    """In the metric's unit, ratios as shares; `None` when it is not known."""
    n: int | None
    """Events behind the value; `None` when not known."""
    note: str | None
    """Why there is no value, or what is approximate about it."""
    channels: tuple[ChannelValue, ...]
    """The same by channel; empty where it is not split."""


@dataclass(frozen=True)
class MeasuredMetric:
    """A metric that can be read from the files."""

    metric_id: str
    name: str
    unit: str
    periods: tuple[MeasuredPeriod, ...]
    """From the first to the last day of the data, in order."""


@dataclass(frozen=True)
class ActualsReport:
    """What the files say, and what became of their rows."""

    framework: str
    currency: str
    """ISO 4217 code of all amounts."""
    as_of: str | None
    """Last day of the data; `None` when nothing can be counted."""
    grain: str
    """Length of the periods."""
    files: tuple[FileRead, ...]
    rows_read: int
    rows_used: int
    rows_set_aside: int
    """`rows_read` less `rows_used`."""
    set_aside: tuple[RowSetAside, ...]
    """At most 1,000 of them, in order."""
    understood: tuple[str, ...]
    """How dates, numbers and keys were read."""
    notes: tuple[str, ...]
    """What could not be computed, and why."""
    metrics: tuple[MeasuredMetric, ...]
    """The framework's metrics that can be read."""
    written: str | None
    """File the actuals were kept in; `None` without `--output`."""


@dataclass(frozen=True)
class KpiStatus:
    """One KPI held against its target, in the metric's unit."""

    metric_id: str
    name: str
    unit: str
    target: float | None
    """For the whole period; `None` when none is set."""
    actual: float | None
    """As measured up to `as_of`; `None` when it is not known."""
    expected: float | None
    """Expected by `as_of` for what adds up over time, else the target."""
    ratio: float | None
    """Actual by expected, inverted where lower is better; `None` where it has no meaning."""
    projected: float | None
    """What the period ends at when it goes on like this; `None` for what does not add up."""
    run_rate: float | None
    """Needed per day of the rest of the period to reach the target; `None` once it is over."""
    status: str
    """One of `on_track`, `at_risk`, `off_track`, `too_early`, `no_data`."""
    reason: str
    """One sentence with the numbers."""


@dataclass(frozen=True)
class StatusReport:
    """Every KPI of the framework in one period."""

    framework: str
    currency: str
    """ISO 4217 code of all amounts."""
    as_of: str
    """Day it is judged on."""
    grain: str
    """Length of the period."""
    period: str
    start: str
    """First day."""
    end: str
    """Last day."""
    kpis: tuple[KpiStatus, ...]
    """In the framework's order."""


def actuals_report(
    framework: MeasurementFramework,
    read: Sequence[tuple[TableRead, ImportMapping]],
    prepared: Prepared,
    found: Aggregated,
    grain: Grain,
    written: str | None,
) -> ActualsReport:
    """The report on files and the figures in them."""
    report = prepared.report
    figures = None if found.facts.empty else open_figures(found.facts, framework)
    return ActualsReport(
        framework=framework.name,
        currency=framework.company.currency,
        as_of=figures.as_of.isoformat() if figures else None,
        grain=grain.value,
        files=tuple(_file(table, mapping) for table, mapping in read),
        rows_read=report.rows_read,
        rows_used=report.rows_used,
        rows_set_aside=report.rows_set_aside,
        set_aside=tuple(
            RowSetAside(**asdict(row)) for row in islice(report.set_aside, MOST_SET_ASIDE)
        ),
        understood=report.understood,
        notes=found.notes,
        metrics=_metrics(framework, figures, grain) if figures else (),
        written=written,
    )


def _file(table: TableRead, mapping: ImportMapping) -> FileRead:
    return FileRead(
        table.name,
        table.encoding,
        table.delimiter,
        table.sheet,
        table.rows_read,
        mapping.model_dump(mode="json"),
    )


def _metrics(
    framework: MeasurementFramework, figures: Figures, grain: Grain
) -> tuple[MeasuredMetric, ...]:
    measured = figures.measured()
    first = figures.first_day or figures.as_of
    stretch = periods(first, figures.as_of, grain, figures.fiscal_start)
    return tuple(
        MeasuredMetric(
            metric.id,
            metric.name,
            metric.unit.value,
            tuple(_measured(figures, metric.id, period) for period in stretch),
        )
        for metric in framework.metrics
        if metric.id in measured
    )


def _measured(figures: Figures, metric_id: str, period: Period) -> MeasuredPeriod:
    reading = figures.read(metric_id, period)
    return MeasuredPeriod(
        period.label,
        period.start.isoformat(),
        period.end.isoformat(),
        reading.value,
        reading.n,
        reading.note,
        _channels(figures.by_channel(metric_id, period)),
    )


def _channels(found: dict[str, Reading]) -> tuple[ChannelValue, ...]:
    return tuple(
        ChannelValue(channel, reading.value, reading.n)
        for channel, reading in found.items()
        if reading.value is not None
    )


def status_report(view: View) -> StatusReport:
    """Every KPI of the view's framework in its period, as the dashboards' tiles judge it."""
    return StatusReport(
        framework=view.framework.name,
        currency=view.currency,
        as_of=view.as_of.isoformat(),
        grain=view.period.grain.value,
        period=view.period.label,
        start=view.period.start.isoformat(),
        end=view.period.end.isoformat(),
        kpis=tuple(_status(tile(view, kpi.metric_id)) for kpi in view.framework.kpis),
    )


def _status(found: Tile) -> KpiStatus:
    judged = found.status
    return KpiStatus(
        metric_id=found.metric.id,
        name=found.metric.name,
        unit=found.metric.unit.value,
        target=found.target,
        actual=found.reading.value,
        expected=judged.expected,
        ratio=judged.ratio,
        projected=judged.projected,
        run_rate=judged.run_rate,
        status=judged.word.value,
        reason=judged.reason,
    )
