"""Tortoise ORM over aiosqlite."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tortoise import Tortoise
from tortoise.query_utils import Prefetch

from benchmarks.data import JOINED_COLUMNS, USER_COLUMNS, UserRow
from benchmarks.peers import Target
from benchmarks.peers.tortoise_models import Comment, Post, User

JOINED_PATHS = (
    "title",
    "views",
    "published_at",
    "session__session_token",
    "session__expires_at",
    "session__user__name",
    "session__user__email",
)
assert len(JOINED_PATHS) == len(JOINED_COLUMNS)


LACKS = {"session_prepared": "Tortoise has no prepared queries"}


class TortoisePeer:
    is_async = True
    values = "python"
    lacks = LACKS

    async def setup(self, target: Target) -> None:
        url = f"sqlite://{target.location}?{urlencode(target.pragmas)}"
        # Datetimes without a zone, as in the tables.
        await Tortoise.init(db_url=url, modules={"bench": ["benchmarks.peers.tortoise_models"]}, use_tz=False)

    async def teardown(self) -> None:
        await Tortoise.close_connections()

    async def find_by_id(self, key: int) -> Any:
        return await User.get(id=key)

    async def find_by_email(self, email: str) -> Any:
        return await User.get(email=email)

    async def session_built(self, token: str) -> Any:
        return await User.filter(sessions__session_token=token).first()

    async def list_objects(self, limit: int) -> Any:
        return await User.all().order_by("id").limit(limit)

    async def list_dataclasses(self, limit: int) -> Any:
        return [UserRow(*row) for row in await User.all().order_by("id").limit(limit).values_list(*USER_COLUMNS)]

    async def three_tables(self, first: int, last: int) -> Any:
        query = Post.filter(session__id__gte=first, session__id__lte=last).order_by("id")
        return await query.values_list(*JOINED_PATHS)

    async def users_with_comments(self, first: int, last: int) -> Any:
        comments = Prefetch("comments", queryset=Comment.all().order_by("id"))
        return await User.filter(id__range=(first, last)).order_by("id").prefetch_related(comments)

    async def create(self, values: dict[str, Any]) -> Any:
        return await User.create(**values)

    async def insert_many(self, rows: list[dict[str, Any]]) -> None:
        await User.bulk_create([User(**row) for row in rows])

    async def update(self, key: int, changes: dict[str, Any]) -> None:
        await User.filter(id=key).update(**changes)

    async def delete(self, key: int) -> None:
        await User.filter(id=key).delete()
