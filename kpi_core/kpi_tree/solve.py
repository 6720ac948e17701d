"""The funnel solved backward, from revenue to the first step, and forward again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from kpi_core.models.funnel import FunnelPlan

Rounding = Literal["whole", "exact"]


@dataclass(frozen=True)
class StepVolume:
    """What one step must deliver in the year, and the rate to the next step (`None` for the last)."""

    id: str
    name: str
    metric_id: str | None
    required: float
    rate_to_next: float | None


@lru_cache(maxsize=4096)
def exact(value: float) -> Fraction:
    """The decimal a person meant: 0.7 is seven tenths, not the nearest binary number."""
    return Fraction(repr(value))


def backward(
    revenue: float, deal_size: float, rates: Sequence[float], rounding: Rounding = "whole"
) -> tuple[float, ...]:
    """Volumes from the first step to won deals that reach `revenue`.

    deals = revenue / deal size; volume above = volume below / rate. In whole mode each volume is
    rounded up before the step above is computed. Rates run from the top of the funnel down, each
    in (0, 1]. Raises `ValueError` for a rate, revenue or deal size outside its range.
    """
    if not (0 <= revenue < math.inf and 0 < deal_size < math.inf):
        raise ValueError("revenue must be 0 or more and deal size above 0, both finite")
    if not all(0 < rate <= 1 for rate in rates):
        raise ValueError("each rate must be above 0 and at most 1")
    over, under = _parts(revenue)
    deal_over, deal_under = _parts(deal_size)
    top, bottom = over * deal_under, under * deal_over
    volumes = []
    for rate in (*reversed(rates), None):
        if rounding == "whole":
            top, bottom = -(-top // bottom), 1
        volumes.append(top / bottom)
        if rate is not None:
            rate_over, rate_under = _parts(rate)
            top, bottom = top * rate_under, bottom * rate_over
    return tuple(reversed(volumes))


@lru_cache(maxsize=4096)
def _parts(value: float) -> tuple[int, int]:
    """Numerator and denominator of the decimal a person meant; integers keep every step exact."""
    return Decimal(repr(value)).as_integer_ratio()


def forward(first_volume: float, deal_size: float, rates: Sequence[float]) -> float:
    """Revenue that `first_volume` units at the top bring: the product of all rates and deal size."""
    volume = exact(first_volume)
    for rate in rates:
        volume *= exact(rate)
    return float(volume * exact(deal_size))


def required_volumes(plan: FunnelPlan) -> tuple[StepVolume, ...]:
    """Every step of `plan` with the volume marketing's part of the revenue needs in the year."""
    rates = [rate.value for rate in plan.rates]
    volumes = backward(plan.marketing_revenue, plan.average_deal_size, rates, plan.rounding)
    return tuple(
        StepVolume(step.id, step.name, step.metric_id, volume, rate)
        for step, volume, rate in zip(plan.steps, volumes, [*rates, None], strict=True)
    )


def marketing_revenue(
    revenue_target: float,
    marketing_share: float,
    start_arr: float | None,
    net_revenue_retention: float | None,
) -> tuple[float, float]:
    """Part of the target existing customers bring, and marketing's part of the new business.

    Existing part = start ARR x (NRR - 1), 0 when either is unknown; negative when customers shrink.
    Never below 0 for marketing's part.
    """
    existing = 0.0
    if start_arr is not None and net_revenue_retention is not None:
        existing = float(exact(start_arr) * (exact(net_revenue_retention) - 1))
    new_business = max(exact(revenue_target) - exact(existing), Fraction(0))
    return existing, float(new_business * exact(marketing_share))
