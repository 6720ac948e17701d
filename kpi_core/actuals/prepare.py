"""Files and their mappings -> canonical tables, with a report that accounts for every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.canonical import (
    FACTS,
    LEADS,
    OPPORTUNITIES,
    TOUCHES,
    Canonical,
    conform,
)
from kpi_core.actuals.funnel_steps import AT, Steps, funnel_steps
from kpi_core.actuals.prepare_check import check_mapping
from kpi_core.actuals.prepare_join import join, put_together, without_repeats
from kpi_core.actuals.prepare_leads import read_leads
from kpi_core.actuals.prepare_opportunities import read_opportunities, read_touches
from kpi_core.actuals.prepare_reasons import SAME_FILE
from kpi_core.actuals.prepare_source import Source
from kpi_core.actuals.prepare_values import last_days, read_values, values_together
from kpi_core.actuals.report import ImportReport, build_report
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.framework import MeasurementFramework

Part = tuple[Source, pa.Table]


@dataclass(frozen=True)
class Prepared:
    """What the files say, and what became of their rows."""

    canonical: Canonical
    report: ImportReport


def prepare(
    tables: Sequence[tuple[TableRead, ImportMapping]],
    framework: MeasurementFramework,
    catalog: Catalog,
    today: date,
) -> Prepared:
    """Read several files as their mappings say and join deals to leads. Never raises for what files hold.

    `today` is the day of the import: later dates are impossible. Every row is either used or set
    aside with a reason, also when a mapping lacks what it needs.
    """
    sources = _sources(tables, today)
    for source in sources:
        found = check_mapping(source.mapping, [source.table], framework, catalog)
        source.ledger.findings.extend(found)
    steps = funnel_steps(framework, catalog)
    currency = framework.company.currency
    leads = [(s, read_leads(s, steps, currency)) for s in _of(sources, Shape.LEADS)]
    deals = [(s, read_opportunities(s, steps, currency)) for s in _of(sources, Shape.OPPORTUNITIES)]
    touches = [(s, read_touches(s)) for s in _of(sources, Shape.TOUCHES)]
    shapes = (Shape.VALUES_LONG, Shape.VALUES_WIDE)
    values = [(s, read_values(s, framework, catalog)) for s in _of(sources, *shapes)]
    lead_table, deal_table = _joined(leads, deals, steps)
    canonical = Canonical(
        leads=_conformed(lead_table, LEADS),
        opportunities=_conformed(deal_table, OPPORTUNITIES),
        touches=_conformed(put_together(touches) if touches else None, TOUCHES),
        values=_conformed(values_together(values) if values else None, FACTS),
    )
    days = _days(canonical, today)
    return Prepared(canonical, build_report([source.ledger for source in sources], days))


def _sources(tables: Sequence[tuple[TableRead, ImportMapping]], today: date) -> list[Source]:
    """The files; the same content given twice is set aside the second time."""
    sources: list[Source] = []
    for table, mapping in tables:
        number = sum(other.table.name == table.name for other in sources)
        source = Source(table, mapping, today, number)
        if any(other.table.cells.equals(table.cells) for other in sources if other.size):
            source.ledger.set_aside(np.ones(source.size, bool), SAME_FILE)
        sources.append(source)
    return sources


def _of(sources: Sequence[Source], *shapes: Shape) -> list[Source]:
    return [source for source in sources if source.mapping.shape in shapes]


def _joined(
    leads: Sequence[Part], deals: Sequence[Part], steps: Steps
) -> tuple[pa.Table | None, pa.Table | None]:
    lead_table = without_repeats(leads, put_together(leads), "entered") if leads else None
    deal_table = without_repeats(deals, put_together(deals), "created") if deals else None
    if lead_table is not None and deal_table is not None:
        row_is = leads[0][0].mapping.row_is
        deal_table, lead_table = join(deals, deal_table, lead_table, steps, row_is)
    if lead_table is not None:
        found = {n.removeprefix(AT) for n in lead_table.column_names if n.startswith(AT)}
        order = [f"{AT}{step}" for step in steps.ordered(found)]
        lead_table = lead_table.select([*LEADS.names, *order])
    return lead_table, deal_table


def _conformed(table: pa.Table | None, schema: pa.Schema) -> pa.Table | None:
    return None if table is None else conform(table, schema)


def _days(canonical: Canonical, today: date) -> tuple[date | None, date | None]:
    """First and last day of the data, none after `today`."""
    found: list[date] = []
    for table in (canonical.leads, canonical.opportunities, canonical.touches):
        if table is None:
            continue
        for column in table.columns:
            if pa.types.is_timestamp(column.type) and column.null_count < len(column):
                ends = pc.min_max(column).as_py()
                found += [ends["min"].date(), ends["max"].date()]
    if canonical.values is not None and canonical.values.num_rows:
        found += last_days(canonical.values)
    return (min(found), min(max(found), today)) if found else (None, None)
