"""Two states side by side: what differs, in words and numbers, by area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import streamlit as st

from kpi_core.export.difference_table import difference_table
from kpi_core.export.files import csv_bytes, file_stem
from kpi_core.formats import count, money, percent
from kpi_core.framework.progress import completeness
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import ChangeLine
from kpi_core.rhythm.changes import changes
from kpi_store.errors import StoreError
from kpi_ui import components, inputs, journal, racing
from kpi_ui.clients import look
from kpi_ui.clients.look import Desk
from kpi_ui.document.blocks import Block, section, table
from kpi_ui.kept import work_of
from kpi_ui.storage import store

_NOW, _SNAPSHOT, _OTHER = "now", "snapshot.", "framework."


@dataclass(frozen=True)
class _Side:
    """One of the two."""

    name: str
    framework: MeasurementFramework
    finished: bool


def render(desk: Desk) -> None:
    """Choose the two, then read what differs."""
    names = _names(desk)
    if len(names) < 2:
        with st.container(border=True):
            st.header("Two states will stand side by side here", anchor=False)
            st.markdown(
                "There is only one so far. Take a snapshot of the open framework, or begin a second "
                "framework."
            )
        return
    before, after = _choice(names)
    if before == after:
        st.info("Choose two different ones.")
        return
    try:
        sides = _side(desk, before, names[before]), _side(desk, after, names[after])
    except ValueError:
        st.error("One of the two cannot be read by this version of the app. Choose another one.")
        return
    _show(*sides)


def _names(desk: Desk) -> dict[str, str]:
    """What can be compared, by id: the open one, its snapshots, the other frameworks."""
    found: dict[str, str] = {}
    if desk.open is not None:
        found[_NOW] = f"Now: {desk.open.name}"
        for snapshot in store().snapshots.list(desk.owner, desk.open.id):
            found[_SNAPSHOT + snapshot.id] = f"Snapshot: {snapshot.name}, {desk.day(snapshot.at)}"
    for entry in store().list_workspaces(desk.owner):
        if desk.open is None or entry.id != desk.open.id:
            client = f"{entry.client}: " if entry.client else ""
            found[_OTHER + entry.id] = f"{client}{entry.name}"
    return dict(zip(found, inputs.distinct(list(found.values())), strict=True))


def _choice(names: dict[str, str]) -> tuple[str, str]:
    ids = list(names)
    before = look.get("before") if look.get("before") in names else ids[1]
    after = look.get("after") if look.get("after") in names else ids[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return _select("Before", "before", names, before), _select("After", "after", names, after)


def _select(label: str, name: str, names: dict[str, str], chosen: str) -> str:
    key = look.bind(f"clients.compare.{name}", chosen)
    st.selectbox(
        label,
        list(names),
        format_func=lambda i: names[i],
        key=key,
        width=400,
        on_change=lambda: look.put(**{name: look.widget(key)}),
    )
    return chosen


def _side(desk: Desk, chosen: str, name: str) -> _Side:
    work = journal.work() if chosen == _NOW else work_of(_document(desk, chosen))[0]
    return _Side(name, racing.framework_in(work), work[journal.FRAMEWORK] is not None)


def _document(desk: Desk, chosen: str) -> str:
    if chosen.startswith(_OTHER):
        return store().load(desk.owner, chosen.removeprefix(_OTHER)).document
    if desk.open is None:
        raise StoreError("Nothing is open.", "Open a framework from the list.")
    snapshot_id = chosen.removeprefix(_SNAPSHOT)
    return store().snapshots.load(desk.owner, desk.open.id, snapshot_id).document


@lru_cache(maxsize=16)
def _lines(before: str, after: str) -> tuple[ChangeLine, ...]:
    read = MeasurementFramework.model_validate_json
    return changes(read(before), read(after))


def _show(before: _Side, after: _Side) -> None:
    lines = _lines(before.framework.model_dump_json(), after.framework.model_dump_json())
    number = "Nothing differs" if not lines else f"{count(len(lines))} differences"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{'1 difference' if len(lines) == 1 else number}**")
        st.space("stretch")
        if lines:
            st.download_button(
                "Download differences",
                csv_bytes(difference_table(lines, before.name, after.name)),
                f"{file_stem(after.framework)}_differences.csv",
                "text/csv",
                key="clients.compare.csv",
                icon=":material/download:",
                on_click="ignore",
            )
    for side in (before, after):
        if not side.finished:
            st.caption(
                f"{inputs.md(side.name)} is not finished: compared with the suggestions filled in."
            )
    components.report(_blocks(before, after, lines), key="clients.compare.report")


def _blocks(before: _Side, after: _Side, lines: Sequence[ChangeLine]) -> list[Block]:
    """Both in brief, then a table for each area that differs."""
    pairs = zip(_facts(before.framework), _facts(after.framework), strict=True)
    brief = [[label, old, new] for (label, old), (_same, new) in pairs]
    columns = [("", "left"), (before.name, "left"), (after.name, "left")]
    found = [section("At a glance"), table("At a glance", columns, brief)]
    for area, group in groupby(lines, key=lambda line: line.area):
        rows = [
            [line.what, line.before or "Not there", line.after or "Not there"] for line in group
        ]
        what = [("What", "left"), ("Before", "left"), ("After", "left")]
        found += [section(area), table(area, what, rows)]
    return found


def _facts(framework: MeasurementFramework) -> list[tuple[str, str]]:
    company = framework.company
    return [
        ("Company", company.name),
        ("North star", framework.metric(framework.north_star.metric_id).name),
        ("Revenue target", money(company.revenue_target, company.currency)),
        ("KPIs", count(len(framework.kpis))),
        ("Complete", percent(completeness(framework).share)),
    ]
