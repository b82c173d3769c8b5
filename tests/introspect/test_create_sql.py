"""What only the text of a CREATE statement tells is read with a tokenizer, in all the ways it can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.introspect.create_sql import (
    ColumnText,
    ForeignKeyText,
    module_of,
    read_create_index,
    read_create_table,
    view_columns,
)
from noormme_py.schema.model import Check
from tests.introspect.driver import database


def test_comments_and_all_four_quotes_are_read_through() -> None:
    text = read_create_table(
        """CREATE TABLE "odd ( ""name" ( -- a comment, with a comma (
            `a``,` int /* , */ COLLATE /* ) */ nocase, [b c] "collate" DECIMAL(10, 2),
            'd''' text CHECK ('d''' <> ')' -- not this
            ), "check" double precision collate "my coll"
        )"""
    )
    assert text.columns == (
        ColumnText("a`,", "nocase"),
        ColumnText("b c"),
        ColumnText("d'"),
        ColumnText("check", "my coll"),
    )
    assert text.checks == (Check("'d''' <> ')'"),)


def test_keywords_are_names_where_sqlite_takes_them_for_names() -> None:
    sql = """CREATE TABLE replace(key text DEFAULT key COLLATE nocase, desc int DEFAULT -1 CHECK (desc), left,
        "foreign" int, generated generated always as (key || 'x') stored, action default (1) collate rtrim)"""
    database(sql).close()
    assert read_create_table(sql).columns == (
        ColumnText("key", "nocase"),
        ColumnText("desc"),
        ColumnText("left"),
        ColumnText("foreign"),
        ColumnText("generated", generated="key || 'x'"),
        ColumnText("action", "rtrim"),
    )


def test_the_parts_of_foreign_keys_are_read_wherever_they_stand() -> None:
    text = read_create_table(
        """CREATE TABLE t(
            a REFERENCES p ON DELETE SET DEFAULT ON UPDATE NO ACTION MATCH full DEFERRABLE INITIALLY DEFERRED,
            b CONSTRAINT fb REFERENCES "p q"(x, y) NOT NULL DEFERRABLE INITIALLY IMMEDIATE COLLATE nocase,
            c CONSTRAINT nn NOT NULL REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT both FOREIGN KEY (a, [b]) REFERENCES p(x, y) ON DELETE SET NULL DEFERRABLE
            FOREIGN KEY(c) REFERENCES p)"""
    )
    assert text.foreign_keys == (
        ForeignKeyText(("a",), "p", None, is_deferrable=True, is_initially_deferred=True),
        ForeignKeyText(("b",), "p q", "fb", is_deferrable=True),
        ForeignKeyText(("c",), "p", None),
        ForeignKeyText(("a", "b"), "p", "both", is_deferrable=True),
        ForeignKeyText(("c",), "p", None),
    )
    assert text.columns[1].collation == "nocase"


def test_a_check_has_the_name_that_sqlite_reports() -> None:
    sql = """CREATE TABLE t(a int CONSTRAINT x NOT NULL CHECK (a > 0), b int CHECK (b > 0),
        c int CONSTRAINT y NULL, CHECK (c > 0) UNIQUE (a), CHECK (a < 99), CONSTRAINT z CHECK (b < 99))"""
    checks = read_create_table(sql).checks
    connection = database(sql)
    reported = []
    for values in ("0, 1, 1", "1, 0, 1", "1, 1, 0", "99, 1, 1", "1, 99, 1"):
        with pytest.raises(Exception, match="CHECK") as error:
            connection.execute(f"insert into t values ({values})")
        reported.append(str(error.value).partition(": ")[2])
    assert [check.name or check.expression for check in checks] == reported
    assert [check.name for check in checks] == ["x", None, "y", None, "z"]
    connection.close()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("id INTEGER PRIMARY KEY AUTOINCREMENT", True),
        ("id INTEGER PRIMARY KEY ON CONFLICT REPLACE autoincrement", True),
        ("id INTEGER, PRIMARY KEY (id AUTOINCREMENT)", True),
        ("id INTEGER PRIMARY KEY, \"autoincrement\" text DEFAULT 'autoincrement' -- AUTOINCREMENT\n", False),
    ],
)
def test_autoincrement_is_a_word_of_the_key_only(body: str, expected: bool) -> None:
    sql = f"CREATE TABLE t({body})"
    connection = database(sql)
    made = connection.execute("select count(*) from sqlite_schema where name = 'sqlite_sequence'").fetchone()[0]
    connection.close()
    assert (read_create_table(sql).is_autoincrement, bool(made)) == (expected, expected)


def test_a_table_made_from_a_select_or_altered_is_read_as_sqlite_keeps_it() -> None:
    connection = database(
        """create table t(a text collate nocase, check (a <> ''));
        alter table t add column "b c" int default 3 check ("b c" > 2) references t deferrable;
        alter table t rename column a to "x,""y";
        alter table t rename to "odd (";
        create table s as select 1 as "p,q", 'x' as [r)], "b c" from "odd (";"""
    )
    altered, selected = (row[0] for row in connection.execute("select sql from sqlite_schema order by rowid"))
    connection.close()
    text = read_create_table(altered)
    assert text.columns == (ColumnText('x,"y', "nocase"), ColumnText("b c"))
    assert text.checks == (Check('"b c" > 2'), Check('"x,""y" <> \'\''))
    assert text.foreign_keys == (ForeignKeyText(("b c",), "odd (", None, is_deferrable=True),)
    assert [column.name for column in read_create_table(selected).columns] == ["p,q", "r)", "b c"]


def test_the_parts_and_the_predicate_of_an_index_are_read() -> None:
    text = read_create_index(
        """CREATE UNIQUE INDEX "on (" ON 'where' (
            a, [b,c] COLLATE nocase DESC, substr(a, 1, 2) ASC -- the start
            , (a + b) desc, a + desc, desc, desc asc, case when a then b end DESC)
        WHERE a > ')' /* some */ AND b IS NOT NULL -- all
        """
    )
    assert text.parts == (
        *("a", "[b,c] COLLATE nocase", "substr(a, 1, 2)"),
        *("(a + b)", "a + desc", "desc", "desc", "case when a then b end"),
    )
    assert text.where == "a > ')' /* some */ AND b IS NOT NULL"
    assert read_create_index("CREATE INDEX i ON t(a)").where is None


def test_the_columns_of_a_view_are_those_it_lists() -> None:
    assert view_columns('CREATE VIEW v(a, "b,""", [c]) AS SELECT (1), 2, 3') == ("a", 'b,"', "c")
    assert view_columns("CREATE VIEW v AS SELECT (1)") == ()


def test_the_module_of_a_virtual_table_is_read() -> None:
    assert module_of("CREATE VIRTUAL TABLE \"using\" USING fts5(a, tokenize = 'porter')") == "fts5"
    assert module_of('CREATE VIRTUAL TABLE t USING "odd module"') == "odd module"
    assert module_of("CREATE TABLE virtual(using)") is None


WORDS = (
    "create table view index virtual using on as ( ) , 'a' \"b\" [c] constraint check collate default primary key "
    "references foreign not null deferrable initially deferred generated autoincrement where desc set no - 1 ; /* --"
)


@given(st.lists(st.sampled_from(WORDS.split(" "))).map(" ".join) | st.text())
def test_no_text_is_refused(sql: str) -> None:
    read_create_table(sql)
    read_create_index(sql)
    view_columns(sql)
    module_of(sql)


def test_long_and_deep_text_is_read_in_one_go() -> None:
    deep = "(" * 50_000 + ")" * 50_000
    assert read_create_table(f"CREATE TABLE t(a CHECK {deep}, b COLLATE nocase)").columns[1].collation == "nocase"
    many = ", ".join(f"c{n} int CHECK (c{n} > 0)" for n in range(20_000))
    assert len(read_create_table(f"CREATE TABLE t({many})").checks) == 20_000
