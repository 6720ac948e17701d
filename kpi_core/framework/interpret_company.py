"""Wizard steps 1 to 3: the company, its motion and its tools."""

from __future__ import annotations

from collections.abc import Iterable

from kpi_core.formats import currencies
from kpi_core.framework.answers import CompanyAnswers, DataAnswers, Typed
from kpi_core.framework.reading import Bounds, Reader
from kpi_core.models.base import Motion, Segment, Unit
from kpi_core.models.company import CompanyProfile, DataInfrastructure, ToolInPlace
from kpi_core.numbers import round_significant

STEP = "company"
DEFAULT_NAME = "Your company"
DEFAULTS = {
    "business_model": "subscription_saas",
    "industry": "saas",
    "region": "north_america",
    "segment": "mid_market",
    "maturity": "developing",
}
_MONEY = Bounds(above=True)
_DAYS = Bounds(minimum=1, maximum=1825)


def read_company(answers: CompanyAnswers, motion: Motion, reader: Reader) -> CompanyProfile:
    """The company profile, with the catalog's starting assumptions where nothing was answered."""
    catalog = reader.catalog

    def choose(key: str, known: Iterable[str]) -> str:
        return reader.choice(f"company.{key}", getattr(answers, key), known, DEFAULTS[key], STEP)

    segment = catalog.segments[choose("segment", catalog.segments)]
    region = catalog.regions[choose("region", catalog.regions)]
    currency = reader.choice(
        "company.currency", answers.currency, currencies(), region.currency, STEP
    )

    def number(key: str, unit: Unit, bounds: Bounds, default: float | None) -> float | None:
        value: Typed = getattr(answers, key)
        read = reader.number(f"company.{key}", value, unit, currency, bounds, STEP)
        _refuse_empty(f"company.{key}", value, default, reader)
        return default if read is None else read

    business_model = choose("business_model", catalog.business_models)
    deal = number(
        "average_deal_size", Unit.MONEY, _MONEY, default_deal_size(segment.id, currency, reader)
    )
    days = number("sales_cycle_days", Unit.DAYS, _DAYS, segment.sales_cycle_days)
    assert deal is not None
    assert days is not None
    target = number("revenue_target", Unit.MONEY, _MONEY, deal * segment.deals_a_year)
    share = number(
        "marketing_sourced_share",
        Unit.RATIO,
        Bounds(maximum=1, above=True),
        catalog.motions[motion].marketing_sourced_share,
    )
    recurring = catalog.business_models[business_model].recurring
    name = reader.name("company.name", answers.name, DEFAULT_NAME, STEP) or DEFAULT_NAME
    return CompanyProfile.model_validate(
        {
            "name": name,
            "business_model": business_model,
            "industry": choose("industry", catalog.industries),
            "region": region.id,
            "currency": currency,
            "fiscal_year_start_month": _month(answers, region.fiscal_year_start_month, reader),
            "segment": Segment(segment.id),
            "maturity": choose("maturity", catalog.maturity),
            "motion": motion,
            "average_deal_size": deal,
            "sales_cycle_days": round(days),
            "revenue_target": target,
            "start_arr": number("start_arr", Unit.MONEY, Bounds(), None) if recurring else None,
            "net_revenue_retention": number(
                "net_revenue_retention", Unit.RATIO, Bounds(maximum=5), None
            )
            if recurring
            else None,
            "marketing_sourced_share": share,
        }
    )


def _refuse_empty(path: str, value: Typed, default: float | None, reader: Reader) -> None:
    emptied = isinstance(value, str) and not value.strip()
    if emptied and default is not None:
        reader.problem(path, STEP, "This must not be empty.", "Type a number.")


def _month(answers: CompanyAnswers, default: int, reader: Reader) -> int:
    month = answers.fiscal_year_start_month
    if month is None or 1 <= month <= 12:
        return month or default
    reader.problem("company.fiscal_year_start_month", STEP, f"{month} is no month.", "Use 1 to 12.")
    return default


def default_deal_size(segment: str, currency: str, reader: Reader) -> float:
    """Starting assumption for a deal: the segment's USD figure times the currency's order of magnitude."""
    scale = reader.catalog.currency_magnitudes.get(currency)
    usd = reader.catalog.segments[segment].deal_size_usd
    return round_significant(usd * (scale.magnitude if scale else 1), 2)


def read_data(answers: DataAnswers, reader: Reader) -> DataInfrastructure:
    """Tools in place; those most companies have when nothing was answered."""
    catalog = reader.catalog
    if answers.tools is None:
        tools = tuple(ToolInPlace(category=t.id) for t in catalog.tools.values() if t.common)
    else:
        known = reader.ids("data.tools", answers.tools, catalog.tools, (), "data")
        tools = tuple(
            ToolInPlace(category=category, products=_products(answers.tools, category, reader))
            for category in catalog.tools
            if category in known
        )
    notes = answers.notes or ""
    if len(notes) > 2000:
        reader.problem(
            "data.notes",
            "data",
            f"This has {len(notes):,} characters; 2,000 is the limit.",
            "Shorten it.",
        )
    return DataInfrastructure(tools=tools, notes=notes[:2000])


def _products(tools: dict[str, list[str]], category: str, reader: Reader) -> tuple[str, ...]:
    path = f"data.tools.{category}"
    named = (reader.name(path, product, None, "data") for product in tools[category])
    return tuple(dict.fromkeys(product for product in named if product))
