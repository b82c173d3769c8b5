"""Mistakes that a generated module makes visible: both type checkers report the marked lines, and no other.

This is not run.
"""

from __future__ import annotations

import uuid

from tests.typing.shop_db import Database, Post, User


async def keys(db: Database) -> None:
    await db.users.find_by_id("1")  # error
    await db.users.get_by_id((1,))  # error
    await db.users.delete(None)  # error
    await db.post_tags.get_by_id(1)  # error
    await db.post_tags.get_by_id((1, "new"))  # error
    await db.comments.get_by_id(str(uuid.UUID(int=1)))  # error
    await db.log.find_by_id(1)  # error
    await db.readers.get_by_id(1)  # error
    await db.users.find_by_id(1)


async def writing(db: Database, post: Post) -> None:
    await db.users.create({"name": "Ada"})  # error
    await db.users.create({"email": "ada@x", "emial": "x"})  # error
    await db.users.create({"email": None})  # error
    await db.users.create({"email": "ada@x", "balance": 1.5})  # error
    await db.users.create({"email": "ada@x", "first_name": "Ada"})  # error
    await db.users.create(post)  # error
    await db.users.create_many([{"email": 5}])  # error
    await db.users.update(1, {"emial": "x"})  # error
    await db.users.update(1, {"born": "1815-12-10"})  # error
    await db.posts.create({"author_id": 1, "title": "x", "slug": "x", "length": 1})  # error
    await db.readers.create({"id": 1})  # error
    await db.users.create({"email": "ada@x", "first name": "Ada"})


async def finding(db: Database, user: User) -> None:
    await db.users.find_by_emial("x")  # error
    await db.users.find_by_email(5)  # error
    await db.users.find_by_email(None)  # error
    await db.users.find_many_by_email("x")  # error
    await db.posts.find_by_author_id_and_slug("first", 1)  # error
    await db.posts.find_many(include="autor")  # error
    await db.posts.find_many(include=["author.nobody"])  # error
    await db.log.find_many(include=["users"])  # error
    await db.posts.get_by_id(1, with_count="coments")  # error
    print(user.emial)  # error
    print(user.posts_by_author[0].author.nothing)  # error
    await db.posts.find_many(include=["author.posts_by_author"])


async def tables(db: Database) -> None:
    print(db.user)  # error
    print(db.get_repository("user"))  # error
    print(db.get_repository("user", User))  # error
    async with db.transaction() as tx:
        print(tx.postings)  # error
        print(tx.get_repository("postings"))  # error
        print(tx.get_repository("posts").find_by_titel)  # error


async def strangers(db: Database) -> str:
    user = await db.users.get_by_id(1)
    return user.id  # error
