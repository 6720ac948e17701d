"""Month by month: when each step must happen, and what is already too late."""

from __future__ import annotations

import calendar

import streamlit as st

from kpi_core.formats import count, money, percent
from kpi_core.kpi_tree.edit import with_values
from kpi_core.kpi_tree.timeplan import StepPlan, TimePlan, plan_months
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario
from kpi_ui import components, inputs, scenarios, state
from kpi_ui.components import planning
from kpi_ui.tree import fields
from kpi_ui.tree.fields import Field, NumberList
from kpi_ui.tree.work import Work

_LENGTHS = {12: "12 months", 18: "18 months", 24: "24 months"}
_NOTES = {
    "serves_next_year": "Leads that enter late are won after the fiscal year and serve next year's target.",
    "too_late": "Fewer than one in ten units entering even in the first month are won this year.",
    "no_target": "This lane has nothing to bring.",
    "opening_shared": "Opening pipeline is shared between lanes by what each needs.",
    "opening_ignored": "Some opening pipeline stands at a step this lane does not have.",
    "even_months": "The seasonality given is not twelve weights, so months are even.",
}


def render(work: Work) -> None:
    """The plan over time for the lane on screen."""
    if work.shows_total:
        st.caption("Choose one lane above the tree to see its months.")
        return
    plan = plan_months(work.lane, work.scenario, work.lane_result.share)
    chart, side = st.columns([2.9, 1.2], gap="large")
    with chart:
        with st.container(gap=None):
            st.header("What must enter each step, month by month", anchor=False)
            st.caption("Traced back from the deals of each month over the days each step takes.")
        _chart(work, plan)
        for note in plan.notes:
            st.caption(inputs.md(_NOTES[note]))
        components.facts(_facts(work, plan), key="months.facts", across=True)
    with side:
        _settings(work)


def _labels(work: Work, plan: TimePlan) -> list[str]:
    first = work.framework.company.fiscal_year_start_month
    names = [calendar.month_abbr[(first - 1 + m.index) % 12 + 1] for m in plan.months]
    return [
        f"{name}{' +1' if m.year == 2 else ''}" for name, m in zip(names, plan.months, strict=True)
    ]


def _chart(work: Work, plan: TimePlan) -> None:
    planning.series(
        _labels(work, plan),
        [_series(work, plan, step) for step in plan.steps],
        key="months.series",
        label="Units entering each step by month",
        naive_label="Same-month plan",
        marker_label="Last month that still helps this year",
    )


def _series(work: Work, plan: TimePlan, step: StepPlan) -> planning.SeriesRow:
    last = step.last_useful.tenth
    month = _labels(work, plan)[last] if last is not None and last < len(plan.months) else None
    return planning.SeriesRow(
        name=step.name,
        values=step.required,
        texts=[count(round(value, 1)) for value in step.required],
        naive=step.naive_required,
        naive_texts=[count(round(value, 1)) for value in step.naive_required],
        note=f"helps this year until {month}" if month else "too late to help this year",
        tone="neutral" if month else "bad",
        marker=-1 if last is None else last,
    )


def _settings(work: Work) -> None:
    time = work.scenario.time
    key = state.bind("months.length", time.months)

    def save() -> None:
        months = state.widget_value(key)
        scenarios.change(
            lambda now: with_values(now, time={**now.time.model_dump(), "months": months})
        )

    with st.container(border=True):
        st.subheader("Timing", anchor=False)
        st.segmented_control(
            "Horizon",
            list(_LENGTHS),
            format_func=lambda n: _LENGTHS[n],
            key=key,
            on_change=save,
            required=True,
        )
        fields.number(
            Field(
                "ramp",
                "Target grows each month by, %",
                time.ramp,
                Unit.RATIO,
                lambda now, value: with_values(
                    now, time={**now.time.model_dump(), "ramp": value or 0}
                ),
            ),
            work.currency,
        )
        _seasonality(work)
        with st.expander("Opening pipeline"):
            st.caption(
                "Units that entered a step before the plan starts and are still on their way."
            )
            for step in work.lane.steps[:-1]:
                _opening(work, step.id, step.name)
        st.caption("Days from step to step: select a rate in the tree.")


def _seasonality(work: Work) -> None:
    fields.number_list(
        NumberList(
            "seasonality",
            "Weight of each month of the year",
            work.scenario.time.seasonality,
            lambda now, values: with_values(
                now, time={**now.time.model_dump(), "seasonality": values}
            ),
            placeholder="12 numbers, e.g. 8 8 10 7 8 12 5 4 9 9 8 12",
            length=12,
        )
    )


def _opening(work: Work, step_id: str, name: str) -> None:
    def apply(now: Scenario, values: tuple[float, ...]) -> Scenario:
        opening = {**now.time.model_dump()["opening"], step_id: values}
        kept = {key: units for key, units in opening.items() if units}
        return with_values(now, time={**now.time.model_dump(), "opening": kept})

    fields.number_list(
        NumberList(
            f"opening.{step_id}",
            inputs.md(f"{name} of the last months"),
            work.scenario.time.opening.get(step_id, ()),
            apply,
            placeholder="1, 2, 3 ... months ago: 90 85 80",
        )
    )


def _facts(work: Work, plan: TimePlan) -> list[components.Fact]:
    def text(value: float) -> str:
        return money(value, work.currency, compact=True)

    naive = plan.naive
    share = "n/a" if naive.share_of_target is None else percent(naive.share_of_target)
    locked = plan.locked_in_revenue
    facts = [
        components.Fact(
            "Won in the year by this plan",
            f"{count(round(plan.wins_in_year, 1))} deals",
            f"{text(plan.revenue_in_year)} of {text(plan.revenue_target)}",
        ),
        components.Fact(
            "Already locked in as missing",
            text(locked) if locked else "nothing",
            "Had to be in the funnel before the year began" if locked else "",
            "bad" if locked else "good",
        ),
        components.Fact(
            "The same-month plan brings",
            share,
            f"{count(round(naive.wins_in_year, 1))} deals: it forgets the time in between",
            "warn" if (naive.share_of_target or 1) < 0.99 else "neutral",
        ),
    ]
    first = plan.steps[0]
    if first.catch_up.total:
        facts.append(
            components.Fact(
                f"To catch up, {first.name.lower()} more",
                count(round(first.catch_up.total)),
                "in the months that can still help",
            )
        )
    elif first.catch_up.status == "too_late":
        facts.append(
            components.Fact(
                "To catch up", "too late", f"at {first.name.lower()}; try a later step", "bad"
            )
        )
    return facts
