# Written by scripts/generate_sync.py from test_async_doctor.py: change that, then run `make fmt`.
"""`db.optimizer.doctor()`: what an application is told of its own database while it works with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import StatementFinished, SyncNoormme
from noormme_py.errors import Closed, TransactionError
from tests.engine.files import bytes_of
from tests.engine.neighbour import Neighbour

SHOP = """
    create table users (id integer primary key, name text not null);
    create table posts (id integer primary key, author_id integer references users (id), title text);
    insert into users values (1, 'Ada');
    insert into posts values (1, 1, 'One');
"""
ORPHANS = "insert into posts (author_id) values (7), (8)"


def kinds(db: SyncNoormme) -> set[str]:
    return {finding.kind for finding in db.optimizer.doctor() if finding.severity in ("medium", "high")}


def test_a_sound_database_has_no_finding_of_its_own(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute_script(SHOP)
        assert kinds(db) <= {"sqlite-bug"}
        assert {finding.kind for finding in db.optimizer.doctor(integrity=True)} <= {
            "file-system",
            "no-backup",
            "sqlite-bug",
            "sqlite-build",
        }


def test_rows_without_a_parent_are_found(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute_script(SHOP)
        with Neighbour(path, 5) as neighbour:
            neighbour.run("pragma foreign_keys = off", ORPHANS)
        first = (db.optimizer.doctor())[0]
        assert (first.kind, first.severity, first.evidence) == ("orphans", "high", "2 rows")


def test_the_pragmas_are_those_of_the_connection_that_writes(path: Path) -> None:
    optimization = {"enable_foreign_keys": False, "synchronous": "OFF", "enable_wal_mode": False}
    with SyncNoormme(path, optimization=optimization) as db:
        db.execute_script(SHOP)
        found = db.optimizer.doctor()
        assert {"foreign-keys-off", "synchronous", "journal-mode"} <= {finding.kind for finding in found}


def test_what_its_own_tasks_read_is_named_for_a_long_log(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute_script(SHOP)
        with db.transaction(read_only=True) as tx:
            tx.execute("select count(*) from posts")
            db.execute("insert into posts (title) select randomblob(12000000)")
            found = [finding for finding in db.optimizer.doctor() if finding.kind == "long-log"]
            assert len(found) == 1
            assert "its first statement: select count(*) from posts" in found[0].evidence
            # Looking took no lock away: nobody may empty the log under the snapshot.
            with Neighbour(path) as neighbour:
                is_busy, *_ = neighbour.execute("pragma wal_checkpoint(truncate)")[0]
            assert is_busy


def test_a_database_in_memory_is_looked_at() -> None:
    with SyncNoormme(":memory:", optimization={"enable_foreign_keys": False}) as db:
        db.execute_script(f"{SHOP}; {ORPHANS}")
        assert {"orphans", "foreign-keys-off"} <= kinds(db)


def test_a_database_that_is_open_for_reading_is_looked_at(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute_script(SHOP)
    with SyncNoormme(f"sqlite:///{path}?mode=ro") as db:
        assert kinds(db) <= {"sqlite-bug"}


def test_nothing_changes_and_its_looking_is_not_observed(path: Path) -> None:
    with SyncNoormme(path) as db:
        db.execute_script(SHOP)
        db.checkpoint()
        before = bytes_of(path)
        seen: list[StatementFinished] = []
        end = db.observe(seen.append)
        db.optimizer.doctor(integrity="quick")
        end()
        db.checkpoint()
    assert bytes_of(path) == before
    assert [event.sql for event in seen if "foreign_key_check" in event.sql or "quick_check" in event.sql] == []


def test_a_database_that_is_not_open_is_an_error(path: Path) -> None:
    with pytest.raises(Closed):
        SyncNoormme(path).optimizer.doctor()


def test_it_is_not_for_the_inside_of_a_transaction(path: Path) -> None:
    with SyncNoormme(path) as db, db.transaction():
        with pytest.raises(TransactionError):
            db.optimizer.doctor()
