"""Links to read: guessed, expired and revoked ones open nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from kpi_store.errors import InvalidInput
from kpi_store.records import Owner, Refusal, Shared
from kpi_store.store import Store
from kpi_store.tables import shares

DOCUMENT = '{"framework": 1}'


def test_a_link_opens_what_is_there_now(store: Store, owner: Owner, clock) -> None:
    made = store.create(owner, "Acme", "Plan", DOCUMENT, actuals=b"rows")
    share, token = store.shares.create(owner, made.id, {"pages": ["tree"], "live": True})
    assert (share.expires_at, share.revoked_at, share.last_used_at) == (None, None, None)
    assert len(token) == 43
    clock.move(hours=1)
    store.save(owner, made.id, '{"framework": 2}', based_on=1, label="Secret change")
    opened = store.shares.open(token)
    assert isinstance(opened, Shared)
    assert (opened.saved.document, opened.saved.entry.name) == ('{"framework": 2}', "Plan")
    assert (opened.saved.undo_label, opened.saved.redo_label) == (None, None)
    assert opened.share.what == {"pages": ["tree"], "live": True}
    assert store.shares.open_actuals(token) == b"rows"
    assert store.shares.list(owner, made.id)[0].last_used_at == clock.now
    clock.move(seconds=30)
    store.shares.open(token)
    assert store.shares.list(owner, made.id)[0].last_used_at == clock.now - timedelta(seconds=30)


def test_only_a_hash_of_the_secret_is_stored(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT)
    tokens = {store.shares.create(owner, made.id)[1] for _ in range(20)}
    assert len(tokens) == 20
    with store.reading() as connection:
        rows = [str(row) for row in connection.execute(select(shares))]
    assert len(rows) == 20
    assert not [row for row in rows if any(token in row for token in tokens)]


def test_the_private_part_is_not_shown(store: Store, owner: Owner) -> None:
    document = {"framework": 1, "private": {"notes": "Do not tell the client"}}
    made = store.create(owner, "", "Plan", json.dumps(document))
    _, token = store.shares.create(owner, made.id)
    opened = store.shares.open(token)
    assert isinstance(opened, Shared)
    assert json.loads(opened.saved.document) == {"framework": 1}
    assert json.loads(store.load(owner, made.id).document) == document


@pytest.mark.parametrize(
    "guess", ["", "a", "A" * 43, "a" * 44, "é" * 43, "a\0" + "a" * 41, "'" * 43, "A" * 43 + "\n", None, 7]
)  # fmt: skip
def test_a_guessed_link_opens_nothing(store: Store, owner: Owner, guess) -> None:
    store.shares.create(owner, store.create(owner, "", "Plan", DOCUMENT).id)
    assert store.shares.open(guess) is Refusal.UNKNOWN
    assert store.shares.open_actuals(guess) is None


def test_a_link_with_one_letter_changed_opens_nothing(store: Store, owner: Owner) -> None:
    _, token = store.shares.create(owner, store.create(owner, "", "Plan", DOCUMENT).id)
    for place in (0, 20, 41):
        wrong = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert store.shares.open(wrong) is Refusal.UNKNOWN


def test_an_expired_link_opens_nothing(store: Store, owner: Owner, clock) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT, actuals=b"rows")
    until = clock.now + timedelta(days=7)
    _, token = store.shares.create(owner, made.id, expires_at=until)
    clock.move(days=7, seconds=-1)
    assert isinstance(store.shares.open(token), Shared)
    clock.move(seconds=1)
    assert store.shares.open(token) is Refusal.EXPIRED
    assert store.shares.open_actuals(token) is None
    with pytest.raises(InvalidInput, match="expired already"):
        store.shares.create(owner, made.id, expires_at=clock.now)


def test_a_revoked_link_opens_nothing(store: Store, owner: Owner, clock) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT, actuals=b"rows")
    share, token = store.shares.create(owner, made.id)
    other, other_token = store.shares.create(owner, made.id)
    revoked = store.shares.revoke(owner, made.id, share.id)
    assert revoked.revoked_at == clock.now
    clock.move(days=1)
    assert (
        store.shares.revoke(owner, made.id, share.id) == revoked
    )  # a second press changes nothing
    assert store.shares.open(token) is Refusal.REVOKED
    assert store.shares.open_actuals(token) is None
    assert isinstance(opened := store.shares.open(other_token), Shared)
    assert opened.share.id == other.id


def test_a_deleted_framework_is_shown_to_nobody(store: Store, owner: Owner) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT)
    _, token = store.shares.create(owner, made.id)
    store.archive(owner, made.id)
    assert isinstance(store.shares.open(token), Shared)
    store.delete(owner, made.id)
    assert store.shares.open(token) is Refusal.REVOKED
    store.restore(owner, made.id)
    assert isinstance(store.shares.open(token), Shared)
    store.purge(owner, made.id)
    assert store.shares.open(token) is Refusal.UNKNOWN


@pytest.mark.parametrize("what", [{"a": float("nan")}, {"a": object()}, {"a": "x" * 10_000}])
def test_what_it_shows_must_be_small_json(store: Store, owner: Owner, what) -> None:
    made = store.create(owner, "", "Plan", DOCUMENT)
    with pytest.raises(InvalidInput):
        store.shares.create(owner, made.id, what)
    assert store.shares.list(owner, made.id) == ()
