"""Signing in, on servers where Streamlit's own login is configured: work then belongs to the person."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException

from kpi_ui import inputs, keeping
from kpi_ui.clients import look
from kpi_ui.clients.look import Desk
from kpi_ui.owner import current_browser
from kpi_ui.storage import store


def is_configured() -> bool:
    """Whether this server has a login."""
    try:
        return "auth" in st.secrets
    except (FileNotFoundError, StreamlitAPIException):
        return False


def render(desk: Desk) -> None:
    """Nothing where there is no login; else who is signed in, and work to take along."""
    if not is_configured():
        return
    with st.container(border=True):
        st.header("Signing in", anchor=False)
        if desk.owner.kind == "login":
            _signed_in(desk)
        else:
            st.markdown("Signed in, your work follows you to every browser.")
            st.button("Sign in", key="clients.login", icon=":material/login:", on_click=st.login)


def _signed_in(desk: Desk) -> None:
    name = st.user.get("name") or st.user.get("email") or "Signed in"
    st.markdown(f"**{inputs.md(str(name))}**")
    browser = current_browser()
    waiting = store().unclaimed(browser) if browser else 0
    with st.container(horizontal=True):
        if waiting and browser:
            st.button(
                f"Take along {waiting} from before signing in",
                key="clients.claim",
                icon=":material/move_to_inbox:",
                on_click=lambda: look.attempt(lambda: _claim(desk)),
            )
        st.button("Sign out", key="clients.logout", icon=":material/logout:", on_click=st.logout)


def _claim(desk: Desk) -> None:
    browser = current_browser()
    if browser is None:
        return
    taken = store().claim(browser, desk.owner)
    found = keeping.keeper()
    if found is not None and found.current is None:
        newest = store().latest(desk.owner)
        if newest is not None:
            keeping.show(desk.owner, newest)
    look.say(f"{taken} taken along. They are in your list now.")
