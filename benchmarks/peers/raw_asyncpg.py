"""PostgreSQL with SQL text through asyncpg, over the server's Unix socket."""

from __future__ import annotations

from typing import Any

import asyncpg

from benchmarks.data import (
    COMMENTS_OF,
    THREE_TABLES,
    USER_COLUMNS,
    USER_LIST,
    USER_OF_SESSION,
    USERS_BETWEEN,
    UserRow,
)
from benchmarks.peers import NOTHING, Target

FIND = f"select {USER_LIST} from users where id = $1"
FIND_EMAIL = f"select {USER_LIST} from users where email = $1"
LIST = f"select {USER_LIST} from users order by id limit $1"
JOIN = USER_OF_SESSION.format("$1")
JOIN_THREE = THREE_TABLES.format("$1", "$2")
BETWEEN = USERS_BETWEEN.format("$1", "$2")
COMMENTS = COMMENTS_OF.format("= any($1)")
CREATE = (
    "insert into users (email, name, role, age, is_active, balance, created_at) "
    f"values ($1, $2, $3, $4, $5, $6, $7) returning {USER_LIST}"
)
UPDATE = "update users set name = $2, balance = $3 where id = $1"
DELETE = "delete from users where id = $1"


class AsyncpgPeer:
    """A pool of its default size. asyncpg prepares each text once for a connection."""

    is_async = True
    values = "python"
    lacks = NOTHING

    async def setup(self, target: Target) -> None:
        self.pool = await asyncpg.create_pool(
            host=target.socket_folder, port=target.port, user="postgres", database=target.location
        )

    async def teardown(self) -> None:
        await self.pool.close()

    async def find_by_id(self, key: int) -> Any:
        return await self.pool.fetchrow(FIND, key)

    async def find_by_email(self, email: str) -> Any:
        return await self.pool.fetchrow(FIND_EMAIL, email)

    async def session_prepared(self, token: str) -> Any:
        return await self.pool.fetchrow(JOIN, token)

    session_built = session_prepared

    async def list_objects(self, limit: int) -> Any:
        return await self.pool.fetch(LIST, limit)

    async def list_dataclasses(self, limit: int) -> Any:
        return [UserRow(*row) for row in await self.pool.fetch(LIST, limit)]

    async def three_tables(self, first: int, last: int) -> Any:
        return await self.pool.fetch(JOIN_THREE, first, last)

    async def users_with_comments(self, first: int, last: int) -> Any:
        users = await self.pool.fetch(BETWEEN, first, last)
        return users, await self.pool.fetch(COMMENTS, [row["id"] for row in users])

    async def create(self, values: dict[str, Any]) -> Any:
        return await self.pool.fetchrow(CREATE, *(values[name] for name in USER_COLUMNS[1:]))

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        columns = USER_COLUMNS[1:]
        records = ([row[name] for name in columns] for row in rows)
        await self.pool.copy_records_to_table("users", records=records, columns=columns)

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        await self.pool.execute(UPDATE, key, changes["name"], changes["balance"])

    async def delete(self, key: int) -> None:
        await self.pool.execute(DELETE, key)


class AsyncpgHeld(AsyncpgPeer):
    """One connection that is held: quicker one call after another, and of no use to several tasks."""

    lacks = dict.fromkeys(
        ("tasks_read", "tasks_insert", "tasks_mixed"), "a held connection serves one task; see asyncpg with its pool"
    )

    async def setup(self, target: Target) -> None:
        # A connection has the methods of a pool.
        self.pool = await asyncpg.connect(
            host=target.socket_folder, port=target.port, user="postgres", database=target.location
        )
