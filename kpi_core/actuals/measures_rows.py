"""The rows of one import inside an embedded DuckDB: leads, deals and touches, ready to be grouped.

Everything is an Ibis expression over plain tables, so the same definitions can run in a warehouse.
Imports Ibis and DuckDB (a third of a second): only code that aggregates imports this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from kpi_core.actuals.canonical import (
    AT,
    LEADS,
    OPPORTUNITIES,
    TOUCHES,
    Canonical,
    conform,
)

MEMORY = "1GB"
MOST_THREADS = 4
CONTENT_DAYS = 90
"""A content touch counts for pipeline created up to so many days later (the catalog's definition)."""

SOURCED_BY_CHANNEL = {
    "seo": "marketing",
    "paid": "marketing",
    "email": "marketing",
    "events": "marketing",
    "social": "marketing",
    "content": "marketing",
    "referral": "marketing",
    "outbound": "sales",
}
"""Who sourced a row that does not say it itself, by its channel.

Partners bring their own leads, direct and unknown say nothing, and a channel that is not in the
catalog could be anybody's: such rows count in neither.
"""

Table = Any
"""An Ibis table expression; Ibis carries no types of its own."""


@dataclass(frozen=True)
class Rows:
    """The import's tables, `None` where it has none of that kind, and what they can tell.

    `deals`: one row per opportunity or, without an opportunities table, per lead that became one or
    was won. `pairs`: deals with each touch of them or their lead.
    """

    leads: Table | None
    deals: Table | None
    pairs: Table | None
    of_leads: bool
    """True when the deals were read from the leads table."""


@contextmanager
def embedded() -> Iterator[Any]:
    """An Ibis connection to a database in memory: no files, no network, no extensions."""
    connection = ibis.duckdb.connect(
        ":memory:",
        threads=min(MOST_THREADS, os.cpu_count() or 1),
        memory_limit=MEMORY,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    for setting in (
        "temp_directory = ''",
        "preserve_insertion_order = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.con.execute(f"SET {setting}")
    try:
        yield connection
    finally:
        connection.disconnect()


def register(connection: Any, name: str, table: pa.Table) -> Table:
    """The Arrow table as an expression, its schema told rather than asked for.

    Ibis 12 and DuckDB 2.0: `create_table` of rows in memory fails, and asking for the schema of a
    registered table uses a deprecated call.
    """
    connection.con.register(name, table)
    return ibis.table(ibis.Schema.from_pyarrow(table.schema), name=name)


def keep(connection: Any, name: str, expression: Table) -> Table:
    """The expression computed once, for use in several others."""
    return register(connection, name, fetch(connection, expression))


def fetch(connection: Any, expression: Table) -> pa.Table:
    """The rows of an expression.

    Its SQL is kept: it depends on the tables' columns alone, and writing it takes ten times as long as
    running it on a sample company.
    """
    found = connection.con.sql(_sql(expression.op())).to_arrow_table()
    return found.cast(expression.schema().to_pyarrow())


@lru_cache(maxsize=512)
def _sql(operation: Any) -> str:
    return str(ibis.to_sql(operation.to_expr(), dialect="duckdb"))


def read_rows(connection: Any, canonical: Canonical, wins: Sequence[str]) -> Rows:
    """The import's tables with who sourced them and what touched them.

    `wins` are the funnel steps that mean a won deal, the framework's own first.
    """
    leads = None
    if canonical.leads is not None:
        leads = _sourced(register(connection, "leads", conform(canonical.leads, LEADS)))
    of_leads = canonical.opportunities is None
    if canonical.opportunities is not None:
        table = numbered(conform(canonical.opportunities, OPPORTUNITIES))
        deals = _of_opportunities(register(connection, "opportunities", table))
    else:
        deals = _of_leads(leads, wins) if leads is not None else None
    if deals is None:
        return Rows(leads, None, None, of_leads)
    deals = keep(connection, "deals_read", _sourced(deals))
    if canonical.touches is None:
        return Rows(leads, keep(connection, "deals", _untouched(deals)), None, of_leads)
    touches = register(connection, "touches", numbered(conform(canonical.touches, TOUCHES)))
    pairs = keep(connection, "pairs", _pairs(connection, deals, touches))
    return Rows(leads, keep(connection, "deals", _touched(deals, pairs)), pairs, of_leads)


def win_columns(leads: Table, wins: Sequence[str]) -> list[str]:
    """Columns of the leads table that date a win, the framework's own step first."""
    return [f"{AT}{step}" for step in wins if f"{AT}{step}" in leads.columns]


def numbered(table: pa.Table) -> pa.Table:
    """The table with a column `row` that tells its rows apart and keeps their order."""
    return table.append_column("row", pa.array(np.arange(table.num_rows)))


def until(moment: Any) -> Any:
    """The last moment that is not after it: a date without a time means the whole day."""
    whole_day = moment + ibis.interval(days=1) - ibis.interval(microseconds=1)
    return ibis.ifelse(moment == moment.truncate("D"), whole_day, moment)


def _sourced(rows: Table) -> Table:
    by_channel = rows.channel.cases(*SOURCED_BY_CHANNEL.items(), else_="")
    said = rows.sourced_by.isin(["marketing", "sales"])
    source = ibis.ifelse(said, rows.sourced_by, by_channel)
    return rows.mutate(by_marketing=source == "marketing", by_sales=source == "sales")


def _of_opportunities(rows: Table) -> Table:
    won, lost = rows.outcome == "won", rows.outcome == "lost"
    return rows.select(
        "row",
        "key",
        "lead_key",
        "created",
        "amount",
        "channel",
        "segment",
        "sourced_by",
        is_won=won,
        is_lost=lost,
        closed=ibis.ifelse(won | lost, rows.closed, ibis.null("timestamp")),
    )


def _of_leads(leads: Table, wins: Sequence[str]) -> Table | None:
    """Leads that became an opportunity or were won; losses before that are not lost opportunities."""
    won = [leads[name] for name in win_columns(leads, wins)]
    opened = f"{AT}opportunities"
    if not won and opened not in leads.columns:
        return None
    never = ibis.null("timestamp")
    created = leads[opened] if opened in leads.columns else never
    rows = leads.mutate(won_at=ibis.coalesce(*won) if won else never, created=created)
    rows = rows.filter(rows.won_at.notnull() | rows.created.notnull())
    is_won = rows.won_at.notnull()
    return rows.select(
        "key",
        "created",
        "amount",
        "channel",
        "segment",
        "sourced_by",
        row=ibis.row_number(),
        lead_key=ibis.null("string"),
        is_won=is_won,
        is_lost=~is_won & rows.lost.notnull(),
        closed=ibis.coalesce(rows.won_at, rows.lost),
    )


def _pairs(connection: Any, deals: Table, touches: Table) -> Table:
    """Each deal with each touch of it. A key that could be a lead's or a deal's is read as what most are."""
    of_deal = deals.select("row", known_as="key")
    of_lead = deals.filter(deals.lead_key.notnull()).select("row", known_as="lead_key")
    matches = []
    for of in (of_deal, of_lead):
        matched = touches.semi_join(of, touches.key == of.known_as)
        counted = matched.aggregate(n=matched.count())
        matches.append(fetch(connection, counted).to_pylist()[0]["n"])
    first, second = (of_deal, of_lead) if matches[0] >= matches[1] else (of_lead, of_deal)
    rest = touches.anti_join(first, touches.key == first.known_as)
    told = touches.select("key", "at", "channel", "campaign", touch="row")
    rest = rest.select("key", "at", "channel", "campaign", touch="row")
    joined = [told.join(first, told.key == first.known_as),
              rest.join(second, rest.key == second.known_as)]  # fmt: skip
    names = ("row", "touch", "at", "channel", "campaign")
    return ibis.union(*(part.select(*names) for part in joined))


def _touched(deals: Table, pairs: Table) -> Table:
    """Deals with whether marketing touched them before the win, and content before they were created."""
    moments = deals.select(deal="row", created="created", closed="closed")
    both = pairs.join(moments, pairs.row == moments.deal)
    marketing = [channel for channel, by in SOURCED_BY_CHANNEL.items() if by == "marketing"]
    early = both.at >= both.created - ibis.interval(days=CONTENT_DAYS)
    flags = both.group_by(deal="deal").agg(
        after_marketing=(both.channel.isin(marketing) & (both.at <= until(both.closed))).any(),
        after_content=(
            (both.channel == "content") & early & (both.at <= until(both.created))
        ).any(),
    )
    joined = deals.left_join(flags, deals.row == flags.deal)
    return joined.select(
        deals,
        after_marketing=joined.after_marketing.fill_null(False),
        after_content=joined.after_content.fill_null(False),
    )


def _untouched(deals: Table) -> Table:
    return deals.mutate(after_marketing=ibis.literal(False), after_content=ibis.literal(False))
