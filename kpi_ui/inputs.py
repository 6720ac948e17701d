"""Input widgets that read from and write to the draft, and say what they understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import streamlit as st

from kpi_core.framework.interpret import Interpretation
from kpi_ui import state

Key = TypeVar("Key", str, int)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:\"'&=^])")
# Streamlit makes icons, links and arrows of these after unescaping: an invisible joiner keeps them text.
_LIVE = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[-<>~])(?=[->=])", re.IGNORECASE)


def md(text: object) -> str:
    """Text from people, shown as it is: every Markdown sign escaped, on one line."""
    plain = _LIVE.sub("\u2060", " ".join(str(text).split()))
    return _MARKDOWN.sub(r"\\\1", plain)


def distinct(names: Sequence[str]) -> list[str]:
    """Names as options are told apart by: a repeated one gets a number."""
    found: list[str] = []
    for name in names:
        tried = (name if n == 1 else f"{name} ({n})" for n in range(1, len(names) + 1))
        found.append(next(option for option in tried if option not in found))
    return found


def _saver(path: tuple[str, ...], key: str, label: str) -> Callable[[], None]:
    def save() -> None:
        state.set_answer(path, state.widget_value(key), label)

    return save


def choose(
    label: str, path: tuple[str, ...], options: Mapping[Key, str], chosen: Key, help: str = ""
) -> None:
    """A select box over ids; shows names."""
    key = state.bind(".".join(path), chosen)
    st.selectbox(
        label,
        list(options),
        format_func=lambda value: options.get(value, str(value)),
        key=key,
        on_change=_saver(path, key, label),
        help=help or None,
    )


def text(
    label: str,
    path: tuple[str, ...],
    default: str,
    read: Interpretation,
    *,
    note: str = "",
    help: str = "",
    placeholder: str = "",
    area: bool = False,
) -> None:
    """A text field, with what was understood below it. `default` shows while nothing was answered."""
    name = ".".join(path)
    answered = state.answer(*path)
    key = state.bind(name, default if answered is None else str(answered))
    widget = st.text_area if area else st.text_input
    with st.container(gap="xsmall"):
        widget(
            label,
            key=key,
            on_change=_saver(path, key, label),
            help=help or None,
            placeholder=placeholder or None,
        )
        remark(read.errors.get(name), read.echoes.get(name), note)


def remark(error: str | None, echo: str | None, note: str) -> None:
    """The line under a field: what is wrong, else what was understood, else a hint."""
    if error:
        st.caption(f":red[:material/error: {md(error)}]")
    elif echo:
        st.caption(f"Read as {md(echo)}" + (f". {md(note)}" if note else ""))
    else:
        st.caption(md(note) or "&nbsp;")


def several(
    label: str,
    path: tuple[str, ...],
    options: Sequence[str],
    chosen: Sequence[str],
    names: Callable[[str], str] = str,
    *,
    accept_new: bool = False,
    placeholder: str = "",
    help: str = "",
) -> None:
    """A multi-select over ids."""
    key = state.bind(".".join(path), list(chosen))
    st.multiselect(
        label,
        list(dict.fromkeys([*options, *chosen])),
        format_func=names,
        key=key,
        on_change=_saver(path, key, label),
        accept_new_options=accept_new,
        placeholder=placeholder or None,
        help=help or None,
    )


def toggle(label: str, path: tuple[str, ...], value: bool, change: str) -> None:
    """A switch."""
    key = state.bind(".".join(path), value)
    st.toggle(md(label), key=key, on_change=_saver(path, key, change))


def whole_number(
    label: str, path: tuple[str, ...], value: int, minimum: int, maximum: int, step: int
) -> None:
    """A number field with limits, for counts that cannot be misread."""
    key = state.bind(".".join(path), value)
    st.number_input(label, minimum, maximum, step=step, key=key, on_change=_saver(path, key, label))
