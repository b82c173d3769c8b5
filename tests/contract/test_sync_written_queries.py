# Written by scripts/generate_sync.py from test_async_written_queries.py: change that, then run `make fmt`.
"""What the builder writes, through every door."""

from __future__ import annotations

from datetime import date

from noormme_py import WriteResult, col, excluded, param, val
from noormme_py.client.sync_executor import SyncExecutor


def test_insert_tells_how_many_rows_and_the_last_id(sync_door: SyncExecutor) -> None:
    one = sync_door.insert_into("posts").values({"user_id": 1, "title": "four"})
    assert one.execute() == WriteResult(1, 4)
    many = sync_door.insert_into("posts").values([{"user_id": 1, "title": str(n)} for n in range(10)])
    assert many.execute() == WriteResult(10, 14)
    titles = sync_door.select_from("posts").select("user_id", "title").where("id", "=", 3)
    copied = sync_door.insert_into("posts").columns("user_id", "title").from_select(titles)
    assert copied.execute() == WriteResult(1, 15)


def test_insert_gives_rows_back_over_batches(sync_door: SyncExecutor) -> None:
    many = sync_door.insert_into("posts").values([{"user_id": 1, "title": str(n)} for n in range(10)])
    assert many.returning("id").execute() == [{"id": n} for n in range(4, 14)]
    one = sync_door.insert_into("memberships").values({"user_id": 2, "club": "go", "since": date(2026, 5, 1)})
    assert one.returning_all().execute_take_first() == {"user_id": 2, "club": "go", "since": date(2026, 5, 1)}
    assert many.returning("id").scalar() == 14


def test_a_conflict_does_nothing_or_updates(sync_door: SyncExecutor) -> None:
    ada = sync_door.insert_into("users").values({"email": "ada@x", "name": "Countess"})
    assert ada.on_conflict("email").do_nothing().returning("id").execute() == []
    update = ada.on_conflict("email").do_update({"name": excluded("name")})
    assert update.returning("id", "name").execute() == [{"id": 1, "name": "Countess"}]


def test_update_and_delete_count_or_give_back(sync_door: SyncExecutor) -> None:
    older = sync_door.update_table("users").set({"age": col("age") + 1}).where("age", "is not", None)
    assert (older.execute()).rows_affected == 2
    assert older.returning("id", "age").execute() == [{"id": 1, "age": 38}, {"id": 2, "age": 19}]
    gone = sync_door.delete_from("memberships").where("user_id", "=", 1)
    assert gone.where("club", "=", "go").returning("club", "since").execute() == [{"club": "go", "since": None}]
    assert (gone.execute()).rows_affected == 1
    renamed = (
        sync_door.update_table("posts")
        .set({"title": col("users.name")})
        .from_("users")
        .where_ref("users.id", "=", "posts.user_id")
        .where("posts.id", "=", 3)
    )
    assert renamed.returning_all().execute_take_first_or_raise() == {"id": 3, "user_id": 3, "title": "Eve"}


def test_writes_take_common_tables(sync_door: SyncExecutor) -> None:
    old = sync_door.with_("old", sync_door.select_from("users").select("id").where("age", ">", 18))
    ids = sync_door.select_from("old").select("id")
    gone = old.delete_from("memberships").where("user_id", "in", ids).returning("club")
    assert gone.execute() == [{"club": "chess"}, {"club": "go"}]
    changed = old.update_table("posts").set({"title": "x"}).where("user_id", "in", ids).returning("id")
    assert changed.execute() == [{"id": 1}, {"id": 2}]
    source = sync_door.select_from("old").select("id", val("go").as_("club"))
    added = old.insert_into("memberships").columns("user_id", "club").from_select(source)
    assert added.returning_all().execute() == [{"user_id": 1, "club": "go", "since": None}]


def test_a_prepared_write_runs_with_other_values(sync_door: SyncExecutor) -> None:
    rename = sync_door.update_table("users").set({"name": param("name")}).where("id", "=", param("id")).prepare()
    assert rename.parameter_names == ("name", "id")
    assert (rename.execute(name="A", id=1)).rows_affected == 1
    assert (rename.execute(name="Z", id=99)).rows_affected == 0
    assert (sync_door.get_repository("users").get_by_id(1)).name == "A"
    add = sync_door.insert_into("posts").values({"user_id": 1, "title": param("title")}).returning("id").prepare()
    assert add.scalar(title="four") == 4
    assert add.execute(title="five") == [{"id": 5}]


def test_writes_show_their_text(sync_door: SyncExecutor) -> None:
    compiled = sync_door.delete_from("users").where("active", "=", False).compile()
    assert (compiled.sql, compiled.parameters) == ('delete from "users" where "active" = ?', (0,))
    assert sync_door.get_repository("users").count() == 3


def test_an_upsert_into_a_table_named_excluded_writes_the_new_value(sync_door: SyncExecutor) -> None:
    sync_door.execute_script(
        "create table excluded (id integer primary key, b text); insert into excluded values (1, 'old')"
    )
    insert = sync_door.insert_into("excluded").values({"id": 1, "b": "new"})
    insert.on_conflict("id").do_update({"b": excluded("b")}).execute()
    assert sync_door.select_from("excluded").select("b").scalar() == "new"
    sync_door.get_repository("excluded").upsert({"id": 1, "b": "newest"})
    assert sync_door.select_from("excluded").select("b").scalar() == "newest"
