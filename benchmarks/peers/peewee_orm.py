"""Peewee: synchronous, one connection."""

from __future__ import annotations

from typing import Any

import peewee
from peewee import SqliteDatabase, chunked, prefetch

from benchmarks.data import UserRow
from benchmarks.peers import Target

DATABASE = SqliteDatabase(None)


class Model(peewee.Model):
    class Meta:
        database = DATABASE


class User(Model):
    email = peewee.CharField(unique=True)
    name = peewee.CharField()
    role = peewee.CharField()
    age = peewee.IntegerField(null=True)
    is_active = peewee.BooleanField()
    balance = peewee.FloatField()
    created_at = peewee.DateTimeField()

    class Meta:
        table_name = "users"


class Session(Model):
    session_token = peewee.CharField(unique=True)
    user = peewee.ForeignKeyField(User, column_name="user_id")
    expires_at = peewee.DateTimeField()

    class Meta:
        table_name = "sessions"


class Post(Model):
    session = peewee.ForeignKeyField(Session, column_name="session_id")
    title = peewee.CharField()
    body = peewee.TextField()
    views = peewee.IntegerField()
    published_at = peewee.DateTimeField(null=True)

    class Meta:
        table_name = "posts"


class Comment(Model):
    user = peewee.ForeignKeyField(User, column_name="user_id", backref="comments")
    body = peewee.TextField()
    written_at = peewee.DateTimeField()

    class Meta:
        table_name = "comments"


LACKS = {"session_prepared": "Peewee has no prepared queries"}


class PeeweePeer:
    is_async = False
    values = "python"
    lacks = LACKS

    def setup(self, target: Target) -> None:
        pragmas = dict(target.pragmas)
        DATABASE.init(target.location, pragmas=pragmas, timeout=pragmas["busy_timeout"] / 1000)
        DATABASE.connect()

    def teardown(self) -> None:
        DATABASE.close()

    def find_by_id(self, key: int) -> Any:
        return User.get_by_id(key)

    def find_by_email(self, email: str) -> Any:
        return User.get(User.email == email)

    def session_built(self, token: str) -> Any:
        return User.select().join(Session).where(Session.session_token == token).get()

    def list_objects(self, limit: int) -> Any:
        return list(User.select().order_by(User.id).limit(limit))

    def list_dataclasses(self, limit: int) -> Any:
        return list(User.select().order_by(User.id).limit(limit).objects(UserRow))

    def three_tables(self, first: int, last: int) -> Any:
        query = (
            Post.select(
                Post.title,
                Post.views,
                Post.published_at,
                Session.session_token,
                Session.expires_at,
                User.name,
                User.email,
            )
            .join(Session)
            .join(User)
            .where(Session.id.between(first, last))
            .order_by(Post.id)
        )
        return list(query.tuples())

    def users_with_comments(self, first: int, last: int) -> Any:
        users = User.select().where(User.id.between(first, last)).order_by(User.id)
        return prefetch(users, Comment.select().order_by(Comment.id))

    def create(self, values: dict[str, Any]) -> Any:
        return User.create(**values)

    def insert_many(self, rows: list[dict[str, Any]]) -> None:
        with DATABASE.atomic():
            # As its documentation advises: batches within SQLite's limit of variables, in one transaction.
            for batch in chunked(rows, 1000):
                User.insert_many(batch).execute()

    def update(self, key: int, changes: dict[str, Any]) -> None:
        User.update(**changes).where(User.id == key).execute()

    def delete(self, key: int) -> None:
        User.delete_by_id(key)
