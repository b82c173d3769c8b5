"""A web shop in PostgreSQL, made by SQL alone: ten tables in two schemas, each row a pure function of its number.

`create(conninfo)` makes it in an empty database. It holds what shops hold and what a move is likely to lose: exact
numbers that no float has, integers above 2^53, NaN, infinite dates, documents, arrays, a table in "CamelCase".
"""

from __future__ import annotations

import psycopg

from benchmarks.transfer import schema

FULL_ROWS = 1_000_000
QUICK_ROWS = 100_000

SHARES = {
    "public.customers": 60,
    "public.categories": 1,
    "public.products": 20,
    "public.orders": 200,
    "public.order_lines": 400,
    "public.CustomerReviews": 60,
    "public.exchange_rates": 20,
    "public.events": 150,
    "warehouse.locations": 9,
    "warehouse.stock_moves": 80,
}
"""How many of each thousand rows a table has."""

BIG = 1 << 60
"""Events are numbered from here: no float tells one such number from the next."""

WORDS = "array['red','blue','small','large','wool','steel','oak','new','sale','gift','travel','garden']"


def row_counts(rows: int = FULL_ROWS) -> dict[str, int]:
    """Return the number of rows of each table, by `schema.table`; `rows` is that of all, in thousands."""
    return {table: rows // 1000 * share for table, share in SHARES.items()}


def create(conninfo: str, rows: int = FULL_ROWS) -> dict[str, int]:
    """Make the shop in an empty database, in one transaction, and analyze it; return the rows of each table.

    The same number of rows is the same database, value by value. A million take some seconds and 170 MB.
    """
    counts = row_counts(rows)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set synchronous_commit = off")
        with connection.transaction():
            for statement in (*schema.TABLES, *inserts(counts), *schema.CONSTRAINTS, *sequences()):
                connection.execute(statement.encode())
        connection.execute("vacuum analyze")
    return counts


def inserts(counts: dict[str, int]) -> list[str]:
    """Return the statements that fill the tables, parents first."""
    customers, categories, products, orders, lines, reviews, rates, events, locations, moves = (
        counts[table] for table in SHARES
    )
    return [
        f"""
insert into customers
select i, md5('customer ' || i)::uuid, 'User' || i || '@example.' || (array['com','org','net'])[1 + i % 3],
    case i % 50 when 0 then 'Zoë Müller-Łoś ' || i when 1 then E'O''Brien \\\\ "' || i || '"' else 'Customer ' || i end,
    (array['new','active','active','active','suspended'])[1 + i % 5]::customer_status, i % 7 > 0,
    case when i % 4 > 0 then (i::bigint * 7919 % 2000000 - 500000) / 100.0 end,
    date '1940-01-01' + i * 37 % 25000,
    case when i % 3 = 0 then (({WORDS})[1 + i % 6:2 + i % 6 + i % 3]) end,
    case when i % 2 = 0 then jsonb_build_object('newsletter', i % 3 = 0, 'theme', 'dark', 'visits', i,
        'address', jsonb_build_object('city', 'Town ' || i % 900, 'zip', lpad((i % 90000)::text, 5, '0'))) end,
    case when i % 3 = 0 then timestamp '2016-01-01' + i * interval '41 minutes' end,
    timestamptz '2015-01-01 00:00:00+00' + i * interval '1 hour 61.000123 seconds'
from generate_series(1, {customers}) i""",
        f"""
insert into categories
select i, case when i > 10 then i / 10 end, 'Category ' || i, i * 7 % 1000
from generate_series(1, {categories}) i""",
        f"""
insert into products
select md5('product ' || i)::uuid, 'SKU-' || lpad(i::text, 7, '0'), 1 + i * 31 % {categories}, 'Product ' || i,
    'The ' || ({WORDS})[1 + i % 12] || ' one of ' || repeat('many ' || i || ', ', 3 + i % 9) || 'as you like it.',
    (i::bigint * 6151 % 99900 + 99) / 100.0,
    case i % 1000 when 0 then 'NaN'::float8 when 1 then 'Infinity'::float8 else i / 7.0::float8 end,
    case when i % 4 = 0 then decode(md5('a' || i) || md5('b' || i) || md5('c' || i) || '00ff', 'hex') end,
    ({WORDS})[1 + i % 9:3 + i % 9], jsonb_build_object('colour', ({WORDS})[1 + i % 2], 'sizes',
        jsonb_build_array(i % 5, i % 7, 'XL'), 'rank', i / 7.0), i % 20 > 0
from generate_series(1, {products}) i""",
        f"""
insert into orders
select i, 1 + i::bigint * 7907 % {customers},
    (array['placed','paid','sent','sent','returned'])[1 + i % 5]::order_status,
    (i::bigint * 104729 % 90000000) / 100.0, (array['EUR','USD','GBP'])[1 + i % 3],
    timestamptz '2018-03-01 08:00:00+00' + i * interval '17 minutes 3.25 seconds',
    case when i % 5 > 2 then date '2018-03-02' + i / 85 when i % 5 = 0 then date 'infinity' end,
    case when i % 6 = 0 then E'Ring twice,\\tplease.\\nOrder ' || i || ' is a present for a neighbour.' end
from generate_series(1, {orders}) i""",
        f"""
insert into order_lines
select 1 + i / 2, 1 + i % 2, md5('product ' || 1 + i::bigint * 7789 % {products})::uuid, 1 + i % 9,
    (i::bigint * 6151 % 99900 + 99) / 100.0, case when i % 8 = 0 then i % 40 / 100.0::float8 end
from generate_series(0, {lines} - 1) i""",
        f"""
insert into "CustomerReviews"
select i, 1 + i::bigint * 6997 % {customers}, md5('product ' || 1 + i % {products})::uuid, 1 + i % 5,
    case when i % 10 > 0 then repeat('It is ' || ({WORDS})[1 + i % 12] || ' and does what it should. ', 1 + i % 6) end,
    i % 3 = 0, timestamptz '2019-06-01 12:00:00+02' + i * interval '39 minutes'
from generate_series(1, {reviews}) i""",
        f"""
insert into exchange_rates
select (array['USD','GBP','JPY','CHF'])[1 + i % 4], date '1990-01-01' + i / 4,
    case when i % 2000 = 7 then 'NaN'::numeric else
        ('1.' || lpad((i::bigint * 7919)::text, 10, '0') || lpad((i::bigint * 104729)::text, 14, '0'))::numeric end,
    case when i % 4 = 3 then 'infinity'::timestamp else timestamp '1990-01-01 16:00' + i / 4 * interval '1 day' end
from generate_series(0, {rates} - 1) i""",
        f"""
insert into events
select {BIG} + i, case when i % 5 > 0 then 1 + i::bigint * 6991 % {customers} end, md5('session ' || i / 12)::uuid,
    (array['view','search','basket','pay'])[1 + i % 4], '/products/' || i % {products} || '?from=' || i % 17,
    case when i % 3 = 0 then jsonb_build_object('term', ({WORDS})[1 + i % 12], 'hits', i % 300) end,
    'Mozilla/5.0 (X11; Linux x86_64; rv:' || i % 60 || '.0) Gecko/20100101 Firefox/' || i % 60 || '.0',
    timestamptz '2024-01-01 00:00:00+00' + i * interval '3.141593 seconds'
from generate_series(1, {events}) i""",
        f"""
insert into warehouse.locations
select 'H' || i / 1000 || '-A' || i / 50 % 20 || '-' || i % 50, i / 1000, i % 13 > 0, array[i % 50, i / 50 % 20]
from generate_series(1, {locations}) i""",
        f"""
insert into warehouse.stock_moves
select i, md5('product ' || 1 + i % {products})::uuid,
    'H' || p / 1000 || '-A' || p / 50 % 20 || '-' || p % 50, i % 41 - 20,
    (i::bigint * 7919 % 100000) / 7::numeric, timestamp '2023-01-01' + i * interval '6.5 minutes'
from generate_series(1, {moves}) i, lateral (select 1 + i::bigint * 7883 % {locations} p) place""",
    ]


def sequences() -> list[str]:
    """Return what moves the sequences behind the rows that were numbered by hand."""
    return [
        f"select setval(pg_get_serial_sequence('{table}', '{column}'), (select max(\"{column}\") from {table}))"
        for table, column in (
            ("customers", "id"),
            ("orders", "id"),
            ('"CustomerReviews"', "reviewId"),
            ("warehouse.stock_moves", "id"),
        )
    ]
