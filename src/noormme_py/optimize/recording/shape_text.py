"""The shape of a statement's text: what is left of it without its data, and what of it may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from noormme_py.names import fold
from noormme_py.query.tokens import Token, main_verb, tokens

ROW_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES", "WITH"})
"""The verbs of the statements that read or write rows."""

_CONTROL = frozenset({"", "ANALYZE", "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "EXPLAIN"})
# What SQLite keeps of the others: the schema, and what the planner knows.
_INNER_TABLES = frozenset(
    {"sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master", "sqlite_stat1", "sqlite_stat4"}
)

# What stands before a parenthesis that is no call of a function.
_NO_CALL = frozenset(
    "IN VALUES AND OR NOT ON WHERE HAVING WHEN THEN ELSE CASE SELECT BY LIKE GLOB BETWEEN IS SET LIMIT OFFSET "
    "UNION ALL DISTINCT FROM JOIN AS RETURNING USING FILTER OVER EXISTS MATCH".split()
)
# A literal behind one of these is a name, or a part of the expression that an index may hold.
_KEEPS = frozenset({"AS", "ESCAPE", "COLLATE", "->", "->>"})
_ENDS_BY = frozenset({"LIMIT", "HAVING", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "ROWS", "RANGE", "GROUPS"})

# After these a minus is a sign, and not a subtraction.
_BEFORE_SIGN = frozenset(
    "( , = == != <> < > <= >= + - * / % || AND OR NOT BETWEEN IN LIKE THEN ELSE WHEN LIMIT OFFSET SET SELECT".split()
)

_IN_LIST = re.compile(r"\bin \(\?(?:, \?)*+\)")
_MORE_ROWS = re.compile(r"(\bvalues \((?:\?, )*+\?\))(?:, \((?:\?, )*+\?\))++")

# Words such as a status, a path in a document, a format of a date: the code's own constants, and nobody's secret.
_CONSTANT = re.compile(r"'(?:[A-Za-z_][A-Za-z_ -]{0,23}|\$[\w.\[\]#-]{0,60}|(?:%[A-Za-z][-:/ ]?){1,6}|)'|-?[0-9.]{1,4}")


def is_control(sql: str) -> bool:
    """Whether a statement says how others are run, or asks about them, and has no shape worth recording."""
    if main_verb(sql) in _CONTROL:
        return True
    # It is looked for at once before the text is cut: every new text comes here.
    return "sqlite_" in sql.lower() and any(
        token.kind in ("word", "quoted") and fold(token.identifier) in _INNER_TABLES for token in tokens(sql)
    )


def statement_shape(sql: str) -> str:
    """Return the text with `?` for each literal and parameter, one space where there are gaps, words in lower case.

    IN lists and rows of VALUES of any length are one shape, and so are numbers below zero. Literals that make another
    statement of it stay: a number in ORDER BY, a path in a JSON document. Texts that neither read nor write rows keep
    all of theirs.
    """
    return shape_of(marked(sql))


def shape_of(found: Iterable[tuple[Token, bool]]) -> str:
    """Return the shape of a text whose tokens are marked."""
    pieces: list[str] = []
    before: Token | None = None
    for token, is_datum in found:
        if token.text == ";":
            continue
        if before is not None and _is_apart(before, token):
            pieces.append(" ")
        is_open = is_datum or token.kind == "variable"
        pieces.append("?" if is_open else token.text.lower() if token.kind == "word" else token.text)
        before = token
    return _MORE_ROWS.sub(r"\1", _IN_LIST.sub("in (?)", "".join(pieces)))


def shown_sql(sql: str) -> str:
    """Return the text with `'…'` for each literal that could be somebody's data rather than the code's own constant.

    In a statement that sets values every literal could.
    """
    pieces: list[str] = []
    at = 0
    is_setting = main_verb(sql) in ("INSERT", "REPLACE", "UPDATE")
    for token in tokens(sql):
        if token.kind in ("string", "blob", "number") and (is_setting or not is_constant(token)):
            pieces += (sql[at : token.start], "…" if token.kind == "number" else "'…'")
            at = token.end
    return "".join(pieces) + sql[at:]


def is_constant(token: Token) -> bool:
    """Whether a literal looks like one that the program itself holds: `'open'`, `'$.kind'`, `10`."""
    return token.text.upper() == "NULL" or _CONSTANT.fullmatch(token.text) is not None


def marked(sql: str) -> Iterator[tuple[Token, bool]]:
    """Yield the tokens, and whether each is a literal that a parameter could stand for."""
    has_data = main_verb(sql) in ROW_VERBS
    opened: list[str] = []
    closed = last = ""
    by_depth = -1
    for token in _signed(tokens(sql)):
        word = token.keyword
        if word == "(":
            opened.append(_kind_of_parenthesis(last, closed))
        elif word == ")":
            closed = opened.pop() if opened else ""
        elif word == "BY":
            by_depth = len(opened)
        if len(opened) < by_depth or word in _ENDS_BY:
            by_depth = -1
        is_place = token.kind == "number" and by_depth == len(opened) and last in ("BY", ",")
        inside = opened[-1] if opened else ""
        yield token, has_data and not is_place and last not in _KEEPS and _is_datum(token, last, inside)
        last = word or token.kind


def _signed(found: Iterable[Token]) -> Iterator[Token]:
    """Join a minus that is a sign with the number, or the parameter, right behind it."""
    sign: Token | None = None
    before = "("
    for token in found:
        joined = token
        if sign is not None:
            if token.kind in ("number", "variable") and token.start == sign.end:
                joined = Token(token.kind, f"-{token.text}", sign.start, token.end)
            else:
                yield sign
        sign = joined if joined.text == "-" and before in _BEFORE_SIGN else None
        if sign is None:
            yield joined
        before = token.keyword or token.kind
    if sign is not None:
        yield sign


def _kind_of_parenthesis(last: str, closed: str) -> str:
    if last in ("VALUES", "IN") or (last == "," and closed == "list"):
        return "list"
    return "call" if last[:1].isalpha() and last not in _NO_CALL else "group"


def _is_datum(token: Token, last: str, inside: str) -> bool:
    if token.kind == "blob":
        return True
    if token.kind == "string":
        return not (inside == "call" and token.text[1:2] in ("$", "%"))
    if token.kind == "number":
        return not (inside == "call" and len(token.text) <= 2)
    return token.keyword == "NULL" and inside == "list" and last in ("(", ",")


def _is_apart(before: Token, token: Token) -> bool:
    """Whether a space stands between two tokens, however the text was laid out."""
    if token.text in (",", ")", ".", ";") or before.text in ("(", "."):
        return False
    if token.text == "(":
        return before.kind == "punct" or before.keyword in _NO_CALL
    return True
