"""A database in the making: where it lies, how it takes its place, and what is never written over."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from noormme_py.engine.new_file import NewFile, check_target
from noormme_py.errors import CannotOpen, ConfigError, DatabaseBusy, NotADatabase


def made(target: Path, rows: int = 3) -> NewFile:
    file = NewFile(target)
    file.open()
    file.execute("create table t (id integer primary key, v text)")
    file.begin()
    file.insert("insert into t values (?, ?)", [list(range(rows)), ["x"] * rows])
    file.commit()
    return file


def rows_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("select count(*) from t").fetchone()[0]
        return found


def test_the_target_is_there_only_when_it_is_finished(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    file = made(target)
    assert not target.exists()
    file.finish()
    assert rows_of(target) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.db"]


def test_what_came_to_the_targets_name_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    file = made(target)
    target.write_text("somebody's")
    with pytest.raises(CannotOpen, match="meanwhile"):
        file.finish()
    assert target.read_text() == "somebody's"
    assert rows_of(file.path) == 3


def test_a_target_that_is_there_is_refused_and_with_force_kept(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    made(target, rows=1).finish()
    with pytest.raises(CannotOpen, match="is there already") as refused:
        check_target(target, is_forced=False)
    assert "--force" in str(refused.value.hint)
    backup = check_target(target, is_forced=True)
    assert backup is not None
    file = made(target, rows=5)
    file.finish(keeping=backup)
    assert (rows_of(target), rows_of(backup)) == (5, 1)


def test_the_log_of_a_target_in_wal_mode_is_part_of_its_backup(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    program = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('pragma journal_mode = wal'); c.execute('create table t (id)');"
        "c.execute('insert into t values (1)');"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(target)], check=True)
    assert Path(f"{target}-wal").stat().st_size > 0
    backup = check_target(target, is_forced=True)
    made(target).finish(keeping=backup)
    assert backup is not None
    assert (rows_of(target), rows_of(backup)) == (3, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["app.db", backup.name])


def test_two_backups_within_a_second_have_two_names(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    made(target, rows=1).finish()
    for rows in (2, 3):
        backup = check_target(target, is_forced=True)
        made(target, rows=rows).finish(keeping=backup)
    assert sorted(rows_of(path) for path in tmp_path.iterdir()) == [1, 2, 3]


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_target_that_somebody_uses_is_left_alone(tmp_path: Path, mode: str) -> None:
    target = tmp_path / "app.db"
    made(target, rows=1).finish()
    with closing(sqlite3.connect(target, isolation_level=None)) as user:
        user.execute(f"pragma journal_mode = {mode}").close()
        user.execute("begin immediate").close()
        user.execute("insert into t values (9, 'x')").close()
        with pytest.raises(DatabaseBusy, match="in use"):
            check_target(target, is_forced=True)
        user.execute("commit").close()
        if mode == "wal":
            # An open connection is enough: its log would be taken for the new file's.
            with pytest.raises(DatabaseBusy, match="in use"):
                check_target(target, is_forced=True)
    assert check_target(target, is_forced=True) is not None


def test_a_stray_log_without_a_database_is_not_taken_for_the_new_ones(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    Path(f"{target}-wal").write_bytes(b"old")
    with pytest.raises(CannotOpen, match=r"app\.db-wal"):
        check_target(target, is_forced=False)


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "app.db"
    if kind == "folder":
        target.mkdir()
    else:
        target.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(CannotOpen, match="is no file"):
        check_target(target, is_forced=True)


def test_a_target_that_is_no_database_is_kept_too(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    target.write_text("notes, " * 1000)
    backup = check_target(target, is_forced=True)
    made(target).finish(keeping=backup)
    assert backup is not None
    assert backup.read_text() == "notes, " * 1000


def test_two_do_not_build_the_same_file(tmp_path: Path) -> None:
    first = made(tmp_path / "app.db")
    with pytest.raises(DatabaseBusy, match="another move"):
        NewFile(tmp_path / "app.db").open()
    assert first.query("select count(*) from t") == [(3,)]
    first.close()


def test_what_was_left_is_gone_on_with_or_begun_anew(tmp_path: Path) -> None:
    made(tmp_path / "app.db").close()
    again = NewFile(tmp_path / "app.db")
    again.open(is_resumed=True)
    assert again.query("select count(*) from t") == [(3,)]
    again.close()
    anew = NewFile(tmp_path / "app.db")
    anew.open()
    assert anew.query("select count(*) from sqlite_schema") == [(0,)]
    anew.close()


def test_rubbish_that_was_left_is_begun_anew_and_not_gone_on_with(tmp_path: Path) -> None:
    file = NewFile(tmp_path / "app.db")
    file.path.write_bytes(b"rubbish " * 1000)
    with pytest.raises(NotADatabase):
        file.open(is_resumed=True)
    file.open()
    assert file.query("select count(*) from sqlite_schema") == [(0,)]
    file.close()


def test_a_killed_process_leaves_what_it_had_committed(tmp_path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
from noormme_py.engine.new_file import NewFile
file = NewFile(Path(sys.argv[1])); file.open()
file.execute("create table t (id integer primary key, v text)")
file.begin(); file.insert("insert into t values (?, ?)", [list(range(1000)), ["x" * 100] * 1000]); file.commit()
file.begin(); file.insert("insert into t values (?, ?)", [list(range(1000, 90000)), ["y" * 500] * 89000])
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path / "app.db")], check=False)
    assert ended.returncode == -9
    file = NewFile(tmp_path / "app.db")
    file.open(is_resumed=True)
    assert file.query("select count(*), min(v), max(v) from t") == [(1000, "x" * 100, "x" * 100)]
    assert file.query("pragma integrity_check") == [("ok",)]
    file.close()


def test_a_table_gets_another_text_inside_of_a_transaction(tmp_path: Path) -> None:
    file = NewFile(tmp_path / "app.db")
    file.open()
    file.execute("create table t (id integer primary key, v text, check (v <> 'x'))")
    file.insert("insert into t values (?, ?)", [[1], ["x"]])
    file.begin()
    file.redefine("t", "create table t (id integer primary key, v text)")
    file.commit()
    file.finish()
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        connection.execute("insert into t values (2, 'x')")
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_whoever_is_stopped_is_interrupted(tmp_path: Path) -> None:
    file = made(tmp_path / "app.db")
    file.stop()
    assert file.is_stopped()
    file.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 300, "x" * 250])
def test_a_name_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotOpen, match="cannot be a target"):
        check_target(tmp_path / name, is_forced=False)


def test_a_target_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="does not exist"):
        check_target(tmp_path / "nowhere" / "app.db", is_forced=False)


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_a_path_that_cannot_be(path: str) -> None:
    with pytest.raises(ConfigError):
        NewFile(path)


def test_a_place_is_looked_at_before_the_file_is_finished(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    file = made(target)
    file.check_place(keeping=None)
    made_already = NewFile(tmp_path / "other.db")
    made_already.open()
    made_already.finish()
    (tmp_path / "other.db").rename(target)
    with pytest.raises(CannotOpen, match="meanwhile"):
        file.check_place(keeping=None)
    backup = check_target(target, is_forced=True)
    file.check_place(keeping=backup)
    with closing(sqlite3.connect(target)) as user:
        user.execute("begin immediate")
        with pytest.raises(DatabaseBusy, match="in use"):
            file.check_place(keeping=backup)
    file.remove()


def test_another_name_of_the_target_is_not_written_to(tmp_path: Path) -> None:
    target = tmp_path / "app.db"
    made(target).finish()
    file = NewFile(target)
    # As a process leaves it that is killed between giving the file its name and taking the other one away.
    file.path.hardlink_to(target)
    file.open(is_resumed=True)
    file.execute("create table other (id)")
    file.close()
    assert rows_of(target) == 3
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("select name from sqlite_schema").fetchall() == [("t",)]
