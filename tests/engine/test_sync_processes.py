"""The synchronous face and processes: Ctrl-C, forks, and programs that end without closing anything."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import SyncNoormme, SyncTransaction
from noormme_py.errors import ForkedConnection
from tests.engine.neighbour import run_python
from tests.engine.sync_database import check_that_the_file_is_free, opened
from tests.engine.test_cancellation import ENDLESS
from tests.engine.threads import PATIENCE_S

INTERRUPTED = """
import os, signal, sys, threading
from noormme_py import SyncNoormme

# A shell starts what it puts into the background with the signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

db = SyncNoormme(sys.argv[1]).initialize()
db.execute("create table if not exists t (id integer primary key, n integer)")
long = "with recursive c(n) as (select 1 union all select n + 1 from c where n < 800000) select max(n) as n from c"
stopped = 0
for work in (
    lambda: db.execute(long),
    lambda: [row for row in db.select_from("t").select("n").stream()] and db.execute(long),
):
    db.execute("insert into t (n) values (0)")
    threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        with db.transaction() as tx:
            tx.execute("insert into t (n) values (1)")
            tx.execute(long)
            work()
    except KeyboardInterrupt:
        stopped += 1
    try:
        threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        while True:
            work()
    except KeyboardInterrupt:
        stopped += 1
print(stopped, db.execute("select count(*) as n, sum(n) as s from t").rows)
with db.transaction() as tx:
    tx.execute("insert into t (n) values (5)")
db.close()
print("closed")
"""


def test_ctrl_c_rolls_back_and_leaves_no_lock(path: Path) -> None:
    outcome = run_python(INTERRUPTED, path, timeout_s=120)
    assert outcome.stderr == ""
    assert outcome.stdout == "4 [{'n': 2, 's': 0}]\nclosed\n"
    check_that_the_file_is_free(path)


KILLED_BY_INTERRUPT = """
import signal, sys, time
from noormme_py import SyncNoormme

signal.signal(signal.SIGINT, signal.default_int_handler)

with SyncNoormme(sys.argv[1]) as db:
    db.execute("create table t (n integer)")
    with db.transaction() as tx:
        tx.execute("insert into t values (1)")
        print("inside", flush=True)
        time.sleep(60)
"""


def test_a_program_that_ctrl_c_ends_inside_a_transaction_keeps_nothing_of_it(path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", KILLED_BY_INTERRUPT, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=PATIENCE_S)
    assert complaint.strip().endswith("KeyboardInterrupt")
    assert "Exception ignored" not in complaint
    check_that_the_file_is_free(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (0,)


def test_a_child_of_a_fork_is_refused_and_its_parent_works_on(path: Path) -> None:
    with opened(path, rows=2) as db:
        rows = db.get_repository("t")
        assert rows.count() == 2
        with db.transaction() as tx:
            tx.execute("insert into t (n) values (9)")
            assert in_child(lambda: refusals(db, tx)) == b"ForkedConnection " * 5
            assert tx.get_repository("t").count() == 3
        assert rows.count() == 3
        # In the child, the end of a transaction's block and of the database's do nothing to the parent.
        with db.transaction() as tx:
            tx.execute("insert into t (n) values (10)")
            assert in_child(lambda: leave(db, tx)) == b"left"
        assert rows.count() == 4
    check_that_the_file_is_free(path)


def refusals(db: SyncNoormme, tx: SyncTransaction) -> bytes:
    told = b""
    for attempt in (
        lambda: db.execute("select 1"),
        lambda: db.get_repository("t").get_by_id(1),
        lambda: db.get_repository("t").create({"n": 1}),
        lambda: next(db.select_from("t").select("n").stream()),
        lambda: tx.execute("delete from t"),
    ):
        try:
            attempt()
        except ForkedConnection:
            told += b"ForkedConnection "
    return told


def leave(db: SyncNoormme, tx: SyncTransaction) -> bytes:
    tx._session.leave()
    db.close()
    return b"left"


def in_child(work: Callable[[], bytes]) -> bytes:
    """Run a function in a forked child and return its answer."""
    answer, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(told, work())
        finally:
            os._exit(0)
    os.close(told)
    with os.fdopen(answer, "rb") as pipe:
        heard = pipe.read()
    os.waitpid(pid, 0)
    return heard


UNCLOSED = """
import sys, threading
from noormme_py import SyncNoormme

db = SyncNoormme(sys.argv[1]).initialize()
db.execute("create table t (n integer)")
db.execute("insert into t values (1)")
{more}
print("done", flush=True)
"""


@pytest.mark.parametrize(
    ("more", "complains"),
    [
        ("", True),
        ("stream = db.select_from('t').select('n').stream(); next(stream)", True),
        ("tx = db.transaction(); tx.__enter__().execute('insert into t values (2)')", True),
        ("threading.Thread(target=db.execute, args=(ENDLESS,), daemon=True).start()", False),
    ],
    ids=["idle", "stream", "transaction", "endless query"],
)
def test_a_program_that_closes_nothing_exits_and_has_kept_what_was_committed(
    path: Path, more: str, complains: bool
) -> None:
    outcome = run_python(UNCLOSED.format(more=more.replace("ENDLESS", repr(ENDLESS))), path)
    assert (outcome.returncode, outcome.stdout) == (0, "done\n"), outcome.stderr
    if complains:
        assert "was not closed" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    check_that_the_file_is_free(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select n from t").fetchall() == [(1,)]
