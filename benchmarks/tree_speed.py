"""How long the KPI tree's answers take, and a simulation against the bare draws. Not a test."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from kpi_core.kpi_tree.goal_seek import equal_effort, single_levers
from kpi_core.kpi_tree.lanes import solve
from kpi_core.kpi_tree.simulate import simulate
from kpi_core.models.tree import Scenario

COUNTS = ((400, 20_000), (80, 400), (240, 800), (60, 120), (90, 100), (50, 200))
"""Events behind the six rates: successes, trials."""
FIRST_VOLUME = 200_000
DRAWS = 100_000
WARM_UP = 2
RATIO_ROUNDS = 25

Times = list[float]


def scenario(lanes: int) -> Scenario:
    """Lanes of six rates, each known from counts, that fall short of their target by a fifth."""
    rates = [
        {
            "metric_id": f"rate_{i}",
            "name": f"Rate {i}",
            "value": successes / trials,
            "counts": {"successes": successes, "trials": trials},
            "source": "benchmark",
        }
        for i, (successes, trials) in enumerate(COUNTS)
    ]
    steps: list[dict[str, Any]] = [
        {"id": f"step_{i}", "name": f"Step {i}"} for i in range(len(rates) + 1)
    ]
    steps[0]["now"] = FIRST_VOLUME
    # 200,000 x 0.02 x 0.2 x 0.3 x 0.5 x 0.9 x 0.25 = 27 deals a lane
    lane = {"steps": steps, "rates": rates, "average_deal_size": 10_000, "share": 1 / lanes}
    named = [{**lane, "id": f"lane_{i}", "name": f"Lane {i}"} for i in range(lanes)]
    target = 27 * 10_000 * lanes * 1.25
    return Scenario.model_validate(
        {"id": "s", "name": "S", "revenue_target": target, "lanes": named}
    )


def bare_rates() -> list[Any]:
    """Six arrays of rates from numpy alone."""
    rng = np.random.default_rng(1)
    return [rng.beta(k + 0.5, n - k + 0.5, DRAWS) for k, n in COUNTS]


def bare_steps() -> None:
    """Six arrays of rates, then the units of each step."""
    units: Any = FIRST_VOLUME
    rng = np.random.default_rng(2)
    for rate in bare_rates():
        units = rng.binomial(units, rate)


def bare_deals() -> None:
    """Six arrays of rates, then the deals at their product: what a simulation draws."""
    np.random.default_rng(2).binomial(FIRST_VOLUME, np.multiply.reduce(bare_rates()))


def steps() -> dict[str, tuple[Callable[[], object], int]]:
    """What is measured, and how often."""
    one, ten = scenario(1), scenario(10)
    chosen = [(lane.id, rate.metric_id) for lane in ten.lanes for rate in lane.rates]
    return {
        "solve, 10 lanes": (lambda: solve(ten), 500),
        "single_levers, 10 lanes": (lambda: single_levers(ten), 100),
        "equal_effort, 10 lanes, 60 rates": (lambda: equal_effort(ten, chosen), 100),
        "simulate, 10,000 draws": (lambda: simulate(one), 50),
        "simulate, 100,000 draws": (lambda: simulate(one, DRAWS), 25),
        "simulate, 1,000,000 draws": (lambda: simulate(one, 10 * DRAWS), 5),
        "simulate, 10 lanes, 10,000 draws": (lambda: simulate(ten), 25),
        "bare 6 betas and 6 binomials, 100,000 draws": (bare_steps, 25),
        "bare 6 betas and 1 binomial, 100,000 draws": (bare_deals, 25),
    }


def timed(step: Callable[[], object], repetitions: int) -> Times:
    """Seconds of each repetition, after a warm-up."""
    for _ in range(WARM_UP):
        step()
    times = []
    for _ in range(repetitions):
        start = perf_counter()
        step()
        times.append(perf_counter() - start)
    return times


def ratio(bare: Callable[[], object]) -> float:
    """A simulation's time over the bare draws': the median of rounds that measure both in turn."""
    one = scenario(1)
    rounds = [
        timed(lambda: simulate(one, DRAWS), 1)[0] / timed(bare, 1)[0] for _ in range(RATIO_ROUNDS)
    ]
    return statistics.median(rounds)


def main() -> None:
    """Measure and print the table and the ratios."""
    print("| step | median ms | 95th percentile ms | runs |")
    print("| --- | ---: | ---: | ---: |")
    for name, (step, repetitions) in steps().items():
        ranked = sorted(timed(step, repetitions))
        median, high = statistics.median(ranked), ranked[int(0.95 * (len(ranked) - 1))]
        print(f"| {name} | {median * 1000:.3f} | {high * 1000:.3f} | {repetitions} |")
    print(f"\n100,000 draws over 6 betas and 6 binomials: {ratio(bare_steps):.2f}")
    print(f"100,000 draws over 6 betas and 1 binomial: {ratio(bare_deals):.2f}")


if __name__ == "__main__":
    main()
