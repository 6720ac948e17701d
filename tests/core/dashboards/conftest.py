"""Hand-made figures for the dashboards: facts in, a look out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest

from kpi_core.actuals.calendar import period_of
from kpi_core.catalog.loader import Catalog
from kpi_core.dashboards.view import View, open_figures
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.models.actuals import Grain
from kpi_core.models.framework import MeasurementFramework

COLUMNS = ["kind", "id", "day", "grain", "channel", "segment", "value", "n"]
FIRST, AS_OF = date(2025, 1, 1), date(2026, 5, 15)
"""The data covers these days. The fiscal year of the worked example starts in April: the 15th of May is
day 45 of the 91 of Q1 FY2026/27."""
Changed = Callable[..., MeasurementFramework]
Look = Callable[..., View]


def fact(key: str, day: str, value: float, channel: str = "", **other: Any) -> dict[str, Any]:
    """A fact of one day, a flow unless `kind` says otherwise."""
    row = {"kind": "flow", "id": key, "day": day, "grain": "day", "channel": channel}
    return {**row, "segment": "", "value": value, "n": int(value), **other}


def credit(what: str, day: str, channel: str, value: float, **other: Any) -> dict[str, Any]:
    """Credit of one channel, by the position-based model unless `model` says otherwise."""
    row = {"model": "position_based", "what": what, "day": day, "channel": channel}
    return {**row, "campaign": "", "segment": "", "value": value, **other}


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    frame["day"] = frame["day"].to_numpy(dtype="datetime64[us]")
    return frame.astype({"value": "float64"})


@pytest.fixture(scope="session")
def row() -> Callable[..., dict[str, Any]]:
    return fact


@pytest.fixture(scope="session")
def given() -> Callable[..., dict[str, Any]]:
    return credit


@pytest.fixture(scope="session")
def look(worked_example: MeasurementFramework) -> Look:
    """A look at facts of the worked example; by default its running quarter on 15 May 2026."""

    def made(
        *facts: dict[str, Any],
        framework: MeasurementFramework = worked_example,
        as_of: date = AS_OF,
        grain: Grain = Grain.QUARTER,
        day: date | None = None,
        credits: Sequence[dict[str, Any]] | None = None,
        **other: Any,
    ) -> View:
        covered = [fact("leads_returned_to_nurture", str(d), 0) for d in (FIRST, as_of)]
        frame = _dated(pd.DataFrame([*facts, *covered], columns=COLUMNS))
        figures = open_figures(frame, framework, as_of)
        period = period_of(day or as_of, grain, framework.company.fiscal_year_start_month)
        touched = None if credits is None else _dated(pd.DataFrame(list(credits)))
        return View(framework, figures, period, credits=touched, **other)

    return made


@pytest.fixture(scope="session")
def changed() -> Changed:
    """A framework with parts of its JSON replaced."""

    def made(framework: MeasurementFramework, **parts: Any) -> MeasurementFramework:
        raw = framework.model_dump(mode="json")
        for name, part in parts.items():
            raw[name] = {**raw[name], **part} if isinstance(part, dict) else part
        return MeasurementFramework.model_validate(raw)

    return made


@pytest.fixture(scope="session")
def seasonal(
    worked_example: MeasurementFramework, catalog: Catalog, changed: Changed
) -> MeasurementFramework:
    """The worked example with a saved scenario: a season, and a budget of 3,650,000 a year.

    April, May and June weigh 1, 2 and 3 of 15.
    """
    scenario = base_scenario(worked_example, catalog).model_dump(mode="json")
    scenario["id"], scenario["name"], scenario["budget"] = "what_if_1", "What-if", 3_650_000
    scenario["time"] = {**scenario["time"], "seasonality": [1, 2, 3, *[1] * 9]}
    return changed(worked_example, scenarios=[scenario])
