"""Metrics read from facts: every kind of row by hand, and what must add up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_core.actuals.calendar import Period, first_days, period_of, periods
from kpi_core.actuals.figures import Figures, Filters, Reading
from kpi_core.catalog.loader import Catalog
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.tree import Counts

COLUMNS = ["kind", "id", "day", "grain", "channel", "segment", "value", "n"]
Q2 = period_of(date(2026, 4, 1), Grain.QUARTER)
"""April to June 2026."""
END = date(2026, 6, 30)
Made = Callable[..., Figures]


def row(key: str, day: str, value: float, channel: str = "", **other: Any) -> dict[str, Any]:
    """A fact of one day; a flow unless `kind` says otherwise, with n events as many as its value."""
    fact = {"kind": "flow", "id": key, "day": day, "grain": "day", "channel": channel}
    return {**fact, "segment": "", "value": value, "n": int(value), **other}


def month_row(key: str, day: str, value: float, channel: str = "", **other: Any) -> dict[str, Any]:
    return row(key, day, value, channel, **{"grain": "month", **other})


def level(key: str, day: str, value: float, channel: str = "", **other: Any) -> dict[str, Any]:
    return month_row(key, day, value, channel, **{"kind": "level", "n": 0, **other})


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *({k for r in rows for k in r} - set(COLUMNS))])
    frame["day"] = frame["day"].to_numpy(dtype="datetime64[us]")
    return frame.astype({"value": "float64", "n": "int64"})


@pytest.fixture(scope="module")
def made(worked_example: MeasurementFramework, catalog: Catalog) -> Made:
    def make(*rows: dict[str, Any], as_of: date | None = END, **other: Any) -> Figures:
        return Figures(table(list(rows)), worked_example, as_of, **{"catalog": catalog, **other})

    return make


# ---- flows ----


def test_a_flow_is_added_up_within_the_period(made: Made) -> None:
    figures = made(
        row("leads_created", "2026-03-31", 7),
        row("leads_created", "2026-04-01", 3, "paid"),
        row("leads_created", "2026-06-30", 4, "seo"),
        row("leads_created", "2026-07-01", 9),
        as_of=date(2026, 12, 31),
    )
    assert figures.read("new_leads", Q2) == Reading(7, n=7)
    assert figures.read("leads_created", Q2) == Reading(7, n=7)  # by the measure's own id


def test_only_days_up_to_as_of_count(made: Made) -> None:
    rows = [row("leads_created", f"2026-04-0{day}", 1) for day in (1, 2, 3)]
    assert made(*rows, as_of=date(2026, 4, 2)).read("new_leads", Q2).value == 2
    later = made(*rows, as_of=date(2026, 3, 31)).read("new_leads", Q2)
    assert later == Reading(None, note="Q2 FY2026 begins after 31 Mar 2026")


def test_a_quiet_period_inside_the_data_is_zero_and_says_since_when(made: Made) -> None:
    figures = made(row("won_deals", "2026-01-10", 1), row("won_deals", "2026-07-10", 1), as_of=None)
    assert figures.read("closed_won_deals", Q2) == Reading(0, n=0, note="none since 10 Jan 2026")


def test_before_and_after_the_data_nothing_is_known(made: Made) -> None:
    figures = made(row("leads_created", "2026-05-04", 5), row("leads_created", "2026-05-20", 5))
    assert figures.read("new_leads", period_of(date(2026, 3, 1), Grain.MONTH)) == Reading(
        None, note="the data begins on 4 May 2026"
    )
    assert figures.read("new_leads", period_of(date(2026, 6, 1), Grain.MONTH)) == Reading(
        None, note="the data ends on 20 May 2026"
    )
    assert figures.read("new_leads", Q2) == Reading(
        10, n=10, note="the data begins on 4 May 2026; the data ends on 20 May 2026", partial=True
    )


def test_each_upload_covers_its_own_days(made: Made) -> None:
    """Leads that end in April are not zero in May because deals of another upload go on."""
    figures = made(
        row("leads_created", "2026-04-01", 5, source="a"),
        row("leads_created", "2026-04-30", 5, source="a"),
        row("won_deals", "2026-04-01", 1, source="b"),
        row("won_deals", "2026-06-30", 1, source="b"),
    )
    may = period_of(date(2026, 5, 1), Grain.MONTH)
    assert figures.read("new_leads", may) == Reading(None, note="the data ends on 30 Apr 2026")
    assert figures.read("closed_won_deals", may).value == 0


def test_shorter_grains_add_up_and_longer_ones_do_not_answer(made: Made) -> None:
    figures = made(
        month_row("marketing_spend", "2026-04-01", 100),
        month_row("marketing_spend", "2026-05-01", 200),
        month_row("marketing_spend", "2026-06-01", 300),
    )
    assert figures.read("marketing_spend", Q2) == Reading(600, n=600)
    day = period_of(date(2026, 5, 4), Grain.DAY)
    assert figures.read("marketing_spend", day) == Reading(None, note="known by month only")
    part = first_days(period_of(date(2026, 5, 1), Grain.MONTH), 14)
    assert figures.read("marketing_spend", part) == Reading(None, note="known by month only")


def test_missing_months_are_named(made: Made) -> None:
    figures = made(
        month_row("marketing_spend", "2026-04-01", 100),
        month_row("marketing_spend", "2026-06-01", 300),
    )
    assert figures.read("marketing_spend", Q2).note == "no value for May 2026"
    may = period_of(date(2026, 5, 1), Grain.MONTH)
    assert figures.read("marketing_spend", may) == Reading(None, note="no value for May 2026")
    half = Period(Grain.QUARTER, date(2026, 2, 1), END, "half")
    assert figures.read("marketing_spend", half) == Reading(
        400, n=400, note="no value for Feb 2026, Mar 2026, May 2026", partial=True
    )
    year = figures.read("marketing_spend", period_of(END, Grain.YEAR))
    assert (year.value, year.note) == (400, "no value for 4 months of it")  # as of the end of June


@pytest.mark.parametrize(
    ("grain", "day", "note"),
    [
        (Grain.QUARTER, "2026-04-01", "no value for the quarter of 1 Jan 2026"),
        (Grain.WEEK, "2026-01-12", "no value for 23 weeks of it"),
    ],
)
def test_missing_quarters_and_weeks_lie_by_the_known_ones(
    made: Made, grain: Grain, day: str, note: str
) -> None:
    # Mondays from 5 January to 29 June 2026 are 26; those of 12 January, 1 and 8 June have values
    more = ["2026-06-01", "2026-06-08"] if grain is Grain.WEEK else []
    rows = [row("marketing_spend", start, 10, grain=grain.value) for start in (day, *more)]
    half = Period(Grain.QUARTER, date(2026, 1, 1), END, "half")
    assert note in (made(*rows).read("marketing_spend", half).note or "")


def test_weeks_count_into_months_by_their_first_day(made: Made) -> None:
    # Mondays: 6, 13, 20, 27 April (to 3 May), 4, 11, 18, 25 May (to 31 May)
    april = [(f"2026-04-{day:02d}", 1) for day in (6, 13, 20, 27)]
    rows = [
        row("leads_created", day, value, grain="week")
        for day, value in [*april, ("2026-05-04", 2), ("2026-05-25", 4)]
    ]
    figures = made(*rows)
    found = figures.read("new_leads", period_of(date(2026, 4, 1), Grain.MONTH))
    assert (found.value, found.note) == (4, "weeks are counted by their first day")
    may = figures.read("new_leads", period_of(date(2026, 5, 1), Grain.MONTH))
    assert may.value == 6
    assert "weeks are counted by their first day" in (may.note or "")
    assert "the week of 11 May 2026, the week of 18 May 2026" in (may.note or "")
    week = period_of(date(2026, 5, 6), Grain.WEEK)
    assert figures.read("new_leads", week) == Reading(2, n=2)


def test_an_amount_known_twice_counts_once(made: Made) -> None:
    """A quarter that was entered as a whole and month by month is not both together."""
    figures = made(
        row("marketing_spend", "2026-04-01", 1000, grain="quarter"),
        month_row("marketing_spend", "2026-04-01", 300),
        month_row("marketing_spend", "2026-05-01", 400),
    )
    assert figures.read("marketing_spend", Q2).value == 1000
    assert figures.read("marketing_spend", period_of(date(2026, 5, 1), Grain.MONTH)).value == 400


# ---- channels and segments ----


def test_filters_take_one_channel_or_segment(made: Made) -> None:
    figures = made(
        row("leads_created", "2026-04-01", 3, "paid", segment="smb"),
        row("leads_created", "2026-04-02", 4, "paid", segment="enterprise"),
        row("leads_created", "2026-06-30", 5, "unknown", segment="smb"),
    )
    assert figures.channels == ("paid", "unknown")
    assert figures.segments == ("enterprise", "smb")
    assert figures.read("new_leads", Q2, Filters("paid")).value == 7
    assert figures.read("new_leads", Q2, Filters(segment="smb")).value == 8
    assert figures.read("new_leads", Q2, Filters("paid", "smb")).value == 3
    assert figures.read("new_leads", Q2, Filters("tv")).value == 0
    by_channel = figures.by_channel("new_leads", Q2)
    assert {key: one.value for key, one in by_channel.items()} == {"paid": 7, "unknown": 5}
    assert list(figures.by_channel("new_leads", Q2, Filters("paid"))) == ["paid"]


def test_what_is_not_split_is_not_guessed(made: Made) -> None:
    figures = made(row("leads_created", "2026-04-01", 3), row("leads_created", "2026-06-30", 3))
    none = figures.read("new_leads", Q2, Filters("paid"))
    assert none == Reading(None, note="not split by channel")
    both = figures.read("new_leads", Q2, Filters("paid", "smb"))
    assert both.note == "not split by channel and segment"


def test_partly_split_data_says_so(made: Made) -> None:
    figures = made(
        row("leads_created", "2026-04-01", 3, "paid"), row("leads_created", "2026-06-30", 2)
    )
    assert figures.read("new_leads", Q2).value == 5  # the rest counts in the whole
    one = figures.read("new_leads", Q2, Filters("paid"))
    assert one == Reading(3, n=3, note="part of the data is not split by channel")


# ---- rates ----


def test_a_rate_is_the_sums_ratio_with_its_counts(made: Made) -> None:
    # 1 of 10 and 3 of 10: 4 of 20, not the mean of monthly rates of unequal months
    figures = made(
        row("won_deals", "2026-04-01", 1),
        row("closed_opportunities", "2026-04-01", 2),
        row("won_deals", "2026-06-30", 3),
        row("closed_opportunities", "2026-06-30", 18),
    )
    assert figures.read("win_rate", Q2) == Reading(0.2, Counts(successes=4, trials=20), 20)


def test_more_successes_than_trials_stand_without_counts(made: Made) -> None:
    figures = made(row("won_deals", "2026-04-01", 3), row("closed_opportunities", "2026-06-30", 2))
    found = figures.read("win_rate", Q2)
    assert (found.value, found.counts) == (1.5, None)
    assert "some come from an earlier period" in (found.note or "")


def test_nothing_to_divide_by_is_not_zero(made: Made) -> None:
    figures = made(
        row("won_deals", "2026-04-01", 0),
        row("closed_opportunities", "2026-04-01", 0),
        row("leads_created", "2026-06-30", 1),
    )
    found = figures.read("win_rate", Q2)
    assert found.value is None
    assert "is 0 in Q2 FY2026" in (found.note or "")


def test_a_missing_part_is_named(made: Made) -> None:
    found = made(row("won_deals", "2026-04-01", 1)).read("win_rate", Q2)
    assert found == Reading(None, note="Closed opportunities: not measured")


def test_money_by_counts_has_no_counts(made: Made) -> None:
    figures = made(row("won_deals", "2026-04-01", 4), row("won_revenue", "2026-06-30", 2_000))
    assert figures.read("average_deal_size", Q2) == Reading(500, n=4)


# ---- observations, changes ----


@pytest.mark.parametrize(
    ("observed", "median"),
    [
        ([(10, 1), (20, 1), (90, 1)], 20),
        ([(10, 1), (20, 1)], 15),
        ([(10, 3), (20, 1), (90, 1)], 10),
        ([(10, 2), (20, 2)], 15),
        ([(90, 5), (10, 4)], 90),
        ([(30, 1)], 30),
    ],
)
def test_the_median_weighs_by_events(
    made: Made, observed: list[tuple[int, int]], median: float
) -> None:
    rows = [
        row("days_from_opportunity_to_won", f"2026-04-{i + 1:02d}", value, kind="observation", n=n)
        for i, (value, n) in enumerate(observed)
    ]
    found = made(*rows, row("won_deals", "2026-06-30", 1)).read("sales_cycle_length", Q2)
    assert (found.value, found.n) == (median, sum(n for _, n in observed))


def test_no_observation_in_a_covered_period_is_unknown(made: Made) -> None:
    figures = made(
        row("days_from_opportunity_to_won", "2026-04-01", 30, kind="observation", n=1),
        row("won_deals", "2026-06-30", 1),
    )
    june = period_of(date(2026, 6, 1), Grain.MONTH)
    assert figures.read("sales_cycle_length", june) == Reading(None, note="none in Jun 2026")


def test_changes_add_up_to_a_level_at_the_end(made: Made) -> None:
    rows = [
        row("open_opportunities", day, value, channel, kind="change", n=1)
        for day, value, channel in [
            ("2026-01-10", 1, "seo"),
            ("2026-04-10", 1, "paid"),
            ("2026-05-10", -1, "seo"),
            ("2026-06-30", 1, "seo"),
        ]
    ]
    figures = made(*rows)
    april, june = (period_of(date(2026, month, 1), Grain.MONTH) for month in (4, 6))
    assert figures.read("open_opportunities", april).value == 2
    assert figures.read("open_opportunities", june).value == 2
    assert figures.read("open_opportunities", june, Filters("seo")).value == 1
    assert figures.read("open_opportunities", april, Filters("tv")).value == 0
    assert made(*rows, as_of=date(2026, 6, 29)).read("open_opportunities", june).value == 1
    early = figures.read("open_opportunities", period_of(date(2025, 12, 1), Grain.MONTH))
    assert early == Reading(None, note="the data begins on 10 Jan 2026")


def test_velocity_puts_all_kinds_together(made: Made) -> None:
    # 3 open x (1 of 4) x 1,000 / 30 days = 25 a day
    figures = made(
        row("open_opportunities", "2026-04-01", 3, kind="change", n=3),
        row("won_deals", "2026-05-01", 1),
        row("closed_opportunities", "2026-05-01", 4),
        row("won_revenue", "2026-05-01", 1000),
        row("days_from_opportunity_to_won", "2026-06-30", 30, kind="observation", n=1),
    )
    assert figures.read("pipeline_velocity", Q2).value == pytest.approx(25, rel=1e-12)


# ---- uploaded values ----


def test_a_level_is_taken_as_entered_and_the_last_counts_for_longer(made: Made) -> None:
    figures = made(
        level("net_revenue_retention", "2026-04-01", 1.01),
        level("net_revenue_retention", "2026-06-01", 1.05),
    )
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert figures.read("net_revenue_retention", april) == Reading(1.01)
    assert figures.read("net_revenue_retention", Q2) == Reading(1.05)
    may = period_of(date(2026, 5, 1), Grain.MONTH)
    assert figures.read("net_revenue_retention", may).note == "no value for May 2026"


def test_rates_entered_by_month_are_a_plain_mean_that_says_so(made: Made) -> None:
    figures = made(level("win_rate", "2026-04-01", 0.2), level("win_rate", "2026-05-01", 0.3))
    assert figures.read("win_rate", Q2) == Reading(0.25, note="mean of 2 months")
    one = made(level("win_rate", "2026-04-01", 0.2)).read("win_rate", Q2)
    assert one == Reading(0.2, note="mean of 1 month")


def test_medians_entered_by_month_are_a_mean_of_medians(made: Made) -> None:
    figures = made(
        level("lead_response_time", "2026-04-01", 2), level("lead_response_time", "2026-05-01", 5)
    )
    assert figures.read("lead_response_time", Q2) == Reading(
        3.5, note="mean of the medians of 2 months"
    )


def test_reach_does_not_add_up(made: Made) -> None:
    figures = made(
        level("qualified_reach", "2026-04-01", 500), level("qualified_reach", "2026-05-01", 500)
    )
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert figures.read("qualified_reach", april).value == 500
    found = figures.read("qualified_reach", Q2)
    assert found == Reading(None, note="known by month only, and months cannot be added up")


def test_a_formula_goes_before_an_entered_value(made: Made) -> None:
    april, may = (period_of(date(2026, month, 1), Grain.MONTH) for month in (4, 5))
    figures = made(
        month_row("won_deals", "2026-04-01", 1),
        month_row("closed_opportunities", "2026-04-01", 4),
        level("win_rate", "2026-04-01", 0.9),
        level("win_rate", "2026-05-01", 0.3),
    )
    assert figures.read("win_rate", april).value == 0.25
    assert figures.read("win_rate", may) == Reading(0.3)


def test_a_measure_may_come_under_the_metrics_id(made: Made) -> None:
    figures = made(
        month_row("closed_won_revenue", "2026-04-01", 900),
        month_row("closed_won_deals", "2026-04-01", 3),
    )
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert figures.read("closed_won_revenue", april).value == 900
    assert figures.read("won_revenue", april).value == 900
    assert figures.read("average_deal_size", april).value == 300


def test_levels_of_channels_add_up_only_where_that_means_something(made: Made) -> None:
    figures = made(
        level("win_rate", "2026-04-01", 0.2, "paid"),
        level("win_rate", "2026-04-01", 0.4, "seo"),
        level("target_keyword_rankings", "2026-04-01", 30, "paid"),
        level("target_keyword_rankings", "2026-04-01", 40, "seo"),
    )
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert figures.read("win_rate", april, Filters("seo")) == Reading(0.4)
    whole = figures.read("win_rate", april)
    assert whole.note == "known by channel or segment only, and those values cannot be added up"
    assert figures.read("target_keyword_rankings", april).value == 70


def test_an_entered_whole_does_not_answer_for_a_channel(made: Made) -> None:
    figures = made(level("win_rate", "2026-04-01", 0.2))
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert figures.read("win_rate", april, Filters("seo")) == Reading(
        None, note="not split by channel"
    )


def test_churn_is_the_mean_monthly_churn(made: Made) -> None:
    # 1 of 100 and 3 of 100 lost: 4 of 200, the monthly rate the definition means
    figures = made(
        month_row("customers_lost", "2026-04-01", 1),
        month_row("customers_lost", "2026-05-01", 3),
        level("customers_at_start", "2026-04-01", 100),
        level("customers_at_start", "2026-05-01", 100),
    )
    assert figures.read("churn_rate", Q2).value == 0.02


# ---- planned measures ----


def test_planned_measures_fill_in(made: Made) -> None:
    figures = made(
        month_row("marketing_spend", "2026-04-01", 80),
        plan_measures=lambda key, period: 100.0 if key == "marketing_budget" else None,
    )
    april = period_of(date(2026, 4, 1), Grain.MONTH)
    assert figures.read("budget_utilisation", april).value == 0.8
    assert "budget_utilisation" in figures.measured()
    paid = figures.read("marketing_budget", april, Filters("paid"))
    assert paid == Reading(None, note="not split by channel")


# ---- series, what is measured, bad input ----


def test_a_series_ends_with_the_period(made: Made) -> None:
    figures = made(row("leads_created", "2026-04-01", 1), row("leads_created", "2026-06-30", 2))
    found = figures.series("new_leads", Grain.MONTH, Q2, 3)
    assert [(p.label, r.value) for p, r in found] == [
        ("Apr 2026", 1),
        ("May 2026", 0),
        ("Jun 2026", 2),
    ]
    same = figures.series("new_leads", Grain.QUARTER, Q2, 2)
    assert [p.start for p, _ in same] == [date(2026, 1, 1), date(2026, 4, 1)]


def test_a_series_of_a_running_period_ends_today(made: Made) -> None:
    figures = made(row("leads_created", "2026-04-01", 1), as_of=date(2026, 5, 5))
    assert figures.series("new_leads", Grain.MONTH, Q2, 1)[0][0].label == "May 2026"


def test_only_what_can_be_read_is_measured(made: Made) -> None:
    figures = made(
        row("won_deals", "2026-04-01", 1),
        row("closed_opportunities", "2026-04-01", 1),
        level("qualified_reach", "2026-04-01", 1),
    )
    assert figures.measured() == {"closed_won_deals", "win_rate", "qualified_reach"}


def test_the_catalog_is_not_needed(worked_example: MeasurementFramework) -> None:
    facts = table([row("leads_created", "2026-04-01", 1)])
    figures = Figures(facts, worked_example)
    assert figures.as_of == figures.first_day == figures.last_day == date(2026, 4, 1)
    assert figures.measured() == {"new_leads"}
    assert figures.fiscal_start == worked_example.company.fiscal_year_start_month


def test_as_of_is_the_last_day_of_rows_and_later_entered_periods(made: Made) -> None:
    rows = [row("leads_created", "2026-05-14", 1), month_row("marketing_spend", "2026-05-01", 1)]
    assert made(*rows, as_of=None).as_of == date(2026, 5, 14)
    later = month_row("marketing_spend", "2026-06-01", 1)
    assert made(*rows, later, as_of=None).as_of == END


def test_bad_input_is_refused_or_counted(made: Made, worked_example: MeasurementFramework) -> None:
    with pytest.raises(ValueError, match="lack the columns kind, id"):
        Figures(pd.DataFrame({"x": [1]}), worked_example)
    with pytest.raises(ValueError, match="no facts"):
        made(as_of=None)
    assert made().read("win_rate", Q2).note == "Closed-won deals: not measured"
    assert made().measured() == frozenset()
    bad = made(
        row("leads_created", "2026-04-01", 1),
        {**row("leads_created", "2026-04-02", 0), "value": float("nan")},
        {**row("leads_created", "2026-04-02", 0), "value": float("inf")},
    )
    assert bad.left_out == 2
    assert bad.read("new_leads", period_of(date(2026, 4, 1), Grain.DAY)).value == 1
    assert bad.read("no such metric", Q2) == Reading(None, note="not measured")


def test_a_formula_in_a_circle_is_reported(
    worked_example: MeasurementFramework, catalog: Catalog
) -> None:
    def quotient(key: str, over: str) -> MetricDefinition:
        formula = {"kind": "quotient", "numerator": over, "denominator": "new_leads"}
        data = {**catalog.metric("win_rate").model_dump(), "id": key, "formula": formula}
        return MetricDefinition.model_validate(data)

    looped = MeasurementFramework.model_validate(
        {
            **worked_example.model_dump(),
            "metrics": (*worked_example.metrics, quotient("a", "b"), quotient("b", "a")),
        }
    )
    figures = Figures(table([row("leads_created", "2026-04-01", 1)]), looped)
    found = figures.read("a", Q2)
    assert found.value is None
    assert "circle" in (found.note or "")
    assert not {"a", "b"} & figures.measured()


def test_the_calendars_ends_do_not_crash(made: Made) -> None:
    figures = made(
        row("leads_created", "0001-01-01", 1),
        row("leads_created", "9999-12-31", 1),
        row("won_deals", "9999-12-01", 1, grain="month"),
        as_of=None,
    )
    assert figures.read("new_leads", period_of(date.max, Grain.YEAR)).value == 1
    third = period_of(date(3, 6, 1), Grain.YEAR, figures.fiscal_start)
    assert len(figures.series("new_leads", Grain.YEAR, third, 9)) == 4  # years 3, 2, 1, rest of 0


# ---- properties ----


LEADS = st.lists(
    st.tuples(
        st.integers(0, 729),
        st.integers(0, 50),
        st.sampled_from(["paid", "seo", "unknown", "events"]),
        st.sampled_from(["smb", "enterprise"]),
    ),
    min_size=1,
    max_size=40,
)
FIRST = date(2024, 1, 1)


def leads(found: list[tuple[int, int, str, str]]) -> list[dict[str, Any]]:
    """Facts of two years that cover them from the first day to the last."""
    ends = [(0, 0, "paid", "smb"), (730, 0, "paid", "smb")]
    return [
        row("leads_created", str(FIRST + timedelta(days=day)), value, channel, segment=segment)
        for day, value, channel, segment in (*found, *ends)
    ]


@settings(max_examples=40)
@given(LEADS, st.integers(1, 12))
def test_months_are_quarters_are_years(
    made: Made, found: list[tuple[int, int, str, str]], fiscal: int
) -> None:
    figures = made(*leads(found), as_of=date(2025, 12, 31))
    year = period_of(date(2024, 12, 31), Grain.YEAR, fiscal)

    def total(grain: Grain) -> float:
        parts = periods(year.start, year.end, grain, fiscal)
        return sum(figures.read("new_leads", part).value or 0 for part in parts)

    expected = sum(
        value
        for day, value, _, _ in found
        if year.start <= FIRST + timedelta(days=day) <= min(year.end, figures.as_of)
    )
    assert total(Grain.YEAR) == total(Grain.QUARTER) == total(Grain.MONTH) == expected
    assert total(Grain.DAY) == expected


@settings(max_examples=40)
@given(LEADS)
def test_channels_and_segments_partition_the_whole(
    made: Made, found: list[tuple[int, int, str, str]]
) -> None:
    figures = made(*leads(found), as_of=date(2025, 12, 31))
    period = Period(Grain.YEAR, FIRST, date(2024, 12, 31), "2024")
    whole = figures.read("new_leads", period).value
    by_channel = figures.by_channel("new_leads", period)
    assert sum(one.value or 0 for one in by_channel.values()) == whole
    cells = [
        figures.read("new_leads", period, Filters(channel, segment)).value or 0
        for channel in figures.channels
        for segment in figures.segments
    ]
    assert sum(cells) == whole


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 9)), min_size=1, max_size=30))
def test_the_median_is_that_of_the_events_written_out(
    made: Made, observed: list[tuple[int, int]]
) -> None:
    rows = [
        row("days_from_opportunity_to_won", "2026-04-01", value, kind="observation", n=n)
        for value, n in observed
    ]
    events = pd.Series([value for value, n in observed for _ in range(n)])
    found = made(*rows).read("sales_cycle_length", Q2)
    assert (found.value, found.n) == (events.median(), len(events))
