"""The operational layer on screen."""

from __future__ import annotations

import streamlit as st

from kpi_core.dashboards.cohort_grid import CohortGrid, cohort_steps
from kpi_core.dashboards.operational import FunnelRow, Operational, Performance, operational
from kpi_core.dashboards.places import share_of
from kpi_core.formats import count, money, percent
from kpi_ui import components, inputs, state
from kpi_ui.components import dashboard
from kpi_ui.components import dashboard_items as items
from kpi_ui.dash import words
from kpi_ui.dash.executive import heading
from kpi_ui.dash.header import channel_name
from kpi_ui.dash.missed import why_missed
from kpi_ui.dash.work import MODELS, Work


def render(work: Work) -> None:
    """Funnel and tiles, then channels, campaigns, budget, hand-over and cohorts."""
    pair = state.view("dash_cohort")
    found = operational(work.view, tuple(pair) if pair else None)
    left, right = st.columns([1.15, 1.6], gap="medium")
    with left:
        heading("Funnel, stage by stage", "Volume and conversion against target")
        _funnel(found.funnel, work)
        st.space("small")
        _campaigns(found, work)
        st.space("small")
        _use(found, work)
    with right:
        heading("Operational KPIs", "Every tile leads to its formula and source")
        dashboard.tiles(
            [words.tile(tile, work) for tile in found.tiles],
            key="dash.oper.tiles",
            columns=2,
            large=work.presenting,
            label="Operational KPIs",
        )
    st.space("small")
    _performance(found.performance, work)
    why_missed(work)
    st.space("small")
    _cohorts(found.cohorts, work)


def _funnel(rows: tuple[FunnelRow, ...], work: Work) -> None:
    steps, rates = [], []
    for position, row in enumerate(rows):
        word, text = words.status(row.status, row.target)
        steps.append(
            items.FunnelStep(
                name=row.name,
                value_text=_counted(row.volume.value),
                target_text=_counted(row.target),
                bar=row.bar,
                tick=row.expected_share,
                status=word,
                status_text=text,
                status_reason=row.volume.note or row.status.reason,
            )
        )
        if position and row.rate:
            rates.append(_rate(row, work))
    dashboard.funnel(steps, rates, "dash.oper.funnel")


def _counted(value: float | None) -> str:
    return "" if value is None else count(round(value))


def _rate(row: FunnelRow, work: Work) -> items.FunnelRate:
    metric = row.rate
    if metric is None or row.rate_status is None:
        return items.FunnelRate("")
    word, text = words.status(row.rate_status, row.rate_target)
    return items.FunnelRate(
        name=metric.name,
        value_text=words.plain(row.rate_reading, metric, work),
        target_text=words.shown(row.rate_target, metric, work),
        status=word,
        status_text=text,
        status_reason=row.rate_status.reason,
    )


def _performance(found: Performance | None, work: Work) -> None:
    by = "" if found is None else f", most by {inputs.md(found.by.name.lower())} first"
    heading("Channel performance", f"{work.view.period.label}{by}")
    if found is None:
        st.caption(
            "Needs figures by channel. Map the channel column when uploading leads or deals."
        )
        return
    star = found.by.id
    columns = [items.Column("Channel")]
    columns += [
        items.Column(m.name, "bar" if m.id == star else "number", m.headline) for m in found.metrics
    ]
    top = max((r.readings[star].value or 0 for r in found.rows if star in r.readings), default=0.0)
    rows = []
    for row in found.rows:
        cells = [items.Measure(channel_name(row.channel, work))]
        for metric in found.metrics:
            reading = row.readings.get(metric.id)
            value = reading.value if reading else None
            cells.append(
                items.Measure(
                    words.shown(value, metric, work),
                    note=(reading.note or "") if reading else "",
                    bar=share_of(value or 0.0, top) if metric.id == star else None,
                )
            )
        rows.append(items.PerformanceRow(cells))
    dashboard.performance(columns, rows, "dash.oper.channels")


def _campaigns(found: Operational, work: Work) -> None:
    campaigns = found.campaigns
    what = "pipeline" if campaigns is None or campaigns.by == "pipeline" else "won revenue"
    heading("Campaigns", f"Credited with {what}, {MODELS[work.view.model].lower()}")
    if campaigns is None:
        st.caption("Needs touches: a file with lead or deal key, date, channel and campaign.")
        return
    values = [campaigns.value(campaign) for campaign in campaigns.rows]
    top = max(values)
    rows = [
        items.Bar(
            id=str(at),
            name=campaign.name,
            value=value,
            share=share_of(value, top),
            value_text=money(value, work.currency, compact=True),
            note=f"Won revenue {money(campaign.revenue, work.currency, compact=True)}",
        )
        for at, (campaign, value) in enumerate(zip(campaigns.rows, values, strict=True))
    ]
    dashboard.channel_bars(rows, "dash.oper.campaigns", label=f"Campaigns by {what}")


def _use(found: Operational, work: Work) -> None:
    heading("Budget and hand-over", "Spend to date, and how fast sales answers")
    facts = []
    if found.budget:
        use = found.budget
        spent, whole = (money(v, work.currency, compact=True) for v in (use.spent, use.budget))
        facts.append(components.Fact("Spent", f"{spent} of {whole}"))
        expected = money(use.expected, work.currency, compact=True)
        facts.append(components.Fact("Budget of the days gone by", expected))
    if found.response:
        response = found.response
        hours = f"{response.median_hours:.1f} h against {response.agreed_hours:g} h agreed"
        facts.append(components.Fact("Median first response", hours))
        share = f"{count(response.in_time)} of {count(response.answered)}"
        facts.append(components.Fact("Answered in time", share))
    if facts:
        components.facts(facts, key="dash.oper.use")
    if not found.budget:
        st.caption("Budget utilisation needs spend, and a budget in a saved KPI tree scenario.")
    if not found.response:
        st.caption("Response times need the date of the first response in the lead file.")


def _cohorts(grid: CohortGrid | None, work: Work) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(gap=None, width="stretch"):
            st.header("Conversion by cohort", anchor=False)
            st.caption("Share that got there within so many months. Hatched: still growing.")
        pairs = cohort_steps(work.view)
        if len(pairs) > 1 and grid and not work.presenting:
            _pairs(pairs, (grid.base, grid.step), work)
    if grid is None:
        st.caption("Needs a lead file with the dates at which leads reached the funnel's steps.")
        return
    top = max((c.share for row in grid.cohorts for c in row.cells if c), default=0.0)
    rows = [
        items.CohortRow(
            f"{row.month:%b %Y}",
            count(row.size),
            [
                items.Cell()
                if cell is None
                else items.Cell(
                    percent(cell.share),
                    share_of(cell.share, top),
                    not cell.complete,
                    f"{count(cell.reached)} of {count(row.size)}",
                )
                for cell in row.cells
            ],
        )
        for row in grid.cohorts
    ]
    rows.append(
        items.CohortRow(
            "All complete",
            "",
            [items.Cell("" if v is None else percent(v)) for v in grid.typical],
        )
    )
    columns = [f"{age} mo" for age in range(len(grid.typical))]
    dashboard.cohorts(rows, columns, "dash.oper.cohorts", row_label="Entered in")


def _pairs(pairs: tuple[tuple[str, str], ...], chosen: tuple[str, str], work: Work) -> None:
    names = {step.id: step.name for step in work.framework.funnel_plan.steps}
    labels = {
        pair: " to ".join(names.get(step, step.replace("_", " ")) for step in pair)
        for pair in pairs
    }
    key = state.bind("dash.cohort", chosen)
    st.selectbox(
        "Steps",
        list(pairs),
        format_func=lambda pair: labels.get(pair, ""),
        key=key,
        width=260,
        label_visibility="collapsed",
        on_change=lambda: state.set_view(dash_cohort=list(state.widget_value(key))),
    )
