"""A file to fill in: the framework's metrics as rows or columns, ready to be uploaded again."""

from __future__ import annotations

from kpi_core.actuals.calendar import period_of
from kpi_core.catalog.check import formula_inputs
from kpi_core.export.files import csv_bytes
from kpi_core.export.tables import Table
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Direct

_SPLIT = ("Channel", "Segment")


def template(framework: MeasurementFramework, wide: bool = False) -> bytes:
    """CSV (UTF-8 with BOM, safe in a spreadsheet) with every KPI and what the KPIs are computed from.

    The example period is the month the framework was last changed in. Long: a row for each metric,
    to be copied for further periods, channels and segments. Wide: a column for each metric. Values
    are empty; rows left empty are set aside when the file is read.
    """
    period = period_of(framework.updated_on, Grain.MONTH).start.strftime("%Y-%m")
    names = metric_names(framework)
    if wide:
        table = Table(
            "template", ("Period", *_SPLIT, *names), ((period,) + ("",) * (len(names) + 2),)
        )
    else:
        rows = tuple((period, name, "", "", "") for name in names)
        table = Table("template", ("Period", "Metric", *_SPLIT, "Value"), rows)
    return csv_bytes(table)


def metric_names(framework: MeasurementFramework) -> tuple[str, ...]:
    """Names of the KPIs, then of what their formulas are made of; two names of one quantity never."""
    metrics = {metric.id: metric for metric in framework.metrics}
    names = {measure.id: measure.name for measure in framework.measures}
    names |= {metric.id: metric.name for metric in framework.metrics}

    def quantity(key: str) -> str:
        formula = metrics[key].formula if key in metrics else None
        return formula.measure if isinstance(formula, Direct) else key

    chosen = [kpi.metric_id for kpi in framework.kpis]
    inputs = [key for chosen_id in chosen for key in formula_inputs(metrics[chosen_id].formula)]
    first: dict[str, str] = {}
    for key in (*chosen, *inputs):
        if key in names:
            first.setdefault(quantity(key), names[key])
    return tuple(dict.fromkeys(first.values()))
