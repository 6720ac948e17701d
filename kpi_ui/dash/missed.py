"""Why the number was missed, or beaten: what each part contributed, adding up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from kpi_core.actuals.calendar import before, year_before
from kpi_core.actuals.decompose import Decomposition, Part
from kpi_core.actuals.why import NotPossible, why
from kpi_core.formats import money
from kpi_ui import inputs, state
from kpi_ui.components import dashboard
from kpi_ui.components import dashboard_items as items
from kpi_ui.dash.header import channel_names
from kpi_ui.dash.work import Work

MOST_LANES = 12
AGAINST = {"plan": "Plan", "previous": "Period before", "year": "A year earlier"}


def why_missed(work: Work) -> None:
    """The waterfall from what it is held against to what came, with one sentence."""
    st.space("small")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(gap=None, width="stretch"):
            st.header("What made the difference", anchor=False)
            st.caption("Revenue won, split into volume, each rate and deal size; adds up exactly.")
        against = str(state.view("dash_against", "plan"))
        if not work.presenting:
            _choice(against)
    found = _decomposed(work, against)
    if isinstance(found, NotPossible):
        st.caption(found.reason)
        return
    parts = found.by_driver()
    dashboard.waterfall(_bars(found, parts, against, work), found.sentence, "dash.why")
    if found.note:
        st.caption(inputs.md(f"{found.note[:1].upper()}{found.note[1:]}."))
    names = channel_names(work)
    lanes = [
        replace(part, name=names.get(part.lane or "", part.name))
        for part in found.largest_lanes(MOST_LANES)
    ]
    if lanes:
        with st.container(gap=None):
            st.header("The same by channel", anchor=False)
            st.caption("Each channel's contribution to the difference.")
        dashboard.waterfall(_bars(found, lanes, against, work), "", "dash.why.lanes")


def _choice(chosen: str) -> None:
    key = state.bind("dash.against", chosen if chosen in AGAINST else "plan")
    st.segmented_control(
        "Held against",
        list(AGAINST),
        format_func=lambda i: AGAINST[i],
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.set_view(dash_against=state.widget_value(key)),
    )


def _decomposed(work: Work, against: str) -> Decomposition | NotPossible:
    view = work.view
    if against == "previous":
        earlier = before(view.period, view.fiscal_start)
        return why(view.figures, view.framework, view.period, earlier, view.filters)
    if against == "year":
        earlier = year_before(view.period, view.fiscal_start)
        return why(view.figures, view.framework, view.period, earlier, view.filters)
    return why(view.figures, view.framework, view.period, "plan", view.filters)


def _bars(
    found: Decomposition, shown: Sequence[Part], against: str, work: Work
) -> list[items.Fall]:
    def text(value: float, sign: bool = False) -> str:
        shown = money(abs(value), work.currency, compact=True)
        return f"{'−' if value < 0 else '+' if sign else ''}{shown}"

    start = {"plan": "Plan", "previous": "Before", "year": "Year ago"}.get(against, "Plan")
    parts = [
        items.Fall(
            part.name, part.value, text(part.value, True), "up" if part.value >= 0 else "down"
        )
        for part in shown
    ]
    return [
        items.Fall(start, found.before, text(found.before)),
        *parts,
        items.Fall("Actual", found.after, text(found.after)),
    ]
