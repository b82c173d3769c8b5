"""Which indexes are superfluous, and which only seem so."""

from __future__ import annotations

import pytest

from noormme_py.optimize.findings.redundant_indexes import copies_of_the_rowid, redundant
from tests.optimize.indexed import indexed

TABLE = "create table t (id integer primary key, a text, b text collate nocase, c int, u text unique);"
KEYED = "create table k (a int, b int, c int, primary key (a, b)) without rowid;"


def pairs(script: str) -> list[tuple[str, str]]:
    with indexed(TABLE + KEYED + script) as db:
        return [(index.name, other.name) for index, other in redundant(db.schema)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("create index x on t (a); create index y on t (a, c);", [("x", "y")]),
        ("create index x on t (a, c); create index y on t (A);", [("y", "x")]),
        ("create index x on t (a); create unique index y on t (a, c);", [("x", "y")]),
        ("create index x on t (a); create index y on t (a);", [("y", "x")]),
        ("create index x on t (a); create unique index y on t (a);", [("x", "y")]),
        ("create unique index x on t (a); create unique index y on t (a);", [("y", "x")]),
        ("create index x on t (u);", [("x", "sqlite_autoindex_t_1")]),
        ("create unique index x on t (u);", [("x", "sqlite_autoindex_t_1")]),
        ("create index x on k (a);", [("x", "sqlite_autoindex_k_1")]),
        ("create index x on k (a, b);", [("x", "sqlite_autoindex_k_1")]),
        ("create index x on t (a desc); create index y on t (a, c);", [("x", "y")]),
        ("create index x on t (a desc, c desc); create index y on t (a, c);", [("y", "x")]),
        ("create index x on t (a, c desc); create index y on t (a desc, c, b);", [("x", "y")]),
        ("create index x on t (lower(a)); create index y on t (LOWER( A ), c);", [("x", "y")]),
        ("create index x on t (a) where c > 1; create index y on t (a, b) where c>1;", [("x", "y")]),
        ("create index x on t (b); create index y on t (b collate nocase, a);", [("x", "y")]),
        (
            "create index x on t (a); create index y on t (a, b); create index z on t (a, b, c);",
            [("x", "z"), ("y", "z")],
        ),
        (
            "create index x on t (a); create index y on t (a, c, b); create index z on t (a, b);",
            [("x", "z")],
        ),
    ],
)
def test_a_superfluous_index_is_named_with_the_one_that_stays(script: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(pairs(script)) == sorted(expected)


@pytest.mark.parametrize(
    "script",
    [
        "create index x on t (a); create index y on t (c, a);",
        "create unique index x on t (a); create index y on t (a, c);",
        "create unique index x on t (a); create unique index y on t (a, c);",
        "create index x on t (a) where c > 1; create index y on t (a, b);",
        "create index x on t (a); create index y on t (a, b) where c > 1;",
        "create index x on t (a) where c > 1; create index y on t (a, b) where c > 2;",
        "create index x on t (a) where b = 'x'; create index y on t (a, b) where b = 'X';",
        "create index x on t (a collate nocase); create index y on t (a, c);",
        "create index x on t (b); create index y on t (b collate binary, a);",
        "create index x on t (a, c desc); create index y on t (a, c);",
        "create index x on t (a, c desc); create index y on t (a, c, b);",
        "create index x on t (lower(a)); create index y on t (upper(a), c);",
        "create index x on t (lower(a)); create index y on t (a, c);",
        "create index x on t (a); create index y on k (c);",
        "create index x on k (b);",
    ],
)
def test_an_index_with_work_of_its_own_is_not_superfluous(script: str) -> None:
    assert pairs(script) == []


def test_what_was_made_for_a_constraint_never_goes() -> None:
    script = "create table p (a int, b int, primary key (a, b), unique (a), unique (a, b, b));"
    with indexed(script) as db:
        assert redundant(db.schema) == []


def test_the_planner_uses_the_one_that_stays() -> None:
    script = f"{TABLE} create index x on t (a desc); create index y on t (a, c); create index z on t (a, c, b);"
    with indexed(script) as db:
        for index, _ in redundant(db.schema):
            db.execute(f"drop index {index.name}")
        assert redundant(db.schema) == []
        for sql in (
            "select * from t where a = 'x'",
            "select * from t order by a desc",
            "select * from t order by a, c",
        ):
            plan = " ".join(str(row[3]) for row in db.survey(f"explain query plan {sql}"))
            assert "INDEX z" in plan
            assert "TEMP B-TREE" not in plan


def test_an_index_of_the_rowid_is_a_copy_of_the_table() -> None:
    script = f"""{TABLE}{KEYED}
        create index x on t (id); create unique index y on t (id desc);
        create index z on t (id, a); create index p on t (id) where c > 1; create index k_a on k (b);
    """
    with indexed(script) as db:
        assert [index.name for index in copies_of_the_rowid(db.schema)] == ["x", "y"]
