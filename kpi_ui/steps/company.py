"""Step 1: the company, its money and its year."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from kpi_core.catalog.records import Choice
from kpi_core.formats import currencies, currency_label, editable, money
from kpi_core.framework.interpret_company import DEFAULT_NAME
from kpi_core.models.base import Unit
from kpi_ui import components, inputs, panels, state
from kpi_ui.steps.context import Context

_MONTHS = {month: calendar.month_name[month] for month in range(1, 13)}

_ASSUMED = {
    "revenue_target": "Starting point for your segment. Replace it",
    "average_deal_size": "Starting point for your segment. Replace it",
    "sales_cycle_days": "Starting point for your segment. Replace it",
    "marketing_sourced_share": "Starting point for your motion. Replace it",
}


def render(context: Context) -> None:
    """Questions on the left, what they lead to on the right."""
    questions, effect = st.columns([2.9, 1.35], gap="large")
    with questions:
        _who(context)
        _money(context)
    with effect:
        _effect(context)


def _who(context: Context) -> None:
    catalog, profile, read = context.catalog, context.profile, context.read
    with st.container(border=True):
        st.header("Who you are")
        left, right = st.columns(2, gap="medium")
        with left:
            inputs.text("Company name", ("company", "name"), DEFAULT_NAME, read)
            _choice("Industry", "industry", catalog.industries, profile.industry)
            _choice("Customers you sell to", "segment", catalog.segments, profile.segment)
        with right:
            _choice(
                "Business model", "business_model", catalog.business_models, profile.business_model
            )
            _choice("Region", "region", catalog.regions, profile.region)
            _choice("Measurement maturity", "maturity", catalog.maturity, profile.maturity)


def _choice(label: str, key: str, table: Mapping[str, Choice], chosen: str) -> None:
    options = {str(record.id): record.name for record in table.values()}
    description = inputs.md(table[chosen].description)
    inputs.choose(label, ("company", key), options, str(chosen), help=description)


@dataclass(frozen=True)
class _Amount:
    """A number field of the profile."""

    key: str
    label: str
    unit: Unit
    help: str = ""


_LEFT = (
    _Amount(
        "revenue_target",
        "New revenue target for the fiscal year",
        Unit.MONEY,
        "Revenue to be added in the year: new business and expansion.",
    ),
    _Amount("average_deal_size", "Average deal size, first year", Unit.MONEY),
    _Amount(
        "sales_cycle_days",
        "Sales cycle in days",
        Unit.DAYS,
        "From opportunity created to closed won, typical.",
    ),
)
_SHARE = _Amount(
    "marketing_sourced_share", "Marketing-sourced share of new business (%)", Unit.RATIO
)
_RECURRING = (
    _Amount(
        "start_arr",
        "Start ARR (optional)",
        Unit.MONEY,
        "Annual recurring revenue on the first day of the fiscal year.",
    ),
    _Amount(
        "net_revenue_retention",
        "Net revenue retention, % (optional)",
        Unit.RATIO,
        "Over 100% means that existing customers grow.",
    ),
)


def _amount(context: Context, amount: _Amount, help: str = "") -> None:
    value = getattr(context.profile, amount.key)
    default = "" if value is None else editable(value, amount.unit)
    note = _ASSUMED.get(amount.key, "") if state.answer("company", amount.key) is None else ""
    path = ("company", amount.key)
    inputs.text(amount.label, path, default, context.read, note=note, help=help or amount.help)


def _money(context: Context) -> None:
    profile, catalog = context.profile, context.catalog
    with st.container(border=True):
        st.header("Your year in money")
        left, right = st.columns(2, gap="medium")
        with left:
            labels = {code: currency_label(code) for code in currencies()}
            inputs.choose("Currency", ("company", "currency"), labels, profile.currency)
            for amount in _LEFT:
                _amount(context, amount)
        with right:
            month = ("company", "fiscal_year_start_month")
            inputs.choose("Fiscal year starts in", month, _MONTHS, profile.fiscal_year_start_month)
            _amount(context, _SHARE, help=inputs.md(catalog.motions[profile.motion].share_reason))
            if catalog.business_models[profile.business_model].recurring:
                for amount in _RECURRING:
                    _amount(context, amount)


def _effect(context: Context) -> None:
    plan = context.framework.funnel_plan
    with st.container(border=True):
        st.header("What this means")
        st.caption("From revenue back to the first visit, at the rates known so far.")
        components.chain(*panels.chain_items(context.framework), key="company.chain")
    existing = plan.existing_customer_revenue
    if existing:
        st.caption(
            inputs.md(
                f"Existing customers bring {money(existing, context.currency)} of the target."
            )
        )
