"""Statements that are asked for in a loop: they are found, with the loop, and nothing else is taken for one."""

from __future__ import annotations

import asyncio
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from noormme_py.optimize.findings.statement_findings import loops_of_statements, repeated_statements
from tests.optimize.shop import of, opened, opened_synchronously

BY_ID = 'where "id" = ?'


async def show(users: Any, key: int) -> Any:
    return await users.find_by_id(key)


@pytest.mark.parametrize("inline_reads", ["auto", "off"])
@pytest.mark.parametrize("runs", [9, 10, 11, 40])
async def test_a_loop_of_ten_or_more_is_found(tmp_path: Path, runs: int, inline_reads: str) -> None:
    async with await opened(tmp_path, performance={"inline_reads": inline_reads}) as db:
        users = db.get_repository("users")
        for key in range(runs):
            await show(users, key)
        record = db.optimizer.record()
        found = loops_of_statements(record)
        assert len(found) == (runs >= 10)
        if found:
            assert found[0].call_site is not None
            assert found[0].call_site.endswith("in test_a_loop_of_ten_or_more_is_found")
            assert of(record, BY_ID).loops[0].runs == runs


def test_a_loop_of_the_synchronous_face_is_found(tmp_path: Path) -> None:
    with opened_synchronously(tmp_path) as db:
        users = db.get_repository("users")
        for key in range(12):
            users.find_by_id(key)
        (found,) = loops_of_statements(db.optimizer.record())
        assert found.call_site is not None
        assert found.call_site.endswith("in test_a_loop_of_the_synchronous_face_is_found")


async def test_two_statements_that_alternate_are_two_findings(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        for key in range(12):
            await users.find_by_id(key)
            await db.select_from("users").select("name").where("age", "=", key).execute()
        assert len(loops_of_statements(db.optimizer.record())) == 2


async def test_a_loop_over_a_statement_that_has_run_often_is_found(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")

        async def warm_up() -> None:
            for key in range(5_000):
                await users.find_by_id(key % 500)

        async def list_all() -> None:
            for key in range(170):
                await users.find_by_id(key)

        await warm_up()
        await list_all()
        sites = [found.call_site or "" for found in loops_of_statements(db.optimizer.record())]
        assert [site for site in sites if site.endswith("list_all")]


async def test_of_many_tasks_in_one_loop_the_first_are_followed(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")

        async def list_ten() -> None:
            for key in range(10):
                await users.find_by_id(key)

        for _ in range(100):
            await asyncio.create_task(list_ten())
        statement = of(db.optimizer.record(), BY_ID)
        assert statement.count == 1_000
        (loop,) = statement.loops
        assert loop.call_site.endswith("list_ten")
        # The first 256 runs are of 25 units.
        assert 16 <= loop.units < 40
        assert loop.runs >= 10 * loop.units


async def test_many_tasks_with_one_statement_each_are_no_loop(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")

        async def handle(key: int) -> None:
            await users.find_by_id(key)

        for first in range(0, 400, 20):
            await asyncio.gather(*(handle(key) for key in range(first, first + 20)))
        # One after another, so that each may have the number of the one before.
        for key in range(100):
            await asyncio.create_task(handle(key))
        assert loops_of_statements(db.optimizer.record()) == []


def test_a_pool_of_threads_is_no_loop(tmp_path: Path) -> None:
    with opened_synchronously(tmp_path) as db, ThreadPoolExecutor(2) as pool:
        users = db.get_repository("users")
        list(pool.map(lambda key: users.find_by_id(key), range(200)))
        assert loops_of_statements(db.optimizer.record()) == []


async def test_the_same_parameters_again_are_another_finding(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        for _ in range(30):
            await users.find_by_id(7)
        record = db.optimizer.record()
        assert loops_of_statements(record) == []
        (found,) = repeated_statements(record)
        assert found.kind == "repeated-statement"
        assert "7" not in found.title


async def test_writes_in_a_loop_are_found_on_whatever_lane(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        async with db.transaction() as tx:
            for key in range(11):
                await tx.get_repository("users").update(key + 1, {"age": 99})
        for key in range(11):
            await users.create({"name": f"new {key}", "age": key})
        kinds = {found.subject.partition(" ")[0] for found in loops_of_statements(db.optimizer.record())}
        assert "insert" in kinds
        assert "update" in kinds


def test_what_was_bound_in_a_loop_is_not_kept(tmp_path: Path) -> None:
    size = 1_000_000
    with opened_synchronously(tmp_path) as db:
        tracemalloc.start()
        try:
            for _ in range(9):
                db.execute("update users set name = ? where id = 1", ["x" * size])
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < size
