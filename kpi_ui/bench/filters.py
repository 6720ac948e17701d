"""Which companies to compare with."""

from __future__ import annotations

import streamlit as st

from kpi_ui import inputs, state
from kpi_ui.bench.work import FILTERS, Work

ANY = ""
_CONFIDENCES = {"low": "All figures", "medium": "Medium and up", "high": "High only"}


def render(work: Work) -> None:
    """The filters in one row, and a way back to the company's own cohort."""
    catalog = work.catalog
    tables = {
        "segment": ("Segment", {s.id.value: s.name for s in catalog.segments.values()}),
        "motion": ("Motion", {m.id.value: m.name for m in catalog.motions.values()}),
        "industry": ("Industry", {i.id: i.name for i in catalog.industries.values()}),
        "region": ("Region", {r.id: r.name for r in catalog.regions.values()}),
        "channel": ("Channel", {c.id: c.name for c in catalog.channels.values()}),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, (label, names) in tables.items():
            _choice(work, key, label, {ANY: f"Any {label.casefold()}", **names})
        _choice(work, "confidence", "Confidence", _CONFIDENCES)
        st.space("stretch")
        if work.cohort != work.own:
            st.button(
                "Back to our own",
                key="bench.own",
                icon=":material/undo:",
                on_click=lambda: state.set_view(**{FILTERS: {}}),
            )
    if work.cohort != work.own:
        st.caption(f"Compared with another cohort: {inputs.md(_difference(work, tables))}")


def _choice(work: Work, key: str, label: str, names: dict[str, str]) -> None:
    chosen = getattr(work.cohort, key) or ANY
    widget = state.bind(f"bench.{key}", chosen if chosen in names else ANY)

    def save() -> None:
        value = state.widget_value(widget)
        before = state.view(FILTERS) or {}
        state.set_view(**{FILTERS: {**before, key: value or None}})

    st.selectbox(
        label,
        list(names),
        format_func=lambda i: names[i],
        key=widget,
        on_change=save,
        width=205 if key == "industry" else 165,
    )


def _difference(work: Work, tables: dict[str, tuple[str, dict[str, str]]]) -> str:
    parts = []
    for key, (label, names) in tables.items():
        mine, theirs = getattr(work.own, key), getattr(work.cohort, key)
        if mine != theirs:
            any_ = f"any {label.casefold()}"
            parts.append(
                f"{names.get(theirs or '', any_)} instead of {names.get(mine or '', any_)}"
            )
    return "; ".join(parts) or "only the confidence differs"
