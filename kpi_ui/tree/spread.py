"""Chance in detail: what drives the spread, at a chosen confidence and number of draws."""

from __future__ import annotations

import streamlit as st

from kpi_core.formats import money
from kpi_core.kpi_tree.draws import CHANCE, volume_basis
from kpi_core.kpi_tree.edit import with_values
from kpi_core.kpi_tree.simulate import Driver, Simulation, simulate
from kpi_core.models.base import Unit
from kpi_ui import charts, components, state
from kpi_ui.tree import fields
from kpi_ui.tree.fields import Field
from kpi_ui.tree.outcome import CONFIDENCE, DRAWS, probability, simulated
from kpi_ui.tree.work import Work
from kpi_ui.turns import aside

_DRAWS = {10_000: "10,000", 100_000: "100,000", 1_000_000: "1,000,000"}
_CONFIDENCES = {0.5: "50%", 0.7: "70%", 0.8: "80%", 0.9: "90%", 0.95: "95%"}
_SHOWN = 8
_OF = {"today": " today's", "plan": " the plan's", "mixed": ""}
"""Whose volume the multiplier is of."""


def render(work: Work) -> None:
    """Settings on the right, the tornado on the left."""
    chart, side = st.columns([2.9, 1.2], gap="large")
    with side:
        draws, confidence = _settings(work)
    with chart:
        with st.container(gap=None):
            st.header("What drives the spread", anchor=False)
            st.caption(
                "Revenue when one number is at its low or high tenth, all others in the middle."
            )
        found = _run(work, draws, confidence)
        _tornado(work, found)
    with side:
        components.facts(_facts(work, found), key="spread.facts")


def _settings(work: Work) -> tuple[int, float]:
    draws_key = state.bind("spread.draws", state.view("spread_draws", DRAWS))
    confidence_key = state.bind("spread.confidence", state.view("spread_confidence", CONFIDENCE))
    with st.container(border=True):
        st.subheader("Simulation", anchor=False)
        st.selectbox(
            "Draws",
            list(_DRAWS),
            format_func=lambda n: _DRAWS[n],
            key=draws_key,
            on_change=lambda: state.set_view(spread_draws=state.widget_value(draws_key)),
        )
        st.selectbox(
            "Confidence wanted",
            list(_CONFIDENCES),
            format_func=lambda c: _CONFIDENCES[c],
            key=confidence_key,
            on_change=lambda: state.set_view(spread_confidence=state.widget_value(confidence_key)),
        )
        fields.number(
            Field(
                "seed",
                "Seed",
                work.scenario.seed,
                Unit.COUNT,
                lambda now, value: with_values(now, seed=int(value or 0)),
                help="The same seed gives the same draws.",
            ),
            work.currency,
        )
    return int(state.widget_value(draws_key)), float(state.widget_value(confidence_key))


def _run(work: Work, draws: int, confidence: float) -> Simulation:
    """The simulation, with progress and a way to stop when it is long."""
    if draws <= DRAWS:
        return simulated(work.scenario, draws, confidence)
    wanted = (work.scenario, draws, confidence)
    known = state.kept_result(wanted)
    if isinstance(known, Simulation):
        return known
    with st.empty(), st.container():
        bar = st.progress(0.0, text="Drawing")
        st.button("Stop", key="spread.stop", on_click=lambda: state.set_view(spread_draws=DRAWS))

        def advance(share: float) -> bool:
            bar.progress(share, text=f"Drawing, {share:.0%}")
            return True

        with aside():
            found = simulate(work.scenario, draws, confidence=confidence, on_progress=advance)
        state.keep_result(wanted, found)
    return found


def _tornado(work: Work, found: Simulation) -> None:
    drivers = found.tornado[:_SHOWN]
    if not drivers:
        st.markdown("Nothing spreads: enter counts behind the rates, or a range of the deal size.")
        return
    st.plotly_chart(
        charts.tornado(
            [_name(work, d) for d in drivers],
            [d.low for d in drivers],
            [d.high for d in drivers],
            found.middle,
            work.currency,
            state.theme(),
        ),
        config={"displayModeBar": False},
        key="spread.tornado",
        alt="Revenue at the low and high tenth of each driver: "
        + "; ".join(
            f"{_name(work, d)} {money(d.low, work.currency, compact=True)} to "
            f"{money(d.high, work.currency, compact=True)}"
            for d in drivers
        ),
    )


def _name(work: Work, driver: Driver) -> str:
    name = "Luck of single deals" if driver.id == CHANCE else driver.name
    if len(work.scenario.lanes) == 1:
        return name
    lane = next((x.name for x in work.scenario.lanes if x.id == driver.lane_id), "")
    return f"{name}, {lane}"


def _facts(work: Work, found: Simulation) -> list[components.Fact]:
    def text(value: float) -> str:
        return money(value, work.currency, compact=True)

    volume = (
        "not reachable"
        if found.multiplier is None
        else f"{found.multiplier:.2f}x{_OF[volume_basis(work.scenario)]}"
    )
    return [
        components.Fact(
            "Chance",
            probability(found.probability),
            f"of {text(found.target)}, {found.draws:,} draws",
        ),
        components.Fact("One in ten is below", text(found.p10)),
        components.Fact("Middle", text(found.p50)),
        components.Fact("One in ten is above", text(found.p90)),
        components.Fact(f"Volume for {found.confidence:.0%}", volume),
    ]
