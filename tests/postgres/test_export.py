"""The way back, rehearsed: move, change on SQLite's side, bring back, and PostgreSQL has just that."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from noormme_py import Noormme
from noormme_py.errors import ConfigError, TransferError
from noormme_py.transfer import export, transfer, validate
from tests.postgres.database import Database
from tests.postgres.everything import make_everything
from tests.postgres.logins import login
from tests.postgres.test_move import SHOP

EVERY_TABLE = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1, 2
"""
SHAPE = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated from pg_constraint
where connamespace::regnamespace::text !~ '^pg_' and contype = 'f'
union all
select tgrelid::regclass::text, tgname, tgenabled::text, true from pg_trigger where not tgisinternal
union all
select ev_class::regclass::text, rulename, ev_enabled::text, true from pg_rewrite where rulename <> '_RETURN'
order by 1, 2
"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def contents(pg: Database) -> dict[str, list[str]]:
    """Return all rows of all tables as PostgreSQL writes them."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(pg.dsn) as connection:
        for schema, name in connection.execute(EVERY_TABLE.encode()).fetchall():
            sql = f"select t::text from only {quoted(schema)}.{quoted(name)} t"
            kind = connection.execute(
                "select relkind::text from pg_class where oid = %s::regclass", (f"{quoted(schema)}.{quoted(name)}",)
            ).fetchall()
            sql = sql.replace("only ", "") if kind == [("p",)] else sql
            # SQLite has no negative zero, as the report says.
            rows = connection.execute(sql.encode()).fetchall()
            found[f"{schema}.{name}"] = sorted(re.sub(r"(?<=[(,])-0(?=[,)])", "0", row[0]) for row in rows)
    return found


async def test_what_was_changed_in_sqlite_comes_back(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    target = tmp_path / "app.db"
    await transfer(pg.dsn, target)
    async with Noormme(target) as db:
        customers, orders = db.get_repository("customers"), db.get_repository("orders")
        bob: Any = await customers.create(
            {
                "email": "bob@example.com",
                "name": "Bob",
                "balance": Decimal("0.05"),
                "joined": datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
                "settings": {"b": 1, "a": [None, 1.5]},
            }
        )
        await customers.update(1, {"name": "Ada L.", "active": False})
        await orders.create(
            {"customer_id": bob.id, "placed": date(2026, 3, 2), "total": Decimal("2.50"), "tags": ["x"]}
        )
        await customers.delete(2)
    assert not (await validate(pg.dsn, target)).is_equal
    shape = pg.rows(SHAPE)
    report = await export(target, pg.dsn)
    assert {table.source: (table.how, table.rows) for table in report.tables} == {
        "public.customers": ("replaced", 2),
        "public.orders": ("replaced", 2),
    }
    assert pg.rows("select id, email, name, active, balance::text, joined, settings from customers order by id") == [
        (1, "ada@example.com", "Ada L.", False, "19.90", datetime(2026, 1, 5, 9, 30, 0, 250_000, UTC), {"a": [1]}),
        (3, "bob@example.com", "Bob", True, "0.05", datetime(2026, 3, 1, 8, tzinfo=UTC), {"b": 1, "a": [None, 1.5]}),
    ]
    assert pg.rows("select customer_id, total::text, tags from orders order by id") == [
        (1, "123456789012345678901234.5", ["a", "b c", None]),
        (3, "2.50", ["x"]),
    ]
    # Numbers that SQLite gave out are not given again.
    assert pg.rows("insert into customers (email, name) values ('new', 'new') returning id") == [(4,)]
    assert pg.rows(SHAPE) == shape


async def test_only_what_differs_is_written(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP + "create table same (id int primary key); insert into same values (1)")
    target = tmp_path / "app.db"
    await transfer(pg.dsn, target)
    before = dict(pg.rows("select email, xmin::text from customers"))
    untouched = pg.rows("select ctid::text, xmin::text from same")
    with closing(sqlite3.connect(target)) as db:
        db.execute("update customers set name = 'Eva' where id = 2")
        # The same value, written as Python writes it.
        db.execute("""update customers set settings = '{"a":[1]}', joined = '2026-01-05T09:30:00.25Z' where id = 1""")
        db.execute("insert into orders (customer_id, placed, total) values (2, '2026-02-02', '7')")
        db.commit()
    report = await export(target, pg.dsn, changes_only=True)
    assert {table.source: (table.how, table.inserted, table.deleted) for table in report.tables} == {
        "public.customers": ("changed", 1, 1),
        "public.orders": ("changed", 1, 0),
        "public.same": ("unchanged", 0, 0),
    }
    after = dict(pg.rows("select email, xmin::text from customers"))
    assert after["ada@example.com"] == before["ada@example.com"]
    assert after["eve@example.com"] != before["eve@example.com"]
    assert pg.rows("select ctid::text, xmin::text from same") == untouched
    validation = await validate(pg.dsn, target)
    assert validation.is_equal
    rewritten = {table.source: table.rewritten for table in validation.tables if table.rewritten}
    assert rewritten == {"public.customers": ("settings",)}


@pytest.mark.parametrize("changes_only", [False, True])
async def test_everything_goes_back_as_it_was(pg: Database, tmp_path: Path, changes_only: bool) -> None:
    make_everything(pg)
    before, shape = contents(pg), pg.rows(SHAPE)
    sequences = pg.rows("select schemaname, sequencename, last_value from pg_sequences order by 1, 2")
    await transfer(pg.dsn, tmp_path / "app.db")
    await export(tmp_path / "app.db", pg.dsn, changes_only=changes_only)
    assert contents(pg) == before
    assert sum(map(len, before.values())) > 500
    assert pg.rows(SHAPE) == shape
    assert pg.rows("select schemaname, sequencename, last_value from pg_sequences order by 1, 2") == sequences


async def test_a_schema_is_made_for_it(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    report = await export(tmp_path / "app.db", pg.dsn, schema="back")
    assert {table.source for table in report.tables} == {"back.customers", "back.orders"}
    assert pg.rows("select * from back.customers order by id") == pg.rows("select * from customers order by id")
    assert pg.rows("select * from back.orders order by id") == pg.rows("select * from orders order by id")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        pg.execute("insert into back.orders (customer_id, placed, total) values (9, '2026-01-01', 1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        pg.execute(
            "insert into back.customers (email, name, active, joined) select email, name, active, joined from"
            " back.customers"
        )
    with pytest.raises(TransferError, match="is there already"):
        await export(tmp_path / "app.db", pg.dsn, schema="back")


async def test_a_file_that_postgresql_never_had_gets_a_schema_too(pg: Database, tmp_path: Path) -> None:
    async with Noormme(tmp_path / "own.db") as db:
        await db.execute_script(
            "create table notes (id integer primary key, text text not null, done boolean, at timestamp, data blob);"
            "insert into notes values (1, 'a', 1, '2026-01-05 09:30:00+00:00', x'00ff'), (2, 'b', null, null, null)"
        )
    report = await export(tmp_path / "own.db", pg.dsn, schema="own")
    assert [table.rows for table in report.tables] == [2]
    assert pg.rows("select * from own.notes order by id") == [
        (1, "a", True, datetime(2026, 1, 5, 9, 30, tzinfo=UTC), b"\x00\xff"),
        (2, "b", None, None, None),
    ]


async def test_triggers_do_not_fire_and_stay_as_they_were(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        SHOP
        + """
        create table audit (at timestamptz default now(), what text);
        create function note() returns trigger language plpgsql as
            $$ begin insert into audit (what) values (tg_op); return new; end $$;
        create trigger noting after insert or update or delete on customers for each row execute function note();
        create trigger asleep after insert on customers for each row execute function note();
        alter table customers disable trigger asleep;
        create trigger always after insert on orders for each row execute function note();
        alter table orders enable always trigger always;
        create rule no_deletes as on delete to orders do instead nothing;
        """
    )
    await transfer(pg.dsn, tmp_path / "app.db", exclude=["audit"])
    shape = pg.rows(SHAPE)
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("update customers set name = 'x'")
        db.execute("delete from orders")
        db.commit()
    await export(tmp_path / "app.db", pg.dsn, changes_only=True)
    assert pg.rows("select count(*) from audit") == [(0,)]
    assert pg.rows("select distinct name from customers") == [("x",)]
    assert pg.rows("select count(*) from orders") == [(0,)]
    assert pg.rows(SHAPE) == shape


async def test_keys_of_partitions_and_of_other_tables_are_put_aside(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """
        create table customers (id int primary key);
        create table payments (id int, customer_id int, day date) partition by range (day);
        create table payments_1 partition of payments for values from ('2026-01-01') to ('2026-02-01');
        create table payments_2 partition of payments for values from ('2026-02-01') to ('2026-03-01');
        alter table payments_1 add foreign key (customer_id) references customers;
        create table visits (customer_id int references customers deferrable initially deferred);
        insert into customers values (1); insert into payments values (1, 1, '2026-01-05'), (2, 1, '2026-02-05');
        insert into visits values (1);
        """
    )
    await transfer(pg.dsn, tmp_path / "app.db", exclude=["visits"])
    shape = pg.rows(SHAPE)
    await export(tmp_path / "app.db", pg.dsn)
    assert pg.rows(SHAPE) == shape
    assert pg.rows("select tableoid::regclass::text from payments order by id") == [("payments_1",), ("payments_2",)]


async def test_rows_that_were_not_moved_stay(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db", where={"orders": "customer_id = 1"})
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("delete from orders")
        db.commit()
    await export(tmp_path / "app.db", pg.dsn)
    assert pg.rows("select customer_id from orders") == [(2,)]


async def test_orphans_that_were_there_go_back_and_new_ones_do_not(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table p (id int primary key); create table c (id int primary key, p int references p);"
        "set session_replication_role = replica; insert into c values (1, 99)"
    )
    await transfer(pg.dsn, tmp_path / "app.db")
    shape = pg.rows(SHAPE)
    await export(tmp_path / "app.db", pg.dsn)
    assert (pg.rows("select * from c"), pg.rows(SHAPE)) == ([(1, 99)], shape)
    with login(pg, "all on schema public") as dsn:
        # Who may not switch off the checking of keys gets a key that says what it is.
        owner = conninfo_to_dict(dsn)["user"]
        pg.execute(f"alter table p owner to {owner}; alter table c owner to {owner}")
        report = await export(tmp_path / "app.db", dsn)
        assert any("NOT VALID" in one for one in report.skipped)
        pg.execute("alter table p owner to postgres; alter table c owner to postgres")
    assert pg.rows("select * from c") == [(1, 99)]
    pg.execute("delete from c")
    pg.execute(
        "alter table c drop constraint c_p_fkey; alter table c add constraint c_p_fkey foreign key (p) references p"
    )
    with pytest.raises(TransferError, match="c_p_fkey") as refused:
        await export(tmp_path / "app.db", pg.dsn)
    assert "doctor" in str(refused.value.hint)
    assert pg.rows("select * from c") == []


async def test_values_that_a_function_changed_are_not_written_over_postgresqls(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db", hooks={"customers.name": lambda value: "x"})
    with pytest.raises(TransferError, match="a function changed name"):
        await export(tmp_path / "app.db", pg.dsn)
    await export(tmp_path / "app.db", pg.dsn, exclude=["customers"])
    assert pg.rows("select name from customers order by id") == [("Ada",), ("Eve",)]
    await export(tmp_path / "app.db", pg.dsn, force=True)
    assert pg.rows("select distinct name from customers") == [("x",)]


async def test_what_postgresql_refuses_leaves_it_as_it_was(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    before, shape = contents(pg), pg.rows(SHAPE)
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("update customers set joined = 'yesterday, or so' where id = 2")
        db.commit()
    with pytest.raises(TransferError) as refused:
        await export(tmp_path / "app.db", pg.dsn)
    assert "joined" in refused.value.message
    assert "yesterday" not in str(refused.value)
    assert (contents(pg), pg.rows(SHAPE)) == (before, shape)


@pytest.mark.parametrize("value", ["x'00ff'", "'a' || char(0) || 'b'"])
async def test_a_value_that_no_text_is_is_told_by_its_key(pg: Database, tmp_path: Path, value: str) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute(f"update customers set name = {value} where id = 2")
        db.commit()
    with pytest.raises(TransferError, match=r"customers\.name holds .* id = 2"):
        await export(tmp_path / "app.db", pg.dsn)


async def test_rows_that_were_kept_aside_are_not_lost_by_it(pg: Database, tmp_path: Path) -> None:
    pg.execute("create table t (id int primary key, v numeric); insert into t values (1, 1), (7, 1.5)")
    await transfer(pg.dsn, tmp_path / "app.db", types={"numeric": "integer"}, on_error="report")
    with pytest.raises(TransferError, match="kept aside"):
        await export(tmp_path / "app.db", pg.dsn)
    assert pg.rows("select count(*) from t") == [(2,)]
    await export(tmp_path / "app.db", pg.dsn, force=True)
    assert pg.rows("select id from t") == [(1,)]


async def test_a_user_who_does_not_own_the_tables_is_refused(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    before = contents(pg)
    with login(pg, "select, insert, update, delete, truncate on customers, orders") as dsn:
        with pytest.raises(TransferError) as refused:
            await export(tmp_path / "app.db", dsn)
        assert "owner" in str(refused.value.hint)
    assert contents(pg) == before


async def test_what_the_application_dropped_is_not_lost_in_postgresql(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("drop table orders")
        db.execute("alter table customers add column nickname text")
        db.commit()
    with pytest.raises(TransferError, match=r"public\.orders: SQLite has no such table"):
        await export(tmp_path / "app.db", pg.dsn)
    report = await export(tmp_path / "app.db", pg.dsn, exclude=["orders"])
    assert report.tables[0].notes == ("PostgreSQL has nothing of the column 'nickname'",)
    assert pg.rows("select count(*) from orders") == [(2,)]
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("alter table customers drop column settings")
        db.commit()
    for changes_only in (False, True):
        with pytest.raises(TransferError, match="no settings"):
            await export(tmp_path / "app.db", pg.dsn, exclude=["orders"], changes_only=changes_only)
    assert pg.rows("select settings::text from customers order by id") == [('{"a": [1]}',), (None,)]


async def test_columns_and_tables_that_are_new_in_postgresql_keep_what_they_hold(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        SHOP + 'create schema stock; create table stock."Item" (id int primary key); insert into stock."Item"'
        " values (1)"
    )
    await transfer(pg.dsn, tmp_path / "app.db")
    pg.execute(
        """create schema mon; create table mon.customers (id int primary key); insert into mon.customers values (9);
        create table stock."ITEM" (id int primary key); insert into stock."ITEM" values (9);"""
    )
    # Names are those of the move, whatever there is since, and whatever is asked for.
    report = await export(tmp_path / "app.db", pg.dsn, include=["stock.*"])
    assert [(table.source, table.target, table.rows) for table in report.tables] == [("stock.Item", "stock_Item", 1)]
    assert pg.rows('select * from stock."ITEM"') == [(9,)]
    assert (await validate(pg.dsn, tmp_path / "app.db", exclude=["public.*"])).is_equal
    pg.execute("alter table customers add column note text default 'mine'")
    with pytest.raises(TransferError, match="no note"):
        await export(tmp_path / "app.db", pg.dsn, changes_only=True)
    with pytest.raises(TransferError, match="no table to bring back"):
        await export(tmp_path / "app.db", pg.dsn, include=["mon.*"])


async def test_what_an_application_writes_naturally_comes_back(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """
        create table t (id int primary key, code char(5), at timestamp(0), seen timestamptz(3), f real, span interval,
                        ip inet, mac macaddr, u uuid, n numeric(20,2), price numeric(10,2), words tsvector, r numeric);
        insert into t (id) values (1), (2)
        """
    )
    await transfer(pg.dsn, tmp_path / "app.db")
    values = (
        "code = 'cd', at = '2026-01-05 09:30:00.600000', seen = '2026-01-05 09:30:00.123456+00:00', f = 0.123456789,"
        " span = 'PT90M', ip = '10.0.0.2/32', mac = '08:00:2B:01:02:03', u = '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}',"
        " n = '1.005', price = 12.3456, words = 'b a', r = '1E+3'"
    )
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute(f"update t set {values} where id = 1")
        db.commit()
    # Digits that the column does not have are a difference, and not rounded away unseen.
    [table] = (await validate(pg.dsn, tmp_path / "app.db")).tables
    assert (table.differing, table.examples[0].key) == (1, ("id = 1",))
    for changes_only in (True, False):
        report = await export(tmp_path / "app.db", pg.dsn, changes_only=changes_only)
        assert "fewer digits" in str(report.tables[0].notes)
        assert pg.rows("select code, at::text, f::text, span::text, price::text, n::text from t where id = 1") == [
            ("cd   ", "2026-01-05 09:30:01", "0.12345679", "01:30:00", "12.35", "1.01")
        ]
        pg.execute("delete from t where id = 1")


async def test_more_rows_than_are_looked_at_may_only_look_different(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table t (id int primary key, v jsonb); insert into t select i, '{\"a\": 1}' from"
        " generate_series(1, 50010) i"
    )
    await transfer(pg.dsn, tmp_path / "app.db")
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("update t set v = json(v)")
        db.commit()
    [table] = (await validate(pg.dsn, tmp_path / "app.db")).tables
    assert (table.is_equal, table.rewritten) == (True, ("v",))
    report = await export(tmp_path / "app.db", pg.dsn, changes_only=True)
    assert [one.how for one in report.tables] == ["unchanged"]


async def test_more_rows_than_are_looked_at_may_be_rounded(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table t (id int primary key, at timestamp(0), ip inet); insert into t select i, null, null from"
        " generate_series(1, 50010) i"
    )
    await transfer(pg.dsn, tmp_path / "app.db")
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("update t set at = '2026-01-05 09:30:00.600000', ip = '10.0.0.1/32'")
        db.commit()
    await export(tmp_path / "app.db", pg.dsn)
    assert pg.rows("select distinct at::text, host(ip) from t") == [("2026-01-05 09:30:01", "10.0.0.1")]


async def test_keys_keep_their_comments(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table p (id int primary key); create table c (p int constraint fk references p);"
        "comment on constraint fk on c is 'it''s \\ important'"
    )
    before = pg.rows("select obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'fk'")
    await transfer(pg.dsn, tmp_path / "app.db")
    await export(tmp_path / "app.db", pg.dsn)
    assert pg.rows("select obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'fk'") == before


async def test_a_new_schema_has_the_tables_that_are_asked_for(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    report = await export(tmp_path / "app.db", pg.dsn, schema="back", exclude=["orders"])
    assert [table.source for table in report.tables] == ["back.customers"]
    assert pg.rows("select relname from pg_class where relnamespace = 'back'::regnamespace and relkind = 'r'") == [
        ("customers",)
    ]


async def test_orphans_of_partitioned_tables_and_of_match_full_go_back(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        """
        create table p (a int, b int, primary key (a, b)); insert into p values (1, 1);
        create table whole (id int, a int, b int, foreign key (a, b) references p) partition by list (id);
        create table part partition of whole default;
        create table own (id int, a int, b int) partition by list (id);
        create table own_part partition of own default;
        alter table own_part add foreign key (a, b) references p;
        create table fully (id int primary key, a int, b int, foreign key (a, b) references p match full);
        set session_replication_role = replica;
        insert into whole values (1, 7, 7); insert into own values (1, 7, 7); insert into fully values (1, 1, null);
        """
    )
    before, shape = contents(pg), pg.rows(SHAPE)
    await transfer(pg.dsn, tmp_path / "app.db")
    for changes_only in (False, True):
        await export(tmp_path / "app.db", pg.dsn, changes_only=changes_only)
        assert (contents(pg), pg.rows(SHAPE)) == (before, shape)
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("insert into fully values (2, 8, 8)")
        db.commit()
    with pytest.raises(TransferError, match=r"other rows of public\.fully would have no parent"):
        await export(tmp_path / "app.db", pg.dsn)
    assert (contents(pg), pg.rows(SHAPE)) == (before, shape)


async def test_numbers_that_sqlite_gave_out_are_not_given_again_though_their_rows_are_gone(
    pg: Database, tmp_path: Path
) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db")
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("insert into customers (email, name) values ('x', 'x')")
        db.execute("delete from customers where id = 3")
        db.commit()
    report = await export(tmp_path / "app.db", pg.dsn, changes_only=True)
    assert {table.how for table in report.tables} == {"unchanged"}
    assert pg.rows("insert into customers (email, name) values ('new', 'new') returning id") == [(4,)]


async def test_another_orphan_in_the_place_of_one_is_noticed(pg: Database, tmp_path: Path) -> None:
    pg.execute(
        "create table p (id int primary key); create table c (id int primary key, p int references p);"
        "set session_replication_role = replica; insert into c values (1, 99)"
    )
    await transfer(pg.dsn, tmp_path / "app.db")
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.execute("update c set p = 98")
        db.commit()
    with pytest.raises(TransferError, match="other rows"):
        await export(tmp_path / "app.db", pg.dsn)
    assert pg.rows("select * from c") == [(1, 99)]


async def test_without_the_report_of_the_move_nothing_is_replaced(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    await transfer(pg.dsn, tmp_path / "app.db", where={"orders": "customer_id = 1"})
    (tmp_path / "app.db.transfer.json").rename(tmp_path / "elsewhere.json")
    with pytest.raises(TransferError, match="no report of the move"):
        await export(tmp_path / "app.db", pg.dsn)
    with pytest.raises(TransferError, match=r"no report .*typo\.json"):
        await export(tmp_path / "app.db", pg.dsn, report=tmp_path / "typo.json")
    await export(tmp_path / "app.db", pg.dsn, report=tmp_path / "elsewhere.json")
    assert pg.rows("select customer_id from orders order by 1") == [(1,), (2,)]


async def test_arguments_the_other_way_round_show_no_password(tmp_path: Path) -> None:
    for url in ("postgresql://app:hunter2@localhost:1/app", "host=nowhere password=hunter2"):
        for wrong in (transfer("app.db", url), validate("app.db", url), export(url, "app.db")):
            with pytest.raises(ConfigError, match="stands where the file") as refused:
                await wrong
            assert "hunter2" not in str(refused.value)
