"""What a mapping lacks, before anything is imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpi_core.actuals.columns import guess_kind
from kpi_core.actuals.funnel_steps import AT, Steps, funnel_steps
from kpi_core.actuals.prepare_metrics import fact_kind
from kpi_core.actuals.propose_columns import MIXED, FieldSpec, fields
from kpi_core.actuals.table_file import TableRead
from kpi_core.catalog.check_imports import OUTCOMES
from kpi_core.catalog.loader import Catalog, extended
from kpi_core.models.actuals import ImportMapping, Shape
from kpi_core.models.base import Finding, Severity
from kpi_core.models.framework import MeasurementFramework

_CHOOSE = "Choose a column for it."


def check_mapping(
    mapping: ImportMapping,
    tables: Sequence[TableRead],
    framework: MeasurementFramework,
    catalog: Catalog,
) -> tuple[Finding, ...]:
    """What keeps the files from being read with this mapping (errors), or probably does (warnings).

    `tables` are the files this one mapping is for; findings name the file. No rows are read but a
    sample of each mapped column.
    """
    steps = funnel_steps(framework, catalog)
    specs = {spec.id: spec for spec in fields(mapping.shape, framework, catalog)}
    found: list[Finding] = []
    for table in tables:
        if not table.cells.num_columns:
            continue
        found += _check_columns(mapping, table, specs)
        found += _check_needs(mapping, table, specs)
        found += _check_metrics(mapping, table, framework, catalog)
    found += _check_meanings(mapping, steps)
    return tuple(found)


def _finding(code: str, where: str, message: str, fix: str, *, error: bool) -> Finding:
    severity = Severity.ERROR if error else Severity.WARNING
    return Finding(code=code, severity=severity, where=where, message=message, fix=fix)


def _check_columns(
    mapping: ImportMapping, table: TableRead, specs: dict[str, FieldSpec]
) -> Iterator[Finding]:
    for key, column in mapping.columns.items():
        spec = specs.get(key)
        if spec is None:
            yield _finding(
                "field_unknown",
                f"{mapping.name}, {key}",
                f"A file of this shape has no field {key}.",
                "Remove it from the mapping.",
                error=False,
            )
        elif column not in table.cells.column_names:
            yield _finding(
                "column_missing",
                f"{table.name}, {spec.name}",
                f"The file has no column {column}.",
                "Choose another column.",
                error=spec.required,
            )
        else:
            yield from _check_kind(table, spec, column)


def _check_kind(table: TableRead, spec: FieldSpec, column: str) -> Iterator[Finding]:
    kind = guess_kind(table.cells[column])
    is_step = spec.id.startswith(AT)
    wrong = {
        "date": kind in {"text", "number"} or (kind == "boolean" and not is_step),
        "number": kind in {"text", "date", "boolean"} and spec.id != MIXED,
    }.get(spec.kind, False)
    if wrong:
        yield _finding(
            "column_of_wrong_kind",
            f"{table.name}, {spec.name}",
            f"{column} does not seem to hold {spec.kind}s.",
            "Choose another column, or correct the file.",
            error=False,
        )


def _check_needs(
    mapping: ImportMapping, table: TableRead, specs: dict[str, FieldSpec]
) -> Iterator[Finding]:
    has = {k for k, column in mapping.columns.items() if column in table.cells.column_names}
    for spec in specs.values():
        if spec.required and spec.id not in mapping.columns:
            yield _missing(table, spec.name, f"No column is chosen for {spec.name}.")
    if mapping.shape is Shape.OPPORTUNITIES:
        if not has & {"stage", "won"}:
            yield _missing(
                table, "Stage", "Nothing says which opportunities were won: stage or won date."
            )
        if not has & {"created", "closed", "won"}:
            yield _missing(
                table, "Created", "Nothing says when opportunities were opened or closed."
            )
    if mapping.shape is Shape.TOUCHES and not has & {"channel", "campaign"}:
        yield _missing(table, "Channel", "Nothing says what touched the lead: channel or campaign.")


def _missing(table: TableRead, name: str, message: str) -> Finding:
    return _finding("column_not_chosen", f"{table.name}, {name}", message, _CHOOSE, error=True)


def _check_metrics(
    mapping: ImportMapping, table: TableRead, framework: MeasurementFramework, catalog: Catalog
) -> Iterator[Finding]:
    if mapping.shape not in (Shape.VALUES_LONG, Shape.VALUES_WIDE):
        return
    known = extended(catalog, framework)
    for name, key in mapping.metric_columns.items():
        if fact_kind(key, known) is None:
            yield _finding(
                "metric_unknown",
                f"{table.name}, {name}",
                f"There is no metric {key}.",
                "Choose a metric from the list.",
                error=True,
            )
    present = set(table.cells.column_names)
    if mapping.shape is Shape.VALUES_WIDE and not present & set(mapping.metric_columns):
        yield _missing(table, "Metrics", "No column is chosen as a metric.")


def _check_meanings(mapping: ImportMapping, steps: Steps) -> Iterator[Finding]:
    if mapping.shape is Shape.LEADS and mapping.row_is not in steps.all:
        yield _finding(
            "step_unknown",
            f"{mapping.name}, each row is",
            f"There is no funnel step {mapping.row_is}.",
            f"Choose one of: {', '.join(steps.names[step] for step in steps.all)}.",
            error=True,
        )
    for value, meaning in mapping.stages.items():
        if meaning not in OUTCOMES and meaning not in steps.all:
            yield _finding(
                "step_unknown",
                f"{mapping.name}, {value}",
                f"There is no funnel step {meaning}.",
                "Choose a funnel step, open, won or lost.",
                error=True,
            )
