"""Sample data: what the dashboards would show if the year went roughly as the plan says.

Made from the framework's own plan, rates, targets and channels; the same framework gives the same
figures. It is never mixed with the user's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

import numpy as np
import pandas as pd

from kpi_core.actuals.measures import Aggregated, aggregate
from kpi_core.dashboards.sample_leads import sample_leads, scaled
from kpi_core.dashboards.sample_values import sample_rest, sample_values
from kpi_core.dashboards.view import open_figures
from kpi_core.models.framework import MeasurementFramework

DAYS = 548
"""A year and a half, so that every quarter has one a year earlier to compare with."""


@dataclass(frozen=True)
class SampleEvents:
    """Aggregated sample leads, and the daily volumes of the step before them."""

    found: Aggregated
    volumes: pd.DataFrame


def sample_key(framework: MeasurementFramework) -> str:
    """What sample leads depend on, as text: the same key gives the same leads."""
    channels = [tab.channel for tab in framework.dashboards.channels]
    hours = framework.agreement.response_hours
    company, plan = framework.company, framework.funnel_plan
    return f"{company.model_dump_json()}{plan.model_dump_json()}{channels}{hours}"


def sample_events(framework: MeasurementFramework, as_of: date, seed: int = 1) -> SampleEvents:
    """Seeded leads of the year and a half before `as_of`, aggregated; depends on `sample_key` only."""
    made = sample_leads(framework, _first(as_of), as_of, _random(framework, seed, 1))
    return SampleEvents(scaled(aggregate(made.canonical, framework), made.weight), made.volumes)


def sample_actuals(
    framework: MeasurementFramework, as_of: date, events: SampleEvents, seed: int = 1
) -> Aggregated:
    """Figures for every metric of the framework: those of `events`, and what no lead list can tell."""
    found = events.found
    covered = set(found.facts["id"])
    rng = _random(framework, seed, 2)
    values = sample_values(framework, _first(as_of), as_of, covered, events.volumes, rng)
    facts = pd.concat([found.facts, values], ignore_index=True)
    measured = open_figures(facts, framework, as_of).measured()
    rest = sample_rest(framework, _first(as_of), as_of, measured, rng)
    facts = pd.concat([facts, *rest], ignore_index=True)
    return Aggregated(facts, found.cohorts, found.credits)


def _first(as_of: date) -> date:
    return as_of - timedelta(days=DAYS)


def _random(framework: MeasurementFramework, seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([crc32(framework.company.name.encode()), seed, part])
