"""`optimize`: it shows what would help, and changes the database only when that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import SHOP, complaint, database, shown
from tests.cli.test_untouched import content, held_open

SQL = (
    "-- count: 250\nselect * from posts where author_id = 5; delete from posts; insert into users (email) values ('x')"
)


@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--json"], ["--verify", "plan"]], ids=" ".join)
@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_no_byte_changes_unless_it_is_said(tmp_path: Path, mode: str, options: list[str]) -> None:
    file = database(tmp_path / "shop.db", f"pragma journal_mode = {mode};{SHOP}")
    (tmp_path / "work.sql").write_text(SQL)
    before = content(tmp_path)
    shown("optimize", file, "--sql", tmp_path / "work.sql", *options)
    assert content(tmp_path) == before


def test_a_database_that_is_open_elsewhere_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "work.sql").write_text("select * from only_in_the_wal where id = 5")
    with held_open(tmp_path / "open.db"):
        before = content(tmp_path)
        shown("optimize", "open.db", "--sql", "work.sql", "--dry-run", folder=tmp_path)
        after = content(tmp_path)
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name] and not name.endswith("-shm")] == []


def test_the_json_says_what_was_created(tmp_path: Path) -> None:
    file = database(tmp_path / "shop.db")
    found = json.loads(shown("optimize", file, "--json"))
    assert (found["format"], found["file"], found["created"]) == (1, str(file), [])


def test_applying_and_not_applying_at_once_is_refused(tmp_path: Path) -> None:
    file = database(tmp_path / "shop.db")
    assert complaint("optimize", file, "--apply", "--dry-run") == (
        "error: --apply changes the database, and --dry-run does not (hint: give one of them)"
    )


@pytest.mark.parametrize("options", [["--apply"], ["--apply", "--json"]], ids=" ".join)
def test_nothing_is_applied_where_nobody_can_be_asked(tmp_path: Path, options: list[str]) -> None:
    file = database(tmp_path / "shop.db")
    before = content(tmp_path)
    assert complaint("optimize", file, *options) == (
        "error: nobody can be asked whether the database is to be changed (hint: say --yes)"
    )
    assert content(tmp_path) == before


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert complaint("optimize", "no.db", "--apply", "--yes", folder=tmp_path).startswith("error: there is no file")
    assert list(tmp_path.iterdir()) == []
