"""The marketing-sales agreement: promises, service levels, recycling, capacity and sign-off."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kpi_core.formats import count, percent
from kpi_core.models.base import Finding
from kpi_core.models.operation import MarketingSalesAgreement
from kpi_core.models.rhythm import SalesCapacity
from kpi_core.rhythm.agreement import busiest_month, feasibility
from kpi_core.rhythm.agreement_check import check_agreement
from kpi_ui import components, inputs
from kpi_ui.rhythm import fields, promises, recycling, signing, work
from kpi_ui.rhythm.work import Work

USUAL = SalesCapacity(reps=3, contacts_per_rep_per_day=25)


def render(now: Work) -> None:
    """Terms on the left; capacity, findings and signatures on the right."""
    found = check_agreement(now.framework, now.today)
    promises.render(now)
    st.space("small")
    terms, side = st.columns(fields.WIDE, gap="medium")
    with terms:
        promises.said(now)
        _service(now.framework.agreement)
        recycling.render(now)
        _texts(now.framework.agreement)
    with side:
        _capacity(now)
        _findings(found)
        _dates(now)
        signing.render(now, found)


def _set(label: str, *, terms: bool = True, **changed: Any) -> None:
    edited = work.edit_agreement(label, lambda now: work.replaced(now, **changed), terms=terms)
    work.told(edited)


def _service(agreement: MarketingSalesAgreement) -> None:
    with st.container(gap=None):
        st.header("How sales handles a lead", anchor=False)
        st.caption("Counted from the moment it is handed over.")
    hours, attempts, days = st.columns(3)
    with hours:
        fields.amount(
            "Answer within, working hours",
            "response",
            agreement.response_hours,
            0.1,
            720.0,
            lambda value: _set("Response time", response_hours=value),
        )
    with attempts:
        fields.whole(
            "Contact attempts",
            "attempts",
            agreement.contact_attempts,
            1,
            50,
            lambda value: _set("Contact attempts", contact_attempts=value),
            help="Before a lead is given back.",
        )
    with days:
        fields.whole(
            "Disposition within, days",
            "disposition",
            agreement.disposition_days,
            1,
            180,
            lambda value: _set("Disposition", disposition_days=value),
            help="Accepted, rejected or returned, with a reason.",
        )


def _texts(agreement: MarketingSalesAgreement) -> None:
    with st.container(gap=None):
        st.header("Hand-over, feedback and escalation", anchor=False)
        st.caption("What both sides do when it works, and when it does not.")
    fields.listing(
        "Hand-over criteria",
        "handoff",
        agreement.handoff_criteria,
        lambda lines: _set("Hand-over criteria", handoff_criteria=lines),
        height=110,
    )
    for label, name in (
        ("Feedback", "feedback"),
        ("Recycling rule in words", "recycling_rule"),
        ("Escalation", "escalation"),
    ):
        fields.area(label, name, getattr(agreement, name), _saver(label, name))


def _saver(label: str, name: str) -> fields.Save:
    return lambda text: _set(label, **{name: text})


def _capacity(now: Work) -> None:
    capacity = now.framework.agreement.capacity
    with st.container(border=True):
        st.subheader("Can sales keep up?", anchor=False)
        if capacity is None:
            st.markdown("Enter how many leads sales can contact, and the promise is checked.")
            components.action(
                "Enter capacity",
                key="rhythm.capacity.add",
                on_press=lambda: _set("Sales capacity", terms=False, capacity=USUAL),
                note=f"starts with {USUAL.reps} reps, {count(USUAL.contacts_per_rep_per_day)} contacts a day",
            )
            return
        leads = busiest_month(promises.volumes(now))
        judged = feasibility(leads, now.framework.agreement.contact_attempts, capacity)
        components.facts(
            [
                components.Fact(
                    "Capacity used",
                    percent(judged.utilisation),
                    judged.sentence,
                    "good"
                    if judged.finding is None
                    else "bad"
                    if judged.utilisation > 1
                    else "warn",
                )
            ],
            key="rhythm.capacity",
        )
        if judged.finding:
            st.caption(inputs.md(f"{judged.finding.message} {judged.finding.fix}"))
        _capacity_fields(capacity)


def _capacity_fields(capacity: SalesCapacity) -> None:
    def save(**changed: Any) -> None:
        def edit(now: MarketingSalesAgreement) -> MarketingSalesAgreement:
            return work.replaced(now, capacity=work.replaced(now.capacity or USUAL, **changed))

        work.told(work.edit_agreement("Sales capacity", edit, terms=False))

    fields.whole(
        "Reps who follow up leads", "reps", capacity.reps, 1, 100_000, lambda v: save(reps=v)
    )
    fields.amount(
        "Contacts per rep and day",
        "contacts",
        capacity.contacts_per_rep_per_day,
        0.01,
        1000.0,
        lambda v: save(contacts_per_rep_per_day=v),
        help="Each attempt counts.",
    )
    fields.whole(
        "Working days a month",
        "working_days",
        capacity.working_days_per_month,
        1,
        31,
        lambda v: save(working_days_per_month=v),
    )
    st.button(
        "Leave capacity out",
        key="rhythm.capacity.remove",
        type="tertiary",
        on_click=lambda: _set("Sales capacity", terms=False, capacity=None),
    )


def _findings(found: tuple[Finding, ...]) -> None:
    items = [
        components.FindingItem(
            f.severity.value, f"{f.where}.", f"{f.message} {f.fix}", "", f"{n}.{f.code}"
        )
        for n, f in enumerate(found)
    ]
    components.findings(
        items,
        "Worth a look before you sign",
        key="rhythm.agreement.findings",
        on_fix=lambda _: None,
        empty="Nothing to fix here.",
    )


def _dates(now: Work) -> None:
    agreement = now.framework.agreement
    with st.container(border=True):
        st.subheader("Term", anchor=False)
        fields.day(
            "Valid from",
            "valid_from",
            agreement.valid_from,
            lambda value: _set("Valid from", valid_from=value),
        )
        fields.day(
            "Valid until",
            "valid_until",
            agreement.valid_until,
            lambda value: _set("Valid until", valid_until=value),
        )
