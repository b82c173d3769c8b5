"""Computing: integers and floats as PostgreSQL does, decimals rounded to their digits, and texts joined.

SQLite has no decimals: a sum of doubles is rounded to the scale that the exact sum has, which makes it the double that
is nearest to it.
"""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions import moments
from noormme_py.postgres.expressions.casts import FLOATING, NAN, digits_of, exact_number, retyped
from noormme_py.postgres.expressions.documents import as_text
from noormme_py.postgres.expressions.term import (
    DIGITS,
    FLOATS,
    INTEGERS,
    MOMENTS,
    NUMBERS,
    TEXTS,
    Refused,
    Term,
    call,
    null,
    value,
)
from noormme_py.postgres.expressions.translation import Rule, Translation
from noormme_py.postgres.expressions.type_names import TypeName

BY_ZERO: Final = "a division by zero gives NULL, where PostgreSQL raises an error"
_OPERATORS: Final[dict[type[exp.Expr], str]] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_BITS: Final[dict[type[exp.Expr], str]] = {exp.BitwiseAnd: "&", exp.BitwiseOr: "|"}


def computed(translation: Translation, node: Any) -> Term:
    """Translate + - * / and %."""
    operator = _OPERATORS[type(node)]
    left, right = translation.term(node.this), translation.term(node.expression)
    if left.type in MOMENTS or right.type in MOMENTS:
        return moments.moved(translation, operator, left, right)
    left = retyped(translation, left, TypeName(right.type if right.type != "unknown" else "text"))
    right = retyped(translation, right, TypeName(left.type if left.type != "unknown" else "text"))
    if left.is_null or right.is_null:
        return null(right.type if left.is_null else left.type)
    if not (_is_finite(left) and _is_finite(right)):
        raise Refused("NaN and infinity are not computed with in SQLite as in PostgreSQL")
    types = {left.type, right.type}
    if types <= INTEGERS - {"oid"}:
        return _integers(translation, operator, left, right)
    if types <= INTEGERS | {"numeric"}:
        return _decimals(translation, operator, left, right)
    if types <= INTEGERS | FLOATS | {"numeric"} and "float4" not in types:
        return _floats(translation, operator, left, right)
    raise Refused(f"{left.type} {operator} {right.type} has no counterpart in SQLite")


def _integers(translation: Translation, operator: str, left: Term, right: Term) -> Term:
    if operator in "/%" and (right.constant is None or int(right.constant) == 0):
        translation.note(BY_ZERO)
    # The smallest integer is what both become; beyond its bounds PostgreSQL raises an error and keeps nothing.
    wide = max((left.type, right.type), key=lambda name: int(name[-1]))
    return value(f"{left.operand} {operator} {right.operand}", wide, is_compound=True)


def _floats(translation: Translation, operator: str, left: Term, right: Term) -> Term:
    if operator == "%":
        raise Refused("PostgreSQL has no % of floating-point numbers")
    if not (left.constant and right.constant):
        translation.note(NAN)
    if operator == "/":
        translation.note(BY_ZERO)
        left = _as_real(left)
    return value(f"{left.operand} {operator} {right.operand}", "float8", is_compound=True)


def _decimals(translation: Translation, operator: str, left: Term, right: Term) -> Term:
    if operator == "%":
        raise Refused("SQLite's % drops what is behind the point")
    left, right = exact_number(translation, left), exact_number(translation, right)
    if not (left.constant and right.constant):
        translation.note(NAN)
    if operator == "/":
        translation.note(FLOATING)
        translation.note(BY_ZERO)
        return value(f"{_as_real(left).operand} / {right.operand}", "numeric", is_compound=True)
    plain = f"{left.operand} {operator} {right.operand}"
    scale, digits = _size(operator, left, right)
    if digits is None or digits > DIGITS:
        translation.note(FLOATING)
    if scale is None:
        return value(plain, "numeric", is_compound=True)
    return replaced(value(f"round({plain}, {scale})", "numeric"), scale=scale, digits=digits)


def _size(operator: str, left: Term, right: Term) -> tuple[int | None, int | None]:
    """Return the scale and the number of digits of an exact result."""
    left_scale = 0 if left.type in INTEGERS else left.scale
    right_scale = 0 if right.type in INTEGERS else right.scale
    left_digits, right_digits = digits_of(left), digits_of(right)
    if left_scale is None or right_scale is None:
        return None, None
    scale = left_scale + right_scale if operator == "*" else max(left_scale, right_scale)
    if left_digits is None or right_digits is None:
        return scale, None
    if operator == "*":
        return scale, left_digits + right_digits
    return scale, max(left_digits - left_scale, right_digits - right_scale) + 1 + scale


def _is_finite(term: Term) -> bool:
    return term.constant is None or term.constant not in ("NaN", "Infinity", "-Infinity")


def _as_real(term: Term) -> Term:
    return replaced(term, sql=f"CAST({term.sql} AS REAL)", is_compound=False)


def negative(translation: Translation, node: Any) -> Term:
    """Translate a minus before a number."""
    found = exact_number(translation, translation.term(node.this))
    if not _is_finite(found):
        raise Refused("NaN and infinity are not computed with in SQLite as in PostgreSQL")
    if found.constant is not None and found.constant.replace(".", "").isdigit() and found.type in NUMBERS:
        return replaced(found, sql=f"-{found.sql}", constant=f"-{found.constant}")
    if found.type not in INTEGERS | {"numeric", "float8"}:
        raise Refused(f"a minus before {found.type} has no counterpart in SQLite")
    if found.type not in INTEGERS:
        translation.note(NAN)
    # Two minuses would begin a comment.
    operand = f"({found.sql})" if found.is_compound or found.sql.startswith("-") else found.sql
    return replaced(found, sql=f"-{operand}", is_compound=True, constant=None, store=None)


def bits(translation: Translation, node: Any) -> Term:
    """Translate & and | of integers."""
    left, right = translation.term(node.this), translation.term(node.expression)
    if not {left.type, right.type} <= INTEGERS - {"oid"}:
        raise Refused(f"{_BITS[type(node)]} of {left.type} and {right.type} has no counterpart in SQLite")
    wide = max((left.type, right.type), key=lambda name: int(name[-1]))
    return value(f"{left.operand} {_BITS[type(node)]} {right.operand}", wide, is_compound=True)


def joined(translation: Translation, node: Any) -> Term:
    """Translate || of texts."""
    terms = [as_text(translation, translation.term(side)) for side in (node.this, node.expression)]
    types = {term.type for term in terms}
    # An integer is joined by its digits in both.
    if not types <= TEXTS | {"unknown"} | INTEGERS or not types & (TEXTS | {"unknown"}):
        raise Refused("|| has no counterpart in SQLite but for texts")
    left, right = terms
    return value(f"{left.operand} || {right.operand}", "text", of=terms, is_compound=True)


def absolute(translation: Translation, arguments: list[exp.Expr]) -> Term:
    """Translate abs()."""
    (found,) = [exact_number(translation, translation.term(node)) for node in arguments]
    if found.type not in INTEGERS | {"numeric", "float8"} or not _is_finite(found):
        raise Refused(f"abs() of {found.type} has no counterpart in SQLite")
    if found.type not in INTEGERS:
        translation.note(NAN)
    return replaced(call("abs", found.type, found), digits=found.digits, scale=found.scale)


NODES: Final[dict[type[exp.Expr], Rule]] = {
    **dict.fromkeys(_OPERATORS, computed),
    **dict.fromkeys(_BITS, bits),
    exp.Neg: negative,
    exp.DPipe: joined,
}
