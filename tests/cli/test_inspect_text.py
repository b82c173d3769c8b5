"""What `inspect` shows of a schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command import database, shown

SHOP_SHOWN = """\
authors  view
 column   type      null   default   key
────────────────────────────────────────────
 id       INTEGER
 email    TEXT

posts  table
 column      type            null       default   key
─────────────────────────────────────────────────────────────────────
 id          INTEGER         not null             PK    is the rowid
 author_id   INTEGER         not null             FK
 title       TEXT
 price       decimal(10,2)
foreign keys   (author_id) → users (id) on update set null on delete cascade deferrable initially deferred
referred to by tags (post_id)
indexes        by_title unique (lower(title) desc, author_id) where title is not null

tags  table · strict · without rowid
 column    type   null       default   key
───────────────────────────────────────────────────
 post_id   INT    not null             PK 1, FK
 tag       TEXT   not null             PK 2
foreign keys   tagged: (post_id) → posts (id)
indexes        sqlite_autoindex_tags_1 unique (post_id, tag) made for primary key

users  table · autoincrement
 column     type      null       default    key
──────────────────────────────────────────────────────────────────────────────────
 id         INTEGER   not null              PK       is the rowid
 email      TEXT      not null              UNIQUE   collate NOCASE
 name       TEXT                 'nobody'
 age        INTEGER
 greeting   TEXT                                     stored as ('Hello ' || name)
referred to by posts (author_id)
indexes        sqlite_autoindex_users_1 unique (email collate NOCASE) made for unique
checks         age >= 0
               grown: age < 200
triggers       touch
                 CREATE TRIGGER touch after insert on users begin
                         update users set age = 1 where id = new.id;
                     end

notes          posts.price (decimal(10,2)) has NUMERIC affinity and keeps at most 15 significant digits exactly; \
declare it TEXT with the codec "decimal" to keep all
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return database(tmp_path / "shop.db")


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_a_whole_schema_is_shown(shop: Path) -> None:
    assert lines(shown("inspect", shop)) == lines(SHOP_SHOWN)


def test_one_table_is_shown_with_what_refers_to_it(shop: Path) -> None:
    start = SHOP_SHOWN.index("posts  table")
    expected = [*lines(SHOP_SHOWN[start : SHOP_SHOWN.index("tags  table")]), lines(SHOP_SHOWN)[-1]]
    assert lines(shown("inspect", shop, "--table", "POSTS")) == expected


def test_an_empty_database_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    assert shown("inspect", empty) == "The database has no tables and no views.\n"
    assert empty.read_bytes() == b""


def test_a_virtual_table_is_shown_with_its_module(tmp_path: Path) -> None:
    file = database(tmp_path / "search.db", "create virtual table search using fts5 (body)")
    assert lines(shown("inspect", file, "--table", "search"))[0] == "search  virtual table · fts5"


def test_a_foreign_key_to_nowhere_is_shown_as_such(tmp_path: Path) -> None:
    file = database(tmp_path / "lost.db", "create table child (parent_id integer references nobody)")
    assert "foreign keys   (parent_id) → nobody (no such key)" in lines(shown("inspect", file))


HOSTILE = [
    ("[red]x[/red]", "[red]x[/red]"),
    ("[link=file:///]", "[link=file:///]"),
    (":smile:", ":smile:"),
    ("two\nlines", r"two\nlines"),
    ("\x1b[31mred\x1b]0;title\x07", r"\x1b[31mred\x1b]0;title\x07"),
    ("\u202efdp.exe", r"\u202efdp.exe"),
    ("back\\nslash", r"back\\nslash"),
    ("\x85\u2028\ufeff", r"\x85\u2028\ufeff"),
]


@pytest.mark.parametrize("is_coloured", [False, True], ids=["plain", "coloured"])
def test_hostile_names_are_shown_and_not_obeyed(tmp_path: Path, is_coloured: bool) -> None:
    tables = "".join(
        f'create table "{name}" ("{name}" "{name}" default "{name}" check ("{name}" <> 1));'
        f'create index "{name} index" on "{name}" ("{name}") where "{name}" > 0;'
        for name, _ in HOSTILE
    )
    text = shown("inspect", database(tmp_path / "hostile.db", tables), FORCE_COLOR="1" if is_coloured else "")
    for name, printed in HOSTILE:
        assert text.count(printed) >= 6
        assert printed == name or name not in text
    assert all(character.isprintable() or character in "\n\x1b" for character in text)
    # rich's own colours, and no other escape sequence.
    assert ("\x1b" in text) == is_coloured
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_no_line_is_broken_for_a_program(tmp_path: Path) -> None:
    name = "n" * 300
    file = database(tmp_path / "long.db", f"create table t ({name} text unique)")
    text = shown("inspect", file, COLUMNS="40")
    assert text.count(name) == 2


def test_characters_that_the_terminal_does_not_know_are_escaped(tmp_path: Path) -> None:
    file = database(tmp_path / "names.db", 'create table "café" (id integer primary key)')
    assert r"caf\xe9  table" in shown("inspect", file, PYTHONIOENCODING="ascii")
