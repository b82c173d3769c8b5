-- A database of everything: each type that a column can have, each kind of constraint, and names and values of every
-- awkward sort. It is one script for PostgreSQL 15 and newer, a superuser, and a new database in UTF-8.

create extension hstore;
create extension citext;
create extension file_fdw;

create schema app;
create schema every;
create schema "Other Schema";
comment on schema app is 'what an application made';

-- --------------------------------------------------------------------------------------------- types of the database's own

create type mood as enum ('sad', 'ok', 'happy', 'it''s "fine", {really}');
alter type mood add value 'between' before 'ok';
create type app.mood as enum ('sad', 'glad');
create type "Camel Mood" as enum ('A', 'a');
create type unused_enum as enum ('never');
comment on type mood is 'how somebody is';

create domain positive as integer check (value > 0);
create domain small_positive as positive default 1 constraint below_hundred check (value < 100);
create domain required_text as text not null check (value <> '');
create domain code as varchar(5) collate "C" check (value ~ '^[A-Z]+$');
create domain price as numeric(10, 2) check (value >= 0 and value <> 13);
create domain codes as text[] check (array_length(value, 1) < 4);
create domain anything as text;

create type place as (x double precision, y double precision, label text);
create type nested as (at place, moods mood[], amount price, "Quoted ""Field""" text);
create domain eastern_place as place check ((value).x > 0);

create type float_range as range (subtype = float8, subtype_diff = float8mi);
create type text_range as range (subtype = text, collation = "C");
create domain positive_range as int4range check (lower(value) > 0);

create collation ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- ------------------------------------------------------------------------------------------------- every built-in type

-- Types that take no input stay NULL: gtsvector, pg_node_tree, and those of statistics.
create table every.types (
    id integer primary key,
    "aclitem" aclitem, "bit" bit(5), "bool" bool, "box" box, "bpchar" char(3), "bytea" bytea, "char" "char", "cid" cid,
    "cidr" cidr, "circle" circle, "date" date, "float4" real, "float8" double precision, "gtsvector" gtsvector,
    "inet" inet, "int2" smallint, "int2vector" int2vector, "int4" integer, "int8" bigint, "interval" interval,
    "json" json, "jsonb" jsonb, "jsonpath" jsonpath, "line" line, "lseg" lseg, "macaddr" macaddr, "macaddr8" macaddr8,
    "money" money, "name" name, "numeric" numeric, "oid" oid, "oidvector" oidvector, "path" path,
    "pg_brin_bloom_summary" pg_brin_bloom_summary, "pg_brin_minmax_multi_summary" pg_brin_minmax_multi_summary,
    "pg_dependencies" pg_dependencies, "pg_lsn" pg_lsn, "pg_mcv_list" pg_mcv_list, "pg_ndistinct" pg_ndistinct,
    "pg_node_tree" pg_node_tree, "pg_snapshot" pg_snapshot, "point" point, "polygon" polygon, "refcursor" refcursor,
    "regclass" regclass, "regcollation" regcollation, "regconfig" regconfig, "regdictionary" regdictionary,
    "regnamespace" regnamespace, "regoper" regoper, "regoperator" regoperator, "regproc" regproc,
    "regprocedure" regprocedure, "regrole" regrole, "regtype" regtype, "text" text, "tid" tid, "time" time,
    "timestamp" timestamp, "timestamptz" timestamptz, "timetz" timetz, "tsquery" tsquery, "tsvector" tsvector,
    "txid_snapshot" txid_snapshot, "uuid" uuid, "varbit" varbit, "varchar" varchar(10), "xid" xid, "xid8" xid8,
    "xml" xml, "int4range" int4range, "int8range" int8range, "numrange" numrange, "tsrange" tsrange,
    "tstzrange" tstzrange, "daterange" daterange, "int4multirange" int4multirange, "int8multirange" int8multirange,
    "nummultirange" nummultirange, "tsmultirange" tsmultirange, "tstzmultirange" tstzmultirange,
    "datemultirange" datemultirange
);
insert into every.types values (
    1,
    ('=r/' || quote_ident(current_user))::aclitem, '10110', true, '(1,2),(-3,-4.5)', 'ab', '\x00deadbeef', 'x', '5',
    '192.168.0.0/16', '<(1,2),3.5>', '2024-02-29', 1.5, 0.1, null,
    '192.168.0.1/24', 12, '1 2 3', 123456, 12345678901234, '1 year 2 mons 3 days 04:05:06.789',
    '{"b": 1, "a": [1.10, null],  "b": 2}', '{"b": 1, "a": [1.10, null, "ä"]}', '$.a[*] ? (@ > 1)', '{1,-1,0}',
    '[(0,0),(1,1)]', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
    '-1234.56', 'a_name', 1234.50, 4294967295, '1 2 4294967295', '((0,0),(1,1),(2,0))',
    null, null,
    null, '16/B374D848', null, null,
    null, '10:20:10,14,15', '(1.5,-2)', '((0,0),(1,1),(2,0))', 'cursor',
    'pg_class', '"C"', 'english', 'simple',
    'pg_catalog', '||/', '+(integer,integer)', 'now',
    'lower(text)', 'pg_monitor', 'integer', 'some text', '(0,1)', '12:34:56.789012',
    '2024-02-29 12:34:56.789012', '2024-02-29 12:34:56.789012+02', '12:34:56.789+02:30', 'fat & (rat | !cat:ab*)',
    'a:1A fat:2B,4C cat:5',
    '10:20:10,14,15', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '101', 'short', '1234', '18446744073709551615',
    '<a b="c">text<!-- no --></a>', '[1,5)', '(,5)', '[1.10,2.0]', '[2024-01-01 00:00,2024-02-01 00:00)',
    '[2024-01-01 00:00+00,)', '[2024-01-01,2024-02-01)', '{[1,3),[5,7)}', '{}',
    '{[1.1,2.2]}', '{[2024-01-01 00:00,2024-01-02 00:00)}', '{[2024-01-01 00:00+00,)}',
    '{[2024-01-01,2024-01-02)}'
);
insert into every.types (id) values (2);
analyze every.types;

-- An array of each of them, made of the values above: with a NULL, of two dimensions, empty, absent, not from 1 on.
do $$
declare
    has_array constant text := 'attrelid = ''every.types''::regclass and attnum > 1 and typarray <> 0';
    shape text;
    columns text;
begin
    foreach shape in array array[
        'array[%1$I, null, %1$I] as %1$I', 'array[[%1$I, null], [null, %1$I]]', '(array[%1$I])[2:]', 'null',
        'array_fill(%1$I, array[2], array[-3])'
    ] loop
        execute format(
            'select string_agg(format(%L, attname), '', '' order by attnum)
             from pg_attribute join pg_type t on t.oid = atttypid where %s', shape, has_array
        ) into columns;
        if shape like '% as %' then
            execute 'create table every.arrays as select ' || columns || ' from every.types where id = 1';
            alter table every.arrays add column id serial primary key;
        else
            execute 'insert into every.arrays select ' || columns || ' from every.types where id = 1';
        end if;
    end loop;
end $$;

-- --------------------------------------------------------------------------------------------------- values at the edges

create table every.numbers (
    small smallint, whole integer, big bigint, single real, double double precision, exact numeric,
    scaled numeric(10, 2), rounded numeric(5, -2), fraction numeric(3, 5), cash money, number oid, is_so boolean
);
insert into every.numbers values
    (-32768, -2147483648, -9223372036854775808, '-infinity', '-infinity', '-infinity', -99999999.99, -9999900, -0.00999,
     '-92233720368547758.08', 0, false),
    (32767, 2147483647, 9223372036854775807, 'infinity', 'infinity', 'infinity', 99999999.99, 9999900, 0.00999,
     '92233720368547758.07', 4294967295, true),
    (0, 0, 0, 'nan', 'nan', 'nan', 'nan', 'nan', 'nan', '0', 1, null),
    (1, 1, 9007199254740993, '-0', '-0', '-0.00', 0.00, 0, 0, '0.01', 2, true),
    (2, 2, 2, 1e-45, 5e-324, 0.000, 1, 100, 0.00001, '1', 3, false),
    (3, 3, 3, 3.4028235e38, 1.7976931348623157e308, 1e-300, 1.1, 100, 0.001, '1.10', 4, true),
    (4, 4, 4, 0.1, 0.1, 1.10, 1.10, 100, 0.001, '1', 5, true),
    (5, 5, 5, 0.3, 0.30000000000000004, 12345678901234567890.123456789, 0, 0, 0, '1', 6, true),
    (6, 6, 6, 1e10, 1e22, repeat('1234567890', 100)::numeric, 0, 0, 0, '1', 7, true),
    (7, 7, 7, 1, 1, ('-0.' || repeat('1234567890', 100))::numeric, 0, 0, 0, '1', 8, true),
    (8, 8, 8, 16777216, 9007199254740992, ('1' || repeat('0', 400))::numeric, 0, 0, 0, '1', 9, true),
    (9, 9, 9, 2, 2, 9223372036854775808, 0, 0, 0, '1', 10, true);

create table every.times (
    day date, clock time, clock0 time(0), zoned_clock timetz, at timestamp, at0 timestamp(0), zoned timestamptz,
    zoned3 timestamptz(3), span interval, span3 interval(3), years interval year to month, days interval day to second
);
insert into every.times values
    ('-infinity', '00:00', '00:00', '00:00+15:59:59', '-infinity', '-infinity', '-infinity', '-infinity',
     '-178000000 years', '1.2345 s', '-1 year', '1 day'),
    ('infinity', '24:00', '24:00', '24:00-15:59:59', 'infinity', 'infinity', 'infinity', 'infinity',
     '178000000 years', '-0.001 s', '1 year 1 mon', '-1 day +1 s'),
    ('4714-11-24 BC', '23:59:59.999999', '23:59:59', '00:00+00', '4714-11-24 00:00 BC', '0044-03-15 BC',
     '4714-11-24 00:00+00 BC', '0001-01-01 00:00+00 BC', '-1 mons +3 days -04:05:06', '0', '0', '0'),
    ('5874897-12-31', '00:00:00.000001', '12:00', '12:00:00.5-03:30', '294276-12-31 23:59:59.999999', '9999-12-31 23:59:59',
     '294276-12-31 23:59:59.999999+00', '10000-01-01 00:00+00', '0.000001 s', '1 mon', '2 mons', '100 days'),
    ('0001-12-31 BC', '12:00', '12:00', '12:00+00:00:01', '0001-01-01', '1582-10-10', '1883-11-18 12:03:58-04:56:02',
     '0001-01-01 00:00+00', '100000:00:00', '-1 year', '-1 mon', '-100000:00:00'),
    ('1970-01-01', '00:00', '00:00', '00:00+02', '1969-12-31 23:59:59.999999', '1970-01-01', '2024-03-31 02:30+01',
     '2024-02-29 23:59:59.9996+00', '1 mon -1 day 00:00:00.5', '365 days', '0', '1 day'),
    (null, null, null, null, null, null, null, null, null, null, null, null);

create table every.texts (
    id serial primary key, content text, limited varchar(5), padded char(5), one "char", long name, insensitive citext,
    document xml, collated text collate "C", caseless text collate ignoring_case
);
insert into every.texts (content, limited, padded, one, long, insensitive, document) values
    ('', '', '', '', '', '', ''),
    (null, null, null, null, null, null, null),
    (E'tab\tnewline\nreturn\rboth\r\nend', E'\t', E'\n', 'x', E'\n', E'\r', E'a\nb'),
    (E'back\\slash \\n \\t \\\\', E'\\', E'\\', E'\\', E'\\', E'\\', E'\\'),
    ('\N', '\N', '\N', '\', '\N', '\N', '\N'),
    (E'\\.', E'\\.', E'\\.', '.', E'\\.', E'\\.', E'\\.'),
    (E'\u0001\u0007\b\u000b\f\u001b\u001f\u007f\u0080\u0085\u009f', E'\u0001', E'\u0001', E'\u0001', E'\u0001', E'\u0001', 'x'),
    (E'\u00e9 e\u0301 \u200b \u200d \ufeff \u2028 \u2029 \ufffd \uffff', 'äöüßé', 'ä', 'a', 'größe', 'ÄÖÜ', 'ä'),
    (E'\U0001F600 \U0001F468\u200D\U0001F469\u200D\U0001F467 \U0010FFFF', E'\U0001F600', E'\U0001F600', 'e', E'\U0001F600',
     E'\U0001F600', E'\U0001F600'),
    (' lead and trail ', ' a ', ' a ', ' ', ' a ', ' a ', ' <a/> '),
    ('null', 'NULL', 'Null', 'N', 'null', 'NULL', 'null'),
    ('"double" ''single'' `back` ; -- /* */ %s %% ? :a $1 {} ${x}', '''"`', '%', '%', '"', '''', '<a>''"</a>'),
    ('1', '01', '1.0', '1', '1e5', '-0', '1'),
    ('x''6162''', '0x10', 'true', 't', 'false', 'CURRENT_TIMESTAMP', '<a/>'),
    (repeat('n', 63), 'Abc', 'abc', 'Z', repeat('n', 63), 'aBc', '<?xml version="1.0" encoding="UTF-8"?><a>&lt;&#228;</a>');
update every.texts set collated = left(content, 20), caseless = left(content, 20);
insert into every.texts (content) values (repeat('0123456789abcdef', 131072));

create table every.bytes (id serial primary key, content bytea, fixed bit(8), varying bit varying(9), unlimited varbit);
insert into every.bytes (content, fixed, varying, unlimited)
    select decode(string_agg(lpad(to_hex(i), 2, '0'), '' order by i), 'hex'), b'01010101', b'', b''
    from generate_series(0, 255) i;
insert into every.bytes (content, fixed, varying, unlimited) values
    ('', b'00000000', b'0', b'1'), (null, null, null, null), ('\x00', b'11111111', b'000000001', repeat('10', 500)::varbit),
    ('\x5c4e', b'10000000', b'111111111', b'0'), (decode(repeat('00ff', 5000), 'hex'), b'00000001', b'1', b'0');

create table every.documents (id serial primary key, plain json, binary_one jsonb, path jsonpath, pairs hstore, many hstore[]);
insert into every.documents (plain, binary_one, path, pairs, many) values
    ('null', 'null', '$', '', '{}'),
    (null, null, null, null, null),
    (' {"a" : 1,  "a" : 1.10, "\u00e4": "\ud83d\ude00"} ', '{"a": 1.10, "ä": "\ud83d\ude00\u0001\"\\"}',
     'strict $."a b"[0 to last] ? (@.x like_regex "^a" flag "i")', 'a=>1, b=>NULL, c=>"NULL", "d e"=>"x,\"y\\"',
     array['a=>1', null, '"q\"u"=>"=>"']::hstore[]),
    ('[1e400, -0, 0.10, 1E5, 123456789012345678901234567890]', '[1e400, -0, 0.10, 1E5, 123456789012345678901234567890]',
     '$.a', 'a=>"", ""=>b', array['']::hstore[]),
    ('"text"', '"text"', '$[*]', E'"new\nline"=>"tab\t"', null),
    ('{"": {"a": [[], {}, [[]]]}}', '{"": {"a": [[], {}, [[]]]}}', '$.*', '"ä"=>"😀"', null),
    ('true', 'false', '$', null, null),
    (E'{\n  "a": 1\n}', '{}', '$', null, null);

create table every.networks (id serial primary key, host inet, net cidr, card macaddr, card8 macaddr8);
insert into every.networks (host, net, card, card8) values
    ('0.0.0.0/0', '0.0.0.0/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00'),
    ('255.255.255.255', '255.255.255.255/32', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'),
    ('::', '::/0', '0800.2b01.0203', '08002b0102030405'),
    ('::ffff:1.2.3.4', '2001:db8::/32', '08-00-2b-01-02-03', '08:00:2b:01:02:03'),
    ('fe80::1/64', '10/8', null, null), (null, null, null, null);

create table every.shapes (at point, straight line, segment lseg, frame box, way path, area polygon, round circle);
insert into every.shapes values
    ('(NaN,Infinity)', '{0,1,-3}', '[(0,0),(0,0)]', '(1e10,-1e-10),(0,0)', '[(0,0)]', '((0,0))', '<(0,0),0>'),
    ('(-0,0.1)', '{-1e10,1,0.30000000000000004}', '((1,2),(3,4))', '(1,1),(1,1)', '((0,0),(1,1))', '((0,0),(1,1),(2,0))',
     '<(1e300,-1e300),5e-324>'),
    (null, null, null, null, null, null, null);

create table every.ranges (
    whole int4range, big int8range, exact numrange, at tsrange, zoned tstzrange, day daterange, whole_many int4multirange,
    exact_many nummultirange, own float_range, own_many float_multirange, words text_range, words_many text_multirange
);
insert into every.ranges values
    ('empty', 'empty', 'empty', 'empty', 'empty', 'empty', '{}', '{}', 'empty', '{}', 'empty', '{}'),
    ('(,)', '(,)', '(,)', '(,)', '(,)', '(,)', '{(,)}', '{(,)}', '(,)', '{(,)}', '(,)', '{(,)}'),
    ('[1,1]', '(1,9223372036854775807)', '[1.10,1.1]', '[-infinity,infinity]', '(-infinity,infinity)', '[2024-02-29,infinity]',
     '{[1,2),(5,)}', '{[1.10,2.00),(3,4]}', '[-infinity,nan]', '{[0.1,0.30000000000000004]}', '[a,"b,c"]', '{["a""b",c)}'),
    ('[-2147483648,2147483647)', '[-9223372036854775808,0)', '(-infinity,NaN)', '[0044-03-15 BC,2024-01-01)',
     '["2024-01-01 00:00:00.000001+00",)', '(4714-11-24 BC,)', '{[1,2)}', '{[0,0]}', '(-0,1e300)', '{(,0),(1,)}',
     E'["\\\\","\\t")', '{["",a)}'),
    (null, null, null, null, null, null, null, null, null, null, null, null);

create table every.arrays_of_all_sorts (
    id serial primary key, numbers integer[], texts text[], exact numeric(10, 2)[], codes varchar(3)[], frames box[],
    documents jsonb[], bytes bytea[], days date[], declared integer[3][3], moods mood[], places place[], ranges int4range[],
    hosts inet[], ids uuid[], spans interval[], words citext[], positives positive[]
);
insert into every.arrays_of_all_sorts
    (numbers, texts, exact, codes, frames, documents, bytes, days, declared, moods, places, ranges, hosts, ids, spans, words,
     positives)
values
    ('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
    ('{1,NULL,-3}', array['', 'NULL', null, 'a,b', 'c"d', E'e\\f', '{g}', ' h ', E'i\nj'], '{1.10,NaN}', '{abc,ä}',
     '{(1,2),(3,4);(0,0),(0,0)}', array['{"a": [1.10, "x,\"y\""]}', 'null', null]::jsonb[], array['\x00ff', null, '']::bytea[],
     '{infinity,0044-03-15 BC}', '{{1,2},{3,4}}', '{ok,NULL,"it''s \"fine\", {really}"}',
     array[row(1, null, 'a "b" (c), \d'), null, row(null, null, null)]::place[], array['[1,2)', 'empty', null]::int4range[],
     '{::1,10.0.0.1/8}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{"1 year 2 days",NULL}', '{Ab,aB}', '{1,2}'),
    ('{{1,2},{NULL,4}}', '{{"","a b"},{NULL,NULL}}', '{{1}}', '{{a}}', '{{(1,2),(3,4)};{(0,0),(0,0)}}', null, null, null,
     '{{{1}}}', '{{sad},{ok}}', null, null, null, null, null, null, null),
    ('[0:2]={1,2,3}', '[-2:-1][0:1]={{a,b},{c,d}}', '[5:5]={1}', null, null, null, null, null, '[7:7]={1}', '[0:0]={sad}',
     null, null, null, null, null, null, null),
    (array_fill(7, array[2, 2, 2, 2, 2, 2]), null, null, null, null, null, null, null, null, null, null, null, null, null,
     null, null, null);

create table every.own_types (
    id serial primary key, feeling mood not null default 'ok', other_feeling app.mood, camel "Camel Mood", count positive,
    small small_positive, required required_text default 'x', short code, amount price, list codes, free anything,
    spot place, east eastern_place, deep nested, deeper nested[], span positive_range, of_row every.networks
);
insert into every.own_types values
    (default, default, 'glad', 'A', 1, default, default, 'ABC', 12.5, '{a,b}', '', row(1, 2, 'a'), row(1, 0, ''),
     row(row(1.5, null, 'x "y"'), '{sad,NULL}', 3.14, E'a,b(c)\\"')::nested,
     array[row(null, null, null, null), null, row(row(1, 2, '{}'), '{}', 0, '')]::nested[], '[1,5)',
     row(1, '10.0.0.1', '10.0.0.0/8', null, null)),
    (default, 'it''s "fine", {really}', 'sad', 'a', null, null, 'y', null, null, null, null, null, null, null, null, null, null),
    (default, 'happy', null, null, 2147483647, 99, 'z', 'A', 99999999.99, '{}', null, row(null, null, null), null,
     row(null, null, null, null), '{}', 'empty', row(null, null, null, null, null));

-- Modifiers that say more than a name does.
create table every.modifiers (
    a numeric(1000, 500), b varchar(1), c char(1), d bit(1), e time(6) with time zone, f interval hour to second(0), g varchar,
    h bpchar, i numeric(4), j timestamp(6), k character varying(10485760), l double precision[], m numeric(10, 2)[][]
);

-- ------------------------------------------------------------------------------------------------------- keys and checks

create table customers (
    id bigint generated always as identity primary key,
    email citext not null unique,
    name varchar(80) not null,
    born date,
    credit numeric(12, 2) not null default 0 check (credit >= 0),
    status text not null default 'new' check (status in ('new', 'active', 'closed')),
    tags text[] not null default '{}',
    settings jsonb not null default '{}'::jsonb,
    token uuid not null default gen_random_uuid(),
    made_at timestamptz not null default now(),
    changed_at timestamp default localtimestamp,
    due date default current_date + 30,
    shown text generated always as (upper(name) || ' <' || email || '>') stored,
    constraint born_before_made check (born is null or born < made_at::date),
    constraint email_is_one check (email ~ '^[^@]+@[^@]+$')
);
insert into customers (email, name, born, credit, status, tags, settings, token, made_at, changed_at, due)
select 'user' || i || '@example.com', case when i = 3 then E'O''Brien "the\t3rd"' else 'Name ' || i end,
       date '1990-01-01' + i, i * 1.10, (array['new', 'active', 'closed'])[i % 3 + 1], array['a', 'b c', i::text],
       jsonb_build_object('n', i, 'list', array[i, i + 1]), md5(i::text)::uuid,
       timestamptz '2024-01-01 00:00+00' + i * interval '1 hour 0.5 s', timestamp '2024-01-01' + i * interval '1 day',
       date '2024-02-01' + i
from generate_series(1, 40) i;
comment on table customers is 'those who buy; it''s a comment with "quotes" and
a new line';
comment on column customers.credit is 'in EUR';
comment on constraint born_before_made on customers is 'nobody buys unborn';
comment on index customers_pkey is 'the key';

create table app.users (
    id serial primary key, tiny smallserial, big bigserial,
    manager_id integer references app.users on delete set null deferrable,
    customer_id bigint unique references public.customers (id) on update cascade on delete restrict
);
insert into app.users (manager_id, customer_id) values (2, 1), (1, 2), (null, null), (3, 3), (5, null);

create table orders (
    shop integer not null,
    number integer generated by default as identity (start with 1000 increment by 5),
    customer_id bigint not null references customers,
    delivered daterange,
    note text,
    primary key (shop, number),
    constraint one_note unique nulls not distinct (customer_id, note) deferrable initially deferred
);
insert into orders (shop, customer_id, delivered, note)
select i % 3, i % 40 + 1, daterange(date '2024-01-01' + i, date '2024-01-02' + i), 'note ' || i from generate_series(1, 60) i;
create table order_lines (
    order_number integer not null,
    line smallint not null,
    order_shop integer not null,
    price price not null,
    quantity integer not null default 1 constraint some_at_least check (quantity between 1 and 1000),
    total numeric generated always as (price * quantity) stored,
    primary key (order_shop, order_number, line),
    foreign key (order_shop, order_number) references orders (shop, number) on update cascade on delete cascade
);
insert into order_lines (order_number, line, order_shop, price, quantity)
select number, line, shop, line * 1.99, line from orders, generate_series(1, 3) line;

-- A foreign key to each kind of action, to a unique key in another order, and of MATCH FULL.
create table parents (a integer, b text, c integer, primary key (a, b), unique (c, a));
insert into parents values (1, 'x', 10), (2, 'y', 20), (0, 'none', 0);
create table children (
    id integer primary key,
    a integer default 0,
    b text default 'none',
    c integer,
    constraint by_default foreign key (a, b) references parents (a, b) on delete set default on update no action,
    constraint crossed foreign key (a, c) references parents (a, c) match full on delete set null (c),
    constraint checked_last foreign key (a, b) references parents deferrable initially deferred
);
insert into children values (1, 1, 'x', 10), (2, 2, 'y', 20), (3, null, null, null), (4, 0, 'none', 0);

-- A cycle of two tables, which only deferred keys let in.
create table hens (id integer primary key, egg_id integer not null);
create table eggs (
    id integer primary key, hen_id integer not null references hens deferrable initially deferred, unique (id, hen_id)
);
alter table hens add constraint hens_egg foreign key (egg_id) references eggs deferrable initially deferred;
insert into hens values (1, 1), (2, 2);
insert into eggs values (1, 1), (2, 2), (3, 1);
set constraints all immediate;

-- Constraints that not all rows keep.
create table orphans (id integer primary key, customer_id bigint, size integer);
insert into orphans values (1, 1, 1), (2, 999, 1), (3, null, -5), (4, 1000, null);
alter table orphans add constraint orphans_customer foreign key (customer_id) references customers not valid;
alter table orphans add constraint orphans_size check (size > 0) not valid;

create table bookings (
    room integer, during tstzrange not null, cancelled boolean not null default false,
    constraint no_two_at_once exclude using gist (during with &&) where (not cancelled),
    constraint no_two_shapes exclude using gist (int4range(room, room, '[]') with =, during with &&) deferrable
);
insert into bookings values
    (1, '[2024-01-01 10:00+00,2024-01-01 11:00+00)', false), (1, '[2024-01-01 11:00+00,2024-01-01 12:00+00)', false);

create table checks_of_all_sorts (
    id integer primary key check (id <> 13) no inherit,
    a integer check ((a > 0) or (a < -10)),
    b text check (b ~* '^[a-z]' and b like '%a%' and b not like 'x!_%' escape '!'),
    c timestamptz check (c > '2000-01-01 00:00:00+00'::timestamptz and extract(year from c) < 3000),
    d text check (length(d) <= 10 and d is distinct from 'never' and coalesce(d, '') <> upper('no')),
    e numeric check (e = any (array[1, 2.5, 3]) or e::integer % 2 = 0),
    f jsonb check (jsonb_typeof(f) = 'object' and f ? 'a'),
    g text[] check (cardinality(g) < 5 and 'x' <> all (g)),
    h text check (h similar to '(a|b)%' or (h collate "C") > 'b' or h ilike 'é%'),
    i boolean check (i is not false),
    j text check (j = case when j is null then '(' else trim(j) end and position(')' in j) = 0 and j <> ''''),
    k date check (k between date '2000-01-01' and current_date),
    constraint "two ""columns""" check ((a is null) = (b is null))
);
insert into checks_of_all_sorts values
    (1, 1, 'alpha', '2024-01-01 00:00+00', 'd', 2.5, '{"a": 1}', '{a}', 'a', true, 'j', '2024-01-01'),
    (2, null, null, null, null, null, null, null, null, null, null, null);

create table indexed (
    id integer, name text, other text, document jsonb, tags text[], at timestamptz, during tsrange, deleted_at timestamptz,
    words tsvector, unique (name) include (other)
);
insert into indexed select i, 'name ' || i, 'o', '{"a": 1}', '{a,b}', '2024-01-01 00:00+00', 'empty', null, 'a b'
from generate_series(1, 20) i;
create index indexed_expression on indexed (lower(name), (id + 1) desc);
create unique index indexed_partial on indexed (name) where deleted_at is null and id > 0;
create unique index indexed_unique_expression on indexed (upper(name) text_pattern_ops);
create index indexed_orders on indexed (id desc nulls last, name asc nulls first, at desc);
create index indexed_including on indexed (id) include (name, at) where other = 'o';
create index indexed_collated on indexed (name collate "C", other text_pattern_ops);
create index indexed_document on indexed using gin (document jsonb_path_ops);
create index indexed_tags on indexed using gin (tags, words);
create index indexed_during on indexed using gist (during);
create index indexed_at on indexed using brin (at) with (pages_per_range = 4);
create index indexed_hash on indexed using hash (name);
create index indexed_spgist on indexed using spgist (during);
create unique index indexed_not_distinct on indexed (id, deleted_at) nulls not distinct;
create index "indexed ""quoted"" Ünï" on indexed ((document ->> 'a'), ((other || '(') collate "C"));

-- ------------------------------------------------------------------------------------------------------------- sequences

create sequence invoice_numbers start 500 increment 10;
select nextval('invoice_numbers'), nextval('invoice_numbers');
create sequence app.never_asked;
create sequence shared_numbers;
create table fed (
    a integer not null default nextval('shared_numbers'), b bigint default nextval('public.shared_numbers'),
    c text default 'N' || nextval('invoice_numbers'), d integer default 7
);
insert into fed (d) values (1), (2);
create sequence owned_and_unused owned by fed.d;

-- ----------------------------------------------------------------------------------------------------------------- names

create table "Customer" ("Id" integer primary key, "id" text, "ID" text, "camelCase" text);
create table "customer" (id integer primary key, "Customer" integer references "Customer");
create table "CUSTOMER" (id integer primary key);
insert into "Customer" values (1, 'a', 'b', 'c');
insert into "customer" values (1, 1);
insert into "CUSTOMER" values (3);

create table "Other Schema"."Tab""le" (
    "a ""quoted"" column" integer primary key, "with space" text, "new
line" text, "ünïcödé 😀" text, "dot.ted" text, "semi;colon--" text, "'single'" text, "%s %(x)s {} ?" text,
    "back\slash" text, "tab	tab" text, "select" text, "a_name_of_the_most_bytes_that_postgresql_lets_anybody_have__63b" text
);
insert into "Other Schema"."Tab""le" values (1, 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l');
comment on column "Other Schema"."Tab""le"."with space" is '';
create table "Other Schema"."Größe 😀
new line" ("Ü" integer, "ü" integer);
insert into "Other Schema"."Größe 😀
new line" values (1, 2);
create table "order" ("select" integer primary key, "from" text default 'x' check ("from" <> ''), "group" integer,
                      unique ("group"));
insert into "order" values (1, 'a', 2);
create index on "order" ("from", "group");
create table "sqlite_sequence" (name text, seq integer);
insert into "sqlite_sequence" values ('a', 1);
create table rowids (rowid text, _rowid_ text, oid text);
insert into rowids values ('a', 'b', 'c');

-- The same name in several schemas, and a name that looks like a schema's.
create table app.orders (id integer primary key, number integer);
create table app_orders (id integer primary key);
create table "Other Schema".orders (id integer primary key references app.orders);
insert into app.orders values (1, 2);
insert into app_orders values (2);
insert into "Other Schema".orders values (1);

-- ----------------------------------------------------------------------------------------------------- tables of all sorts

create table empty_table (id integer primary key, name text);
create table no_columns ();
insert into no_columns default values;
insert into no_columns default values;
create table no_key (a integer, b text);
insert into no_key values (1, 'x'), (1, 'x'), (1, 'x'), (null, null), (null, null), (2, '');
create table dropped_columns (a integer, gone text, b integer, gone_too text, c text);
insert into dropped_columns values (1, 'x', 2, 'y', 'z');
alter table dropped_columns drop column gone, drop column gone_too, add column d text default 'added later';
insert into dropped_columns values (3, 4, 'z', null);
create unlogged table not_logged as select 1 as a;
create table generated (
    id integer primary key, a integer, b text,
    twice integer generated always as (a * 2) stored, loud text generated always as (upper(b)) stored,
    json_text text generated always as (('{"a": 1}'::jsonb ->> 'a') || b) stored
);
insert into generated values (1, 2, 'x'), (2, null, null);
create table stamped (id integer primary key, at timestamptz, changed integer not null default 0);
insert into stamped values (1, '2024-01-01 00:00+00', 0);
create temporary table of_the_session_alone (a integer);

create table cities (name text primary key, size integer check (size >= 0));
create table coastal (coast text);
create table capitals (country char(2) unique) inherits (cities);
create table ports () inherits (cities, coastal);
insert into cities values ('Graz', 1), ('Brno', 2);
insert into capitals values ('Wien', 3, 'AT');
insert into ports values ('Split', 4, 'Adria');

create table measured (
    id bigint generated by default as identity, at date not null, place text not null, value numeric,
    customer_id bigint references customers, primary key (id, at, place)
) partition by range (at);
create table measured_2023 partition of measured for values from ('2023-01-01') to ('2024-01-01');
create table measured_2024 partition of measured for values from ('2024-01-01') to ('2025-01-01')
    partition by list (place);
create table "Other Schema"."measured 2024 here" partition of measured_2024 for values in ('here');
create table measured_2024_else partition of measured_2024 default;
create table measured_else partition of measured default;
create index measured_place on measured (place, at desc);
create index only_of_2023 on measured_2023 (value);
alter table measured_2023 add constraint value_of_2023 check (value < 1000000);
insert into measured (at, place, value, customer_id)
select date '2022-12-01' + i * 20, (array['here', 'there'])[i % 2 + 1], i / 4.0, i % 40 + 1 from generate_series(0, 59) i;
create table measured_notes (
    measured_id bigint, measured_at date, place text, note text,
    foreign key (measured_id, measured_at, place) references measured
);
insert into measured_notes select id, at, place, 'seen' from measured where id <= 3;
comment on table measured_2023 is 'the year before';

create table hashed (id integer primary key, name text) partition by hash (id);
create table hashed_0 partition of hashed for values with (modulus 2, remainder 0);
create table hashed_1 partition of hashed for values with (modulus 2, remainder 1);
insert into hashed select i, 'n' || i from generate_series(1, 10) i;
create table listed (kind text, n integer) partition by list (lower(kind));
create table listed_ab partition of listed for values in ('a', 'b', null);
insert into listed values ('A', 1), ('b', 2), (null, 3);
create table partitioned_without (a integer) partition by list (a);

create server files foreign data wrapper file_fdw;
create foreign table nothing_elsewhere (a integer, b text) server files options (filename '/dev/null', format 'csv');

-- ----------------------------------------------------------------------------------------------------------------- views

create view active_customers as select id, name, email from customers where status = 'active';
create view app.spending as
    select c.id, c.name, count(distinct o.number) as orders, coalesce(sum(l.total), 0)::numeric(12, 2) as spent
    from customers c left join orders o on o.customer_id = c.id
    left join order_lines l on (l.order_shop, l.order_number) = (o.shop, o.number)
    group by c.id, c.name having count(*) > 1 order by spent desc nulls last;
create view "Other Schema"."View ""q""" ("Column One", two) as
    select "Id", "ID" || '''' from "Customer" where "Id" in (select id from "customer") with local check option;
create recursive view counted (n) as values (1) union all select n + 1 from counted where n < 5;
create view ranked as
    select distinct on (place) place, value, row_number() over w as position, lag(value, 1, 0) over w as before
    from measured window w as (partition by place order by value) order by place, value;
create view of_postgres_alone as
    select c.id, t.tag, c.settings ->> 'n' as n, array_agg(c.id) filter (where c.id > 2) over () as ids
    from customers c cross join lateral unnest(c.tags) with ordinality as t (tag, place) where c.tags && '{a}';
create view of_a_view as select name || '!' as loud from active_customers;
create materialized view customers_by_status as select status, count(*) as n from customers group by status;
create unique index customers_by_status_key on customers_by_status (status);
create materialized view "Not Filled" as select 1 as a with no data;
comment on view active_customers is 'those who may buy';
comment on column active_customers.name is 'a comment on a column of a view';
comment on materialized view customers_by_status is 'counted';

-- ---------------------------------------------------------------------------------------------- functions, triggers, rules

create function plus_one(a integer) returns integer language sql immutable as 'select a + 1';
create function plus_one(a numeric, out b numeric) language sql immutable as $$ select a + 1 $$;
create function app."Spent By"(customer bigint default 1, variadic tags text[] default '{}')
    returns table (number integer, total numeric) language sql stable as
$$ select order_number, sum(total) from public.order_lines group by 1 $$;
create procedure close_all(inout closed integer default 0) language plpgsql as
$$ begin update customers set status = 'closed'; end $$;
create aggregate product(numeric) (sfunc = numeric_mul, stype = numeric, initcond = '1');
create function touch() returns trigger language plpgsql as
$$ begin new.at := now(); new.changed := coalesce(old.changed, 0) + 1; return new; end $$;
create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
create function no_event() returns event_trigger language plpgsql as $$ begin end $$;
comment on function plus_one(integer) is 'one more';

create trigger touch_stamped before update on stamped for each row when (old.* is distinct from new.*)
    execute function touch();
create trigger "After ""it""" after insert on stamped referencing new table as fresh for each statement
    execute function nothing();
create constraint trigger at_the_end after update on stamped deferrable initially deferred for each row
    execute function nothing();
create trigger on_the_view instead of update on active_customers for each row execute function nothing();
create trigger of_all_partitions after insert on measured for each row execute function nothing();
create trigger of_one_partition after insert on measured_else for each row execute function nothing();
create event trigger watching on ddl_command_end when tag in ('DROP INDEX') execute function no_event();

create rule no_delete as on delete to not_logged do instead nothing;
create rule of_the_view as on delete to ranked do instead nothing;
alter table customers enable row level security;
create policy own_rows on customers as permissive for select to public using (name = current_user);
create policy "No ""new""" on customers as restrictive for insert with check (credit = 0);

create publication everything_out for table customers, orders;
create statistics customers_status on status, credit from customers;
create text search configuration app.words (copy = simple);
create cast (integer as place) with inout;
select lo_from_bytea(0, '\x00ff'), lo_from_bytea(0, '\x01');
comment on sequence invoice_numbers is 'one after the other';
comment on trigger touch_stamped on stamped is 'when it changed';

analyze;
