"""The framework as a document: blocks for the report component."""

from __future__ import annotations

from kpi_core.models.framework import MeasurementFramework
from kpi_ui.document import measures, use
from kpi_ui.document.blocks import Block


def blocks(framework: MeasurementFramework) -> list[Block]:
    """The whole document, in reading order."""
    return [
        measures.hero(framework),
        *measures.north_star(framework),
        *measures.hierarchy(framework),
        *measures.targets(framework),
        *measures.plan(framework),
        *measures.definitions(framework),
        *use.dashboards(framework),
        *use.reviews(framework),
        *use.agreement(framework),
        *use.sources(framework),
    ]
