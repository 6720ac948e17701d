"""The three layers, by their ids."""

from __future__ import annotations

from kpi_ui.dash import channel, executive, operational
from kpi_ui.dash.work import Work

_LAYERS = {
    "executive": executive.render,
    "operational": operational.render,
    "channel": channel.render,
}


def render(work: Work) -> None:
    """Draw the layer that is looked at."""
    _LAYERS[work.layer](work)
