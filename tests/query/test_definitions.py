from __future__ import annotations

import pytest

from noormme_py import Noormme, col, fn, not_
from tests.query.shop import Definition, promise_of

OTHERS = [
    Definition(
        "add_column",
        lambda db: db.alter_table("counters").add_column(
            "kind", "text", not_null=True, default="x", check=col("kind") != col("name")
        ),
        'alter table "counters" add column "kind" text not null default \'x\' check ("kind" != "name")',
        "select kind from counters limit 1",
        (("x",),),
    ),
    Definition(
        "rename_column",
        lambda db: db.alter_table("counters").rename_column("hits", "new hits"),
        'alter table "counters" rename column "hits" to "new hits"',
        "select \"new hits\" from counters where name = 'home'",
        ((3,),),
    ),
    Definition(
        "drop_column",
        lambda db: db.alter_table("counters").drop_column("note"),
        'alter table "counters" drop column "note"',
        "select * from counters where name = 'home'",
        (("home", 3),),
    ),
    Definition(
        "rename_to",
        lambda db: db.alter_table("counters").rename_to("order"),
        'alter table "counters" rename to "order"',
        'select count(*) from "order"',
        ((2,),),
    ),
    Definition(
        "an index",
        lambda db: db.create_index("i").on("posts", "user_id", "likes"),
        'create index "i" on "posts" ("user_id", "likes")',
        "select name from pragma_index_info('i')",
        (("user_id",), ("likes",)),
    ),
    Definition(
        "a unique index, if it is not there",
        lambda db: db.create_index("one_mail").on("users", "age").unique().if_not_exists(),
        'create unique index if not exists "one_mail" on "users" ("age")',
        "select name from pragma_index_info('one_mail')",
        (("email",),),
    ),
    Definition(
        "an index that is partial, descending and collated",
        lambda db: (
            db.create_index("i")
            .on("users", col("name").collate("nocase").desc(), col("age").desc())
            .unique()
            .where(col("active").compare("=", True))
            .where(col("age").is_not_null())
        ),
        'create unique index "i" on "users" ("name" collate "nocase" desc, "age" desc) where "active" = 1'
        ' and "age" is not null',
        "select coll, \"desc\" from pragma_index_xinfo('i') where key",
        (("nocase", 1), ("BINARY", 1)),
    ),
    Definition(
        "an index of expressions serves the same expressions",
        lambda db: db.create_index("i").on("users", fn.lower("name"), col("age") + 1, col("settings").json("theme")),
        'create index "i" on "users" (lower("name"), "age" + 1, json_extract("settings", \'$."theme"\'))',
        "select count(*) from pragma_index_info('i')",
        ((3,),),
    ),
    Definition(
        "a view",
        lambda db: db.create_view("v").as_select(
            db.select_from("users")
            .select("name", "active")
            .where("active", "=", True)
            .where(not_(col("name") == "it's"))
            .order_by("id")
        ),
        'create view "v" as select "name", "active" from "users" where "active" = 1'
        " and not (\"name\" = 'it''s') order by \"id\"",
        "select * from v",
        (("Ada", 1), ("Cy", 1)),
    ),
    Definition(
        "a view with names of its own, if it is not there",
        lambda db: (
            db.create_view("v")
            .columns("a", "b")
            .as_select(db.select_from("posts").select("id", "title").where("id", "<", 2))
            .if_not_exists()
        ),
        'create view if not exists "v" ("a", "b") as select "id", "title" from "posts" where "id" < 2',
        "select a, b from v",
        ((1, "Alpha"),),
    ),
    Definition(
        "drop_table",
        lambda db: db.drop_table("posts"),
        'drop table "posts"',
        "select count(*) from sqlite_master where name = 'posts'",
        ((0,),),
    ),
    Definition("drop_table if_exists", lambda db: db.drop_table("gone").if_exists(), 'drop table if exists "gone"'),
    Definition(
        "drop_index",
        lambda db: db.drop_index("one_mail"),
        'drop index "one_mail"',
        "select count(*) from sqlite_master where name = 'one_mail'",
        ((0,),),
    ),
    Definition("drop_index if_exists", lambda db: db.drop_index("gone").if_exists(), 'drop index if exists "gone"'),
    Definition("drop_view if_exists", lambda db: db.drop_view("gone").if_exists(), 'drop view if exists "gone"'),
    Definition(
        "drop_trigger if_exists", lambda db: db.drop_trigger("gone").if_exists(), 'drop trigger if exists "gone"'
    ),
]


@pytest.mark.parametrize("case", OTHERS, ids=promise_of)
async def test_other_definitions(db: Noormme, case: Definition) -> None:
    await case.check(db)


async def test_views_and_triggers_are_dropped(db: Noormme) -> None:
    await db.execute("create view v as select 1 as one")
    await db.execute("create trigger tr after insert on posts begin select 1; end")
    await db.drop_view("v").execute()
    await db.drop_trigger("tr").execute()
    assert (await db.execute("select count(*) as n from sqlite_master where name in ('v', 'tr')")).rows == [{"n": 0}]


async def test_a_definition_refreshes_the_schema(db: Noormme) -> None:
    await db.create_table("t").column("done", "boolean").execute()
    await db.insert_into("t").values({"done": True}).execute()
    await db.alter_table("t").rename_column("done", "ready").execute()
    assert await db.select_from("t").select("ready").execute() == [{"ready": True}]


async def test_an_index_on_a_json_path_is_used(db: Noormme) -> None:
    await db.create_index("by_theme").on("users", col("settings").json("theme")).execute()
    steps = await db.select_from("users").select("id").where(col("settings").json("theme"), "=", "dark").explain()
    assert "by_theme" in steps[0].detail
