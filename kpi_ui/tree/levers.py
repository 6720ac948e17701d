"""The levers: sliders that change the scenario while they move."""

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
from kpi_ui.tree.work import Work

_SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "K"), (1.0, ""))
Change = Callable[[Scenario, float], Scenario]
_ROUNDINGS = {"whole": "Whole units", "exact": "Exact"}
STEPS_PER_LEVER = 100


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


def _slider(label: str, name: str, value: float, scale: Range, apply: Change) -> None:
    key = state.bind(f"lever.{name}", scale.shown(value))

    def save() -> None:
        moved = state.widget_value(key)
        if moved is not None:
            value = float(f"{moved * scale.unit:.10g}")
            scenarios.change(lambda now: apply(now, value))

    st.slider(
        label, scale.low, scale.high, step=scale.step, format=scale.format, key=key, on_change=save
    )


def render(work: Work) -> None:
    """Target and deal size, then each rate of the lane from the last to the first, then rounding."""
    scenario, base = work.scenario, work.base
    _heading(work)
    target = money_range(base.revenue_target, scenario.revenue_target, work.currency)
    _slider(
        "Revenue target",
        "revenue_target",
        scenario.revenue_target,
        target,
        lambda now, value: with_values(now, revenue_target=value),
    )
    if work.shows_total:
        st.caption("Choose a lane above to move its deal size and rates.")
    else:
        _lane_levers(work)
    _rounding(work)


def _heading(work: Work) -> None:
    """Here and not in the toolbar, which stays as it is while levers move."""
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header("Levers", anchor=False)
            _reset(work)
        st.caption("Changed, not saved" if work.changed else "Move one: the tree answers.")


def _reset(work: Work) -> None:
    st.button(
        "Reset",
        key="tree.reset",
        type="tertiary",
        icon=":material/restart_alt:",
        disabled=not work.changed,
        on_click=lambda: header.show(work.started_from),
        help="Undo brings the levers back.",
    )


def _lane_levers(work: Work) -> None:
    lane = work.lane
    usual = next((x for x in work.base.lanes if x.id == lane.id), work.base.lanes[0])
    deal = money_range(usual.average_deal_size, lane.average_deal_size, work.currency)
    _slider(
        "Average deal size",
        f"{lane.id}.deal",
        lane.average_deal_size,
        deal,
        lambda now, value: with_lane(now, lane.id, average_deal_size=value),
    )
    before = {rate.metric_id: rate.value for rate in usual.rates}
    for position in reversed(range(len(lane.rates))):
        rate = lane.rates[position]
        scale = rate_range(before.get(rate.metric_id, rate.value), rate.value)

        def apply(now: Scenario, value: float, position: int = position) -> Scenario:
            return with_rate(now, lane.id, position, value=min(value, 1.0))

        _slider(inputs.md(rate.name), f"{lane.id}.{rate.metric_id}", rate.value, scale, apply)


def _rounding(work: Work) -> None:
    key = state.bind("lever.rounding", work.scenario.rounding)

    def save() -> None:
        rounding = state.widget_value(key)
        scenarios.change(lambda now: with_values(now, rounding=rounding))

    st.segmented_control(
        "Rounding",
        list(_ROUNDINGS),
        format_func=lambda x: _ROUNDINGS[x],
        key=key,
        on_change=save,
        required=True,
        width="stretch",
    )
