"""What threads share in the synchronous face: prepared queries, repositories, and the thread's own connections."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from noormme_py import StatementFinished, SyncNoormme
from noormme_py.errors import DatabaseBusy, SchemaChanged, TransactionError
from tests.engine.neighbour import Neighbour

LONG_S = 60
FLIPS = 40


@pytest.fixture
def is_switched_often() -> Iterator[None]:
    """Threads take turns after every few steps, so that what is done in two steps is seen half done."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("is_switched_often")
def test_a_prepared_query_shared_by_threads_maps_columns_by_one_schema(path: Path) -> None:
    with SyncNoormme(path) as db, Neighbour(path, timeout_s=LONG_S) as neighbour:
        db.execute_script("create table t (a, b); insert into t (a, b) values ('A', 'B');")
        query = db.select_from("t").select_all().prepare()
        rows = db.get_repository("t", dict)
        wrong: list[object] = []
        is_over = threading.Event()

        def read() -> None:
            while not is_over.is_set():
                try:
                    seen = [*query.execute(), *rows.find_all()]
                except (SchemaChanged, DatabaseBusy):
                    # It never stood still while this was tried, or while it was discovered.
                    continue
                wrong.extend(row for row in seen if row != {"a": "A", "b": "B"})

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for flip in range(FLIPS):
            columns = "b, a" if flip % 2 == 0 else "a, b"
            neighbour.run(
                "begin immediate",
                f"create table new ({columns})",
                "insert into new (a, b) select a, b from t",
                "drop table t",
                "alter table new rename to t",
                "commit",
            )
        is_over.set()
        for thread in threads:
            thread.join(LONG_S)
        assert wrong == []


def test_an_observer_that_would_wait_for_the_statement_it_is_told_of_is_refused(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute("create table t (n integer)")
        refused: list[Exception] = []

        def audit(finished: StatementFinished) -> None:
            if finished.sql.startswith("insert") and not refused:
                try:
                    db.execute("insert into t values (2)")
                except TransactionError as fault:
                    refused.append(fault)

        db.observe(audit)
        db.execute("insert into t values (1)")
        assert len(refused) == 1
        assert [row["n"] for row in db.execute("select n from t").rows] == [1]


def test_a_generator_of_rows_that_would_wait_for_its_own_write_is_refused(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute("create table t (n integer)")

        def rows() -> Iterator[list[int]]:
            yield [1]
            db.execute("insert into t values (2)")

        with pytest.raises(TransactionError, match="this thread holds the transaction"):
            db.execute_many("insert into t values (?)", rows())
        assert db.get_repository("t", dict).count() == 0


def test_a_stream_left_open_by_a_thread_that_has_ended_is_not_the_next_threads_own(path: Path) -> None:
    with SyncNoormme(path, performance={"max_readers": 1}, optimization={"busy_timeout": 50}) as db:
        db.execute_script("create table t (n integer); insert into t values (1), (2);")
        streams = []

        def begin() -> None:
            stream = db.select_from("t").select("n").stream()
            next(stream)
            streams.append(stream)

        refused: list[Exception] = []

        def read() -> None:
            try:
                db.get_repository("t", dict).count()
            except (DatabaseBusy, TransactionError) as fault:
                refused.append(fault)

        for work in (begin, *[read] * 5):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join(LONG_S)
        assert [type(fault) for fault in refused] == [DatabaseBusy] * 5
        streams.clear()
        gc.collect()
        assert db.get_repository("t", dict).count() == 2
