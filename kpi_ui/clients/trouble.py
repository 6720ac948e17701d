"""When frameworks cannot be listed: why, and what still works."""

from __future__ import annotations

import streamlit as st

from kpi_store.errors import StoreError
from kpi_ui import components, inputs, keeping, panels, state


def no_owner() -> None:
    """For a visitor whose browser keeps no cookie."""
    with st.container(border=True):
        st.header("Nothing is kept for this browser")
        st.markdown(
            "Your work is found again by a cookie, and this browser did not send one. Allow cookies "
            "for this site and reload the page. Until then the work lasts as long as this tab: "
            "download its JSON to keep it."
        )
        _still_works("clients.none")


def unreachable(error: StoreError) -> None:
    """For a database that does not answer."""
    st.error(f"{inputs.md(error.message)} {inputs.md(error.fix)}")
    with st.container(border=True):
        st.header("What still works")
        st.markdown(
            "Everything on the other pages, in this tab. Changes are saved again as soon as the "
            "database answers; until then keep a copy of the framework as a file."
        )
        st.button("Try again", key="clients.again", on_click=keeping.try_again)
        _still_works("clients.trouble")


def _still_works(key: str) -> None:
    framework = state.framework()
    if framework is None:
        components.action(
            "Go to the wizard", key=f"{key}.wizard", on_press=lambda: state.set_view(go_to="wizard")
        )
        return
    with st.container(horizontal=True):
        panels.downloads(framework, key=key)
