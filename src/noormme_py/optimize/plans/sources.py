"""Which tables the names in a plan stand for, since it tells aliases; read off the tokens of the statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from noormme_py.names import fold
from noormme_py.query.tokens import Token, tokens

_BEFORE_A_TABLE = frozenset({"FROM", "JOIN", "UPDATE", "INTO"})
# What may stand between UPDATE or INSERT and the table.
_BEFORE_A_NAME = frozenset({"OR", "ROLLBACK", "ABORT", "REPLACE", "FAIL", "IGNORE"})
# What may follow a table in place of an alias.
_AFTER_A_TABLE = frozenset(
    "WHERE GROUP ORDER LIMIT HAVING WINDOW ON USING JOIN NATURAL LEFT RIGHT FULL INNER OUTER CROSS UNION INTERSECT"
    " EXCEPT SET VALUES DEFAULT SELECT INDEXED NOT RETURNING FROM WITH".split()
)


def tables_by_alias(sql: str, views: Mapping[str, str] | None = None) -> dict[str, frozenset[str]]:
    """Return the tables that each name may stand for, all names folded; `views` are the texts of those there are.

    A name is given twice where a statement has several subqueries. What views read is told with them.
    """
    found: dict[str, set[str]] = {}
    texts = [sql]
    left = {fold(name): text for name, text in (views or {}).items()}
    while texts:
        for table, alias in _named(texts.pop()):
            found.setdefault(fold(alias), set()).add(fold(table))
            if (text := left.pop(fold(table), None)) is not None:
                texts.append(text)
    return {alias: frozenset(tables) for alias, tables in found.items()}


def _named(sql: str) -> Iterator[tuple[str, str]]:
    """Yield each (table, alias) of a statement, the table once more where it has no alias."""
    known = list(tokens(sql))
    # For each open parenthesis, whether a comma in it goes on with a list of tables.
    lists = [False]
    at = 0
    while at < len(known):
        word = known[at].keyword
        at += 1
        if word == "(":
            # FROM (a, b): the list goes on inside.
            lists.append(lists[-1] and known[at - 2].keyword in ("FROM", "JOIN", ",", "("))
            if not lists[-1] or not _is_name(known, at):
                continue
        elif word == ")":
            if len(lists) > 1:
                lists.pop()
            continue
        elif word in _BEFORE_A_TABLE:
            lists[-1] = word in ("FROM", "JOIN")
        elif word in ("WHERE", "GROUP", "ORDER", "HAVING", "SELECT", "SET", "LIMIT", "RETURNING", "ON", "USING"):
            # A condition ends with the next JOIN or comma only: ON has no list of its own outside of parentheses.
            lists[-1] = lists[-1] and word in ("ON", "USING")
            continue
        elif word != "," or not lists[-1]:
            continue
        while at < len(known) and known[at].keyword in _BEFORE_A_NAME:
            at += 1
        if not _is_name(known, at) or known[at].keyword in _AFTER_A_TABLE:
            continue
        table = known[at].identifier
        at += 1
        if at + 1 < len(known) and known[at].keyword == ".":
            table = known[at + 1].identifier
            at += 2
        if at < len(known) and known[at].keyword == "AS":
            at += 1
        is_alias = _is_name(known, at) and known[at].keyword not in _AFTER_A_TABLE
        yield table, known[at].identifier if is_alias else table


def _is_name(known: list[Token], at: int) -> bool:
    return at < len(known) and known[at].kind in ("word", "quoted", "string") and known[at].keyword != "SELECT"
