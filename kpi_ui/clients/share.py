"""Links to read the open framework: making one, and those there are."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode

import streamlit as st

from kpi_core import moments
from kpi_store.records import Entry, Share
from kpi_ui import inputs
from kpi_ui.clients import look
from kpi_ui.clients.look import Desk
from kpi_ui.clients.parts import PARTS, parts_of
from kpi_ui.clients.snapshots import nothing_open
from kpi_ui.components import shelf as elements
from kpi_ui.storage import store

_LASTS = {0: "Until revoked", 7: "7 days", 30: "30 days", 90: "90 days", -1: "Until a day"}
_REVOKE = (elements.ShelfAction("revoke", "Revoke"),)


def render(desk: Desk) -> None:
    """A form for a new link, the link once it is made, and all links."""
    if desk.open is None:
        nothing_open("Links to the open framework will be here", "share")
        return
    form, there = st.columns([1, 2.2], gap="medium")
    with form, st.container(border=True):
        _form(desk, desk.open)
    with there:
        _made()
        _list(desk, desk.open)


def _form(desk: Desk, entry: Entry) -> None:
    st.header("Make a link", anchor=False)
    st.caption(f"Whoever has it can read {inputs.md(entry.name)} as it is at that moment.")
    with st.form("clients.share", border=False):
        st.markdown("What it shows")
        chosen = [part for part, name in PARTS.items() if st.checkbox(name, value=True)]
        days = st.selectbox("Works", list(_LASTS), index=2, format_func=lambda i: _LASTS[i])
        last = st.date_input(
            "Last day",
            value=None,
            min_value="today",
            help="Only for a link that works until a day.",
        )
        if st.form_submit_button("Make the link", icon=":material/link:"):
            _asked(desk, entry, chosen, days, last)


def _asked(desk: Desk, entry: Entry, chosen: list[str], days: int, last: date | None) -> None:
    if not chosen:
        st.error("Choose at least one part that the link shows.")
    elif days < 0 and last is None:
        st.error("Choose the last day, or another way the link ends.")
    else:
        ends = _expiry(desk, days, last)
        look.attempt(lambda: _make(desk, entry, chosen, ends))
        st.rerun()


def _expiry(desk: Desk, days: int, last: date | None) -> datetime | None:
    if days < 0 and last is not None:
        return moments.end_of(last, desk.place)
    return moments.after_days(desk.now, days) if days else None


def _make(desk: Desk, entry: Entry, chosen: list[str], expires_at: datetime | None) -> None:
    _share, token = store().shares.create(
        desk.owner, entry.id, {"parts": chosen}, expires_at=expires_at
    )
    look.put(link=f"{_address()}shared?{urlencode({'t': token})}")


def _address() -> str:
    """The app's address as this browser knows it, with a slash at its end."""
    url = str(st.context.url or "/").rstrip("/")
    return f"{url.removesuffix('/clients')}/"


def _made() -> None:
    link = look.get("link")
    if link is None:
        return
    with st.container(border=True):
        st.header("Your link", anchor=False)
        st.caption("Copy it now: only a hash of it is kept, so it cannot be shown again.")
        st.code(link, language=None, wrap_lines=True)
        st.button("I have copied it", key="clients.copied", on_click=lambda: look.put(link=None))


def _list(desk: Desk, entry: Entry) -> None:
    found = store().shares.list(desk.owner, entry.id)
    if not found:
        with st.container(border=True):
            st.header("No link yet", anchor=False)
            st.markdown(
                "A link shows the framework to read, without any way to change it, and without your "
                "private notes. It always shows the newest version, and you can revoke it."
            )
        return
    by_id = {share.id: share for share in found}
    elements.shelf(
        [_row(desk, share) for share in found],
        key="clients.shares",
        on_act=lambda i, _action: look.attempt(lambda: _revoke(desk, by_id[i])),
        label="Links, newest first",
    )


def _row(desk: Desk, share: Share) -> elements.ShelfRow:
    names = ", ".join(PARTS[part] for part in parts_of(share.what))
    used = (
        "never used" if share.last_used_at is None else f"last used {desk.ago(share.last_used_at)}"
    )
    expired = share.expires_at is not None and share.expires_at <= desk.now
    works = share.revoked_at is None and not expired
    if share.revoked_at is not None:
        ends = f"Revoked {desk.ago(share.revoked_at)}"
    elif share.expires_at is None:
        ends = "No end"
    else:
        ends = f"{'Ended' if expired else 'Ends'} {desk.day(share.expires_at)}"
    return elements.ShelfRow(
        id=share.id,
        title=names,
        text=f"Made {desk.ago(share.created_at)}, {used}",
        badge="Works" if works else "Revoked" if share.revoked_at else "Expired",
        tone="good" if works else "muted",
        note=ends,
        actions=_REVOKE if share.revoked_at is None else (),
    )


def _revoke(desk: Desk, share: Share) -> None:
    store().shares.revoke(desk.owner, share.workspace_id, share.id)
    look.say("The link was revoked: it opens nothing from now on.")
