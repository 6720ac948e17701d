"""Owners: claiming a browser's work, retention, and deleting for good."""

from __future__ import annotations

import json
import zlib

import pytest

from kpi_store.errors import NotFound
from kpi_store.records import Owner, Purged
from kpi_store.store import Store

DOCUMENT = '{"a": 1}'
LOGIN = Owner.of_login("https://login.example", "user-1")


def test_signing_in_takes_the_browsers_work_along(store: Store, owner: Owner, other: Owner) -> None:
    own = store.create(LOGIN, "", "Own", DOCUMENT)
    made = [store.create(owner, "", name, DOCUMENT) for name in ("A", "B", "C")]
    store.delete(owner, made[2].id)
    store.visit(owner, made[0].id)
    theirs = store.create(other, "", "Theirs", DOCUMENT)
    _, token = store.shares.create(owner, made[0].id)
    assert store.unclaimed(owner) == 3
    assert store.claim(owner, LOGIN) == 3
    assert store.list_workspaces(owner) == store.list_deleted(owner) == ()
    assert store.latest(owner) is None
    assert {entry.name for entry in store.list_workspaces(LOGIN)} == {"Own", "A", "B"}
    assert [entry.name for entry in store.list_deleted(LOGIN)] == ["C"]
    assert store.latest(LOGIN) == store.load(LOGIN, made[0].id) == made[0]
    assert store.load(LOGIN, own.id) == own
    assert store.load(other, theirs.id) == theirs
    assert store.shares.open(token).saved.id == made[0].id
    with pytest.raises(NotFound):
        store.load(owner, made[0].id)
    assert store.claim(owner, LOGIN) == store.unclaimed(owner) == 0
    again = store.create(owner, "", "After signing out", DOCUMENT)
    assert store.load(owner, again.id) == again


def test_only_a_login_claims_and_only_from_a_cookie(
    store: Store, owner: Owner, other: Owner
) -> None:
    for pair in ((owner, other), (LOGIN, owner), (LOGIN, LOGIN)):
        with pytest.raises(ValueError, match="claimed"):
            store.claim(*pair)
    assert store.claim(owner, LOGIN) == 0


def test_forgetting_an_owner_deletes_everything_of_theirs(store, owner, other) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT, actuals=b"rows")
    store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    store.snapshots.add(owner, made.id, "Kept")
    _, token = store.shares.create(owner, made.id)
    kept = store.create(other, "", "Other", DOCUMENT)
    store.forget(owner)
    assert store.list_workspaces(owner) == ()
    assert store.shares.open(token) == "unknown"
    stats = store.stats()
    assert (stats.owners, stats.workspaces, stats.revisions) == (1, 1, 0)
    assert (stats.snapshots, stats.shares) == (0, 0)
    assert store.load(other, kept.id) == kept
    store.forget(owner)
    assert store.create(owner, "", "Again", DOCUMENT).version == 1


@pytest.mark.parametrize("way", ["forget", "purge", "retention"])
def test_what_is_deleted_for_good_is_overwritten_in_the_file(
    file_store: Store, owner: Owner, clock, way: str
) -> None:
    text = json.dumps({"a": [Owner.of_cookie(str(n)).hash for n in range(200)]})
    made = file_store.create(owner, "Confidential-4711", "Plan", text)
    file_store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    file_store.snapshots.add(owner, made.id, "Kept")
    assert file_store.file is not None
    files = list(file_store.file.parent.iterdir())
    for secret in (b"Confidential-4711", zlib.compress(text.encode(), 1)[300:360]):
        assert any(secret in path.read_bytes() for path in files)
    if way == "forget":
        file_store.forget(owner)
    elif way == "purge":
        file_store.purge(owner, made.id)
    else:
        file_store.delete(owner, made.id)
        assert file_store.purge_expired(0) == Purged(0, 0)
        clock.move(seconds=1)
        assert file_store.purge_expired(0) == Purged(1, 0)
    for secret in (b"Confidential-4711", zlib.compress(text.encode(), 1)[300:360]):
        assert not [path for path in files if secret in path.read_bytes()]


def test_deleted_work_is_purged_after_its_time(store: Store, owner: Owner, clock) -> None:
    first, second, third = (store.create(owner, "", name, DOCUMENT) for name in "ABC")
    store.delete(owner, first.id)
    clock.move(days=2)
    store.delete(owner, second.id)
    clock.move(days=28, seconds=-1)
    assert store.purge_expired(30) == Purged(0, 0)
    clock.move(seconds=2)
    assert store.purge_expired(30) == Purged(1, 0)
    assert [entry.id for entry in store.list_deleted(owner)] == [second.id]
    clock.move(days=-400)
    assert store.purge_expired(0) == Purged(0, 0)  # the clock went back: keep, rather than lose
    assert store.load(owner, third.id) == third
    with pytest.raises(ValueError, match="negative"):
        store.purge_expired(-1)
    assert store.purge_expired(10**12) == Purged(0, 0)


def test_browsers_that_never_return_are_forgotten(
    store: Store, owner: Owner, other: Owner, clock
) -> None:
    store.create(owner, "", "Left", DOCUMENT)
    store.create(owner, "", "Left too", DOCUMENT)
    seen = store.create(other, "", "Seen", DOCUMENT)
    login = store.create(LOGIN, "", "Login", DOCUMENT)
    worker = Owner.of_cookie("w" * 43)
    work = store.create(worker, "", "Open all year", DOCUMENT)
    clock.move(days=300)
    store.seen(other)
    store.seen(Owner.of_cookie("n" * 43))  # nobody's: stays unknown
    store.save(worker, work.id, '{"a": 2}', based_on=1)
    clock.move(days=100)
    assert store.purge_expired(30) == Purged(0, 0)
    assert store.purge_expired(30, idle_days=365) == Purged(2, 1)
    assert store.list_workspaces(owner) == ()
    assert store.load(other, seen.id) == seen
    assert store.load(LOGIN, login.id) == login
    assert store.load(worker, work.id).version == 2
    assert store.stats().owners == 3


def test_stats_count(store: Store, owner: Owner, other: Owner) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT)
    store.delete(other, store.create(other, "", "Gone", DOCUMENT).id)
    store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    store.snapshots.add(owner, made.id, "Kept")
    store.shares.create(owner, made.id)
    stats = store.stats()
    assert (stats.owners, stats.workspaces, stats.deleted) == (2, 1, 1)
    assert (stats.revisions, stats.snapshots, stats.shares) == (1, 1, 1)
    assert (stats.size is None) == (store.file is None)
    assert stats.size is None or stats.size > 4096
