"""Figures the user added, beside the published ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kpi_core.catalog.loader import Catalog
from kpi_core.models.benchmark import Benchmark
from kpi_core.models.framework import OWN_PREFIX


def is_own(benchmark_id: str | None) -> bool:
    """Whether the id is that of a figure the user added."""
    return (benchmark_id or "").startswith(OWN_PREFIX)


def with_own(catalog: Catalog, figures: Iterable[Benchmark]) -> Catalog:
    """`catalog` with these as the only figures the user added."""
    published = (figure for figure in catalog.benchmarks if not is_own(figure.id))
    return replace(catalog, benchmarks=(*published, *figures))
