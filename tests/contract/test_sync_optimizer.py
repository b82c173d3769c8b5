# Written by scripts/generate_sync.py from test_async_optimizer.py: change that, then run `make fmt`.
"""`db.optimizer`: statements explained and run on a private copy, plans watched, statistics kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from noormme_py import SyncNoormme
from noormme_py.errors import Closed, DatabaseError, EncodeError, NotNullViolation, QueryError, TransactionError
from noormme_py.optimize.recording.record import Record, StatementRecord


def test_a_read_is_explained_and_run(sync_db: SyncNoormme) -> None:
    found = sync_db.optimizer.explain("select name from users where id = ?", [1])
    assert found.plan.lines() == ("SEARCH users USING INTEGER PRIMARY KEY (rowid=?)",)
    assert (found.rows, found.is_whole, found.hints) == (1, True, ())
    assert found.steps is not None
    assert found.elapsed_ms is not None
    assert found.to_dict()["plan"][0]["action"] == "search"
    named = sync_db.optimizer.explain("select id from users where joined > :day", {"day": date(2026, 1, 31)})
    assert named.rows == 1


def test_a_write_is_explained_and_nothing_is_written(sync_db: SyncNoormme) -> None:
    before = sync_db.execute("select * from posts")
    found = sync_db.optimizer.explain("delete from posts")
    assert found.rows == len(before.rows) > 0
    insert = "insert into posts (user_id, title) values (?, ?) returning id"
    assert (sync_db.optimizer.explain(insert, [1, "four"])).rows == 1
    assert sync_db.execute("select * from posts") == before


def test_the_plan_alone_costs_no_run(sync_db: SyncNoormme) -> None:
    found = sync_db.optimizer.explain("select * from users where age > 3 order by name", run=False)
    assert found.plan.lines()[-1] == "USE TEMP B-TREE FOR ORDER BY"
    assert (found.steps, found.elapsed_ms, found.rows) == (None, None, None)


def test_a_hint_says_what_is_slow(sync_db: SyncNoormme) -> None:
    with sync_db.transaction() as tx:
        tx.execute_many("insert into posts (user_id, title) values (?, ?)", [[1, str(n)] for n in range(2000)])
    for is_run in (True, False):
        found = sync_db.optimizer.explain("select * from posts where title = '7'", run=is_run)
        assert found.hints == ("posts is read from end to end: index the columns that the condition names",)


def test_what_has_no_plan_is_refused(sync_db: SyncNoormme) -> None:
    explain = sync_db.optimizer.explain
    for sql in (
        "pragma user_version",
        "vacuum into 'x.db'",
        "attach 'x.db' as x",
        "create table x (a)",
        "explain select 1",
    ):
        with pytest.raises(QueryError, match="no plan"):
            explain(sql)
    with pytest.raises(QueryError, match="more than one"):
        explain("select 1; select 2")
    with pytest.raises(QueryError, match="no statement"):
        explain("-- nothing")
    with pytest.raises(TransactionError):
        explain("commit")
    with pytest.raises(DatabaseError, match="no such table"):
        explain("select * from nowhere")
    with pytest.raises(QueryError, match="bindings"):
        explain("select ?")
    with pytest.raises(EncodeError):
        explain("select ?", [object()])
    with pytest.raises(NotNullViolation):
        explain("insert into posts (user_id, title) values (1, null)")


def test_a_plan_that_changes_is_told(sync_db: SyncNoormme) -> None:
    record = Record((StatementRecord("select id from posts where title = ?", samples=(["one"],)),))
    assert sync_db.optimizer.refresh_plans(record) == ()
    sync_db.execute("create index posts_title on posts (title)")
    (changed,) = sync_db.optimizer.refresh_plans(record)
    assert (changed.before.lines(), changed.cause) == (("SCAN posts",), "new index: posts_title")
    assert changed.after.indexes == {"posts_title"}
    assert [known.plan for known in sync_db.optimizer.plans()] == [changed.after]
    assert sync_db.optimizer.report().plan_changes == (changed,)


def test_statistics_are_gathered_once(sync_db: SyncNoormme) -> None:
    sync_db.execute("create index posts_title on posts (title)")
    run = sync_db.optimizer.optimize_now()
    assert (run.outcome, run.before.figures) == ("kept", ())
    assert "posts" in run.tables
    assert ("posts", "posts_title") in {(table, index) for table, index, _ in run.after.figures}
    assert (sync_db.optimizer.optimize_now()).outcome == "nothing to do"
    assert sync_db.optimizer.report().runs == (run,)


def test_a_closed_database_is_not_explained(path: Path) -> None:
    db = SyncNoormme(path).initialize()
    db.close()
    with pytest.raises(Closed):
        db.optimizer.explain("select 1")
