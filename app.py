"""The web app. `streamlit run app.py` and `uvicorn app:app` both serve it."""

import logging
from pathlib import Path

import streamlit as st

from kpi_ui import server

logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")

app = st.App(
    Path(__file__).parent / "kpi_ui" / "main.py",
    lifespan=server.lifespan,
    routes=server.routes(),
    middleware=server.middleware(),
    on_script_error=server.handle_script_error,
)
