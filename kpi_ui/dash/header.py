"""Above every layer: the question, layer, period, filters, and presenting."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from kpi_core.actuals.calendar import day_text
from kpi_core.actuals.canonical import UNATTRIBUTED
from kpi_core.catalog.loader import load_catalog
from kpi_core.dashboards.thresholds import percent_of, with_percent
from kpi_core.models.actuals import UNKNOWN
from kpi_ui import inputs, panels, state
from kpi_ui.dash.work import GRAINS, LAYERS, MODELS, Work, grain, offered

ANY = ""
_OTHERS = {UNKNOWN: "Not known", UNATTRIBUTED: "Unattributed"}
THRESHOLDS = {
    "on_track_from": ("On track from", 1, 200),
    "at_risk_from": ("At risk from", 1, 200),
    "too_early_share": ("Too early before this much of the period", 0, 99),
}


def render(work: Work) -> None:
    """Title and controls; while presenting only the title and a way out."""
    layer = getattr(work.framework.dashboards, work.layer)
    day = day_text(work.view.as_of)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="stretch"):
            panels.head(
                f"{LAYERS[work.layer]} dashboard",
                f"{inputs.md(layer.question)} {work.view.period.label}, as of {day}.",
            )
        if work.presenting:
            _layers(work)
            _exit()
    if not work.presenting:
        _toolbar(work)


def _toolbar(work: Work) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _layers(work)
        st.space("stretch")
        lengths = {g.value: name for g, name in GRAINS.items()}
        _select("Length", "dash_grain", lengths, grain().value, 140)
        periods = offered(work.framework, work.view.figures)
        names = {period.start.isoformat(): period.label for period in periods}
        _select("Period", "dash_period", names, work.view.period.start.isoformat(), 190)
        with st.popover("Filters", icon=":material/filter_list:"):
            _filters(work)
        with st.popover("Status", icon=":material/tune:"):
            _thresholds(work)
        st.button(
            "Present",
            key="dash.present",
            icon=":material/slideshow:",
            on_click=lambda: state.set_view(presenting=True),
            help="Full screen, without navigation and controls.",
        )
    chosen = _chosen(work)
    if chosen:
        st.caption(f"Only {inputs.md(chosen)}. Targets of amounts hold for all together.")


def _layers(work: Work) -> None:
    key = state.bind("dash.layer", work.layer)
    st.segmented_control(
        "Layer",
        list(LAYERS),
        format_func=lambda i: LAYERS[i],
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.set_view(dash_layer=state.widget_value(key)),
    )


def _exit() -> None:
    st.button(
        "Exit",
        key="dash.exit",
        icon=":material/close_fullscreen:",
        on_click=lambda: state.set_view(presenting=False),
    )


def _select(label: str, name: str, names: Mapping[str, str], chosen: str, width: int) -> None:
    key = state.bind(name, chosen)

    def save() -> None:
        value = state.widget_value(key) or None
        settings = {name: value}
        if name == "dash_grain":
            settings["dash_period"] = None
        state.set_view(**settings)

    st.selectbox(
        label, list(names), format_func=lambda i: names[i], key=key, on_change=save, width=width
    )


def channel_names(work: Work) -> dict[str, str]:
    """Names of the channels that have figures."""
    return {channel: channel_name(channel, work) for channel in work.view.figures.channels}


def channel_name(channel: str, work: Work) -> str:
    """Name of a channel: the framework's, else the catalog's, else its id in words."""
    if channel in _OTHERS:
        return _OTHERS[channel]
    terms = work.framework.terms
    own = next((t.name for t in terms if (t.kind, t.id) == ("channel", channel)), "")
    known = load_catalog().channels.get(channel)
    return own or (known.name if known else channel.replace("_", " ").capitalize())


def _filters(work: Work) -> None:
    figures = work.view.figures
    if work.layer != "channel":
        names = {ANY: "All channels", **channel_names(work)}
        _select("Channel", "dash_channel", names, work.view.filters.channel or ANY, 260)
    segments = {ANY: "All segments", **{s: s.replace("_", " ") for s in figures.segments}}
    _select("Segment", "dash_segment", segments, work.view.filters.segment or ANY, 260)
    if not work.sample:
        _day(work)
    models = {model.value: name for model, name in MODELS.items()}
    _select("Attribution", "dash_model", models, work.view.model.value, 260)


def _thresholds(work: Work) -> None:
    """Where status changes, for all KPIs; part of the framework."""
    shown = {
        **work.framework.kpis[0].thresholds.model_dump(),
        **(state.answer("thresholds") or {}),
    }
    st.caption("Actual against expected to date, in percent. Holds for all KPIs.")
    for name, (label, low, high) in THRESHOLDS.items():
        key = state.bind(f"dash.{name}", percent_of(shown[name], low, high))

        def save(name: str = name, key: str = key) -> None:
            changed = with_percent(shown, name, state.widget_value(key))
            if changed is None:
                state.set_view(dash_message="At risk cannot begin above on track; nothing changed.")
            else:
                state.set_answer(("thresholds",), changed, "Status thresholds")

        st.number_input(label, low, high, step=1, key=key, on_change=save)
    message = state.take_view("dash_message")
    if message:
        st.warning(message)
    panels.undo_button("dash.undo")


def _day(work: Work) -> None:
    figures = work.view.figures
    key = state.bind("dash.as_of", work.view.as_of)

    def save() -> None:
        day = state.widget_value(key)
        state.set_view(dash_as_of=day.isoformat() if day else None, dash_period=None)

    st.date_input(
        "As of",
        key=key,
        min_value=figures.first_day,
        max_value=figures.last_day,
        on_change=save,
        help="What happened after this day is left out.",
    )


def _chosen(work: Work) -> str:
    parts = []
    if work.view.filters.channel is not None and work.layer != "channel":
        parts.append(channel_names(work)[work.view.filters.channel])
    if work.view.filters.segment is not None:
        parts.append(work.view.filters.segment.replace("_", " "))
    return ", ".join(parts)


def sample_line(work: Work) -> None:
    """Says unmistakably that the figures are not the user's, and swaps to own data and back."""
    if not work.sample:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            "**Sample data, not yours.** Made from this framework's plan and targets, to show what "
            "the dashboards will look like.",
            icon=":material/science:",
        )
        if work.presenting:
            return
        if work.has_own:
            st.button(
                "Show our own data",
                key="dash.own",
                icon=":material/swap_horiz:",
                on_click=lambda: state.set_view(dash_sample=False, dash_period=None),
            )
        else:
            st.button(
                "Upload actuals",
                key="dash.upload",
                icon=":material/upload:",
                on_click=lambda: state.set_view(go_to="actuals"),
            )


def own_line(work: Work) -> None:
    """With own data: a way to the sample and back, last on the page."""
    if work.sample or work.presenting:
        return
    st.button(
        "Show sample data instead",
        key="dash.sample",
        type="tertiary",
        on_click=lambda: state.set_view(dash_sample=True, dash_period=None),
    )
