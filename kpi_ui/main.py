"""The entry script: page settings and navigation, run before every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from kpi_ui import state

_STATIC = Path(__file__).parent / "static"

st.set_page_config(
    page_title="KPI Framework Builder", page_icon=str(_STATIC / "icon.png"), layout="wide"
)
st.logo(str(_STATIC / "logo.svg"), size="large")
pages = {
    "home": st.Page("../pages/home.py", title="Home", default=True),
    "wizard": st.Page("../pages/wizard.py", title="Framework", url_path="wizard"),
    "kpi_tree": st.Page("../pages/kpi_tree.py", title="KPI tree", url_path="kpi_tree"),
    "benchmarks": st.Page("../pages/benchmarks.py", title="Benchmarks", url_path="benchmarks"),
    "export": st.Page("../pages/export.py", title="Export", url_path="export"),
}
page = st.navigation(list(pages.values()), position="top")
target = state.take_view("go_to")
if target in pages and pages[target].url_path != page.url_path:
    st.switch_page(pages[target])
page.run()
