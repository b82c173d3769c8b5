"""The databases that the peers are given: a copy of one SQLite file each, or a PostgreSQL database each."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from benchmarks import data
from benchmarks.peers import Target
from benchmarks.postgres import Server


class Store(Protocol):
    """One peer's database, seen from outside of that peer."""

    target: Target

    def restore(self, doomed: int) -> None:
        """Undo all that was written, and put `doomed` users there to be deleted."""

    def rows(self, sql: str) -> list[list[Any]]:
        """Return what a query gives."""

    def server_memory_kib(self) -> int:
        """Return the memory of the server's processes, 0 where there is no server."""


def pragmas(synchronous: str) -> dict[str, str | int]:
    """Return the pragmas that every SQLite peer gets."""
    return {
        # First, so that the others wait for a lock.
        "busy_timeout": 30_000,
        "journal_mode": "wal",
        "synchronous": synchronous,
        "foreign_keys": 1,
        "cache_size": -64_000,
        "temp_store": "memory",
    }


UNDO_UPDATES = "update users set name = 'User ' || id, balance = (id % 1000) / 4.0 where name like 'Changed%'"
DOOMED_COLUMNS = "id, email, name, role, age, is_active, balance, created_at"


def _doomed_rows(count: int) -> list[tuple[Any, ...]]:
    rows = []
    for key in range(data.DOOMED + 1, data.DOOMED + count + 1):
        values = data.user_values(key, f"doomed{key}@example.com")
        rows.append((key, *values.values()))
    return rows


def _stored_row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(data.stored, row))


class SqliteTemplate:
    """The file that is copied for each SQLite peer."""

    def __init__(self, folder: Path, synchronous: str) -> None:
        self._folder = folder
        self._pragmas = pragmas(synchronous)
        self._path = folder / "template.db"
        with closing(sqlite3.connect(self._path)) as connection:
            connection.execute("pragma journal_mode = wal")
            connection.executescript(data.SQLITE_SCHEMA)
            for table, rows in data.tables().items():
                places = ", ".join("?" * len(rows[0]))
                connection.executemany(f"insert into {table} values ({places})", map(_stored_row, rows))
            connection.commit()
            connection.execute("analyze")

    def copy(self, peer: str) -> SqliteStore:
        path = self._folder / f"{peer}.db"
        shutil.copyfile(self._path, path)
        return SqliteStore(Target(str(path), self._pragmas))


class SqliteStore:
    def __init__(self, target: Target) -> None:
        self.target = target

    def restore(self, doomed: int) -> None:
        with closing(self._connect()) as connection:
            connection.execute("begin immediate")
            connection.execute("delete from users where id > ?", (data.USERS,))
            connection.execute(UNDO_UPDATES)
            connection.executemany(
                f"insert into users ({DOOMED_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)",
                map(_stored_row, _doomed_rows(doomed)),
            )
            connection.execute("commit")
            connection.execute("pragma wal_checkpoint(truncate)").fetchall()

    def rows(self, sql: str) -> list[list[Any]]:
        with closing(self._connect()) as connection:
            return [list(row) for row in connection.execute(sql)]

    def server_memory_kib(self) -> int:
        return 0

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.target.location, isolation_level=None, timeout=30)
        connection.execute("pragma foreign_keys = 1")
        return connection


class PostgresTemplate:
    """The database that is copied for each PostgreSQL peer."""

    def __init__(self, server: Server) -> None:
        self._server = server
        asyncio.run(self._fill())

    async def _fill(self) -> None:
        connection = await self._server.connect("postgres")
        await connection.execute("create database template_of_peers")
        await connection.close()
        connection = await self._server.connect("template_of_peers")
        await connection.execute(data.POSTGRES_SCHEMA)
        for table, rows in data.tables().items():
            await connection.copy_records_to_table(table, records=rows)
            await connection.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), {len(rows)})")
        await connection.execute("analyze")
        await connection.close()

    def copy(self, peer: str) -> PostgresStore:
        name = peer.replace("-", "_")
        asyncio.run(self._server.run("postgres", f"create database {name} template template_of_peers"))
        return PostgresStore(Target(name, {}, str(self._server.folder), self._server.port), self._server)


class PostgresStore:
    def __init__(self, target: Target, server: Server) -> None:
        self.target = target
        self._server = server

    def restore(self, doomed: int) -> None:
        asyncio.run(self._restore(doomed))

    async def _restore(self, doomed: int) -> None:
        connection = await self._server.connect(self.target.location)
        await connection.execute(f"delete from users where id > {data.USERS}")
        await connection.execute(UNDO_UPDATES)
        await connection.copy_records_to_table(
            "users", records=_doomed_rows(doomed), columns=DOOMED_COLUMNS.split(", ")
        )
        # What autovacuum would do in its own time, in nobody's round.
        await connection.execute("vacuum analyze users")
        await connection.close()

    def rows(self, sql: str) -> list[list[Any]]:
        return asyncio.run(self._server.rows(self.target.location, sql))

    def server_memory_kib(self) -> int:
        return self._server.memory_kib()
