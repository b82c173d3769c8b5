"""The record that an application has saved, as `analyze` and `optimize` find it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from noormme_py import SyncNoormme
from tests.cli.command import complaint, database, shown

SCRIPT = """
    create table users (id integer primary key, email text not null);
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 4000)
    insert into users (email) select 'user' || i || '@example.com' from n;
    analyze;
"""


@pytest.fixture(scope="module")
def worked_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that an application has worked on, and the record beside it."""
    file = database(tmp_path_factory.mktemp("recorded") / "app.db", SCRIPT)
    with SyncNoormme(str(file), automation={"enable_query_analysis": True}) as db:
        users = db.get_repository("users")
        for key in range(1, 31):
            users.find_by_id(key)
        for number in range(120):
            db.select_from("users").select("id").where("email", "=", f"user{number}@example.com").execute()
        db.optimizer.save_record()
    return file


@pytest.fixture
def file(worked_on: Path, tmp_path: Path) -> Path:
    shutil.copytree(worked_on.parent, tmp_path / "app")
    return tmp_path / "app" / worked_on.name


def every_file(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "beside"])
def test_a_saved_record_is_analyzed(file: Path, is_named: bool) -> None:
    options: list[str | Path] = []
    if is_named:
        moved = file.parent / "elsewhere.json"
        (file.parent / ".noormme" / "app.db.record.json").rename(moved)
        options = ["--record", moved]
    before = every_file(file.parent)
    found = json.loads(shown("analyze", file, "--json", *options))
    assert every_file(file.parent) == before
    assert sorted(one["count"] for one in found["statements"]) == [30, 120]
    for one in found["statements"]:
        assert 0 < one["p95_ms"] <= one["max_ms"]
        assert "test_record.py:" in one["call_site"]
    assert [one["index"] for one in found["advice"]["suggestions"]] == ["ix_users_email"]


def test_a_loop_is_told_with_the_line_that_it_is_in(file: Path) -> None:
    found = json.loads(shown("analyze", file, "--json"))
    loops = {one["kind"]: one["call_site"] for one in found["findings"] if one["sql"] and '"id" = ?' in one["sql"]}
    assert "in worked_on" in loops["n-plus-one"]
    text = shown("analyze", file)
    assert "n-plus-one" in text
    assert "A loop runs one statement 30 times" in text
    assert f"at {loops['n-plus-one']}" in text
    assert " p95 " in text


def test_values_are_in_the_record_and_nowhere_else(file: Path) -> None:
    assert "@example.com" in (file.parent / ".noormme" / "app.db.record.json").read_text()
    assert "@example.com" not in shown("analyze", file, "--html", file.parent / "report.html")
    assert "@example.com" not in shown("analyze", file, "--json")
    assert "@example.com" not in (file.parent / "report.html").read_text()


def test_the_report_has_times_loops_and_places(file: Path) -> None:
    shown("analyze", file, "--html", file.parent / "report.html")
    page = (file.parent / "report.html").read_text()
    assert "<th>p95</th>" in page
    assert "A loop runs one statement 30 times" in page
    assert "in worked_on" in page


def test_indexes_are_made_for_a_saved_record(file: Path) -> None:
    assert json.loads(shown("optimize", file, "--json", "--apply", "--yes"))["created"] == ["ix_users_email"]
    again = json.loads(shown("optimize", file, "--json"))
    assert again["advice"]["suggestions"] == []


def test_a_record_that_is_none_is_told(file: Path) -> None:
    other = file.parent / "other.json"
    other.write_text("{}")
    assert complaint("analyze", file, "--record", other).startswith("error: ")
    assert complaint("optimize", file, "--record", file.parent / "no.json").startswith("error: ")


def test_a_record_and_a_workload_are_two_sources(file: Path) -> None:
    assert complaint("analyze", file, "--record", "a", "--log", "b") == (
        "error: --log and --record are different sources (hint: give one of them)"
    )
