"""The company a framework is made for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kpi_core.models.base import (
    CurrencyCode,
    Document,
    Id,
    Money,
    Motion,
    Name,
    PositiveMoney,
    Ratio,
    Segment,
)


class CompanyProfile(Document):
    """Answers of wizard steps 1 and 2 that numbers depend on. Money is in `currency`."""

    name: Name
    business_model: Id
    industry: Id
    region: Id
    currency: CurrencyCode
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)]
    segment: Segment
    maturity: Id
    motion: Motion
    average_deal_size: PositiveMoney
    """First-year value of a typical won deal."""
    sales_cycle_days: Annotated[int, Field(ge=1, le=1825)]
    """Days from opportunity created to closed won, typical."""
    revenue_target: PositiveMoney
    """Revenue to be added in the fiscal year: new business and expansion."""
    start_arr: Money | None = None
    """Annual recurring revenue at the start of the year; `None` when the model has none."""
    net_revenue_retention: Annotated[float, Field(ge=0, le=5)] | None = None
    """Share of start ARR left after churn and expansion (1.05 is 105%); `None` when not known."""
    marketing_sourced_share: Annotated[Ratio, Field(gt=0)]
    """Share of new business whose first qualified touch is marketing's."""


class ToolInPlace(Document):
    """A tool category the company has, with the products named."""

    category: Id
    products: tuple[Name, ...] = ()


class DataInfrastructure(Document):
    """Which tools are in place; decides what is measurable."""

    tools: tuple[ToolInPlace, ...] = ()
    notes: str = Field(default="", max_length=2000)

    @property
    def categories(self) -> frozenset[str]:
        """Ids of the tool categories in place."""
        return frozenset(tool.category for tool in self.tools)
