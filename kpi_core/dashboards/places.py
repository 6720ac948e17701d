"""Places on a scale: round ticks and shares of the longest bar."""

from __future__ import annotations

from math import floor, isfinite, log10

MOST_TICKS = 4


def nice_ticks(top: float) -> tuple[float, ...]:
    """At most four round values from 0 up to `top`; only 0 when `top` is not above it."""
    if not isfinite(top) or top <= 0:
        return (0.0,)
    size = 10.0 ** floor(log10(top / MOST_TICKS))
    fitting = (size * factor for factor in (1, 2, 2.5, 5, 10, 20))
    step = next(step for step in fitting if _count(top, step) < MOST_TICKS)
    return tuple(step * n for n in range(_count(top, step) + 1))


def _count(top: float, step: float) -> int:
    return int(top / step * (1 + 1e-12))


def share_of(value: float, top: float) -> float:
    """`value` as a part of `top`, in [0, 1]; 0 when `top` is 0."""
    return min(1.0, max(0.0, value / top)) if top > 0 else 0.0
