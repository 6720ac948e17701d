"""Figures read from accepted actuals, kept between reruns."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from kpi_core.actuals.figures import Figures
from kpi_core.actuals.keep import Actuals, current
from kpi_core.actuals.measures import Aggregated
from kpi_core.dashboards.view import open_figures, usual_day
from kpi_core.models.framework import MeasurementFramework
from kpi_ui import derived


class _Same:
    """Actuals as a key: the same object, not merely equal tables."""

    def __init__(self, held: Actuals) -> None:
        self.held = held

    def __hash__(self) -> int:
        return id(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.held is self.held


def aggregated(actuals: Actuals) -> Aggregated:
    """The rows that count, the newest import first in line."""
    return _aggregated(_Same(actuals))


def figures(
    actuals: Actuals, framework: MeasurementFramework, as_of: date | None = None
) -> Figures:
    """What a framework's metrics were, by the accepted actuals, as of a day of the data.

    Without a day, or for one that the data no longer holds, as of the usual one.
    """
    key, text = _Same(actuals), framework.model_dump_json()
    found = _figures(key, text, None)
    first, last = found.first_day or found.as_of, found.last_day or found.as_of
    day = as_of if as_of and first <= as_of <= last else usual_day(found, framework)
    return found if day == found.as_of else _figures(key, text, day)


@lru_cache(maxsize=16)
def _aggregated(key: _Same) -> Aggregated:
    return current(key.held)


@lru_cache(maxsize=16)
def _figures(key: _Same, framework_text: str, as_of: date | None) -> Figures:
    return open_figures(_aggregated(key).facts, derived.framework(framework_text), as_of)
