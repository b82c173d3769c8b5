"""`inspect` only reads: no byte of the file changes, and nothing appears beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.command import SHOP, database, shown


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@contextmanager
def held_open(path: Path) -> Generator[sqlite3.Connection]:
    """A WAL database with a table that only the WAL has."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table only_in_the_wal (id integer primary key)")
        yield connection


@pytest.mark.parametrize("mode", ["wal", "delete", "persist"])
def test_a_database_at_rest_is_left_as_it_is(tmp_path: Path, mode: str) -> None:
    file = database(tmp_path / "shop.db", f"pragma journal_mode = {mode};{SHOP}")
    before = content(tmp_path)
    assert "posts  table" in shown("inspect", file)
    assert content(tmp_path) == before


def test_an_open_wal_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    with held_open(tmp_path / "open.db"):
        before = content(tmp_path)
        assert "only_in_the_wal  table" in shown("inspect", tmp_path / "open.db")
        after = content(tmp_path)
        # Readers take their marks in the index that all connections share; it is no part of the data.
        assert {name: data for name, data in after.items() if not name.endswith("-shm")} == {
            name: data for name, data in before.items() if not name.endswith("-shm")
        }
        assert after.keys() == before.keys()


def test_a_file_without_permission_to_write_can_be_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    folder.mkdir()
    file = database(folder / "shop.db", f"pragma journal_mode = wal;{SHOP}")
    file.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert "posts  table" in shown("inspect", file)
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("name", ["a b.db", "50%41.db", "what?mode=rwc&x=#1.db", "[red].db", "http:", "ü.db", "-.db"])
def test_any_file_name_can_be_given(tmp_path: Path, name: str) -> None:
    database(tmp_path / name)
    before = content(tmp_path)
    assert "posts  table" in shown("inspect", "--", name, folder=tmp_path)
    assert content(tmp_path) == before


def test_a_file_name_need_not_be_utf_8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.db"
    os.rename(database(tmp_path / "shop.db"), name)  # noqa: PTH104
    assert "posts  table" in shown("inspect", name)


def test_a_url_is_opened_for_reading_whatever_it_says(tmp_path: Path) -> None:
    file = database(tmp_path / "a shop.db")
    before = content(tmp_path)
    assert "posts  table" in shown("inspect", f"sqlite:///{quote(str(file))}?mode=rwc")
    assert content(tmp_path) == before


def test_a_link_to_an_open_wal_database_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "link.db").symlink_to(tmp_path / "open.db")
    with held_open(tmp_path / "open.db"):
        assert "only_in_the_wal  table" in shown("inspect", folder / "link.db")
    assert [path.name for path in folder.iterdir()] == ["link.db"]
