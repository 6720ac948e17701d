"""One metric: every matching figure with its source, what disagrees, and own history."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kpi_core.benchmarks.evidence import conflicts, marks
from kpi_core.benchmarks.match import Match, match_words, other_cuts, span
from kpi_core.benchmarks.own import is_own
from kpi_core.benchmarks.targets import benchmark_text
from kpi_core.formats import value_text
from kpi_ui import components, inputs, state
from kpi_ui.bench import past
from kpi_ui.bench.work import Work

_SHOWN = 12


def render(work: Work) -> None:
    """Own history, the figures, their span, and known conflicts."""
    row = work.row
    metric = work.framework.metric(row.metric_id)
    with st.container(gap=None):
        st.header(inputs.md(f"{metric.name}: every matching figure"), anchor=False)
        if row.matches:
            st.caption(inputs.md(match_words(row.matches[0], work.cohort, work.catalog)))
    if row.history:
        st.markdown(inputs.md(row.history.sentence))
        kpi = next(k for k in work.framework.kpis if k.metric_id == row.metric_id)
        past.picture(work, kpi, row.history)
    if not row.matches:
        st.markdown(
            "Nothing is published for this metric that fits these filters, your currency and unit. "
            "The proposal rests on your own history and the plan only."
        )
    else:
        components.report([_table(work, row.matches)], key="bench.figures")
        _span(work, row.matches)
    _others(work)
    _conflicts(work)


def _table(work: Work, matches: tuple[Match, ...]) -> dict[str, Any]:
    names = ("Source", "Figure", "Year", "Sample", "Confidence", "Definition")
    columns = [{"label": n, "align": "right" if n == "Figure" else "left"} for n in names]
    rows = [_figure(work, match) for match in matches[:_SHOWN]]
    return {"kind": "table", "label": "Matching figures", "columns": columns, "rows": rows}


def _figure(work: Work, match: Match) -> list[Any]:
    figure, metric = match.benchmark, work.framework.metric(work.row.metric_id)
    warnings = " ".join(mark.text for mark in marks(figure, work.year))
    source = f"{figure.source_publisher}{' (yours)' if is_own(figure.id) else ''}"
    return [
        {"value": source, "note": figure.source_title},
        {
            "value": benchmark_text(figure, metric.unit, work.currency),
            "note": figure.statistic.value.replace("_", " "),
        },
        str(figure.source_year or "not stated"),
        figure.sample,
        figure.confidence.value,
        {"value": figure.definition, "note": warnings},
    ]


def _span(work: Work, matches: tuple[Match, ...]) -> None:
    unit = work.framework.metric(work.row.metric_id).unit
    found = span(matches, unit)
    same = sum(match.benchmark.same_definition for match in matches)
    if found and same > 1:
        low, high = (value_text(value, unit, work.currency, compact=True) for value in found)
        text = f"Span of the {same} figures that count the same: {low} to {high}. Not an average."
        st.caption(inputs.md(text))
    more = len(matches) - _SHOWN
    if more > 0:
        st.caption(f"{more} more in the table download.")
    links = {
        m.benchmark.source_url: m.benchmark.source_publisher
        for m in matches[:_SHOWN]
        if m.benchmark.source_url
    }
    if links:
        with st.popover("Open a source", icon=":material/open_in_new:"):
            for url, publisher in links.items():
                st.link_button(inputs.md(publisher[:60]), str(url))


def _others(work: Work) -> None:
    """How many figures there are for other cohorts, so that none published is not read as none at all."""
    metric = work.framework.metric(work.row.metric_id)
    number = len(other_cuts(metric, work.cohort, work.currency, work.catalog))
    if number:
        some = "1 more figure describes" if number == 1 else f"{number} more figures describe"
        st.caption(f"{some} others than these filters do. Change them to compare.")


def _conflicts(work: Work) -> None:
    found = conflicts(work.row.metric_id, work.catalog)
    if not found:
        return
    with st.expander("Why published figures disagree here"):
        for conflict in found:
            st.markdown(f"**{inputs.md(conflict.what)}**")
            st.markdown(inputs.md(conflict.why))


def select(metric_id: str) -> None:
    """Show a KPI's figures and target."""
    state.set_view(bench_selected=metric_id)
