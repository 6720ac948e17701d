"""A decomposition in one plain sentence."""

from __future__ import annotations

from kpi_core.actuals.calendar import Period
from kpi_core.actuals.decompose import Decomposition, Part
from kpi_core.formats import money
from kpi_core.models.framework import MeasurementFramework

MOST_NAMED = 3
SMALL = 0.1
"""Drivers that moved less than this part of the largest one are not named."""
MOSTLY = 0.6
"""A lane that made this part of a driver's contribution is named with it."""


def sentence(
    found: Decomposition, framework: MeasurementFramework, period: Period, against: str
) -> str:
    """`Revenue in Q2 FY2026 was $12M below plan: a lower win rate cost $15M, more leads brought $4M.`

    `against` is `plan` or the label of the other period.
    """
    currency = framework.company.currency
    gap = found.after - found.before
    head = f"Revenue in {_the(period.label)} was"
    if gap == 0:
        same = "exactly as planned" if against == "plan" else f"the same as in {_the(against)}"
        return f"{head} {same}."
    amount = money(abs(gap), currency, compact=True)
    if against == "plan":
        amount += " below plan" if gap < 0 else " above plan"
    else:
        amount += f" {'lower' if gap < 0 else 'higher'} than in {_the(against)}"
    drivers = sorted(found.by_driver(), key=lambda part: -abs(part.value))
    largest = abs(drivers[0].value)
    named = [
        part for part in drivers[:MOST_NAMED] if part.value and abs(part.value) >= SMALL * largest
    ]
    told = ", ".join(_moved(part, found, framework) for part in named)
    return f"{head} {amount}: {told}."


def _the(label: str) -> str:
    """`the first 45 days of Q2 FY2026`, `the week of 14 Sep 2026`; other labels as they are."""
    if label.startswith("first "):
        return f"the {label}"
    return f"the w{label[1:]}" if label.startswith("Week of ") else label


def _moved(part: Part, found: Decomposition, framework: MeasurementFramework) -> str:
    amount = money(abs(part.value), framework.company.currency, compact=True)
    verb = "brought" if part.value > 0 else "cost"
    return f"{_what(part)} {verb} {amount}{_mostly(part, found, framework)}"


def _what(part: Part) -> str:
    """`more leads`, `a lower win rate`, `smaller deals`."""
    up = part.value > 0
    name = in_sentence(part.name)
    if part.kind == "volume":
        return f"{'more' if up else 'fewer'} {name}"
    if part.id == "won_revenue":
        return f"{'more' if up else 'less'} {name}"
    if part.kind == "size":
        return f"{'larger' if up else 'smaller'} deals"
    return f"a {'higher' if up else 'lower'} {name}"


def in_sentence(name: str) -> str:
    """A name within a sentence: `won deals`, but `MQLs`."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _mostly(part: Part, found: Decomposition, framework: MeasurementFramework) -> str:
    """Where one lane made most of it, which one."""
    lanes = [one for one in found.parts if one.id == part.id and one.lane is not None]
    for one in lanes:
        if len(lanes) > 1 and one.value / part.value >= MOSTLY:
            return f" (mostly {framework.term('channel', one.lane)})"
    return ""
