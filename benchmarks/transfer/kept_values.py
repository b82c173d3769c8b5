"""Whether every value that a peer stored is still the value of the source, and of the kind that SQL can work with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import psycopg

from benchmarks.transfer.data import BIG, SHARES
from benchmarks.transfer.target import Target

Same = Callable[[str, Any], bool]
"""Whether a stored value is the one that PostgreSQL writes as this text; NULL is never asked about."""

COLUMNS = """
select a.attname::text, format_type(a.atttypid, a.atttypmod), t.typtype = 'e'
from pg_attribute a join pg_type t on t.oid = a.atttypid
where a.attrelid = %s::regclass and a.attnum > 0 order by a.attnum"""

KEY = """
select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
where i.indrelid = %s::regclass and i.indisprimary"""

NUMERIC = "numeric of any digits"
INFINITE_DATES = "infinite dates"
BEYOND_FLOATS = "integers above 2^53"

ASPECTS = (
    "rows",
    "NULL",
    "integers",
    BEYOND_FLOATS,
    "numeric(10,2)",
    NUMERIC,
    "float8",
    "NaN, infinite numbers",
    "boolean",
    "timestamptz, aware",
    "timestamp",
    "date",
    INFINITE_DATES,
    "uuid",
    "text, varchar",
    "enum",
    "jsonb",
    "arrays",
    "bytea",
)


def kept_values(source: psycopg.Connection, target: Target) -> dict[str, tuple[int, int]]:
    """Compare all rows, both sides in the order of the primary key; return (kept, of how many) by aspect.

    A row that is missing in the middle puts all after it beside the wrong one: nothing of such a table is kept.
    """
    kept, total = dict.fromkeys(ASPECTS, 0), dict.fromkeys(ASPECTS, 0)
    for key in SHARES:
        schema, table = key.split(".")
        ours = f'"{schema}"."{table}"'
        columns = source.execute(COLUMNS, (ours,)).fetchall()
        kinds = [_kind("enum" if is_enum else type_) for _, type_, is_enum in columns]
        names = [name for name, _, _ in columns]
        order = [names.index(name) for name in source.execute(KEY, (ours,)).fetchone()[0]]
        for row, found in _pairs(source, target, (schema, table), names, kinds, order):
            if row is None:
                # One too many is as wrong as one that is missing.
                kept["rows"] -= 1
                continue
            total["rows"] += 1
            kept["rows"] += found is not None
            for (aspect, same), text, value in zip(kinds, row, found or (_MISSING,) * len(row), strict=True):
                aspect = _aspect(aspect, text)
                total[aspect] += 1
                kept[aspect] += value is None if text is None else _is_same(same, text, value)
    return {aspect: (kept[aspect], total[aspect]) for aspect in ASPECTS}


_MISSING = object()


def _pairs(
    source: psycopg.Connection,
    target: Target,
    table: tuple[str, str],
    names: list[str],
    kinds: list[tuple[str, Same]],
    order: list[int],
) -> Iterator[tuple[tuple[str | None, ...] | None, tuple[Any, ...] | None]]:
    """Yield each row of the source with that of the target at its side, None where one side has no more."""
    name = target.table(*table)
    columns = [target.column(name, column) for column in names] if name else []
    theirs: Iterator[tuple[Any, ...]] = iter(())
    if name and None not in columns:
        by = ", ".join(str(columns[place]) for place in order)
        theirs = target.connection.execute(f"select {', '.join(map(str, columns))} from {name} order by {by}")
    # Arrays are compared as JSON.
    shown = [f'array_to_json("{n}")' if kind[0] == "arrays" else f'"{n}"' for n, kind in zip(names, kinds, strict=True)]
    by = ", ".join(f'"{names[place]}"' for place in order)
    sql = f'copy (select {", ".join(shown)} from "{table[0]}"."{table[1]}" order by {by}) to stdout'
    with source.cursor().copy(sql.encode()) as copied:
        for row in copied.rows():
            yield row, next(theirs, None)
    for row in theirs:
        yield None, row


def _aspect(aspect: str, text: str | None) -> str:
    """Return the finer aspect that a value belongs to."""
    if text is None:
        return "NULL"
    if text in ("NaN", "Infinity", "-Infinity"):
        return "NaN, infinite numbers"
    if text in ("infinity", "-infinity"):
        return INFINITE_DATES
    if aspect == "integers" and len(text) > 15 and abs(int(text)) >= BIG:
        return BEYOND_FLOATS
    return aspect


def _is_same(same: Same, text: str, value: Any) -> bool:
    if text in ("NaN", "Infinity", "-Infinity", "infinity", "-infinity"):
        # As whatever, if only it is told apart from all others.
        return str(value).lower() in (text.lower(), text.lower().replace("inity", ""))
    try:
        return same(text, value)
    except (TypeError, ValueError, InvalidOperation):
        return False


def _integer(text: str, value: Any) -> bool:
    return isinstance(value, int) and value == int(text)


def _decimal(text: str, value: Any) -> bool:
    return Decimal(text) == Decimal(str(value))


def _float(text: str, value: Any) -> bool:
    return isinstance(value, float) and value == float(text)


def _boolean(text: str, value: Any) -> bool:
    return value == (1 if text == "t" else 0)


def _aware(text: str, value: Any) -> bool:
    moment = datetime.fromisoformat(value)
    return moment.tzinfo is not None and moment == datetime.fromisoformat(text)


def _naive(text: str, value: Any) -> bool:
    moment = datetime.fromisoformat(value)
    return moment.tzinfo is None and moment == datetime.fromisoformat(text)


def _text(text: str, value: Any) -> bool:
    return value == text


def _document(text: str, value: Any) -> bool:
    return json.loads(value, parse_float=Decimal) == json.loads(text, parse_float=Decimal)


def _bytes(text: str, value: Any) -> bool:
    return isinstance(value, bytes) and value == bytes.fromhex(text[2:])


def _kind(type_: str) -> tuple[str, Same]:
    if type_.endswith("[]"):
        return "arrays", _document
    if type_.startswith("character varying"):
        return "text, varchar", _text
    return _KINDS[type_]


_KINDS: dict[str, tuple[str, Same]] = {
    "smallint": ("integers", _integer),
    "integer": ("integers", _integer),
    "bigint": ("integers", _integer),
    "numeric(10,2)": ("numeric(10,2)", _decimal),
    "numeric": (NUMERIC, _decimal),
    "double precision": ("float8", _float),
    "boolean": ("boolean", _boolean),
    "timestamp with time zone": ("timestamptz, aware", _aware),
    "timestamp without time zone": ("timestamp", _naive),
    "date": ("date", _text),
    "uuid": ("uuid", _text),
    "text": ("text, varchar", _text),
    "enum": ("enum", _text),
    "jsonb": ("jsonb", _document),
    "bytea": ("bytea", _bytes),
}
