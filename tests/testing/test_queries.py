"""Counting: what is a query of the caller's, and what is not."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme, errors
from noormme_py.testing import assert_max_queries

SCHEMA = "create table t (id integer primary key, n integer unique)"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(SCHEMA)
    return path


@pytest.fixture
def sync_db(file: Path) -> Iterator[SyncNoormme]:
    with SyncNoormme(file) as db:
        yield db


@pytest.fixture
async def db(file: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(file) as database:
        yield database


def test_statements_are_counted_wherever_they_run(sync_db: SyncNoormme) -> None:
    t = sync_db.get_repository("t")
    with assert_max_queries(sync_db, 4) as seen:
        t.create({"n": 1})
        with sync_db.transaction() as tx, tx.transaction() as inner:
            inner.execute("update t set n = 2")
        assert len(list(sync_db.select_from("t").select("n").stream())) == 1
        sync_db.execute_many("insert into t (n) values (?)", [[5], [6], [7]])
    assert len(seen) == 4


async def test_statements_of_both_faces_are_counted_alike(db: Noormme) -> None:
    t = db.get_repository("t")
    with assert_max_queries(db, 3) as seen:
        await t.create({"n": 1})
        async with db.transaction() as tx:
            await tx.execute("update t set n = 2")
        assert await t.count() == 1
    assert len(seen) == 3


def ask_three(db: SyncNoormme) -> None:
    for n in (123456, 2):
        db.execute("insert into t (n) values (?)", [n])
    db.get_repository("t").count()


def test_too_many_are_told_with_their_texts_and_without_their_values(sync_db: SyncNoormme) -> None:
    with pytest.raises(AssertionError) as caught, assert_max_queries(sync_db, 2):
        ask_three(sync_db)
    told = str(caught.value).splitlines()
    assert told == [
        "queries that ran: 3, expected: 2 at most",
        "  2 x insert into t (n) values (?)",
        '  1 x select count(*) as "count" from "t"',
    ]


def test_a_statement_that_fails_counts(sync_db: SyncNoormme) -> None:
    sync_db.execute("insert into t (id) values (1)")
    with assert_max_queries(sync_db, 1) as seen, pytest.raises(errors.UniqueViolation):
        sync_db.execute("insert into t (id) values (1)")
    assert len(seen) == 1


def test_what_the_library_reads_of_the_schema_is_not_counted(sync_db: SyncNoormme, file: Path) -> None:
    with closing(sqlite3.connect(file)) as neighbour:
        neighbour.execute("create table u (id integer primary key)")
    with assert_max_queries(sync_db, 1) as seen:
        sync_db.refresh_schema()
        sync_db.get_repository("u").count()
    assert seen == ['select count(*) as "count" from "u"']


async def test_a_statement_that_moves_to_a_lane_counts_once(db: Noormme) -> None:
    await db.execute_many("insert into t (n) values (?)", ([n] for n in range(20_000)))
    lanes: list[str] = []
    end = db.observe(lambda event: lanes.append(event.lane))
    with assert_max_queries(db, 1):
        await db.select_from("t").select("n").order_by("n", "desc").order_by("id").execute()
    end()
    assert lanes == ["loop", "reader 0"]


def fail_after_a_query(db: SyncNoormme, seen: list[str]) -> None:
    with assert_max_queries(db, 0) as told:
        db.execute("select 1")
        seen += told
        raise LookupError


def test_an_error_of_the_block_is_told_as_it_is_and_nothing_is_counted_after(sync_db: SyncNoormme) -> None:
    seen: list[str] = []
    with pytest.raises(LookupError):
        fail_after_a_query(sync_db, seen)
    sync_db.execute("select 2")
    assert seen == ["select 1"]
