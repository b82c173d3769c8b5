"""noormme_py, asynchronous: repositories for one table, the builder for joins."""

from __future__ import annotations

from typing import Any

from benchmarks.data import UserRow
from benchmarks.peers import NOTHING, Target
from noormme_py import Noormme, param


def optimization(pragmas: Any) -> dict[str, Any]:
    """Return the settings that give a connection these pragmas."""
    return {
        "enable_wal_mode": pragmas["journal_mode"] == "wal",
        "enable_foreign_keys": bool(pragmas["foreign_keys"]),
        "synchronous": pragmas["synchronous"].upper(),
        "cache_size": pragmas["cache_size"],
        "temp_store": pragmas["temp_store"].upper(),
        "busy_timeout": pragmas["busy_timeout"],
    }


def session_join(db: Any) -> Any:
    return db.select_from("sessions").inner_join("users", "users.id", "sessions.user_id").select_all("users")


def three_table_join(db: Any) -> Any:
    return (
        db.select_from("posts as p")
        .inner_join("sessions as s", "s.id", "p.session_id")
        .inner_join("users as u", "u.id", "s.user_id")
        .select("p.title", "p.views", "p.published_at", "s.session_token", "s.expires_at", "u.name", "u.email")
        .order_by("p.id")
    )


class NoormmePeer:
    """Rows of a repository are frozen pydantic models, rows of the builder are dicts."""

    is_async = True
    values = "python"
    lacks = NOTHING

    async def setup(self, target: Target) -> None:
        self.db = Noormme(target.location, optimization=optimization(target.pragmas))
        await self.db.initialize()
        self.users = self.db.get_repository("users")
        self.plain_users = self.db.get_repository("users", UserRow)
        self.session_user = session_join(self.db).where("sessions.session_token", "=", param("token")).prepare()
        self.posts = (
            three_table_join(self.db).where("s.id", ">=", param("first")).where("s.id", "<=", param("last")).prepare()
        )

    async def teardown(self) -> None:
        await self.db.close()

    async def find_by_id(self, key: int) -> Any:
        return await self.users.find_by_id(key)

    async def find_by_email(self, email: str) -> Any:
        return await self.users.find_by_email(email)

    async def session_prepared(self, token: str) -> Any:
        return await self.session_user.execute_take_first(token=token)

    async def session_built(self, token: str) -> Any:
        return await session_join(self.db).where("sessions.session_token", "=", token).execute_take_first()

    async def list_objects(self, limit: int) -> Any:
        return await self.users.find_all(limit=limit)

    async def list_dataclasses(self, limit: int) -> Any:
        return await self.plain_users.find_all(limit=limit)

    async def three_tables(self, first: int, last: int) -> Any:
        return await self.posts.execute(first=first, last=last)

    async def users_with_comments(self, first: int, last: int) -> Any:
        return await self.users.find_many({"id__between": (first, last)}, order_by="id", include=["comments"])

    async def create(self, values: dict[str, Any]) -> Any:
        return await self.users.create(values)

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        await self.users.insert_many(rows)

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        await self.users.update(key, changes)

    async def delete(self, key: int) -> None:
        await self.users.delete(key)
