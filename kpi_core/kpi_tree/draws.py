"""Draws of a scenario's lanes: what varies, a random stream for each, and the luck of single units.

What varies. Rates are the planned ones: today's in the base, others in a what-if. One with counts is as
sure as they make it: Beta(k + 1/2, n - k + 1/2) (Jeffreys) with n trials and k = n x planned rate, which is
the successes counted where the plan is today's rate. One with a low or high end is drawn from a PERT
distribution (Malcolm et al. 1959: a Beta on [low, high] with mean (low + 4 x likely + high) / 6, likely being
the planned rate), chosen over a triangle because the ends people name are rare. A missing end is the
likely value, ends the wrong way round are swapped, a likely value outside moves to the nearer end.
Other rates stay at their planned value. First-step volume is today's, else what the plan needs; it and the
mean deal size vary likewise between their ends.

Luck. Each unit passes each step on its own. Deals are then Binomial(first volume, product of the rates):
the same distribution as one binomial per step, in a single draw. A fraction of a first-step unit is a
whole unit in that share of draws. Where there can be more than 1e15 units `deals_at` with normal scores
takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.solve import exact
from kpi_core.models.tree import Lane, Scenario, TreeRate

COUNTED_UNITS = 1e15
"""Up to this many first-step units deals are drawn as binomial counts (whole numbers of 64 bits)."""
DEAL_SIZE, CHANCE, VOLUME = "average_deal_size", "chance", "volume"
"""Ids of the drivers that are no rates: mean deal size, luck of single units, first-step volume."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """A driver that varies: low + (high - low) x Beta(alpha, beta)."""

    id: str
    name: str
    low: float
    high: float
    alpha: float
    beta: float

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """The stream's next `size` values."""
        values = rng.beta(self.alpha, self.beta, size)
        values *= self.high - self.low
        values += self.low
        return values


@dataclass(frozen=True)
class Funnel:
    """A lane as the draws need it: rates without spread in one product, the others as spreads."""

    lane_id: str
    lane_name: str
    volume: float | None
    """First-step units; `None` when they vary."""
    chance: float
    """Product of the rates without spread."""
    deal: float | None
    """Deal size; `None` when it varies."""
    fixed: float
    """Volume x rates without spread x deal size without spread, rounded once."""
    rates: tuple[Spread, ...]
    volume_spread: Spread | None
    deal_spread: Spread | None

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """The rates that vary, then the volume if it does, then the deal size if it does."""
        others = (spread for spread in (self.volume_spread, self.deal_spread) if spread)
        return (*self.rates, *others)


@dataclass(frozen=True)
class Drawn:
    """One chunk of a lane. `values` belong to the funnel's spreads."""

    values: tuple[Array, ...]
    tenths: tuple[tuple[float, float, float], ...]
    """Low tenth, median and high tenth of each of the `values`; empty but in the first chunk."""
    chance: Array
    """Of a first-step unit to become a deal."""
    volume: Array | float
    deal: Array | float
    revenue: Array


def volume_basis(scenario: Scenario) -> Literal["today", "plan", "mixed"]:
    """Whether first-step volumes are today's in all lanes that count, in none (the plan's), or in some."""
    counted = [lane for lane in scenario.lanes if lane.share] or scenario.lanes
    known = [lane.steps[0].now is not None for lane in counted]
    return "today" if all(known) else "mixed" if any(known) else "plan"


def read_funnels(scenario: Scenario) -> tuple[Funnel, ...]:
    """One funnel per lane."""
    found = []
    for lane, solved in zip(scenario.lanes, solve(scenario).lanes, strict=True):
        now = lane.steps[0].now
        likely = solved.steps[0].required if now is None else now
        ends = (lane.steps[0].low, likely, lane.steps[0].high)
        found.append(_funnel(lane, _between(VOLUME, lane.steps[0].name, *ends)))
    return tuple(found)


def _funnel(lane: Lane, volume: Spread | float) -> Funnel:
    read = [_rate(rate) for rate in lane.rates]
    chance = math.prod(
        (exact(value) for value in read if isinstance(value, float)), start=Fraction(1)
    )
    ends = (lane.deal_size_low, lane.average_deal_size, lane.deal_size_high)
    deal = _between(DEAL_SIZE, "Average deal size", *ends)
    size = deal if isinstance(deal, float) else None
    return Funnel(
        lane_id=lane.id,
        lane_name=lane.name,
        volume=None if isinstance(volume, Spread) else volume,
        chance=float(chance),
        deal=size,
        fixed=float(
            (1 if isinstance(volume, Spread) else exact(volume))
            * chance
            * (1 if size is None else exact(size))
        ),
        rates=tuple(value for value in read if isinstance(value, Spread)),
        volume_spread=volume if isinstance(volume, Spread) else None,
        deal_spread=deal if isinstance(deal, Spread) else None,
    )


def _rate(rate: TreeRate) -> Spread | float:
    if rate.counts:
        tried = rate.counts.trials
        won = rate.value * tried
        return Spread(rate.metric_id, rate.name, 0, 1, won + 0.5, tried - won + 0.5)
    return _between(rate.metric_id, rate.name, rate.low, rate.value, rate.high)


def _between(
    key: str, name: str, low: float | None, likely: float, high: float | None
) -> Spread | float:
    """PERT on low, likely, high; a number when there is no room between the ends."""
    low, high = sorted((likely if low is None else low, likely if high is None else high))
    if low == high:
        return low
    tilt = (min(max(likely, low), high) - low) / (high - low)
    return Spread(key, name, low, high, 1 + 4 * tilt, 5 - 4 * tilt)


def stream(seed: int, *key: str) -> np.random.Generator:
    """The generator that belongs to `key` under `seed`, whatever other drivers there are."""
    return np.random.default_rng([seed, crc32("/".join(key).encode())])


@lru_cache(maxsize=256)
def _begun(
    seed: int, key: tuple[str, ...], spread: Spread, size: int
) -> tuple[Array, tuple[float, float, float], dict[str, Any]]:
    """A stream's first values, their tenths, and where the stream goes on.

    Kept, because moving one lever leaves the values of all other drivers as they were.
    """
    rng = stream(seed, *key)
    values = spread.draw(rng, size)
    values.setflags(write=False)
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
    return values, (low, middle, high), dict(rng.bit_generator.state)


def chunks(funnel: Funnel, seed: int, noise: bool) -> Callable[[int], Drawn]:
    """A function that draws the lane's next so many years; each driver goes on with its own stream.

    The years are the same whatever the sizes they are asked for in. Without noise revenue is the
    expected one at the drawn rates.
    """
    ids = [spread.id for spread in funnel.spreads]
    keys = [
        (funnel.lane_id, key, *["again"] * ids[:position].count(key))
        for position, key in enumerate(ids)
    ]
    streams: list[np.random.Generator] = []
    counted = _most_units(funnel) <= COUNTED_UNITS
    luck = stream(seed, funnel.lane_id, CHANCE, "deals")
    part = stream(seed, funnel.lane_id, CHANCE, "part")

    def draw(size: int) -> Drawn:
        values, tenths = _values(funnel, seed, keys, streams, size)
        rates = values[: len(funnel.rates)]
        deal = values[-1] if funnel.deal is None else funnel.deal
        volume = values[len(rates)] if funnel.volume is None else funnel.volume
        chance = np.minimum(_product(funnel.chance, rates, size), 1)
        if not noise:
            revenue = _product(funnel.fixed, values, size)
        elif counted:
            revenue = _deals(volume, chance, luck, part) * deal
        else:
            revenue = deals_at(volume, chance, luck.standard_normal(size)) * deal
        return Drawn(values, tenths, chance, volume, deal, revenue)

    return draw


def _values(
    funnel: Funnel,
    seed: int,
    keys: Sequence[tuple[str, ...]],
    streams: list[np.random.Generator],
    size: int,
) -> tuple[tuple[Array, ...], tuple[tuple[float, float, float], ...]]:
    """The drivers' next values; the first ones come with their tenths and begin the streams."""
    if streams:
        drawn = zip(funnel.spreads, streams, strict=True)
        return tuple(spread.draw(rng, size) for spread, rng in drawn), ()
    begun = [
        _begun(seed, key, spread, size) for key, spread in zip(keys, funnel.spreads, strict=True)
    ]
    for _values_of, _tenths, state in begun:
        rng = np.random.default_rng()
        rng.bit_generator.state = state
        streams.append(rng)
    return tuple(entry[0] for entry in begun), tuple(entry[1] for entry in begun)


def _most_units(funnel: Funnel) -> float:
    """The most first-step units a draw can have; it decides for all draws how deals are drawn."""
    if funnel.volume is not None:
        return funnel.volume
    return funnel.volume_spread.high if funnel.volume_spread else 0.0


def _product(start: float, values: Iterable[Array], size: int) -> Array:
    product = np.full(size, start)
    for value in values:
        product *= value
    return product


def _deals(
    volume: Array | float, chance: Array, luck: np.random.Generator, part: np.random.Generator
) -> Array:
    if isinstance(volume, float) and volume.is_integer():
        return luck.binomial(int(volume), chance).astype(np.float64)
    units = np.floor(volume + part.random(len(chance))).astype(np.int64)
    return luck.binomial(units, chance).astype(np.float64)


def deals_at(volume: Array | float, chance: Array, score: Array | float) -> Array:
    """Deals out of `volume` units at a normal score (0 for the median, 1.28 for the 90th percentile).

    The binomial quantile by Cornish and Fisher's expansion to the skewness (1938, Revue de l'Institut
    international de statistique 5, 307-320), whole and within 0 and `volume`.
    """
    mean = volume * chance
    variance = mean * (1 - chance)
    skew = np.where(variance > 0, (1 - 2 * chance) * (np.square(score) - 1) / 6, 0)
    deals = np.floor(mean + score * np.sqrt(variance) + skew + 0.5)
    return np.clip(deals, 0, np.floor(volume))


def revenue_by_factor(drawn: Drawn, score: Array) -> Callable[[float], Array]:
    """Revenue of each drawn year when its volume is multiplied by a factor above 0.

    As `deals_at`, with all that does not depend on the factor worked out once: the mean grows with
    the factor, the spread with its root.
    """
    mean = drawn.volume * drawn.chance
    spread = score * np.sqrt(mean * (1 - drawn.chance))
    varies = (mean > 0) & (drawn.chance < 1)
    skew = np.where(varies, (1 - 2 * drawn.chance) * (np.square(score) - 1) / 6, 0) + 0.5

    def revenue(factor: float) -> Array:
        deals = factor * mean
        deals += math.sqrt(factor) * spread
        deals += skew
        np.floor(deals, out=deals)
        np.maximum(deals, 0, out=deals)
        np.minimum(deals, np.floor(drawn.volume * factor), out=deals)
        deals *= drawn.deal
        return deals

    return revenue
