"""The list: search, names, status, archive, delete and restore, duplicate, and where to return."""

from __future__ import annotations

import pytest

from kpi_store.errors import NotFound
from kpi_store.records import Owner, Status, Summary
from kpi_store.store import Store

DOCUMENT = '{"a": 1}'


def names(entries) -> list[str]:
    return [entry.name for entry in entries]


def test_the_list_has_the_last_changed_first(store: Store, owner: Owner, clock) -> None:
    made = []
    for name in ("Old", "Middle", "New"):
        made.append(store.create(owner, "Acme", name, DOCUMENT))
        clock.move(minutes=1)
    assert names(store.list_workspaces(owner)) == ["New", "Middle", "Old"]
    store.save(owner, made[0].id, '{"a": 2}', based_on=1)
    assert names(store.list_workspaces(owner)) == ["Old", "New", "Middle"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("", ["Kunde", "Größe", "Plan"]),
        ("acme", ["Plan"]),
        ("PLAN acme", ["Plan"]),
        ("plan kunde", []),
        ("grösse", []),
        ("GRÖSSE", []),
        ("größe", ["Größe"]),
        ("GRÖẞE", ["Größe"]),
        ("signed off", ["Kunde"]),
        ("pipeline", ["Plan"]),
        ("ａｃｍｅ", ["Plan"]),
        ("株式", ["Größe"]),
        ("%", []),
        ("_", []),
    ],
)
def test_search_finds_every_word_in_any_case(store, owner, clock, search, expected) -> None:
    store.create(owner, "ACME", "Plan", DOCUMENT, summary=Summary(north_star="Pipeline"))
    clock.move(minutes=1)
    store.create(owner, "株式会社", "Größe", DOCUMENT)
    clock.move(minutes=1)
    store.set_status(owner, store.create(owner, "", "Kunde", DOCUMENT).id, Status.SIGNED_OFF)
    found = names(store.list_workspaces(owner, search))
    # casefold writes ß as ss, so both spellings of the capital letter find it
    assert found == (["Größe"] if search in ("grösse", "GRÖSSE") else expected)


def test_entries_change_without_a_new_version(store: Store, owner: Owner, clock) -> None:
    made = store.create(owner, "Acme", "Plan", DOCUMENT)
    clock.move(hours=1)
    store.rename(owner, made.id, "Better plan")
    store.set_client(owner, made.id, "")
    entry = store.set_status(owner, made.id, Status.ACTIVE)
    assert (entry.name, entry.client, entry.status) == ("Better plan", "", Status.ACTIVE)
    assert (entry.version, entry.updated_at) == (1, clock.now)
    assert store.load(owner, made.id).entry == entry
    with pytest.raises(ValueError, match="lost"):
        store.set_status(owner, made.id, "lost")  # type: ignore[arg-type]


def test_archived_ones_are_on_their_own_list(store: Store, owner: Owner) -> None:
    made = store.create(owner, "Acme", "Plan", DOCUMENT)
    assert store.archive(owner, made.id).archived_at == store.clock()
    assert store.list_workspaces(owner) == ()
    assert names(store.list_workspaces(owner, archived=True)) == ["Plan"]
    assert names(store.list_workspaces(owner, "nothing", archived=True)) == []
    assert store.load(owner, made.id).document == DOCUMENT
    assert store.unarchive(owner, made.id).archived_at is None
    assert names(store.list_workspaces(owner)) == ["Plan"]


def test_deleted_ones_can_be_restored(store: Store, owner: Owner) -> None:
    made = store.create(owner, "Acme", "Plan", DOCUMENT, actuals=b"rows")
    store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    before = store.load(owner, made.id)
    store.delete(owner, made.id)
    assert store.list_workspaces(owner) == ()
    assert names(store.list_deleted(owner)) == ["Plan"]
    for attempt in (
        lambda: store.load(owner, made.id),
        lambda: store.save(owner, made.id, DOCUMENT, based_on=2),
        lambda: store.rename(owner, made.id, "Other"),
        lambda: store.snapshots.list(owner, made.id),
        lambda: store.delete(owner, made.id),
    ):
        with pytest.raises(NotFound, match="was deleted"):
            attempt()
    assert store.restore(owner, made.id).deleted_at is None
    assert store.restore(owner, made.id).deleted_at is None  # a second press does no harm
    assert store.load(owner, made.id) == before
    assert store.load_actuals(owner, made.id) == b"rows"


def test_purged_ones_are_gone_with_all_that_hangs_on_them(store: Store, owner: Owner) -> None:
    made = store.create(owner, "Acme", "Plan", DOCUMENT, actuals=b"rows")
    store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    store.snapshots.add(owner, made.id, "Kept")
    store.shares.create(owner, made.id)
    kept = store.create(owner, "Acme", "Kept", DOCUMENT)
    store.purge(owner, made.id)
    for attempt in (store.load, store.restore, store.purge):
        with pytest.raises(NotFound, match="no such"):
            attempt(owner, made.id)
    stats = store.stats()
    assert (stats.workspaces, stats.deleted) == (1, 0)
    assert (stats.revisions, stats.snapshots, stats.shares) == (0, 0, 0)
    assert store.load(owner, kept.id) == kept


def test_a_duplicate_is_a_fresh_draft(store: Store, owner: Owner) -> None:
    made = store.create(owner, "Acme", "Plan", DOCUMENT, summary=Summary(1.0), actuals=b"rows")
    store.save(owner, made.id, '{"a": 2}', based_on=1, label="Two")
    store.set_status(owner, made.id, Status.SIGNED_OFF)
    store.shares.create(owner, made.id)
    copy = store.duplicate(owner, made.id, "Copy of Plan")
    assert copy.id != made.id
    assert (copy.entry.client, copy.entry.name, copy.entry.status) == (
        "Acme",
        "Copy of Plan",
        Status.DRAFT,
    )
    assert (copy.document, copy.version, copy.undo_label) == ('{"a": 2}', 1, None)
    assert copy.entry.summary == Summary(1.0)
    assert store.load_actuals(owner, copy.id) == b"rows"
    assert store.shares.list(owner, copy.id) == ()
    store.save(owner, copy.id, '{"a": 3}', based_on=1)
    assert store.load(owner, made.id).document == '{"a": 2}'
    assert store.duplicate(owner, made.id, "For Beta", client="Beta").entry.client == "Beta"


def test_the_owner_returns_to_where_they_were(store: Store, owner: Owner, clock) -> None:
    assert store.latest(owner) is None
    first = store.create(owner, "", "First", DOCUMENT)
    clock.move(minutes=1)
    second = store.create(owner, "", "Second", DOCUMENT)
    assert store.latest(owner) == second
    assert store.visit(owner, first.id) == first
    assert store.latest(owner) == first
    store.save(owner, second.id, '{"a": 2}', based_on=1)
    assert store.latest(owner) == store.load(owner, second.id)
    store.delete(owner, second.id)
    assert store.latest(owner) == first
    store.archive(owner, first.id)
    assert store.latest(owner) is None


def test_a_clock_that_goes_back_changes_no_order_of_versions(store, owner, clock) -> None:
    first = store.create(owner, "", "First", DOCUMENT)
    clock.move(days=-400)
    second = store.create(owner, "", "Second", DOCUMENT)
    now = first
    for number in (1, 2, 3):
        clock.move(hours=-1)
        label = f"To {number}"
        now = store.save(owner, now.id, f'{{"a": {number + 1}}}', based_on=number, label=label)
        assert now.version == number + 1
        store.snapshots.add(owner, now.id, label)
    history = store.history(owner, first.id)
    assert [change.label for change in history.done] == ["To 3", "To 2", "To 1"]
    assert [kept.name for kept in store.snapshots.list(owner, first.id)] == ["To 3", "To 2", "To 1"]
    assert store.undo(owner, first.id, based_on=4).document == '{"a": 3}'
    assert store.latest(owner).id == first.id
    assert store.visit(owner, second.id).id == store.latest(owner).id
