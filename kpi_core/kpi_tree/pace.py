"""How near today's pace is to what is needed, and what a yearly volume means for shorter spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Nearness = Literal["unknown", "covered", "close", "behind", "far"]
"""`close` from 95% of what is needed, `behind` from 90%, `far` below that."""
CLOSE, BEHIND = 0.95, 0.9


def covered_share(required: float, now: float | None) -> float | None:
    """Today's part of what is needed, in [0, 1]; 1 when nothing is, `None` when today is unknown."""
    if now is None:
        return None
    return min(now / required, 1.0) if required else 1.0


def nearness(required: float, now: float | None) -> Nearness:
    """How near today's pace is to what is needed."""
    if now is None:
        return "unknown"
    if now >= required:
        return "covered"
    if now >= required * CLOSE:
        return "close"
    return "behind" if now >= required * BEHIND else "far"


@dataclass(frozen=True)
class RunRate:
    """What a yearly volume means for shorter spans."""

    month: float
    week: float
    working_day: float


def run_rate(volume: float, months: int = 12) -> RunRate:
    """Required pace of `volume` over `months`: per month, week (52 a year) and working day (260)."""
    year = volume * 12 / months
    return RunRate(year / 12, year / 52, year / 260)
