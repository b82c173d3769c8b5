"""A move that is broken off: nothing half made in the target's place, the source unharmed, and a way to go on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from noormme_py.errors import CannotOpen, ConfigError, DatabaseBusy, TransferError
from noormme_py.transfer import Progress, transfer
from noormme_py.transfer.sync import transfer as transfer_now
from noormme_py.transfer.sync import validate
from tests.postgres.database import Database, dsn_of
from tests.postgres.logins import login
from tests.postgres.server import Server

ROWS = 120_000
TABLES = f"""
create table first (id int primary key, v text);
create table second (id int primary key, v text);
create table third (id int primary key, v text);
insert into first select i, 'first ' || i from generate_series(1, 100) i;
insert into second select i, repeat('second ', 20) || i from generate_series(1, {ROWS}) i;
insert into third select i, 'third ' || i from generate_series(1, 100) i;
"""
MOVE = """
import sys
from noormme_py.transfer.sync import transfer
transfer(sys.argv[1], sys.argv[2])
"""


@pytest.fixture
def mortal() -> Iterator[tuple[Server, Database]]:
    """A server of the test's own, which may be killed, with the tables in it."""
    with Server() as server:
        Database(server.dsn()).execute("create database app")
        database = Database(dsn_of(server.dsn(), "app"))
        database.execute(TABLES)
        yield server, database


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rows_of(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(f"select count(*) from {table}").fetchone()[0]
        return found


def at_the_second_table(do: Any) -> Any:
    """Return a listener that does something once, amid the second table."""
    is_done = False

    def listen(progress: Progress) -> None:
        nonlocal is_done
        if not is_done and progress.table == "public.second" and progress.phase == "copying" and progress.rows > 1000:
            is_done = True
            do()

    return listen


def test_a_server_that_is_killed_amid_the_copy(mortal: tuple[Server, Database], tmp_path: Path) -> None:
    server, database = mortal
    target = tmp_path / "app.db"
    with pytest.raises(TransferError) as lost:
        transfer_now(database.dsn, target, progress=at_the_second_table(server.kill))
    assert "lost" in lost.value.message or "57P" in lost.value.message
    assert files_in(tmp_path) == ["app.db.incomplete", "app.db.incomplete-journal"] or "app.db" not in files_in(
        tmp_path
    )
    server.start()
    report = transfer_now(database.dsn, target, resume=True)
    assert {table.source: table.is_kept for table in report.tables} == {
        "public.first": True,
        "public.second": False,
        "public.third": False,
    }
    assert report.rows == ROWS + 200
    assert rows_of(target, "second") == ROWS
    assert files_in(tmp_path) == ["app.db", "app.db.transfer.json", "app.db.transfer.md"]


def test_what_changed_since_the_first_try_is_copied_again(mortal: tuple[Server, Database], tmp_path: Path) -> None:
    server, database = mortal
    with pytest.raises(TransferError):
        transfer_now(database.dsn, tmp_path / "app.db", progress=at_the_second_table(server.kill))
    server.start()
    database.execute("update first set v = 'new' where id = 7; delete from third where id = 1")
    report = transfer_now(database.dsn, tmp_path / "app.db", resume=True)
    assert not any(table.is_kept for table in report.tables)
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        assert connection.execute("select v from first where id = 7").fetchone() == ("new",)
        assert connection.execute("select count(*) from third").fetchone() == (99,)


def test_without_resume_a_try_begins_anew(mortal: tuple[Server, Database], tmp_path: Path) -> None:
    server, database = mortal
    with pytest.raises(TransferError):
        transfer_now(database.dsn, tmp_path / "app.db", progress=at_the_second_table(server.kill))
    server.start()
    report = transfer_now(database.dsn, tmp_path / "app.db")
    assert not any(table.is_kept for table in report.tables)


def test_a_moving_process_that_is_killed(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    target = tmp_path / "app.db"
    process = subprocess.Popen([sys.executable, "-c", MOVE, pg.dsn, str(target)])
    incomplete = tmp_path / "app.db.incomplete"
    deadline = time.monotonic() + 60
    # Until the second table is at work.
    while time.monotonic() < deadline and not (incomplete.exists() and incomplete.stat().st_size > 1_000_000):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not target.exists()
    report = transfer_now(pg.dsn, target, resume=True)
    assert next(table for table in report.tables if table.source == "public.first").is_kept
    assert rows_of(target, "second") == ROWS
    # The server keeps nothing of the killed one for long.
    assert pg.rows("select count(*) from pg_locks where relation = 'second'::regclass") == [(0,)]


async def test_a_cancelled_move_ends_at_once_and_leaves_no_target(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    listen = at_the_second_table(lambda: loop.call_soon_threadsafe(begun.set))
    move = asyncio.create_task(transfer(pg.dsn, tmp_path / "app.db", progress=listen))
    await begun.wait()
    move.cancel()
    with pytest.raises(asyncio.CancelledError):
        await move
    assert "app.db" not in files_in(tmp_path)
    report = await transfer(pg.dsn, tmp_path / "app.db", resume=True)
    assert report.rows == ROWS + 200


def test_a_full_disk(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    small = tmp_path / "small"
    small.mkdir()
    # A file system of four megabytes, in a namespace of its own: it is gone with the process.
    script = f"""
mount -t tmpfs -o size=4m tmpfs {small} && {sys.executable} - <<'END'
import os
from noormme_py.errors import DiskFull
from noormme_py.transfer.sync import transfer
from pathlib import Path
folder = Path({str(small)!r})
try:
    transfer({pg.dsn!r}, folder / "app.db")
except DiskFull as full:
    print(full)
print(sorted(path.name for path in folder.iterdir() if not path.name.endswith("-journal")))
os.system("mount -o remount,size=64m {small}")
report = transfer({pg.dsn!r}, folder / "app.db", resume=True)
print(report.rows, [table.is_kept for table in report.tables])
END
"""
    # Root would lose its rights over the server's folder as the root of another namespace.
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *rights, "--mount", "sh", "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "--resume" in ran.stdout
    assert "['app.db.incomplete']" in ran.stdout
    assert f"{ROWS + 200} [True, False, False]" in ran.stdout


def test_the_folder_of_the_target_is_not_there(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    with pytest.raises(CannotOpen, match="does not exist"):
        transfer_now(pg.dsn, tmp_path / "nowhere" / "app.db")


def test_two_moves_to_one_target(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    seen: list[Exception] = []

    def another() -> None:
        try:
            transfer_now(pg.dsn, tmp_path / "app.db")
        except DatabaseBusy as busy:
            seen.append(busy)

    report = transfer_now(pg.dsn, tmp_path / "app.db", progress=at_the_second_table(another))
    assert report.rows == ROWS + 200
    assert len(seen) == 1


def test_what_others_write_meanwhile_is_not_seen(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)

    def write() -> None:
        pg.execute("insert into third values (1000, 'late'); update second set v = 'late' where id = 1")

    report = transfer_now(pg.dsn, tmp_path / "app.db", progress=at_the_second_table(write))
    assert report.rows == ROWS + 200
    assert rows_of(tmp_path / "app.db", "third") == 100


def test_nobody_can_empty_a_table_amid_the_move(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    refused: list[str] = []

    def empty() -> None:
        with psycopg.connect(pg.dsn, autocommit=True) as connection:
            connection.execute("set lock_timeout = '200ms'")
            try:
                connection.execute("truncate third")
            except psycopg.errors.LockNotAvailable:
                refused.append("truncate")

    report = transfer_now(pg.dsn, tmp_path / "app.db", progress=at_the_second_table(empty))
    assert refused == ["truncate"]
    assert report.rows == ROWS + 200


def test_a_user_without_rights_is_told_which(pg: Database, tmp_path: Path) -> None:
    pg.execute(TABLES)
    with login(pg, "select on first, second") as dsn:
        with pytest.raises(TransferError, match=r"public\.third") as refused:
            transfer_now(dsn, tmp_path / "app.db")
        assert "--exclude" in str(refused.value.hint)
        assert files_in(tmp_path) == []
        assert transfer_now(dsn, tmp_path / "app.db", exclude=["third"]).rows == ROWS + 100


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://app:hunter2@localhost:1/app",
        "postgresql://app:hunter2@no-such-host.invalid/app",
        "host=/nowhere password=hunter2",
    ],
)
def test_a_server_that_is_not_there(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(TransferError) as refused:
        transfer_now(dsn, tmp_path / "app.db")
    assert "hunter2" not in str(refused.value)
    assert refused.value.hint
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("dsn", ["", "mysql://localhost/app", "nonsense", "postgresql://[::1/app"])
def test_a_dsn_that_is_none(dsn: str, tmp_path: Path) -> None:
    with pytest.raises((TransferError, ConfigError)):
        transfer_now(dsn, tmp_path / "app.db")
    assert files_in(tmp_path) == []


def test_memory_does_not_grow_with_the_rows(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table wide (id int primary key, v text);"
        "insert into wide select i, repeat(md5(i::text), 2000) from generate_series(1, 4000) i"
    )
    # Not getrusage: what that tells begins with the memory of the process that started this one.
    program = f"{MOVE}\nprint(*[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')])"
    ran = subprocess.run(
        [sys.executable, "-c", program, pg.dsn, str(tmp_path / "app.db")], capture_output=True, text=True, check=True
    )
    # 256 MB of rows; the measure is of what the process had at most, in KiB.
    assert (tmp_path / "app.db").stat().st_size > 250_000_000
    assert int(ran.stdout) < 200 * 1024


def test_bytes_that_are_no_text(server: Server, tmp_path: Path) -> None:
    Database(server.dsn()).execute("create database any_bytes template template0 encoding 'SQL_ASCII' locale 'C'")
    database = Database(dsn_of(server.dsn(), "any_bytes"))
    database.execute("create table t (id int primary key, v text)")
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("set client_encoding = 'SQL_ASCII'")
        connection.execute(b"insert into t values (1, 'plain'), (2, E'latin \\351'), (3, E'utf-8 \\303\\251')")
    with pytest.raises(TransferError, match=r"public\.t: .* not UTF-8.* id = 2"):
        transfer_now(database.dsn, tmp_path / "app.db")
    report = transfer_now(database.dsn, tmp_path / "app.db", on_error="report")
    assert (report.rows, report.rejected) == (2, 1)
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        assert connection.execute("select v from t order by id").fetchall() == [("plain",), ("utf-8 é",)]
    [line] = (tmp_path / "app.db.rejects.jsonl").read_text("ascii").splitlines()
    assert json.loads(line)["row"]["v"].encode(errors="surrogateescape") == b"latin \xe9"


def test_what_is_not_asked_for_any_more_is_gone_after_a_resumed_move(
    mortal: tuple[Server, Database], tmp_path: Path
) -> None:
    server, database = mortal
    with pytest.raises(TransferError):
        transfer_now(database.dsn, tmp_path / "app.db", progress=at_the_second_table(server.kill))
    server.start()
    transfer_now(database.dsn, tmp_path / "app.db", resume=True, exclude=["first"])
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        names = connection.execute("select name from sqlite_schema where type = 'table' order by 1").fetchall()
    assert names == [("second",), ("third",)]


def test_a_move_that_was_broken_off_at_its_end(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table t (id serial primary key, v text, check (v <> '')); create index t_v on t (v);"
        "insert into t (v) select 'v' || i from generate_series(1, 10) i;"
        "create view seen as select v from t; create view of_seen as select v from seen"
    )
    target = tmp_path / "app.db"

    def come_between(told: Progress) -> None:
        if told.phase == "finishing":
            target.write_text("mine")

    # Something comes to the target's place when all is done but that.
    with pytest.raises(CannotOpen, match="meanwhile"):
        transfer_now(pg.dsn, target, progress=come_between)
    assert target.read_text() == "mine"
    assert rows_of(tmp_path / "app.db.incomplete", "of_seen") == 10
    target.unlink()
    report = transfer_now(pg.dsn, target, resume=True)
    assert [fate.outcome for fate in report.fates if fate.kind == "view"] == ["exact", "exact"]
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("select count(*) from of_seen").fetchone() == (10,)
        assert connection.execute("insert into t (v) values ('x') returning id").fetchone() == (11,)


@pytest.mark.parametrize(
    "sql", ["truncate third; insert into third values (1, 'new')", "alter table third alter id type bigint"]
)
@pytest.mark.parametrize("do", [transfer_now, validate])
def test_a_table_that_is_rewritten_while_the_move_begins_is_not_empty(
    pg: Database, tmp_path: Path, sql: str, do: Any
) -> None:
    pg.execute(TABLES.replace(str(ROWS), "10"))
    if do is validate:
        transfer_now(pg.dsn, tmp_path / "app.db")
    with psycopg.connect(pg.dsn) as writer:
        writer.execute(sql.encode())
        with ThreadPoolExecutor(1) as thread:
            moving = thread.submit(do, pg.dsn, tmp_path / "app.db")
            waiting = "select count(*) from pg_locks where not granted and database is not null"
            deadline = time.monotonic() + 30
            while pg.rows(waiting) == [(0,)]:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            writer.commit()
            report = moving.result()
    rows = {"truncate": 1, "alter ta": 100}[sql[:8]]
    found = next(table for table in report.tables if table.source == "public.third")
    assert (found.rows if do is transfer_now else found.rows[0]) == rows
