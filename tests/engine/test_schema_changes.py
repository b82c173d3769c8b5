"""Another process changes the schema between two statements: everything is made anew, nothing is mixed up."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Noormme, param
from noormme_py.errors import ColumnNotFound, EncodeError, SchemaChanged, TableNotFound, UniqueViolation
from tests.engine.neighbour import Neighbour

BEFORE = ("create table people (id integer primary key, born date, name text)",)
SWAPPED = (
    "drop table people",
    "create table people (name date, id integer primary key, born text)",
    "insert into people values ('2001-02-03', 1, 'Ada')",
)


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_readers": 2}) as database:
        await database.execute_script(";".join(BEFORE))
        await database.execute("insert into people values (1, '1815-12-10', 'Ada')")
        yield database


@pytest.fixture
def neighbour(db: Noormme, path: Path) -> Iterator[Neighbour]:
    with Neighbour(path) as other:
        yield other


async def test_a_repository_reads_by_the_new_types(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    assert (await people.get_by_id(1)).born == date(1815, 12, 10)
    neighbour.run(*SWAPPED)
    ada = await people.get_by_id(1)
    assert (ada.born, ada.name) == ("Ada", date(2001, 2, 3))
    assert await people.find_many({}) == [ada]


async def test_a_repository_writes_by_the_new_types(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    await people.count()
    neighbour.run(*SWAPPED)
    # For the schema as it was known, both values are of the wrong type.
    eve = await people.create({"born": "Eve", "name": date(2002, 3, 4)})
    assert (eve.id, eve.born, eve.name) == (2, "Eve", date(2002, 3, 4))
    assert neighbour.execute("select born, name from people where id = 2") == [["Eve", "2002-03-04"]]


async def test_a_value_for_the_old_type_is_refused_by_the_new_one(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    neighbour.run(*SWAPPED)
    with pytest.raises(EncodeError, match=r"people\.born"):
        await people.create({"born": date(2002, 3, 4)})
    assert await people.count() == 1


async def test_queries_prepared_or_not(db: Noormme, neighbour: Neighbour) -> None:
    query = db.select_from("people").select_all()
    prepared = query.prepare()
    insert = db.insert_into("people").values({"born": param("born")}).prepare()
    assert await query.execute() == await prepared.execute()
    neighbour.run(*SWAPPED)
    swapped = {"name": date(2001, 2, 3), "id": 1, "born": "Ada"}
    assert await prepared.execute() == [swapped]
    assert list((await prepared.execute())[0]) == ["name", "id", "born"]
    assert await query.execute() == [swapped]
    assert (await insert.execute(born="Eve")).last_insert_id == 2
    assert await query.where("id", "=", 2).scalar() is None


async def test_a_prepared_write_is_remade_first(db: Noormme, neighbour: Neighbour) -> None:
    insert = db.insert_into("people").values({"born": param("born")}).prepare()
    neighbour.run(*SWAPPED)
    assert (await insert.execute(born="Eve")).rows_affected == 1
    assert neighbour.execute("select born from people where id = 2") == [["Eve"]]


async def test_a_stream(db: Noormme, neighbour: Neighbour) -> None:
    query = db.select_from("people").select("born", "name")
    neighbour.run(*SWAPPED)
    assert [row async for row in query.stream()] == [{"born": "Ada", "name": date(2001, 2, 3)}]


async def test_a_transaction_begins_with_the_new_schema(db: Noormme, neighbour: Neighbour) -> None:
    neighbour.run(*SWAPPED)
    async with db.transaction() as tx:
        assert (await tx.get_repository("people").get_by_id(1)).born == "Ada"
    neighbour.run("alter table people add column email text")
    async with db.transaction(read_only=True) as tx:
        assert (await tx.get_repository("people").get_by_id(1)).email is None


async def test_an_open_stream_and_snapshot_keep_the_schema_they_began_with(db: Noormme, neighbour: Neighbour) -> None:
    async with db.transaction(read_only=True) as tx:
        neighbour.run(*SWAPPED)
        assert (await tx.get_repository("people").get_by_id(1)).born == date(1815, 12, 10)
        assert [row["name"] async for row in tx.select_from("people").select("name").stream()] == ["Ada"]
    assert (await db.get_repository("people").get_by_id(1)).born == "Ada"


async def test_a_new_table_is_found_by_the_builder(db: Noormme, neighbour: Neighbour) -> None:
    neighbour.run("create table notes (id integer primary key, at date)", "insert into notes values (1, '2024-01-31')")
    assert await db.select_from("notes").select("at").execute() == [{"at": date(2024, 1, 31)}]
    assert await db.get_repository("notes").count() == 1
    neighbour.run("alter table notes add column body text")
    assert (await db.update_table("notes").set({"body": "x"}).execute()).rows_affected == 1


async def test_a_new_column_is_found_by_a_repository(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    neighbour.run("alter table people add column email text")
    with pytest.raises(ColumnNotFound):
        await people.find_one({"e_mail": "x"})
    neighbour.run("alter table people add column phone text")
    assert (await people.update(1, {"phone": "1"})).phone == "1"
    assert await people.find_one({"email": None}) is not None


async def test_a_dropped_table_and_column(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    await people.get_by_id(1)
    neighbour.run("alter table people drop column born")
    # Not the text 'born', which SQLite takes a quoted name for that is no column.
    assert await people.find_all() == [await people.get_by_id(1)]
    assert not hasattr(await people.get_by_id(1), "born")
    with pytest.raises(ColumnNotFound):
        await db.select_from("people").select("born").execute()
    neighbour.run("drop table people")
    for attempt in (people.count(), people.create({"name": "x"}), db.select_from("people").select("id").execute()):
        with pytest.raises(TableNotFound):
            await attempt


async def test_a_table_that_comes_and_goes(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    neighbour.run("drop table people")
    with pytest.raises(TableNotFound):
        await people.count()
    neighbour.run("create table people (id integer primary key, born integer)", "insert into people values (1, 1815)")
    assert (await people.get_by_id(1)).born == 1815


async def test_a_schema_that_never_stands_still_is_told(db: Noormme, neighbour: Neighbour) -> None:
    people = db.get_repository("people")
    refresh = db.refresh_schema
    calls = 0

    async def refreshed_too_early() -> object:
        nonlocal calls
        calls += 1
        found = await refresh()
        neighbour.run(f"create table more{calls} (n integer)")
        return found

    db.refresh_schema = refreshed_too_early  # type: ignore[method-assign, assignment]
    neighbour.run("create table more (n integer)")
    with pytest.raises(SchemaChanged):
        await people.create({"name": "x"})
    assert calls >= 2
    assert neighbour.execute("select count(*) from people") == [[1]]


KINDS = {"integer": 5, "text": "5x", "date": "2024-01-31", "boolean": 1, "real": 0.5}
AS_PYTHON = {"integer": 5, "text": "5x", "date": date(2024, 1, 31), "boolean": True, "real": 0.5}


@settings(max_examples=15)
@given(st.lists(st.permutations(sorted(KINDS)).map(tuple), min_size=2, max_size=5))
def test_columns_are_never_mapped_by_an_old_schema(orders: list[tuple[str, ...]]) -> None:
    asyncio.run(_change_again_and_again(orders))


async def _change_again_and_again(orders: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.db")
        async with Noormme(path, performance={"max_readers": 2}) as db:
            await db.execute("create table changing (id integer primary key)")
            changing = db.get_repository("changing")
            with Neighbour(path) as neighbour:
                for types in orders:
                    columns = ", ".join(f"c{index} {type_}" for index, type_ in enumerate(types))
                    neighbour.run("begin immediate", "drop table changing")
                    neighbour.execute(f"create table changing ({columns}, id integer primary key)")
                    marks = ", ".join("?" * len(types))
                    neighbour.execute(f"insert into changing values ({marks}, 1)", [KINDS[type_] for type_ in types])
                    neighbour.execute("commit")
                    row = await changing.get_by_id(1)
                    assert [getattr(row, f"c{index}") for index in range(len(types))] == [AS_PYTHON[t] for t in types]
                    written = await changing.create({f"c{i}": AS_PYTHON[type_] for i, type_ in enumerate(types)})
                    assert written.model_copy(update={"id": 1}) == row


async def test_a_definition_finds_a_table_that_another_process_has_just_made(db: Noormme, neighbour: Neighbour) -> None:
    neighbour.execute("create table made (n integer)")
    await db.create_index("by_n").on("made", "n").execute()
    assert [index.name for index in db.schema.table("made").indexes] == ["by_n"]


async def test_a_definition_that_rows_forbid_says_their_columns(db: Noormme) -> None:
    await db.execute_script("create table twice (n integer); insert into twice values (1), (1);")
    with pytest.raises(UniqueViolation) as caught:
        await db.create_index("only_n").on("twice", "n").unique().execute()
    assert (caught.value.table, caught.value.columns) == ("twice", ("n",))
