"""Values inside of JSON. PostgreSQL has a text of each; SQLite has a number of a number, and 1 of true."""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions.arrays import listed_texts
from noormme_py.postgres.expressions.casts import retyped
from noormme_py.postgres.expressions.term import TEXTS, Refused, Term, text_literal, truth, value
from noormme_py.postgres.expressions.translation import Call, Function, Translation
from noormme_py.postgres.expressions.type_names import TypeName

INSIDE: Final = "numbers, objects and arrays inside of JSON are written as SQLite writes them"
TWICE: Final = "of a key that a json has twice, SQLite takes the first and PostgreSQL the last"
ARRAYS: Final = "a text in an array is not found by the operator ?, only a key of an object"
NO_ARRAY: Final = "what is no array has no elements, where PostgreSQL raises an error"
_JSON = ("json", "jsonb")
# What a number, an object or an array inside of JSON may be written as, and a boolean.
_AMBIGUOUS = re.compile(r"[-0-9{\[]|true\Z|false\Z")
_SIMPLE = re.compile(r'\{\}|\[\]|true|false|null|"[\w .,:;/+-]*"', re.ASCII)
_TYPES = "CASE {0} WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' WHEN 'text' THEN 'string' WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean' ELSE {0} END"  # noqa: E501


def as_text(translation: Translation, term: Term) -> Term:
    """Return a text from inside of JSON as one, and any other term itself."""
    if term.document is None or term.type not in TEXTS:
        return term
    translation.note(INSIDE)
    kind = f"json_type({term.document}, {_path(term.path)})"
    return value(
        f"CASE {kind} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST({term.sql} AS TEXT) END", "text"
    )


def plain_text(translation: Translation, inside: Term, other: Term) -> Term:
    """Return a text so that it can be compared with another: one from inside of JSON may be kept as a number."""
    if other.constant is not None and not _AMBIGUOUS.match(other.constant):
        # No number and no boolean equals this text, in whatever way it is written.
        return inside
    return as_text(translation, inside)


def is_simple(text: str) -> bool:
    """Whether a jsonb that equals this one is always written alike: it holds neither numbers nor members."""
    return _SIMPLE.fullmatch(text) is not None


def as_word(inside: Term, literal: Term) -> tuple[Term, Term] | None:
    """Return a value inside of JSON and true, false or null so that they can be compared; None for another literal."""
    if literal.constant not in ("true", "false", "null") or inside.document is None:
        return None
    kind = value(f"json_type({inside.document}, {_path(inside.path)})", "text")
    return kind, replaced(literal, type="text")


def is_null(term: Term, *, is_negated: bool) -> Term:
    """Return whether a value is NULL; that of a jsonb may be the null of JSON, which is none."""
    said = term.operand
    if term.document is not None and term.type in _JSON:
        said = f"json_type({term.document}, {_path(term.path)})"
    return truth(f"{said} IS {'NOT ' if is_negated else ''}NULL")


def _path(path: tuple[str | int, ...]) -> str:
    return text_literal("$" + "".join(f"[{step}]" if isinstance(step, int) else f'."{step}"' for step in path))


def _extracted(translation: Translation, document: Term, path: tuple[str | int, ...], type: str) -> Term:
    if document.type not in _JSON:
        raise Refused(f"an operator of JSON is used on {document.type}")
    for step in path:
        if isinstance(step, str) and (not step or not step.isprintable() or "\\" in step or '"' in step):
            raise Refused("a key of JSON has a character that SQLite's paths cannot say for certain")
    if document.type == "json":
        translation.note(TWICE)
    source = document.sql if document.document is None else document.document
    whole = (*document.path, *path)
    found = value(f"json_extract({source}, {_path(whole)})", type)
    return replaced(found, document=source, path=whole)


def _step(translation: Translation, node: exp.Expr) -> str | int:
    found = retyped(translation, translation.term(node), TypeName("text"))
    if found.constant is None:
        raise Refused("a key of JSON is not a literal")
    if found.type in TEXTS:
        return found.constant
    if found.type != "int4" or found.constant.startswith("-"):
        raise Refused("an element of JSON is counted from the end")
    return int(found.constant)


def _member(is_text: bool) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        document, key = arguments
        found = translation.term(document)
        return _extracted(translation, found, (_step(translation, key),), "text" if is_text else found.type)

    return rule


def _at_path(is_text: bool) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        document, keys = arguments
        steps = listed_texts(translation, keys)
        if any(step is None or step.lstrip("-").isdigit() for step in steps):
            raise Refused("a step of a path may be a key or a number")
        found = translation.term(document)
        path = tuple(step for step in steps if step is not None)
        return _extracted(translation, found, path, "text" if is_text else found.type)

    return rule


def _has_key(translation: Translation, arguments: list[exp.Expr]) -> Term:
    document, key = arguments
    step = _step(translation, key)
    found = translation.term(document)
    inside = _extracted(translation, found, (str(step),), "jsonb")
    translation.note(ARRAYS)
    kind = f"json_type({inside.document}, {_path(inside.path)})"
    outer = found.operand if found.document is None else f"json_type({found.document}, {_path(found.path)})"
    return value(f"CASE WHEN {outer} IS NOT NULL THEN {kind} IS NOT NULL END", "bool")


def _type_of(translation: Translation, arguments: list[exp.Expr]) -> Term:
    (document,) = [translation.term(node) for node in arguments]
    if document.type not in _JSON:
        raise Refused(f"the type of a {document.type} inside of JSON")
    if document.document is None:
        return value(_TYPES.format(f"json_type({document.sql})"), "text")
    return value(_TYPES.format(f"json_type({document.document}, {_path(document.path)})"), "text")


def _length(translation: Translation, arguments: list[exp.Expr]) -> Term:
    (document,) = [translation.term(node) for node in arguments]
    if document.type not in _JSON:
        raise Refused(f"the elements of a {document.type} inside of JSON")
    translation.note(NO_ARRAY)
    if document.document is None:
        return value(f"json_array_length({document.sql})", "int4")
    return value(f"json_array_length({document.document}, {_path(document.path)})", "int4")


FUNCTIONS: Final[dict[str, Function]] = {
    "->": Function(2, 2, _member(False)),
    "->>": Function(2, 2, _member(True)),
    "#>": Function(2, 2, _at_path(False)),
    "#>>": Function(2, 2, _at_path(True)),
    "?": Function(2, 2, _has_key),
    "jsonb_typeof": Function(1, 1, _type_of),
    "json_typeof": Function(1, 1, _type_of),
    "jsonb_array_length": Function(1, 1, _length),
    "json_array_length": Function(1, 1, _length),
}
