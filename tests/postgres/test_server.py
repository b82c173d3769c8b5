"""The server of the tests itself: databases are fresh, and what was committed outlives a kill."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.postgres.database import Database, dsn_of
from tests.postgres.server import Server

ROOT = Path(__file__).resolve().parents[2]


def test_every_test_has_an_empty_database_in_utf8(pg: Database) -> None:
    pg.execute("create table t (a text); insert into t values ('ä'), ('Z')")
    assert pg.rows("select a from t order by a") == [("Z",), ("ä",)]
    assert pg.rows("select upper('ä'), current_setting('server_encoding')") == [("Ä", "UTF8")]
    assert pg.rows("select count(*) from pg_class where relnamespace = 'public'::regnamespace") == [(1,)]


def test_a_script_that_fails_leaves_nothing(pg: Database) -> None:
    with pytest.raises(psycopg.Error):
        pg.execute("create table t (a int); select 1/0")
    assert pg.rows("select to_regclass('t')") == [(None,)]


def test_a_killed_server_ends_its_sessions_and_keeps_what_was_committed() -> None:
    with Server() as server:
        folder = server.folder
        database = Database(server.dsn())
        database.execute("create table kept as select 1 as a")
        with psycopg.connect(server.dsn()) as session:
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
        with pytest.raises(psycopg.OperationalError):
            database.rows("select 1")
        server.start()
        assert database.rows("select a from kept") == [(1,)]
    assert not Path(folder).exists()


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("postgresql://u@/postgres?host=/tmp&port=1", "postgresql://u@/My%20db?host=/tmp&port=1"),
        ("postgresql:///postgres", "postgresql:///My%20db"),
        ("postgres://u:p@host:5432", "postgres://u:p@host:5432/My%20db"),
    ],
)
def test_the_database_in_a_url_is_replaced(dsn: str, expected: str) -> None:
    assert dsn_of(dsn, "My db") == expected


def test_a_process_that_is_killed_leaves_no_server() -> None:
    started = (
        "import time\nfrom tests.postgres.server import Server\n"
        "server = Server()\nserver.start()\nprint(server.pid, server.folder, flush=True)\ntime.sleep(300)\n"
    )
    with subprocess.Popen([sys.executable, "-c", started], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        pid, folder = process.stdout.readline().split()
        process.kill()
    for _ in range(200):
        if not Path(folder).exists() and not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the server goes on")
