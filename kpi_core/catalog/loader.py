"""The one loader of the catalog: reads every data file, checks all against all, once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from kpi_core.catalog import records as r
from kpi_core.catalog.check import check_catalog
from kpi_core.catalog.import_records import ImportCatalog
from kpi_core.catalog.instrumentation_records import InstrumentCatalog
from kpi_core.errors import CatalogError, unknown_id
from kpi_core.models.base import Motion, Stage
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.metric import Measure, MetricDefinition

DATA = Path(__file__).parent / "data"
CATALOG_VERSION = "2026.11"

M = TypeVar("M", bound=BaseModel)
_COPIED = (
    "segment", "motion", "industry", "channel", "stage", "region", "statistic", "sample",
    "definition", "source_title", "source_publisher", "confidence", "note",
)  # fmt: skip
_UNITS = {"percent": ("ratio", 0.01), "ratio": ("multiple", 1.0)}


@dataclass(frozen=True, repr=False)
class Catalog:
    """All definitions as data. Mappings keep the order of the files."""

    version: str
    metrics: Mapping[str, MetricDefinition]
    measures: Mapping[str, Measure]
    business_models: Mapping[str, r.BusinessModel]
    segments: Mapping[str, r.SegmentChoice]
    currency_magnitudes: Mapping[str, r.CurrencyMagnitude]
    maturity: Mapping[str, r.Choice]
    industries: Mapping[str, r.Industry]
    regions: Mapping[str, r.Region]
    motions: Mapping[str, r.MotionChoice]
    channels: Mapping[str, r.Channel]
    roles: Mapping[str, r.OwnerRole]
    tools: Mapping[str, r.ToolCategory]
    stages: Mapping[str, r.StageChoice]
    funnels: Mapping[str, r.FunnelTemplate]
    suggestions: tuple[r.StageSuggestion, ...]
    causes: Mapping[str, r.RateCauses]
    criteria: Mapping[str, r.Criterion]
    candidates: Mapping[str, r.CandidateRecord]
    reviews: tuple[r.ReviewRecord, ...]
    layers: Mapping[str, r.LayerRecord]
    agreements: Mapping[str, r.AgreementRecord]
    samples: Mapping[str, r.SampleCompany]
    benchmark_mappings: Mapping[str, r.BenchmarkMapping]
    conflicts: tuple[r.Conflict, ...]
    benchmarks: tuple[Benchmark, ...]
    imports: ImportCatalog
    instrumentation: InstrumentCatalog

    def metric(self, metric_id: str) -> MetricDefinition:
        """The definition of `metric_id`; raises `UnknownIdError` naming near matches."""
        if metric_id not in self.metrics:
            raise unknown_id("metric", metric_id, self.metrics)
        return self.metrics[metric_id]

    def suggestion(self, motion: Motion, stage: Stage) -> r.StageSuggestion:
        """What `motion` suggests for `stage`."""
        return next(s for s in self.suggestions if (s.motion, s.stage) == (motion, stage))


def extended(catalog: Catalog, framework: MeasurementFramework) -> Catalog:
    """`catalog` with the metrics, measures, figures and names that only `framework` knows."""
    figures = {figure.id for figure in catalog.benchmarks}
    metrics = {metric.id: metric for metric in framework.metrics}
    measures = {measure.id: measure for measure in framework.measures}
    return replace(
        catalog,
        metrics={**catalog.metrics, **_unknown_to(catalog.metrics, metrics)},
        measures={**catalog.measures, **_unknown_to(catalog.measures, measures)},
        benchmarks=(
            *catalog.benchmarks,
            *(figure for figure in framework.figures if figure.id not in figures),
        ),
    )


def _unknown_to(known: Mapping[str, M], found: Mapping[str, M]) -> dict[str, M]:
    return {key: record for key, record in found.items() if key not in known}


@cache
def load_catalog(folder: Path = DATA) -> Catalog:
    """Read and check the catalog in `folder`; raises `CatalogError` naming file, record and field."""
    general, company = folder / "general.yaml", folder / "company.yaml"
    planning = folder / "planning.yaml"
    operation = folder / "operation.yaml"
    files = sorted((folder / "metrics").glob("*.yaml"))
    metrics = _merged(files, "metrics", MetricDefinition)
    measures = _merged(files, "measures", Measure)
    mappings = _keyed(
        folder / "benchmark_metrics.yaml", "mappings", r.BenchmarkMapping, "published_as"
    )
    catalog = Catalog(
        version=CATALOG_VERSION,
        metrics=metrics,
        measures=measures,
        business_models=_keyed(company, "business_models", r.BusinessModel),
        segments=_keyed(company, "segments", r.SegmentChoice),
        currency_magnitudes=_keyed(company, "currency_magnitudes", r.CurrencyMagnitude, "currency"),
        maturity=_keyed(company, "maturity", r.Choice),
        industries=_keyed(company, "industries", r.Industry),
        regions=_keyed(company, "regions", r.Region),
        motions=_keyed(general, "motions", r.MotionChoice),
        channels=_keyed(general, "channels", r.Channel),
        roles=_keyed(general, "roles", r.OwnerRole),
        stages=_keyed(general, "stages", r.StageChoice),
        tools=_keyed(folder / "tools.yaml", "tools", r.ToolCategory),
        funnels=_keyed(planning, "funnels", r.FunnelTemplate),
        suggestions=tuple(_records(folder / "suggestions.yaml", "suggestions", r.StageSuggestion)),
        causes=_keyed(planning, "causes", r.RateCauses, "metric_id"),
        criteria=_keyed(planning, "criteria", r.Criterion),
        candidates=_keyed(planning, "candidates", r.CandidateRecord, "metric_id"),
        reviews=tuple(_records(operation, "reviews", r.ReviewRecord)),
        layers=_keyed(operation, "layers", r.LayerRecord),
        agreements=_keyed(operation, "agreements", r.AgreementRecord, "motion"),
        samples=_keyed(folder / "samples.yaml", "samples", r.SampleCompany),
        benchmark_mappings=mappings,
        conflicts=tuple(_records(folder / "conflicts.yaml", "conflicts", r.Conflict)),
        benchmarks=tuple(_benchmarks(folder / "benchmarks.csv", mappings)),
        imports=_document(folder / "imports.yaml", ImportCatalog),
        instrumentation=_document(folder / "instrumentation.yaml", InstrumentCatalog),
    )
    if problems := check_catalog(catalog):
        raise CatalogError("\n".join(f"{_file_of(line, files)}: {line}" for line in problems))
    return catalog


_FILES = {
    "suggestions": "suggestions.yaml",
    "motion": "general.yaml",
    "stage": "general.yaml",
    "segment": "company.yaml",
    "funnel": "planning.yaml",
    "causes": "planning.yaml",
    "candidate": "planning.yaml",
    "candidates": "planning.yaml",
    "layer": "operation.yaml",
    "review": "operation.yaml",
    "agreement": "operation.yaml",
    "agreements": "operation.yaml",
    "benchmark_metrics": "benchmark_metrics.yaml",
    "benchmark": "benchmarks.csv",
    "conflicts": "conflicts.yaml",
    "imports": "imports.yaml",
    "instrumentation": "instrumentation.yaml",
}


def _file_of(problem: str, metric_files: Iterable[Path]) -> str:
    """The file a problem line of `check_catalog` is about: its first word says the table."""
    table, _, rest = problem.partition(" ")
    if table != "metric":
        return _FILES[table.rstrip(":,")]
    metric_id = rest.split(",")[0]
    return next(
        file.name
        for file in metric_files
        if any(row.get("id") == metric_id for row in _yaml(file)["metrics"])
    )


@cache
def _yaml(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except yaml.YAMLError as error:
        raise CatalogError(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise CatalogError(f"{path.name}: must be a mapping of tables")
    return content


def _records(path: Path, table: str, model: type[M]) -> list[M]:
    rows = _yaml(path).get(table)
    if not isinstance(rows, list):
        raise CatalogError(f"{path.name}: table {table} is missing")
    adapter = TypeAdapter(model)
    found = []
    for position, row in enumerate(rows):
        try:
            found.append(adapter.validate_python(row))
        except ValidationError as error:
            key = row.get("id", position) if isinstance(row, dict) else position
            raise CatalogError(_explain(path, table, key, error)) from error
    return found


def _document(path: Path, model: type[M]) -> M:
    """A file that is one record as a whole."""
    try:
        return model.model_validate(_yaml(path))
    except ValidationError as error:
        raise CatalogError(_explain(path, "all", "tables", error)) from error


def _explain(path: Path, table: str, key: object, error: ValidationError) -> str:
    return "\n".join(
        f"{path.name}, {table} {key}, {'.'.join(map(str, e['loc'])) or 'record'}: {e['msg']}"
        for e in error.errors(include_url=False)
    )


def _keyed(path: Path, table: str, model: type[M], key: str = "id") -> dict[str, M]:
    return _unique(_records(path, table, model), key, path)


def _merged(files: Iterable[Path], table: str, model: type[M]) -> dict[str, M]:
    """The table of all files as one; an id may stand in one file only."""
    merged: dict[str, M] = {}
    for file in files:
        merged = _unique((*merged.values(), *_records(file, table, model)), "id", file)
    return merged


def _unique(found: Iterable[M], key: str, path: Path) -> dict[str, M]:
    keyed: dict[str, M] = {}
    for record in found:
        value = str(getattr(record, key))
        if value in keyed:
            raise CatalogError(f"{path.name}, {value}, {key}: used twice")
        keyed[value] = record
    return keyed


def _benchmarks(path: Path, mappings: Mapping[str, r.BenchmarkMapping]) -> list[Benchmark]:
    found = []
    with path.open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            mapping = mappings.get(row["metric_id"])
            if mapping is None:
                raise CatalogError(
                    f"{path.name}, line {line}, metric_id: {row['metric_id']} is not in benchmark_metrics.yaml"
                )
            try:
                found.append(_benchmark(row, mapping))
            except KeyError as error:
                raise CatalogError(f"{path.name}: column {error} is missing") from error
            except (ValidationError, ValueError) as error:
                raise CatalogError(f"{path.name}, line {line}, {row.get('id')}: {error}") from error
    return found


def _benchmark(row: dict[str, str], mapping: r.BenchmarkMapping) -> Benchmark:
    published = row["unit"]
    currency = (
        published.removeprefix("currency_").upper() if published.startswith("currency_") else None
    )
    unit, scale = ("money", 1.0) if currency else _UNITS.get(published, (published, 1.0))

    def figure(column: str) -> float | None:
        try:
            return round(float(row[column]) * scale, 12) if row[column] else None
        except ValueError as error:
            raise ValueError(f"{column}: {error}") from error

    return Benchmark.model_validate(
        {
            "id": row["id"],
            "metric_id": mapping.metric_id,
            "published_as": row["metric_id"],
            "published_name": row["metric_name"],
            "same_definition": mapping.same_definition,
            "definition_note": mapping.note,
            "unit": unit,
            "currency": currency,
            "low": figure("low"),
            "typical": figure("typical"),
            "high": figure("high"),
            **{column: row[column] for column in _COPIED},
            "source_year": row["source_year"] or None,
            "source_url": row["source_url"] or None,
        }
    )
