"""sqlite-utils: synchronous, rows are dicts of what SQLite stores."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlite_utils import Database

from benchmarks.data import UserRow
from benchmarks.peers import Target
from benchmarks.peers.raw_sqlite import JOIN, JOIN_THREE

LACKS = {
    "session_built": "sqlite-utils has no builder for joins",
    "users_with_comments": "sqlite-utils loads no relations",
}


class SqliteUtilsPeer:
    """Its table methods for one table, its `query` with SQL text for joins."""

    is_async = False
    values = "stored"
    lacks = LACKS

    def setup(self, target: Target) -> None:
        connection = sqlite3.connect(target.location)
        for name, value in target.pragmas.items():
            connection.execute(f"pragma {name} = {value}").close()
        self.db = Database(connection)
        self.users = self.db.table("users")

    def teardown(self) -> None:
        self.db.close()

    def find_by_id(self, key: int) -> Any:
        return self.users.get(key)

    def find_by_email(self, email: str) -> Any:
        return next(self.users.rows_where("email = ?", [email], limit=1))

    def session_prepared(self, token: str) -> Any:
        return next(self.db.query(JOIN, [token]))

    def list_objects(self, limit: int) -> Any:
        return list(self.users.rows_where(order_by="id", limit=limit))

    def list_dataclasses(self, limit: int) -> Any:
        return [UserRow(**row) for row in self.users.rows_where(order_by="id", limit=limit)]

    def three_tables(self, first: int, last: int) -> Any:
        return list(self.db.query(JOIN_THREE, [first, last]))

    def create(self, values: dict[str, Any]) -> Any:
        return self.users.get(self.users.insert(_text(values)).last_pk)

    def insert_many(self, rows: list[dict[str, Any]]) -> None:
        self.users.insert_all(map(_text, rows), batch_size=1000)

    def update(self, key: int, changes: dict[str, Any]) -> None:
        self.users.update(key, changes)

    def delete(self, key: int) -> None:
        self.users.delete(key)


def _text(values: dict[str, Any]) -> dict[str, Any]:
    # It would write the datetime with a T, and so not as the other rows have it.
    return {**values, "created_at": str(values["created_at"])}
