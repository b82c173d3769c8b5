"""The end of a move: the target gets its place with its report and its rejects, or all can be gone on with."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from noormme_py.client.transfer_files import read_report, report_path
from noormme_py.errors import CannotOpen, ConfigError, DatabaseBusy, TransferError
from noormme_py.postgres.server.session import Session
from noormme_py.transfer import Progress
from noormme_py.transfer.sync import transfer
from tests.postgres.database import Database

PEOPLE = """
create table people (id int primary key, name text not null);
insert into people values (1, 'Ada'), (2, 'Eve');
create index people_by_name on people (name);
"""
BESIDE = ["app.db", "app.db.transfer.json", "app.db.transfer.md"]
LOSE = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'noormme transfer'"


class Broken(Exception):
    """What a listener breaks a move with."""


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rows_of(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def at_the_end(do: Callable[[], object]) -> Callable[[Progress], None]:
    """Return a listener that does something once all rows are there."""
    is_done = False

    def listen(progress: Progress) -> None:
        nonlocal is_done
        if not is_done and progress.phase == "finishing":
            is_done = True
            do()

    return listen


def break_it() -> None:
    raise Broken


def test_a_table_whose_columns_a_function_changes_is_not_kept(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    target = tmp_path / "app.db"
    with pytest.raises(Broken):
        transfer(pg.dsn, target, progress=at_the_end(break_it))
    report = transfer(pg.dsn, target, resume=True, hooks={"people.name": lambda name: "***"})
    assert [(table.is_kept, table.unverified) for table in report.tables] == [(False, ("name",))]
    assert rows_of(target, "select distinct name from people") == [("***",)]


def test_a_connection_that_is_lost_after_the_last_row_is_no_loss(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    report = transfer(pg.dsn, tmp_path / "app.db", progress=at_the_end(lambda: pg.rows(LOSE)))
    assert report.rows == 2
    assert files_in(tmp_path) == BESIDE
    assert rows_of(tmp_path / "app.db", "select name from sqlite_schema order by 1") == [
        ("people",),
        ("people_by_name",),
    ]


def test_a_connection_that_is_lost_before_the_views_leaves_them_uncompared(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE + "create view names as select name from people")
    report = transfer(pg.dsn, tmp_path / "app.db", progress=at_the_end(lambda: pg.rows(LOSE)))
    [view] = [fate for fate in report.fates if fate.kind == "view"]
    assert (view.outcome, "not compared" in str(view.note)) == ("changed", True)
    assert rows_of(tmp_path / "app.db", "select count(*) from names") == [(2,)]


def test_a_snapshot_whose_connection_is_lost_at_its_end(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        with session.snapshot():
            assert session.query("select 1") == [(1,)]
            pg.rows(LOSE)
        with pytest.raises(TransferError):
            session.query("select 1")


def test_a_change_whose_connection_is_lost_at_its_end_is_told(pg: Database) -> None:
    def change(session: Session) -> None:
        with session.transaction():
            session.execute("create table t (id int)")
            pg.rows(LOSE)

    with Session.open(pg.dsn) as session, pytest.raises(TransferError):
        change(session)
    assert pg.rows("select count(*) from pg_class where relname = 't'") == [(0,)]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("no/such/folder/x.json", "does not exist"),
        ("r.md", "r.json"),
        ("r.MD", "r.json"),
        ("", "folder"),
        ("x" * 300, "too long"),
        ("a\0b", "NUL"),
        ("/", "no name"),
        ("app.db", "over"),
        ("app.db.incomplete", "over"),
        ("app.db.rejects.jsonl", "over"),
    ],
)
def test_a_report_that_cannot_be_there_is_refused_before_the_move(
    pg: Database, tmp_path: Path, report: str, said: str
) -> None:
    pg.execute(PEOPLE)
    place = report if report in ("/", "a\0b") else tmp_path / report
    with pytest.raises(ConfigError, match=said) as refused:
        transfer(pg.dsn, tmp_path / "app.db", report=place)
    assert refused.value.hint
    assert files_in(tmp_path) == []


def test_a_report_that_cannot_be_written_in_the_end_leaves_a_move_to_go_on_with(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    in_the_way = tmp_path / "app.db.transfer.json.incomplete"
    with pytest.raises(TransferError, match="cannot be written"):
        transfer(pg.dsn, tmp_path / "app.db", progress=at_the_end(in_the_way.mkdir))
    assert not (tmp_path / "app.db").exists()
    in_the_way.rmdir()
    assert [table.is_kept for table in transfer(pg.dsn, tmp_path / "app.db", resume=True).tables] == [True]
    assert files_in(tmp_path) == BESIDE


def test_ctrl_c_at_the_very_end_leaves_a_target_with_its_report(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    program = """
import os, signal, sys
from noormme_py.transfer.sync import transfer

def see(event, parameters):
    if event == "os.link":
        os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(see)
try:
    transfer(sys.argv[1], sys.argv[2])
except KeyboardInterrupt:
    print("interrupted")
"""
    command = [sys.executable, "-c", program, pg.dsn, str(tmp_path / "app.db")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("interrupted\n", "")
    assert files_in(tmp_path) == BESIDE
    report = read_report(report_path(tmp_path / "app.db"))
    assert report is not None
    assert report.rows == 2


def test_a_place_that_is_taken_in_the_end_leaves_a_move_to_go_on_with(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    target = tmp_path / "app.db"
    with pytest.raises(CannotOpen, match="meanwhile") as refused:
        transfer(pg.dsn, target, progress=at_the_end(lambda: target.write_text("mine")))
    assert "--resume" in str(refused.value.hint)
    assert target.read_text() == "mine"
    target.unlink()
    assert [table.is_kept for table in transfer(pg.dsn, target, resume=True).tables] == [True]


def test_a_target_that_is_used_in_the_end_leaves_a_move_to_go_on_with(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    target = tmp_path / "app.db"
    transfer(pg.dsn, target)
    with closing(sqlite3.connect(target, isolation_level=None)) as user, pytest.raises(DatabaseBusy):
        transfer(pg.dsn, target, force=True, progress=at_the_end(lambda: user.execute("begin exclusive").close()))
    report = transfer(pg.dsn, target, force=True, resume=True)
    assert [table.is_kept for table in report.tables] == [True]


def test_the_ledger_is_not_in_the_target(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    transfer(pg.dsn, tmp_path / "app.db")
    assert rows_of(tmp_path / "app.db", "select name from sqlite_schema where type = 'table'") == [("people",)]


def test_what_a_replaced_target_had_beside_it_goes_with_its_backup(pg: Database, tmp_path: Path) -> None:
    pg.execute("create table t (id int primary key, v numeric); insert into t values (1, 1), (7, 1.5)")
    target = tmp_path / "app.db"
    first = transfer(pg.dsn, target, types={"numeric": "integer"}, on_error="report")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    pg.execute("update t set v = 2.5")
    with pytest.raises(Broken):
        transfer(
            pg.dsn,
            target,
            types={"numeric": "integer"},
            on_error="report",
            force=True,
            progress=at_the_end(break_it),
        )
    # What broke has touched nothing of the database that is in use.
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert {name for name in files_in(tmp_path) if "rejects" in name} == {"app.db.rejects.jsonl"}
    pg.execute("update t set v = 3")
    report = transfer(pg.dsn, target, types={"numeric": "integer"}, on_error="report", force=True)
    assert (report.rejects_file, report.rejected) == (None, 0)
    assert report.backup is not None
    backup = [f"{report.backup}{kind}" for kind in ("", ".rejects.jsonl", ".transfer.json", ".transfer.md")]
    assert files_in(tmp_path) == sorted([*BESIDE, *backup])
    assert read_report(report_path(tmp_path / report.backup)) == first
    [line] = (tmp_path / backup[1]).read_text().splitlines()
    assert json.loads(line)["key"] == {"id": "7"}


def test_rejects_of_a_target_that_is_gone_are_not_written_over(pg: Database, tmp_path: Path) -> None:
    pg.execute("create table t (id int primary key, v numeric); insert into t values (1, 1), (7, 1.5)")
    (tmp_path / "app.db.rejects.jsonl").write_text("old")
    report = transfer(pg.dsn, tmp_path / "app.db", types={"numeric": "integer"}, on_error="report")
    assert report.rejects_file == "app.db.rejects.jsonl"
    [backup] = [name for name in files_in(tmp_path) if name.startswith("app.db.rejects.jsonl.backup-")]
    assert (tmp_path / backup).read_text() == "old"
    assert len((tmp_path / "app.db.rejects.jsonl").read_text().splitlines()) == 1


def test_rows_are_rejected_once_though_sqlite_computes_a_column_otherwise(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table t (id int primary key, at timestamptz, x text, g text generated always as (lower(x)) stored);"
        "insert into t (id, at, x) values (1, 'infinity', 'a'), (2, '2026-01-01', 'É'), (3, null, 'B')"
    )
    target = tmp_path / "app.db"
    report = transfer(pg.dsn, target, types={"timestamptz": "unixepoch"}, on_error="report")
    assert (report.rows, report.rejected) == (2, 1)
    [line] = (tmp_path / "app.db.rejects.jsonl").read_text().splitlines()
    assert json.loads(line)["key"] == {"id": "1"}
    assert rows_of(target, "select id, g from t order by id") == [(2, "é"), (3, "b")]


def test_rows_are_rejected_beside_a_column_that_sqlite_computes_as_postgresql_does(
    pg: Database, tmp_path: Path
) -> None:
    pg.execute(
        "create table t (id int primary key, at timestamptz, n int, twice int generated always as (n * 2) stored);"
        "insert into t (id, at, n) values (1, 'infinity', 1), (2, '2026-01-01', 2)"
    )
    report = transfer(pg.dsn, tmp_path / "app.db", types={"timestamptz": "unixepoch"}, on_error="report")
    assert (report.rows, report.rejected) == (1, 1)
    assert rows_of(tmp_path / "app.db", "select id, twice from t") == [(2, 4)]


@pytest.mark.parametrize(
    "options",
    [
        {"on_error": "foo"},
        {"where": {"people": "name <> '\udcff'"}},
        {"where": {"people": "true\0"}},
        {"include": ["\udcff"]},
        {"types": {"int4": "\udcff"}},
    ],
)
def test_options_that_cannot_be_are_refused_before_the_move(
    pg: Database, tmp_path: Path, options: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError):
        transfer(pg.dsn, tmp_path / "app.db", **options)
    assert files_in(tmp_path) == []


def test_sql_that_is_no_text_is_refused(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        with pytest.raises(ConfigError):
            session.query("select '\udcff'")
        with pytest.raises(ConfigError), session.snapshot():
            list(session.copy_out("select '\udcff'"))
        assert session.query("select 1") == [(1,)]


def test_a_target_whose_name_is_no_text_has_a_report(pg: Database, tmp_path: Path) -> None:
    pg.execute(PEOPLE)
    target = tmp_path / os.fsdecode(b"caf\xe9.db")
    report = transfer(pg.dsn, target)
    assert read_report(report_path(target)) == report
    assert "caf" in report_path(target).with_suffix(".md").read_text("utf-8")
