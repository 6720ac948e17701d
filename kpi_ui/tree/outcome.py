"""Beside the tree: the chance of reaching the number, and the money at stake."""

from __future__ import annotations

from functools import lru_cache

from kpi_core.formats import money, percent
from kpi_core.kpi_tree.bottleneck import Leak
from kpi_core.kpi_tree.draws import volume_basis
from kpi_core.kpi_tree.simulate import Simulation, simulate
from kpi_core.models.tree import Scenario
from kpi_ui.components import planning
from kpi_ui.tree import header
from kpi_ui.tree.work import Work

DRAWS, CONFIDENCE = 10_000, 0.8
_VOLUMES = {
    "today": "today's volume",
    "plan": "the volume the plan needs",
    "mixed": "today's volume, or the plan's where it is not known",
}
_TAGS = {
    "proven": "Proven",
    "not_proven": "Not yet proven",
    "at_reference": "At its reference",
    "unknown": "Not known",
}


def simulated(scenario: Scenario, draws: int = DRAWS, confidence: float = CONFIDENCE) -> Simulation:
    """The simulation of a scenario; kept, because most reruns leave the scenario alone."""
    return _simulated(scenario.model_dump_json(), draws, confidence)


@lru_cache(maxsize=256)
def _simulated(scenario: str, draws: int, confidence: float) -> Simulation:
    return simulate(Scenario.model_validate_json(scenario), draws, confidence=confidence)


def chance(work: Work) -> None:
    """Probability, histogram and one sentence."""
    found, currency = simulated(work.scenario), work.currency
    target = work.scenario.marketing_revenue

    def text(value: float) -> str:
        return money(value, currency, compact=True)

    edges, counts = found.histogram.edges, found.histogram.counts
    low, width, top = edges[0], (edges[-1] - edges[0]) or 1.0, max(counts) or 1
    bars = [(c / top, edge >= target) for c, edge in zip(counts, edges[:-1], strict=True)]
    position = (target - low) / width
    planning.chance(
        probability(found.probability),
        bars,
        [(0.0, text(low)), (1.0, text(edges[-1]))],
        position if 0 <= position <= 1 else None,
        "target",
        [
            ("Likely range ", False),
            (f"{text(found.p10)} to {text(found.p90)}", True),
            (", middle ", False),
            (text(found.p50), True),
            (". ", False),
            *_volume(found),
        ],
        key="tree.chance",
        title="Chance of hitting the number",
        label=f"Reaching {text(target)} with {_VOLUMES[volume_basis(work.scenario)]}",
    )


def probability(share: float) -> str:
    """A chance in whole percent; never 0% or 100% unless it is."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


def _volume(found: Simulation) -> list[tuple[str, bool]]:
    wanted = f"{found.confidence:.0%}"
    if found.multiplier is None:
        return [(f"No volume reaches {wanted} at these rates.", False)]
    if found.multiplier <= 1:
        return [(f"That volume is enough for {wanted}.", False)]
    return [
        (f"For {wanted} confidence plan ", False),
        (f"{found.multiplier:.2f}x", True),
        (" the volume.", False),
    ]


def stakes(work: Work) -> None:
    """Each rate with the money its reference would bring."""
    known = any(leak.now is not None for leak in work.leaks)
    most = max((leak.gain for leak in work.leaks), default=0.0) or 1.0
    planning.stakes(
        [
            planning.StakeRow(
                id=leak.metric_id,
                name=leak.name,
                money=money(leak.gain, work.currency, compact=True) if leak.gain else "none",
                share=leak.gain / most,
                text=_against(leak),
                state=leak.proof,
                tag=_tag(leak),
            )
            for leak in (work.leaks if known else ())
        ],
        key="tree.stakes",
        on_select=header.select,
        selected=header.selected(work),
        note="If each rate reached its reference" if known else "",
        empty="Not known yet: pick a rate in the tree and type what it is today.",
    )


def _tag(leak: Leak) -> str:
    better = leak.now is not None and leak.reference is not None and leak.now > leak.reference
    return "Above its reference" if better else _TAGS[leak.proof]


def _against(leak: Leak) -> str:
    if leak.now is None:
        return "Today's rate is not known"
    if leak.reference is None:
        return f"{percent(leak.now)}, no reference"
    return f"{percent(leak.now)} against {percent(leak.reference)}"
