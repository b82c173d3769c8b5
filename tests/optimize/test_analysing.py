"""An analysis has the plans that the database has now, for the parameters that were really bound."""

from __future__ import annotations

from pathlib import Path

from noormme_py import Noormme
from noormme_py.optimize.plans.plan_tree import plan_of
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.query.trial import PlanRow

SCRIPT = """
    create table users (id integer primary key, email text collate nocase, name text);
    create index by_email on users (email);
"""


def record(*statements: StatementRecord) -> Record:
    return Record(statements)


async def test_every_statement_gets_its_plan(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "a.db") as db:
        await db.execute_script(SCRIPT)
        found = await db.optimizer.analyze(
            record(
                StatementRecord("select * from users where name = ?"),
                StatementRecord("select * from users where id = :id and name = :name"),
                StatementRecord("delete from users where id = 5"),
            )
        )
    assert found.database == str(tmp_path / "a.db")
    assert list(found.plans.values()) == [
        ("SCAN users",),
        ("SEARCH users USING INTEGER PRIMARY KEY (rowid=?)",),
        ("SEARCH users USING INTEGER PRIMARY KEY (rowid=?)",),
    ]
    assert (found.advice, found.findings, found.notes) == (None, (), ())


async def test_the_planner_sees_the_parameters(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "a.db") as db:
        await db.execute_script(SCRIPT)
        like = "select * from users where email like ?"
        found = await db.optimizer.analyze(record(StatementRecord(like, samples=(("ada%",),))))
        assert found.plans[like] == ("SEARCH users USING INDEX by_email (email>? AND email<?)",)
        found = await db.optimizer.analyze(record(StatementRecord(like, samples=(("%ada",),))))
        assert found.plans[like] == ("SCAN users",)


async def test_what_cannot_be_explained_is_told_without_its_text(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "a.db") as db:
        await db.execute_script(SCRIPT)
        found = await db.optimizer.analyze(
            record(StatementRecord("select * from nowhere"), StatementRecord("selec 'x'"))
        )
        other = await db.optimizer.analyze(record(StatementRecord("select secret secret from users")))
    assert found.notes == ("2 statements could not be explained; the first: no such table: nowhere.",)
    assert other.plans == {}
    assert other.notes == ("1 statement could not be explained; the first: no such column: secret.",)


async def test_a_database_in_memory_has_a_name_too() -> None:
    async with Noormme(":memory:") as db:
        assert (await db.optimizer.analyze(Record())).database == ":memory:"


def test_the_lines_of_a_plan_are_indented_by_what_they_belong_to() -> None:
    rows = (PlanRow(1, 0, "COMPOUND QUERY"), PlanRow(2, 1, "LEFT-MOST SUBQUERY"), PlanRow(5, 2, "SCAN a"))
    found = plan_of((*rows, PlanRow(9, 0, "SCAN b"), PlanRow(11, 77, "SCAN c")))
    assert found.lines() == ("COMPOUND QUERY", "  LEFT-MOST SUBQUERY", "    SCAN a", "SCAN b", "SCAN c")
