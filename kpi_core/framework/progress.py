"""How complete a framework is, shown only with its parts."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_core.framework.measurability import measurability
from kpi_core.models.framework import MeasurementFramework


@dataclass(frozen=True)
class Part:
    """One part of completeness: how many of all KPIs have it."""

    id: str
    name: str
    done: int
    total: int
    step: str
    """Wizard step that completes it."""


@dataclass(frozen=True)
class Completeness:
    """The parts, and their sum as a share in [0, 1]."""

    parts: tuple[Part, ...]

    @property
    def share(self) -> float:
        """Done over total of all parts."""
        total = sum(part.total for part in self.parts)
        return sum(part.done for part in self.parts) / total if total else 0.0

    @property
    def next_part(self) -> Part | None:
        """The part with most left to do; `None` when all is done."""
        left = [part for part in self.parts if part.done < part.total]
        return max(left, key=lambda part: part.total - part.done) if left else None


def completeness(framework: MeasurementFramework) -> Completeness:
    """Owners, targets, own history, and what the tools can measure, counted over all KPIs."""
    kpis = framework.kpis
    in_place = framework.data_infrastructure.categories
    measurable = sum(
        measurability(framework.metric(kpi.metric_id), in_place).level != "not_yet" for kpi in kpis
    )
    counts = (
        ("owner", "have an owner", sum(k.owner_role is not None for k in kpis), "owners"),
        ("target", "have a target", sum(k.target is not None for k in kpis), "targets"),
        (
            "history",
            "rest on your own history",
            sum(k.baseline is not None for k in kpis),
            "targets",
        ),
        ("measurable", "can be measured", measurable, "data"),
    )
    return Completeness(
        tuple(Part(i, name, done, len(kpis), step) for i, name, done, step in counts)
    )
