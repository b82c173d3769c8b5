"""Opening: what is given, what a constructor does not do yet, and files that are no database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import CannotOpen, Closed, ConfigError, Corrupt, DatabaseBusy, DatabaseError, NotADatabase
from tests.engine.neighbour import Neighbour


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


async def make(path: Path, rows: int = 1) -> None:
    async with Noormme(path) as db:
        await db.execute("create table t (n integer)")
        await db.execute_many("insert into t values (?)", ((n,) for n in range(rows)))


async def test_the_constructor_opens_nothing(tmp_path: Path) -> None:
    db = Noormme(tmp_path / "app.db")
    assert contents(tmp_path) == {}
    with pytest.raises(Closed, match="initialize"):
        await db.execute("select 1")
    assert contents(tmp_path) == {}
    assert repr(db) == f"<Noormme {str(tmp_path / 'app.db')!r}>"


async def test_initialize_gives_the_database_and_may_be_called_again(tmp_path: Path) -> None:
    db = Noormme(tmp_path / "app.db")
    assert await db.initialize() is db
    assert await db.initialize() is db
    await db.close()


async def test_an_empty_file_is_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "app.db").write_bytes(b"")
    await make(tmp_path / "app.db")


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "such"
    with pytest.raises(CannotOpen, match="does not exist") as caught:
        await Noormme(missing / "app.db").initialize()
    assert str(missing) in str(caught.value)
    assert not missing.parent.exists()


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="is a directory") as caught:
        await Noormme(tmp_path).initialize()
    assert str(tmp_path) in str(caught.value)
    (tmp_path / "file").touch()
    with pytest.raises(CannotOpen):
        await Noormme(tmp_path / "file" / "app.db").initialize()
    assert contents(tmp_path) == {"file": b""}


@pytest.mark.parametrize("garbage", [b"this is not a database, but some text\n" * 100, b"xy"])
async def test_something_else_than_a_database_stays_untouched(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "app.db").write_bytes(garbage)
    with pytest.raises((NotADatabase, Corrupt)) as caught:
        await Noormme(tmp_path / "app.db").initialize()
    assert str(tmp_path / "app.db") in str(caught.value)
    assert contents(tmp_path) == {"app.db": garbage}


async def test_a_truncated_database_is_told_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    await make(path, 10_000)
    whole = path.read_bytes()
    for length in (50, 100, 1000, 4096, 4096 * 3, len(whole) - 4096):
        path.write_bytes(whole[:length])
        db = Noormme(path)
        with pytest.raises((Corrupt, NotADatabase)):
            await _sum(db)
        await db.close()
        assert path.read_bytes() == whole[:length]


async def _sum(db: Noormme) -> int:
    async with db:
        result = await db.execute("select sum(n) as n, max(rowid) as m from t")
        return int(result.rows[0]["n"])


async def test_garbage_in_the_log_is_not_taken_for_data(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    await make(path, 100)
    for garbage in (b"not a log", bytes(range(256)) * 400, b""):
        (tmp_path / "app.db-wal").write_bytes(garbage)
        assert await _sum(Noormme(path)) == sum(range(100))
        assert list(contents(tmp_path)) == ["app.db"]


async def test_a_database_with_an_unknown_format_version(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    await make(path)
    data = bytearray(path.read_bytes())
    data[18:20] = b"\x07\x07"
    path.write_bytes(data)
    with pytest.raises(DatabaseError):
        await Noormme(path).initialize()
    assert contents(tmp_path) == {"app.db": bytes(data)}


async def test_opening_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    await make(path)
    with Neighbour(path) as neighbour:
        neighbour.execute("begin immediate")
        async with Noormme(path, optimization={"busy_timeout": 50}) as db:
            assert await db.get_repository("t").count() == 1
        neighbour.execute("commit")
        neighbour.run("pragma locking_mode = exclusive", "begin exclusive", "insert into t values (2)")
        with pytest.raises(DatabaseBusy):
            await Noormme(path, optimization={"busy_timeout": 50}).initialize()


WITHOUT_RIGHTS = """
import asyncio, os, sys
from noormme_py import Noormme
from noormme_py.errors import DatabaseError

os.setgroups([]) if os.getuid() == 0 else None
os.setgid(65534) if os.getuid() == 0 else None
os.setuid(65534) if os.getuid() == 0 else None

async def attempt(work):
    try:
        await work
        print("done")
    except DatabaseError as fault:
        print(type(fault).__name__)

async def read(path):
    async with Noormme(path) as db:
        assert await db.get_repository("t").count() == 1

async def write(path):
    async with Noormme(path) as db:
        await db.execute("insert into t values (1)")

async def main():
    for path in sys.argv[1:]:
        await attempt(read(path))
        await attempt(write(path))

asyncio.run(main())
"""


async def test_files_without_permission(tmp_path: Path) -> None:
    """In a process without rights; the folders are made so that it can get at them."""
    folder = tmp_path / "folder"
    folder.mkdir()
    secret, fixed, writable = (folder / name for name in ("secret.db", "fixed.db", "writable.db"))
    for path in (secret, fixed, writable):
        await make(path)
    secret.chmod(0)
    fixed.chmod(0o444)
    writable.chmod(0o666)
    databases = {
        str(secret): ["CannotOpen", "CannotOpen"],
        f"sqlite:///{fixed}?immutable=1": ["done", "ReadOnly"],
        # A database in WAL mode needs files beside it, which cannot be made in this folder.
        f"sqlite:///{fixed}?mode=ro": ["ReadOnly", "ReadOnly"],
        str(fixed): ["ReadOnly", "ReadOnly"],
        str(writable): ["ReadOnly", "ReadOnly"],
        str(folder / "new.db"): ["CannotOpen", "CannotOpen"],
    }
    outcome = _run_without_rights(folder, *databases)
    assert outcome.stderr == ""
    told = outcome.stdout.split()
    assert dict(zip(databases, zip(told[::2], told[1::2], strict=True), strict=True)) == {
        path: tuple(answers) for path, answers in databases.items()
    }
    assert sorted(contents(folder)) == ["fixed.db", "secret.db", "writable.db"]


def _run_without_rights(folder: Path, *databases: str) -> subprocess.CompletedProcess[str]:
    above = [folder, *folder.parents]
    modes = [(path, path.stat().st_mode & 0o7777) for path in above]
    for path, mode in modes:
        if path.owner() == Path.home().owner():
            path.chmod(mode | 0o555)
    folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", WITHOUT_RIGHTS, *databases]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)
    finally:
        for path, mode in modes:
            path.chmod(mode)


def test_the_database_is_named_once() -> None:
    with pytest.raises(ConfigError, match="named twice"):
        Noormme("a.db", connection={"database": "b.db"})
    with pytest.raises(ConfigError, match="connection"):
        Noormme()
    with pytest.raises(TypeError, match="not both"):
        Noormme(Noormme("a.db").config, performance={"max_readers": 2})


@pytest.mark.parametrize("size", [1, 2, 15, 16, 99, 100, 512])
async def test_a_short_file_that_is_no_database_is_not_written_over(tmp_path: Path, size: int) -> None:
    path = tmp_path / "short.txt"
    path.write_bytes(b"A" * size)
    with pytest.raises(NotADatabase):
        await Noormme(path).initialize()
    assert path.read_bytes() == b"A" * size
    assert names_in(tmp_path) == ["short.txt"]


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]
