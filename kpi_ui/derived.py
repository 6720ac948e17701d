"""What follows from saved text, kept between reruns: most of them leave draft and framework alone.

All results are frozen, so that visitors may share them.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache

from kpi_core.catalog.loader import Catalog, extended, load_catalog
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import Interpretation, interpret
from kpi_core.kpi_tree.base import base_scenario
from kpi_core.models.framework import MeasurementFramework
from kpi_core.models.tree import Scenario


@lru_cache(maxsize=32)
def framework(text: str) -> MeasurementFramework:
    """The framework a JSON text holds."""
    return MeasurementFramework.model_validate_json(text)


@lru_cache(maxsize=256)
def scenario(text: str) -> Scenario:
    """The scenario a JSON text holds."""
    return Scenario.model_validate_json(text)


@lru_cache(maxsize=32)
def catalog(text: str | None) -> Catalog:
    """The catalog, with what only the open framework (its JSON text) knows."""
    return load_catalog() if text is None else extended(load_catalog(), framework(text))


@lru_cache(maxsize=128)
def interpretation(answers: str, text: str | None) -> Interpretation:
    """What the answers (JSON text) mean beside the open framework."""
    return interpret(json.loads(answers), catalog(text))


@lru_cache(maxsize=128)
def preview(answers: str, text: str | None, today: date) -> MeasurementFramework:
    """The framework the answers stand for, defaults included."""
    current, read = framework(text) if text else None, interpretation(answers, text)
    day = current.updated_on if current else today
    return build_framework(read.profile, read.selection, catalog(text), day, previous=current)


@lru_cache(maxsize=128)
def base(answers: str, text: str | None, today: date) -> Scenario:
    """The base scenario of the framework (its JSON text), else of the one the answers stand for."""
    shown = framework(text) if text else preview(answers, text, today)
    return base_scenario(shown, catalog(text))
