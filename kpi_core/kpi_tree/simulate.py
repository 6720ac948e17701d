"""The chance of hitting the number: the year drawn many times over, with all that is uncertain in it.

What varies, and how, is told in `draws`. The multiplier scales the first-step volumes of the first 25,000
draws, keeping their rates, deal sizes and luck (one normal score per draw and lane, so that more volume
never brings fewer deals), and bisects to a relative 0.0001. Luck evens out with volume: twice the units
spread by the root of two. Without noise revenue scales with volume and all draws are used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kpi_core.kpi_tree.draws import (
    CHANCE,
    Array,
    Drawn,
    Funnel,
    chunks,
    deals_at,
    read_funnels,
    revenue_by_factor,
    stream,
)
from kpi_core.models.tree import Scenario

MOST_DRAWS = 1_000_000
CHUNK = 25_000
"""Draws made at a time. The tornado's percentiles and the multiplier rest on the first chunk; nothing
else depends on it."""
MOST_MULTIPLIER = 100.0
MOST_BINS = 40
SAME = 1e-9
"""Relative difference below which revenue and target count as equal."""
_SCORE_90 = 1.2815515655446004
"""90th percentile of the standard normal distribution."""


class SimulationCancelled(Exception):
    """The caller's `on_progress` returned False."""


@dataclass(frozen=True)
class Driver:
    """Total revenue with one driver at its 10th (`low`) and 90th percentile, all others at their medians.

    `id` is the rate's metric id, `average_deal_size`, `volume` (of the first step), or `chance`: the luck
    of single units.
    """

    lane_id: str
    id: str
    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Histogram:
    """How often revenue fell between one edge (included) and the next: one count fewer than edges.

    At most 40 bins that span the middle 99.8% of the draws. Their width is 1, 2 or 5 times a power of
    ten, in money, or in deals where every deal of the scenario has the same size.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Simulation:
    """What the draws say. Money in the framework's currency, per fiscal year."""

    draws: int
    seed: int
    target: float
    """Revenue marketing must bring."""
    confidence: float
    """Asked for, for the multiplier."""
    probability: float
    """Share of draws that reach the target, in [0, 1]; 1 when the target is 0."""
    p10: float
    p50: float
    p90: float
    mean: float
    histogram: Histogram
    tornado: tuple[Driver, ...]
    """Where the spread comes from, widest first; drivers without spread are left out."""
    middle: float
    """Total revenue with every driver at its median, where the bars of the tornado begin."""
    multiplier: float | None
    """Smallest factor on all first-step volumes that reaches the target with `confidence`: 1 when it
    is reached so already, `None` when a hundredfold volume would not do."""


def simulate(
    scenario: Scenario,
    draws: int = 10_000,
    seed: int | None = None,
    confidence: float = 0.8,
    on_progress: Callable[[float], bool] | None = None,
    noise: bool = True,
) -> Simulation:
    """The year's revenue over all lanes, drawn `draws` times (1 to 1,000,000).

    `seed` (the scenario's when `None`) and the ids make one stream per driver: same seed, same draws,
    and a driver added leaves the others' draws alone. `noise=False` leaves the luck of single units
    out; without spread every draw then is the plan exactly. `on_progress` gets the share done after
    each 25,000 draws; returning False stops.

    Raises `ValueError` for draws, seed or confidence out of range, `SimulationCancelled` when stopped.
    """
    seed = scenario.seed if seed is None else seed
    if not (1 <= draws <= MOST_DRAWS and seed >= 0 and 0 < confidence < 1):
        raise ValueError("needs 1 to 1,000,000 draws, a seed from 0, and 0 < confidence < 1")
    funnels = read_funnels(scenario)
    ranked, first = _run(funnels, draws, seed, noise, on_progress)
    ranked.sort()
    target = scenario.marketing_revenue
    missed = int(np.searchsorted(ranked, target * (1 - SAME)))
    share = (draws - missed) / draws
    factor: float | None = 1.0
    if share < confidence and noise:
        factor = _bisected(funnels, first, target, confidence, seed)
    elif share < confidence:
        factor = _scaled(ranked, target, confidence)
    bins = _histogram(ranked, _one_deal_size(funnels) if noise else None)
    tornado, middle = _tornado(funnels, first, noise)
    summary = (share, *_percentiles(ranked), _mean(ranked), bins, tornado, middle)
    return Simulation(draws, seed, target, confidence, *summary, factor)


def _run(
    funnels: Sequence[Funnel],
    draws: int,
    seed: int,
    noise: bool,
    on_progress: Callable[[float], bool] | None,
) -> tuple[Array, list[Drawn]]:
    """Total revenue of every draw, and the first chunk lane by lane."""
    lanes = [chunks(funnel, seed, noise) for funnel in funnels]
    revenue = np.zeros(draws)
    first: list[Drawn] = []
    for start in range(0, draws, CHUNK):
        end = min(start + CHUNK, draws)
        drawn = [draw(end - start) for draw in lanes]
        for lane in drawn:
            revenue[start:end] += lane.revenue
        first = first or drawn
        if on_progress is not None and on_progress(end / draws) is False:
            raise SimulationCancelled(f"stopped after {end:,} of {draws:,} draws")
    return revenue, first


def _percentiles(values: Array) -> tuple[float, float, float]:
    p10, p50, p90 = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
    return p10, p50, p90


def _mean(ranked: Array) -> float:
    """Around the smallest, so that equal draws have exactly their value as mean."""
    return float(ranked[0] + (ranked - ranked[0]).mean())


def _one_deal_size(funnels: Sequence[Funnel]) -> float | None:
    sizes = {funnel.deal for funnel in funnels}
    return sizes.pop() if len(sizes) == 1 else None


def _scaled(ranked: Array, target: float, confidence: float) -> float | None:
    """Factor that lifts enough of the ranked draws to the target."""
    enough = math.ceil(confidence * len(ranked) * (1 - SAME))
    weakest = float(ranked[len(ranked) - enough])
    return max(target / weakest, 1.0) if weakest * MOST_MULTIPLIER >= target else None


def _bisected(
    funnels: Sequence[Funnel],
    first: Sequence[Drawn],
    target: float,
    confidence: float,
    seed: int,
) -> float | None:
    size = len(first[0].revenue)
    scores = [stream(seed, f.lane_id, CHANCE, "scores").standard_normal(size) for f in funnels]

    lanes = [revenue_by_factor(drawn, score) for drawn, score in zip(first, scores, strict=True)]

    def reaches(factor: float) -> bool:
        revenue = sum((lane(factor) for lane in lanes[1:]), start=lanes[0](factor))
        return int(np.count_nonzero(revenue >= target * (1 - SAME))) / size >= confidence

    low = high = 1.0
    while not reaches(high):
        if high >= MOST_MULTIPLIER:
            return None
        low, high = high, min(high * 2, MOST_MULTIPLIER)
    while high - low > 1e-4 * low:
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _tornado(
    funnels: Sequence[Funnel], first: Sequence[Drawn], noise: bool
) -> tuple[tuple[Driver, ...], float]:
    """The bars, and total revenue with all drivers at their medians."""
    points = [drawn.tenths for drawn in first]
    medians = [
        math.prod((at[1] for at in lane), start=funnel.fixed)
        for funnel, lane in zip(funnels, points, strict=True)
    ]
    found = []
    for position, funnel in enumerate(funnels):
        others = sum(medians[:position]) + sum(medians[position + 1 :])
        found += _spread_drivers(funnel, points[position], others)
        if noise:
            found.append(_luck_driver(funnel, points[position], others))
    wide = [driver for driver in found if driver.high != driver.low]
    ranked = sorted(wide, key=lambda driver: -abs(driver.high - driver.low))
    return tuple(ranked), float(sum(medians))


def _spread_drivers(
    funnel: Funnel, points: Sequence[Sequence[float]], others: float
) -> list[Driver]:
    drivers = []
    for position, spread in enumerate(funnel.spreads):
        rest = [at[1] for other, at in enumerate(points) if other != position]
        money = math.prod(rest, start=funnel.fixed)
        low, _, high = points[position]
        drivers.append(
            Driver(
                funnel.lane_id, spread.id, spread.name, others + money * low, others + money * high
            )
        )
    return drivers


def _luck_driver(funnel: Funnel, points: Sequence[Sequence[float]], others: float) -> Driver:
    rates = [at[1] for at in points[: len(funnel.rates)]]
    chance = np.minimum([math.prod(rates, start=funnel.chance)], 1)
    deal = points[-1][1] if funnel.deal is None else funnel.deal
    volume = points[len(rates)][1] if funnel.volume is None else funnel.volume
    low, high = (
        others + float(deals_at(volume, chance, score)[0]) * deal
        for score in (-_SCORE_90, _SCORE_90)
    )
    return Driver(funnel.lane_id, CHANCE, f"Chance in {funnel.lane_name}", low, high)


def _histogram(ranked: Array, deal: float | None) -> Histogram:
    """Bins over ranked revenue; `deal` when revenue comes in multiples of it."""
    low, high = np.quantile(ranked, (0.001, 0.999)).tolist()
    unit = deal or 1.0
    width = _round_width((high - low or high / 2) / (MOST_BINS - 2) / unit)
    width = unit * (max(width, 1.0) if deal else width)
    start, last = _bin_of(low, width), _bin_of(high, width)
    edges = np.arange(start, last + 2) * width
    counts = np.diff(np.searchsorted(ranked, edges * (1 - SAME)))
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))


def _bin_of(value: float, width: float) -> int:
    """Number of the bin from `number x width` on; a value a rounding error below an edge is on it."""
    number = math.floor(value / width)
    return number + 1 if (number + 1) * width * (1 - SAME) <= value else number


def _round_width(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `least`; 1 for 0."""
    if least <= 0:
        return 1.0
    power = math.floor(math.log10(least))
    return next(
        width for digit in (1, 2, 5, 10) for width in (float(f"{digit}e{power}"),) if width >= least
    )
