"""Links to read a framework without an owner: a secret in the address, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, insert, select, update

from kpi_store import checks
from kpi_store.errors import InvalidInput
from kpi_store.records import Owner, Refusal, Saved, Share, Shared
from kpi_store.rows import SHARE, AnyRow, entry_of, require, share_of
from kpi_store.tables import shares, workspaces
from kpi_store.work import Work, actuals_of

PRIVATE = "private"
"""The part of a document that no link ever shows, such as a presenter's notes."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_A_MOMENT = timedelta(minutes=1)
_WHAT_LIMIT = 10_000  # characters


class Shares:
    """The links to frameworks; `Store.shares`."""

    def __init__(self, store: Work) -> None:
        self._store = store

    def create(
        self,
        owner: Owner,
        workspace_id: str,
        what: Mapping[str, object] | None = None,
        *,
        expires_at: datetime | None = None,
    ) -> tuple[Share, str]:
        """A new link and its secret of 256 random bits, which cannot be shown again.

        `what` is any JSON that says what the link shows. Raises `NotFound`, `InvalidInput`.
        """
        text = _what(what or {})
        now = self._store.clock()
        if expires_at is not None and expires_at <= now:
            raise InvalidInput("The link would have expired already.", "Choose a later date.")
        token, share_id = secrets.token_urlsafe(32), str(uuid4())
        with self._store.writing() as connection:
            require(connection, owner, workspace_id)
            connection.execute(
                insert(shares).values(
                    id=share_id,
                    workspace_id=workspace_id,
                    token_hash=_hash(token),
                    created_at=now,
                    expires_at=expires_at,
                    what=text,
                )
            )
            row = connection.execute(select(*SHARE).where(shares.c.id == share_id)).one()
        return share_of(row), token

    def list(self, owner: Owner, workspace_id: str) -> tuple[Share, ...]:
        """The framework's links, newest first, also those that no longer work. Raises `NotFound`."""
        with self._store.reading() as connection:
            require(connection, owner, workspace_id)
            query = select(*SHARE).where(shares.c.workspace_id == workspace_id)
            newest_first = query.order_by(shares.c.created_at.desc(), shares.c.id)
            return tuple(share_of(row) for row in connection.execute(newest_first))

    def revoke(self, owner: Owner, workspace_id: str, share_id: str) -> Share:
        """Let the link open nothing from now on. Raises `NotFound`."""
        this = shares.c.id == checks.id_of(share_id, "link"), shares.c.workspace_id == workspace_id
        with self._store.writing() as connection:
            require(connection, owner, workspace_id)
            still_open = shares.c.revoked_at.is_(None)
            now = self._store.clock()
            connection.execute(update(shares).where(*this, still_open).values(revoked_at=now))
            row = connection.execute(select(*SHARE).where(*this)).one_or_none()
        if row is None:
            raise checks.missing("link")
        return share_of(row)

    def open(self, token: str) -> Shared | Refusal:
        """What the link shows now, or why it shows nothing.

        Found by the hash of the secret, so that the time taken tells nothing about other secrets.
        """
        now = self._store.clock()
        with self._store.reading() as connection:
            share = self._valid(connection, token, now)
            if isinstance(share, Refusal):
                return share
            of_share = workspaces.c.id == share.workspace_id
            row = connection.execute(select(workspaces).where(of_share)).one()
            opened = Shared(share, Saved(entry_of(row), _public(row.document), None, None))
        if share.last_used_at is None or abs(now - share.last_used_at) >= _A_MOMENT:
            with self._store.writing() as connection:
                connection.execute(
                    update(shares).where(shares.c.id == share.id).values(last_used_at=now)
                )
            opened = replace(opened, share=replace(share, last_used_at=now))
        return opened

    def open_actuals(self, token: str) -> bytes | None:
        """The measured values behind a valid link; `None` when there are none or it is not valid."""
        with self._store.reading() as connection:
            share = self._valid(connection, token, self._store.clock())
            if isinstance(share, Refusal):
                return None
            return actuals_of(connection, share.workspace_id)

    def _valid(self, connection: Connection, token: str, now: datetime) -> Share | Refusal:
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return Refusal.UNKNOWN
        row = connection.execute(
            select(*SHARE, workspaces.c.deleted_at)
            .join(workspaces, workspaces.c.id == shares.c.workspace_id)
            .where(_holds(token))
        ).one_or_none()
        if row is None:
            return Refusal.UNKNOWN
        if row.revoked_at is not None or row.deleted_at is not None:
            return Refusal.REVOKED
        return Refusal.EXPIRED if _has_expired(row, now) else share_of(row)


def _holds(token: str) -> ColumnElement[bool]:
    return shares.c.token_hash == _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _has_expired(row: AnyRow, now: datetime) -> bool:
    """Judged by the latest moment known, in case the server's clock went back."""
    known = [now, row.created_at, row.last_used_at or row.created_at]
    return row.expires_at is not None and max(known) >= row.expires_at


def _what(what: Mapping[str, object]) -> str:
    try:
        text = json.dumps(dict(what), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput("What the link shows is not JSON.", "Choose it again.") from error
    if len(text) > _WHAT_LIMIT:
        raise InvalidInput("The link says too much about what it shows.", "Choose fewer parts.")
    return text


def _public(document: str) -> str:
    """The document without its private part."""
    content = json.loads(document)
    if PRIVATE not in content:
        return document
    return json.dumps({name: part for name, part in content.items() if name != PRIVATE})
