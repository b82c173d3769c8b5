"""What the type checkers must refuse: they report the lines marked so, and no other. This is not run."""

from __future__ import annotations

from datetime import datetime

from noormme_py import Noormme, SyncNoormme, and_, col, fn
from noormme_py.client.async_queries import AsyncSelect
from tests.typing.shop_model import Card, Post, Posts, User, Users


def conditions() -> None:
    print(Users.age > "x")  # error
    print(Users.name < 3)  # error
    print(Users.age.in_(["a"]))  # error
    print(Users.age.not_in(5))  # error
    print(Users.id.between("a", "b"))  # error
    print(Users.id.in_([None]))  # error
    print(Users.joined >= "2026-01-01")  # error
    print(Users.balance >= 1.5)  # error
    print(Users.emial)  # error
    print(Users.as_("u").emial)  # error
    print(Users.as_(5))  # error
    print(Users.name.like(5) & True)  # error
    print(and_(Users.email == "x", True))  # error
    print(Users.age > 18, Users.email == "x", Users.joined > datetime.now().date())


def wrong_equality(db: Noormme) -> None:
    users = db.select_from(Users)
    # Python answers `==` in any case, with a bool; what takes a condition does not take that.
    print(users.where(Users.email == 3))  # error
    print(users.where(Users.email != 3))  # error
    print(users.or_where(Users.id == "1"))  # error
    print(users.inner_join(Posts, Posts.user_id == "1"))  # error
    print(users.left_join(Posts, Posts.title == 1))  # error
    print(users.select(Users.id).having(Users.id == "1"))  # error
    print(db.update_table(Users).set({"age": 1}).where(Users.id == "1"))  # error
    print(db.delete_from(Users).where(Users.id == None))  # error  # noqa: E711
    print((Users.id == 1) & (Users.email == 2))  # error
    print(fn.count().filter(Users.email == 2))  # error
    print(users.where(Users.email == "x"), users.where(col("email") == 3))


async def rows(db: Noormme) -> None:
    users = db.select_from(Users)
    posts: list[Post] = await users.select_all().execute()  # error
    names: list[User] = await users.select(Users.name).execute()  # error
    more: list[User] = await users.select_all().select(Users.name.as_("author")).execute()  # error
    one: User = await users.select_all().execute_take_first()  # error
    cards: list[Card] = await users.select(Users.name).execute(into=Post)  # error
    await users.execute()  # error
    first = await users.select_all().execute_take_first_or_raise()
    print(first.emial)  # error
    print(first.email, posts, names, more, one, cards)


async def tables(db: Noormme, sync: SyncNoormme) -> None:
    print(db.select_from(User))  # error
    print(db.insert_into(Users.as_("u")))  # error
    print(db.select_from(Users).inner_join(Post, Posts.user_id == Users.id))  # error
    print(db.select_from(Users).select_all(User))  # error
    print(sync.select_from(Users).where(Users.email == 3))  # error
    print(sync.select_from(Users).select_all().execute()[0].emial)  # error
    written: list[User] = await db.insert_into(Posts).values({"title": "x"}).returning_all().execute()  # error
    again: list[Post] = await db.delete_from(Posts).returning_all().returning(Posts.id).execute()  # error
    print(written, again)


def shared(query: AsyncSelect[User]) -> AsyncSelect[Post]:
    return query.limit(1)  # error
