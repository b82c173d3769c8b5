"""What of the source is in the file of a peer, as (kept, of how many) by aspect. Constraints here, values beside.

All of it is found by looking: at SQLite's own pragmas, and, where they do not tell, by trying to break the rule.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

from benchmarks.transfer.data import SHARES
from benchmarks.transfer.kept_values import kept_values
from benchmarks.transfer.target import Target, plain

Kept = dict[str, tuple[int, int]]

IN_SHOP = "n.nspname in ('public', 'warehouse')"

COLUMNS = f"""
select n.nspname, c.relname, a.attname, a.attnotnull,
    d.oid is not null and pg_get_expr(d.adbin, d.adrelid) not like 'nextval(%',
    a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%'
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind = 'r' and {IN_SHOP} and a.attnum > 0"""

CONSTRAINTS = f"""
select n.nspname, c.relname, k.contype::text,
    (select array_agg(a.attname::text order by array_position(k.conkey, a.attnum))
        from pg_attribute a where a.attrelid = c.oid and a.attnum = any(k.conkey)),
    p.relname, k.confupdtype::text, k.confdeltype::text
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_class p on p.oid = k.confrelid
where k.contype in ('p', 'u', 'f') and {IN_SHOP}"""

INDEXES = f"""
select n.nspname, c.relname, i.indisunique, i.indpred is not null,
    (select array_agg(coalesce(a.attname::text, '') order by k.place)
        from unnest(i.indkey) with ordinality k(number, place)
        left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number and k.number > 0)
from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
where {IN_SHOP} and not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u'))"""

ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

FORBIDDEN = {
    "CHECK": [
        ("public.customers", "name", ""),
        ("public.products", "price", -1),
        ("public.orders", "total", -1),
        ("public.order_lines", "quantity", 0),
        ("public.order_lines", "discount", 1.5),
        ("public.CustomerReviews", "rating", 6),
        ("warehouse.stock_moves", "quantity", 100),
    ],
    "labels of enums": [("public.customers", "status", "lost"), ("public.orders", "status", "lost")],
    "length of varchar(n)": [
        ("public.customers", "email", "x" * 121),
        ("public.products", "sku", "x" * 21),
        ("public.orders", "currency", "EURO"),
        ("public.exchange_rates", "currency", "EURO"),
        ("public.events", "kind", "x" * 21),
        ("public.events", "agent", "x" * 201),
    ],
}
"""Values that PostgreSQL refuses, by what refuses them."""


def kept(url: str, path: Path) -> Kept:
    """Return what is kept, aspect by aspect; takes some seconds for a million rows."""
    target = Target(path)
    try:
        with psycopg.connect(url) as source:
            source.execute("set timezone = 'UTC'")
            source.execute("set bytea_output = 'hex'")
            return {
                **_tables(target),
                **_columns(source, target),
                **_constraints(source, target),
                **_indexes(source, target),
                **_refusals(target),
                **kept_values(source, target),
            }
    finally:
        target.close()


def _tables(target: Target) -> Kept:
    found = {key: target.table(*key.split(".")) for key in SHARES}
    there = sum(name is not None for name in found.values())
    schemas = [key for key in found if not key.startswith("public.")]
    # Two schemas may have a table of the same name.
    apart = sum(plain(found[key] or "") == plain(key) for key in schemas)
    return {"tables": (there, len(found)), "names of other schemas": (apart, len(schemas))}


def _columns(source: psycopg.Connection, target: Target) -> Kept:
    not_null, defaults, numbered = [], [], []
    for schema, table, column, is_not_null, has_default, is_numbered in source.execute(COLUMNS):
        name = target.table(schema, table)
        there = target.columns(name).get(plain(column)) if name else None
        type_, holds, default, place = there or ("", False, None, 0)
        # SQLite's own number of the row is never NULL, and is given to rows that come without.
        is_rowid = bool(place) and type_ == "INTEGER" and _is_only_key(target, name)
        if is_not_null:
            not_null.append(holds or is_rowid)
        if has_default:
            defaults.append(default is not None)
        if is_numbered:
            numbered.append(is_rowid)
    return {"NOT NULL": _count(not_null), "DEFAULT": _count(defaults), "keys that number themselves": _count(numbered)}


def _is_only_key(target: Target, table: str | None) -> bool:
    return table is not None and sum(column[3] > 0 for column in target.columns(table).values()) == 1


def _constraints(source: psycopg.Connection, target: Target) -> Kept:
    keys, unique, foreign, actions = [], [], [], []
    for schema, table, kind, columns, parent, on_update, on_delete in source.execute(CONSTRAINTS):
        name = target.table(schema, table)
        wanted = tuple(map(plain, columns))
        if kind == "p":
            keys.append(name is not None and _primary_key(target, name) == wanted)
        elif kind == "u":
            unique.append(name is not None and (wanted, True, False) in target.indexes(name))
        else:
            found = target.foreign_keys(name).get(wanted) if name else None
            foreign.append(found is not None and found[0].endswith(plain(parent)))
            for place, code in ((1, on_update), (2, on_delete)):
                if ACTIONS[code] != "no action":
                    actions.append(found is not None and found[place] == ACTIONS[code])
    return {
        "primary keys": _count(keys),
        "UNIQUE": _count(unique),
        "foreign keys": _count(foreign),
        "ON DELETE, ON UPDATE": _count(actions),
    }


def _primary_key(target: Target, table: str) -> tuple[str, ...]:
    places = {column[3]: name for name, column in target.columns(table).items() if column[3]}
    return tuple(places[place] for place in sorted(places))


def _indexes(source: psycopg.Connection, target: Target) -> Kept:
    plain_ones, special = [], []
    for schema, table, is_unique, is_partial, columns in source.execute(INDEXES):
        name = target.table(schema, table)
        wanted = (tuple(map(plain, columns)), is_unique, is_partial)
        is_there = name is not None and wanted in target.indexes(name)
        (special if is_partial or "" in columns else plain_ones).append(is_there)
    return {"indexes": _count(plain_ones), "partial and expression indexes": _count(special)}


def _refusals(target: Target) -> Kept:
    found: Kept = {}
    for aspect, tries in FORBIDDEN.items():
        refused = 0
        for key, column, value in tries:
            table = target.table(*key.split("."))
            name = target.column(table, column) if table else None
            if table and name:
                one = f"{name} = (select {name} from {table} where {name} is not null limit 1)"
                refused += target.refuses(f"update {table} set {name} = ? where {one}", (value,))
        found[aspect] = (refused, len(tries))
    return found


def _count(answers: list[bool]) -> tuple[int, int]:
    return sum(answers), len(answers)
