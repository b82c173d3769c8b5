"""Whole queries: as people write them, and as PostgreSQL writes those of views; both databases give the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.postgres.expressions import ScopeColumn, Translated, Untranslated
from noormme_py.postgres.expressions.translate import UNEXPECTED
from noormme_py.postgres.queries import QueryTable, translate_query
from tests.postgres.both_sides import PLAIN_ROWS, BothSides, scope
from tests.postgres.database import Database
from tests.postgres.test_expressions import SENTENCES

QUERIES = """
select id, t, price from things where i > 0;
select x.id, x.t, x.id + 1 as next from things x where b;
select id from things order by t desc, id;
select id, t from things order by t nulls first, id desc limit 3 offset 1;
select id from things order by k, id offset 2;
select id, i as n from things order by n, id;
select i, id from things order by 1 desc, 2;
select a.id, b.id as other from things a join things b on a.i = b.k order by a.id, b.id;
select a.id, b.id as other, c.t from things a left join things b on b.id = a.i left join things c on c.id = b.k
    order by 1;
select a.id from things a, things b where a.id = b.i;
select a.id, b.id as other from things a cross join things b where a.id = b.k;
select id, a.t, b.w from things a join things b using (id) order by id;
select a.id, b.id as bid from (things a join (things b join things c on b.id = c.i) on a.id = c.id);
select a.id from things a full join things b on a.id = b.i where a.i < 5;
select i, count(*) as n from things group by i having count(*) >= 1;
select b, count(*) as n, sum(k) as s, avg(k) as a, min(t) as lo, max(t) as hi, count(distinct k) as ks from things
    group by b order by b;
select sum(price) as total, sum(rate) as r, avg(price) as ap, min(price) as lo, max(f) as hi from things;
select count(*) filter (where i > 0) as pos, sum(k) filter (where k > 0 and i < 1000) as s from things;
select bool_and(b) as every, bool_or(b) as any from things;
select distinct k from things order by k;
select distinct k, b from things;
select id, row_number() over (order by id desc) as rn from things order by id;
select id, rank() over (partition by b order by k) as r, sum(k) over (partition by b order by id) as running from things
    order by id;
select id, lag(t) over (order by id) as prev, lead(i, 2, 0) over w as nxt from things window w as (order by id)
    order by id;
select id, sum(k) over (order by id rows between 1 preceding and current row) as s from things order by id;
select id, ntile(2) over (order by id) as half, first_value(t) over (partition by b order by id) as f,
    dense_rank() over (order by k) as dr from things;
select id from things where i in (select k from things);
select id from things where i not in (select k from things where k is not null);
select id from things a where exists (select 1 from things b where b.k = a.i);
select id from things a where i = any (select k from things b where b.id <> a.id);
select id, (select max(k) from things b where b.id < a.id) as m from things a order by id;
select a.id from things a where a.i > (select avg(i) from things b where b.b = a.b);
select q.n, q.c from (select k as n, count(*) as c from things group by k) q where q.c > 1;
select x.id from (select id from (select id from things where i > 0) y) x;
select max(cnt) as most from (select count(*) as cnt from things group by b) x;
select a.id, q.m from things a left join (select k, max(i) as m from things group by k) q on q.k = a.k
    where q.m is not null order by a.id;
with big as (select id, i from things where i > 0) select count(*) as n from big;
with big(a, b) as (select id, i from things where i > 0), other as (select a from big)
    select o.a, big.b from other o join big on big.a = o.a order by 1;
with recursive n(x) as (values (1) union all select x + 1 from n where x < 10) select x from n;
with recursive tree as (select id, 0 as depth from things where id = 1
    union all select c.id, p.depth + 1 from things c join tree p on c.id = p.id + 1 where p.depth < 3)
    select * from tree order by id;
select k from things union select s from things;
select k from things union all select s from things order by 1;
select k from things intersect select s from things;
select k from things except select s from things;
select k from things union all (select s from things order by s limit 2);
select k from things union select s from things intersect select i from things;
(select k from things order by k limit 1) union all (select i from things order by i limit 1);
select v.a, v.b from (values (1, 'x'), (2, null)) v(a, b);
select 1 as one, 'x' as letter, null as nothing, true as yes, 1.50 as num;
select 'a' || t as x, coalesce(t, '-') as y, case when i > 0 then 'pos' else 'neg' end as z from things;
select id, k / 2 as half, i % 3 as rest, price / 3 as third, price * 2 as twice, k / 2.0 as exact_half from things;
select id, upper(v), lower(v), length(t), i::text, price::text from things order by id;
select id from things where t ilike 'A%' or t like 'l%';
select id from things where d between '2020-01-01' and '2026-06-30';
select id from things where d > '2020-01-01' and ts >= '2024-02-29' and b is not true;
select id from things where tz >= '2026-01-01' and b;
select date_trunc('month', ts) as m, count(*) as n from things group by 1 order by 1;
select date_trunc('month', ts) as m, count(*) as n from things group by m order by m;
select extract(year from d) as y, count(*) from things group by extract(year from d) order by y;
select to_char(ts, 'YYYY-MM') as ym, sum(price) as total from things group by to_char(ts, 'YYYY-MM')
    order by ym nulls first;
select id, data ->> 'kind' as kind from things where data ->> 'kind' = 'a';
select string_agg(v, ', ') as joined from things where id = 1;
select mood, count(*) as n from things group by mood;
select ci from things where ci = 'AB@x.org' order by id;
select count(distinct ci) as n from things;
select c, length(c) from things where c = 'ab';
select ci::text as x, count(*) as n from things group by ci::text;
select id from things order by id fetch first 3 rows only;
select id from things where now() > tz and tz > now() - interval '100 years';
select current_date >= d as past from things;
select (select count(*) from things) as n, exists (select 1 from things where id = 3) as e;
select nullif(t, '') as t, greatest(i, k) as g, least(price, rate) as l from things;
select t, count(*) from things group by t order by count(*) desc, t limit 3;
select sum(price * rate) as weighted, round(sum(price)) as r, round(avg(price), 2) as a from things;
select k as "Weird ""Name"" here", t as "select" from things order by id;
select q."X" from (select id as "X" from things) q order by q."X";
select u, raw, tm, d, tz, ts from things order by id;
select id from things for update;
select id from public.things;
select case b when true then 'y' when false then 'n' end as yn, count(*) from things group by 1;
select id from things where tags @> array['a', 'b'];
select id from things where tags && array['c', 'zz'];
select id, 'x y' = any(tags) as has, tags @> '{a}' as a from things;
"""
REFUSED = {
    "select distinct on (k) k, id from things order by k, id": "DISTINCT ON",
    "select unnest(tags) from things": "unnest()",
    "select x from generate_series(1, 3) g(x)": "function",
    "select generate_series(1, 3)": "generate_series()",
    "select a.id from things a, lateral (select 1 as x) l": "FROM",
    "select array_agg(id) from things": "array_agg()",
    "select string_agg(t, ',' order by id) from things": "3.44",
    "select id from things tablesample system (100)": "FROM",
    "select id from things natural join things b": "join",
    "select id from things where t similar to 'a|b'": "",
    "select id from missing": "'missing'",
    "select nothing from things": "'nothing'",
    "select id from things a, things a": "twice",
    "select t from things a, things b": "more than once",
    "select k from things group by rollup (k)": "GROUP BY",
    "select percentile_cont(0.5) within group (order by k) from things": "WITHIN GROUP",
    "select k from things intersect all select s from things": "INTERSECT ALL",
    "select exact from things group by exact": "1.0 and 1.00",
    "select data from things group by data": "jsonb",
    "select k from things order by id fetch first 1 row with ties": "WITH TIES",
    "select id from things where i = $1": "parameter",
    "select price::text || $$x$$ from things where data @@ '$.a'": "",
    "insert into things (id) values (1)": "SELECT",
    "delete from things": "SELECT",
    "select 1; select 2": "SELECT",
    "select id into other from things": "INTO",
    "explain select 1": "SELECT",
    "": "",
}


def tables(schema: str | None, name: str) -> QueryTable | None:
    if name != "things" or schema not in (None, "public"):
        return None
    return QueryTable("things", {"id": ScopeColumn("id", "integer", "int4"), **scope().columns})


def translated(query: str) -> Translated:
    made = translate_query(query, tables)
    assert isinstance(made, Translated), (query, made)
    return made


@pytest.fixture
def sides(pg: Database) -> Iterator[BothSides]:
    opened = BothSides(pg.dsn, PLAIN_ROWS)
    yield opened
    opened.close()


def plain(value: Any) -> Any:
    """Return a value of PostgreSQL as it is kept, and a number of either to twelve digits."""
    match value:
        case bool():
            return int(value)
        case Decimal() | float():
            return float(f"{float(value):.12g}")
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case UUID() | timedelta():
            return str(value)
        case _:
            return value


def test_both_databases_give_the_same_rows(sides: BothSides) -> None:
    wrong: dict[str, object] = {}
    tried: list[str] = []
    for query in filter(None, map(str.strip, QUERIES.split(";\n"))):
        sides.there.execute(f"create temp view tried as {query}".encode())
        written = sides.there.execute(
            "select pg_get_viewdef('tried'::regclass), pg_get_viewdef('tried'::regclass, true)"
        ).fetchone()
        sides.there.execute("drop view tried")
        assert written is not None
        for text in (query, *written):
            with closing(sides.there.execute(text.encode())) as there:
                names = [column.name for column in there.description or ()]
                expected = [tuple(map(plain, row)) for row in there]
            made = translate_query(text, tables)
            if not isinstance(made, Translated):
                wrong[text] = made
                continue
            # What is a view there can be one here.
            view = f"tried_{len(tried)}"
            tried.append(text)
            sides.here.execute(f"create view {view} as {made.sql}")
            with closing(sides.here.execute(f"select * from {view}")) as here:
                given = [tuple(map(plain, row)) for row in here]
                named = [column[0] for column in here.description]
            if "order by" not in text.lower():
                expected, given = sorted(expected, key=repr), sorted(given, key=repr)
            if (expected, names) != (given, named):
                wrong[text] = (made, expected, given, names, named)
    assert wrong == {}


@pytest.mark.parametrize(("query", "reason"), REFUSED.items())
def test_what_is_known_to_differ_says_why(query: str, reason: str) -> None:
    made = translate_query(query, tables)
    assert isinstance(made, Untranslated)
    assert reason in made.reason


def test_null_is_last_as_in_postgresql() -> None:
    made = translated("select id from things order by i, k desc, s nulls first, j desc nulls last")
    assert made.sql.endswith(
        'ORDER BY "things"."i" NULLS LAST, "things"."k" DESC NULLS FIRST, "things"."s" NULLS FIRST,'
        ' "things"."j" DESC NULLS LAST'
    )


def test_tables_and_columns_go_by_their_names_in_sqlite() -> None:
    known = QueryTable("sales_Orders", {"Total": ScopeColumn("total", "integer", "int4")})
    made = translate_query('select o."Total" from sales."Orders" o', lambda schema, name: known if schema else None)
    assert made == Translated('SELECT "o"."total" AS "Total" FROM "sales_Orders" AS "o"')


def test_values_of_a_query_are_in_no_reason() -> None:
    for query in ("select id from things where t ~ 'secret(x)+'", "select id from things where i <@ 'secret'"):
        made = translate_query(query, tables)
        assert isinstance(made, Untranslated)
        assert "secret" not in made.reason


def test_what_is_nearly_the_same_is_noted() -> None:
    for query, note in (
        ("select string_agg(t, ',') from things", "order"),
        ("select sum(price) from things", "floating-point"),
        ("select id from things order by mood", "labels"),
        ("select id from things for update", "locked"),
        ("select date_trunc('day', tz) from things", "UTC"),
        ("select round(rate, 2) from things", "half"),
    ):
        assert note in " ".join(translated(query).notes), query


@given(st.one_of(SENTENCES.map(lambda words: f"select {words}"), SENTENCES, st.text(max_size=40)))
def test_no_text_raises(text: str) -> None:
    made = translate_query(text, tables)
    assert isinstance(made, Translated) or made.reason != UNEXPECTED
