"""SQL text to a tree by sqlglot, which the extra `advisor` brings, so that SQLite's own meaning is kept.

sqlglot is made to translate; here nothing must be lost on the way: the name of a function, a unary plus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import TokenType, exp
from sqlglot.dialects.sqlite import SQLite
from sqlglot.errors import SqlglotError
from sqlglot.parsers.sqlite import SQLiteParser

from noormme_py.names import quote
from noormme_py.query.tokens import main_verb, tokens

_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES"})
_DIALECT = SQLite()
# The words of SQLite that sqlglot does not know, said otherwise.
_SAID = {"ISNULL": "is null", "NOTNULL": "is not null"}


def _cast(parser: Any) -> exp.Expr:
    """Parse what CAST has between its parentheses; SQLite tells `int` from `INT` when it matches expressions."""
    operand = parser._parse_disjunction()
    parser._match(TokenType.ALIAS)
    first, depth = parser._curr, 0
    while parser._curr and (depth or parser._curr.token_type != TokenType.R_PAREN):
        depth += (parser._curr.text == "(") - (parser._curr.text == ")")
        parser._advance()
    written = parser._find_sql(first, parser._prev) if first and parser._curr is not first else ""
    return exp.Anonymous(this="cast", expressions=[operand, exp.Var(this=written)])


class _Parser(SQLiteParser):
    """It leaves each function what it is called, an operator among them that no other database has."""

    FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {"CAST": _cast}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        "CASE": SQLiteParser.NO_PAREN_FUNCTION_PARSERS["CASE"]
    }
    UNARY_PARSERS: ClassVar[dict[TokenType, Callable[..., Any]]] = {
        **SQLiteParser.UNARY_PARSERS,
        TokenType.PLUS: lambda self: exp.Anonymous(this="+", expressions=[self._parse_unary()]),
    }
    COLUMN_OPERATORS: ClassVar[dict[TokenType, Any]] = {
        **SQLiteParser.COLUMN_OPERATORS,
        TokenType.ARROW: lambda self, this, path: exp.Anonymous(this="->", expressions=[this, path]),
        TokenType.DARROW: lambda self, this, path: exp.Anonymous(this="->>", expressions=[this, path]),
    }


def parsed(sql: str) -> exp.Expr | None:
    """Return the tree of a statement that reads or writes rows; None for another, and for what cannot be parsed.

    Its parameters are named p0, p1 and so on, in the order of the text.
    """
    if main_verb(sql) not in _VERBS:
        return None
    text = _plain(sql)
    try:
        statements = _Parser(dialect=_DIALECT).parse(_DIALECT.tokenize(text), text)
    except (SqlglotError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        # Its own errors, and what hostile text brings about in it.
        return None
    found = [statement for statement in statements if statement is not None]
    if len(found) != 1:
        return None
    for node in [node for node in found[0].walk() if node.args.get("negate")]:
        # Some releases of sqlglot note the NOT of NOT LIKE there.
        negated = exp.Not()
        node.set("negate", None)
        node.replace(negated)
        negated.set("this", node)
    return found[0]


def body_of_view(sql: str) -> str:
    """Return the SELECT of a CREATE VIEW, and "" where there is none."""
    depth, has_name = 0, False
    for token in tokens(sql):
        if token.keyword == "AS" and depth == 0 and has_name:
            return sql[token.end :]
        depth += (token.keyword == "(") - (token.keyword == ")")
        has_name = has_name or token.keyword == "VIEW"
    return ""


def _plain(sql: str) -> str:
    """Return the text with what sqlglot stumbles over said otherwise: what it asks of its tables is the same."""
    made: list[str] = []
    before, end, count = "", 0, 0
    is_skipped = False
    for token in tokens(sql):
        word = token.keyword
        said = token.text
        if token.kind == "variable":
            said = f" :p{count} "
            count += 1
        elif token.kind == "quoted":
            said = quote(token.identifier) if token.identifier else '""'
        elif word == "REPLACE" and (not before or before in (")", ";")):
            said = "insert"
        elif before == "UPDATE" and word == "OR":
            is_skipped = True
        elif is_skipped:
            is_skipped, said = False, ""
        gap = sql[end : token.start]
        # A comment is as good as a space, and the two do not agree where one ends.
        made += [gap if not gap or gap.isspace() else " ", "" if is_skipped else _SAID.get(word, said)]
        before, end = word or token.text, token.end
    return "".join(made)
