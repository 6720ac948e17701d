"""Tabs that race, many sessions at once, and a process killed in the middle of saves."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import URL

from kpi_store.errors import StoreBusy
from kpi_store.records import Conflict, Owner, Saved
from kpi_store.store import Store


def noise(number: int) -> str:
    """The text that writer.py saves as that version."""
    return random.Random(number).randbytes(20_000).hex()


ROOT = Path(__file__).parents[2]
SESSIONS, SAVES = 20, 25
NOISE = random.Random(4711).randbytes(10_000).hex()  # does not shrink when packed


def together(count: int, work: Callable[[int], object]) -> list[object]:
    """What `work` returns in each of `count` threads that start at the same moment."""
    start = threading.Barrier(count)

    def run(number: int) -> object:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def test_of_two_tabs_one_wins_and_the_other_is_told(store: Store, owner: Owner) -> None:
    now = store.create(owner, "", "Plan", "{}")
    for round_number in range(20):

        def save(tab: int, base: Saved = now, number: int = round_number) -> object:
            text = json.dumps({"round": number, "tab": tab})
            return store.save(owner, base.id, text, based_on=base.version, label=f"Tab {tab}")

        results = together(2, save)
        (won,) = [result for result in results if isinstance(result, Saved)]
        (lost,) = [result for result in results if isinstance(result, Conflict)]
        assert lost.current == won
        assert won.version == now.version + 1
        now = won


def test_sessions_that_save_at_once_lose_nothing(store: Store) -> None:
    def session(number: int) -> Saved:
        owner = Owner.of_cookie(f"{number:043}")
        now = store.create(owner, f"Client {number}", "Plan", "{}")
        for change in range(SAVES):
            text = json.dumps({"session": number, "change": change, "text": NOISE})
            result = store.save(owner, now.id, text, based_on=now.version, label=f"{change}")
            assert isinstance(result, Saved)
            now = result
        return now

    for number, saved in enumerate(together(SESSIONS, session)):
        owner = Owner.of_cookie(f"{number:043}")
        assert isinstance(saved, Saved)
        assert store.load(owner, saved.id) == saved
        assert json.loads(saved.document)["change"] == SAVES - 1
        assert saved.version == SAVES + 1
        assert len(store.history(owner, saved.id).done) == SAVES
    assert store.stats().revisions == SESSIONS * SAVES == 500


def test_sessions_that_share_one_framework_lose_nothing(store: Store, owner: Owner) -> None:
    """Each session adds to its own counter; a conflict is answered by taking what is there."""
    made = store.create(owner, "", "Plan", json.dumps({str(n): 0 for n in range(SESSIONS)}))
    saves = SAVES if store.file else 5  # a conflict costs PostgreSQL a wait for the row

    def session(number: int) -> int:
        now, conflicts = made, 0
        for _ in range(saves):
            while True:
                counts = json.loads(now.document)
                counts[str(number)] += 1
                text = json.dumps(counts)
                result = store.save(owner, made.id, text, based_on=now.version, label="More")
                if isinstance(result, Saved):
                    now = result
                    break
                now, conflicts = result.current, conflicts + 1
                time.sleep(random.random() * 0.05)
        return conflicts

    conflicts = together(SESSIONS, session)
    after = store.load(owner, made.id)
    assert json.loads(after.document) == {str(n): saves for n in range(SESSIONS)}
    assert after.version == 1 + SESSIONS * saves
    assert sum(count for count in conflicts if isinstance(count, int)) > 0, "nobody ever met"


def test_two_stores_share_a_database(url: URL, opened: Callable[..., Store], owner: Owner) -> None:
    """As two app servers do."""
    first, second = opened(url), opened(url)
    made = first.create(owner, "", "Plan", "{}")

    def session(number: int) -> None:
        store = (first, second)[number % 2]
        base = store.load(owner, made.id)
        for change in range(SAVES):
            text = json.dumps({"by": number, "change": change})
            result = store.save(owner, made.id, text, based_on=base.version)
            base = result.current if isinstance(result, Conflict) else result

    together(4, session)
    assert first.load(owner, made.id) == second.load(owner, made.id)


def test_stores_that_open_at_once_make_one_database(url: URL, opened: Callable[..., Store]) -> None:
    stores = together(4, lambda _: opened(url))
    assert len(stores) == 4
    assert opened(url).stats().owners == 0


def test_a_racing_first_visit_makes_one_owner(store: Store, owner: Owner) -> None:
    together(8, lambda number: store.create(owner, "", f"Plan {number}", "{}"))
    assert (store.stats().owners, len(store.list_workspaces(owner))) == (1, 8)


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
def test_a_killed_process_loses_at_most_the_change_in_flight(
    url: URL, opened: Callable[..., Store], acknowledged: int
) -> None:
    command = [
        sys.executable,
        str(Path(__file__).with_name("writer.py")),
        url.render_as_string(hide_password=False),
    ]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=paths, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workspace_id = process.stdout.readline().strip()
        last = 1
        while last < acknowledged:
            last = int(process.stdout.readline())
        process.kill()
        told = process.stdout.read().split()  # what it had saved by then
    last = int(told[-1]) if told else last
    store, owner = opened(url), Owner.of_cookie("k" * 43)
    found = store.load(owner, workspace_id)
    assert last <= found.version <= last + 1
    content = json.loads(found.document)
    assert content["version"] == found.version
    assert content["text"] == ("" if found.version == 1 else noise(found.version))
    assert len(store.history(owner, workspace_id).done) == found.version - 1
    text = json.dumps({"after": "the crash"})
    assert isinstance(store.save(owner, found.id, text, based_on=found.version), Saved)


def test_a_save_waits_for_its_turn_but_not_forever(
    url: URL, opened: Callable[..., Store], owner
) -> None:
    """A thread of this process is in the middle of a change."""
    store = opened(url, patience=0.3)
    made = store.create(owner, "", "Plan", "{}")
    begun, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.writing() as connection:
            from kpi_store.rows import find

            find(connection, owner, made.id, locked=True)
            store._return_to(connection, owner, made.id)
            begun.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    with pytest.raises(StoreBusy, match="busy"):
        store.save(owner, made.id, '{"a": 1}', based_on=1)
    assert store.load(owner, made.id) == made  # reading goes on
    done.set()
    thread.join()
    assert isinstance(store.save(owner, made.id, '{"a": 1}', based_on=1), Saved)
