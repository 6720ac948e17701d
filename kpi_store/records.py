"""What the store gives out: frozen records. Moments are in UTC."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self


class Status(StrEnum):
    """How far a framework is."""

    DRAFT = "draft"
    ACTIVE = "active"
    SIGNED_OFF = "signed_off"


@dataclass(frozen=True)
class Owner:
    """Whose work it is: the SHA-256 of a cookie or of a login, in hexadecimal. Nothing else is stored."""

    hash: str
    kind: Literal["cookie", "login"]

    @classmethod
    def of_cookie(cls, value: str) -> Self:
        """The owner behind a browser's cookie."""
        return cls(hashlib.sha256(value.encode()).hexdigest(), "cookie")

    @classmethod
    def of_login(cls, issuer: str, subject: str) -> Self:
        """The owner behind a signed-in person, by OpenID Connect's `iss` and `sub`.

        The text that is hashed starts with a bracket, so it is never a cookie's.
        """
        text = json.dumps(["login", issuer, subject])
        return cls(hashlib.sha256(text.encode()).hexdigest(), "login")


@dataclass(frozen=True)
class Summary:
    """What a list shows of a framework without opening it; `None` is not known yet."""

    completeness: float | None = None
    """Share of the wizard that is done, in [0, 1]."""
    north_star: str | None = None
    kpi_count: int | None = None

    def to_text(self) -> str:
        """The stored form."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The summary a stored text holds; fields of later releases are left out."""
        found = json.loads(text)
        return cls(**{name: found.get(name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Entry:
    """A framework in the list."""

    id: str
    client: str
    """May be empty."""
    name: str
    status: Status
    summary: Summary
    version: int
    """Grows by one with each saved document; never depends on the clock."""
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True)
class Saved:
    """A framework as it is stored now."""

    entry: Entry
    document: str
    """The JSON text that was saved."""
    undo_label: str | None
    """The change that `undo` would take back; `None` when there is none."""
    redo_label: str | None

    @property
    def id(self) -> str:
        """The framework's id."""
        return self.entry.id

    @property
    def version(self) -> int:
        """What the next change must be based on."""
        return self.entry.version


@dataclass(frozen=True)
class Conflict:
    """The change was not made: somebody saved another one first."""

    current: Saved


@dataclass(frozen=True)
class Change:
    """A step of the history."""

    seq: int
    at: datetime
    label: str


@dataclass(frozen=True)
class History:
    """Changes that can be taken back (newest first) and made again (next first)."""

    done: tuple[Change, ...]
    undone: tuple[Change, ...]


@dataclass(frozen=True)
class Snapshot:
    """A named state of a framework."""

    id: str
    workspace_id: str
    name: str
    note: str
    at: datetime
    summary: Summary
    has_actuals: bool


@dataclass(frozen=True)
class SnapshotContent:
    """A snapshot with what it holds."""

    snapshot: Snapshot
    document: str
    actuals: bytes | None


@dataclass(frozen=True)
class Share:
    """A link to read; its secret is not in here and is stored nowhere."""

    id: str
    workspace_id: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """Exact to a minute."""
    what: Mapping[str, object]
    """What the link shows, as given when it was made."""


@dataclass(frozen=True)
class Shared:
    """What a valid link opens."""

    share: Share
    saved: Saved
    """The document without its `private` part, and without history."""


class Refusal(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Purged:
    """How much was deleted for good."""

    workspaces: int
    owners: int


@dataclass(frozen=True)
class Backup:
    """A copy of the SQLite file."""

    path: Path
    at: datetime


@dataclass(frozen=True)
class Stats:
    """How much the database holds. `size` is in bytes; `None` where the database does not say."""

    owners: int
    workspaces: int
    deleted: int
    revisions: int
    snapshots: int
    shares: int
    size: int | None
