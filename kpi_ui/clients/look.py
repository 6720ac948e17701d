"""What the clients page looks at: kept in the session beside the work, and never saved with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import streamlit as st

from kpi_core import moments
from kpi_store.errors import StoreError
from kpi_store.records import Entry, Owner
from kpi_ui import inputs, keeping, session
from kpi_ui.storage import store

_LOOK = "clients.look"
SECTIONS = {
    "list": "Frameworks",
    "snapshots": "Snapshots",
    "compare": "Compare",
    "share": "Share",
    "privacy": "Your data",
}


@dataclass(frozen=True)
class Desk:
    """Whose frameworks they are, and the present moment in the visitor's place."""

    owner: Owner
    open: Entry | None
    """What is on screen; `None` before it was saved once."""
    now: datetime
    place: tzinfo

    def ago(self, moment: datetime) -> str:
        """How long ago, in words."""
        return moments.ago(moment, self.now, self.place)

    def day(self, moment: datetime) -> str:
        """The day, where the visitor is."""
        return moments.day(moment, self.place)


def place() -> tzinfo:
    """The visitor's time zone."""
    return moments.zone(st.context.timezone)


def desk() -> Desk | None:
    """The desk of this run; `None` for a visitor whose work is kept nowhere. Raises `StoreError`."""
    found = keeping.keeper()
    if found is None:
        return None
    current = None if found.current is None else found.current.entry
    return Desk(found.owner, current, store().clock(), place())


def get(name: str, default: Any = None) -> Any:
    """What the page looks at."""
    return session.get(_LOOK, {}).get(name, default)


def put(**settings: Any) -> None:
    """Look at something else."""
    session.put(_LOOK, {**session.get(_LOOK, {}), **settings})


def say(text: str, undo: Callable[[], None] | None = None) -> None:
    """A message for the next run, with a way to take back what was done."""
    put(message=("success", text), undo=undo)


def attempt(action: Callable[[], None]) -> None:
    """Do it; what the store refuses becomes a message."""
    try:
        action()
    except StoreError as error:
        put(message=("error", str(error)), undo=None)


def message() -> None:
    """What came of the last action."""
    found, undo = get("message"), get("undo")
    if found is None:
        return
    kind, text = found
    put(message=None)
    with st.container(horizontal=True, vertical_alignment="center"):
        (st.error if kind == "error" else st.success)(inputs.md(text))
        if undo is not None:
            st.button(
                "Undo", key="clients.undo", icon=":material/undo:", on_click=attempt, args=(undo,)
            )


@dataclass(frozen=True)
class Question:
    """Asked before something goes for good."""

    text: str
    yes: str
    act: Callable[[], None]


def ask(question: Question) -> None:
    """Ask it in the next run."""
    put(question=question)


def question() -> None:
    """The open question, with its two answers."""
    found: Question | None = get("question")
    if found is None:
        return

    def answer(*, sure: bool) -> None:
        put(question=None)
        if sure:
            attempt(found.act)

    with st.container(border=True):
        st.markdown(inputs.md(found.text))
        with st.container(horizontal=True):
            st.button(
                found.yes,
                key="clients.yes",
                icon=":material/delete_forever:",
                on_click=lambda: answer(sure=True),
            )
            st.button("Keep it", key="clients.no", on_click=lambda: answer(sure=False))


def bind(key: str, value: object) -> str:
    """The key of the widget that shows `value`; to be called just before it is drawn."""
    if session.get(key) != value:
        session.put(key, value)
    return key


def widget(key: str) -> Any:
    """The value of the widget with that key."""
    return session.get(key)


def one_of(key: str, label: str, names: Mapping[str, str]) -> str:
    """One of several, by id, chosen with a segmented control; the first at the start."""
    chosen = get(key) if get(key) in names else next(iter(names))
    st.segmented_control(
        label,
        list(names),
        format_func=lambda i: names[i],
        key=bind(key, chosen),
        required=True,
        label_visibility="collapsed",
        on_change=lambda: put(**{key: widget(key)}),
    )
    return str(chosen)
