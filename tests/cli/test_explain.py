"""`noormme explain`: the plan as a tree, its cost and hints; the file is only read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.cli.parameters import parameters_of
from tests.cli.command import complaint, database, noormme, shown

SCRIPT = """
    create table users (id integer primary key, email text, city text);
    create table orders (id integer primary key, user_id integer, total integer);
    create index orders_total on orders (total);
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
    insert into users (email, city) select 'u' || i, i % 7 from n;
    insert into orders (user_id, total) select id, id % 11 from users;
"""
SLOW = "select email, (select count(*) from orders where user_id = u.id) from users u where city = ? order by email"


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return database(tmp_path / "shop.db", f"pragma journal_mode = wal;{SCRIPT}")


def test_the_plan_is_a_tree_with_its_cost_and_hints(file: Path) -> None:
    lines = shown("explain", file, SLOW, "--param", "'3'").splitlines()
    assert lines[:5] == [
        SLOW,
        "├── SCAN u",
        "├── CORRELATED SCALAR SUBQUERY 1",
        "│   └── SCAN orders",
        "└── USE TEMP B-TREE FOR ORDER BY",
    ]
    assert lines[5].endswith(" rows")
    assert " steps, " in lines[5]
    assert lines[6] == (
        "hint: A subquery that is run for each row reads orders from end to end:"
        " index the columns that the condition names"
    )
    assert lines[7] == "hint: users is read from end to end: index the columns that the condition names"


def test_json_says_the_same(file: Path) -> None:
    found = json.loads(shown("explain", file, "select * from orders where total = ?", "--param", "3", "--json"))
    assert found["format"] == 1
    assert found["plan"] == [
        {
            "detail": "SEARCH orders USING INDEX orders_total (total=?)",
            "action": "search",
            "source": "orders",
            "index": "orders_total",
            "terms": ["total=?"],
        }
    ]
    assert (found["rows"], found["hints"]) == (182, [])
    assert found["steps"] > 182


def test_without_a_run_there_is_no_cost(file: Path) -> None:
    found = json.loads(shown("explain", file, "select * from users where city = 1", "--no-run", "--json"))
    assert (found["steps"], found["elapsed_ms"], found["rows"]) == (None, None, None)
    assert found["hints"] == ["users is read from end to end: index the columns that the condition names"]
    assert " steps" not in shown("explain", file, "select 1", "--no-run")


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("sql", ["select * from orders where total = 3", "delete from users"])
@pytest.mark.parametrize("options", [(), ("--no-run",)])
def test_the_file_is_not_changed_by_a_byte(tmp_path: Path, mode: str, sql: str, options: tuple[str, ...]) -> None:
    file = database(tmp_path / "shop.db", f"pragma journal_mode = {mode};{SCRIPT}")
    before = hashes(tmp_path)
    assert noormme("explain", file, sql, *options).returncode == 0
    assert hashes(tmp_path) == before


def test_what_only_the_wal_has_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "open.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.executescript("create table late (a); insert into late values (1), (2)")
        before = hashes(tmp_path)
        for option in ("--run", "--no-run"):
            options = () if option == "--run" else (option,)
            assert "SCAN late" in shown("explain", file, "select * from late", *options)
        after = hashes(tmp_path)
        assert after.keys() == before.keys()
        assert (after["open.db"], after["open.db-wal"]) == (before["open.db"], before["open.db-wal"])


def test_parameters_are_what_they_look_like() -> None:
    texts = ["3", "-7", "2.5", "1e3", "null", "abc", "'3'", "''", "'it''s'", "1_000", "٣", "nan", "x=1", ""]
    expected = [3, -7, 2.5, 1000.0, None, "abc", "3", "", "it's", "1_000", "٣", "nan", "x=1", ""]
    found = parameters_of(texts)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]
    assert parameters_of([str(2**63 - 1), str(2**63), "9" * 5000]) == [2**63 - 1, str(2**63), "9" * 5000]
    assert parameters_of([":a=1", "@b=x=y", "$c="]) == {"a": 1, "b": "x=y", "c": ""}


def test_parameters_are_bound(file: Path) -> None:
    sql = "select 1 where :a = 1 and @b = 'x=y' and typeof(:c) = 'null'"
    options = ["--param", ":a=1", "--param", "@b=x=y", "--param", ":c=null"]
    assert json.loads(shown("explain", file, sql, *options, "--json"))["rows"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["select * from nowhere"], "error: no such table: nowhere"),
        (["selec 1"], 'error: near "selec": syntax error'),
        (["select 1; select 2"], "error: this is more than one statement (hint: explain one at a time)"),
        (["  "], "error: there is no statement in this SQL"),
        (
            ["attach 'x.db' as x"],
            "error: there is no plan of ATTACH (hint: give a SELECT, INSERT, UPDATE or DELETE)",
        ),
        (
            ["select ?, :a", "--param", "1", "--param", ":a=2"],
            "error: --param is given by name or by place, each name once (hint: --param :id=1, or --param 1)",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_line(file: Path, arguments: list[str], told: str) -> None:
    assert complaint("explain", file, *arguments) == told


def test_a_missing_parameter_is_told(file: Path) -> None:
    assert "bindings" in complaint("explain", file, "select ?")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert "there is no file" in complaint("explain", tmp_path / "no.db", "select 1")
    assert [*tmp_path.iterdir()] == []


def test_hostile_names_do_nothing_but_be_shown(tmp_path: Path) -> None:
    file = database(tmp_path / "odd.db", 'create table "[red]a\x1b[2J" (x)')
    text = shown("explain", file, 'select * from "[red]a\x1b[2J"')
    assert "[red]a\\x1b[2J" in text
    assert "\x1b" not in text


def test_what_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("select 1;\n" * 1000, "utf-8")
    assert "is not a database" in complaint("explain", str(tmp_path / "text.db"), "select 1")
