"""Attribution: worked by hand, and random touches against a second implementation in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.actuals.attribution import credit
from kpi_core.actuals.canonical import LEADS, OPPORTUNITIES, TOUCHES, Canonical, conform
from kpi_core.actuals.measures_facts import met_needs
from kpi_core.actuals.measures_rows import embedded, read_rows

MODELS = ("first_touch", "last_touch", "linear", "position_based", "time_decay")
WINS = ("deals",)
Row = dict[str, Any]


def table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return conform(pa.table({n: [row.get(n) for row in rows] for n in names}), schema)


def deal(
    key: str, created: datetime, won: datetime | None, amount: float | None, **more: Any
) -> Row:
    outcome = {"outcome": "won", "closed": won} if won else {"outcome": "open"}
    return {"key": key, "created": created, "amount": amount, "lead_key": None, **outcome, **more}


def touch(key: str, at: datetime, channel: str) -> Row:
    return {"key": key, "at": at, "channel": channel, "campaign": f"{channel} campaign"}


def credits(deals: list[Row], touches: list[Row], half_life: float = 7.0) -> pd.DataFrame:
    canonical = Canonical(
        opportunities=table(deals, OPPORTUNITIES),
        touches=table(touches, TOUCHES) if touches else TOUCHES.empty_table(),
    )
    with embedded() as connection:
        rows = read_rows(connection, canonical, WINS)
        return credit(connection, rows, met_needs(connection, rows, WINS), half_life)


def shares(result: pd.DataFrame, model: str, what: str) -> dict[str, float]:
    chosen = result[(result["model"] == model) & (result["what"] == what)]
    found: dict[str, float] = chosen.groupby("channel")["value"].sum().to_dict()
    return found


def moment(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour)


OPEN = deal("open", moment(1), None, 50.0)
"""In every file: without an open opportunity with an amount, pipeline would be that of wins only."""


def test_four_touches_by_hand() -> None:
    """Touches 14, 7, 7 and 0 days before the win; with a half-life of 7 days they weigh 1/4, 1/2, 1/2, 1."""
    touches = [
        touch("a", moment(1), "seo"),
        touch("a", moment(8), "paid"),
        touch("a", moment(8), "email"),
        touch("a", moment(15), "events"),
    ]
    result = credits([deal("a", moment(1), moment(15), 900.0), OPEN], touches)
    assert shares(result, "first_touch", "revenue") == {"seo": 900}
    assert shares(result, "last_touch", "revenue") == {"events": 900}
    assert shares(result, "linear", "revenue") == dict.fromkeys(
        ("seo", "paid", "email", "events"), 225
    )
    assert shares(result, "position_based", "revenue") == pytest.approx(
        {"seo": 360, "paid": 90, "email": 90, "events": 360}
    )
    assert shares(result, "time_decay", "revenue") == pytest.approx(
        {"seo": 100, "paid": 200, "email": 200, "events": 400}
    )
    assert shares(result, "time_decay", "deals") == pytest.approx(
        {"seo": 1 / 9, "paid": 2 / 9, "email": 2 / 9, "events": 4 / 9}
    )
    # At creation, only the first touch had happened; the open deal had none.
    assert shares(result, "linear", "pipeline") == {"seo": 900, "unattributed": 50}
    assert shares(result, "linear", "opportunities") == {"seo": 1, "unattributed": 1}


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, {"c0": 100}), (2, {"c0": 50, "c1": 50}), (3, {"c0": 40, "c1": 20, "c2": 40})],
)
def test_position_based_with_few_touches(count: int, expected: dict[str, float]) -> None:
    touches = [touch("a", moment(2 + i), f"c{i}") for i in range(count)]
    result = credits([deal("a", moment(1), moment(20), 100.0), OPEN], touches)
    assert shares(result, "position_based", "revenue") == pytest.approx(expected)


def test_touches_at_the_same_moment_keep_the_order_of_the_file() -> None:
    touches = [touch("a", moment(5), name) for name in ("z", "m", "b")]
    result = credits([deal("a", moment(6), moment(9), 10.0), OPEN], touches)
    assert shares(result, "first_touch", "deals") == {"z": 1}
    assert shares(result, "last_touch", "deals") == {"b": 1}


def test_a_touch_after_the_conversion_does_not_count() -> None:
    touches = [touch("a", moment(9, 13), "late"), touch("a", moment(9, 12), "just")]
    result = credits([deal("a", moment(1), moment(9, 12), 10.0), OPEN], touches)
    assert shares(result, "linear", "deals") == {"just": 1}


def test_a_conversion_without_a_time_counts_touches_of_its_day() -> None:
    touches = [touch("a", moment(9, 23), "same_day"), touch("a", moment(10, 0), "next_day")]
    result = credits([deal("a", moment(1, 0), moment(9, 0), 10.0), OPEN], touches)
    assert shares(result, "linear", "deals") == {"same_day": 1}


def test_influenced_counts_in_full_once_per_channel() -> None:
    touches = [touch("a", moment(2), c) for c in ("seo", "seo", "paid")] + [
        touch("b", moment(2), "seo")
    ]
    deals = [
        deal("a", moment(3), moment(9), 100.0),
        deal("b", moment(3), moment(9), 10.0),
        deal("c", moment(3), moment(9), 1.0),
        OPEN,
    ]
    result = credits(deals, touches)
    assert shares(result, "influenced", "revenue") == {"": 110, "paid": 100, "seo": 110}
    assert shares(result, "influenced", "deals") == {"": 2, "paid": 1, "seo": 2}


def test_touches_join_by_deal_or_lead() -> None:
    deals = [
        deal("D1", moment(3), moment(9), 100.0, lead_key="L1"),
        deal("D2", moment(3), moment(9), 10.0, lead_key="L1"),
        OPEN,
    ]
    result = credits(deals, [touch("L1", moment(1), "lead"), touch("D2", moment(2), "deal")])
    assert shares(result, "last_touch", "revenue") == {"lead": 100, "deal": 10}
    assert shares(result, "linear", "revenue") == {"lead": 105, "deal": 5}


def test_the_same_number_for_a_lead_and_a_deal_is_read_as_what_most_touches_are() -> None:
    """Leads 1 to 3 have deals 3 to 1: touches that all match leads are not counted for deals too."""
    deals = [
        deal(str(4 - i), moment(3), moment(9), 10.0**i, lead_key=str(i), channel="x")
        for i in (1, 2, 3)
    ]
    touches = [touch(str(i), moment(1), f"lead{i}") for i in (1, 2, 3)]
    lead_only = touch("4", moment(1), "lead4")
    deals.append(deal("9", moment(3), moment(9), 1.0, lead_key="4"))
    result = credits([*deals, OPEN], [*touches, lead_only])
    assert shares(result, "linear", "revenue") == {
        "lead1": 10, "lead2": 100, "lead3": 1000, "lead4": 1,
    }  # fmt: skip


def test_wins_of_leads_without_opportunities() -> None:
    leads = table(
        [
            {"key": "a", "entered": moment(1), "at_leads": moment(1), "at_deals": moment(9), "amount": 5.0},
            {"key": "b", "entered": moment(1), "at_leads": moment(1), "at_deals": None, "amount": None},
        ],
        LEADS,
    )  # fmt: skip
    touches = table([touch("a", moment(2), "seo"), touch("b", moment(2), "seo")], TOUCHES)
    with embedded() as connection:
        rows = read_rows(connection, Canonical(leads=leads, touches=touches), WINS)
        result = credit(connection, rows, met_needs(connection, rows, WINS), 7.0)
    assert shares(result, "linear", "deals") == {"seo": 1}
    assert shares(result, "linear", "revenue") == {"seo": 5}
    assert set(result["what"]) == {"deals", "revenue"}


def test_no_touches_file_gives_no_credits() -> None:
    canonical = Canonical(opportunities=table([OPEN], OPPORTUNITIES))
    with embedded() as connection:
        rows = read_rows(connection, canonical, WINS)
        result = credit(connection, rows, met_needs(connection, rows, WINS), 7.0)
    assert result.empty
    assert list(result.columns) == [
        "model",
        "what",
        "day",
        "channel",
        "campaign",
        "segment",
        "value",
    ]


@pytest.mark.parametrize("half_life", [0, -1, math.nan, math.inf])
def test_a_half_life_must_be_positive(half_life: float) -> None:
    with pytest.raises(ValueError, match="half_life_days"):
        credits([OPEN], [], half_life)


# ---- a second implementation ----

START = datetime(2026, 1, 1, 0, 1)
"""One minute past midnight and whole hours after: no random moment is a date without a time."""


@st.composite
def made_deals(draw: st.DrawFn) -> list[Row]:
    rows = []
    for i in range(draw(st.integers(1, 6))):
        created = START + timedelta(hours=draw(st.integers(0, 1500)))
        hours = draw(st.none() | st.integers(0, 900))
        won = None if hours is None else created + timedelta(hours=hours)
        amount = draw(st.none() | st.floats(0, 1e9, allow_nan=False))
        lead = draw(st.sampled_from([None, "L0", "L1", "L2"]))
        rows.append(
            deal(f"D{i}", created, won, amount, lead_key=lead, segment=draw(st.sampled_from("st")))
        )
    return [*rows, deal("open", START, None, 1.0, lead_key=None, segment="s")]


made_touches = st.lists(
    st.builds(
        touch,
        st.sampled_from(["D0", "D1", "D2", "L0", "L1", "L2", "nobody"]),
        st.integers(0, 2400).map(lambda h: START + timedelta(hours=h)),
        st.sampled_from(["seo", "paid", "email"]),
    ),
    min_size=1,
    max_size=25,
)

Key = tuple[str, str, Any, str, str]


def by_hand(deals: list[Row], touches: list[Row], half_life: float) -> dict[Key, float]:
    """Credits by model, what, day, channel and segment."""
    found: dict[Key, float] = defaultdict(float)
    for row in deals:
        won = row.get("closed") if row["outcome"] == "won" else None
        events = [(row["created"], "opportunities", "pipeline")] + (
            [(won, "deals", "revenue")] if won else []
        )
        for at, count, money in events:
            mine = [
                t for t in touches if t["key"] in (row["key"], row["lead_key"]) and t["at"] <= at
            ]
            mine.sort(key=lambda t: t["at"])  # stable: ties keep the file's order
            day = at.replace(hour=0, minute=0)
            for what, whole in ((count, 1.0), (money, row["amount"] or 0.0)):
                for model in MODELS:
                    for channel, share in weights(model, mine, half_life):
                        found[model, what, day, channel, row["segment"]] += share * whole
                for channel in {t["channel"] for t in mine} | ({""} if mine else set()):
                    found["influenced", what, day, channel, row["segment"]] += whole
    return found


def weights(model: str, mine: list[Row], half_life: float) -> list[tuple[str, float]]:
    if not mine:
        return [("unattributed", 1.0)]
    n = len(mine)
    if model == "first_touch":
        raw = [1.0] + [0.0] * (n - 1)
    elif model == "last_touch":
        raw = [0.0] * (n - 1) + [1.0]
    elif model == "linear":
        raw = [1.0] * n
    elif model == "position_based":
        raw = [[1.0], [0.5, 0.5]][n - 1] if n < 3 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
    else:
        last = mine[-1]["at"]
        raw = [0.5 ** ((last - t["at"]) / timedelta(days=half_life)) for t in mine]
    return [(t["channel"], w / sum(raw)) for t, w in zip(mine, raw, strict=True)]


@settings(max_examples=15)
@given(made_deals(), made_touches, st.sampled_from([0.5, 7.0, 30.0]))
def test_random_touches_give_what_plain_python_gives(
    deals: list[Row], touches: list[Row], half_life: float
) -> None:
    result = credits(deals, touches, half_life)
    expected = by_hand(deals, touches, half_life)
    if not any(row["outcome"] == "won" for row in deals):
        assert not set(result["what"]) & {"deals", "revenue"}
    keys = ["model", "what", "day", "channel", "segment"]
    got = dict(result.groupby(keys)["value"].sum().items())
    wanted = {(m, w, pd.Timestamp(d), c, s): v for (m, w, d, c, s), v in expected.items() if v}
    assert got == pytest.approx(wanted, rel=1e-9)
    wholes = {
        "opportunities": len(deals),
        "pipeline": math.fsum(row["amount"] or 0.0 for row in deals),
        "deals": sum(row["outcome"] == "won" for row in deals),
        "revenue": math.fsum(row["amount"] or 0.0 for row in deals if row["outcome"] == "won"),
    }
    for model in MODELS:
        for what, whole in wholes.items():
            assert sum(shares(result, model, what).values()) == pytest.approx(whole, rel=1e-9)
