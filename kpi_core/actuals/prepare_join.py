"""Files of one kind put together, repeated rows set aside, and deals joined to their leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kpi_core.actuals import prepare_reasons as why
from kpi_core.actuals.canonical import AT
from kpi_core.actuals.funnel_steps import Steps
from kpi_core.actuals.prepare_source import Source, from_moments, from_numbers, to_moments
from kpi_core.actuals.report import Reason

_INHERITED = ("channel", "segment", "campaign", "sourced_by")
_DAY = "datetime64[D]"


def put_together(parts: Sequence[tuple[Source, pa.Table]]) -> pa.Table:
    """The used rows of several files in one table; `file` is the position in `parts`."""
    kept = []
    for number, (source, table) in enumerate(parts):
        used = table.filter(pa.array(~source.ledger.out))
        kept.append(used.append_column("file", pa.array(np.full(used.num_rows, number))))
    return pa.concat_tables(kept, promote_options="default").combine_chunks()


def without_repeats(
    parts: Sequence[tuple[Source, pa.Table]], table: pa.Table, moment: str
) -> pa.Table:
    """The table with one row for each key: the earliest by `moment`, of those the first in the files."""
    coded = table["key"].combine_chunks().dictionary_encode()
    coded = coded if isinstance(coded, pa.DictionaryArray) else coded.combine_chunks()
    if len(coded.dictionary) == table.num_rows:
        return table
    codes = coded.indices.to_numpy(zero_copy_only=False)
    when = to_moments(table[moment].combine_chunks())
    never_last = np.where(np.isnat(when), np.datetime64("9999-12-31", "us"), when)
    keep = np.bincount(codes)[codes] == 1
    repeated = np.flatnonzero(~keep)
    order = repeated[np.lexsort((repeated, never_last[repeated], codes[repeated]))]
    first = np.append(True, codes[order][1:] != codes[order][:-1])
    keep[order[first]] = True
    set_aside_rows(parts, table, ~keep, lambda source: why.key_repeated(source.column("key")))
    return table.filter(pa.array(keep))


def set_aside_rows(
    parts: Sequence[tuple[Source, pa.Table]],
    table: pa.Table,
    mask: np.ndarray,
    reason: Callable[[Source], Reason],
) -> None:
    """Set rows of a put-together table aside in the ledgers of the files they come from."""
    for source, marked in _by_file(parts, table, mask):
        source.ledger.set_aside(marked, reason(source))


def _by_file(
    parts: Sequence[tuple[Source, pa.Table]], table: pa.Table, mask: np.ndarray
) -> list[tuple[Source, np.ndarray]]:
    files, places = table["file"].to_numpy(), table["place"].to_numpy()
    found = []
    for number, (source, _) in enumerate(parts):
        marked = np.zeros(source.size, bool)
        marked[places[mask & (files == number)]] = True
        found.append((source, marked))
    return found


def join(
    parts: Sequence[tuple[Source, pa.Table]],
    deals: pa.Table,
    leads: pa.Table,
    steps: Steps,
    row_is: str,
) -> tuple[pa.Table, pa.Table]:
    """Deals and leads with what they tell each other.

    A deal takes channel, segment, campaign and source of its lead where it has none itself. The
    lead takes the date of its first deal and of its first win, and the money of its wins.
    """
    found = pc.index_in(deals["lead_key"].combine_chunks(), value_set=leads["key"].combine_chunks())
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    _say_matches(parts, deals, found)
    for name in _INHERITED:
        inherited = leads[name].take(found)
        filled = pc.coalesce(deals[name], inherited)
        deals = deals.set_column(deals.column_names.index(name), name, filled)
    matched = np.asarray(pc.is_valid(found))
    lead = found.fill_null(-1).to_numpy(zero_copy_only=False)[matched]
    told = pd.DataFrame(
        {
            "lead": lead,
            "created": to_moments(deals["created"].combine_chunks())[matched],
            "closed": to_moments(deals["closed"].combine_chunks())[matched],
            "won": pc.equal(deals["outcome"], "won").to_numpy()[matched],
            "amount": np.asarray(deals["amount"].to_numpy(), dtype=float)[matched],
        }
    )
    _list_early_wins(parts, deals, leads, found)
    return deals, _told_by_deals(leads, told, steps.chain(row_is))


def _told_by_deals(leads: pa.Table, told: pd.DataFrame, chain: tuple[str, ...]) -> pa.Table:
    """The leads with their first opportunity, first win and the money of their wins."""
    wins = told[told["won"]].groupby("lead")
    entered = to_moments(leads["entered"].combine_chunks())
    if "opportunities" in chain[:-1] and told["created"].notna().any():
        opened = told.groupby("lead")["created"].min().dropna()
        leads = _filled(leads, f"{AT}opportunities", entered, opened)
    if len(told) and told["won"].any():
        leads = _filled(leads, f"{AT}{chain[-1]}", entered, wins["closed"].min())
        money = wins["amount"].sum(min_count=1)
        own = np.array(leads["amount"].to_numpy(), dtype=float)
        of_deals = np.full(leads.num_rows, np.nan)
        of_deals[money.index] = money.to_numpy()
        amount = from_numbers(np.where(np.isnan(own), of_deals, own))
        leads = leads.set_column(leads.column_names.index("amount"), "amount", amount)
    return leads


def _filled(leads: pa.Table, name: str, entered: np.ndarray, dates: pd.Series) -> pa.Table:
    """The step's dates, those the leads file lacks taken from the deals, none before the lead."""
    found = np.full(leads.num_rows, np.datetime64("NaT"), "datetime64[us]")
    found[dates.index] = dates.to_numpy().astype("datetime64[us]")
    found = np.where(found < entered, entered, found)
    if name not in leads.column_names:
        return leads.append_column(name, from_moments(found))
    own = to_moments(leads[name].combine_chunks())
    both = from_moments(np.where(np.isnat(own), found, own))
    return leads.set_column(leads.column_names.index(name), name, both)


def _say_matches(
    parts: Sequence[tuple[Source, pa.Table]], deals: pa.Table, found: pa.Array
) -> None:
    named = np.asarray(pc.is_valid(deals["lead_key"].combine_chunks()))
    lost = named & np.asarray(pc.is_null(found))
    for (source, marked), (_, of_file) in zip(
        _by_file(parts, deals, lost), _by_file(parts, deals, named), strict=True
    ):
        column, total = source.column("lead_key"), int(of_file.sum())
        if column is None:
            continue
        source.ledger.understood.append(
            f"{column}: {total - int(marked.sum()):,} of {total:,} rows joined to their lead"
        )
        if marked.any():
            source.ledger.warn(
                "lead_not_found",
                column,
                f"{int(marked.sum()):,} of {total:,} rows name a lead that is not among the leads; "
                "they count as deals, but in no cohort.",
                "Upload the leads of the same time, or choose the column that holds the lead's id.",
                error=bool(marked.sum() == total),
            )


def _list_early_wins(
    parts: Sequence[tuple[Source, pa.Table]], deals: pa.Table, leads: pa.Table, found: pa.Array
) -> None:
    """List wins dated before their lead was created; the lead counts them on its created date."""
    entered = to_moments(leads["entered"].combine_chunks().take(found))
    closed = to_moments(deals["closed"].combine_chunks())
    won = pc.equal(deals["outcome"], "won").to_numpy()
    early = won & (closed.astype(_DAY) < entered.astype(_DAY))
    for source, marked in _by_file(parts, deals, early):
        name = next((n for n in ("won", "closed") if source.column(n)), None)
        if name:
            source.correct(name, marked, _before_lead(str(source.column(name))))


def _before_lead(column: str) -> Reason:
    return Reason(
        "won_before_lead",
        f"{column} is before the lead was created; in cohorts it counts on the lead's created date",
        "Correct the date of the deal or of the lead.",
    )
