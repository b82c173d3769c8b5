"""The synchronous face from opening to closing: beside other threads, other databases, and the other face."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme, SyncTransaction
from noormme_py.engine import sync_engine
from noormme_py.engine.connection import Connection
from noormme_py.errors import CannotOpen, Closed, Interrupted
from tests.engine.sync_database import check_that_nothing_is_lost, check_that_the_file_is_free, opened
from tests.engine.test_cancellation import ENDLESS
from tests.engine.threads import PATIENCE_S, Started, together, until


def waiting_writers(db: SyncNoormme) -> int:
    assert db._engine._writers is not None
    return len(db._engine._writers.waiting)


def test_closing_interrupts_what_another_thread_runs_after_a_while(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_engine, "CLOSE_TIMEOUT_S", 0.1)
    with opened(path, rows=3) as db:
        runs = Started(lambda: db.execute(ENDLESS))
        until(lambda: in_use(db))
        db.close()
        assert isinstance(runs.error(), Interrupted)
    check_that_the_file_is_free(path)


def test_closing_lets_a_statement_of_another_thread_end(path: Path) -> None:
    with opened(path) as db:
        counting = "with recursive c(n) as (select 1 union all select n + 1 from c where n < 300000) "
        runs = Started(lambda: db.execute(counting + "select max(n) as most from c").rows)
        until(lambda: in_use(db))
        db.close()
        assert runs.result() == [{"most": 300_000}]
    check_that_the_file_is_free(path)


def in_use(db: SyncNoormme) -> bool:
    readers = db._engine._readers
    return readers is not None and len(readers.connections) > len(readers.idle)


def test_closing_rolls_back_the_transaction_that_another_thread_is_in_without_waiting_for_it(path: Path) -> None:
    with opened(path) as db:
        inside, end = threading.Event(), threading.Event()

        def transact() -> None:
            with db.transaction() as tx:
                tx.execute("insert into t (n) values (1)")
                inside.set()
                assert end.wait(PATIENCE_S)
                tx.execute("insert into t (n) values (2)")

        holder = Started(transact)
        assert inside.wait(PATIENCE_S)
        db.close()
        check_that_the_file_is_free(path)
        end.set()
        assert isinstance(holder.error(), Closed)
    with opened(path) as db:
        assert db.get_repository("t").count() == 0


def test_closing_ends_the_stream_that_another_thread_has_open(path: Path) -> None:
    with opened(path, rows=2_000) as db:
        inside, end = threading.Event(), threading.Event()
        taken: list[int] = []

        def read() -> None:
            for row in db.select_from("t").select("n").stream():
                taken.append(row["n"])
                inside.set()
                assert end.wait(PATIENCE_S)

        reader = Started(read)
        assert inside.wait(PATIENCE_S)
        db.close()
        end.set()
        assert isinstance(reader.error(), Closed)
        assert taken == [*range(len(taken))]
        assert 0 < len(taken) < 2_000


def test_closing_inside_an_own_transaction_rolls_it_back(path: Path) -> None:
    with opened(path) as db:
        with pytest.raises(Closed), db.transaction() as tx:
            close_inside(db, tx)
        db.initialize()
        assert db.get_repository("t").count() == 0
        db.get_repository("t").create({"n": 3})
    check_that_the_file_is_free(path)


def close_inside(db: SyncNoormme, tx: SyncTransaction) -> None:
    tx.execute("insert into t (n) values (1)")
    db.close()
    tx.execute("insert into t (n) values (2)")


def test_a_transaction_of_a_former_opening_is_not_one_of_this(path: Path) -> None:
    def reopen_inside(tx: SyncTransaction) -> None:
        tx.execute("insert into t (n) values (1)")
        db.close()
        db.initialize()
        tx.execute("insert into t (n) values (2)")

    with opened(path) as db:
        with pytest.raises(Closed), db.transaction() as tx:
            reopen_inside(tx)
        assert db.get_repository("t").create({"n": 3}).id == 1
        check_that_nothing_is_lost(db, 2)


def test_whoever_waits_when_it_is_closed_is_told(path: Path) -> None:
    with opened(path, busy_timeout=600_000) as db, pytest.raises(Closed), db.transaction() as tx:
        close_while_others_wait(db, tx)
    check_that_the_file_is_free(path)


def close_while_others_wait(db: SyncNoormme, tx: SyncTransaction) -> None:
    rows = db.get_repository("t")
    waiting = [Started(lambda: rows.create({"n": 1})) for _ in range(4)]
    until(lambda: waiting_writers(db) == 4)
    db.close()
    assert [type(thread.error()) for thread in waiting] == [Closed] * 4
    tx.execute("select 1 as one")


def test_many_threads_at_work_while_it_is_closed_end_in_no_other_error(path: Path) -> None:
    for _ in range(10):
        db = SyncNoormme(path, performance={"max_readers": 2}).initialize()
        db.execute("create table if not exists t (id integer primary key, n integer not null)")
        rows = db.get_repository("t")
        works: list[Callable[[], object]] = [
            lambda rows=rows: rows.create({"n": 1}),  # type: ignore[misc]
            lambda rows=rows: rows.count(),  # type: ignore[misc]
            lambda db=db: [*db.select_from("t").select("n").limit(700).stream()],  # type: ignore[misc]
            lambda db=db: transact(db),  # type: ignore[misc]
        ]
        threads = [Started(lambda work=work: endlessly(work)) for work in works]  # type: ignore[misc]
        until(lambda rows=rows: rows.exists())  # type: ignore[misc]
        db.close()
        assert [type(thread.error()) for thread in threads] == [Closed] * 4
        check_that_the_file_is_free(path)


def endlessly(work: Callable[[], object]) -> None:
    while True:
        work()


def transact(db: SyncNoormme) -> None:
    with db.transaction() as tx:
        rows = tx.get_repository("t")
        rows.create({"n": rows.count()})


def test_whoever_is_interrupted_while_he_waits_leaves_his_place_in_the_line(path: Path) -> None:
    """Ctrl-C comes to the main thread, mostly while it waits: what it would have been given is not to be lost."""
    with opened(path) as db:
        inside, end = threading.Event(), threading.Event()

        def hold() -> None:
            with db.transaction():
                inside.set()
                assert end.wait(PATIENCE_S)

        holder = Started(hold)
        assert inside.wait(PATIENCE_S)

        def press() -> None:
            until(lambda: waiting_writers(db) == 1)
            os.kill(os.getpid(), signal.SIGINT)

        pressing = Started(press)
        with pytest.raises(KeyboardInterrupt):
            db.get_repository("t").create({"n": 1})
        pressing.result()
        assert waiting_writers(db) == 0
        end.set()
        holder.result()
        assert db.get_repository("t").create({"n": 2}).id == 1


def test_a_closed_database_is_refused_and_can_be_opened_again(path: Path) -> None:
    with opened(path) as db:
        rows = db.get_repository("t")
        stream = db.select_from("t").select("n").stream()
        db.close()
        for attempt in (
            lambda: db.execute("select 1"),
            lambda: rows.count(),
            lambda: rows.create({"n": 1}),
            lambda: next(stream),
            lambda: db.transaction().__enter__(),
            lambda: db.checkpoint(),
        ):
            with pytest.raises(Closed):
                attempt()
        for n in range(3):
            with db:
                assert rows.create({"n": n}).id == n + 1
    check_that_the_file_is_free(path)


def test_a_database_that_is_dropped_unclosed_warns_and_closes(path: Path) -> None:
    kept = [SyncNoormme(path).initialize()]
    kept[0].execute("create table t (n integer)")
    assert kept[0].get_repository("t").count() == 0
    with pytest.warns(ResourceWarning, match="was not closed"):
        kept.clear()
    gc.collect()
    check_that_the_file_is_free(path)


def test_a_failure_to_open_a_connection_gives_its_place_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path, readers=2, rows=3) as db, closing(db.select_from("t").select("n").stream()) as stream:
        next(stream)
        connect = Connection.__init__

        def fail(*_: object, **__: object) -> None:
            until(lambda: waiting_readers(db) == 3)
            monkeypatch.setattr(Connection, "__init__", connect)
            raise CannotOpen("no more of them")

        monkeypatch.setattr(Connection, "__init__", fail)
        first = Started(lambda: db.get_repository("t").count())
        until(lambda: not has_place(db))
        others = [Started(lambda: db.get_repository("t").count()) for _ in range(3)]
        assert isinstance(first.error(), CannotOpen)
        assert [thread.result() for thread in others] == [3, 3, 3]
        stream.close()
        check_that_nothing_is_lost(db, 2)


def waiting_readers(db: SyncNoormme) -> int:
    assert db._engine._readers is not None
    return len(db._engine._readers.waiting)


def has_place(db: SyncNoormme) -> bool:
    assert db._engine._readers is not None
    return db._engine._readers._places > 0


def test_two_databases_on_one_file_wait_for_each_other(path: Path) -> None:
    with opened(path, rows=1) as one, opened(path) as two:

        def add(number: int) -> None:
            for _ in range(20):
                with (one, two)[number % 2].transaction() as tx:
                    rows = tx.get_repository("t")
                    rows.update(1, {"n": rows.get_by_id(1).n + 1})

        together(4, add)
        assert [db.get_repository("t").get_by_id(1).n for db in (one, two)] == [80, 80]
        one.alter_table("t").add_column("m", "integer").execute()
        assert two.get_repository("t").get_by_id(1).m is None


async def test_both_faces_work_on_one_file_at_once(path: Path) -> None:
    with opened(path, rows=1) as db:

        def add() -> None:
            for _ in range(30):
                with db.transaction() as tx:
                    rows = tx.get_repository("t")
                    rows.update(1, {"n": rows.get_by_id(1).n + 1})

        async def add_too(other: Noormme) -> None:
            for _ in range(30):
                async with other.transaction() as tx:
                    rows = tx.get_repository("t")
                    await rows.update(1, {"n": (await rows.get_by_id(1)).n + 1})

        async with Noormme(path, optimization={"busy_timeout": 20_000}) as other:
            await asyncio.gather(asyncio.to_thread(add), add_too(other), asyncio.to_thread(add), add_too(other))
            assert (await other.get_repository("t").get_by_id(1)).n == 120
        assert db.get_repository("t").get_by_id(1).n == 120


def test_a_connection_of_the_callers_own_has_the_same_pragmas(path: Path) -> None:
    with opened(path, rows=1) as db:
        with closing(db.raw_connection()) as raw:
            assert isinstance(raw, sqlite3.Connection)
            assert raw.execute("pragma foreign_keys").fetchone() == (1,)
            assert raw.execute("pragma journal_mode").fetchone() == ("wal",)
            raw.execute("insert into t (n) values (5)")
        assert db.get_repository("t").count() == 2
