"""Trends: the periods that are compared, which way is good, and the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from kpi_core.actuals.calendar import Period, period_of
from kpi_core.actuals.figures import Figures, Filters
from kpi_core.actuals.trend import Change, difference, trend
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Counts

Q2 = period_of(date(2026, 4, 1), Grain.QUARTER, 4)
"""April to June 2026, Q1 of a year from April."""
JUNE = period_of(date(2026, 6, 1), Grain.MONTH)
OVER = date(2026, 6, 30)
Told = Callable[..., tuple[Change, ...]]
DAYS = ("2025-04-10", "2026-01-10", "2026-04-10")
"""A day in the quarter a year ago, in the one before, and in this one."""


def rows(key: str, values: dict[str, float], **other: Any) -> list[dict[str, Any]]:
    return [
        {
            "kind": "flow", "id": key, "day": day, "grain": "day", "channel": "", "segment": "",
            "value": value, "n": int(value), **other,
        }
        for day, value in values.items()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def told(worked_example: MeasurementFramework, catalog: Catalog) -> Told:
    """Changes of a metric, with the facts given and the whole of April 2025 to June 2026 covered."""

    def make(
        metric_id: str,
        *facts: list[dict[str, Any]],
        period: Period = Q2,
        as_of: date = OVER,
        **other: Any,
    ) -> tuple[Change, ...]:
        ends = rows("leads_returned_to_nurture", {"2025-04-01": 1, "2026-06-30": 1})
        frame = pd.DataFrame([*(one for found in facts for one in found), *ends])
        frame["day"] = frame["day"].to_numpy(dtype="datetime64[us]")
        figures = Figures(frame, worked_example, as_of, catalog=catalog)
        return trend(figures, catalog.metric(metric_id), period, **other)

    return make


def leads(year_ago: float, previous: float, now: float) -> list[dict[str, Any]]:
    return rows("leads_created", dict(zip(DAYS, (year_ago, previous, now), strict=True)))


def test_both_periods_are_compared(told: Told) -> None:
    previous, year_ago = told("new_leads", leads(80, 100, 112))
    assert (previous.against, previous.period.label) == ("previous", "Q4 FY2025/26")
    assert (previous.before, previous.change, previous.word) == (100, 0.12, "improving")
    assert previous.text == "12% more than last quarter"
    assert (year_ago.against, year_ago.period.label) == ("year_ago", "Q1 FY2025/26")
    assert (year_ago.change, year_ago.text) == (0.4, "40% more than Q1 FY2025/26")


@pytest.mark.parametrize(
    ("now", "word", "text"),
    [
        (105, "flat", "5.0% more than last quarter"),
        (106, "improving", "6.0% more than last quarter"),
        (95, "flat", "5.0% less than last quarter"),
        (94, "declining", "6.0% less than last quarter"),
        (100, "flat", "the same as last quarter"),
        (0, "declining", "100% less than last quarter"),
    ],
)
def test_small_changes_are_flat(told: Told, now: float, word: str, text: str) -> None:
    previous, _ = told("new_leads", leads(80, 100, now))
    assert (previous.word, previous.text) == (word, text)


def test_lower_is_better_turns_the_word_round(told: Told) -> None:
    facts = rows("leads_returned_to_nurture", dict(zip(DAYS, (50, 10, 20), strict=True)))
    previous, year_ago = told("recycled_lead_count", facts)
    assert (previous.word, year_ago.word) == ("declining", "improving")


def test_an_earlier_period_is_not_called_last(told: Told) -> None:
    winter = period_of(date(2026, 1, 1), Grain.QUARTER, 4)
    facts = rows("leads_created", {"2025-10-01": 10, "2026-01-10": 20, "2026-06-30": 1})
    assert told("new_leads", facts, period=winter)[0].text == "100% more than the quarter before"


def test_from_zero_there_is_no_percentage(told: Told) -> None:
    facts = rows("leads_created", {"2025-04-01": 4, "2026-04-10": 7})
    previous, _ = told("new_leads", facts)
    assert (previous.before, previous.change, previous.word) == (0, None, "improving")
    assert previous.text == "7, from 0 last quarter"


# ---- running periods ----


def test_a_running_period_is_compared_with_as_many_days(told: Told) -> None:
    # 10 days of June: 12 against the 10 of 1 to 10 May; the 90 of the rest of May do not count
    days = {"2025-06-10": 6, "2025-06-11": 9, "2026-05-10": 10, "2026-05-11": 90, "2026-06-05": 12}
    previous, year_ago = told(
        "new_leads", rows("leads_created", days), period=JUNE, as_of=date(2026, 6, 10)
    )
    assert (previous.period.end, previous.before) == (date(2026, 5, 10), 10)
    assert previous.text == "20% more than the same days of last month"
    assert (year_ago.before, year_ago.text) == (6, "100% more than the same days of Jun 2025")


def test_the_whole_earlier_period_on_request(told: Told) -> None:
    days = {"2025-06-10": 6, "2026-05-10": 10, "2026-05-11": 90, "2026-06-05": 12}
    facts = rows("leads_created", days)
    previous, _ = told("new_leads", facts, period=JUNE, as_of=date(2026, 6, 10), to_date=False)
    assert previous.before == 100


def test_a_short_month_is_compared_whole(told: Told) -> None:
    march = period_of(date(2026, 3, 1), Grain.MONTH)
    facts = rows("leads_created", {"2025-06-01": 1, "2026-02-28": 10, "2026-03-30": 20})
    previous, _ = told("new_leads", facts, period=march, as_of=date(2026, 3, 30))
    assert previous.before == 10
    assert previous.text == "100% more than last month"  # 30 days of March, all 28 of February


def test_sums_known_by_month_cannot_be_cut(told: Told) -> None:
    spend = {"2026-05-01": 100, "2026-06-01": 40}
    facts = rows("marketing_spend", spend, grain="month")
    clicks = rows("leads_created", {"2026-05-01": 10, "2026-06-01": 10}, grain="month")
    cost = told("cost_per_lead", facts, clicks, period=JUNE, as_of=date(2026, 6, 10))[0]
    assert cost.before == 10  # a ratio is compared with all of May
    assert cost.text == "60% less than last month"
    lead = told("new_leads", clicks, period=JUNE, as_of=date(2026, 6, 10))[0]
    assert (lead.change, lead.word) == (None, None)
    assert lead.text == "No comparison with the same days of last month: known by month only"


# ---- rates and durations ----


def wins(year_ago: tuple[int, int], previous: tuple[int, int], now: tuple[int, int]) -> Any:
    pairs = (year_ago, previous, now)
    return [
        *rows("won_deals", {d: won for d, (won, _) in zip(DAYS, pairs, strict=True)}),
        *rows("closed_opportunities", {d: all_ for d, (_, all_) in zip(DAYS, pairs, strict=True)}),
    ]


def test_rates_change_by_points(told: Told) -> None:
    previous, year_ago = told("win_rate", wins((2000, 10_000), (2120, 10_000), (2240, 10_000)))
    assert previous.change == pytest.approx(0.012)
    assert (previous.word, previous.text) == ("improving", "1.2 points higher than last quarter")
    assert year_ago.text == "2.4 points higher than Q1 FY2025/26"


def test_a_change_within_chance_is_flat(told: Told) -> None:
    # 3 of 17 against 2 of 20: 17.6% and 10%, whose intervals are wider than the difference
    previous, year_ago = told("win_rate", wins((20, 20), (2, 20), (3, 17)))
    assert previous.word == "flat"
    assert previous.text == "7.6 points higher than last quarter, within chance"
    assert year_ago.word == "declining"  # all of 20 against 3 of 17 is no chance


@pytest.mark.parametrize(
    ("now", "then", "low", "high"),
    # Newcombe 1998, table II, method 10, examples (a), (b), (d) and (h)
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_as_published(
    told: Told, now: tuple[int, int], then: tuple[int, int], low: float, high: float
) -> None:
    new, old = (Counts(successes=pair[0], trials=pair[1]) for pair in (now, then))
    found = difference(new, old)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    expected = "flat" if low < 0 else "improving"
    assert told("win_rate", wins((1, 1), then, now))[0].word == expected


def test_durations_are_faster_or_slower(told: Told) -> None:
    facts = rows(
        "days_from_opportunity_to_won",
        dict(zip(DAYS, (50, 62, 60), strict=True)),
        kind="observation",
        n=1,
    )
    previous, year_ago = told("sales_cycle_length", facts)
    assert (previous.word, previous.text) == ("flat", "2.0 days faster than last quarter")
    assert (year_ago.word, year_ago.text) == ("declining", "10.0 days slower than Q1 FY2025/26")


# ---- nothing to compare ----


def test_without_a_value_there_is_no_trend(told: Told) -> None:
    assert told("net_revenue_retention") == ()


def test_without_an_earlier_value_the_reason_is_told(told: Told) -> None:
    facts = rows("net_revenue_retention", {"2026-04-01": 1.05}, kind="level", grain="quarter")
    previous, _ = told("net_revenue_retention", facts)
    assert (previous.before, previous.change, previous.word) == (None, None, None)
    assert previous.text == "No comparison with last quarter: no value for Q4 FY2025/26"


def test_a_period_the_data_covers_in_part_is_not_compared(told: Told) -> None:
    # the data begins on Tuesday 1 April 2025: one day of seven of that week is not known
    week = period_of(date(2025, 4, 7), Grain.WEEK)
    facts = rows("leads_created", {"2025-04-02": 10, "2025-04-08": 20})
    previous, _ = told("new_leads", facts, period=week)
    assert (previous.before, previous.change, previous.word) == (10, None, None)
    assert previous.text == "No comparison with the week before: the data begins on 1 Apr 2025"
    won = rows("won_deals", {"2025-04-02": 5, "2025-04-08": 5})
    closed = rows("closed_opportunities", {"2025-04-02": 10, "2025-04-08": 10})
    rate, _ = told("win_rate", won, closed, period=week)
    assert rate.text == "the same as the week before"  # a rate of part of a week is one


def test_large_growth_is_told_in_times(told: Told) -> None:
    assert told("new_leads", leads(1, 10, 100))[0].text == "10 times last quarter"
    assert told("new_leads", leads(1, 10, 99))[0].text == "890% more than last quarter"


def test_filters_reach_both_sides(told: Told) -> None:
    facts = [*leads(1, 100, 200)]
    paid = rows("leads_created", {"2026-01-10": 10, "2026-04-10": 5}, channel="paid")
    previous, _ = told("new_leads", paid, filters=Filters("paid"))
    assert previous.text == "50% less than last quarter"
    assert told("new_leads", facts, filters=Filters("paid")) == ()


def test_the_first_years_of_the_calendar_do_not_crash(told: Told) -> None:
    first = period_of(date.min, Grain.DAY)
    facts = rows("leads_created", {"0001-01-01": 1})
    assert told("new_leads", facts, period=first) == ()
