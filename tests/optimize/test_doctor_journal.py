"""What the doctor says of journals: the mode in force, what power may undo, leftovers, and a long log."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.circumstances import Circumstances
from noormme_py.client.examine_file import examine_file
from noormme_py.config import config_for
from noormme_py.engine.surroundings import look_around
from noormme_py.location import parse_location
from noormme_py.optimize.doctor.case import Settings
from tests.engine.neighbour import Neighbour
from tests.optimize.examined import SOUND, database, found, found_in, one

WAL = f"pragma journal_mode = wal;{SOUND}"
LONG = """
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 3000)
    insert into posts (author_id, title) select 1, hex(randomblob(1500)) from n
"""


def test_the_mode_in_force_is_told_for_files_without_wal(tmp_path: Path) -> None:
    assert found(database(tmp_path / "wal.db", WAL), "journal-mode") == []
    assert one(found(database(tmp_path / "other.db"), "journal-mode")).severity == "info"


def test_a_wal_database_that_is_read_as_if_on_a_cd_is_known_by_its_header(tmp_path: Path) -> None:
    """SQLite itself tells another mode then."""
    for script, told in ((WAL, []), (SOUND, ["journal-mode"])):
        path = database(tmp_path / f"{len(told)}.db", script)
        findings = examine_file(config_for(f"sqlite:///{path}?mode=ro&immutable=1", {}))
        assert [finding.kind for finding in findings if finding.kind == "journal-mode"] == told


@pytest.mark.parametrize(("mode", "severity"), [("off", "high"), ("memory", "high"), ("delete", "info")])
def test_a_connection_without_a_journal_on_disk_is_grave(tmp_path: Path, mode: str, severity: str) -> None:
    path = database(tmp_path / "shop.db")
    assert one(found_in(path, "journal-mode", settings=Settings(mode, 2, True))).severity == severity


@pytest.mark.parametrize(
    ("script", "synchronous", "severity"),
    [(WAL, 0, "high"), (WAL, 1, None), (SOUND, 0, "high"), (SOUND, 1, "low"), (SOUND, 2, None)],
)
def test_synchronous_is_judged_by_the_journal(
    tmp_path: Path, script: str, synchronous: int, severity: str | None
) -> None:
    path = database(tmp_path / "shop.db", script)
    settings = Settings("wal" if script == WAL else "delete", synchronous, True)
    told = found_in(path, "synchronous", settings=settings)
    assert [finding.severity for finding in told] == [severity] * (severity is not None)


def hot_journal(folder: Path) -> bytes:
    """Return the journal of a transaction that has written to the file."""
    path = database(folder / "other.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma cache_size = 1")
        connection.execute("begin immediate")
        connection.execute(LONG)
        journal = (folder / "other.db-journal").read_bytes()
        connection.execute("rollback")
    path.unlink()
    return journal


def test_a_journal_beside_a_wal_database_is_grave(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", WAL)
    journal = hot_journal(tmp_path)
    assert found(path, "leftover-journal") == []
    beside = tmp_path / "shop.db-journal"
    beside.write_bytes(journal)
    around = look_around(parse_location(path), is_alone=True)
    assert around.is_journal_hot
    finding = one(found_in(path_without_journal(path), "leftover-journal", around))
    assert finding.severity == "high"
    # As `journal_mode = persist` leaves it behind.
    beside.write_bytes(bytes(28) + journal[28:])
    assert not look_around(parse_location(path)).is_journal_hot


def path_without_journal(path: Path) -> Path:
    return Path(shutil.copy(path, path.with_name("copy.db")))


def test_a_journal_that_a_dead_process_left_is_told_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    path = database(tmp_path / "shop.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma cache_size = 1")
        connection.execute("begin immediate")
        connection.execute(LONG)
        left = Path(shutil.copy(path, folder))
        shutil.copy(tmp_path / "shop.db-journal", folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert one(found(left, "leftover-journal")).severity == "medium"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    with closing(sqlite3.connect(left)) as connection:
        assert connection.execute("select count(*) from posts").fetchone() == (2,)
    assert found(left, "leftover-journal") == []


def test_a_long_log_names_the_process_that_keeps_it(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", WAL)
    with Neighbour(path) as reader, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        assert found(path, "long-log") == []
        reader.run("begin", "select count(*) from posts")
        writer.execute(LONG)
        writer.execute("pragma wal_checkpoint(truncate)").fetchall()
        finding = one(found(path, "long-log"))
        assert finding.severity == "medium"
        assert f"process {reader.pid}" in finding.evidence
        reader.run("commit")
        writer.execute("pragma wal_checkpoint(truncate)").fetchall()
        assert found(path, "long-log") == []


def test_a_long_log_that_nobody_keeps_says_so(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", WAL)
    around = Circumstances(path=str(path), file_bytes=2**30, wal_bytes=16 * 2**20)
    finding = one(found_in(path, "long-log", around))
    assert finding.severity == "low"
    assert "nobody" in finding.evidence


def test_locks_of_other_files_and_of_this_process_are_no_readers(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", WAL)
    shm = tmp_path / "shop.db-shm"
    shm.touch()
    inode = shm.stat().st_ino
    locks = tmp_path / "locks"
    locks.write_text(
        f"1: POSIX  ADVISORY  READ 71 fe:00:{inode} 124 124\n"
        f"2: POSIX  ADVISORY  READ 72 fe:00:{inode} 128 128\n"
        f"3: POSIX  ADVISORY  READ 73 fe:00:{inode + 1} 124 124\n"
        f"4: POSIX  ADVISORY  READ {os.getpid()} fe:00:{inode} 125 125\n"
        f"5: FLOCK  ADVISORY  WRITE 75 fe:00:{inode} 124 124\n"
        f"6: -> POSIX  ADVISORY  READ 76 fe:00:{inode} 124 124\n"
        f"7: POSIX  ADVISORY  READ 71 fe:00:{inode} 123 123\n"
        "nonsense\n"
    )
    assert look_around(parse_location(path), locks=locks).readers == ("process 71",)
    assert look_around(parse_location(path), locks=tmp_path / "nosuch").readers == ()
