"""Advice that is followed later: the schema may be another one by then, and nobody's way back is lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import SyncNoormme, errors
from noormme_py.client.undo_file import keep_undo
from noormme_py.location import parse_location
from noormme_py.optimize.advice.application import Application
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.suggestion import Advice
from tests.optimize.advising import NUMBERS, asked, dropped, file_of

TABLE = f"""
    create table t (id integer primary key, a integer, b integer);
    {NUMBERS.format(5_000)} insert into t select i, i, i from n;
"""
INDEXES = "create index short on t (a); create index long on t (a, b);"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SyncNoormme]:
    with SyncNoormme(file_of(tmp_path, TABLE + INDEXES)) as db:
        yield db


def to_drop(db: SyncNoormme) -> Advice:
    advice = db.optimizer.suggest(Record((asked("select * from t where a = ?", [3]),)))
    assert dropped(advice) == ["short"], advice
    return advice


def change(db: SyncNoormme, script: str) -> None:
    with closing(sqlite3.connect(db.config.location.file)) as connection:
        connection.executescript(script)


def indexes(db: SyncNoormme) -> set[str]:
    with closing(sqlite3.connect(db.config.location.file)) as connection:
        return {name for (name,) in connection.execute("select name from sqlite_schema where type = 'index'")}


@pytest.mark.parametrize(
    "became",
    ["unique index short on t (a)", "index short on t (b)", "index short on t (a) where b > 1"],
)
def test_an_index_that_has_become_another_one_is_not_dropped(db: SyncNoormme, became: str) -> None:
    advice = to_drop(db)
    change(db, f"drop index short; create {became};")
    with pytest.raises(errors.QueryError, match="'short' has become another one"):
        db.optimizer.apply(advice, dry_run=False)
    assert indexes(db) == {"short", "long"}


def test_an_index_is_not_dropped_without_the_one_in_its_place(db: SyncNoormme) -> None:
    advice = to_drop(db)
    change(db, "drop index long")
    with pytest.raises(errors.QueryError, match="'long', which serves in place of 'short', is not there"):
        db.optimizer.apply(advice, dry_run=False)
    assert indexes(db) == {"short"}
    change(db, "create index long on t (a, b)")
    applied = db.optimizer.apply(advice, dry_run=False)
    assert indexes(db) == {"long"}
    db.optimizer.undo(applied)
    assert indexes(db) == {"short", "long"}


def test_of_what_is_applied_at_once_every_way_back_is_kept(tmp_path: Path) -> None:
    location = parse_location(tmp_path / "app.db")
    made = [Application((), (), (f'drop index "i{number}"',), is_dry_run=False) for number in range(20)]
    threads = [threading.Thread(target=keep_undo, args=(location, one)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = (tmp_path / ".noormme" / "app.db.undo.sql").read_text("utf-8").splitlines()
    assert {line for line in kept if line.startswith("drop")} == {f"{one.undo[0]};" for one in made}
    assert sorted(path.name for path in (tmp_path / ".noormme").iterdir()) == [".gitignore", "app.db.undo.sql"]
