"""How long keeping the work takes, as medians of many repetitions. Run `make bench`; not a test.

SQLite in a temporary folder; with KPI_BENCH_DATABASE_URL also a PostgreSQL server, where an owner is
made and deleted again.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from sqlalchemy import URL

from kpi_core.catalog.loader import load_catalog
from kpi_core.export.files import to_json
from kpi_core.framework.build import build_framework
from kpi_core.framework.interpret import interpret
from kpi_store.place import sqlite_url, usable
from kpi_store.records import Conflict, Owner, Saved, Summary
from kpi_store.store import Store

SAMPLE = "sales_led_enterprise_saas_usd"
WARM_UP, REPETITIONS = 60, 300
SESSIONS, SAVES = 20, 25
SUMMARY = Summary(1.0, "Marketing-sourced pipeline", 16)

Times = list[float]


def document(number: int) -> str:
    """What a session saves: the answers and the framework of the sample company, and a number."""
    catalog = load_catalog()
    answers = catalog.samples[SAMPLE].answers
    read = interpret(answers, catalog)
    framework = build_framework(read.profile, read.selection, catalog, date(2026, 1, 1))
    text = to_json(framework).content.decode()
    return json.dumps({"draft": answers, "framework": text, "view": {"number": number}})


def timed(step: Callable[[], object], repetitions: int = REPETITIONS) -> Times:
    """Seconds of each repetition, after a warm-up that fills the history."""
    for _ in range(WARM_UP):
        step()
    times = []
    for _ in range(repetitions):
        start = perf_counter()
        step()
        times.append(perf_counter() - start)
    return times


class Session:
    """One visitor's work, changed again and again."""

    def __init__(self, store: Store, document: str) -> None:
        self.store = store
        self.owner = Owner.of_cookie(uuid4().hex)
        self._document = document
        self.now = store.create(self.owner, "Acme", "Plan", document, summary=SUMMARY)

    def save(self, label: str | None = "Win rate") -> None:
        """One change of an answer, with undo unless there is no label."""
        text = self._document.replace('"number": 0', f'"number": {self.now.version}')
        version = self.now.version
        self._take(
            self.store.save(
                self.owner, self.now.id, text, based_on=version, label=label, summary=SUMMARY
            )
        )

    def back_and_forth(self) -> None:
        """Undo and redo, each one a save."""
        move = self.store.redo if self.now.redo_label else self.store.undo
        self._take(move(self.owner, self.now.id, based_on=self.now.version))

    def _take(self, result: Saved | Conflict | None) -> None:
        assert isinstance(result, Saved)
        self.now = result


def steps(session: Session) -> dict[str, Callable[[], object]]:
    """The steps by name, each on the sample company."""
    store, owner = session.store, session.owner
    for number in range(19):
        store.create(owner, "Acme", f"Plan {number}", "{}", summary=SUMMARY)
    _, token = store.shares.create(owner, session.now.id)
    return {
        "save with undo": session.save,
        "save without undo": lambda: session.save(None),
        "undo or redo": session.back_and_forth,
        "load": lambda: store.load(owner, session.now.id),
        "latest": lambda: store.latest(owner),
        "list of 20": lambda: store.list_workspaces(owner),
        "open a link": lambda: store.shares.open(token),
    }


def at_once(store: Store, document: str) -> Times:
    """Seconds of each save while many sessions save without a pause, each its own framework."""
    sessions = [Session(store, document) for _ in range(SESSIONS)]

    def run(session: Session) -> Times:
        times = []
        for _ in range(SAVES):
            start = perf_counter()
            session.save()
            times.append(perf_counter() - start)
        return times

    with ThreadPoolExecutor(SESSIONS) as threads:
        times = [time for times in threads.map(run, sessions) for time in times]
    for session in sessions:
        assert store.load(session.owner, session.now.id).version == SAVES + 1
        store.forget(session.owner)
    return times


def row(name: str, times: Times) -> str:
    """One line of the table, in milliseconds."""
    ranked = sorted(times)
    high = ranked[int(0.95 * (len(ranked) - 1))]
    return f"| {name} | {statistics.median(ranked) * 1000:.2f} | {high * 1000:.2f} | {len(times)} |"


def measure(kind: str, url: URL) -> None:
    """Print the rows of one database."""
    store, text = Store(url), document(0)
    session = Session(store, text)
    for name, step in steps(session).items():
        print(row(f"{kind}, {name}", timed(step)))
    store.forget(session.owner)
    print(row(f"{kind}, save with undo, {SESSIONS} sessions at once", at_once(store, text)))
    store.close()


def main() -> None:
    """Measure and print the table."""
    print(f"Document: {len(document(0)) / 1000:.0f} KB")
    print("| step | median ms | 95th percentile ms | runs |")
    print("| --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", sqlite_url(Path(folder) / "work.sqlite3"))
    if address := os.environ.get("KPI_BENCH_DATABASE_URL"):
        measure("PostgreSQL", usable(address))


if __name__ == "__main__":
    main()
