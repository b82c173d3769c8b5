from __future__ import annotations

from enum import Enum

import pytest

from noormme_py import Noormme, col, fn, or_, raw, sql, val
from noormme_py.errors import (
    CheckViolation,
    DatabaseError,
    ForeignKeyViolation,
    NotNullViolation,
    UniqueViolation,
)
from tests.query.shop import Definition, promise_of


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


@pytest.mark.parametrize("case", TABLES, ids=promise_of)
async def test_create_table(db: Noormme, case: Definition) -> None:
    await case.check(db)


async def test_a_fragment_in_a_definition_takes_literals(db: Noormme) -> None:
    await db.create_table("t").column("a", "text").check(sql("{} in ({}, {})", col("a"), "x", "it's")).execute()
    await db.execute("insert into t values ('it''s')")
    with pytest.raises(CheckViolation):
        await db.execute("insert into t values ('y')")
