"""The selection and its defaults."""

from __future__ import annotations

from kpi_core.framework.selection import KpiEdit, KpiSelection
from kpi_core.models.company import DataInfrastructure
from kpi_core.models.kpi import Baseline


def test_what_nobody_edited() -> None:
    selection = KpiSelection("F", "mql_count", DataInfrastructure(), (), ())
    assert selection.edit("win_rate") == KpiEdit()
    assert selection.own_value("win_rate") is None


def test_a_baseline_of_zero_is_own_history() -> None:
    selection = KpiSelection(
        "F",
        "mql_count",
        DataInfrastructure(),
        (),
        (),
        rates={"win_rate": 0.25},
        edits={"win_rate": KpiEdit(baseline=Baseline(value=0))},
    )
    assert selection.own_value("win_rate") == 0
