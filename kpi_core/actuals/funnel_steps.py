"""Which funnel steps a row can reach, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_core.catalog.loader import Catalog
from kpi_core.models.framework import MeasurementFramework

AT = "at_"


@dataclass(frozen=True)
class Steps:
    """The funnels of a framework and its catalog, without their first steps: nobody is a session."""

    chains: tuple[tuple[str, ...], ...]
    names: dict[str, str]

    @property
    def own(self) -> tuple[str, ...]:
        """The framework's own funnel."""
        return self.chains[0]

    @property
    def all(self) -> tuple[str, ...]:
        """Every step, the framework's first, each once."""
        return tuple(dict.fromkeys(step for chain in self.chains for step in chain))

    def chain(self, *steps: str) -> tuple[str, ...]:
        """The first funnel that holds all these steps, else the first one; the framework's is the first."""
        return next((c for c in self.chains if set(steps) <= set(c)), self.own)

    def ordered(self, found: set[str]) -> tuple[str, ...]:
        """These steps in the order of the first funnel that holds the most of them, others after."""
        best = max(self.chains, key=lambda chain: len(found & set(chain)))
        return (
            *(step for step in best if step in found),
            *(step for step in self.all if step in found and step not in best),
        )


def funnel_steps(framework: MeasurementFramework, catalog: Catalog) -> Steps:
    """The steps of the framework's funnel plan and of all funnels of the catalog."""
    own = framework.funnel_plan.steps[1:]
    others = [funnel.steps[1:] for funnel in catalog.funnels.values()]
    names = {step.id: step.name for steps in reversed(others) for step in steps}
    names |= {step.id: step.name for step in own}
    chains = (
        tuple(step.id for step in own),
        *(tuple(step.id for step in steps) for steps in others),
    )
    return Steps(chains, names)
