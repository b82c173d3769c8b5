"""Many threads on one synchronous database: nothing is lost, everybody has his turn, and who cannot is told why."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from noormme_py import SyncNoormme, col
from noormme_py.errors import DatabaseBusy, DatabaseError, ResultError, TransactionError
from tests.engine.sync_database import check_that_nothing_is_lost, opened
from tests.engine.threads import PATIENCE_S, Started, together, until

THREADS = 8


def waiting_writers(db: SyncNoormme) -> int:
    assert db._engine._writers is not None
    return len(db._engine._writers.waiting)


def test_reads_go_on_in_parallel_and_each_has_its_own_answer(path: Path) -> None:
    with opened(path, readers=4, rows=100) as db:
        rows = db.get_repository("t")

        def read(number: int) -> list[int]:
            return [rows.get_by_id((number * 37 + step) % 100 + 1).n for step in range(200)]

        found = together(THREADS, read)
        assert found == [[(number * 37 + step) % 100 for step in range(200)] for number in range(THREADS)]


def test_as_many_threads_read_at_the_same_moment_as_there_are_readers(path: Path) -> None:
    with opened(path, readers=3, rows=1) as db:
        meeting = threading.Barrier(3)

        def read(_: int) -> int:
            with db.transaction(read_only=True) as tx:
                meeting.wait(PATIENCE_S)
                return int(tx.get_repository("t").count())

        assert together(3, read) == [1, 1, 1]
        names = {check.connection for check in db.pragma_report()}
        assert names == {"writer", "reader 0", "reader 1", "reader 2"}


def test_reading_and_adding_in_transactions_counts_exactly(path: Path) -> None:
    with opened(path, rows=1) as db:

        def add(_: int) -> None:
            for _ in range(25):
                with db.transaction() as tx:
                    rows = tx.get_repository("t")
                    rows.update(1, {"n": rows.get_by_id(1).n + 1})

        together(THREADS, add)
        assert db.get_repository("t").get_by_id(1).n == THREADS * 25


def test_every_kind_of_write_at_once_is_kept_exactly(path: Path) -> None:
    with opened(path, rows=1) as db:
        rows = db.get_repository("t")

        def write(number: int) -> None:
            for step in range(30):
                match (number + step) % 4:
                    case 0:
                        rows.create({"n": -1})
                    case 1:
                        rows.insert_many([{"n": -1}] * 3)
                    case 2:
                        rows.update_many({"id": 1}, {"n": col("n") + 1})
                    case _:
                        with db.transaction() as tx:
                            tx.get_repository("t").create({"n": -1})

        together(THREADS, write)
        assert rows.get_by_id(1).n == THREADS * 30 // 4
        assert rows.count({"n": -1}) == THREADS * 30 // 4 * 5


def test_transactions_and_writes_wait_for_each_other_first_come_first_served(path: Path) -> None:
    with opened(path) as db:
        rows = db.get_repository("t")

        def transact(number: int) -> None:
            with db.transaction() as tx:
                tx.get_repository("t").create({"n": number})

        def create(number: int) -> None:
            rows.create({"n": number})

        waiting: list[Started[None]] = []
        with db.transaction() as tx:
            for number in range(1, 9):
                work: Callable[[int], None] = transact if number % 2 else create
                waiting.append(Started(lambda work=work, number=number: work(number)))  # type: ignore[misc]
                until(lambda number=number: waiting_writers(db) == number)  # type: ignore[misc]
            tx.get_repository("t").create({"n": 0})
        for thread in waiting:
            thread.result()
        assert [row.n for row in rows.find_all(order_by="id")] == [*range(9)]


def hold_the_writer(db: SyncNoormme, inside: threading.Event, end: threading.Event) -> None:
    with db.transaction() as tx:
        tx.execute("insert into t (n) values (1)")
        inside.set()
        assert end.wait(PATIENCE_S)


def test_busy_names_the_thread_its_call_site_and_its_first_statement(path: Path) -> None:
    with opened(path, busy_timeout=50) as db:
        inside, end = threading.Event(), threading.Event()
        holder = Started(lambda: hold_the_writer(db, inside, end), name="the slow one")
        assert inside.wait(PATIENCE_S)
        for write in (lambda: db.get_repository("t").create({"n": 2}), lambda: db.execute("delete from t")):
            with pytest.raises(DatabaseBusy) as busy:
                write()
            held_by = busy.value.held_by or ""
            assert held_by.startswith("thread 'the slow one' has held it for")
            assert "test_sync_threads.py" in held_by
            assert "hold_the_writer" in held_by
            assert held_by.endswith("its first statement: insert into t (n) values (1)")
        # Reading goes on beside it.
        assert db.get_repository("t").count() == 0
        end.set()
        holder.result()
        assert db.get_repository("t").create({"n": 3}).id == 2


def test_busy_streams_are_told_as_such(path: Path) -> None:
    with opened(path, readers=1, busy_timeout=50, rows=3) as db:
        inside, end = threading.Event(), threading.Event()

        def hold() -> int:
            with closing(db.select_from("t").select("n").stream()) as stream:
                next(stream)
                inside.set()
                assert end.wait(PATIENCE_S)
                return len(list(stream))

        holder = Started(hold)
        assert inside.wait(PATIENCE_S)
        with pytest.raises(DatabaseBusy, match=r"open streams of this process .*\n.*max_readers"):
            db.get_repository("t").count()
        end.set()
        assert holder.result() == 2
        assert db.get_repository("t").count() == 3


def test_a_thread_that_would_wait_for_its_own_transaction_is_told(path: Path) -> None:
    with opened(path) as db:
        with db.transaction() as tx:
            with pytest.raises(TransactionError, match="this thread holds the transaction"):
                db.get_repository("t").create({"n": 1})
            with pytest.raises(TransactionError, match="use tx, not db"), db.transaction():
                pass
            tx.get_repository("t").create({"n": 2})
        assert [row.n for row in db.get_repository("t").find_all()] == [2]


def test_a_thread_that_would_wait_for_its_own_stream_is_told(path: Path) -> None:
    with opened(path, readers=1, rows=3) as db, closing(db.select_from("t").select("n").stream()) as stream:
        next(stream)
        with pytest.raises(TransactionError, match="its own open stream"):
            db.get_repository("t").count()
        # Another thread waits, since this one can still end.
        other = Started(lambda: db.get_repository("t").count())
        assert list(stream) == [{"n": 1}, {"n": 2}]
        assert other.result() == 3


def test_in_memory_a_thread_that_would_wait_for_itself_is_told() -> None:
    with SyncNoormme(":memory:") as db:
        db.execute_script("create table t (n integer); insert into t values (1), (2)")
        with db.transaction(), pytest.raises(TransactionError, match="use tx, not db"):
            db.get_repository("t").count()
        with closing(db.select_from("t").select("n").stream()) as stream:
            next(stream)
            with pytest.raises(TransactionError, match="its own open stream") as told:
                db.execute("insert into t values (3)")
            assert told.value.hint is not None
            assert "use a file" in told.value.hint
        assert together(4, lambda _: db.get_repository("t").count()) == [2] * 4


def leave_by_break(stream: Iterator[Any]) -> None:
    for _ in stream:
        break


def leave_by_error(stream: Iterator[Any]) -> None:
    def fail() -> None:
        for row in stream:
            raise LookupError(row)

    with pytest.raises(LookupError):
        fail()


def leave_unbegun(stream: Iterator[Any]) -> None:
    """Say nothing to it at all."""


def leave_in_a_circle(stream: Iterator[Any]) -> None:
    next(stream)
    circle: list[Any] = [stream]
    circle.append(circle)


@pytest.mark.parametrize("leave", [leave_by_break, leave_by_error, leave_unbegun, leave_in_a_circle])
def test_a_stream_that_is_left_early_gives_its_connection_back(
    path: Path, leave: Callable[[Iterator[Any]], None]
) -> None:
    with opened(path, readers=1, rows=3) as db:
        for _ in range(20):
            leave(db.select_from("t").select("n").stream())
            until_free(db)
        with closing(db.select_from("t").select("n").stream()) as stream:
            next(stream)
        assert db.get_repository("t").count() == 3


def until_free(db: SyncNoormme) -> None:
    # The collector finds a circle when it likes.
    gc.collect()
    assert db.get_repository("t").exists()


def test_a_stream_that_the_collector_ends_in_the_middle_of_giving_a_connection_on(path: Path) -> None:
    """The collector runs wherever a thread is, also where it has the lock of the connections."""
    with opened(path, readers=1, rows=3) as db:
        readers = db._engine._readers
        assert readers is not None

        def collect() -> None:
            leave_in_a_circle(db.select_from("t").select("n").stream())
            waiting.append(Started(lambda: db.get_repository("t").count()))
            until(lambda: readers.waiting)
            with readers._mutex:
                gc.collect()

        waiting: list[Started[int]] = []
        gc.disable()
        try:
            Started(collect).result()
        finally:
            gc.enable()
        assert waiting[0].result() == 3


def test_no_connection_is_lost_over_thousands_of_operations_with_errors(path: Path) -> None:
    with opened(path, readers=3, rows=50) as db:
        rows = db.get_repository("t")

        def work(number: int) -> int:
            errors = 0
            for step in range(250):
                try:
                    match (number + step) % 9:
                        case 0:
                            rows.create({"n": number})
                        case 1:
                            rows.create({"id": 1, "n": 1})
                        case 2:
                            rows.insert_many([{"n": 1}, {"id": 2, "n": 2}])
                        case 3:
                            db.execute("select no_such_function(1) as x")
                        case 4:
                            leave_by_break(db.select_from("t").select("n").stream())
                        case 5:
                            with db.transaction() as tx:
                                tx.get_repository("t").create({"id": 3, "n": 3})
                        case 6:
                            with db.transaction(read_only=True) as tx:
                                tx.get_repository("t").get_by_id(-1)
                        case 7:
                            with db.transaction() as tx:
                                db.get_repository("t").create({"n": 1})
                        case _:
                            rows.find_many({"n__gt": 10}, limit=3)
                except (DatabaseError, ResultError, TransactionError):
                    errors += 1
            return errors

        errors = together(THREADS, work)
        assert sum(errors) >= THREADS * 250 * 6 // 9 - THREADS
        check_that_nothing_is_lost(db, 3)
        assert len({check.connection for check in db.pragma_report()}) == 4
        assert rows.count({"n__gte": 0}) == rows.count()
