"""A definition looks at the schema on the connection that wrote it, not on one that somebody may hold."""

from __future__ import annotations

from pathlib import Path

from noormme_py import Noormme


async def test_a_definition_does_not_wait_for_a_reader_that_the_caller_holds(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db", performance={"max_readers": 1}) as db, db.transaction(read_only=True):
        await db.create_table("notes").column("id", "integer", primary_key=True).execute()
        await db.execute("create table more (id integer primary key)")
        await db.execute_script("create table most (id integer primary key)")
        await db.execute("pragma user_version = 3")
        assert [table.name for table in db.schema] == ["more", "most", "notes"]


async def test_a_stream_does_not_wait_for_the_writer_that_the_caller_holds(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script("create table notes (id integer primary key); insert into notes values (1), (2);")
        async with db.transaction():
            assert [row["id"] async for row in db.select_from("notes").select("id").stream()] == [1, 2]
