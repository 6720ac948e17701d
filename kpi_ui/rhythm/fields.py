"""Streamlit's fields over values of the framework: each shows what is kept and saves what is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import Any

import streamlit as st

from kpi_ui import inputs, state

Save = Callable[[Any], None]
LONG, NAME = 4000, 120
WIDE = (2.5, 1)
"""Content and side column; at 1280 px tables in the first still stand as tables."""


def _bound(name: str, value: object, save: Save) -> dict[str, Any]:
    """Key and callback of a field."""
    key = state.bind(f"rhythm.{name}", value)
    return {"key": key, "on_change": lambda: save(state.widget_value(key))}


def line(
    label: str, name: str, value: str, save: Save, *, most: int = NAME, help: str = ""
) -> None:
    """One line of text."""
    st.text_input(label, max_chars=most, help=help or None, **_bound(name, value, save))


def area(
    label: str, name: str, value: str, save: Save, *, most: int = LONG, height: int = 120
) -> None:
    """Several lines of text."""
    st.text_area(label, max_chars=most, height=height, **_bound(name, value, save))


def listing(label: str, name: str, values: Sequence[str], save: Save, *, height: int = 150) -> None:
    """A list of sentences, one on each line."""

    def lines(text: str | None) -> None:
        found = (entry.strip() for entry in (text or "").splitlines())
        save(tuple(entry for entry in found if entry))

    area(f"{label}, one on each line", name, "\n".join(values), lines, most=40_000, height=height)


def whole(
    label: str, name: str, value: int, low: int, high: int, save: Save, *, help: str = ""
) -> None:
    """A whole number with limits."""
    st.number_input(label, low, high, step=1, help=help or None, **_bound(name, value, save))


def amount(
    label: str, name: str, value: float, low: float, high: float, save: Save, *, help: str = ""
) -> None:
    """A number with limits, parts of one among them."""
    st.number_input(
        label, low, high, format="%g", help=help or None, **_bound(name, float(value), save)
    )


def choice(
    label: str, name: str, options: Mapping[Any, str], value: object, save: Save, *, help: str = ""
) -> None:
    """One of several by name; a value that is no option is shown by its id."""
    ids = list(dict.fromkeys([*options, value]))
    st.selectbox(
        label,
        ids,
        format_func=lambda i: options.get(i, str(i).replace("_", " ")),
        help=help or None,
        **_bound(name, value, save),
    )


def segments(label: str, name: str, options: Mapping[Any, str], value: object, save: Save) -> None:
    """One of a few, all in sight; the label is read aloud."""
    st.segmented_control(
        label,
        list(options),
        format_func=lambda i: inputs.md(options[i]),
        required=True,
        label_visibility="collapsed",
        **_bound(name, value, save),
    )


def several(
    label: str, name: str, options: Mapping[str, str], values: Sequence[str], save: Save
) -> None:
    """Any of several by name."""
    st.multiselect(
        label,
        list(dict.fromkeys([*options, *values])),
        format_func=lambda i: options.get(i, i.replace("_", " ")),
        **_bound(name, list(values), save),
    )


def day(label: str, name: str, value: date | None, save: Save, *, last: date | None = None) -> None:
    """A day; `last` is the latest that can be chosen."""
    st.date_input(
        label,
        format="YYYY-MM-DD",
        min_value=date(2000, 1, 1),
        max_value=last or date(2100, 12, 31),
        **_bound(name, value, save),
    )


def clock(label: str, name: str, value: time, save: Save) -> None:
    """A time of the day."""
    st.time_input(label, step=900, **_bound(name, value, save))
