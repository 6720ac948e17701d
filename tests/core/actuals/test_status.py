"""Status against targets, worked by hand, and the part of a year's target a period has to bring."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_core.actuals.calendar import period_of, periods
from kpi_core.actuals.figures import Reading
from kpi_core.actuals.status import Status, StatusWord, status
from kpi_core.actuals.targets_by_period import (
    elapsed_weight,
    from_january,
    period_target,
    share_of_year,
)
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import Grain
from kpi_core.models.kpi import Kpi, Thresholds
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.tree import Counts

JUNE = period_of(date(2026, 6, 1), Grain.MONTH)
"""Thirty days."""
HALF = date(2026, 6, 15)
OVER = date(2026, 6, 30)
ON_TRACK, AT_RISK, OFF_TRACK, TOO_EARLY, NO_DATA = StatusWord
RISING = st.floats(0, 1000)


def judged(
    metric: MetricDefinition,
    target: float | None,
    actual: float | None,
    as_of: date = HALF,
    counts: tuple[int, int] | None = None,
    weight: float | None = None,
    **limits: float,
) -> Status:
    told = Counts(successes=counts[0], trials=counts[1]) if counts else None
    reading = Reading(actual, told)
    return status(metric, target, reading, JUNE, as_of, Thresholds(**limits), weight)


@pytest.fixture(scope="module")
def leads(catalog: Catalog) -> MetricDefinition:
    return catalog.metric("new_leads")


@pytest.fixture(scope="module")
def recycled(catalog: Catalog) -> MetricDefinition:
    """A count of which fewer are better."""
    return catalog.metric("recycled_lead_count")


@pytest.fixture(scope="module")
def win_rate(catalog: Catalog) -> MetricDefinition:
    return catalog.metric("win_rate")


@pytest.fixture(scope="module")
def churn(catalog: Catalog) -> MetricDefinition:
    """A rate of counts of which less is better."""
    return catalog.metric("churn_rate")


# ---- counts and money ----


@pytest.mark.parametrize(
    ("actual", "word"),
    # half of the month: 100 of 200 expected; on track from 95, at risk from 85
    [
        (110, ON_TRACK),
        (95, ON_TRACK),
        (94, AT_RISK),
        (85, AT_RISK),
        (84, OFF_TRACK),
        (0, OFF_TRACK),
    ],
)
def test_counts_are_held_against_what_is_expected_by_now(
    leads: MetricDefinition, actual: float, word: StatusWord
) -> None:
    found = judged(leads, 200, actual)
    assert (found.word, found.expected, found.ratio) == (word, 100, actual / 100)


def test_pace_and_what_the_rest_needs(leads: MetricDefinition) -> None:
    # 90 in 15 of 30 days: 180 at this pace; 110 more in 15 days are 7.33 a day
    found = judged(leads, 200, 90)
    assert (found.projected, found.run_rate) == (180, 110 / 15)
    assert found.reason == (
        "90 by 15 Jun 2026; 100 expected, 90.0% of it. At this pace it ends at 180 of 200; "
        "the rest needs 7.33 a day."
    )


def test_the_season_decides_what_is_expected(leads: MetricDefinition) -> None:
    # a quarter of the target expected by the middle: 50, and 45 project to 180
    found = judged(leads, 200, 45, weight=0.25)
    assert (found.expected, found.projected, found.ratio) == (50, 180, 0.9)
    assert judged(leads, 200, 0, weight=0).word is ON_TRACK  # nothing is expected yet
    assert judged(leads, 200, 0, weight=0).projected is None


def test_a_closed_period_is_judged_as_a_whole(leads: MetricDefinition) -> None:
    for as_of in (OVER, OVER + timedelta(days=400)):
        found = judged(leads, 200, 180, as_of, weight=0.1)
        assert (found.word, found.expected, found.projected) == (AT_RISK, 200, 180)
        assert found.run_rate is None
        assert found.reason == "180 in Jun 2026 against a target of 200, 90.0% of it."


@pytest.mark.parametrize(("day", "early"), [(1, True), (5, True), (6, False)])
def test_under_a_fifth_of_the_period_is_too_early(
    leads: MetricDefinition, day: int, early: bool
) -> None:
    found = judged(leads, 300, 2, date(2026, 6, day))  # 6 of 30 days are the fifth
    assert (found.word is TOO_EARLY) is early
    assert found.expected == pytest.approx(10 * day)
    if day == 5:
        assert found.reason == "Too early to judge: 2 after 5 of 30 days of Jun 2026."


def test_too_early_follows_the_thresholds(leads: MetricDefinition) -> None:
    assert judged(leads, 300, 2, date(2026, 6, 1), too_early_share=0).word is OFF_TRACK
    assert judged(leads, 300, 2, HALF, too_early_share=0.6).word is TOO_EARLY
    assert judged(leads, 200, 94, on_track_from=0.9).word is ON_TRACK


def test_a_target_already_reached_is_not_too_early(leads: MetricDefinition) -> None:
    found = judged(leads, 100, 120, date(2026, 6, 2))
    assert (found.word, found.run_rate) == (ON_TRACK, 0)
    assert "is reached" in found.reason


def test_less_than_one_expected_is_too_early(catalog: Catalog) -> None:
    deals = catalog.metric("closed_won_deals")
    # 1 deal a month: by the 15th half a deal is expected, so none says nothing
    found = judged(deals, 1, 0)
    assert (found.word, found.reason) == (
        TOO_EARLY,
        "Too early to judge: 0 so far, and less than one was expected by 15 Jun 2026.",
    )
    assert judged(deals, 2, 0).word is OFF_TRACK  # one was due by now
    assert judged(deals, 1, 0, OVER).word is OFF_TRACK


def test_a_small_run_rate_is_told_by_week(catalog: Catalog) -> None:
    # 3 more in 15 days: 0.2 a day, 1.4 a week
    found = judged(catalog.metric("closed_won_deals"), 5, 2)
    assert found.run_rate == 0.2
    assert "the rest needs 1.4 a week" in found.reason


@pytest.mark.parametrize(
    ("actual", "word", "ratio"),
    # a limit of 40, so 20 by the middle: 20/21 = 95.2%, 20/22 = 90.9%, 20/24 = 83.3%
    [
        (10, ON_TRACK, 2.0),
        (21, ON_TRACK, 20 / 21),
        (22, AT_RISK, 20 / 22),
        (24, OFF_TRACK, 20 / 24),
        (0, ON_TRACK, None),
    ],
)
def test_lower_is_better_turns_the_ratio_round(
    recycled: MetricDefinition, actual: float, word: StatusWord, ratio: float | None
) -> None:
    found = judged(recycled, 40, actual)
    assert (found.word, found.ratio) == (word, ratio)


def test_a_limit_already_exceeded_is_not_too_early(recycled: MetricDefinition) -> None:
    found = judged(recycled, 40, 41, date(2026, 6, 2))
    assert found.word is OFF_TRACK
    assert found.reason.endswith("with a limit of 40.")


@pytest.mark.parametrize(("actual", "word"), [(0, ON_TRACK), (1, OFF_TRACK)])
def test_a_limit_of_zero(recycled: MetricDefinition, actual: float, word: StatusWord) -> None:
    assert judged(recycled, 0, actual).word is word


def test_a_target_of_zero_is_met(leads: MetricDefinition) -> None:
    assert (judged(leads, 0, 0).word, judged(leads, 0, 0).ratio) == (ON_TRACK, None)


def test_a_negative_target_is_met_or_missed(catalog: Catalog) -> None:
    roi = catalog.metric("marketing_roi")
    words = [judged(roi, -0.5, value, OVER).word for value in (-0.4, -0.5, -0.6)]
    assert words == [ON_TRACK, ON_TRACK, OFF_TRACK]
    assert judged(roi, 0.5, -0.1, OVER).word is OFF_TRACK


# ---- rates ----


@pytest.mark.parametrize(
    ("actual", "word"),
    [(0.3, ON_TRACK), (0.238, ON_TRACK), (0.23, AT_RISK), (0.21, OFF_TRACK)],
)
def test_rates_are_held_against_the_target_itself(
    win_rate: MetricDefinition, actual: float, word: StatusWord
) -> None:
    found = judged(win_rate, 0.25, actual, date(2026, 6, 1))
    assert (found.word, found.expected, found.projected) == (word, 0.25, None)
    assert found.ratio == actual / 0.25


def test_too_few_events_to_tell(win_rate: MetricDefinition) -> None:
    # 3 of 17 is 17.6%; Wilson's 95% interval 6.2% to 41.0% holds 25% as well as 21.25%, the border
    found = judged(win_rate, 0.25, 3 / 17, OVER, (3, 17))
    assert found.word is TOO_EARLY
    assert found.reason == (
        "Too few events: 3 of 17 means between 6.2% and 41.0%, so 25.0% may or may not be met."
    )
    assert found.ratio == pytest.approx(3 / 17 / 0.25)


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ((5, 20), TOO_EARLY),  # 25% exactly, yet 11.2% to 46.9%
        ((0, 30), OFF_TRACK),  # 0% to 11.4%: the target is out of reach of chance
        ((18, 30), ON_TRACK),  # 42.3% to 75.4%: certainly above
        ((2500, 10_000), ON_TRACK),  # 24.2% to 25.9%: never as low as 21.25%
        ((230, 1000), TOO_EARLY),  # 20.5% to 25.7%: holds 21.25% as well as 25%
    ],
)
def test_events_decide_what_can_be_said(
    win_rate: MetricDefinition, counts: tuple[int, int], word: StatusWord
) -> None:
    found = judged(win_rate, 0.25, counts[0] / counts[1], OVER, counts)
    assert found.word is word


def test_enough_events_say_at_risk(win_rate: MetricDefinition) -> None:
    # 1,150 of 5,000 is 23%: 21.9% to 24.2% excludes 25%
    assert judged(win_rate, 0.25, 0.23, OVER, (1150, 5000)).word is AT_RISK


def test_lower_is_better_has_its_border_above(churn: MetricDefinition) -> None:
    # target 2%, border 2% / 0.85 = 2.35%; 1 of 50 is 0.4% to 10.5%
    assert judged(churn, 0.02, 0.02, OVER, (1, 50)).word is TOO_EARLY
    # 200 of 10,000 is 1.74% to 2.29%: never above the border
    assert judged(churn, 0.02, 0.02, OVER, (200, 10_000)).word is ON_TRACK
    assert judged(churn, 0.02, 0.03, OVER, (300, 10_000)).word is OFF_TRACK
    assert judged(churn, 0.02, 0.0, OVER).word is ON_TRACK


def test_average_money_and_durations_are_no_year_amounts(catalog: Catalog) -> None:
    deal_size = judged(catalog.metric("average_deal_size"), 1000, 970, date(2026, 6, 1))
    assert (deal_size.word, deal_size.expected) == (ON_TRACK, 1000)
    response = judged(catalog.metric("lead_response_time"), 10, 12)
    assert (response.word, response.ratio) == (OFF_TRACK, 10 / 12)
    assert response.reason == "12 hours in Jun 2026 against a target of at most 10 hours."


# ---- nothing to judge ----


def test_without_target_data_or_days(leads: MetricDefinition) -> None:
    assert judged(leads, None, 5).word is NO_DATA
    assert judged(leads, 10, None).word is NO_DATA
    none = status(leads, 10, Reading(None, note="not measured"), JUNE, HALF, Thresholds())
    assert none.reason == "No data for Jun 2026: not measured."
    ahead = judged(leads, 10, None, date(2026, 5, 31))
    assert (ahead.word, ahead.reason) == (TOO_EARLY, "Jun 2026 begins on 1 Jun 2026.")


# ---- targets by period ----


def kpi(metric_id: str, value: float | None) -> Kpi:
    target = None if value is None else {"value": value, "basis": "user", "reason": "test"}
    data: dict[str, Any] = {"metric_id": metric_id, "stage": "conversion", "role": "primary"}
    data |= {"reason": "test", "owner_role": None, "cadence": "monthly", "target": target}
    return Kpi.model_validate(data)


def test_a_years_amount_is_shared_among_its_periods(leads: MetricDefinition) -> None:
    year = period_of(date(2026, 6, 1), Grain.YEAR, 4)
    quarter = period_of(date(2026, 6, 1), Grain.QUARTER, 4)
    day = period_of(date(2026, 6, 1), Grain.DAY)
    targets = [
        period_target(kpi("new_leads", 1200), leads, p, 4) for p in (year, quarter, JUNE, day)
    ]
    assert targets == pytest.approx([1200, 300, 100, 100 / 30], rel=1e-12)
    assert targets[0] == 1200
    assert period_target(kpi("new_leads", None), leads, year, 4) is None


def test_other_targets_hold_in_every_period(win_rate: MetricDefinition, catalog: Catalog) -> None:
    assert period_target(kpi("win_rate", 0.25), win_rate, JUNE, 4) == 0.25
    size = catalog.metric("average_deal_size")
    assert period_target(kpi("average_deal_size", 1000), size, JUNE, 4) == 1000
    reach = catalog.metric("qualified_reach")
    assert period_target(kpi("qualified_reach", 500), reach, JUNE, 4) == 500


def test_seasonal_weights_start_with_the_fiscal_year() -> None:
    season = [3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]  # of 12, from April
    months = [date(2026, 4, 1), date(2026, 5, 1), date(2027, 2, 1)]
    shares = [share_of_year(period_of(day, Grain.MONTH), 4, season) for day in months]
    assert shares == [3 / 12, 1 / 12, 0]
    quarter = period_of(date(2026, 4, 1), Grain.QUARTER, 4)
    assert share_of_year(quarter, 4, season) == pytest.approx(5 / 12)


@pytest.mark.parametrize("season", [[], [1, 2, 3], [0] * 12, [-1] * 12, [float("nan")] * 12])
def test_anything_but_twelve_weights_means_even_months(season: list[float]) -> None:
    assert share_of_year(JUNE, 1, season) == 1 / 12


def test_a_week_across_two_months_takes_part_of_each() -> None:
    # Monday 29 June to Sunday 5 July: 2 of June's 30 days, 5 of July's 31
    week = period_of(date(2026, 6, 29), Grain.WEEK)
    assert share_of_year(week, 1) == pytest.approx((2 / 30 + 5 / 31) / 12, rel=1e-12)


def test_the_elapsed_weight_follows_the_season() -> None:
    # April weighs 3 of the quarter's 5, so after April three fifths are expected
    season = [3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    quarter = period_of(date(2026, 4, 1), Grain.QUARTER, 4)
    assert elapsed_weight(quarter, date(2026, 4, 30), 4, season) == pytest.approx(0.6)
    assert elapsed_weight(quarter, date(2026, 3, 31), 4, season) == 0
    assert elapsed_weight(quarter, date(2026, 6, 30), 4, season) == 1
    february = period_of(date(2027, 2, 1), Grain.MONTH)
    assert elapsed_weight(february, date(2027, 2, 14), 4, season) == 0.5  # no weight: by days


def test_own_history_starts_in_january() -> None:
    assert from_january(list(range(1, 13)), 4) == (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
    assert from_january([1, 2, 3, 4], 2) == (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 1)
    assert from_january(None, 4) == from_january([1, 2], 4) == ()


@given(
    st.dates(date(1999, 1, 1), date(2060, 1, 1)),
    st.integers(1, 12),
    st.one_of(st.just([]), st.lists(RISING, min_size=12, max_size=12)),
)
def test_the_parts_of_a_year_are_the_year(day: date, fiscal: int, season: list[float]) -> None:
    year = period_of(day, Grain.YEAR, fiscal)
    for grain in (Grain.QUARTER, Grain.MONTH, Grain.DAY):
        parts = periods(year.start, year.end, grain, fiscal)
        assert sum(share_of_year(p, fiscal, season) for p in parts) == pytest.approx(1, rel=1e-9)
    assert share_of_year(year, fiscal, season) == pytest.approx(1, rel=1e-15)


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 40))
def test_more_is_never_worse(leads: MetricDefinition, actual: int, target: int, day: int) -> None:
    order = [OFF_TRACK, AT_RISK, ON_TRACK]
    as_of = JUNE.start + timedelta(days=day)
    less, more = (judged(leads, target, value, as_of).word for value in (actual, actual + 1))
    if TOO_EARLY not in (less, more):
        assert order.index(more) >= order.index(less)
