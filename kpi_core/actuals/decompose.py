"""Why revenue changed: the change divided among volume, rates, deal size and lanes, without a rest.

Ang's additive log-mean Divisia index (Ang 2005, Energy Policy 33, 867-871; LMDI I): a lane's revenue
R is the product of its drivers x, and driver i contributes L(R1, R0) x ln(x1 / x0) with
L(a, b) = (a - b) / ln(a / b) and L(a, a) = a. Zeros are replaced by one and the same small number
and the limit is taken (Ang and Liu 2007, Energy Policy 35, 238-246): where a lane's revenue starts
or ends at 0, the drivers that are 0 there share the whole change equally and the others get nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import expm1, fsum, isfinite, log, prod
from typing import Literal

DriverKind = Literal["volume", "rate", "size"]


@dataclass(frozen=True)
class Driver:
    """One factor of a lane's revenue. `value` is 0 or more."""

    id: str
    name: str
    value: float
    kind: DriverKind = "rate"


@dataclass(frozen=True)
class Part:
    """What one driver of one lane contributed to the change, in money."""

    id: str
    name: str
    lane: str | None
    """Id of the lane; `None` when there is only one."""
    value: float
    kind: DriverKind = "rate"


@dataclass(frozen=True)
class Decomposition:
    """A change of revenue in parts: `after - before` is the sum of the parts."""

    before: float
    after: float
    parts: tuple[Part, ...]
    """Lane after lane, each with its drivers from volume to deal size."""
    sentence: str
    note: str | None = None
    """What is approximate about it; `None` when nothing is."""

    def by_driver(self) -> tuple[Part, ...]:
        """The parts with lanes added up, from volume to deal size."""
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            found.setdefault(part.id, []).append(part)
        return tuple(
            replace(same[0], lane=None, value=fsum(part.value for part in same))
            for same in found.values()
        )

    def largest_lanes(self, most: int) -> tuple[Part, ...]:
        """Lanes as parts, largest first, at most `most`; the rest as one. Empty for a single lane."""
        lanes = sorted(self.by_lane().items(), key=lambda lane: (-abs(lane[1]), lane[0]))
        shown = lanes if len(lanes) <= most else lanes[: most - 1]
        rest = [value for _, value in lanes[len(shown) :]]
        parts = [Part(lane, lane, lane, value) for lane, value in shown]
        return (*parts, *([Part("other", "Other channels", None, fsum(rest))] if rest else []))

    def by_lane(self) -> dict[str, float]:
        """What each lane contributed; empty when there is only one lane."""
        found: dict[str, list[float]] = {}
        for part in self.parts:
            if part.lane is not None:
                found.setdefault(part.lane, []).append(part.value)
        return {lane: fsum(values) for lane, values in found.items()}


def decompose(
    lanes_before: Mapping[str, Sequence[Driver]], lanes_after: Mapping[str, Sequence[Driver]]
) -> Decomposition:
    """The change from `lanes_before` to `lanes_after`; a lane's revenue is the product of its drivers.

    A lane that is on one side only counts as having had a first driver (its volume) of 0 on the
    other, with the rest as they are, so the volume takes its whole change. The sentence is left empty.
    Raises `ValueError` for values that are negative or not finite, for a lane without drivers, and
    for one whose drivers differ between the two sides.
    """
    lanes = list(dict.fromkeys((*lanes_before, *lanes_after)))
    parts: list[Part] = []
    before, after = [], []
    for lane in lanes:
        old, new = _both_sides(lane, lanes_before.get(lane), lanes_after.get(lane))
        start, end = _revenue(lane, old), _revenue(lane, new)
        before.append(start)
        after.append(end)
        values = _contributions([d.value for d in old], [d.value for d in new], start, end)
        named = lane if len(lanes) > 1 else None
        parts += [
            Part(driver.id, driver.name, named, value, driver.kind)
            for driver, value in zip(new, values, strict=True)
        ]
    return Decomposition(fsum(before), fsum(after), tuple(parts), "")


def _both_sides(
    lane: str, old: Sequence[Driver] | None, new: Sequence[Driver] | None
) -> tuple[Sequence[Driver], Sequence[Driver]]:
    known = old or new
    if not known:
        raise ValueError(f"lane {lane} has no drivers")
    absent = (replace(known[0], value=0.0), *known[1:])
    old, new = old or absent, new or absent
    if [driver.id for driver in old] != [driver.id for driver in new]:
        raise ValueError(f"lane {lane} has different drivers before and after")
    for driver in (*old, *new):
        if not (isfinite(driver.value) and driver.value >= 0):
            raise ValueError(f"{driver.name} is {driver.value:g}: it must be 0 or more, and finite")
    return old, new


def _revenue(lane: str, drivers: Sequence[Driver]) -> float:
    revenue = prod(driver.value for driver in drivers)
    if not isfinite(revenue):
        raise ValueError(f"the revenue of lane {lane} is too large to be computed")
    return revenue


def _contributions(
    old: Sequence[float], new: Sequence[float], start: float, end: float
) -> list[float]:
    """What each driver contributes to `end - start`, the products of `new` and `old`."""
    if 0 in (*old, *new):
        zeros = [x == 0 for x in (old if start == 0 else new)]
        share = (end - start) / (sum(zeros) or 1)
        return [share if zero else 0.0 for zero in zeros]
    logs = [log(x1) - log(x0) for x0, x1 in zip(old, new, strict=True)]
    total = fsum(logs)
    if total == 0:
        mean = end
    elif total > 0:  # from the larger end, so that nothing overflows and nothing cancels
        mean = end * -expm1(-total) / total
    else:
        mean = start * -expm1(total) / -total
    values = [mean * change for change in logs]
    largest = max(range(len(values)), key=lambda i: abs(values[i]))
    values[largest] += (end - start) - fsum(values)  # the last bits floats leave over
    return values
