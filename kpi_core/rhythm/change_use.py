"""Facts about the company, its tools, dashboards, reviews and the log of actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kpi_core.formats import count, money, percent
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.operation import Review
from kpi_core.rhythm.change_facts import Fact, listing, said, words
from kpi_core.rhythm.decisions import rule_words
from kpi_core.rhythm.series import day_words, time_zone


def company_facts(framework: MeasurementFramework) -> Iterator[Fact]:
    """The framework's name, the company profile and the tools in place."""
    company, currency = framework.company, framework.company.currency
    yield Fact(key="name", area="Framework", what="Name", text=framework.name)
    kept = company.net_revenue_retention
    arr = company.start_arr
    fields = {
        "name": company.name,
        "business model": framework.term("business_model", company.business_model),
        "industry": framework.term("industry", company.industry),
        "region": framework.term("region", company.region),
        "currency": currency,
        "first month of the fiscal year": str(company.fiscal_year_start_month),
        "segment": words(company.segment.value),
        "maturity": framework.term("maturity", company.maturity),
        "motion": words(company.motion.value),
        "average deal size": money(company.average_deal_size, currency),
        "sales cycle": f"{count(company.sales_cycle_days)} days",
        "revenue target": money(company.revenue_target, currency),
        "recurring revenue at the start": "none" if arr is None else money(arr, currency),
        "net revenue retention": "none" if kept is None else percent(kept),
        "share sourced by marketing": percent(company.marketing_sourced_share),
    }
    for field, text in fields.items():
        yield Fact(key=f"company {field}", area="Company", what=field.capitalize(), text=text)
    for tool in framework.data_infrastructure.tools:
        name = framework.term("tool_category", tool.category)
        products = listing(tool.products) if tool.products else "in place"
        yield Fact(key=f"tool {tool.category}", area="Tools", what=name, text=products)
    yield Fact(
        key="tools notes",
        area="Tools",
        what="Notes",
        text=said(framework.data_infrastructure.notes),
    )


def use_facts(framework: MeasurementFramework) -> Iterator[Fact]:
    """Dashboards, channels, reviews with their rules, and the time zone."""

    def names(metric_ids: tuple[str, ...]) -> str:
        return listing(framework.metric(key).name for key in metric_ids)

    boards = framework.dashboards
    pages = {"Executive": boards.executive, "Operational": boards.operational}
    for title, page in pages.items():
        yield Fact(
            key=f"page {title}",
            area="Dashboards",
            what=f"{title} dashboard",
            text=names(page.metric_ids),
        )
    for tab in boards.channels:
        channel = framework.term("channel", tab.channel)
        shown = names(tab.metric_ids)
        yield Fact(
            key=f"channel {tab.channel}", area="Dashboards", what=f"Channel {channel}", text=shown
        )
    yield Fact(key="time zone", area="Reviews", what="Time zone", text=time_zone(framework))
    for review in framework.operating_rhythm.reviews:
        yield from _review_facts(review, framework)


def _review_facts(review: Review, framework: MeasurementFramework) -> Iterator[Fact]:
    head = f"review {review.cadence.value}"
    summary = f"{review.cadence.value}, {review.duration_minutes} minutes"
    yield Fact(key=head, area="Reviews", what=review.name, text=summary, compared=False)
    fields = {
        "name": review.name,
        "purpose": review.purpose,
        "attendees": listing(framework.term("role", role) for role in review.attendees),
        "duration": f"{review.duration_minutes} minutes",
        "agenda": "\n".join(review.agenda),
        "decision rules": "\n".join(
            (*(rule_words(rule, framework) for rule in review.rules), *review.decision_rules)
        )
        or "none",
        "KPIs": listing(framework.metric(key).name for key in review.metric_ids),
        "schedule": day_words(review, date.min),
        "start of the series": said(review.schedule and review.schedule.starts_on),
    }
    for field, text in fields.items():
        yield Fact(
            key=f"{head} {field}",
            area="Reviews",
            what=f"{review.name}, {field}",
            text=text,
            part_of=head,
        )
