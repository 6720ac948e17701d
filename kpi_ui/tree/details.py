"""The selected node or pill: its numbers, typed, and what usually lies behind it."""

from __future__ import annotations

import streamlit as st

from kpi_core.formats import count, money
from kpi_core.kpi_tree.bottleneck import Leak
from kpi_core.kpi_tree.edit import (
    with_lane,
    with_rate,
    with_step,
    with_today,
    with_values,
)
from kpi_core.kpi_tree.lanes import try_volume
from kpi_core.models.base import Unit
from kpi_core.models.tree import Scenario, TreeRate
from kpi_ui import components, inputs
from kpi_ui.tree import drawing, evidence, fields, header
from kpi_ui.tree.fields import Apply, Field
from kpi_ui.tree.work import Work


def render(work: Work) -> None:
    """The card below the tree; always there, so that nothing jumps when something is selected."""
    chosen = header.selected(work)
    with st.container(border=True, key="tree-details"):
        if work.shows_total:
            st.header("All lanes together", anchor=False)
            st.caption("Choose one lane above the tree to edit its numbers.")
        elif chosen == drawing.REVENUE:
            _revenue(work)
        elif chosen == drawing.DEAL:
            _deal(work)
        else:
            _rate_or_step(work, chosen)


def _rate_or_step(work: Work, chosen: str) -> None:
    for position, rate in enumerate(work.lane.rates):
        if rate.metric_id == chosen:
            _rate(work, rate, position)
            return
    _step(work, [step.id for step in work.lane.steps].index(chosen))


def _revenue(work: Work) -> None:
    scenario = work.scenario

    def setting(key: str) -> Apply:
        return lambda now, value: with_values(now, **{key: value})

    st.header("Revenue from marketing", anchor=False)
    st.caption("(Target - existing customers) x marketing's share")
    fields.row(
        [
            Field(
                "revenue_target",
                "Revenue target",
                scenario.revenue_target,
                Unit.MONEY,
                setting("revenue_target"),
            ),
            Field(
                "existing",
                "From existing customers",
                scenario.existing_customer_revenue,
                Unit.MONEY,
                lambda now, value: with_values(now, existing_customer_revenue=value or 0),
                help="Start ARR x (net revenue retention - 1).",
            ),
            Field(
                "share",
                "Marketing's share, %",
                scenario.marketing_share,
                Unit.RATIO,
                setting("marketing_share"),
            ),
        ],
        work.currency,
    )


def _deal(work: Work) -> None:
    lane = work.lane

    def setting(key: str) -> Apply:
        return lambda now, value: with_lane(now, lane.id, **{key: value})

    st.header("Deal size", anchor=False)
    st.caption("The range, when given, counts in the chance of hitting the number.")
    fields.row(
        [
            Field(
                f"{lane.id}.deal",
                "Average",
                lane.average_deal_size,
                Unit.MONEY,
                setting("average_deal_size"),
            ),
            Field(
                f"{lane.id}.deal_low",
                "Low",
                lane.deal_size_low,
                Unit.MONEY,
                setting("deal_size_low"),
            ),
            Field(
                f"{lane.id}.deal_high",
                "High",
                lane.deal_size_high,
                Unit.MONEY,
                setting("deal_size_high"),
            ),
        ],
        work.currency,
    )


def _step(work: Work, position: int) -> None:
    lane, step = work.lane, work.lane.steps[position]
    st.header(inputs.md(step.name), anchor=False)
    st.caption("Type what is there today, or try a volume: the rows above and below follow.")
    trial = fields.trial(work, step.id)
    left, right = st.columns(2)
    with left:
        apply: Apply = lambda now, value: with_step(now, lane.id, position, now=value)  # noqa: E731
        fields.number(
            Field(f"{lane.id}.{step.id}.now", "Today, per year", step.now, Unit.COUNT, apply),
            work.currency,
        )
    with right:
        fields.trial_number(work, step.id)
    if position == 0:
        fields.row(
            [
                Field(
                    f"{lane.id}.{step.id}.low",
                    "Low, for the chance",
                    step.low,
                    Unit.COUNT,
                    lambda now, value: with_step(now, lane.id, 0, low=value),
                ),
                Field(
                    f"{lane.id}.{step.id}.high",
                    "High, for the chance",
                    step.high,
                    Unit.COUNT,
                    lambda now, value: with_step(now, lane.id, 0, high=value),
                ),
            ],
            work.currency,
        )
    if trial is not None:
        _trial(work, position, trial)


def _trial(work: Work, position: int, volume: float) -> None:
    """All rows when this one is set, and what that brings."""
    tried = try_volume(work.lane, position, volume, work.scenario)
    side = "short of" if tried.gap > 0 else "above"
    rows = [
        components.Fact(step.name, count(round(value, 1)))
        for step, value in zip(work.lane.steps, tried.volumes, strict=True)
    ]
    brought = money(tried.revenue, work.currency, compact=True)
    note = f"{money(abs(tried.gap), work.currency, compact=True)} {side} the target"
    components.facts(
        [*rows, components.Fact("Brings", brought, note, "bad" if tried.gap > 0 else "good")],
        key="tree.trial",
        across=True,
    )


def _rate(work: Work, rate: TreeRate, position: int) -> None:
    st.header(inputs.md(rate.name), anchor=False)
    st.caption(inputs.md(f"Planned rate rests on: {rate.source}"))
    _rate_fields(work, rate, position)
    _why(work, rate)
    more = st.expander("Counts behind it and days it takes", key="tree.more", on_change="rerun")
    if more.open:  # five fields that every slider step would send again
        with more:
            evidence.render(work, rate, position)


def _rate_fields(work: Work, rate: TreeRate, position: int) -> None:
    lane, name = work.lane, f"{work.lane.id}.{rate.metric_id}"

    def planned(now: Scenario, value: float | None) -> Scenario:
        return with_rate(now, lane.id, position, value=value if value is not None else rate.value)

    fields.row(
        [
            Field(f"{name}.value", "Planned, %", rate.value, Unit.RATIO, planned),
            Field(
                f"{name}.now",
                "Today, %",
                rate.now,
                Unit.RATIO,
                lambda now, value: with_today(now, lane.id, position, value),
            ),
            Field(
                f"{name}.reference",
                "Reference, %",
                rate.reference,
                Unit.RATIO,
                lambda now, value: with_rate(
                    now,
                    lane.id,
                    position,
                    reference=value,
                    reference_source=None if value is None else "Set by you",
                ),
                note=rate.reference_source or "",
            ),
            Field(
                f"{name}.cap",
                "At most, %",
                rate.cap,
                Unit.RATIO,
                lambda now, value: with_rate(now, lane.id, position, cap=value or 1),
            ),
        ],
        work.currency,
    )


def _why(work: Work, rate: TreeRate) -> None:
    leak: Leak = next(leak for leak in work.leaks if leak.metric_id == rate.metric_id)
    if leak.now is not None and leak.reference is not None:
        st.markdown(inputs.md(drawing.leak_sentence(work, leak)))
    causes = work.catalog.causes.get(rate.metric_id)
    if causes is None:
        return
    why = st.expander(
        "If it is low: likely causes and first checks", key="tree.why", on_change="rerun"
    )
    if why.open:
        parts = {"Likely causes": causes.causes, "First checks": causes.checks}
        lists = (
            f"**{title}**\n" + "\n".join(f"- {inputs.md(x)}" for x in items)
            for title, items in parts.items()
        )
        why.markdown("\n\n".join(lists))
