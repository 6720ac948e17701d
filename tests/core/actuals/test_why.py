"""Why revenue changed, from facts: drivers, lanes, plan, and when it cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import fsum, log
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.actuals.calendar import Period, period_of
from kpi_core.actuals.decompose import Decomposition
from kpi_core.actuals.figures import Figures, Filters
from kpi_core.actuals.why import NotPossible, why
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework

NOW = period_of(date(2026, 6, 1), Grain.MONTH)
THEN = period_of(date(2026, 5, 1), Grain.MONTH)
STEPS = (
    "leads_created", "leads_reaching_mql_status", "new_opportunities", "won_deals", "won_revenue",
)  # fmt: skip
Made = Callable[..., Figures]


def volumes(day: str, values: tuple[float | None, ...], channel: str = "") -> list[dict[str, Any]]:
    """Facts of leads, MQLs, opportunities, deals and revenue on one day."""
    return [
        {
            "kind": "flow", "id": key, "day": day, "grain": "day", "channel": channel,
            "segment": "", "value": value, "n": int(value),
        }
        for key, value in zip(STEPS, values, strict=True)
        if value is not None
    ]  # fmt: skip


@pytest.fixture(scope="module")
def made(worked_example: MeasurementFramework, catalog: Catalog) -> Made:
    def make(*facts: list[dict[str, Any]], as_of: date = NOW.end) -> Figures:
        """Figures of these facts, whose data covers May and June 2026."""
        ends = [
            {**one, "id": "leads_returned_to_nurture", "day": day}
            for day in ("2026-05-01", "2026-06-30")
            for one in facts[0][:1]
        ]
        frame = pd.DataFrame([*(one for found in facts for one in found), *ends])
        frame["day"] = frame["day"].to_numpy(dtype="datetime64[us]")
        return Figures(frame, worked_example, as_of, catalog=catalog)

    return make


def explained(found: Decomposition | NotPossible) -> Decomposition:
    assert isinstance(found, Decomposition)
    assert fsum(part.value for part in found.parts) == pytest.approx(
        found.after - found.before, rel=1e-9, abs=1e-9 * max(found.before, found.after)
    )
    return found


def by_id(found: Decomposition) -> dict[str, float]:
    return {part.id: part.value for part in found.by_driver()}


def refused(found: Decomposition | NotPossible) -> str:
    assert isinstance(found, NotPossible)
    return found.reason


def test_every_driver_by_hand(made: Made, worked_example: MeasurementFramework) -> None:
    # May: 1,000 leads, 20% MQLs, 30% opportunities, 25% won, 2m each: 15 deals, 30m
    # June: 1,200 leads, 20%, 30%, 18 of 72 won is 25%, 1m each: 18m
    figures = made(
        volumes("2026-05-10", (1000, 200, 60, 15, 30_000_000)),
        volumes("2026-06-10", (1200, 240, 72, 18, 18_000_000)),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    mean = -12_000_000 / log(18 / 30)
    assert by_id(found) == pytest.approx(
        {
            "leads": mean * log(1.2),
            "lead_to_mql_rate": 0,
            "mql_to_opportunity_rate": 0,
            "win_rate": 0,
            "average_deal_size": mean * log(0.5),
        },
        rel=1e-9,
        abs=1e-3,
    )
    assert (found.before, found.after) == (30_000_000, 18_000_000)
    # 23.49m x ln 1.2 = 4.28m, 23.49m x ln 0.5 = -16.28m
    assert found.sentence == (
        "Revenue in Jun 2026 was ¥12M lower than in May 2026: "
        "smaller deals cost ¥16.3M, more leads brought ¥4.3M."
    )
    assert found.note is None


def test_missing_steps_are_merged_over(made: Made, worked_example: MeasurementFramework) -> None:
    figures = made(
        volumes("2026-05-10", (1000, None, None, 10, 1_000)),
        volumes("2026-06-10", (1000, 300, None, 20, 2_000)),
    )
    # opportunities are in no file, and May's deals came without an MQL of that month
    found = explained(why(figures, worked_example, NOW, THEN))
    assert by_id(found) == pytest.approx(
        {"leads": 0, "leads_to_deals": 1000, "average_deal_size": 0}, abs=1e-9
    )
    assert found.sentence.endswith("a higher rate from leads to won deals brought ¥1K.")
    assert found.parts[1].name == "Rate from leads to won deals"


def test_channels_are_lanes_when_they_add_up(
    made: Made, worked_example: MeasurementFramework
) -> None:
    figures = made(
        volumes("2026-05-10", (100, 50, 20, 10, 1000), "paid"),
        volumes("2026-05-10", (100, 50, 20, 10, 1000), "seo"),
        volumes("2026-06-10", (100, 50, 20, 5, 500), "paid"),
        volumes("2026-06-10", (120, 60, 24, 12, 1200), "seo"),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    assert found.by_lane() == pytest.approx({"paid": -500, "seo": 200})
    moved = {(p.lane, p.id): p.value for p in found.parts if abs(p.value) > 1e-6}
    assert moved == pytest.approx({("paid", "win_rate"): -500, ("seo", "leads"): 200})
    assert "win rate cost ¥500 (mostly " in found.sentence
    one = explained(why(figures, worked_example, NOW, THEN, Filters("paid")))
    assert {part.lane for part in one.parts} == {None}
    assert (one.before, one.after) == (1000, 500)


def test_without_channels_of_deals_there_is_one_lane(
    made: Made, worked_example: MeasurementFramework
) -> None:
    figures = made(
        volumes("2026-05-10", (100, None, None, None, None), "paid"),
        volumes("2026-05-10", (100, None, None, None, None), "seo"),
        volumes("2026-05-10", (None, None, None, 10, 1000)),
        volumes("2026-06-10", (200, None, None, None, None), "paid"),
        volumes("2026-06-10", (None, None, None, 10, 1000)),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    assert {part.lane for part in found.parts} == {None}
    assert found.sentence == "Revenue in Jun 2026 was the same as in May 2026."


def test_a_step_without_units_above_deals_is_left_out(
    made: Made, worked_example: MeasurementFramework
) -> None:
    """Two deals of earlier opportunities in a month without new ones: no rate can be made of that."""
    figures = made(
        volumes("2026-05-10", (100, 50, 20, 10, 1000)),
        volumes("2026-06-10", (100, 50, 0, 2, 200)),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    assert list(by_id(found)) == [
        "leads",
        "lead_to_mql_rate",
        "mqls_to_deals",
        "average_deal_size",
    ]


def test_a_month_without_deals_is_the_win_rates_doing(
    made: Made, worked_example: MeasurementFramework
) -> None:
    figures = made(
        volumes("2026-05-10", (100, 50, 20, 10, 1000)),
        volumes("2026-06-10", (100, 50, 20, 0, 0)),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    assert by_id(found)["win_rate"] == -1000
    assert found.sentence.endswith("a lower win rate cost ¥1K.")


def test_money_without_deals_is_one_driver(
    made: Made, worked_example: MeasurementFramework
) -> None:
    figures = made(
        volumes("2026-05-10", (100, 50, 20, 10, 1000)),
        volumes("2026-06-10", (100, 50, 20, 0, 300)),
    )
    assert by_id(explained(why(figures, worked_example, NOW, THEN))) == {"won_revenue": -700}


def test_a_running_month_is_compared_with_as_many_days(
    made: Made, worked_example: MeasurementFramework
) -> None:
    figures = made(
        volumes("2026-05-10", (100, 50, 20, 10, 1000)),
        volumes("2026-05-11", (900, 50, 20, 90, 9000)),
        volumes("2026-06-10", (100, 50, 20, 5, 500)),
        as_of=date(2026, 6, 10),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    assert (found.before, found.after) == (1000, 500)
    assert found.sentence.startswith(
        "Revenue in the first 10 days of Jun 2026 was ¥500 lower than in the first 10 days of May"
    )


# ---- against the plan ----


def test_the_plan_of_a_month_by_hand(made: Made, worked_example: MeasurementFramework) -> None:
    # the worked example's plan: 20 deals of 5m in the year, so 8,333,333 in a month
    figures = made(
        volumes("2026-05-10", (1, 1, 1, 0, 0)), volumes("2026-06-10", (100, 20, 6, 1, 6_000_000))
    )
    plan = worked_example.funnel_plan
    assert (plan.marketing_revenue, plan.average_deal_size) == (100_000_000, 5_000_000)
    found = explained(why(figures, worked_example, NOW, "plan"))
    assert found.before == pytest.approx(100_000_000 / 12, rel=1e-12)
    assert found.after == 6_000_000
    assert found.sentence.startswith("Revenue in Jun 2026 was ¥2.3M below plan: ")
    assert "marketing must bring" in (found.note or "")


def test_the_plan_follows_season_and_days(made: Made, worked_example: MeasurementFramework) -> None:
    # June is the third month of a year from April and has half of its revenue; 15 of 30 days are over
    figures = made(
        volumes("2026-05-10", (1, 1, 1, 0, 0)),
        volumes("2026-06-10", (100, 20, 6, 5, 25_000_000)),
        as_of=date(2026, 6, 15),
    )
    season = [1, 1, 11, *[1] * 9]
    found = explained(why(figures, worked_example, NOW, "plan", seasonality=season))
    assert found.before == pytest.approx(100_000_000 * 11 / 22 / 2, rel=1e-12)
    assert found.after == 25_000_000


def test_without_revenue_deals_have_the_planned_size(
    made: Made, worked_example: MeasurementFramework
) -> None:
    figures = made(
        volumes("2026-05-10", (100, 50, 20, 10, None)),
        volumes("2026-06-10", (100, 50, 20, 12, None)),
    )
    found = explained(why(figures, worked_example, NOW, THEN))
    assert (found.before, found.after) == (50_000_000, 60_000_000)
    assert by_id(found)["average_deal_size"] == 0
    assert "planned deal size" in (found.note or "")


# ---- when it cannot be told ----


def test_reasons_why_not(made: Made, worked_example: MeasurementFramework) -> None:
    full = [volumes(day, (100, 50, 20, 10, 1000)) for day in ("2026-05-10", "2026-06-10")]
    figures = made(*full)
    later = period_of(date(2026, 7, 1), Grain.MONTH)
    assert refused(why(figures, worked_example, later, THEN)) == "Jul 2026 has not begun."
    plan = why(figures, worked_example, NOW, "plan", Filters("paid"))
    assert "not split" in refused(plan)
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert "the data begins on 1 May 2026" in refused(why(figures, worked_example, NOW, april))
    leads = made(volumes("2026-06-10", (100, None, None, None, None)))
    assert "not measured" in refused(why(leads, worked_example, NOW, THEN))
    nothing = made(*[volumes(d, (1, 0, 0, 0, 0)) for d in ("2026-05-10", "2026-06-10")])
    assert "no won revenue" in refused(why(nothing, worked_example, NOW, THEN))
    negative = made(full[0], volumes("2026-06-10", (100, 50, 20, 10, -5)))
    assert "0 or more" in refused(why(negative, worked_example, NOW, THEN))


AMOUNTS = st.tuples(*(st.integers(0, 500) for _ in STEPS))


@settings(max_examples=60)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=3))
def test_whatever_the_volumes_the_parts_are_the_change(
    made: Made,
    worked_example: MeasurementFramework,
    lanes: list[tuple[tuple[int, ...], tuple[int, ...]]],
) -> None:
    """Second way: the change of revenue, whole and by channel, as plain sums of the facts."""
    facts = []
    for name, (then, now) in zip(("paid", "seo", "events"), lanes, strict=False):
        facts += [volumes("2026-05-01", then, name), volumes("2026-06-01", now, name)]
    found = why(made(*facts), worked_example, NOW, THEN)
    change = sum(now[-1] - then[-1] for then, now in lanes)
    if isinstance(found, NotPossible):
        assert all(then[-1] == now[-1] == 0 for then, now in lanes)
        return
    assert fsum(part.value for part in found.parts) == pytest.approx(change, abs=1e-6)
    if found.by_lane():
        for name, (then, now) in zip(("paid", "seo", "events"), lanes, strict=False):
            assert found.by_lane().get(name, 0) == pytest.approx(now[-1] - then[-1], abs=1e-6)


def test_periods_may_be_any_two(made: Made, worked_example: MeasurementFramework) -> None:
    figures = made(
        volumes("2025-06-10", (100, 50, 20, 10, 1000)),
        volumes("2026-06-10", (100, 50, 20, 10, 1100)),
    )
    year_ago: Period = period_of(date(2025, 6, 1), Grain.MONTH)
    found = explained(why(figures, worked_example, NOW, year_ago))
    assert by_id(found)["average_deal_size"] == pytest.approx(100)
    assert found.sentence.endswith("larger deals brought ¥100.")
