"""What a generated module promises, as both type checkers read it. A test runs it too."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any, TypedDict, assert_type

from noormme_py import AsyncRepository, Col, Noormme, Related
from noormme_py.integrations.fastapi import Dependencies
from noormme_py.testing import assert_max_queries
from tests.typing import shop_db
from tests.typing.shop_db import Comment, Database, DatabaseTransaction, Post, Reader, Tag, User, UsersRepository


class Summary(TypedDict):
    """What is told of a user, in types that need no assertion."""

    id: int
    name: str | None
    born: datetime.date | None


async def created_user(db: Database, email: str) -> Summary:
    """Create a user; nothing is said of the types of what comes back, and all of it is known."""
    created = await db.users.create({"email": email, "born": datetime.date(1815, 12, 10)})
    return {"id": created.id, "name": created.name, "born": created.born}


async def rows(db: Database) -> None:
    users = db.users
    assert_type(users, UsersRepository)
    ada = await users.create({"email": "ada@x", "first name": "Ada", "balance": decimal.Decimal("1.50")})
    assert_type(ada, User)
    assert_type(ada.id, int)
    assert_type(ada.first_name, str | None)
    assert_type(ada.joined, datetime.datetime)
    assert_type(ada.balance, decimal.Decimal)
    assert_type(ada.settings, Any)
    assert_type(await users.find_by_id(ada.id), User | None)
    assert_type(await users.get_by_id(ada.id), User)
    assert_type(await users.find_many({"role": "reader"}), list[User])
    assert_type(await users.update(ada.id, {"name": "Ada"}), User)
    assert_type(await users.create_many([{"email": "a@x"}, {"email": "b@x", "role": "admin"}]), list[User])
    assert_type(await users.delete(ada.id), bool)
    assert_type(await users.create(ada), User)


async def as_any_other(db: Database) -> None:
    """A generated database goes where a Noormme goes, a row where values go."""
    assert await table_count(db) == len(db.schema.tables)
    with assert_max_queries(db, 2):
        ada = await db.users.create({"email": "eve@x"})
        assert_type(await db.users.update(ada.id, ada), User)
    assert_type(Dependencies(db), Dependencies)


async def table_count(db: Noormme) -> int:
    async with db.transaction() as tx:
        return len(tx.schema.tables)


async def finders(db: Database) -> None:
    assert_type(await db.users.find_by_email("ada@x"), User | None)
    assert_type(await db.users.find_many_by_role("reader"), list[User])
    assert_type(await db.users.find_many_by_born(None), list[User])
    assert_type(await db.posts.find_by_author_id_and_slug(1, "first"), Post | None)


async def relations(db: Database) -> None:
    (ada,) = await db.users.find_many({"email": "ada@x"}, include=["posts_by_author", "posts_by_author.tags"])
    assert_type(ada.posts_by_author, list[Post])
    post = await db.posts.create({"author_id": ada.id, "title": "First", "slug": "first"})
    found = await db.posts.get_by_id(post.id, include=["author", "editor", Related("comments", limit=3)])
    assert_type(found.author, User)
    assert_type(found.editor, User | None)
    assert_type(found.comments, list[Comment])
    assert_type(found.length, int | None)
    counted = await db.users.get_by_id(ada.id, with_count="posts_by_author")
    assert_type(counted.related_counts, dict[str, int])


async def keys(db: Database) -> None:
    tag = await db.tags.create({"name": "new"})
    assert_type(tag, Tag)
    tagged = await db.post_tags.create({"post_id": 1, "tag_id": tag.id})
    assert_type(await db.post_tags.delete((tagged.post_id, tagged.tag_id)), bool)
    comment = await db.comments.create({"id": uuid.UUID(int=1), "post_id": 1, "body": "!"})
    assert_type(await db.comments.get_by_id(comment.id), Comment)


async def views(db: Database) -> None:
    assert_type(await db.readers.find_many_by_email("ada@x"), list[Reader])
    await db.open_log.insert_many([{"line": "a line"}])


async def transactions(db: Database) -> int:
    async with db.transaction() as tx:
        assert_type(tx, DatabaseTransaction)
        assert_type(await tx.users.find_by_email("ada@x"), User | None)
        async with tx.transaction() as inner:
            assert_type(inner, DatabaseTransaction)
            assert_type(inner.get_repository("users"), UsersRepository)

    async def work(tx: DatabaseTransaction) -> int:
        return await tx.users.count()

    count = await db.run_in_transaction(work)
    assert_type(count, int)
    return count


class MyUser(User):
    """A row class of one's own."""

    @property
    def title(self) -> str:
        return f"{self.role} {self.email}"


class MyUsers(UsersRepository):
    """A repository of one's own."""

    async def admins(self) -> list[User]:
        return await self.find_many_by_role("admin")


async def names(db: Database) -> None:
    assert_type(db.get_repository("users"), UsersRepository)
    assert_type(await db.get_repository("posts").find_by_id(1), Post | None)
    assert_type(db.get_repository("users", MyUser), AsyncRepository[MyUser])
    mine = await db.get_repository("users", row=MyUser).find_many()
    assert_type([user.title for user in mine], list[str])
    assert_type(await MyUsers(db).admins(), list[User])
    assert_type(shop_db.Users.email, Col[str])
    found = await db.select_from(shop_db.Users).select_all().where(shop_db.Users.role == "reader").execute()
    assert_type(found, list[User])


async def run(db: Database) -> None:
    """Do all of it."""
    assert await created_user(db, "first@x") == {"id": 1, "name": None, "born": datetime.date(1815, 12, 10)}
    await rows(db)
    await finders(db)
    await relations(db)
    await keys(db)
    await views(db)
    assert await transactions(db) == 4
    await names(db)
    await as_any_other(db)
