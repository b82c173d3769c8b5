"""A pragma that SQLite ignores inside a transaction is an error there, and never silence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import ForeignKeyViolation, TransactionError

# They would take the memory of the test itself, or show no value to compare.
_LEFT_OUT = ("soft_heap_limit", "hard_heap_limit", "schema_version", "table_info", "index_info")

_OTHERS: dict[object, object] = {0: 1, 1: 0, "delete": "memory", "normal": "exclusive"}


@pytest.mark.parametrize(
    "pragma",
    [
        "PRAGMA foreign_keys=OFF",
        "pragma foreign_keys = 0",
        "pragma main.foreign_keys(off)",
        '/* x */ ; Pragma "Foreign_Keys" = no;',
        "pragma journal_mode = memory",
        "pragma synchronous = off",
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
async def test_a_pragma_that_a_transaction_ignores_is_refused(pragma: str, read_only: bool) -> None:
    async with Noormme(":memory:") as db, db.transaction(read_only=read_only) as tx:
        with pytest.raises(TransactionError, match="inside a transaction"):
            await tx.execute(pragma)
        async with tx.transaction() as inner:
            with pytest.raises(TransactionError, match="inside a transaction"):
                await inner.execute(pragma)


async def _drop_parents(db: Noormme) -> None:
    async with db.transaction() as tx:
        await tx.execute("PRAGMA foreign_keys=OFF")
        # SQLite would go on with the keys on, and delete the rows of the children.
        await tx.execute("drop table parents")


async def test_dropping_a_parent_with_foreign_keys_off_loses_no_child(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(
            "create table parents (id integer primary key);"
            "create table children (parent integer references parents on delete cascade);"
            "insert into parents values (1); insert into children values (1);"
        )
        with pytest.raises(TransactionError):
            await _drop_parents(db)
        assert await db.get_repository("children").count() == 1
        # Before the transaction it does what it says.
        await db.execute("PRAGMA foreign_keys=OFF")
        async with db.transaction() as tx:
            await tx.execute("drop table parents")
        assert (await db.execute("select * from children")).rows == [{"parent": 1}]


async def test_other_pragmas_do_their_work_inside_a_transaction() -> None:
    async with Noormme(":memory:") as db:
        await db.execute("create table t (id integer primary key, parent integer references t)")
        async with db.transaction() as tx:
            assert (await tx.execute("pragma foreign_keys")).rows == [{"foreign_keys": 1}]
            with pytest.raises(ForeignKeyViolation):
                await tx.execute("insert into t values (1, 2)")
            await tx.execute("pragma defer_foreign_keys = on")
            await tx.execute("insert into t values (1, 2)")
            await tx.execute("insert into t values (2, 1)")
            await tx.execute("pragma user_version = 7")
        assert (await db.execute("pragma user_version")).rows == [{"user_version": 7}]


async def test_no_pragma_of_this_sqlite_is_ignored_without_an_error(path: Path) -> None:
    ignored = [pragma for pragma, value in _settings(path) if _is_ignored(path, pragma, value)]
    assert "foreign_keys" in ignored
    async with Noormme(":memory:") as db, db.transaction() as tx:
        for pragma in ignored:
            with pytest.raises(TransactionError):
                await tx.execute(f"pragma {pragma} = 1")


def _settings(path: Path) -> Iterator[tuple[str, object]]:
    """Yield each pragma that this SQLite has and that can be set, with a value that it has not."""
    with closing(_connect(path)) as connection:
        names = [row[0] for row in connection.execute("select name from pragma_pragma_list")]
    for name in names:
        if name in _LEFT_OUT:
            continue
        with closing(_connect(path)) as connection:
            now = _value(connection, name)
            other = now + 1 if type(now) is int and now > 1 else _OTHERS.get(now)
            if other is not None and _value_after(connection, name, other) == other:
                yield name, other


def _is_ignored(path: Path, pragma: str, value: object) -> bool:
    """Whether the pragma keeps its value, inside a transaction that has written."""
    with closing(_connect(path)) as connection:
        connection.execute("begin immediate")
        connection.execute("insert into t values (1)")
        return _value_after(connection, pragma, value) != value


def _value_after(connection: sqlite3.Connection, pragma: str, value: object) -> object:
    try:
        connection.execute(f"pragma {pragma} = {value}").fetchall()
    except sqlite3.Error:
        pass
    return _value(connection, pragma)


def _value(connection: sqlite3.Connection, pragma: str) -> object:
    try:
        row = connection.execute(f"pragma {pragma}").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else row[0]


def _connect(path: Path) -> sqlite3.Connection:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("create table t (n integer)")
    return connection
