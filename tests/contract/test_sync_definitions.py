# Written by scripts/generate_sync.py from test_async_definitions.py: change that, then run `make fmt`.
"""Definitions, and the schema that follows them, through every door."""

from __future__ import annotations

import pytest

from noormme_py import col
from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.errors import ColumnNotFound, DatabaseError, TableNotFound, UniqueViolation


def test_a_table_is_made_changed_and_dropped_and_the_schema_knows(sync_door: SyncExecutor) -> None:
    table = sync_door.create_table("notes").column("id", "integer", primary_key=True)
    table.column("text", "text", not_null=True).execute()
    notes = sync_door.get_repository("notes")
    assert (notes.create({"text": "one"})).model_dump() == {"id": 1, "text": "one"}

    sync_door.alter_table("notes").add_column("stars", "integer").execute()
    assert (notes.update(1, {"stars": 3})).stars == 3
    sync_door.alter_table("notes").rename_column("text", "body").execute()
    assert (notes.find_by_body("one")).id == 1
    with pytest.raises(ColumnNotFound):
        notes.find_many({"text": "one"})
    sync_door.alter_table("notes").drop_column("stars").execute()
    assert [column.name for column in sync_door.schema.table("notes").columns] == ["id", "body"]
    sync_door.alter_table("notes").rename_to("papers").execute()
    assert sync_door.get_repository("papers").count() == 1

    sync_door.drop_table("papers").execute()
    assert "papers" not in sync_door.schema.table_names()
    with pytest.raises(TableNotFound):
        sync_door.get_repository("papers")
    sync_door.drop_table("papers").if_exists().execute()


def test_an_index_is_made_used_and_dropped(sync_door: SyncExecutor) -> None:
    sync_door.create_index("posts_title").on("posts", "title").unique().execute()
    assert "posts_title" in [index.name for index in sync_door.schema.table("posts").indexes]
    with pytest.raises(UniqueViolation) as clash:
        sync_door.get_repository("posts").create({"user_id": 1, "title": "one"})
    assert clash.value.columns == ("title",)
    sync_door.drop_index("posts_title").execute()
    assert sync_door.schema.table("posts").indexes == ()
    sync_door.get_repository("posts").create({"user_id": 1, "title": "one"})


def test_a_view_is_made_read_and_dropped(sync_door: SyncExecutor) -> None:
    (
        sync_door.create_view("active")
        .as_select(sync_door.select_from("users").select("id", "joined").where(col("age").is_not_null()))
        .execute()
    )
    assert sync_door.get_repository("active").count() == 2
    sync_door.drop_view("active").execute()
    with pytest.raises(TableNotFound):
        sync_door.select_from("active").select("id").execute()


def test_a_trigger_is_dropped(sync_door: SyncExecutor) -> None:
    sync_door.execute_script("create trigger no_bob before delete on users begin select raise(abort, 'stay'); end;")
    with pytest.raises(DatabaseError, match="stay"):
        sync_door.delete_from("users").where("id", "=", 2).execute()
    sync_door.drop_trigger("no_bob").execute()
    assert sync_door.get_repository("users").delete(2) is True


def test_a_definition_shows_its_text_and_refuses_what_is_there(sync_door: SyncExecutor) -> None:
    made = sync_door.create_table("users").column("id", "integer")
    assert made.compile() == 'create table "users" ("id" integer)'
    with pytest.raises(DatabaseError, match="already exists"):
        made.execute()
    made.if_not_exists().execute()
    assert len(sync_door.schema.table("users").columns) == 7


def test_a_prepared_query_follows_the_schema(sync_door: SyncExecutor) -> None:
    query = sync_door.select_from("posts").select_all().where("id", "=", 1).prepare()
    assert query.execute() == [{"id": 1, "user_id": 1, "title": "one"}]
    sync_door.alter_table("posts").add_column("stars", "integer", default=5).execute()
    assert query.execute() == [{"id": 1, "user_id": 1, "title": "one", "stars": 5}]
