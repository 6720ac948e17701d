"""The sign-off block: one signature of each side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from kpi_core.models.base import Finding, Severity
from kpi_core.models.operation import MarketingSalesAgreement
from kpi_core.models.rhythm import Signature
from kpi_core.rhythm.agreement import with_signature
from kpi_ui import inputs, state
from kpi_ui.rhythm import work
from kpi_ui.rhythm.promises import PARTIES
from kpi_ui.rhythm.work import Work

_USUAL_ROLE = {"marketing": "cmo", "sales": "sales_leader"}


def render(now: Work, found: Sequence[Finding]) -> None:
    """Both sides: the signature, or a form to give it. An error has to be mended first."""
    blocked = any(finding.severity is Severity.ERROR for finding in found)
    signed = {signature.party: signature for signature in now.framework.agreement.signatures}
    with st.container(border=True):
        st.subheader("Sign-off", anchor=False)
        if blocked:
            st.markdown(":red[:material/error: Mend the errors above before anybody signs.]")
        elif len(signed) == len(PARTIES):
            st.markdown(":green[:material/check_circle: Both sides have signed.]")
        else:
            st.caption("A change of the terms takes signatures off again.")
        for party, name in PARTIES.items():
            if party in signed:
                _signature(now, name, signed[party])
            else:
                _form(now, party, name, blocked)


def _signature(now: Work, side: str, signature: Signature) -> None:
    role = now.framework.term("role", signature.role)

    def withdraw() -> None:
        def edit(kept: MarketingSalesAgreement) -> MarketingSalesAgreement:
            left = tuple(one for one in kept.signatures if one.party != signature.party)
            return work.replaced(kept, signatures=left)

        work.told(work.edit_agreement(f"Withdraw {signature.party}", edit, terms=False))

    with st.container(gap=None):
        st.markdown(f"**{side}: {inputs.md(signature.name)}**")
        st.caption(inputs.md(f"{role}, signed on {signature.signed_on.isoformat()}"))
    st.button(
        f"Withdraw the signature of {side.lower()}",
        key=f"rhythm.withdraw.{signature.party}",
        type="tertiary",
        on_click=withdraw,
    )


def _form(now: Work, party: str, side: str, blocked: bool) -> None:
    key = f"rhythm.sign.{party}"
    roles = list(now.roles)
    usual = _USUAL_ROLE[party]

    with st.form(key, border=False):
        st.markdown(f"**{side}**")
        st.text_input(
            f"Name, for {side.lower()}", key=f"{key}.name", max_chars=120, placeholder="Full name"
        )
        st.selectbox(
            f"Role, for {side.lower()}",
            roles,
            index=roles.index(usual) if usual in roles else 0,
            format_func=lambda i: now.roles[i],
            key=f"{key}.role",
        )
        st.date_input(
            f"Signed on, by {side.lower()}",
            value=now.today,
            min_value=date(2000, 1, 1),
            max_value=now.today,
            format="YYYY-MM-DD",
            key=f"{key}.day",
        )
        st.form_submit_button(
            f"Sign for {side.lower()}", on_click=_sign, args=(now, party, key), disabled=blocked
        )


def _sign(now: Work, party: str, key: str) -> None:
    """Sign with what stands in the form's fields."""
    name = str(state.widget_value(f"{key}.name") or "").strip()
    if not name:
        work.say("error", f"Type who signs for {party}.")
        return
    given = {
        "party": party,
        "name": name,
        "role": state.widget_value(f"{key}.role"),
        "signed_on": state.widget_value(f"{key}.day") or now.today,
    }
    work.told(
        work.edit_agreement(
            f"Sign for {party}",
            lambda kept: with_signature(kept, Signature.model_validate(given)),
            terms=False,
        )
    )
