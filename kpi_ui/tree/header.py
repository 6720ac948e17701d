"""Above the tree: which scenario, which lane, and saving."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from kpi_ui import inputs, panels, scenarios, state
from kpi_ui.tree import drawing, fields
from kpi_ui.tree.work import TOTAL, Work, load


@dataclass(frozen=True)
class Facts:
    """What the toolbar shows."""

    names: tuple[tuple[str, str], ...]
    """Of the scenarios to start from, by id."""
    shown: str
    """Id of the one on screen, changed or not."""
    undoable: str | None
    redoable: str | None


def facts(work: Work) -> Facts:
    """What the toolbar shows for this work."""
    presets = work.presets
    distinct = inputs.distinct([scenario.name for scenario in presets.values()])
    names = tuple(zip(presets, distinct, strict=True))
    return Facts(names, work.started_from, state.last_change(), state.next_change())


@dataclass
class Drawn:
    """The toolbar on screen, and how far the page around the levers has come."""

    facts: Facts
    told: bool
    """Whether a message stands below it, which goes with the next change."""
    whole: bool = False
    begun: bool = False


def outdated(work: Work, drawn: Drawn) -> bool:
    """Whether the toolbar has to be drawn again; never while the page is being drawn with it.

    Also when the page was broken off by a quick next change.
    """
    with_page, drawn.begun = not drawn.begun, True
    return not with_page and (drawn.told or not drawn.whole or drawn.facts != facts(work))


def toolbar(work: Work) -> Drawn:
    """Choose a scenario to start from; save or adopt the one on screen."""
    now = facts(work)
    names, shown = dict(now.names), now.shown
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = state.bind("tree.scenario", shown)

        def choose() -> None:
            show(str(state.widget_value(key)))

        st.selectbox(
            "Scenario",
            list(names),
            format_func=lambda i: names[i],
            key=key,
            on_change=choose,
            width=240,
        )
        st.space("stretch")
        _save(work)
        st.button(
            "Adopt as targets",
            key="tree.adopt",
            icon=":material/flag:",
            on_click=_adopt,
            help="Writes this scenario's rates as targets of their KPIs. Undo takes it back.",
        )
        panels.undo_button("tree.undo")
    message = state.take_view("tree_message")
    if message:
        st.success(inputs.md(message))
    return Drawn(now, bool(message))


def show(scenario_id: str) -> None:
    """Put a scenario on screen as it was saved; what was typed but could not be used goes.

    Levers that were moved and not saved come back with Undo.
    """
    work = load()  # levers have moved since the toolbar was drawn
    chosen = None if scenario_id == work.base.id else work.presets.get(scenario_id)
    label = "Reset levers" if scenario_id == work.started_from else "Change of scenario"
    state.set_scenario(chosen, label if work.changed else None)
    state.set_view(**dict.fromkeys(fields.TYPED))


def _save(work: Work) -> None:
    saved = {scenario.id for scenario in work.saved}
    with st.popover("Save", icon=":material/bookmark_add:"):
        st.text_input("Name", key="tree.name", placeholder="Win rate programme", max_chars=80)
        full = len(saved) >= scenarios.MAX_SAVED
        st.button(
            "Save as new",
            key="tree.save",
            on_click=_save_new,
            disabled=full,
            help="Three what-ifs are the most; delete one first." if full else None,
        )
        if work.scenario.id in saved:
            st.button("Save changes", key="tree.update", on_click=scenarios.update)
            st.button("Delete this scenario", key="tree.delete", on_click=scenarios.delete)


def _save_new() -> None:
    name = scenarios.save_new(str(state.widget_value("tree.name") or ""))
    state.set_view(tree_message=f"Saved as {name}. It is part of the framework file.")


def _adopt() -> None:
    written, left = scenarios.adopt()
    count = "1 target was" if written == 1 else f"{written} targets were"
    text = f"{count} written." if written else "No rate of this scenario is a KPI."
    if left:
        text += f" Not KPIs, so without a target: {', '.join(left)}."
    state.set_view(tree_message=text)


def lanes(work: Work) -> None:
    """The lane on screen, when there are several."""
    if len(work.scenario.lanes) < 2:
        return
    whole = [TOTAL] if work.total_lane else []
    ids = [*whole, *(lane.id for lane in work.scenario.lanes)]
    shown = inputs.distinct([*("Total" for _ in whole), *(x.name for x in work.scenario.lanes)])
    names = dict(zip(ids, shown, strict=True))
    key = state.bind("tree.lane", work.lane.id)
    st.segmented_control(
        "Lane",
        list(names),
        format_func=lambda i: inputs.md(names[i]),
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: state.set_view(tree_lane=state.widget_value(key)),
    )


def selected(work: Work) -> str:
    """The node or pill whose details are shown: the chosen one, else the bottleneck, else the last rate."""
    known = {
        drawing.REVENUE,
        drawing.DEAL,
        *(s.id for s in work.lane.steps),
        *(r.metric_id for r in work.lane.rates),
    }
    chosen = state.view("tree_selected")
    if chosen in known:
        return str(chosen)
    first = work.leaks[0] if work.leaks and work.leaks[0].gain > 0 else None
    return first.metric_id if first else work.lane.rates[-1].metric_id


def select(item: str) -> None:
    """Show the details of a node or pill."""
    state.set_view(tree_selected=item)
