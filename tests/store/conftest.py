"""A store on SQLite and on PostgreSQL, each test with its own; the clock stands still until it is moved.

PostgreSQL is the server that `KPI_TEST_DATABASE_URL` names, else one at the usual local address. Each
test works in a schema of its own, dropped afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

from kpi_store.place import sqlite_url, usable
from kpi_store.records import Owner
from kpi_store.store import Store

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"


class Clock:
    """The present moment, as the test sets it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 4, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> URL:
    """The server to test with; without one the test is skipped, in CI it fails."""
    url = usable(os.environ.get("KPI_TEST_DATABASE_URL") or USUAL)
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError as error:
        message = f"no PostgreSQL at {url.host}:{url.port}; KPI_TEST_DATABASE_URL names another"
        if os.environ.get("CI"):
            raise AssertionError(message) from error
        pytest.skip(message)
    finally:
        engine.dispose()
    return url


@pytest.fixture
def postgres_url(postgres: URL) -> Iterator[URL]:
    """An empty schema on the server."""
    schema = f"kpi_test_{uuid4().hex}"
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield postgres.update_query_dict({"options": f"-csearch_path={schema}"})
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the SQLite tests keep their database."""
    return tmp_path / "data" / "work.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, file: Path) -> URL:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(file)
    found: URL = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def opened(clock: Clock) -> Iterator[Callable[..., Store]]:
    """Opens stores, and closes them after the test."""
    stores: list[Store] = []

    def opened(url: URL, **options: object) -> Store:
        stores.append(Store(url, clock, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def store(url: URL, opened: Callable[..., Store]) -> Store:
    """An empty store of each kind in turn."""
    return opened(url)


@pytest.fixture
def file_store(file: Path, opened: Callable[..., Store]) -> Store:
    """An empty store in an SQLite file."""
    return opened(sqlite_url(file))


@pytest.fixture
def owner() -> Owner:
    return Owner.of_cookie("a" * 43)


@pytest.fixture
def other() -> Owner:
    """Somebody else."""
    return Owner.of_cookie("b" * 43)
