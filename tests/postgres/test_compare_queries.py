"""Queries on both sides, of a database that was really moved: what is the same, what differs, and the proven reason."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from noormme_py.client import sync_transfer
from noormme_py.errors import ConfigError, DatabaseError, TransferError
from noormme_py.postgres.workload.findings import QueriesReport, QueryComparison
from noormme_py.transfer import compare_queries
from tests.postgres.database import Database, fresh_database

SCHEMA = """
create type mood as enum ('sad', 'ok', 'happy');
create table people (
    id int primary key, name text, nick text collate "und-x-icu", joined timestamptz, born date, mood mood,
    is_active boolean not null default true, profile jsonb, tags text[] not null default '{}'
);
create table orders (
    id int primary key, person_id int references people, total numeric(10,2), exact numeric, paid_at timestamp,
    note text, code char(5)
);
insert into people values
    (1, 'anna', 'anna', '2024-01-01 23:30+00', '1990-05-01', 'sad', true, '{"city": "Rome", "vip": true}', '{a,b}'),
    (2, 'Bert', 'Bert', '2024-01-02 12:00+00', '1985-12-31', 'ok', false, '{"city": "Oslo", "vip": false}', '{}'),
    (3, null, null, null, null, null, true, null, '{}'),
    (4, 'Ärmel', 'Ärmel', '2024-02-01 00:30+00', '2001-01-01', 'happy', true, '{"age": 5}', '{c}'),
    (5, 'carl', 'carl', '2024-02-01 00:30+00', '1999-09-09', 'happy', true, '{"city": "Rome"}', '{b}'),
    (6, 'a_b', 'zoe', '2024-03-05 08:15+00', '1970-01-01', 'sad', true, '{}', '{}');
insert into orders
    select i, 1 + i % 5, i * 7.5, i * 1.1, timestamp '2024-01-01' + i * interval '7 hours', 'note ' || i, 'x' || i
    from generate_series(1, 60) i;
insert into orders values (61, null, 5, 10, null, null, null), (62, 1, 7, 9, null, 'Note', 'N');
"""


@dataclass(frozen=True)
class Moved:
    """A database and the file that it was moved to."""

    dsn: str
    file: Path


@pytest.fixture(scope="module")
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    lent = os.environ.get("TEST_PG_URL")
    with fresh_database(lent or request.getfixturevalue("server").dsn()) as database:
        database.execute(SCHEMA)
        file = tmp_path_factory.mktemp("moved") / "app.db"
        sync_transfer.transfer(database.dsn, file)
        yield Moved(database.dsn, file)


def compared(moved: Moved, queries: Mapping[str, str], time_zone: str | None = None) -> dict[str, QueryComparison]:
    text = "".join(f"-- name: {name}\n{sql};\n" for name, sql in queries.items())
    report = sync_transfer.compare_queries(moved.dsn, moved.file, text, time_zone=time_zone)
    found = {query.name or "": query for query in report.queries}
    assert list(found) == list(queries)
    return found


# --- causes

CAUSES = {
    # the SQL, what it is as it is written, the causes, and whether another text gives the same
    "nulls": ("select id, name from people order by name", ["nulls"], True),
    "nulls in a window": ("select id, rank() over (order by joined desc) as place from people", ["nulls"], True),
    "nulls under a limit": ("select id from people order by joined limit 3", ["nulls"], True),
    "collation": ("select nick from people where id in (1, 2, 5) order by nick", ["collation"], True),
    "collation of a language": ("select nick from people where nick is not null order by nick", ["collation"], False),
    "collation of what is not selected": (
        "select id from people where id in (1, 2, 5) order by nick",
        ["collation"],
        True,
    ),
    "collation under a limit": (
        "select id from people where id in (1, 2, 5) order by nick limit 2",
        ["collation"],
        True,
    ),
    "enum": ("select id from people where mood is not null order by mood, id desc", ["enum"], True),
    "numbers as text": ("select id from orders where id > 50 order by exact", ["numbers as text"], True),
    "like": ("select id from people where name like 'B%' or name like 'C%'", ["like"], True),
    "escape": (r"select id from people where name like 'a\_b'", ["escape"], True),
    "division": ("select id, total / 2 as half from orders where id in (61, 62)", ["division"], True),
    "cast": ("select cast(2.7 as int) as n", ["cast"], True),
    "rounding": ("select 0.1 + 0.2 as n", ["rounding"], True),
    "boolean": ("select profile ->> 'vip' as vip from people where id < 3", ["boolean"], True),
    "case": ("select lower(name) as name from people", ["case"], False),
    "case of groups": ("select lower(name) as key from people union all select 'ärmel'", ["case"], False),
}


@pytest.fixture(scope="module")
def by_cause(moved: Moved) -> dict[str, QueryComparison]:
    return compared(moved, {name: sql for name, (sql, _, _) in CAUSES.items()})


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_is_proven_and_a_mend_named(by_cause: dict[str, QueryComparison], name: str) -> None:
    found, (_, causes, has_rewrite) = by_cause[name], CAUSES[name]
    assert found.as_written == "differs"
    assert [cause.kind for cause in found.causes] == causes
    assert all(cause.mend and cause.text for cause in found.causes)
    assert found.verdict == ("same when rewritten" if has_rewrite else "differs")


def test_a_rewritten_query_is_sqlites_own(moved: Moved, by_cause: dict[str, QueryComparison]) -> None:
    texts = [query.rewritten for query in by_cause.values() if query.verdict == "same when rewritten"]
    with closing(sqlite3.connect(moved.file)) as connection:
        for text in texts:
            connection.execute(text or "")
    nulls, enum = by_cause["nulls"].rewritten or "", by_cause["enum"].rewritten or ""
    assert nulls == "select id, name from people order by name NULLS LAST"
    assert "CASE mood WHEN 'sad' THEN 1 WHEN 'ok' THEN 2 WHEN 'happy' THEN 3 END" in enum


def test_days_and_hours_of_another_time_zone_are_told(moved: Moved) -> None:
    sql = {"days": "select date(joined) as day, count(*) as n from people group by 1 order by 1"}
    there = compared(moved, sql, "Europe/Rome")["days"]
    assert (there.verdict, [cause.kind for cause in there.causes]) == ("differs", ["time zone"])
    here = compared(moved, {"times": "select joined from people where joined is not null"}, "Asia/Kolkata")["times"]
    assert here.verdict == "same"


def test_the_server_computes_in_the_time_zone_that_an_application_has(pg: Database, tmp_path: Path) -> None:
    pg.execute("create table t (at timestamptz); insert into t values ('2024-05-05 23:30+00')")
    name = pg.rows("select current_database()")[0][0]
    pg.execute(f"alter database {name} set timezone = 'Asia/Tokyo'")
    sync_transfer.transfer(pg.dsn, tmp_path / "app.db")
    report = sync_transfer.compare_queries(
        pg.dsn, tmp_path / "app.db", "select at::date as day from t; select at from t"
    )
    assert report.time_zone == "Asia/Tokyo"
    assert [query.verdict for query in report.queries] == ["differs", "same"]
    assert [cause.kind for cause in report.queries[0].causes] == ["time zone"]


def test_times_that_lie_apart_by_an_offset_are_told(moved: Moved, tmp_path: Path) -> None:
    file = altered(moved, tmp_path, "update people set joined = datetime(joined, '+2 hours') || '+00:00'")
    found = compared(Moved(moved.dsn, file), {"times": "select id, joined from people"})["times"]
    assert [cause.kind for cause in found.causes] == ["time zone"]


# PostgreSQL keeps a row that was updated behind the others, SQLite keeps rows by their key.
MIXED = """
create table words (id int primary key, word text, kind int default 1);
insert into words values (1, 'a'), (2, 'b'), (3, 'c');
update words set word = word where id = 1
"""


def test_what_is_left_to_chance_is_told(pg: Database, tmp_path: Path) -> None:
    pg.execute(MIXED)
    file = tmp_path / "app.db"
    sync_transfer.transfer(pg.dsn, file)
    found = compared(Moved(pg.dsn, file), {
        "order within an aggregate": "select string_agg(word, ',') as words from words",
        "no order": "select id from words limit 1",
        "ties": "select id from words order by kind limit 2",
        "any order": "select id from words",
        "any order of ties": "select id from words order by kind",
    })  # fmt: skip
    assert [(query.verdict, *(cause.kind for cause in query.causes)) for query in found.values()] == [
        ("differs", "order within an aggregate"),
        ("differs", "no order"),
        ("differs", "ties"),
        ("same",),
        ("same",),
    ]


def test_groups_that_differ_in_case_alone_are_told(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        create table t (id int primary key, word text collate any_case);
        insert into t values (1, 'a'), (2, 'A'), (3, 'b')"""
    )
    file = tmp_path / "app.db"
    sync_transfer.transfer(pg.dsn, file)
    found = compared(Moved(pg.dsn, file), {"groups": "select word, count(*) as n from t group by word"})["groups"]
    assert (found.rows, [cause.kind for cause in found.causes]) == ((2, 3), ["case"])


def test_padding_is_told(moved: Moved, tmp_path: Path) -> None:
    file = altered(moved, tmp_path, "update orders set code = rtrim(code)")
    found = compared(Moved(moved.dsn, file), {"codes": "select id, code from orders"})["codes"]
    assert [cause.kind for cause in found.causes] == ["padding"]


def test_a_reason_is_told_only_where_it_holds_for_every_value(moved: Moved, tmp_path: Path) -> None:
    file = altered(
        moved, tmp_path, "update people set name = 'BERT' where id = 2; update people set name = 'x' where id = 1"
    )
    found = compared(Moved(moved.dsn, file), {"names": "select id, name from people"})["names"]
    assert (found.verdict, found.what, found.columns, found.only) == ("differs", "rows", ("name",), (2, 2))
    assert found.causes == ()


def test_rows_of_equal_keys_may_come_in_any_order(moved: Moved) -> None:
    found = compared(moved, {
        "ties": "select id from orders where id < 30 order by person_id",
        "ties of an expression": "select id from orders where person_id is not null order by person_id % 2",
    })  # fmt: skip
    assert [query.verdict for query in found.values()] == ["same", "same"]


# --- what an application asks

TYPICAL = {
    "all rows": ("select * from people", "same"),
    "by key": ("select * from orders where id = 7", "same"),
    "join": ("select p.name, o.total from people p join orders o on o.person_id = p.id where o.id < 20", "same"),
    "left join": (
        "select p.id, o.id as o from people p left join orders o on o.person_id = p.id and o.id > 55",
        "same",
    ),
    "count": ("select count(*) as n from orders", "same"),
    "unnamed count": ("select count(*) from orders", "same when rewritten"),
    "sum": ("select person_id, sum(total) as total from orders group by person_id", "same"),
    "average": ("select avg(total) as mean from orders where person_id = 2", "same"),
    "having": ("select person_id from orders group by person_id having count(*) > 12", "same"),
    "in": ("select id from people where id in (select person_id from orders where total > 400)", "same"),
    "exists": ("select id from people p where exists (select 1 from orders o where o.person_id = p.id)", "same"),
    "not exists": ("select id from people p where not exists (select 1 from orders where person_id = p.id)", "same"),
    "cte": (
        "with big as (select * from orders where total > 300) select count(*) as n, max(id) as top from big",
        "same",
    ),
    "recursive": (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 9) select i from n",
        "same",
    ),
    "window": ("select id, row_number() over (partition by person_id order by id) as n from orders", "same"),
    "running sum": ("select id, sum(total) over (order by id) as so_far from orders where id < 9", "same"),
    "union": ("select id from people union select id from orders where id < 9 order by 1", "same"),
    "except": ("select id from people except select person_id from orders", "same"),
    "distinct": ("select distinct is_active from people", "same"),
    "case": ("select id, case when total > 200 then 'big' else 'small' end as size from orders", "same"),
    "coalesce": ("select id, coalesce(name, '?') as name from people", "same"),
    "page": ("select id from orders order by id limit 10 offset 20", "same"),
    "between": ("select id from orders where total between 50 and 100", "same"),
    "boolean": ("select id from people where is_active", "same"),
    "is null": ("select id from people where name is null or is_active = false", "same"),
    "arrays as they are": ("select id, tags from people", "same"),
    "json as it is": ("select id, profile from people", "same"),
    "json text": ("select id, profile ->> 'city' as city from people", "same"),
    "values": ("values (1, 'a'), (2, 'b')", "same"),
    "concatenation": ("select id, note || '!' as loud from orders", "same"),
    "ordered with nulls": ("select id from people order by born desc nulls last, id", "same"),
    "cast with colons": ("select id::text as id from orders", "same when rewritten"),
    "other schema": ("select id from public.people", "same when rewritten"),
    "ilike": ("select id from people where name ilike 'B%'", "same when rewritten"),
    "locked": ("select id from people where id = 1 for update", "same when rewritten"),
    "true and false": ("select is_active = true as yes from people", "same"),
    "date part": ("select extract(year from born) as year from people", "same when rewritten"),
    "interval": (
        "select id from orders where paid_at < timestamp '2024-01-05' + interval '1 day'",
        "same when rewritten",
    ),
    "string_agg": ("select string_agg(note, ',') as notes from orders where id = 3", "same when rewritten"),
    "distinct on": ("select distinct on (person_id) person_id, id from orders order by person_id, id", None),
    "series": ("select i from generate_series(1, 5) i", None),
    "any of an array": ("select id from people where 'b' = any(tags)", None),
    "filter": ("select count(*) filter (where total > 100) as n from orders", "same"),
    "lateral": (
        "select p.id, x.m from people p, lateral (select max(id) as m from orders where person_id = p.id) x",
        None,
    ),
    "random": ("select random() as r", "not compared"),
    "clock": ("select now() as at", "not compared"),
    "slow": ("select pg_sleep(30)", "not compared"),
    "many": ("select i from generate_series(1, 2000) i, generate_series(1, 100) j", "not compared"),
    "no such table": ("select * from missing", "not compared"),
    "no rows": ("select * from people where id > 1000", "same"),
}


def test_what_applications_ask_is_compared(moved: Moved) -> None:
    text = "".join(f"-- name: {name}\n{sql};\n" for name, (sql, _) in TYPICAL.items())
    report = sync_transfer.compare_queries(moved.dsn, moved.file, text, timeout_s=1.5)
    found = {query.name or "": query for query in report.queries}
    wanted = {name: verdict for name, (_, verdict) in TYPICAL.items() if verdict is not None}
    assert {name: found[name].verdict for name in wanted} == wanted
    for name, (_, verdict) in TYPICAL.items():
        if verdict is None:
            # Whether there is a translation is not this module's affair; that it is honest is.
            query = found[name]
            assert query.verdict in ("same when rewritten", "refused")
            assert query.as_written == "refused"
            assert query.rewritten or query.reason
    assert "it has no rows on both sides, so that no value was compared" in found["no rows"].notes
    assert found["slow"].reason == "it took more than 1.5 s in PostgreSQL"
    assert found["many"].reason == "it has more than 100,000 rows"
    assert found["random"].reason == "PostgreSQL itself gives other rows each time" or found["random"].causes
    assert "locks no rows" in found["locked"].notes[0]
    assert found["average"].rows == (1, 1)


def test_notes_say_how_values_come_that_are_the_same(moved: Moved) -> None:
    found = compared(moved, {"sum": "select sum(total) as t from orders", "any": "select id from people limit 6"})
    assert found["sum"].notes == ("t: floats instead of decimals",)
    assert found["any"].notes == ("LIMIT without ORDER BY takes any rows: that they are the same is chance",)


# --- limits, names and rows


def test_limits_are_told_and_held(moved: Moved) -> None:
    recursive = (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000) select max(i) as m from n"
    )
    report = sync_transfer.compare_queries(
        moved.dsn, moved.file, f"select id from orders; select id from people; {recursive}", max_rows=10, timeout_s=0.3
    )
    many, few, slow = report.queries
    assert (many.verdict, many.reason) == ("not compared", "it has more than 10 rows")
    assert few.verdict == "same"
    assert (slow.verdict, slow.reason) == ("not compared", "it took more than 0.3 s in PostgreSQL")


def test_rows_are_shown_only_when_that_is_wanted(moved: Moved) -> None:
    sql = "select lower(name) as name from people where id = 4"
    report = sync_transfer.compare_queries(moved.dsn, moved.file, sql, show_rows=True)
    assert [(row.side, row.values) for row in report.queries[0].examples] == [
        ("PostgreSQL", ("ärmel",)),
        ("SQLite", ("Ärmel",)),
    ]
    assert sync_transfer.compare_queries(moved.dsn, moved.file, sql).queries[0].examples == ()


def test_other_names_of_columns_are_a_difference(moved: Moved) -> None:
    found = compared(moved, {"names": "select count(*), max(id) from people union select 1, 2"})["names"]
    assert (found.what, found.columns) == ("names", ("count", "max"))
    mended = compared(moved, {"names": "select Id, count(*) from people group by id"})["names"]
    assert mended.verdict == "same when rewritten"
    assert mended.rewritten == 'select Id, count(*) AS "count" from people group by id'


def test_another_number_of_columns_is_told(moved: Moved, tmp_path: Path) -> None:
    file = altered(moved, tmp_path, "alter table orders add column later text")
    found = compared(Moved(moved.dsn, file), {"all": "select * from orders"})["all"]
    assert (found.as_written, found.what) == ("differs", "columns")


def test_names_that_the_move_changed_are_translated(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """create table "MyTable" ("userId" int, n numeric(5,2)); insert into "MyTable" values (1, 1.5);
        create schema shop; create table shop.items as select 1 as id"""
    )
    sync_transfer.transfer(pg.dsn, tmp_path / "app.db", snake_case=True)
    sql = 'select "userId", n from "MyTable"; select id from shop.items'
    report = sync_transfer.compare_queries(pg.dsn, tmp_path / "app.db", sql)
    assert [query.verdict for query in report.queries] == ["same when rewritten"] * 2


def test_the_options_of_the_move_are_known(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """create table plain (id int, at timestamptz, n numeric(5,2), u uuid, flag bool);
        insert into plain values (1, '2024-01-01 00:00+00', 1.5, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true)"""
    )
    file = tmp_path / "app.db"
    sync_transfer.transfer(
        pg.dsn, file, types={"uuid": "blob", "timestamptz": "unixepoch"}, snake_case=True, strict=True
    )
    report = sync_transfer.compare_queries(pg.dsn, file, "select * from plain; select max(at) as at from plain")
    assert [query.verdict for query in report.queries] == ["same", "same"]


async def test_whoever_gives_up_does_not_wait_for_the_query(moved: Moved) -> None:
    work = asyncio.create_task(compare_queries(moved.dsn, moved.file, "select pg_sleep(300)", timeout_s=300))
    await asyncio.sleep(0.5)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_it_is_awaited_as_well(moved: Moved, tmp_path: Path) -> None:
    (tmp_path / "work.sql").write_text("select id from people;\nselect 1 as a")
    report = await compare_queries(moved.dsn, moved.file, tmp_path / "work.sql")
    assert isinstance(report, QueriesReport)
    assert report.is_same
    data = report.to_dict()
    assert (data["format"], data["is_same"], len(data["queries"])) == (1, True, 2)
    assert data["queries"][0]["rows"] == [6, 6]


# --- nothing is written, and nothing hostile does harm


HOSTILE = """
insert into people (id) values (99); update people set name = 'x'; drop table people; truncate orders;
with gone as (delete from people returning id) select * from gone;
select nextval('counter'); select setval('counter', 99);
select set_config('transaction_read_only', 'off', false);
select 1) to program 'touch {folder}/evil' --;
select 1) to '{folder}/evil';
select 1; commit; begin; drop table orders;
select 1 as a into made from people; create table made as select 1;
select lo_create(4711); select pg_advisory_lock(1);
select load_extension('x'); select * from people; delete from people where 1 = 1;
select 1 /* */; select $$; drop table people; $$ as t; values (1); pragma writable_schema = on;
attach database '{folder}/other.db' as other; vacuum into '{folder}/copy.db'; select writefile('{folder}/evil', 'x');
select 'it never ends
"""


def test_nothing_is_written_on_either_side(pg: Database, tmp_path: Path) -> None:
    pg.execute(f"{SCHEMA}; create sequence counter start 5")
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "app.db"
    sync_transfer.transfer(pg.dsn, file)
    state = "select (select md5(string_agg(p::text, '|' order by id)) from people p), (select count(*) from orders),"
    state += " (select last_value from counter), (select count(*) from pg_class), (select count(*) from pg_largeobject)"
    before, files = pg.rows(state), contents(folder)
    report = sync_transfer.compare_queries(pg.dsn, file, HOSTILE.replace("{folder}", str(folder)))
    assert len(report.queries) > 25
    assert pg.rows(state) == before
    assert contents(folder) == files
    ran = [query.sql for query in report.queries if query.verdict == "same"]
    assert {"select 1", "select * from people", "values (1)"} <= {sql.partition(" /*")[0] for sql in ran}


@pytest.mark.parametrize("text", ["", ";;;", "-- nothing", "'", "$$", "\0", "\ufeff", "(" * 5000])
def test_texts_without_a_query_are_no_error(moved: Moved, text: str) -> None:
    report = sync_transfer.compare_queries(moved.dsn, moved.file, text)
    assert all(query.verdict == "not compared" for query in report.queries)
    assert report.is_same


def test_what_cannot_be_read_or_reached_is_an_error(moved: Moved, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        sync_transfer.compare_queries(moved.dsn, moved.file, tmp_path / "missing.sql")
    with pytest.raises(DatabaseError):
        sync_transfer.compare_queries(moved.dsn, tmp_path / "missing.db", "select 1")
    with pytest.raises(TransferError):
        sync_transfer.compare_queries(moved.dsn, moved.file, "select 1", time_zone="Middle/Earth")
    with pytest.raises(TransferError, match="cannot connect"):
        sync_transfer.compare_queries("postgresql:///x?host=/nowhere", moved.file, "select 1")


def test_a_file_of_noise_is_read(moved: Moved, tmp_path: Path) -> None:
    (tmp_path / "noise.sql").write_bytes(bytes(range(256)) * 200)
    report = sync_transfer.compare_queries(moved.dsn, moved.file, tmp_path / "noise.sql")
    assert {query.verdict for query in report.queries} == {"not compared"}


def altered(moved: Moved, folder: Path, script: str) -> Path:
    """Return a copy of the file in which a script was run."""
    file = folder / "altered.db"
    file.write_bytes(moved.file.read_bytes())
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
