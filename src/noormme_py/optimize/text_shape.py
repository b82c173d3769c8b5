"""The shape of a statement's text: what is left without its literals, however many of them a list has."""

from __future__ import annotations

from collections.abc import Iterator

from noormme_py.query.tokens import Token, main_verb, tokens

_VALUES = frozenset({"string", "number", "blob", "variable"})
_CONTROL = frozenset({"", "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "EXPLAIN"})

# After these a minus is a sign, and not a subtraction.
_BEFORE_SIGN = frozenset(
    "( , = == != <> < > <= >= + - * / % || AND OR NOT BETWEEN IN LIKE THEN ELSE WHEN LIMIT OFFSET SET SELECT".split()
)


def is_control(sql: str) -> bool:
    """Whether a statement says how others are run, or asks about them, and has no shape worth recording."""
    return main_verb(sql) in _CONTROL


def text_shape(sql: str) -> str:
    """Return the shape: literals and parameters as `?`, lists of them as `(?)`, words in lower case, one space."""
    return " ".join(_without_lists(list(_pieces(sql))))


def _pieces(sql: str) -> Iterator[str]:
    before, sign = "(", False
    for token in tokens(sql):
        if sign:
            if token.kind != "number":
                yield "-"
            sign = False
        if token.text == "-" and before in _BEFORE_SIGN:
            sign = True
        elif token.text != ";":
            yield _piece(token)
        before = token.keyword or token.kind
    if sign:
        yield "-"


def _piece(token: Token) -> str:
    if token.kind in _VALUES:
        return "?"
    return token.text.lower() if token.kind == "word" and token.text.isascii() else token.text


def _without_lists(pieces: list[str]) -> Iterator[str]:
    """Leave one value of each list, and one row of each VALUES."""
    at, end = 0, len(pieces)
    is_after_row = False
    while at < end:
        if pieces[at] == "(" and (length := _list_length(pieces, at)):
            yield "(?)"
            at += length
            is_after_row = True
        elif is_after_row and pieces[at] == "," and pieces[at + 1 : at + 2] == ["("] and _list_length(pieces, at + 1):
            at += 1 + _list_length(pieces, at + 1)
        else:
            yield pieces[at]
            at += 1
            is_after_row = False


def _list_length(pieces: list[str], at: int) -> int:
    """Return how many pieces `( ? , ? , … )` has, 0 when it is something else."""
    start = at
    while pieces[at + 1 : at + 2] == ["?"]:
        at += 2
        if pieces[at : at + 1] == [")"]:
            return at - start + 1
        if pieces[at : at + 1] != [","]:
            break
    return 0
