"""Clients: which frameworks there are, where each stands, snapshots, comparing and sharing."""

from __future__ import annotations

import streamlit as st

from kpi_store.errors import StoreError
from kpi_ui.clients import compare, look, privacy, share, shelf, snapshots, trouble
from kpi_ui.clients.head import render as head

_SECTIONS = {
    "list": shelf.render,
    "snapshots": snapshots.render,
    "compare": compare.render,
    "share": share.render,
    "privacy": privacy.render,
}


def main() -> None:
    """Draw the page, or say why it cannot be."""
    try:
        desk = look.desk()
        section = head(desk)
        if desk is None:
            trouble.no_owner()
            return
        look.message()
        look.question()
        _SECTIONS[section](desk)
    except StoreError as error:
        trouble.unreachable(error)


with st.container():
    main()
