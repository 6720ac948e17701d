"""Snapshots of the open framework: named states to go back to and to compare with."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi_store.records import Conflict, Entry, Snapshot
from kpi_ui import components, inputs, keeping, state
from kpi_ui.clients import look
from kpi_ui.clients.look import Desk
from kpi_ui.components import shelf as elements
from kpi_ui.storage import store

_ACTIONS = (
    elements.ShelfAction("compare", "Compare with now"),
    elements.ShelfAction("restore", "Restore"),
    elements.ShelfAction("delete", "Delete"),
)


def render(desk: Desk) -> None:
    """A form for a new one, then those there are."""
    if desk.open is None:
        nothing_open("Snapshots of the open framework will be here", "snapshots")
        return
    form, there = st.columns([1, 2.2], gap="medium")
    with form, st.container(border=True):
        _form(desk, desk.open)
    with there:
        _list(desk, desk.open)


def nothing_open(title: str, key: str) -> None:
    """For sections about the open framework, when there is none."""
    with st.container(border=True):
        st.header(title)
        st.markdown("Nothing is open yet: open a framework from the list, or begin one.")
        components.action(
            "Go to the wizard",
            key=f"clients.{key}.wizard",
            on_press=lambda: state.set_view(go_to="wizard"),
        )


def _form(desk: Desk, entry: Entry) -> None:
    st.header("Take a snapshot", anchor=False)
    st.caption(f"Keeps {inputs.md(entry.name)} as it is now, with its actuals.")
    with st.form("clients.snapshot", border=False, clear_on_submit=True):
        name = st.text_input("Name", placeholder="Signed off 1 Dec", max_chars=120)
        note = st.text_area("Note", placeholder="Who agreed, and what is still open", height=90)
        if st.form_submit_button("Take snapshot", icon=":material/photo_camera:"):
            look.attempt(lambda: _take(desk, entry, name, note))
            st.rerun()


def _take(desk: Desk, entry: Entry, name: str, note: str) -> None:
    made = store().snapshots.add(desk.owner, entry.id, name, note)
    look.say(f"Snapshot {made.name} was taken.")


def _list(desk: Desk, entry: Entry) -> None:
    found = store().snapshots.list(desk.owner, entry.id)
    if not found:
        with st.container(border=True):
            st.header("No snapshot yet", anchor=False)
            st.markdown(
                "Take one before a meeting or when a version is signed off. It can be restored at "
                "any time, and compared with what came later."
            )
        return
    by_id = {snapshot.id: snapshot for snapshot in found}
    act: dict[str, Callable[[Snapshot], None]] = {
        "compare": _compare,
        "restore": lambda snapshot: _restore(desk, snapshot),
        "delete": lambda snapshot: look.ask(_really(desk, snapshot)),
    }
    elements.shelf(
        [_row(desk, snapshot) for snapshot in found],
        key="clients.snapshots",
        on_act=lambda i, action: look.attempt(lambda: act[action](by_id[i])),
        label="Snapshots, newest first",
    )


def _row(desk: Desk, snapshot: Snapshot) -> elements.ShelfRow:
    count = snapshot.summary.kpi_count
    return elements.ShelfRow(
        id=snapshot.id,
        title=snapshot.name,
        text=snapshot.note,
        share_text="" if count is None else f"{count} KPIs",
        badge="With actuals" if snapshot.has_actuals else "",
        tone="muted",
        note=f"Taken {desk.ago(snapshot.at)}",
        actions=_ACTIONS,
    )


def _compare(snapshot: Snapshot) -> None:
    look.put(section="compare", before=f"snapshot.{snapshot.id}", after="now")


def _restore(desk: Desk, snapshot: Snapshot) -> None:
    found = keeping.keeper()
    if found is None or found.current is None:
        return
    now = store().snapshots.restore(
        desk.owner, snapshot.workspace_id, snapshot.id, based_on=found.current.version
    )
    if isinstance(now, Conflict):
        found.conflict = now.current
        return
    keeping.show(desk.owner, now)
    look.say(f"{snapshot.name} is on screen again. Undo takes it back; actuals stay as they are.")


def _really(desk: Desk, snapshot: Snapshot) -> look.Question:
    def delete() -> None:
        store().snapshots.delete(desk.owner, snapshot.workspace_id, snapshot.id)
        look.say(f"Snapshot {snapshot.name} is gone for good.")

    text = f"Delete the snapshot {snapshot.name} for good? Nothing brings it back."
    return look.Question(text, "Delete for good", delete)
