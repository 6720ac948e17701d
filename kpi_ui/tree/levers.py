"""The levers: sliders that change the scenario while they move.

A moved lever draws only the answers again, not the levers: Streamlit's widgets are most of a step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from kpi_core.formats import currency_symbol
from kpi_core.kpi_tree.edit import with_lane, with_rate, with_values
from kpi_core.models.tree import Scenario
from kpi_ui import inputs, scenarios, state
from kpi_ui.tree import header
from kpi_ui.tree.work import Work, load

_SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "K"), (1.0, ""))
Change = Callable[[Scenario, float], Scenario]
_ROUNDINGS = {"whole": "Whole units", "exact": "Exact"}
STEPS_PER_LEVER = 100
ANSWERS = "tree.answers"
"""Key of the fragment with all that follows from the levers."""


@dataclass(frozen=True)
class Range:
    """A slider's scale. Values on screen are the real ones divided by `unit`."""

    low: float
    high: float
    step: float
    unit: float
    format: str

    def shown(self, value: float) -> float:
        """A real value on the slider's scale, within its ends."""
        return min(max(round(value / self.unit, 6), self.low), self.high)


def money_range(usual: float, now: float, currency: str) -> Range:
    """From near zero to three times the usual amount, in readable steps; wider for a larger value."""
    unit, letter = next((u, x) for u, x in _SCALES if usual >= u or u == 1.0)
    high = _nice(max(3 * usual, now) / unit)
    step = high / STEPS_PER_LEVER
    digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
    symbol = currency_symbol(currency).replace("%", "%%")
    return Range(step, high, step, unit, f"{symbol}%.{digits}f{letter}")


def rate_range(usual: float, now: float) -> Range:
    """From 0.1% (0.01% for small rates) to three times the usual rate, at most 100%."""
    high = min(max(_nice(max(3 * usual, now) * 100), 0.1), 100.0)
    step = 0.01 if high <= 2 else 0.1 if high <= 20 else 0.5
    return Range(step, high, step, 0.01, "%.2f%%" if step < 0.1 else "%.1f%%")


def _nice(value: float) -> float:
    """The next of 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return next(
        (n * power for n in (1, 2, 2.5, 5, 10) if n * power >= value * 0.999999), 10 * power
    )


@dataclass(frozen=True)
class Lever:
    """A slider: `value` is the real one, and `apply` puts a moved one into a scenario."""

    name: str
    label: str
    value: float
    scale: Range
    apply: Change

    @property
    def at(self) -> float:
        """Where the slider stands."""
        return self.scale.shown(self.value)


def levers(work: Work) -> list[Lever]:
    """Target and deal size, then each rate of the lane from the last to the first."""
    scenario, base = work.scenario, work.base
    scale = money_range(base.revenue_target, scenario.revenue_target, work.currency)
    target = Lever(
        "revenue_target",
        "Revenue target",
        scenario.revenue_target,
        scale,
        lambda now, value: with_values(now, revenue_target=value),
    )
    return [target] if work.shows_total else [target, *_lane_levers(work)]


def _lane_levers(work: Work) -> list[Lever]:
    lane = work.lane
    usual = next((x for x in work.base.lanes if x.id == lane.id), work.base.lanes[0])
    deal = Lever(
        f"{lane.id}.deal",
        "Average deal size",
        lane.average_deal_size,
        money_range(usual.average_deal_size, lane.average_deal_size, work.currency),
        lambda now, value: with_lane(now, lane.id, average_deal_size=value),
    )
    before = {rate.metric_id: rate.value for rate in usual.rates}

    def rate_lever(position: int) -> Lever:
        rate = lane.rates[position]
        return Lever(
            f"{lane.id}.{rate.metric_id}",
            inputs.md(rate.name),
            rate.value,
            rate_range(before.get(rate.metric_id, rate.value), rate.value),
            lambda now, value: with_rate(now, lane.id, position, value=min(value, 1.0)),
        )

    return [deal, *(rate_lever(position) for position in reversed(range(len(lane.rates))))]


@dataclass(frozen=True)
class Drawn:
    """What stands around the answers: it is drawn again only when it changes."""

    labels: tuple[str, ...]
    toolbar: header.Facts


def render(work: Work, *, answers_only: bool) -> Drawn:
    """The levers, then rounding. `answers_only` lets a moved one draw only what follows from it."""
    st.subheader("Levers", anchor=False)
    drawn = _around(work)
    for lever in levers(work):
        _slider(lever, drawn if answers_only else None)
    if work.shows_total:
        st.caption("Choose a lane above to move its deal size and rates.")
    _rounding(work, drawn if answers_only else None)
    return drawn


def _around(work: Work) -> Drawn:
    return Drawn(tuple(lever.label for lever in levers(work)), header.facts(work))


def fit(work: Work, drawn: Drawn) -> bool:
    """Whether toolbar and levers, as they are on screen, say what the scenario does."""
    return (
        drawn == _around(work)
        and all(state.field_shows(f"lever.{lever.name}", lever.at) for lever in levers(work))
        and state.field_shows("lever.rounding", work.scenario.rounding)
    )


def _redraw(drawn: Drawn | None) -> None:
    """In a lever's callback: draw the answers, if they are all that changes, else the whole page.

    The whole also where the previous step broke off and left it half drawn.
    """
    if drawn is not None and state.view("tree_whole") and drawn == _around(load()):
        st.rerun(ANSWERS)
    st.rerun()


def _slider(lever: Lever, drawn: Drawn | None) -> None:
    scale = lever.scale
    key = state.bind(f"lever.{lever.name}", lever.at)

    def save() -> None:
        moved = state.widget_value(key)
        if moved is None:
            return
        value = float(f"{moved * scale.unit:.10g}")
        scenarios.change(lambda now: lever.apply(now, value))
        _redraw(drawn)

    st.slider(
        lever.label,
        scale.low,
        scale.high,
        step=scale.step,
        format=scale.format,
        key=key,
        on_change=save,
    )


def _rounding(work: Work, drawn: Drawn | None) -> None:
    key = state.bind("lever.rounding", work.scenario.rounding)

    def save() -> None:
        rounding = state.widget_value(key)
        scenarios.change(lambda now: with_values(now, rounding=rounding))
        _redraw(drawn)

    st.segmented_control(
        "Rounding",
        list(_ROUNDINGS),
        format_func=lambda x: _ROUNDINGS[x],
        key=key,
        on_change=save,
        required=True,
        width="stretch",
    )
