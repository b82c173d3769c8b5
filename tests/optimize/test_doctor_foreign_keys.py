"""What the doctor says of foreign keys and the rows that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py.optimize.doctor.case import Settings
from tests.optimize.examined import SOUND, database, found, found_in, one

SEVERAL = """
    create table a (x integer, y integer, primary key (x, y));
    create table b (id integer primary key, name text unique);
    create table c (
        id integer primary key,
        x integer, y integer,
        b integer references b,
        again text references b (name) on delete cascade,
        foreign key (x, y) references a (x, y)
    );
    insert into a values (1, 1);
    insert into b values (1, 'one');
"""


def test_declared_keys_that_are_not_enforced_are_told(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db")
    for is_on, told in ((True, []), (False, ["medium"])):
        settings = Settings("delete", 2, is_on)
        assert [f.severity for f in found_in(path, "foreign-keys-off", settings=settings)] == told
    none = database(tmp_path / "none.db", "create table t (id integer primary key)")
    assert found_in(none, "foreign-keys-off", settings=Settings("delete", 2, False)) == []


def test_rows_without_their_parent_are_counted_by_constraint(tmp_path: Path) -> None:
    orphans = """
        insert into c (x, y, b, again) values (1, 1, 1, 'one'), (1, 2, 1, 'one'), (2, 1, 7, 'one'), (2, null, 8, 'two');
        insert into c (x, y) values (3, 3);
    """
    findings = found(database(tmp_path / "shop.db", SEVERAL + orphans), "orphans")
    assert {finding.subject: finding.evidence for finding in findings} == {
        "c (x, y) → a": "3 rows",
        "c (b) → b": "2 rows",
        "c (again) → b": "1 row",
    }
    assert {finding.severity for finding in findings} == {"high"}


def test_rows_with_their_parents_are_not_spoken_of(tmp_path: Path) -> None:
    rows = "insert into c (x, y, b, again) values (1, 1, 1, 'one'), (null, 5, null, null)"
    assert found(database(tmp_path / "shop.db", SEVERAL + rows), "orphans") == []
    assert found(database(tmp_path / "sound.db", SOUND), "orphans") == []


def test_counting_ends_where_there_are_very_many(tmp_path: Path) -> None:
    rows = """
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
        insert into c (b) select i + 1 from n
    """
    finding = one(found(database(tmp_path / "shop.db", SEVERAL + rows), "orphans"))
    assert finding.evidence == "at least 10001 rows"


@pytest.mark.parametrize(
    ("parent", "key", "why"),
    [
        ("create table p (id integer primary key, name text)", "(name)", "neither its primary key nor unique"),
        ("create table p (id, name); create unique index u on p (name) where id > 1", "(name)", "nor unique"),
        ("create table p (id, name); create unique index u on p (name collate nocase)", "(name)", "nor unique"),
        ("create table p (id, name); create unique index u on p (name, id)", "(name)", "nor unique"),
        ("create table p (id integer primary key)", "(name)", "has no column name"),
        ("create table p (a, b, primary key (a, b))", "", "has not 1 columns"),
        ("create table p (a)", "", "has not 1 columns"),
        ("create view p as select 1 as name", "(name)", "is a view"),
        ("create table other (id)", "(name)", "there is no table p"),
    ],
)
def test_a_key_that_no_row_can_meet_is_told(tmp_path: Path, parent: str, key: str, why: str) -> None:
    path = database(tmp_path / "shop.db", f"{parent}; create table c (id integer primary key, p references p {key});")
    finding = one(found(path, "foreign-key-mismatch"))
    assert finding.severity == "high"
    assert why in finding.evidence
    assert found(path, "orphans") == []


@pytest.mark.parametrize(
    "parent",
    [
        "create table p (name text primary key)",
        "create table p (name text unique)",
        "create table p (name text collate nocase unique)",
        "create table p (name text collate nocase); create unique index u on p (name)",
        "create table p (id, NAME); create unique index u on p (Name desc)",
    ],
)
def test_a_key_that_matches_is_not_spoken_of(tmp_path: Path, parent: str) -> None:
    path = database(tmp_path / "shop.db", f"{parent}; create table c (p references p (name)); insert into c values (1)")
    assert found(path, "foreign-key-mismatch") == []
    assert one(found(path, "orphans")).evidence == "1 row"


def test_a_missing_parent_keeps_no_other_key_from_being_looked_at(tmp_path: Path) -> None:
    path = database(
        tmp_path / "shop.db",
        """
        create table p (id integer primary key);
        create table c (a references nowhere, b references p);
        insert into c values (1, 1), (2, 2);
        """,
    )
    assert one(found(path, "foreign-key-mismatch")).subject == "c (a) → nowhere"
    assert [(f.subject, f.evidence) for f in found(path, "orphans")] == [("c (b) → p", "2 rows")]


def test_a_key_that_does_not_match_says_that_the_rows_were_not_looked_through(tmp_path: Path) -> None:
    path = database(
        tmp_path / "shop.db",
        """
        create table p (id integer primary key, name text);
        create table c (a references p (name), b references p);
        insert into c values (1, 1);
        """,
    )
    assert "the rows of c cannot be looked through" in one(found(path, "foreign-key-mismatch")).evidence
    assert found(path, "not-examined") == []
    assert found(path, "orphans") == []
