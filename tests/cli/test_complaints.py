"""What `inspect` says when it cannot do what is asked: one line, a hint, exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.command import complaint, database


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    assert complaint("inspect", "no.db", folder=tmp_path) == (
        "error: there is no file 'no.db' (hint: this makes no new database)"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_directory_is_no_database(tmp_path: Path) -> None:
    assert complaint("inspect", ".", folder=tmp_path) == (
        "error: '.' is a directory (hint: give the path of a database file)"
    )


def test_a_pipe_is_no_database_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert complaint("inspect", "pipe", folder=tmp_path) == (
        "error: 'pipe' is not a file (hint: give the path of a database file)"
    )


@pytest.mark.parametrize("content", [b"xy", b"once upon a time " * 100], ids=["short", "long"])
def test_another_file_is_no_database_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    story = tmp_path / "story.txt"
    story.write_bytes(content)
    found = complaint("inspect", story)
    assert found.startswith(f"error: {story}: file is not a database (hint: ")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"story.txt": content}


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    file = database(tmp_path / "damaged.db")
    data = bytearray(file.read_bytes())
    data[100:4096] = b"\xff" * (4096 - 100)
    file.write_bytes(data)
    assert "malformed" in complaint("inspect", file)


def test_a_mistyped_table_is_told_with_what_was_meant(tmp_path: Path) -> None:
    file = database(tmp_path / "shop.db")
    expected = "error: there is no table or view 'user' (hint: did you mean 'users'?)"
    assert complaint("inspect", file, "--table", "user") == expected
    assert complaint("inspect", file, "--table", "user", "--json") == expected


def test_a_database_in_memory_has_nothing_to_show() -> None:
    assert complaint("inspect", "sqlite://") == (
        "error: a database in memory has no file (hint: give the path of a database file)"
    )


def test_a_hostile_name_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    found = complaint("inspect", "\x1b[31m[red]\n\u202e.db", folder=tmp_path)
    assert found.startswith("error: there is no file ")
    assert found.isprintable()
    assert "[red]" in found
