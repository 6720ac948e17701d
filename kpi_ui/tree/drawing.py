"""A solved lane as the tree's nodes, pills and callout."""

from __future__ import annotations

from collections.abc import Callable

from kpi_core.formats import count, money, percent
from kpi_core.kpi_tree.bottleneck import Leak
from kpi_core.kpi_tree.lanes import StepResult
from kpi_core.kpi_tree.pace import Nearness, covered_share, nearness, run_rate
from kpi_core.models.tree import TreeRate
from kpi_ui.components.planning import Callout, EdgeState, GapTone, TreeEdge, TreeNode
from kpi_ui.tree.work import Work

TONES: dict[Nearness, GapTone] = {
    "unknown": "muted",
    "covered": "good",
    "close": "good",
    "behind": "warn",
    "far": "bad",
}
REVENUE, DEAL = ".revenue", ".deal_size"
"""Ids that no step or rate can have."""


def nodes(work: Work) -> list[TreeNode]:
    """Revenue on top, then the steps from the won deal up to the first visit."""
    steps = list(reversed(work.lane_result.steps))
    return [_revenue(work), *(_step(work, step, position) for position, step in enumerate(steps))]


def _revenue(work: Work) -> TreeNode:
    lane, currency = work.lane_result, work.currency
    now = lane.revenue_now
    gap, tone = _gap(lane.revenue_required, now, lambda value: money(value, currency, compact=True))
    return TreeNode(
        id=REVENUE,
        label="Revenue from marketing",
        needed=money(lane.revenue_required, currency, compact=True),
        now=money(now, currency, compact=True) if now is not None else "",
        gap=gap,
        gap_tone=tone,
        fill=covered_share(lane.revenue_required, now),
        root=True,
        title=f"{money(lane.revenue_required, currency)} = (target - existing customers) "
        f"x marketing's share x the lane's share",
        aside=_revenue_aside(work),
    )


def _revenue_aside(work: Work) -> tuple[str, str]:
    lane, currency = work.lane_result, work.currency
    if lane.gap is None:
        missing = "a step, type its volume" if lane.steps[0].now is None else "a rate, type today's"
        return "Today", f"pick {missing}"
    side = "short" if lane.gap > 0 else "above"
    short = money(abs(lane.gap), currency, compact=True)
    return "Gap to the target", f"{short} {side} at today's rates"


def _step(work: Work, step: StepResult, position: int) -> TreeNode:
    gap, tone = _gap(step.required, step.now, count)
    return TreeNode(
        id=step.id,
        label=step.name,
        needed=_needed(work, step.required),
        now=_units(step.now) if step.now is not None else "",
        gap=gap,
        gap_tone=tone,
        fill=covered_share(step.required, step.now),
        title=_formula(work, position),
        aside=_step_aside(work, step, position),
    )


def _needed(work: Work, value: float) -> str:
    return count(round(value, 1)) if work.scenario.rounding == "exact" else _units(value)


def _units(value: float) -> str:
    return count(round(value, 1) if value < 100 else round(value))


def _formula(work: Work, position: int) -> str:
    if position == 0:
        return "Revenue / average deal size"
    rate = work.lane.rates[len(work.lane.rates) - position]
    below = work.lane.steps[len(work.lane.steps) - position].name
    return f"{below} / {rate.name} ({percent(rate.value)})"


def _step_aside(work: Work, step: StepResult, position: int) -> tuple[str, str] | None:
    if position == 1:
        lane = work.lane_result
        coverage = f", coverage {lane.coverage:.1f}x" if lane.coverage is not None else ""
        value = money(lane.pipeline_value, work.currency, compact=True)
        return "Pipeline value", f"{value}{coverage}"
    if position == 0:
        return None
    pace = run_rate(step.required)
    month, week, day = (_units(value) for value in (pace.month, pace.week, pace.working_day))
    return "Needed a month", f"{month}, {week} a week, {day} a workday"


def _gap(required: float, now: float | None, text: Callable[[float], str]) -> tuple[str, GapTone]:
    near = nearness(required, now)
    words = {"unknown": "", "covered": "Covered", "close": "Within 5%"}.get(near)
    if words is None:
        words = f"{text(round(required - (now or 0)))} short"
    return words, TONES[near]


def edges(work: Work) -> list[TreeEdge]:
    """The deal size, then the rates from the last one up."""
    deal = money(work.lane.average_deal_size, work.currency, compact=True)
    top = [TreeEdge(id=DEAL, name="Deal size", needed=deal, title="Average first-year deal")]
    first = work.leaks[0] if work.leaks and work.leaks[0].gain > 0 else None
    rates = [_edge(rate, position, first) for position, rate in enumerate(work.lane.rates)]
    return [*top, *reversed(rates)]


def _edge(rate: TreeRate, position: int, first: Leak | None) -> TreeEdge:
    marked: EdgeState = "normal"
    if first and first.position == position:
        marked = "proven" if first.proof == "proven" else "not_proven"
    return TreeEdge(
        id=rate.metric_id,
        name=rate.name,
        needed=percent(rate.value),
        now=percent(rate.now) if rate.now is not None else "",
        state=marked,
        title=f"Planned: {rate.source}",
    )


def callout(work: Work) -> Callout | None:
    """The box at the bottleneck; `None` when no rate is below its reference."""
    if not work.leaks or work.leaks[0].gain <= 0:
        return None
    leak = work.leaks[0]
    proven = leak.proof == "proven"
    return Callout(
        title="Bottleneck, proven" if proven else "Possible bottleneck, not yet proven",
        money=f"{money(leak.gain, work.currency, compact=True)} at stake",
        text=leak_sentence(work, leak),
        proven=proven,
    )


def leak_sentence(work: Work, leak: Leak) -> str:
    """Counts, interval and reference in one sentence."""
    if leak.now is None or leak.reference is None:
        return "Today's rate or a reference is missing."
    held = f"held against {percent(leak.reference)} ({leak.reference_source or 'your reference'})"
    counts = work.lane.rates[leak.position].counts
    if counts is None or leak.interval is None:
        return (
            f"{percent(leak.now)} {held}. Enter the counts behind it to see whether it is proven."
        )
    low, high = percent(leak.interval.low), percent(leak.interval.high)
    return f"{counts.successes:,} of {counts.trials:,}: 95% interval {low} to {high}, {held}."
