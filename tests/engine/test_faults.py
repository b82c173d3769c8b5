"""What SQLite refuses, as the library's errors, and that nothing is half done afterwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py import Noormme
from noormme_py.engine.faults import translate
from noormme_py.errors import (
    CheckViolation,
    ConstraintError,
    Corrupt,
    DatabaseBusy,
    DatabaseError,
    DiskFull,
    ForeignKeyViolation,
    NotNullViolation,
    QueryError,
    ReadOnly,
    TableNotFound,
    TransactionError,
    UniqueViolation,
)
from tests.engine.neighbour import Neighbour

CONSTRAINTS = """
create table parents (id integer primary key, code text unique, a integer, b integer, unique (a, b));
create table children (
    id integer primary key,
    parent_id integer not null references parents (id),
    age integer constraint grown check (age >= 18),
    size integer check (size <> 0 and age <> 1)
);
create table folding (name text);
create unique index folded on folding (lower(name));
create table later (parent_id integer references parents (id) deferrable initially deferred);
create table strict_one (n integer) strict;
"""


async def test_constraints_say_their_columns(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(CONSTRAINTS)
        await db.execute("insert into parents values (1, 'x', 1, 2)")
        for statement, kind, table, columns in (
            ("insert into parents (id) values (1)", UniqueViolation, "parents", ("id",)),
            ("insert into parents (code) values ('x')", UniqueViolation, "parents", ("code",)),
            ("insert into parents (a, b) values (1, 2)", UniqueViolation, "parents", ("a", "b")),
            ("insert into children (id) values (1)", NotNullViolation, "children", ("parent_id",)),
            ("insert into children values (1, 9, 20, 1)", ForeignKeyViolation, "children", ("parent_id",)),
            ("insert into children values (1, 1, 17, 1)", CheckViolation, "children", ("age",)),
            ("insert into children values (1, 1, 20, 0)", CheckViolation, "children", ("age", "size")),
            ("insert into strict_one values ('x')", ConstraintError, "strict_one", ("n",)),
        ):
            with pytest.raises(kind) as caught:
                await db.execute(statement)
            assert (type(caught.value), caught.value.table, caught.value.columns) == (kind, table, columns)
            assert statement in str(caught.value)
        with pytest.raises(UniqueViolation) as caught:
            await db.execute("insert into folding values ('x'), ('X')")
        assert caught.value.constraint == "folded"
        with pytest.raises(CheckViolation) as refused:
            await db.get_repository("children").create({"parent_id": 1, "age": 17})
        assert (refused.value.constraint, refused.value.columns) == ("grown", ("age",))


async def test_a_deferred_key_is_checked_at_the_commit_which_then_keeps_nothing(path: Path) -> None:
    async with Noormme(path) as db:
        await db.execute_script(CONSTRAINTS)
        with pytest.raises(ForeignKeyViolation):
            async with db.transaction() as tx:
                await tx.execute("insert into later values (9)")
        with pytest.raises(ForeignKeyViolation):
            await db.execute("insert into later values (9)")
        async with db.transaction() as tx:
            await tx.execute("insert into later values (9)")
            await tx.execute("insert into parents (id) values (9)")
        assert (await db.execute("select count(*) as n from later")).rows == [{"n": 1}]


async def test_a_full_disk(db: Noormme, path: Path) -> None:
    await db.execute("pragma max_page_count = 20")
    with pytest.raises(DiskFull) as caught:
        await db.execute("insert into t (n) values (zeroblob(1000000))")
    assert caught.value.sqlite_code == "SQLITE_FULL"
    # Inside a transaction what was written before may still be there, and be committed.
    assert "nothing of this statement was kept" in str(caught.value)
    rows = db.get_repository("t")
    assert await rows.count() == 0
    with Neighbour(path) as neighbour:
        neighbour.check_that_it_can_write()
    await rows.create({"n": 1})
    with pytest.raises(DiskFull):
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (zeroblob(1000000))")
    assert await rows.count() == 1


async def test_what_follows_a_rollback_by_sqlite_is_not_run_outside_the_transaction(db: Noormme) -> None:
    await db.execute("insert into t values (1, 1)")

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t values (2, 2)")
            with pytest.raises(UniqueViolation):
                await tx.execute("insert or rollback into t values (1, 9)")
            for attempt in (
                tx.execute("insert into t values (3, 3)"),
                tx.execute("select * from t"),
                tx.get_repository("t").create({"n": 4}),
                tx.get_repository("t").insert_many([{"n": 4}]),
                tx.transaction().__aenter__(),
                tx.commit(),
            ):
                with pytest.raises(TransactionError, match="rolled the transaction back"):
                    await attempt

    with pytest.raises(TransactionError, match="rolled the transaction back"):
        await work()
    assert await db.select_from("t").select("n").execute() == [{"n": 1}]


async def test_such_a_transaction_does_not_end_as_if_it_had_been_kept(db: Noormme) -> None:
    await db.execute("insert into t values (1, 1)")

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t values (2, 2)")
            with pytest.raises(UniqueViolation):
                await tx.execute("insert or rollback into t values (1, 9)")

    with pytest.raises(TransactionError, match="rolled the transaction back"):
        await work()


async def test_a_trigger_that_rolls_back_inside_a_savepoint(db: Noormme) -> None:
    await db.execute("create trigger no before insert on t when new.n = 13 begin select raise(rollback, 'no 13'); end")

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.execute("insert into t (n) values (1)")
            with pytest.raises(ConstraintError, match="no 13"):
                async with tx.transaction() as inner:
                    await inner.execute("insert into t (n) values (13)")
            await tx.execute("insert into t (n) values (2)")

    with pytest.raises(TransactionError, match="rolled the transaction back"):
        await work()
    assert await db.get_repository("t").count() == 0


async def test_a_read_only_database(db: Noormme, path: Path) -> None:
    await db.execute("insert into t (n) values (1)")
    await db.close()
    for parameters in ("mode=ro", "immutable=1"):
        async with Noormme(f"sqlite:///{path}?{parameters}") as reading:
            assert await reading.get_repository("t").count() == 1
            for attempt in (
                reading.get_repository("t").create({"n": 2}),
                reading.execute("create table other (n integer)"),
                reading.execute("delete from t"),
            ):
                with pytest.raises(ReadOnly):
                    await attempt
    async with db:
        assert await db.get_repository("t").count() == 1


async def test_a_damaged_page_is_told_as_such(db: Noormme, path: Path) -> None:
    await db.get_repository("t").insert_many({"n": n} for n in range(20_000))
    await db.close()
    with path.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 4096)
    async with db:
        with pytest.raises(Corrupt) as caught:
            await db.execute("select sum(n) as n from t")
        assert caught.value.sqlite_code == "SQLITE_CORRUPT"


async def test_sql_that_python_itself_cannot_pass_on(db: Noormme) -> None:
    for statement in ("select '\ud800' as x", "select 1 as x\0", "select '\0' as x"):
        with pytest.raises((QueryError, DatabaseError)):
            await db.execute(statement)


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("select ? as a, ? as b", [1]),
        ("select ? as a", [1, 2]),
        ("select :a as a", {"b": 1}),
        ("select ? as a", {"a": 1}),
    ],
)
async def test_parameters_that_do_not_fit_the_statement(
    db: Noormme, statement: str, parameters: list[int] | dict[str, int]
) -> None:
    with pytest.raises((QueryError, DatabaseError)):
        await db.execute(statement, parameters)


async def test_syntax_errors_show_the_statement(db: Noormme) -> None:
    with pytest.raises(DatabaseError, match='near "selec": syntax error') as caught:
        await db.execute("selec 1")
    assert caught.value.sql == "selec 1"
    with pytest.raises(DatabaseError, match="no such column: nosuch"):
        await db.execute("select nosuch from t")
    with pytest.raises(DatabaseError, match="no such function: nosuch"):
        await db.execute("select nosuch(1) as n")


async def test_a_long_statement_is_cut_in_the_message(db: Noormme) -> None:
    statement = "selec " + ", ".join(str(n) for n in range(10_000))
    with pytest.raises(DatabaseError) as caught:
        await db.execute(statement)
    assert len(str(caught.value)) < 1_000
    assert caught.value.sql == statement


class Fault(sqlite3.OperationalError):
    sqlite_errorname = "SQLITE_ERROR"


MESSAGES = (
    'fts5: syntax error near "{}"',
    "JSON path error near '{}'",
    "bad JSON path: '{}'",
    "no such column: {}",
    "no such database: {}",
    "database {} is already in use",
    "database {} is locked",
    "cannot detach database {}",
    "unable to open database: {}",
    "unknown special query: {}",
    "malformed MATCH expression: [{}]",
    'fts5: parse error in "{}"',
    "unable to parse '{}' as 'x'",
    'unrecognized token: "{}"',
)


@given(st.text(), st.text("'\"[] ab", max_size=6), st.sampled_from(MESSAGES))
def test_no_part_of_a_value_gets_through_whatever_quotes_it_holds(left: str, right: str, message: str) -> None:
    marker = "MARKER7"
    text = message.format(left + right + marker + right)
    error = translate(Fault(text), "select x, 'a', \"b\" from t where t match ?")
    assert marker not in str(error)
    assert marker not in repr(error)


@pytest.mark.parametrize(
    ("message", "sql"),
    [
        ('near "frm": syntax error', "select * frm t"),
        ("no such column: a.b", 'select "a"."b" from "a"'),
        ("no such table: main.nosuch", "select * from main.nosuch"),
        ("ambiguous column name: id", "select id from a join b"),
        ('unrecognized token: "#"', "select #"),
        ("table t has 2 columns but 1 values were supplied", "insert into t values (1)"),
        ("misuse of aggregate: count()", "select 1 where count() > 1"),
        ("1st ORDER BY term does not match any column in the result set", "select 1 union select 2 order by x"),
        ('foreign key mismatch - "children" referencing "parents"', "insert into children values (1)"),
        ("cannot start a transaction within a transaction", "begin"),
        ("no such function: f", "select f(1)"),
        ("no such table: main.parents", "insert into children values (1)"),
        ("database main is already in use", "attach 'x.db' as main"),
        ("cannot detach database main", "detach main"),
        ("database table is locked", "drop index i"),
        ("database is locked", "drop index i"),
    ],
)
def test_what_sqlite_says_of_the_statement_itself_is_shown(message: str, sql: str) -> None:
    assert message in str(translate(Fault(message), sql))


async def test_a_rank_that_cannot_be_read_does_not_tell_the_parameter(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script("create virtual table n using fts5(t); insert into n values ('a');")
        with pytest.raises(DatabaseError) as fault:
            await db.execute("select * from n where n match 'a' and rank match ?", ["s3cret(("])
        assert "s3cret" not in str(fault.value)


async def test_attaching_and_detaching_do_not_tell_their_parameters(db: Noormme, tmp_path: Path) -> None:
    other = str(tmp_path / "other.db")
    await db.execute("attach ? as ?", [other, "s3cret"])
    for statement, parameters in (
        ("attach ? as ?", [other, "s3cret"]),
        ("detach ?", ["s3cretly"]),
        ("attach ? as x", [str(tmp_path / "s3cret" / "nowhere.db")]),
    ):
        with pytest.raises(DatabaseError) as caught:
            await db.execute(statement, parameters)
        assert "s3cret" not in str(caught.value)
    with pytest.raises(DatabaseError, match="cannot detach database …"):
        await db.execute("detach ?", ["main"])
    await db.execute("detach s3cret")


async def test_a_bulk_write_that_would_give_rows_is_refused_and_writes_nothing(db: Noormme) -> None:
    for attempt in (
        db.execute_many("insert into t (n) values (?) returning id", [(1,), (2,)]),
        db.execute_many("insert into t (n) values (?) RETURNING *", [(1,)]),
    ):
        with pytest.raises(QueryError, match="RETURNING"):
            await attempt
    assert await db.get_repository("t").count() == 0
    async with db.transaction() as tx:
        await tx.execute_many("insert into t (n) values (?)", [(1,), (2,)])
        with pytest.raises(QueryError, match="RETURNING"):
            await tx.execute_many("update t set n = ? returning n", [(9,)])
    assert (await db.execute("select n from t order by n")).rows == [{"n": 1}, {"n": 2}]


async def test_a_file_that_another_process_has_for_itself_is_told_as_busy(tmp_path: Path) -> None:
    path = tmp_path / "rollback.db"
    settings = {"enable_wal_mode": False, "busy_timeout": 50}
    async with Noormme(path, optimization=settings) as db:
        await db.execute("create table t (n integer)")
        with Neighbour(path) as neighbour:
            neighbour.execute("begin exclusive")
            stream = db.select_from("t").select("n").stream()
            for attempt in (
                db.select_from("nosuch").select_all().execute(),
                anext(stream),
                db.transaction(read_only=True).__aenter__(),
                db.refresh_schema(),
            ):
                with pytest.raises(DatabaseBusy):
                    await attempt
            neighbour.execute("rollback")
        with pytest.raises(TableNotFound):
            await db.select_from("nosuch").select_all().execute()


@pytest.mark.parametrize(
    "statement",
    [
        "create temp table x (n integer)",
        "CREATE TEMPORARY TABLE x as select 1 as n",
        "/* y */ create table if not exists temp.x (n integer)",
        "create temp view x as select 1 as n",
    ],
)
async def test_what_is_temporary_is_made_inside_a_transaction_alone(db: Noormme, statement: str) -> None:
    with pytest.raises(QueryError, match="one connection") as caught:
        await db.execute(statement)
    assert "tx.execute" in str(caught.value)
    async with db.transaction() as tx:
        await tx.execute(statement)
        assert (await tx.execute("select count(*) as count from x")).rows[0]["count"] in (0, 1)
    await db.execute("create table temporary (temp integer)")
