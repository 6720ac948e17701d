"""Framework -> answers, so that an opened file can be edited in the wizard again."""

from __future__ import annotations

from typing import Any

from kpi_core.benchmarks.history import rate_of
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_core.framework.interpret_history import typed_counts, typed_period
from kpi_core.framework.own_benchmarks import own_benchmark_answers
from kpi_core.framework.reading import typed
from kpi_core.models.base import Stage, Unit
from kpi_core.models.company import CompanyProfile
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import RateBasis
from kpi_core.models.kpi import Kpi, TargetBasis


def answers_from(framework: MeasurementFramework, catalog: Catalog) -> dict[str, Any]:
    """Answers that build the same framework again.

    A target that the tool would propose differently today is kept as the user's own.
    """
    answers = _answers(framework, catalog)
    read = interpret(answers, catalog)
    again = build_framework(
        read.profile, read.selection, catalog, framework.updated_on, previous=framework
    )
    proposed = {kpi.metric_id: kpi.target for kpi in again.kpis}
    for kpi in framework.kpis:
        today = proposed.get(kpi.metric_id)
        if kpi.target and (today is None or today.value != kpi.target.value):
            unit = framework.metric(kpi.metric_id).unit
            answers["kpis"][kpi.metric_id]["target"] = typed(kpi.target.value, unit)
    return answers


def _answers(framework: MeasurementFramework, catalog: Catalog) -> dict[str, Any]:
    company = framework.company
    rates = [r for r in framework.funnel_plan.rates if r.basis is RateBasis.OWN_HISTORY]
    with_baseline = {kpi.metric_id for kpi in framework.kpis if kpi.baseline}
    return {
        "framework_name": framework.name,
        "company": _company(company),
        "motion": company.motion.value,
        "north_star": framework.north_star.metric_id,
        "data": {
            "tools": {t.category: list(t.products) for t in framework.data_infrastructure.tools},
            "notes": framework.data_infrastructure.notes,
        },
        "stages": _stages(framework),
        "definitions": _definitions(framework, catalog),
        "rates": {
            r.metric_id: typed(r.value, Unit.RATIO)
            for r in rates
            if r.metric_id not in with_baseline
        },
        "kpis": {kpi.metric_id: _kpi(kpi, framework) for kpi in framework.kpis},
        "closing_share": typed(framework.closing_share, Unit.RATIO),
        "own_benchmarks": [own_benchmark_answers(figure) for figure in framework.own_benchmarks],
        "channels": [tab.channel for tab in framework.dashboards.channels],
        "reviews": _reviews(framework, catalog),
        "scenarios": [scenario.model_dump(mode="json") for scenario in framework.scenarios],
        "agreement": framework.agreement.model_dump(mode="json"),
        "rhythm": framework.operating_rhythm.model_dump(mode="json"),
        "import_mappings": [m.model_dump(mode="json") for m in framework.import_mappings],
    }


def _company(company: CompanyProfile) -> dict[str, Any]:
    return {
        "name": company.name,
        "business_model": company.business_model,
        "industry": company.industry,
        "region": company.region,
        "currency": company.currency,
        "fiscal_year_start_month": company.fiscal_year_start_month,
        "segment": company.segment.value,
        "maturity": company.maturity,
        "average_deal_size": typed(company.average_deal_size, Unit.MONEY),
        "sales_cycle_days": str(company.sales_cycle_days),
        "revenue_target": typed(company.revenue_target, Unit.MONEY),
        "start_arr": _typed(company.start_arr, Unit.MONEY),
        "net_revenue_retention": _typed(company.net_revenue_retention, Unit.RATIO),
        "marketing_sourced_share": typed(company.marketing_sourced_share, Unit.RATIO),
    }


def _typed(value: float | None, unit: Unit) -> str | None:
    return None if value is None else typed(value, unit)


def _stages(framework: MeasurementFramework) -> dict[str, Any]:
    stages: dict[str, Any] = {stage.value: {"primary": "", "supporting": []} for stage in Stage}
    for kpi in framework.kpis:
        stage = stages[kpi.stage.value]
        if kpi.role == "primary" and not stage["primary"]:
            stage["primary"] = kpi.metric_id
        else:
            stage["supporting"].append(kpi.metric_id)
    return stages


def _definitions(framework: MeasurementFramework, catalog: Catalog) -> dict[str, Any]:
    edited: dict[str, Any] = {}
    for metric in framework.metrics:
        original = catalog.metrics.get(metric.id)
        if original is None:
            continue
        changes = {
            key: getattr(metric, key)
            for key in ("name", "definition")
            if getattr(metric, key) != getattr(original, key)
        }
        if changes:
            edited[metric.id] = changes
    return edited


def _kpi(kpi: Kpi, framework: MeasurementFramework) -> dict[str, Any]:
    unit = framework.metric(kpi.metric_id).unit
    by_user = kpi.target is not None and kpi.target.basis is TargetBasis.USER
    return {
        **_history(kpi, unit),
        "target": typed(kpi.target.value, unit) if kpi.target and by_user else None,
        "target_note": kpi.target.note if kpi.target else None,
        "closing_share": _typed(kpi.closing_share, Unit.RATIO),
        "benchmark": kpi.benchmark_id or "",
        "owner_role": kpi.owner_role or "",
        "owner_person": kpi.owner_person,
        "steward_role": kpi.steward_role or "",
        "cadence": kpi.cadence.value,
        "layers": [layer.value for layer in kpi.layers],
    }


def _history(kpi: Kpi, unit: Unit) -> dict[str, Any]:
    """Own history; the value is left to the counts where it is theirs."""
    own = kpi.baseline
    if own is None:
        return {"baseline": None, "baseline_period": None, "counts": None, "series": None}
    counted = own.counts is not None and rate_of(own.counts) == own.value
    return {
        "baseline": None if counted else typed(own.value, unit),
        "baseline_period": own.period,
        "counts": typed_counts(own.counts),
        "series": {typed_period(p.period): typed(p.value, unit) for p in own.series} or None,
    }


def _reviews(framework: MeasurementFramework, catalog: Catalog) -> dict[str, Any]:
    held = {review.cadence: review for review in framework.operating_rhythm.reviews}
    reviews: dict[str, Any] = {}
    for record in catalog.reviews:
        review = held.get(record.cadence)
        reviews[record.cadence.value] = (
            {
                "held": True,
                "duration_minutes": review.duration_minutes,
                "attendees": list(review.attendees),
            }
            if review
            else {"held": False}
        )
    return reviews
