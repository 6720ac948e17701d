"""Where status changes, as people set it: in whole percent, for all KPIs of a framework."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from kpi_core.models.kpi import Thresholds


def percent_of(share: float, low: int = 0, high: int = 200) -> int:
    """A share as whole percent, `low` to `high`."""
    return min(max(round(share * 100), low), high)


def with_percent(
    shown: Mapping[str, float], name: str, percent: float | None
) -> dict[str, float] | None:
    """The thresholds with `name` at `percent`; `None` where they would contradict each other."""
    if percent is None:
        return None
    try:
        changed = Thresholds.model_validate({**shown, name: percent / 100})
    except ValidationError:
        return None
    return changed.model_dump()
