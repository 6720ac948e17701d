"""A full disk, a locked, damaged, unreachable or foreign database: words, and nothing lost."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, make_url, text

from kpi_store import backups
from kpi_store.errors import StoreBusy, StoreCorrupted, StoreError, StoreFull, StoreUnavailable
from kpi_store.place import sqlite_url
from kpi_store.records import Owner, Saved
from kpi_store.store import Store


def noise(number: int, size: int = 100_000) -> str:
    """A document that does not shrink much when packed."""
    return json.dumps({"a": random.Random(number).randbytes(size).hex()})


BIG = noise(0)


def test_a_full_disk_takes_nothing_away(file_store: Store, owner: Owner) -> None:
    made = file_store.create(owner, "", "Plan", '{"a": 1}')

    def limit(pages: int) -> None:
        @event.listens_for(file_store.engine, "checkout")
        def _set(connection, _record, _proxy) -> None:
            connection.cursor().execute(f"PRAGMA max_page_count={pages}")

    limit(30)  # as many as there are, or a few more
    for attempt in (
        lambda: file_store.save(owner, made.id, BIG, based_on=1, label="Big"),
        lambda: file_store.create(owner, "", "Big", BIG),
        lambda: file_store.save_actuals(owner, made.id, b"x" * 200_000, based_on=1),
    ):
        with pytest.raises(StoreFull, match=r"disk is full.*Download"):
            attempt()
    assert file_store.load(owner, made.id) == made
    assert file_store.stats().workspaces == 1
    assert file_store.load_actuals(owner, made.id) is None
    limit(1_000_000)
    assert isinstance(file_store.save(owner, made.id, BIG, based_on=1, label="Big"), Saved)


def test_a_really_full_disk(owner: Owner, opened: Callable[..., Store]) -> None:
    """The same on a small file system in memory, where the process may mount one or finds one."""
    place = os.environ.get("KPI_TEST_SMALL_DISK")
    if not place:
        pytest.skip("KPI_TEST_SMALL_DISK names no folder on a disk of a few MB")
    folder = Path(place) / "kpi"
    shutil.rmtree(folder, ignore_errors=True)
    store = opened(sqlite_url(folder / "work.sqlite3"))
    now = store.create(owner, "", "Plan", '{"a": 1}')
    reached = [now]

    def fill() -> None:
        for number in range(1_000):
            base = reached[-1].version
            result = store.save(owner, now.id, noise(number), based_on=base, label=f"{number}")
            assert isinstance(result, Saved)
            reached.append(result)

    with pytest.raises(StoreFull):
        fill()
    assert len(reached) > 1
    assert store.load(owner, now.id) == reached[-1]
    assert backups.is_good(folder / "work.sqlite3")


def test_a_locked_database_is_waited_for_and_then_reported(
    file: Path, opened: Callable[..., Store], owner: Owner
) -> None:
    store = opened(sqlite_url(file), patience=0.3)
    made = store.create(owner, "", "Plan", '{"a": 1}')
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match=r"busy.*Try again"):
            store.save(owner, made.id, '{"a": 2}', based_on=1)
        assert store.load(owner, made.id) == made  # readers do not wait for a writer
        other.execute("ROLLBACK")
    assert isinstance(store.save(owner, made.id, '{"a": 2}', based_on=1), Saved)


def overwrite(path: Path, start: int, content: bytes) -> None:
    with path.open("r+b") as handle:
        handle.seek(start)
        handle.write(content)


def filled(file: Path, opened: Callable[..., Store], owner: Owner) -> Saved:
    """A database of some size, closed, with everything in the one file."""
    store = opened(sqlite_url(file))
    for number in range(20):
        made = store.create(owner, "Letters & Sons", f"Plan {number}", noise(number, 10_000))
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


@pytest.mark.parametrize(
    ("start", "length"), [(0, 16), (0, 100), (20, 60), (4096, 4096), (8192, 100_000)]
)
def test_a_damaged_file_is_said_to_be_and_left_alone(
    file: Path, opened: Callable[..., Store], owner: Owner, start: int, length: int
) -> None:
    filled(file, opened, owner)
    overwrite(file, start, b"\xa5" * length)
    before = file.read_bytes()
    with pytest.raises(StoreCorrupted, match=r"damaged.*restore") as caught:
        opened(sqlite_url(file))
    assert caught.value.path == file
    assert str(file) in caught.value.message
    assert file.read_bytes() == before


def test_a_cut_file_is_damaged(file: Path, opened: Callable[..., Store], owner: Owner) -> None:
    filled(file, opened, owner)
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size // 2)
    with pytest.raises(StoreCorrupted):
        opened(sqlite_url(file))


def test_a_file_of_something_else_is_not_touched(file: Path, opened: Callable[..., Store]) -> None:
    file.parent.mkdir()
    file.write_bytes(b"Dear diary, " * 1_000)
    with pytest.raises(StoreCorrupted):
        opened(sqlite_url(file))
    assert file.read_bytes() == b"Dear diary, " * 1_000


def test_a_changed_letter_is_noticed(
    file: Path, opened: Callable[..., Store], owner: Owner
) -> None:
    """SQLite finds the file whole; only the checksum tells. Others' frameworks still open."""
    store = opened(sqlite_url(file))
    kept = store.create(owner, "", "Kept", '{"win_rate": 0.25}')
    made = store.create(owner, "", "Plan", noise(1))
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    packed = zlib.compress(noise(1).encode(), 1)[20_000:20_020]
    overwrite(file, file.read_bytes().index(packed) + 10, b"?")
    assert backups.is_sound(file)
    assert not backups.is_good(file)
    store = opened(sqlite_url(file))
    with pytest.raises(StoreCorrupted):
        store.load(owner, made.id)
    with pytest.raises(StoreCorrupted):
        store.undo(owner, made.id, based_on=1)
    assert store.load(owner, kept.id) == kept
    assert len(store.list_workspaces(owner)) == 2


def test_a_letter_that_is_none_is_damage_too(file: Path, opened, owner: Owner) -> None:
    filled(file, opened, owner)
    overwrite(file, file.read_bytes().index(b"Letters & Sons"), b"\xff")
    with pytest.raises(StoreCorrupted):
        opened(sqlite_url(file)).list_workspaces(owner)


def test_damage_while_running_is_said(file_store: Store, owner: Owner) -> None:
    made = file_store.create(owner, "", "Plan", '{"a": 1}')
    with file_store.writing() as connection:
        connection.execute(text("UPDATE kpi_workspaces SET document = substr(document, 1, 9)"))
    with pytest.raises(StoreCorrupted):
        file_store.load(owner, made.id)


@pytest.mark.parametrize("place", ["/proc/kpi/work.sqlite3", "{tmp}/a-file/work.sqlite3"])
def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, opened, place: str) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match=r"cannot be reached or written"):
        opened(sqlite_url(Path(place.format(tmp=tmp_path))))


def test_a_folder_in_place_of_the_file_is_said(file: Path, opened: Callable[..., Store]) -> None:
    file.mkdir(parents=True)
    with pytest.raises(StoreUnavailable):
        opened(sqlite_url(file))


def test_an_unreachable_server_is_said_without_its_password(opened: Callable[..., Store]) -> None:
    url = make_url("postgresql+psycopg://kpi:hunter2@127.0.0.1:1/kpi")
    with pytest.raises(StoreUnavailable) as caught:
        opened(url, patience=0.5)
    assert "hunter2" not in str(caught.value)


def test_a_server_that_restarts_is_met_again(
    postgres_url, opened: Callable[..., Store], owner: Owner
) -> None:
    store = opened(postgres_url)
    made = store.create(owner, "", "Plan", '{"a": 1}')
    other = opened(postgres_url)
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
               "AND usename = current_user AND query LIKE '%kpi\\_%'")  # fmt: skip
    with other.engine.begin() as connection:
        connection.execute(end)
    assert store.load(owner, made.id) == made

    def lose_the_connection() -> None:
        with store.writing() as connection:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            with other.engine.begin() as killer:
                killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailable):
        lose_the_connection()
    assert isinstance(store.save(owner, made.id, '{"a": 2}', based_on=1), Saved)


def test_mistakes_of_ours_stay_loud(store: Store) -> None:
    with pytest.raises(Exception, match="kpi_nothing") as caught, store.reading() as connection:
        connection.execute(text("SELECT * FROM kpi_nothing"))
    assert store.file is not None or not isinstance(caught.value, StoreError)
