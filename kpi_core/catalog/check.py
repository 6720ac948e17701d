"""Checks of the whole catalog, all records against all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, assert_never

from kpi_core.catalog.check_imports import check_imports
from kpi_core.catalog.check_instrumentation import check_instrumentation
from kpi_core.models.base import Direction, Motion, Role, Segment, Stage, Unit
from kpi_core.models.metric import (
    Difference,
    Direct,
    Formula,
    MetricDefinition,
    Product,
    Quotient,
    Total,
)

if TYPE_CHECKING:
    from kpi_core.catalog.loader import Catalog


def formula_inputs(formula: Formula) -> tuple[str, ...]:
    """Ids of the metrics and measures a formula is made of."""
    match formula:
        case Direct(measure=measure):
            return (measure,)
        case Quotient(numerator=numerator, denominator=denominator):
            return (numerator, denominator)
        case Total(addends=addends):
            return addends
        case Product(factors=factors, divisors=divisors):
            return (*factors, *divisors)
        case Difference(minuend=minuend, subtrahend=subtrahend):
            return (minuend, subtrahend)
        case _:
            assert_never(formula)


def check_catalog(catalog: Catalog) -> list[str]:
    """Every problem found, one line each, naming table, record and field; empty when all is well."""
    return [
        *_check_metrics(catalog),
        *_check_formula_cycles(catalog),
        *_check_suggestions(catalog),
        *_check_funnels(catalog),
        *_check_roles_and_channels(catalog),
        *_check_candidates(catalog),
        *_check_benchmarks(catalog),
        *_check_conflicts(catalog),
        *_check_coverage(catalog),
        *check_imports(catalog),
        *check_instrumentation(catalog),
    ]


def _unknown(where: str, ids: Iterable[str | None], known: Iterable[str]) -> Iterator[str]:
    known = set(known)
    for wrong in ids:
        if wrong is not None and wrong not in known:
            yield f"{where}: unknown id {wrong}"


def _check_metrics(catalog: Catalog) -> Iterator[str]:
    names: dict[str, str] = {}
    for metric in catalog.metrics.values():
        at = f"metric {metric.id}"
        inputs = formula_inputs(metric.formula)
        yield from _unknown(f"{at}, formula", inputs, {*catalog.metrics, *catalog.measures})
        yield from _unknown(f"{at}, guardrail", [metric.guardrail], catalog.metrics)
        yield from _unknown(f"{at}, leads", [metric.leads], catalog.metrics)
        yield from _unknown(f"{at}, owner", [metric.owner_role, metric.steward_role], catalog.roles)
        yield from _unknown(f"{at}, channels", metric.channels, catalog.channels)
        options = (*metric.measured_by, *metric.stand_in)
        yield from _unknown(
            f"{at}, requires", (tool for o in options for tool in o.requires), catalog.tools
        )
        if metric.id in catalog.measures:
            yield f"{at}, id: also the id of a measure"
        if metric.id in (metric.guardrail, metric.leads):
            yield f"{at}, guardrail or leads: points at itself"
        if metric.vanity and Role.PRIMARY in metric.roles:
            yield f"{at}, roles: a vanity metric cannot be primary"
        if metric.maximum is not None and metric.maximum <= metric.minimum:
            yield f"{at}, maximum: not above minimum"
        if names.setdefault(metric.name.casefold(), metric.id) != metric.id:
            yield f"{at}, name: also the name of {names[metric.name.casefold()]}"
        yield from _check_formula_unit(metric, catalog)


def _check_formula_unit(metric: MetricDefinition, catalog: Catalog) -> Iterator[str]:
    def unit(key: str) -> Unit | None:
        record = catalog.metrics.get(key) or catalog.measures.get(key)
        return record.unit if record else None

    match metric.formula:
        case Direct(measure=measure) if unit(measure) not in (None, metric.unit):
            yield f"metric {metric.id}, formula: measure {measure} counts {unit(measure)}"
        case Total(addends=addends):
            for key in addends:
                if unit(key) not in (None, metric.unit):
                    yield f"metric {metric.id}, formula: addend {key} counts {unit(key)}"


def _check_formula_cycles(catalog: Catalog) -> Iterator[str]:
    done: set[str] = set()

    def visit(metric_id: str, path: tuple[str, ...]) -> Iterator[str]:
        if metric_id in path:
            yield f"metric {metric_id}, formula: refers to itself through {' -> '.join(path)}"
            return
        if metric_id in done or metric_id not in catalog.metrics:
            return
        for key in formula_inputs(catalog.metrics[metric_id].formula):
            yield from visit(key, (*path, metric_id))
        done.add(metric_id)

    for metric_id in catalog.metrics:
        yield from visit(metric_id, ())


def _check_suggestions(catalog: Catalog) -> Iterator[str]:
    pairs = [(s.motion, s.stage) for s in catalog.suggestions]
    for motion in Motion:
        for stage in Stage:
            if pairs.count((motion, stage)) != 1:
                yield f"suggestions, {motion} {stage}: needed exactly once"
    for s in catalog.suggestions:
        at = f"suggestions, {s.motion} {s.stage}"
        ids = [s.primary.metric_id, *(entry.metric_id for entry in s.supporting)]
        yield from _unknown(at, ids, catalog.metrics)
        if len(set(ids)) != len(ids):
            yield f"{at}: a metric is suggested twice"
        primary = catalog.metrics.get(s.primary.metric_id)
        if primary and not {Role.PRIMARY, Role.NORTH_STAR} & set(primary.roles):
            yield f"{at}, primary: {primary.id} cannot be primary"
        for metric in (catalog.metrics[i] for i in ids if i in catalog.metrics):
            if s.motion not in metric.motions:
                yield f"{at}: {metric.id} is not for {s.motion}"


def _check_funnels(catalog: Catalog) -> Iterator[str]:
    yield from _unknown("causes", catalog.causes, catalog.metrics)
    rates = {rate.metric_id for funnel in catalog.funnels.values() for rate in funnel.rates}
    for missing in sorted(rates - set(catalog.causes)):
        yield f"causes: none for the funnel rate {missing}"
    for funnel in catalog.funnels.values():
        at = f"funnel {funnel.id}"
        yield from _unknown(f"{at}, steps", (s.metric_id for s in funnel.steps), catalog.metrics)
        yield from _unknown(f"{at}, rates", (x.metric_id for x in funnel.rates), catalog.metrics)
        if len(funnel.rates) != len(funnel.steps) - 1:
            yield f"{at}, rates: {len(funnel.steps) - 1} needed"
        for rate in funnel.rates:
            metric = catalog.metrics.get(rate.metric_id)
            if metric and (metric.unit is not Unit.RATIO or metric.maximum != 1):
                yield f"{at}, {rate.metric_id}: a rate must be a ratio with maximum 1"
            if metric and metric.funnel_rate != metric.id:
                yield f"metric {metric.id}, funnel_rate: must be its own id, {funnel.id} uses it"
        for step in funnel.steps:
            metric = catalog.metrics.get(step.metric_id)
            if metric and metric.funnel_step is None:
                yield f"metric {metric.id}, funnel_step: missing, {funnel.id} counts it"


def _check_roles_and_channels(catalog: Catalog) -> Iterator[str]:
    for motion in catalog.motions.values():
        at = f"motion {motion.id}"
        yield from _unknown(f"{at}, north_star", [motion.north_star], catalog.metrics)
        yield from _unknown(f"{at}, funnel_template", [motion.funnel_template], catalog.funnels)
        yield from _unknown(f"{at}, channels", motion.channels, catalog.channels)
    for layer in catalog.layers.values():
        yield from _unknown(f"layer {layer.id}, audience", layer.audience, catalog.roles)
    for review in catalog.reviews:
        yield from _unknown(f"review {review.cadence}", review.attendees, catalog.roles)
    for agreement in catalog.agreements.values():
        ids = (commitment.metric_id for commitment in agreement.commitments)
        yield from _unknown(f"agreement {agreement.motion}", ids, catalog.metrics)


def _check_candidates(catalog: Catalog) -> Iterator[str]:
    yield from _unknown("candidates", catalog.candidates, catalog.metrics)
    for motion in catalog.motions.values():
        candidate = catalog.candidates.get(motion.north_star)
        if candidate is None or candidate.refused:
            yield f"motion {motion.id}, north_star: {motion.north_star} is not an open candidate"
    for metric_id, candidate in catalog.candidates.items():
        metric = catalog.metrics.get(metric_id)
        if metric and not candidate.refused and Role.NORTH_STAR not in metric.roles:
            yield f"candidate {metric_id}: the metric's roles lack north_star"


def _check_benchmarks(catalog: Catalog) -> Iterator[str]:
    cuts = {
        "segment": {"any", *Segment},
        "motion": {"any", *Motion},
        "region": {"any", *(r.benchmark_cut for r in catalog.regions.values() if r.benchmark_cut)},
    }
    ids: set[str] = set()
    for mapping in catalog.benchmark_mappings.values():
        at = f"benchmark_metrics {mapping.published_as}"
        yield from _unknown(at, [mapping.metric_id], catalog.metrics)
        if (not mapping.same_definition or mapping.metric_id is None) and not mapping.note:
            yield f"{at}, note: must say how it differs"
    for figure in catalog.benchmarks:
        at = f"benchmark {figure.id}"
        if figure.id in ids:
            yield f"{at}, id: used twice"
        ids.add(figure.id)
        for column, known in cuts.items():
            yield from _unknown(f"{at}, {column}", [getattr(figure, column)], known)
        metric = catalog.metrics.get(figure.metric_id or "")
        if metric and metric.unit is Unit.RATIO and figure.unit != Unit.RATIO:
            yield f"{at}, unit: {figure.unit} for a ratio metric"
    used = {figure.published_as for figure in catalog.benchmarks}
    for unused in set(catalog.benchmark_mappings) - used:
        yield f"benchmark_metrics {unused}: no row in benchmarks.csv"


def _check_conflicts(catalog: Catalog) -> Iterator[str]:
    for conflict in catalog.conflicts:
        at = f"conflicts {conflict.published_as[0]}"
        yield from _unknown(f"{at}, metric_id", [conflict.metric_id], catalog.metrics)
        yield from _unknown(
            f"{at}, published_as", conflict.published_as, catalog.benchmark_mappings
        )
        for name in conflict.published_as:
            mapping = catalog.benchmark_mappings.get(name)
            if mapping and mapping.metric_id != conflict.metric_id:
                yield f"{at}, metric_id: {name} belongs to {mapping.metric_id}"


def _check_coverage(catalog: Catalog) -> Iterator[str]:
    for enum, table in (
        (Motion, catalog.motions),
        (Stage, catalog.stages),
        (Segment, catalog.segments),
    ):
        for value in enum:
            if value not in table:
                yield f"{enum.__name__.lower()} {value}: no record"
    for metric in catalog.metrics.values():
        better = metric.direction is Direction.LOWER_IS_BETTER
        if better and metric.funnel_rate:
            yield f"metric {metric.id}, direction: a funnel rate must be better when higher"
    for motion in Motion:
        if motion not in catalog.agreements:
            yield f"agreements: none for {motion}"
