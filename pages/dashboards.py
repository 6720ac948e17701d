"""The three dashboards: is marketing producing results, where does the funnel leak, what next."""

from __future__ import annotations

import streamlit as st

from kpi_ui.dash import channel, executive, header, operational
from kpi_ui.dash.work import load

_LAYERS = {
    "executive": executive.render,
    "operational": operational.render,
    "channel": channel.render,
}


def _body() -> None:
    with st.spinner("Working out the figures"):
        work = load()
    header.render(work)
    header.sample_line(work)
    _LAYERS[work.layer](work)
    header.own_line(work)


_body()
