"""A term: SQL of SQLite with what PostgreSQL knows of its value, which a rule makes of a node and of other terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from noormme_py.frozen import frozen, replaced
from noormme_py.names import quote
from noormme_py.postgres.expressions.scope import ScopeColumn
from noormme_py.postgres.model import TypeKind
from noormme_py.query.statement import Raw

INTEGERS: Final = frozenset({"int2", "int4", "int8", "oid"})
FLOATS: Final = frozenset({"float4", "float8"})
NUMBERS: Final = INTEGERS | FLOATS | {"numeric", "money"}
TEXTS: Final = frozenset({"text", "varchar", "name"})
"""Texts that are compared letter by letter; `bpchar` and `citext` are not."""
MOMENTS: Final = frozenset({"date", "timestamp", "timestamptz"})

_FORMS: Final = {
    **dict.fromkeys(INTEGERS, "integer"),
    **dict.fromkeys(FLOATS, "real"),
    **dict.fromkeys(TEXTS, "text"),
    "numeric": "decimal",
    "money": "decimal text",
    "bpchar": "char",
    "citext": "citext",
    "bool": "boolean",
    "bytea": "blob",
    "json": "json",
    "jsonb": "json",
    **{name: name for name in ("date", "time", "timetz", "timestamp", "timestamptz", "uuid", "interval")},
}
_COLLATIONS: Final = {"bpchar": "RTRIM", "citext": "NOCASE"}

DIGITS: Final = 15
"""A double holds every decimal of as many digits, so that those are compared exactly."""


class Refused(Exception):
    """There is no translation; the argument is the reason."""


@frozen
class Term:
    """A value in SQLite's SQL. `type` is PostgreSQL's name of its type, "unknown" of a literal without one.

    `form` says how the value is kept, as the forms do. `is_compound` says that it needs parentheses beside an operator.
    `constant` is PostgreSQL's text of a literal. `digits` and `scale` are those of a decimal, None where not known.
    `collate` is what SQLite compares by because of this term, "" where it has no say; `collation` is PostgreSQL's,
    None where not known. `store` is that of the column. `document` and `path` are those of a value inside of JSON.
    """

    sql: str
    type: str
    form: str = ""
    kind: TypeKind = "base"
    is_compound: bool = False
    constant: str | None = None
    is_null: bool = False
    digits: int | None = None
    scale: int | None = None
    collate: str = ""
    collation: str | None = None
    store: Callable[[str], Raw] | None = None
    document: str | None = None
    path: tuple[str | int, ...] = ()

    @property
    def operand(self) -> str:
        """The SQL beside an operator."""
        return f"({self.sql})" if self.is_compound else self.sql

    @property
    def is_literal(self) -> bool:
        """Whether it is a literal or NULL."""
        return self.is_null or self.constant is not None


def value(sql: str, type: str, *, of: Iterable[Term] = (), is_compound: bool = False) -> Term:
    """Return a computed value of a type; its collation in PostgreSQL is that of what it was computed of."""
    collation = next((term.collation for term in of if term.collation is not None), None)
    return Term(sql, type, form_of(type), is_compound=is_compound, collation=collation)


def call(name: str, type: str, *arguments: Term) -> Term:
    """Return a call of a function of SQLite."""
    return value(f"{name}({', '.join(term.sql for term in arguments)})", type, of=arguments)


def truth(sql: str) -> Term:
    """Return a condition."""
    return Term(sql, "bool", "boolean", is_compound=True)


def null(type: str = "unknown") -> Term:
    """Return NULL of a type."""
    return Term("NULL", type, form_of(type), is_null=True)


def form_of(type: str) -> str:
    """Return the form of computed values of a type."""
    return _FORMS.get(type, "text")


def wanted_collation(type: str) -> str:
    """Return the collation of SQLite by which PostgreSQL's values of the type are compared."""
    return _COLLATIONS.get(type, "BINARY")


def collated(term: Term, collation: str) -> Term:
    """Return the term so that SQLite compares it by a collation, whatever its column says."""
    return replaced(term, sql=f"{term.operand} COLLATE {collation}", is_compound=False, collate=collation)


def column_term(column: ScopeColumn, sql: str | None = None) -> Term:
    """Return the value of a column; raises Refused where it is not kept as values of its type are.

    `sql` is another way to say the column than its name.
    """
    expected = {form_of(column.type)}
    if column.type in ("numeric", "money"):
        expected = {"decimal", "decimal text"}
    elif column.type == "bpchar":
        expected = {"char", "text"}
    elif column.type not in _FORMS:
        # Types without a form of their own are not computed with, and their texts are compared at most.
        expected = {column.form}
    if column.form not in expected:
        raise Refused(f"{column.name} is kept as {column.form}, which is not how {column.type} is computed with")
    return Term(
        quote(column.name) if sql is None else sql,
        column.type,
        column.form,
        column.kind,
        digits=column.digits,
        scale=column.scale,
        collate=(column.collate or "BINARY").upper(),
        collation=column.collation,
        store=column.store,
    )


def text_literal(text: str) -> str:
    """Return a literal of SQL; raises Refused for what SQLite's SQL cannot hold."""
    if "\0" in text:
        raise Refused("a text has a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused("a text has a lone surrogate") from None
    return "'" + text.replace("'", "''") + "'"


def raw_literal(kept: Raw) -> str:
    """Return a kept value as a literal of SQL."""
    if kept is None:
        return "NULL"
    if isinstance(kept, bytes):
        return f"X'{kept.hex()}'"
    if isinstance(kept, str):
        return text_literal(kept)
    if isinstance(kept, float):
        return real_literal(kept)
    return str(int(kept))


def real_literal(number: float) -> str:
    """Return a float as a literal: infinity is a number that is too large, NaN the text as which it is kept."""
    if number != number:
        return "'NaN'"
    if number in (float("inf"), float("-inf")):
        return "9e999" if number > 0 else "-9e999"
    return repr(number)
