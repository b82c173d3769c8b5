"""Arrays that are written out, as lists of terms: SQLite has lists behind IN, and no arrays."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlglot import exp

from noormme_py.postgres.expressions.casts import cast
from noormme_py.postgres.expressions.constants import constant
from noormme_py.postgres.expressions.term import Refused, Term, null, text_literal, value
from noormme_py.postgres.expressions.translation import Call, Function, Translation
from noormme_py.postgres.expressions.type_names import TypeName, type_name

ONE_DIMENSION: Final = "of an array of arrays, and of one that does not begin with 1, the length is another"
_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^,"\\{}]|\\.)+?))\s*(,|\Z)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def elements(translation: Translation, node: exp.Expr | None) -> list[Term]:
    """Return the elements of an array that is written out; raises Refused for any other array."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Array):
        return [translation.term(each) for each in node.expressions]
    if isinstance(node, exp.Literal) and node.is_string:
        # The type of its elements is open.
        return [null() if text is None else _open(text) for text in split(node.this)]
    if isinstance(node, exp.Cast):
        wanted, inner = type_name(node.args["to"]), node.this
        if not wanted.name.startswith("_"):
            raise Refused("ANY and ALL have no counterpart in SQLite but for an array that is written out")
        element = TypeName(wanted.name[1:])
        while isinstance(inner, exp.Paren):
            inner = inner.this
        if isinstance(inner, exp.Literal) and inner.is_string:
            texts = split(inner.this)
            return [null(element.name) if text is None else constant(text, element, translation.note) for text in texts]
        return [cast(translation, term, element) for term in elements(translation, inner)]
    raise Refused("ANY and ALL have no counterpart in SQLite but for an array that is written out")


def listed_texts(translation: Translation, node: exp.Expr | None) -> list[str | None]:
    """Return the texts of an array of literals."""
    found = elements(translation, node)
    if not all(term.is_literal for term in found):
        raise Refused("an array is not written out")
    return [term.constant for term in found]


def split(text: str) -> list[str | None]:
    """Return the elements of PostgreSQL's text of an array with one dimension; raises Refused for another."""
    plain = text.strip()
    if not (plain.startswith("{") and plain.endswith("}")):
        raise Refused("an array has a text that is not understood")
    inner, at = plain[1:-1], 0
    found: list[str | None] = []
    while inner.strip() and at <= len(inner):
        item = _ITEM.match(inner, at)
        if item is None:
            raise Refused("an array has a text that is not understood")
        quoted, bare, end = item.groups()
        if quoted is not None:
            found.append(_ESCAPE.sub(r"\1", quoted))
        else:
            found.append(None if bare.lower() == "null" else _ESCAPE.sub(r"\1", bare))
        if not end:
            break
        at = item.end()
    return found


def array(translation: Translation, node: Any) -> Term:
    """Translate ARRAY[…] of literals of one type into a literal of an array."""
    terms = [translation.term(each) for each in node.expressions]
    types = {term.type for term in terms if not term.is_null}
    if len(types) != 1 or not all(term.is_literal for term in terms):
        raise Refused("an array has no counterpart in SQLite")
    (element,) = types
    said = ",".join("NULL" if term.constant is None else _quoted(term.constant) for term in terms)
    return Term("", "_text" if element == "unknown" else f"_{element}", "nested", "array", constant="{" + said + "}")


def _dimensions(is_first_only: bool) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        found = translation.term(arguments[0])
        if is_first_only and translation.term(arguments[1]).constant != "1":
            raise Refused("array_length() has no counterpart in SQLite but for the first dimension")
        if found.kind != "array" or found.constant is not None:
            raise Refused("the length of an array that is not a column's")
        translation.note(ONE_DIMENSION)
        length = f"json_array_length({found.sql})"
        # PostgreSQL gives an empty array no dimension, and so no length.
        return value(f"nullif({length}, 0)" if is_first_only else length, "int4")

    return rule


FUNCTIONS: Final[dict[str, Function]] = {
    "array_length": Function(2, 2, _dimensions(True)),
    "cardinality": Function(1, 1, _dimensions(False)),
}


def _open(text: str) -> Term:
    return Term(text_literal(text), "unknown", "text", constant=text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
