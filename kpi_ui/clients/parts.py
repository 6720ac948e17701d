"""What a link can show."""

from __future__ import annotations

from collections.abc import Mapping

PARTS = {"framework": "Framework", "tree": "KPI tree", "dashboards": "Dashboards"}


def parts_of(what: Mapping[str, object]) -> tuple[str, ...]:
    """The parts a link shows, in our order; parts of a later release are left out."""
    named = what.get("parts")
    chosen = named if isinstance(named, list) else []
    return tuple(part for part in PARTS if part in chosen)
