"""Registers the components with Streamlit, once at import, and puts them on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from kpi_ui import assets, state
from kpi_ui.components.events import handle_events


def register(name: str) -> ComponentRenderer:
    """Register the component made of `name`.js and `name`.css, each behind the shared base."""
    return st.components.v2.component(
        f"kpi_{name}", html='<div class="root"></div>', js=assets.loader(name)
    )


def mount(
    component: ComponentRenderer,
    data: Mapping[str, Any],
    key: str,
    on_event: Callable[[str, object], None] | None = None,
) -> None:
    """Put a component on the page; hand each user action, once and in order, to `on_event`.

    Actions arrive in the callback, before the script runs. The check in the body catches those that
    come without one (a value set by a test, a reconnected browser), and runs the script again.
    """
    if on_event is None:
        component(key=key, data=_plain(data))
        return
    memory = state.component_memory()

    def handle() -> bool:
        return handle_events(state.widget_value(key), state.component_memory(), key, on_event)

    def on_events_change() -> None:
        handle()

    if handle():
        st.rerun()
    component(
        key=key,
        data=_plain({**data, "ack": memory.get(key, 0)}),
        on_events_change=on_events_change,
    )


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with tuples for lists: Streamlit looks into lists for tables, at 0.1 ms each."""
    return {name: tuple(x) if isinstance(x, list) else x for name, x in data.items()}
