"""What changed since the last recorded point, and the log of what was recorded with its reason."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from pydantic import ValidationError

from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.rhythm import ChangeEntry, ChangeLine
from kpi_core.rhythm.changes import change_entry, changes, with_entry
from kpi_ui import components, inputs, state
from kpi_ui.document.blocks import table
from kpi_ui.rhythm import fields, work
from kpi_ui.rhythm.work import Work

_RECORDED = "recorded_framework"
_SHOWN = 50


@lru_cache(maxsize=16)
def _read(text: str) -> MeasurementFramework | None:
    """The recorded framework; `None` when the text is of another version of the app."""
    try:
        return MeasurementFramework.model_validate_json(text)
    except ValidationError:
        return None


@lru_cache(maxsize=32)
def _between(before: str, after: str) -> tuple[ChangeLine, ...]:
    """Differences of two frameworks given as JSON, kept between reruns."""
    one, other = _read(before), _read(after)
    return changes(one, other) if one and other else ()


def _same_work(one: MeasurementFramework, other: MeasurementFramework) -> bool:
    """Whether both are states of one framework: another file or sample starts its own record."""
    named = one.name == other.name or one.company.name == other.company.name
    return one.created_on == other.created_on and named


def ensure(now: Work) -> None:
    """Take the framework as it is for the recorded point when there is none of this work."""
    text = state.view(_RECORDED)
    recorded = _read(text) if isinstance(text, str) else None
    if recorded is None or not _same_work(recorded, now.framework):
        _put(now.framework)


def _put(framework: MeasurementFramework) -> None:
    state.set_view(**{_RECORDED: framework.model_dump_json()})


def render(now: Work) -> None:
    """The differences with a form to say why; then the log."""
    lines = _between(str(state.view(_RECORDED)), now.framework.model_dump_json())
    recorded = _read(str(state.view(_RECORDED)))
    left, side = st.columns(fields.WIDE, gap="medium")
    with left:
        with st.container(gap=None):
            st.header("Changed since the last record", anchor=False)
            if recorded:
                st.caption(f"Compared with the framework as of {recorded.updated_on.isoformat()}.")
        _lines(lines)
    with side:
        if lines:
            _form(now, lines)
    _log(now)


def _lines(lines: tuple[ChangeLine, ...]) -> None:
    if not lines:
        with st.container(border=True):
            st.subheader("Nothing has changed", anchor=False)
            st.markdown(
                "Changes of targets, owners, definitions, plan, reviews and agreement will stand "
                "here until you record why they were made."
            )
        return
    components.report([_table(lines, "Changes since the last record")], key="rhythm.changes")


def _table(lines: tuple[ChangeLine, ...], label: str) -> dict[str, object]:
    heads = [("What", "left"), ("Before", "left"), ("After", "left")]
    rows = [
        [
            {"value": line.what, "note": line.area},
            line.before or "Not there",
            line.after or "Not there",
        ]
        for line in lines
    ]
    return table(label, heads, rows)


def _form(now: Work, lines: tuple[ChangeLine, ...]) -> None:
    roles = list(now.roles)
    usual = roles.index("cmo") if "cmo" in roles else 0

    def record() -> None:
        why = str(state.widget_value("rhythm.record.why") or "").strip()
        if not why:
            work.say("error", "Write down why it was changed.")
            return
        role = str(state.widget_value("rhythm.record.role"))
        found = _between(str(state.view(_RECORDED)), work.load().framework.model_dump_json())
        try:
            entry = change_entry(found, now.today, role, why)
        except ValueError as error:
            work.told(work.reason(error))
            return
        if entry is not None:
            _keep(entry)

    with st.container(border=True), st.form("rhythm.record", border=False, clear_on_submit=True):
        st.subheader("Record why", anchor=False)
        number = len(lines)
        st.caption(
            f"{number} change{'' if number == 1 else 's'} become one entry of the log, dated "
            f"{now.today.isoformat()}."
        )
        st.selectbox(
            "Role",
            roles,
            index=usual,
            format_func=lambda i: now.roles[i],
            key="rhythm.record.role",
        )
        st.text_area(
            "Why",
            key="rhythm.record.why",
            max_chars=500,
            height=100,
            placeholder="Win rate target lowered after two quarters of own data",
        )
        st.form_submit_button("Record changes", on_click=record)


def _keep(entry: ChangeEntry) -> None:
    work.told(work.edit_rhythm("Record changes", lambda now: with_entry(now, entry)))
    _put(work.load().framework)


def _log(now: Work) -> None:
    log = now.framework.operating_rhythm.change_log
    with st.container(gap=None):
        st.header("Log", anchor=False)
        st.caption("Who changed what, when and why. It travels in the framework file.")
    if not log:
        st.caption("Nothing is recorded yet.")
    for number, entry in list(enumerate(log))[::-1][:_SHOWN]:
        role = now.framework.term("role", entry.role)
        lines = len(entry.lines)
        head = f"{entry.changed_on.isoformat()}, {role}: {entry.why}"
        with st.expander(inputs.md(f"{head} ({lines} change{'' if lines == 1 else 's'})")):
            components.report(
                [_table(entry.lines, f"Changes of {number}")], key=f"rhythm.log.{number}"
            )
    if len(log) > _SHOWN:
        st.caption(f"The {_SHOWN} newest of {len(log)} are shown; the file holds all.")
