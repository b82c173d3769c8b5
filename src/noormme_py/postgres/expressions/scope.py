"""What the names in an expression of PostgreSQL stand for in SQLite, and what becomes of the expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from noormme_py.frozen import frozen
from noormme_py.postgres.form import Convert, Form
from noormme_py.postgres.model import PgColumn, PgType, TypeKind
from noormme_py.query.statement import Raw

_HEADER: Final = 4
"""PostgreSQL adds the size of a value's header to the modifiers of numeric, varchar and char."""


@frozen
class ScopeColumn:
    """A column as an expression sees it: `name` and `form` are SQLite's side, `type` and `kind` PostgreSQL's.

    `type` is the type's name in the catalog: `int4`, `timestamptz`, `_text` for an array of texts, the name of an
    enum; that of the base type where the column is of a domain. `digits` and `scale` are those of `numeric(10,2)`,
    None where there are none; `length` is that of `varchar(20)` and `char(3)`, in characters.

    `collate` is the column's collation in SQLite, `collation` that in PostgreSQL, None where it is not known. `store`
    makes the kept value of PostgreSQL's text of one, and raises ValueError; None where the text is kept.
    """

    name: str
    form: str
    type: str
    kind: TypeKind = "base"
    digits: int | None = None
    scale: int | None = None
    length: int | None = None
    collate: str | None = None
    collation: str | None = None
    store: Callable[[str], Raw] | None = None


@frozen
class Scope:
    """What names mean: columns by their names in PostgreSQL, and what VALUE is in the CHECK of a domain."""

    columns: Mapping[str, ScopeColumn]
    value: ScopeColumn | None = None


@frozen
class Translated:
    """SQL of SQLite. `notes` say where it means nearly the same and not quite, each a sentence without a full stop."""

    sql: str
    notes: tuple[str, ...] = ()


@frozen
class Untranslated:
    """Nothing in SQLite means the same, or nothing is known to; `reason` is a sentence without a full stop."""

    reason: str


def scope_column(
    column: PgColumn, form: Form, name: str, *, is_strict: bool = False, collation: str | None = None
) -> ScopeColumn:
    """Return what a column that is kept in a form under a name means to expressions.

    `is_strict` says that its table is STRICT; `collation` is the database's, which holds where the column has none.
    """
    found, modifier = base_type(column.type, column.modifier)
    digits, scale = numeric_limits(modifier) if found.name == "numeric" else (None, None)
    # A STRICT table has no NUMERIC affinity: there a decimal is the text of one.
    kept = "decimal text" if is_strict and form.name == "decimal" else form.name
    return ScopeColumn(
        name,
        kept,
        found.name,
        found.kind,
        digits,
        scale,
        modifier - _HEADER if found.name in ("varchar", "bpchar") and modifier >= _HEADER else None,
        form.collate,
        column.collation or collation,
        None if form.store is None else _of_one(form.store),
    )


def base_type(declared: PgType, modifier: int = -1) -> tuple[PgType, int]:
    """Return the type that a domain is made of with its modifier, and any other type and its own."""
    while declared.kind == "domain" and declared.element is not None:
        declared, modifier = declared.element, declared.modifier
    return declared, modifier


def numeric_limits(modifier: int) -> tuple[int | None, int | None]:
    """Return precision and scale of numeric's modifier, (None, None) where it has none."""
    if modifier < _HEADER:
        return None, None
    packed = modifier - _HEADER
    # The scale has eleven bits and a sign.
    scale = ((packed & 0x7FF) ^ 0x400) - 0x400
    digits = packed >> 16 & 0xFFFF
    return (digits - scale, 0) if scale < 0 else (max(digits, scale), scale)


def _of_one(store: Convert) -> Callable[[str], Raw]:
    def stored(text: str) -> Raw:
        value: Raw = store([text])[0]
        return value

    return stored
