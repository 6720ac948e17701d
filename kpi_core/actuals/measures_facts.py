"""Facts: every measure the rows allow, by day, channel and segment, each date column in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals.canonical import AT, FACTS, to_frame
from kpi_core.actuals.measures_rows import Rows, Table, fetch, win_columns
from kpi_core.actuals.measures_table import COUNTED_ON, FLOWS, SPANS, Flow, Need, Span
from kpi_core.models.actuals import Grain

_CELL = ["day", "channel", "segment"]
_SECONDS = {"day_parts": 86_400.0, "hours": 3_600.0}
_DIGITS = {"day_parts": 2, "hours": 1}


def met_needs(connection: Any, rows: Rows, wins: Sequence[str]) -> frozenset[Need]:
    """What the deals can tell; a measure is computed only when all it needs is among it."""
    deals = rows.deals
    if deals is None:
        return frozenset()
    has = deals.amount.notnull()
    asked = deals.aggregate(
        not_won=(~deals.is_won).any(),
        created=deals.created.notnull().any(),
        pipeline=(has & ~deals.is_won).any(),
        losses=(deals.is_lost & deals.closed.notnull()).any(),
        ended=(deals.is_won | deals.is_lost).any(),
        amounts=has.any(),
        source=(deals.by_marketing | deals.by_sales).any(),
    )
    told = fetch(connection, asked).to_pylist()[0]
    openings = bool(told["not_won"] and told["created"])
    dated_wins = rows.of_leads and bool(win_columns(rows.leads, wins))
    met: dict[Need, object] = {
        "openings": openings,
        "pipeline": told["pipeline"],
        "open": told["losses"] if rows.of_leads else openings,
        "losses": told["losses"],
        "wins": dated_wins or (not rows.of_leads and told["ended"]),
        "amounts": told["amounts"],
        "source": told["source"],
        "touches": rows.pairs is not None,
    }
    return frozenset(need for need, is_met in met.items() if is_met)


def deal_facts(connection: Any, rows: Rows, met: frozenset[Need]) -> list[pa.Table]:
    """Flows and changes of the deals, one table for each measure and date."""
    if rows.deals is None:
        return []
    deals = dated(rows.deals)
    flows = [flow for flow in FLOWS if set(flow.needs) <= met]
    cells = _cells(connection, rows)
    return [
        table
        for day, group in groupby(sorted(flows, key=lambda flow: flow.day), lambda flow: flow.day)
        for table in _flow_tables(connection, deals, day, list(group), cells)
    ]


def dated(deals: Table) -> Table:
    """Deals with the dates that measures go by; a deal closed on an unknown day is never called open."""
    ended = deals.is_won | deals.is_lost
    never = ibis.null("timestamp")
    known = ~ended | deals.closed.notnull()
    deals = deals.mutate(
        won=ibis.ifelse(deals.is_won, deals.closed, never),
        opened=ibis.ifelse(known, deals.created, never),
    )
    both = deals.opened.notnull() & deals.closed.notnull()
    customer = [deals.won.notnull(), deals.lead_key, deals.lead_key.isnull().ifelse(deals.row, -1)]
    order = ibis.row_number().over(group_by=customer, order_by=[deals.won, deals.row])
    return deals.mutate(
        shut=ibis.ifelse(both, ibis.greatest(deals.opened, deals.closed), never),
        first_win=deals.won.notnull() & (order == 0),
    )


def lead_facts(
    connection: Any, rows: Rows, measures: Mapping[str, str], taken: Iterable[str]
) -> list[pa.Table]:
    """Leads that reached each funnel step, by the day they did; `taken` are counted from deals already."""
    if rows.leads is None:
        return []
    cells = _cells(connection, rows)
    facts: list[pa.Table] = []
    for step, measure in measures.items():
        if measure in taken:
            continue
        reached = rows.leads[f"{AT}{step}"]
        on = COUNTED_ON.get(measure, "")
        day = ibis.coalesce(rows.leads[on], reached) if on in rows.leads.columns else reached
        leads = rows.leads.mutate(reached=ibis.ifelse(reached.notnull(), day, reached))
        facts += _flow_tables(connection, leads, "reached", [Flow(measure, "reached", ())], cells)
    return facts


def span_facts(connection: Any, rows: Rows, met: frozenset[Need]) -> list[pa.Table]:
    """Durations as distributions: how many rows had which value on each day."""
    tables = {
        "leads": None if rows.leads is None else _answered(connection, rows.leads),
        "deals": dated(rows.deals) if rows.deals is not None and "wins" in met else None,
    }
    facts = []
    for span in SPANS:
        table = tables[span.rows]
        if table is not None and {span.start, span.end} <= set(table.columns):
            facts.append(_span_table(connection, table, span))
    return facts


def assemble(tables: Sequence[pa.Table]) -> pd.DataFrame:
    """One frame of facts: by kind and id, then as each table is ordered."""
    some = [table for table in tables if table.num_rows]
    some.sort(key=lambda table: (table["kind"][0].as_py(), table["id"][0].as_py()))
    return to_frame(pa.concat_tables([FACTS.empty_table(), *some]), FACTS)


def _flow_tables(
    connection: Any, rows: Table, day: str, flows: Sequence[Flow], cells: pa.Table
) -> Iterator[pa.Table]:
    """The flows that share a date column, from one grouping."""
    present = rows.filter(rows[day].notnull())
    sums = {}
    for i, flow in enumerate(flows):
        counted = present[flow.where] if flow.where else present[day].notnull()
        if flow.money:
            counted = counted & present.amount.notnull()
            sums[f"v{i}"] = present.amount.sum(where=counted)
        sums[f"n{i}"] = present.count(where=counted)
    grouped = present.group_by(day=present[day].truncate("D"), channel="channel", segment="segment")
    wide = fetch(connection, grouped.agg(**sums).order_by(*_CELL))
    for i, flow in enumerate(flows):
        some = wide.filter(pc.greater(wide[f"n{i}"], 0))
        value = some[f"v{i}" if flow.money else f"n{i}"].cast(pa.float64())
        table = some.select(_CELL).append_column("value", pc.multiply(value, float(flow.sign)))
        table = table.append_column("n", some[f"n{i}"])
        yield _facts(table, flow.kind, flow.measure)
        if flow.kind == "flow":
            quiet = _zero_months(some["day"], wide if wide.num_rows else cells)
            yield _facts(quiet, flow.kind, flow.measure)


def _facts(table: pa.Table, kind: str, measure: str) -> pa.Table:
    named = {"kind": kind, "id": measure, "grain": Grain.DAY.value}
    for name, text in named.items():
        table = table.append_column(name, pa.repeat(text, table.num_rows))
    return table.select(FACTS.names).cast(FACTS)


def _zero_months(days: pa.ChunkedArray, known: pa.Table) -> pa.Table:
    """A zero for each month in which such rows have dates but none counts: that nothing happened is known."""
    quiet: list[Any] = []
    if known.num_rows:
        dates = known["day"].to_numpy()
        first, last = dates.min(), dates.max()
        months = np.arange(first.astype("M8[M]"), last.astype("M8[M]") + 1)
        empty = np.setdiff1d(months, days.to_numpy().astype("M8[M]"))
        quiet = [max(month.astype("M8[us]"), first) for month in empty]
    texts = {name: known[name][:1].to_pylist() * len(quiet) for name in ("channel", "segment")}
    columns = {"day": quiet, **texts, "value": [0.0] * len(quiet), "n": [0] * len(quiet)}
    return pa.table(columns, schema=pa.schema([FACTS.field(name) for name in columns]))


def _cells(connection: Any, rows: Rows) -> pa.Table:
    """First and last day of the rows, with a channel and segment: what a measure without events was zero on."""
    table: Table = rows.leads if rows.of_leads else rows.deals
    moment = table["entered" if rows.of_leads else "created"]
    ends = table.aggregate(
        channel=table.channel.min(),
        segment=table.segment.min(),
        first=moment.min(),
        last=moment.max(),
    )
    told = fetch(connection, ends).to_pylist()[0]
    days = [np.datetime64(told[name], "D") for name in ("first", "last") if told[name]]
    texts = {name: [told[name]] * len(days) for name in ("channel", "segment")}
    columns = {"day": [day.astype("M8[us]") for day in days], **texts}
    return pa.table(columns, schema=pa.schema([FACTS.field(name) for name in columns]))


def _answered(connection: Any, leads: Table) -> Table:
    """Leads with hand-over and first answer. Who still waits has waited until the data's last moment."""
    moments = [name for name, kind in leads.schema().items() if kind.is_timestamp()]
    ends = leads.aggregate(last=ibis.greatest(*(leads[name].max() for name in moments)),
                           answers=leads.responded.count())  # fmt: skip
    told = fetch(connection, ends).to_pylist()[0]
    if not told["answers"]:
        return leads
    handed = leads.at_mqls if "at_mqls" in leads.columns else leads.entered
    answered = ibis.coalesce(leads.responded, ibis.literal(told["last"], "timestamp"))
    return leads.mutate(handed_over=handed, answered=ibis.greatest(handed, answered))


def _span_table(connection: Any, table: Table, span: Span) -> pa.Table:
    start, end = table[span.start], table[span.end]
    if span.unit == "days":
        value = end.delta(start, unit="day").cast("float64")
    else:
        seconds = (end.epoch_seconds() - start.epoch_seconds()).cast("float64")
        value = (seconds / _SECONDS[span.unit]).round(_DIGITS[span.unit]).cast("float64")
    both = table.mutate(value=value).filter(start.notnull() & end.notnull() & (value >= 0))
    day = both[span.day].truncate("D")
    grouped = both.group_by(day=day, channel="channel", segment="segment", value="value")
    counted = grouped.agg(n=both.count()).order_by(*_CELL, "value")
    return _facts(fetch(connection, counted), "observation", span.measure)
