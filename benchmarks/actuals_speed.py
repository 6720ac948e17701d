"""One million leads from the bytes of a CSV to monthly values by channel, beside plain pandas. Not a test."""

from __future__ import annotations

import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

LEADS = 1_000_000
ROUNDS = 3
TODAY = date(2030, 1, 1)
"""After every date of the file: later ones would be set aside."""
ORIGINS = [
    "Organic Search",
    "Paid Search",
    "Email",
    "Webinar",
    "Referral",
    "Outbound",
    "Direct",
    "",
]
DATES = {"leads_created": "Created Date", "leads_reaching_mql_status": "MQL Date",
         "leads_qualified_by_sales": "SQL Date", "new_opportunities": "Opportunity Date",
         "won_deals": "Won Date"}  # fmt: skip
"""Measure and the column that dates it."""
COLUMNS = {"key": "Lead ID", "created": "Created Date", "channel": "Lead Source",
           "at_mqls": "MQL Date", "at_sqls": "SQL Date", "at_opportunities": "Opportunity Date",
           "at_deals": "Won Date", "lost": "Lost Date", "amount": "Amount"}  # fmt: skip


def made_file(size: int) -> bytes:
    """A CRM export of two years: 30% become MQLs, and of those ever fewer each further step."""
    rng = np.random.default_rng(1)
    first = np.datetime64("2024-06-01", "s")
    frame = pd.DataFrame({"Lead ID": np.char.add("L", np.arange(size).astype(str))})
    frame["Created Date"] = first + rng.integers(0, 730 * 86_400, size).astype("timedelta64[s]")
    frame["Lead Source"] = rng.choice(ORIGINS, size)
    moment = frame["Created Date"]
    for name, share, days in (
        ("MQL", 0.3, 5),
        ("SQL", 0.5, 8),
        ("Opportunity", 0.6, 10),
        ("Won", 0.25, 60),
    ):
        waits = rng.exponential(days * 86_400, size).astype("timedelta64[s]")
        moment = (moment + waits).where(rng.random(size) < share)
        frame[f"{name} Date"] = moment
    lost = frame["Opportunity Date"] + pd.Timedelta(days=45)
    frame["Lost Date"] = lost.where(frame["Won Date"].isna())
    frame["Amount"] = pd.Series(rng.lognormal(9, 1, size).round(2)).where(frame["Won Date"].notna())
    stream = io.BytesIO()
    frame.to_csv(stream, index=False, date_format="%Y-%m-%d %H:%M:%S")
    return stream.getvalue()


def with_pandas(content: bytes) -> tuple[pd.DataFrame, dict[str, float]]:
    """What a script in plain pandas would do: five counts, revenue and losses by month and channel."""
    dates = [*DATES.values(), "Lost Date"]
    start = perf_counter()
    frame = pd.read_csv(io.BytesIO(content), parse_dates=dates)
    read = perf_counter()
    frame["channel"] = frame["Lead Source"].fillna("unknown")

    def monthly(column: str) -> Any:
        return frame.groupby([frame[column].dt.to_period("M").rename("month"), "channel"])

    parts = {measure: monthly(column).size() for measure, column in DATES.items()}
    parts["won_revenue"] = monthly("Won Date")["Amount"].sum()
    lost = monthly("Lost Date").size()
    parts["closed_opportunities"] = parts["won_deals"].add(lost, fill_value=0)
    result = pd.DataFrame(parts)
    return result.fillna(0.0), {"read and parse": read - start, "group": perf_counter() - read}


def with_the_tool(content: bytes) -> tuple[pd.DataFrame, dict[str, float]]:
    """The same file as an upload: read, prepared, aggregated to facts and cohorts, summed by month."""
    from kpi_core.actuals.measures import aggregate
    from kpi_core.actuals.prepare import prepare
    from kpi_core.actuals.table_file import read_table
    from kpi_core.catalog.loader import load_catalog
    from kpi_core.framework.build import build_framework
    from kpi_core.framework.interpret import interpret
    from kpi_core.models.actuals import ImportMapping, Shape

    catalog = load_catalog()
    answers = interpret(catalog.samples["sales_led_enterprise_saas_usd"].answers, catalog)
    framework = build_framework(answers.profile, answers.selection, catalog, TODAY)
    mapping = ImportMapping(id="crm", name="CRM", shape=Shape.LEADS, columns=COLUMNS)
    times = {}
    start = perf_counter()
    table = read_table(content, "leads.csv")
    times["read the file"] = perf_counter() - start
    start = perf_counter()
    prepared = prepare([(table, mapping)], framework, catalog, TODAY)
    times["prepare: dates, numbers, checks, repeats"] = perf_counter() - start
    start = perf_counter()
    facts = aggregate(prepared.canonical, framework).facts
    times["aggregate: facts and cohorts"] = perf_counter() - start
    start = perf_counter()
    wanted = facts[facts["id"].isin([*DATES, "won_revenue", "closed_opportunities"])]
    month = wanted["day"].dt.to_period("M").rename("month")
    monthly = wanted.groupby([month, "channel", "id"])["value"].sum().unstack()
    times["sum by month"] = perf_counter() - start
    return monthly.fillna(0.0), times


WAYS: dict[str, Callable[[bytes], tuple[pd.DataFrame, dict[str, float]]]] = {
    "plain pandas": with_pandas,
    "the tool": with_the_tool,
}


def one_way(name: str, path: str) -> None:
    """One run in a process of its own: its sums, times and peak memory, printed as JSON."""
    content = Path(path).read_bytes()
    started = process_time()
    result, times = WAYS[name](content)
    cpu = process_time() - started
    told = {"times": times, "sums": result.sum().to_dict(), "peak": peak_megabytes(), "cpu": cpu}
    print(json.dumps(told))


def peak_megabytes() -> float:
    """Largest memory of this process so far. Linux counts in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(name: str, path: str) -> dict[str, Any]:
    """A run in a fresh process."""
    command = [sys.executable, __file__, name, path]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def main() -> None:
    """Measure both ways in turn and print times, ratio, memory, and whether they agree."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_bytes(made_file(LEADS))
        size = path.stat().st_size / 1e6
        print(f"{LEADS:,} leads, {size:.0f} MB of CSV\n\n| what | seconds |\n| --- | ---: |")
        runs = {name: [measured(name, str(path)) for _ in range(ROUNDS)] for name in WAYS}
    for name, told in runs.items():
        for step in told[0]["times"]:
            print(f"| {name}: {step} | {statistics.median(r['times'][step] for r in told):.2f} |")
    totals = {n: [sum(run["times"].values()) for run in told] for n, told in runs.items()}
    for name, seconds in totals.items():
        peak, cpu = (statistics.median(run[what] for run in runs[name]) for what in ("peak", "cpu"))
        more = f"{cpu:.2f} s of CPU, peak memory {peak:,.0f} MB"
        print(f"| **{name}**: {more} | **{statistics.median(seconds):.2f}** |")
    ratio = statistics.median(totals["the tool"]) / statistics.median(totals["plain pandas"])
    sums = [runs[name][0]["sums"] for name in WAYS]
    agree = all(abs(sums[0][key] - sums[1][key]) <= 1e-9 * abs(sums[0][key]) for key in sums[0])
    print(f"\nThe tool takes {ratio:.2f} times as long; sums {'agree' if agree else 'DIFFER'}.")


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else one_way(*sys.argv[1:])
