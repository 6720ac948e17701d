"""The database's shape, one step for each version, all missing steps in one transaction.

A step is never changed once released: a later shape is a further step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, inspect, select, text

from kpi_store.errors import StoreTooNew
from kpi_store.tables import migrations

Step = Sequence[str]
_MOMENT = "{moment}"
_OF_WORKSPACE = "workspace_id TEXT NOT NULL REFERENCES kpi_workspaces (id) ON DELETE CASCADE"
_KINDS = {
    "sqlite": {"{moment}": "TIMESTAMP", "{bytes}": "BLOB"},
    "postgresql": {"{moment}": "TIMESTAMP WITH TIME ZONE", "{bytes}": "BYTEA"},
}
_ADVISORY_LOCK = 0x6B7069  # any number that is ours: two servers that start at once take turns

STEPS: Mapping[int, Step] = {
    1: (
        f"""CREATE TABLE kpi_owners (
            hash TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('cookie', 'login')),
            created_at {_MOMENT} NOT NULL, last_seen_at {_MOMENT} NOT NULL,
            claimed_by TEXT, latest_id TEXT)""",
        f"""CREATE TABLE kpi_workspaces (
            id TEXT PRIMARY KEY,
            owner_hash TEXT NOT NULL REFERENCES kpi_owners (hash) ON DELETE CASCADE,
            client TEXT NOT NULL, name TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'signed_off')),
            archived_at {_MOMENT}, deleted_at {_MOMENT},
            created_at {_MOMENT} NOT NULL, updated_at {_MOMENT} NOT NULL,
            version INTEGER NOT NULL, position INTEGER NOT NULL,
            summary TEXT NOT NULL, document {{bytes}} NOT NULL)""",
        "CREATE INDEX kpi_workspaces_of_owner ON kpi_workspaces (owner_hash)",
        "CREATE INDEX kpi_workspaces_deleted ON kpi_workspaces (deleted_at)",
        f"""CREATE TABLE kpi_revisions (
            {_OF_WORKSPACE}, seq INTEGER NOT NULL, at {_MOMENT} NOT NULL, label TEXT NOT NULL,
            summary TEXT NOT NULL, document {{bytes}} NOT NULL,
            PRIMARY KEY (workspace_id, seq))""",
        f"CREATE TABLE kpi_actuals ({_OF_WORKSPACE}, content {{bytes}} NOT NULL,"
        " PRIMARY KEY (workspace_id))",
        f"""CREATE TABLE kpi_snapshots (
            id TEXT PRIMARY KEY, {_OF_WORKSPACE}, seq INTEGER NOT NULL, name TEXT NOT NULL,
            note TEXT NOT NULL, at {_MOMENT} NOT NULL, summary TEXT NOT NULL,
            document {{bytes}} NOT NULL, actuals {{bytes}}, UNIQUE (workspace_id, seq))""",
        f"""CREATE TABLE kpi_shares (
            id TEXT PRIMARY KEY, {_OF_WORKSPACE}, token_hash TEXT NOT NULL UNIQUE,
            created_at {_MOMENT} NOT NULL, expires_at {_MOMENT}, revoked_at {_MOMENT},
            last_used_at {_MOMENT}, what TEXT NOT NULL)""",
        "CREATE INDEX kpi_shares_of_workspace ON kpi_shares (workspace_id)",
    ),
}
"""The statements that lead from version n - 1 to version n, by n."""


def version_of(connection: Connection) -> int:
    """The database's version; 0 for one without our tables."""
    if not inspect(connection).has_table(migrations.name):
        return 0
    return max(connection.scalars(select(migrations.c.version)), default=0)


def migrate(connection: Connection, now: datetime, steps: Mapping[int, Step] = STEPS) -> int:
    """Bring the database to the newest version, inside the caller's transaction; returns it.

    Raises `StoreTooNew` for a database that a later release wrote, and leaves it alone.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
    found, newest = version_of(connection), max(steps)
    if found > newest:
        raise StoreTooNew(
            f"The saved work was written by a later release of this app (its database has version "
            f"{found}; this release knows {newest}).",
            "Start the later release again, or bring back a backup made before the update.",
        )
    if found == 0:
        migrations.create(connection, checkfirst=True)
    for version in range(found + 1, newest + 1):
        for statement in steps[version]:
            connection.execute(text(_for_dialect(statement, connection.dialect.name)))
        connection.execute(insert(migrations).values(version=version, applied_at=now))
    return newest


def _for_dialect(statement: str, dialect: str) -> str:
    for kind, name in _KINDS[dialect].items():
        statement = statement.replace(kind, name)
    return statement
