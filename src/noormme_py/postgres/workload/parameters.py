"""Parameters in recorded statements: which there are, and the statement with values in their place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from noormme_py.postgres.workload.lexing import Token, tokens

Values: TypeAlias = Sequence[str] | Mapping[str, str]
"""Values as SQL, by their order or by their names."""

_NAME = re.compile(r"\w+")
# After these a question mark cannot be an operator, since nothing stands before it that it could work on.
_BEFORE_VALUES = frozenset(
    "ALL AND ANY BETWEEN BY CASE DISTINCT ELSE ESCAPE EXCEPT FIRST FROM HAVING ILIKE IN INTERSECT IS LIKE LIMIT NEXT"
    " NOT OFFSET ON OR RETURNING SELECT SET SIMILAR THEN TO UNION VALUES WHEN WHERE".split()
)


def parameters_in(sql: str) -> list[Token]:
    """Return the parameters of a statement: `$1`, `?`, `%s`, `%(name)s`, `:name` and psql's `:'name'`."""
    found: list[Token] = []
    brackets, previous = 0, None
    for token in tokens(sql):
        brackets += (token.text == "[") - (token.text == "]")
        if token.kind == "parameter":
            # `a[1:n]` is a slice.
            if not (brackets and token.text.startswith(":")):
                found.append(token)
        elif token.text == "?" and not _is_operand(previous):
            found.append(token)
        previous = token
    return found


def filled(sql: str, values: Values) -> str | None:
    """Return the statement with values in the place of its parameters, None where they do not fit."""
    parts: list[str] = []
    end, count, highest = 0, 0, 0
    is_doubled = False
    for token in parameters_in(sql):
        value, used = _value_of(token.text, values, count)
        if value is None:
            return None
        is_doubled = is_doubled or token.text.startswith("%")
        highest, count = max(highest, used), count + (token.text in ("?", "%s"))
        parts += [sql[end : token.start], value]
        end = token.end
    if not isinstance(values, Mapping) and highest != len(values):
        return None
    # Drivers that know %s read %% as a percent sign, in quotes too; what was put in is not read by them.
    texts = [*parts, sql[end:]]
    if is_doubled:
        texts = [text.replace("%%", "%") if not position % 2 else text for position, text in enumerate(texts)]
    return "".join(texts)


def read_values(text: str) -> Values | None:
    """Return what a comment says the parameters are, None where it cannot be read.

    That is `1, 'x'`, `id = 1, name = 'x'`, or JSON: `[1, "x"]`, `{"id": 1}`.
    """
    if text.strip()[:1] in ("[", "{"):
        return _of_json(text)
    pieces = _split(text)
    if not pieces:
        return None
    named = [(piece[0].text.lstrip(":"), piece[2:]) for piece in pieces if len(piece) > 2 and piece[1].text == "="]
    if len(named) == len(pieces):
        return {name: _literal(text, piece) for name, piece in named}
    return [_literal(text, piece) for piece in pieces]


def _is_operand(token: Token | None) -> bool:
    if token is None or token.text == "?":
        return False
    if token.kind == "word":
        return token.keyword not in _BEFORE_VALUES
    return token.kind in ("quoted", "string", "number", "parameter") or token.text in (")", "]")


def _value_of(parameter: str, values: Values, count: int) -> tuple[str | None, int]:
    """Return a parameter's value, and how many of the values are used up to it."""
    if parameter in ("?", "%s"):
        place = count
    elif parameter.startswith("$"):
        place = int(parameter[1:8]) - 1
    else:
        found = _NAME.search(parameter)
        name = found[0] if found else ""
        return (values.get(name), 0) if isinstance(values, Mapping) else (None, 0)
    if isinstance(values, Mapping) or not 0 <= place < len(values):
        return None, 0
    return values[place], place + 1


def _split(text: str) -> list[list[Token]]:
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in tokens(text):
        if token.is_open or token.text == ";":
            return []
        depth += (token.text in "([") - (token.text in ")]")
        if depth < 0:
            return []
        if token.text == "," and not depth:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return pieces if all(pieces) and not depth else []


def _literal(text: str, piece: list[Token]) -> str:
    written = text[piece[0].start : piece[-1].end]
    # A minus sign must not meet another one.
    return written if len(piece) == 1 else f"({written})"


def _of_json(text: str) -> Values | None:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        named = {str(name).lstrip(":@$"): _sql(value) for name, value in found.items()}
        return (
            {name: value for name, value in named.items() if value is not None} if None not in named.values() else None
        )
    if not isinstance(found, list):
        return None
    listed = [_sql(value) for value in found]
    return [value for value in listed if value is not None] if None not in listed else None


def _sql(value: object) -> str | None:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, str) and "\0" not in value:
        return "'" + value.replace("'", "''") + "'"
    return None
