"""Cohorts by hand: young ones are incomplete, not worse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import pandas as pd
import pytest

from kpi_core.actuals.figures import Filters
from kpi_core.dashboards.cohort_grid import CohortGrid, cohort_grid, cohort_steps
from kpi_core.dashboards.view import View
from kpi_core.models.framework import MeasurementFramework


@dataclass
class _Until:
    as_of: date


def _row(month: str, step: str, lag: int, n: int, channel: str = "seo") -> dict[str, Any]:
    return {
        "month": pd.Timestamp(month),
        "base": "mqls",
        "step": step,
        "lag": lag,
        "channel": channel,
        "segment": "",
        "n": n,
        "value": 0.0,
    }


ROWS = [
    _row("2026-01-01", "mqls", 0, 100),
    _row("2026-01-01", "deals", 0, 2),
    _row("2026-01-01", "deals", 2, 8),
    _row("2026-02-01", "mqls", 0, 40),
    _row("2026-02-01", "mqls", 0, 10, "paid"),
    _row("2026-02-01", "deals", 1, 5, "paid"),
    _row("2026-03-01", "mqls", 0, 50),
    _row("2026-04-01", "mqls", 0, 70),
]


def _view(
    framework: MeasurementFramework, until: date, filters: Filters | None = None, rows: Any = ROWS
) -> View:
    view = View(
        framework,
        cast(Any, _Until(until)),
        cast(Any, None),
        filters or Filters(),
        cohorts=pd.DataFrame(rows, columns=list(ROWS[0])),
    )
    return view


def _grid(view: View) -> CohortGrid:
    found = cohort_grid(view, "mqls", "deals")
    assert found is not None
    return found


def test_shares_add_up_over_the_months_of_age(framework: MeasurementFramework) -> None:
    grid = _grid(_view(framework, date(2026, 3, 20)))
    january, february, march = grid.cohorts
    assert [cell and cell.share for cell in january.cells] == [0.02, 0.02, 0.1]
    assert [cell and cell.share for cell in february.cells] == [0.0, 0.1, None]
    assert (january.size, february.size, march.size) == (100, 50, 50)
    assert [cell and cell.reached for cell in february.cells] == [0, 5, None]


def test_the_running_month_of_age_is_not_complete(framework: MeasurementFramework) -> None:
    grid = _grid(_view(framework, date(2026, 3, 20)))
    assert [[c.complete for c in row.cells if c] for row in grid.cohorts] == [
        [True, True, False],
        [True, False],
        [False],
    ]


def test_typical_counts_only_complete_cells(framework: MeasurementFramework) -> None:
    grid = _grid(_view(framework, date(2026, 3, 20)))
    assert grid.typical[0] == pytest.approx((2 + 0) / 150)
    assert grid.typical[1] == pytest.approx(2 / 100)
    assert grid.typical[2] is None


def test_later_months_are_not_there_yet(framework: MeasurementFramework) -> None:
    assert len(_grid(_view(framework, date(2026, 3, 20))).cohorts) == 3
    assert len(_grid(_view(framework, date(2026, 4, 1))).cohorts) == 4


def test_a_channel_alone(framework: MeasurementFramework) -> None:
    grid = _grid(_view(framework, date(2026, 3, 20), Filters(channel="paid")))
    assert [(row.month.month, row.size) for row in grid.cohorts] == [(2, 10)]
    assert [cell and cell.share for cell in grid.cohorts[0].cells] == [0.0, 0.5]


def test_nothing_entered(framework: MeasurementFramework) -> None:
    assert cohort_grid(_view(framework, date(2025, 1, 1)), "mqls", "deals") is None
    assert cohort_grid(_view(framework, date(2026, 3, 1)), "leads", "deals") is None
    assert cohort_steps(_view(framework, date(2026, 3, 1), rows=[])) == ()


def test_the_furthest_step_comes_first(framework: MeasurementFramework) -> None:
    rows = [*ROWS, _row("2026-01-01", "opportunities", 0, 30)]
    steps = cohort_steps(_view(framework, date(2026, 3, 1), rows=rows))
    assert steps == (("mqls", "deals"), ("mqls", "opportunities"))
