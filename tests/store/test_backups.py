"""Daily copies, bringing one back, and the command line."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kpi_store import backups
from kpi_store.__main__ import main
from kpi_store.errors import StoreCorrupted, StoreError, StoreUnavailable
from kpi_store.place import sqlite_url
from kpi_store.records import Owner, Purged
from kpi_store.store import Store


def copies(file: Path) -> list[str]:
    return [copy.path.name for copy in backups.existing(file)]


def damage(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xa5" * 4096 + content[8192:])


def test_one_copy_a_day_and_two_are_kept(
    file_store: Store, file: Path, owner: Owner, clock
) -> None:
    file_store.create(owner, "", "Plan", "{}")
    for _ in range(3):
        assert file_store.maintain() == Purged(0, 0)
        file_store.maintain()
        clock.move(days=1)
    assert copies(file) == ["backup-000003-2026-04-03.sqlite3", "backup-000002-2026-04-02.sqlite3"]
    clock.move(days=-300)
    file_store.maintain()
    assert copies(file)[0] == "backup-000004-2025-06-08.sqlite3", (
        "the newest, whatever the clock says"
    )
    assert all(path.stat().st_mode & 0o077 == 0 for path in backups.folder(file).iterdir())
    assert not list(backups.folder(file).glob("*.part*"))


def test_maintenance_purges_what_has_expired(file_store: Store, owner: Owner, clock) -> None:
    made = file_store.create(owner, "", "Plan", "{}")
    file_store.delete(owner, made.id)
    clock.move(days=31)
    assert file_store.maintain() == Purged(1, 0)
    clock.move(days=90)
    assert file_store.maintain(idle_days=100) == Purged(0, 1)  # nothing was left of this browser


def test_a_copy_holds_everything(file_store: Store, tmp_path: Path, owner: Owner, opened) -> None:
    made = file_store.create(owner, "Acme", "Plan", '{"a": 1}', actuals=b"rows")
    file_store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    target = tmp_path / "elsewhere" / "copy.sqlite3"
    assert file_store.backup(target).path == target
    copy = opened(sqlite_url(target))
    assert copy.load(owner, made.id) == file_store.load(owner, made.id)
    assert copy.load_actuals(owner, made.id) == b"rows"
    assert isinstance(copy.undo(owner, made.id, based_on=2).document, str)


def test_no_good_copy_is_ever_replaced_by_a_bad_one(
    file: Path, opened: Callable[..., Store], owner: Owner, clock, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(sqlite_url(file))
    store.create(owner, "", "Plan", '{"a": "' + "letters" * 3_000 + '"}')
    store.maintain()
    before = copies(file)
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE kpi_workspaces SET document = substr(document, 1, 9)")
        connection.commit()
    clock.move(days=1)
    with caplog.at_level(logging.ERROR):
        opened(sqlite_url(file)).maintain()
    assert "No backup" in caplog.text
    assert copies(file) == before
    with pytest.raises(StoreCorrupted):
        opened(sqlite_url(file)).backup(backups.folder(file) / before[0])
    assert backups.is_good(backups.folder(file) / before[0])


def test_the_newest_good_copy_is_brought_back(file: Path, opened, owner: Owner, clock) -> None:
    store = opened(sqlite_url(file))
    made = store.create(owner, "", "Plan", '{"a": 1}')
    store.maintain()
    clock.move(days=1)
    now = store.save(owner, made.id, '{"a": 2}', based_on=1)
    store.maintain()
    store.save(owner, made.id, '{"a": 3}', based_on=2)
    store.close()
    damage(file)
    damaged = file.read_bytes()
    with pytest.raises(StoreCorrupted):
        opened(sqlite_url(file))
    good = backups.newest_good(file)
    assert good is not None
    aside, used = backups.bring_back(file, clock())
    assert used == good.path
    assert aside is not None
    assert (aside.name, aside.read_bytes()) == ("work-damaged-20260402-090000-1.sqlite3", damaged)
    assert opened(sqlite_url(file)).load(owner, made.id) == now


def test_a_damaged_copy_is_passed_over(file_store: Store, file: Path, owner: Owner, clock) -> None:
    file_store.create(owner, "", "Plan", "{}")
    for _ in range(2):
        file_store.maintain()
        clock.move(days=1)
    newest, older = (copy.path for copy in backups.existing(file))
    damage(newest)
    assert (good := backups.newest_good(file)) is not None
    assert good.path == older
    damage(older)
    assert backups.newest_good(file) is None
    before = file.read_bytes()
    for chosen in (None, newest, file.with_name("none")):
        with pytest.raises(StoreError, match="no good backup"):
            backups.bring_back(file, clock(), chosen)
    assert file.read_bytes() == before


def test_an_emptied_file_beside_backups_is_not_a_new_start(file, opened, owner: Owner) -> None:
    store = opened(sqlite_url(file))
    store.create(owner, "", "Plan", "{}")
    store.maintain()
    store.close()
    for path in file.parent.glob("work.sqlite3*"):
        path.write_bytes(b"")
    with pytest.raises(StoreCorrupted):
        opened(sqlite_url(file))


def test_files_set_aside_never_replace_each_other(file: Path, clock) -> None:
    file.parent.mkdir()
    names = set()
    for number in range(3):
        file.write_text(str(number))
        file.with_name(file.name + "-wal").write_text("log")
        aside = backups.set_aside(file, clock())
        names.add(aside.name)
        assert aside.read_text() == str(number)
        assert aside.with_name(aside.name + "-wal").read_text() == "log"
        assert not file.exists()
    assert len(names) == 3


def test_a_copy_that_cannot_be_written_is_said(file_store: Store, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    with pytest.raises(StoreUnavailable):
        file_store.backup(tmp_path / "a-file" / "copy.sqlite3")


def test_postgres_is_copied_by_its_own_tools(postgres_url, opened, tmp_path: Path) -> None:
    store = opened(postgres_url)
    assert store.maintain() == Purged(0, 0)
    with pytest.raises(StoreError, match="pg_dump"):
        store.backup(tmp_path / "copy.sqlite3")


def test_the_commands(monkeypatch, tmp_path: Path, opened, owner: Owner, capsys) -> None:
    monkeypatch.setenv("KPI_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file, copy = tmp_path / "work.sqlite3", tmp_path / "copy.sqlite3"
    store = opened(sqlite_url(file))
    made = store.create(owner, "", "Plan", "{}")
    assert main(["backup", str(copy)]) == 0
    store.maintain()
    store.close()
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert f"{file}\n" in out
    assert "workspaces: 1\n" in out
    assert "backup-000001-2026-04-01.sqlite3" in out
    damage(file)
    assert main(["status"]) == 1
    assert "damaged" in capsys.readouterr().err
    assert main(["restore"]) == 0
    assert "Set aside" in capsys.readouterr().out
    assert opened(sqlite_url(file)).load(owner, made.id) == made
    assert main(["restore", str(copy)]) == 0
    assert main(["restore", str(tmp_path / "none")]) == 1
    monkeypatch.setenv("DATABASE_URL", "postgres://kpi:hunter2@127.0.0.1:1/kpi")
    for command in (["restore"], ["status"], ["backup", str(copy)]):
        assert main(command) == 1
    printed = capsys.readouterr()
    assert "hunter2" not in printed.out + printed.err
