"""The application on the flights: what it asks is recorded, and the report says what is wrong with it."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noormme_py.client.record_file import load_record
from noormme_py.optimize.recording.record import StatementRecord
from tests.cli.command import shown
from tests.examples.small_nycflights import HEADERS, ROWS, write

APP = Path(__file__).resolve().parents[2] / "examples" / "nycflights_app.py"
TOUR = APP.with_name("nycflights.py")
FLIGHTS = 6_000


def lines() -> Iterator[str]:
    """Yield flights enough that reading all of them is worth a word."""
    for number in range(FLIGHTS):
        at = datetime(2013, 1, 1, 10, tzinfo=UTC) + timedelta(hours=number * 8_700 // FLIGHTS)
        yield (
            f"{at.year},{at.month},{at.day},517,{number % 2_400},2,830,819,11,UA,{number},N{number % 97},"
            f"EWR,IAH,227,1400,5,15,{at:%Y-%m-%dT%H:%M:%SZ}"
        )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a run, and what it printed."""
    printed = ""
    folder = tmp_path_factory.mktemp("app")
    data = write(folder / "data")
    with (data / "flights.csv").open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(
            [HEADERS["flights"].split(), *(line.split(",") for line in (*ROWS["flights"], *lines()))]
        )
    commands: list[list[str | Path]] = [
        [TOUR, "flights.db", "--data", "data", "--seconds", "0"],
        [APP, "flights.db", "--requests", "80", "--report", "report.html"],
    ]
    for command in commands:
        run = subprocess.run(
            [sys.executable, "-W", "error", *command],
            cwd=folder,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert (run.returncode, run.stderr) == (0, "")
        printed = run.stdout
    return folder, printed


def asked(folder: Path, words: str) -> StatementRecord:
    record = load_record(folder / ".noormme" / "flights.db.record.json")
    (found,) = (one for one in record.statements if words in one.sql)
    return found


def test_what_the_application_asks_is_recorded_with_its_place(ran: tuple[Path, str]) -> None:
    folder, _ = ran
    for words, place in (
        ('order by "sched_dep_time"', "App.departures"),
        ('from "planes" where "tailnum" = ?', "App.board_with_planes"),
        ("dep_time is null", "App.cancelled_flights"),
        ('update "flights"', "App.note_a_delay"),
    ):
        found = asked(folder, words)
        assert found.count > 0
        assert found.errors == 0
        assert (found.call_site or "").endswith(place)


def test_what_helps_is_said_at_once(ran: tuple[Path, str]) -> None:
    folder, text = ran
    assert "new index" in text
    assert 'create index "ix_flights_' in text
    assert " ms → " in text
    assert text.endswith("The whole report: report.html\n")
    page = (folder / "report.html").read_text("utf-8")
    assert "Do this first" in page
    assert "Create the index ix_flights_" in page


def test_the_loop_is_found_where_it_is(ran: tuple[Path, str]) -> None:
    folder, text = ran
    assert "A loop runs one statement" in text
    assert "in App.board_with_planes" in text
    found = json.loads(shown("analyze", "flights.db", "--json", folder=folder))["findings"]
    assert [one["call_site"].partition(" in ")[2] for one in found if one["kind"] == "n-plus-one"] == [
        "App.board_with_planes"
    ]


def test_a_database_without_the_tables_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("create table other (id integer primary key)")
    run = subprocess.run(
        [sys.executable, APP, tmp_path / "other.db", "--report", tmp_path / "report.html"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert run.returncode == 1
    assert "flights" in run.stderr
    assert not (tmp_path / "report.html").exists()
