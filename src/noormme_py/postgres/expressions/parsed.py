"""PostgreSQL's text to a tree by sqlglot, so that nothing of what was written is lost or taken for something else.

sqlglot knows functions of many databases by many names and makes one node of them; here a function is its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import TokenType, exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.parsers.postgres import PostgresParser

from noormme_py.postgres.expressions.term import Refused

_DIALECT = Postgres()
_LONGEST = 1 << 20
_BEGINNINGS = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.TABLE, TokenType.L_PAREN})


def _operator(name: str) -> Callable[[Any, exp.Expr, exp.Expr], exp.Expr]:
    return lambda _, left, right: exp.Anonymous(this=name, expressions=[left, right])


class _Parser(PostgresParser):
    """It leaves each function what it is called, and the path of a JSON operator what it is."""

    FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
    # These are written in a way of their own: `SUBSTRING(name FROM 1 FOR 3)`.
    FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        name: PostgresParser.FUNCTION_PARSERS[name] for name in ("CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM")
    }
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        name: PostgresParser.NO_PAREN_FUNCTION_PARSERS[name] for name in ("ANY", "CASE")
    }
    JSON_OPERATORS: ClassVar[dict[TokenType, Any]] = {
        TokenType.ARROW: _operator("->"),
        TokenType.DARROW: _operator("->>"),
        TokenType.HASH_ARROW: _operator("#>"),
        TokenType.DHASH_ARROW: _operator("#>>"),
        TokenType.PLACEHOLDER: _operator("?"),
    }


def parsed_expression(text: str) -> exp.Expr:
    """Return the tree of an expression; raises Refused for what cannot be parsed."""
    # Within parentheses no word can be taken for the beginning of a statement, nor a comment end the text.
    found = parsed_query(f"({text}\n)")
    while isinstance(found, exp.Paren):
        found = found.this
    return found


def parsed_query(text: str) -> exp.Expr:
    """Return the tree of a statement; raises Refused for what cannot be parsed, and for more than one."""
    if len(text) > _LONGEST:
        raise Refused("it is too long")
    try:
        tokens = _DIALECT.tokenize(text)
        is_one = tokens and all(token.token_type != TokenType.SEMICOLON for token in tokens)
        if not is_one or tokens[0].token_type not in _BEGINNINGS:
            raise Refused("it is no single SELECT")
        statements = _Parser(dialect=_DIALECT).parse(tokens, text)
    except RecursionError:
        raise Refused("it is nested too deeply") from None
    except (SqlglotError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        # Its own errors, and what hostile text brings about in it.
        raise Refused("it cannot be parsed") from None
    found = [statement for statement in statements if statement is not None]
    if len(found) != 1:
        raise Refused("it cannot be parsed")
    return found[0]
