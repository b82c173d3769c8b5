"""Conditions as people write them: PostgreSQL deparses them, and both databases must say the same of each row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from noormme_py.postgres.expressions import Translated, translate_check, translate_predicate
from tests.postgres.both_sides import BothSides
from tests.postgres.database import Database

NUMBERS = r"""
i > 0 ; i - k = -9 ; k * 2 > s ; k / 2 > 0 ; i % 3 = -1 ; - (-k) > 0 ; abs(s) > 2 ; s + k > 0 ; age > 5 ; age + 1 > k
i in (1, 2, 7) ; i not in (1, 2) ; i not in (1, null) ; i = any(array[1,7]) ; i > any(array[1,2]) ; i > all(array[1,2])
i <> all('{1,2,NULL}'::int[]) ; i = any('{}'::int[]) ; i <> all('{}'::int[]) ; i between -7 and 1
i not between 0 and 5 ; i is null ; i is not null ; i is distinct from k ; i is not distinct from k
i = null ; 1 < i ; i & 1 = 1 ; i | 1 = 1
j > 9007199254740992 ; j = 9007199254740993 ; s::bigint > j ; i::text || 'x' = '1x' ; i::boolean ; mod(i, 3) = 1
price > 0 ; price >= 0.3 ; price = 0.30 ; price in (0.3, 10.5) ; price <> 10.5 ; price > 10.499 ; price > k
price between 0.1 and 0.3 ; price + rate > 0.5 ; price + 0.2 = 0.5 ; price * rate = 0.09 ; price * 3 = 0.9
price - 0.1 = 0.2 ; price / 2 > 1 ; price / nullif(i, 0) > 0.1 ; k / 2.0 = 0.5 ; k / 4 = 0 ; round(price) = 3
round(price) = -3 ; round(price, 2) = 0.30 ; trunc(price) = 2 ; floor(price) = -3 ; ceil(price) = 3 ; ceiling(price) = 1
floor(price) = -1 ; sign(price) = -1 ; abs(price) = 0.1 ; price::numeric(12,4) = 0.3 ; price::float8 > 0.2
price::text = '10.50' ; exact > 0 ; exact = 1.5 ; exact < wide
wide > 100 ; wide = 100.1 ; exact in (0, 1.5) ; exact::text = '1.50' ; f > 0 ; f = 0.1 ; f >= 2 ; f < 'Infinity'
f = 'NaN' ; f > 'NaN' ; f <> 'NaN' ; f + 1 > 2 ; f / 2 > 0.01 ; f * 2 = 4 ; f = k ; f > price ; f::numeric > 0.05
i::float8 / 2 = 0.5 ; r > 0 ; r >= 2.5 ; r < 0.5 ; r = 0.1::real ; r > 'NaN'::real ; r::float8 > 0
num_nonnulls(i, k, t) = 2 ; num_nulls(i, k) > 0 ; greatest(i, k) = 2 ; least(i, k, s) < 0 ; greatest(price, 1) = 1
"""
CONDITIONS = r"""
b ; not b ; b = true ; b is not true ; b <> (i > 0) ; b and i > 0 or t = 'a' ; (b or i > 0) and (k > 0 or s > 0) ; true
not (b and i > 0) ; b > false ; (i > 0) is true ; (i > 0) is not true ; (i > 0) is unknown ; (i > 0) is not unknown
(i > 0) is false ; (i > 0) is not false ; (i > 0) = (k > 0) ; b::text = 'true' ; b::int = 1 ; null::boolean
i > 0 and i > 1 and i > 2 and i > 3 ; coalesce(b, true) ; case when i > 0 then b else t = 'a' end
case i when 1 then true when 7 then false end ; case t when 'a' then 1 when '' then 2 else 3 end = 3
case when b then price else 0 end >= 0 ; case when b then 'x' end is null
coalesce(i, 0) > 0 ; coalesce(t, w, 'x') = 'x' ; coalesce(price, rate, 1) > 1 ; coalesce(exact, price, 0) > 1
coalesce(c, 'q') = 'q' ; coalesce(ci, 'Q') = 'q' ; nullif(t, '') is null ; nullif(i, 7) is null
nullif(ci, 'nobody') is null ; nullif(c, 'ab') is null ; greatest(t, w) = 'b' ; least(d, e) = '2020-01-01'
"""
TEXTS = r"""
t = 'a' ; t <> 'a' ; t = '' ; t <> '' ; t > 'a' ; t < 'b' collate "C" ; t in ('a', '') ; t = w ; t = v ; 'x' = t
t = E'line\nbreak' ; t = E'50%_*?[x]\\' ; w = 'it''s "q"' ; "Camel Case" = 'x' ; "Camel Case" <> lower("Camel Case")
t || w = 'ab' ; t || '-' || w = '-' ; t || i = 'a1' ; concat(t, w, i) = 'ab1' ; concat(b, t) = 'ta'
concat_ws('-', t, w) = 'a-b' ; concat_ws(', ', t, v, w) = 'it''s' ; lpad(i::text, 3, '0') = '001'
lpad(t, 2, 'x') = 'xa' ; rpad(t, 3) = 'a  ' ; length(t) > 1
length(c) = 2 ; char_length(v) = 5 ; octet_length(t) > 3 ; octet_length(c) = 5 ; bit_length(t) = 8 ; lower(v) = 'abc'
lower(ci::text) = 'ab@x.org' ; upper(t) = 'A' ; trim(t) = 'pad it' ; btrim(t) <> '' ; ltrim(t) = 'pad it '
rtrim(t) = '  pad it' ; trim(both 'ax' from t) = '' ; trim(leading '#' from t) = 'a1B2c3' ; btrim(w, '"''') = 'x'
trim(trailing ' ' from t) <> t ; substr(t, 1, 2) = 'a' ; substring(t from 2 for 3) = 'pad' ; substr(t, 3) = 'pad it '
substring(t from 0 for 2) = 'a' ; substring(t from -1 for 4) = 'li' ; left(t, 2) = 'li' ; left(t, -2) = '  pad i'
left(t, -30) = '' ; right(t, 2) = 't ' ; right(t, -2) = E'ne\nbreak' ; right(t, 0) = '' ; left(v, 1) = 'A'
replace(t, 'a', 'b') = 'b' ; replace(t, '', 'b') = 'a' ; position('a' in t) = 1 ; strpos(t, '') = 1 ; ascii(t) = 97
position('pad' in t) > 2 ; ascii(t) = 0 ; starts_with(t, 'sl') ; t ^@ '5' ; t::varchar(1) = 'a' ; c = 'ab' ; c = 'ab   '
c <> 'ab' ; c in ('ab', 'x') ; c::text = 'ab' ; c > 'a' ; c::varchar = 'ab' ; c = t::bpchar ; ci = 'ab@x.org'
ci <> 'AB@X.ORG' ; ci in ('NOBODY', 'slug') ; ci::text = 'Slug' ; ci > 'm' ; mood = 'sad' ; mood in ('sad', 'ok')
mood <> 'happy' ; mood::text like 'h%' ; u = '12345678-1234-4234-8234-123456789abc' ; u::text like '1234%'
u <> '00000000-0000-0000-0000-000000000000' ; u > '12345678-1234-4234-8234-123456789abc' ; raw = '\x00ff'
raw > '\x41' ; encode(raw, 'hex') = 'c3a9' ; octet_length(raw) = 2 ; length(raw) = 2 ; ip = '10.0.0.1'
"""
PATTERNS = r"""
t like 'a%' ; t not like 'a%' ; t like '%\%\_*%' ; t like '%*?[x]\\' ; t like '_' ; t like '' ; t like '%'
t like 'line_break' ; t like '%]%' ; t like '%[%' ; w like '%''%' ; v like 'AB%' ; t like '50!%%' escape '!'
t ilike 'A%' ; t ilike '%@%' ; t not ilike 'A' ; t ilike '%\%%' ; ci like 'ab%' ; ci not like 'AB%' ; c like 'ab%'
c like 'ab' ; t like any(array['a%', 's%']) ; t not like all(array['a%', 's%']) ; t not like any(array['a%', 's%'])
t like all(array['s%', '%x']) ; t ~ '^[a-z0-9_-]+$' ; t ~ '^[a-z]' ; t !~ '^[a-z]' ; t ~ 'x$' ; t ~ 'it' ; t ~ '^$'
t ~ '^#[0-9a-fA-F]{6}$' ; w ~ '^\+[0-9]{4,}$' ; w ~ '^\+?[0-9]+$' ; w ~ '^[+]?[0-9]{2}$' ; v ~ '^[A-Z]{2,3}$'
v ~* '^[a-z]{3}$' ; v ~* '^abc' ; w ~ '^\d{2}$' ; t ~ '[]^-]' ; w ~ '[]^-]' ; w ~ '^[^]^-]*$' ; t ~ '^.{1}$'
t ~ 'l.*k' ; t ~ '\.' ; w ~ 'a\.b' ; t ~ ''
"""
TIMES = r"""
d > '2020-01-01' ; d = '2026-01-05' ; d <= e ; d between '2020-01-01' and '2026-06-01' ; d + 1 = '2026-01-06'
d - 1 = '2026-01-04' ; ts > '2020-01-01' ; ts > d ; ts::date = d ; ts = '2026-01-05 09:30:00' ; d = 'infinity'
ts >= '2026-01-05 09:30:00' ; ts + interval '1 day' > '2026-01-06' ; ts > '-infinity' ; d < 'infinity'
ts + interval '1 hour 30 minutes' = '2026-01-05 11:00:00' ; ts - interval '1 month' = '2025-12-05 09:30:00'
d + interval '1 day' = '2026-01-06' ; ts < d + interval '1 day' ; tz > '2020-01-01 00:00:00+00'
tz > '2020-01-01 00:00:00+02' ; tz = '2026-01-05 10:30:00+01' ; tz::date = d
tz > d ; tz >= ts ; extract(year from d) = 2026
extract(month from d) = 2 ; extract(day from ts) = 29 ; extract(hour from ts) = 9 ; extract(minute from ts) = 30
extract(dow from d) = 0 ; extract(isodow from d) = 7 ; extract(doy from d) = 366 ; extract(quarter from d) = 4
extract(epoch from d) > 0 ; date_part('year', ts) > 2020 ; date_trunc('month', ts) = '2026-01-01'
date_trunc('day', ts) = ts ; date_trunc('week', ts) in ('2026-01-05', '2020-12-28') ; to_char(ts, 'YYYY-MM') = '2026-01'
date_trunc('hour', ts) = '2026-01-05 09:00:00' ; date_trunc('year', tz) = '2026-01-01 00:00:00+00'
to_char(d, 'YYYYMMDD') = '20260105' ; to_char(ts, 'HH24:MI:SS') = '09:30:00' ; (tz at time zone 'UTC') = ts
(ts at time zone 'UTC') = tz ; tm > '09:00' ; tm = '09:30:00' ; tm between '09:00' and '23:59:59.5' ; ts::time = tm
span is not null
"""
DOCUMENTS = r"""
data is null ; data = '{}' ; data <> '[]' ; jsonb_typeof(data) = 'object' ; jsonb_typeof(data) <> 'array'
jsonb_typeof(data -> 'n') = 'number' ; json_typeof(doc) = 'object' ; data ->> 'kind' = 'a' ; data ->> 'kind' is not null
data ->> 'kind' in ('a', 'b') ; data ->> 'kind' = '12' ; data ->> 'ok' = 'true' ; data ->> 'kind' = 'true'
data ->> 'kind' like 't%' ; data -> 'nil' is not null ; data ->> 'nil' is null ; data -> 'in' ->> 'x' = 'y'
data #>> '{in,x}' = 'y' ; data -> 'list' ->> 0 = 'p' ; length(data ->> 'kind') = 1 ; data ? 'kind'
doc ->> 'kind' = 'b' ; data -> 'ok' = 'true'
data -> 'nil' = 'null' ; data -> 'ok' <> 'false' ; coalesce(data ->> 'kind', 'z') = 'z'
tags is null ; tags = '{}' ; tags <> '{}' ; data ->> 'kind' < 'b' ; data ->> 'kind' > ''
array_length(tags, 1) = 2 ; cardinality(tags) > 1
"""


@pytest.fixture
def sides(pg: Database) -> Iterator[BothSides]:
    opened = BothSides(pg.dsn)
    yield opened
    opened.close()


@pytest.mark.parametrize("listed", [NUMBERS, CONDITIONS, TEXTS, PATTERNS, TIMES, DOCUMENTS], ids="nctpmd")
def test_both_databases_say_the_same_of_each_row(sides: BothSides, listed: str) -> None:
    wrong: dict[str, object] = {}
    for condition in listed.strip().replace("\n", " ; ").split(" ; "):
        text = sides.deparsed(condition)
        there = sides.there_is(text)
        translated = translate_check(text, sides.scope)
        if not isinstance(translated, Translated):
            wrong[condition] = translated
            continue
        # SQLite takes it for a CHECK, and for the WHERE of an index.
        sides.here.execute(f"create table held ({sides.ddl}, check ({translated.sql}))")
        sides.here.execute("drop table held")
        sides.here.execute(f"create index tried on things (id) where {translated.sql}")
        sides.here.execute("drop index tried")
        here = [None if value is None else bool(value) for value in sides.here_is(translated.sql)]
        # What is noted may differ where a row is out of the ordinary.
        rows = sides.odd if translated.notes else len(there)
        if here[:rows] != there[:rows]:
            wrong[condition] = translated
        predicate = translate_predicate(text, sides.scope)
        if predicate != translated:
            wrong[condition] = predicate
    assert wrong == {}


def test_rows_that_postgresql_refuses_are_refused_by_sqlite(sides: BothSides) -> None:
    text = sides.deparsed("price > 0 and v like 'A%'")
    translated = translate_check(text, sides.scope)
    assert isinstance(translated, Translated)
    sides.here.execute(f"create table held ({sides.ddl}, check ({translated.sql}))")
    sides.here.execute("insert into held (price, v) values (1.5, 'AB'), (null, 'A'), (2, null)")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        sides.here.execute("insert into held (price, v) values (1.5, 'ab')")
