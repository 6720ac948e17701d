"""The only door to session state: plain values by key, and what is on screen."""

from __future__ import annotations

from typing import Any

import streamlit as st

_EPOCH = "kpi.epoch"
_VIEW = "kpi.view"
_COMPONENTS = "kpi.components"
_ABSENT = object()


def get(key: str, default: Any = None) -> Any:
    """The value kept under `key` in this session."""
    return st.session_state.get(key, default)


def put(key: str, value: object) -> None:
    """Keep a value under `key` in this session."""
    st.session_state[key] = value


def view(name: str, default: Any = None) -> Any:
    """A view setting such as the wizard's step; not part of the work."""
    return get(_VIEW, {}).get(name, default)


def views() -> dict[str, Any]:
    """All view settings."""
    return dict(get(_VIEW, {}))


def put_views(settings: dict[str, Any]) -> None:
    """Replace all view settings."""
    put(_VIEW, settings)


def set_view(**settings: Any) -> None:
    """Change view settings."""
    put(_VIEW, {**get(_VIEW, {}), **settings})


def take_view(name: str) -> Any:
    """A view setting that is used once, such as a message or a page to go to."""
    value = view(name)
    if value is not None:
        set_view(**{name: None})
    return value


def epoch() -> int:
    """Grows when values change from outside their widgets; part of widget keys."""
    return int(get(_EPOCH, 0))


def new_epoch() -> None:
    """Draw widgets anew: their values changed from outside."""
    put(_EPOCH, epoch() + 1)


def bind(name: str, value: object) -> str:
    """The key of the widget that shows `value`; to be called just before it is drawn.

    The widget always shows what the draft says: a new default, an undo or an opened file reach it,
    while text being typed is left alone.
    """
    key = f"field.{name}"
    if get(key, _ABSENT) != value:
        put(key, value)
    return key


def widget_value(key: str) -> Any:
    """The value of the widget or component with that key; `None` when it is not drawn."""
    return get(key)


def component_memory() -> dict[str, int]:
    """Number of the last handled event by component key."""
    memory: dict[str, int] = st.session_state.setdefault(_COMPONENTS, {})
    return memory


def theme() -> str:
    """`light` or `dark`, as the browser shows the app."""
    return "dark" if st.context.theme.type == "dark" else "light"
