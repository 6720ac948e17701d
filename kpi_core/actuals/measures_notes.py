"""What the figures of an import leave out or simplify, in sentences for the user."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kpi_core.actuals.canonical import NOT_SPLIT
from kpi_core.actuals.measures_rows import SOURCED_BY_CHANNEL, Rows, fetch
from kpi_core.actuals.measures_table import FLOWS, MISSING, Need
from kpi_core.catalog.loader import Catalog

NAMED = 8
"""Names a note lists at most."""
LONGEST_NAME = 40


def left_out(rows: Rows, met: frozenset[Need], catalog: Catalog) -> Iterator[str]:
    """A sentence for each thing missing from the deals, with the measures it costs."""
    missing: dict[Need, list[str]] = {}
    for flow in FLOWS if rows.deals is not None else ():
        lacking = [need for need in flow.needs if need not in met]
        name = catalog.measures[flow.measure].name
        if lacking and name not in missing.setdefault(lacking[0], []):
            missing[lacking[0]].append(name)
    for need, names in missing.items():
        if names:
            yield f"Not computed: {listed(names)}, because {MISSING[need]}."


def unmeasured(steps: Sequence[str]) -> Iterator[str]:
    """Steps that only the cohorts can show."""
    if steps:
        names = listed([step.replace("_", " ") for step in steps])
        yield f"Cohorts show {names}, but no metric counts that, so there is no volume by period."


def cautions(
    connection: Any, rows: Rows, met: frozenset[Need], measures: set[str]
) -> Iterator[str]:
    """What the deals leave open, and where a figure is simpler than its definition."""
    if "hours_to_first_response" in measures:
        yield (
            "Response times are elapsed hours, not working hours; leads without an answer count "
            "with the hours up to the latest date of the file."
        )
    if rows.deals is None:
        return
    told = _blanks(connection, rows.deals)
    if told["undated"]:
        yield f"Closed deals without a close date, not counted as closed: {told['undated']:,}."
    if "amounts" in met and told["unpriced"]:
        yield f"Won deals without an amount, counted but not in revenue: {told['unpriced']:,}."
    if "source" in met and (names := _neither(connection, rows.deals)):
        yield (
            f"Counted as sourced neither by marketing nor by sales: {listed(names)}. "
            "Map a source column to change that."
        )
    if "wins" in met:
        each = "leads won" if rows.of_leads else "the first deals won of each lead"
        yield f"New customers are counted as {each}: the file does not name companies."


def listed(names: Sequence[str]) -> str:
    """The names in one line, the last ones as a number when there are many."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(name[:LONGEST_NAME] for name in names[:NAMED]) + more


def _blanks(connection: Any, deals: Any) -> dict[str, int]:
    ended = deals.is_won | deals.is_lost
    asked = deals.aggregate(
        undated=(ended & deals.closed.isnull()).sum(),
        unpriced=(deals.is_won & deals.amount.isnull()).sum(),
    )
    told: dict[str, int] = fetch(connection, asked).to_pylist()[0]
    return told


def _neither(connection: Any, deals: Any) -> list[str]:
    """Channels of deals whose source is not known."""
    open_ones = deals.filter(~deals.by_marketing & ~deals.by_sales)
    named = open_ones.filter(~open_ones.channel.isin([NOT_SPLIT, *SOURCED_BY_CHANNEL]))
    found = fetch(connection, named.select("channel").distinct().order_by("channel"))
    return [channel.replace("_", " ") for channel in found["channel"].to_pylist()]
