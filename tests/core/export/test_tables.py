"""Tables hold all of the framework they are named after."""

from __future__ import annotations

from datetime import date

import pytest

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.tables import (
    ACTION_COLUMNS,
    AGREEMENT_COLUMNS,
    CADENCE_COLUMNS,
    DASHBOARD_COLUMNS,
    DEFINITION_COLUMNS,
    FUNNEL_COLUMNS,
    INSTRUMENTATION_COLUMNS,
    KPI_COLUMNS,
    OWNER_COLUMNS,
    OWNERSHIP_COLUMNS,
    SIGNATURE_COLUMNS,
    SOURCE_COLUMNS,
    Table,
    instrumentation_table,
    kpi_table,
    tables,
)
from kpi_core.models.base import Cadence
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import ActionItem, Signature
from kpi_core.rhythm.ownership import ownership

COLUMNS = {
    "kpis": KPI_COLUMNS,
    "definitions": DEFINITION_COLUMNS,
    "owners": OWNER_COLUMNS,
    "dashboards": DASHBOARD_COLUMNS,
    "cadence": CADENCE_COLUMNS,
    "funnel": FUNNEL_COLUMNS,
    "agreement": AGREEMENT_COLUMNS,
    "signatures": SIGNATURE_COLUMNS,
    "ownership": OWNERSHIP_COLUMNS,
    "actions": ACTION_COLUMNS,
    "instrumentation": INSTRUMENTATION_COLUMNS,
    "sources": SOURCE_COLUMNS,
}


@pytest.fixture(scope="module")
def agreed(worked_example: MeasurementFramework) -> MeasurementFramework:
    """The worked example, signed by marketing, with a term and two actions."""
    signature = Signature(party="marketing", name="=Mei", role="cmo", signed_on=date(2026, 4, 2))
    agreement = {
        **dict(worked_example.agreement),
        "signatures": (signature,),
        "valid_from": date(2026, 4, 1),
    }
    first = ActionItem(
        id="action_1",
        what="Shorten the form",
        owner_role="cmo",
        owner_person="Mei",
        due=date(2026, 4, 20),
        done_on=date(2026, 4, 18),
        review=Cadence.WEEKLY,
        created_on=date(2026, 4, 6),
    )
    second = first.model_copy(update={"id": "action_2", "owner_person": None, "done_on": None})
    rhythm = {**dict(worked_example.operating_rhythm), "actions": (first, second)}
    return MeasurementFramework.model_validate(
        {**dict(worked_example), "agreement": agreement, "operating_rhythm": rhythm}
    )


def _table(framework: MeasurementFramework, name: str) -> Table:
    return next(table for table in tables(framework) if table.name == name)


def _column(table: Table, column: str) -> list[object]:
    return [row[table.columns.index(column)] for row in table.rows]


def test_columns(framework: MeasurementFramework) -> None:
    assert {table.name: table.columns for table in tables(framework)} == COLUMNS
    assert all(len(set(columns)) == len(columns) for columns in COLUMNS.values())


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_is_full(agreed: MeasurementFramework, name: str) -> None:
    table = _table(agreed, name)
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
        "signatures": 2,
        "ownership": len(framework.kpis),
        "actions": len(framework.operating_rhythm.actions),
        "instrumentation": len(instrumentation_table(framework, load_catalog()).rows),
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


def test_both_sides_stand_in_signatures_also_before_they_sign(agreed: MeasurementFramework) -> None:
    assert _table(agreed, "signatures").rows == (
        ("marketing", "=Mei", "cmo", "2026-04-02", "2026-04-01", None),
        ("sales", None, None, None, "2026-04-01", None),
    )


def test_actions_with_their_dates(agreed: MeasurementFramework) -> None:
    assert _table(agreed, "actions").rows == (
        ("action_1", "Shorten the form", "cmo", "Mei", "2026-04-20", "2026-04-18", "weekly",
         "2026-04-06"),
        ("action_2", "Shorten the form", "cmo", None, "2026-04-20", None, "weekly", "2026-04-06"),
    )  # fmt: skip


def test_ownership_is_the_matrix(framework: MeasurementFramework) -> None:
    table = _table(framework, "ownership")
    for row, raci in zip(table.rows, ownership(framework), strict=True):
        named = dict(zip(table.columns, row, strict=True))
        assert (named["accountable"], named["owner_person"]) == (raci.accountable, raci.person)
        assert (named["consulted"], named["informed"]) == (raci.consulted, raci.informed)


def test_instrumentation_names_tools_in_place(framework: MeasurementFramework) -> None:
    table = instrumentation_table(framework, load_catalog())
    in_place = framework.data_infrastructure.categories
    chosen = {kpi.metric_id for kpi in framework.kpis}
    for tool, known, metric_ids in zip(
        _column(table, "tool"),
        _column(table, "tool_in_place"),
        _column(table, "metric_ids"),
        strict=True,
    ):
        assert known == (tool in in_place)
        assert metric_ids
        assert isinstance(metric_ids, tuple)
        assert set(metric_ids) <= chosen
