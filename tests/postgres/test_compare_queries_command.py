"""`noormme transfer compare-queries`: what it prints, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path

from noormme_py.client import sync_transfer
from tests.cli.command import complaint, noormme
from tests.postgres.database import Database

SCHEMA = """
create table t (id int primary key, name text, secret text);
insert into t values (1, 'b', 'Ä hush'), (2, null, 'Ä hush'), (3, 'A', 'Ä hush')
"""
WORK = """
-- name: sorted
select id from t order by name;
select id from t;
select id from t where id = $1;
-- name: low
select lower(secret) as s from t;
select id from t where name @@@ 'x';
"""


def prepared(pg: Database, folder: Path, work: str = WORK) -> tuple[str, Path, Path]:
    pg.execute(SCHEMA)
    sync_transfer.transfer(pg.dsn, folder / "app.db")
    (folder / "work.sql").write_text(work)
    return pg.dsn, folder / "app.db", folder / "work.sql"


def test_it_tells_what_differs_why_and_what_to_write(pg: Database, tmp_path: Path) -> None:
    run = noormme("transfer", "compare-queries", *prepared(pg, tmp_path))
    assert (run.returncode, run.stderr) == (1, "")
    assert "line 7 low: other rows: 3 rows; 3 and 3 of them on one side alone (columns s)" in run.stdout
    assert "  because s: SQLite knows upper and lower case of ASCII letters alone" in run.stdout
    assert "line 3 sorted: as it is, its rows come in another order" in run.stdout
    assert "  select id from t order by name NULLS LAST" in run.stdout
    assert "not compared: it has a parameter" in run.stdout
    assert "5 statements: 1 the same as they are, 1 the same in other words, 1 with other results" in run.stdout
    assert "hush" not in run.stdout


def test_rows_are_shown_when_that_is_said(pg: Database, tmp_path: Path) -> None:
    run = noormme("transfer", "compare-queries", *prepared(pg, tmp_path), "--show-rows")
    assert "only in PostgreSQL: ä hush" in run.stdout
    assert "only in SQLite: Ä hush" in run.stdout


def test_the_json_has_all_of_it(pg: Database, tmp_path: Path) -> None:
    run = noormme("transfer", "compare-queries", *prepared(pg, tmp_path), "--json", "--time-zone", "Asia/Tokyo")
    found = json.loads(run.stdout)
    assert (run.returncode, found["format"], found["is_same"], found["time_zone"]) == (1, 1, False, "Asia/Tokyo")
    assert [query["verdict"] for query in found["queries"]] == [
        "same when rewritten", "same", "not compared", "differs", "not compared",
    ]  # fmt: skip
    assert "hush" not in run.stdout


def test_it_ends_with_0_when_everything_has_the_same_rows(pg: Database, tmp_path: Path) -> None:
    run = noormme("transfer", "compare-queries", *prepared(pg, tmp_path, "select id from t; drop table t"))
    assert run.returncode == 0
    assert "2 statements: 1 the same as they are, 1 not compared" in run.stdout


def test_an_empty_workload_is_told(pg: Database, tmp_path: Path) -> None:
    run = noormme("transfer", "compare-queries", *prepared(pg, tmp_path, "-- nothing"))
    assert (run.returncode, run.stdout.splitlines()[0]) == (0, "There is no statement in the workload.")


def test_it_complains_of_what_is_not_there(pg: Database, tmp_path: Path) -> None:
    dsn, file, work = prepared(pg, tmp_path)
    assert "missing.sql" in complaint("transfer", "compare-queries", dsn, file, tmp_path / "missing.sql")
    assert "missing.db" in complaint("transfer", "compare-queries", dsn, tmp_path / "missing.db", work)
    assert "cannot connect" in complaint("transfer", "compare-queries", "postgresql:///x?host=/nowhere", file, work)
    assert "more than 0" in complaint("transfer", "compare-queries", dsn, file, work, "--timeout", "0")
