"""Conversion by cohort: of those who entered in a month, how many got there within so many months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import pandas as pd

from kpi_core.dashboards.view import View

MOST_MONTHS = 12
"""Cohorts and months of age shown at most."""


@dataclass(frozen=True)
class CohortCell:
    """Share of a cohort that got there within this many months."""

    share: float
    reached: int
    complete: bool
    """False while the month of age is not over for all of the cohort: the share can still grow."""


@dataclass(frozen=True)
class Cohort:
    """Those who entered in one month."""

    month: date
    size: int
    cells: tuple[CohortCell | None, ...]
    """By months of age, 0 first; `None` for ages not reached yet."""


@dataclass(frozen=True)
class CohortGrid:
    """Cohorts, oldest first, with what complete ones of each age reached on average."""

    base: str
    step: str
    cohorts: tuple[Cohort, ...]
    typical: tuple[float | None, ...]
    """Share over all cohorts complete at that age; `None` where there is none."""


def cohort_steps(view: View) -> tuple[tuple[str, str], ...]:
    """Pairs of base and step a grid can be made of, the furthest step first."""
    frame = view.cohorts
    if frame is None or frame.empty:
        return ()
    order = [step.id for step in view.framework.funnel_plan.steps]
    pairs = {(str(b), str(s)) for b, s in frame[["base", "step"]].drop_duplicates().to_numpy()}
    known = [pair for pair in pairs if pair[0] != pair[1]]
    rank = {step: at for at, step in enumerate(order)}
    return tuple(
        sorted(known, key=lambda pair: (-rank.get(pair[1], -1), rank.get(pair[0], 99), pair))
    )


def cohort_grid(view: View, base: str, step: str) -> CohortGrid | None:
    """The grid of one pair up to the day the figures reach to; `None` when nothing entered."""
    frame = _filtered(view, base)
    if frame.empty:
        return None
    sizes = frame[frame["step"] == base].groupby("month")["n"].sum().sort_index()
    got_there = frame[frame["step"] == step].groupby(["month", "lag"])["n"].sum()
    reached = cast(Mapping[tuple[pd.Timestamp, int], int], got_there.to_dict())
    shown = sizes.tail(MOST_MONTHS)
    first = shown.index.min()
    ages = min(MOST_MONTHS, _months(first.date(), view.as_of)) + 1
    rows = tuple(
        Cohort(month.date(), int(size), _cells(month, int(size), reached, ages, view.as_of))
        for month, size in zip(shown.index, shown, strict=True)
    )
    return CohortGrid(base, step, rows, _typical(rows, ages))


def _filtered(view: View, base: str) -> pd.DataFrame:
    frame = view.cohorts
    if frame is None:
        return pd.DataFrame(columns=["month", "step", "lag", "n"])
    chosen = (frame["base"] == base) & (frame["month"] <= pd.Timestamp(view.as_of))
    if view.filters.channel is not None:
        chosen &= frame["channel"] == view.filters.channel
    if view.filters.segment is not None:
        chosen &= frame["segment"] == view.filters.segment
    return frame[chosen]


def _months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _cells(
    month: pd.Timestamp,
    size: int,
    reached: Mapping[tuple[pd.Timestamp, int], int],
    ages: int,
    as_of: date,
) -> tuple[CohortCell | None, ...]:
    age_now = _months(month.date(), as_of)
    cells: list[CohortCell | None] = []
    total = 0
    for age in range(ages):
        total += reached.get((month, age), 0)
        if age > age_now or not size:
            cells.append(None)
            continue
        cells.append(CohortCell(total / size, total, complete=age < age_now))
    return tuple(cells)


def _typical(rows: tuple[Cohort, ...], ages: int) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for age in range(ages):
        done = [(row.size, cell) for row in rows if (cell := row.cells[age]) and cell.complete]
        size = sum(count for count, _cell in done)
        found.append(sum(cell.reached for _count, cell in done) / size if size else None)
    return tuple(found)
