"""The promises of discovery, one by one, against SQLite itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from noormme_py.errors import DatabaseBusy, DatabaseError
from noormme_py.introspect.discover import discover, schema_version
from noormme_py.query.statement import Operation, Statement
from noormme_py.schema.model import Check, ForeignKey, Index, IndexColumn, Trigger
from tests.introspect.driver import T, database, run, schema_of


def test_columns_come_in_their_order_with_all_that_is_declared() -> None:
    (table,) = schema_of(
        """create table t(id integer primary key, name varchar(20) not null default 'it''s' collate nocase,
            at timestamp default current_timestamp, price decimal(10,2), bare, flag boolean default (1 = 1))"""
    )
    assert [
        (c.name, c.declared_type, c.affinity, c.kind, c.is_nullable, c.default, c.collation) for c in table.columns
    ] == [
        ("id", "INTEGER", "integer", "int", False, None, "BINARY"),
        ("name", "varchar(20)", "text", "str", False, "'it''s'", "NOCASE"),
        ("at", "timestamp", "numeric", "datetime", True, "current_timestamp", "BINARY"),
        ("price", "decimal(10,2)", "numeric", "decimal", True, None, "BINARY"),
        ("bare", "", "blob", "any", True, None, "BINARY"),
        ("flag", "boolean", "numeric", "bool", True, "1 = 1", "BINARY"),
    ]
    assert {column.table for column in table.columns} == {"t"}


@pytest.mark.parametrize(
    ("body", "alias"),
    [
        ("id INTEGER PRIMARY KEY", "id"),
        ("id integer PRIMARY KEY ASC", "id"),
        ('id "INTEGER" CONSTRAINT k PRIMARY KEY', "id"),
        ("id INTEGER, PRIMARY KEY (id)", "id"),
        ("id INTEGER, PRIMARY KEY (id DESC)", "id"),
        ("id INTEGER PRIMARY KEY DESC", None),
        ("id INT PRIMARY KEY", None),
        ("id BIGINT PRIMARY KEY", None),
        ("id INTEGER(8) PRIMARY KEY", None),
        ("id INTEGER, b INT, PRIMARY KEY (id, b)", None),
        ("id INTEGER UNIQUE", None),
        ("id INT UNIQUE PRIMARY KEY", None),
    ],
)
def test_the_rowid_alias_is_the_column_that_sqlite_fills(body: str, alias: str | None) -> None:
    connection = database(f"create table t({body}); insert into t default values;")
    table = run(connection, discover()).table("t")
    assert table.rowid_alias == alias
    assert (connection.execute("select id from t").fetchone()[0] is not None) == (alias is not None)
    assert table.column("id").is_nullable == (alias is None)
    connection.close()


def test_a_key_without_rowid_is_never_null_and_no_alias() -> None:
    table = schema_of("create table t(id integer primary key, a text) without rowid").table("t")
    assert (table.is_without_rowid, table.rowid_alias, table.primary_key) == (True, None, ("id",))
    assert [column.is_nullable for column in table.columns] == [False, True]


def test_a_strict_key_is_never_null_and_any_keeps_values_as_they_are() -> None:
    table = schema_of("create table t(a any, b int, c text, primary key (c, a)) strict").table("t")
    assert (table.is_strict, table.primary_key) == (True, ("c", "a"))
    assert [(c.affinity, c.kind, c.is_nullable) for c in table.columns] == [
        ("blob", "any", False),
        ("integer", "int", True),
        ("text", "str", False),
    ]


def test_another_primary_key_may_hold_null() -> None:
    table = schema_of("create table t(a text primary key, b text)").table("t")
    assert table.column("a").is_nullable


def test_autoincrement_is_seen_and_the_tables_of_sqlite_are_not() -> None:
    schema = schema_of(
        "create table t(id integer primary key autoincrement, x); create index i on t(x); insert into t(x)"
        " values (1); analyze; create table sqlitex(a);"
    )
    assert schema.table_names() == ("sqlitex", "t")
    assert schema.table("t").is_autoincrement
    assert not schema.table("sqlitex").is_autoincrement


def test_generated_columns_are_virtual_or_stored() -> None:
    table = schema_of(
        "create table t(a int, b int generated always as (a + 1), c int as (a * 2) stored not null)"
    ).table("t")
    assert [(c.name, c.generated, c.generated_as, c.is_writable, c.is_nullable) for c in table.columns] == [
        ("a", None, None, True, True),
        ("b", "virtual", "a + 1", False, True),
        ("c", "stored", "a * 2", False, False),
    ]


def test_foreign_keys_are_whole_in_their_order_and_named_as_the_parent_is() -> None:
    schema = schema_of(
        """create table Parent(X int, Y int, z text unique, primary key (Y, X));
        create table child(a int, b int, c text constraint to_z references parent(Z) on update cascade,
            d int references child,
            constraint both foreign key (b, a) references PARENT on delete set null deferrable initially deferred,
            foreign key (a, b) references parent(x, y) on delete restrict not deferrable, primary key (d));"""
    )
    assert schema.table("child").foreign_keys == (
        ForeignKey(("c",), "Parent", ("z",), on_update="cascade", name="to_z"),
        ForeignKey(("d",), "child", ("d",), is_implicit=True),
        ForeignKey(
            ("b", "a"),
            "Parent",
            ("Y", "X"),
            on_delete="set null",
            is_deferrable=True,
            is_initially_deferred=True,
            is_implicit=True,
            name="both",
        ),
        ForeignKey(("a", "b"), "Parent", ("X", "Y"), on_delete="restrict"),
    )
    assert schema.notes == ()


@pytest.mark.parametrize(
    ("references", "parent_columns", "reason"),
    [
        ("gone", (), "there is no such table"),
        ("gone(x)", ("x",), "there is no such table"),
        ("parent(nope)", ("nope",), "there is no column 'nope'"),
        ("parent", (), "its primary key does not have 1 column"),
        ("parent(free)", ("free",), "that is neither its primary key nor unique"),
        ("parent(partly)", ("partly",), "that is neither its primary key nor unique"),
        ("seen(x)", ("x",), "that is neither its primary key nor unique"),
    ],
)
def test_a_foreign_key_that_sqlite_would_refuse_is_noted(
    references: str, parent_columns: tuple[str, ...], reason: str
) -> None:
    connection = database(
        f"""create table parent(x, y, free, partly, primary key (x, y));
        create unique index p on parent(partly) where x > 0;
        create view seen as select x from parent;
        create table child(a references {references});
        pragma foreign_keys = on;"""
    )
    schema = run(connection, discover())
    assert schema.table("child").foreign_keys[0].parent_columns == parent_columns
    (note,) = schema.notes
    assert note == f"the foreign key child(a) refers to {references}, but {reason}"
    with pytest.raises(sqlite3.Error):
        connection.execute("insert into child values (1)")
    connection.close()


def test_indexes_tell_their_parts_order_and_predicate() -> None:
    table = schema_of(
        """create table t(a text collate nocase unique, b int, "c d" text, primary key (b, a));
        create unique index i1 on t(b desc, "c d" collate rtrim) where b > 0 and "c d" <> ')';
        create index i2 on t(lower("c d") desc, a, b + 1);"""
    ).table("t")
    assert table.indexes == (
        Index(
            "i1",
            "t",
            (IndexColumn("b", None, True), IndexColumn("c d", None, False, "RTRIM")),
            is_unique=True,
            where="b > 0 and \"c d\" <> ')'",
        ),
        Index(
            "i2",
            "t",
            (
                IndexColumn(None, 'lower("c d")', True),
                IndexColumn("a", None, False, "NOCASE"),
                IndexColumn(None, "b + 1"),
            ),
        ),
        Index(
            "sqlite_autoindex_t_1",
            "t",
            (IndexColumn("a", None, False, "NOCASE"),),
            is_unique=True,
            origin="unique",
        ),
        Index(
            "sqlite_autoindex_t_2",
            "t",
            (IndexColumn("b"), IndexColumn("a", None, False, "NOCASE")),
            is_unique=True,
            origin="primary key",
        ),
    )
    assert table.unique_keys == (("b", "a"), ("a",))


def test_checks_of_columns_and_tables_are_kept_to_the_letter() -> None:
    table = schema_of(
        'create table t(a int check ( a  >\n0 ), b int, constraint "in order" check (a<b /* never equal */ and 1))'
    ).table("t")
    assert table.checks == (Check("a  >\n0"), Check("a<b /* never equal */ and 1", "in order"))


def test_triggers_belong_to_their_table_or_view() -> None:
    on_table = "CREATE TRIGGER b after insert on T begin select 1; end"
    on_view = "CREATE TRIGGER a instead of insert on v begin select 1; end"
    schema = schema_of(f"create table t(x); create view v as select x from t; {on_table}; {on_view};")
    assert schema.table("t").triggers == (Trigger("b", "t", on_table),)
    assert schema.table("v").triggers == (Trigger("a", "v", on_view),)


def test_views_have_the_types_that_sqlite_knows() -> None:
    view = schema_of(
        'create table t(a int not null, b varchar(9)); create view v as select a, b as "B ""b" from t'
    ).table("v")
    assert view.kind == "view"
    assert [(c.name, c.declared_type.lower(), c.kind) for c in view.columns] == [
        ("a", "int", "int"),
        ('B "b', "varchar(9)", "str"),
    ]
    assert (view.primary_key, view.rowid_alias, view.has_rowid) == ((), None, False)


def test_virtual_tables_tell_their_module_and_their_shadows_are_marked() -> None:
    schema = schema_of(
        'create virtual table docs using fts5(title, body); create virtual table box using "rtree"(id, x0, x1)'
    )
    assert {t.name: t.kind for t in schema if t.kind != "shadow"} == {"box": "virtual", "docs": "virtual"}
    assert (schema.table("docs").module, schema.table("box").module) == ("fts5", "rtree")
    assert schema.table("docs_content").kind == "shadow"
    assert [(c.name, c.is_hidden) for c in schema.table("docs").columns] == [
        ("title", False),
        ("body", False),
        ("docs", True),
        ("rank", True),
    ]


def test_a_broken_view_does_not_hide_the_others() -> None:
    schema = schema_of(
        """create table t(a int); create table gone(b int);
        create view broken(p, "q r") as select b, b from gone; create view worse as select * from gone;
        create view whole as select a from t; drop table gone;"""
    )
    assert schema.table_names() == ("broken", "t", "whole", "worse")
    assert schema.table("broken").column_names == ("p", "q r")
    assert schema.table("worse").columns == ()
    assert schema.table("whole").column_names == ("a",)
    assert schema.notes == (
        "'broken' cannot be read: no such table: main.gone",
        "'worse' cannot be read: no such table: main.gone",
    )


def test_a_virtual_table_without_its_module_does_not_hide_the_others() -> None:
    schema = schema_of(
        """create table t(a int); create virtual table docs using fts5(x);
        pragma writable_schema = on;
        insert into sqlite_schema values ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING nowhere(a)');
        pragma writable_schema = reset;"""
    )
    assert schema.table("odd").kind == "virtual"
    assert (schema.table("odd").module, schema.table("odd").columns) == ("nowhere", ())
    assert schema.table("docs").column("x").name == "x"
    assert schema.notes == ("'odd' cannot be read: no such module: nowhere",)


def test_decimals_that_would_be_rounded_are_noted() -> None:
    schema = schema_of(
        """create table sale("net price" decimal(10,2), tax numeric, kept text, counted integer);
        create view v as select * from sale"""
    )
    assert [note.partition(";")[0] for note in schema.notes] == [
        "sale.net price (decimal(10,2)) has NUMERIC affinity and keeps at most 15 significant digits exactly",
        "sale.tax (numeric) has NUMERIC affinity and keeps at most 15 significant digits exactly",
    ]


def test_a_table_named_like_a_pragma_is_not_read_in_its_place() -> None:
    hostile = [f"pragma_{name}" for name in ("table_list", "table_xinfo", "index_list", "index_xinfo")]
    schema = schema_of("".join(f"create table {name}(name, schema, type);" for name in [*hostile, "t"]))
    assert schema.table_names() == (*sorted(hostile), "t")
    assert schema.table("t").column_names == ("name", "schema", "type")


def test_only_the_main_database_is_discovered() -> None:
    schema = schema_of(
        """create table t(a int unique references t) strict; create temp table t(b text, c); create temp table u(c);
        attach ':memory:' as other; create table other.t(d references x); create table other.w(e);
        create temp trigger g after insert on main.t begin select 1; end;"""
    )
    assert schema.table_names() == ("t",)
    (table,) = schema
    assert (table.column_names, table.unique_keys, table.is_strict) == (("a",), (("a",),), True)
    assert [key.columns for key in table.foreign_keys] == [("a",)]
    assert table.triggers == ()


def test_tables_come_by_name() -> None:
    schema = schema_of('create table b(x); create view a as select 1 x; create table "é"(x); create table C(x)')
    assert schema.table_names() == ("C", "a", "b", "é")


def test_the_version_is_the_schema_cookie() -> None:
    connection = database("create table t(a)")
    before = run(connection, schema_version())
    assert run(connection, discover()).version == before
    connection.execute("create table u(a)")
    assert run(connection, discover()).version == run(connection, schema_version()) != before
    connection.close()


def test_a_change_by_another_connection_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    reader = sqlite3.connect(path, isolation_level=None)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("create table t(a)")
    reader.execute("pragma query_only = on")
    assert run(reader, discover()).table_names() == ("t",)
    writer.executescript("alter table t add column b int; create table u(c int) strict")
    schema = run(reader, discover())
    assert schema.table("t").column_names == ("a", "b")
    assert schema.table("u").is_strict
    reader.close()
    writer.close()


def test_a_database_that_is_read_only_is_discovered(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t(a unique)")
    connection.close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert run(connection, discover()).table("t").unique_keys == (("a",),)
    connection.close()


def changing(connection: sqlite3.Connection, operation: Operation[T], changes: list[str]) -> Operation[T]:
    """Pass an operation on, and change the schema in the middle of each time it is read."""
    answer = None
    while True:
        try:
            request = operation.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        if isinstance(request, Statement) and "foreign_key_list" in request.sql and changes:
            connection.execute(changes.pop(0))
        answer = yield request


def test_a_change_in_the_middle_is_read_again() -> None:
    connection = database("create table t(a)")
    changes = ["create table u(a, b unique)", "drop table t"]
    schema = run(connection, changing(connection, discover(), changes))
    assert schema.table_names() == ("u",)
    assert len(schema.table("u").indexes) == 1
    connection.close()


def test_a_schema_that_never_stands_still_is_given_up() -> None:
    connection = database("create table t(a)")
    changes = [f"create table u{n}(a)" for n in range(100)]
    with pytest.raises(DatabaseBusy):
        run(connection, changing(connection, discover(), changes))
    connection.close()


def test_a_lock_is_not_taken_for_a_broken_view() -> None:
    operation = discover()
    request = next(operation)
    while "rootpage, 0) = 0" not in (sql := request.sql if isinstance(request, Statement) else ""):
        request = operation.send(1 if "schema_version" in sql else [])
    with pytest.raises(DatabaseBusy):
        operation.throw(DatabaseBusy("locked"))


def test_an_error_that_is_not_about_an_object_is_passed_on() -> None:
    operation = discover()
    next(operation)
    with pytest.raises(DatabaseError, match="malformed"):
        operation.throw(DatabaseError("malformed database schema"))


def many_tables(count: int) -> str:
    return "".join(
        f"""create table t{n}(id integer primary key, a text unique, b int references t{max(n - 1, 0)} check (b > 0));
        create index i{n} on t{n}(lower(a)) where b > 0; create view v{n} as select a, b + 1 as c from t{n};
        insert into t{n}(a) values ('x');"""
        for n in range(count)
    )


def test_the_number_of_statements_does_not_grow_with_the_schema() -> None:
    asked: dict[int, list[str]] = {}
    for count in (2, 200):
        connection = database(many_tables(count))
        asked[count] = []
        assert len(run(connection, discover(), asked[count]).tables) == 2 * count
        connection.close()
    assert len(asked[2]) == len(asked[200]) <= 20


def test_no_row_of_a_table_is_read() -> None:
    connection = database(many_tables(20))
    read: set[str] = set()

    def note(action: int, table: str | None, column: str | None, _db: str | None, _source: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table is not None:
            read.add(table)
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    run(connection, discover())
    assert {name for name in read if not name.startswith("pragma_")} == {"sqlite_master"}
    connection.close()
