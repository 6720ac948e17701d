"""Snapshots: what they keep, and bringing one back."""

from __future__ import annotations

import pytest

from kpi_store.errors import InvalidInput, NotFound
from kpi_store.records import Conflict, Owner, Saved, Summary
from kpi_store.store import Store


def test_a_snapshot_keeps_its_state(store: Store, owner: Owner, clock) -> None:
    made = store.create(owner, "", "Plan", '{"a": 1}', summary=Summary(0.5), actuals=b"april")
    kept = store.snapshots.add(owner, made.id, " Signed off ", "By all.\nIn writing.")
    assert (kept.name, kept.note, kept.at) == ("Signed off", "By all.\nIn writing.", clock.now)
    assert (kept.summary, kept.has_actuals) == (Summary(0.5), True)
    store.save(owner, made.id, '{"a": 2}', based_on=1)
    store.save_actuals(owner, made.id, b"may", based_on=2)
    without = store.snapshots.add(owner, made.id, "Plain", actuals=False)
    assert store.snapshots.list(owner, made.id) == (without, kept)
    content = store.snapshots.load(owner, made.id, kept.id)
    assert (content.snapshot, content.document, content.actuals) == (kept, '{"a": 1}', b"april")
    assert store.snapshots.load(owner, made.id, without.id).actuals is None
    assert store.load(owner, made.id).version == 3


def test_a_restored_snapshot_can_be_undone(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", '{"a": 1}', summary=Summary(0.5))
    kept = store.snapshots.add(owner, made.id, "Signed off")
    after = store.save(owner, made.id, '{"a": 2}', based_on=1, summary=Summary(0.9))
    after = store.save_actuals(owner, made.id, b"may", based_on=2)
    assert isinstance(after, Saved)
    late = store.snapshots.restore(owner, made.id, kept.id, based_on=1)
    assert late == Conflict(after)
    back = store.snapshots.restore(owner, made.id, kept.id, based_on=3)
    assert isinstance(back, Saved)
    assert (back.document, back.entry.summary) == ('{"a": 1}', Summary(0.5))
    assert back.undo_label == "Restore Signed off"
    assert store.load_actuals(owner, made.id) == b"may"
    undone = store.undo(owner, made.id, based_on=4)
    assert isinstance(undone, Saved)
    assert (undone.document, undone.entry.summary) == ('{"a": 2}', Summary(0.9))


def test_a_long_name_still_makes_a_label(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", '{"a": 1}')
    kept = store.snapshots.add(owner, made.id, "n" * 120)
    store.save(owner, made.id, '{"a": 2}', based_on=1)
    back = store.snapshots.restore(owner, made.id, kept.id, based_on=2)
    assert isinstance(back, Saved)
    assert back.undo_label == "Restore " + "n" * 112


def test_deleted_snapshots_are_gone(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", '{"a": 1}')
    first, second = (store.snapshots.add(owner, made.id, name) for name in ("First", "Second"))
    store.snapshots.delete(owner, made.id, first.id)
    assert store.snapshots.list(owner, made.id) == (second,)
    for attempt in (store.snapshots.load, store.snapshots.delete):
        with pytest.raises(NotFound, match="no such snapshot"):
            attempt(owner, made.id, first.id)
    store.snapshots.add(owner, made.id, "Third")
    assert [kept.name for kept in store.snapshots.list(owner, made.id)] == ["Third", "Second"]


@pytest.mark.parametrize(("name", "note"), [("", ""), ("ok", "a" * 4001), ("ok", "a\0")])
def test_bad_names_and_notes_are_refused(store: Store, owner: Owner, name: str, note: str) -> None:
    made = store.create(owner, "", "Plan", '{"a": 1}')
    with pytest.raises(InvalidInput):
        store.snapshots.add(owner, made.id, name, note)
    assert store.snapshots.list(owner, made.id) == ()
