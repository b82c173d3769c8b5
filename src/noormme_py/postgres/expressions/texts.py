"""Functions on texts. Places are counted in characters from one, in both."""

from __future__ import annotations

from typing import Any, Final

from sqlglot import exp

from noormme_py.postgres.expressions.casts import cast, retyped
from noormme_py.postgres.expressions.comparisons import compared
from noormme_py.postgres.expressions.documents import as_text
from noormme_py.postgres.expressions.term import INTEGERS, TEXTS, Refused, Term, call, null, text_literal, value
from noormme_py.postgres.expressions.translation import Call, Function, Rule, Translation
from noormme_py.postgres.expressions.type_names import TypeName

ASCII: Final = "lower() and upper() know ASCII letters only"
_TEXT = TypeName("text")
# In these collations PostgreSQL knows ASCII letters only.
_ASCII_ONLY = frozenset({"C", "POSIX"})
_MOST = 100
_LONGEST = 200
"""How long a text is that others are filled up to."""
_TRIMS: Final = {"BOTH": "trim", "LEADING": "ltrim", "TRAILING": "rtrim"}


def _text(translation: Translation, node: exp.Expr | None) -> Term:
    """Return a text; raises Refused for another type, as functions of its own may then be meant."""
    found = as_text(translation, retyped(translation, translation.term(node), _TEXT))
    if found.is_null:
        return null("text")
    if found.type == "bpchar":
        return cast(translation, found, _TEXT)
    if found.type not in TEXTS:
        raise Refused(f"a function of texts is used on {found.type}")
    return found


def _whole(translation: Translation, node: exp.Expr | None) -> int:
    found = translation.term(node)
    if found.type not in INTEGERS or found.constant is None:
        raise Refused("a place in a text is not a literal")
    return int(found.constant)


def _length(translation: Translation, arguments: list[exp.Expr]) -> Term:
    (node,) = arguments
    found = translation.term(node)
    return call("length", "int4", found if found.type == "bytea" else _text(translation, node))


def _octets(factor: str) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        (node,) = arguments
        found = translation.term(node)
        if found.type not in ("bytea", "bpchar"):
            found = _text(translation, node)
        sql = found.sql if found.type == "bytea" else f"CAST({found.sql} AS BLOB)"
        return value(f"length({sql}){factor}", "int4", is_compound=bool(factor))

    return rule


def _cased(name: str) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        found = _text(translation, *arguments)
        if found.collation not in _ASCII_ONLY:
            translation.note(ASCII)
        return call(name, "text", found)

    return rule


def _plain(name: str, type: str) -> Call:
    """Return a function of texts that SQLite has too, by its name there."""

    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        return call(name, type, *[_text(translation, node) for node in arguments])

    return rule


def trimmed(translation: Translation, node: Any) -> Term:
    """Translate TRIM(BOTH … FROM …)."""
    name = _TRIMS[str(node.args.get("position") or "BOTH").upper()]
    letters = node.args.get("expression")
    terms = [_text(translation, node.this), *([] if letters is None else [_text(translation, letters)])]
    return call(name, "text", *terms)


def position(translation: Translation, node: Any) -> Term:
    """Translate POSITION(… IN …)."""
    return call("instr", "int4", _text(translation, node.this), _text(translation, node.args.get("substr")))


def substring(translation: Translation, node: Any) -> Term:
    """Translate SUBSTRING(… FROM … FOR …) with literal places."""
    return _part(translation, node.this, node.args.get("start"), node.args.get("length"))


def _substr(translation: Translation, arguments: list[exp.Expr]) -> Term:
    return _part(translation, arguments[0], arguments[1], arguments[2] if len(arguments) > 2 else None)


def _part(translation: Translation, node: exp.Expr, start: exp.Expr | None, length: exp.Expr | None) -> Term:
    found = _text(translation, node)
    first = 1 if start is None else _whole(translation, start)
    if length is None:
        return value(f"substr({found.sql}, {max(first, 1)})", "text", of=[found])
    count = _whole(translation, length)
    if count < 0:
        raise Refused("a text of negative length")
    # PostgreSQL counts the places before the first as well.
    end = first + count
    return value(f"substr({found.sql}, {max(first, 1)}, {max(end - max(first, 1), 0)})", "text", of=[found])


def _left(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found, count = _text(translation, arguments[0]), _whole(translation, arguments[1])
    length = str(count) if count >= 0 else f"max(length({found.sql}) - {-count}, 0)"
    return value(f"substr({found.sql}, 1, {length})", "text", of=[found])


def _right(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found, count = _text(translation, arguments[0]), _whole(translation, arguments[1])
    if count > 0:
        return value(f"substr({found.sql}, {-count})", "text", of=[found])
    return value(f"substr({found.sql}, {1 - count})" if count else f"substr({found.sql}, 1, 0)", "text", of=[found])


def _concat(translation: Translation, arguments: list[exp.Expr]) -> Term:
    terms: list[Term] = []
    for node in arguments:
        found = as_text(translation, retyped(translation, translation.term(node), _TEXT))
        if found.type == "bool":
            found = value(f"CASE {found.operand} WHEN 1 THEN 't' WHEN 0 THEN 'f' END", "text")
        elif found.type not in TEXTS | INTEGERS | {"bpchar", "citext"} and not found.is_null and found.kind != "enum":
            raise Refused(f"concat() of {found.type} has no counterpart in SQLite")
        terms.append(found)
    # PostgreSQL passes over NULL here.
    said = " || ".join(term.operand if term.constant is not None else f"coalesce({term.sql}, '')" for term in terms)
    return value(said if len(terms) > 1 else f"{said} || ''", "text", of=terms, is_compound=True)


def _concat_between(translation: Translation, arguments: list[exp.Expr]) -> Term:
    between, *rest = [_text(translation, node) for node in arguments]
    if between.constant is None:
        raise Refused("concat_ws() has a separator that is not a literal")
    # Each text that is not NULL has the separator in front, and the first one is cut off.
    said = " || ".join(f"coalesce({between.sql} || {term.operand}, '')" for term in rest)
    return value(f"substr({said}, {len(between.constant) + 1})", "text", of=rest)


def _filled(is_left: bool) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        found, length = _text(translation, arguments[0]), _whole(translation, arguments[1])
        filling = _text(translation, arguments[2]).constant if len(arguments) > 2 else " "
        if filling is None or len(filling) != 1 or not 0 <= length <= _LONGEST:
            raise Refused("a text is filled up with something that is not one character")
        more = f"substr({text_literal(filling * length)}, 1, {length} - length({found.sql}))"
        said = f"{more} || {found.operand}" if is_left else f"{found.operand} || {more}"
        sql = f"CASE WHEN length({found.sql}) < {length} THEN {said} ELSE substr({found.sql}, 1, {length}) END"
        return value(sql, "text", of=[found])

    return rule


def _begins(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found, beginning = (_text(translation, node) for node in arguments)
    start = value(f"substr({found.sql}, 1, length({beginning.sql}))", "text")
    return compared(translation, "=", start, beginning)


def starts_with(translation: Translation, node: Any) -> Term:
    """Translate the operator ^@."""
    return _begins(translation, [node.this, node.expression])


def _code(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found = _text(translation, *arguments)
    return value(f"CASE {found.operand} WHEN '' THEN 0 ELSE unicode({found.sql}) END", "int4")


def _encoded(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found, how = (translation.term(node) for node in arguments)
    if found.type != "bytea" or how.constant != "hex":
        raise Refused("encode() has no counterpart in SQLite but for hex")
    # hex() of NULL is an empty text.
    return value(f"CASE WHEN {found.operand} IS NOT NULL THEN lower(hex({found.sql})) END", "text")


NODES: Final[dict[type[exp.Expr], Rule]] = {
    exp.Trim: trimmed,
    exp.StrPosition: position,
    exp.Substring: substring,
    exp.StartsWith: starts_with,
}
FUNCTIONS: Final[dict[str, Function]] = {
    **dict.fromkeys(("length", "char_length", "character_length"), Function(1, 1, _length)),
    "octet_length": Function(1, 1, _octets("")),
    "bit_length": Function(1, 1, _octets(" * 8")),
    "lower": Function(1, 1, _cased("lower")),
    "upper": Function(1, 1, _cased("upper")),
    "btrim": Function(1, 2, _plain("trim", "text")),
    "ltrim": Function(1, 2, _plain("ltrim", "text")),
    "rtrim": Function(1, 2, _plain("rtrim", "text")),
    "replace": Function(3, 3, _plain("replace", "text")),
    "strpos": Function(2, 2, _plain("instr", "int4")),
    "substr": Function(2, 3, _substr),
    "left": Function(2, 2, _left),
    "right": Function(2, 2, _right),
    "concat": Function(1, _MOST, _concat),
    "concat_ws": Function(2, _MOST, _concat_between),
    "lpad": Function(2, 3, _filled(True)),
    "rpad": Function(2, 3, _filled(False)),
    "starts_with": Function(2, 2, _begins),
    "ascii": Function(1, 1, _code),
    "encode": Function(2, 2, _encoded),
}
