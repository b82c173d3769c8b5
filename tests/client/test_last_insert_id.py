"""`last_insert_id` is the rowid of a row that this statement inserted, or None."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py import Noormme
from noormme_py.errors import DatabaseError
from noormme_py.query.write_target import write_target

SCHEMA = """
create table users (id integer primary key, name text unique);
create table pairs (a text primary key, n int) without rowid;
create view everybody as select id, name from users;
create trigger everybody_in instead of insert on everybody begin insert into users (name) values (new.name); end;
insert into users values (41, 'Ada');
"""


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as database:
        await database.execute_script(SCHEMA)
        await database.execute("insert into users values (42, 'Eve')")
        yield database


async def test_an_insert_built(db: Noormme) -> None:
    assert (await db.insert_into("users").values({"name": "x"}).execute()).last_insert_id == 43
    assert (await db.insert_into("users").values({"name": "y"}).prepare().execute()).last_insert_id == 44
    assert (await db.insert_into("pairs").values({"a": "x"}).execute()).last_insert_id is None
    assert (await db.insert_into("pairs").values({"a": "y"}).prepare().execute()).last_insert_id is None
    assert (await db.insert_into("everybody").values({"name": "z"}).execute()).last_insert_id is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("insert into users (name) values ('x')", 43),
        ("with n as (select 'x') insert into users (name) select * from n returning id", 43),
        ("/* x */ replace into main.users (name) values ('Ada')", 43),
        ("insert or ignore into users (name) values ('Ada')", None),
        ("insert into users (name) values ('Ada') on conflict (name) do update set name = 'B'", None),
        ("insert into users (name) values ('x') on conflict do nothing", 43),
        ("insert into pairs (a) values ('x')", None),
        ("replace into pairs (a) values ('x')", None),
        ("update users set name = name || '!'", None),
        ("delete from users", None),
        ("create table made as select * from users", None),
        ("select id from users", None),
    ],
)
async def test_an_insert_written(db: Noormme, sql: str, expected: int | None) -> None:
    assert (await db.execute(sql)).last_insert_id == expected


@pytest.mark.parametrize(
    "sql", ["insert", "insert or", "insert or replace", "replace into x.", "delete from", "update"]
)
async def test_half_a_statement_is_for_sqlite_to_refuse(db: Noormme, sql: str) -> None:
    with pytest.raises(DatabaseError, match="incomplete input"):
        await db.execute(sql)


WORDS = (
    "with",
    "x",
    "as",
    "(",
    ")",
    "insert",
    "replace",
    "or",
    "into",
    "update",
    "delete",
    "from",
    "set",
    ".",
    ",",
    "=",
)


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=12))
def test_no_text_confuses_the_search_for_a_target(words: list[str]) -> None:
    found = write_target(" ".join(words))
    assert found is None or found.verb in ("INSERT", "REPLACE", "UPDATE", "DELETE")
