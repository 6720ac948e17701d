"""Sample leads that move through the plan's funnel, each with its own dates, channel and touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import numpy as np
import pandas as pd
import pyarrow as pa

from kpi_core.actuals.canonical import Canonical
from kpi_core.actuals.measures import Aggregated
from kpi_core.kpi_tree.solve import required_volumes
from kpi_core.models.base import Segment
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.funnel import FunnelPlan

MOST_LEADS = 12_000
"""Leads drawn at most, or a few by chance more; each then stands for several."""
MOST_UNITS = 1e15
"""Units of a step a year at most: figures are read up to 1e18."""
PACE = 0.95
"""Share of the plan the sample year reaches; the year before, less."""
PACE_BEFORE = 0.84
DEAL_SPREAD = 0.35
"""Standard deviation of the logarithm of deal sizes."""
CAMPAIGNS = ("Product webinar", "Buyer guide", "Customer stories", "Benchmark report", "Free audit")
OPPORTUNITIES = "opportunities"
"""Funnel step whose units carry the pipeline."""
ACTIVATED = "activated"
HANDED_OVER = "mqls"
"""Funnel step after which sales answers."""
OTHER_STEPS = 9.0
"""Days to the next step, on average, other than from opportunity to won."""


@dataclass(frozen=True)
class SampleLeads:
    """Drawn leads, how many each stands for, and daily volumes of the step before them."""

    canonical: Canonical
    weight: int
    volumes: pd.DataFrame
    """`day`, `channel`, `value` of the funnel's first step."""


def sample_leads(
    framework: MeasurementFramework, first: date, as_of: date, rng: np.random.Generator
) -> SampleLeads:
    """Leads from `first` to `as_of`, at the plan's volumes and rates."""
    plan = framework.funnel_plan
    needed = yearly_volumes(plan)
    days = (as_of - first).days + 1
    weight = max(1, ceil(needed[1] * days / 365 / MOST_LEADS))
    channels = _channels(framework)
    shares = _shares(len(channels))
    by_day = _by_day(first, days, needed[1] / 365 / weight, as_of)
    counts = rng.poisson(np.outer(by_day, shares))
    at_day = np.repeat(np.arange(days), counts.sum(axis=1))
    channel = np.concatenate([np.repeat(np.arange(len(channels)), row) for row in counts])
    ratio = needed[0] / max(needed[1], 1e-9)
    visits = _volumes(first, rng.poisson(counts * ratio * weight), channels)
    if not len(at_day):  # a plan that needs next to nothing of marketing
        return SampleLeads(Canonical(), weight, visits)
    leads = _leads(framework, first, as_of, at_day, channel, channels, rng)
    deals = _opportunities(framework, leads)
    made = Canonical(
        leads=_arrow(leads if deals is None else leads.drop(columns="lost")),
        opportunities=None if deals is None else _arrow(deals),
        touches=_arrow(_touches(leads, rng)),
    )
    return SampleLeads(made, weight, visits)


def yearly_volumes(plan: FunnelPlan) -> list[float]:
    """A year's units of each step by the plan, from the top; at most what can be drawn."""
    return [min(step.required, MOST_UNITS) for step in required_volumes(plan)]


def _channels(framework: MeasurementFramework) -> list[str]:
    return [tab.channel for tab in framework.dashboards.channels] or ["content"]


def _shares(count: int) -> np.ndarray:
    weights = 1.0 / np.arange(1, count + 1) ** 0.6
    return np.asarray(weights / weights.sum())


def _by_day(first: date, days: int, level: float, as_of: date) -> np.ndarray:
    """Leads a day: fewer on weekends, growing from last year's pace to this year's."""
    weekday = np.array([(first + timedelta(days=int(d))).weekday() for d in range(days)])
    pace = np.linspace(PACE_BEFORE, PACE, days)
    return np.asarray(level * pace * np.where(weekday < 5, 1.26, 0.35))


def _leads(
    framework: MeasurementFramework,
    first: date,
    as_of: date,
    at_day: np.ndarray,
    channel: np.ndarray,
    channels: list[str],
    rng: np.random.Generator,
) -> pd.DataFrame:
    plan, count = framework.funnel_plan, len(at_day)
    start, end = pd.Timestamp(first), pd.Timestamp(as_of) + pd.Timedelta(hours=23)
    entered = start + pd.to_timedelta(
        at_day * 86_400 + rng.integers(28_800, 64_800, count), unit="s"
    )
    table: dict[str, object] = {
        "key": [f"L{n}" for n in range(count)],
        "entered": entered,
        "channel": np.array(channels, dtype=object)[channel],
        "segment": rng.choice([s.value for s in Segment], count, p=[0.3, 0.45, 0.25]),
        "campaign": rng.choice(CAMPAIGNS, count),
        "sourced_by": "marketing",
    }
    quality = 1 + 0.3 * np.sin(1.7 * np.arange(len(channels)) + 0.4)
    alive, at = np.ones(count, dtype=bool), entered
    table[f"at_{plan.steps[1].id}"] = entered
    for position in range(2, len(plan.steps)):
        rate = plan.rates[position - 1].value
        alive &= _evenly(alive * np.clip(rate * quality[channel], 0, 0.97), rng)
        last = position == len(plan.steps) - 1
        mean = _days(framework, plan.steps[position].id, last=last)
        at = at + pd.to_timedelta(rng.gamma(3.0, mean / 3.0, count) * 24, unit="h")
        table[f"at_{plan.steps[position].id}"] = pd.Series(at).where(alive & (at <= end))
    opened = pd.Series(table[f"at_{plan.steps[max(len(plan.steps) - 2, 1)].id}"])
    table["lost"] = _lost(opened, alive, framework, end, rng)
    table["amount"] = _amounts(framework, count, rng)
    if f"at_{HANDED_OVER}" in table:
        agreed = _wanted(framework, "lead_response_time") or framework.agreement.response_hours
        hours = rng.gamma(1.6, agreed / 1.3, count)
        responded = pd.Series(table[f"at_{HANDED_OVER}"]) + pd.to_timedelta(hours, unit="h")
        table["responded"] = responded.where(responded <= end)
    return pd.DataFrame(table)


def _days(framework: MeasurementFramework, step: str, *, last: bool) -> float:
    """Days to reach a step, on average."""
    if last:
        return framework.company.sales_cycle_days * 0.8
    quick = _wanted(framework, "time_to_value") if step == ACTIVATED else None
    return quick or OTHER_STEPS


def _wanted(framework: MeasurementFramework, metric_id: str) -> float | None:
    """A KPI's target; `None` when it is no KPI or has none."""
    kpis = (kpi for kpi in framework.kpis if kpi.metric_id == metric_id)
    return next((kpi.target.value for kpi in kpis if kpi.target), None)


def _evenly(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Picks by chance but evenly over time, as few deals scattered at random would look broken."""
    upto = np.cumsum(chances) + rng.random()
    return np.asarray(np.floor(upto) > np.floor(upto - chances), dtype=np.bool_)


def _opportunities(framework: MeasurementFramework, leads: pd.DataFrame) -> pd.DataFrame | None:
    """The leads that became opportunities; `None` for a funnel without that step."""
    last = framework.funnel_plan.steps[-1].id
    if f"at_{OPPORTUNITIES}" not in leads:
        return None
    mine = leads[leads[f"at_{OPPORTUNITIES}"].notna()]
    won = mine[f"at_{last}"]
    outcome = np.where(won.notna(), "won", np.where(mine["lost"].notna(), "lost", "open"))
    return pd.DataFrame(
        {
            "key": "O" + mine["key"],
            "lead_key": mine["key"],
            "created": mine[f"at_{OPPORTUNITIES}"],
            "closed": won.fillna(mine["lost"]),
            "outcome": outcome,
            "amount": mine["amount"],
            "channel": mine["channel"],
            "segment": mine["segment"],
            "campaign": mine["campaign"],
            "sourced_by": mine["sourced_by"],
        }
    )


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """The frame as a table, moments to the second."""
    seconds = {
        name: frame[name].dt.floor("s").astype("datetime64[us]")
        for name in map(str, frame)
        if pd.api.types.is_datetime64_any_dtype(frame[name])
    }
    return pa.Table.from_pandas(frame.assign(**seconds), preserve_index=False)


def _amounts(framework: MeasurementFramework, count: int, rng: np.random.Generator) -> np.ndarray:
    mean = framework.funnel_plan.average_deal_size
    return np.asarray(mean * rng.lognormal(-(DEAL_SPREAD**2) / 2, DEAL_SPREAD, count))


def _lost(
    opened: pd.Series[pd.Timestamp],
    won: np.ndarray,
    framework: MeasurementFramework,
    end: pd.Timestamp,
    rng: np.random.Generator,
) -> pd.Series[pd.Timestamp]:
    """Opportunities that are not won close as lost about a cycle later."""
    wait = rng.gamma(3.0, framework.company.sales_cycle_days * 0.27, len(opened)) * 24
    closed = opened + pd.to_timedelta(wait, unit="h")
    return closed.where(~won & closed.le(end))


def _touches(leads: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One to four touches of each lead, the first in the lead's own channel."""
    first = leads[["key", "entered", "channel", "campaign"]]
    more = first.loc[np.repeat(first.index, rng.integers(0, 4, len(first)))].copy()
    more["entered"] += pd.to_timedelta(rng.gamma(2.0, 9.0, len(more)), unit="D")
    more["channel"] = rng.permutation(more["channel"].to_numpy())
    more["campaign"] = rng.permutation(more["campaign"].to_numpy())
    both = pd.concat([first, more], ignore_index=True).rename(columns={"entered": "at"})
    return both[["key", "at", "channel", "campaign"]]


def _volumes(first: date, visits: np.ndarray, channels: list[str]) -> pd.DataFrame:
    days = pd.Timestamp(first) + pd.to_timedelta(np.arange(len(visits)), unit="D")
    frame = pd.DataFrame(visits, index=days, columns=channels)
    long = frame.stack().reset_index()
    long.columns = pd.Index(["day", "channel", "value"])
    return long


def scaled(found: Aggregated, weight: int) -> Aggregated:
    """The figures when each drawn lead stands for `weight` of them."""
    if weight == 1:
        return found
    facts, cohorts, credits = found.facts.copy(), found.cohorts.copy(), found.credits.copy()
    amounts = facts["kind"] != "observation"
    facts.loc[amounts, "value"] *= weight
    facts["n"] *= weight
    cohorts[["n", "value"]] *= weight
    credits["value"] *= weight
    return Aggregated(facts, cohorts, credits)
