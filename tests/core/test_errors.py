"""Exceptions for us."""

from __future__ import annotations

import pytest

from kpi_core.errors import CatalogError, KpiError, UnknownIdError, unknown_id


def test_unknown_id_names_near_matches() -> None:
    error = unknown_id("metric", "win_rat", ["win_rate", "churn_rate", "mql_count"])
    assert str(error).startswith("unknown metric 'win_rat'; did you mean win_rate")


def test_unknown_id_without_near_match() -> None:
    assert str(unknown_id("metric", "xyz", ["win_rate"])) == "unknown metric 'xyz'"


@pytest.mark.parametrize("kind", [CatalogError, UnknownIdError])
def test_all_share_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, KpiError)
