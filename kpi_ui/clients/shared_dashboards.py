"""The dashboards of a shared framework, to read."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import streamlit as st

from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.figures import Figures, Filters
from kpi_core.actuals.keep import Actuals
from kpi_core.actuals.measures import Aggregated
from kpi_core.dashboards.sample import sample_actuals, sample_events
from kpi_core.dashboards.view import View, open_figures
from kpi_core.models.actuals import AttributionModel, Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import derived, inputs, measured
from kpi_ui.clients import look
from kpi_ui.dash import channel, executive, header, operational
from kpi_ui.dash.work import LAYERS, Work

_LAYERS = {
    "executive": executive.render,
    "operational": operational.render,
    "channel": channel.render,
}


@lru_cache(maxsize=4)
def _sample(framework_text: str, as_of: date) -> tuple[Aggregated, Figures]:
    framework = derived.framework(framework_text)
    found = sample_actuals(framework, as_of, sample_events(framework, as_of))
    return found, open_figures(found.facts, framework, as_of)


def render(framework: MeasurementFramework, own: Actuals | None) -> None:
    """One layer at a time, of the running quarter, without filters."""
    layer = look.one_of("shared.layer", "Layer", LAYERS)
    work = _work(framework, own, layer)
    question = getattr(framework.dashboards, layer).question
    st.caption(f"{inputs.md(question)} {work.view.period.label}, to date.")
    header.sample_line(work)
    _LAYERS[layer](work)


def _work(framework: MeasurementFramework, own: Actuals | None, layer: str) -> Work:
    if own is None:
        found, figures = _sample(framework.model_dump_json(), date.today())
    else:
        found, figures = measured.aggregated(own), measured.figures(own, framework)
    period = period_of(figures.as_of, Grain.QUARTER, framework.company.fiscal_year_start_month)
    model = AttributionModel.POSITION_BASED
    view = View(
        framework, figures, period, Filters(None, None), model, found.credits, found.cohorts
    )
    return Work(view, sample=own is None, has_own=own is not None, layer=layer, presenting=True)
