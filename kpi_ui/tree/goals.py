"""Close the gap: single levers, the smallest equal effort, and whether the money is there."""

from __future__ import annotations

import streamlit as st

from kpi_core.formats import count, money, percent
from kpi_core.kpi_tree.edit import with_values
from kpi_core.kpi_tree.goal_seek import (
    EqualEffort,
    SingleLever,
    SpendCheck,
    equal_effort,
    single_levers,
    spend_check,
)
from kpi_core.models.base import Unit
from kpi_ui import components, inputs, state
from kpi_ui.tree import fields
from kpi_ui.tree.fields import Field
from kpi_ui.tree.work import Work

_REACHED = "Today's pace reaches the target: nothing has to change."
_UNKNOWN = (
    "Today's pace is not known, so the plan stands in for it. Enter today's volume and rates."
)


def render(work: Work) -> None:
    """What it would take from today's pace."""
    levers = single_levers(work.scenario)
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _single(work, levers)
        if levers:
            _together(work)
    with right:
        _money(work)


def _single(work: Work, levers: tuple[SingleLever, ...]) -> None:
    with st.container(gap=None):
        st.header("One number alone", anchor=False)
        st.caption("What each would have to be, all else at today's pace.")
    if not levers:
        known = work.result.total.revenue_now is not None
        st.markdown(_REACHED if known else _UNKNOWN)
        return
    names = {lane.id: lane.name for lane in work.scenario.lanes}
    rows = [
        [
            {"value": lever.name, "note": names[lever.lane_id] if len(names) > 1 else ""},
            _text(lever, lever.now, work.currency),
            _text(lever, lever.needed, work.currency) if lever.needed is not None else "no value",
            "Possible" if lever.reachable else str(lever.reason),
        ]
        for lever in levers
    ]
    columns = [("Number", "left"), ("Today", "right"), ("Needed", "right"), ("Alone", "left")]
    labelled = [{"label": name, "align": align} for name, align in columns]
    table = {"kind": "table", "label": "Single levers", "columns": labelled, "rows": rows}
    components.report([table], key="goals.single")


def _text(lever: SingleLever, value: float | None, currency: str) -> str:
    if value is None:
        return "n/a"
    if lever.kind == "rate":
        return percent(value)
    return (
        money(value, currency, compact=True) if lever.kind == "deal_size" else count(round(value))
    )


def _together(work: Work) -> None:
    with st.container(gap=None):
        st.header("Several rates together", anchor=False)
        st.caption(
            "Each chosen rate goes the same share of the way from today to the most it can be."
        )
    several = len(work.scenario.lanes) > 1
    rates = [(lane, rate) for lane in work.scenario.lanes for rate in lane.rates]
    names = [rate.name + (f", {lane.name}" if several else "") for lane, rate in rates]
    ids = [f"{lane.id}/{rate.metric_id}" for lane, rate in rates]
    labels = dict(zip(ids, inputs.distinct(names), strict=True))
    before = [item for item in state.view("goals_chosen") or [] if item in labels]
    key = state.bind("goals.chosen", before or list(labels))
    st.multiselect(
        "Rates to work on",
        list(labels),
        format_func=lambda i: labels.get(i, i),
        key=key,
        on_change=lambda: state.set_view(goals_chosen=state.widget_value(key)),
    )
    chosen = [tuple(item.split("/", 1)) for item in state.widget_value(key) or []]
    found = equal_effort(work.scenario, {(lane, metric) for lane, metric in chosen})
    st.markdown(inputs.md(_verdict(found, work.currency)))
    if found.rates:
        rows = [[r.name, percent(r.now), percent(r.needed), percent(r.cap)] for r in found.rates]
        columns = [("Rate", "left"), ("Today", "right"), ("Needed", "right"), ("At most", "right")]
        labelled = [{"label": name, "align": align} for name, align in columns]
        table = {"kind": "table", "label": "Equal effort", "columns": labelled, "rows": rows}
        components.report([table], key="goals.together")


def _verdict(found: EqualEffort, currency: str) -> str:
    if found.effort is None:
        missing = money(found.infeasible_by or 0, currency, compact=True)
        return f"Infeasible by {missing}: even with every chosen rate at its most."
    if found.effort == 0:
        return "Nothing is missing."
    share = f"{found.effort:.0%}" if found.effort >= 0.1 else f"{found.effort:.1%}"
    return f"{share} of the way to each rate's most closes the gap."


def _money(work: Work) -> None:
    lane = work.scenario.lanes[0]
    with st.container(border=True):
        st.subheader("Does the money allow it?", anchor=False)
        scenario = work.scenario
        fields.row(
            [
                Field(
                    "budget",
                    "Programme budget",
                    scenario.budget,
                    Unit.MONEY,
                    lambda now, value: with_values(now, budget=value),
                ),
                Field(
                    "margin",
                    "Gross margin, %",
                    scenario.gross_margin,
                    Unit.RATIO,
                    lambda now, value: with_values(now, gross_margin=value),
                ),
                Field(
                    "payback",
                    "CAC payback limit, months",
                    scenario.payback_limit_months,
                    Unit.MONTHS,
                    lambda now, value: with_values(now, payback_limit_months=value),
                ),
            ],
            work.currency,
            stacked=True,
        )
        found = spend_check(scenario)
        components.facts(_facts(found, work.currency), key="goals.money")
        if lane.cost_per_lead is None:
            st.caption(
                "Enter cost per lead under Lanes and budget to see the spend the plan needs."
            )


def _facts(found: SpendCheck, currency: str) -> list[components.Fact]:
    def text(value: float | None) -> str:
        return "n/a" if value is None else money(value, currency, compact=True)

    facts = [components.Fact("Spend the plan needs", text(found.required), "Leads x cost per lead")]
    facts.append(
        components.Fact("Allowed CAC", text(found.allowed_cac), "Deal / 12 x margin x months")
    )
    if found.over_by is None:
        facts.append(components.Fact("Fits", "n/a", " ".join(found.missing)[:200], "muted"))
    elif found.over_by > 0:
        limit = "the budget" if found.binding == "budget" else "the payback limit"
        facts.append(components.Fact("Over", text(found.over_by), f"Above {limit}", "bad"))
    else:
        facts.append(components.Fact("Fits", text(found.allowed), "is allowed", "good"))
    return facts
