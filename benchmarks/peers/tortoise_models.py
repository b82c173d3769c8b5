"""The tables as Tortoise's models; Tortoise wants them in a module of their own."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class User(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=200, unique=True)
    name = fields.CharField(max_length=200)
    role = fields.CharField(max_length=20)
    age = fields.IntField(null=True)
    is_active = fields.BooleanField()
    balance = fields.FloatField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "users"


class Session(Model):
    id = fields.IntField(primary_key=True)
    session_token = fields.CharField(max_length=64, unique=True)
    user = fields.ForeignKeyField("bench.User", related_name="sessions")
    expires_at = fields.DatetimeField()

    class Meta:
        table = "sessions"


class Post(Model):
    id = fields.IntField(primary_key=True)
    session = fields.ForeignKeyField("bench.Session", related_name="posts")
    title = fields.CharField(max_length=200)
    body = fields.TextField()
    views = fields.IntField()
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "posts"


class Comment(Model):
    id = fields.IntField(primary_key=True)
    user = fields.ForeignKeyField("bench.User", related_name="comments")
    body = fields.TextField()
    written_at = fields.DatetimeField()

    class Meta:
        table = "comments"
