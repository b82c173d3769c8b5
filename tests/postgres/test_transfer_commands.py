"""`noormme transfer import`, `validate` and `export` as a person or a script calls them."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.postgres.database import Database
from tests.postgres.test_move import SHOP

COMMAND = [sys.executable, "-m", "noormme_py", "transfer"]


def run(*words: str, code: int = 0) -> str:
    ran = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout if code != 2 else ran.stderr


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


def test_a_move_and_the_way_back(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    target = tmp_path / "app.db"
    assert "2 tables with 4 rows moved, every value read back and the same." in run("import", pg.dsn, str(target))
    assert "every value is the same" in run("validate", pg.dsn, str(target))
    change(target, "update customers set name = 'Eva' where id = 2")
    told = run("validate", pg.dsn, str(target), code=1)
    assert "changed id = 2: name" in told
    assert "Eva" not in told
    assert "public.customers: changed, +1 −1" in run("export", str(target), pg.dsn, "--changes-only")
    assert pg.rows("select name from customers where id = 2") == [("Eva",)]
    assert "every value is the same" in run("validate", pg.dsn, str(target))


def test_json_for_programs(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    target = tmp_path / "app.db"
    moved = json.loads(run("import", pg.dsn, str(target), "--json"))
    assert moved == json.loads((tmp_path / "app.db.transfer.json").read_text())
    change(target, "delete from orders")
    compared = json.loads(run("validate", pg.dsn, str(target), "--json", code=1))
    assert (compared["format"], compared["is_equal"]) == (1, False)
    assert [table["rows"] for table in compared["tables"]] == [[2, 2], [2, 0]]
    exported = json.loads(run("export", str(target), pg.dsn, "--json"))
    assert [table["how"] for table in exported["tables"]] == ["replaced", "replaced"]


def test_options_of_the_move(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        SHOP + "create table junk (a int); create table bad (id int primary key, v interval);"
        "insert into bad values (1, '1 month')"
    )
    target = tmp_path / "app.db"
    words = ["--exclude", "junk", "--where", "orders=customer_id = 1", "--map", "interval=timedelta", "--snake-case"]
    told = run("import", pg.dsn, str(target), *words, code=2)
    assert "id = 1" in told
    assert "months" in told
    told = run("import", pg.dsn, str(target), *words, "--on-error", "report", "--strict", code=1)
    assert "1 row could not be kept, see app.db.rejects.jsonl" in told
    assert "is there already" in run("import", pg.dsn, str(target), code=2)
    assert "backup" in run("import", pg.dsn, str(target), "--force")


def test_errors_are_one_line_without_secrets(tmp_path: Path) -> None:
    target = str(tmp_path / "app.db")
    for words in (
        ["import", "postgresql://app:hunter2@localhost:1/app", target],
        ["validate", "postgresql://app:hunter2@localhost:1/app", target],
        ["import", "postgresql://app:hunter2@localhost:1/app", target, "--map", "nonsense"],
        ["validate", "postgresql://app:hunter2@localhost:1/app", target, "--for", "3"],
    ):
        told = run(*words, code=2)
        assert told.startswith("error: ")
        assert told.count("\n") == 1
        assert "hunter2" not in told


def test_watching_ends_with_its_time_or_with_ctrl_c(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    target = tmp_path / "app.db"
    run("import", pg.dsn, str(target))
    lines = run("validate", pg.dsn, str(target), "--watch", "--every", "0.1", "--for", "1", "--json").splitlines()
    assert len(lines) >= 2
    assert all(json.loads(line)["is_equal"] for line in lines)
    words = [*COMMAND, "validate", pg.dsn, str(target), "--watch", "--every", "0.1"]
    watching = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert watching.stdout is not None
    with watching.stdout as told:
        assert "every value is the same" in told.readline()
        change(target, "delete from orders")
        deadline = time.monotonic() + 30
        while "differ" not in (line := told.readline()):
            assert line
            assert time.monotonic() < deadline
        watching.send_signal(signal.SIGINT)
        told.read()
    assert watching.wait(30) == 1


def test_ctrl_c_amid_a_move(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table t (id int primary key, v text);"
        "insert into t select i, repeat('x', 200) from generate_series(1, 400000) i"
    )
    target = tmp_path / "app.db"
    moving = subprocess.Popen([*COMMAND, "import", pg.dsn, str(target)], stderr=subprocess.PIPE, text=True)
    incomplete = tmp_path / "app.db.incomplete"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (incomplete.exists() and incomplete.stat().st_size > 1_000_000):
        time.sleep(0.005)
    moving.send_signal(signal.SIGINT)
    _, told = moving.communicate(timeout=30)
    assert moving.returncode != 0
    assert "Traceback" not in told
    assert not target.exists()
    assert "moved" in run("import", pg.dsn, str(target), "--resume")
