"""Piccolo over aiosqlite. It opens a connection for each query, which is its own way with SQLite."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

from piccolo.columns import Boolean, DoublePrecision, ForeignKey, Integer, Serial, Text, Timestamp, Varchar
from piccolo.engine.sqlite import SQLiteEngine, TransactionType
from piccolo.table import Table

from benchmarks.data import UserRow
from benchmarks.peers import Target

BATCH = 1000


class User(Table, tablename="users"):
    id = Serial(primary_key=True)
    email = Varchar(length=200, unique=True)
    name = Varchar(length=200)
    role = Varchar(length=20)
    age = Integer(null=True, default=None)
    is_active = Boolean()
    balance = DoublePrecision()
    created_at = Timestamp()


class Session(Table, tablename="sessions"):
    id = Serial(primary_key=True)
    session_token = Varchar(length=64, unique=True)
    user_id = ForeignKey(User)
    expires_at = Timestamp()


class Post(Table, tablename="posts"):
    id = Serial(primary_key=True)
    session_id = ForeignKey(Session)
    title = Varchar(length=200)
    body = Text()
    views = Integer()
    published_at = Timestamp(null=True, default=None)


class Comment(Table, tablename="comments"):
    id = Serial(primary_key=True)
    user_id = ForeignKey(User)
    body = Text()
    written_at = Timestamp()


LACKS = {"session_prepared": "Piccolo has no prepared queries"}


class PiccoloPeer:
    is_async = True
    values = "python"
    lacks = LACKS

    async def setup(self, target: Target) -> None:
        class Connection(sqlite3.Connection):
            """Each new connection gets the same pragmas as everybody's."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                for name, value in target.pragmas.items():
                    self.execute(f"pragma {name} = {value}").close()

        self.engine = SQLiteEngine(path=target.location, factory=Connection, timeout=30)
        for table in (User, Session, Post, Comment):
            table._meta.db = self.engine

    async def teardown(self) -> None:
        pass

    async def find_by_id(self, key: int) -> Any:
        return await User.objects().get(User.id == key)

    async def find_by_email(self, email: str) -> Any:
        return await User.objects().get(User.email == email)

    async def session_built(self, token: str) -> Any:
        columns = Session.user_id.all_columns()
        row = await Session.select(*columns).where(Session.session_token == token).first()
        return {name.removeprefix("user_id."): value for name, value in row.items()}

    async def list_objects(self, limit: int) -> Any:
        return await User.objects().order_by(User.id).limit(limit)

    async def list_dataclasses(self, limit: int) -> Any:
        return [UserRow(**row) for row in await User.select().order_by(User.id).limit(limit)]

    async def three_tables(self, first: int, last: int) -> Any:
        session = Post.session_id
        rows = (
            await Post.select(
                Post.title,
                Post.views,
                Post.published_at,
                session.session_token,
                session.expires_at,
                session.user_id.name,
                session.user_id.email,
            )
            .where((session.id >= first) & (session.id <= last))
            .order_by(Post.id)
        )
        return [tuple(row.values()) for row in rows]

    async def users_with_comments(self, first: int, last: int) -> Any:
        # It goes back over a foreign key only where that is unique; else it takes a second query.
        users = await User.objects().where((User.id >= first) & (User.id <= last)).order_by(User.id)
        found = Comment.objects().where(Comment.user_id.is_in([user.id for user in users])).order_by(Comment.id)
        comments_by_user = defaultdict(list)
        for comment in await found:
            comments_by_user[comment.user_id].append(comment)
        for user in users:
            user.comments = comments_by_user[user.id]
        return users

    async def create(self, values: dict[str, Any]) -> Any:
        user = User(**values)
        await user.save()
        return user

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        async with self.engine.transaction(transaction_type=TransactionType.immediate):
            for start in range(0, len(rows), BATCH):
                await User.insert(*(User(**row) for row in rows[start : start + BATCH]))

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        await User.update(changes).where(User.id == key)

    async def delete(self, key: int) -> None:
        await User.delete().where(User.id == key)
