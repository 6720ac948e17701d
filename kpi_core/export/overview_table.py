"""The benchmark overview as a flat table: one row per KPI and figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpi_core.benchmarks.match import Match, in_unit
from kpi_core.benchmarks.overview import Row
from kpi_core.export.tables import Table
from kpi_core.models.framework import MeasurementFramework

COLUMNS = (
    "metric_id", "name", "unit", "currency", "baseline", "baseline_low", "baseline_high",
    "model_requirement", "target", "target_basis", "at_stake", "state", "benchmark_id", "low",
    "typical", "high", "same_definition", "matched", "relaxed", "sample", "definition",
    "source_title", "source_publisher", "source_year", "source_url", "confidence",
)  # fmt: skip


def overview_table(framework: MeasurementFramework, rows: Iterable[Row]) -> Table:
    """Every KPI with each figure that fits; a KPI without any has one row with empty figures."""
    found = [
        tuple(line[column] for column in COLUMNS) for row in rows for line in _lines(framework, row)
    ]
    return Table("benchmark_overview", COLUMNS, tuple(found))


def _lines(framework: MeasurementFramework, row: Row) -> Iterator[dict[str, object]]:
    metric = framework.metric(row.metric_id)
    interval = row.history.interval if row.history else None
    shared: dict[str, object] = {
        **dict.fromkeys(COLUMNS),
        "metric_id": metric.id,
        "name": metric.name,
        "unit": metric.unit.value,
        "currency": framework.company.currency if metric.unit == "money" else None,
        "baseline": row.history.value if row.history else None,
        "baseline_low": interval.low if interval else None,
        "baseline_high": interval.high if interval else None,
        "model_requirement": row.requirement.value if row.requirement else None,
        "target": row.target.value if row.target else None,
        "target_basis": row.target.basis.value if row.target else None,
        "at_stake": row.at_stake,
        "state": row.state,
    }
    yield from ({**shared, **_figure(framework, row, match)} for match in row.matches)
    if not row.matches:
        yield shared


def _figure(framework: MeasurementFramework, row: Row, match: Match) -> dict[str, object]:
    figure, unit = match.benchmark, framework.metric(row.metric_id).unit
    copied = ("same_definition", "sample", "definition", "source_title", "source_publisher",
              "source_year", "source_url")  # fmt: skip
    return {
        **{column: getattr(figure, column) for column in copied},
        "benchmark_id": figure.id,
        "low": in_unit(figure, figure.low, unit),
        "typical": in_unit(figure, figure.typical, unit),
        "high": in_unit(figure, figure.high, unit),
        "matched": match.exact,
        "relaxed": match.relaxed,
        "confidence": figure.confidence.value,
    }
