"""Which releases of SQLite the doctor warns of."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from noormme_py.optimize.doctor.known_bugs import bugs_of, parsed
from tests.optimize.examined import SOUND, database, found


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.44.7", False),
        ("3.45.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.0", True),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.52.0", False),
        ("3.53.0", False),
        ("4.0.0", False),
    ],
)
def test_the_wal_reset_bug_is_in_the_releases_that_sqlite_names(version: str, has_it: bool) -> None:
    assert ("the WAL-reset bug" in [bug.name for bug in bugs_of(parsed(version))]) is has_it


@pytest.mark.parametrize(
    ("name", "first", "last", "fixed"),
    [
        ("the savepoint bug of 3.35.0", "3.35.0", "3.37.1", "3.37.2"),
        ("the UPSERT bug of 3.35.0", "3.35.0", "3.45.1", "3.45.2"),
        ("the Bloom filter bug of 3.38.0", "3.38.0", "3.38.2", "3.38.3"),
        ("the number bug of 3.47.0", "3.47.0", "3.47.1", "3.47.2"),
    ],
)
def test_a_bug_is_in_the_releases_from_its_first_to_its_last(name: str, first: str, last: str, fixed: str) -> None:
    for version, has_it in ((first, True), (last, True), (fixed, False)):
        assert (name in [bug.name for bug in bugs_of(parsed(version))]) is has_it


def test_a_version_of_two_numbers_is_read() -> None:
    assert parsed("3.51") == (3, 51, 0)


def test_the_library_at_hand_is_told_by_how_the_database_is_used(tmp_path: Path) -> None:
    """A bug of WAL mode matters where WAL is in force."""
    known = bugs_of(parsed(sqlite3.sqlite_version))
    wal = found(database(tmp_path / "wal.db", f"pragma journal_mode = wal;{SOUND}"), "sqlite-bug")
    other = found(database(tmp_path / "other.db"), "sqlite-bug")
    assert sorted(finding.severity for finding in wal) == sorted(bug.severity for bug in known)
    assert sorted(finding.severity for finding in other) == sorted(
        "info" if bug.is_of_wal else bug.severity for bug in known
    )
    for finding in wal:
        assert sqlite3.sqlite_version in finding.evidence
        assert finding.mend is not None
