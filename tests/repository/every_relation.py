"""A schema with every kind of relation and of key, rows for it at random, and the joins that say what belongs."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeAlias

from hypothesis import strategies as st

from noormme_py.schema.model import Schema
from noormme_py.schema.relations import Relation

SCHEMA = """
create table people (id integer primary key, n integer not null, boss_id integer references people (id), born date);
create table passports (person_id integer primary key references people (id), n integer not null, number text not null);
create table posts (
    id integer primary key, n integer not null,
    author_id integer not null references people (id), editor_id integer references people (id),
    price decimal text, is_old boolean, at timestamp, size integer
);
create table tags (word text collate nocase primary key, n integer not null, note json) without rowid;
create table post_tags (
    n integer not null, post_id integer not null references posts (id),
    tag_word text collate nocase not null references tags (word), primary key (post_id, tag_word)
) without rowid;
create table follows (
    n integer not null, follower_id integer references people (id), followee_id integer references people (id),
    primary key (follower_id, followee_id)
);
create table codes (code text primary key, n integer not null);
create table uses (id integer primary key, n integer not null, code integer references codes (code));
create table marks (id integer primary key, n integer not null, person_id text references people (id));
create table measures (at real primary key, n integer not null);
create table readings (id integer primary key, n integer not null, at real references measures (at));
create table things (id blob primary key, n integer not null);
create table parts (id integer primary key, n integer not null, thing_id blob references things (id));
create table spelled (id integer primary key, n integer not null, word text references tags (word));
create table words (word text primary key, n integer not null);
create table uttered (id integer primary key, n integer not null, word text references words (word));
create table echoes (id integer primary key, n integer not null, word text collate nocase references words (word));
create table boxes (box primary key, n integer not null);
create table items (id integer primary key, n integer not null, box references boxes (box));
create table rooms (house text, number integer, n integer not null, primary key (house, number)) without rowid;
create table stays (
    id integer primary key, n integer not null, house text, number integer,
    foreign key (house, number) references rooms (house, number)
);
"""

Rows: TypeAlias = dict[str, list[dict[str, Any]]]

IDS = [1, 2, 3, 2**53 + 1, 2**63 - 1, -(2**63)]
REALS = [0.0, 0.1, 1.5, 1e300, float("inf")]
BLOBS = [b"", b"a", b"\0\xff", b"0123456789abcdef"]
TEXTS = ["", "a", "A", "a\0", "a\0b", "é", "e\u0301", "\U0001f600", '"', "\\", "[1]", "\u2028", "1", "null"]
MIXED: list[Any] = [0, 1, "1", b"1", 1.5, "", "a\0"]
# Two of these are one word to NOCASE.
SPELLINGS = ["a", "A", "b", "B", "é", "É"]

_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "n": st.integers(0, 3),
    "born": st.none() | st.just("1815-12-10"),
    "number": st.sampled_from(["x", "y"]),
    "price": st.sampled_from([None, "1.10", "0"]),
    "is_old": st.sampled_from([None, 0, 1]),
    "at": st.sampled_from([None, "2026-01-05 09:30:00", "2026-01-05 09:30:00+00:00"]),
    "size": st.sampled_from([None, 2**62 + 1]),
    "note": st.sampled_from([None, '{"a":[1]}']),
}


def _keyed(column: str, keys: list[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    cells = {"n": _CELLS["n"], **more, column: st.sampled_from(keys)}
    return st.lists(st.fixed_dictionaries(cells), max_size=5, unique_by=lambda row: row[column])


def _numbered(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    cells = {"id": st.sampled_from([*range(1, 9), 2**63 - 1]), "n": _CELLS["n"], **columns}
    return st.lists(st.fixed_dictionaries(cells), max_size=8, unique_by=lambda row: row["id"])


def _some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


@st.composite
def all_rows(draw: st.DrawFn) -> Rows:
    """Return rows for every table. Orphans are among them where the key may be NULL."""

    def cells(*names: str) -> dict[str, st.SearchStrategy[Any]]:
        return {name: _CELLS[name] for name in names}

    rows: Rows = {"people": draw(_keyed("id", IDS, boss_id=_some(IDS), **cells("born")))}
    ids = [row["id"] for row in rows["people"]]
    rows["passports"] = draw(_keyed("person_id", ids, **cells("number"))) if ids else []
    post = {"author_id": st.sampled_from(ids or [0]), "editor_id": _some(IDS)}
    rows["posts"] = draw(_numbered(**post, **cells("price", "is_old", "at", "size"))) if ids else []
    posts = [row["id"] for row in rows["posts"]]
    spelled = st.lists(st.sampled_from(SPELLINGS), max_size=4, unique_by=_nocase)
    words = draw(spelled)
    rows["tags"] = [{"word": word, "n": draw(_CELLS["n"]), "note": draw(_CELLS["note"])} for word in words]
    pairs = [(post, word) for post in posts for word in SPELLINGS if _nocase(word) in map(_nocase, words)]
    linked = st.lists(
        st.sampled_from(pairs or [(0, "")]), max_size=9, unique_by=lambda pair: (pair[0], _nocase(pair[1]))
    )
    rows["post_tags"] = [
        {"n": draw(_CELLS["n"]), "post_id": post, "tag_word": word} for post, word in (draw(linked) if pairs else [])
    ]
    both = st.lists(st.tuples(_some(IDS), _some(IDS)), max_size=9, unique=True)
    rows["follows"] = [{"n": draw(_CELLS["n"]), "follower_id": a, "followee_id": b} for a, b in draw(both)]
    rows["codes"] = draw(_keyed("code", ["1", "2", "x", "9007199254740993"]))
    rows["uses"] = draw(_numbered(code=_some([1, 2, 3, "x", "y", 2**53 + 1])))
    rows["marks"] = draw(_numbered(person_id=_some(["1", "01", " 2", "2.0", "x", str(2**53 + 1)])))
    rows["measures"] = draw(_keyed("at", REALS))
    rows["readings"] = draw(_numbered(at=_some(REALS)))
    rows["things"] = draw(_keyed("id", BLOBS))
    rows["parts"] = draw(_numbered(thing_id=_some(BLOBS)))
    rows["words"] = draw(_keyed("word", TEXTS))
    rows["uttered"] = draw(_numbered(word=_some(TEXTS)))
    rows["spelled"] = draw(_numbered(word=_some(SPELLINGS)))
    rows["echoes"] = draw(_numbered(word=_some(TEXTS)))
    rows["boxes"] = draw(_keyed("box", MIXED))
    rows["items"] = draw(_numbered(box=_some(MIXED)))
    rooms = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(IDS)), max_size=5, unique=True)
    rows["rooms"] = [{"house": house, "number": number, "n": draw(_CELLS["n"])} for house, number in draw(rooms)]
    near = [(row["house"], row["number"]) for row in rows["rooms"]]
    stay = st.one_of(*(st.just(pair) for pair in near), st.tuples(_some(TEXTS), _some(IDS)))
    stays = st.lists(stay, max_size=6)
    rows["stays"] = [
        {"id": place, "n": draw(_CELLS["n"]), "house": house, "number": number}
        for place, (house, number) in enumerate(draw(stays), 1)
    ]
    return rows


def _nocase(word: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in word)


def fill(connection: sqlite3.Connection, rows: Rows) -> None:
    """Have these rows and no others, whatever the foreign keys say."""
    connection.execute("begin")
    for table, found in rows.items():
        connection.execute(f"delete from {table}")
        for row in found:
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", [*row.values()])
    connection.execute("commit")


def joined(
    connection: sqlite3.Connection,
    schema: Schema,
    relation: Relation,
    owner: tuple[Any, ...],
    *,
    least: int = 0,
    order: str = "",
) -> list[tuple[Any, ...]]:
    """Return the keys of what one row is joined with, as one would write it by hand."""
    near, far, joins = "a", "b", f"{relation.table} as a"
    if relation.link is not None:
        link = relation.link
        on = _equal(near, relation.columns, "l", link.source_columns)
        joins += f" join {link.table} as l on {on}"
        joins += f" join {relation.target} as b on {_equal(far, relation.target_columns, 'l', link.target_columns)}"
    elif relation.kind == "many to one":
        joins += f" join {relation.target} as b on {_equal(far, relation.target_columns, near, relation.columns)}"
    else:
        joins += f" join {relation.target} as b on {_equal(near, relation.columns, far, relation.target_columns)}"
    keys = [f"b.{name}" for name in schema.table(relation.target).primary_key]
    mine = " and ".join(f"a.{name} is ?" for name in schema.table(relation.table).primary_key)
    orders = ", ".join([order, *keys] if order else keys)
    sql = f"select {', '.join(keys)} from {joins} where {mine} and b.n >= ? order by {orders}"
    return connection.execute(sql, [*owner, least]).fetchall()


def _equal(parent: str, parent_columns: tuple[str, ...], child: str, columns: tuple[str, ...]) -> str:
    # The parent stands left, so that its collation is the one that counts.
    pairs = zip(parent_columns, columns, strict=True)
    return " and ".join(f"{parent}.{one} = {child}.{other}" for one, other in pairs)
