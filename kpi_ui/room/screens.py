"""The first three screens: goal, gap and bottleneck, as things are today."""

from __future__ import annotations

from typing import Literal

from kpi_core.formats import percent, value_text
from kpi_core.kpi_tree.bottleneck import Leak
from kpi_core.kpi_tree.lanes import LaneResult
from kpi_core.kpi_tree.story import LaneLeak, Weakest, gap, goal, scarcest
from kpi_core.models.base import Unit
from kpi_ui.components.room import (
    RoomBar,
    RoomBars,
    RoomChain,
    RoomFact,
    RoomList,
    RoomPart,
    RoomParts,
    RoomRow,
    RoomRows,
    RoomScreen,
)
from kpi_ui.room.words import (
    PROOF,
    PROOF_TONE,
    against,
    big,
    leak_name,
    share_text,
    step_row,
    tone_of,
    units,
)
from kpi_ui.room.work import Work
from kpi_ui.tree.outcome import probability, simulated

_PARTS = {
    "marketing": "Marketing",
    "others": "Sales and others",
    "existing": "Existing customers",
}
_TONES: dict[str, Literal["ours", "existing"]] = {"marketing": "ours", "existing": "existing"}
_RUNNERS = 3
_ENTER = "Enter last values in the framework, step Targets"
_SCALE = 1.08
"""Room at the right of the longest bar."""


def goal_screen(work: Work) -> RoomScreen:
    """The number, marketing's part of it, the north star, and what it takes."""
    found = goal(work.told)
    lead = [
        ("of new revenue this fiscal year. Marketing must bring ", False),
        (big(work, found.marketing), True),
        (f", {share_text(work.told.marketing_share)} of the new business.", False),
    ]
    if found.existing < 0:
        lost = big(work, -found.existing)
        lead.append((f" It also has to replace {lost} that existing customers take away.", False))
    parts = [
        RoomPart(_PARTS[x.kind], big(work, x.value), x.share, _TONES.get(x.kind, ""))
        for x in found.parts
    ]
    return RoomScreen(
        id="goal",
        name="Goal",
        question="What do we want to reach?",
        answer=big(work, found.target),
        lead=lead,
        aside=_north_star(work),
        blocks=[
            *([RoomParts("Who brings it", parts)] if parts else []),
            *(_chain(work, lane) for lane in work.lanes if lane.revenue_required > 0),
        ],
    )


def _north_star(work: Work) -> RoomFact:
    metric_id = work.framework.north_star.metric_id
    metric = work.framework.metric(metric_id)
    kpi = next((kpi for kpi in work.framework.kpis if kpi.metric_id == metric_id), None)
    if kpi is None or kpi.target is None:
        return RoomFact("North star", "No target yet", metric.name)
    money = metric.unit is Unit.MONEY
    value = kpi.target.value
    text = big(work, value) if money else value_text(value, metric.unit, work.currency)
    return RoomFact("North star", text, metric.name)


def _chain(work: Work, lane: LaneResult) -> RoomChain:
    """From the deals back to the first step; the rates stand between."""
    items = [(units(step.required), step.name) for step in reversed(lane.steps)]
    source = next((x for x in work.told.lanes if x.id == lane.id), None)
    rates = [percent(rate.value) for rate in reversed(source.rates)] if source else []
    label = f"What it takes for marketing's {big(work, lane.revenue_required)}"
    if work.several:
        label += f", {lane.name}"
    return RoomChain(label, items, rates)


def gap_screen(work: Work) -> RoomScreen:
    """Needed against now, in money and step by step."""
    found = gap(work.result)
    if found.now is None or found.missing is None or found.covered is None:
        answer = "Not known yet"
        lead = [
            ("Marketing must bring ", False),
            (big(work, found.required), True),
            (f". {_ENTER}, and the gap shows here.", False),
        ]
    else:
        short = found.missing > 0
        side = "short" if short else "above"
        answer = f"{big(work, abs(found.missing))} {side}"
        lead = [
            ("Today's pace brings ", False),
            (big(work, found.now), True),
            (" of the ", False),
            (big(work, found.required), True),
            (f" needed: {found.covered:.0%}.", False),
        ]
    return RoomScreen(
        id="gap",
        name="Gap",
        question="How far are we from it?",
        answer=answer,
        tone=tone_of(found.required, found.now) if found.now is not None else "",
        lead=lead,
        aside=_chance(work, found.now is not None),
        blocks=_steps(work),
    )


def _chance(work: Work, known: bool) -> RoomFact:
    label = "Chance of reaching it"
    if not known:
        return RoomFact(label, "Not known", "It needs today's volume and rates.")
    found = simulated(work.as_now)
    likely = f"{big(work, found.p10)} to {big(work, found.p90)}"
    return RoomFact(
        label, probability(found.probability), f"if all goes on as now, likely {likely}"
    )


def _steps(work: Work) -> list[RoomRows]:
    found = []
    for lane in work.lanes:
        rows = [step_row(step) for step in reversed(lane.steps)]
        label = f"Needed against now, {lane.name}" if work.several else "Needed against now"
        found.append(RoomRows(label, rows))
    return found


def bottleneck_screen(work: Work) -> RoomScreen:
    """The rate with most money at stake, or why there is none."""
    found = work.weakest
    if found.first is None:
        return _no_bottleneck(work, found)
    leak = found.first.leak
    causes = work.catalog.causes.get(leak.metric_id)
    checks = list(causes.checks) if causes else ["Split the rate by source and by period."]
    runners = [one for one in found.others if one.leak.gain > 0][:_RUNNERS]
    return RoomScreen(
        id="bottleneck",
        name="Bottleneck",
        question="Where do we lose the most?",
        answer=leak_name(work, found.first),
        lead=_evidence(found.first),
        aside=RoomFact(
            "At stake a year",
            big(work, leak.gain),
            "if it reached what is typical",
            PROOF[leak.proof],
            PROOF_TONE.get(leak.proof, "muted"),
        ),
        blocks=[
            _compared(leak),
            RoomList("First checks", checks),
            *([_runners(work, runners)] if runners else []),
        ],
    )


def _evidence(found: LaneLeak) -> list[tuple[str, bool]]:
    leak, counts = found.leak, found.lane.rates[found.leak.position].counts
    if counts is None or leak.interval is None:
        return [
            (against(leak), True),
            (". Without the counts behind it nobody can say whether that is chance.", False),
        ]
    low, high = percent(leak.interval.low), percent(leak.interval.high)
    proven = leak.proof == "proven"
    end = "below what is typical." if proven else "so it may still be chance."
    return [
        (f"{counts.successes:,} of {counts.trials:,}", True),
        (f": with 95% certainty between {low} and {high}, {end}", False),
    ]


def _compared(leak: Leak) -> RoomBars:
    now, reference = leak.now or 0.0, leak.reference or 0.0
    high = leak.interval.high if leak.interval else 0.0
    whole = max(now, reference, high) * _SCALE or 1.0
    return RoomBars(
        "Against what is typical",
        [
            RoomBar(
                "Us, now",
                percent(now),
                now / whole,
                ours=True,
                low=leak.interval.low / whole if leak.interval else None,
                high=high / whole if leak.interval else None,
            ),
            RoomBar(
                "Typical",
                percent(reference),
                reference / whole,
                leak.reference_source or "Set by you",
            ),
        ],
    )


def _runners(work: Work, found: list[LaneLeak]) -> RoomBars:
    """The next rates, by money."""
    most = found[0].leak.gain
    bars = [
        RoomBar(leak_name(work, x), big(work, x.leak.gain), x.leak.gain / most, against(x.leak))
        for x in found
    ]
    return RoomBars("Next in line, money at stake", bars, place="main")


def _no_bottleneck(work: Work, found: Weakest) -> RoomScreen:
    if found.kind == "none":
        answer, step = "No weak rate", scarcest(work.lanes)
        lead = [("Every rate that can be judged is at what is typical, or above it.", False)]
        if step is not None and step.short:
            missing = f"{units(step.short)} {step.name.lower()} a year"
            lead += [(" What is missing is volume: ", False), (f"{missing}.", True)]
    else:
        answer = "Not known yet"
        text = f"No rate of our own can be held against a typical one yet. {_ENTER}."
        lead = [(text, False)]
    unknown = sum(1 for one in found.others if one.leak.proof == "unknown")
    return RoomScreen(
        id="bottleneck",
        name="Bottleneck",
        question="Where do we lose the most?",
        answer=answer,
        lead=lead,
        aside=RoomFact(
            "At stake a year", "None known", _judged(len(found.others) - unknown, unknown)
        ),
        blocks=[
            RoomRows("Our rates against typical ones", [_rate_row(work, x) for x in found.others]),
        ],
    )


def _judged(judged: int, unknown: int) -> str:
    if not unknown:
        return f"All {judged} rates were held against a published one."
    return f"{judged} of {judged + unknown} rates can be held against a published one."


def _rate_row(work: Work, found: LaneLeak) -> RoomRow:
    leak, name = found.leak, leak_name(work, found)
    typical = "nothing published"
    if leak.reference is not None:
        typical = f"typical {percent(leak.reference)}"
    now = percent(leak.now) if leak.now is not None else ""
    if leak.now is None or leak.reference is None:
        return RoomRow(name, now, typical, "Not known", "muted", None)
    fill = min(leak.now / leak.reference, 1.0)
    return RoomRow(name, now, typical, "Typical or better", "good", fill)
