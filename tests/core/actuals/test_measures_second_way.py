"""Every measure of some thousand made-up leads and deals a second time, in plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kpi_core.actuals.canonical import LEADS, OPPORTUNITIES, TOUCHES, Aggregated, Canonical, conform
from kpi_core.actuals.measures import aggregate
from kpi_core.models.framework import MeasurementFramework

ROWS = 4_000
CELL = ["day", "channel", "segment"]
CHANNELS = ["seo", "paid", "outbound", "partner", "unknown"]
MARKETING, SALES = {"seo", "paid", "content"}, {"outbound"}
FIRST = np.datetime64("2025-01-01T00:00", "us")


def later(
    rng: np.random.Generator, start: pd.Series, share: float, minutes: float
) -> pd.Series[pd.Timestamp]:
    """Moments some exponential time after the start, in whole six minutes, for a share of the rows."""
    waits = (rng.exponential(minutes / 6, len(start)).round() * 6).astype("timedelta64[m]")
    return (start + waits).where(rng.random(len(start)) < share)


def made_leads() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    start = FIRST + (rng.integers(0, 300 * 240, ROWS) * 6).astype("timedelta64[m]")
    leads = pd.DataFrame({"key": [f"L{i}" for i in range(ROWS)], "entered": start})
    leads["channel"] = rng.choice(CHANNELS, ROWS)
    leads["segment"] = rng.choice(["smb", "enterprise"], ROWS)
    leads["campaign"] = ""
    leads["sourced_by"] = rng.choice(["", "", "marketing", "sales"], ROWS)
    leads["at_leads"] = leads["entered"]
    leads["at_mqls"] = later(rng, leads["entered"], 0.5, 4_000)
    leads["at_sqls"] = later(rng, leads["at_mqls"], 0.6, 9_000)
    leads["at_opportunities"] = later(rng, leads["at_sqls"], 0.7, 9_000)
    leads["at_deals"] = later(rng, leads["at_opportunities"], 0.3, 60_000)
    lost = later(rng, leads["entered"], 0.5, 90_000)
    leads["lost"] = lost.where(leads["at_deals"].isna())
    leads["responded"] = later(rng, leads["at_mqls"], 0.8, 300)
    money = pd.Series(rng.integers(1_000, 90_000, ROWS) / 4)
    leads["amount"] = money.where(leads["at_deals"].notna() & (rng.random(ROWS) < 0.9))
    return leads


def made_deals(leads: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    size = 2_000
    lead = rng.integers(0, ROWS, size)
    deals = pd.DataFrame({"key": [f"D{i}" for i in range(size)]})
    deals["lead_key"] = leads["key"].to_numpy()[lead]
    deals.loc[rng.random(size) < 0.2, "lead_key"] = None
    deals["created"] = later(rng, leads["entered"].iloc[lead].reset_index(drop=True), 1, 30_000)
    deals["outcome"] = rng.choice(["open", "won", "lost"], size)
    ended = deals["outcome"] != "open"
    deals["closed"] = later(rng, deals["created"], 0.97, 50_000).where(ended)
    money = pd.Series(rng.integers(1_000, 90_000, size) / 4)
    deals["amount"] = money.where(rng.random(size) < 0.9)
    for name in ("channel", "segment", "campaign", "sourced_by"):
        deals[name] = leads[name].to_numpy()[lead]
    return deals


def made_touches() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    size = 9_000
    at = FIRST + rng.integers(0, 340 * 1_440, size).astype("timedelta64[m]")
    keys = [f"L{i}" for i in rng.integers(0, ROWS, 6_000)]
    keys += [f"D{i}" for i in rng.integers(0, 2_000, 3_000)]
    channel = rng.choice(["seo", "content", "outbound", "webinar"], size)
    return pd.DataFrame({"key": keys, "at": at, "channel": channel, "campaign": "c"})


def arrow(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    return conform(pa.Table.from_pandas(frame, preserve_index=False), schema)


def sums(rows: pd.DataFrame, day: str, money: bool = False) -> pd.Series[float]:
    """Number, or money, of the rows that have the date, by day, channel and segment."""
    rows = rows[rows[day].notna() & (rows["amount"].notna() if money else True)]
    rows = rows.assign(day=rows[day].dt.normalize(), one=1.0)
    return rows.groupby(CELL)["amount" if money else "one"].sum()


def source(rows: pd.DataFrame) -> pd.Series[str]:
    by_channel = rows["channel"].map(
        lambda c: "marketing" if c in MARKETING else "sales" if c in SALES else ""
    )
    return rows["sourced_by"].where(rows["sourced_by"] != "", by_channel)


def of_deals(deals: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Measures of deals with created, won and closed dates."""
    marketing = deals[source(deals) == "marketing"]
    sales = deals[source(deals) == "sales"]
    return {
        "new_opportunities": sums(deals, "created"),
        "opportunities_sourced_by_marketing": sums(marketing, "created"),
        "won_deals": sums(deals, "won"),
        "won_revenue": sums(deals, "won", money=True),
        "marketing_sourced_won_deals": sums(marketing, "won"),
        "marketing_sourced_won_revenue": sums(marketing, "won", money=True),
        "sales_sourced_won_deals": sums(sales, "won"),
        "closed_opportunities": sums(deals, "closed"),
        "marketing_sourced_closed_opportunities": sums(marketing, "closed"),
        "sales_sourced_closed_opportunities": sums(sales, "closed"),
    }


def of_leads(leads: pd.DataFrame) -> dict[str, pd.Series[float]]:
    return {
        "leads_created": sums(leads, "at_leads"),
        "leads_reaching_mql_status": sums(leads, "at_mqls"),
        "leads_qualified_by_sales": sums(leads, "at_sqls"),
    }


def flows(result: Aggregated, measure: str) -> pd.Series[float]:
    """The measure's facts by cell, without the zeros that only say that nothing happened."""
    facts = result.facts
    facts = facts[(facts["id"] == measure) & (facts["kind"] == "flow") & (facts["n"] > 0)]
    assert not facts.duplicated(CELL).any()
    return facts.set_index(CELL)["value"].sort_index()


def same(measured: pd.Series[float], expected: pd.Series[float]) -> None:
    pd.testing.assert_series_equal(
        measured, expected.sort_index(), check_names=False, check_index_type=False, rtol=1e-12
    )


LEADS_FRAME = made_leads()
DEALS_FRAME = made_deals(LEADS_FRAME)
TOUCHES_FRAME = made_touches()


@pytest.fixture(scope="module")
def leads_only(worked_example: MeasurementFramework) -> Aggregated:
    return aggregate(Canonical(leads=arrow(LEADS_FRAME, LEADS)), worked_example)


@pytest.fixture(scope="module")
def all_files(worked_example: MeasurementFramework) -> Aggregated:
    tables = Canonical(
        leads=arrow(LEADS_FRAME, LEADS),
        opportunities=arrow(DEALS_FRAME, OPPORTUNITIES),
        touches=arrow(TOUCHES_FRAME, TOUCHES),
    )
    return aggregate(tables, worked_example)


def deals_of_leads() -> pd.DataFrame:
    """Leads that became opportunities, as deals."""
    deals = LEADS_FRAME[LEADS_FRAME["at_opportunities"].notna()]
    closed = deals["at_deals"].fillna(deals["lost"])
    return deals.assign(created=deals["at_opportunities"], won=deals["at_deals"], closed=closed)


def deals_of_file() -> pd.DataFrame:
    return DEALS_FRAME.assign(won=DEALS_FRAME["closed"].where(DEALS_FRAME["outcome"] == "won"))


def test_leads_only(leads_only: Aggregated) -> None:
    expected = {**of_leads(LEADS_FRAME), **of_deals(deals_of_leads())}
    expected["new_customers"] = expected["won_deals"]
    for measure, values in expected.items():
        assert len(values), measure
        same(flows(leads_only, measure), values)
    facts = leads_only.facts
    assert set(facts.loc[facts["kind"] == "flow", "id"]) == set(expected)


def test_all_files(all_files: Aggregated) -> None:
    deals = deals_of_file()
    pipeline = {
        "total_pipeline_value": sums(deals, "created", money=True),
        "pipeline_value_sourced_by_marketing": sums(
            deals[source(deals) == "marketing"], "created", money=True
        ),
    }
    for measure, values in {**of_leads(LEADS_FRAME), **of_deals(deals), **pipeline}.items():
        same(flows(all_files, measure), values)


def test_new_customers_are_first_wins(all_files: Aggregated) -> None:
    won = deals_of_file().dropna(subset=["won"]).sort_values("won", kind="stable")
    first = won[won["lead_key"].isna() | ~won.duplicated("lead_key")]
    same(flows(all_files, "new_customers"), sums(first, "won"))
    assert len(first) < len(won)


def touches_before(deals: pd.DataFrame, moment: str) -> pd.DataFrame:
    """Each deal with each touch of it or of its lead at or before the moment."""
    keys = pd.concat([deals.assign(touched=deals["key"]), deals.assign(touched=deals["lead_key"])])
    touches = TOUCHES_FRAME.rename(columns={"key": "touched", "channel": "of", "campaign": "name"})
    both = keys.dropna(subset=["touched"]).merge(touches, on="touched")
    return both[both["at"] <= both[moment]]


def test_influenced_by_touches(all_files: Aggregated) -> None:
    deals = deals_of_file()
    before = touches_before(deals, "won")
    touched = set(before.loc[before["of"].isin(MARKETING), "key"])
    influenced = deals[deals["key"].isin(touched)]
    same(flows(all_files, "won_revenue_with_marketing_touch"), sums(influenced, "won", money=True))
    before = touches_before(deals, "created")
    recent = before["at"] >= before["created"] - pd.Timedelta(days=90)
    touched = set(before.loc[recent & (before["of"] == "content"), "key"])
    influenced = deals[deals["key"].isin(touched)]
    expected = sums(influenced, "created", money=True)
    same(flows(all_files, "content_influenced_pipeline_value"), expected)


@pytest.mark.parametrize(
    ("measure", "money"), [("open_opportunities", 0), ("open_pipeline_value", 1)]
)
def test_open_on_any_day(all_files: Aggregated, measure: str, money: int) -> None:
    facts = all_files.facts[all_files.facts["id"] == measure]
    assert set(facts["kind"]) == {"change"}
    deals = deals_of_file()
    deals = deals[(deals["outcome"] == "open") | deals["closed"].notna()]
    for day in pd.date_range("2025-01-01", "2026-04-01", freq="17D"):
        end = day + pd.Timedelta(days=1)
        still = (deals["created"] < end) & ~(deals["closed"] < end)
        expected = deals.loc[still].assign(one=1.0).groupby("channel")[["one", "amount"]].sum()
        level = facts[facts["day"] <= day].groupby("channel")["value"].sum()
        wanted = expected["amount" if money else "one"]
        difference = level.sub(wanted, fill_value=0.0)
        assert difference.abs().max() < 1e-6 or difference.empty


def observed(result: Aggregated, measure: str) -> pd.Series[int]:
    facts = result.facts[result.facts["id"] == measure]
    assert set(facts["kind"]) == {"observation"}
    return facts.set_index([*CELL, "value"])["n"].sort_index()


def counted(rows: pd.DataFrame, day: str, value: pd.Series[float]) -> pd.Series[int]:
    rows = rows.assign(day=rows[day].dt.normalize(), value=value).dropna(subset=["day", "value"])
    return rows.groupby([*CELL, "value"]).size()


def test_days_to_won(all_files: Aggregated, leads_only: Aggregated) -> None:
    for result, deals in ((all_files, deals_of_file()), (leads_only, deals_of_leads())):
        days = (deals["won"].dt.normalize() - deals["created"].dt.normalize()).dt.days
        same(observed(result, "days_from_opportunity_to_won"), counted(deals, "won", days))


def test_hours_to_response(leads_only: Aggregated) -> None:
    leads = LEADS_FRAME
    moments = leads.select_dtypes("datetime").max().max()
    waited = leads["responded"].fillna(moments) - leads["at_mqls"]
    hours = (waited.dt.total_seconds() / 3600).clip(lower=0).round(1)
    same(observed(leads_only, "hours_to_first_response"), counted(leads, "at_mqls", hours))


@pytest.mark.parametrize("left_out", [["channel"], ["segment"], ["channel", "segment"]])
def test_parts_add_up(
    all_files: Aggregated, worked_example: MeasurementFramework, left_out: list[str]
) -> None:
    """The same rows without channel or segment give the sums of the split ones, for every table."""
    blank = dict.fromkeys(left_out, "")
    tables = Canonical(
        leads=arrow(LEADS_FRAME.assign(**blank), LEADS),
        opportunities=arrow(
            DEALS_FRAME.assign(**blank, sourced_by=source(DEALS_FRAME)), OPPORTUNITIES
        ),
        touches=arrow(TOUCHES_FRAME, TOUCHES),
    )
    plain = aggregate(tables, worked_example)
    for name, keys, measured in (
        ("facts", ["kind", "id", "day", "grain"], ["value", "n"]),
        ("cohorts", ["month", "base", "step", "lag"], ["value", "n"]),
        ("credits", ["model", "what", "day", "campaign"], ["value"]),
    ):
        parts, whole = getattr(all_files, name), getattr(plain, name)
        if name == "facts":
            parts, whole = (f[(f["n"] > 0) & (f["kind"] != "observation")] for f in (parts, whole))
        if name == "credits":
            # Influenced counts a conversion once for each channel; only its total stays the same.
            parts, whole = (
                f[(f["model"] != "influenced") | (f["channel"] == "")] for f in (parts, whole)
            )
        kept = [column for column in ("channel", "segment") if column not in left_out]
        if name == "credits":
            kept = ["channel", *(c for c in kept if c == "segment")]
        parts = parts.groupby([*keys, *kept])[measured].sum()
        whole = whole.groupby([*keys, *kept])[measured].sum()
        pd.testing.assert_frame_equal(whole, parts, rtol=1e-9)
