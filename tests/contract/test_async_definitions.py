"""Definitions, and the schema that follows them, through every door."""

from __future__ import annotations

import pytest

from noormme_py import col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ColumnNotFound, DatabaseError, TableNotFound, UniqueViolation


async def test_a_table_is_made_changed_and_dropped_and_the_schema_knows(async_door: AsyncExecutor) -> None:
    table = async_door.create_table("notes").column("id", "integer", primary_key=True)
    await table.column("text", "text", not_null=True).execute()
    notes = async_door.get_repository("notes")
    assert (await notes.create({"text": "one"})).model_dump() == {"id": 1, "text": "one"}

    await async_door.alter_table("notes").add_column("stars", "integer").execute()
    assert (await notes.update(1, {"stars": 3})).stars == 3
    await async_door.alter_table("notes").rename_column("text", "body").execute()
    assert (await notes.find_by_body("one")).id == 1
    with pytest.raises(ColumnNotFound):
        await notes.find_many({"text": "one"})
    await async_door.alter_table("notes").drop_column("stars").execute()
    assert [column.name for column in async_door.schema.table("notes").columns] == ["id", "body"]
    await async_door.alter_table("notes").rename_to("papers").execute()
    assert await async_door.get_repository("papers").count() == 1

    await async_door.drop_table("papers").execute()
    assert "papers" not in async_door.schema.table_names()
    with pytest.raises(TableNotFound):
        async_door.get_repository("papers")
    await async_door.drop_table("papers").if_exists().execute()


async def test_an_index_is_made_used_and_dropped(async_door: AsyncExecutor) -> None:
    await async_door.create_index("posts_title").on("posts", "title").unique().execute()
    assert "posts_title" in [index.name for index in async_door.schema.table("posts").indexes]
    with pytest.raises(UniqueViolation) as clash:
        await async_door.get_repository("posts").create({"user_id": 1, "title": "one"})
    assert clash.value.columns == ("title",)
    await async_door.drop_index("posts_title").execute()
    assert async_door.schema.table("posts").indexes == ()
    await async_door.get_repository("posts").create({"user_id": 1, "title": "one"})


async def test_a_view_is_made_read_and_dropped(async_door: AsyncExecutor) -> None:
    await (
        async_door.create_view("active")
        .as_select(async_door.select_from("users").select("id", "joined").where(col("age").is_not_null()))
        .execute()
    )
    assert await async_door.get_repository("active").count() == 2
    await async_door.drop_view("active").execute()
    with pytest.raises(TableNotFound):
        await async_door.select_from("active").select("id").execute()


async def test_a_trigger_is_dropped(async_door: AsyncExecutor) -> None:
    await async_door.execute_script(
        "create trigger no_bob before delete on users begin select raise(abort, 'stay'); end;"
    )
    with pytest.raises(DatabaseError, match="stay"):
        await async_door.delete_from("users").where("id", "=", 2).execute()
    await async_door.drop_trigger("no_bob").execute()
    assert await async_door.get_repository("users").delete(2) is True


async def test_a_definition_shows_its_text_and_refuses_what_is_there(async_door: AsyncExecutor) -> None:
    made = async_door.create_table("users").column("id", "integer")
    assert made.compile() == 'create table "users" ("id" integer)'
    with pytest.raises(DatabaseError, match="already exists"):
        await made.execute()
    await made.if_not_exists().execute()
    assert len(async_door.schema.table("users").columns) == 7


async def test_a_prepared_query_follows_the_schema(async_door: AsyncExecutor) -> None:
    query = async_door.select_from("posts").select_all().where("id", "=", 1).prepare()
    assert await query.execute() == [{"id": 1, "user_id": 1, "title": "one"}]
    await async_door.alter_table("posts").add_column("stars", "integer", default=5).execute()
    assert await query.execute() == [{"id": 1, "user_id": 1, "title": "one", "stars": 5}]
