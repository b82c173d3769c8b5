"""Conditions that keep an index from being used, each with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sqlglot import exp

from noormme_py.names import quote
from noormme_py.optimize.finding import Severity
from noormme_py.optimize.findings.hidden import Hidden, index_for
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Key
from noormme_py.optimize.reading.parsed_accesses import Filter, Reader
from noormme_py.optimize.reading.parsed_keys import literal
from noormme_py.optimize.reading.parsed_sql import parsed
from noormme_py.optimize.reading.parsed_terms import parts
from noormme_py.optimize.reading.scopes import Scope, Source
from noormme_py.query.statement import Raw
from noormme_py.schema.model import Column, Schema

_COMPARED = (exp.EQ, exp.NullSafeEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NullSafeEQ: "is",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMBERS = ("integer", "real", "numeric")
_Found: TypeAlias = tuple[Source, Hidden]
_SPECIAL = re.compile(r"[*?\[]")


def hidden_columns(sql: str, schema: Schema, lab: Laboratory, samples: Sequence[list[Raw]]) -> list[Hidden]:
    """Return what hides a column in the conditions of a statement; `samples` are values of its parameters."""
    tree = parsed(sql)
    if tree is None:
        return []
    reader = Reader(schema, lab)
    reader.statement(tree)
    return [
        hidden
        for filtered in reader.filters
        for part in parts(filtered.condition, exp.And)
        for source, hidden in _hidden(part, filtered, reader, samples)
        if source in filtered.tables
    ]


def _hidden(part: exp.Expr, filtered: Filter, reader: Reader, samples: Sequence[list[Raw]]) -> Iterator[_Found]:
    match part:
        case exp.Like() | exp.Escape(this=exp.Like()):
            yield from _like(part.this if isinstance(part, exp.Escape) else part, filtered.scope, reader, samples)
        case exp.Not() | exp.NEQ() | exp.NullSafeNEQ():
            yield from _unwanted(part, filtered.scope, reader)
        case exp.EQ() | exp.NullSafeEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
            yield from _mixed(part, filtered.scope, reader)
            sign = _SIGNS[type(part)]
            yield from _covered(part.this, sign, part.args["expression"], filtered.scope, reader)
            yield from _covered(part.args["expression"], _TURNED.get(sign, sign), part.this, filtered.scope, reader)
        case exp.In() | exp.Between():
            yield from _covered(part.this, "", None, filtered.scope, reader)
        case _:
            pass


def _covered(side: exp.Expr, sign: str, value: exp.Expr | None, scope: Scope, reader: Reader) -> Iterator[_Found]:
    """Yield a column that something is done to before it is compared."""
    while isinstance(side, exp.Paren):
        side = side.this
    if isinstance(side, exp.Anonymous) and side.name == "+":
        for source, column in _columns(side.expressions[0], scope, reader):
            title = f"the + before {column.name} keeps every index of it from being used"
            mend = f"leave the + out: {quote(column.name)}"
            yield _found(source, column.name, "unary-plus", title, mend)
        return
    if isinstance(side, exp.Column | exp.Collate):
        return
    for source, key in reader.keys.of(side, scope):
        if key.expression is None:
            continue
        text = key.expression
        instead = _instead(side, sign, value, scope, reader) if value is not None else None
        mend = index_for(_name(source), key) if instead is None else instead
        is_arithmetic = isinstance(side, exp.Add | exp.Sub | exp.Mul | exp.Div)
        kind = "arithmetic-on-column" if is_arithmetic else "function-on-column"
        title = f"{text} is worked out for every row: an index of the column is of no use to it"
        yield _found(source, text, kind, title, mend)


def _instead(side: exp.Expr, sign: str, value: exp.Expr, scope: Scope, reader: Reader) -> str | None:
    """Return the condition that says the same of the bare column, when there is one for sure."""
    if isinstance(side, exp.Anonymous) and len(side.expressions) >= 1:
        found = list(_columns(side.expressions[0], scope, reader))
        if len(found) != 1 or found[0][1].affinity != "text":
            return None
        column = quote(found[0][1].name)
        if side.name.lower() == "date" and len(side.expressions) == 1 and sign == "=":
            return f"{column} >= :day and {column} < date(:day, '+1 day')"
        if side.name.lower() in ("substr", "substring") and len(side.expressions) == 3 and sign == "=":
            return _beginning(side, value, found[0][1])
        return None
    if isinstance(side, exp.DPipe) and literal(side.args["expression"]) == "''":
        found = list(_columns(side.this, scope, reader))
        is_text = len(found) == 1 and found[0][1].affinity == "text"
        return f"leave the || '' out: {quote(found[0][1].name)} {sign} …" if is_text else None
    if not isinstance(side, exp.Add | exp.Sub | exp.Mul):
        return None
    found = list(_columns(side.this, scope, reader))
    moved = literal(side.args["expression"])
    if len(found) != 1 or found[0][1].affinity not in _NUMBERS or moved is None or not _is_number(moved):
        return None
    if isinstance(side, exp.Mul):
        # By a power of two nothing is lost in a float.
        return f"{quote(found[0][1].name)} {sign} … / {float(moved)}" if _is_power_of_two(float(moved)) else None
    if found[0][1].affinity != "integer" or not moved.isdigit():
        return None
    return f"{quote(found[0][1].name)} {sign} … {'-' if isinstance(side, exp.Add) else '+'} {moved}"


def _beginning(side: exp.Expr, value: exp.Expr, column: Column) -> str | None:
    start, length = (literal(argument) for argument in side.expressions[1:])
    text = value.name if isinstance(value, exp.Literal) and value.is_string else None
    if start != "1" or text is None or length != str(len(text)) or not text or _SPECIAL.search(text):
        return None
    held = "" if column.collation.upper() == "BINARY" else ", with an index whose collation is BINARY"
    return f"{quote(column.name)} glob {literal(exp.Literal.string(text + '*'))}{held}"


def _like(part: exp.Expr, scope: Scope, reader: Reader, samples: Sequence[list[Raw]]) -> Iterator[_Found]:
    patterns = _patterns(part.args["expression"], samples)
    for source, column in _columns(part.this, scope, reader):
        assert source.table is not None
        if column.name == source.table.rowid_alias or column.affinity in _NUMBERS:
            continue
        if any(pattern[:1] in ("%", "_") for pattern in patterns):
            title = f"the pattern for {column.name} begins with a wildcard, and an index is in order from the beginning"
            yield _found(source, column.name, "leading-wildcard", title, _full_text(source, column))
        elif patterns and column.collation.upper() != "NOCASE":
            title = f"LIKE tells no upper from lower case, and the order of {column.name} does"
            mend = index_for(_name(source), Key(column.name, collation="NOCASE"))
            yield _found(source, column.name, "like-needs-nocase", title, mend)
        elif not patterns and not isinstance(part.args["expression"], exp.Placeholder):
            title = f"the pattern for {column.name} is put together in SQL, so it is not known when the plan is made"
            yield _found(source, column.name, "built-pattern", title, "bind the whole pattern as one parameter")


def _patterns(pattern: exp.Expr, samples: Sequence[list[Raw]]) -> list[str]:
    if isinstance(pattern, exp.Literal) and pattern.is_string:
        return [pattern.name]
    if not isinstance(pattern, exp.Placeholder):
        return []
    at = int(pattern.name[1:]) if pattern.name[1:].isdigit() else -1
    values = [values[at] for values in samples if 0 <= at < len(values)]
    return [value for value in values if isinstance(value, str)]


def _full_text(source: Source, column: Column) -> str:
    assert source.table is not None
    table = source.table
    if not table.has_rowid:
        return "keep a full-text index (FTS5) of the column, and search there"
    rowid = table.rowid_alias or "rowid"
    name = quote(f"{table.name}_{column.name}_fts")
    content = "'" + table.name.replace("'", "''") + "'"
    key = "'" + rowid.replace("'", "''") + "'"
    return (
        f"create virtual table {name} using fts5({quote(column.name)}, content={content}, content_rowid={key}, "
        f"tokenize='trigram'); insert into {name}({name}) values ('rebuild'); -- triggers keep it up to date; then: "
        f"{quote(rowid)} in (select rowid from {name} where {quote(column.name)} like …)"
    )


def _unwanted(part: exp.Expr, scope: Scope, reader: Reader) -> Iterator[_Found]:
    inner = part
    while isinstance(inner, exp.Not | exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Is) and isinstance(inner.args["expression"], exp.Null):
        return
    is_negated = isinstance(part, exp.Not) and isinstance(inner, exp.In | exp.EQ | exp.Is)
    if not is_negated and not isinstance(part, exp.NEQ | exp.NullSafeNEQ):
        return
    for source, column in _columns(inner.this, scope, reader):
        title = f"what {column.name} shall not be cannot be looked up"
        mend = "ask for the values that are wanted, if they are few"
        yield _found(source, column.name, "negated", title, mend, "info")


def _mixed(part: exp.Expr, scope: Scope, reader: Reader) -> Iterator[_Found]:
    """Yield the text column that is compared with a column of numbers: SQLite makes numbers of the texts first."""
    for one, other in ((part.this, part.args["expression"]), (part.args["expression"], part.this)):
        numbers = [column for _, column in _columns(other, scope, reader) if column.affinity in _NUMBERS]
        for source, column in _columns(one, scope, reader):
            if column.affinity == "text" and numbers:
                title = f"{column.name} is text and {numbers[0].table}.{numbers[0].name} is a number"
                mend = f"give both columns one type, or compare with cast({quote(numbers[0].name)} as text)"
                yield _found(source, column.name, "mixed-types", title, mend)


def _columns(node: exp.Expr, scope: Scope, reader: Reader) -> Iterator[tuple[Source, Column]]:
    if isinstance(node, exp.Column | exp.Paren | exp.Collate):
        for source, key in reader.keys.of(node, scope):
            if key.name is not None and source.table is not None:
                yield source, source.table.column(key.name)


def _found(
    source: Source, subject: str, kind: str, title: str, mend: str | None, severity: Severity = "medium"
) -> _Found:
    return source, Hidden(_name(source), source.alias, subject, kind, title, mend, severity)


def _name(source: Source) -> str:
    assert source.table is not None
    return source.table.name


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None


def _is_power_of_two(number: float) -> bool:
    return number > 0 and number.hex().startswith("0x1.0000000000000p")
