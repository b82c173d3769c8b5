"""The standard library's sqlite3: SQL text, one connection, no thread. It is the unit of all ratios."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

from benchmarks.data import (
    COMMENTS_OF,
    THREE_TABLES,
    USER_COLUMNS,
    USER_LIST,
    USER_OF_SESSION,
    USERS_BETWEEN,
    AuthorRow,
    CommentRow,
    UserRow,
    datetime,
)
from benchmarks.peers import NOTHING, Target

FIND = f"select {USER_LIST} from users where id = ?"
FIND_EMAIL = f"select {USER_LIST} from users where email = ?"
LIST = f"select {USER_LIST} from users order by id limit ?"
JOIN = USER_OF_SESSION.format("?")
JOIN_THREE = THREE_TABLES.format("?", "?")
BETWEEN = USERS_BETWEEN.format("?", "?")
INSERT = (
    "insert into users (email, name, role, age, is_active, balance, created_at) "
    "values (:email, :name, :role, :age, :is_active, :balance, :created_at)"
)
CREATE = f"{INSERT} returning {USER_LIST}"
UPDATE = "update users set name = :name, balance = :balance where id = :id"
DELETE = "delete from users where id = ?"


def comments_of(keys: int) -> str:
    """Return the query for the comments of so many users."""
    return COMMENTS_OF.format(f"in ({', '.join('?' * keys)})")


def stored(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "created_at": values["created_at"].isoformat(" ")}


class RawSqlite:
    """Rows are tuples of what SQLite stores."""

    is_async = False
    values = "stored"
    lacks = NOTHING

    def setup(self, target: Target) -> None:
        self.connection = sqlite3.connect(target.location, isolation_level=None)
        for name, value in target.pragmas.items():
            self.connection.execute(f"pragma {name} = {value}").close()

    def teardown(self) -> None:
        self.connection.close()

    def find_by_id(self, key: int) -> Any:
        return self.connection.execute(FIND, (key,)).fetchone()

    def find_by_email(self, email: str) -> Any:
        return self.connection.execute(FIND_EMAIL, (email,)).fetchone()

    def session_prepared(self, token: str) -> Any:
        return self.connection.execute(JOIN, (token,)).fetchone()

    session_built = session_prepared

    def list_objects(self, limit: int) -> Any:
        # As dicts, because a tuple is no object with names.
        return [dict(zip(USER_COLUMNS, row, strict=True)) for row in self.connection.execute(LIST, (limit,)).fetchall()]

    list_dataclasses = list_objects

    def three_tables(self, first: int, last: int) -> Any:
        return self.connection.execute(JOIN_THREE, (first, last)).fetchall()

    def users_with_comments(self, first: int, last: int) -> Any:
        users = self.connection.execute(BETWEEN, (first, last)).fetchall()
        keys = [row[0] for row in users]
        return users, self.connection.execute(comments_of(len(keys)), keys).fetchall()

    def create(self, values: dict[str, Any]) -> Any:
        cursor = self.connection.execute(CREATE, stored(values))
        row = cursor.fetchone()
        # Autocommit: the insert is committed when its statement ends.
        cursor.close()
        return row

    def insert_many(self, rows: list[dict[str, Any]]) -> None:
        self.connection.execute("begin")
        self.connection.executemany(INSERT, map(stored, rows))
        self.connection.execute("commit")

    def update(self, key: int, changes: dict[str, Any]) -> None:
        self.connection.execute(UPDATE, {**changes, "id": key})

    def delete(self, key: int) -> None:
        self.connection.execute(DELETE, (key,))


def as_user(row: Any) -> UserRow:
    """Return a row as a careful hand would write it."""
    key, email, name, role, age, is_active, balance, created_at = row
    return UserRow(key, email, name, role, age, bool(is_active), balance, datetime.fromisoformat(created_at))


def as_author(row: Any, comments: list[CommentRow]) -> AuthorRow:
    key, email, name, role, age, is_active, balance, created_at = row
    created = datetime.fromisoformat(created_at)
    return AuthorRow(key, email, name, role, age, bool(is_active), balance, created, comments)


class TypedSqlite(RawSqlite):
    """The same, with rows made into dataclasses by a function written for them."""

    values = "python"

    def find_by_id(self, key: int) -> UserRow:
        return as_user(super().find_by_id(key))

    def find_by_email(self, email: str) -> UserRow:
        return as_user(super().find_by_email(email))

    def session_prepared(self, token: str) -> UserRow:
        return as_user(super().session_prepared(token))

    session_built = session_prepared

    def list_objects(self, limit: int) -> list[UserRow]:
        return [as_user(row) for row in self.connection.execute(LIST, (limit,))]

    list_dataclasses = list_objects

    def three_tables(self, first: int, last: int) -> list[Any]:
        parse = datetime.fromisoformat
        return [
            (title, views, published and parse(published), token, parse(expires), name, email)
            for title, views, published, token, expires, name, email in super().three_tables(first, last)
        ]

    def users_with_comments(self, first: int, last: int) -> list[AuthorRow]:
        users, comments = super().users_with_comments(first, last)
        comments_by_user: defaultdict[int, list[CommentRow]] = defaultdict(list)
        for key, user_id, body, written_at in comments:
            comments_by_user[user_id].append(CommentRow(key, user_id, body, datetime.fromisoformat(written_at)))
        return [as_author(row, comments_by_user[row[0]]) for row in users]

    def create(self, values: dict[str, Any]) -> UserRow:
        return as_user(super().create(values))
