"""aiosqlite with SQL text, in the two ways that its users know."""

from __future__ import annotations

from typing import Any

import aiosqlite

from benchmarks.peers import NOTHING, Target
from benchmarks.peers.raw_sqlite import (
    BETWEEN,
    CREATE,
    DELETE,
    FIND,
    FIND_EMAIL,
    INSERT,
    JOIN,
    JOIN_THREE,
    LIST,
    UPDATE,
    as_user,
    comments_of,
    stored,
)


class AiosqliteUsual:
    """The pattern of its documentation: `async with db.execute(…) as cursor`, fetch; after a write, commit."""

    is_async = True
    values = "stored"
    lacks = NOTHING

    async def setup(self, target: Target) -> None:
        self.db = await self.connect(target)
        for name, value in target.pragmas.items():
            await self.db.execute_fetchall(f"pragma {name} = {value}")

    async def connect(self, target: Target) -> aiosqlite.Connection:
        return await aiosqlite.connect(target.location)

    async def teardown(self) -> None:
        await self.db.close()

    async def _one(self, sql: str, parameters: Any) -> Any:
        async with self.db.execute(sql, parameters) as cursor:
            return await cursor.fetchone()

    async def _all(self, sql: str, parameters: Any) -> Any:
        async with self.db.execute(sql, parameters) as cursor:
            return await cursor.fetchall()

    async def _write(self, sql: str, parameters: Any) -> None:
        await self.db.execute(sql, parameters)
        await self.db.commit()

    async def find_by_id(self, key: int) -> Any:
        return await self._one(FIND, (key,))

    async def find_by_email(self, email: str) -> Any:
        return await self._one(FIND_EMAIL, (email,))

    async def session_prepared(self, token: str) -> Any:
        return await self._one(JOIN, (token,))

    session_built = session_prepared

    async def list_objects(self, limit: int) -> Any:
        return await self._all(LIST, (limit,))

    async def list_dataclasses(self, limit: int) -> Any:
        return [as_user(row) for row in await self._all(LIST, (limit,))]

    async def three_tables(self, first: int, last: int) -> Any:
        return await self._all(JOIN_THREE, (first, last))

    async def users_with_comments(self, first: int, last: int) -> Any:
        users = await self._all(BETWEEN, (first, last))
        keys = [row[0] for row in users]
        return users, await self._all(comments_of(len(keys)), keys)

    async def create(self, values: dict[str, Any]) -> Any:
        row = await self._one(CREATE, stored(values))
        await self.db.commit()
        return row

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        await self.db.executemany(INSERT, map(stored, rows))
        await self.db.commit()

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        await self._write(UPDATE, {**changes, "id": key})

    async def delete(self, key: int) -> None:
        await self._write(DELETE, (key,))


class AiosqliteFetchall(AiosqliteUsual):
    """One hop for a statement: `execute_fetchall`, in autocommit."""

    async def connect(self, target: Target) -> aiosqlite.Connection:
        return await aiosqlite.connect(target.location, isolation_level=None)

    async def _one(self, sql: str, parameters: Any) -> Any:
        rows = list(await self.db.execute_fetchall(sql, parameters))
        return rows[0] if rows else None

    async def _all(self, sql: str, parameters: Any) -> Any:
        return await self.db.execute_fetchall(sql, parameters)

    async def _write(self, sql: str, parameters: Any) -> None:
        await self.db.execute_fetchall(sql, parameters)

    async def create(self, values: dict[str, Any]) -> Any:
        return await self._one(CREATE, stored(values))

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        await self.db.execute_fetchall("begin")
        await super().insert_many(rows)
