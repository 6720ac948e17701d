"""The three dashboards: is marketing producing results, where does the funnel leak, what next."""

from __future__ import annotations

import streamlit as st

from kpi_ui.dash import header, layers
from kpi_ui.dash.work import load


def _body() -> None:
    with st.spinner("Working out the figures"):
        work = load()
    header.render(work)
    header.sample_line(work)
    layers.render(work)
    header.own_line(work)


_body()
