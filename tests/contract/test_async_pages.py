"""Rows page by page and as a stream, through every door."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from noormme_py import Noormme, Related, col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ConfigError, QueryError

KEY = "a secret of ours, long enough"


async def test_a_numbered_page_knows_the_total(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    await posts.insert_many({"user_id": 2, "title": str(n)} for n in range(20))
    page = await posts.paginate(2, 8, where={"user_id": 2}, order_by="-id")
    assert [row.title for row in page.items] == ["11", "10", "9", "8", "7", "6", "5", "4"]
    assert (page.total, page.page, page.per_page, page.pages) == (20, 2, 8, 3)
    assert (page.has_previous, page.has_next) == (True, True)
    page = await posts.paginate(4, 8, where={"user_id": 2})
    assert (page.items, page.total, page.has_previous, page.has_next) == ([], 20, True, False)
    assert len((await posts.paginate()).items) == 20
    with pytest.raises(QueryError, match="page takes a whole number from 1 up"):
        await posts.paginate(0)


async def test_a_walk_by_cursors_meets_every_row(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    met = []
    cursor = None
    while True:
        page = await users.paginate_after(cursor, per_page=1, order_by=["-age", "name"])
        met += [row.name for row in page.items]
        cursor = page.next_cursor
        if not page.has_next:
            break
        await users.create({"email": f"{len(met)}@x", "name": "before", "age": 99})
    assert met == ["Ada", "Bob", "Eve"]
    assert cursor is None
    assert (await users.paginate_after(where={"age": 1000})).items == []


async def test_a_walk_goes_over_composite_keys_and_keeps_to_its_conditions(async_door: AsyncExecutor) -> None:
    memberships = async_door.get_repository("memberships")
    first = await memberships.paginate_after(per_page=1, where={"club": "chess"}, order_by="since")
    second = await memberships.paginate_after(first.next_cursor, where={"club": "chess"}, order_by="since")
    assert [row.user_id for row in [*first.items, *second.items]] == [3, 1]


async def test_pages_come_with_their_relations(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    page = await users.paginate(1, 2, include="posts", with_count="memberships")
    assert [[post.title for post in user.posts] for user in page.items] == [["one", "two"], []]
    assert [user.related_counts for user in page.items] == [{"memberships": 2}, {"memberships": 0}]
    first = await users.paginate_after(per_page=1, order_by="-name", include=Related("posts", limit=1))
    assert [[post.title for post in user.posts] for user in first.items] == [["three"]]
    second = await users.paginate_after(first.next_cursor, order_by="-name", with_count="posts")
    assert [user.related_counts["posts"] for user in second.items] == [0, 2]


async def test_a_cursor_is_refused_where_it_does_not_belong(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    cursor = (await users.paginate_after(per_page=1, order_by="name")).next_cursor
    assert cursor is not None
    for wrong, order in ((cursor, "-name"), (cursor[:-1], "name"), ("x" + cursor, "name"), ("", "name")):
        with pytest.raises(QueryError, match="not one of this table in this order"):
            await users.paginate_after(wrong, order_by=order)
    with pytest.raises(QueryError, match="not one of this table"):
        await async_door.get_repository("posts").paginate_after(cursor, order_by="id")


async def test_a_view_has_numbered_pages_only(async_door: AsyncExecutor) -> None:
    adults = async_door.get_repository("adults")
    assert (await adults.paginate(order_by=col("name").collate("nocase"))).total == 1
    with pytest.raises(QueryError, match="nothing tells the rows of view 'adults' apart"):
        await adults.paginate_after(order_by="id")


async def test_cursors_outlive_the_database_that_has_a_key(path: Path) -> None:
    async with Noormme(path, pagination={"cursor_key": KEY}) as db:
        await db.execute_script("create table t (id integer primary key); insert into t values (1), (2), (3)")
        cursor = (await db.get_repository("t").paginate_after(per_page=1)).next_cursor
    async with Noormme(path, pagination={"cursor_key": KEY}) as db:
        assert [row.id for row in (await db.get_repository("t").paginate_after(cursor)).items] == [2, 3]
    for other in ({"cursor_key": KEY + "!"}, {}):
        async with Noormme(path, pagination=other) as db:
            with pytest.raises(QueryError, match="not one of this table in this order"):
                await db.get_repository("t").paginate_after(cursor)


async def test_the_key_of_cursors_is_never_shown(path: Path) -> None:
    db = Noormme(path, pagination={"cursor_key": KEY})
    for shown in (repr(db), repr(db.config), str(db.config.model_dump()), db.config.model_dump_json()):
        assert KEY not in shown
    with pytest.raises(ConfigError) as caught:
        Noormme(path, pagination={"cursor_key": "too short"})
    assert "cursor_key" in str(caught.value)
    assert "too short" not in str(caught.value)
    # It cannot be encoded as UTF-8, and the error of that would hold it.
    assert isinstance(Noormme(path, pagination={"cursor_key": KEY + "\ud800"}), Noormme)


async def test_a_stream_gives_rows_as_they_are_read(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    await posts.insert_many({"user_id": 2, "title": str(n)} for n in range(700))
    titles = [post.title async for post in posts.stream({"user_id": 2}, order_by="-id")]
    assert titles == [str(n) for n in reversed(range(700))]
    assert [post async for post in posts.stream({"user_id": 99})] == []


async def test_a_stream_that_is_left_early_lets_go(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    await posts.insert_many({"user_id": 2, "title": str(n)} for n in range(700))
    async with aclosing(posts.stream(order_by="-id")) as rows:
        async for row in rows:
            assert row.title == "699"
            break
    assert await posts.delete_many({"user_id": 2}) == 700
