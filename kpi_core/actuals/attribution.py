"""Attribution: each conversion's credit, shared among the touches before it by five models."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa

from kpi_core.actuals.canonical import CREDITS, INFLUENCED, NOT_SPLIT, UNATTRIBUTED, to_frame
from kpi_core.actuals.measures_facts import dated
from kpi_core.actuals.measures_rows import Rows, Table, fetch, keep, until
from kpi_core.actuals.measures_table import Need
from kpi_core.models.actuals import AttributionModel

ENDS = 0.4
"""Share of the first and of the last touch in the position-based model."""
CONVERSIONS: tuple[tuple[str, str, str, frozenset[Need], frozenset[Need]], ...] = (
    (
        "created",
        "opportunities",
        "pipeline",
        frozenset({"openings"}),
        frozenset({"openings", "pipeline"}),
    ),
    ("won", "deals", "revenue", frozenset({"wins"}), frozenset({"wins", "amounts"})),
)
"""Date of the conversion, what is counted, what is summed, and what each of the two needs."""

_PLACE = ["day", "channel", "campaign", "segment"]
_DAY_SECONDS = 86_400.0


def credit(
    connection: Any, rows: Rows, met: frozenset[Need], half_life_days: float
) -> pd.DataFrame:
    """Credits of all models. For each model and day they add up to the whole.

    A conversion without a touch at or before it goes to channel `unattributed`. A conversion dated
    without a time counts touches of the whole day. Touches at the same moment keep the order of the
    file. Raises `ValueError` unless the half-life is a positive number of days.
    """
    if not (math.isfinite(half_life_days) and half_life_days > 0):
        raise ValueError(f"half_life_days must be above 0, got {half_life_days}")
    frames = []
    if rows.pairs is not None and rows.deals is not None:
        deals = dated(rows.deals)
        for moment, count, money, needs, money_needs in CONVERSIONS:
            whats = {count: "n", money: "amount"} if money_needs <= met else {count: "n"}
            if needs <= met:
                frames += list(
                    _credits(connection, deals, rows.pairs, moment, whats, half_life_days)
                )
    tables = [pa.Table.from_pandas(frame[CREDITS.names], preserve_index=False) for frame in frames]
    whole = pa.concat_tables([CREDITS.empty_table(), *(table.cast(CREDITS) for table in tables)])
    return to_frame(whole.sort_by([(name, "ascending") for name in CREDITS.names]), CREDITS)


def _credits(
    connection: Any,
    deals: Table,
    pairs: Table,
    moment: str,
    whats: dict[str, str],
    half_life: float,
) -> Iterator[pd.DataFrame]:
    """Credits of one kind of conversion: shared by each model, unattributed, influenced."""
    happened = deals.filter(deals[moment].notnull()).select(
        conversion="row",
        moment=moment,
        day=deals[moment].truncate("D"),
        segment="segment",
        amount=deals.amount.fill_null(0.0),
        n=ibis.literal(1.0),
    )
    touched = happened.join(pairs, happened.conversion == pairs.row)
    touched = touched.filter(touched.at <= until(touched.moment)).drop("row")
    touched = keep(connection, f"touched_before_{moment}", touched)
    shared = _shared(touched, half_life)
    untouched = happened.anti_join(touched, "conversion").mutate(
        channel=ibis.literal(UNATTRIBUTED), campaign=ibis.literal("")
    )
    models = [model.value for model in AttributionModel]
    yield from _summed(connection, shared, {model: model for model in models}, whats)
    yield from _summed(connection, untouched, dict.fromkeys(models, "n"), whats)
    names = ("conversion", "day", "segment", "amount", "n")
    each = touched.select(*names, "channel").distinct()
    whole = touched.select(*names).distinct().mutate(channel=ibis.literal(NOT_SPLIT))
    for rows in (each, whole):
        rows = rows.mutate(campaign=ibis.literal(""))
        yield from _summed(connection, rows, {INFLUENCED: "n"}, whats)


def _shared(touched: Table, half_life: float) -> Table:
    """Each touch with its share of the conversion under every model; shares add up to 1."""
    mine = ibis.window(group_by=touched.conversion)
    ordered = ibis.window(group_by=touched.conversion, order_by=[touched.at, touched.touch])
    seconds = touched.at.max().over(mine).epoch_seconds() - touched.at.epoch_seconds()
    halvings = seconds.cast("float64") / (_DAY_SECONDS * half_life)
    placed = touched.mutate(
        place=ibis.row_number().over(ordered),
        touches=touched.count().over(mine),
        decayed=(halvings * -math.log(2)).exp(),
    )
    first, last = placed.place == 0, placed.place == placed.touches - 1
    middle = (1 - 2 * ENDS) / (placed.touches - 2).nullif(0)
    position = ibis.cases(
        (placed.touches == 1, 1.0),
        (placed.touches == 2, 0.5),
        (first | last, ENDS),
        else_=middle,
    )
    return placed.mutate(
        first_touch=first.cast("float64"),
        last_touch=last.cast("float64"),
        linear=1.0 / placed.touches,
        position_based=position,
        time_decay=placed.decayed / placed.decayed.sum().over(group_by=placed.conversion),
    )


def _summed(
    connection: Any, rows: Table, shares: dict[str, str], whats: dict[str, str]
) -> Iterator[pd.DataFrame]:
    """Sums by day, channel, campaign and segment: for each model its share column times each value."""
    sums = {
        f"{model}/{what}": (rows[share] * (1.0 if value == "n" else rows[value])).sum()
        for model, share in shares.items()
        for what, value in whats.items()
    }
    wide = fetch(connection, rows.group_by(*_PLACE).agg(**sums)).to_pandas()
    for name in sums:
        model, what = name.split("/")
        part = wide.loc[wide[name] != 0, [*_PLACE, name]].rename(columns={name: "value"})
        yield part.assign(model=model, what=what)
