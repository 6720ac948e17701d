"""Where the work lies, for how long, and deleting all of it."""

from __future__ import annotations

import streamlit as st

from kpi_ui import journal, keeping, session, state
from kpi_ui.clients import login, look
from kpi_ui.clients.look import Desk
from kpi_ui.storage import retention_days, store

_WORD = "delete"


def render(desk: Desk) -> None:
    """Cards: where it is, whose it is where people sign in, and getting rid of it."""
    login.render(desk)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        _where(desk)
    with right, st.container(border=True, height="stretch"):
        _forget(desk)


def _where(desk: Desk) -> None:
    st.header("Where my data lies", anchor=False)
    kind = "an SQLite file" if store().file is not None else "a PostgreSQL database"
    found = (
        "your login" if desk.owner.kind == "login" else "a cookie of this browser, of which only a hash is stored"
    )  # fmt: skip
    st.markdown(
        f"- In {kind} on the server that runs this app, and nowhere else. Nothing is sent to other "
        "hosts.\n"
        f"- It is yours by {found}. Nobody else sees your list; a link shows one framework to read.\n"
        f"- Deleted frameworks can be restored for {retention_days()} days, then they are gone for good.\n"
        "- Daily copies that the server makes hold deleted work until two further days' copies were "
        "made.\n"
        "- Whoever runs the server backs up and restores with `python -m kpi_store`."
    )
    st.caption("To take a framework along, download its JSON on Export: it opens anywhere again.")


def _forget(desk: Desk) -> None:
    st.header("Delete everything of mine", anchor=False)
    st.markdown(
        "All frameworks with their history, snapshots, actuals and links, at once and for good. "
        "Links stop working. Nothing brings it back."
    )
    key = f"clients.forget.{state.epoch()}"
    typed = st.text_input(f"Type {_WORD} to go on", key=key, placeholder=_WORD)
    sure = typed.strip().casefold() == _WORD

    def forget() -> None:
        look.attempt(lambda: _do(desk))

    st.button(
        "Delete everything",
        key="clients.forget",
        icon=":material/delete_forever:",
        disabled=not sure,
        on_click=forget,
    )


def _do(desk: Desk) -> None:
    store().forget(desk.owner)
    keeping.begin_workspace()
    journal.put_history([], [])
    session.put_views({})
    look.put(selected=None, section="list", link=None, undo=None)
    look.say("Everything was deleted. What you do next starts anew.")
