"""The translations of a table's expressions, by the places where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from sqlglot import exp

from noormme_py.errors import CompileError
from noormme_py.frozen import replaced
from noormme_py.postgres.expressions import (
    arithmetic,
    arrays,
    casts,
    comparisons,
    documents,
    logic,
    moments,
    numbers,
    patterns,
    qualified,
    regexes,
    texts,
)
from noormme_py.postgres.expressions.constants import KNOWN, stored
from noormme_py.postgres.expressions.parsed import parsed_expression
from noormme_py.postgres.expressions.scope import Scope, ScopeColumn, Translated, Untranslated
from noormme_py.postgres.expressions.term import (
    Refused,
    Term,
    collated,
    column_term,
    text_literal,
    wanted_collation,
)
from noormme_py.postgres.expressions.translation import Place, Rule, Rules, ScopeNames, Translation
from noormme_py.postgres.expressions.type_names import TypeName

_NODES: Final[Mapping[type[exp.Expr], Rule]] = {
    **logic.NODES,
    **dict.fromkeys(comparisons.OPERATORS, comparisons.comparison),
    exp.In: comparisons.in_list,
    exp.Between: comparisons.between,
    exp.Like: comparisons.matched,
    exp.ILike: comparisons.matched,
    exp.Escape: comparisons.escaped,
    exp.RegexpLike: regexes.regex,
    exp.RegexpILike: regexes.regex,
    exp.Cast: casts.cast_node,
    exp.Array: arrays.array,
    exp.Operator: comparisons.operator_of_a_schema,
    exp.Anonymous: qualified.function,
    exp.Dot: qualified.function_of_a_schema,
    **arithmetic.NODES,
    **texts.NODES,
    **moments.NODES,
}
RULES: Final = Rules(
    _NODES,
    {
        **logic.FUNCTIONS,
        **texts.FUNCTIONS,
        **patterns.FUNCTIONS,
        **numbers.FUNCTIONS,
        **moments.FUNCTIONS,
        **arrays.FUNCTIONS,
        **documents.FUNCTIONS,
    },
)
"""All that is known to mean the same."""

# What a tree brings about that no grammar made; no text may fail a move.
UNEXPECTED_ERRORS = (AttributeError, TypeError, ValueError, KeyError, IndexError, ArithmeticError)
UNEXPECTED: Final = "it is built in a way that is not understood"


def translate_check(expression: str, scope: Scope) -> Translated | Untranslated:
    """Translate the condition of a CHECK, without the word; in a domain's, the scope says what VALUE is."""
    return _condition(expression, scope, "check")


def translate_predicate(expression: str, scope: Scope) -> Translated | Untranslated:
    """Translate the WHERE of an index, without the word."""
    return _condition(expression, scope, "index")


def translate_index_expression(expression: str, scope: Scope) -> Translated | Untranslated:
    """Translate an expression that is a part of an index."""

    def finish(translation: Translation, node: exp.Expr) -> str:
        found = translation.term(node)
        if found.is_literal:
            raise Refused("an index of a literal finds nothing")
        if found.document is not None:
            translation.note("a number inside of JSON is indexed as a number, which as a text is not found")
        return _in_order(found).sql

    return _translated(expression, scope, "index", finish)


def translate_generated(expression: str, scope: Scope, column: ScopeColumn | None = None) -> Translated | Untranslated:
    """Translate what a generated column is made of into what is kept in that column.

    Without the column nothing is known of its type, and its values may be rounded in PostgreSQL only.
    """

    def finish(translation: Translation, node: exp.Expr) -> str:
        found = documents.as_text(translation, translation.term(node))
        return (found if column is None else assigned(translation, found, column)).sql

    return _translated(expression, scope, "generated", finish)


def translate_default(expression: str | None, column: ScopeColumn) -> Translated | Untranslated | None:
    """Translate a DEFAULT into a literal or an expression in parentheses; None where there is none, or it is NULL.

    That of a sequence is untranslated for the reason "sequence".
    """
    if expression is None:
        return None

    def finish(translation: Translation, node: exp.Expr) -> str:
        found = assigned(translation, translation.term(node), column)
        return found.sql if found.is_literal else f"({found.sql})"

    made = _translated(expression, Scope({}), "default", finish)
    return None if isinstance(made, Translated) and made.sql == "NULL" else made


def assigned(translation: Translation, term: Term, column: ScopeColumn) -> Term:
    """Return a value as a column keeps it; raises Refused where the column would get something else.

    PostgreSQL does not write the cast to the column's type out.
    """
    if term.is_null:
        return term
    term = documents.as_text(translation, term)
    if term.document is not None:
        raise Refused("a part of a document is kept, which SQLite takes out as a number or a text")
    if term.constant is not None:
        return replaced(term, sql=_kept_literal(translation, term, column))
    wanted = TypeName(column.type, column.digits, column.scale)
    found = casts.cast(translation, term, wanted)
    if column.type == "bpchar" and column.length is not None:
        raise Refused("SQLite does not fill texts up with spaces")
    if column.kind in ("enum", "array", "composite") or found.form != column.form:
        raise Refused(f"a column that is kept as {column.form} gets a computed {term.type}")
    return found


def _kept_literal(translation: Translation, term: Term, column: ScopeColumn) -> str:
    """Return what a column keeps of a literal; raises Refused for a literal that is none of the column's type."""
    if column.kind == "base":
        wanted = TypeName(column.type, column.digits, column.scale, column.length)
        term = casts.cast(translation, term, wanted)
    elif term.type != column.type and term.type not in ("unknown", "text"):
        raise Refused(f"a default of the type {term.type} is none of {column.type}")
    if term.constant is None:
        # `'now'::date` is no literal, though it looks like one.
        return term.sql
    if column.type == "interval" and not term.constant.lstrip("-").startswith("P"):
        raise Refused("an interval is not written as ISO 8601 has it")
    if column.type == "money":
        return text_literal(term.constant)
    if column.kind != "base" and column.kind != "enum" and column.store is None:
        raise Refused(f"a literal of the type {column.type} is not kept as it is written")
    if column.type == "numeric" and column.form == "decimal text":
        return text_literal(_decimal_text(term.constant, column.scale))
    if column.type in KNOWN:
        return term.sql
    return stored(term, column_term(column)).sql


def _decimal_text(text: str, scale: int | None) -> str:
    try:
        exact = Decimal(text)
        return text if scale is None else format(exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP), "f")
    except InvalidOperation:
        raise Refused("a literal is a number out of all bounds") from None


def _condition(expression: str, scope: Scope, place: Place) -> Translated | Untranslated:
    return _translated(expression, scope, place, lambda translation, node: translation.condition(node).sql)


def _translated(
    expression: str, scope: Scope, place: Place, finish: Callable[[Translation, exp.Expr], str]
) -> Translated | Untranslated:
    translation = Translation(RULES, ScopeNames(scope), place)
    try:
        return Translated(finish(translation, parsed_expression(expression)), translation.notes)
    except Refused as refusal:
        return Untranslated(str(refusal))
    except CompileError as error:
        return Untranslated(f"a name in it cannot be one in SQLite: {error}")
    except RecursionError:
        return Untranslated("it is nested too deeply")
    except UNEXPECTED_ERRORS:
        return Untranslated(UNEXPECTED)


def _in_order(term: Term) -> Term:
    """Return the term so that SQLite compares it as PostgreSQL does the values of its type."""
    wanted = wanted_collation(term.type)
    return collated(term, wanted) if (term.collate or "BINARY") != wanted else term
