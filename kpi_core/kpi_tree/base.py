"""Framework -> the tree's base scenario: its plan with today's volumes, evidence and references."""

from __future__ import annotations

from collections.abc import Mapping

from kpi_core.benchmarks.match import find, match_benchmarks, typical
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.funnel import plan_rates
from kpi_core.models.base import SMALLEST_RATE, Motion, Unit
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import FunnelRate, FunnelStep, RateBasis
from kpi_core.models.tree import Counts, Lag, Lane, Scenario, TimeInputs, TreeRate, TreeStep

BASE, TARGETS = "base", "targets"
LANE = "all"
SELF_SERVICE = "product_led"
"""Template of a hybrid company's second lane."""
CAP_OVER_NOW, CAP_OVER_REFERENCE = 2.0, 1.25


def base_scenario(framework: MeasurementFramework, catalog: Catalog) -> Scenario:
    """The framework's funnel plan as a scenario, at the plan's own rates.

    One lane; in a hybrid motion two, sales and self-service, each with its own steps. The framework
    plans through sales, so self-service starts with a share of 0 until the user divides the revenue.
    """
    plan, company = framework.funnel_plan, framework.company
    return Scenario(
        id=BASE,
        name="Today's rates",
        revenue_target=plan.revenue_target,
        existing_customer_revenue=plan.existing_customer_revenue,
        marketing_share=company.marketing_sourced_share,
        rounding=plan.rounding,
        lanes=_lanes(framework, catalog),
        time=TimeInputs(),
    )


def _lanes(framework: MeasurementFramework, catalog: Catalog) -> tuple[Lane, ...]:
    plan = framework.funnel_plan
    if framework.company.motion is not Motion.HYBRID:
        return (_lane(LANE, "All channels", 1.0, plan.steps, plan.rates, framework, catalog),)
    template = catalog.funnels[SELF_SERVICE]
    steps = tuple(FunnelStep(**step.model_dump()) for step in template.steps)
    rates = plan_rates(template, framework.company, _own_rates(framework), catalog)
    return (
        _lane("sales", "Sales", 1.0, plan.steps, plan.rates, framework, catalog),
        _lane("self_service", "Self-service", 0.0, steps, rates, framework, catalog),
    )


def lane_from_template(
    template_id: str, lane: Lane, framework: MeasurementFramework, catalog: Catalog
) -> Lane:
    """`lane` with the steps and rates of another funnel template; name, share and money stay."""
    template = catalog.funnels[template_id]
    steps = tuple(FunnelStep(**step.model_dump()) for step in template.steps)
    rates = plan_rates(template, framework.company, _own_rates(framework), catalog)
    made = _lane(lane.id, lane.name, lane.share, steps, rates, framework, catalog)
    kept = ("average_deal_size", "deal_size_low", "deal_size_high", "cost_per_lead")
    return Lane.model_validate({**dict(made), **{key: getattr(lane, key) for key in kept}})


def _lane(
    lane_id: str,
    name: str,
    share: float,
    steps: tuple[FunnelStep, ...],
    planned: tuple[FunnelRate, ...],
    framework: MeasurementFramework,
    catalog: Catalog,
) -> Lane:
    company = framework.company
    own = {r.metric_id: r.value for r in planned if r.basis is RateBasis.OWN_HISTORY}
    known = _own_volumes(framework)
    volumes = volumes_now(steps, [own.get(rate.metric_id) for rate in planned], known)
    rates = [
        _rate(rate, own.get(rate.metric_id), volumes[i], volumes[i + 1], framework, catalog)
        for i, rate in enumerate(planned)
    ]
    lag = Lag(mean_days=company.sales_cycle_days, spread_days=company.sales_cycle_days / 2)
    rates[-1] = TreeRate.model_validate({**dict(rates[-1]), "lag": lag})
    return Lane(
        id=lane_id,
        name=name,
        share=share,
        steps=tuple(
            TreeStep(id=step.id, name=step.name, metric_id=step.metric_id, now=volume)
            for step, volume in zip(steps, volumes, strict=True)
        ),
        rates=tuple(rates),
        average_deal_size=framework.funnel_plan.average_deal_size,
        cost_per_lead=_baseline(framework, "cost_per_lead"),
    )


def _own_rates(framework: MeasurementFramework) -> dict[str, float]:
    """Own rates by metric id: the plan's, and KPI baselines of other funnel rates."""
    plan = framework.funnel_plan.rates
    own = {r.metric_id: r.value for r in plan if r.basis is RateBasis.OWN_HISTORY}
    for kpi in framework.kpis:
        value = kpi.baseline.value if kpi.baseline else 0
        if framework.metric(kpi.metric_id).funnel_rate and value >= SMALLEST_RATE:
            own.setdefault(kpi.metric_id, value)
    return own


def target_scenario(base: Scenario, framework: MeasurementFramework) -> Scenario:
    """The base with every rate at its KPI's target, where it has one."""
    targets = {kpi.metric_id: kpi.target.value for kpi in framework.kpis if kpi.target}
    lanes = [
        {
            **lane.model_dump(),
            "rates": [
                {**rate.model_dump(), "value": targets.get(rate.metric_id) or rate.value}
                for rate in lane.rates
            ],
        }
        for lane in base.lanes
    ]
    changed = {"id": TARGETS, "name": "At target rates", "lanes": lanes}
    return Scenario.model_validate({**base.model_dump(), **changed})


def _baseline(framework: MeasurementFramework, metric_id: str) -> float | None:
    found = (kpi.baseline for kpi in framework.kpis if kpi.metric_id == metric_id)
    baseline = next(found, None)
    return baseline.value if baseline else None


def _own_volumes(framework: MeasurementFramework) -> dict[str, float]:
    """Own yearly volumes by metric id."""
    return {
        kpi.metric_id: kpi.baseline.value
        for kpi in framework.kpis
        if kpi.baseline and framework.metric(kpi.metric_id).unit is Unit.COUNT
    }


def volumes_now(
    steps: tuple[FunnelStep, ...], rates: list[float | None], known: Mapping[str, float]
) -> list[float | None]:
    """Today's volume of each step: own history, else carried along own rates from a known step.

    `None` where neither is known.
    """
    volumes = [known.get(step.metric_id or "") for step in steps]
    for i in range(1, len(steps)):
        above, rate = volumes[i - 1], rates[i - 1]
        if volumes[i] is None and above is not None and rate is not None:
            volumes[i] = above * rate
    for i in range(len(steps) - 2, -1, -1):
        below, rate = volumes[i + 1], rates[i]
        if volumes[i] is None and below is not None and rate:
            volumes[i] = below / rate
    return volumes


def _rate(
    rate: FunnelRate,
    own: float | None,
    above: float | None,
    below: float | None,
    framework: MeasurementFramework,
    catalog: Catalog,
) -> TreeRate:
    reference, source = _reference(rate.metric_id, framework, catalog)
    return TreeRate(
        metric_id=rate.metric_id,
        name=rate.name,
        value=rate.value,
        now=own,
        counts=_given_counts(rate.metric_id, framework) or _counts(own, above, below),
        cap=default_cap(own or rate.value, reference),
        reference=reference,
        reference_source=source,
        source=rate.source,
    )


def default_cap(now: float, reference: float | None) -> float:
    """The most a rate is taken to reach until the user says: twice today's, or a quarter above the
    reference where that is more; at most 1.
    """
    return min(max(CAP_OVER_NOW * now, CAP_OVER_REFERENCE * (reference or 0)), 1.0)


def _given_counts(metric_id: str, framework: MeasurementFramework) -> Counts | None:
    """The events the user gave for a rate; `None` when none were given."""
    found = (kpi.baseline for kpi in framework.kpis if kpi.metric_id == metric_id)
    baseline = next(found, None)
    return baseline.counts if baseline else None


def _counts(own: float | None, above: float | None, below: float | None) -> Counts | None:
    """The events behind an own rate, when the volumes on both sides are known."""
    if own is None or above is None or below is None:
        return None
    trials = round(above)
    if trials < 1:
        return None
    return Counts(successes=min(round(own * trials), trials), trials=trials)


def _reference(
    metric_id: str, framework: MeasurementFramework, catalog: Catalog
) -> tuple[float | None, str | None]:
    """Benchmark typical of the KPI's chosen figure, else of the best match that counts the same."""
    metric = catalog.metrics.get(metric_id)
    if metric is None:
        return None, None
    chosen = next((k.benchmark_id for k in framework.kpis if k.metric_id == metric_id), None)
    figures = [
        match.benchmark
        for match in match_benchmarks(metric, framework.company, catalog)
        if match.benchmark.same_definition
    ]
    first = find(catalog.benchmarks, chosen)
    for figure in [first, *figures] if first else figures:
        value = typical(figure, metric.unit)
        if value and 0 < value <= 1:
            year = figure.source_year or "year not stated"
            return value, f"{figure.source_publisher[:200]}, {year}"
    return None, None
