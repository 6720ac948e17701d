"""The framework as flat tables; docs/file-formats.md lists every column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpi_core.benchmarks.match import find
from kpi_core.benchmarks.targets import quarter_steps
from kpi_core.catalog.formula_text import formula_text
from kpi_core.catalog.loader import Catalog, extended, load_catalog
from kpi_core.framework.measurability import measurability
from kpi_core.kpi_tree.solve import required_volumes
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.kpi import Kpi
from kpi_core.models.metric import MetricDefinition
from kpi_core.rhythm.decisions import all_rules
from kpi_core.rhythm.instrumentation import instrumentation_plan
from kpi_core.rhythm.ownership import ownership


@dataclass(frozen=True)
class Table:
    """Named columns and rows of plain values."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def _table(name: str, rows: Iterator[dict[str, object]], columns: tuple[str, ...]) -> Table:
    return Table(name, columns, tuple(tuple(row[column] for column in columns) for row in rows))


KPI_COLUMNS = (
    "metric_id", "name", "stage", "role", "is_north_star", "definition", "formula", "unit",
    "currency", "direction", "baseline", "baseline_period", "baseline_successes", "baseline_trials",
    "benchmark_id", "benchmark_source", "benchmark_year", "target", "target_basis", "target_reason",
    "target_proposed", "target_note", "target_flags", "closing_share", "calibrate_after_quarter",
    "target_q1", "target_q2", "target_q3", "target_q4", "on_track_from", "at_risk_from", "owner_role",
    "owner_person", "steward_role", "cadence", "layers", "measurability", "guardrail", "reason",
    "framework", "company", "updated_on",
)  # fmt: skip
TARGET_COLUMNS = tuple(
    column
    for column in KPI_COLUMNS
    if column.startswith("target") or column in ("closing_share", "calibrate_after_quarter")
)
DEFINITION_COLUMNS = (
    "metric_id", "name", "stage", "definition", "formula", "unit", "direction", "timing",
    "over_time", "over_lanes", "measured_by", "stand_in", "guardrail", "leads", "pitfalls",
)  # fmt: skip
OWNER_COLUMNS = ("owner_role", "owner_person", "metric_id", "name", "steward_role")
DASHBOARD_COLUMNS = ("layer", "channel", "position", "metric_id", "name", "question", "refresh")
CADENCE_COLUMNS = (
    "cadence", "review", "purpose", "duration_minutes", "attendees", "agenda", "decision_rules",
    "metric_ids",
)  # fmt: skip
FUNNEL_COLUMNS = (
    "step", "name", "metric_id", "required_in_year", "rate_to_next", "rate_metric_id",
    "rate_basis", "rate_source",
)  # fmt: skip
SOURCE_COLUMNS = (
    "benchmark_id", "metric_id", "low", "typical", "high", "unit", "currency", "statistic",
    "segment", "motion", "industry", "channel", "stage", "region", "sample", "definition",
    "source_title", "source_publisher", "source_year", "source_url", "confidence", "note",
)  # fmt: skip
AGREEMENT_COLUMNS = ("kind", "party", "name", "statement", "metric_id", "value")
OWNERSHIP_COLUMNS = (
    "metric_id", "name", "accountable", "owner_person", "responsible", "consulted", "informed",
    "proposed",
)  # fmt: skip
INSTRUMENTATION_COLUMNS = (
    "tool", "tool_in_place", "object", "kind", "name", "type", "note", "metric_ids",
)  # fmt: skip
SIGNATURE_COLUMNS = ("party", "signed_by", "role", "signed_on", "valid_from", "valid_until")
ACTION_COLUMNS = (
    "action_id", "what", "owner_role", "owner_person", "due", "done_on", "agreed_in", "created_on",
)  # fmt: skip


def tables(framework: MeasurementFramework) -> tuple[Table, ...]:
    """Every table of the ZIP, in order."""
    return (
        kpi_table(framework),
        _table("definitions", _definitions(framework), DEFINITION_COLUMNS),
        _table("owners", _owners(framework), OWNER_COLUMNS),
        _table("dashboards", _dashboards(framework), DASHBOARD_COLUMNS),
        _table("cadence", _cadence(framework), CADENCE_COLUMNS),
        _table("funnel", _funnel(framework), FUNNEL_COLUMNS),
        _table("agreement", _agreement(framework), AGREEMENT_COLUMNS),
        _table("signatures", _signatures(framework), SIGNATURE_COLUMNS),
        _table("ownership", _ownership(framework), OWNERSHIP_COLUMNS),
        _table("actions", _actions(framework), ACTION_COLUMNS),
        instrumentation_table(framework, extended(load_catalog(), framework)),
        _table("sources", _sources(framework), SOURCE_COLUMNS),
    )


def kpi_table(framework: MeasurementFramework) -> Table:
    """One row per KPI."""
    return _table("kpis", (_kpi(kpi, framework) for kpi in framework.kpis), KPI_COLUMNS)


def instrumentation_table(framework: MeasurementFramework, catalog: Catalog) -> Table:
    """One row per field, event, list, report or table that the KPIs need."""
    plan = instrumentation_plan(framework, catalog)
    rows: Iterator[dict[str, object]] = (
        {
            **{column: getattr(one.record, column, None) for column in INSTRUMENTATION_COLUMNS},
            "tool_in_place": one.in_place,
            "metric_ids": one.metric_ids,
        }
        for one in plan.instruments
    )
    return _table("instrumentation", rows, INSTRUMENTATION_COLUMNS)


def _kpi(kpi: Kpi, framework: MeasurementFramework) -> dict[str, object]:
    metric = framework.metric(kpi.metric_id)
    figure = find(framework.figures, kpi.benchmark_id)
    level = measurability(metric, framework.data_infrastructure.categories).level
    return {
        "metric_id": metric.id,
        "name": metric.name,
        "stage": kpi.stage.value,
        "role": kpi.role,
        "is_north_star": metric.id == framework.north_star.metric_id,
        "definition": metric.definition,
        "formula": formula_text(metric.formula, framework),
        "unit": metric.unit.value,
        "currency": framework.company.currency if metric.unit == "money" else None,
        "direction": metric.direction.value,
        **_history(kpi),
        "benchmark_id": kpi.benchmark_id,
        "benchmark_source": figure.source_publisher if figure else None,
        "benchmark_year": figure.source_year if figure else None,
        **_target(kpi, metric),
        "on_track_from": kpi.thresholds.on_track_from,
        "at_risk_from": kpi.thresholds.at_risk_from,
        "owner_role": kpi.owner_role,
        "owner_person": kpi.owner_person,
        "steward_role": kpi.steward_role,
        "cadence": kpi.cadence.value,
        "layers": [layer.value for layer in kpi.layers],
        "measurability": level,
        "guardrail": metric.guardrail,
        "reason": kpi.reason,
        "framework": framework.name,
        "company": framework.company.name,
        "updated_on": framework.updated_on.isoformat(),
    }


def _history(kpi: Kpi) -> dict[str, object]:
    baseline = kpi.baseline
    counts = baseline.counts if baseline else None
    return {
        "baseline": baseline.value if baseline else None,
        "baseline_period": baseline.period if baseline else None,
        "baseline_successes": counts.successes if counts else None,
        "baseline_trials": counts.trials if counts else None,
    }


def _target(kpi: Kpi, metric: MetricDefinition) -> dict[str, object]:
    target = kpi.target
    if target is None:
        return dict.fromkeys(TARGET_COLUMNS)
    steps = quarter_steps(kpi.baseline.value if kpi.baseline else None, target.value, metric)
    return {
        "target": target.value,
        "target_basis": target.basis.value,
        "target_reason": target.reason,
        "target_proposed": target.proposed,
        "target_note": target.note,
        "target_flags": [flag.value for flag in target.flags],
        "closing_share": target.share,
        "calibrate_after_quarter": target.calibrate_after_quarter,
        **{f"target_q{quarter}": step for quarter, step in enumerate(steps, start=1)},
    }


def _definitions(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    for metric in framework.metrics:
        row = {column: getattr(metric, column, None) for column in DEFINITION_COLUMNS}
        yield {
            **row,
            "metric_id": metric.id,
            "formula": formula_text(metric.formula, framework),
            "measured_by": [f"{'+'.join(o.requires)}: {o.how}" for o in metric.measured_by],
            "stand_in": [f"{'+'.join(o.requires)}: {o.how}" for o in metric.stand_in],
        }


def _owners(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    for kpi in sorted(framework.kpis, key=lambda kpi: kpi.owner_role or ""):
        yield {
            "owner_role": kpi.owner_role,
            "owner_person": kpi.owner_person,
            "metric_id": kpi.metric_id,
            "name": framework.metric(kpi.metric_id).name,
            "steward_role": kpi.steward_role,
        }


def _dashboards(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    boards = framework.dashboards
    pages = [
        ("executive", None, boards.executive, boards.executive.metric_ids),
        ("operational", None, boards.operational, boards.operational.metric_ids),
        *(("channel", tab.channel, boards.channel, tab.metric_ids) for tab in boards.channels),
    ]
    for layer, channel, page, metric_ids in pages:
        for position, metric_id in enumerate(metric_ids, start=1):
            yield {
                "layer": layer,
                "channel": channel,
                "position": position,
                "metric_id": metric_id,
                "name": framework.metric(metric_id).name,
                "question": page.question,
                "refresh": page.refresh.value,
            }


def _cadence(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    for review in framework.operating_rhythm.reviews:
        row = {column: getattr(review, column, None) for column in CADENCE_COLUMNS}
        words = {"decision_rules": all_rules(review, framework), "review": review.name}
        yield {**row, **words, "cadence": review.cadence.value}


def _funnel(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    rates = [*framework.funnel_plan.rates, None]
    for step, rate in zip(required_volumes(framework.funnel_plan), rates, strict=True):
        yield {
            "step": step.id,
            "name": step.name,
            "metric_id": step.metric_id,
            "required_in_year": step.required,
            "rate_to_next": step.rate_to_next,
            "rate_metric_id": rate.metric_id if rate else None,
            "rate_basis": rate.basis.value if rate else None,
            "rate_source": rate.source if rate else None,
        }


def _agreement(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    empty = dict.fromkeys(AGREEMENT_COLUMNS)
    agreement = framework.agreement
    for definition in agreement.definitions:
        statement = " ".join((definition.statement, *definition.criteria))
        yield {**empty, "kind": "definition", "name": definition.name, "statement": statement}
    for promise in agreement.commitments:
        row = {
            "party": promise.party,
            "statement": promise.statement,
            "metric_id": promise.metric_id,
        }
        yield {**empty, "kind": "commitment", **row, "value": promise.value}
    for kind in ("recycling_rule", "feedback", "escalation"):
        yield {**empty, "kind": kind, "statement": getattr(agreement, kind)}
    for key in ("response_hours", "contact_attempts", "disposition_days"):
        yield {**empty, "kind": key, "party": "sales", "value": getattr(agreement, key)}


def _signatures(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    agreement = framework.agreement
    given = {signature.party: signature for signature in agreement.signatures}
    term = {key: getattr(agreement, key) for key in ("valid_from", "valid_until")}
    for party in ("marketing", "sales"):
        row = {column: getattr(given.get(party), column, None) for column in SIGNATURE_COLUMNS}
        row |= {**term, "party": party, "signed_by": getattr(given.get(party), "name", None)}
        yield _with_days(row)


def _with_days(row: dict[str, object]) -> dict[str, object]:
    return {key: v.isoformat() if isinstance(v, date) else v for key, v in row.items()}


def _ownership(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    for row in ownership(framework):
        found = {column: getattr(row, column, None) for column in OWNERSHIP_COLUMNS}
        yield {**found, "owner_person": row.person}


def _actions(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    for action in framework.operating_rhythm.actions:
        row = {column: getattr(action, column, None) for column in ACTION_COLUMNS}
        yield _with_days({**row, "action_id": action.id, "agreed_in": action.review.value})


def _sources(framework: MeasurementFramework) -> Iterator[dict[str, object]]:
    for figure in framework.figures:
        row = {column: getattr(figure, column, None) for column in SOURCE_COLUMNS}
        yield {**row, "benchmark_id": figure.id}
