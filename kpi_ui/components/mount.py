"""Registers the components with Streamlit, once at import, and puts them on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from kpi_ui import state
from kpi_ui.components.events import handle_events

_HERE = Path(__file__).parent


def _read(filename: str) -> str:
    return (_HERE / filename).read_text(encoding="utf-8")


def register(name: str) -> ComponentRenderer:
    """Register the component made of `name`.js and `name`.css, each behind the shared base."""
    return st.components.v2.component(
        f"kpi_{name}",
        html='<div class="root"></div>',
        css=_read("base.css") + _read(f"{name}.css"),
        js=_read("base.js") + _read(f"{name}.js"),
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
        component(key=key, data=dict(data))
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
        data={**data, "ack": memory.get(key, 0)},
        on_events_change=on_events_change,
    )
