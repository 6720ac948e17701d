"""How long the core's steps take, as medians of many repetitions. Run `make bench`; not a test."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import to_json, to_zip
from kpi_core.export.open import open_framework
from kpi_core.framework.build import build_framework
from kpi_core.framework.check import check_framework
from kpi_core.framework.interpret import interpret
from kpi_core.kpi_tree.solve import backward

SAMPLE = "sales_led_enterprise_saas_usd"
FRESH_PROCESSES = 9
WARM_UP, REPETITIONS = 5, 200
COLD = """
from time import perf_counter
start = perf_counter()
from kpi_core.catalog.loader import load_catalog
imported = perf_counter()
load_catalog()
print(imported - start, perf_counter() - imported)
"""

Times = list[float]


def cold_catalog() -> tuple[Times, Times]:
    """Seconds to import the loader and to load the catalog, each in fresh processes."""
    runs = []
    for _ in range(FRESH_PROCESSES):
        run = subprocess.run(
            [sys.executable, "-c", COLD], capture_output=True, text=True, check=True
        )
        runs.append([float(seconds) for seconds in run.stdout.split()])
    imports, loads = zip(*runs, strict=True)
    return list(imports), list(loads)


def timed(step: Callable[[], object], repetitions: int = REPETITIONS) -> Times:
    """Seconds of each repetition, after a warm-up."""
    for _ in range(WARM_UP):
        step()
    times = []
    for _ in range(repetitions):
        start = perf_counter()
        step()
        times.append(perf_counter() - start)
    return times


def warm_steps() -> dict[str, Callable[[], object]]:
    """The steps by name, each on the sample company."""
    catalog = load_catalog()
    answers = catalog.samples[SAMPLE].answers
    read = interpret(answers, catalog)
    today = date(2026, 1, 1)
    framework = build_framework(read.profile, read.selection, catalog, today)
    content = to_json(framework).content
    plan = framework.funnel_plan
    rates = [rate.value for rate in plan.rates]
    return {
        "interpret": lambda: interpret(answers, catalog),
        "build_framework": lambda: build_framework(read.profile, read.selection, catalog, today),
        "check_framework": lambda: check_framework(framework),
        "to_json": lambda: to_json(framework),
        "open_framework": lambda: open_framework(content),
        "to_zip": lambda: to_zip(framework),
        "backward": lambda: backward(plan.marketing_revenue, plan.average_deal_size, rates),
    }


def row(name: str, times: Times) -> str:
    """One line of the table, in milliseconds."""
    ranked = sorted(times)
    high = ranked[int(0.95 * (len(ranked) - 1))]
    median = statistics.median(ranked)
    return f"| {name} | {median * 1000:.3f} | {high * 1000:.3f} | {len(times)} |"


def main() -> None:
    """Measure and print the table."""
    imports, loads = cold_catalog()
    print("| step | median ms | 95th percentile ms | runs |")
    print("| --- | ---: | ---: | ---: |")
    print(row("import the loader, fresh process", imports))
    print(row("load_catalog, fresh process", loads))
    for name, step in warm_steps().items():
        print(row(name, timed(step)))


if __name__ == "__main__":
    main()
