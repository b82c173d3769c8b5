"""The tables of PostgreSQL's types: each row is moved, and held against the file and what the library reads of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.names import quote
from noormme_py.postgres.forms import choose, chosen
from noormme_py.transfer import transfer
from tests.docs.pages import code, page
from tests.postgres.database import Database

PAGE = page("docs/migrating-from-postgresql.md")
TYPES = PAGE.table("PostgreSQL")
FORMS = PAGE.table("form")

# What the page names without saying how it is made.
MADE = """
    create extension citext;
    create extension hstore;
    create type mood as enum ('sad', 'ok');
    create type place as (street text, number integer);
    create domain email as text check (value like '%@%');
"""
# Names of the catalog that SQL says in another way.
SQL_NAMES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "char",
    "varbit": "bit varying",
    "char": '"char"',
}


def declared(row: dict[str, str]) -> str:
    return code(row["PostgreSQL"])[0]


def test_every_type_that_has_a_form_is_in_the_table() -> None:
    told = {declared(row).partition("(")[0] for row in TYPES}
    known = {SQL_NAMES.get(name, name) for name in (*choose._BY_NAME, *choose._BY_MODIFIER)}
    assert sorted(known - told) == []


async def test_every_row_of_the_table_is_true(pg: Database, tmp_path: Path) -> None:
    assert len(TYPES) > len(choose._BY_NAME)
    pg.execute(MADE)
    columns = [f"c{number} {declared(row)}" for number, row in enumerate(TYPES)]
    values = [code(row["example"])[0] for row in TYPES]
    pg.execute(f"create table t (id integer primary key, {', '.join(columns)})")
    pg.execute(f"insert into t values (1, {', '.join(values)})")

    report = await transfer(pg.dsn, tmp_path / "app.db")
    notes = {fate.source: fate.note for fate in report.fates if fate.kind == "column"}
    async with Noormme(tmp_path / "app.db") as db:
        raw = (await db.execute(f"select {', '.join(f'quote(c{n}) as c{n}' for n in range(len(TYPES)))} from t")).rows[
            0
        ]
        read: Any = await db.get_repository("t").get_by_id(1)
        told: list[tuple[str, ...]] = []
        for number in range(len(TYPES)):
            name = f"c{number}"
            kept = db.schema.table("t").column(name).declared_type
            python = type(getattr(read, name)).__name__
            told.append((kept, python, str(raw[name]), notes[f"public.t.{name}"] or ""))
    said = [
        (code(row["SQLite"])[0], code(row["Python"])[0], code(row["stored"])[0], row["what changes"]) for row in TYPES
    ]
    assert dict(zip(map(declared, TYPES), said, strict=True)) == dict(zip(map(declared, TYPES), told, strict=True))


def test_every_form_is_in_the_table_of_forms() -> None:
    assert [code(row["form"])[0] for row in FORMS] == list(chosen.forms())


@pytest.mark.parametrize("row", FORMS, ids=lambda row: row["form"])
async def test_a_row_of_the_table_of_forms_is_true(row: dict[str, str], pg: Database, tmp_path: Path) -> None:
    (form,), named, (kept,) = code(row["form"]), code(row["for"]), code(row["SQLite"])
    types = set(chosen._FORMS[form][0]) or {"date"}
    assert not named or {SQL_NAMES.get(name, name) for name in types} == set(named)
    (example,), (stored,) = code(row["example"]), code(row["stored"])
    pg.execute(f"create table t (id integer primary key, c {example.rpartition('::')[2]})")
    pg.execute(f"insert into t values (1, {example})")
    ((type_name,),) = pg.rows(
        "select typname from pg_type join pg_attribute on atttypid = pg_type.oid "
        "where attrelid = 't'::regclass and attname = 'c'"
    )

    report = await transfer(pg.dsn, tmp_path / "app.db", types={type_name: form})
    (note,) = [fate.note for fate in report.fates if fate.source == "public.t.c" and fate.kind == "column"]
    async with Noormme(tmp_path / "app.db") as db:
        assert db.schema.table("t").column("c").declared_type == kept
        assert (await db.execute(f"select quote({quote('c')}) as c from t")).rows == [{"c": stored}]
    assert row["what changes"] == (note or "")
