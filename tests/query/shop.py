"""A small database that the tests of this folder query, and the table of cases they are written as."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from noormme_py import Noormme, Schema
from noormme_py.client.async_queries import AsyncDefinition, AsyncQuery, AsyncSelect
from noormme_py.errors import DatabaseError

SHOP = """
create table users (
    id integer primary key,
    name text not null,
    age integer,
    email text,
    active boolean not null,
    settings json,
    joined datetime not null
);
create table posts (
    id integer primary key,
    user_id integer references users (id),
    title text not null,
    likes integer not null default 0,
    published boolean not null
);
create unique index one_mail on users (email);
create table counters (name text primary key, hits integer not null default 0, note text);
insert into users values
    (1, 'Ada', 36, 'ada@x.org', 1, '{"theme":"dark","tags":["a","b"],"on":true}', '2024-01-02 03:04:05'),
    (2, 'Bob', 20, null, 0, '{"theme":"light","tags":[]}', '2024-02-01 00:00:00'),
    (3, 'Cy', null, 'CY@x.org', 1, null, '2024-03-01 12:00:00'),
    (4, 'dee', 50, 'dee@y.org', 0, '{"tags":["c"]}', '2023-12-31 23:59:59');
insert into posts values
    (1, 1, 'Alpha', 10, 1),
    (2, 1, 'Beta', 0, 0),
    (3, 2, 'Gamma', 5, 1),
    (4, null, '50%_off', 5, 1);
insert into counters values ('home', 3, null), ('about', 0, 'new');
"""


@asynccontextmanager
async def shop() -> AsyncGenerator[Noormme]:
    """Open the database in memory."""
    async with Noormme(":memory:") as db:
        await db.execute_script(SHOP)
        yield db


async def shop_schema() -> Schema:
    async with shop() as db:
        return db.schema


@dataclass(frozen=True)
class Case:
    """A query, the SQL and the parameters that it is, and what SQLite answers, row by row as tuples."""

    promise: str
    build: Callable[[Noormme], AsyncSelect]
    sql: str
    parameters: tuple[object, ...]
    rows: list[tuple[Any, ...]]

    async def check(self, db: Noormme) -> None:
        query = self.build(db)
        compiled = query.compile()
        assert compiled.sql == self.sql
        assert repr(compiled.parameters) == repr(self.parameters)
        assert values_of(await query.execute()) == self.rows


@dataclass(frozen=True)
class Write:
    """A write, the SQL and the parameters that it is, and what a SELECT finds afterwards."""

    promise: str
    build: Callable[[Noormme], AsyncQuery]
    sql: str
    parameters: tuple[object, ...]
    look: str
    found: list[tuple[Any, ...]]

    async def check(self, db: Noormme) -> None:
        query: Any = self.build(db)
        compiled = query.compile()
        assert compiled.sql == self.sql
        assert repr(compiled.parameters) == repr(self.parameters)
        await query.execute()
        assert values_of((await db.execute(self.look)).rows) == self.found


@dataclass(frozen=True)
class Give:
    """A write with RETURNING, the SQL and the parameters that it is, and the rows it gives back."""

    promise: str
    build: Callable[[Noormme], AsyncQuery]
    sql: str
    parameters: tuple[object, ...]
    rows: list[tuple[Any, ...]]

    async def check(self, db: Noormme) -> None:
        query: Any = self.build(db)
        compiled = query.compile()
        assert compiled.sql == self.sql
        assert repr(compiled.parameters) == repr(self.parameters)
        assert values_of(await query.execute()) == self.rows


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


def promise_of(case: Case | Write | Give | Definition) -> str:
    return case.promise


def values_of(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows]


def users(db: Noormme) -> AsyncSelect:
    return db.select_from("users").select("id").order_by("id")


def posts(db: Noormme) -> AsyncSelect:
    return db.select_from("posts").select("id").order_by("id")


def found(where: str, of: str = "users") -> str:
    return f'select "id" from "{of}" where {where} order by "id"'


def ids(db: Noormme, source: str) -> AsyncSelect:
    return db.select_from(source).select("id")


COUNTERS = "select name, hits, note from counters order by name"
HOME, ABOUT = ("home", 3, None), ("about", 0, "new")
