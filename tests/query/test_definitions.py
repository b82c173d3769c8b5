from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from noormme_py import Noormme, col, fn, not_, or_, param, raw, sql, val
from noormme_py.client.async_queries import AsyncDefinition
from noormme_py.errors import (
    CheckViolation,
    ColumnNotFound,
    CompileError,
    DatabaseError,
    ForeignKeyViolation,
    NotNullViolation,
    TableNotFound,
    UniqueViolation,
)
from tests.query.shop import values_of


@dataclass(frozen=True)
class Definition:
    """DDL, the SQL it is, what a SELECT then finds, and what SQL then fails."""

    promise: str
    build: Callable[[Noormme], AsyncDefinition]
    sql: str
    look: str = "select 1"
    found: tuple[tuple[Any, ...], ...] = ((1,),)
    fails: str | None = None
    fault: type[DatabaseError] = DatabaseError

    async def check(self, db: Noormme) -> None:
        definition = self.build(db)
        assert definition.compile() == self.sql
        await definition.execute()
        assert values_of((await db.execute(self.look)).rows) == list(self.found)
        if self.fails is not None:
            with pytest.raises(self.fault):
                await db.execute(self.fails)


def promise_of(case: Definition) -> str:
    return case.promise


class Level(int, Enum):
    HIGH = 3


TABLES = [
    Definition(
        "types and a primary key that is the rowid",
        lambda db: (
            db.create_table("t")
            .column("id", "integer", primary_key=True)
            .column("a", "decimal(10, 2)")
            .column("b", "")
            .column("c", "double precision")
        ),
        'create table "t" ("id" integer primary key, "a" decimal(10, 2), "b", "c" double precision)',
        "select type from pragma_table_info('t')",
        (("INTEGER",), ("decimal(10, 2)",), ("",), ("double precision",)),
    ),
    Definition(
        "autoincrement",
        lambda db: db.create_table("t").column("id", "integer", primary_key=True, autoincrement=True),
        'create table "t" ("id" integer primary key autoincrement)',
        "select count(*) as n from sqlite_master where name = 'sqlite_sequence'",
    ),
    Definition(
        "not null",
        lambda db: db.create_table("t").column("a", "text", not_null=True),
        'create table "t" ("a" text not null)',
        fails="insert into t values (null)",
        fault=NotNullViolation,
    ),
    Definition(
        "unique",
        lambda db: db.create_table("t").column("a", "text", unique=True),
        'create table "t" ("a" text unique)',
        fails="insert into t values ('x'), ('x')",
        fault=UniqueViolation,
    ),
    Definition(
        "defaults are literals",
        lambda db: (
            db.create_table("t")
            .column("a", "integer", default=-5)
            .column("b", "text", default="it's")
            .column("c", "boolean", default=True)
            .column("d", "blob", default=b"\x00\xff")
            .column("e", "real", default=-1.5e-300)
            .column("f", "any", default=val(None))
            .column("g", "integer", default=-(2**63))
            .column("h", "integer", default=Level.HIGH)
            .column("i", "text", default="")
            .column("j", "boolean", default=False)
        ),
        'create table "t" ("a" integer default -5, "b" text default \'it\'\'s\', "c" boolean default 1,'
        " \"d\" blob default x'00ff',"
        ' "e" real default -1.5e-300, "f" any default null, "g" integer default -9223372036854775808,'
        ' "h" integer default 3,'
        ' "i" text default \'\', "j" boolean default 0)',
        "insert into t default values returning *",
        ((-5, "it's", 1, b"\x00\xff", -1.5e-300, None, -(2**63), 3, "", 0),),
    ),
    Definition(
        "defaults may be computed",
        lambda db: (
            db.create_table("t")
            .column("a", "integer", default=-val(-5))
            .column("b", "text", default=raw("current_date"))
            .column("c", "text", default=fn.upper(val("x")))
        ),
        'create table "t" ("a" integer default (-(-5)), "b" text default (current_date),'
        " \"c\" text default (upper('x')))",
        "insert into t default values returning a, b = current_date as b, c",
        ((5, 1, "X"),),
    ),
    Definition(
        "a check on a column",
        lambda db: db.create_table("t").column("a", "integer", check=col("a").between(0, 9)),
        'create table "t" ("a" integer check ("a" between 0 and 9))',
        fails="insert into t values (10)",
        fault=CheckViolation,
    ),
    Definition(
        "a collation",
        lambda db: db.create_table("t").column("a", "text", collate="nocase", unique=True),
        'create table "t" ("a" text unique collate "nocase")',
        fails="insert into t values ('x'), ('X')",
        fault=UniqueViolation,
    ),
    Definition(
        "a reference to a table",
        lambda db: db.create_table("t").column("a", "integer", references="users"),
        'create table "t" ("a" integer references "users")',
        fails="insert into t values (99)",
        fault=ForeignKeyViolation,
    ),
    Definition(
        "a reference to a column, with actions",
        lambda db: db.create_table("t").column(
            "a", "text", references=("counters", "name"), on_delete="cascade", on_update="set null", deferred=True
        ),
        'create table "t" ("a" text references "counters" ("name") on delete cascade on update'
        " set null deferrable initially deferred)",
        'select "table", "to", on_update, on_delete from pragma_foreign_key_list(\'t\')',
        (("counters", "name", "SET NULL", "CASCADE"),),
    ),
    Definition(
        "generated columns, virtual and stored",
        lambda db: (
            db.create_table("t")
            .column("a", "integer")
            .column("b", "integer", generated=col("a") * 2)
            .column("c", "text", generated=col("a").concat("!"), stored=True)
        ),
        'create table "t" ("a" integer, "b" integer generated always as ("a" * 2) virtual,'
        ' "c" text generated always as ("a" || \'!\') stored)',
        "insert into t (a) values (4) returning b, c",
        ((8, "4!"),),
    ),
    Definition(
        "constraints of the table",
        lambda db: (
            db.create_table("t")
            .column("a", "integer")
            .column("b", "text")
            .column("c", "integer")
            .primary_key("a", "b", name="pk")
            .unique("b", "c")
            .check(or_(col("a") > 0, col("t.b") != "x"), name="sane")
            .foreign_key(("c",), "users", ("id",), on_delete="restrict", name="owner")
        ),
        'create table "t" ("a" integer, "b" text, "c" integer, constraint "pk" primary key ("a", "b"),'
        ' unique ("b", "c"),'
        ' constraint "sane" check ("a" > 0 or "t"."b" != \'x\'),'
        ' constraint "owner" foreign key ("c") references "users" ("id") on delete restrict)',
        "insert into t values (1, 'x', 2), (0, 'y', 1) returning a",
        ((1,), (0,)),
        fails="insert into t values (0, 'x', 1)",
        fault=CheckViolation,
    ),
    Definition(
        "a key of several columns refers to the parent's key",
        lambda db: (
            db.create_table("t")
            .column("a", "integer")
            .foreign_key(("a",), "users", deferred=True, on_update="no action")
        ),
        'create table "t" ("a" integer, foreign key ("a") references "users"'
        " on update no action deferrable initially deferred)",
        'select "table", "to" from pragma_foreign_key_list(\'t\')',
        (("users", None),),
    ),
    Definition(
        "STRICT and WITHOUT ROWID",
        lambda db: db.create_table("t").column("a", "integer").primary_key("a").strict().without_rowid(),
        'create table "t" ("a" integer, primary key ("a")) strict, without rowid',
        fails="insert into t values ('x')",
        fault=DatabaseError,
    ),
    Definition(
        "if not exists",
        lambda db: db.create_table("users").column("a", "integer").if_not_exists(),
        'create table if not exists "users" ("a" integer)',
        "select count(*) from users",
        ((4,),),
    ),
    Definition(
        "as select, with values as literals",
        lambda db: db.create_table("t").as_select(
            db.select_from("users").select("id", "name as who").where("name", "in", ["Ada", "it's"]).limit(5)
        ),
        'create table "t" as select "id", "name" as "who" from "users" where "name" in (\'Ada\', \'it\'\'s\') limit 5',
        "select * from t",
        ((1, "Ada"),),
    ),
    Definition(
        "names are quoted",
        lambda db: db.create_table('a"b as c').column("order by", "text").column("x;--", "text", unique=True),
        'create table "a""b as c" ("order by" text, "x;--" text unique)',
        "select name from pragma_table_info('a\"b as c')",
        (("order by",), ("x;--",)),
    ),
]

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


@pytest.mark.parametrize("case", TABLES, ids=promise_of)
async def test_create_table(db: Noormme, case: Definition) -> None:
    await case.check(db)


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


REFUSED: list[tuple[str, Callable[[Any], Any], type[Exception], str]] = [
    ("no columns", lambda db: db.create_table("t"), CompileError, "no columns"),
    (
        "columns and a query",
        lambda db: db.create_table("t").column("a", "text").as_select(db.select_from("users").select("id")),
        CompileError,
        "not of both",
    ),
    (
        "a strict table of a query",
        lambda db: db.create_table("t").as_select(db.select_from("users").select("id")).strict(),
        CompileError,
        "neither STRICT",
    ),
    (
        "a table of a query without rowid",
        lambda db: db.create_table("t").as_select(db.select_from("users").select("id")).without_rowid(),
        CompileError,
        "WITHOUT ROWID",
    ),
    (
        "an action without a reference",
        lambda db: db.create_table("t").column("a", "text", on_delete="cascade"),
        CompileError,
        "refers to nothing",
    ),
    (
        "autoincrement without a key",
        lambda db: db.create_table("t").column("a", "integer", autoincrement=True),
        CompileError,
        "autoincrement",
    ),
    (
        "stored without generated",
        lambda db: db.create_table("t").column("a", "integer", stored=True),
        CompileError,
        "stored",
    ),
    (
        "a reference to two columns",
        lambda db: db.create_table("t").column("a", "integer", references=("x", "b", "c")),
        CompileError,
        "one column",
    ),
    (
        "an unknown action",
        lambda db: db.create_table("t").column("a", "integer", references="users", on_delete="cascade; --"),
        CompileError,
        "not a foreign key action",
    ),
    (
        "an unknown column in a check",
        lambda db: db.create_table("t").column("a", "text").check(col("b") > 1),
        ColumnNotFound,
        "'b'",
    ),
    (
        "a key of nothing",
        lambda db: db.create_table("t").column("a", "text").primary_key(),
        CompileError,
        "names no columns",
    ),
    (
        "a placeholder",
        lambda db: db.create_table("t").column("a", "text", check=col("a") == param("x")),
        CompileError,
        "no placeholder",
    ),
    (
        "a default without a literal",
        lambda db: db.create_table("t").column("a", "text", default=object()),
        CompileError,
        "no SQL literal",
    ),
    (
        "a default that is not a number",
        lambda db: db.create_table("t").column("a", "real", default=float("nan")),
        CompileError,
        "no SQL literal",
    ),
    (
        "a default too large",
        lambda db: db.create_table("t").column("a", "integer", default=2**63),
        CompileError,
        "no SQL literal",
    ),
    ("a default with NUL", lambda db: db.create_table("t").column("a", "text", default="a\0b"), CompileError, "NUL"),
    (
        "a default with a lone surrogate",
        lambda db: db.create_table("t").column("a", "text", default="\ud800"),
        CompileError,
        "surrogate",
    ),
    ("a type with a quote", lambda db: db.create_table("t").column("a", "text'"), CompileError, "not a type name"),
    (
        "a type that ends the definition",
        lambda db: db.create_table("t").column("a", "text, b text"),
        CompileError,
        "not a type name",
    ),
    ("a type with a comment", lambda db: db.create_table("t").column("a", "text --"), CompileError, "not a type name"),
    ("alter nothing", lambda db: db.alter_table("users"), CompileError, "alters nothing"),
    (
        "alter twice",
        lambda db: db.alter_table("users").drop_column("age").drop_column("email"),
        CompileError,
        "does one thing",
    ),
    (
        "alter an unknown table",
        lambda db: db.alter_table("usres").rename_to("x"),
        TableNotFound,
        "did you mean 'users'",
    ),
    (
        "drop an unknown column",
        lambda db: db.alter_table("users").drop_column("agee"),
        ColumnNotFound,
        "did you mean 'age'",
    ),
    (
        "rename an unknown column",
        lambda db: db.alter_table("users").rename_column("agee", "x"),
        ColumnNotFound,
        "did you mean 'age'",
    ),
    (
        "index an unknown table",
        lambda db: db.create_index("i").on("usres", "id"),
        TableNotFound,
        "did you mean 'users'",
    ),
    (
        "index an unknown column",
        lambda db: db.create_index("i").on("users", fn.lower("nmae")),
        ColumnNotFound,
        "did you mean 'name'",
    ),
    (
        "an index where an unknown column is",
        lambda db: db.create_index("i").on("users", "id").where(col("nmae") == 1),
        ColumnNotFound,
        "did you mean 'name'",
    ),
    ("an index of nothing", lambda db: db.create_index("i"), CompileError, "needs a table and columns"),
    ("a view of nothing", lambda db: db.create_view("v"), CompileError, "no query"),
    (
        "a view of an unknown column",
        lambda db: db.create_view("v").as_select(db.select_from("users").select("nmae")),
        ColumnNotFound,
        "did you mean 'name'",
    ),
    ("drop an unknown table", lambda db: db.drop_table("usres"), TableNotFound, "did you mean 'users'"),
    ("an empty name", lambda db: db.create_table("").column("a", "text"), CompileError, "empty"),
    ("a name with NUL", lambda db: db.create_table("a\0").column("a", "text"), CompileError, "NUL"),
]


@pytest.mark.parametrize(
    ("build", "fault", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_cannot_be_is_refused_before_any_sql(
    db: Noormme, build: Callable[[Any], Any], fault: type[Exception], message: str
) -> None:
    version = db.schema.version
    with pytest.raises(fault, match=message):
        await build(db).execute()
    assert (await db.refresh_schema()).version == version


async def test_a_fragment_in_a_definition_takes_literals(db: Noormme) -> None:
    await db.create_table("t").column("a", "text").check(sql("{} in ({}, {})", col("a"), "x", "it's")).execute()
    await db.execute("insert into t values ('it''s')")
    with pytest.raises(CheckViolation):
        await db.execute("insert into t values ('y')")
