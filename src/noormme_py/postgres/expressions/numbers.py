"""Functions on numbers, and values by chance."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions import arithmetic
from noormme_py.postgres.expressions.casts import FLOATING, NAN, exact_number, rounded
from noormme_py.postgres.expressions.term import DIGITS, INTEGERS, Refused, Term, call, value
from noormme_py.postgres.expressions.translation import Call, Function, Translation

# A uuid of version 4: random but for four bits of the version and two of the variant.
UUID: Final = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)


def _numeric(translation: Translation, node: exp.Expr, name: str) -> Term:
    found = exact_number(translation, translation.term(node))
    # PostgreSQL rounds halves of a float to the even neighbour; and not every float is an integer of 64 bits.
    if found.type != "numeric" or found.constant == "NaN":
        raise Refused(f"{name}() of {found.type} has no counterpart in SQLite")
    if found.digits is None or found.digits > DIGITS:
        translation.note(FLOATING)
    translation.note(NAN)
    return found


def _round(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found = _numeric(translation, arguments[0], "round")
    places = translation.term(arguments[1]).constant if len(arguments) > 1 else "0"
    if places is None or not places.isdigit():
        raise Refused("round() to places that are no literal")
    return rounded(translation, found, int(places))


def _truncated(translation: Translation, arguments: list[exp.Expr]) -> Term:
    (node,) = arguments
    found = _numeric(translation, node, "trunc")
    return replaced(value(f"CAST({found.sql} AS INTEGER)", "numeric"), digits=found.digits, scale=0)


def _next_integer(name: str, template: str) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        (node,) = arguments
        found = _numeric(translation, node, name)
        sql = template.format(f"CAST({found.sql} AS INTEGER)", found.operand)
        return replaced(
            value(sql, "numeric", is_compound=True), digits=None if found.digits is None else found.digits + 1, scale=0
        )

    return rule


def _mod(translation: Translation, arguments: list[exp.Expr]) -> Term:
    left, right = arguments
    return arithmetic.computed(translation, exp.Mod(this=left, expression=right))


def _sign(translation: Translation, arguments: list[exp.Expr]) -> Term:
    (node,) = arguments
    found = exact_number(translation, translation.term(node))
    if found.type not in INTEGERS | {"numeric", "float8"}:
        raise Refused(f"sign() of {found.type} has no counterpart in SQLite")
    if found.type not in INTEGERS:
        translation.note(NAN)
    return replaced(call("sign", "float8" if found.type == "float8" else "numeric", found), digits=1, scale=0)


def _uuid(translation: Translation, arguments: list[exp.Expr]) -> Term:
    translation.need_clock("a value by chance")
    return value(UUID, "uuid")


def _uuid_of_time(translation: Translation, arguments: list[exp.Expr]) -> Term:
    translation.note("a UUID by chance, where PostgreSQL makes one of the time and the machine")
    return _uuid(translation, arguments)


def _sequence(translation: Translation, arguments: list[Any]) -> Term:
    raise Refused("sequence")


FUNCTIONS: Final[dict[str, Function]] = {
    "abs": Function(1, 1, arithmetic.absolute),
    "round": Function(1, 2, _round),
    "trunc": Function(1, 1, _truncated),
    "floor": Function(1, 1, _next_integer("floor", "{0} - ({1} < {0})")),
    "ceil": Function(1, 1, _next_integer("ceil", "{0} + ({1} > {0})")),
    "ceiling": Function(1, 1, _next_integer("ceiling", "{0} + ({1} > {0})")),
    "mod": Function(2, 2, _mod),
    "sign": Function(1, 1, _sign),
    "gen_random_uuid": Function(0, 0, _uuid),
    "uuid_generate_v4": Function(0, 0, _uuid),
    "uuid_generate_v1": Function(0, 0, _uuid_of_time),
    "uuid_generate_v1mc": Function(0, 0, _uuid_of_time),
    "nextval": Function(1, 1, _sequence),
}
