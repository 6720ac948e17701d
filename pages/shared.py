"""A shared framework, to read; reached by a link alone."""

from __future__ import annotations

from kpi_ui.clients import shared

shared.render()
