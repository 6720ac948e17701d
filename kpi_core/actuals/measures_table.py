"""What each measure counts, as data: which rows, by which date, what of them, and what it needs to be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Need = Literal["openings", "pipeline", "open", "losses", "wins", "amounts", "source", "touches"]

MISSING: dict[Need, str] = {
    "openings": "the file lists won deals only, or no dates at which opportunities were created",
    "pipeline": "no opportunity has an amount apart from those won",
    "open": "the file does not say which opportunities are still open",
    "losses": "the file has no lost opportunities, so every win rate would be 100%",
    "wins": "the file does not say which deals were won",
    "amounts": "no deal has an amount",
    "source": "neither a source nor a channel says whether marketing or sales brought the deals",
    "touches": "no file of touches was given",
}
"""Why a measure is left out, by what it needs. A number that would mislead is not computed."""


@dataclass(frozen=True)
class Flow:
    """A count of deals by date, or the money of them. A change moves a level by `sign` each."""

    measure: str
    day: str
    """Date column of the deals."""
    needs: tuple[Need, ...]
    where: str = ""
    """Truth column of the deals that picks the rows; all rows when empty."""
    money: bool = False
    kind: Literal["flow", "change"] = "flow"
    sign: int = 1


@dataclass(frozen=True)
class Span:
    """Time between two dates of each row, kept as the distribution of its values."""

    measure: str
    rows: Literal["leads", "deals"]
    start: str
    end: str
    day: str
    unit: Literal["days", "day_parts", "hours"]
    """Whole calendar days, elapsed days to 0.01, or elapsed hours to 0.1."""


_OPENED: tuple[Need, ...] = ("openings",)
_PIPELINE: tuple[Need, ...] = ("openings", "pipeline")
_WON: tuple[Need, ...] = ("wins",)
_REVENUE: tuple[Need, ...] = ("wins", "amounts")
_CLOSED: tuple[Need, ...] = ("wins", "losses")

FLOWS = (
    Flow("new_opportunities", "created", _OPENED),
    Flow("opportunities_sourced_by_marketing", "created", (*_OPENED, "source"), "by_marketing"),
    Flow("total_pipeline_value", "created", _PIPELINE, money=True),
    Flow(
        "pipeline_value_sourced_by_marketing",
        "created",
        (*_PIPELINE, "source"),
        "by_marketing",
        money=True,
    ),
    Flow(
        "content_influenced_pipeline_value",
        "created",
        (*_PIPELINE, "touches"),
        "after_content",
        money=True,
    ),
    Flow("won_deals", "won", _WON),
    Flow("won_revenue", "won", _REVENUE, money=True),
    Flow("marketing_sourced_won_deals", "won", (*_WON, "source"), "by_marketing"),
    Flow("marketing_sourced_won_revenue", "won", (*_REVENUE, "source"), "by_marketing", money=True),
    Flow("sales_sourced_won_deals", "won", (*_WON, "source"), "by_sales"),
    Flow("new_customers", "won", _WON, "first_win"),
    Flow(
        "won_revenue_with_marketing_touch",
        "won",
        (*_REVENUE, "touches"),
        "after_marketing",
        money=True,
    ),
    Flow("closed_opportunities", "closed", _CLOSED),
    Flow("marketing_sourced_closed_opportunities", "closed", (*_CLOSED, "source"), "by_marketing"),
    Flow("sales_sourced_closed_opportunities", "closed", (*_CLOSED, "source"), "by_sales"),
    Flow("open_opportunities", "opened", (*_OPENED, "open"), kind="change"),
    Flow("open_opportunities", "shut", (*_OPENED, "open"), kind="change", sign=-1),
    Flow("open_pipeline_value", "opened", (*_PIPELINE, "open"), money=True, kind="change"),
    Flow("open_pipeline_value", "shut", (*_PIPELINE, "open"), money=True, kind="change", sign=-1),
)
"""Measures of deals. Money is the amount as the file has it now; earlier amounts are not in an export."""

SPANS = (
    Span("days_from_opportunity_to_won", "deals", "created", "won", "won", "days"),
    Span(
        "days_from_sign_up_to_value",
        "leads",
        "at_sign_ups",
        "at_activated",
        "at_activated",
        "day_parts",
    ),
    Span("hours_to_first_response", "leads", "handed_over", "answered", "handed_over", "hours"),
)

COUNTED_ON = {"sales_accepted_leads": "at_mqls"}
"""Lead measures that belong to another date than their own: accepted leads to the day of hand-over."""
