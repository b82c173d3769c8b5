"""The tour of the flights out of New York, on a few rows of the same shape."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.examples.small_nycflights import ROWS, write

TOUR = Path(__file__).resolve().parents[2] / "examples" / "nycflights.py"


def tour(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", TOUR, "--seconds", "0.5", *arguments],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def asked(file: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("nycflights") / "data", zipped=["flights"])


@pytest.fixture(scope="module")
def whole_tour(data: Path) -> tuple[Path, str]:
    file = data.parent / "flights.db"
    run = tour(file, "--data", data, "--report", data.parent / "report.html")
    assert (run.returncode, run.stderr) == (0, "")
    return file, run.stdout


def test_nothing_is_lost_on_the_way(whole_tour: tuple[Path, str]) -> None:
    file, _ = whole_tour
    for table, rows in ROWS.items():
        listed = "where is_listed" if table in ("airports", "planes") else ""
        assert asked(file, f"select count(*) from {table} {listed}") == [(len(rows),)]
    assert asked(file, "select tailnum, dest, dep_time from flights order by id") == [
        ("N14228", "IAH", 517),
        ("N999XX", "SJU", 554),
        (None, "IAH", None),
        ("N14228", "IAH", 1400),
    ]


def test_what_the_lists_lack_is_added_and_said(whole_tour: tuple[Path, str]) -> None:
    file, text = whole_tour
    assert asked(file, "select faa from airports where not is_listed") == [("SJU",)]
    assert asked(file, "select tailnum, year from planes where not is_listed") == [("N999XX", None)]
    assert "Flown but on no list: airports SJU; planes: 1 of them." in text
    assert asked(file, "pragma foreign_key_check") == []
    assert len(asked(file, "pragma foreign_key_list(flights)")) == 4


def test_every_scene_shows_its_code_its_sql_its_result_and_its_time(whole_tour: tuple[Path, str]) -> None:
    _, text = whole_tour
    scenes = text.split("\n1. ")[1]
    assert scenes.count("✓ done in") == 11
    for expected in (
        "await flights.find_by_id(1)",
        'from "flights" where "id" = ?',
        "time_hour=2013-01-01 10:00:00+00:00",
        'where "origin" = ? and "time_hour" = ?',
        "wind_gust=None",
        'order by "f"."dep_delay" desc nulls last limit ?',
        'rank() over (order by avg("f"."arr_delay")) as "place"',
        'on conflict ("faa") do update set "name" = excluded."name"',
        "before=4  inside=2  after=4",
        "ForeignKeyViolation: FOREIGN KEY constraint failed",
        "did you mean 'dep_delay'",
    ):
        assert expected in scenes


def test_the_tour_ends_with_what_the_optimizer_says(whole_tour: tuple[Path, str]) -> None:
    file, text = whole_tour
    end = text.split("What the optimizer says of an application")[1]
    assert "The indexes are as they should be" in end
    assert str(file.parent / "report.html") in end
    assert (file.parent / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert (file.parent / ".noormme" / "flights.db.record.json").exists()


def test_a_part_of_the_flights_can_be_loaded(data: Path, tmp_path: Path) -> None:
    run = tour(tmp_path / "part.db", "--data", data, "--limit", "2")
    assert (run.returncode, run.stderr) == (0, "")
    assert asked(tmp_path / "part.db", "select id from flights") == [(1,), (2,)]


def test_without_a_file_nothing_stays(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    run = tour("--data", data)
    assert (run.returncode, run.stderr) == (0, "")
    assert "The database is gone again" in run.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_touched(data: Path, tmp_path: Path) -> None:
    diary = tmp_path / "diary.txt"
    diary.write_text("dear diary")
    run = tour(diary, "--data", data)
    assert (run.returncode, run.stderr) == (1, f"{diary} is there already; the tour makes a new file\n")
    assert diary.read_text() == "dear diary"


def test_missing_data_are_told(tmp_path: Path) -> None:
    run = tour("--data", tmp_path)
    assert run.returncode == 1
    assert run.stderr == f"there is neither flights.csv nor flights.csv.zip in {tmp_path}\n"


def test_a_row_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    unknown_carrier = [*ROWS["flights"], ROWS["flights"][0].replace(",UA,1545,", ",ZZ,1,")]
    folder = write(tmp_path / "data", {**ROWS, "flights": unknown_carrier})
    run = tour(tmp_path / "flights.db", "--data", folder)
    assert run.returncode == 1
    assert "ForeignKeyViolation" in run.stderr
    assert asked(tmp_path / "flights.db", "select (select count(*) from airlines), (select count(*) from flights)") == [
        (0, 0)
    ]
