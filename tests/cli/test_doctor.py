"""`doctor`: what it prints, its exit codes, and that no byte of the file changes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from noormme_py.optimize.finding import SEVERITIES, Finding
from tests.cli.command import complaint, database, noormme
from tests.cli.test_untouched import content, held_open

SOUND = "create table t (id integer primary key, n integer not null);"
ORPHANS = f"{SOUND} create table c (t integer references t); insert into c values (1), (2);"


def findings(*arguments: str | Path) -> list[dict[str, str | None]]:
    shown = json.loads(noormme("doctor", *arguments, "--json").stdout)
    assert list(shown) == ["format", "file", "findings"]
    assert shown["format"] == 1
    assert shown["file"] == str(arguments[0])
    found: list[dict[str, str | None]] = shown["findings"]
    return found


def test_findings_are_shown_gravest_first_with_their_mends(tmp_path: Path) -> None:
    run = noormme("doctor", database(tmp_path / "shop.db", ORPHANS))
    assert (run.returncode, run.stderr) == (1, "")
    lines = run.stdout.splitlines()
    first = next(line for line in lines if line.strip().startswith("high"))
    assert "orphans" in first
    assert "Rows of c refer to rows of t that are not there." in first
    assert "2 rows" in run.stdout
    assert "→ select * from pragma_foreign_key_check('c')" in run.stdout
    shown = [list(SEVERITIES).index(words[0]) for words in map(str.split, lines) if words and words[0] in SEVERITIES]
    assert shown == sorted(shown, reverse=True)
    assert shown


def test_json_has_every_field_of_every_finding(tmp_path: Path) -> None:
    found = findings(database(tmp_path / "shop.db", ORPHANS))
    assert {tuple(finding) for finding in found} == {tuple(field.name for field in fields(Finding))}
    assert found[0]["kind"] == "orphans"
    assert found[0]["severity"] == "high"


@pytest.mark.parametrize(
    ("script", "options", "code"),
    [
        (SOUND, [], 0),
        (SOUND, ["--fail-on", "info"], 1),
        (ORPHANS, [], 1),
        (ORPHANS, ["--json"], 1),
        (f"{SOUND} insert into t values (1, 'many');", [], 0),
        (f"{SOUND} insert into t values (1, 'many');", ["--fail-on", "medium"], 1),
        (f"{SOUND} insert into t values (1, 'many');", ["--fail-on", "high"], 0),
    ],
)
def test_the_exit_code_says_whether_a_finding_is_grave(
    tmp_path: Path, script: str, options: list[str], code: int
) -> None:
    assert noormme("doctor", database(tmp_path / "shop.db", script), *options).returncode == code


def test_integrity_is_looked_at_on_request(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", f"{SOUND} create index by_n on t (n); insert into t values (1, 1);")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute("select rootpage from sqlite_schema where name = 'by_n'").fetchone()
    data = bytearray(path.read_bytes())
    data[(row[0] - 1) * 4096 + 3 : (row[0] - 1) * 4096 + 5] = b"\0\0"
    path.write_bytes(data)
    assert noormme("doctor", path).returncode == 0
    assert noormme("doctor", path, "--integrity").returncode == 1
    assert findings(path, "--integrity")[0]["kind"] == "damaged"


@pytest.mark.parametrize("mode", ["wal", "delete", "persist"])
@pytest.mark.parametrize("options", [[], ["--integrity"]])
def test_a_database_at_rest_is_left_as_it_is(tmp_path: Path, mode: str, options: list[str]) -> None:
    path = database(tmp_path / "shop.db", f"pragma journal_mode = {mode};{ORPHANS}")
    before = content(tmp_path)
    assert noormme("doctor", path, *options).returncode == 1
    assert content(tmp_path) == before


def test_an_open_wal_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    with held_open(tmp_path / "open.db") as connection:
        connection.executescript(ORPHANS)
        before = content(tmp_path)
        assert findings(tmp_path / "open.db", "--integrity")[0]["kind"] == "orphans"
        after = content(tmp_path)
        # Readers take their marks in the index that all connections share; it is no part of the data.
        assert {name: data for name, data in after.items() if not name.endswith("-shm")} == {
            name: data for name, data in before.items() if not name.endswith("-shm")
        }
        assert after.keys() == before.keys()
        # Nor did it take a lock away from the one that has it open.
        connection.execute("insert into c values (3)")


def test_the_journal_of_a_wal_database_at_rest_is_told(tmp_path: Path) -> None:
    """It is opened as if on a CD then, where SQLite itself does not say its mode."""
    path = database(tmp_path / "shop.db", f"pragma journal_mode = wal;{SOUND}")
    assert "journal-mode" not in [finding["kind"] for finding in findings(path)]


def test_errors_are_one_line_and_exit_code_2(tmp_path: Path) -> None:
    assert complaint("doctor", "no.db", folder=tmp_path) == (
        "error: there is no file 'no.db' (hint: this makes no new database)"
    )
    assert "is a directory" in complaint("doctor", ".", folder=tmp_path)
    story = tmp_path / "story.txt"
    story.write_bytes(b"once upon a time " * 100)
    assert "file is not a database" in complaint("doctor", story)
    damaged = database(tmp_path / "damaged.db")
    data = bytearray(damaged.read_bytes())
    data[100:4096] = b"\xff" * (4096 - 100)
    damaged.write_bytes(data)
    assert "malformed" in complaint("doctor", damaged)
    assert noormme("doctor", damaged, "--fail-on", "grave").returncode == 2


def test_an_exclusive_lock_is_told(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", SOUND)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin exclusive")
        assert "locked" in complaint("doctor", path)


def test_hostile_names_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", 'create table "\x1b[31m[red]\n" (x);')
    run = noormme("doctor", path)
    assert "\x1b" not in run.stdout
    assert "[red]" in run.stdout
