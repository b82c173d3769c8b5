"""ORDER BY, and when two rows are one: SQLite has NULL first where PostgreSQL has it last, and orders what is kept."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from noormme_py.postgres.expressions.casts import exact_number
from noormme_py.postgres.expressions.comparisons import BY_CODE_POINT, NOCASE, YEARS, is_by_code_point
from noormme_py.postgres.expressions.term import MOMENTS, NUMBERS, TEXTS, Refused, Term, collated, wanted_collation
from noormme_py.postgres.expressions.translation import Translation

ENUM = "an enum is ordered by its letters, not by its labels"
_AS_KEPT = frozenset({"bool", "time", "uuid", "bytea"})
_EQUAL_AS_KEPT = (
    _AS_KEPT | MOMENTS | TEXTS | {"bpchar", "citext", "unknown", "inet", "cidr", "macaddr", "char", "timetz"}
)


def ordered(translation: Translation, term: Term, node: Any, *, position: int | None = None) -> str:
    """Return one part of ORDER BY; `position` is that of a column of a compound query, by which it must be named."""
    if term.kind == "enum":
        translation.note(ENUM)
    elif term.type in TEXTS or term.type in ("bpchar", "citext", "unknown"):
        if not is_by_code_point(term):
            translation.note(BY_CODE_POINT)
    elif term.type in MOMENTS:
        translation.note(YEARS)
    elif term.type not in NUMBERS and term.type not in _AS_KEPT and not term.is_null:
        raise Refused(f"values of the type {term.type} are not kept in their order")
    if term.form == "decimal text" and position is not None:
        raise Refused("numbers that are kept as text are not ordered behind UNION")
    key = in_collation(exact_number(translation, term))
    sql = key.operand if position is None else f"{position}{' COLLATE ' + key.collate if key.collate else ''}"
    is_last = not node.args.get("nulls_first")
    return f"{sql}{' DESC' if node.args.get('desc') else ''} NULLS {'LAST' if is_last else 'FIRST'}"


def in_collation(term: Term) -> Term:
    """Return the term so that SQLite compares it as PostgreSQL does."""
    wanted = wanted_collation(term.type)
    return collated(term, wanted) if (term.collate or "BINARY") != wanted and not term.is_literal else term


def distinct_key(translation: Translation, term: Term) -> Term:
    """Return the term where equal values are to be one; raises Refused where they are not always kept alike."""
    if term.type == "citext":
        translation.note(NOCASE)
    if term.form == "decimal text" and term.scale is None:
        raise Refused("1.0 and 1.00 are one number, and are kept as two texts")
    if term.type not in NUMBERS | _EQUAL_AS_KEPT and term.kind != "enum" and not term.is_null:
        raise Refused(f"equal values of the type {term.type} are not always kept alike")
    return in_collation(term)


def parts_of(node: exp.Expr | None) -> list[Any]:
    """Return the parts of an ORDER BY; raises Refused for what stands beside them."""
    if node is None:
        return []
    if not isinstance(node, exp.Order) or node.args.get("this") is not None or node.args.get("siblings"):
        raise Refused("an ORDER BY that is not understood")
    for part in node.expressions:
        if not isinstance(part, exp.Ordered) or part.args.get("with_fill") is not None:
            raise Refused("an ORDER BY that is not understood")
    return list(node.expressions)
