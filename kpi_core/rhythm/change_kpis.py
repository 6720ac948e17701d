"""Facts about KPIs, their targets and owners, definitions, and the funnel plan."""

from __future__ import annotations

from collections.abc import Iterator

from kpi_core.catalog.formula_text import formula_text
from kpi_core.formats import money, percent, value_text
from kpi_core.framework.check_rules import named
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Baseline, Kpi
from kpi_core.models.metric import MetricDefinition
from kpi_core.models.tree import Scenario
from kpi_core.rhythm.change_facts import Fact, listing, said, words
from kpi_core.rhythm.ownership import Raci, ownership


def kpi_facts(framework: MeasurementFramework) -> Iterator[Fact]:
    """The north star, and each KPI with its target and owners."""
    star = framework.metric(framework.north_star.metric_id)
    yield Fact(
        key="north_star",
        area="North star",
        what="North star",
        text=star.name,
        exact=star.id,
        metric_id=star.id,
    )
    for (kpi, metric), raci in zip(named(framework), ownership(framework), strict=True):
        head = f"kpi {kpi.metric_id}"
        yield Fact(
            key=head,
            area="KPIs",
            what=metric.name,
            text=_summary(kpi, metric, framework),
            metric_id=metric.id,
            compared=False,
        )
        for area, field, text, exact in _kpi_fields(kpi, metric, raci, framework):
            yield Fact(
                key=f"{head} {field}",
                area=area,
                what=f"{metric.name}, {field}",
                text=text,
                exact=exact,
                metric_id=metric.id,
                part_of=head,
            )


def _summary(kpi: Kpi, metric: MetricDefinition, framework: MeasurementFramework) -> str:
    target = value_text(
        kpi.target.value if kpi.target else None, metric.unit, framework.company.currency
    )
    owner = framework.term("role", kpi.owner_role)
    return f"{kpi.stage.value}, {kpi.role}, target {target}, owner {owner}"


def _kpi_fields(
    kpi: Kpi, metric: MetricDefinition, raci: Raci, framework: MeasurementFramework
) -> Iterator[tuple[str, str, str, str]]:
    """Area, field, text and value in full of everything about a KPI."""
    own, goal = kpi.baseline, kpi.target
    currency = framework.company.currency
    last = _baseline(own, metric, currency)
    yield "KPIs", "last value", last, repr(own.value) if own else ""
    shown = value_text(goal.value, metric.unit, currency) if goal else "none"
    yield "Targets", "target", shown, repr(goal.value) if goal else ""
    for field, text in _target_fields(kpi).items():
        yield "Targets", field, text, ""
    fields = {
        "stage": kpi.stage.value,
        "role": kpi.role,
        "cadence": kpi.cadence.value,
        "reason": kpi.reason,
    }
    for field, text in fields.items():
        yield "KPIs", field, text, ""
    yield "Benchmarks", "published figure", _figure(kpi.benchmark_id, framework), ""
    for field, text in _owner_fields(kpi, raci, framework).items():
        yield "Owners", field, text, ""
    yield "Dashboards", "layers", listing(layer.value for layer in kpi.layers), ""


def _target_fields(kpi: Kpi) -> dict[str, str]:
    limits, share = kpi.thresholds, kpi.closing_share
    fields = {
        "status thresholds": f"on track from {percent(limits.on_track_from)}, at risk from "
        f"{percent(limits.at_risk_from)}, too early under {percent(limits.too_early_share)}",
        "distance to close": "the framework's" if share is None else percent(share),
    }
    if kpi.target:
        fields["basis of the target"] = words(kpi.target.basis.value)
        fields["note on the target"] = said(kpi.target.note)
    return fields


def _owner_fields(kpi: Kpi, raci: Raci, framework: MeasurementFramework) -> dict[str, str]:
    def role(key: str | None) -> str:
        return framework.term("role", key) if key else "nobody yet"

    fields = {
        "owner": role(kpi.owner_role),
        "owner's name": said(kpi.owner_person),
        "steward": role(kpi.steward_role),
    }
    if not raci.proposed:
        fields["consulted"] = listing(role(key) for key in raci.consulted)
        fields["informed"] = listing(role(key) for key in raci.informed)
    return fields


def _baseline(own: Baseline | None, metric: MetricDefinition, currency: str) -> str:
    if own is None:
        return "none"
    counts = f", {own.counts.successes:,} of {own.counts.trials:,}" if own.counts else ""
    period = f" ({own.period})" if own.period else ""
    series = f", {len(own.series)} periods" if own.series else ""
    last = own.series[-1] if own.series else None
    latest = f" to {last.period.isoformat()}" if last else ""
    return f"{value_text(own.value, metric.unit, currency)}{period}{counts}{series}{latest}"


def _figure(benchmark_id: str | None, framework: MeasurementFramework) -> str:
    figure = next((f for f in framework.figures if f.id == benchmark_id), None)
    if figure is None:
        return "none"
    year = figure.source_year or "year not stated"
    return f"{figure.published_name}, {figure.source_publisher} ({year}), {figure.id}"


def definition_facts(framework: MeasurementFramework) -> Iterator[Fact]:
    """Name, definition and formula of every metric; only another wording is a change."""
    for metric in framework.metrics:
        fields = {
            "name": metric.name,
            "definition": metric.definition,
            "formula": formula_text(metric.formula, framework),
            "guardrail": words(said(metric.guardrail)),
        }
        for field, text in fields.items():
            yield Fact(
                key=f"metric {metric.id} {field}",
                area="Definitions",
                what=f"{metric.name}, {field}",
                text=text,
                metric_id=metric.id,
                silent=True,
            )


def plan_facts(framework: MeasurementFramework) -> Iterator[Fact]:
    """The funnel plan's inputs, saved scenarios, and the user's own figures."""
    plan, currency = framework.funnel_plan, framework.company.currency
    inputs = {
        "revenue target": money(plan.revenue_target, currency),
        "revenue of existing customers": money(plan.existing_customer_revenue, currency),
        "revenue marketing must bring": money(plan.marketing_revenue, currency),
        "average deal size": money(plan.average_deal_size, currency),
        "rounding": "whole units" if plan.rounding == "whole" else "exact",
        "steps": listing(step.name for step in plan.steps),
        "distance to the reference that targets close": percent(framework.closing_share),
    }
    for field, text in inputs.items():
        yield Fact(key=f"plan {field}", area="Funnel plan", what=field.capitalize(), text=text)
    for rate in plan.rates:
        yield Fact(
            key=f"rate {rate.metric_id}",
            area="Funnel plan",
            what=f"{rate.name}, planned rate",
            text=f"{percent(rate.value)}, {words(rate.basis.value)}",
            exact=repr(rate.value),
            metric_id=rate.metric_id,
        )
    for scenario in framework.scenarios:
        yield from _scenario_facts(scenario, currency)
    yield from _own_figures(framework)


def _scenario_facts(scenario: Scenario, currency: str) -> Iterator[Fact]:
    head = f"scenario {scenario.id}"
    goal = money(scenario.revenue_target, currency)
    yield Fact(key=head, area="Scenarios", what=scenario.name, text=goal, compared=False)
    for field, text in _scenario_fields(scenario.model_dump(mode="json"), currency).items():
        yield Fact(
            key=f"{head} {field}",
            area="Scenarios",
            what=f"{scenario.name}, {field}",
            text=text,
            part_of=head,
        )


def _own_figures(framework: MeasurementFramework) -> Iterator[Fact]:
    for figure in framework.own_benchmarks:
        values = f"{said(figure.low)} / {said(figure.typical)} / {said(figure.high)} {figure.unit}"
        source = f"{figure.source_publisher} ({figure.source_year or 'year not stated'})"
        yield Fact(
            key=f"own figure {figure.id}",
            area="Benchmarks",
            what=f"Own figure: {figure.published_name}",
            text=f"{values}, {source}",
            metric_id=figure.metric_id,
        )


def _scenario_fields(document: dict[str, object], currency: str) -> dict[str, str]:
    """A scenario's inputs under readable names; lists by number."""
    fields: dict[str, str] = {}

    def walk(value: object, path: tuple[str, ...]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*path, words(str(key))))
        elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
            for number, inner in enumerate(value, start=1):
                walk(inner, (*path, str(number)))
        else:
            shown = listing(map(str, value)) if isinstance(value, list) else _amount(value, path)
            fields[" ".join(path)] = shown

    def _amount(value: object, path: tuple[str, ...]) -> str:
        is_money = path[-1] in ("revenue target", "budget", "cost per lead", "average deal size")
        if is_money and isinstance(value, int | float):
            return money(float(value), currency)
        return f"{value:,.10g}" if isinstance(value, float) else said(value)

    walk({key: value for key, value in document.items() if key != "id"}, ())
    return fields
