"""What marketing must bring month by month, and the quality each side answers for."""

from __future__ import annotations

import calendar
from collections.abc import Sequence

import streamlit as st

from kpi_core.formats import count, percent, value_text
from kpi_core.models.operation import Commitment, MarketingSalesAgreement
from kpi_core.models.tree import Scenario
from kpi_core.rhythm.agreement import (
    MonthlyVolume,
    has_timing,
    monthly_volumes,
    quality,
    service_levels,
)
from kpi_ui import components, scenarios, state
from kpi_ui.document.blocks import table
from kpi_ui.rhythm import fields, work
from kpi_ui.rhythm.work import Work

_SPREAD, EVEN = "rhythm_spread", "even"
PARTIES = {"marketing": "Marketing", "sales": "Sales"}


def _timed() -> dict[str, Scenario]:
    """Scenarios of the KPI tree whose months differ, by id."""
    found = [scenarios.base(), *scenarios.saved()]
    return {s.id: s for s in found if any(has_timing(s, lane) for lane in s.lanes)}


def volumes(now: Work) -> tuple[MonthlyVolume, ...]:
    """The volumes on screen, spread as chosen."""
    return monthly_volumes(now.framework, _timed().get(str(state.view(_SPREAD, EVEN))))


def render(now: Work) -> None:
    """The volumes by month with their quality, and the promises in words."""
    with st.container(gap=None):
        st.header("What marketing brings and sales makes of it", anchor=False)
        st.caption("From the funnel plan: change it in the wizard or the KPI tree.")
    _spread()
    found = volumes(now)
    _table(now, found)
    _quality(now)


def _spread() -> None:
    timed = _timed()
    if not timed:
        return
    chosen = str(state.view(_SPREAD, EVEN))
    names = {EVEN: "The plan, in twelve even months"}
    names |= {key: f"KPI tree: {s.name}, by lag and season" for key, s in timed.items()}
    with st.container(width=420):
        fields.choice(
            "Spread over the year",
            "spread",
            names,
            chosen if chosen in names else EVEN,
            lambda i: state.set_view(**{_SPREAD: i}),
            help="Exports, agendas and health use the even months.",
        )


def _table(now: Work, found: Sequence[MonthlyVolume]) -> None:
    first = now.framework.company.fiscal_year_start_month
    months = [calendar.month_abbr[(first - 1 + n) % 12 + 1] for n in range(12)]
    heads = [("Step", "left"), ("Side", "left"), ("Year", "right")]
    heads += [(month, "right") for month in months]
    rows = [
        [
            {"value": v.name, "note": "handed over to sales" if v.handover else ""},
            PARTIES[v.party],
            count(v.year),
            *(count(month) for month in v.months),
        ]
        for v in found
    ]
    components.report([table("Volumes by month", heads, rows)], key="rhythm.volumes")


def _quality(now: Work) -> None:
    rows = [[q.name, PARTIES[q.party], percent(q.value), q.basis] for q in quality(now.framework)]
    if rows:
        heads = [("Quality", "left"), ("Side", "left"), ("At least", "right"), ("From", "left")]
        components.report([table("Quality by side", heads, rows)], key="rhythm.quality")


def said(now: Work) -> None:
    """The promises of both sides in words and numbers, and fields to change them."""
    st.header("Promises", anchor=False)
    promises = now.framework.agreement.commitments
    found = volumes(now)
    rows = [[PARTIES[p.party], p.statement, _number(p, now, found)] for p in promises]
    if rows:
        heads = [("Side", "left"), ("Promise", "left"), ("In numbers", "left")]
        components.report([table("Promises of both sides", heads, rows)], key="rhythm.promises")
    else:
        st.caption("Neither side has promised anything yet.")
    with st.expander("Edit the promises"):
        for party, name in PARTIES.items():
            lines = [p.statement for p in promises if p.party == party]
            fields.listing(f"{name} promises", f"promises.{party}", lines, _saver(party))


def _number(promise: Commitment, now: Work, found: Sequence[MonthlyVolume]) -> str:
    """The figure behind a promise: its own, else the plan's or the KPI's."""
    if promise.metric_id is None:
        return ""
    metric = now.framework.metric(promise.metric_id)
    if promise.value is not None:
        return value_text(promise.value, metric.unit, now.currency)
    if promise.metric_id == "lead_response_time":
        return service_levels(now.framework)[0].words
    by_plan = {v.metric_id: v.words for v in found}
    by_rate = {q.metric_id: percent(q.value) for q in quality(now.framework)}
    said = by_plan.get(promise.metric_id) or by_rate.get(promise.metric_id)
    kpi = next((k for k in now.framework.kpis if k.metric_id == promise.metric_id), None)
    if said is None and kpi and kpi.target:
        return f"{value_text(kpi.target.value, metric.unit, now.currency)} in the year"
    return said or "No target yet"


def _saver(party: str) -> fields.Save:
    def save(lines: tuple[str, ...]) -> None:
        work.told(work.edit_agreement("Promises", lambda now: _with(now, party, lines)))

    return save


def _with(
    now: MarketingSalesAgreement, party: str, lines: tuple[str, ...]
) -> MarketingSalesAgreement:
    """The agreement with these promises of one side.

    A promise keeps its metric and figure while its words, or the number of lines, stay the same.
    """
    own = [p for p in now.commitments if p.party == party]
    by_words = {p.statement: p for p in own}
    changed = []
    for number, line in enumerate(lines):
        known = by_words.get(line) or (own[number] if len(own) == len(lines) else None)
        kept = dict(known) if known else {"party": party}
        changed.append(Commitment.model_validate({**kept, "statement": line}))
    others = [p for p in now.commitments if p.party != party]
    both = (*changed, *others) if party == "marketing" else (*others, *changed)
    return work.replaced(now, commitments=both)
