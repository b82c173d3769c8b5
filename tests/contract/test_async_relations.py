"""Rows with what their relations lead to, through every door."""

from __future__ import annotations

import pytest

from noormme_py import Related, col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import RelationNotFound, RelationNotLoaded


async def test_relations_are_loaded_with_rows(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    found = await users.find_many(include=["posts.user", "memberships"], with_count="posts")
    assert [[post.title for post in user.posts] for user in found] == [["one", "two"], [], ["three"]]
    assert [[member.club for member in user.memberships] for user in found] == [["chess", "go"], [], ["chess"]]
    assert [user.related_counts for user in found] == [{"posts": 2}, {"posts": 0}, {"posts": 1}]
    assert found[2].posts[0].user == found[2]


async def test_a_related_says_which_rows_and_how_many(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    found = await users.find_all(include=Related("posts", order_by="-id", limit=1))
    assert [[post.id for post in user.posts] for user in found] == [[2], [], [3]]
    ada = await users.get_by_id(1, include=Related("memberships", where=col("since").is_null()))
    assert [member.club for member in ada.memberships] == ["go"]
    counted = await users.find_one({"id": 1}, with_count=Related("memberships", where={"club": "go"}))
    assert counted is not None
    assert counted.related_counts == {"memberships": 1}


async def test_one_row_has_its_relations(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    found = await posts.find_by_id(3, include="user.posts")
    assert found is not None
    assert (found.user.name, found.user.posts) == ("Eve", [found])
    assert await posts.find_by_id(9, include="user") is None
    assert [row.user.id for row in await async_door.get_repository("memberships").find_all(include="user")] == [1, 1, 3]


async def test_what_was_written_is_there(async_door: AsyncExecutor) -> None:
    posts = async_door.get_repository("posts")
    made = await posts.create({"user_id": 2, "title": "four"})
    with pytest.raises(RelationNotLoaded, match="'user' of this Post was not loaded"):
        _ = made.user
    bob = await async_door.get_repository("users").get_by_id(2, include="posts")
    assert bob.posts == [made]


async def test_wrong_names_are_told(async_door: AsyncExecutor) -> None:
    users = async_door.get_repository("users")
    with pytest.raises(RelationNotFound, match="'users' has no relation 'post'\n  hint: did you mean 'posts'"):
        await users.find_many(include="post")
    with pytest.raises(RelationNotFound, match="'posts' has no relation 'club'"):
        await users.find_many(include="posts.club")
    assert len(await users.find_many(include="posts")) == 3
