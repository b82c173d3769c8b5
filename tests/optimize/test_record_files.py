"""The record in a file: what is saved comes back, several processes add to one file, and nothing is counted twice."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from noormme_py import Noormme, errors
from noormme_py.client.record_file import RecordFiles, load_record
from noormme_py.optimize.recording.record import Record, StatementRecord
from tests.optimize.shop import RECORDING, of, opened

BY_ID = 'where "id" = ?'


async def test_a_saved_record_comes_back(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        await db.execute("select id from users where name = :name", {"name": "user 1"})
        await db.execute("select id from users where name = ?", [b"\x00\xff"])
        path = await db.optimizer.save_record()
        assert path == tmp_path / ".noormme" / "shop.db.record.json"
        record = db.optimizer.record()
        assert load_record(path).statements == record.statements


async def test_saving_twice_counts_once(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        other = tmp_path / "other.json"
        for path in (None, None, other, None, other):
            await users.find_by_id(1)
            await db.optimizer.save_record(path)
        await asyncio.gather(*(db.optimizer.save_record() for _ in range(5)))
        assert of(load_record(await db.optimizer.save_record()), BY_ID).count == 5
        assert of(load_record(other), BY_ID).count == 5


async def test_what_was_forgotten_stays_in_the_file(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        await users.find_by_id(1)
        await db.optimizer.save_record()
        db.optimizer.reset_record()
        await users.find_by_id(1)
        path = await db.optimizer.save_record()
        assert of(load_record(path), BY_ID).count == 2


PROGRAM = """
import sys
from noormme_py import SyncNoormme

with SyncNoormme(sys.argv[1], automation={"enable_query_analysis": True}) as db:
    users = db.get_repository("users")
    for number in range(50):
        users.find_by_id(number)
        if number % 10 == 9:
            db.optimizer.save_record()
"""


async def test_several_processes_add_up(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        file = str(db.config.location.file)
    command = [sys.executable, "-W", "error", "-c", PROGRAM, file]
    running = [await asyncio.create_subprocess_exec(*command) for _ in range(3)]
    assert [await process.wait() for process in running] == [0, 0, 0]
    folder = tmp_path / ".noormme"
    assert of(load_record(folder / "shop.db.record.json"), BY_ID).count == 150
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "shop.db.record.json"]


async def test_the_file_is_its_owners_alone_and_kept_out_of_git(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        path = await db.optimizer.save_record()
    assert (path.parent / ".gitignore").read_text() == "*\n"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_parameters_are_left_out_on_request(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        await db.execute("select id from users where name = ?", ["a secret"])
        path = await db.optimizer.save_record()
        assert "a secret" in path.read_text()
        await db.optimizer.save_record(with_parameters=False)
        assert "a secret" not in path.read_text()
        assert of(load_record(path), "name = ?").samples == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "SQLite format 3\x00",
        '{"format": "noormme-record", "version": 1}',
        '{"format": "noormme-record", "version": 2, "span_s": 1, "left_out": 0, "statements": []}',
        '{"format": "noormme-record", "version": 1, "span_s": 1, "left_out": 0, "statements": [{"sql": 1}]}',
        '{"format": "noormme-record", "version": 1, "span_s": 1, "left_out": 0, "statements": {"a": 1}}',
    ],
)
async def test_a_foreign_file_is_refused_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(errors.RecordError, match="record"):
        load_record(path)
    async with await opened(tmp_path) as db:
        with pytest.raises(errors.RecordError):
            await db.optimizer.save_record(path)
    assert path.read_text() == text


async def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    async with Noormme(":memory:", **RECORDING) as db:
        with pytest.raises(errors.RecordError, match="in memory"):
            await db.optimizer.save_record()
        with pytest.raises(errors.RecordError, match="No such file"):
            await db.optimizer.save_record(tmp_path / "nowhere" / "record.json")
    with pytest.raises(errors.RecordError, match="No such file"):
        load_record(tmp_path / "nothing.json")


def test_a_lock_that_was_left_behind_is_broken(tmp_path: Path) -> None:
    path, lock = tmp_path / "record.json", tmp_path / "record.json.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    RecordFiles().save(lambda: Record((StatementRecord("select 1"),)), path, with_parameters=True)
    assert load_record(path).statements[0].sql == "select 1"
    assert not lock.exists()


def test_what_is_forgotten_while_it_is_saved_is_not_taken_for_an_older_state(tmp_path: Path) -> None:
    files = RecordFiles()
    old = Record((StatementRecord("select 1", count=5),), 60.0)
    new = Record((StatementRecord("select 1", count=7),), 1.0)

    def take() -> Record:
        files.forget()
        return old

    path = files.save(take, tmp_path / "record.json", with_parameters=True)
    files.save(lambda: new, path, with_parameters=True)
    whole = load_record(path)
    assert (whole.statements[0].count, whole.span_s) == (12, 61.0)
