"""A framework in which every rhythm document is filled in, and changes made through its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kpi_core.models.framework import MeasurementFramework

Document = dict[str, Any]
Change = Callable[[MeasurementFramework, Callable[[Document], object]], MeasurementFramework]


@pytest.fixture(scope="session")
def changed() -> Change:
    """The framework with a change made to its document, validated again."""

    def change(
        framework: MeasurementFramework, edit: Callable[[Document], object]
    ) -> MeasurementFramework:
        document = framework.model_dump(mode="json")
        edit(document)
        return MeasurementFramework.model_validate_json(json.dumps(document))

    return change


@pytest.fixture(scope="session")
def kpi_of() -> Callable[[Document, str], Document]:
    """A KPI of a document by its metric."""
    return lambda document, key: next(k for k in document["kpis"] if k["metric_id"] == key)
