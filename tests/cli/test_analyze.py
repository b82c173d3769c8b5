"""`analyze`: what a file is asked, from a file of SQL or a log, for the eyes, for programs and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import SHOP, complaint, database, noormme, shown
from tests.cli.test_inspect_text import HOSTILE
from tests.cli.test_untouched import content, held_open

SQL = """
-- count: 250
-- parameters: [5]
select * from posts where author_id = ?;
select name from users where lower(email) = 'ada@example.com';
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "work.sql").write_text(SQL, "utf-8")
    return database(tmp_path / "shop.db")


def read(*arguments: str | Path, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown("analyze", *arguments, "--json", folder=folder))
    return found


def test_the_statements_of_a_file_are_shown_with_their_plans(shop: Path) -> None:
    found = read("shop.db", "--sql", "work.sql", folder=shop.parent)
    assert (found["format"], found["database"]) == (1, "shop.db")
    assert [(one["sql"], one["count"], one["plan"]) for one in found["statements"]] == [
        ("select * from posts where author_id = ?", 250, ["SCAN posts"]),
        ("select name from users where lower(email) = '…'", 1, ["SCAN users"]),
    ]


def test_the_statements_of_a_log_are_shown(shop: Path) -> None:
    log = shop.with_name("app.log")
    log.write_text("DEBUG:db:SELECT * FROM posts WHERE id = 5\nhello\nDEBUG:db:SELECT * FROM posts WHERE id = 6\n")
    found = read(shop, "--log", log, folder=shop.parent)
    assert [(one["sql"], one["count"]) for one in found["statements"]] == [("SELECT * FROM posts WHERE id = ?", 2)]
    assert found["notes"] == ["Left out: 1 line that could not be understood."]


def test_a_log_without_any_line_ending_is_read_in_pieces(shop: Path) -> None:
    log = shop.with_name("app.log")
    log.write_bytes(b"select \xff" * 500_000)
    assert read(shop, "--log", log, folder=shop.parent)["statements"] == []


def test_the_verdict_and_the_statements_are_told(shop: Path) -> None:
    lines = [line.rstrip() for line in shown("analyze", shop, "--sql", shop.with_name("work.sql")).splitlines()]
    assert lines[0]
    assert "  250   select * from posts where author_id = ?" in lines
    assert "    1   select name from users where lower(email) = '…'" in lines


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_no_byte_of_a_database_at_rest_changes(tmp_path: Path, mode: str) -> None:
    file = database(tmp_path / "shop.db", f"pragma journal_mode = {mode};{SHOP}")
    (tmp_path / "work.sql").write_text("delete from posts; insert into users (email) values ('x')")
    before = content(tmp_path)
    shown("analyze", file, "--sql", tmp_path / "work.sql")
    assert content(tmp_path) == before


def test_an_open_database_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "work.sql").write_text("select * from only_in_the_wal")
    with held_open(tmp_path / "open.db"):
        before = content(tmp_path)
        found = read("open.db", "--sql", "work.sql", folder=tmp_path)
        after = content(tmp_path)
    assert found["statements"][0]["plan"] == ["SCAN only_in_the_wal"]
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name] and not name.endswith("-shm")] == []


def test_the_report_is_written_and_written_again(shop: Path) -> None:
    out = shop.with_name("report.html")
    for _ in range(2):
        text = shown("analyze", "shop.db", "--sql", "work.sql", "--html", "report.html", folder=shop.parent)
        assert text.splitlines()[-1] == "report.html: written"
        page = out.read_text("utf-8")
        assert page.startswith("<!doctype html>")
        assert "ada@example.com" not in page
    assert sorted(path.name for path in shop.parent.iterdir()) == ["report.html", "shop.db", "work.sql"]


@pytest.mark.parametrize("name", ["shop.db", "work.sql"])
def test_the_report_takes_the_place_of_no_other_file(shop: Path, name: str) -> None:
    before = content(shop.parent)
    assert complaint("analyze", "shop.db", "--sql", "work.sql", "--html", name, folder=shop.parent) == (
        f"error: {name!r} is there and is no report (hint: give another name)"
    )
    assert content(shop.parent) == before


def test_a_report_that_cannot_be_written_is_told(shop: Path) -> None:
    assert complaint("analyze", shop, "--html", "no/where.html", folder=shop.parent).startswith(
        "error: 'no/where.html' cannot be written"
    )


def test_without_a_workload_it_says_what_to_name(shop: Path) -> None:
    text = shown("analyze", shop)
    assert "--sql" in text
    assert text.startswith("No statement was recorded yet")


def test_two_workloads_are_refused(shop: Path) -> None:
    assert complaint("analyze", shop, "--sql", "a", "--log", "b") == (
        "error: --sql and --log are different sources (hint: give one of them)"
    )


@pytest.mark.parametrize("option", ["--sql", "--log"])
def test_a_workload_that_is_not_there_is_told(shop: Path, option: str) -> None:
    assert complaint("analyze", shop, option, "no.sql", folder=shop.parent) == (
        "error: 'no.sql' cannot be read (hint: No such file or directory)"
    )


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert complaint("analyze", "no.db", folder=tmp_path) == (
        "error: there is no file 'no.db' (hint: this makes no new database)"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_severity_is_refused(shop: Path) -> None:
    assert noormme("analyze", shop, "--fail-on", "worst").returncode == 2
    assert noormme("analyze", shop, "--fail-on", "high").returncode == 0


def test_hostile_statements_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    names = [name for name, _ in HOSTILE]
    file = database(tmp_path / "hostile.db", "".join(f'create table "{name}" (a);' for name in names))
    work = tmp_path / "work.sql"
    work.write_text(";".join(f'select * from "{name}"' for name in names), "utf-8", newline="")
    text = shown("analyze", file, "--sql", work)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "[red]x[/red]" in text
    page = tmp_path / "report.html"
    shown("analyze", file, "--sql", work, "--html", page)
    assert "\x1b" not in page.read_text("utf-8")
