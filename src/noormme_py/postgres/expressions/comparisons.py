"""Comparisons: both sides in one form and one collation, lists as well.

In SQLite a number never equals a text, and a column's collation decides; in PostgreSQL types do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions.arrays import elements
from noormme_py.postgres.expressions.casts import cast, exact_number, retyped
from noormme_py.postgres.expressions.constants import stored
from noormme_py.postgres.expressions.documents import as_text, as_word, is_simple, plain_text
from noormme_py.postgres.expressions.patterns import like
from noormme_py.postgres.expressions.term import (
    MOMENTS,
    NUMBERS,
    TEXTS,
    Refused,
    Term,
    collated,
    truth,
    wanted_collation,
)
from noormme_py.postgres.expressions.translation import Translation, described
from noormme_py.postgres.expressions.type_names import TypeName

BY_CODE_POINT: Final = "text is ordered by code points, not by the rules of a language"
NOCASE: Final = "citext is compared without case of ASCII letters only"
YEARS: Final = "dates before the year 1, after 9999 and infinite ones are compared as text"
OPERATORS: Final[dict[type[exp.Expr], str]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS",
    exp.NullSafeNEQ: "IS NOT",
}
_EQUALITIES = frozenset({"=", "<>", "IS", "IS NOT"})
# Collations of PostgreSQL that order by code points.
_BY_CODE = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic", "pg_c_utf8"})
# Kept as the text that PostgreSQL writes, which is one for all texts of one value.
_EQUAL_AS_TEXT = frozenset({"inet", "cidr", "macaddr", "macaddr8", "bit", "varbit", "char", "timetz", "oid", "pg_lsn"})
_ORDERED_AS_KEPT = frozenset({"bool", "time", "uuid", "bytea"})
_ELEMENTS = 1000
_SHORT_DIGITS = 6
"""A float4 holds every decimal of as many digits (FLT_DIG) and writes it as it was."""


def comparison(translation: Translation, node: Any) -> Term:
    """Translate a comparison, also one with ANY or ALL of an array."""
    operator = OPERATORS[type(node)]
    listed = quantified(node.expression)
    if listed is None:
        return compared(translation, operator, translation.term(node.this), translation.term(node.expression))
    is_any, array = listed
    left = translation.term(node.this)
    values = elements(translation, array)
    if is_any and operator == "=":
        return member(translation, left, values)
    if not is_any and operator == "<>":
        return member(translation, left, values, is_negated=True)
    joined = " OR " if is_any else " AND "
    parts = [compared(translation, operator, left, each).operand for each in _few(values)]
    return truth(joined.join(parts)) if parts else truth("0" if is_any else "1")


def operator_of_a_schema(translation: Translation, node: Any) -> Term:
    """Translate an operator that is named with its schema, as those of citext are where that is not searched."""
    left, right = translation.term(node.this), translation.term(node.expression)
    symbol = str(node.args.get("operator") or "").rpartition(".")[2]
    if "citext" not in (left.type, right.type) or not {left.type, right.type} <= {"citext", "unknown"}:
        raise Refused("an operator of one's own has no counterpart in SQLite")
    if symbol in ("~~", "!~~", "~~*", "!~~*"):
        return like(translation, left, right, True, symbol.startswith("!"))
    if symbol not in OPERATORS.values():
        raise Refused(f"the operator {symbol} of citext has no counterpart in SQLite")
    return compared(translation, symbol, left, right)


def quantified(node: exp.Expr | None) -> tuple[bool, exp.Expr] | None:
    """Return whether it is ANY (or else ALL), with the array; None for what is neither."""
    if isinstance(node, exp.Any):
        return True, node.this
    if isinstance(node, exp.All):
        return False, node.this
    if isinstance(node, exp.Anonymous) and str(node.this).upper() == "ALL" and len(node.expressions) == 1:
        return False, node.expressions[0]
    return None


def compared(translation: Translation, operator: str, left: Term, right: Term) -> Term:
    """Return the comparison of two values by one of the operators; raises Refused where it would mean another."""
    is_order = operator not in _EQUALITIES
    if is_order:
        # Inside of JSON a number comes before every text; as a text it does not.
        left, right = as_text(translation, left), as_text(translation, right)
    left, right = alike(translation, left, right)
    found = left if not left.is_null else right
    if is_order:
        _look_at_order(translation, found, left, right)
    wanted = wanted_collation(found.type)
    if found.type == "citext":
        translation.note(NOCASE)
    if (left.collate or right.collate or "BINARY") != wanted and not (left.is_null or right.is_null):
        left = collated(left, wanted)
    return truth(f"{left.operand} {operator} {right.operand}")


def member(translation: Translation, left: Term, values: list[Term], *, is_negated: bool = False) -> Term:
    """Return whether a value is one of a list, or none of it."""
    if any(each.document is not None for each in [left, *values]):
        # What is inside of JSON is compared in a way that depends on the literal.
        parts = [compared(translation, "<>" if is_negated else "=", left, each).operand for each in _few(values)]
        return truth((" AND " if is_negated else " OR ").join(parts) or ("1" if is_negated else "0"))
    adapted: list[Term] = []
    for each in _few(values):
        left, one = alike(translation, left, each)
        adapted.append(one)
    if left.type == "citext":
        translation.note(NOCASE)
    wanted = wanted_collation(left.type)
    if (left.collate or "BINARY") != wanted:
        left = collated(left, wanted)
    listed = ", ".join(each.sql for each in adapted)
    return truth(f"{left.operand} {'NOT IN' if is_negated else 'IN'} ({listed})")


def in_list(translation: Translation, node: Any) -> Term:
    """Translate IN with a list."""
    if node.args.get("query") is not None or node.args.get("unnest") is not None or node.args.get("field") is not None:
        raise Refused("a subquery has no counterpart here")
    return member(translation, translation.term(node.this), [translation.term(each) for each in node.expressions])


def between(translation: Translation, node: Any) -> Term:
    """Translate BETWEEN, which is two comparisons."""
    if node.args.get("symmetric"):
        raise Refused("BETWEEN SYMMETRIC has no counterpart in SQLite")
    found = translation.term(node.this)
    low = compared(translation, ">=", found, translation.term(node.args.get("low")))
    high = compared(translation, "<=", found, translation.term(node.args.get("high")))
    return truth(f"{low.operand} AND {high.operand}")


def matched(translation: Translation, node: Any) -> Term:
    """Translate LIKE and ILIKE, also with ANY or ALL of an array of patterns."""
    is_negated, without_case = bool(node.args.get("negate")), isinstance(node, exp.ILike)
    listed = quantified(node.expression)
    left = translation.term(node.this)
    if listed is None:
        return like(translation, left, translation.term(node.expression), without_case, is_negated)
    is_any, array = listed
    parts = [
        like(translation, left, each, without_case, is_negated).operand for each in _few(elements(translation, array))
    ]
    return truth((" OR " if is_any else " AND ").join(parts) or ("0" if is_any else "1"))


def escaped(translation: Translation, node: Any) -> Term:
    """Translate LIKE with ESCAPE."""
    inner = node.this
    if not isinstance(inner, exp.Like | exp.ILike) or quantified(inner.expression) is not None:
        raise Refused(f"{described(inner)} with ESCAPE")
    escape = translation.term(node.expression)
    return like(
        translation,
        translation.term(inner.this),
        translation.term(inner.expression),
        isinstance(inner, exp.ILike),
        bool(inner.args.get("negate")),
        escape.constant,
    )


def alike(translation: Translation, left: Term, right: Term) -> tuple[Term, Term]:
    """Return both values in one type and one form, so that SQLite compares them as PostgreSQL does."""
    if left.is_null or right.is_null:
        return left, right
    if left.type == "unknown" and right.type == "unknown":
        return retyped(translation, left, TypeName("text")), retyped(translation, right, TypeName("text"))
    if left.type == "unknown":
        left = retyped(translation, left, TypeName(right.type))
    elif right.type == "unknown":
        right = retyped(translation, right, TypeName(left.type))
    if left.type in NUMBERS and right.type in NUMBERS:
        return _numbers(translation, left, right)
    if left.type in TEXTS and right.type in TEXTS:
        return plain_text(translation, left, right), plain_text(translation, right, left)
    if left.type != right.type and {left.type, right.type} <= MOMENTS:
        # A date is its midnight, which depends on the time zone where the other side has one.
        wider = TypeName("timestamptz" if "timestamptz" in (left.type, right.type) else "timestamp")
        return cast(translation, left, wider), cast(translation, right, wider)
    if left.type != right.type:
        raise Refused(f"{left.type} is compared with {right.type}, which SQLite does in another way")
    return _of_one_type(left, right)


def _of_one_type(left: Term, right: Term) -> tuple[Term, Term]:
    """Return both values; raises Refused where the texts of equal values differ."""
    name, literals = left.type, [term.constant for term in (left, right) if term.constant is not None]
    if name in MOMENTS or name in _ORDERED_AS_KEPT or name in ("bpchar", "citext"):
        return left, right
    if "enum" in (left.kind, right.kind) or name in _EQUAL_AS_TEXT:
        return stored(left, right), stored(right, left)
    if name == "jsonb" and right.document is None and (words := as_word(left, right)) is not None:
        return words
    if name == "jsonb" and literals and all(is_simple(text) for text in literals):
        if left.document is None and right.document is None:
            return left, right
    elif "array" in (left.kind, right.kind) and "{}" in literals and (left.store or right.store):
        return stored(left, right), stored(right, left)
    raise Refused(f"equal values of the type {name} are not always kept alike")


def _numbers(translation: Translation, left: Term, right: Term) -> tuple[Term, Term]:
    if "float4" in (left.type, right.type) and left.type != right.type:
        for wide in (term for term in (left, right) if term.type != "float4"):
            if not _is_float4(wide):
                raise Refused("a float4 is compared with a number that may not be one")
    return exact_number(translation, left), exact_number(translation, right)


def _is_float4(term: Term) -> bool:
    """Whether it is a literal that a float4 holds and writes alike."""
    if term.constant is None:
        return False
    number = float(term.constant)
    digits = f"{number:.{_SHORT_DIGITS - 1}e}"
    try:
        return float(digits) == number and struct.unpack("f", struct.pack("f", number))[0] == number
    except OverflowError:
        return False


def _look_at_order(translation: Translation, found: Term, left: Term, right: Term) -> None:
    if "enum" in (left.kind, right.kind):
        raise Refused("an enum is ordered by its labels, and SQLite would order their letters")
    if found.type in TEXTS or found.type in ("bpchar", "citext", "unknown"):
        if not (is_by_code_point(left) or is_by_code_point(right)):
            translation.note(BY_CODE_POINT)
    elif found.type in MOMENTS:
        if any(_is_far(term) for term in (left, right)):
            raise Refused("dates before the year 1 and after 9999 are not kept in their order")
        translation.note(YEARS)
    elif found.type not in NUMBERS and found.type not in _ORDERED_AS_KEPT:
        raise Refused(f"values of the type {found.type} are not kept in their order")


def is_by_code_point(term: Term) -> bool:
    """Whether PostgreSQL is known to order the text by code points, as SQLite does."""
    return term.collation in _BY_CODE


def _is_far(term: Term) -> bool:
    """Whether it is a literal of a year that has not four digits, or that is before Christ."""
    return term.constant is not None and (term.constant.endswith("BC") or term.constant[4:5].isdigit())


def _few(values: Iterable[Term]) -> list[Term]:
    found = list(values)
    if len(found) > _ELEMENTS:
        raise Refused(f"a list has more than {_ELEMENTS} values")
    return found


def with_collation(translation: Translation, node: Any) -> Term:
    """Translate COLLATE: only those are known that order by code points."""
    name = node.expression.name if node.expression is not None else ""
    found = translation.term(node.this)
    if name not in _BY_CODE and name != "default":
        raise Refused(f"the collation {name!r} is not known to SQLite")
    return found if name == "default" else replaced(found, collation=name)
