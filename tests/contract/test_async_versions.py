"""A version that counts the changes of a row, and writes that expect one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme, TableOptions, col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ColumnNotFound, ConfigError, ConflictError, EncodeError, QueryError, RowNotFound

SCHEMA = """
create table notes (
    id integer primary key, title text not null unique, body text, stars integer, version integer not null default 1
);
create table counted (id integer primary key, hits integer, version integer not null default 1);
create trigger hit after update of hits on counted begin
    update counted set hits = new.hits * 10 where id = new.id;
end;
insert into notes (title, body) values ('one', 'a'), ('two', 'b'), ('three', null);
insert into counted (hits) values (0);
"""
OPTIONS = {"notes": TableOptions(version="version"), "Counted": TableOptions(version="Version")}


@pytest.fixture(params=["database", "transaction"])
async def async_versioned(request: pytest.FixtureRequest, path: Path) -> AsyncGenerator[AsyncExecutor]:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
    async with Noormme(path, tables=OPTIONS) as db:
        if request.param == "database":
            yield db
        else:
            async with db.transaction() as tx:
                yield tx


async def test_every_change_counts(async_versioned: AsyncExecutor) -> None:
    notes = async_versioned.get_repository("notes")
    assert (await notes.update(1, {"body": "x"})).version == 2
    assert (await notes.update(1, {"body": "x"})).version == 3
    assert await notes.update_many({"id__lt": 3}, {"body": col("body").concat("!")}) == 2
    assert (await notes.upsert({"title": "one", "body": "y"}, on="title")).version == 5
    assert await notes.upsert_many([{"id": 1, "title": "one"}, {"id": 4, "title": "four"}]) == 2
    row, _ = await notes.update_or_create({"title": "one"}, {"body": "z"})
    assert (row.version, row.body) == (7, "z")
    assert [row.version for row in await notes.find_all()] == [7, 2, 1, 1]


async def test_what_changes_nothing_does_not_count(async_versioned: AsyncExecutor) -> None:
    notes = async_versioned.get_repository("notes")
    assert (await notes.update(1, {})).version == 1
    assert (await notes.update_or_create({"title": "one"}, {}))[0].version == 1
    assert (await notes.get_or_create({"title": "one"}))[0].version == 1
    assert (await notes.upsert({"title": "one"}, on="title")).version == 1


async def test_the_expected_version_decides(async_versioned: AsyncExecutor) -> None:
    notes = async_versioned.get_repository("notes")
    assert (await notes.update(1, {"body": "x"}, expected_version=1)).version == 2
    with pytest.raises(ConflictError, match="another version"):
        await notes.update(1, {"body": "late"}, expected_version=1)
    with pytest.raises(RowNotFound):
        await notes.update(99, {"body": "late"}, expected_version=1)
    with pytest.raises(ConflictError):
        await notes.update(1, {}, expected_version=1)
    assert (await notes.update(1, {}, expected_version=2)).body == "x"
    with pytest.raises(ConflictError):
        await notes.delete(1, expected_version=1)
    assert await notes.delete(1, expected_version=2) is True
    with pytest.raises(RowNotFound):
        await notes.delete(1, expected_version=2)
    assert await notes.count() == 2


async def test_a_row_that_a_trigger_changes_comes_back_as_it_is(async_versioned: AsyncExecutor) -> None:
    counted = async_versioned.get_repository("counted")
    row = await counted.update(1, {"hits": 2}, expected_version=1)
    assert (row.hits, row.version) == (20, 2)


@pytest.mark.parametrize("name", ["version", "Version"])
async def test_the_version_is_not_set_by_hand(async_versioned: AsyncExecutor, name: str) -> None:
    notes = async_versioned.get_repository("notes")
    with pytest.raises(QueryError, match="counts the changes itself"):
        await notes.update(1, {"body": "x", name: 7})
    with pytest.raises(QueryError, match="counts the changes itself"):
        await notes.update_many({"id": 1}, {name: 7})
    with pytest.raises(QueryError, match="counts the changes itself"):
        await notes.update_or_create({"title": "one"}, {name: 7})
    with pytest.raises(QueryError, match="counts the changes itself"):
        await notes.update(1, {name: 7}, expected_version=1)
    assert (await notes.get_by_id(1)).version == 1
    row = await notes.upsert((await notes.get_by_id(1)).model_copy(update={"version": 7}))
    assert row.version == 2


async def test_a_version_is_expected_where_there_is_one(async_db: Noormme, async_versioned: AsyncExecutor) -> None:
    with pytest.raises(QueryError, match="has no version"):
        await async_db.get_repository("users").update(1, {"age": 3}, expected_version=1)
    with pytest.raises(QueryError, match="has no version"):
        await async_db.get_repository("users").delete(1, expected_version=1)
    wrong: Any
    for wrong in ("1", True, 1.5):
        with pytest.raises(EncodeError):
            await async_versioned.get_repository("notes").update(1, {"body": "x"}, expected_version=wrong)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("versoin", ColumnNotFound),
        ("title", ConfigError),
        ("id", ConfigError),
        ("body", ConfigError),
        ("stars", ConfigError),
    ],
)
async def test_a_version_that_cannot_be_is_told_when_the_database_is_opened(
    async_db: Noormme, path: Path, name: str, error: type[Exception]
) -> None:
    await async_db.execute_script(SCHEMA)
    other = Noormme(path, tables={"notes": TableOptions(version=name)})
    with pytest.raises(error):
        await other.initialize()


@pytest.mark.parametrize(
    "options", [{"version": 3}, {"soft_delete": True}, {"before_create": "a function"}, {"relations": 3}]
)
def test_options_that_are_none_are_refused_at_once(path: Path, options: Any) -> None:
    with pytest.raises(ConfigError, match="tables: "):
        Noormme(path, tables={"notes": TableOptions(**options)})


async def test_an_upsert_of_a_key_and_a_version_changes_nothing(async_versioned: AsyncExecutor) -> None:
    counted = async_versioned.get_repository("counted")
    row = await counted.upsert({"id": 1, "version": 7})
    assert (row.hits, row.version) == (0, 1)
    assert (await counted.upsert({"id": 2, "version": 7})).version == 7
