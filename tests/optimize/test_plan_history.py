"""Plans are remembered, and one that changes is told with its cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.optimize.plans import plan_history
from noormme_py.optimize.plans.plan_history import Circumstances, PlanHistory
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.optimize.plans.statistics import Statistics
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.query.trial import PlanRow
from tests.optimize.laboratory import laboratory, make, plan
from tests.optimize.skewed import BY_OWNER, BY_STATE, OPEN_JOBS, RECORD, SCHEMA, true
from tests.optimize.test_plan_tree import REAL, skewed
from tests.optimize.test_plan_tree import SCHEMA as MANY_TABLES


def one(detail: str) -> Plan:
    return plan_of([PlanRow(1, 0, detail)])


def circumstances(*indexes: str, objects: dict[str, str] | None = None, stat: str = "") -> Circumstances:
    statistics = Statistics((("t", "i", stat),)) if stat else Statistics()
    return Circumstances({**(objects or {}), **dict.fromkeys(indexes, "")}, frozenset(indexes), statistics)


async def test_a_plan_that_changes_is_told_with_its_cause(tmp_path: Path) -> None:
    async with Noormme(make(tmp_path / "app.db", SCHEMA, true)) as db:
        assert await db.optimizer.refresh_plans(RECORD) == ()
        (known,) = db.optimizer.plans()
        assert (known.sql, known.plan.lines(), known.changes) == (OPEN_JOBS, (BY_STATE,), 0)
        assert "open" not in repr(known)
        assert known.parameters == ["open", 7]
        assert await db.optimizer.refresh_plans(RECORD) == ()

        await db.execute("drop index jobs_state")
        (dropped,) = await db.optimizer.refresh_plans(RECORD)
        assert (dropped.sql, dropped.cause) == (OPEN_JOBS, "dropped index: jobs_state")
        assert (dropped.before.lines(), dropped.after.lines()) == ((BY_STATE,), (BY_OWNER,))

        await db.execute("create index jobs_both on jobs (state, owner)")
        (made,) = await db.optimizer.refresh_plans(RECORD)
        assert made.cause == "new index: jobs_both"
        assert db.optimizer.report().plan_changes == (dropped, made)
        assert [known.changes for known in db.optimizer.plans()] == [2]
        assert db.optimizer.plans()[0].since == made.at


async def test_analyze_of_another_connection_is_a_cause(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    async with Noormme(path) as db, Noormme(path) as other:
        await db.optimizer.refresh_plans(RECORD)
        await other.execute("analyze")
        (changed,) = await db.optimizer.refresh_plans(RECORD)
        assert changed.cause == "other statistics: jobs"
        assert changed.after.lines() == (BY_OWNER,)


async def test_a_statement_is_explained_for_the_same_parameters_each_time(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", "create table t (a text collate nocase); create index t_a on t (a);")
    sql = "select * from t where a like ?"

    def recorded(*patterns: str) -> Record:
        return Record((StatementRecord(sql, samples=tuple([pattern] for pattern in patterns)),))

    async with Noormme(path) as db:
        await db.optimizer.refresh_plans(recorded("x%"))
        assert db.optimizer.plans()[0].plan.lines() == ("SEARCH t USING COVERING INDEX t_a (a>? AND a<?)",)
        assert await db.optimizer.refresh_plans(recorded("%x", "x%")) == ()
        assert await db.optimizer.refresh_plans(Record()) == ()
        await db.execute("drop index t_a")
        (changed,) = await db.optimizer.refresh_plans(Record())
        assert changed.after.lines() == ("SCAN t",)


async def test_what_cannot_be_explained_keeps_its_plan(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    record = Record((*RECORD.statements, StatementRecord("select * from later"), StatementRecord("pragma optimize")))
    async with Noormme(path) as db:
        await db.optimizer.refresh_plans(record)
        assert [known.sql for known in db.optimizer.plans()] == [OPEN_JOBS]
        await db.execute("drop table jobs")
        assert await db.optimizer.refresh_plans(record) == ()
        assert [known.plan.lines() for known in db.optimizer.plans()] == [(BY_STATE,)]


async def test_a_database_in_memory_has_plans_too() -> None:
    async with Noormme(":memory:") as db:
        await db.execute_script(SCHEMA)
        await db.optimizer.refresh_plans(RECORD)
        await db.execute("drop index jobs_state")
        assert len(await db.optimizer.refresh_plans(RECORD)) == 1


@pytest.mark.parametrize("is_analysed", [False, True])
def test_a_clone_without_rows_has_the_plans_of_the_copy(tmp_path: Path, is_analysed: bool) -> None:
    """The planner asks the statistics, never the rows."""
    path = make(tmp_path / "app.db", MANY_TABLES, skewed)
    if not is_analysed:
        make(path, "drop table sqlite_stat1")
    sqls = [*REAL, "select * from t where b = 3", "select * from t join u on t.d = u.t_a where u.n = 5"]
    with laboratory(path) as copy, laboratory(path, with_rows=False) as clone:
        for sql in sqls:
            assert plan(clone, sql) == plan(copy, sql), sql


def test_the_cause_is_what_is_different() -> None:
    before = circumstances("i", objects={"t": "create table t (a)"})
    assert before.cause(circumstances("i", "j", objects={"t": "create table t (a)"})) == "new index: j"
    assert before.cause(circumstances("j", objects={"t": "create table t (a)"})) == "dropped index: i; new index: j"
    assert before.cause(circumstances("i", objects={"t": "create table t (a, b)"})) == "the schema changed"
    stat = circumstances("i", objects={"t": "create table t (a)"}, stat="9 1")
    assert before.cause(stat) == "other statistics: t"
    assert before.cause(before) == "unknown"


def test_the_history_is_bounded() -> None:
    history = PlanHistory()
    for number in range(plan_history.MOST_PLANS + 10):
        history, _ = history.seen({f"select {number}": ((), one("SCAN t"))}, circumstances(), 0.0)
    assert len(history.plans) == plan_history.MOST_PLANS
    assert history.plans[0].sql == "select 10"
    for number in range(plan_history.MOST_CHANGES + 10):
        history, changes = history.seen({"select 999": ((), one(f"SCAN t{number}"))}, circumstances(), float(number))
        assert [change.at for change in changes] == [float(number)]
    assert len(history.changes) == plan_history.MOST_CHANGES
    assert history.changes[-1].at == plan_history.MOST_CHANGES + 9
    (known,) = [known for known in history.plans if known.sql == "select 999"]
    assert known.changes == plan_history.MOST_CHANGES + 10
