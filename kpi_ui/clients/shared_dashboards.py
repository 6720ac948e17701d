"""The dashboards of a shared framework, to read."""

from __future__ import annotations

from datetime import date

import streamlit as st

from kpi_core.actuals.calendar import period_of
from kpi_core.actuals.figures import Filters
from kpi_core.actuals.keep import Actuals
from kpi_core.dashboards.view import View
from kpi_core.models.actuals import AttributionModel, Grain
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import inputs, measured
from kpi_ui.clients import look
from kpi_ui.dash import header, layers
from kpi_ui.dash.work import LAYERS, Work, sample


def render(framework: MeasurementFramework, own: Actuals | None) -> None:
    """One layer at a time, of the running quarter, without filters."""
    layer = look.one_of("shared.layer", "Layer", LAYERS)
    work = _work(framework, own, layer)
    question = getattr(framework.dashboards, layer).question
    st.caption(f"{inputs.md(question)} {work.view.period.label}, to date.")
    header.sample_line(work)
    layers.render(work)


def _work(framework: MeasurementFramework, own: Actuals | None, layer: str) -> Work:
    if own is None:
        found, figures = sample(framework.model_dump_json(), date.today())
    else:
        found, figures = measured.aggregated(own), measured.figures(own, framework)
    period = period_of(figures.as_of, Grain.QUARTER, framework.company.fiscal_year_start_month)
    model = AttributionModel.POSITION_BASED
    view = View(
        framework, figures, period, Filters(None, None), model, found.credits, found.cohorts
    )
    return Work(view, sample=own is None, has_own=own is not None, layer=layer, presenting=True)
