"""One published figure."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kpi_core.catalog.loader import Catalog
from kpi_core.models.benchmark import Benchmark


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"low": None, "typical": None, "high": None}, "at least one of low, typical and high"),
        ({"low": 0.3, "typical": 0.2, "high": None}, "must not decrease"),
        ({"low": 0.3, "typical": None, "high": 0.2}, "must not decrease"),
        ({"source_year": 1989}, "greater than or equal to 1990"),
        ({"source_url": "javascript:alert(1)"}, "pattern"),
        ({"source_url": "https://a b"}, "pattern"),
        ({"source_title": ""}, "at least 1 character"),
        ({"source_publisher": ""}, "at least 1 character"),
        ({"confidence": "certain"}, "'high', 'medium' or 'low'"),
    ],
)
def test_a_figure_that_cannot_be(catalog: Catalog, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Benchmark.model_validate({**dict(catalog.benchmarks[0]), **changes})


def test_equal_ends_are_in_order(catalog: Catalog) -> None:
    same = {**dict(catalog.benchmarks[0]), "low": 0.2, "typical": 0.2, "high": 0.2}
    assert Benchmark.model_validate(same).high == 0.2
