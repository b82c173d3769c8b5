"""The catalog of databases made for one question each: rights, hostile names, extensions, the number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.errors import TransferError
from noormme_py.names import quote
from noormme_py.postgres.catalog.database import read_database
from noormme_py.postgres.catalog.types import without_parentheses
from noormme_py.postgres.model import PgDatabase, PgSequence
from noormme_py.postgres.server.session import Session
from tests.postgres.database import Database, fresh_database
from tests.postgres.logins import login
from tests.postgres.server import Server


def read(dsn: str) -> PgDatabase:
    with Session.open(dsn) as session, session.snapshot():
        return read_database(session)


def test_an_empty_database_is_empty(pg: Database) -> None:
    found = read(pg.dsn)
    assert (found.tables, found.views, found.functions, found.sequences, found.extensions, found.others) == ((),) * 6


class Counted(Session):
    """A session that counts its queries."""

    asked = 0

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.asked += 1
        return super().query(sql, params)


def test_no_number_of_tables_changes_the_number_of_queries(pg: Database) -> None:
    def asked() -> int:
        with Counted.open(pg.dsn) as session:
            read_database(session)
            return session.asked

    before = asked()
    pg.execute(
        """
        do $$ begin for i in 1..150 loop
            execute format('create table t%s (a int primary key, b text check (b > ''''), c int references t%s)', i, i);
            execute format('create index on t%s (lower(b)); create view v%s as select a from t%s', i, i, i);
        end loop; end $$
        """
    )
    assert asked() == before < 25
    assert len(read(pg.dsn).tables) == 150


def test_the_session_is_left_as_it_was(pg: Database) -> None:
    pg.execute("create schema app; create table app.t (a int)")
    with Session.open(pg.dsn) as session:
        session.execute('set search_path to app, "$user"')
        assert [found.name for found in read_database(session).tables] == ["t"]
        assert session.query("select count(*) from t") == [(0,)]
        with session.snapshot():
            read_database(session)
            assert session.query("select count(*) from t") == [(0,)]
        assert session.query("show search_path") == [('app, "$user"',)]


def test_all_is_read_of_one_snapshot(pg: Database) -> None:
    pg.execute("create table t (a int)")
    with Session.open(pg.dsn) as session, session.snapshot():
        session.query("select 1")
        pg.execute("create table later (a int); alter table t add column b int")
        [found] = read_database(session).tables
        assert [column.name for column in found.columns] == ["a"]


# --- rights


def test_who_may_read_little_sees_all_tables_and_what_he_may_not_read(pg: Database) -> None:
    pg.execute(
        """
        create table granted (id serial primary key, note text default 'x');
        create table hidden (id serial primary key check (id > 0));
        create table some_columns (a int, b int);
        create schema closed; create table closed.granted (a int);
        create table policed (a int); alter table policed enable row level security;
        create view seen as select 1 as a;
        insert into granted default values;
        """
    )
    whole = read(pg.dsn)
    assert {found.qualified for found in whole.tables if not found.is_readable} == set()
    rights = ("select on granted, policed, closed.granted", "select (a) on some_columns")
    with login(pg, *rights) as dsn:
        found = read(dsn)
    assert {table.qualified: table.is_readable for table in found.tables} == {
        "closed.granted": False, "public.granted": True, "public.hidden": False,
        "public.policed": False, "public.some_columns": False,
    }  # fmt: skip
    # Where nothing may be read of a sequence, the structure is there all the same.
    granted = next(table for table in found.tables if table.qualified == "public.granted")
    assert granted.columns[0].sequence == PgSequence("public", "granted_id_seq", None)
    assert [table.columns[-1].name for table in found.tables] == [table.columns[-1].name for table in whole.tables]
    assert [table.checks for table in found.tables] == [table.checks for table in whole.tables]


def test_statistics_are_told_where_there_are_some(pg: Database) -> None:
    pg.execute(
        """
        create table t as select generate_series(1, 1000) a;
        create table parts (a int) partition by range (a);
        create table few partition of parts for values from (0) to (10);
        create table many partition of parts for values from (10) to (2000);
        insert into parts select a from t;
        """
    )
    assert [table.estimated_rows for table in read(pg.dsn).tables] == [-1, -1]
    pg.execute("analyze few")
    assert [table.estimated_rows for table in read(pg.dsn).tables] == [-1, -1]
    pg.execute("analyze")
    assert [(table.name, table.estimated_rows) for table in read(pg.dsn).tables] == [("parts", 1000), ("t", 1000)]
    assert all(table.size_bytes > 30_000 for table in read(pg.dsn).tables)


# --- what is left out, and named


def test_what_an_extension_brought_is_named_and_left_out(pg: Database) -> None:
    pg.execute(
        """
        create extension pg_trgm;
        create table reference_systems (id int primary key); create view their_view as select 1 as a;
        create function theirs() returns int language sql as 'select 1'; create sequence their_numbers;
        create type their_enum as enum ('a'); create table mine (a their_enum);
        alter extension pg_trgm add table reference_systems; alter extension pg_trgm add view their_view;
        alter extension pg_trgm add function theirs(); alter extension pg_trgm add sequence their_numbers;
        alter extension pg_trgm add type their_enum; comment on table reference_systems is 'theirs';
        """
    )
    found = read(pg.dsn)
    assert [table.name for table in found.tables] == ["mine"]
    assert found.tables[0].columns[0].type.extension == "pg_trgm"
    assert (found.views, found.functions, found.sequences) == ((), (), ())
    assert [name.split()[0] for name in found.extensions] == ["pg_trgm"]
    assert found.others == (
        ("table of an extension", "public.reference_systems"), ("view of an extension", "public.their_view"),
    )  # fmt: skip


def test_types_that_no_column_has_are_named(pg: Database) -> None:
    pg.execute(
        """
        create type a as enum ('x'); create domain b as int; create type c as (x a);
        create type d as range (subtype = int); create domain used as a; create table t (x used[]);
        create view v as select 'x'::a as y;
        """
    )
    assert read(pg.dsn).others == (
        ("domain that no column has", "public.b"), ("composite type that no column has", "public.c"),
        ("range type that no column has", "public.d"),
    )  # fmt: skip


def test_what_serves_the_whole_database_is_named(pg: Database) -> None:
    name = pg.rows("select current_database()")[0][0]
    pg.execute(
        f"""
        comment on database {name} is 'mine';
        create subscription incoming connection 'dbname=none' publication p with (connect = false, slot_name = none);
        create function same(int, text) returns bool language sql as 'select true';
        create operator public.=== (leftarg = int, rightarg = text, function = same);
        create text search dictionary words (template = simple);
        """
    )
    try:
        assert read(pg.dsn).others == (
            ("operator", "public.===(integer,text)"), ("subscription", "incoming"),
            ("text search dictionary", "public.words"), ("comment", f"database {name}"),
        )  # fmt: skip
    finally:
        pg.execute("drop subscription incoming")


def test_temporary_and_system_tables_are_left_out(pg: Database) -> None:
    with Session.open(pg.dsn) as other:
        other.execute("create temporary table passing (a serial, b text default 'x')")
        found = read(pg.dsn)
        assert (found.tables, found.sequences, found.others) == ((), (), ())
        assert read_database(other).tables == ()


# --- names


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=15)


@settings(max_examples=25)
@given(st.lists(NAMES, min_size=6, max_size=6, unique=True))
def test_any_name_is_read_as_it_is(server: Server, names: list[str]) -> None:
    schema, table, first, second, constraint, label = names
    schema = f"s{schema}"
    with fresh_database(server.dsn()) as pg:
        place, kind = f"{quote(schema)}.{quote(table)}", f"{quote(schema)}.{quote(label)}"
        text = label.replace("'", "''")
        pg.execute(
            f"""
            create schema {quote(schema)};
            create type {kind} as enum ('{text}');
            create table {place} ({quote(first)} serial primary key, {quote(second)} {kind} default '{text}',
                constraint {quote(constraint)} check ({quote(second)} <> '{text}'));
            comment on table {place} is '{text}'
            """
        )
        [found] = read(pg.dsn).tables
    assert (found.key, found.comment) == ((schema, table), label)
    assert [column.name for column in found.columns] == [first, second]
    assert found.primary_key == (first,)
    assert found.columns[0].sequence is not None
    assert found.columns[1].type.labels == (label,)
    assert [check.name for check in found.checks] == [constraint]


# --- expressions


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(a > 0)", "a > 0"),
        ("((a > 0) OR (b > 0))", "(a > 0) OR (b > 0)"),
        ("(a > 0) OR (b > 0)", "(a > 0) OR (b > 0)"),
        ("((a))", "a"),
        ("(a = ')' OR b = '(')", "a = ')' OR b = '('"),
        ("(a = ''')') OR (b)", "(a = ''')') OR (b)"),
        ("""("a)" = E'\\\\'')')""", """"a)" = E'\\\\'')'"""),
        ("a", "a"),
        ("", ""),
        ("(", "("),
    ],
)
def test_parentheses_around_all_of_an_expression_are_taken_off(expression: str, expected: str) -> None:
    assert without_parentheses(expression) == expected


def test_reading_without_a_connection_is_told(pg: Database) -> None:
    session = Session.open(pg.dsn)
    session.close()
    with pytest.raises(TransferError, match="was lost"):
        read_database(session)
