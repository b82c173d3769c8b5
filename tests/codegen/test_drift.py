"""What is told of a module that is not as it would be written now: what changed, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from noormme_py.cli.generate import SYNC
from noormme_py.codegen.drift import differences
from tests.codegen.modules import text_of
from tests.codegen.schemas import NASTY, SHOP

BEFORE = """
    create table users (id integer primary key, email text not null, age int);
    create table posts (id integer primary key, user_id int not null references users (id));
"""


def words(before: str, after: str) -> list[str]:
    return [found.words for found in differences(text_of(before), text_of(after))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("age int", "age int, born date", ["column users.born is new: datetime.date | None, optional"]),
        (", age int", "", ["column users.age is gone"]),
        ("age int", "age int not null", ["column users.age was int | None, optional, is int"]),
        ("age int", "age text", ["column users.age was int | None, optional, is str | None, optional"]),
        ("age int", "age int not null default 5", ["column users.age was int | None, optional, is int, optional"]),
        ("email text not null,", "email text not null unique,", ["finder users.find_many_by_email is gone"]),
        ("id integer primary key, email", "id integer not null unique, email", [
            "column users.id was int, optional, is int",
            "key users was int, is Never",
        ]),
        ("user_id int not null", "user_id int", [
            "column posts.user_id was int, is int | None, optional",
            "relation posts.user was User, is User | None",
        ]),
        (" references users (id)", "", ["relation posts.user is gone", "relation users.posts is gone"]),
        ("create table users", "create view v as select 1 as x; create table users", ["table v is new"]),
        # What else is called so changes the words of the module, and nothing that they mean.
        ("age int", 'age int, "int" int, "Any" text', [
            "column users.int is new: int | None, optional",
            "column users.Any is new: str | None, optional",
        ]),
        ("age int", 'age int, "first name" text', ["column users.first name is new: str | None, optional"]),
    ],
)  # fmt: skip
def test_what_changed_is_told(old: str, new: str, expected: list[str]) -> None:
    assert old in BEFORE
    assert words(BEFORE, BEFORE.replace(old, new)) == expected


def test_a_table_that_is_gone_is_told() -> None:
    assert words(BEFORE, BEFORE.partition(";")[0]) == ["table posts is gone", "relation users.posts is gone"]


@pytest.mark.parametrize("script", ["", SHOP, NASTY])
def test_how_a_module_is_formatted_does_not_matter(script: str) -> None:
    text = text_of(script)
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "300", "--quiet", "-"]
    reformatted = subprocess.run(
        [*command, "--config", "format.skip-magic-trailing-comma=true"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert script == "" or reformatted != text
    assert differences(reformatted, text) == []


def test_another_face_is_told() -> None:
    assert differences(text_of("", SYNC), text_of(""))[0].words == (
        "the file was written with other options, or by another version"
    )


def test_every_part_of_every_module_is_read() -> None:
    found = differences(text_of(""), text_of(NASTY))
    assert len(found) == text_of(NASTY).count("__table__ = ")
    assert {one.part for one in found} == {"table"}
