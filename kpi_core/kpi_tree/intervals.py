"""How sure one can be of a rate: Wilson's interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """A range of a rate, both ends in [0, 1]."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether `value` lies outside."""
        return not self.low <= value <= self.high


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson score interval of `successes` in `trials` (Wilson 1927, JASA 22, 209-212).

    Raises `ValueError` unless 0 <= successes <= trials, trials >= 1 and 0 < confidence < 1.
    """
    if not (0 <= successes <= trials and trials >= 1 and 0 < confidence < 1):
        raise ValueError("needs 0 <= successes <= trials, trials >= 1 and 0 < confidence < 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    middle = share + z * z / (2 * trials)
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else (middle - spread) / scale
    high = 1.0 if successes == trials else (middle + spread) / scale
    return Interval(low, high)
