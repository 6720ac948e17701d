"""From the rows of an import to the sums that are kept: facts, cohorts and credits.

Light to import: Ibis and DuckDB are loaded by the first call of `aggregate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from kpi_core.actuals.canonical import (
    COHORTS,
    CREDITS,
    FACTS,
    Aggregated,
    Canonical,
    conform,
    empty,
    steps_of,
    to_frame,
)
from kpi_core.actuals.measures_table import FLOWS, Need
from kpi_core.catalog.loader import Catalog, load_catalog
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Direct

if TYPE_CHECKING:
    from kpi_core.actuals.measures_rows import Rows

__all__ = ["HALF_LIFE_DAYS", "WIN_STEPS", "Aggregated", "aggregate", "step_measures"]

HALF_LIFE_DAYS = 7.0
WIN_STEPS = ("deals", "paying_customers")
"""Funnel steps that mean a won deal, beside the last step of the framework's own funnel."""

Progress = Callable[[float, str], None]


def aggregate(
    canonical: Canonical,
    framework: MeasurementFramework,
    *,
    half_life_days: float = HALF_LIFE_DAYS,
    progress: Progress | None = None,
) -> Aggregated:
    """Facts, cohorts and credits of one import; `notes` say what could not be computed and why.

    `half_life_days`: days after which a touch has half the weight in the time-decay model.
    `progress` is told the share done, 0 to 1, and what is being done. Raises `ValueError` for a
    half-life that is not positive and for tables without their required dates.
    """
    report = progress or (lambda share, text: None)
    catalog = load_catalog()
    parts = Aggregated(empty(FACTS), empty(COHORTS), empty(CREDITS))
    if canonical.leads is not None or canonical.opportunities is not None:
        parts = _from_rows(canonical, framework, catalog, half_life_days, report)
    result = _with_values(parts, canonical, catalog)
    report(1.0, "Done")
    return result


def step_measures(framework: MeasurementFramework, catalog: Catalog) -> dict[str, str]:
    """The measure that counts each funnel step, in funnel order, the framework's own steps first.

    A step without a metric is left out; so is one whose metric nobody defines.
    """
    metrics = {**catalog.metrics, **{metric.id: metric for metric in framework.metrics}}
    templates = [step for funnel in catalog.funnels.values() for step in funnel.steps]
    known = {step.id: step.metric_id for step in templates}
    own = {step.id: step.metric_id or known.get(step.id) for step in framework.funnel_plan.steps}
    found = {}
    for step, metric_id in {**own, **{k: v for k, v in known.items() if k not in own}}.items():
        if metric_id is None or metric_id not in metrics:
            continue
        formula = metrics[metric_id].formula
        found[step] = formula.measure if isinstance(formula, Direct) else metric_id
    return found


def _from_rows(
    canonical: Canonical,
    framework: MeasurementFramework,
    catalog: Catalog,
    half_life_days: float,
    report: Progress,
) -> Aggregated:
    # Here, because they load Ibis and DuckDB, which the start of the app must not wait for.
    from kpi_core.actuals import attribution, cohorts, measures_facts, measures_notes
    from kpi_core.actuals.measures_rows import embedded, read_rows

    wins = tuple(dict.fromkeys((framework.funnel_plan.steps[-1].id, *WIN_STEPS)))
    measures = step_measures(framework, catalog)
    with embedded() as connection:
        report(0.0, "Reading leads, deals and touches")
        rows = read_rows(connection, canonical, wins)
        met = measures_facts.met_needs(connection, rows, wins)
        report(0.3, "Counting deals")
        frames = measures_facts.deal_facts(connection, rows, met)
        report(0.4, "Counting leads at each step")
        dated, unknown = _dated_steps(canonical, measures, catalog)
        taken = _counted_as_deals(rows, met)
        frames += measures_facts.lead_facts(connection, rows, dated, taken)
        report(0.6, "Measuring durations")
        frames += measures_facts.span_facts(connection, rows, met)
        report(0.7, "Following cohorts")
        own = (step.id for step in framework.funnel_plan.steps)
        order = tuple(dict.fromkeys((*own, *measures, *unknown, *dated)))
        followed = cohorts.cohorts(connection, rows, order, wins, "openings" in met)
        report(0.85, "Sharing credit among touches")
        credited = attribution.credit(connection, rows, met, half_life_days)
        facts = measures_facts.assemble(frames)
        notes = (
            *measures_notes.left_out(rows, met, catalog),
            *measures_notes.unmeasured(unknown),
            *measures_notes.cautions(connection, rows, met, set(facts["id"])),
        )
        return Aggregated(facts, followed, credited, notes)


def _dated_steps(
    canonical: Canonical, measures: Mapping[str, str], catalog: Catalog
) -> tuple[dict[str, str], list[str]]:
    """The leads table's steps with their measures, and those that nothing measures."""
    dated, unknown = {}, []
    for step in steps_of(canonical.leads) if canonical.leads is not None else ():
        measure = measures.get(step) or (step if step in catalog.measures else None)
        if measure:
            dated[step] = measure
        else:
            unknown.append(step)
    return dated, unknown


def _counted_as_deals(rows: Rows, met: frozenset[Need]) -> frozenset[str]:
    """Measures that the deals have answered, or have shown to be unanswerable."""
    if rows.deals is None:
        return frozenset()
    return frozenset(flow.measure for flow in FLOWS if rows.of_leads or set(flow.needs) <= met)


def _with_values(parts: Aggregated, canonical: Canonical, catalog: Catalog) -> Aggregated:
    """Uploaded values beside what was counted from rows; the rows win where both give the same."""
    if canonical.values is None:
        return parts
    values = to_frame(conform(canonical.values, FACTS), FACTS)
    both = sorted(set(values["id"]) & set(parts.facts["id"]))
    values = values[~values["id"].isin(both)]
    frames: list[Any] = [frame for frame in (parts.facts, values) if len(frame)]
    facts = pd.concat(frames, ignore_index=True) if frames else parts.facts
    from kpi_core.actuals.measures_notes import listed

    names = [catalog.measures[key].name if key in catalog.measures else key for key in both]
    told = f"Uploaded values of {listed(names)} are not used: the rows give them."
    notes = (*parts.notes, told) if both else parts.notes
    return Aggregated(facts, parts.cohorts, parts.credits, notes)
