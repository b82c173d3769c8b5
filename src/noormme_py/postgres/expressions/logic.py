"""Names, literals, conditions, and values that depend on conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions.casts import exact_number, retyped
from noormme_py.postgres.expressions.comparisons import compared, with_collation
from noormme_py.postgres.expressions.constants import boolean, number, stored
from noormme_py.postgres.expressions.documents import as_text, is_null
from noormme_py.postgres.expressions.term import (
    FLOATS,
    INTEGERS,
    NUMBERS,
    TEXTS,
    Refused,
    Term,
    null,
    text_literal,
    truth,
)
from noormme_py.postgres.expressions.translation import Call, Function, Rule, Translation
from noormme_py.postgres.expressions.type_names import TypeName

_GREATEST = 4
_MOST = 100


def column(translation: Translation, node: Any) -> Term:
    """Translate a name. PostgreSQL folds one without quotes; it may be qualified by its table."""
    identifier, table = node.this, node.args.get("table")
    if not isinstance(identifier, exp.Identifier):
        raise Refused("* has no counterpart here")
    if node.args.get("db") is not None or node.args.get("catalog") is not None:
        raise Refused("a column is named with its schema")
    return translation.names.find(None if table is None else folded(table), folded(identifier))


def folded(identifier: Any) -> str:
    """Return the name that PostgreSQL understands."""
    name = str(identifier.this)
    if identifier.args.get("quoted"):
        return name
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def text(_: Translation, node: Any) -> Term:
    """Translate a literal, the type of one in quotes being open."""
    said = str(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return number(said)
    return Term(text_literal(said), "unknown", "text", constant=said)


def both(translation: Translation, node: Any) -> Term:
    """Translate AND and OR. Long chains of them are common, and are followed without recursion."""
    kind, waiting, parts = type(node), [node], list[Term]()
    while waiting:
        found = waiting.pop()
        while isinstance(found, exp.Paren):
            found = found.this
        if type(found) is kind:
            waiting += [found.expression, found.this]
        else:
            parts.append(translation.condition(found))
    return truth((" AND " if kind is exp.And else " OR ").join(part.operand for part in parts))


def negation(translation: Translation, node: Any) -> Term:
    """Translate NOT."""
    inner = node.this
    while isinstance(inner, exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Boolean) and not inner.args.get("negate"):
        # IS NOT TRUE is parsed as the negation of IS TRUE, which it equals.
        return _is(translation, inner, is_negated=True)
    return truth(f"NOT {translation.condition(inner).operand}")


def test(translation: Translation, node: Any) -> Term:
    """Translate IS NULL, IS TRUE, IS UNKNOWN and the contraries."""
    return _is(translation, node, is_negated=bool(node.args.get("negate")))


def _is(translation: Translation, node: Any, *, is_negated: bool) -> Term:
    wanted = node.expression
    if isinstance(wanted, exp.Null):
        found = translation.term(node.this)
        if found.kind == "composite":
            raise Refused("a composite is NULL when all of its fields are")
        return is_null(found, is_negated=is_negated)
    if isinstance(wanted, exp.Boolean):
        condition = translation.condition(node.this)
        return truth(f"{condition.operand} IS {'NOT ' if is_negated else ''}{int(bool(wanted.this))}")
    raise Refused("IS has no counterpart in SQLite but for NULL, TRUE and FALSE")


def case(translation: Translation, node: Any) -> Term:
    """Translate CASE; that of a value compares it in each of its branches."""
    subject = None if node.this is None else translation.term(node.this)
    conditions: list[Term] = []
    results: list[Term] = []
    for branch in node.args.get("ifs") or []:
        if subject is None:
            conditions.append(translation.condition(branch.this))
        else:
            conditions.append(compared(translation, "=", subject, translation.term(branch.this)))
        results.append(translation.term(branch.args.get("true")))
    default = node.args.get("default")
    adapted, like = unified(translation, [*results, null() if default is None else translation.term(default)])
    said = "".join(
        f" WHEN {condition.sql} THEN {result.sql}" for condition, result in zip(conditions, adapted, strict=False)
    )
    end = "" if default is None else f" ELSE {adapted[-1].sql}"
    return replaced(like, sql=f"CASE{said}{end} END")


def unified(translation: Translation, terms: Sequence[Term]) -> tuple[list[Term], Term]:
    """Return values of which one is chosen in one type and form, and what is known of the chosen one."""
    known = [term for term in terms if not term.is_null and term.type != "unknown"]
    if not known:
        known = [retyped(translation, term, TypeName("text")) for term in terms if not term.is_null] or [null()]
    common = _common_type(known)
    found = [
        term if term.is_null else as_text(translation, retyped(translation, term, TypeName(common))) for term in terms
    ]
    if any(term.document is not None for term in found):
        raise Refused("a part of a document, which SQLite takes out as a number or a text, stands for another value")
    if common in NUMBERS and len({term.form for term in found if not term.is_null}) > 1:
        found = [exact_number(translation, term) for term in found]
    first = next((term for term in found if not term.is_literal), next((t for t in found if not t.is_null), found[0]))
    if common not in NUMBERS:
        found = [stored(term, first) for term in found]
    present = [term for term in found if not term.is_null]
    scales = [term.scale for term in present]
    digits = [term.digits for term in present]
    chosen = Term(
        "",
        common,
        first.form,
        first.kind,
        is_null=not present,
        digits=None if None in digits or not digits else max(d for d in digits if d is not None),
        scale=None if None in scales or not scales else max(s for s in scales if s is not None),
        collation=next((term.collation for term in present if term.collation is not None), None),
        store=first.store,
    )
    return found, chosen


def _common_type(terms: Sequence[Term]) -> str:
    types = {term.type for term in terms}
    if len(types) == 1:
        return terms[0].type
    if types <= TEXTS:
        return "text"
    if types <= INTEGERS:
        return "int8" if "int8" in types else "int4"
    if types <= INTEGERS | {"numeric"}:
        return "numeric"
    if types <= INTEGERS | {"numeric"} | FLOATS and "float4" not in types:
        return "float8"
    raise Refused("values of different types stand for one another")


def _coalesce(translation: Translation, arguments: list[exp.Expr]) -> Term:
    found, like = unified(translation, [translation.term(node) for node in arguments])
    if len(found) == 1:
        return found[0]
    return replaced(like, sql=f"coalesce({', '.join(term.sql for term in found)})")


def _nullif(translation: Translation, arguments: list[exp.Expr]) -> Term:
    left, right = (translation.term(node) for node in arguments)
    if left.type == "unknown":
        left = retyped(translation, left, TypeName("text" if right.type == "unknown" else right.type))
    left = as_text(translation, left)
    condition = compared(translation, "=", left, right)
    return replaced(
        left,
        sql=f"CASE WHEN {condition.sql} THEN NULL ELSE {left.sql} END",
        is_compound=False,
        constant=None,
        collate="",
    )


def _extreme(operator: str) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        found, like = unified(translation, [translation.term(node) for node in arguments])
        chosen = found[0]
        for other in found[1:]:
            # PostgreSQL passes over NULL, where SQLite's max() and min() are NULL.
            condition = compared(translation, operator, chosen, other)
            sql = f"CASE WHEN {condition.sql} OR {other.operand} IS NULL THEN {chosen.sql} ELSE {other.sql} END"
            chosen = replaced(like, sql=sql)
        return chosen

    return rule


def _count_nulls(word: str) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        tests = [f"({translation.term(node).operand} {word})" for node in arguments]
        return Term(" + ".join(tests), "int4", "integer", is_compound=True)

    return rule


NODES: Final[dict[type[exp.Expr], Rule]] = {
    exp.Paren: lambda translation, node: translation.term(node.this),
    exp.Column: column,
    exp.Literal: text,
    exp.ByteString: text,
    exp.RawString: text,
    exp.Boolean: lambda _, node: boolean(bool(node.this)),
    exp.Null: lambda _, node: null(),
    exp.And: both,
    exp.Or: both,
    exp.Not: negation,
    exp.Is: test,
    exp.Case: case,
    exp.Collate: with_collation,
}
FUNCTIONS: Final[dict[str, Function]] = {
    "coalesce": Function(1, _MOST, _coalesce),
    "nullif": Function(2, 2, _nullif),
    "greatest": Function(1, _GREATEST, _extreme(">=")),
    "least": Function(1, _GREATEST, _extreme("<=")),
    "num_nonnulls": Function(1, _MOST, _count_nulls("IS NOT NULL")),
    "num_nulls": Function(1, _MOST, _count_nulls("IS NULL")),
}
