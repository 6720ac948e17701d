"""The tables as the newest migration leaves them; a test compares the two."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

from kpi_store.errors import corrupted


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: `TIMESTAMP WITH TIME ZONE` in PostgreSQL, text without zone in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware moments only, so that no local time is ever taken for UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same moment, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Packed(TypeDecorator[str]):
    """A document, compressed: a quarter of the size, and so the time to write it.

    SQLite does not notice a changed letter in a file; unpacking does, by the checksum inside, and
    raises `StoreCorrupted`.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | bytes | None, dialect: Dialect) -> bytes | None:
        """The packed document, which may have been packed before."""
        return packed(value) if isinstance(value, str) else value

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """The document as it was saved."""
        return None if value is None else unpacked(value)


def packed(text: str) -> bytes:
    """The document, compressed."""
    return zlib.compress(text.encode(), _LEVEL)


def unpacked(content: bytes) -> str:
    """The document in a packed one. Raises `StoreCorrupted`."""
    try:
        return zlib.decompress(content).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise corrupted() from error


metadata = MetaData()
_LEVEL = 1  # level 6 takes seven times as long and saves a fifth


def _child_of_workspace() -> Column[str]:
    target = ForeignKey("kpi_workspaces.id", ondelete="CASCADE")
    return Column("workspace_id", Text, target, primary_key=True)


migrations = Table(
    "kpi_schema",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("applied_at", Moment, nullable=False),
)

owners = Table(
    "kpi_owners",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("claimed_by", Text),
    Column("latest_id", Text),
)

workspaces = Table(
    "kpi_workspaces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_hash", Text, ForeignKey("kpi_owners.hash", ondelete="CASCADE"), nullable=False),
    Column("client", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("archived_at", Moment),
    Column("deleted_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("summary", Text, nullable=False),
    Column("document", Packed, nullable=False),
)

revisions = Table(
    "kpi_revisions",
    metadata,
    _child_of_workspace(),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("label", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("document", Packed, nullable=False),
)

actuals = Table(
    "kpi_actuals",
    metadata,
    _child_of_workspace(),
    Column("content", LargeBinary, nullable=False),
)

snapshots = Table(
    "kpi_snapshots",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "workspace_id", Text, ForeignKey("kpi_workspaces.id", ondelete="CASCADE"), nullable=False
    ),
    Column("seq", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("summary", Text, nullable=False),
    Column("document", Packed, nullable=False),
    Column("actuals", LargeBinary),
)

shares = Table(
    "kpi_shares",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "workspace_id", Text, ForeignKey("kpi_workspaces.id", ondelete="CASCADE"), nullable=False
    ),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
    Column("what", Text, nullable=False),
)
