"""Where the work lies, by environment and platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi_store.errors import StoreUnavailable
from kpi_store.place import data_folder, database_url
from kpi_store.records import Owner
from kpi_store.store import open_store

NAME = "kpi-framework-builder"


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", "{home}/.local/share/" + NAME),
        ({"XDG_DATA_HOME": "/srv/share"}, "linux", "/srv/share/" + NAME),
        ({"XDG_DATA_HOME": "share"}, "linux", "{home}/.local/share/" + NAME),
        ({}, "darwin", "{home}/Library/Application Support/" + NAME),
        ({"LOCALAPPDATA": "/c/local"}, "win32", "/c/local/" + NAME),
        ({}, "win32", "{home}/AppData/Local/" + NAME),
        ({"KPI_DATA_DIR": "/data", "XDG_DATA_HOME": "/srv"}, "linux", "/data"),
        ({"KPI_DATA_DIR": "~/kpi"}, "win32", "{home}/kpi"),
        ({"KPI_DATA_DIR": "  "}, "linux", "{home}/.local/share/" + NAME),
    ],
)
def test_the_folder(monkeypatch, tmp_path, environment, platform, expected) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder(environment, platform) == Path(expected.format(home=tmp_path))


def test_a_user_without_home_is_told_what_to_set(monkeypatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(StoreUnavailable, match="KPI_DATA_DIR"):
        data_folder({}, "linux")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        (
            "postgresql://u:p@h:5433/d?sslmode=require",
            "postgresql+psycopg://u:p@h:5433/d?sslmode=require",
        ),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg2://h/d", "postgresql+psycopg://h/d"),
        ("  postgres://h/d\n", "postgresql+psycopg://h/d"),
        ("sqlite:////srv/kpi.db", "sqlite:////srv/kpi.db"),
    ],
)
def test_the_address_gets_our_driver(address: str, expected: str) -> None:
    found = database_url({"DATABASE_URL": address, "KPI_DATA_DIR": "/data"})
    assert found.render_as_string(hide_password=False) == expected


@pytest.mark.parametrize(
    "address",
    ["mysql://u:hunter2@h/d", "hunter2", "://hunter2", "sqlite://", "sqlite:///:memory:", "http://hunter2",
     "postgres://u:hunter2@h:port/d"],
)  # fmt: skip
def test_other_addresses_are_refused_without_repeating_them(address: str) -> None:
    with pytest.raises(StoreUnavailable, match="DATABASE_URL") as caught:
        database_url({"DATABASE_URL": address})
    assert "hunter2" not in str(caught.value)


def test_the_store_opens_where_the_environment_says(tmp_path: Path) -> None:
    store = open_store({"KPI_DATA_DIR": str(tmp_path / "new" / "place")})
    made = store.create(Owner.of_cookie("a" * 43), "", "Plan", "{}")
    assert made.entry.created_at.tzinfo is not None
    store.close()
    folder = tmp_path / "new" / "place"
    assert (folder / "work.sqlite3").is_file()
    assert folder.stat().st_mode & 0o077 == 0, "others may look into the folder"
