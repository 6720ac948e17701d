"""The fourth screen: base against what-if, moved by a few live sliders."""

from __future__ import annotations

import calendar

from kpi_core.kpi_tree.draws import volume_basis
from kpi_core.kpi_tree.story import Change, changes, quarters
from kpi_ui.components.room import (
    RoomCompare,
    RoomCompared,
    RoomLever,
    RoomLevers,
    RoomQuarter,
    RoomQuarters,
    RoomScreen,
)
from kpi_ui.room.words import (
    CHANGE_NAMES,
    big,
    change_texts,
    lever_name,
    lever_texts,
    units,
)
from kpi_ui.room.work import Work


def plan_screen(work: Work) -> RoomScreen:
    """What the what-if brings, beside the base; the sliders; the year's quarters."""
    after = work.outcomes[1]
    return RoomScreen(
        id="plan",
        name="Plan",
        question="What closes the gap?",
        answer=big(work, after.revenue),
        tone="good" if after.missing <= 0 else "",
        lead=_lead(work),
        aside=_compare(work),
        blocks=[_levers(work), _quarters(work)],
    )


def _lead(work: Work) -> list[tuple[str, bool]]:
    before, after = work.outcomes
    if work.what_if == work.base and not _known(work):
        text = (
            "from marketing, if the volume the plan needs comes. Move a slider to see what changes."
        )
        return [(text, False)]
    gain = after.revenue - before.revenue
    first = (
        ("from marketing in the base. Move a slider to see what changes. ", False)
        if work.what_if == work.base
        else (f"from marketing, {big(work, abs(gain))} {'more' if gain >= 0 else 'less'}. ", False)
    )
    target = big(work, after.required)
    if after.missing <= 0:
        return [first, ("The target of ", False), (target, True), (" is covered.", False)]
    short = big(work, after.missing)
    return [first, (f"{short} short", True), (f" of the target of {target}.", False)]


def _known(work: Work) -> bool:
    """Whether today's first volumes are known."""
    return volume_basis(work.base) == "today"


def _compare(work: Work) -> RoomCompare:
    before, after = work.chances
    found = changes(*work.outcomes, before.probability, after.probability)
    volume = "today's volume" if _known(work) else "the volume the base needs"
    name = work.what_if.name if work.what_if.id != work.base.id else "What-if"
    return RoomCompare(
        "Base", name, [_row(work, change) for change in found], f"At {volume} unless moved."
    )


def _row(work: Work, change: Change) -> RoomCompared:
    before, after, moved = change_texts(work, change)
    first = work.base.lanes[0].steps[0].name
    name = CHANGE_NAMES.get(change.id, f"{first} needed")
    if moved == "same" or change.better is None:
        return RoomCompared(name, before, after, "same")
    return RoomCompared(name, before, after, moved, "good" if change.better else "bad")


def _levers(work: Work) -> RoomLevers:
    items = [
        RoomLever(
            lever.id,
            lever_name(work, lever),
            lever.at,
            lever.grid.index(lever.base),
            lever_texts(work, lever),
        )
        for lever in work.chosen
    ]
    return RoomLevers("What if", items, work.moved)


def _quarters(work: Work) -> RoomQuarters:
    found = quarters(work.what_if, work.framework.company.fiscal_year_start_month)
    most = max(quarter.revenue for quarter in found) or 1.0
    items = [
        RoomQuarter(
            f"Q{quarter.number}",
            f"{calendar.month_abbr[quarter.first_month]} to {calendar.month_abbr[quarter.last_month]}",
            big(work, quarter.revenue),
            f"{units(quarter.deals)} {'deal' if quarter.deals == 1 else 'deals'}",
            quarter.revenue / most,
        )
        for quarter in found
    ]
    return RoomQuarters("Target by quarter", items)
