"""The names in imports.yaml, against the rest of the catalog."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpi_core.catalog.check import check_catalog
from kpi_core.catalog.import_records import ImportCatalog
from kpi_core.catalog.loader import Catalog
from kpi_core.models.base import Aggregation
from kpi_core.models.metric import Direct


def spoilt(catalog: Catalog, **changes: Any) -> list[str]:
    """Problems found after changing tables of the import names."""
    imports = ImportCatalog.model_validate({**dict(catalog.imports), **changes})
    return check_catalog(replace(catalog, imports=imports))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"stages": {"dreamt": ("Dream",)}}, "imports, stages: unknown id dreamt"),
        ({"channels": {"television": ("TV",)}}, "imports, channels: unknown id television"),
        ({"metrics": {"win_rat": ("Wins",)}}, "imports, metrics: unknown id win_rat"),
        ({"levels": ("win_rate",)}, "imports, levels: unknown id win_rate"),
        (
            {"stages": {"won": ("Closed Won",), "lost": ("closed-won",)}},
            "imports, stages: closed-won means both won and lost",
        ),
        ({"stages": {"won": ("--",)}}, "imports, stages: '--' has no words"),
        (
            {"columns": ({"shape": "leads", "names": {"colour": ("Colour",)}},)},
            "imports, columns any leads: unknown field colour",
        ),
        (
            {"columns": ({"shape": "touches", "names": {"at_mqls": ("MQL",)}},)},
            "imports, columns any touches: unknown field at_mqls",
        ),
        (
            {"columns": ({"shape": "leads", "system": "sap", "names": {"key": ("Id",)}},)},
            "imports, columns sap leads: unknown system",
        ),
    ],
)
def test_a_wrong_name_is_found(catalog: Catalog, changes: dict[str, Any], problem: str) -> None:
    assert problem in spoilt(catalog, **changes)


def test_a_field_stands_once_for_a_shape(catalog: Catalog) -> None:
    fields = (*catalog.imports.fields, catalog.imports.fields[0])
    assert "imports, fields: a field stands twice for a shape" in spoilt(catalog, fields=fields)


@pytest.mark.parametrize("system", ["salesforce", "hubspot", "dynamics", "zoho", "pipedrive"])
def test_each_system_names_leads_and_opportunities(catalog: Catalog, system: str) -> None:
    shapes = {record.shape for record in catalog.imports.columns if record.system == system}
    assert {"leads", "opportunities"} <= shapes


def test_every_channel_can_be_recognised(catalog: Catalog) -> None:
    assert set(catalog.channels) <= set(catalog.imports.channels)


def test_levels_agree_with_the_metrics_read_from_them(catalog: Catalog) -> None:
    """A measure behind a metric that adds up over time cannot be a level."""
    for metric in catalog.metrics.values():
        if isinstance(metric.formula, Direct) and metric.over_time is Aggregation.SUM:
            assert metric.formula.measure not in catalog.imports.levels, metric.id
