"""The list of frameworks: search, archive, what was deleted, and the card of the selected one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from kpi_core.formats import percent
from kpi_store.records import Entry, Status
from kpi_store.store import RETENTION_DAYS
from kpi_ui import components, inputs, state
from kpi_ui.clients import actions, card, look
from kpi_ui.clients.look import Desk
from kpi_ui.components import shelf as elements
from kpi_ui.storage import store

_TONES: dict[Status, elements.ShelfTone] = {
    Status.DRAFT: "muted",
    Status.ACTIVE: "",
    Status.SIGNED_OFF: "good",
}
CARD = "clients_card"
_LEAVING = (
    elements.ShelfAction("restore", "Restore"),
    elements.ShelfAction("purge", "Delete for good"),
)


def render(desk: Desk) -> None:
    """The owner's frameworks, and beside them what can be done with the selected one."""
    search, archived = _toolbar()
    found = store().list_workspaces(desk.owner, search, archived)
    if not found and not search and not archived:
        _empty(desk)
    else:
        _list(desk, found, search, archived)
    _deleted(desk)


def _toolbar() -> tuple[str, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search", key="clients.search", placeholder="Client, name or north star", width=320
        )
        st.space("stretch")
        archived = st.toggle("Archived", key="clients.archived")
    return search or "", archived


def _empty(desk: Desk) -> None:
    with st.container(border=True):
        st.header("Your frameworks will be listed here")
        st.markdown(
            "One for each client or business, each kept with its history. There is none yet: "
            "the first answer in the wizard makes one."
        )
        components.action(
            "Start the wizard", key="clients.start", on_press=lambda: look.attempt(actions.begin)
        )
        st.button(
            "See samples and open a file",
            key="clients.home",
            on_click=lambda: state.set_view(go_to="home"),
        )


def _list(desk: Desk, found: Sequence[Entry], search: str, archived: bool) -> None:
    if not found:
        where = "in the archive" if archived else "in the list"
        st.info(f"Nothing {where}" + (f" matches {inputs.md(search)}." if search else "."))
        return
    by_id = {entry.id: entry for entry in found}
    fallback = desk.open.id if desk.open and desk.open.id in by_id else found[0].id
    chosen = look.get("selected")
    selected = chosen if chosen in by_id else fallback
    rows, side = st.columns([2.2, 1], gap="medium")
    with rows:
        elements.shelf(
            [_row(desk, entry) for entry in found],
            key="clients.list",
            on_act=lambda i, _action: look.attempt(lambda: actions.open_it(i)),
            label="Frameworks, last changed first",
            selected=selected,
            on_select=lambda i: look.put(selected=i),
            panel=CARD,
        )
    with side, st.container(border=True, key=CARD):
        card.render(desk, by_id[selected])


def _row(desk: Desk, entry: Entry) -> elements.ShelfRow:
    share, opened = entry.summary.completeness, actions.is_open(desk, entry.id)
    return elements.ShelfRow(
        id=entry.id,
        title=entry.name,
        eyebrow=entry.client or "No client yet",
        text=f"North star: {entry.summary.north_star}" if entry.summary.north_star else "",
        badge=actions.STATUSES[entry.status],
        tone=_TONES[entry.status],
        share=share,
        share_text="Not finished yet" if share is None else percent(share),
        note=f"Changed {desk.ago(entry.updated_at)}",
        mark="Open now" if opened else "",
        actions=() if opened else (elements.ShelfAction("open", "Open"),),
    )


def _deleted(desk: Desk) -> None:
    found = store().list_deleted(desk.owner)
    if not found:
        return
    by_id = {entry.id: entry for entry in found}
    act: dict[str, Callable[[Entry], None]] = {
        "restore": lambda entry: actions.restore(desk, entry),
        "purge": lambda entry: look.ask(_really(desk, entry)),
    }
    st.space("small")
    with st.container(gap=None):
        st.header("Deleted", anchor=False)
        st.caption(f"Can be restored for {RETENTION_DAYS} days, then gone for good.")
    elements.shelf(
        [
            elements.ShelfRow(
                id=entry.id,
                title=entry.name,
                eyebrow=entry.client or "No client yet",
                note=f"Deleted {desk.ago(entry.deleted_at or entry.updated_at)}",
                actions=_LEAVING,
            )
            for entry in found
        ],
        key="clients.deleted",
        on_act=lambda i, action: look.attempt(lambda: act[action](by_id[i])),
        label="Deleted frameworks",
    )


def _really(desk: Desk, entry: Entry) -> look.Question:
    return look.Question(
        f"Delete {entry.name} for good, with its history, snapshots and links? "
        "Nothing brings it back.",
        "Delete for good",
        lambda: actions.purge(desk, entry),
    )
