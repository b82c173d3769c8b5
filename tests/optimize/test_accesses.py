"""What a statement asks of its tables: statement by statement."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.reading import parsed_accesses
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.optimize.reading.accesses import accesses
from noormme_py.optimize.reading.planned_accesses import planned_accesses
from noormme_py.schema.model import Schema
from tests.optimize.laboratories import laboratory

SHOP = """
create table users (
    id integer primary key, email text collate nocase, name text, active boolean, status text, data text,
    created_at text, org_id integer
);
create table orders (
    id integer primary key, user_id integer references users, total real, status text, ts text, note text
);
create table items (order_id integer, sku text, price real, primary key (order_id, sku)) without rowid;
create view open_orders as
    select o.id, o.user_id as uid, lower(o.note) as n, u.name from orders o join users u on u.id = o.user_id
    where o.status = 'open';
create view both (x, y) as select id, name from users union all select id, note from orders;
create table "we ird" ("a b" text, "select" integer, "ü" text, "q""q" integer);
create virtual table notes using fts5 (body);
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Schema, Scratch]]:
    with laboratory(SHOP, tmp_path_factory.mktemp("shop") / "shop.db") as made:
        yield made


def _key(key: Key) -> str:
    text = key.name if key.name is not None else f"<{key.expression}>"
    return text + (f" collate {key.collation}" if key.collation else "") + (" desc" if key.is_descending else "")


def _term(term: Term) -> str:
    text = f"{_key(term.key)} {term.comparison}" + (f" {term.literal}" if term.literal else "")
    return text + (f" from {term.other}" if term.other else "")


def _access(access: Access) -> str:
    """Say an access in one line; what it has none of is left out."""
    parts = [access.alias + ":", ", ".join(map(_term, access.terms))]
    if access.branches:
        parts.append("| " + " or ".join(" and ".join(map(_term, side)) for side in access.branches))
    if access.order:
        parts.append(("free order " if access.is_order_free else "order ") + ", ".join(map(_key, access.order)))
    return " ".join(part for part in parts if part)


CASES = {
    # Terms.
    "select 1 from users where name = ? and status == 'a' and org_id is ? and created_at is not distinct from ?": [
        "users: name equal, status equal 'a', org_id equal, created_at equal"
    ],
    "select 1 from users where org_id in (1, 2) and name in (select note from orders)": [
        "users: org_id in, name in",
        "orders:",
    ],
    "select 1 from users where org_id not in (1, 2) and name <> 'x' and not status = 'a'": ["users:"],
    "select 1 from users where org_id < 3 and name >= ? and created_at between ? and ?": [
        "users: org_id range 3, name range, created_at range"
    ],
    "select 1 from users where ? between created_at and name": ["users: created_at range, name range"],
    "select 1 from users where name like ? and status like 'a%' and data like '%x' and created_at like '_'": [
        "users: name collate NOCASE prefix, status collate NOCASE prefix"
    ],
    "select 1 from users where name glob ? and email glob 'a*' and email like :x and status glob '*a'": [
        "users: name prefix, email collate BINARY prefix, email prefix"
    ],
    "select 1 from users where name like ? || '%' and status not like 'a%' and data like 'a%' escape '!'": [
        "users: data collate NOCASE prefix"
    ],
    "select 1 from users where name is null and status isnull and org_id is not null and data notnull and active": [
        "users: name is null, status is null, org_id is not null, data is not null, active is not null"
    ],
    "select 1 from users where name collate nocase = ? and email = ? collate binary and email = ?": [
        "users: name collate NOCASE equal, email collate BINARY equal, email equal"
    ],
    "select 1 from users where (org_id, name) = (?, ?) and (status, data) > (?, ?)": [
        "users: org_id equal, name equal, status range"
    ],
    "select 1 from users where rowid = ? and oid > 3": ["users: id equal, id range 3"],
    "select 1 from users where +name = ? and name + 0 = name": ["users:"],
    "select 1 from users where org_id = (select max(org_id) from users)": [
        "users: org_id equal",
        "users: order org_id desc",
    ],
    # Expressions.
    "select 1 from users u where lower(u.email) = ? and json_extract(data, '$.x') > 3 and data ->> '$.y' = 'z'": [
        "u: <lower(email)> equal, <json_extract(data, '$.x')> range 3, <data ->> '$.y'> equal 'z'"
    ],
    "select 1 from users where date(created_at) = ? and name || email = ? and ifnull(name, status) = ?": [
        "users: <date(created_at)> equal, <name || email> equal, <ifnull(name, status)> equal"
    ],
    "select 1 from users where json_extract(data, ?) = 1 and random() = 1 and date(created_at, 'localtime') = ?": [
        "users:"
    ],
    "select 1 from users where name = lower(?) and (select 1) = length(name)": [
        "users: name equal, <length(name)> equal"
    ],
    "select 1 from users u, orders o where u.name || o.note = ?": ["u:", "o:"],
    # Either, or.
    "select 1 from users where email = ? or name = ?": ["users: | email equal or name equal"],
    "select 1 from users where (name = ? and org_id > 3) or status = 'b' or data is null": [
        "users: | name equal and org_id range 3 or status equal 'b' or data is null"
    ],
    "select 1 from users where name = 'a' or name = 'b'": ["users: name in | name equal 'a' or name equal 'b'"],
    "select 1 from users where name = ? or length(?) = 3": ["users:"],
    "select 1 from users where name = ? or ((status = ? or data = ?) and id + 1)": [
        "users: | name equal or status equal or data equal"
    ],
    # Joins.
    "select 1 from users u join orders o on o.user_id = u.id where o.status = 'x'": [
        "u: id equal from o",
        "o: user_id equal from u, status equal 'x'",
    ],
    "select 1 from users u left join orders o on o.user_id = u.id and u.status = 'x' where u.name = ?": [
        "u: name equal",
        "o: user_id equal from u",
    ],
    # The row of an outer join that the WHERE needs must be there.
    "select 1 from users u left join orders o on o.note = u.name where o.status = 'x'": [
        "u: name equal from o",
        "o: note equal from u, status equal 'x'",
    ],
    "select 1 from users u left join orders o on o.note = u.name where o.status is null": [
        "u:",
        "o: note equal from u, status is null",
    ],
    "select 1 from users u, orders o where o.note = u.email": [
        "u: email collate BINARY equal from o",
        "o: note equal from u",
    ],
    "select 1 from users join orders using (status)": [
        "users: status equal from orders",
        "orders: status equal from users",
    ],
    "select 1 from (select user_id as id, total from orders) x natural join users": [
        "orders: user_id equal from users",
        "users: id equal from orders",
    ],
    "select 1 from (users u join orders o on o.user_id = u.id) where ts = ?": [
        "u: id equal from o",
        "o: user_id equal from u, ts equal",
    ],
    "select 1 from orders o, json_each(o.note) j where o.status = j.value": ["o: status equal from j"],
    # Subqueries, table expressions, views.
    "select 1 from users u where exists (select 1 from orders where user_id = u.id and ts > u.created_at)": [
        "u:",
        "orders: user_id equal from u, ts range from u",
    ],
    "select 1 from users where exists (select note as name from orders where name = ?)": [
        "users:",
        "orders: note equal",
    ],
    "select (select count(*) from orders where user_id = users.id) from users where org_id = ?": [
        "users: org_id equal",
        "orders: user_id equal from users",
    ],
    "select * from (select lower(name) as l, org_id o from users) where l = ? and o = 3": [
        "users: <lower(name)> equal, org_id equal 3"
    ],
    "select * from (select user_id u, sum(total) s from orders group by 1) where u = ? and s > 3": [
        "orders: user_id equal free order user_id"
    ],
    "select * from (select * from orders limit 9) where total > 3": ["orders:"],
    "with recent as (select * from orders where ts > ?) select 1 from recent a join recent b on a.total = b.total": [
        "orders: ts range, total equal from orders",
        "orders: ts range, total equal from orders",
    ],
    "with recursive up (i) as (select ? union select org_id from users, up where users.id = i) select * from up": [
        "users: id equal from up"
    ],
    "select name from open_orders where uid = ? and n = ? order by id desc": [
        "o: user_id equal from u, status equal 'open', user_id equal, <lower(note)> equal order id desc",
        "u: id equal from o",
    ],
    "select y from both where x = ? order by y": ["users: id equal order name", "orders: id equal order note"],
    "select id from users where name = ? union select id from orders where note = ? order by 1": [
        "users: name equal order id",
        "orders: note equal order id",
    ],
    # Order.
    "select name n, status from users order by n desc, 2 collate nocase, lower(data)": [
        "users: order name desc, status collate NOCASE, <lower(data)>"
    ],
    "select 1 from users u join orders o on o.user_id = u.id order by o.ts, u.name": [
        "u: id equal from o",
        "o: user_id equal from u",
    ],
    "select status, count(*) c from orders group by status order by c": ["orders: free order status"],
    "select status, user_id from orders group by 1, 2 order by user_id desc": ["orders: order user_id desc, status"],
    "select user_id from orders group by user_id having user_id > 3 and count(*) > 2 and total = ?": [
        "orders: user_id range 3 free order user_id"
    ],
    "select distinct user_id, status from orders": ["orders: free order user_id, status"],
    "select count(distinct user_id) from orders": ["orders: free order user_id"],
    "select min(total) from orders where user_id = ?": ["orders: user_id equal order total"],
    "select min(total), max(total) from orders": ["orders:"],
    "select row_number() over (partition by user_id order by ts desc) from orders": ["orders: order user_id, ts desc"],
    "select sum(total) over w from orders window w as (order by ts)": ["orders: order ts"],
    # Writes.
    "update or ignore orders set note = ?1 where user_id = ?2 and ts < $limit": ["orders: user_id equal, ts range"],
    "update orders set note = u.name from users u where u.id = user_id": [
        "orders: user_id equal from u",
        "u: id equal from orders",
    ],
    "delete from orders where user_id in (select id from users where active)": [
        "orders: user_id in",
        "users: active is not null",
    ],
    "insert into orders (user_id) select id from users where org_id = @org on conflict (id) do nothing": [
        "users: org_id equal"
    ],
    "replace into orders (user_id) select id from users where name = ?": ["users: name equal"],
    "insert into orders (user_id) values (?)": [],
    "values (1)": [],
    # Names.
    'select "a b" from "we ird" where [select] = 1 and `ü` > \'x\' and "q""q" notnull order by "we ird"."a b"': [
        "we ird: select equal 1, ü range 'x', q\"q is not null order a b"
    ],
    "SELECT 1 FROM USERS WHERE NAME = ? AND Users.EMAIL = ?": ["USERS: name equal, email equal"],
    "select 1 from main.users where main.users.name = ?": ["users: name equal"],
    # Nothing can be indexed there, or nothing is asked.
    "select 1 from notes where body match 'x'": [],
    "pragma user_version": [],
    "select 1 from nowhere where a = 1": [],
    "select * from users where": [],
}


@pytest.mark.parametrize("sql", CASES)
def test_a_statement_asks(sql: str, shop: tuple[Schema, Scratch]) -> None:
    assert [_access(access) for access in accesses(sql, *shop)] == CASES[sql]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select name from users where org_id = ?", "name org_id"),
        ("select count(*) from users where active", "active"),
        ("select * from (select * from users) where org_id = ? order by 2", None),
        ("select x.name from (select * from users) x where exists (select x.data)", "name data"),
        ("with a as (select id, name, status from users) select id from a where status = ?", "id status"),
        ("select y from both", "name"),
        ("select x from (select distinct id as x, name from users)", "id name"),
        ("select x from (select id as x, name from users union select id, note from orders)", "id name"),
        ("update users set name = status where org_id = ?", "status org_id"),
        ("select users.* from users", None),
        ("select id from users order by lower(data)", "id data"),
    ],
)
def test_columns_are_those_that_are_read(sql: str, columns: str | None, shop: tuple[Schema, Scratch]) -> None:
    schema, lab = shop
    known = schema.table("users").column_names if columns is None else columns.split()
    assert accesses(sql, schema, lab)[0].columns == frozenset(known)


@pytest.mark.parametrize(
    ("where", "conditions"),
    [
        ("active", ["active"]),
        ("not active", ["not active"]),
        ("u.status = 'open' and name = ?", ["status = 'open'"]),
        ("data is not null and status <> 'x'", ["data is not null", "status <> 'x'"]),
        ("status in ('a', 'it''s') or status is null", ["status in ('a', 'it''s') or status is null"]),
        ("name not like 'x%' and random() > 3 and name > (select 'a')", ["not name like 'x%'"]),
        ("case when active then 1 end = 1", []),
    ],
)
def test_conditions_can_be_those_of_a_partial_index(
    where: str, conditions: list[str], shop: tuple[Schema, Scratch]
) -> None:
    schema, lab = shop
    sql = f"select name from users u where {where}"
    (access,) = accesses(sql, schema, lab)
    assert list(access.conditions) == conditions
    for condition in conditions:
        lab.query("savepoint here")
        lab.query(f"create index partly on users (name) where {condition}")
        indexed = sql.replace("users u", "users u indexed by partly").replace("= ?", "= 'x'")
        assert any("partly" in row.detail for row in lab.explain(indexed))
        lab.query("rollback to here")
        lab.query("release here")


@pytest.mark.parametrize(
    "where",
    [
        "lower(u.email) = ?",
        "LOWER( email ) = ?",
        "json_extract(u.data, '$.x') > 3",
        "data ->> '$.y' = 'z'",
        "data -> '$.y' ->> 1 = 'z'",
        "name || email = ?",
        "ifnull(u.name, u.status) = ?",
        "(org_id + 1) * 2 between 3 and 4",
        "cast(u.data as integer) in (1, 2)",
        "CAST(data AS Integer) = 3",
        "cast(data as decimal(10, 2)) = 3",
        "org_id % 10 = 3 and -org_id < 4",
        "date(u.created_at, '+1 day') = ?",
        "substr(name, 1, 2) = 'it''s'",
        'length(u."name") > length(?)',
    ],
)
def test_an_index_on_the_expression_serves_it(where: str, shop: tuple[Schema, Scratch]) -> None:
    schema, lab = shop
    (access,) = accesses(f"select id from users u where {where}", schema, lab)
    assert access.terms
    for term in access.terms:
        assert term.key.name is None
        lab.query("savepoint here")
        lab.query(f"create index forced on users ({term.key.expression})")
        plan = lab.explain(f"select id from users u indexed by forced where {where}".replace("?", "'x'"))
        lab.query("rollback to here")
        lab.query("release here")
        assert any(row.detail.startswith("SEARCH u USING") for row in plan), term


def test_a_view_that_cannot_be_parsed_is_left_to_the_planner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "create table t (a, b); create view v as select a from t where b = 3;"
    with laboratory(script, tmp_path / "t.db") as (schema, lab):
        assert [_access(access) for access in accesses("select a from v where a = 2", schema, lab)] == [
            "t: b equal 3, a equal 2"
        ]
        monkeypatch.setattr(parsed_accesses, "body_of_view", lambda sql: "no sql")
        (access,) = accesses("select a from v where a = 2", schema, lab)
        assert sorted(map(_term, access.terms)) == ["a equal 2", "b equal"]


def test_a_text_that_sqlglot_refuses_is_left_to_the_planner(shop: tuple[Schema, Scratch]) -> None:
    sql = "select 1 from users where name = ? order by status limit 3, 4 -- ?"
    assert [_access(access) for access in accesses(sql, *shop)] == ["users: name equal order status"]
    sql = "select 1 from users not indexed where name = ?"
    assert [access.table for access in accesses(sql, *shop)] == ["users"]


def test_the_planner_tells_the_sides_of_an_or(shop: tuple[Schema, Scratch]) -> None:
    (access,) = planned_accesses("select 1 from users where (email = ? or name = ?) and org_id > 3", *shop)
    assert sorted(_term(term) for (term,) in access.branches) == ["email equal", "name equal"]
    assert [_term(term) for term in access.terms] == ["org_id range 3"]


def test_without_sqlglot_the_planner_is_asked(tmp_path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        sys.modules["sqlglot"] = None
        from noormme_py.optimize.reading.accesses import accesses
        from noormme_py.optimize.recording.record import StatementRecord
        from noormme_py.optimize.findings.sargability import non_sargable
        from tests.optimize.laboratories import laboratory

        with laboratory("create table t (a, b)", Path(sys.argv[1])) as (schema, lab):
            (access,) = accesses("select a from t where a = 3 order by b", schema, lab)
            print(access.terms[0].key.name, access.terms[0].comparison, access.order[0].name)
            print(non_sargable(StatementRecord("select a from t where lower(a) = 3"), schema, lab))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "t.db")],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (done.stdout, done.stderr) == ("a equal b\n[]\n", "")


def test_importing_it_loads_no_parser() -> None:
    program = (
        "import sys, noormme_py.optimize.reading.accesses, noormme_py.optimize.findings.sargability; "
        "print(sorted(name for name in sys.modules if name.startswith('sqlglot')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_statement_takes_milliseconds(shop: tuple[Schema, Scratch], capsys: pytest.CaptureFixture[str]) -> None:
    for sql in CASES:
        accesses(sql, *shop)
    began = time.perf_counter()
    for sql in CASES:
        accesses(sql, *shop)
    elapsed_ms = (time.perf_counter() - began) * 1000
    with capsys.disabled():
        sys.stdout.write(f"\n{elapsed_ms / len(CASES):.2f} ms a statement\n")


MORE = [
    "select * from users u join orders o on o.user_id = u.id join items i on i.order_id = o.id and i.sku = u.name",
    "select * from users where id in (select user_id from orders o where o.note = users.name or o.ts = users.data)",
    "select * from open_orders x left join both b on b.x = x.uid where b.y = 'q'",
    "with a as (select note n from orders union all select sku from items) select * from a where n = 3",
    "select * from users where (status = 'a' and name = 'b') or (status = 'c' and email = 'd')",
    "select 1 from orders where user_id = (select id from users where name = ?) and ts > (select max(data) from users)",
    "select * from users a left join users b on b.name = a.data and b.status in ('x', 'y') where a.org_id = b.org_id",
    "select status from orders group by status having status between 'a' and 'c'",
    "select 1 from (select user_id u, max(ts) m from orders group by 1) x join orders o on o.user_id = u and o.ts = m",
    "with recursive t (i) as (select 3 union all select id from users, t where org_id = i) select 1 from t where i = 4",
    "delete from orders where not exists (select 1 from users u where u.id = orders.user_id and u.name = orders.note)",
    "update orders set total = (select 1 from items i where i.order_id = orders.id and i.sku like 'a%') where ts > ?",
    "select * from users where (name, status) in (values ('a', 'b'), ('c', 'd'))",
    "select * from users where (name, status) in (select note, status from orders where total > 3)",
    "select * from orders o full join users u on u.name = o.note where u.status = 'a'",
    "select * from users u, (select distinct user_id i from orders where status = ?) p where p.i = u.id and org_id = 3",
    "select case when exists (select 1 from orders where note = u.name) then 1 end from users u where name is 'x'",
    "select id from users where name = 'x' union select id from users where status = 'y' except select 3 where ?",
]


@pytest.mark.parametrize("sql", [*CASES, *MORE])
def test_what_the_planner_looks_up_is_known(sql: str, shop: tuple[Schema, Scratch]) -> None:
    read = parsed_accesses.parsed_accesses(sql, *shop) or ()
    known = {(access.table, term.key.name) for access in read for term in _all_terms(access)}
    for access in planned_accesses(sql, *shop):
        for term in _all_terms(access):
            assert (access.table, term.key.name) in known


def _all_terms(access: Access) -> list[Term]:
    return [*access.terms, *(term for side in access.branches for term in side)]
