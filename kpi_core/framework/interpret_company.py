"""Wizard steps 1 to 3: the company, its motion and its tools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi_core.formats import currencies, value_text
from kpi_core.framework.answers import CompanyAnswers, DataAnswers, Typed
from kpi_core.framework.reading import Bounds, Reader
from kpi_core.models.base import Motion, Unit
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
_MONEY = Bounds(minimum=0.01)
_DAYS = Bounds(minimum=1, maximum=1825)
_SHARE = Bounds(maximum=1, above=True)


@dataclass(frozen=True)
class _CompanyReader:
    """Reads step 1, one answer at a time."""

    answers: CompanyAnswers
    reader: Reader

    def choose(self, key: str, known: Iterable[str], default: str) -> str:
        """An id from `known`."""
        answer = getattr(self.answers, key)
        return self.reader.choice(f"company.{key}", answer, known, default, STEP)

    def number(self, key: str, unit: Unit, bounds: Bounds, currency: str) -> float | None:
        """A typed number; `None` when empty or unusable."""
        answer = getattr(self.answers, key)
        return self.reader.number(f"company.{key}", answer, unit, currency, bounds, STEP)

    def needed(self, key: str, unit: Unit, bounds: Bounds, currency: str, default: float) -> float:
        """A number that cannot be empty; the default stands in."""
        answer: Typed = getattr(self.answers, key)
        if isinstance(answer, str) and not answer.strip():
            self.reader.problem(f"company.{key}", STEP, "This must not be empty.", "Type a number.")
        value = self.number(key, unit, bounds, currency)
        return default if value is None else value

    def month(self, default: int) -> int:
        """First month of the fiscal year."""
        month = self.answers.fiscal_year_start_month
        if month is None or 1 <= month <= 12:
            return month or default
        path = "company.fiscal_year_start_month"
        self.reader.problem(path, STEP, f"{month} is no month.", "Use 1 to 12.")
        return default


def read_company(answers: CompanyAnswers, motion: Motion, reader: Reader) -> CompanyProfile:
    """The company profile, with the catalog's starting assumptions where nothing was answered."""
    catalog, read = reader.catalog, _CompanyReader(answers, reader)
    tables: dict[str, Iterable[str]] = {
        "business_model": catalog.business_models,
        "industry": catalog.industries,
        "region": catalog.regions,
        "segment": catalog.segments,
        "maturity": catalog.maturity,
    }
    chosen = {key: read.choose(key, known, DEFAULTS[key]) for key, known in tables.items()}
    region = catalog.regions[chosen["region"]]
    currency = read.choose("currency", currencies(), region.currency)
    numbers = _read_numbers(read, chosen["segment"], motion, currency)
    if catalog.business_models[chosen["business_model"]].recurring:
        retention = Bounds(maximum=5)
        numbers["start_arr"] = read.number("start_arr", Unit.MONEY, Bounds(), currency)
        numbers["net_revenue_retention"] = read.number(
            "net_revenue_retention", Unit.RATIO, retention, currency
        )
    name = reader.name("company.name", answers.name, DEFAULT_NAME, STEP) or DEFAULT_NAME
    return CompanyProfile.model_validate(
        {
            **chosen,
            **numbers,
            "name": name,
            "motion": motion,
            "currency": currency,
            "fiscal_year_start_month": read.month(region.fiscal_year_start_month),
        }
    )


def _read_numbers(
    read: _CompanyReader, segment_id: str, motion: Motion, currency: str
) -> dict[str, float | None]:
    catalog = read.reader.catalog
    segment = catalog.segments[segment_id]
    usual_deal = default_deal_size(segment_id, currency, read.reader)
    deal = read.needed("average_deal_size", Unit.MONEY, _MONEY, currency, usual_deal)
    target = min(deal * segment.deals_a_year, 1e15)
    typical = segment.sales_cycle_days
    days = round(read.needed("sales_cycle_days", Unit.DAYS, _DAYS, currency, typical))
    if "company.sales_cycle_days" in read.reader.echoes:
        read.reader.echoes["company.sales_cycle_days"] = value_text(days, Unit.DAYS, currency)
    share = catalog.motions[motion].marketing_sourced_share
    return {
        "average_deal_size": deal,
        "sales_cycle_days": days,
        "revenue_target": read.needed("revenue_target", Unit.MONEY, _MONEY, currency, target),
        "marketing_sourced_share": read.needed(
            "marketing_sourced_share", Unit.RATIO, _SHARE, currency, share
        ),
    }


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
