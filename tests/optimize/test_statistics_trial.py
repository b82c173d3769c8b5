"""PRAGMA optimize is tried on a copy, and what makes statements slower is not kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme
from noormme_py.config import config_for
from noormme_py.engine.connection import Connection
from noormme_py.optimize.plans.statistics import Statistics, read_statistics, replace_statistics
from noormme_py.optimize.plans.statistics_trial import install, is_due, tried
from noormme_py.optimize.recording.record import Record, StatementRecord
from tests.optimize.laboratory import laboratory, make, plan
from tests.optimize.skewed import BY_OWNER, BY_STATE, OPEN_JOBS, RECORD, SCHEMA, misleading, true


def statistics(path: Path) -> list[tuple[str, ...]] | None:
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("select 1 from sqlite_schema where name = 'sqlite_stat1'").fetchone() is None:
            return None
        return connection.execute("select * from sqlite_stat1 order by idx").fetchall()


def test_analyze_would_make_the_statement_slower(tmp_path: Path) -> None:
    with laboratory(make(tmp_path / "app.db", SCHEMA, misleading)) as lab:
        assert plan(lab, OPEN_JOBS, ["open", 7]).lines() == (BY_STATE,)
        before = lab.run(OPEN_JOBS, ["open", 7])
        lab.query("analyze")
        assert plan(lab, OPEN_JOBS, ["open", 7]).lines() == (BY_OWNER,)
        assert lab.run(OPEN_JOBS, ["open", 7]).steps > 10 * before.steps


async def test_statistics_that_make_a_statement_slower_are_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, misleading)
    async with Noormme(path) as db:
        run = await db.optimizer.optimize_now(RECORD)
        assert (run.outcome, run.tables) == ("refused", ("jobs",))
        assert run.reason.startswith("a statement would take ")
        (served,) = run.changed
        assert (served.sql, served.count) == (OPEN_JOBS, 500)
        assert (served.before.plan, served.after.plan) == ((BY_STATE,), (BY_OWNER,))
        assert served.before.steps is not None
        assert served.after.steps is not None
        assert served.after.steps > 2 * served.before.steps
        assert served.before.elapsed_ms is not None
        assert run.before.figures == ()
        assert {index for _, index, _ in run.after.figures} == {"jobs_owner", "jobs_state"}
        assert db.optimizer.report().runs == (run,)
        assert await db.optimizer.refresh_plans(RECORD) == ()
    assert statistics(path) is None


async def test_statistics_that_help_are_kept_and_every_connection_knows(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    async with Noormme(path) as db:
        before = await db.execute(f"explain query plan {OPEN_JOBS}", ["open", 7])
        assert [row["detail"] for row in before.rows] == [BY_STATE]
        await db.optimizer.refresh_plans(RECORD)
        run = await db.optimizer.optimize_now(RECORD)
        assert (run.outcome, run.reason) == ("kept", "1 plan changed, none for the worse")
        assert db.optimizer.report().runs == (run,)
        (change,) = db.optimizer.report().plan_changes
        assert (change.before.lines(), change.after.lines()) == ((BY_STATE,), (BY_OWNER,))
        assert change.cause == "other statistics: jobs"
        await db.execute("select 1 from jobs limit 1")
        after = await db.execute(f"explain query plan  {OPEN_JOBS}", ["open", 7])
        assert [row["detail"] for row in after.rows] == [BY_OWNER]
        again = await db.optimizer.optimize_now(RECORD)
        assert (again.outcome, again.tables) == ("nothing to do", ())
        assert db.optimizer.report().runs == (run,)
    assert statistics(path) == [(*row,) for row in run.after.figures]


def test_many_small_losses_are_one_large_one(tmp_path: Path) -> None:
    """A statement that is 1.5 times as long is borne alone only where others win by the same statistics."""

    def halved(connection: sqlite3.Connection) -> None:
        # The open ones are 120; each owner has 150.
        rows = [(n % 40, "open" if n % 50 == 7 else "done", "note") for n in range(6000)]
        connection.executemany("insert into jobs (owner, state, note) values (?, ?, ?)", rows)

    with laboratory(make(tmp_path / "app.db", SCHEMA, halved)) as lab:
        run = tried(lab, RECORD, 0.0, budget_s=60)
    (served,) = run.changed
    assert served.before.steps is not None
    assert served.after.steps is not None
    assert 1.1 < served.after.steps / served.before.steps < 2
    assert run.outcome == "refused"
    assert run.reason == (
        f"the statements would take {500 * served.after.steps:,} steps in place of {500 * served.before.steps:,}"
    )


def test_once_the_budget_is_spent_nothing_is_run(tmp_path: Path) -> None:
    with laboratory(make(tmp_path / "app.db", SCHEMA, misleading)) as lab:
        run = tried(lab, RECORD, 0.0, budget_s=0)
    assert run.outcome == "kept"
    assert [(served.before.steps, served.after.steps) for served in run.changed] == [(None, None)]


def test_it_is_due_only_when_sqlite_would_analyse(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    before = path.read_bytes()
    with laboratory(path, with_rows=False) as lab:
        assert is_due(lab, Record())
    with laboratory(make(tmp_path / "bare.db", "create table t (a)"), with_rows=False) as lab:
        assert not is_due(lab, Record())
    known = make(tmp_path / "known.db", SCHEMA, true)
    make(known, "analyze")
    with laboratory(known, with_rows=False) as lab:
        assert not is_due(lab, Record())
    assert path.read_bytes() == before


def test_a_statement_that_fails_is_no_reason_to_fail(tmp_path: Path) -> None:
    record = Record((StatementRecord("select nothing from nowhere"), StatementRecord("vacuum"), *RECORD.statements))
    with laboratory(make(tmp_path / "app.db", SCHEMA, misleading)) as lab:
        assert is_due(lab, record)
        assert tried(lab, record, 0.0, budget_s=60).outcome == "refused"


def test_statistics_are_put_back_for_every_connection(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, misleading)
    config = config_for(path, {})
    with (
        closing(Connection(config, "writer", "writer")) as writer,
        closing(Connection(config, "reader", "r")) as reader,
    ):

        def way(n: int) -> str:
            # What explains is prepared anew only by another text, once something was read.
            for connection in (reader, writer):
                connection._raw.execute(f"select {n} from jobs").fetchone()
            rows = [
                c._raw.execute(f"explain query plan {OPEN_JOBS} and {n}", ("open", 7)).fetchall()
                for c in (reader, writer)
            ]
            assert rows[0] == rows[1]
            return str(rows[0][0][3])

        old = writer.read(read_statistics())
        assert (old, way(1)) == (Statistics(), BY_STATE)
        wanted = Statistics((("jobs", "jobs_owner", "6000 1"), ("jobs", "jobs_state", "6000 3000")))
        writer.write(replace_statistics(wanted))
        assert (writer.read(read_statistics()).figures, way(2)) == (wanted.figures, BY_OWNER)
        writer.write(replace_statistics(old))
        assert (writer.read(read_statistics()).figures, way(3)) == ((), BY_STATE)


async def test_a_file_too_large_to_be_copied_is_optimized_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noormme_py.client.async_upkeep._LARGEST_COPY", 0)
    path = make(tmp_path / "app.db", SCHEMA, true)
    async with Noormme(path) as db:
        run = await db.optimizer.optimize_now(RECORD)
        assert (run.outcome, run.reason) == ("not measured", "the file is too large to be copied")
        assert run.tables == ("jobs",)
        (change,) = db.optimizer.report().plan_changes
        assert change.after.lines() == (BY_OWNER,)
        limit = await db.execute("pragma analysis_limit")
        assert [*limit.rows[0].values()] == [0]
    assert statistics(path) == [(*row,) for row in run.after.figures]


async def test_other_connections_learn_of_what_was_found_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noormme_py.client.async_upkeep._LARGEST_COPY", 0)
    path = make(tmp_path / "app.db", f"{SCHEMA}; analyze", true)
    async with Noormme(path) as db, Noormme(path) as other:
        await other.execute(OPEN_JOBS, ["open", 7])
        assert (await db.optimizer.optimize_now()).outcome == "not measured"
        await other.execute("select 1 from jobs limit 1")
        found = await other.execute(f"explain query plan {OPEN_JOBS}", ["open", 7])
        assert [row["detail"] for row in found.rows] == [BY_OWNER]


def test_what_was_compared_with_other_statistics_is_not_kept(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    with laboratory(path) as lab:
        run = tried(lab, RECORD, 0.0, budget_s=60)
    assert run.outcome == "kept"
    make(path, "analyze")
    theirs = statistics(path)
    with closing(Connection(config_for(path, {}), "writer", "writer")) as writer:
        assert writer.write(install(run)) is False
        assert statistics(path) == theirs != [(*row,) for row in run.after.figures]
        writer.write(replace_statistics(run.before))
        assert writer.read(read_statistics()).figures == ()


def test_the_sync_face_does_the_same(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, misleading)
    with SyncNoormme(path) as db:
        assert db.optimizer.optimize_now(RECORD).outcome == "refused"
        assert db.optimizer.optimize_now().outcome == "kept"
    assert statistics(path) is not None


def test_samples_of_another_build_of_sqlite_are_no_obstacle(tmp_path: Path) -> None:
    path = make(tmp_path / "app.db", SCHEMA, true)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "pragma writable_schema = on; create table sqlite_stat4 (tbl, idx, neq, nlt, ndlt, sample)"
        )
        connection.execute("insert into sqlite_stat4 values ('jobs', 'jobs_owner', '1', '0', '0', x'0209')")
        connection.commit()
    with SyncNoormme(path) as db:
        assert db.optimizer.optimize_now(RECORD).outcome == "kept"
    with closing(Connection(config_for(path, {}), "writer", "writer")) as writer:
        wanted = Statistics((("jobs", "jobs_owner", "6000 1"),), (("jobs", "jobs_owner", "1", "0", "0", b"\x02\x09"),))
        writer.write(replace_statistics(wanted))
        assert writer.read(read_statistics()) == wanted
