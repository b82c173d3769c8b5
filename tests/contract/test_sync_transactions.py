# Written by scripts/generate_sync.py from test_async_transactions.py: change that, then run `make fmt`.
"""Transactions and savepoints: what is kept, what is undone, and what is refused after the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import SyncNoormme, SyncTransaction
from noormme_py.errors import ConflictError, DatabaseBusy, ReadOnly, TransactionError, UniqueViolation
from tests.engine.neighbour import Neighbour


class Refusal(Exception):
    """What a caller's own block raises."""


def names(db: SyncNoormme) -> list[str]:
    return [row.name for row in db.get_repository("users").find_all()]


def rename(tx: SyncTransaction, key: int, name: str) -> None:
    tx.get_repository("users").update(key, {"name": name})


def test_the_end_of_the_block_commits(sync_db: SyncNoormme) -> None:
    with sync_db.transaction() as tx:
        rename(tx, 1, "A")
        assert (tx.get_repository("users").get_by_id(1)).name == "A"
        assert names(sync_db) == ["Ada", "Bob", "Eve"]
    assert names(sync_db) == ["A", "Bob", "Eve"]


def rename_and_refuse(tx: SyncTransaction, key: int, name: str) -> None:
    rename(tx, key, name)
    tx.create_table("made").column("n", "integer").execute()
    raise Refusal


def test_an_error_rolls_all_of_it_back_and_goes_on(sync_db: SyncNoormme) -> None:
    with pytest.raises(Refusal):
        with sync_db.transaction() as tx:
            rename_and_refuse(tx, 1, "A")
    assert names(sync_db) == ["Ada", "Bob", "Eve"]
    assert "made" not in sync_db.schema.table_names()


def test_a_statement_that_failed_inside_undoes_itself_alone(sync_db: SyncNoormme) -> None:
    with sync_db.transaction() as tx:
        rename(tx, 1, "A")
        with pytest.raises(UniqueViolation):
            tx.get_repository("users").update(2, {"email": "ada@x"})
        rename(tx, 3, "E")
    assert names(sync_db) == ["A", "Bob", "E"]


def test_a_savepoint_is_kept_or_undone_by_itself(sync_db: SyncNoormme) -> None:
    def rename_deeper(tx: SyncTransaction) -> None:
        with tx.transaction() as innermost:
            rename(innermost, 1, "AAA")
        rename_and_refuse(tx, 3, "E")

    with sync_db.transaction() as tx:
        rename(tx, 1, "A")
        with tx.transaction() as inner:
            rename(inner, 2, "B")
        with pytest.raises(Refusal):
            with tx.transaction() as inner:
                rename_deeper(inner)
        assert (tx.get_repository("users").get_by_id(1)).name == "A"
    assert names(sync_db) == ["A", "B", "Eve"]


def test_a_script_that_fails_in_a_savepoint_is_undone_with_its_tables(sync_db: SyncNoormme) -> None:
    with sync_db.transaction() as tx:
        with pytest.raises(UniqueViolation):
            with tx.transaction() as inner:
                inner.execute_script("create table b (n integer); update users set email = 'same'")
        assert "b" not in (tx.refresh_schema()).table_names()
    assert "b" not in sync_db.schema.table_names()


def test_while_a_savepoint_is_open_only_the_innermost_is_used(sync_db: SyncNoormme) -> None:
    with sync_db.transaction() as tx, tx.transaction():
        with pytest.raises(TransactionError, match="use the innermost one"):
            tx.get_repository("users").count()


def test_after_its_end_a_transaction_is_refused(sync_db: SyncNoormme) -> None:
    with sync_db.transaction() as tx:
        users = tx.get_repository("users")
        with tx.transaction() as inner:
            pass
        with pytest.raises(TransactionError, match="is over"):
            inner.execute("select 1")
    for attempt in (tx.execute, tx.execute_script):
        with pytest.raises(TransactionError, match="is over"):
            attempt("select 1")
    with pytest.raises(TransactionError, match="is over"):
        users.count()
    with pytest.raises(TransactionError, match="is over"):
        users.delete(2)


def test_a_reading_transaction_sees_one_snapshot_and_writes_nothing(sync_db: SyncNoormme) -> None:
    with sync_db.transaction(read_only=True) as tx:
        assert tx.get_repository("users").count() == 3
        sync_db.get_repository("users").delete(2)
        assert tx.get_repository("users").count() == 3
        with pytest.raises(ReadOnly):
            tx.get_repository("users").delete(1)
        with pytest.raises(ReadOnly):
            tx.execute("delete from posts")
    assert sync_db.get_repository("users").count() == 2


def test_a_reading_transaction_in_memory_writes_nothing_either() -> None:
    with SyncNoormme(":memory:") as db:
        db.execute("create table t (n integer)")
        with db.transaction(read_only=True) as tx:
            with pytest.raises(ReadOnly, match="for reading only"):
                tx.execute("insert into t values (1)")
        assert db.get_repository("t").count() == 0


def test_using_the_database_inside_its_own_transaction_is_told_at_once(sync_db: SyncNoormme) -> None:
    with sync_db.transaction():
        with pytest.raises(TransactionError, match="use tx, not db"):
            sync_db.get_repository("users").delete(2)
    assert sync_db.get_repository("users").delete(2)


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_a_transaction_chooses_its_durability_for_itself(sync_db: SyncNoormme, durability: str) -> None:
    asked = {"full": 2, "normal": 1}[durability]
    with sync_db.transaction(durability="full" if durability == "full" else "normal") as tx:
        assert (tx.execute("pragma synchronous")).rows == [{"synchronous": asked}]
        rename(tx, 1, "A")
    assert (sync_db.execute("pragma synchronous")).rows == [{"synchronous": 1}]
    assert names(sync_db) == ["A", "Bob", "Eve"]


def test_a_function_runs_in_a_transaction_and_its_value_comes_back(sync_db: SyncNoormme) -> None:
    def work(tx: SyncTransaction) -> str:
        rename(tx, 1, "A")
        return "done"

    assert sync_db.run_in_transaction(work) == "done"
    assert names(sync_db) == ["A", "Bob", "Eve"]


def test_a_function_that_met_a_conflict_runs_again_from_the_start(sync_db: SyncNoormme) -> None:
    tries: list[int] = []

    def work(tx: SyncTransaction) -> int:
        posts = tx.get_repository("posts")
        tries.append(posts.count())
        posts.create({"user_id": 1, "title": "x"})
        if len(tries) < 3:
            raise ConflictError("somebody was first")
        return posts.count()

    assert sync_db.run_in_transaction(work) == 4
    assert tries == [3, 3, 3]
    tries.clear()
    with pytest.raises(ConflictError):
        sync_db.run_in_transaction(work, retry=1)
    assert tries == [4, 4]
    assert sync_db.get_repository("posts").count() == 4


def test_a_function_that_fails_otherwise_runs_once(sync_db: SyncNoormme) -> None:
    tries: list[int] = []

    def work(tx: SyncTransaction) -> None:
        tries.append(1)
        rename(tx, 1, "A")
        raise Refusal

    with pytest.raises(Refusal):
        sync_db.run_in_transaction(work)
    assert tries == [1]
    assert names(sync_db) == ["Ada", "Bob", "Eve"]


def test_a_lock_of_another_process_is_told_and_waited_for(sync_db: SyncNoormme, path: Path) -> None:
    with SyncNoormme(path, optimization={"busy_timeout": 50}) as other:
        with Neighbour(path) as neighbour:
            neighbour.execute("begin immediate")
            with pytest.raises(DatabaseBusy) as busy:
                other.get_repository("users").delete(2)
            assert busy.value.held_by == "another process"
            assert other.get_repository("users").count() == 3
            neighbour.execute("rollback")
        assert other.get_repository("users").delete(2)
