"""A survey says what a database holds, what carries over, what to decide, and how it is used; it writes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import psycopg
import pytest

from noormme_py.client.async_transfer import survey as survey_aside
from noormme_py.client.sync_transfer import survey
from noormme_py.errors import ConfigError, TransferError
from noormme_py.frozen import replaced
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.plan.facts import ColumnFacts
from noormme_py.postgres.progress import Progress
from noormme_py.postgres.survey.advice import advice_for
from noormme_py.postgres.survey.survey import Survey, SurveyedTable
from noormme_py.postgres.survey.survey_text import BEGINNING, markdown, verdict
from noormme_py.postgres.survey.workload import Workload
from tests.postgres.database import Database, fresh_database
from tests.postgres.server import QUICK, Server

SHOP = """
    create schema sales;
    create type mood as enum ('ok', 'sad');
    create table users (
        id serial primary key, email text not null unique, mood mood default 'ok', balance numeric, tags text[],
        settings jsonb
    );
    create table sales.orders (
        id bigint generated always as identity primary key, user_id int not null references users,
        total numeric(12,2) check (total >= 0), period tstzrange, exclude using gist (period with &&)
    );
    create table log (at date, what text) partition by range (at);
    create table log_2024 partition of log for values from ('2024-01-01') to ('2025-01-01');
    create table log_2025 partition of log for values from ('2025-01-01') to ('2026-01-01');
    create index by_settings on users using gin (settings);
    create function touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger touched before update on users for each row execute function touch();
    create sequence invoices;
    create extension citext;
    create extension pg_trgm;
    insert into users (email, balance) select 'u' || i || '@example.org', i from generate_series(1, 50) i;
    insert into sales.orders (user_id, total) select i, i from generate_series(1, 30) i;
    insert into log select '2024-06-01', 'x' from generate_series(1, 20);
    insert into log select '2025-06-01', repeat('x', 5000) from generate_series(1, 5);
"""
EMPTY = "create table notes (id int primary key, text text)"


def titles(found: Survey) -> list[str]:
    return [one.title for one in found.advice]


def names_of(found: Survey, words: str) -> tuple[str, ...]:
    [advice] = [one for one in found.advice if words in one.title]
    return advice.names


def test_rows_are_counted_and_tables_are_told_by_size(pg: Database) -> None:
    pg.execute(SHOP)
    found = survey(pg.dsn)
    tables = {table.source: table for table in found.tables}
    assert {name: table.rows for name, table in tables.items()} == {
        "public.users": 50,
        "sales.orders": 30,
        "public.log": 25,
    }
    assert all(table.is_counted for table in found.tables)
    assert [table.bytes for table in found.tables] == sorted((table.bytes for table in found.tables), reverse=True)
    assert found.rows == 105
    assert 0 < found.moved_bytes <= found.bytes
    assert 5000 < (tables["public.log"].largest_row_bytes or 0) < 5100
    assert (found.encoding, found.collation, found.server_version.split(".")[0].isdigit()) == ("UTF8", "C.UTF-8", True)


def test_columns_and_types_are_told_with_what_changes(pg: Database) -> None:
    pg.execute(SHOP)
    found = survey(pg.dsn)
    [users] = [table for table in found.tables if table.source == "public.users"]
    columns = {column.name: column for column in users.columns}
    assert (columns["email"].type, columns["email"].declared, columns["email"].outcome) == ("text", "TEXT", "exact")
    assert columns["tags"].outcome == "changed"
    assert columns["tags"].note
    types = {one.type: one for one in found.types}
    assert types["text"].columns == 2
    assert types["text[]"].outcome == "changed"


def test_whatever_has_no_counterpart_is_named(pg: Database) -> None:
    pg.execute(SHOP)
    found = survey(pg.dsn)
    left = {(fate.kind, fate.source) for fate in found.fates_of("left out")}
    assert left >= {
        ("index", "public.users (by_settings)"),
        ("trigger", "public.users (touched)"),
        ("function", "public.touch()"),
        ("sequence", "public.invoices"),
    }
    assert names_of(found, "1 trigger ") == ("public.users (touched)",)
    assert names_of(found, "1 constraint ") == ("sales.orders (orders_period_excl)",)
    assert names_of(found, "without a primary key") == ("public.log",)
    assert names_of(found, "decimals") == ("public.users.balance numeric",)
    assert [name.split()[0] for name in names_of(found, "1 extension ")] == ["pg_trgm"]


def test_checks_and_indexes_that_carry_over_are_told(pg: Database) -> None:
    pg.execute(SHOP)
    carried = {(fate.kind, fate.source) for fate in survey(pg.dsn).fates if fate.outcome != "left out"}
    assert ("unique", "public.users (users_email_key)") in carried
    assert ("check", "sales.orders (orders_total_check)") in carried
    assert ("foreign key", "sales.orders (orders_user_id_fkey)") in carried


def test_views_are_translated_or_told(pg: Database) -> None:
    pg.execute(SHOP)
    pg.execute("create view rich as select u.id, u.email from users u where u.balance > 10")
    pg.execute("create materialized view all_orders as select id, total from sales.orders")
    pg.execute("create view odd as select pg_backend_pid() as pid")
    fates = {(fate.kind, fate.source): fate for fate in survey(pg.dsn).fates}
    assert fates["view", "public.odd"].outcome == "left out"
    assert fates["view", "public.odd"].note
    made = fates["materialized view", "public.all_orders"]
    assert (made.outcome, made.target) == ("changed", "all_orders")
    assert "an ordinary view" in (made.note or "")


def test_values_that_change_their_column_are_found(pg: Database) -> None:
    pg.execute("create table t (id int primary key, born date, seen timestamptz, rate float8)")
    pg.execute("insert into t values (1, 'infinity', now(), 1), (2, '2024-01-01', '0044-03-15 BC', 'NaN')")
    found = survey(pg.dsn)
    assert names_of(found, "Python cannot hold") == ("public.t.born", "public.t.seen")
    assert names_of(found, "NaN") == ("public.t.rate",)


def test_a_quick_survey_reads_no_rows(pg: Database) -> None:
    pg.execute("create table t (id int primary key, rate float8); create table fresh (id int primary key)")
    pg.execute("insert into t select i, 'NaN' from generate_series(1, 1000) i")
    pg.execute("analyze t")
    pg.execute("insert into t values (0, 'NaN')")
    found = survey(pg.dsn, quick=True)
    tables = {table.source: table for table in found.tables}
    assert (tables["public.t"].rows, tables["public.t"].is_counted) == (1000, False)
    assert tables["public.t"].largest_row_bytes is None
    assert not [title for title in titles(found) if "NaN" in title]
    assert "about 1,000 rows" in verdict(found)


def test_a_table_that_may_not_be_read_is_said_and_the_rest_is_surveyed(pg: Database) -> None:
    pg.execute(SHOP)
    role = "surveyor_" + pg.dsn.rpartition("noormme_test_")[2].partition("?")[0]
    pg.execute(f"create role {role} login; grant usage on schema sales to {role}; grant select on log to {role}")
    pg.execute(f"alter table log enable row level security; grant select on sales.orders to {role}")
    try:
        found = survey(pg.dsn.replace("//postgres@", f"//{role}@"))
    finally:
        pg.execute(f"drop owned by {role}; drop role {role}")
    tables = {table.source: table for table in found.tables}
    assert tables["sales.orders"].rows == 30
    assert "may not read" in (tables["public.users"].unread or "")
    assert "row security" in (tables["public.log"].unread or "")
    assert titles(found)[0] == "2 tables cannot be read, and would stop the move"


def test_tables_are_chosen_and_forms_too(pg: Database) -> None:
    pg.execute(SHOP)
    found = survey(pg.dsn, include=["public.*"], exclude=["log"], types={"numeric": "real"}, strict=True)
    assert [table.source for table in found.tables] == ["public.users"]
    assert {column.declared for column in found.tables[0].columns if column.name == "balance"} == {"REAL"}
    assert not [title for title in titles(found) if "decimals" in title]
    with pytest.raises(ConfigError, match="no table is called 'nothing'"):
        survey(pg.dsn, include=["nothing"])
    with pytest.raises(ConfigError, match="no column has the type"):
        survey(pg.dsn, types={"hstore": "text"})


def test_an_empty_database_is_surveyed(pg: Database) -> None:
    found = survey(pg.dsn)
    assert (found.tables, found.rows) == ((), 0)
    assert verdict(found) == "There is no table to move."
    assert markdown(found).startswith(BEGINNING)


def test_nothing_is_written(pg: Database) -> None:
    pg.execute(SHOP)
    pg.execute(
        "alter database " + pg.rows("select current_database()")[0][0] + " set default_transaction_read_only = on"
    )
    assert survey(pg.dsn).rows == 105


def test_progress_names_the_tables(pg: Database) -> None:
    pg.execute(SHOP)
    told: list[Progress] = []
    survey(pg.dsn, progress=told.append)
    assert {at.table for at in told} == {None, "public.users", "sales.orders", "public.log"}


def test_json_and_markdown_hold_all_of_it_and_no_password(pg: Database) -> None:
    pg.execute(SHOP)
    found = survey(pg.dsn.replace("//postgres@", "//postgres:geheim@"))
    data = json.loads(json.dumps(found.to_dict()))
    assert (data["format"], data["rows"], len(data["tables"]), len(data["fates"])) == (1, 105, 3, len(found.fates))
    text = markdown(found)
    for words in ("## Before the move", "## Tables", "## Types", "## Left out", "`public.users`", "execute function"):
        assert words in text or words.upper() in text
    assert "geheim" not in json.dumps(data) + text


async def test_a_survey_that_is_cancelled_ends_its_query(pg: Database) -> None:
    pg.execute(EMPTY)
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with psycopg.connect(pg.dsn) as other:
        other.execute("lock table notes in access exclusive mode")
        task = asyncio.create_task(survey_aside(pg.dsn))
        for _ in range(2000):
            if pg.rows(waiting)[0][0]:
                break
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert pg.rows(waiting)[0][0] == 0


async def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(TransferError, match="cannot connect"):
        await survey_aside("postgresql://127.0.0.1:1/nothing")


def test_advice_names_what_does_not_fit(pg: Database) -> None:
    pg.execute(EMPTY)
    found = survey(pg.dsn)
    large = SurveyedTable("public.files", "files", 1, True, 5 * 1024**3, (), True, 2_000_000_000)
    told = list(advice_for(replaced(found, tables=(large,), encoding="SQL_ASCII"), {}, 1024**3))
    assert [one.title for one in told] == [
        "The file would not fit here: 1 GB are free",
        "The database has no encoding (SQL_ASCII)",
        "1 table with very large rows",
    ]
    assert "1,000,000,000" in told[2].detail
    collated = (Fate("collation", "shop", None, "changed", "texts sort by code points"),)
    busy = Workload(since="2024-01-01T00:00:00+00:00", writes_per_s=1200.0)
    told = list(advice_for(replaced(found, fates=collated, collation="de_DE.UTF-8", workload=busy), {}, None))
    assert [one.title for one in told] == [
        "Texts will sort in another order",
        "About 1,200 rows are written per second",
    ]
    beyond = list(advice_for(found, {("public", "t", "at"): ColumnFacts(beyond=1)}, None))
    assert [one.names for one in beyond] == [("public.t.at",)]


@pytest.fixture(scope="module")
def observed() -> Iterator[Server]:
    """A server that counts statements."""
    with Server((*QUICK, "shared_preload_libraries=pg_stat_statements")) as running:
        yield running


def test_statements_are_told_by_their_time_without_constants(observed: Server) -> None:
    with fresh_database(observed.dsn()) as database:
        database.execute("create schema watched; create extension pg_stat_statements schema watched")
        database.execute(EMPTY)
        database.execute("insert into notes select i, 'n' || i from generate_series(1, 500) i")
        for number in range(3):
            database.rows(f"/* page */ select text from notes where id = {number} or text = 'geheim'")
        database.execute("alter role postgres set application_name = 'geheim'")
        first = survey(database.dsn)
        again = survey(database.dsn).workload
    workload = first.workload
    statements = {one.sql: one for one in workload.statements}
    page = statements["/* page */ select text from notes where id = $1 or text = $2"]
    assert (page.calls, page.rows) == (3, 2)
    assert page.total_ms > 0
    assert abs(page.mean_ms - page.total_ms / 3) < 0.01
    assert [one.total_ms for one in workload.statements] == sorted(
        (one.total_ms for one in workload.statements), reverse=True
    )
    assert "geheim" not in str(workload)
    # What a survey asks is not what the application asks.
    assert {one.sql for one in again.statements} == set(statements)
    assert "/* page */" in markdown(first)


def test_statements_of_others_are_not_shown_to_anybody(observed: Server) -> None:
    with fresh_database(observed.dsn()) as database:
        database.execute("create extension pg_stat_statements; create role guest login")
        database.execute(EMPTY + "; grant select on notes to guest")
        database.rows("select * from notes")
        found = survey(database.dsn.replace("//postgres@", "//guest@"))
        database.execute("drop owned by guest; drop role guest")
    assert found.workload.statements == ()
    assert [note for note in found.workload.notes if "pg_read_all_stats" in note]


def test_an_extension_that_the_server_did_not_load_is_a_note(pg: Database) -> None:
    pg.execute("create extension pg_stat_statements")
    found = survey(pg.dsn)
    assert found.workload.statements == ()
    assert [note for note in found.workload.notes if note.startswith("pg_stat_statements cannot be read")]


def test_without_the_extension_the_survey_says_how_to_get_it(pg: Database) -> None:
    assert [note for note in survey(pg.dsn).workload.notes if "CREATE EXTENSION" in note]


def test_the_use_of_a_table_is_that_of_all_its_partitions(pg: Database) -> None:
    pg.execute(SHOP)
    pg.execute("analyze log")
    pg.rows("select * from log")
    pg.rows("select pg_stat_force_next_flush()")
    uses = {use.table: use for use in survey(pg.dsn).workload.tables}
    assert uses["public.log"].inserted == 25
    assert uses["public.log"].read_rows >= 25
    assert uses["public.log"].analyzed is not None
    assert uses["public.users"].written_rows == 50
    assert "public.log_2024" not in uses
