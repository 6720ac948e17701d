"""Totals to check an import by, which KPIs it measures, the preview, and what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from kpi_core.actuals.accept import import_record
from kpi_core.actuals.canonical import COHORTS, CREDITS, FACTS, Aggregated, empty
from kpi_core.actuals.figures import Figures
from kpi_core.actuals.keep import add
from kpi_core.actuals.measures import aggregate
from kpi_core.actuals.overview import Overview, coverage, overview
from kpi_core.actuals.prepare import prepare
from kpi_core.actuals.preview import preview
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import TableRead, read_table
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

TODAY = date(2026, 4, 1)
LEADS = """Lead ID,Created Date,Lead Source,MQL Date
L1,2024-01-05,Organic Search,2024-01-10
L2,2024-01-20,Organic Search,
L3,2024-02-02,Email,2024-02-10
L4,2024-02-11,Email,2024-02-20
L5,2024-02-12,,
"""
DEALS = """Deal ID,Lead ID,Created,Stage,Close Date,Amount
D1,L1,2024-01-15,Closed Won,2024-03-01,"5,000,000"
D2,L3,2024-02-15,Closed Lost,2024-03-05,"4,000,000"
D3,L4,2024-02-25,Proposal,,"6,000,000"
"""
Read = Callable[..., Any]


def file(text: str, name: str = "leads.csv") -> TableRead:
    return read_table(text.encode(), name)


@pytest.fixture
def found(worked_example: MeasurementFramework, catalog: Catalog) -> Callable[..., Aggregated]:
    """Files with proposed mappings -> sums."""

    def read(*tables: TableRead) -> Aggregated:
        pairs = [(table, propose(table, worked_example, catalog)) for table in tables]
        return aggregate(prepare(pairs, worked_example, catalog, TODAY).canonical, worked_example)

    return read


@pytest.fixture
def glance(
    found: Callable[..., Aggregated], worked_example: MeasurementFramework, catalog: Catalog
) -> Callable[..., Overview]:
    def read(*tables: TableRead) -> Overview:
        return overview(found(*tables), worked_example, catalog)

    return read


def test_steps_and_channels_add_up(glance: Callable[..., Overview]) -> None:
    seen = glance(file(LEADS), file(DEALS, "deals.csv"))
    # five leads; MQLs L1, L3, L4; opportunities of the same three; L1 won
    assert [(step.step, step.reached, step.rate) for step in seen.steps] == [
        ("leads", 5, None),
        ("mqls", 3, 0.6),
        ("opportunities", 3, 0.6),
        ("deals", 1, 0.2),
    ]
    by_channel = {row.channel: (row.reached, row.rate) for row in seen.channels}
    assert by_channel == {
        "seo": ((2, 1, 1, 1), 0.5),
        "email": ((2, 2, 2, 0), 0.0),
        "unknown": ((1, 0, 0, 0), 0.0),
    }
    assert seen.channels[-1].channel == "unknown", "what is not known comes last"
    for place, step in enumerate(seen.steps):
        assert sum(row.reached[place] for row in seen.channels) == step.reached


def test_totals_of_money_and_counts(glance: Callable[..., Overview]) -> None:
    totals = {t.id: t for t in glance(file(LEADS), file(DEALS, "deals.csv")).totals}
    assert (totals["won_revenue"].value, totals["won_revenue"].unit) == (5_000_000, "money")
    assert totals["won_revenue"].how == "total"
    assert totals["won_deals"].value == 1
    # the one open opportunity is what is left of three
    assert totals["open_opportunities"].value == 1
    assert totals["open_opportunities"].how == "level at the end"


def test_values_have_a_total_or_the_latest(glance: Callable[..., Overview]) -> None:
    text = "Period,Website sessions,Win rate\n2024-01,1000,20%\n2024-02,1500,25%\n"
    seen = glance(file(text, "values.csv"))
    assert (seen.steps, seen.channels) == ((), ())
    totals = {total.id: (total.value, total.how) for total in seen.totals}
    assert totals["sessions_from_all_sources"] == (2_500, "total")
    assert totals["win_rate"] == (0.25, "latest, 1 Feb 2024")


def test_nothing_gives_nothing(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    none = Aggregated(empty(FACTS), empty(COHORTS), empty(CREDITS))
    assert overview(none, worked_example, catalog) == Overview((), (), ())


def test_coverage_names_what_is_missing(
    found: Callable[..., Aggregated], worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    facts = found(file(LEADS)).facts
    rows = coverage(Figures(facts, worked_example), worked_example, catalog)
    assert [row.metric_id for row in rows] == [kpi.metric_id for kpi in worked_example.kpis]
    by_id = {row.metric_id: row for row in rows}
    mqls = by_id["mql_count"]
    assert mqls.measured
    assert mqls.period is not None
    assert mqls.reading is not None
    assert (mqls.period.label, mqls.reading.value, mqls.needs) == ("Feb 2024", 2, ())
    for row in rows:
        assert row.measured == (not row.needs), row.metric_id
        assert row.measured == (row.reading is not None)
    win_rate = by_id["win_rate"]
    assert set(win_rate.needs) == {"Won deals", "Closed opportunities"}


# ---- preview ----


def test_preview_shows_rows_as_read(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    table = file(LEADS)
    seen = preview(table, propose(table, worked_example, catalog), worked_example, catalog, TODAY)
    assert seen.rows.iloc[0].to_dict() == {
        "Lead id": "L1",
        "Created": "2024-01-05",
        "Channel": "Organic search",
        "Date: MQLs": "2024-01-10",
    }
    assert len(seen.rows) == 5
    assert not seen.order_matters


def test_preview_takes_the_order_from_the_last_row(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    rows = "".join(f"L{n},03/04/2024\n" for n in range(200))
    table = file(f"Lead ID,Created\n{rows}L999,13/04/2024\n")
    mapping = propose(table, worked_example, catalog)
    seen = preview(table, mapping, worked_example, catalog, TODAY)
    assert seen.order_matters
    assert seen.rows["Created"][0] == "2024-04-03"
    assert any("day first" in sentence for sentence in seen.understood)
    other = ImportMapping.model_validate({**dict(mapping), "day_first": False})
    turned = preview(table, other, worked_example, catalog, TODAY)
    assert turned.rows["Created"][0] == "2024-03-04"


def test_preview_without_what_it_needs_is_empty(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    mapping = ImportMapping(id="m", name="M", shape=Shape.LEADS)
    seen = preview(file(LEADS), mapping, worked_example, catalog, TODAY)
    assert seen.rows.empty
    assert seen.understood == ()


# ---- what is written down ----


def test_the_record_is_named_after_what_tells_most(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    tables = [file(DEALS, "deals.csv"), file(LEADS)]
    pairs = [(table, propose(table, worked_example, catalog)) for table in tables]
    prepared = prepare(pairs, worked_example, catalog, TODAY)
    sums = aggregate(prepared.canonical, worked_example)
    named = [(table.name, mapping) for table, mapping in pairs]
    first = import_record(prepared.report, sums, named, None, TODAY)
    assert (first.id, first.shape, first.files) == (
        "import_1",
        Shape.LEADS,
        ("deals.csv", "leads.csv"),
    )
    assert (first.rows_read, first.rows_used, first.rows_set_aside) == (8, 8, 0)
    assert first.notes[0] == "Read as opportunities and leads."
    kept = add(None, sums, first)
    second = import_record(prepared.report, sums, named, kept, TODAY)
    assert second.id == "import_2"
    assert len(add(kept, sums, second).imports) == 2


def test_long_notes_are_cut(worked_example: MeasurementFramework, catalog: Catalog) -> None:
    table = file(LEADS)
    mapping = propose(table, worked_example, catalog)
    prepared = prepare([(table, mapping)], worked_example, catalog, TODAY)
    notes = tuple("x" * 900 for _ in range(50))
    sums = Aggregated(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), notes)
    record = import_record(prepared.report, sums, [("a.csv", mapping)], None, TODAY)
    assert len(record.notes) == 20
    assert max(map(len, record.notes)) == 500
