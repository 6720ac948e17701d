"""Cohorts: of those that entered in a month, how many reached each step how many months later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from kpi_core.actuals.canonical import AT, COHORTS, to_frame
from kpi_core.actuals.measures_facts import dated
from kpi_core.actuals.measures_rows import Rows, Table, fetch, win_columns

OPPORTUNITIES = "opportunities"


def cohorts(
    connection: Any, rows: Rows, order: Sequence[str], wins: Sequence[str], openings: bool
) -> pd.DataFrame:
    """Entries and what became of them, by calendar month of entry, step, lag, channel and segment.

    The lag counts calendar months: entered on 31 January, won on 1 February is lag 1; a step dated
    before entry has lag 0. `order` is the funnel's order of steps. `openings` tells that the
    opportunities given are all opportunities, not only those won.
    """
    parts = []
    if rows.leads is not None:
        parts += _of_leads(connection, rows.leads, order, wins)
    if rows.deals is not None and not rows.of_leads and openings:
        deals = dated(rows.deals)
        parts += [
            _counted(connection, deals, OPPORTUNITIES, "created", OPPORTUNITIES, "created", None),
            _counted(connection, deals, OPPORTUNITIES, "created", wins[0], "won", deals.amount),
        ]
    whole = pa.concat_tables([COHORTS.empty_table(), *parts])
    keys = ("base", "month", "step", "lag", "channel", "segment")
    return to_frame(whole.sort_by([(name, "ascending") for name in keys]), COHORTS)


def entry_step(connection: Any, leads: Table, order: Sequence[str]) -> str | None:
    """The step all leads have reached, the earliest in the funnel; `None` when no column dates it."""
    steps = [step for step in order if f"{AT}{step}" in leads.columns]
    if not steps:
        return None
    blanks = leads.aggregate(**{step: leads[f"{AT}{step}"].isnull().any() for step in steps})
    told = fetch(connection, blanks).to_pylist()[0]
    return next((step for step in steps if told[step] is False), None)


def _of_leads(
    connection: Any, leads: Table, order: Sequence[str], wins: Sequence[str]
) -> list[pa.Table]:
    base = entry_step(connection, leads, order)
    entered = f"{AT}{base}" if base else "entered"
    later = order[order.index(base) + 1 :] if base else order
    parts = [_counted(connection, leads, base or "leads", entered, base or "leads", entered, None)]
    won: list[str] = []
    for step in later:
        column = f"{AT}{step}"
        if column not in leads.columns:
            continue
        money = None
        if column in (columns := win_columns(leads, wins)):
            money = _first_win(leads, columns[: columns.index(column)])
        parts.append(_counted(connection, leads, base or "leads", entered, step, column, money))
        won.append(column)
    return parts


def _first_win(leads: Table, earlier: Sequence[str]) -> Any:
    """The amount of leads whose win is dated by no earlier win column, so that it is counted once."""
    amount = leads.amount
    for column in earlier:
        amount = ibis.ifelse(leads[column].isnull(), amount, 0.0)
    return amount


def _counted(
    connection: Any, rows: Table, base: str, entered: str, step: str, reached: str, money: Any
) -> pa.Table:
    rows = rows.mutate(money=ibis.literal(0.0) if money is None else money)
    rows = rows.filter(rows[entered].notnull() & rows[reached].notnull())
    # Months first, lags of the few sums afterwards: parts of dates are slow on a million rows.
    months = rows.group_by(
        "channel", "segment", month=rows[entered].truncate("M"), then=rows[reached].truncate("M")
    ).agg(n=rows.count(), value=rows.money.sum())
    lag = _month(months.then) - _month(months.month)
    months = months.mutate(lag=ibis.greatest(lag, 0))
    grouped = months.group_by("month", "lag", "channel", "segment").agg(
        n=months.n.sum(), value=months.value.sum().fill_null(0.0)
    )
    named = grouped.mutate(base=ibis.literal(base), step=ibis.literal(step))
    return fetch(connection, named.select(*COHORTS.names)).cast(COHORTS)


def _month(moment: Any) -> Any:
    return moment.year() * 12 + moment.month()
