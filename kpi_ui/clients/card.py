"""The card beside the list: names, status, last changes and actions of one framework."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi_store.records import Entry
from kpi_ui import components, inputs, state
from kpi_ui.clients import actions, look
from kpi_ui.clients.look import Desk
from kpi_ui.storage import store

_MOST_CHANGES = 3
_NEW_CLIENT, _NUMBERS = "clients.template.client", "clients.template.numbers"
_KEEP = {True: "Keep the numbers", False: "Leave the numbers out"}


def render(desk: Desk, entry: Entry) -> None:
    """Everything that can be done to it."""
    st.header(inputs.md(entry.name), anchor=False)
    _facts(desk, entry)
    if not actions.is_open(desk, entry.id):
        components.action(
            "Open", key="clients.open", on_press=lambda: look.attempt(lambda: actions.open_it(entry.id))
        )  # fmt: skip
    _field(
        "Client", f"client.{entry.id}", entry.client, lambda t: actions.set_client(desk, entry, t)
    )
    _field(
        "Framework name", f"name.{entry.id}", entry.name, lambda t: actions.rename(desk, entry, t)
    )
    _status(desk, entry)
    _buttons(desk, entry)


def _facts(desk: Desk, entry: Entry) -> None:
    count = entry.summary.kpi_count
    kpis = "No KPIs yet" if count is None else f"{count} KPI{'' if count == 1 else 's'}"
    st.caption(f"{kpis}. Begun {desk.day(entry.created_at)}.")
    done = store().history(desk.owner, entry.id).done[:_MOST_CHANGES]
    if done:
        lines = [f"- {inputs.md(change.label)}, {desk.ago(change.at)}" for change in done]
        st.markdown("**Last changes**\n" + "\n".join(lines))


def _field(label: str, name: str, value: str, save: Callable[[str], None]) -> None:
    key = state.bind(f"clients.{name}", value)

    def changed() -> None:
        text = str(state.widget_value(key) or "")
        look.attempt(lambda: save(text))

    st.text_input(label, key=key, on_change=changed, max_chars=120)


def _status(desk: Desk, entry: Entry) -> None:
    names = {status.value: name for status, name in actions.STATUSES.items()}
    key = state.bind(f"clients.status.{entry.id}", entry.status.value)

    def changed() -> None:
        chosen = str(state.widget_value(key))
        look.attempt(lambda: actions.set_status(desk, entry, chosen))

    st.selectbox("Status", list(names), format_func=lambda i: names[i], key=key, on_change=changed)


def _buttons(desk: Desk, entry: Entry) -> None:
    with st.container(horizontal=True):
        with st.popover("Use as template", icon=":material/content_copy:"):
            _template(desk, entry)
        named: tuple[tuple[str, str, Callable[[Desk, Entry], None]], ...] = (
            ("duplicate", "Duplicate", actions.duplicate),
            ("archive", "Archive" if entry.archived_at is None else "Unarchive", actions.archive),
            ("delete", "Delete", actions.delete),
        )
        for name, label, act in named:
            st.button(label, key=f"clients.{name}", on_click=_doing(act, desk, entry))


def _doing(act: Callable[[Desk, Entry], None], desk: Desk, entry: Entry) -> Callable[[], None]:
    return lambda: look.attempt(lambda: act(desk, entry))


def _template(desk: Desk, entry: Entry) -> None:
    st.markdown(
        "A new framework with the same metrics, owners' roles, tools, reviews and agreement. "
        "Names of the company and of people stay behind."
    )
    st.text_input("New client", key=_NEW_CLIENT, max_chars=120)
    st.radio(
        "Numbers",
        list(_KEEP),
        format_func=lambda k: _KEEP[k],
        key=_NUMBERS,
        index=1,
        help="Money, volumes, own history, targets, rates and what-ifs.",
    )

    def make() -> None:
        text, kept = str(state.widget_value(_NEW_CLIENT) or ""), bool(state.widget_value(_NUMBERS))
        look.attempt(lambda: actions.make_from_template(desk, entry, text, keep_numbers=kept))

    st.button("Create from template", key="clients.template.make", on_click=make)
