"""How long a unit takes to reach the next step, as shares by whole months, and what follows from it.

A `Chain` sends entries forward to their arrivals and traces required arrivals back to entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, log, log1p, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kpi_core.models.tree import Lag, Lane

Months = NDArray[np.float64]
"""One value per month, the first for month 0."""

DAYS_PER_MONTH = 30.4375
"""365.25 / 12."""

LONGEST = 60
"""Months after which everything still open is counted as arriving."""

POSSIBLE, TENTH, HALF = 0.001, 0.1, 0.5
"""Of the units entering in a month that will ever be won, the share won before the year ends."""

_NOTHING = 1e-9
"""A delay in months, a spread of the logarithm or a share too small to matter."""


def weights(lag: Lag) -> tuple[float, ...]:
    """Share of units that arrive k = 0, 1, 2 ... whole months after they entered.

    At most 61 shares, none negative, `math.fsum` of them exactly 1. Explicit weights win and are
    only scaled; when all of them are 0 they say nothing, and mean and spread count instead.

    From mean and spread: the delay is log-normal with that mean and standard deviation (never
    negative, skewed to the right as sales cycles are, and closed in form), fixed when the spread is
    0, none when the mean is 0. A unit enters at any moment of its month with equal chance, so a
    delay of d months arrives floor(d) months later with chance 1 - frac(d), else one month more.
    Because of that the mean of the shares is mean_days / 30.4375, and 45 days fixed are
    52% one month and 48% two months later. What takes longer than 60 months is counted in month 60,
    which can only shorten the mean.
    """
    explicit = _scaled(lag.weights)
    if explicit:
        return explicit
    mean = lag.mean_days / DAYS_PER_MONTH
    if mean < _NOTHING:
        return (1.0,)
    spread = sqrt(log1p((lag.spread_days / lag.mean_days) ** 2))
    if spread < _NOTHING:
        return _scaled(_by_month(lambda month: max(mean - month, 0.0)))
    return _scaled(_by_month(_log_normal_excess(mean, spread)))


def _log_normal_excess(mean: float, spread: float) -> Callable[[float], float]:
    """E[max(D - x, 0)] of a log-normal delay D with `spread` = standard deviation of ln D.

    For x > 0, with z = (ln x - mu) / spread and mu = ln mean - spread^2 / 2:
    mean x Phi(spread - z) - x Phi(-z) (the partial expectation of the log-normal distribution,
    Johnson, Kotz and Balakrishnan 1994, Continuous Univariate Distributions 1, chapter 14).
    """
    middle = log(mean) - spread * spread / 2
    share = NormalDist().cdf

    def excess(month: float) -> float:
        if month <= 0:
            return mean - month
        z = (log(month) - middle) / spread
        return mean * share(spread - z) - month * share(-z)

    return excess


def _by_month(excess: Callable[[float], float]) -> list[float]:
    """Shares by month from E[max(D - x, 0)].

    A uniform entry gives month k the weight E[max(0, 1 - |D - k|)], which is the second difference
    of that expectation at k; the shares from k on add up to its first difference.
    """
    values = [excess(float(month)) for month in range(-1, LONGEST + 1)]
    shares: list[float] = []
    for before, here, after in zip(values, values[1:], values[2:], strict=False):
        if before - here < _NOTHING:
            return shares
        shares.append(max(before - 2 * here + after, 0.0))
    return [*shares, max(values[-2] - values[-1], 0.0)]


def _scaled(shares: Sequence[float]) -> tuple[float, ...]:
    """`shares` scaled to an `fsum` of exactly 1; empty when they add up to 0."""
    largest = max(shares, default=0.0)
    if not largest > 0:
        return ()
    whole = fsum(share / largest for share in shares)
    scaled = [share / largest / whole for share in shares]
    top = scaled.index(max(scaled))
    others = scaled[:top] + scaled[top + 1 :]
    scaled[top] = fsum([1.0, *(-share for share in others)])
    return tuple(scaled)


@dataclass(frozen=True)
class LastUseful:
    """Last months, from 0, in which entering a step can still help before the year ends.

    Counted among the units that will ever be won. `None`: not even in month 0.
    """

    possible: int | None
    """At least 1 in 1,000 is won inside the year: practically the last moment."""
    tenth: int | None
    """At least a tenth is."""
    half: int | None
    """At least half is: from the next month on a unit rather serves next year."""


@dataclass(frozen=True)
class CatchUp:
    """Extra entries at one step alone that close the year's gap; all but `status` `None`: too late.

    They go into the months up to `LastUseful.half` (`tenth` when there is none), in proportion to what
    is required there anyway (evenly where nothing is).
    """

    status: Literal["not_needed", "possible", "too_late"]
    """`too_late`: fewer than a tenth of the units entering in month 0 are won in the year."""
    extra: tuple[float, ...] | None
    """Units by month of the plan."""
    total: float | None
    """Sum of `extra`."""
    wins: tuple[float, ...] | None
    """Deals by month of the plan with the extra entries."""


def arrivals(entered: Months, rate: float, shares: Sequence[float]) -> Months:
    """Units reaching the next step in each month of `entered`: next(t) = rate x sum w(k) this(t - k).

    What arrives after the last month is left out; nothing entered before the first.
    """
    reached: Months = np.convolve(entered, shares)[: len(entered)] * rate
    return reached


def arrivals_from_before(
    entered: Sequence[float], rate: float, shares: Sequence[float], months: int
) -> Months:
    """Units reaching the next step in months 0, 1 ... that entered 1, 2, 3 ... months before month 0."""
    found = np.zeros(months)
    for ago, units in enumerate(entered, start=1):
        late = np.asarray(shares[ago : ago + months]) * units * rate
        found[: len(late)] += late
    return found


def trace_back(arriving: Months, rate: float, shares: Sequence[float]) -> tuple[Months, Months]:
    """Entries that `arriving` units need: this(t) = (1 / rate) x sum over k of w(k) x next(t + k).

    Returns those that must have entered 1, 2, 3 ... months before month 0, and those of months
    0, 1, 2 ... Nothing is lost: both together are the sum of `arriving` / rate. The last
    len(shares) - 1 months leave out what would arrive after the last month of `arriving`.
    """
    all_months = np.convolve(arriving, np.asarray(shares)[::-1]) / rate
    before = len(shares) - 1
    return all_months[:before][::-1], all_months[before:]


@dataclass(frozen=True)
class Chain:
    """Rates and lags from a lane's first step to won deals; volumes are floats by month."""

    rates: tuple[float, ...]
    shares: tuple[tuple[float, ...], ...]
    """For each rate the shares that arrive 0, 1, 2 ... months later."""

    @classmethod
    def of(cls, lane: Lane) -> Chain:
        """The planned rates of `lane` and their lags."""
        rates = tuple(rate.value for rate in lane.rates)
        return cls(rates, tuple(weights(rate.lag) for rate in lane.rates))

    @property
    def longest(self) -> int:
        """Months from the first step to the deal for the slowest unit."""
        return sum(len(shares) - 1 for shares in self.shares)

    def run(
        self, first: Months, start: int = 0, opening: Sequence[Sequence[float]] = ()
    ) -> list[Months]:
        """Entries by month of step `start` and all below, when `first` enters step `start`.

        `opening` holds for each step but the last the units that entered 1, 2, 3 ... months before
        month 0. What arrives after the last month of `first` is left out.
        """
        flow = [first]
        for position in range(start, len(self.rates)):
            rate, shares = self.rates[position], self.shares[position]
            reached = arrivals(flow[-1], rate, shares)
            if opening:
                reached = reached + arrivals_from_before(
                    opening[position], rate, shares, len(first)
                )
            flow.append(reached)
        return flow

    def traced(self, deals: Months) -> tuple[list[Months], list[Months]]:
        """Entries by step that `deals` by month need, and those needed 1, 2, 3 ... months before.

        Months of the first kind end where later deals than those given would be needed: `longest`
        months earlier at the first step. The second kind counts units still on their way at the
        start of month 0 and is empty for the last step.
        """
        inside, before = [deals], [np.zeros(0)]
        for rate, shares in zip(reversed(self.rates), reversed(self.shares), strict=True):
            early, entries = trace_back(inside[-1], rate, shares)
            inside.append(entries[: len(entries) - len(shares) + 1])
            before.append(early)
        return inside[::-1], before[::-1]

    def won_by(self, position: int, months: int) -> Months:
        """Of the units entering a step that are ever won, the share won 0, 1 ... months later at most.

        `months` values.
        """
        steps: Months = np.ones(1)
        for shares in self.shares[position:]:
            steps = np.convolve(steps, shares)[:months]
        known = np.concatenate([steps, np.zeros(months - len(steps))])
        total: Months = np.minimum(np.cumsum(known), 1.0)
        return total

    def last_useful(self, position: int, months: int) -> LastUseful:
        """Last months in which entering a step still helps before the end of month `months` - 1."""
        inside = self.won_by(position, months)[::-1]

        def last(share: float) -> int | None:
            found = np.flatnonzero(inside >= share - _NOTHING)
            return int(found[-1]) if len(found) else None

        return LastUseful(last(POSSIBLE), last(TENTH), last(HALF))

    def catch_up(
        self, position: int, gap: float, months: int, required: Months, wins: Months
    ) -> CatchUp:
        """Extra entries of a step that bring `gap` more deals in the first `months` months.

        `required` are its entries planned by month, `wins` the plan's deals; nothing when gap is 0.
        """
        last = self.last_useful(position, months)
        until = last.half if last.half is not None else last.tenth
        extra = np.zeros(len(wins))
        if gap <= 0:
            return CatchUp("not_needed", values(extra), 0.0, values(wins))
        if until is None:
            return CatchUp("too_late", None, None, None)
        like = required[: until + 1]
        extra[: until + 1] = like / like.max() if like.any() else 1.0
        extra *= gap / self.run(extra, position)[-1][:months].sum()
        more = self.run(extra, position)[-1]
        return CatchUp("possible", values(extra), float(extra.sum()), values(wins + more))


def forward(
    entries: Sequence[float], rates: Sequence[float], lags: Sequence[Lag]
) -> tuple[float, ...]:
    """Deals won in each month when `entries` units enter the first step month by month.

    next(t) = rate x sum over k of w(k) x this(t - k) at every step; nothing entered before month 0,
    and what is won after the last month is left out. Raises `ValueError` unless there is one lag
    per rate and at least one month.
    """
    if len(rates) != len(lags) or not entries:
        raise ValueError("forward needs one lag per rate and at least one month")
    chain = Chain(tuple(rates), tuple(weights(lag) for lag in lags))
    return values(chain.run(np.array(entries, dtype=np.float64))[-1])


def values(months: Months) -> tuple[float, ...]:
    """The months as plain floats."""
    return tuple(months.tolist())
