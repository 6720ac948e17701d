"""Rules about how the framework is used: dashboards, reviews, plan."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_core.framework.check_rules import finding, named
from kpi_core.framework.layout import EXECUTIVE_MAXIMUM, EXECUTIVE_MINIMUM
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework


def check_dashboards(framework: MeasurementFramework) -> Iterator[Finding]:
    """A readable executive page, an active channel, no KPI unseen."""
    tiles = len(framework.dashboards.executive.metric_ids)
    if not EXECUTIVE_MINIMUM <= tiles <= EXECUTIVE_MAXIMUM:
        yield finding(
            "executive_size",
            Severity.WARNING,
            "Executive dashboard",
            f"It shows {tiles} KPIs; five to seven can be read in one minute.",
            "Add or remove KPIs on the executive layer.",
            "dashboards",
        )
    if not framework.dashboards.channels:
        yield finding(
            "no_channel",
            Severity.WARNING,
            "Channel dashboard",
            "No channel is active, so nobody sees what to optimise this week.",
            "Choose the channels you use.",
            "dashboards",
        )
    for kpi, metric in named(framework):
        if not kpi.layers:
            yield finding(
                "on_no_dashboard",
                Severity.WARNING,
                metric.name,
                "It is on no dashboard, so nobody will see it.",
                "Put it on at least one layer.",
                "dashboards",
                metric.id,
            )
    if framework.north_star.metric_id not in framework.dashboards.executive.metric_ids:
        yield finding(
            "north_star_not_executive",
            Severity.WARNING,
            "Executive dashboard",
            "The north star is not on it.",
            "Put the north star on the executive layer.",
            "dashboards",
            framework.north_star.metric_id,
        )


def check_reviews(framework: MeasurementFramework) -> Iterator[Finding]:
    """Reviews that are held, read KPIs and have attendees."""
    reviews = framework.operating_rhythm.reviews
    if not reviews:
        yield finding(
            "no_review",
            Severity.WARNING,
            "Operating rhythm",
            "No review is held, so numbers lead to no decision.",
            "Keep at least one review.",
            "dashboards",
        )
    for review in reviews:
        if not review.metric_ids:
            yield finding(
                "review_without_kpi",
                Severity.WARNING,
                review.name,
                "No KPI is read at this pace.",
                "Change the cadence of a KPI or drop the review.",
                "dashboards",
            )
        if not review.attendees:
            yield finding(
                "review_without_attendees",
                Severity.WARNING,
                review.name,
                "Nobody attends it.",
                "Name the roles that attend.",
                "dashboards",
            )


def check_plan(framework: MeasurementFramework) -> Iterator[Finding]:
    """A funnel plan that asks for something possible."""
    plan = framework.funnel_plan
    if plan.marketing_revenue == 0:
        yield finding(
            "nothing_to_bring",
            Severity.WARNING,
            "Funnel plan",
            "Existing customers already bring the whole revenue target, so the plan asks for no new deal.",
            "Check the revenue target, start ARR and net revenue retention.",
            "company",
        )
    elif plan.average_deal_size > plan.marketing_revenue:
        yield finding(
            "deal_above_target",
            Severity.INFO,
            "Funnel plan",
            "One average deal is more than marketing has to bring in the year.",
            "Check average deal size and revenue target.",
            "company",
        )
