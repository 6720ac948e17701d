"""Tables hold all of the framework they are named after."""

from __future__ import annotations

import pytest

from kpi_core.export.tables import (
    AGREEMENT_COLUMNS,
    CADENCE_COLUMNS,
    DASHBOARD_COLUMNS,
    DEFINITION_COLUMNS,
    FUNNEL_COLUMNS,
    KPI_COLUMNS,
    OWNER_COLUMNS,
    SOURCE_COLUMNS,
    Table,
    kpi_table,
    tables,
)
from kpi_core.models.framework import MeasurementFramework

COLUMNS = {
    "kpis": KPI_COLUMNS,
    "definitions": DEFINITION_COLUMNS,
    "owners": OWNER_COLUMNS,
    "dashboards": DASHBOARD_COLUMNS,
    "cadence": CADENCE_COLUMNS,
    "funnel": FUNNEL_COLUMNS,
    "agreement": AGREEMENT_COLUMNS,
    "sources": SOURCE_COLUMNS,
}


def _table(framework: MeasurementFramework, name: str) -> Table:
    return next(table for table in tables(framework) if table.name == name)


def _column(table: Table, column: str) -> list[object]:
    return [row[table.columns.index(column)] for row in table.rows]


def test_columns(framework: MeasurementFramework) -> None:
    assert {table.name: table.columns for table in tables(framework)} == COLUMNS
    assert all(len(set(columns)) == len(columns) for columns in COLUMNS.values())


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_is_full(framework: MeasurementFramework, name: str) -> None:
    table = _table(framework, name)
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_nothing_is_left_out(framework: MeasurementFramework) -> None:
    boards = framework.dashboards
    tiles = sum(
        len(page.metric_ids) for page in (boards.executive, boards.operational, *boards.channels)
    )
    agreement = framework.agreement
    assert {table.name: len(table.rows) for table in tables(framework)} == {
        "kpis": len(framework.kpis),
        "definitions": len(framework.metrics),
        "owners": len(framework.kpis),
        "dashboards": tiles,
        "cadence": len(framework.operating_rhythm.reviews),
        "funnel": len(framework.funnel_plan.steps),
        "agreement": len(agreement.definitions) + len(agreement.commitments) + 6,
        "sources": len(framework.benchmarks),
    }


def test_kpis_name_their_source(framework: MeasurementFramework) -> None:
    table = kpi_table(framework)
    figures = {figure.id: figure for figure in framework.benchmarks}
    cited = _column(table, "benchmark_id")
    publishers = _column(table, "benchmark_source")
    assert any(cited)
    for benchmark_id, publisher in zip(cited, publishers, strict=True):
        wanted = figures[str(benchmark_id)].source_publisher if benchmark_id else None
        assert publisher == wanted


def test_money_names_its_currency(framework: MeasurementFramework) -> None:
    table = kpi_table(framework)
    for unit, currency in zip(_column(table, "unit"), _column(table, "currency"), strict=True):
        assert currency == (framework.company.currency if unit == "money" else None)


def test_one_north_star(framework: MeasurementFramework) -> None:
    assert _column(kpi_table(framework), "is_north_star").count(True) == 1
