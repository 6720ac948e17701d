"""The entry script: page settings and navigation, run before every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from kpi_ui import keeping, state
from kpi_ui.clients import notice
from kpi_ui.turns import turn

_STATIC = Path(__file__).parent / "static"

st.set_page_config(
    page_title="KPI Framework Builder", page_icon=str(_STATIC / "icon.png"), layout="wide"
)
st.logo(str(_STATIC / "logo.svg"), size="large")
keeping.start()
pages = {
    "home": st.Page("../pages/home.py", title="Home", default=True),
    "clients": st.Page("../pages/clients.py", title="Clients", url_path="clients"),
    "wizard": st.Page("../pages/wizard.py", title="Framework", url_path="wizard"),
    "kpi_tree": st.Page("../pages/kpi_tree.py", title="KPI tree", url_path="kpi_tree"),
    "benchmarks": st.Page("../pages/benchmarks.py", title="Benchmarks", url_path="benchmarks"),
    "dashboards": st.Page("../pages/dashboards.py", title="Dashboards", url_path="dashboards"),
    "actuals": st.Page("../pages/actuals.py", title="Actuals", url_path="actuals"),
    "operating_rhythm": st.Page(
        "../pages/operating_rhythm.py", title="Rhythm", url_path="operating_rhythm"
    ),
    "export": st.Page("../pages/export.py", title="Export", url_path="export"),
    "room": st.Page("../pages/room.py", title="Client room", url_path="room", visibility="hidden"),
    "shared": st.Page("../pages/shared.py", title="Shared", url_path="shared", visibility="hidden"),
}
page = st.navigation(list(pages.values()), position="top")
presenting = bool(state.view("presenting", False))
if presenting and page.url_path != "dashboards":  # left by the browser's Back button
    presenting = False
    state.set_view(presenting=False)
target = state.take_view("go_to")
if target in pages and pages[target].url_path != page.url_path:
    st.switch_page(pages[target])
if presenting or page.url_path in ("shared", "room"):
    st.navigation(list(pages.values()), position="hidden")
if page.url_path == "shared":
    page.run()
else:
    notice.render()
    with turn():
        page.run()
    if keeping.finish():
        st.rerun()
