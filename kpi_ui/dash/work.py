"""What the dashboards page works on: the figures, own or sample, and the look at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kpi_core.actuals.calendar import Period, before, period_of
from kpi_core.actuals.figures import Figures, Filters
from kpi_core.actuals.measures import Aggregated
from kpi_core.dashboards.sample import SampleEvents, sample_actuals, sample_events, sample_key
from kpi_core.dashboards.view import View, open_figures
from kpi_core.models.actuals import AttributionModel, Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import derived, measured, scenarios, state
from kpi_ui.turns import aside

LAYERS = {"executive": "Executive", "operational": "Operational", "channel": "Channel"}
GRAINS = {
    Grain.QUARTER: "Quarter",
    Grain.MONTH: "Month",
    Grain.WEEK: "Week",
    Grain.YEAR: "Fiscal year",
}
MODELS = {
    AttributionModel.POSITION_BASED: "Position-based, 40/20/40",
    AttributionModel.FIRST_TOUCH: "First touch",
    AttributionModel.LAST_TOUCH: "Last touch",
    AttributionModel.LINEAR: "Linear",
    AttributionModel.TIME_DECAY: "Time decay",
}
EARLIER = 8
"""Earlier periods offered."""


@dataclass(frozen=True)
class Work:
    """One run's look at the dashboards."""

    view: View
    sample: bool
    """True for sample data, which every layer says."""
    has_own: bool
    layer: str
    presenting: bool

    @property
    def framework(self) -> MeasurementFramework:
        """The framework the dashboards belong to."""
        return self.view.framework

    @property
    def currency(self) -> str:
        """ISO code of the framework's currency."""
        return self.view.framework.company.currency


@lru_cache(maxsize=8)
def _events(framework: _Keyed, as_of: date) -> SampleEvents:
    return sample_events(framework.held, as_of)


@lru_cache(maxsize=16)
def sample(framework_text: str, as_of: date) -> tuple[Aggregated, Figures]:
    """Sample data of a framework (its JSON text), and the figures read from it."""
    framework = derived.framework(framework_text)
    with aside():
        found = sample_actuals(framework, as_of, _events(_Keyed(framework), as_of))
        return found, open_figures(found.facts, framework, as_of)


class _Keyed:
    """A framework as a key, by what sample leads depend on."""

    def __init__(self, held: MeasurementFramework) -> None:
        self.held = held
        self._key = sample_key(held)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other._key == self._key


def load() -> Work:
    """The look the page's controls ask for."""
    framework = scenarios.framework()
    own = state.actuals()
    is_sample = own is None or bool(state.view("dash_sample", False))
    if own is None or is_sample:
        found, figures = sample(framework.model_dump_json(), date.today())
    else:
        found = measured.aggregated(own)
        figures = measured.figures(own, framework, _as_of())
    layer = str(state.view("dash_layer", "executive"))
    return Work(
        view=_view(framework, figures, found),
        sample=is_sample,
        has_own=own is not None,
        layer=layer if layer in LAYERS else "executive",
        presenting=bool(state.view("presenting", False)),
    )


def _view(framework: MeasurementFramework, figures: Figures, found: Aggregated) -> View:
    channel, segment = state.view("dash_channel"), state.view("dash_segment")
    filters = Filters(
        channel if channel in figures.channels else None,
        segment if segment in figures.segments else None,
    )
    known = {model.value: model for model in AttributionModel}
    model = known.get(str(state.view("dash_model")), AttributionModel.POSITION_BASED)
    period = _period(framework, figures)
    return View(framework, figures, period, filters, model, found.credits, found.cohorts)


def _as_of() -> date | None:
    """The day chosen to look at; `None` for the usual one."""
    chosen = state.view("dash_as_of")
    try:
        return date.fromisoformat(chosen) if chosen else None
    except (TypeError, ValueError):
        return None


def grain() -> Grain:
    """Length of the periods looked at."""
    known = {g.value: g for g in GRAINS}
    return known.get(str(state.view("dash_grain")), Grain.QUARTER)


def offered(framework: MeasurementFramework, figures: Figures) -> tuple[Period, ...]:
    """Periods to choose from, the running one first, none before the figures begin."""
    start = framework.company.fiscal_year_start_month
    found = [period_of(figures.as_of, grain(), start)]
    while len(found) <= EARLIER and found[-1].start > (figures.first_day or figures.as_of):
        found.append(before(found[-1], start))
    return tuple(found)


def _period(framework: MeasurementFramework, figures: Figures) -> Period:
    periods = offered(framework, figures)
    wanted = state.view("dash_period")
    return next((p for p in periods if p.start.isoformat() == wanted), periods[0])
