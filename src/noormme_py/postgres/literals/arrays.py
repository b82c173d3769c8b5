"""Arrays as `array_out` writes them: `{1,NULL,"a b"}`, `{{1,2},{3,4}}`, and `[2:3]={1,2}` where one counts from 2.

What a value must be to stand without quotes is in `array_out` of PostgreSQL's src/backend/utils/adt/arrayfuncs.c.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TypeAlias, cast

Nested: TypeAlias = "list[Nested | str | None]"
"""The values of an array, one list inside of another for each dimension; None is NULL."""

MOST_DIMENSIONS = 6

_OPENS, _CLOSES, _DELIMITS, _QUOTED = 1, 2, 3, 4
# PostgreSQL's own white space, whatever the locale says.
_SPACE = r"\t\n\v\f\r "
_BOUNDS = re.compile(r"(?:\[[+-]?[0-9]+:[+-]?[0-9]+\])+")
_PAIR = re.compile(r"\[([+-]?[0-9]+):([+-]?[0-9]+)\]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FLAT = re.compile(rf'\{{[^"\\{{}}{_SPACE}]+\}}')


def parse_array(text: str, delimiter: str = ",") -> tuple[str, Nested]:
    """Return the explicit bounds of an array, such as `[2:3]` or "", and its values; raises ValueError."""
    if text.startswith("["):
        bounds, _, body = text.partition("=")
        values = _values(body, delimiter)
        if not bounds or sizes_of(values) != sizes_said(bounds):
            raise ValueError("the bounds of an array are not those of its values")
        return bounds, values
    return "", _values(text, delimiter)


def array_text(bounds: str, values: Nested, delimiter: str = ",") -> str:
    """Return the array as PostgreSQL writes it; `bounds` are explicit ones or ""."""
    return f"{bounds}={_braces(values, delimiter)}" if bounds else _braces(values, delimiter)


def sizes_of(values: Nested) -> tuple[int, ...]:
    """Return how long each dimension is; raises ValueError where lists of one dimension differ."""
    sizes: list[int] = []
    level: Nested = [values]
    while level and isinstance(level[0], list):
        size = len(level[0])
        below: Nested = []
        for part in level:
            if not isinstance(part, list) or len(part) != size:
                raise ValueError("the parts of an array are not of one length")
            below += part
        sizes.append(size)
        level = below
    if any(isinstance(value, list) for value in level):
        raise ValueError("the parts of an array are not of one length")
    return tuple(sizes)


def sizes_said(bounds: str) -> tuple[int, ...]:
    """Return how long each dimension is by explicit bounds, () by none; raises ValueError for what are no bounds."""
    return tuple([upper - lower + 1 for lower, upper in _pairs(bounds)])


def counts_from_one(bounds: str) -> bool:
    """Tell whether PostgreSQL would leave these bounds out; raises ValueError for what are no bounds."""
    return all(lower == 1 for lower, _ in _pairs(bounds))


def _pairs(bounds: str) -> list[tuple[int, int]]:
    if not bounds:
        return []
    if not _BOUNDS.fullmatch(bounds):
        raise ValueError("the bounds of an array cannot be read")
    return [(int(lower), int(upper)) for lower, upper in _PAIR.findall(bounds)]


def _values(body: str, delimiter: str) -> Nested:
    if body == "{}":
        return []
    if not _FLAT.fullmatch(body):
        return _scanned(body, delimiter)
    words = body[1:-1].split(delimiter)
    if "" in words:
        raise _malformed()
    if "NULL" in body.upper():
        return [None if _is_null(word) else word for word in words]
    return [*words]


def _scanned(body: str, delimiter: str) -> Nested:
    scan = _token(delimiter).match
    open_lists: list[Nested] = []
    at = 0
    is_due = True
    while found := scan(body, at):
        at, kind = found.end(), found.lastindex
        # A delimiter and a closing brace stand behind a value, all others where one is due.
        if is_due == (kind in (_CLOSES, _DELIMITS)) or not (open_lists or kind == _OPENS):
            raise _malformed()
        is_due = kind in (_OPENS, _DELIMITS)
        if kind == _OPENS:
            if len(open_lists) == MOST_DIMENSIONS:
                raise _malformed()
            open_lists.append([])
        elif kind == _CLOSES:
            closed = open_lists.pop()
            if not open_lists:
                break
            open_lists[-1].append(closed)
        elif kind != _DELIMITS:
            open_lists[-1].append(_value(found[0], is_quoted=kind == _QUOTED))
    else:
        raise _malformed()
    if at != len(body):
        raise _malformed()
    sizes_of(closed)
    return closed


def _value(word: str, *, is_quoted: bool) -> str | None:
    if not is_quoted:
        return None if _is_null(word) else word
    inner = word[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def _braces(values: Nested, delimiter: str) -> str:
    if values and isinstance(values[0], list):
        return "{" + delimiter.join([_braces(part, delimiter) for part in cast("list[Nested]", values)]) + "}"
    return "{" + _row(cast("Sequence[str | None]", values), delimiter) + "}"


def _row(values: Sequence[str | None], delimiter: str) -> str:
    special = _special(delimiter)
    words = ["NULL" if value is None else value for value in values]
    together = "".join(words)
    # Most arrays need no quotes at all, which one look at all of it tells.
    if special.search(together) or "" in words or "NULL" in together.upper():
        words = [
            "NULL"
            if value is None
            else _quoted(value)
            if not value or special.search(value) or _is_null(value)
            else value
            for value in values
        ]
    return delimiter.join(words)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_null(word: str) -> bool:
    return len(word) == 4 and word.upper() == "NULL"


@cache
def _special(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'["\\{{}}{_SPACE}{re.escape(delimiter)}]')


@cache
def _token(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    # Possessive: a quote that is never closed must not be tried in every way.
    quoted = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
    return re.compile(rf'(\{{)|(\}})|({mark})|({quoted})|([^"\\{{}}{_SPACE}{mark}]++)', re.DOTALL)


def _malformed() -> ValueError:
    return ValueError("the text is no array")
