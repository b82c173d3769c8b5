"""Rows that the database passes over without an error of its own."""

from __future__ import annotations

import pytest

from noormme_py import Noormme
from noormme_py.errors import ResultError, RowNotFound

SCHEMA = """
create table kept (id integer primary key, name text unique on conflict ignore);
create table guarded (id integer primary key, name text);
create trigger no_x before insert on guarded when new.name = 'x' begin select raise(ignore); end;
create trigger no_y before update on guarded when new.name = 'y' begin select raise(ignore); end;
insert into kept values (1, 'x');
"""


@pytest.mark.parametrize("table", ["kept", "guarded"])
async def test_a_row_that_is_not_inserted_is_told(db: Noormme, table: str) -> None:
    await db.execute_script(SCHEMA)
    rows = db.get_repository(table)
    before = await rows.count()
    with pytest.raises(ResultError, match=f"ignored the row for '{table}'"):
        await rows.create({"name": "x"})
    with pytest.raises(ResultError, match="ignored"):
        await rows.create_many([{"name": "a"}, {"name": "x"}, {"name": "b"}])
    assert await rows.count() == before
    assert await rows.insert_many([{"name": "a"}, {"name": "x"}]) == 1


async def test_an_upsert_that_is_ignored_is_told(db: Noormme) -> None:
    await db.execute_script(SCHEMA)
    guarded = db.get_repository("guarded")
    await guarded.create({"id": 1, "name": "a"})
    with pytest.raises(ResultError, match="ignored") as refused:
        await guarded.upsert({"id": 1, "name": "y"})
    assert not isinstance(refused.value, RowNotFound)
    assert (await guarded.get_by_id(1)).name == "a"
