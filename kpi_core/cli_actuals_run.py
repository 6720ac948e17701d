"""What `kpi actuals` and `kpi status` do."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kpi_core import cli_actuals_reports as reports
from kpi_core.actuals.accept import import_record
from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.canonical import Aggregated
from kpi_core.actuals.keep import LARGEST_KEPT, Actuals, add, current
from kpi_core.actuals.measures import aggregate
from kpi_core.actuals.prepare import Prepared, prepare
from kpi_core.actuals.propose import propose
from kpi_core.actuals.table_file import LARGEST_UPLOAD, TableRead, read_table
from kpi_core.catalog.loader import Catalog, extended, load_catalog
from kpi_core.cli_io import Unreadable, read_bytes, read_framework, report, unusable_file, write
from kpi_core.dashboards.view import View, open_figures, usual_day
from kpi_core.formats import NOT_AVAILABLE, percent, value_text
from kpi_core.models.actuals import Grain, ImportMapping
from kpi_core.models.base import Finding, Severity, Unit
from kpi_core.models.framework import MeasurementFramework

_ZIP = b"PK\x03\x04"
_MANIFEST = b"actuals.json"
_SHOWN_PERIODS = 4
_MAPPINGS = TypeAdapter(list[ImportMapping])
Read = list[tuple[TableRead, ImportMapping]]


# Reading


def _content(path: Path, limit: int) -> bytes:
    """The file's bytes; raises `Unreadable` when it cannot be read or is larger than `limit`."""
    try:
        if path.stat().st_size > limit:
            raise unusable_file(path, f"it is larger than {limit >> 20} MB")
        return path.read_bytes()
    except OSError as error:
        raise unusable_file(path, error.strerror or "it cannot be read") from error


def _tables(paths: Sequence[Path]) -> list[TableRead]:
    tables = [read_table(_content(path, LARGEST_UPLOAD), path.name) for path in paths]
    wrong = [table for table in tables if not table.cells.num_rows]
    if wrong:
        raise Unreadable([finding for table in wrong for finding in table.findings])
    return tables


def _mappings(paths: Sequence[Path]) -> list[ImportMapping]:
    """The mappings of files that hold one, a list of them, or what `--propose` printed."""
    found: list[ImportMapping] = []
    for path in paths:
        try:
            raw = json.loads(read_bytes(path).decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise unusable_file(path, "it is not JSON") from error
        if isinstance(raw, dict) and "mappings" in raw:
            raw = raw["mappings"]
        try:
            listed = raw if isinstance(raw, list) else [raw]
            found += _MAPPINGS.validate_json(json.dumps(listed))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "its start"
            raise unusable_file(path, f"it is no mapping: {place}: {first['msg']}") from error
    return found


def _mapped(
    options: argparse.Namespace,
    paths: Sequence[Path],
    framework: MeasurementFramework,
    catalog: Catalog,
) -> tuple[Read, list[Finding]]:
    """The files with their mappings: the given ones, else the framework's, else proposed."""
    given = _mappings(options.mapping)
    saved = given or list(framework.import_mappings)
    read: Read = []
    findings = []
    used = set()
    for table in _tables(paths):
        mapping = propose(table, framework, catalog, saved)
        origin = next((one for one in saved if _same(one, mapping)), None)
        read.append((table, mapping))
        if origin is None:
            findings.append(_proposed(table))
        else:
            used.add(origin.id)
    findings += [_unused(one) for one in given if one.id not in used]
    return read, findings


def _same(saved: ImportMapping, mapping: ImportMapping) -> bool:
    return (saved.id, saved.shape, saved.columns) == (mapping.id, mapping.shape, mapping.columns)


def _proposed(table: TableRead) -> Finding:
    return Finding(
        code="mapping_proposed",
        severity=Severity.INFO,
        where=table.name,
        message="How to read it was guessed from its columns.",
        fix="Look at it with --propose, correct it, and give it with --mapping.",
    )


def _unused(mapping: ImportMapping) -> Finding:
    return Finding(
        code="mapping_not_used",
        severity=Severity.WARNING,
        where=f"--mapping {mapping.id}",
        message="No file has all the columns it names.",
        fix="Correct its columns, or leave it out.",
    )


def _aggregated(
    options: argparse.Namespace, read: Read, framework: MeasurementFramework, catalog: Catalog
) -> tuple[Prepared, Aggregated]:
    prepared = prepare(read, framework, catalog, options.today)
    return prepared, aggregate(prepared.canonical, framework)


# kpi actuals


def actuals(options: argparse.Namespace) -> int:
    """Read exports, print the values in them, and keep them with `--output`."""
    framework = read_framework(options.framework)
    catalog = extended(load_catalog(), framework)
    read, findings = _mapped(options, options.files, framework, catalog)
    if options.propose:
        mappings = [mapping.model_dump(mode="json") for _, mapping in read]
        return report(findings, True, {"mappings": mappings})
    prepared, found = _aggregated(options, read, framework, catalog)
    if options.output:
        files = [(table.name, mapping) for table, mapping in read]
        record = import_record(prepared.report, found, files, None, options.today)
        write(options.output, add(None, found, record).to_bytes())
    written = str(options.output) if options.output else None
    made = reports.actuals_report(framework, read, prepared, found, Grain(options.grain), written)
    findings += prepared.report.warnings
    return report(findings, options.json, asdict(made), _actuals_text(made, framework))


# kpi status


def status(options: argparse.Namespace) -> int:
    """Judge every KPI by kept actuals or by exports."""
    framework = read_framework(options.framework)
    found, findings = _kept_or_read(options, framework)
    if found.facts.empty:
        raise Unreadable([*findings, _nothing(options.actuals[0])])
    figures = open_figures(found.facts, framework, options.as_of)
    if options.as_of is None:
        figures = open_figures(found.facts, framework, usual_day(figures, framework))
    start = framework.company.fiscal_year_start_month
    period = period_of(figures.as_of, Grain(options.grain), start)
    made = reports.status_report(View(framework, figures, period))
    return report(findings, options.json, asdict(made), _status_text(made))


def _kept_or_read(
    options: argparse.Namespace, framework: MeasurementFramework
) -> tuple[Aggregated, list[Finding]]:
    """What a file of kept actuals holds, else what the exports do."""
    first = options.actuals[0]
    content = _content(first, LARGEST_KEPT)
    if content.startswith(_ZIP) and _MANIFEST in content[:200]:
        if len(options.actuals) > 1:
            raise unusable_file(options.actuals[1], "a file of kept actuals is given alone")
        try:
            return current(Actuals.from_bytes(content)), []
        except ValueError as error:
            raise unusable_file(first, str(error).rstrip(".")) from error
    catalog = extended(load_catalog(), framework)
    read, findings = _mapped(options, options.actuals, framework, catalog)
    prepared, found = _aggregated(options, read, framework, catalog)
    return found, [*findings, *prepared.report.warnings]


def _nothing(path: Path) -> Finding:
    return unusable_file(path, "nothing in it can be counted").findings[0]


# For people


def _actuals_text(found: reports.ActualsReport, framework: MeasurementFramework) -> str:
    """The report as lines: rows, then each metric's last periods."""
    lines = [
        f"{found.rows_read:,} rows read, {found.rows_used:,} used, {found.rows_set_aside:,} set aside"
    ]
    lines += [*found.understood, *found.notes]
    for metric in found.metrics:
        shown = metric.periods[-_SHOWN_PERIODS:]
        values = (
            f"{p.period} {value_text(p.value, Unit(metric.unit), framework.company.currency)}"
            for p in shown
        )
        lines.append(f"{metric.name}: {', '.join(values)}")
    if found.written:
        lines.append(f"written: {found.written}")
    return "\n".join(lines)


def _status_text(found: reports.StatusReport) -> str:
    """A line for each KPI: status, ratio and reason."""
    lines = [f"{found.framework}, {found.period}, as of {found.as_of}"]
    for kpi in found.kpis:
        ratio = NOT_AVAILABLE if kpi.ratio is None else percent(kpi.ratio)
        lines.append(f"{kpi.status.replace('_', ' ')}  {kpi.name} ({ratio})  {kpi.reason}")
    return "\n".join(lines)
