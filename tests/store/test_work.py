"""Create, load, save, undo, redo and actuals, on both databases; and nobody else's work."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kpi_store.errors import InvalidInput, NotFound
from kpi_store.place import sqlite_url
from kpi_store.records import Conflict, Owner, Saved, Status, Summary
from kpi_store.store import Store
from kpi_store.tables import owners
from kpi_store.work import HISTORY_LIMIT

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


def doc(value: object) -> str:
    return json.dumps({"value": value})


def saved(result: Saved | Conflict | None) -> Saved:
    assert isinstance(result, Saved)
    return result


def test_what_is_created_is_loaded(store: Store, owner: Owner) -> None:
    summary = Summary(0.75, "Marketing-sourced pipeline", 16)
    made = store.create(owner, " Acme ", " Plan 2026 ", doc("日本 🌱"), summary=summary)
    assert store.load(owner, made.id) == made
    assert (made.entry.client, made.entry.name) == ("Acme", "Plan 2026")
    assert (made.document, made.version, made.entry.summary) == (doc("日本 🌱"), 1, summary)
    assert (made.entry.status, made.undo_label, made.redo_label) == (Status.DRAFT, None, None)
    assert made.entry.created_at == made.entry.updated_at == store.clock()


def test_every_method_leaves_others_work_alone(store: Store, owner: Owner, other: Owner) -> None:
    made = store.create(owner, "Acme", "Plan", doc(1), actuals=b"rows")
    made = saved(store.save(owner, made.id, doc(2), based_on=1, label="Two"))
    share, token = store.shares.create(owner, made.id)
    snapshot = store.snapshots.add(owner, made.id, "Signed off")
    store.create(other, "Else", "Other plan", doc("other"))
    attempts = (
        lambda: store.load(other, made.id),
        lambda: store.save(other, made.id, doc("stolen"), based_on=made.version),
        lambda: store.undo(other, made.id, based_on=made.version),
        lambda: store.redo(other, made.id, based_on=made.version),
        lambda: store.history(other, made.id),
        lambda: store.save_actuals(other, made.id, b"stolen", based_on=made.version),
        lambda: store.load_actuals(other, made.id),
        lambda: store.rename(other, made.id, "Stolen"),
        lambda: store.set_client(other, made.id, "Stolen"),
        lambda: store.set_status(other, made.id, Status.SIGNED_OFF),
        lambda: store.archive(other, made.id),
        lambda: store.unarchive(other, made.id),
        lambda: store.delete(other, made.id),
        lambda: store.restore(other, made.id),
        lambda: store.purge(other, made.id),
        lambda: store.duplicate(other, made.id, "Stolen"),
        lambda: store.visit(other, made.id),
        lambda: store.snapshots.add(other, made.id, "Stolen"),
        lambda: store.snapshots.list(other, made.id),
        lambda: store.snapshots.load(other, made.id, snapshot.id),
        lambda: store.snapshots.restore(other, made.id, snapshot.id, based_on=made.version),
        lambda: store.snapshots.delete(other, made.id, snapshot.id),
        lambda: store.shares.create(other, made.id),
        lambda: store.shares.list(other, made.id),
        lambda: store.shares.revoke(other, made.id, share.id),
    )
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert store.load(owner, made.id) == made
    assert store.load_actuals(owner, made.id) == b"rows"
    assert [entry.name for entry in store.list_workspaces(other)] == ["Other plan"]
    assert store.list_deleted(other) == ()
    assert (found := store.latest(other)) is not None
    assert found.entry.name == "Other plan"
    assert store.snapshots.list(owner, made.id) == (snapshot,)
    assert store.shares.list(owner, made.id)[0].revoked_at is None
    store.forget(other)
    assert store.load(owner, made.id) == made
    assert token


def test_snapshots_and_links_of_another_framework_are_not_found(store: Store, owner: Owner) -> None:
    first, second = (store.create(owner, "", name, doc(name)) for name in ("A", "B"))
    snapshot = store.snapshots.add(owner, first.id, "Kept")
    share, _ = store.shares.create(owner, first.id)
    for attempt in (
        lambda: store.snapshots.load(owner, second.id, snapshot.id),
        lambda: store.snapshots.delete(owner, second.id, snapshot.id),
        lambda: store.snapshots.restore(owner, second.id, snapshot.id, based_on=1),
        lambda: store.shares.revoke(owner, second.id, share.id),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_save_raises_the_version_and_the_time(store: Store, owner: Owner, clock) -> None:
    made = store.create(owner, "", "Plan", doc(1), summary=Summary(kpi_count=3))
    clock.move(minutes=5)
    after = saved(store.save(owner, made.id, doc(2), based_on=1))
    assert (after.version, after.document, after.undo_label) == (2, doc(2), None)
    assert (after.entry.updated_at, after.entry.created_at) == (clock.now, made.entry.created_at)
    assert after.entry.summary == Summary(kpi_count=3)
    again = saved(store.save(owner, made.id, doc(3), based_on=2, summary=Summary(0.5)))
    assert (again.version, again.entry.summary) == (3, Summary(0.5))


def test_the_same_document_is_no_change(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    assert store.save(owner, made.id, doc(1), based_on=1, label="Nothing") == made
    after = saved(store.save(owner, made.id, doc(2), based_on=1))
    assert store.save(owner, made.id, doc(2), based_on=1) == after  # a save that is sent twice


def test_a_change_based_on_an_old_version_is_not_made(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    first = saved(store.save(owner, made.id, doc("tab one"), based_on=1, label="One"))
    for result in (
        store.save(owner, made.id, doc("tab two"), based_on=1, label="Two"),
        store.undo(owner, made.id, based_on=1),
        store.redo(owner, made.id, based_on=1),
        store.save_actuals(owner, made.id, b"rows", based_on=1),
        store.save(owner, made.id, doc("from the future"), based_on=9),
    ):
        assert result == Conflict(first)
    assert store.load(owner, made.id) == first
    assert store.load_actuals(owner, made.id) is None


def test_undo_and_redo_walk_through_the_changes(store: Store, owner: Owner) -> None:
    now = store.create(owner, "", "Plan", doc(0), summary=Summary(kpi_count=0))
    for number in (1, 2, 3):
        now = saved(
            store.save(
                owner,
                now.id,
                doc(number),
                based_on=now.version,
                label=f"To {number}",
                summary=Summary(kpi_count=number),
            )
        )
    assert (now.undo_label, now.redo_label) == ("To 3", None)
    for number in (2, 1, 0):
        now = saved(store.undo(owner, now.id, based_on=now.version))
        assert (now.document, now.entry.summary.kpi_count) == (doc(number), number)
        assert now.redo_label == f"To {number + 1}"
    assert now.undo_label is None
    assert store.undo(owner, now.id, based_on=now.version) is None
    for number in (1, 2, 3):
        now = saved(store.redo(owner, now.id, based_on=now.version))
        assert (now.document, now.entry.summary.kpi_count) == (doc(number), number)
    assert store.redo(owner, now.id, based_on=now.version) is None
    assert now.version == 10  # created, three changes, three back, three forth


def test_a_new_change_ends_what_could_be_redone(store: Store, owner: Owner) -> None:
    now = store.create(owner, "", "Plan", doc(0))
    for label in ("One", "Two"):
        now = saved(store.save(owner, now.id, doc(label), based_on=now.version, label=label))
    for _ in range(2):
        now = saved(store.undo(owner, now.id, based_on=now.version))
    now = saved(store.save(owner, now.id, doc("other"), based_on=now.version, label="Other"))
    assert store.redo(owner, now.id, based_on=now.version) is None
    history = store.history(owner, now.id)
    assert ([step.label for step in history.done], history.undone) == (["Other"], ())


def test_unlabelled_changes_come_along(store: Store, owner: Owner) -> None:
    now = store.create(owner, "", "Plan", doc("start"))
    now = saved(store.save(owner, now.id, doc("start, page 2"), based_on=1))
    now = saved(store.save(owner, now.id, doc("changed"), based_on=2, label="Change"))
    now = saved(store.save(owner, now.id, doc("changed, page 3"), based_on=3))
    now = saved(store.undo(owner, now.id, based_on=4))
    assert now.document == doc("start, page 2")
    now = saved(store.save(owner, now.id, doc("start, page 4"), based_on=5))
    now = saved(store.redo(owner, now.id, based_on=6))
    assert now.document == doc("changed, page 3")
    now = saved(store.undo(owner, now.id, based_on=7))
    assert now.document == doc("start, page 4")


def test_only_the_last_changes_are_kept(store: Store, owner: Owner) -> None:
    now = store.create(owner, "", "Plan", doc(0))
    for number in range(1, HISTORY_LIMIT + 11):
        label = f"To {number}"
        now = saved(store.save(owner, now.id, doc(number), based_on=now.version, label=label))
    done = store.history(owner, now.id).done
    assert [step.label for step in done] == [f"To {n}" for n in range(60, 10, -1)]
    while now.undo_label:
        now = saved(store.undo(owner, now.id, based_on=now.version))
    assert now.document == doc(10)
    assert [step.label for step in store.history(owner, now.id).undone][:2] == ["To 11", "To 12"]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["change", "quiet", "undo", "redo"]), max_size=25))
def test_undo_agrees_with_two_plain_stacks(tmp_path_factory, steps: list[str]) -> None:
    store = Store(sqlite_url(tmp_path_factory.mktemp("stacks") / "work.sqlite3"))
    owner = Owner.of_cookie("s" * 43)
    now, back, forth = store.create(owner, "", "Plan", doc(-1)), list[str](), list[str]()
    expected = doc(-1)
    for number, step in enumerate(steps):
        if step in ("change", "quiet"):
            if step == "change":
                back, forth = [*back, expected], []
            expected = doc(number)
            label = "Change" if step == "change" else None
            result = store.save(owner, now.id, expected, based_on=now.version, label=label)
        else:
            here, there = (back, forth) if step == "undo" else (forth, back)
            move = store.undo if step == "undo" else store.redo
            result = move(owner, now.id, based_on=now.version)
            assert (result is None) == (not here)
            if here:
                there.append(expected)
                expected = here.pop()
        now = saved(result) if result else now
        assert now.document == expected
    store.close()


def test_actuals_are_kept_beside_the_document(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    assert store.load_actuals(owner, made.id) is None
    content = bytes(range(256)) * 100
    after = saved(store.save_actuals(owner, made.id, content, based_on=1))
    assert (after.version, after.document) == (2, made.document)
    assert store.load_actuals(owner, made.id) == content
    after = saved(store.save_actuals(owner, made.id, b"", based_on=2))
    assert store.load_actuals(owner, made.id) == b""
    saved(store.save_actuals(owner, made.id, None, based_on=after.version))
    assert store.load_actuals(owner, made.id) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", "{}}", '{"a": NaN}', '{"a": Infinity}', '{"a": "\ud800"}', "[" * 99_999,
     '{"a":' * 99_999, None, 7, b"{}", "x" * 10_000_001],
    ids=lambda text: str(text)[:12].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
def test_what_is_no_json_object_is_refused(store: Store, owner: Owner, text) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    with pytest.raises(InvalidInput):
        store.save(owner, made.id, text, based_on=1)
    with pytest.raises(InvalidInput):
        store.create(owner, "", "Plan", text)
    assert store.load(owner, made.id) == made


@pytest.mark.parametrize(
    "name", ["", " \n ", "a" * 121, "a\nb", "a\tb", "a\0b", "a\x1bb", "\ud800", None, 7, b"a"],
    ids=lambda name: str(name)[:12].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
def test_names_that_cannot_be_shown_are_refused(store: Store, owner: Owner, name) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    with pytest.raises(InvalidInput, match=r"name .*(empty|kept|line break)"):
        store.rename(owner, made.id, name)
    with pytest.raises(InvalidInput):
        store.create(owner, "", name, doc(1))
    assert store.load(owner, made.id) == made


@pytest.mark.parametrize(
    ("label", "expected"),
    [("", "Change"), (" \n", "Change"), ("a\0b\n\tc", "a b c"), ("\ud800", "Change"),
     ("日本 🌱", "日本 🌱"), ("a" * 119 + " b", "a" * 119), ("x" * 10_000, "x" * 120)],
    ids=range(7),
)  # fmt: skip
def test_no_label_keeps_a_change_from_being_saved(store, owner, label, expected) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    after = saved(store.save(owner, made.id, doc(2), based_on=1, label=label))
    assert (after.undo_label, after.document) == (expected, doc(2))


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE kpi_workspaces; --", "<script>alert(1)</script>", "%",
             "株式会社", "=1+1", "🌱", "a" * 120],
)  # fmt: skip
def test_hostile_names_are_only_text(store: Store, owner: Owner, name: str) -> None:
    made = store.create(owner, name, name, doc(name))
    assert store.load(owner, made.id).entry.client == store.load(owner, made.id).entry.name == name
    assert [entry.id for entry in store.list_workspaces(owner, name)] == [made.id]


@pytest.mark.parametrize(
    "forged", [UNKNOWN_ID, "", "%", "1 OR 1=1", "a\0b", "\ud800", None, 7, UNKNOWN_ID.upper() + "\n"],
    ids=lambda text: str(text)[:12].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
def test_forged_ids_are_not_found(store: Store, owner: Owner, forged) -> None:
    made = store.create(owner, "", "Plan", doc(1))
    for attempt in (
        lambda: store.load(owner, forged),
        lambda: store.save(owner, forged, doc(2), based_on=1),
        lambda: store.delete(owner, forged),
        lambda: store.purge(owner, forged),
        lambda: store.snapshots.load(owner, made.id, forged),
        lambda: store.shares.revoke(owner, made.id, forged),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_only_hashes_of_owners_are_stored(store: Store, other: Owner) -> None:
    cookie = "secret-cookie".ljust(43, "x")
    owner = Owner.of_cookie(cookie)
    store.create(owner, "", "Plan", doc(1))
    with store.reading() as connection:
        rows = [str(row) for row in connection.execute(select(owners))]
    assert len(rows) == 1
    assert cookie not in rows[0]
    assert owner.hash in rows[0]
    assert len({owner.hash, other.hash, Owner.of_login("i", "s").hash}) == 3
    assert Owner.of_login("a", "b\nc") != Owner.of_login("a\nb", "c")
