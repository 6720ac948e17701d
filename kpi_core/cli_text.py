"""The tree commands' results for people: small aligned tables."""

from __future__ import annotations

import calendar
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from kpi_core.cli_reports import (
    BottleneckReport,
    GoalSeekReport,
    LaneLeaks,
    LanePlan,
    PlanReport,
    ScenarioReport,
    SimulationReport,
    TreeReport,
)
from kpi_core.formats import NOT_AVAILABLE, count, money, percent
from kpi_core.kpi_tree.goal_seek import SingleLever
from kpi_core.kpi_tree.timeplan import Note

PROOF = {
    "proven": "proven",
    "not_proven": "not yet proven",
    "at_reference": "at reference",
    "unknown": "not known",
}
NOTES: dict[Note, tuple[str, str]] = {
    "serves_next_year": (
        "Units that enter late are won after the fiscal year and serve next year's target.",
        "Give next year's growth if it is not the same.",
    ),
    "even_months": (
        "The seasonality is not twelve weights, so months are even.",
        "Give twelve weights.",
    ),
    "too_late": (
        "Even of the units entering in the first month, fewer than one in ten are won in the year.",
        "Check the lags; this year's deals must come from the opening pipeline.",
    ),
    "opening_shared": (
        "Opening pipeline at a step of several lanes is divided by what each lane requires there.",
        "Name steps differently to keep it apart.",
    ),
    "opening_ignored": (
        "Some opening pipeline is at a step that no lane has, or at the last one, and is left out.",
        "Correct the step ids of the opening pipeline.",
    ),
    "no_target": ("Nothing is required of this lane.", "Give it a share, or check the target."),
}


def table(rows: Sequence[Sequence[str]], words: Iterable[int] = (0,)) -> str:
    """Rows in columns; those numbered in `words` aligned left, the others right."""
    left = set(words)
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]

    def cell(text: str, position: int) -> str:
        gap = " " * (widths[position] - _width(text))
        return text + gap if position in left else gap + text

    return "\n".join(
        "  ".join(cell(text, i) for i, text in enumerate(row)).rstrip() for row in rows
    )


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _rate(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else percent(value)


def amount(value: float | None, currency: str) -> str:
    """Money in whole units of the currency; `n/a` when unknown."""
    return NOT_AVAILABLE if value is None else money(round(value), currency)


def _units(value: float) -> str:
    return count(round(value, 1))


def _title(found: ScenarioReport) -> str:
    return f"{found.framework}, scenario {found.scenario_name}"


def tree(found: TreeReport, names: Mapping[str, str]) -> str:
    """Step, units in the year, rate to the next step."""
    rows = [["Step", "Required", "Rate to next"]]
    for step in found.steps:
        rate = "" if step.rate_to_next is None else percent(step.rate_to_next)
        rows.append([names[step.id], count(step.required), rate])
    return table(rows)


def bottleneck(found: BottleneckReport) -> str:
    """The rates of each lane, then causes and checks of the one with most money at stake."""
    parts = [_title(found)]
    for lane in found.lanes:
        parts += ["", f"{lane.name}:", _leak_table(lane, found.currency)]
    worst = [
        rate
        for lane in found.lanes
        for rate in lane.rates
        if (lane.id, rate.metric_id) == (found.bottleneck_lane, found.bottleneck)
    ]
    if not worst:
        return "\n".join([*parts, "", "No known rate is below its reference."])
    parts += ["", f"Most money at stake: {worst[0].name} ({PROOF[worst[0].proof]})"]
    parts += [f"  likely cause: {sentence}" for sentence in worst[0].causes]
    parts += [f"  check first: {sentence}" for sentence in worst[0].checks]
    return "\n".join(parts)


def _leak_table(lane: LaneLeaks, currency: str) -> str:
    rows = [["Rate", "Now", "95% interval", "Reference", "At stake", "Proof", "Reference from"]]
    for rate in lane.rates:
        between = rate.interval
        interval = f"{percent(between.low)} to {percent(between.high)}" if between else ""
        cells = [_rate(rate.now), interval, _rate(rate.reference), amount(rate.gain, currency)]
        rows.append([rate.name, *cells, PROOF[rate.proof], rate.reference_source or ""])
    return table(rows, (0, 5, 6))


def goal_seek(found: GoalSeekReport) -> str:
    """Single levers, equal effort, spend."""
    currency, effort, spend = found.currency, found.equal_effort, found.spend
    parts = [
        _title(found),
        f"Required {amount(found.revenue_required, currency)},"
        f" today's pace brings {amount(found.revenue_at_pace, currency)}.",
    ]
    if found.single_levers:
        rows = [["One number alone", "Lane", "Now", "Needed", ""]]
        rows += [
            [
                lever.name,
                lever.lane_id,
                _lever(lever, lever.now, currency),
                _lever(lever, lever.needed, currency),
                lever.reason or "possible",
            ]
            for lever in found.single_levers
        ]
        parts += ["", table(rows, (0, 1, 4))]
    rows = [["Chosen rates together", "Lane", "Now", "Needed", "Cap"]]
    rows += [
        [rate.name, rate.lane_id, percent(rate.now), percent(rate.needed), percent(rate.cap)]
        for rate in effort.rates
    ]
    parts += ["", table(rows, (0, 1))]
    if effort.effort is None:
        parts.append("Not enough, even at the caps.")
    else:
        parts.append(f"Effort: {percent(effort.effort)} of the way to the caps.")
    spent, allowed = amount(spend.required, currency), amount(spend.allowed, currency)
    return "\n".join([*parts, "", f"Spend required {spent}, allowed {allowed}."])


def _lever(lever: SingleLever, value: float | None, currency: str) -> str:
    if value is None:
        return NOT_AVAILABLE
    if lever.kind == "rate":
        return percent(value)
    return amount(value, currency) if lever.kind == "deal_size" else count(round(value))


def simulation(found: SimulationReport) -> str:
    """The chance, the range and what drives it."""
    currency = found.currency
    factor = "no volume is enough" if found.multiplier is None else f"{found.multiplier:.2f} times"
    rows = [
        ["Chance of the target", percent(found.probability)],
        ["Target", amount(found.target, currency)],
        *([label, amount(value, currency)] for label, value in _percentiles(found)),
        [f"Volume for {percent(found.confidence)}", factor],
        ["Draws", f"{found.draws:,} with seed {found.seed}"],
    ]
    parts = [_title(found), table(rows, (0, 1))]
    if found.tornado:
        drivers = [["What drives the spread", "Lane", "Revenue at P10", "at P90"]]
        drivers += [
            [
                driver.name,
                driver.lane_id,
                amount(driver.low, currency),
                amount(driver.high, currency),
            ]
            for driver in found.tornado
        ]
        parts += ["", table(drivers, (0, 1))]
    return "\n".join(parts)


def _percentiles(found: SimulationReport) -> list[tuple[str, float]]:
    return [("P10", found.p10), ("P50", found.p50), ("P90", found.p90), ("Mean", found.mean)]


def plan(found: PlanReport) -> str:
    """A table of months for each lane."""
    parts = [_title(found)]
    for lane in found.lanes:
        parts += ["", f"{lane.name}:", _months(lane, found.fiscal_year_start_month)]
        naive = lane.naive
        parts += [
            f"Won in the year: {_units(lane.wins_in_year)} of {_units(lane.deals_target)} deals,"
            f" {amount(lane.revenue_in_year, found.currency)}"
            f" of {amount(lane.revenue_target, found.currency)}.",
            f"A plan that divides within the same month would win {_units(naive.wins_in_year)}"
            f" ({_rate(naive.share_of_target)}).",
        ]
    return "\n".join(parts)


def _months(lane: LanePlan, start: int) -> str:
    names = [_month(month.index, start) for month in lane.months]
    rows = [["Month", *(step.name for step in lane.steps), "Target deals", "Wins"]]
    for month, name in zip(lane.months, names, strict=True):
        entries = [_units(step.required[month.index]) for step in lane.steps]
        rows.append([name, *entries, _units(month.deals_target), _units(month.wins)])
    lasts = [step.last_useful.tenth for step in lane.steps]
    useful = ["none" if last is None else names[last] for last in lasts]
    return table([*rows, ["Last month that helps", *useful, "", ""]])


def _month(index: int, start: int) -> str:
    """`Apr`, and `Apr +1` for the year after."""
    name = calendar.month_abbr[(start - 1 + index) % 12 + 1]
    return f"{name} +{index // 12}" if index >= 12 else name
