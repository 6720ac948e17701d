"""Two exports, one of MQLs and one of won deals, from bytes to figures, beside plain pandas."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kpi_core.actuals.canonical import Aggregated
from kpi_core.actuals.measures import aggregate
from kpi_core.actuals.prepare import prepare
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import read_table
from kpi_core.catalog.loader import Catalog
from kpi_core.models.framework import MeasurementFramework

ORIGINS = {"organic search": "seo", "paid search": "paid", "email": "email", "unknown": "unknown"}


def made() -> tuple[pd.DataFrame, pd.DataFrame]:
    """600 MQLs of one year, a tenth of them won some weeks later."""
    rng = np.random.default_rng(11)
    size = 600
    first = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 365, size), "D")
    mqls = pd.DataFrame(
        {
            "mql_id": [f"{i:032x}" for i in range(size)],
            "first_contact_date": first.strftime("%Y-%m-%d"),
            "landing_page_id": "page",
            "origin": rng.choice([*ORIGINS, None], size),
        }
    )
    won = rng.random(size) < 0.1
    days = pd.to_timedelta(rng.integers(1, 200, size), "D")
    deals = pd.DataFrame(
        {
            "mql_id": mqls["mql_id"],
            "seller_id": [f"s{i}" for i in range(size)],
            "won_date": (first + days + pd.Timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S"),
            "business_segment": rng.choice(["pet", "toys"], size),
        }
    )
    return mqls, deals[won]


MQLS, DEALS = made()


def csv(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_csv(stream, index=False)
    return stream.getvalue()


@pytest.fixture(scope="module")
def result(catalog: Catalog, worked_example: MeasurementFramework) -> Aggregated:
    files = [read_table(csv(MQLS), "mql_dataset.csv"), read_table(csv(DEALS), "closed_deals.csv")]
    mapped = [(table, propose(table, worked_example, catalog)) for table in files]
    prepared = prepare(mapped, worked_example, catalog, date(2026, 11, 1))
    assert prepared.report.rows_used == len(MQLS) + len(DEALS)
    return aggregate(prepared.canonical, worked_example)


def joined() -> pd.DataFrame:
    both = MQLS.merge(DEALS[["mql_id", "won_date"]], how="left", on="mql_id")
    both["channel"] = both["origin"].map(ORIGINS).fillna("unknown")
    both["won"] = pd.to_datetime(both["won_date"])
    both["first"] = pd.to_datetime(both["first_contact_date"])
    return both


def counts(result: Aggregated, measure: str) -> dict[str, float]:
    facts = result.facts[(result.facts["id"] == measure) & (result.facts["n"] > 0)]
    found: dict[str, float] = facts.groupby("channel")["value"].sum().to_dict()
    return found


def test_mqls_and_wins_by_channel(result: Aggregated) -> None:
    both = joined()
    assert counts(result, "leads_reaching_mql_status") == both.groupby("channel").size().to_dict()
    won = both[both["won"].notna()]
    assert counts(result, "won_deals") == won.groupby("channel").size().to_dict()


def test_wins_by_month(result: Aggregated) -> None:
    facts = result.facts[(result.facts["id"] == "won_deals") & (result.facts["n"] > 0)]
    months = facts.groupby(facts["day"].dt.to_period("M"))["value"].sum()
    assert months.to_dict() == joined()["won"].dropna().dt.to_period("M").value_counts().to_dict()


def test_cohorts(result: Aggregated) -> None:
    both = joined().dropna(subset=["won"])
    first, won = both["first"].dt.to_period("M"), both["won"].dt.to_period("M")
    lag = (won - first).map(lambda offset: offset.n)
    expected = both.groupby([first.dt.to_timestamp(), lag]).size()
    wins = result.cohorts[result.cohorts["step"] == "deals"]
    assert wins.groupby(["month", "lag"])["n"].sum().to_dict() == expected.to_dict()


def test_a_list_of_wins_gives_no_win_rate(result: Aggregated) -> None:
    assert "closed_opportunities" not in set(result.facts["id"])
    assert any("every win rate would be 100%" in note for note in result.notes)
