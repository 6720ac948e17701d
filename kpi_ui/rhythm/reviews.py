"""Reviews: who meets when over what, the action log, and the calendar to download."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from kpi_core.export.files import calendar_end, to_calendar
from kpi_core.models.base import Cadence
from kpi_core.models.operation import Review
from kpi_core.models.rhythm import ReviewSchedule, time_zones
from kpi_core.rhythm.health import all_findings
from kpi_core.rhythm.series import (
    WEEKDAYS,
    day_words,
    occurrences,
    schedule_of,
    schedule_words,
    time_zone,
)
from kpi_ui import components, inputs, state
from kpi_ui.rhythm import actions, agenda, fields, health, work
from kpi_ui.rhythm.work import Work

_CHOSEN, _UNTIL = "rhythm_cadence", "rhythm_until"
_NAMES = {
    Cadence.WEEKLY.value: "Weekly",
    Cadence.MONTHLY.value: "Monthly",
    Cadence.QUARTERLY.value: "Quarterly",
}
_WEEKS = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", -1: "Last"}
_MONTHS = {1: "First month", 2: "Second month", 3: "Third month"}
_CODES = ("action_", "review_", "rule_", "series_")
_NEXT = 4


def render(now: Work) -> None:
    """One cadence at a time with its agenda; calendar and findings beside it, actions below."""
    left, side = st.columns(fields.WIDE, gap="medium")
    with left:
        cadence = Cadence(_cadence())
        _review(now, cadence)
    with side:
        _calendar(now)
        health.panel(
            now,
            "Worth a look",
            "reviews",
            lambda entry: entry.finding.code.startswith(_CODES),
        )
    actions.render(now)


def _cadence() -> str:
    chosen = str(state.view(_CHOSEN, Cadence.WEEKLY.value))
    fields.segments("Review", "cadence", _NAMES, chosen, lambda i: state.set_view(**{_CHOSEN: i}))
    return chosen


def _review(now: Work, cadence: Cadence) -> None:
    record = next(r for r in now.catalog.reviews if r.cadence is cadence)
    reviews = now.framework.operating_rhythm.reviews
    review = next((r for r in reviews if r.cadence is cadence), None)
    path = ("reviews", cadence.value)
    name = review.name if review else record.name
    st.header(inputs.md(name), anchor=False)
    inputs.toggle("We hold this review", (*path, "held"), review is not None, "Review")
    if review is None:
        with st.container(border=True):
            st.subheader("Not held", anchor=False)
            st.markdown(f"{inputs.md(record.purpose)} Switch it on to plan it.")
        return
    st.markdown(inputs.md(review.purpose))
    people, minutes = st.columns([3, 1], gap="medium")
    with people:
        inputs.several(
            "Attendees",
            (*path, "attendees"),
            list(now.roles),
            review.attendees,
            lambda i: now.roles.get(i, i),
        )
    with minutes:
        inputs.whole_number(
            "Minutes", (*path, "duration_minutes"), review.duration_minutes, 5, 480, 5
        )
    _schedule(now, review)
    agenda.render(now, review)


def _schedule(now: Work, review: Review) -> None:
    schedule = schedule_of(review, now.today)

    def save(label: str, **changed: Any) -> None:
        def edit(found: Review) -> Review:
            kept = work.replaced(schedule_of(found, now.today), **changed)
            return work.replaced(found, schedule=kept)

        work.told(work.edit_review(review.cadence, label, edit))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        _days(review, schedule, save)
        with st.container(width=130):
            fields.clock(
                "Starts at",
                f"{review.cadence}.at",
                schedule.at,
                lambda value: save("Time of the review", at=value or schedule.at),
            )
        with st.container(width=160):
            fields.day(
                "Not before",
                f"{review.cadence}.starts_on",
                schedule.starts_on,
                lambda value: save("Start of the review", starts_on=value or now.today),
            )
    st.caption(f":material/event: {inputs.md(schedule_words(now.framework, review, now.today))}")


def _days(review: Review, schedule: ReviewSchedule, save: Any) -> None:
    name = review.cadence.value
    if review.cadence is not Cadence.WEEKLY:
        with st.container(width=130):
            fields.choice(
                "Which", f"{name}.week", _WEEKS, schedule.week, lambda i: save("Week", week=i)
            )
    with st.container(width=160):
        weekdays = {weekday: weekday.capitalize() for weekday in WEEKDAYS}
        fields.choice(
            "Weekday",
            f"{name}.weekday",
            weekdays,
            schedule.weekday,
            lambda i: save("Weekday of the review", weekday=i),
        )
    if review.cadence is Cadence.QUARTERLY:
        with st.container(width=170):
            fields.choice(
                "After the quarter",
                f"{name}.month",
                _MONTHS,
                schedule.month_after_quarter,
                lambda i: save("Month of the review", month_after_quarter=i),
                help="Month after the end of the fiscal quarter.",
            )


def _until(now: Work) -> date:
    """Last day of the calendar; a year from today unless chosen."""
    text = state.view(_UNTIL)
    chosen = date.fromisoformat(text) if isinstance(text, str) else calendar_end(now.today)
    return max(chosen, now.today)


def _calendar(now: Work) -> None:
    until = _until(now)
    with st.container(border=True):
        st.subheader("Calendar", anchor=False)
        fields.choice(
            "Time zone",
            "zone",
            {name: name.replace("_", " ") for name in time_zones()},
            time_zone(now.framework),
            lambda value: work.told(
                work.edit_rhythm("Time zone", lambda found: work.replaced(found, time_zone=value))
            ),
        )
        fields.day(
            "Series until",
            "until",
            until,
            lambda value: state.set_view(**{_UNTIL: value.isoformat() if value else None}),
        )
        planned = _planned(now, until)
        if not planned:
            st.caption("No review is planned until then: hold one, or choose a later day.")
            return
        components.facts(planned, key="rhythm.calendar")
        found = all_findings(now.framework, now.today)
        file = to_calendar(now.framework, now.today, until, found)
        st.download_button(
            "Download calendar (.ics)",
            file.content,
            file.filename,
            file.mime,
            key="rhythm.ics",
            icon=":material/calendar_add_on:",
            on_click="ignore",
            help="Series with their agendas, for Outlook, Google Calendar and Apple Calendar.",
        )


def _planned(now: Work, until: date) -> list[components.Fact]:
    """How often each review is held until then, and its next days; empty when none is."""
    found = []
    for review in now.framework.operating_rhythm.reviews:
        days = occurrences(now.framework, review, now.today, until)
        following = ", ".join(f"{at:%d %b %Y}" for at in days[:_NEXT]) or "none until then"
        note = f"{day_words(review, now.today)}. Next: {following}"
        if days:
            times = f"{len(days)} time{'' if len(days) == 1 else 's'}"
            found.append(components.Fact(review.name, times, note))
    return found
