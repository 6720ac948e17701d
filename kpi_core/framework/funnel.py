"""The funnel plan of a profile: own rates first, then benchmarks, then stated assumptions."""

from __future__ import annotations

from collections.abc import Mapping

from kpi_core.benchmarks.match import match_benchmarks, typical
from kpi_core.benchmarks.targets import benchmark_text
from kpi_core.catalog.loader import Catalog
from kpi_core.catalog.records import FunnelTemplate, TemplateRate
from kpi_core.kpi_tree.solve import Rounding, marketing_revenue, required_volumes
from kpi_core.models.base import Unit
from kpi_core.models.company import CompanyProfile
from kpi_core.models.funnel import FunnelPlan, FunnelRate, FunnelStep, RateBasis

LARGEST = 1e15
"""Volumes above it are no requirement anybody could meet."""


def plan_funnel(
    profile: CompanyProfile,
    own_rates: Mapping[str, float],
    catalog: Catalog,
    rounding: Rounding = "whole",
) -> FunnelPlan:
    """The motion's funnel with a rate for every step and the revenue marketing must bring."""
    template = catalog.funnels[catalog.motions[profile.motion].funnel_template]
    existing, marketing = marketing_revenue(
        profile.revenue_target,
        profile.marketing_sourced_share,
        profile.start_arr,
        profile.net_revenue_retention,
    )
    return FunnelPlan(
        template=template.id,
        revenue_target=profile.revenue_target,
        existing_customer_revenue=existing,
        marketing_revenue=marketing,
        average_deal_size=profile.average_deal_size,
        rounding=rounding,
        steps=tuple(
            FunnelStep(id=step.id, name=step.name, metric_id=step.metric_id)
            for step in template.steps
        ),
        rates=plan_rates(template, profile, own_rates, catalog),
    )


def plan_rates(
    template: FunnelTemplate,
    profile: CompanyProfile,
    own_rates: Mapping[str, float],
    catalog: Catalog,
) -> tuple[FunnelRate, ...]:
    """A rate for every step of `template`: own history, else published, else the assumption."""
    return tuple(_rate(rate, profile, own_rates, catalog) for rate in template.rates)


def _rate(
    rate: TemplateRate, profile: CompanyProfile, own_rates: Mapping[str, float], catalog: Catalog
) -> FunnelRate:
    metric = catalog.metric(rate.metric_id)

    def made(
        value: float, basis: RateBasis, source: str, benchmark_id: str | None = None
    ) -> FunnelRate:
        return FunnelRate(
            metric_id=metric.id,
            name=metric.name,
            value=value,
            basis=basis,
            source=source,
            benchmark_id=benchmark_id,
        )

    if own := own_rates.get(metric.id):
        return made(own, RateBasis.OWN_HISTORY, "Your own history.")
    for match in match_benchmarks(metric, profile, catalog):
        figure = match.benchmark
        value = typical(figure, Unit.RATIO)
        if figure.same_definition and value and value <= 1:
            shown = benchmark_text(figure, Unit.RATIO, profile.currency)
            year = figure.source_year or "year not stated"
            source = f"{figure.source_publisher[:200]} ({year}): {shown}."
            return made(value, RateBasis.BENCHMARK, source, figure.id)
    return made(rate.assumption, RateBasis.ASSUMPTION, rate.assumption_source)


def requirements(plan: FunnelPlan) -> dict[str, float]:
    """What the plan needs of each metric in the fiscal year: volumes, pipeline and won revenue.

    A rate is among them only where the plan had to assume it; the others are known or published.
    """
    volumes = required_volumes(plan)
    needed = {step.metric_id: step.required for step in volumes if step.metric_id}
    needed["closed_won_revenue"] = plan.marketing_revenue
    if "opportunities_created" in needed:
        opportunities = needed["opportunities_created"]
        needed["marketing_sourced_opportunities"] = opportunities
        needed["marketing_sourced_pipeline"] = opportunities * plan.average_deal_size
    needed["marketing_influenced_revenue"] = plan.marketing_revenue
    assumed = [rate for rate in plan.rates if rate.basis is RateBasis.ASSUMPTION]
    needed.update({rate.metric_id: rate.value for rate in assumed})
    return {key: value for key, value in needed.items() if value <= LARGEST}
