"""Profile and selection -> the measurement framework."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kpi_core.benchmarks.match import find, match_benchmarks
from kpi_core.benchmarks.own import is_own, with_own
from kpi_core.benchmarks.requirements import proposal_requirements
from kpi_core.benchmarks.targets import override_target, propose_target
from kpi_core.catalog.check import formula_inputs
from kpi_core.catalog.loader import Catalog
from kpi_core.framework.funnel import plan_funnel
from kpi_core.framework.layout import build_dashboards, build_rhythm, default_layers
from kpi_core.framework.north_star import choose_north_star
from kpi_core.framework.selection import DefinitionEdit, KpiSelection
from kpi_core.framework.suggest import ChosenMetric
from kpi_core.models.base import SMALLEST_RATE
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.company import CompanyProfile
from kpi_core.models.framework import MeasurementFramework, Term
from kpi_core.models.funnel import FunnelPlan
from kpi_core.models.kpi import Baseline, Kpi, NorthStar, Target
from kpi_core.models.metric import Measure, MetricDefinition
from kpi_core.models.operation import DashboardSpecification, MarketingSalesAgreement
from kpi_core.rhythm.suggest_rules import fitted_agreement


def build_framework(
    profile: CompanyProfile,
    selection: KpiSelection,
    catalog: Catalog,
    today: date,
    previous: MeasurementFramework | None = None,
) -> MeasurementFramework:
    """The complete framework. Definitions, sources and names it uses are copied into it.

    With `previous`, the framework opened before, what the selection does not hold is kept from it:
    creation date, agreement, rounding, thresholds, reasons and the content of reviews.
    """
    catalog = with_own(catalog, selection.own_benchmarks)
    rounding = previous.funnel_plan.rounding if previous else "whole"
    plan = plan_funnel(profile, _own_rates(selection, catalog), catalog, rounding)
    kpis = tuple(_kpi(chosen, profile, selection, catalog) for chosen in selection.chosen)
    dashboards = build_dashboards(kpis, selection.channels, profile.motion, catalog)
    kept = previous.agreement if previous else None
    agreement = selection.agreement or kept or _agreement(profile, catalog)
    metrics = _metrics(kpis, plan, dashboards, agreement, selection, catalog)
    rhythm = selection.rhythm or (previous.operating_rhythm if previous else None)
    framework = MeasurementFramework(
        catalog_version=catalog.version,
        name=selection.framework_name,
        created_on=previous.created_on if previous else today,
        updated_on=today,
        company=profile,
        north_star=_north_star(profile, selection, catalog),
        metrics=metrics,
        measures=_measures(metrics, catalog),
        kpis=kpis,
        funnel_plan=plan,
        scenarios=selection.scenarios,
        data_infrastructure=selection.data,
        dashboards=dashboards,
        operating_rhythm=build_rhythm(kpis, selection.reviews, catalog, rhythm),
        agreement=agreement,
        closing_share=selection.closing_share,
        benchmarks=_cited(kpis, plan, catalog),
        own_benchmarks=selection.own_benchmarks,
        import_mappings=selection.import_mappings,
        terms=_terms(profile, selection, catalog),
    )
    return _with_targets(framework, selection, catalog, previous)


def _north_star(profile: CompanyProfile, selection: KpiSelection, catalog: Catalog) -> NorthStar:
    in_place = selection.data.categories
    return choose_north_star(profile.motion, selection.north_star, in_place, catalog)


def _with_targets(
    framework: MeasurementFramework,
    selection: KpiSelection,
    catalog: Catalog,
    previous: MeasurementFramework | None,
) -> MeasurementFramework:
    """The framework with a target for each KPI, which what the whole plan needs decides too."""
    needed = proposal_requirements(framework, catalog)
    kpis = []
    for kpi in framework.kpis:
        target = _target(kpi, framework, selection, needed.get(kpi.metric_id), catalog)
        made = _kept(Kpi.model_validate({**dict(kpi), "target": target}), previous)
        if selection.thresholds is not None:
            made = made.model_copy(update={"thresholds": selection.thresholds})
        kpis.append(made)
    return MeasurementFramework.model_validate({**dict(framework), "kpis": kpis})


def _target(
    kpi: Kpi,
    framework: MeasurementFramework,
    selection: KpiSelection,
    requirement: float | None,
    catalog: Catalog,
) -> Target | None:
    """The user's target, else the proposal, with the user's note; `None` when there is neither."""
    metric, edit = catalog.metric(kpi.metric_id), selection.edit(kpi.metric_id)
    figure = find(catalog.benchmarks, kpi.benchmark_id)
    own = kpi.baseline.value if kpi.baseline else None
    currency = framework.company.currency
    share = selection.closing_share if kpi.closing_share is None else kpi.closing_share
    target = propose_target(metric, own, figure, requirement, currency, share)
    if edit.target is not None:
        target = override_target(edit.target, target, metric, own, figure, currency)
    return Target.model_validate({**dict(target), "note": edit.target_note}) if target else None


def _metrics(
    kpis: Iterable[Kpi],
    plan: FunnelPlan,
    dashboards: DashboardSpecification,
    agreement: MarketingSalesAgreement,
    selection: KpiSelection,
    catalog: Catalog,
) -> tuple[MetricDefinition, ...]:
    """Every definition the framework names, as the user worded it."""
    kpis = tuple(kpis)
    named = [
        *(kpi.metric_id for kpi in kpis),
        *(catalog.metric(kpi.metric_id).guardrail for kpi in kpis),
        *dashboards.channel.metric_ids,
        *(step.metric_id for step in plan.steps),
        *(rate.metric_id for rate in plan.rates),
        *(commitment.metric_id for commitment in agreement.commitments),
        selection.north_star,
    ]
    used = _used_metrics(named, catalog)
    return tuple(_edited(metric, selection.definitions.get(metric.id)) for metric in used)


def _cited(kpis: Iterable[Kpi], plan: FunnelPlan, catalog: Catalog) -> tuple[Benchmark, ...]:
    """The published figures that KPIs and the plan name; the user's own are kept apart."""
    named = {kpi.benchmark_id for kpi in kpis} | {rate.benchmark_id for rate in plan.rates}
    return tuple(f for f in catalog.benchmarks if f.id in named and not is_own(f.id))


def _measures(metrics: Iterable[MetricDefinition], catalog: Catalog) -> tuple[Measure, ...]:
    keys = dict.fromkeys(key for metric in metrics for key in formula_inputs(metric.formula))
    return tuple(catalog.measures[key] for key in keys if key in catalog.measures)


def _own_rates(selection: KpiSelection, catalog: Catalog) -> dict[str, float]:
    """Own history of every funnel rate that has one large enough to plan with."""
    values = {
        metric.id: selection.own_value(metric.id)
        for metric in catalog.metrics.values()
        if metric.funnel_rate
    }
    return {key: value for key, value in values.items() if value and value >= SMALLEST_RATE}


def _kpi(
    chosen: ChosenMetric,
    profile: CompanyProfile,
    selection: KpiSelection,
    catalog: Catalog,
) -> Kpi:
    """The KPI without its target."""
    metric, edit = catalog.metric(chosen.metric_id), selection.edit(chosen.metric_id)
    benchmark_id = edit.benchmark
    if benchmark_id is None:
        benchmark_id = next(
            (
                match.benchmark.id
                for match in match_benchmarks(metric, profile, catalog)
                if match.benchmark.same_definition
            ),
            None,
        )
    own = selection.own_value(metric.id)
    baseline = edit.baseline or (None if own is None else Baseline(value=own))
    return Kpi(
        metric_id=metric.id,
        stage=chosen.stage,
        role=chosen.role,
        reason=chosen.reason,
        owner_role=metric.owner_role if edit.owner_role is None else edit.owner_role or None,
        owner_person=edit.owner_person,
        steward_role=metric.steward_role
        if edit.steward_role is None
        else edit.steward_role or None,
        baseline=baseline,
        benchmark_id=benchmark_id or None,
        closing_share=edit.closing_share,
        cadence=edit.cadence or metric.cadence,
        layers=default_layers(chosen, metric, selection) if edit.layers is None else edit.layers,
    )


def _kept(kpi: Kpi, previous: MeasurementFramework | None) -> Kpi:
    """The KPI with what only the earlier framework knows about it."""
    before = {k.metric_id: k for k in previous.kpis}.get(kpi.metric_id) if previous else None
    if before is None:
        return kpi
    kept: dict[str, object] = {"thresholds": before.thresholds}
    if (before.stage, before.role) == (kpi.stage, kpi.role):
        kept["reason"] = before.reason
    return Kpi.model_validate({**dict(kpi), **kept})


def _edited(metric: MetricDefinition, edit: DefinitionEdit | None) -> MetricDefinition:
    if edit is None:
        return metric
    changed = {"name": edit.name or metric.name, "definition": edit.definition or metric.definition}
    return MetricDefinition.model_validate({**metric.model_dump(), **changed})


def _used_metrics(ids: Iterable[str | None], catalog: Catalog) -> tuple[MetricDefinition, ...]:
    """The metrics named, and those their formulas are made of, each once."""
    found: dict[str, MetricDefinition] = {}
    waiting = [metric_id for metric_id in ids if metric_id]
    while waiting:
        metric_id = waiting.pop(0)
        if metric_id in found or metric_id not in catalog.metrics:
            continue
        found[metric_id] = catalog.metrics[metric_id]
        waiting += formula_inputs(found[metric_id].formula)
    return tuple(found.values())


def _agreement(profile: CompanyProfile, catalog: Catalog) -> MarketingSalesAgreement:
    record = catalog.agreements[profile.motion]
    usual = MarketingSalesAgreement.model_validate(record.model_dump(exclude={"motion"}))
    return fitted_agreement(usual, profile.segment)


def _terms(profile: CompanyProfile, selection: KpiSelection, catalog: Catalog) -> tuple[Term, ...]:
    named = [
        *(("role", role) for role in catalog.roles.values()),
        *(("channel", catalog.channels[channel]) for channel in selection.channels),
        *(("tool_category", tool) for tool in catalog.tools.values()),
        ("industry", catalog.industries[profile.industry]),
        ("region", catalog.regions[profile.region]),
        ("business_model", catalog.business_models[profile.business_model]),
        ("maturity", catalog.maturity[profile.maturity]),
    ]
    return tuple(Term.model_validate({"kind": k, "id": c.id, "name": c.name}) for k, c in named)
