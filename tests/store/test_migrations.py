"""Newer and older databases, and that the migrations make what the queries expect."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import URL, inspect, select, text

from kpi_store import backups
from kpi_store.errors import StoreError, StoreTooNew
from kpi_store.migrations import STEPS, version_of
from kpi_store.place import sqlite_url
from kpi_store.records import Owner
from kpi_store.store import Store
from kpi_store.tables import metadata, migrations

NEXT = {**STEPS, max(STEPS) + 1: ("ALTER TABLE kpi_owners ADD COLUMN colour TEXT",)}


def test_the_tables_are_as_the_queries_expect(store: Store) -> None:
    found = inspect(store.engine)
    assert set(found.get_table_names()) == set(metadata.tables)
    for name, table in metadata.tables.items():
        columns = {column["name"]: column for column in found.get_columns(name)}
        assert set(columns) == set(table.columns.keys()), name
        for column in table.columns:
            declared = getattr(column.type, "impl", column.type)
            kind = columns[column.name]["type"]
            assert kind.python_type is declared.python_type, (name, column.name)
            if not column.primary_key:
                assert columns[column.name]["nullable"] == column.nullable, (name, column.name)
        assert set(found.get_pk_constraint(name)["constrained_columns"]) == set(
            table.primary_key.columns.keys()
        ), name


def test_an_older_database_is_brought_forward(
    url: URL, opened: Callable[..., Store], owner: Owner
) -> None:
    made = opened(url).create(owner, "", "Plan", '{"a": 1}')
    later = opened(url, steps=NEXT)
    assert "colour" in {
        column["name"] for column in inspect(later.engine).get_columns("kpi_owners")
    }
    assert later.load(owner, made.id) == made
    with later.reading() as connection:
        assert version_of(connection) == max(NEXT)
        assert list(connection.scalars(select(migrations.c.version))) == sorted(NEXT)
    assert opened(url, steps=NEXT).load(owner, made.id) == made  # no second time


def test_a_copy_is_made_before_a_migration(
    file, opened: Callable[..., Store], owner: Owner
) -> None:
    made = opened(sqlite_url(file)).create(owner, "", "Plan", '{"a": 1}')
    opened(sqlite_url(file), steps=NEXT)
    (copy,) = backups.folder(file).iterdir()
    assert copy.name == f"before-version-{max(NEXT)}.sqlite3"
    assert opened(sqlite_url(copy)).load(owner, made.id) == made


def test_a_newer_database_is_refused_and_left_alone(
    url: URL, opened: Callable[..., Store], owner
) -> None:
    later = opened(url, steps=NEXT)
    made = later.create(owner, "", "Plan", '{"a": 1}')
    with pytest.raises(StoreTooNew, match=r"later release.*version 2.*knows 1.*backup"):
        opened(url)
    assert later.load(owner, made.id) == made


def test_a_step_that_fails_changes_nothing(
    url: URL, opened: Callable[..., Store], owner: Owner
) -> None:
    made = opened(url).create(owner, "", "Plan", '{"a": 1}')
    broken = {
        **NEXT,
        3: ("ALTER TABLE kpi_owners ADD COLUMN size TEXT", "ALTER TABLE kpi_none ADD a"),
    }
    with pytest.raises(Exception, match=r"kpi_none|cannot be reached"):
        opened(url, steps=broken)
    store = opened(url)
    columns = {column["name"] for column in inspect(store.engine).get_columns("kpi_owners")}
    assert not {"colour", "size"} & columns
    assert store.load(owner, made.id) == made


def test_a_database_with_other_tables_keeps_them(
    file, opened: Callable[..., Store], owner: Owner
) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.execute("INSERT INTO notes VALUES ('mine')")
        connection.commit()
    store = opened(sqlite_url(file))
    store.create(owner, "", "Plan", "{}")
    with store.reading() as connection:
        assert connection.scalar(text("SELECT text FROM notes")) == "mine"


def test_the_word_error_covers_all_refusals() -> None:
    assert issubclass(StoreTooNew, StoreError)
