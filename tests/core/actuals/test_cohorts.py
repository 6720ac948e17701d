"""Cohorts: worked by hand, and some thousand leads a second time in plain Python."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa

from kpi_core.actuals.canonical import LEADS, OPPORTUNITIES, Canonical, conform
from kpi_core.actuals.measures import aggregate
from kpi_core.models.framework import MeasurementFramework

Row = dict[str, Any]


def table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return conform(pa.table({n: [row.get(n) for row in rows] for n in names}), schema)


def cells(cohorts: pd.DataFrame) -> dict[tuple[str, str, str, int], tuple[int, float]]:
    """Number and money by base, month, step and lag, over channels and segments."""
    grouped = cohorts.groupby(["base", "month", "step", "lag"])[["n", "value"]].sum()
    return {
        (base, f"{month:%Y-%m}", step, lag): (int(n), float(value))
        for (base, month, step, lag), (n, value) in zip(
            grouped.index, grouped.to_numpy(), strict=True
        )
    }


def test_by_hand(worked_example: MeasurementFramework) -> None:
    """Two leads of January, one won on 1 February (next calendar month), one in the January after."""
    leads = [
        {
            "key": "a",
            "entered": datetime(2025, 1, 31, 23),
            "at_mqls": datetime(2025, 1, 31, 23),
            "at_deals": datetime(2025, 2, 1, 1),
            "amount": 10.0,
        },
        {
            "key": "b",
            "entered": datetime(2025, 1, 1),
            "at_mqls": datetime(2025, 1, 1),
            "at_deals": datetime(2026, 1, 1),
            "amount": 5.5,
        },
        {
            "key": "c",
            "entered": datetime(2025, 3, 2),
            "at_mqls": datetime(2025, 3, 2),
            "at_deals": None,
            "amount": None,
        },
    ]
    result = aggregate(Canonical(leads=table(leads, LEADS)), worked_example)
    assert cells(result.cohorts) == {
        ("mqls", "2025-01", "mqls", 0): (2, 0.0),
        ("mqls", "2025-03", "mqls", 0): (1, 0.0),
        ("mqls", "2025-01", "deals", 1): (1, 10.0),
        ("mqls", "2025-01", "deals", 12): (1, 5.5),
    }


def test_opportunities_are_a_base_of_their_own(worked_example: MeasurementFramework) -> None:
    first = datetime(2025, 5, 20)
    rows = [
        {"key": "a", "created": first, "outcome": "won", "closed": datetime(2025, 7, 1), "amount": 7.0},
        {"key": "b", "created": first, "outcome": "lost", "closed": first, "amount": 9.0},
        {"key": "c", "created": first, "outcome": "open", "amount": None},
    ]  # fmt: skip
    result = aggregate(Canonical(opportunities=table(rows, OPPORTUNITIES)), worked_example)
    assert cells(result.cohorts) == {
        ("opportunities", "2025-05", "opportunities", 0): (3, 0.0),
        ("opportunities", "2025-05", "deals", 2): (1, 7.0),
    }


def test_a_list_of_wins_is_no_cohort_of_opportunities(worked_example: MeasurementFramework) -> None:
    won = {"outcome": "won", "closed": datetime(2025, 7, 1), "amount": 7.0}
    rows = [{"key": "a", "created": datetime(2025, 5, 20), **won}, {"key": "b", **won}]
    result = aggregate(Canonical(opportunities=table(rows, OPPORTUNITIES)), worked_example)
    assert result.cohorts.empty


def test_a_step_before_entry_has_lag_zero(worked_example: MeasurementFramework) -> None:
    at = datetime(2025, 5, 20)
    row = {"key": "a", "entered": at, "at_leads": at, "at_sqls": datetime(2025, 4, 1)}
    result = aggregate(Canonical(leads=table([row], LEADS)), worked_example)
    assert ("leads", "2025-05", "sqls", 0) in cells(result.cohorts)


def test_money_of_a_win_counts_at_its_first_win_step(worked_example: MeasurementFramework) -> None:
    at = datetime(2025, 5, 20)
    row = {"key": "a", "entered": at, "at_leads": at, "amount": 8.0}
    row |= {"at_deals": at, "at_paying_customers": datetime(2025, 6, 1)}
    result = aggregate(Canonical(leads=table([row], LEADS)), worked_example)
    found = cells(result.cohorts)
    assert found["leads", "2025-05", "deals", 0] == (1, 8.0)
    assert found["leads", "2025-05", "paying_customers", 1] == (1, 0.0)


def test_some_thousand_leads_a_second_time(worked_example: MeasurementFramework) -> None:
    random = Random(3)
    rows, expected = [], Counter[tuple[Any, ...]]()
    for i in range(3_000):
        at = datetime(2024, 1, 1) + timedelta(hours=random.randrange(9_000))
        row: Row = {"key": str(i), "entered": at, "at_leads": at}
        row |= {"channel": random.choice(["seo", "paid"]), "segment": random.choice(["s", "t"])}
        who = (row["channel"], row["segment"])
        month = datetime(at.year, at.month, 1)
        expected[month, "leads", 0, *who] += 1
        moment = at
        for step in ("mqls", "opportunities", "deals"):
            moment += timedelta(hours=random.randrange(3_000))
            reached = random.random() < 0.6
            row[f"at_{step}"] = moment if reached else None
            if reached:
                lag = (moment.year - at.year) * 12 + moment.month - at.month
                expected[month, step, lag, *who] += 1
        rows.append(row)
    result = aggregate(Canonical(leads=table(rows, LEADS)), worked_example)
    keys = ["month", "step", "lag", "channel", "segment"]
    assert set(result.cohorts["base"]) == {"leads"}
    assert result.cohorts.set_index(keys)["n"].to_dict() == dict(expected)
