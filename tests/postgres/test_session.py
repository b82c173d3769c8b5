"""A session on a real server: snapshots, COPY both ways, and what is said when something is wrong."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Generator

import pytest
from psycopg.conninfo import make_conninfo

from noormme_py.errors import TransferError
from noormme_py.postgres.server.session import Session
from tests.postgres.database import Database, dsn_of
from tests.postgres.logins import SECRET, login
from tests.postgres.server import Server

# --- queries and transactions


def test_a_query_returns_rows_and_takes_parameters(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        assert session.query("select 1, 'a%', array['x', null], null::int, true") == [
            (1, "a%", ["x", None], None, True)
        ]
        assert session.query("select %s::int + 1, '%%'", (4,)) == [(5, "%")]
        assert session.query("select current_setting('application_name')") == [("noormme transfer",)]
        assert session.server_version >= 120000
        assert SECRET not in repr(session)


def test_a_snapshot_sees_one_state_and_writes_nothing(pg: Database) -> None:
    pg.execute("create table t as select 1 as a")
    with Session.open(pg.dsn) as session:
        with session.snapshot():
            assert session.query("select count(*) from t") == [(1,)]
            pg.execute("insert into t values (2)")
            assert session.query("select count(*) from t") == [(1,)]
            with pytest.raises(TransferError, match="read-only transaction"):
                session.execute("insert into t values (3)")
        assert session.query("select count(*) from t") == [(2,)]


def test_a_snapshot_writes_values_in_one_way_whatever_the_database_is_set_to(pg: Database) -> None:
    name = pg.rows("select current_database()")[0][0]
    for setting in (
        "timezone = 'Asia/Tokyo'", "datestyle = 'German'", "intervalstyle = 'postgres_verbose'",
        "bytea_output = 'escape'", "extra_float_digits = -3", "statement_timeout = 9000",
    ):  # fmt: skip
        pg.execute(f"alter database {name} set {setting}")
    sql = (
        "select timestamptz '2024-02-03 04:05:06+00', interval '1 year 2 days 03:04:05', '\\xff'::bytea, 1/3::float8,"
        " current_setting('statement_timeout')"
    )
    with Session.open(pg.dsn) as session:
        with session.snapshot():
            assert list(session.copy_out(sql)) == [
                [b"2024-02-03 04:05:06+00\tP1Y2DT3H4M5S\t\\\\xff\t0.3333333333333333\t0\n"]
            ]
        assert session.query("select current_setting('timezone')") == [("Asia/Tokyo",)]


def test_a_transaction_commits_all_or_nothing(pg: Database) -> None:
    pg.execute("create table t (a int primary key)")
    with Session.open(pg.dsn) as session:
        with session.transaction():
            assert session.execute("insert into t select generate_series(1, 3)") == 3
        with pytest.raises(TransferError, match="duplicate key"), session.transaction():
            session.execute("insert into t values (4); insert into t values (3)")
        with pytest.raises(ZeroDivisionError), session.transaction():
            assert session.execute("delete from t") / 0
        assert session.query("select a from t order by a") == [(1,), (2,), (3,)]


def test_an_error_at_the_commit_is_told(pg: Database) -> None:
    pg.execute("create table t (a int primary key, b int references t initially deferred)")
    with Session.open(pg.dsn) as session:
        with pytest.raises(TransferError, match="foreign key"), session.transaction():
            session.execute("insert into t values (1, 77)")
        assert session.query("select count(*) from t") == [(0,)]


def test_locked_tables_are_not_emptied_under_a_snapshot(pg: Database) -> None:
    pg.execute("""create schema "S ""x"; create table "S ""x"."T" as select 1 as a""")
    with Session.open(pg.dsn) as session:
        with session.snapshot():
            session.lock([('S "x', "T")])
            with pytest.raises(Exception, match="lock timeout"):
                pg.execute("""set lock_timeout = 100; truncate "S ""x"."T" """)
            assert list(session.copy_out("""select a from "S ""x"."T" """)) == [[b"1\n"]]
        pg.execute("""truncate "S ""x"."T" """)


# --- COPY


def test_rows_come_as_lines_in_lists_of_about_the_size_asked_for(pg: Database) -> None:
    with Session.open(pg.dsn) as session, session.snapshot():
        chunks = list(session.copy_out("select i, repeat('x', 90) from generate_series(1, 5000) i", chunk_bytes=1000))
        lines = list(itertools.chain.from_iterable(chunks))
        assert lines == [b"%d\t%s\n" % (i, b"x" * 90) for i in range(1, 5001)]
        assert {len(chunk) for chunk in chunks[:-1]} <= {10, 11}
        assert list(session.copy_out("select 1 where false")) == []
        assert list(session.copy_out("select '\\', e'\\t\\n', null, '\\N'")) == [[b"\\\\\t\\t\\n\t\\N\t\\\\N\n"]]
        assert session.query("select 1") == [(1,)]


def test_a_row_may_be_larger_than_a_list(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        chunks = list(session.copy_out("select repeat('ä', 1000000) from generate_series(1, 3)"))
        assert [[len(line) for line in chunk] for chunk in chunks] == [[2_000_001]] * 3


def test_a_copy_that_is_left_is_cancelled_and_the_session_goes_on(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        started = time.monotonic()
        rows = session.copy_out("select generate_series(1, 500000000)")
        assert next(rows)[0] == b"1\n"
        rows.close()
        assert session.query("select 1") == [(1,)]
        assert time.monotonic() - started < 20


@pytest.mark.parametrize("sql", ["select pg_sleep(300)", "select generate_series(1, 500000000)"])
def test_a_copy_stops_when_it_is_told_to(pg: Database, sql: str) -> None:
    asked = itertools.count()
    with Session.open(pg.dsn) as session:
        with pytest.raises(TransferError, match="stopped"), session.snapshot():
            for _ in session.copy_out(sql, stopped=lambda: next(asked) >= 3):
                pass
        assert session.query("select 1") == [(1,)]
    assert pg.rows("select count(*) from pg_stat_activity where query like 'copy%' and state = 'active'") == [(0,)]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select nothing from nowhere", 'relation "nowhere" does not exist'),
        ("select 1/i from (values (1), (0)) v (i)", "division by zero"),
        ("select 10/(50000 - i) from generate_series(1, 90000) i", "division by zero"),
        ("select 1) to stdout; copy (select 2", "one statement"),
    ],
)
def test_a_copy_that_fails_says_why_and_the_session_goes_on(pg: Database, sql: str, told: str) -> None:
    with Session.open(pg.dsn) as session:
        with pytest.raises(TransferError, match=told):
            list(session.copy_out(sql))
        assert session.query("select 1") == [(1,)]


def test_blocks_of_any_size_are_copied_in(pg: Database) -> None:
    pg.execute("create table t (a int, b text)")
    text = b"".join(b"%d\tx\\ty\n" % i for i in range(1000))
    with Session.open(pg.dsn) as session:
        blocks = (text[at : at + 7] for at in range(0, len(text), 7))
        assert session.copy_in("copy t from stdin", blocks) == 1000
        assert session.query("select count(*), sum(a), min(b) from t") == [(1000, 499500, "x\ty")]


def test_a_copy_in_whose_rows_fail_leaves_nothing(pg: Database) -> None:
    def broken() -> Generator[bytes]:
        yield b"1\n"
        raise ZeroDivisionError

    pg.execute("create table t (a int)")
    with Session.open(pg.dsn) as session:
        with pytest.raises(ZeroDivisionError):
            session.copy_in("copy t from stdin", broken())
        with pytest.raises(TransferError) as told:
            session.copy_in("copy t from stdin", [b"1\n", b"hunter2\n"])
        assert session.query("select count(*) from t") == [(0,)]
    assert "line 2, column a" in str(told.value)
    assert SECRET not in str(told.value)


def test_a_query_is_cancelled_from_another_thread(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        timer = threading.Timer(0.3, session.cancel)
        timer.start()
        with pytest.raises(TransferError, match="canceling statement"):
            session.query("select pg_sleep(300)")
        timer.join()
        assert session.query("select 1") == [(1,)]
    session.cancel()
    session.close()


# --- what is said


def test_who_cannot_connect_is_told_why(pg: Database, server: Server) -> None:
    wrong = {
        dsn_of(server.dsn(), "nowhere"): ('database "nowhere" does not exist', "name of the database"),
        server.dsn(user="nobody2"): ('role "nobody2" does not exist', "name of the user"),
        f"postgresql://u:{SECRET}@127.0.0.1:1/shop": ("Connection refused", "host and port"),
        f"postgresql://u:{SECRET}@host.invalid/shop": ("resolve", "name of the host"),
        f"postgresql://u:{SECRET}@/shop?host=/nowhere": ("No such file", "host and port"),
        f"postgresql://u:{SECRET}@127.0.0.1:99999/shop": ("invalid port", "see the URL"),
    }
    for dsn, (reason, hint) in wrong.items():
        with pytest.raises(TransferError, match="cannot connect to postgresql://") as told:
            Session.open(dsn)
        assert reason in told.value.message
        assert hint in str(told.value.hint)
        assert SECRET not in str(told.value)


def test_a_wrong_password_is_told_without_it() -> None:
    with Server() as server:
        Database(server.dsn()).execute("create role u login password 'right'")
        (server.folder / "cluster/pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        Database(server.dsn()).execute("select pg_reload_conf()")
        for password, reason in ((SECRET, "password authentication failed"), ("", "no password supplied")):
            with pytest.raises(TransferError, match=reason) as told:
                Session.open(make_conninfo(server.dsn(user="u"), password=password))
            assert "pg_hba.conf" in str(told.value.hint)
            assert SECRET not in str(told.value)


def test_a_table_without_rights_is_named(pg: Database) -> None:
    pg.execute("create table salaries as select 1 as a; create schema hr; create table hr.people as select 1 as a")
    with login(pg) as dsn, Session.open(dsn) as session:
        with pytest.raises(TransferError, match="permission denied for table salaries") as told:
            list(session.copy_out("select a from salaries"))
        assert "GRANT SELECT" in str(told.value.hint).upper()
        with pytest.raises(TransferError, match="permission denied for schema hr"):
            session.query("select a from hr.people")


def test_rows_that_a_policy_hides_are_an_error_and_no_loss(pg: Database) -> None:
    pg.execute("create table notes as select 1 as a; alter table notes enable row level security")
    with login(pg, "select on notes") as dsn, Session.open(dsn) as session, pytest.raises(TransferError) as told:
        read_in_a_snapshot(session, "select a from notes")
    assert "row-level security" in told.value.message
    assert "BYPASSRLS" in str(told.value.hint)


def test_no_value_is_in_what_is_said(pg: Database) -> None:
    pg.execute(
        f"""
        create type mood as enum ('ok');
        create table t (a text primary key, b int check (b < 10), c mood);
        insert into t values ('{SECRET}');
        create function refuse(a text) returns int language plpgsql as
            $$ begin raise exception 'not % again', a using errcode = '23505'; end $$;
        """
    )
    wrong = {
        f"select '{SECRET}'::int": "invalid input syntax",
        f"select '{SECRET}'::public.mood": "invalid input value for enum",
        f"select '{{{SECRET}'::int[]": "malformed array literal",
        f"select date '{SECRET}'": "invalid input syntax",
        "select ('hunter2' || E'\\n\"x')::numeric": "invalid input syntax",
        "select convert_from('\\xff68756e74657232', 'UTF8')": "invalid byte sequence",
        f"insert into t values ('{SECRET}')": 'duplicate key value violates unique constraint "t_pkey"',
        "insert into t values ('x', 1234567)": 'new row for relation "t" violates check constraint "t_b_check"',
        f"select refuse('{SECRET}')": "a function or trigger of the database failed",
        f"do $$ begin raise exception '{SECRET}'; end $$": "function",
        f"select '1' '{SECRET}'": "syntax error",
        "select 1 from t where a = lower": 'column "lower" does not exist',
    }
    with Session.open(pg.dsn) as session:
        for sql, reason in wrong.items():
            with pytest.raises(TransferError) as told:
                session.execute(sql)
            assert reason in told.value.message, sql
            assert SECRET not in str(told.value)
            assert "1234567" not in str(told.value)
            # psycopg's error holds the values, and a traceback would show it.
            assert told.value.__suppress_context__


def test_a_statement_that_the_server_ends_is_told(pg: Database) -> None:
    with Session.open(pg.dsn) as session:
        session.execute("set statement_timeout = 200")
        with pytest.raises(TransferError, match="statement timeout") as told:
            session.query("select pg_sleep(300)")
        assert "statement_timeout" in str(told.value.hint)
        session.execute("set statement_timeout = 0; set lock_timeout = 200")
        pg.execute("create table t (a int)")
        with Session.open(pg.dsn) as other, other.transaction():
            other.execute("lock table t")
            with pytest.raises(TransferError, match="lock timeout") as told:
                session.query("select * from t")
        assert "lock" in str(told.value.hint)


def test_a_session_that_an_administrator_ends_is_told(pg: Database) -> None:
    ended = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'noormme%'"
    with Session.open(pg.dsn) as session:
        with pytest.raises(TransferError, match=r"was lost|terminating connection") as told, session.snapshot():
            read_and(session, lambda: pg.execute(ended))
        assert "server is up" in str(told.value.hint)
        with pytest.raises(TransferError, match="was lost"):
            session.query("select 1")


def test_a_server_that_is_killed_in_the_middle_is_told() -> None:
    with Server() as server:
        with Session.open(server.dsn()) as session:
            with pytest.raises(TransferError, match="was lost") as told, session.snapshot():
                read_and(session, server.kill)
            assert "server is up" in str(told.value.hint)
        server.start()
        with Session.open(server.dsn()) as session:
            assert session.query("select 1") == [(1,)]


def read_in_a_snapshot(session: Session, sql: str) -> list[list[bytes]]:
    with session.snapshot():
        return list(session.copy_out(sql))


def read_and(session: Session, happen: Callable[[], None]) -> None:
    """Read more rows than anybody waits for, and let something happen after the first."""
    rows = session.copy_out("select generate_series(1, 100000000), repeat('x', 100)")
    next(rows)
    happen()
    for _ in rows:
        pass
